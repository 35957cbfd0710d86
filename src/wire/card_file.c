/* SPDX-License-Identifier: ISC */
#include "wire/card_file.h"

#include "base/assert.h"

static const struct aw_wire_field fields[] = {
    AW_ROW_UINT(0, aw_card_file, version, 1, UINT32_MAX),
    AW_ROW_FIXED(1, aw_card_file, share),
    AW_ROW_BYTES(2, aw_card_file, sealed, 129, AW_CARD_SEALED_MAX),
};

const struct aw_wire_map aw_card_file_map = AW_WIRE_TABLE("card_file", aw_card_file, fields, NULL);
