/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_SWITCHED_H
#define AW_WIRE_SWITCHED_H

#include "wire/message.h"

/* Switched: what a relay's blind switch delivers, in a cell of lane switch (spec/06-subject.md
 * §14). */

/* Longest encoding. */
#define AW_SWITCHED_LEN_MAX 13

/* What is missed for so long is missed; and the shortest time of a switch. */
#define AW_SWITCH_MARGIN_S 120
#define AW_SWITCH_LEAST_S  300

struct aw_switched {
    uint32_t seq;   /* her newest statement when it was armed */
    uint32_t after; /* seconds from then until a relay delivers it */
};

extern const struct aw_wire_map aw_switched_map;

#endif /* AW_WIRE_SWITCHED_H */
