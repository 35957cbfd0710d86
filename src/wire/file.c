/* SPDX-License-Identifier: ISC */
#include "wire/file.h"

#include "base/assert.h"

static const struct aw_wire_field file_fields[] = {
    AW_ROW_UINT(0, aw_file, kind, AW_FILE_PLAN, AW_FILE_CARD),
    AW_ROW_BYTES(1, aw_file, body, 1, AW_PLAN_LEN_MAX),
    AW_ROW_FIXED(2, aw_file, signing_key),
    AW_ROW_FIXED(3, aw_file, signature),
};

const struct aw_wire_map aw_file_map = AW_WIRE_TABLE("file", aw_file, file_fields, NULL);
