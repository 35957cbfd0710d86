/* SPDX-License-Identifier: ISC */
#include "wire/hello.h"

#include "base/assert.h"
#include "wire/endpoint.h"

static const struct aw_wire_field fields[] = {
    AW_ROW_TEXT(0, aw_hello, name, 1),
    AW_ROW_FIXED(1, aw_hello, seed),
    AW_ROW_LIST(2, aw_hello, relays, 1, &aw_endpoint_map),
};

const struct aw_wire_map aw_hello_map = AW_WIRE_TABLE("hello", aw_hello, fields, NULL);
