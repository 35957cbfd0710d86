/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_CARD_H
#define AW_WIRE_CARD_H

#include <allswell/card.h>

#include "wire/message.h"

/* Longest encoding. */
#define AW_CARD_LEN_MAX 9826

extern const struct aw_wire_map aw_card_map;

#endif /* AW_WIRE_CARD_H */
