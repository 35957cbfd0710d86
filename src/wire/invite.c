/* SPDX-License-Identifier: ISC */
#include "wire/invite.h"

#include "base/assert.h"
#include "wire/endpoint.h"

static const struct aw_wire_field fields[] = {
    AW_ROW_UINT(0, aw_invite, version, AW_INVITE_VERSION, AW_INVITE_VERSION),
    AW_ROW_FIXED(1, aw_invite, subject_key),
    AW_ROW_FIXED(2, aw_invite, psk),
    AW_ROW_FIXED(3, aw_invite, seed),
    AW_ROW_LIST(4, aw_invite, relays, 1, &aw_endpoint_map),
    AW_ROW_UINT(5, aw_invite, expires_at, 0, UINT32_MAX),
    AW_ROW_TEXT(6, aw_invite, name, 1),
};

const struct aw_wire_map aw_invite_map = AW_WIRE_TABLE("invite", aw_invite, fields, NULL);
