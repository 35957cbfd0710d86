/* SPDX-License-Identifier: ISC */
#include "core/pairing.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "core/pairing_internal.h"
#include "core/record.h"
#include "wire/invite.h"

/*
 * The contact's side of pairing (spec/04-pairing.md §6):
 *
 *   from     on                          to       does
 *   -        an invite that is good      WAITING  sends message 1, until answered or expired
 *   WAITING  valid message 2             PAIRED   channel; this object is wiped
 *   WAITING  expires_at                  WAITING  aw_joining_is_stale(): he is told
 */

enum aw_status aw_joining_init(struct aw_joining *join, const struct aw_invite *invite,
                               const struct aw_hello *own, const struct aw_random *random)
{
    struct aw_dh_key key;
    struct aw_noise noise;
    enum aw_status st;

    memset(join, 0, sizeof *join);
    memset(&noise, 0, sizeof noise);
    join->invite = *invite;
    /* spec/04-pairing.md §6: "A contact MUST draw its static key for this relationship alone." */
    st = aw_dh_keypair(&key, random);
    if (st == AW_OK)
        st = aw_pairing_noise(&noise, invite, &key, true, random);
    if (st == AW_OK)
        st = aw_pairing_write(join->cell, &noise, own);
    if (st == AW_OK)
        aw_noise_save(&noise, join->noise);
    else
        aw_joining_wipe(join);
    aw_wipe(&key, sizeof key);
    aw_noise_wipe(&noise);
    return st;
}

void aw_joining_cell(const struct aw_joining *join, uint8_t cell[AW_CELL_LEN])
{
    memcpy(cell, join->cell, AW_CELL_LEN);
}

enum aw_status aw_joining_finish(struct aw_joining *join, struct aw_bytes cell, uint64_t wall_ms,
                                 struct aw_channel *ch, struct aw_hello *peer,
                                 const struct aw_random *random)
{
    struct aw_noise noise;
    enum aw_status st = aw_noise_load(&noise, join->noise);

    AW_ASSERT(st == AW_OK); /* checked by init and decode */
    aw_channel_wipe(ch);
    aw_wipe(peer, sizeof *peer);
    st = aw_pairing_read(peer, &noise, cell);
    if (st == AW_OK)
        st = aw_channel_init(ch, &noise, AW_ROLE_CONTACT, random, wall_ms);
    if (st != AW_OK)
        aw_wipe(peer, sizeof *peer);
    aw_noise_wipe(&noise);
    return st;
}

bool aw_joining_is_stale(const struct aw_joining *join, uint64_t wall_ms)
{
    return wall_ms / 1000 >= join->invite.expires_at;
}

void aw_joining_wipe(struct aw_joining *join)
{
    aw_wipe(join, sizeof *join);
}

/* ---- Record: [version, invite, noise, cell] ---- */

#define FIELD_COUNT 4

enum aw_status aw_joining_encode(const struct aw_joining *join, struct aw_buf *out)
{
    uint8_t space[AW_INVITE_LEN_MAX];
    struct aw_buf invite = AW_BUF_OF(space);
    enum aw_status st = aw_message_encode(&aw_invite_map, &join->invite, &invite);
    struct aw_wr wr;

    AW_ASSERT(st == AW_OK); /* checked by init and decode */
    aw_record_begin(&wr, out, FIELD_COUNT);
    aw_wr_bytes(&wr, aw_buf_bytes(&invite));
    aw_record_put(&wr, join->noise, sizeof join->noise);
    aw_record_put(&wr, join->cell, sizeof join->cell);
    aw_wipe(space, sizeof space);
    return aw_wr_end(&wr);
}

static bool is_waiting(const uint8_t saved[AW_NOISE_STATE_LEN])
{
    struct aw_noise noise;
    enum aw_status st = aw_noise_load(&noise, saved);
    bool ok = st == AW_OK && noise.pattern == AW_NOISE_IKPSK1;

    aw_noise_wipe(&noise);
    return ok;
}

enum aw_status aw_joining_decode(struct aw_joining *join, struct aw_bytes in)
{
    struct aw_bytes invite;
    struct aw_rd rd;

    memset(join, 0, sizeof *join);
    aw_record_open(&rd, in, FIELD_COUNT);
    invite = aw_rd_bytes(&rd, 1, AW_INVITE_LEN_MAX);
    aw_rd_bytes_fixed(&rd, join->noise, sizeof join->noise);
    aw_rd_bytes_fixed(&rd, join->cell, sizeof join->cell);
    if (aw_rd_end(&rd) != AW_OK || !is_waiting(join->noise) ||
        aw_message_decode(&aw_invite_map, &join->invite, invite) != AW_OK) {
        aw_joining_wipe(join);
        return AW_E_DAMAGED;
    }
    return AW_OK;
}
