/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_SWITCHED_H
#define AW_WIRE_SWITCHED_H

#include "wire/message.h"

/* Switched: what a relay's blind switch delivers, in a cell of lane switch (spec/06-subject.md
 * §14). */

/* Longest encoding. */
#define AW_SWITCHED_LEN_MAX 7

struct aw_switched {
    uint32_t seq; /* her newest statement when it was armed */
};

extern const struct aw_wire_map aw_switched_map;

#endif /* AW_WIRE_SWITCHED_H */
