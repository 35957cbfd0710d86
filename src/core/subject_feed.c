/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "core/security.h"
#include "wire/reply.h"

/* Cells that a mailbox delivered: answers to invites, replies, re-establishments. */

static enum aw_status feed_answer(struct subject *s, struct person *p, struct aw_bytes cell)
{
    uint64_t wall_ms = aw_timebase_s(&s->time) * 1000;
    enum aw_inviting_answer answer = AW_ANSWER_AGAIN;
    struct aw_channel channel;
    struct aw_hello peer;
    enum aw_status st = aw_inviting_open(&p->inviting, cell, &p->rec.own, wall_ms, &answer,
                                         &channel, &peer, &s->random);

    if (st == AW_E_STALE)
        aw_su_event(s, AW_EVENT_INVITE_STALE, AW_URGENCY_NOTICE, p, 0);
    if (st == AW_OK && answer == AW_ANSWER_SECOND)
        aw_su_event(s, AW_EVENT_SECOND_ANSWER, AW_URGENCY_NOTICE, p, 0);
    if (st == AW_OK && answer == AW_ANSWER_AGAIN)
        p->wants_answer = p->inviting.phase == AW_INVITING_USED;
    if (st == AW_OK && answer == AW_ANSWER_FIRST) {
        p->channel = channel;
        p->rec.peer = peer;
        p->rec.has_peer = true;
        p->rec.phase = AW_PERSON_PAIRED;
        aw_words_out_init(&p->words);
        p->words_stored = aw_words_out_next(&p->words);
        p->wants_answer = true;
        s->beat_s = 0; /* at once: her first beat is what he can answer */
        aw_su_touch(s, p,
                    SUBJECT_DIRTY_PERSON | SUBJECT_DIRTY_CHANNEL | SUBJECT_DIRTY_WORDS |
                        SUBJECT_DIRTY_INVITING);
        aw_su_event(s, AW_EVENT_WORDS, AW_URGENCY_NOTICE, p, 0);
        aw_su_event(s, AW_EVENT_MAILBOXES, AW_URGENCY_QUIET, NULL, 0);
    }
    aw_wipe(&channel, sizeof channel);
    aw_wipe(&peer, sizeof peer);
    return st;
}

/* spec/05-channel.md §8: a reply that names what was never sent: this state is an old one. */
void aw_su_begin_anew(struct subject *s, struct person *p)
{
    struct aw_resume own = {.seq = aw_su_seq(s, p), .word = aw_words_out_next(&p->words) - 1};

    if (aw_channel_resume_ask(&p->channel, &own, &s->random) != AW_OK)
        return;
    p->wants_resume = true;
    aw_su_touch(s, p, SUBJECT_DIRTY_CHANNEL);
}

static void take_named(struct subject *s, struct person *p, const struct aw_reply *reply)
{
    const struct aw_words_said said = {.words = reply->words,
                                       .more = reply->words_more,
                                       .marks = {reply->marks, reply->marks_len}};
    uint32_t named[AW_WORD_WAITING_MAX];
    size_t count = 0;
    enum aw_status st = aw_words_out_named(&p->words, &said, named, &count);

    if (st == AW_E_PEER_RESET)
        aw_su_begin_anew(s, p);
    for (size_t i = 0; i < count; i++)
        p->gone[p->gone_count++] = named[i]; /* room was checked before */
    if (count > 0)
        aw_su_touch(s, p, SUBJECT_DIRTY_WORDS);
}

/* The seq of the oldest word that waits; UINT32_MAX: none does. */
static uint32_t oldest_waiting(const struct person *p)
{
    struct aw_call call;
    uint32_t seq = UINT32_MAX;

    for (size_t i = 0; i < p->words.count; i++) {
        const struct aw_word *word = &p->words.words[i];
        enum aw_status st =
            aw_message_decode(&aw_call_map, &call, (struct aw_bytes){word->body, word->body_len});

        AW_ASSERT(st == AW_OK); /* checked when it was made, and when it was loaded */
        seq = call.seq < seq ? call.seq : seq;
    }
    aw_wipe(&call, sizeof call);
    return seq;
}

/* spec/06-subject.md §8: "What a reply says MUST NOT show which secret was seen": nothing here
 * depends on one. */
static void take_ticks(struct subject *s, struct person *p, const struct aw_reply *reply)
{
    struct subject_person *r = &p->rec;
    uint32_t device = r->seq_device, human = r->seq_human;
    uint32_t word = oldest_waiting(p), at_s = (uint32_t)aw_timebase_s(&s->time);

    if (reply->seq_device > r->seq_device && reply->seq_device <= aw_su_seq(s, p))
        r->seq_device = reply->seq_device;
    /* spec/06-subject.md §8: "A tick MUST NOT cover a word that still waits": after a restore its
     * seq may be that of another statement. */
    if (r->seq_device >= word && r->seq_device > device)
        r->seq_device = word - 1 > device ? word - 1 : device;
    if (reply->seq_human <= r->seq_device && reply->seq_human > r->seq_human)
        r->seq_human = reply->seq_human;
    if (r->seq_device != device || r->seq_human != human)
        aw_su_event(s, AW_EVENT_TICK, AW_URGENCY_QUIET, p, r->seq_device);
    if (aw_su_is_drill(p, r->seq_device) && r->heard.drill_device_at_s == 0)
        r->heard.drill_device_at_s = at_s;
    if (aw_su_is_drill(p, reply->drill) && reply->drill <= s->core.seq &&
        r->heard.drill_human_at_s == 0) {
        r->heard.drill_human_at_s = at_s;
        aw_su_event(s, AW_EVENT_DRILLED, AW_URGENCY_QUIET, p, reply->drill);
    }
    if (reply->plan_version > p->plan_named)
        p->plan_named = reply->plan_version;
    p->forgot_plan = reply->plan_version < r->plan_held;
    p->forgot_word = aw_su_file_is_vain(s, p);
    if (reply->keys_word > r->keys_held && reply->keys_word < p->words.next_number)
        r->keys_held = reply->keys_word;
    p->forgot_keys = reply->keys_word < r->keys_held;
    if (reply->plan_version > r->plan_held && aw_su_plan(s, p) != NULL &&
        reply->plan_version <= aw_su_plan(s, p)->version) {
        r->plan_held = reply->plan_version;
        if (r->plan_held == s->plan.version && aw_su_decoy(s, p) == NULL)
            aw_su_former_heard(s);
        p->file_ms = 0;
        p->file_pause_ms = 0;
        aw_su_card_held(s, p);
        aw_su_event(s, AW_EVENT_PLAN_HELD, AW_URGENCY_QUIET, p, r->plan_held);
    }
    if (reply->claim != r->claim) {
        r->claim = reply->claim;
        aw_su_event(s, AW_EVENT_CLAIMED, AW_URGENCY_NOTICE, p, 0);
    }
}

/* What he is, and what he wants. */
static void take_heard(struct subject *s, struct person *p, const struct aw_reply *reply)
{
    struct subject_heard *h = &p->rec.heard;

    p->rec.has_heard = true;
    memcpy(h->peer_key, reply->peer_key, AW_KEY_LEN);
    memcpy(h->peer_seed, reply->peer_seed, AW_KEY_LEN);
    memcpy(h->receipt_key, reply->receipt_key, AW_KEY_LEN);
    h->always_on = reply->always_on;
    h->away_until = reply->has_away_until ? reply->away_until : 0;
    if (reply->leaves && !h->leaves)
        aw_su_event(s, AW_EVENT_LEFT, AW_URGENCY_NOTICE, p, 0);
    h->leaves = reply->leaves;
    aw_su_ask(s, p, reply->has_ask, reply->ask.id, reply->ask.within_s);
}

/*
 * Nobody has heard what was never said: this state is an old one. spec/06-subject.md §8: "A subject
 * that hears of a seq above its newest MUST go on above it at once": where the same reply steps to
 * the next epoch nothing is re-established, and beats below that seq would count for nothing.
 */
static void take_ahead(struct subject *s, struct person *p, const struct aw_reply *reply)
{
    const struct aw_resume said = {.seq = reply->seq_device,
                                   .word =
                                       (uint32_t)aw_words_highest(reply->words, reply->words_more)};

    if (reply->seq_device <= aw_su_seq(s, p))
        return;
    aw_su_begin_anew(s, p);
    aw_su_go_above(s, p, &said);
    if (reply->seq_device == aw_su_seq(s, p)) /* not for who names numbers out of reach */
        aw_su_beat_now(s, p);
}

static enum aw_status take_reply(struct subject *s, struct person *p,
                                 const struct aw_opened *opened, struct aw_bytes plain)
{
    struct aw_reply reply; /* Secret: wipe (peer_seed). */
    unsigned events = 0;
    enum aw_status st = aw_message_decode_padded(&aw_reply_map, &reply, plain);

    /* spec/06-subject.md §8: "A reply whose number is not above the newest MUST be refused." */
    if (st == AW_OK && opened->session == AW_SESSION_MAIN && reply.number <= p->rec.reply_seen)
        st = AW_E_REPLAY;
    if (st != AW_OK || opened->session != AW_SESSION_MAIN)
        goto out;
    p->rec.reply_seen = reply.number;
    aw_su_touch(s, p, SUBJECT_DIRTY_PERSON);
    if (p->has_asked) { /* he was away, that is all, unless this reply shows more */
        aw_channel_resume_drop(&p->channel);
        p->wants_resume = p->has_asked = false;
    }
    if (aw_channel_on_received(&p->channel, opened, reply.cell_epoch, reply.cell_index) ==
        AW_E_PEER_RESET)
        aw_su_begin_anew(s, p);
    take_named(s, p, &reply);
    take_ticks(s, p, &reply);
    take_ahead(s, p, &reply);
    take_heard(s, p, &reply);
    st = aw_channel_on_accept(&p->channel, opened, reply.accept_epoch, reply.accept, &events,
                              &s->random);
    if ((events & AW_CHANNEL_EV_FORK) != 0)
        aw_su_event(s, AW_EVENT_FORK, AW_URGENCY_NOTICE, p, 0);
    /* An accept that is known, or older, is no fault of the reply. */
    st = st == AW_E_REPLAY ? AW_OK : st;
out:
    aw_wipe(&reply, sizeof reply);
    return st;
}

/*
 * She goes on above whatever he saw of her: a restored phone repeats no number. spec/05-channel.md
 * §8.3: "A subject MUST NOT let contacts raise its seq by more than it may have used": else one of
 * them could make the others refuse all that she says.
 */
void aw_su_go_above(struct subject *s, struct person *p, const struct aw_resume *said)
{
    uint32_t next = aw_words_out_next(&p->words), own = aw_su_seq(s, p);

    if (said->seq > own && said->seq - own <= s->seq_room) {
        s->seq_room -= said->seq - own;
        aw_su_raise_seq(s, p, said->seq);
    }
    if (said->word >= next && said->word - next < AW_WORDS_JUMP_MAX &&
        said->word < UINT32_MAX - AW_WORDS_JUMP_MAX) {
        p->words.next_number = said->word + 1;
        p->words_stored = aw_words_out_next(&p->words);
    }
    aw_su_touch(s, p, SUBJECT_DIRTY_WORDS);
}

static void take_resume(struct subject *s, struct person *p, const struct aw_opened *opened)
{
    p->said = opened->resume;
    if (opened->session == AW_SESSION_MAIN) /* else humans compare words first */
        aw_su_go_above(s, p, &opened->resume);
    p->owes_answer = opened->kind == AW_OPENED_RESUME;
    if (opened->kind == AW_OPENED_RESUMED) { /* else her own question goes on */
        p->wants_resume = false;
        p->resend_ms = AW_TIME_NEVER;
        p->resend_pause_ms = 0;
    }
    aw_su_beat_now(s, p);
    aw_su_touch(s, p, SUBJECT_DIRTY_CHANNEL);
}

static void report(struct subject *s, struct person *p, unsigned events)
{
    enum aw_event_kind kind;

    while (aw_security_next(&events, &kind))
        aw_su_event(s, kind, AW_URGENCY_NOTICE, p, 0);
}

/* spec/05-channel.md §8: "A subject MUST begin when it receives eight such cells in a row from one
 * contact." */
static void note_deaf(struct subject *s, struct person *p, const struct aw_resume *own)
{
    if (!aw_deaf_note(&p->deaf, aw_timebase_s(&s->time), AW_DEAF_S))
        return;
    p->deaf = (struct aw_deaf){.count = 0};
    if (aw_channel_resume_deaf(&p->channel, own, &s->random) != AW_OK)
        return;
    p->wants_resume = true;
    p->has_asked = false;
    aw_su_touch(s, p, SUBJECT_DIRTY_CHANNEL);
}

static enum aw_status feed_channel(struct subject *s, struct person *p, struct aw_bytes cell)
{
    AW_UNSET uint8_t space[AW_CELL_BULK_PLAIN_LEN];
    struct aw_buf plain = AW_BUF_OF(space);
    struct aw_resume own = {.seq = aw_su_seq(s, p), .word = aw_words_out_next(&p->words) - 1};
    struct aw_opened opened;
    enum aw_status st = aw_channel_open(&p->channel, cell, &own, aw_timebase_s(&s->time) * 1000,
                                        &plain, &opened, &s->random);

    if (st == AW_E_AUTH)
        note_deaf(s, p, &own);
    if (st == AW_OK) {
        p->unheard_count = 0;
        p->deaf = (struct aw_deaf){.count = 0};
        p->rec.heard_at_s = (uint32_t)aw_timebase_s(&s->time);
        p->is_silent = false;
        if (p->inviting.phase == AW_INVITING_USED) {
            aw_inviting_done(&p->inviting);
            p->wants_answer = false;
            aw_su_touch(s, p, SUBJECT_DIRTY_INVITING);
        }
        aw_words_out_hurry(&p->words);
        aw_su_touch(s, p, SUBJECT_DIRTY_CHANNEL | SUBJECT_DIRTY_PERSON);
        report(s, p, opened.events);
        if (opened.kind != AW_OPENED_MESSAGE)
            take_resume(s, p, &opened);
        else if (opened.lane == AW_LANE_CELL)
            st = take_reply(s, p, &opened, aw_buf_bytes(&plain));
        else
            st = AW_E_FORMAT; /* a contact has nothing to say in bulk */
        if ((opened.events & AW_CHANNEL_EV_RESUMED) != 0)
            aw_su_again(s, p);
    }
    aw_wipe(space, plain.len);
    return st;
}

enum aw_status aw_subject_feed(struct aw_subject *subject, uint32_t mailbox_id,
                               struct aw_bytes cell, uint32_t deposited_at_s, struct aw_now now)
{
    struct subject *s = subject_of(subject);
    struct person *p;
    enum aw_status st;

    (void)deposited_at_s; /* a reply moves no deadline */
    aw_su_advance(s, now);
    if (mailbox_id >> 3 < 1 || mailbox_id >> 3 > AW_PLAN_MEMBER_MAX)
        return AW_E_NOT_FOUND;
    p = &s->people[(mailbox_id >> 3) - 1];
    if (p->rec.phase == AW_PERSON_NONE)
        return AW_E_NOT_FOUND;
    if (!aw_outbox_has_room(&s->outbox) || p->gone_count > SUBJECT_GONE_MAX - AW_WORD_WAITING_MAX)
        return AW_E_BUSY;
    if ((mailbox_id & 4) != 0)
        st = feed_answer(s, p, cell);
    else if (person_is_paired(p))
        st = feed_channel(s, p, cell);
    else
        st = AW_E_AUTH;
    if (st != AW_OK)
        p->refused_count++;
    aw_su_advance(s, now); /* a beat may be due at once */
    return st;
}
