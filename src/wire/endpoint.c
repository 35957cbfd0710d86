/* SPDX-License-Identifier: ISC */
#include "wire/endpoint.h"

#include "base/assert.h"

static const struct aw_wire_field fields[] = {
    AW_ROW_FIXED(0, aw_endpoint, relay_key),
    AW_ROW_TEXT(1, aw_endpoint, address, 3),
};

const struct aw_wire_map aw_endpoint_map = AW_WIRE_TABLE("endpoint", aw_endpoint, fields, NULL);
