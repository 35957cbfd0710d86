/* SPDX-License-Identifier: ISC */
#include "core/pairing.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "core/pairing_internal.h"
#include "core/record.h"
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "wire/invite.h"

/*
 * The subject's side of pairing (spec/04-pairing.md §6):
 *
 *   from  on                              to    does
 *   OPEN  valid message 1, in time        USED  channel; sends message 2
 *   OPEN  valid message 1, too late       OPEN  AW_E_STALE: she is told
 *   USED  the same message 1              USED  sends the same message 2
 *   any   another valid message 1         same  AW_ANSWER_SECOND: she is told
 *   USED  first valid cell on the channel DONE  message 2 is erased
 */

enum aw_status aw_inviting_init(struct aw_inviting *inv, const struct aw_invite *draft,
                                const struct aw_random *random)
{
    uint8_t space[AW_INVITE_LEN_MAX];
    struct aw_buf buf = AW_BUF_OF(space);
    struct aw_dh_key key;
    enum aw_status st;

    memset(inv, 0, sizeof *inv);
    inv->phase = AW_INVITING_OPEN;
    inv->invite = *draft;
    inv->invite.version = AW_INVITE_VERSION;
    /* spec/09-crypto.md §5.1: "Static keys MUST be fresh for each relationship and MUST NOT be
     * used in another." */
    /* spec/04-pairing.md §2: "The subject's static key, the pre-shared key and the seed of an
     * invite MUST be drawn afresh for it." The seed belongs to the mailbox, and so to the caller.
     */
    st = aw_dh_keypair(&key, random);
    if (st == AW_OK)
        st = aw_random_fill(random, inv->invite.psk, sizeof inv->invite.psk);
    if (st == AW_OK) {
        memcpy(inv->static_key, key.sk, AW_KEY_LEN);
        memcpy(inv->invite.subject_key, key.pk, AW_KEY_LEN);
        st = aw_message_encode(&aw_invite_map, &inv->invite, &buf);
    }
    if (st != AW_OK)
        aw_inviting_wipe(inv);
    aw_wipe(&key, sizeof key);
    aw_wipe(space, sizeof space);
    return st;
}

/* A second answer is recognised by the same keys, kept until the invite has expired (PA-9). */
static enum aw_status read_first(const struct aw_inviting *inv, struct aw_noise *noise,
                                 struct aw_hello *peer, struct aw_bytes cell,
                                 const struct aw_random *random)
{
    struct aw_dh_key key;
    enum aw_status st;

    aw_dh_from_secret(&key, inv->static_key);
    st = aw_pairing_noise(noise, &inv->invite, &key, false, random);
    aw_wipe(&key, sizeof key);
    if (st == AW_OK)
        st = aw_pairing_read(peer, noise, cell);
    return st;
}

static enum aw_status accept(struct aw_inviting *inv, struct aw_noise *noise,
                             const uint8_t answer_hash[AW_HASH_LEN], const struct aw_hello *own,
                             uint64_t wall_ms, struct aw_channel *ch,
                             const struct aw_random *random)
{
    uint8_t cell[AW_CELL_LEN];
    enum aw_status st = aw_pairing_write(cell, noise, own);

    if (st == AW_OK)
        st = aw_channel_init(ch, noise, AW_ROLE_SUBJECT, random, wall_ms);
    if (st == AW_OK) {
        inv->phase = AW_INVITING_USED;
        memcpy(inv->answer_hash, answer_hash, AW_HASH_LEN);
        memcpy(inv->cell, cell, sizeof inv->cell);
    }
    aw_wipe(cell, sizeof cell);
    return st;
}

enum aw_status aw_inviting_open(struct aw_inviting *inv, struct aw_bytes cell,
                                const struct aw_hello *own, uint64_t wall_ms,
                                enum aw_inviting_answer *answer, struct aw_channel *ch,
                                struct aw_hello *peer, const struct aw_random *random)
{
    uint8_t answer_hash[AW_HASH_LEN];
    struct aw_noise noise;
    enum aw_status st;

    aw_channel_wipe(ch);
    aw_wipe(peer, sizeof *peer);
    if (cell.len != AW_CELL_LEN)
        return AW_E_FORMAT;
    aw_sha256(answer_hash, cell);
    /* spec/09-crypto.md §5.1: "A subject MUST answer at most one first message under a pre-shared
     * key." The same message gets the answer that was made for it. */
    if (inv->phase != AW_INVITING_OPEN &&
        aw_secret_equal(answer_hash, inv->answer_hash, AW_HASH_LEN)) {
        *answer = AW_ANSWER_AGAIN;
        return AW_OK;
    }

    st = read_first(inv, &noise, peer, cell, random);
    if (st == AW_OK && inv->phase != AW_INVITING_OPEN) {
        /* spec/04-pairing.md §6: "A subject MUST NOT serve a second answer to an invite, and MUST
         * report it to her." */
        *answer = AW_ANSWER_SECOND;
    } else if (st == AW_OK && wall_ms / 1000 >= inv->invite.expires_at) {
        st = AW_E_STALE;
    } else if (st == AW_OK) {
        *answer = AW_ANSWER_FIRST;
        st = accept(inv, &noise, answer_hash, own, wall_ms, ch, random);
    }
    if (st != AW_OK)
        aw_wipe(peer, sizeof *peer);
    aw_noise_wipe(&noise);
    return st;
}

enum aw_status aw_inviting_cell(const struct aw_inviting *inv, struct aw_buf *cell)
{
    return inv->phase == AW_INVITING_USED ? aw_buf_put(cell, AW_BYTES_OF(inv->cell))
                                          : AW_E_NOT_FOUND;
}

void aw_inviting_done(struct aw_inviting *inv)
{
    if (inv->phase != AW_INVITING_USED)
        return;
    inv->phase = AW_INVITING_DONE;
    aw_wipe(inv->cell, sizeof inv->cell);
}

void aw_inviting_wipe(struct aw_inviting *inv)
{
    aw_wipe(inv, sizeof *inv);
}

/* ---- Record: [version, phase, invite, static_key, answer_hash, cell] ---- */

#define FIELD_COUNT 6

enum aw_status aw_inviting_encode(const struct aw_inviting *inv, struct aw_buf *out)
{
    uint8_t space[AW_INVITE_LEN_MAX];
    struct aw_buf invite = AW_BUF_OF(space);
    enum aw_status st = aw_message_encode(&aw_invite_map, &inv->invite, &invite);
    struct aw_wr wr;

    AW_ASSERT(st == AW_OK); /* checked by init and decode */
    aw_record_begin(&wr, out, FIELD_COUNT);
    aw_wr_uint(&wr, inv->phase);
    aw_wr_bytes(&wr, aw_buf_bytes(&invite));
    aw_record_put(&wr, inv->static_key, AW_KEY_LEN);
    aw_record_put(&wr, inv->answer_hash, inv->phase == AW_INVITING_OPEN ? 0 : AW_HASH_LEN);
    aw_record_put(&wr, inv->cell, inv->phase == AW_INVITING_USED ? AW_CELL_LEN : 0);
    aw_wipe(space, sizeof space);
    return aw_wr_end(&wr);
}

enum aw_status aw_inviting_decode(struct aw_inviting *inv, struct aw_bytes in)
{
    struct aw_bytes invite;
    struct aw_rd rd;

    memset(inv, 0, sizeof *inv);
    aw_record_open(&rd, in, FIELD_COUNT);
    inv->phase = (uint8_t)aw_rd_uint(&rd, AW_INVITING_OPEN, AW_INVITING_DONE);
    invite = aw_rd_bytes(&rd, 1, AW_INVITE_LEN_MAX);
    aw_rd_bytes_fixed(&rd, inv->static_key, AW_KEY_LEN);
    aw_rd_bytes_fixed(&rd, inv->answer_hash, inv->phase == AW_INVITING_OPEN ? 0 : AW_HASH_LEN);
    aw_rd_bytes_fixed(&rd, inv->cell, inv->phase == AW_INVITING_USED ? AW_CELL_LEN : 0);
    if (aw_rd_end(&rd) != AW_OK ||
        aw_message_decode(&aw_invite_map, &inv->invite, invite) != AW_OK) {
        aw_inviting_wipe(inv);
        return AW_E_DAMAGED;
    }
    return AW_OK;
}
