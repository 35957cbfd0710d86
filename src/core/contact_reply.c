/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "crypto/kdf.h"

/* What a contact's device sends: its half of the pairing, re-establishments, replies. */

#define RESEND_MIN_MS (UINT64_C(30) * 1000)
#define RESEND_MAX_MS (UINT64_C(15) * 60 * 1000)

/*
 * When the reply was made that a call names. Reply 0 stands for the pairing: she could not send
 * on this channel before. A reply too old to be remembered counts as the pairing, too.
 */
uint32_t aw_co_replied_at(const struct contact *c, uint32_t number)
{
    for (size_t i = c->book.replies_count; i > 0; i--) {
        if (c->book.replies[i - 1].number <= number)
            return c->book.replies[i - 1].at_s;
    }
    return c->who.joined_at_s;
}

static void note_reply(struct contact_book *b, uint32_t number, uint32_t at_s)
{
    if (b->replies_count == CONTACT_REPLIES) {
        memmove(&b->replies[0], &b->replies[1], (CONTACT_REPLIES - 1) * sizeof b->replies[0]);
        b->replies_count--;
    }
    b->replies[b->replies_count++] = (struct contact_reply_time){number, at_s};
}

static void fill_reply(const struct contact *c, struct aw_reply *r)
{
    const struct contact_book *b = &c->book;

    *r = (struct aw_reply){
        .number = b->reply_number + 1,
        .seq_device = b->newest.call.seq,
        .seq_human = b->seq_human,
        /* spec/05-channel.md §7: "MUST NOT name one before the effects are stored": the reply
         * waits for the STORE of everything that was processed before it was made. */
        .words = c->words.words,
        .words_more = c->words.more,
        .receipt_at = b->receipt_at_s,
        .claim = aw_co_claim(c),
        /* spec/07-contact.md §2: "While a word of a plan waits for its file, a reply MUST name
         * plan 0." */
        .plan_version = b->has_plan_word ? 0 : b->plan_named,
        .always_on = c->own.always_on,
        .leaves = c->own.leaves,
        .drill = c->triggers.drill_answered,
        .keys_word = b->keys_word,
    };
    uint64_t away_s = aw_co_away_until(c, aw_timebase_s(&c->time));

    r->marks_len = (uint8_t)aw_words_in_marks(&c->words, r->marks);
    if (away_s != 0) {
        r->has_away_until = true;
        r->away_until = (uint32_t)away_s;
    }
    if (c->triggers.ask.is_open) {
        r->has_ask = true;
        r->ask = (struct aw_ask){.id = c->triggers.ask.id, .within_s = c->triggers.ask.within_s};
    }
    aw_channel_accept(&c->channel, c->reply_session, r->accept, &r->accept_epoch);
    aw_channel_received(&c->channel, c->reply_session, &r->cell_epoch, &r->cell_index);
    memcpy(r->receipt_key, c->receipt_key.pk, AW_KEY_LEN);
    aw_co_peers_tell_key(c, r->peer_key);
    memcpy(r->peer_seed, c->peers.book.seed, AW_KEY_LEN);
    memcpy(r->receipt, b->receipt, AW_SIG_LEN);
}

/* Addresses the cell: it keeps its address, whatever happens to the channel meanwhile. */
static void post(struct contact *c, uint8_t what, const struct aw_endpoint *relays,
                 uint8_t relay_count, const uint8_t seed[AW_KEY_LEN])
{
    memcpy(c->to, relays, relay_count * sizeof *relays);
    memcpy(c->to_seed, seed, AW_KEY_LEN);
    aw_parcel_seal(&c->parcel, what, c->book.newest.call.seq, relay_count, c->outbox.change);
}

/* spec/07-contact.md §2: "What a contact wants to say before the first call of its channel MUST
 * wait for that, and hold back nothing else." */
bool aw_co_can_reply(const struct contact *c)
{
    uint8_t accept[AW_KEY_LEN];
    uint32_t epoch;

    if (c->reply_session == AW_SESSION_QUARANTINE && aw_channel_is_quarantined(&c->channel))
        return true;
    aw_channel_accept(&c->channel, AW_SESSION_MAIN, accept, &epoch);
    return epoch != 0;
}

static enum aw_status seal_reply(struct contact *c, uint8_t what)
{
    uint8_t plain[AW_CELL_PLAIN_LEN];
    struct aw_buf text = AW_BUF_OF(plain);
    struct aw_buf cell = AW_BUF_OF(c->cell);
    struct aw_sealed at;
    struct aw_reply reply;
    enum aw_status st;

    /* Humans, or a question under a newer key, may have ended a quarantined session meanwhile: then
     * the reply says in the channel what is true there. */
    if (c->reply_session == AW_SESSION_QUARANTINE && !aw_channel_is_quarantined(&c->channel))
        c->reply_session = AW_SESSION_MAIN;
    fill_reply(c, &reply);
    st = aw_message_encode(&aw_reply_map, &reply, &text);
    /* spec/05-channel.md §8.2: "A reply MUST be sealed in the session in which the call was opened
     * that it answers." */
    if (st == AW_OK)
        st = aw_channel_seal(&c->channel, AW_LANE_CELL, c->reply_session, aw_buf_bytes(&text),
                             &cell, &at, &c->random);
    aw_wipe(&reply, sizeof reply);
    aw_wipe(plain, sizeof plain);
    if (st != AW_OK)
        return st;
    c->claim_told = aw_co_claim(c);
    /* spec/07-contact.md §2: "Reply numbers MUST rise by one, and a reply MUST be stored before it
     * leaves." After a crash she would refuse a reply with the number of the one before. */
    c->book.reply_number++;
    /* spec/07-contact.md §4: "A reply that was made in a quarantined session, or before this run
     * took a call, MUST NOT show when a word was made": a disk may have lost the first one of that
     * number. */
    if (c->has_heard && c->reply_session == AW_SESSION_MAIN)
        note_reply(&c->book, c->book.reply_number, (uint32_t)aw_timebase_s(&c->time));
    if (aw_trigger_replied(&c->triggers, c->book.reply_number))
        aw_co_touch(c, CONTACT_DIRTY_TRIGGERS);
    aw_co_touch(c, CONTACT_DIRTY_CHANNEL | CONTACT_DIRTY_BOOK);
    post(c, what, c->who.peer.relays, c->who.peer.relays_count, c->who.peer.seed);
    return AW_OK;
}

static void send_reply(struct contact *c, uint8_t what, bool *is_wanted)
{
    if (seal_reply(c, what) == AW_OK)
        *is_wanted = false;
    else
        aw_backoff_fail(&c->send_backoff, aw_timebase_mono_ms(&c->time));
}

/* Makes the next cell, when there is something to say and room for it: so one reply answers
 * whatever came in before the host asked, and the newest wins. */
void aw_co_prepare(struct contact *c)
{
    struct aw_buf cell = AW_BUF_OF(c->cell);

    if (c->parcel.state != AW_PARCEL_FREE ||
        aw_timebase_mono_ms(&c->time) < c->send_backoff.until_ms)
        return;
    if (c->wants_join) {
        c->wants_join = false;
        aw_joining_cell(&c->joining, c->cell);
        post(c, CONTACT_SEND_JOIN, c->joining.invite.relays, c->joining.invite.relays_count,
             c->joining.invite.seed);
        return;
    }
    /* spec/05-channel.md §8: "A call MUST be replied to before a question is answered": of a
     * channel that works after all she forgets the question. */
    if (c->wants_reply && aw_co_can_reply(c)) {
        send_reply(c, CONTACT_SEND_REPLY, &c->wants_reply);
        return;
    }
    c->wants_session = c->wants_session && aw_channel_is_unheard(&c->channel);
    if (c->wants_session) {
        c->reply_session = AW_SESSION_QUARANTINE;
        send_reply(c, CONTACT_SEND_SESSION, &c->wants_session);
        return;
    }
    if (c->owes_answer) {
        c->owes_answer = false;
        if (aw_channel_resume_answer(&c->channel, &cell) == AW_OK) {
            post(c, CONTACT_SEND_RESUME, c->who.peer.relays, c->who.peer.relays_count,
                 c->who.peer.seed);
            return;
        }
    }
    if (c->wants_resume) {
        c->wants_resume = false;
        if (aw_channel_resume_cell(&c->channel, &cell) == AW_OK) {
            post(c, CONTACT_SEND_RESUME, c->who.peer.relays, c->who.peer.relays_count,
                 c->who.peer.seed);
            return;
        }
    }
}

bool aw_co_send(struct contact *c, struct aw_action *action)
{
    int i = aw_parcel_next(&c->parcel, &c->outbox);

    if (i < 0)
        return false;
    *action = (struct aw_action){.id = c->parcel.ids[i], .kind = AW_ACTION_SEND};
    action->send.relay = c->to[i];
    action->send.cell = AW_BYTES_OF(c->cell);
    aw_capability_derive(action->send.capability, c->to_seed, c->to[i].relay_key);
    return true;
}

static void again(struct contact *c, uint8_t what)
{
    c->wants_join =
        c->wants_join || (what == CONTACT_SEND_JOIN && c->who.phase == AW_CONTACT_JOINING);
    c->wants_resume = c->wants_resume || what == CONTACT_SEND_RESUME;
    c->wants_reply = c->wants_reply || what == CONTACT_SEND_REPLY;
    c->wants_session = c->wants_session || what == CONTACT_SEND_SESSION;
}

void aw_co_sent(struct contact *c, uint64_t id, enum aw_status status)
{
    uint64_t mono_ms = aw_timebase_mono_ms(&c->time);

    if (!aw_parcel_done(&c->parcel, id, status) || c->parcel.state != AW_PARCEL_FREE)
        return;
    if (!c->parcel.has_landed) {
        again(c, c->parcel.what);
        aw_backoff_fail(&c->send_backoff, mono_ms);
        return;
    }
    aw_backoff_clear(&c->send_backoff);
    if (c->parcel.what != CONTACT_SEND_REPLY) {
        /* Handshake cells are sent again until the other side's next step is seen. */
        c->resend_pause_ms = c->resend_pause_ms == 0
                                 ? RESEND_MIN_MS
                                 : aw_time_min(2 * c->resend_pause_ms, RESEND_MAX_MS);
        c->resend_ms = mono_ms + c->resend_pause_ms;
    }
}
