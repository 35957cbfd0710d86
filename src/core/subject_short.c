/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "core/coarse.h"
#include "core/short.h"

/* Frames for small bearers: the short form of a word that waits (spec/14-small-bearers.md). */

/* Cuts a note to what fits, between two characters. */
static void cut_note(struct aw_state *state)
{
    size_t len = strlen(state->note);

    if (len <= AW_SHORT_NOTE_MAX)
        return;
    len = AW_SHORT_NOTE_MAX;
    while (len > 0 && ((uint8_t)state->note[len] & 0xc0) == 0x80)
        len--;
    state->note[len] = '\0';
}

/* spec/14-small-bearers.md §3: "A frame MUST NOT carry a place, or anything else of her state but
 * a time, for a contact whose data level is 0": here the place is under no key of its own. "Where
 * it is 2 the state MUST be the coarse one." */
static void fill_state(const struct subject *s, struct aw_short *frame, size_t i)
{
    uint8_t data = aw_su_data_level(s, i);

    frame->state = (struct aw_state){.at = frame->issued_at};
    if (!s->core.has_state || data == AW_DATA_NONE)
        return;
    frame->state = s->core.state;
    if (data == AW_DATA_COARSE)
        aw_coarse_state(&frame->state);
    cut_note(&frame->state);
}

/* AW_E_STALE: the word was made for a key too far from the epoch that the frame is sealed in. */
static enum aw_status fill(const struct subject *s, struct aw_short *frame, size_t i,
                           const struct aw_word *word)
{
    uint32_t epoch = aw_channel_epoch(&s->people[i].channel);
    struct aw_call call;
    enum aw_status st =
        aw_message_decode(&aw_call_map, &call, (struct aw_bytes){word->body, word->body_len});

    AW_ASSERT(st == AW_OK); /* checked when it was made, and when it was loaded */
    *frame = (struct aw_short){.kind = call.kind,
                               .seq = call.seq,
                               .issued_at = call.issued_at,
                               .valid_for = call.valid_for,
                               .word = call.word,
                               .reply_seen = call.reply_seen};
    if (call.kind == AW_FRAME_SOS) {
        frame->alarm_kind = call.alarm.kind;
        fill_state(s, frame, i);
    } else if (call.presence_epoch > epoch || epoch - call.presence_epoch > UINT8_MAX) {
        st = AW_E_STALE;
    } else {
        frame->presence_back = (uint8_t)(epoch - call.presence_epoch);
        memcpy(frame->presence, call.presence, AW_KEY_LEN);
        memcpy(frame->presence + AW_KEY_LEN, word->short_mac, AW_PRESENCE_MAC_LEN);
    }
    aw_wipe(&call, sizeof call);
    return st;
}

/* spec/14-small-bearers.md §2: "A frame MUST be sealed anew each time that one is asked for." */
static enum aw_status seal(struct subject *s, struct person *p, const struct aw_short *frame)
{
    uint8_t plain[AW_SHORT_LEN];
    struct aw_buf out = AW_BUF_OF(s->frame.bytes);
    struct aw_sealed at;
    enum aw_status st = aw_short_encode(plain, frame);

    if (st == AW_OK)
        st = aw_channel_seal(&p->channel, AW_LANE_SHORT, AW_SESSION_MAIN, AW_BYTES_OF(plain), &out,
                             &at, &s->random);
    if (st == AW_OK) {
        aw_su_touch(s, p, SUBJECT_DIRTY_CHANNEL);
        s->frame.change = s->outbox.change;
    }
    s->frame.is_made = st == AW_OK;
    aw_wipe(plain, sizeof plain);
    return st;
}

enum aw_status aw_subject_frame(struct aw_subject *subject, uint8_t person, enum aw_frame_kind kind,
                                struct aw_now now)
{
    struct subject *s = subject_of(subject);
    const struct aw_word *word = NULL;
    struct aw_short frame;
    struct person *p;
    enum aw_status st;

    aw_su_advance(s, now);
    if (person < 1 || person > AW_PLAN_MEMBER_MAX || !person_is_paired(&s->people[person - 1]))
        return AW_E_NOT_FOUND;
    p = &s->people[person - 1];
    for (size_t i = 0; i < p->words.count; i++) {
        if (p->words.words[i].kind == kind)
            word = &p->words.words[i];
    }
    if (word == NULL)
        return AW_E_STATE;
    st = fill(s, &frame, person - 1U, word);
    if (st == AW_OK)
        st = seal(s, p, &frame);
    aw_wipe(&frame, sizeof frame);
    return st;
}

enum aw_status aw_subject_frame_take(struct aw_subject *subject, uint8_t out[AW_FRAME_LEN])
{
    struct subject *s = subject_of(subject);

    if (!s->frame.is_made)
        return AW_E_NOT_FOUND;
    /* spec/14-small-bearers.md §2: "A frame MUST NOT be handed out before the state after sealing
     * is stored." */
    if (s->outbox.change_stored < s->frame.change)
        return AW_E_BUSY;
    memcpy(out, s->frame.bytes, AW_FRAME_LEN);
    aw_wipe(&s->frame, sizeof s->frame);
    return AW_OK;
}
