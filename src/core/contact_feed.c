/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "core/security.h"

/* Cells that a mailbox delivered. */

static enum aw_status feed_joining(struct contact *c, struct aw_bytes cell)
{
    struct aw_hello peer;
    uint64_t now_s = aw_timebase_s(&c->time);
    enum aw_status st =
        aw_joining_finish(&c->joining, cell, now_s * 1000, &c->channel, &peer, &c->random);

    if (st == AW_OK) {
        c->who.peer = peer;
        c->who.has_peer = true;
        c->who.phase = AW_CONTACT_PAIRED;
        aw_joining_wipe(&c->joining);
        c->wants_join = false;
        c->resend_ms = AW_TIME_NEVER;
        c->resend_pause_ms = 0;
        aw_co_touch(c, CONTACT_DIRTY_WHO | CONTACT_DIRTY_BOOK | CONTACT_DIRTY_JOINING |
                           CONTACT_DIRTY_CHANNEL);
        aw_co_event(c, AW_EVENT_WORDS, AW_URGENCY_NOTICE, 0, (uint32_t)now_s);
    }
    aw_wipe(&peer, sizeof peer);
    return st;
}

static void report(struct contact *c, const struct aw_opened *opened)
{
    unsigned events = opened->events;
    enum aw_event_kind kind;

    while (aw_security_next(&events, &kind))
        aw_co_event(c, kind, AW_URGENCY_NOTICE, 0, (uint32_t)aw_timebase_s(&c->time));
}

enum aw_status aw_co_opened(struct contact *c, const struct aw_opened *opened,
                            struct aw_bytes plain, uint32_t deposited_at_s)
{
    bool is_switch = opened->kind == AW_OPENED_MESSAGE && opened->lane == AW_LANE_SWITCH;

    aw_co_touch(c, CONTACT_DIRTY_CHANNEL);
    c->is_silent = c->is_silent && is_switch;
    report(c, opened);
    switch (opened->kind) {
    case AW_OPENED_RESUME:
        c->owes_answer = true;
        return AW_OK;
    case AW_OPENED_RESUMED:
        c->resend_ms = AW_TIME_NEVER;
        c->resend_pause_ms = 0;
        /* spec/05-channel.md §8.1: "A contact whose question was answered MUST send a reply in the
         * new session at once." It answers no call: it tells her that she was heard. */
        if (opened->session == AW_SESSION_QUARANTINE) {
            c->wants_session = true;
            aw_co_peers_renew(c);
        } else {
            c->reply_session = AW_SESSION_MAIN;
            c->wants_reply = true;
        }
        return AW_OK;
    case AW_OPENED_MESSAGE:
        break;
    }
    if (opened->lane == AW_LANE_SHORT)
        return aw_co_frame(c, opened, plain);
    if (is_switch)
        return aw_co_switched(c, opened, plain);
    if (opened->lane == AW_LANE_BULK)
        return opened->session == AW_SESSION_MAIN ? aw_co_file(c, plain) : AW_OK;
    return aw_co_call(c, opened, plain, deposited_at_s);
}

/* What this side says of itself in a handshake. */
struct aw_resume aw_co_resume(const struct contact *c)
{
    return (struct aw_resume){.seq = c->book.newest.call.seq,
                              .word = (uint32_t)aw_words_highest(c->words.words, c->words.more)};
}

void aw_co_ask(struct contact *c, const struct aw_resume *own)
{
    if (aw_channel_resume_ask(&c->channel, own, &c->random) != AW_OK)
        return;
    c->wants_resume = true;
    aw_co_touch(c, CONTACT_DIRTY_CHANNEL);
}

/*
 * spec/05-channel.md §8: "A contact that receives eight cells in a row that it cannot open, the
 * first of them five minutes before the last, MUST begin." Its state may be an old one. Who only
 * floods the mailbox gains a question.
 */
static void note_deaf(struct contact *c, const struct aw_resume *own)
{
    if (!aw_deaf_note(&c->deaf, aw_timebase_s(&c->time), AW_DEAF_S))
        return;
    c->deaf = (struct aw_deaf){.count = 0};
    if (aw_channel_resume_deaf(&c->channel, own, &c->random) != AW_OK)
        return;
    c->wants_resume = true;
    aw_co_touch(c, CONTACT_DIRTY_CHANNEL);
}

static enum aw_status feed_hers(struct contact *c, struct aw_bytes cell, uint32_t deposited_at_s)
{
    AW_UNSET uint8_t space[AW_CELL_BULK_PLAIN_LEN];
    struct aw_buf plain = AW_BUF_OF(space);
    struct aw_resume own = aw_co_resume(c);
    struct aw_opened opened;
    enum aw_status st;

    if (c->who.phase == AW_CONTACT_JOINING)
        return feed_joining(c, cell);
    st = aw_channel_open(&c->channel, cell, &own, aw_timebase_s(&c->time) * 1000, &plain, &opened,
                         &c->random);
    if (st == AW_E_AUTH) {
        note_deaf(c, &own);
        aw_co_switch_unknown(c);
    }
    if (st == AW_E_REPLAY)
        aw_co_switch_copied(c, cell);
    if (st == AW_OK) {
        c->deaf = (struct aw_deaf){.count = 0};
        st = aw_co_opened(c, &opened, aw_buf_bytes(&plain), deposited_at_s);
    }
    aw_wipe(space, plain.len);
    return st;
}

enum aw_status aw_contact_feed(struct aw_contact *contact, uint32_t mailbox_id,
                               struct aw_bytes cell, uint32_t deposited_at_s, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    bool is_peer = mailbox_id >= CONTACT_PEER_MAILBOX(1);
    enum aw_status st;

    aw_co_advance(c, now);
    if (!aw_outbox_has_room(&c->outbox))
        return AW_E_BUSY;
    if (!is_peer && mailbox_id >= c->who.own.relays_count)
        return AW_E_NOT_FOUND;
    if (cell.len == AW_CELL_SHORT_LEN)
        return AW_E_FORMAT; /* relays carry none: aw_contact_feed_frame() */
    c->fed_from = is_peer ? 0 : (uint8_t)(mailbox_id + 1);
    st = is_peer ? aw_co_peer_feed(c, mailbox_id, cell) : feed_hers(c, cell, deposited_at_s);
    c->fed_from = 0;
    if (st == AW_E_REPLAY)
        c->replayed_count++;
    if (aw_status_class(st) == AW_CLASS_REFUSED)
        c->refused_count++;
    return st;
}
