/* SPDX-License-Identifier: ISC */
#include "core/peer.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/call.h"
#include "wire/endpoint.h"

/* What a contact engine holds of the others: places, and their records. */

#define VERSION          1

#define ROW_U32(k, s, m) AW_ROW_UINT(k, s, m, 0, UINT32_MAX)
#define ROW_U64(k, s, m) AW_ROW_UINT(k, s, m, 0, UINT64_MAX)

/* ---- Places ---- */

void aw_peers_init(struct aw_peers *p)
{
    memset(p, 0, offsetof(struct aw_peers, list));
    p->book.version = VERSION;
    p->place.version = VERSION;
}

static size_t place_of(const struct aw_peers *p, uint8_t person)
{
    size_t i = 0;

    while (i < p->used && p->list[i].person != person)
        i++;
    return person != 0 ? i : p->used;
}

struct aw_peer *aw_peers_find(struct aw_peers *p, uint8_t person)
{
    size_t i = place_of(p, person);

    return i < p->used ? &p->list[i] : NULL;
}

const struct aw_peer *aw_peers_find_const(const struct aw_peers *p, uint8_t person)
{
    size_t i = place_of(p, person);

    return i < p->used ? &p->list[i] : NULL;
}

struct aw_peer *aw_peers_add(struct aw_peers *p, uint8_t person)
{
    size_t i = 0;

    while (i < p->used && p->list[i].person != 0)
        i++;
    if (i == AW_PEER_MAX)
        return NULL;
    if (i == p->used)
        p->used++;
    memset(&p->list[i], 0, sizeof p->list[i]);
    p->list[i].version = VERSION;
    p->list[i].person = person;
    return &p->list[i];
}

void aw_peers_remove(struct aw_peers *p, struct aw_peer *peer)
{
    uint32_t bit = UINT32_C(1) << (peer - p->list);

    p->gone |= UINT32_C(1) << peer->person;
    p->dirty &= ~bit;
    p->dirty_flight &= ~bit; /* a STORE that fails must not come back to an empty place */
    aw_wipe(peer, sizeof *peer);
}

bool aw_peer_is_linked(const struct aw_peer *peer)
{
    return peer->met != 0 && peer->is_heard;
}

enum aw_peer_state aw_peer_state(const struct aw_peer *peer)
{
    if (peer->met != 0 && aw_channel_is_quarantined(&peer->channel))
        return AW_PEER_QUARANTINED;
    if (aw_peer_is_linked(peer))
        return AW_PEER_LINKED;
    if (!peer->peering.has_cell)
        return AW_PEER_INTRODUCED;
    return peer->peering.has_noise ? AW_PEER_ASKING : AW_PEER_ANSWERING;
}

/* ---- Tables ---- */

static const struct aw_wire_field statement_fields[] = {
    ROW_U32(0, aw_witness_statement, seq),
    ROW_U32(1, aw_witness_statement, issued_at),
    ROW_U32(2, aw_witness_statement, valid_for),
    AW_ROW_UINT(3, aw_witness_statement, kind, 0, AW_CALL_DRILL),
    AW_ROW_FIXED(4, aw_witness_statement, log_head),
    AW_ROW_FIXED(5, aw_witness_statement, signature),
    AW_ROW_FIXED(6, aw_witness_statement, signing_key),
};
static const struct aw_wire_map statement_map =
    AW_WIRE_TABLE("heard", aw_witness_statement, statement_fields, NULL);

/* Flat, with its times: what a watch rests on. */
static const struct aw_wire_field watch_fields[] = {
    ROW_U32(0, aw_watch, call.seq),
    ROW_U32(1, aw_watch, call.issued_at_s),
    ROW_U32(2, aw_watch, call.deposited_at_s),
    ROW_U32(3, aw_watch, call.received_at_s),
    ROW_U32(4, aw_watch, call.valid_for_s),
    AW_ROW_UINT(5, aw_watch, call.kind, 0, AW_CALL_DRILL),
    ROW_U32(6, aw_watch, replied_at_s),
    AW_ROW_UINT(7, aw_watch, clock, 0, AW_CLOCK_REPLY),
    ROW_U32(8, aw_watch, base_s),
};
static const struct aw_wire_map watch_map = AW_WIRE_TABLE("claimed", aw_watch, watch_fields, NULL);

static const struct aw_wire_field book_fields[] = {
    AW_ROW_UINT(0, aw_peers_book, version, VERSION, VERSION),
    AW_ROW_FIXED(1, aw_peers_book, key.sk),
    AW_ROW_FIXED(2, aw_peers_book, seed),
    AW_ROW_FIXED(3, aw_peers_book, read_seed),
    ROW_U32(4, aw_peers_book, intro),
    AW_ROW_MAP_OPT(5, aw_peers_book, statement, &statement_map),
    AW_ROW_FIXED(6, aw_peers_book, keys_seen),
    AW_ROW_UINT(7, aw_peers_book, keys_seen_count, 0, AW_PEERS_KEYS),
    AW_ROW_MAP(8, aw_peers_book, claimed, &watch_map),
    ROW_U32(9, aw_peers_book, safe_seq),
    ROW_U32(10, aw_peers_book, safe_claimed),
    ROW_U32(11, aw_peers_book, vouched_seq),
    ROW_U32(12, aw_peers_book, vouched_at_s),
    ROW_U32(13, aw_peers_book, vouched_for_s),
    AW_ROW_BOOL(14, aw_peers_book, is_vouched),
    ROW_U32(15, aw_peers_book, incident_id),
    AW_ROW_BOOL(16, aw_peers_book, is_released),
    AW_ROW_FIXED_OPT(17, aw_peers_book, next_key),
    AW_ROW_UINT_NONZERO(18, aw_peers_book, lacks_intro, 1, UINT32_MAX),
    AW_ROW_UINT_NONZERO(19, aw_peers_book, key_plan, 1, UINT32_MAX),
};
static const struct aw_wire_map book_map = AW_WIRE_TABLE("peers", aw_peers_book, book_fields, NULL);

static const struct aw_wire_field place_fields[] = {
    AW_ROW_UINT(0, aw_peers_place, version, VERSION, VERSION),
    ROW_U32(1, aw_peers_place, seq),
    AW_ROW_UINT(2, aw_peers_place, from, 0, UINT16_MAX),
    AW_ROW_FIXED(3, aw_peers_place, state),
    AW_ROW_UINT(4, aw_peers_place, has_card, 0, UINT16_MAX),
    AW_ROW_FIXED(5, aw_peers_place, card_hash),
    AW_ROW_FIXED(6, aw_peers_place, card),
};
static const struct aw_wire_map place_map =
    AW_WIRE_TABLE("place", aw_peers_place, place_fields, NULL);

static const struct aw_wire_field peering_fields[] = {
    AW_ROW_FIXED_OPT(0, aw_peering, noise),
    AW_ROW_FIXED_OPT(1, aw_peering, question_hash),
    AW_ROW_FIXED_OPT(2, aw_peering, cell),
};

static enum aw_status check_peering(const void *message)
{
    return aw_peering_is_sound(message) ? AW_OK : AW_E_RANGE;
}

static const struct aw_wire_map peering_map =
    AW_WIRE_TABLE("peering", aw_peering, peering_fields, check_peering);

static const struct aw_wire_field peer_fields[] = {
    AW_ROW_UINT(0, aw_peer, version, VERSION, VERSION),
    AW_ROW_UINT(1, aw_peer, person, 1, AW_PLAN_MEMBER_MAX),
    AW_ROW_BOOL(2, aw_peer, is_decoy),
    AW_ROW_FIXED(3, aw_peer, key),
    AW_ROW_FIXED(4, aw_peer, sign_key),
    ROW_U32(5, aw_peer, intro),
    AW_ROW_FIXED(6, aw_peer, psk),
    AW_ROW_FIXED(7, aw_peer, seed),
    AW_ROW_LIST(8, aw_peer, relays, 0, &aw_endpoint_map),
    ROW_U32(9, aw_peer, met),
    AW_ROW_BOOL(10, aw_peer, is_heard),
    ROW_U32(11, aw_peer, offset_s),
    ROW_U32(12, aw_peer, sent_at_s),
    ROW_U32(13, aw_peer, number),
    ROW_U32(14, aw_peer, got),
    ROW_U32(15, aw_peer, heard_at_s),
    AW_ROW_BOOL(16, aw_peer, is_fellow),
    AW_ROW_MAP_OPT(17, aw_peer, said, &aw_witness_map),
    AW_ROW_FIXED_OPT(18, aw_peer, badge_key),
    ROW_U32(19, aw_peer, share_top),
    ROW_U32(20, aw_peer, share_low),
    AW_ROW_MAP(21, aw_peer, peering, &peering_map),
    AW_ROW_UINT_NONZERO(22, aw_peer, told_confirm, 1, AW_WITNESS_CONFIRM_UNREACHABLE),
    AW_ROW_UINT_NONZERO(23, aw_peer, told_confirm_at_s, 1, UINT32_MAX),
};

static enum aw_status check_peer(const void *message)
{
    const struct aw_peer *p = message;

    return (p->intro == 0) == (p->relays_count == 0) && p->met <= p->intro ? AW_OK : AW_E_RANGE;
}

static const struct aw_wire_map peer_map = AW_WIRE_TABLE("peer", aw_peer, peer_fields, check_peer);

/* ---- Records ---- */

enum aw_status aw_peers_book_encode(const struct aw_peers_book *b, struct aw_buf *out)
{
    return aw_message_encode(&book_map, b, out);
}

enum aw_status aw_peers_place_encode(const struct aw_peers_place *p, struct aw_buf *out)
{
    return p->seq == 0 && p->has_card == 0 ? AW_OK : aw_message_encode(&place_map, p, out);
}

enum aw_status aw_peer_encode(const struct aw_peer *p, struct aw_buf *out)
{
    return aw_message_encode(&peer_map, p, out);
}

enum aw_status aw_peers_book_load(struct aw_peers *p, struct aw_bytes in)
{
    p->has_book = aw_message_decode(&book_map, &p->book, in) == AW_OK;
    if (!p->has_book)
        return AW_E_DAMAGED;
    aw_dh_from_secret(&p->book.key, p->book.key.sk);
    return AW_OK;
}

enum aw_status aw_peers_place_load(struct aw_peers *p, struct aw_bytes in)
{
    return aw_message_decode(&place_map, &p->place, in) == AW_OK ? AW_OK : AW_E_DAMAGED;
}

enum aw_status aw_peers_intro_load(struct aw_peers *p, struct aw_bytes in)
{
    struct aw_introductions intro;
    enum aw_status st = AW_E_DAMAGED;

    if (in.len <= sizeof p->intro)
        st = aw_message_decode(&aw_introductions_map, &intro, in);
    if (st != AW_OK)
        return AW_E_DAMAGED;
    memcpy(p->intro, in.ptr, in.len);
    p->intro_len = (uint16_t)in.len;
    p->intro_version = intro.version;
    aw_wipe(&intro, sizeof intro);
    return AW_OK;
}

enum aw_status aw_peer_load(struct aw_peers *p, uint64_t person, struct aw_bytes in)
{
    struct aw_peer *peer;

    if (person < 1 || person > AW_PLAN_MEMBER_MAX || aw_peers_find(p, (uint8_t)person) != NULL)
        return AW_E_DAMAGED;
    peer = aw_peers_add(p, (uint8_t)person);
    if (peer == NULL || aw_message_decode(&peer_map, peer, in) != AW_OK || peer->person != person)
        return AW_E_DAMAGED;
    return AW_OK;
}

enum aw_status aw_peer_channel_load(struct aw_peers *p, uint64_t person, struct aw_bytes in)
{
    struct aw_peer *peer = NULL;

    if (person >= 1 && person <= AW_PLAN_MEMBER_MAX)
        peer = aw_peers_find(p, (uint8_t)person);
    if (peer == NULL || peer->met == 0)
        return AW_E_DAMAGED;
    return aw_channel_decode(&peer->channel, in) == AW_OK ? AW_OK : AW_E_DAMAGED;
}

bool aw_peers_is_whole(const struct aw_peers *p)
{
    for (size_t i = 0; i < p->used; i++) {
        const struct aw_peer *peer = &p->list[i];

        /* A channel that was not read is all zero. */
        if (peer->met != 0 && !peer->channel.cur.live)
            return false;
    }
    return p->has_book || (p->used == 0 && p->place.seq == 0 && p->intro_len == 0);
}
