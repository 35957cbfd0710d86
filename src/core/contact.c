/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "core/mailbox.h"
#include "crypto/kdf.h"

/* Inputs and outputs of the contact engine. The moves are in core/ladder.c. */

/* ---- Helpers of all core/contact*.c ---- */

/* Bit i: everybody of level i + 1 is away. */
static uint8_t empty_levels(const struct aw_plan *plan, uint16_t away)
{
    uint8_t empty = 0;

    for (size_t i = 0; i < plan->levels_count; i++) {
        bool is_empty = true;

        for (size_t m = 0; m < plan->roster_count; m++) {
            const struct aw_member *member = &plan->roster[m];

            if ((member->groups & plan->levels[i].groups) != 0 &&
                (away >> (member->human - 1) & 1) == 0)
                is_empty = false;
        }
        if (is_empty)
            empty |= (uint8_t)(1U << i);
    }
    return empty;
}

/* Until a plan names this contact's groups, every level rings here. */
static struct aw_ladder_rules rules_of(const struct contact *c, const struct aw_plan *plan)
{
    struct aw_ladder_rules rules = {
        .plan = plan, .groups = AW_GROUPS_ALL, .is_doubt = aw_watch_is_doubtful(&c->book.newest)};
    uint16_t away = aw_co_away(c, aw_timebase_s(&c->time));
    const struct aw_member *own = aw_co_own_member(c);
    const struct aw_member *me = aw_plan_member(plan, own != NULL ? own->person : c->book.person);

    if (!c->has_plan || me == NULL)
        return rules;
    rules.groups = me->groups;
    if (away != 0) {
        rules.is_away = (away >> (me->human - 1) & 1) != 0;
        rules.empty = empty_levels(plan, away);
    }
    return rules;
}

struct aw_ladder_rules aw_co_rules(const struct contact *c)
{
    return rules_of(c, &c->plan);
}

struct aw_ladder_rules aw_co_shown_rules(const struct contact *c)
{
    return rules_of(c, aw_co_shown_plan(c));
}

void aw_co_touch(struct contact *c, unsigned dirty)
{
    c->dirty |= dirty;
    c->outbox.change++;
}

/* Rings and reminders wait for nothing: a broken disk must not silence an alarm. */
static bool waits_for_store(enum aw_event_kind kind)
{
    return kind != AW_EVENT_RING && kind != AW_EVENT_LATE && kind != AW_EVENT_OTHERS &&
           kind != AW_EVENT_CONFIRM && kind != AW_EVENT_CLAIM_ENDED && kind != AW_EVENT_BACK &&
           kind != AW_EVENT_UNSURE;
}

void aw_co_event(struct contact *c, enum aw_event_kind kind, enum aw_urgency urgency, uint32_t seq,
                 uint32_t at_s)
{
    struct aw_event event = {.kind = kind, .urgency = urgency, .seq = seq, .at_s = at_s};

    /* spec/07-contact.md §5: "An event that rings MUST NOT wait for the store." */
    aw_outbox_event(&c->outbox, &event,
                    urgency != AW_URGENCY_RING && waits_for_store(kind) ? c->outbox.change : 0);
}

/* What was said in the incident ends with it, and what was overdue is settled. */
static void close_incident(struct contact *c)
{
    memset(c->own.note, 0, sizeof c->own.note);
    c->own.hand_to = 0;
    aw_trigger_settle(&c->triggers, aw_timebase_s(&c->time));
    aw_co_touch(c, CONTACT_DIRTY_OWN | CONTACT_DIRTY_TRIGGERS);
}

void aw_co_flush(struct contact *c, const struct aw_ladder_out *out)
{
    if (out->count > 0)
        aw_co_touch(c, CONTACT_DIRTY_LADDER | CONTACT_DIRTY_BOOK);
    for (size_t i = 0; i < out->count; i++) {
        const struct aw_ladder_event *e = &out->events[i];
        struct aw_event event = {
            .kind = e->kind,
            .urgency = e->kind == AW_EVENT_RING || e->kind == AW_EVENT_UNSURE ? AW_URGENCY_RING
                                                                              : AW_URGENCY_NOTICE,
            .level = e->level,
            .seq = c->book.newest.call.seq,
            .at_s = (uint32_t)e->at_s,
        };

        /* spec/07-contact.md §5: "That an incident is closed MUST NOT be told after a later one
         * rang." */
        if (event.urgency == AW_URGENCY_RING)
            aw_outbox_take_back(&c->outbox, AW_EVENT_CLOSED);
        aw_outbox_event(&c->outbox, &event, waits_for_store(e->kind) ? c->outbox.change : 0);
        if (e->kind == AW_EVENT_CLOSED)
            close_incident(c);
        if (e->kind == AW_EVENT_CLOSED || e->kind == AW_EVENT_CLAIM_ENDED)
            c->book.claim = CONTACT_CLAIM_NONE;
    }
}

/* Time before input: a late word must not erase the lateness. */
void aw_co_advance(struct contact *c, struct aw_now now)
{
    struct aw_ladder_rules rules = aw_co_rules(c), shown_rules = aw_co_shown_rules(c);
    struct aw_ladder_out out = {.count = 0}, shown = {.count = 0};
    uint64_t now_s = aw_timebase_read(&c->time, now);

    AW_ASSERT(c->is_started);
    if (!aw_outbox_has_room(&c->outbox))
        return; /* the host takes events first; what is due stays due */
    aw_ladder_tick(&c->ladder, &rules, now_s, &out);
    aw_co_flush(c, &out);
    aw_ladder_tick(&c->shown, &shown_rules, now_s, &shown);
    aw_co_shown_flush(c, &shown);
    aw_co_change_tick(c);
    aw_co_shown_tick(c);
    if (c->who.phase >= AW_CONTACT_PAIRED &&
        aw_channel_is_silent(&c->channel, now_s * 1000) != c->is_silent) {
        c->is_silent = !c->is_silent;
        if (c->is_silent)
            aw_co_event(c, AW_EVENT_SILENT, AW_URGENCY_NOTICE, 0, (uint32_t)now_s);
    }
    aw_co_peers_advance(c, now_s);
    aw_co_council_advance(c, now_s);
    if (c->resend_ms <= aw_timebase_mono_ms(&c->time)) {
        c->resend_ms = AW_TIME_NEVER;
        c->wants_join =
            c->who.phase == AW_CONTACT_JOINING && !aw_joining_is_stale(&c->joining, now_s * 1000);
        c->wants_resume = c->who.phase >= AW_CONTACT_PAIRED;
        /* spec/05-channel.md §8.1: "While no cell of a quarantined session has come, the contact
         * MUST send a reply in it again, with backoff, and when it starts." */
        c->wants_session = aw_channel_is_unheard(&c->channel);
        if (c->who.phase == AW_CONTACT_JOINING && !c->wants_join)
            aw_co_event(c, AW_EVENT_INVITE_STALE, AW_URGENCY_NOTICE, 0, (uint32_t)now_s);
    }
}

/* All deadlines anew: after a statement, or with a new plan. */
void aw_co_rewatch(struct contact *c, struct aw_ladder_out *out)
{
    struct aw_ladder_rules rules = aw_co_rules(c);
    uint64_t floor_s = c->ladder.peers.spoken_s;
    struct aw_ladder_due due;

    for (size_t i = 0; i < AW_LADDER_DUES; i++)
        due.at_s[i] = AW_NO_TIME;
    if (c->has_plan && c->book.checkin.call.seq != 0) {
        due.at_s[AW_LADDER_DUE(AW_WHY_CHECKIN)] =
            aw_watch_checkin_due_s(&c->book.checkin, &c->plan, floor_s);
        due.at_s[AW_LADDER_DUE(AW_WHY_BEAT)] = aw_co_beat_due_s(c, &c->plan, floor_s);
        aw_trigger_due(&c->triggers, &c->plan, floor_s, &due);
    }
    aw_ladder_watch(&c->ladder, &rules, &due, aw_timebase_s(&c->time), out);
    aw_co_shown_watch(c);
    aw_co_touch(c, CONTACT_DIRTY_LADDER);
}

/* spec/07-contact.md §8: "A reply MUST NOT show what only the circle knows". And CO-24: what he
 * claimed in an incident that was not public is not told when it becomes so. */
uint8_t aw_co_claim(const struct contact *c)
{
    uint8_t claim = c->own.told.claim;

    return claim == CONTACT_CLAIM_HANDED ? AW_REPLY_CLAIM_DECLINED : claim;
}

/* ---- Start and end ---- */

enum aw_status aw_contact_init(struct aw_contact *contact, const struct aw_random *random,
                               uint32_t slot, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    enum aw_status st = aw_crypto_init();

    AW_ASSERT(slot >= 1 && slot <= AW_CONTACT_SLOT_MAX);
    memset(c, 0, offsetof(struct contact, cards));
    for (size_t i = 0; i < CONTACT_CARDS; i++)
        c->cards[i].len = 0;
    aw_peers_init(&c->peers);
    if (st != AW_OK)
        return st;
    c->random = *random;
    c->slot = slot;
    c->book.version = CONTACT_RECORD_VERSION;
    c->book.switches_count = AW_ENDPOINT_COUNT_MAX;
    c->triggers.version = CONTACT_RECORD_VERSION;
    c->outside.version = CONTACT_RECORD_VERSION;
    c->own.version = CONTACT_RECORD_VERSION;
    c->change.version_of_record = CONTACT_RECORD_VERSION;
    c->shown_change.version = CONTACT_RECORD_VERSION;
    c->resend_ms = AW_TIME_NEVER;
    aw_timebase_init(&c->time, 0, now);
    aw_outbox_init(&c->outbox);
    c->secrets.version = CONTACT_RECORD_VERSION;
    aw_words_in_init(&c->words);
    aw_plan_default(&c->plan, 1);
    aw_ladder_init(&c->ladder, 0);
    aw_ladder_init(&c->shown, 0);
    return AW_OK;
}

uint32_t aw_contact_slot(uint64_t key)
{
    return (uint32_t)(key >> 24);
}

/* Whether the records that were read belong together. */
static bool is_whole(const struct contact *c)
{
    /* There since it joined. What else there is comes with the first need of it. */
    static const uint8_t required[] = {CONTACT_KEY_BOOK, CONTACT_KEY_LADDER, CONTACT_KEY_WORDS,
                                       CONTACT_KEY_SECRETS};
    bool has_channel = !aw_secret_is_zero(c->channel.id, AW_HASH_LEN);
    bool is_paired = c->who.phase >= AW_CONTACT_PAIRED;

    if (c->who.phase == AW_CONTACT_NEW) {
        for (size_t i = 0; i < CONTACT_KEY_COUNT; i++) {
            if (c->has_record[i])
                return false;
        }
        return !has_channel && !c->has_plan && !c->peers.has_book;
    }
    for (size_t i = 0; i < AW_COUNT(required); i++) {
        if (!c->has_record[required[i]])
            return false;
    }
    if (c->who.phase == AW_CONTACT_JOINING && !c->has_record[CONTACT_KEY_JOINING])
        return false;
    if (has_channel && c->channel.role != AW_ROLE_CONTACT)
        return false;
    if (!aw_peers_is_whole(&c->peers))
        return false;
    return is_paired == has_channel && is_paired == c->who.has_peer;
}

/* spec/07-contact.md §2: "A device that starts MUST go on with reply numbers that lie above the
 * stored ones by the seconds since the store", and never to the end of them. */
static void skip_replies(struct contact_book *b, uint64_t now_s)
{
    if (b->saved_at_s != 0)
        b->reply_number += (uint32_t)aw_time_min(aw_time_since(b->saved_at_s, now_s),
                                                 (UINT32_MAX - b->reply_number) / 2);
}

enum aw_status aw_contact_start(struct aw_contact *contact, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    struct aw_ladder_rules rules, shown_rules;
    struct aw_ladder_out out = {.count = 0}, shown = {.count = 0};
    bool is_paired = c->who.phase >= AW_CONTACT_PAIRED;

    AW_ASSERT(!c->is_started);
    if (!is_whole(c))
        return AW_E_DAMAGED;
    aw_timebase_init(&c->time, c->book.saved_at_s, now);
    skip_replies(&c->book, aw_timebase_s(&c->time));
    c->is_started = true;
    if (c->has_plan && !c->has_shown_plan) { /* a home of an older version */
        c->shown_plan = c->plan;
        c->has_shown_plan = true;
    }
    rules = aw_co_rules(c);
    shown_rules = aw_co_shown_rules(c);
    if (c->who.phase != AW_CONTACT_NEW) {
        /* A home of an older version has no keys for the others yet. */
        if (aw_co_peers_draw(c) != AW_OK)
            return AW_E_ENTROPY;
        aw_sign_from_seed(&c->receipt_key, c->who.receipt_seed);
        aw_co_event(c, AW_EVENT_MAILBOXES, AW_URGENCY_QUIET, 0, 0);
    }
    /* spec/05-channel.md §8.2: "A device that starts with a session in quarantine MUST tell its
     * human of it again." */
    if (aw_channel_is_quarantined(&c->channel))
        aw_co_event(c, AW_EVENT_QUARANTINED, AW_URGENCY_NOTICE, 0,
                    (uint32_t)aw_timebase_s(&c->time));
    aw_ladder_resume(&c->ladder, &rules, aw_timebase_s(&c->time), &out);
    aw_co_flush(c, &out);
    aw_ladder_resume(&c->shown, &shown_rules, aw_timebase_s(&c->time), &shown);
    aw_co_shown_flush(c, &shown);
    c->wants_join = c->who.phase == AW_CONTACT_JOINING;
    c->wants_resume = is_paired;
    c->wants_session = aw_channel_is_unheard(&c->channel);
    c->wants_reply = is_paired && c->book.newest.call.seq != 0;
    return AW_OK;
}

void aw_contact_wipe(struct aw_contact *contact)
{
    aw_wipe(contact, sizeof *contact);
}

/* ---- Inputs ---- */

static bool fill_relays(struct aw_hello *own, const struct aw_endpoint *relays, size_t relay_count,
                        const char *name)
{
    size_t len = strlen(name);

    if (relay_count < 1 || relay_count > AW_ENDPOINT_COUNT_MAX || len < 1 || len > AW_NAME_LEN_MAX)
        return false;
    memcpy(own->relays, relays, relay_count * sizeof *relays);
    own->relays_count = (uint8_t)relay_count;
    memcpy(own->name, name, len + 1);
    return true;
}

enum aw_status aw_contact_join(struct aw_contact *contact, struct aw_bytes uri,
                               const struct aw_endpoint *relays, size_t relay_count,
                               const char *name, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    struct contact_who who = {.phase = AW_CONTACT_JOINING};
    struct aw_invite invite;
    enum aw_status st;

    aw_co_advance(c, now);
    if (c->who.phase != AW_CONTACT_NEW)
        return AW_E_STATE;
    if (!aw_outbox_has_room(&c->outbox))
        return AW_E_BUSY;
    if (!fill_relays(&who.own, relays, relay_count, name))
        return AW_E_RANGE;
    st = aw_invite_decode(&invite, uri, now.wall_ms);
    if (st == AW_OK)
        st = aw_random_fill(&c->random, who.own.seed, AW_KEY_LEN);
    if (st == AW_OK)
        st = aw_random_fill(&c->random, who.read_seed, AW_KEY_LEN);
    if (st == AW_OK)
        st = aw_random_fill(&c->random, who.receipt_seed, AW_KEY_LEN);
    if (st == AW_OK)
        st = aw_joining_init(&c->joining, &invite, &who.own, &c->random);
    if (st == AW_OK)
        st = aw_co_peers_draw(c);
    if (st == AW_OK) {
        who.version = CONTACT_RECORD_VERSION;
        who.joined_at_s = (uint32_t)aw_timebase_s(&c->time);
        c->who = who;
        aw_sign_from_seed(&c->receipt_key, who.receipt_seed);
        c->wants_join = true;
        aw_co_touch(c, CONTACT_DIRTY_WHO | CONTACT_DIRTY_BOOK | CONTACT_DIRTY_LADDER |
                           CONTACT_DIRTY_JOINING | CONTACT_DIRTY_WORDS | CONTACT_DIRTY_SECRETS |
                           CONTACT_DIRTY_TRIGGERS | CONTACT_DIRTY_OWN);
        aw_co_event(c, AW_EVENT_MAILBOXES, AW_URGENCY_QUIET, 0, 0);
    }
    aw_wipe(&who, sizeof who);
    aw_invite_wipe(&invite);
    return st;
}

void aw_contact_tick(struct aw_contact *contact, struct aw_now now)
{
    aw_co_advance(contact_of(contact), now);
}

void aw_contact_path(struct aw_contact *contact, uint32_t mailbox_id, uint32_t as_of_s,
                     uint32_t waiting, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    struct aw_ladder_rules rules = aw_co_rules(c), shown_rules = aw_co_shown_rules(c);
    struct aw_ladder_out out = {.count = 0}, shown = {.count = 0};
    uint64_t now_s, proof_s = as_of_s;

    aw_co_advance(c, now);
    now_s = aw_timebase_s(&c->time);
    if (waiting != 0 || !aw_outbox_has_room(&c->outbox))
        return;
    /* The relay's clock tells how old its answer is, if it can be right. */
    if (proof_s > now_s)
        proof_s = now_s;
    if (proof_s + CONTACT_PATH_AGE_S < now_s)
        proof_s = now_s - CONTACT_PATH_AGE_S;
    if (mailbox_id >= c->who.own.relays_count) {
        aw_co_peer_proved(c, mailbox_id, proof_s);
    } else {
        if (c->path_s[mailbox_id] < proof_s)
            c->path_s[mailbox_id] = proof_s;
        aw_co_switch_proved(c, mailbox_id, proof_s);
        aw_ladder_path(&c->ladder, &rules, proof_s, now_s, &out);
        aw_co_flush(c, &out);
        aw_ladder_path(&c->shown, &shown_rules, proof_s, now_s, &shown);
        aw_co_shown_flush(c, &shown);
    }
    aw_co_council_advance(c, now_s);
}

void aw_contact_kick(struct aw_contact *contact, struct aw_now now)
{
    struct contact *c = contact_of(contact);

    aw_backoff_clear(&c->send_backoff);
    aw_backoff_clear(&c->outbox.store_backoff);
    aw_co_advance(c, now);
}

void aw_contact_done(struct aw_contact *contact, uint64_t action_id, enum aw_status status,
                     struct aw_now now)
{
    struct contact *c = contact_of(contact);

    aw_co_advance(c, now);
    if (action_id != 0 && action_id == c->outbox.store_id)
        aw_co_stored(c, status);
    else if (!aw_co_peers_sent(c, action_id, status))
        aw_co_sent(c, action_id, status);
}

/* ---- Outputs ---- */

bool aw_contact_next_action(struct aw_contact *contact, struct aw_action *action)
{
    struct contact *c = contact_of(contact);

    AW_ASSERT(c->is_started);
    aw_co_prepare(c);
    aw_co_peers_prepare(c);
    if (aw_outbox_next_event(&c->outbox, action))
        return true;
    if (aw_outbox_wants_store(&c->outbox, aw_timebase_mono_ms(&c->time))) {
        aw_co_store(c, action);
        return true;
    }
    return aw_co_send(c, action) || aw_co_peers_send(c, action);
}

uint64_t aw_contact_deadline_ms(const struct aw_contact *contact)
{
    const struct contact *c = contact_of_const(contact);
    uint64_t at_ms = aw_timebase_when_ms(&c->time, c->ladder.deadline_s);
    bool wants = c->wants_join || c->owes_answer || c->wants_resume || c->wants_session ||
                 (c->wants_reply && aw_co_can_reply(c));

    at_ms = aw_time_min(at_ms, aw_timebase_when_ms(&c->time, c->shown.deadline_s));
    at_ms = aw_time_min(at_ms, aw_timebase_when_ms(&c->time, aw_co_peers_deadline_s(c)));
    at_ms = aw_time_min(at_ms, aw_outbox_deadline_ms(&c->outbox));
    at_ms = aw_time_min(at_ms, c->resend_ms);
    at_ms = aw_time_min(at_ms, aw_timebase_when_ms(&c->time, aw_co_change_s(c)));
    at_ms = aw_time_min(at_ms, aw_timebase_when_ms(&c->time, aw_co_shown_change_s(c)));
    if (aw_ladder_is_incident(&c->ladder)) { /* who comes back is rung */
        uint64_t until_s = aw_co_away_until(c, aw_timebase_s(&c->time));

        if (until_s != 0)
            at_ms = aw_time_min(at_ms, aw_timebase_when_ms(&c->time, until_s));
    }
    if (wants && c->parcel.state == AW_PARCEL_FREE && c->send_backoff.pause_ms != 0)
        at_ms = aw_time_min(at_ms, c->send_backoff.until_ms);
    if (c->who.phase >= AW_CONTACT_PAIRED && !c->is_silent)
        at_ms = aw_time_min(
            at_ms, aw_timebase_when_ms(
                       &c->time, (c->channel.heard_wall_ms + AW_CHANNEL_SILENT_MS) / 1000 + 1));
    return at_ms;
}

bool aw_contact_is_stored(const struct aw_contact *contact)
{
    return aw_outbox_is_stored(&contact_of_const(contact)->outbox);
}

size_t aw_contact_mailboxes(const struct aw_contact *contact, struct aw_mailbox *out)
{
    const struct contact *c = contact_of_const(contact);

    if (c->who.phase == AW_CONTACT_NEW)
        return 0;
    for (uint32_t i = 0; i < c->who.own.relays_count; i++)
        aw_mailbox_make(&out[i], i, 0, &c->who.own.relays[i], c->who.read_seed, c->who.own.seed);
    return c->who.own.relays_count + aw_co_peer_mailboxes(c, out + c->who.own.relays_count);
}
