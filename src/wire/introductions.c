/* SPDX-License-Identifier: ISC */
#include "wire/introductions.h"

#include "base/assert.h"
#include "wire/endpoint.h"

static const struct aw_wire_field peer_fields[] = {
    AW_ROW_UINT(0, aw_introduction, person, 1, AW_PLAN_MEMBER_MAX),
    AW_ROW_UINT(1, aw_introduction, relays, 1, (UINT64_C(1) << AW_INTRODUCED_RELAY_MAX) - 1),
    AW_ROW_FIXED(2, aw_introduction, seed),
    AW_ROW_FIXED(3, aw_introduction, psk),
};

static const struct aw_wire_map peer_map =
    AW_WIRE_TABLE("introduction", aw_introduction, peer_fields, NULL);

static const struct aw_wire_field fields[] = {
    AW_ROW_UINT(0, aw_introductions, version, 1, UINT32_MAX),
    AW_ROW_LIST(1, aw_introductions, peers, 1, &peer_map),
    AW_ROW_LIST(2, aw_introductions, relays, 1, &aw_endpoint_map),
};

/* spec/03-wire.md §9: "The relays of a peer MUST be one to three, and in the list." */
static bool has_relays(const struct aw_introductions *m, uint64_t bits)
{
    unsigned count = 0;

    for (size_t i = 0; i < AW_INTRODUCED_RELAY_MAX; i++) {
        if ((bits >> i & 1) == 0)
            continue;
        if (i >= m->relays_count)
            return false;
        count++;
    }
    return count <= AW_ENDPOINT_COUNT_MAX; /* at least one: the field's range */
}

static enum aw_status check(const void *message)
{
    const struct aw_introductions *m = message;

    /* spec/03-wire.md §9: "The peers of introductions MUST strictly ascend by person." */
    for (size_t i = 0; i < m->peers_count; i++) {
        if (i > 0 && m->peers[i].person <= m->peers[i - 1].person)
            return AW_E_RANGE;
        if (!has_relays(m, m->peers[i].relays))
            return AW_E_RANGE;
    }
    return AW_OK;
}

const struct aw_wire_map aw_introductions_map =
    AW_WIRE_TABLE("introductions", aw_introductions, fields, check);
