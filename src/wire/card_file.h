/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_CARD_FILE_H
#define AW_WIRE_CARD_FILE_H

#include "wire/card.h"
#include "wire/message.h"

/* Card file: what a contact is given of her plan card (spec/06-subject.md §12). */

/* A sealed card: its key, sealed, then the encoded card and a tag (spec/09-crypto.md §7.5). */
#define AW_CARD_SEALED_MAX (AW_CARD_LEN_MAX + 128)

/* Longest encoding. */
#define AW_CARD_FILE_LEN_MAX 10001

/* Secret: wipe. */
struct aw_card_file {
    uint32_t version; /* of the plan that binds it first */
    uint8_t share[33];
    struct aw_bytes sealed; /* after decoding borrowed from the input */
};

extern const struct aw_wire_map aw_card_file_map;

#endif /* AW_WIRE_CARD_FILE_H */
