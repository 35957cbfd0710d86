/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_STATE_H
#define AW_WIRE_STATE_H

#include <allswell/state.h>

#include "wire/message.h"

/* State: the plaintext of the sealed state (spec/09-crypto.md §7). */

/* Every plaintext has this length: a state and zeros. The longest state needs 91. */
#define AW_STATE_PADDED_LEN 96

/* Bound of the accuracy of a place, in metres. */
#define AW_ACCURACY_MAX_M 1000000

extern const struct aw_wire_map aw_state_map;

#endif /* AW_WIRE_STATE_H */
