/* SPDX-License-Identifier: ISC */
#include "wire/switched.h"

#include <allswell/limits.h>

#include "base/assert.h"

static const struct aw_wire_field fields[] = {
    AW_ROW_UINT(0, aw_switched, seq, 1, UINT32_MAX),
    AW_ROW_UINT(1, aw_switched, after, 1, AW_RELAY_ARM_MAX_S),
};

const struct aw_wire_map aw_switched_map = AW_WIRE_TABLE("switched", aw_switched, fields, NULL);
