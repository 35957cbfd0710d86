/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/verify.h"
#include "wire/file.h"

/*
 * What leaves, per contact one cell at a time: pairing, re-establishment, words, the newest beat;
 * beside it one SOS or cancel; and for all contacts one bulk cell. Everything is sealed when there
 * is room for it, never ahead.
 */

#define RESEND_MIN_MS (UINT64_C(30) * 1000)
#define RESEND_MAX_MS (UINT64_C(15) * 60 * 1000)
#define RESUME_MAX_MS (UINT64_C(6) * 3600 * 1000) /* a contact who is off costs little */

static void post(struct subject *s, struct person *p, struct outgoing *way, uint8_t what,
                 uint32_t seq)
{
    /* spec/06-subject.md §14: "A switch MUST be armed with every small cell" */
    if (what != SUBJECT_SEND_ANSWER && p->arm.state == AW_PARCEL_FREE)
        aw_su_arm(s, p);
    memcpy(p->to, p->rec.peer.relays, sizeof p->to);
    memcpy(p->to_seed, p->rec.peer.seed, AW_KEY_LEN);
    aw_parcel_seal(&way->parcel, what, seq, p->rec.peer.relays_count, s->outbox.change);
}

static void fail(const struct subject *s, struct outgoing *way)
{
    aw_backoff_fail(&way->backoff, aw_timebase_mono_ms(&s->time));
}

static bool is_free(const struct subject *s, const struct outgoing *way)
{
    return way->parcel.state == AW_PARCEL_FREE &&
           aw_timebase_mono_ms(&s->time) >= way->backoff.until_ms;
}

static enum aw_status seal_call(struct subject *s, struct person *p, struct outgoing *way,
                                enum aw_session session, struct aw_call *call)
{
    uint8_t plain[AW_CELL_PLAIN_LEN];
    struct aw_buf text = AW_BUF_OF(plain);
    struct aw_buf cell = AW_BUF_OF(way->cell);
    struct aw_sealed at;
    enum aw_status st;

    /* spec/05-channel.md §7: "seals it anew, in the newest epoch and with the newest register
     * fields". reply_seen is that of the word. */
    call->waiting = aw_words_out_waiting(&p->words);
    call->plan_version = aw_su_plan(s, p) == NULL ? 0 : aw_su_plan(s, p)->version;
    aw_channel_offer(&p->channel, session, call->offer);
    st = aw_message_encode(&aw_call_map, call, &text);
    if (st == AW_OK)
        st = aw_channel_seal(&p->channel, AW_LANE_CELL, session, aw_buf_bytes(&text), &cell, &at,
                             &s->random);
    if (st == AW_OK)
        aw_su_touch(s, p, SUBJECT_DIRTY_CHANNEL);
    aw_wipe(plain, sizeof plain);
    return st;
}

static void seal_word(struct subject *s, struct person *p, struct outgoing *way,
                      const struct aw_word *word)
{
    struct aw_call call;
    enum aw_status st =
        aw_message_decode(&aw_call_map, &call, (struct aw_bytes){word->body, word->body_len});

    AW_ASSERT(st == AW_OK); /* checked when it was made, and when it was loaded */
    st = seal_call(s, p, way, AW_SESSION_MAIN, &call);
    if (st == AW_OK) {
        way->word = word->number;
        post(s, p, way, SUBJECT_SEND_WORD, call.seq);
    } else {
        fail(s, way);
    }
    aw_wipe(&call, sizeof call);
}

static bool prepare_word(struct subject *s, struct person *p, unsigned which)
{
    const struct aw_word *word =
        aw_words_out_pick(&p->words, which == SUBJECT_WAY_URGENT, aw_timebase_mono_ms(&s->time));

    if (word == NULL)
        return false;
    seal_word(s, p, &p->ways[which], word);
    return true;
}

static void prepare_beat(struct subject *s, struct person *p, enum aw_session session)
{
    struct outgoing *way = &p->ways[SUBJECT_WAY_ORDINARY];
    const struct decoy *decoy = aw_su_decoy_const(s, p);
    struct aw_call call = decoy != NULL ? decoy->beat : s->beat;
    uint8_t accept[AW_KEY_LEN];
    enum aw_status st;

    aw_su_take_part(&call, &p->beat_part);
    call.reply_seen = p->rec.reply_seen;
    aw_channel_peer_accept(&p->channel, session, accept, &call.presence_epoch);
    st = aw_random_fill(&s->random, call.presence, sizeof call.presence);
    if (st == AW_OK)
        st = seal_call(s, p, way, session, &call);
    if (st == AW_OK && session == AW_SESSION_QUARANTINE) {
        p->wants_quarantined = false; /* no tick for what has no effect */
        post(s, p, way, SUBJECT_SEND_QUARANTINED, 0);
    } else if (st == AW_OK) {
        p->wants_beat = false;
        post(s, p, way, SUBJECT_SEND_BEAT, call.seq);
    } else {
        fail(s, way);
    }
    aw_wipe(&call, sizeof call);
}

/* A cell that is no call: sealed already, and repeated as it is. */
static bool prepare_resume(struct subject *s, struct person *p)
{
    struct outgoing *way = &p->ways[SUBJECT_WAY_ORDINARY];
    struct aw_buf cell = AW_BUF_OF(way->cell);
    enum aw_status st = AW_E_NOT_FOUND;

    if (p->owes_answer) {
        p->owes_answer = false;
        st = aw_channel_resume_answer(&p->channel, &cell);
    }
    if (st != AW_OK && p->wants_resume) {
        p->wants_resume = false;
        st = aw_channel_resume_cell(&p->channel, &cell);
    }
    if (st == AW_OK)
        post(s, p, way, SUBJECT_SEND_RESUME, 0);
    return st == AW_OK;
}

/* spec/05-channel.md §8.2: "A subject that was told that its session is stale MUST send each beat
 * in it, too": else the contact's human never hears of it. */
static bool wants_quarantined(const struct person *p)
{
    return p->wants_quarantined && aw_channel_is_quarantined(&p->channel);
}

static bool prepare_answer(struct subject *s, struct person *p)
{
    struct outgoing *way = &p->ways[SUBJECT_WAY_ORDINARY];
    struct aw_buf cell = AW_BUF_OF(way->cell);

    if (!p->wants_answer)
        return false;
    p->wants_answer = false;
    if (aw_inviting_cell(&p->inviting, &cell) != AW_OK)
        return false;
    post(s, p, way, SUBJECT_SEND_ANSWER, 0);
    return true;
}

static bool is_idle(const struct person *p)
{
    return p->ways[SUBJECT_WAY_ORDINARY].parcel.state == AW_PARCEL_FREE &&
           p->ways[SUBJECT_WAY_URGENT].parcel.state == AW_PARCEL_FREE &&
           p->arm.state == AW_PARCEL_FREE;
}

/* spec/06-subject.md §10: "An SOS that was never deposited MUST NOT wait for a slot" where the
 * plan says so. */
static void prepare_sos(struct subject *s, struct person *p)
{
    const struct outgoing *way = &p->ways[SUBJECT_WAY_URGENT];
    const struct aw_word *word = aw_words_out_pick(&p->words, true, aw_timebase_mono_ms(&s->time));

    if (aw_su_plan(s, p)->pace.sos_now && way->parcel.state == AW_PARCEL_FREE && word != NULL &&
        word->sent_count == 0 && aw_timebase_mono_ms(&s->time) >= way->backoff.until_ms)
        (void)prepare_word(s, p, SUBJECT_WAY_URGENT);
}

static enum subject_waiting waiting(const struct aw_word *word)
{
    if (word == NULL)
        return SUBJECT_WAITING_NONE;
    return word->sent_count == 0 ? SUBJECT_WAITING_NEW : SUBJECT_WAITING_SENT;
}

static bool has_beat(const struct subject *s, const struct person *p)
{
    const struct decoy *decoy = aw_su_decoy_const(s, p);

    return (decoy != NULL ? decoy->beat.seq : s->beat.seq) != 0;
}

static struct subject_slot_waits slot_waits(const struct subject *s, const struct person *p)
{
    uint64_t now_ms = aw_timebase_mono_ms(&s->time);

    return (struct subject_slot_waits){
        .answer = p->owes_answer,
        .question = p->wants_resume,
        .quarantined = has_beat(s, p) && wants_quarantined(p),
        .beat = p->wants_beat,
        .urgent = waiting(aw_words_out_pick(&p->words, true, now_ms)),
        .word = waiting(aw_words_out_pick(&p->words, false, now_ms)),
    };
}

/* spec/06-subject.md §10: "Each slot MUST be filled with exactly one small cell, whatever there is
 * to say": cover is the newest beat, sealed again. */
static void prepare_slot(struct subject *s, struct person *p)
{
    struct subject_slot_waits waits = slot_waits(s, p);
    enum subject_turn turn;

    if (!is_idle(p) || !aw_su_slot_is_open(s, p)) {
        prepare_sos(s, p);
        return;
    }
    aw_su_slot_take(s, p);
    turn = aw_su_turn(&waits, &p->repeated, &p->was_asked);
    if (turn == SUBJECT_TURN_RESUME && !prepare_resume(s, p)) {
        waits.answer = waits.question = false; /* it is no longer wanted */
        turn = aw_su_turn(&waits, &p->repeated, &p->was_asked);
    }
    if (turn == SUBJECT_TURN_URGENT)
        (void)prepare_word(s, p, SUBJECT_WAY_URGENT);
    else if (turn == SUBJECT_TURN_WORD)
        (void)prepare_word(s, p, SUBJECT_WAY_ORDINARY);
    else if (turn == SUBJECT_TURN_QUARANTINED)
        prepare_beat(s, p, AW_SESSION_QUARANTINE);
    else if (turn == SUBJECT_TURN_BEAT && has_beat(s, p))
        prepare_beat(s, p, AW_SESSION_MAIN);
}

static void prepare_person(struct subject *s, struct person *p)
{
    bool may_answer = is_free(s, &p->ways[SUBJECT_WAY_ORDINARY]);

    if (!person_is_paired(p))
        return;
    if (aw_su_has_slots(s, p)) {
        if (!(may_answer && prepare_answer(s, p)))
            prepare_slot(s, p);
        return;
    }
    /* spec/06-subject.md §2: "A word of kind sos or cancel MUST NOT wait for a cell that is under
     * way": a dead link keeps one for half a minute. Message 2 of the pairing goes first, without
     * which nobody can open it. */
    if (!p->wants_answer && is_free(s, &p->ways[SUBJECT_WAY_URGENT]))
        (void)prepare_word(s, p, SUBJECT_WAY_URGENT);
    if (!may_answer || prepare_answer(s, p) || prepare_resume(s, p))
        return;
    if (prepare_word(s, p, SUBJECT_WAY_ORDINARY))
        return;
    if (p->wants_beat)
        prepare_beat(s, p, AW_SESSION_MAIN);
    else if (wants_quarantined(p))
        prepare_beat(s, p, AW_SESSION_QUARANTINE);
}

/* ---- For the engine ---- */

void aw_su_prepare(struct subject *s)
{
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        prepare_person(s, &s->people[i]);
    aw_su_prepare_file(s);
}

static void fill_send(const struct subject *s, const struct person *p, struct aw_action *action,
                      uint64_t id, const struct aw_endpoint *relay, const uint8_t seed[AW_KEY_LEN],
                      struct aw_bytes cell)
{
    *action = (struct aw_action){.id = id, .kind = AW_ACTION_SEND};
    action->send.relay = *relay;
    action->send.channel = aw_su_number(s, p);
    action->send.cell = cell;
    aw_capability_derive(action->send.capability, seed, relay->relay_key);
}

/* Of all people the urgent cells first. */
static bool send_way(struct subject *s, unsigned which, struct aw_action *action)
{
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        struct person *p = &s->people[i];
        struct outgoing *way = &p->ways[which];
        int relay = aw_parcel_next(&way->parcel, &s->outbox);

        if (relay >= 0) {
            fill_send(s, p, action, way->parcel.ids[relay], &p->to[relay], p->to_seed,
                      AW_BYTES_OF(way->cell));
            return true;
        }
    }
    return false;
}

static bool send_arm(struct subject *s, struct aw_action *action)
{
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        struct person *p = &s->people[i];
        int relay = aw_parcel_next(&p->arm, &s->outbox);

        if (relay >= 0) {
            fill_send(s, p, action, p->arm.ids[relay], &p->to[relay], p->to_seed,
                      AW_BYTES_OF(p->arm_cell));
            action->send.arm_after_s = p->arm_after_s;
            return true;
        }
    }
    return false;
}

bool aw_su_send(struct subject *s, struct aw_action *action)
{
    const struct person *to;
    int relay;

    if (send_way(s, SUBJECT_WAY_URGENT, action) || send_way(s, SUBJECT_WAY_ORDINARY, action) ||
        send_arm(s, action))
        return true;
    relay = aw_parcel_next(&s->bulk_parcel, &s->outbox);
    if (relay < 0)
        return false;
    to = &s->people[s->bulk_person - 1];
    fill_send(s, to, action, s->bulk_parcel.ids[relay], &to->rec.peer.relays[relay],
              to->rec.peer.seed, AW_BYTES_OF(s->bulk));
    return true;
}

/* spec/05-channel.md §8: "A subject MUST begin when relays took four calls for a contact, the first
 * of them 30 min ago, and nothing from it could be opened since." */
static void note_unheard(struct subject *s, struct person *p)
{
    uint64_t mono_ms = aw_timebase_mono_ms(&s->time);

    if (p->unheard_count == 0) {
        p->unheard_ms = mono_ms;
        p->has_asked = false;
    }
    if (p->unheard_count < SUBJECT_UNHEARD_MAX)
        p->unheard_count++;
    if (p->unheard_count < SUBJECT_UNHEARD_MAX || p->has_asked ||
        mono_ms - p->unheard_ms < SUBJECT_UNHEARD_MS)
        return;
    p->has_asked = true;
    aw_su_begin_anew(s, p);
}

static void landed(struct subject *s, struct person *p, struct outgoing *way)
{
    uint64_t mono_ms = aw_timebase_mono_ms(&s->time);
    uint8_t what = way->parcel.what;

    aw_backoff_clear(&way->backoff);
    if (what == SUBJECT_SEND_WORD)
        aw_words_out_sent(&p->words, way->word, mono_ms);
    if (what == SUBJECT_SEND_WORD || what == SUBJECT_SEND_BEAT)
        note_unheard(s, p);
    if (what == SUBJECT_SEND_ANSWER || what == SUBJECT_SEND_RESUME) {
        uint64_t max_ms = what == SUBJECT_SEND_RESUME ? RESUME_MAX_MS : RESEND_MAX_MS;

        p->resend_pause_ms =
            p->resend_pause_ms == 0 ? RESEND_MIN_MS : aw_time_min(2 * p->resend_pause_ms, max_ms);
        p->resend_ms = mono_ms + p->resend_pause_ms;
    }
    /* First honest tick: a relay has it. */
    if (way->parcel.seq > p->rec.seq_relay) {
        p->rec.seq_relay = way->parcel.seq;
        if (aw_su_is_drill(p, way->parcel.seq) && p->rec.heard.drill_relay_at_s == 0)
            p->rec.heard.drill_relay_at_s = (uint32_t)aw_timebase_s(&s->time);
        aw_su_touch(s, p, SUBJECT_DIRTY_PERSON);
        if (s->outbox.event_count < AW_OUTBOX_EVENT_MAX)
            aw_su_event(s, AW_EVENT_TICK, AW_URGENCY_QUIET, p, way->parcel.seq);
    }
}

static void missed(struct subject *s, struct person *p, struct outgoing *way)
{
    uint8_t what = way->parcel.what;

    fail(s, way);
    p->wants_answer = p->wants_answer || what == SUBJECT_SEND_ANSWER;
    p->wants_resume = p->wants_resume || what == SUBJECT_SEND_RESUME;
    p->wants_beat = p->wants_beat || what == SUBJECT_SEND_BEAT;
}

void aw_su_sent(struct subject *s, uint64_t id, enum aw_status status)
{
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX * SUBJECT_WAY_COUNT; i++) {
        struct person *p = &s->people[i / SUBJECT_WAY_COUNT];
        struct outgoing *way = &p->ways[i % SUBJECT_WAY_COUNT];

        if (aw_parcel_done(&p->arm, id, status))
            return; /* armed or not: the next cell arms it again */
        if (!aw_parcel_done(&way->parcel, id, status))
            continue;
        if (way->parcel.state != AW_PARCEL_FREE)
            return;
        if (way->parcel.has_landed)
            landed(s, p, way);
        else
            missed(s, p, way);
        return;
    }
    aw_su_file_sent(s, id, status);
}

/* When the next cell of this way can be made; `next_ms` is when there is one to make. */
static uint64_t way_deadline_ms(const struct outgoing *way, uint64_t next_ms)
{
    return way->parcel.state == AW_PARCEL_FREE ? aw_time_max(next_ms, way->backoff.until_ms)
                                               : AW_TIME_NEVER;
}

static uint64_t slot_deadline_ms(const struct subject *s, const struct person *p)
{
    uint64_t at_ms =
        way_deadline_ms(&p->ways[SUBJECT_WAY_ORDINARY], p->wants_answer ? 0 : AW_TIME_NEVER);
    const struct aw_word *word = aw_words_out_pick(&p->words, true, AW_TIME_NEVER);

    if (is_idle(p))
        at_ms = aw_time_min(at_ms, aw_su_slot_ms(s, p));
    if (aw_su_plan(s, p)->pace.sos_now && word != NULL && word->sent_count == 0)
        at_ms = aw_time_min(at_ms, way_deadline_ms(&p->ways[SUBJECT_WAY_URGENT], 0));
    return at_ms;
}

/* When a cell can be made for him. */
static uint64_t cell_deadline_ms(const struct subject *s, const struct person *p)
{
    bool wants = p->wants_answer || p->owes_answer || p->wants_resume || p->wants_beat ||
                 wants_quarantined(p);
    uint64_t urgent_ms = aw_words_out_deadline_ms(&p->words, true);
    uint64_t other_ms = wants ? 0 : aw_words_out_deadline_ms(&p->words, false);

    if (aw_su_has_slots(s, p))
        return slot_deadline_ms(s, p);
    return aw_time_min(way_deadline_ms(&p->ways[SUBJECT_WAY_URGENT], urgent_ms),
                       way_deadline_ms(&p->ways[SUBJECT_WAY_ORDINARY], other_ms));
}

static uint64_t person_deadline_ms(const struct subject *s, const struct person *p)
{
    uint64_t at_ms = p->resend_ms;

    if (!person_is_paired(p))
        return AW_TIME_NEVER;
    at_ms = aw_time_min(at_ms, aw_su_file_deadline_ms(s, p));
    at_ms = aw_time_min(at_ms, cell_deadline_ms(s, p));
    if (!p->is_silent)
        at_ms = aw_time_min(
            at_ms, aw_timebase_when_ms(
                       &s->time, (p->channel.heard_wall_ms + AW_CHANNEL_SILENT_MS) / 1000 + 1));
    return at_ms;
}

uint64_t aw_su_send_deadline_ms(const struct subject *s)
{
    uint64_t at_ms = AW_TIME_NEVER;

    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        at_ms = aw_time_min(at_ms, person_deadline_ms(s, &s->people[i]));
    return at_ms;
}
