/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/bytes.h"
#include "core/short.h"
#include "wire/state.h"

/* Frames from small bearers (spec/14-small-bearers.md §5). */

/*
 * A place that came without a key gets one, so that it is kept and shown like any other. Without a
 * place there is nothing to keep: the share of the call itself is worth more. If it fails, the
 * place is lost: the SOS is not.
 */
static void keep_state(struct contact *c, struct aw_call *call, const struct aw_state *state)
{
    uint8_t plain[AW_STATE_LEN], key[AW_KEY_LEN];
    struct aw_buf buf = AW_BUF_OF(plain);
    enum aw_status st;

    if (!state->has_lat_e7)
        return;
    st = aw_message_encode_padded(&aw_state_map, state, &buf, sizeof plain);
    if (st == AW_OK)
        st = aw_share_key(key, &c->random);
    if (st == AW_OK) {
        aw_state_seal(call->state, plain, key);
        aw_share_whole(call->share, key);
        call->has_state = call->has_share = true;
    }
    aw_wipe(key, sizeof key);
    aw_wipe(plain, sizeof plain);
}

/* The call that the frame is the short form of, as far as the frame tells. */
static enum aw_status fill(struct contact *c, struct aw_call *call, const struct aw_short *frame,
                           uint32_t epoch)
{
    *call = (struct aw_call){.kind = frame->kind,
                             .seq = frame->seq,
                             .issued_at = frame->issued_at,
                             .valid_for = frame->valid_for,
                             .reply_seen = frame->reply_seen,
                             .word = frame->word,
                             .waiting = 1};
    if (frame->kind == AW_FRAME_SOS) {
        call->has_alarm = true;
        call->alarm =
            (struct aw_alarm){.id = call->seq, .kind = frame->alarm_kind, .since = call->issued_at};
        keep_state(c, call, &frame->state);
        return AW_OK;
    }
    /* spec/14-small-bearers.md §3: "with a `presence_back` above the epoch of the frame" */
    if (frame->presence_back > epoch)
        return AW_E_RANGE;
    call->presence_epoch = epoch - frame->presence_back;
    memcpy(call->presence, frame->presence, sizeof call->presence);
    return AW_OK;
}

enum aw_status aw_co_frame(struct contact *c, const struct aw_opened *opened, struct aw_bytes plain)
{
    struct aw_short frame;
    struct aw_call call = {0};
    enum aw_status st = aw_short_decode(&frame, plain.ptr);

    /* spec/05-channel.md §8.2: "Messages of a quarantined session MUST NOT have any effect on
     * deadlines, votes, plan or presence keys." */
    if (st == AW_OK && opened->session == AW_SESSION_MAIN) {
        st = fill(c, &call, &frame, opened->epoch);
        /* spec/14-small-bearers.md §5: "The receiver of a frame MUST take the time of its arrival
         * as deposit time, whatever a bearer says." */
        if (st == AW_OK)
            st =
                aw_co_take(c, opened, &call, CONTACT_FROM_FRAME, (uint32_t)aw_timebase_s(&c->time));
    }
    if (st == AW_OK || st == AW_E_REPLAY) {
        c->reply_session = opened->session;
        c->wants_reply = true;
    }
    aw_wipe(&call, sizeof call);
    aw_wipe(&frame, sizeof frame);
    return st;
}

/* A frame that does not open is not counted towards spec/05-channel.md CH-33: anybody can send an
 * SMS. */
enum aw_status aw_contact_feed_frame(struct aw_contact *contact, struct aw_bytes frame,
                                     struct aw_now now)
{
    struct contact *c = contact_of(contact);
    uint8_t space[AW_SHORT_LEN];
    struct aw_buf plain = AW_BUF_OF(space);
    const struct aw_resume own = {0};
    struct aw_opened opened;
    enum aw_status st;

    aw_co_advance(c, now);
    if (!aw_outbox_has_room(&c->outbox))
        return AW_E_BUSY;
    /* spec/14-small-bearers.md §1: "A frame MUST have exactly 106 bytes; a receiver MUST refuse any
     * other length." */
    if (frame.len != AW_FRAME_LEN)
        return AW_E_FORMAT;
    if (c->who.phase < AW_CONTACT_PAIRED)
        return AW_E_AUTH;
    st = aw_channel_open(&c->channel, frame, &own, aw_timebase_s(&c->time) * 1000, &plain, &opened,
                         &c->random);
    if (st == AW_OK)
        st = aw_co_opened(c, &opened, aw_buf_bytes(&plain), 0);
    if (st == AW_E_REPLAY)
        c->replayed_count++;
    if (st != AW_OK)
        c->refused_count++;
    aw_wipe(space, sizeof space);
    return st;
}
