/* SPDX-License-Identifier: ISC */
#include "core/channel.h"

#include <string.h>

#include "base/bytes.h"
#include "core/channel_internal.h"
#include "core/record.h"

/*
 * The record of a channel (spec/05-channel.md §10): one array, whose optional parts are empty
 * arrays. Encode and decode side by side, part by part.
 */

#define FIELD_COUNT 20

enum resumed_flag { STALE = 1, CONFIRMED = 2, SPOKEN = 4, GOT = 8 };

/* ---- Ratchet: [next_index], or [next_index, header_key, chain] while it is live ---- */

static void put_ratchet(struct aw_wr *wr, const struct aw_ratchet *r)
{
    aw_wr_array(wr, r->live ? 3 : 1);
    aw_wr_uint(wr, r->next_index);
    if (r->live) {
        aw_record_put(wr, r->header_key, AW_KEY_LEN);
        aw_record_put(wr, r->chain, AW_KEY_LEN);
    }
}

static void get_ratchet(struct aw_rd *rd, struct aw_ratchet *r)
{
    size_t count = aw_rd_array(rd, 1, 3);

    aw_record_require(rd, count != 2);
    r->next_index = aw_rd_uint(rd, 0, UINT64_C(1) << 32);
    r->live = count == 3;
    if (r->live) {
        aw_rd_bytes_fixed(rd, r->header_key, AW_KEY_LEN);
        aw_rd_bytes_fixed(rd, r->chain, AW_KEY_LEN);
    }
}

/* ---- Epoch: [], or [number, root, resumption, send..., recv...] ---- */

#define EPOCH_COUNT (3 + 2 * AW_EPOCH_LANE_COUNT)

static void put_epoch(struct aw_wr *wr, const struct aw_epoch *e)
{
    aw_wr_array(wr, e->live ? EPOCH_COUNT : 0);
    if (!e->live)
        return;
    aw_wr_uint(wr, e->number);
    aw_record_put(wr, e->root, AW_KEY_LEN);
    aw_record_put(wr, e->resumption, AW_KEY_LEN);
    for (size_t i = 0; i < AW_EPOCH_LANE_COUNT; i++)
        put_ratchet(wr, &e->send[i]);
    for (size_t i = 0; i < AW_EPOCH_LANE_COUNT; i++)
        put_ratchet(wr, &e->recv[i]);
}

/* All that is to be received can be, as long as the epoch is there. */
static void get_epoch(struct aw_rd *rd, struct aw_epoch *e, enum aw_direction own)
{
    enum aw_direction peer = own == AW_DIRECTION_OFFER ? AW_DIRECTION_ACCEPT : AW_DIRECTION_OFFER;
    size_t count = aw_rd_array(rd, 0, EPOCH_COUNT);

    e->live = count != 0;
    if (!e->live)
        return;
    aw_record_require(rd, count == EPOCH_COUNT);
    e->number = aw_record_u32(rd);
    aw_rd_bytes_fixed(rd, e->root, AW_KEY_LEN);
    aw_rd_bytes_fixed(rd, e->resumption, AW_KEY_LEN);
    for (size_t i = 0; i < AW_EPOCH_LANE_COUNT; i++)
        get_ratchet(rd, &e->send[i]);
    for (size_t i = 0; i < AW_EPOCH_LANE_COUNT; i++) {
        get_ratchet(rd, &e->recv[i]);
        aw_record_require(rd, e->recv[i].live == aw_epoch_goes(i, peer));
    }
}

/* ---- Key pair: its secret half ---- */

static void get_dh_key(struct aw_rd *rd, struct aw_dh_key *key)
{
    uint8_t sk[AW_KEY_LEN] = {0};

    aw_rd_bytes_fixed(rd, sk, sizeof sk);
    aw_dh_from_secret(key, sk);
    aw_wipe(sk, sizeof sk);
}

/* ---- Resumed session: [], or as below; offer is empty at a contact ---- */

#define RESUMED_COUNT 7

static void put_resumed(struct aw_wr *wr, const struct aw_resumed *r, bool is_subject)
{
    unsigned flags = (r->is_stale ? STALE : 0U) | (r->is_confirmed ? CONFIRMED : 0U) |
                     (r->is_spoken ? SPOKEN : 0U) | (r->has_got ? GOT : 0U);

    aw_wr_array(wr, r->epoch.live ? RESUMED_COUNT : 0);
    if (!r->epoch.live)
        return;
    put_epoch(wr, &r->epoch);
    aw_wr_uint(wr, flags);
    aw_wr_uint(wr, r->got_index);
    aw_wr_uint(wr, r->named_epoch);
    aw_record_put(wr, r->words_hash, AW_HASH_LEN);
    aw_record_put(wr, r->accept, AW_KEY_LEN);
    aw_record_put(wr, r->offer.sk, is_subject ? AW_KEY_LEN : 0);
}

static void get_resumed(struct aw_rd *rd, struct aw_resumed *r, enum aw_direction own)
{
    size_t count = aw_rd_array(rd, 0, RESUMED_COUNT);
    unsigned flags;

    if (count == 0)
        return;
    aw_record_require(rd, count == RESUMED_COUNT);
    get_epoch(rd, &r->epoch, own);
    flags = (unsigned)aw_rd_uint(rd, 0, STALE | CONFIRMED | SPOKEN | GOT);
    r->is_stale = (flags & STALE) != 0;
    r->is_confirmed = (flags & CONFIRMED) != 0;
    r->is_spoken = (flags & SPOKEN) != 0;
    r->has_got = (flags & GOT) != 0;
    r->got_index = aw_record_u32(rd);
    r->named_epoch = aw_record_u32(rd);
    aw_rd_bytes_fixed(rd, r->words_hash, AW_HASH_LEN);
    aw_rd_bytes_fixed(rd, r->accept, AW_KEY_LEN);
    if (own == AW_DIRECTION_OFFER)
        get_dh_key(rd, &r->offer);
    else
        (void)aw_rd_bytes(rd, 0, 0);

    aw_record_require(rd, r->epoch.live);
    /* Fresh and confirmed means spoken, else it would have been promoted. */
    aw_record_require(rd, r->is_stale ? !r->is_spoken : r->is_spoken == r->is_confirmed);
    aw_record_require(rd, r->has_got ? r->is_stale && r->is_confirmed : r->got_index == 0);
    for (size_t i = 0; i < AW_EPOCH_LANE_COUNT; i++)
        aw_record_require(rd, r->epoch.send[i].live == aw_epoch_goes(i, own));
}

/* ---- Handshakes: [], or [named, own_epoch, noise, cell], or [named, hash, cell] ---- */

static void put_asking(struct aw_wr *wr, const struct aw_resume_side *s)
{
    aw_wr_array(wr, s->live ? 4 : 0);
    if (!s->live)
        return;
    aw_wr_uint(wr, s->named_epoch);
    aw_wr_uint(wr, s->own_epoch);
    aw_record_put(wr, s->noise, sizeof s->noise);
    aw_record_put(wr, s->cell, sizeof s->cell);
}

static void get_asking(struct aw_rd *rd, struct aw_resume_side *s)
{
    size_t count = aw_rd_array(rd, 0, 4);
    struct aw_noise noise;
    enum aw_status st;

    s->live = count != 0;
    if (!s->live)
        return;
    aw_record_require(rd, count == 4);
    s->named_epoch = aw_record_u32(rd);
    s->own_epoch = aw_record_u32(rd);
    aw_rd_bytes_fixed(rd, s->noise, sizeof s->noise);
    aw_rd_bytes_fixed(rd, s->cell, sizeof s->cell);
    st = aw_noise_load(&noise, s->noise);
    aw_record_require(rd, st == AW_OK && noise.pattern == AW_NOISE_KKPSK0);
    aw_noise_wipe(&noise);
}

static void put_answering(struct aw_wr *wr, const struct aw_resume_side *s)
{
    aw_wr_array(wr, s->live ? 3 : 0);
    if (!s->live)
        return;
    aw_wr_uint(wr, s->named_epoch);
    aw_record_put(wr, s->question_hash, sizeof s->question_hash);
    aw_record_put(wr, s->cell, sizeof s->cell);
}

static void get_answering(struct aw_rd *rd, struct aw_resume_side *s)
{
    size_t count = aw_rd_array(rd, 0, 3);

    s->live = count != 0;
    if (!s->live)
        return;
    aw_record_require(rd, count == 3);
    s->named_epoch = aw_record_u32(rd);
    aw_rd_bytes_fixed(rd, s->question_hash, sizeof s->question_hash);
    aw_rd_bytes_fixed(rd, s->cell, sizeof s->cell);
}

/* ---- Rings: [epoch, key, epoch, key, ...] ---- */

static void put_rings(struct aw_wr *wr, const struct aw_channel *ch)
{
    aw_wr_array(wr, 2 * (size_t)ch->accept_count);
    for (size_t i = 0; i < ch->accept_count; i++) {
        aw_wr_uint(wr, ch->accepts[i].epoch);
        aw_record_put(wr, ch->accepts[i].sk, AW_KEY_LEN);
    }
    aw_wr_array(wr, 2 * (size_t)ch->resumption_count);
    for (size_t i = 0; i < ch->resumption_count; i++) {
        aw_wr_uint(wr, ch->resumptions[i].epoch);
        aw_record_put(wr, ch->resumptions[i].key, AW_KEY_LEN);
    }
}

static void get_rings(struct aw_rd *rd, struct aw_channel *ch)
{
    size_t count = aw_rd_array(rd, 0, 2 * (size_t)AW_ACCEPT_KEEP);

    aw_record_require(rd, count % 2 == 0 && (count > 0) == (ch->role == AW_ROLE_CONTACT));
    ch->accept_count = (uint8_t)(count / 2);
    for (size_t i = 0; i < ch->accept_count; i++) {
        ch->accepts[i].epoch = aw_record_u32(rd);
        aw_rd_bytes_fixed(rd, ch->accepts[i].sk, AW_KEY_LEN);
        aw_record_require(rd, i == 0 || ch->accepts[i].epoch > ch->accepts[i - 1].epoch);
    }
    if (ch->accept_count > 0) {
        struct aw_dh_key newest;

        aw_dh_from_secret(&newest, ch->accepts[ch->accept_count - 1].sk);
        memcpy(ch->accept_pk, newest.pk, AW_KEY_LEN);
        aw_wipe(&newest, sizeof newest);
    }
    count = aw_rd_array(rd, 2, 2 * (size_t)AW_RESUMPTION_KEEP);
    aw_record_require(rd, count % 2 == 0);
    ch->resumption_count = (uint8_t)(count / 2);
    for (size_t i = 0; i < ch->resumption_count; i++) {
        ch->resumptions[i].epoch = aw_record_u32(rd);
        aw_rd_bytes_fixed(rd, ch->resumptions[i].key, AW_KEY_LEN);
    }
}

/* ---- The whole ---- */

enum aw_status aw_channel_encode(const struct aw_channel *ch, struct aw_buf *out)
{
    bool is_subject = ch->role == AW_ROLE_SUBJECT;
    struct aw_wr wr;

    aw_record_begin(&wr, out, FIELD_COUNT);
    aw_wr_uint(&wr, ch->role);
    aw_wr_bool(&wr, ch->is_verified);
    aw_record_put(&wr, ch->id, AW_HASH_LEN);
    aw_record_put(&wr, ch->own_static.sk, AW_KEY_LEN);
    aw_record_put(&wr, ch->peer_static, AW_KEY_LEN);
    aw_record_put(&wr, ch->words_hash, AW_HASH_LEN);
    aw_wr_uint(&wr, ch->heard_wall_ms);
    put_epoch(&wr, &ch->cur);
    put_epoch(&wr, &ch->next);
    put_resumed(&wr, &ch->resumed, is_subject);
    aw_wr_uint(&wr, ch->floor_epoch);
    aw_wr_uint(&wr, ch->got_epoch);
    aw_wr_uint(&wr, ch->got_index);
    aw_record_put(&wr, ch->offer.sk, is_subject ? AW_KEY_LEN : 0);
    aw_record_put(&wr, is_subject ? ch->peer_accept : ch->peer_offer, AW_KEY_LEN);
    put_rings(&wr, ch);
    put_asking(&wr, &ch->asking);
    put_answering(&wr, &ch->answering);
    return aw_wr_end(&wr);
}

/* Rules between the parts that aw_channel_decode() can rely on nobody else for. */
static void check(struct aw_rd *rd, const struct aw_channel *ch)
{
    enum aw_direction own = aw_channel_direction(ch);
    bool moved_on = ch->role == AW_ROLE_SUBJECT && ch->next.live;

    aw_record_require(rd, ch->cur.live);
    aw_record_require(rd, !ch->next.live || (ch->cur.number < UINT32_MAX &&
                                             ch->next.number == ch->cur.number + 1));
    for (size_t i = 0; i < AW_EPOCH_LANE_COUNT; i++) {
        bool goes = aw_epoch_goes(i, own);

        aw_record_require(rd, ch->cur.send[i].live == (goes && !moved_on));
        aw_record_require(rd, !ch->next.live || ch->next.send[i].live == goes);
    }
}

enum aw_status aw_channel_decode(struct aw_channel *ch, struct aw_bytes in)
{
    enum aw_direction own;
    bool is_subject;
    struct aw_rd rd;

    memset(ch, 0, sizeof *ch);
    aw_record_open(&rd, in, FIELD_COUNT);
    ch->role = (uint8_t)aw_rd_uint(&rd, AW_ROLE_SUBJECT, AW_ROLE_CONTACT);
    is_subject = ch->role == AW_ROLE_SUBJECT;
    own = aw_channel_direction(ch);
    ch->is_verified = aw_rd_bool(&rd);
    aw_rd_bytes_fixed(&rd, ch->id, AW_HASH_LEN);
    get_dh_key(&rd, &ch->own_static);
    aw_rd_bytes_fixed(&rd, ch->peer_static, AW_KEY_LEN);
    aw_rd_bytes_fixed(&rd, ch->words_hash, AW_HASH_LEN);
    ch->heard_wall_ms = aw_rd_uint(&rd, 0, AW_TIME_MAX_MS);
    get_epoch(&rd, &ch->cur, own);
    get_epoch(&rd, &ch->next, own);
    get_resumed(&rd, &ch->resumed, own);
    ch->floor_epoch = aw_record_u32(&rd);
    ch->got_epoch = aw_record_u32(&rd);
    ch->got_index = aw_record_u32(&rd);
    if (is_subject)
        get_dh_key(&rd, &ch->offer);
    else
        (void)aw_rd_bytes(&rd, 0, 0);
    aw_rd_bytes_fixed(&rd, is_subject ? ch->peer_accept : ch->peer_offer, AW_KEY_LEN);
    get_rings(&rd, ch);
    get_asking(&rd, &ch->asking);
    get_answering(&rd, &ch->answering);
    check(&rd, ch);
    if (aw_rd_end(&rd) != AW_OK) {
        aw_channel_wipe(ch);
        return AW_E_DAMAGED;
    }
    return AW_OK;
}
