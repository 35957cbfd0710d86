/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/bytes.h"
#include "base/time.h"
#include "wire/utf8.h"

/* What the human here says (spec/07-contact.md §6, §10, §11). */

#define AWAY_MAX_S AW_SPAN_MAX_S

/* ---- Availability ---- */

/* By its key; else by the index of its first share, which is that of a human. */
const struct aw_member *aw_co_member(const struct contact *c)
{
    const struct aw_member *own = aw_co_own_member(c);

    if (own != NULL)
        return own;
    return c->has_plan ? aw_plan_member(&c->plan, c->book.person) : NULL;
}

uint64_t aw_co_away_until(const struct contact *c, uint64_t now_s)
{
    uint64_t until_s = c->own.away_until_s > now_s ? c->own.away_until_s : now_s;
    struct aw_plan week;

    if (c->own.rota_count > 0) {
        week = c->plan; /* for its zone */
        memcpy(week.quiet, c->own.rota, sizeof c->own.rota);
        week.quiet_count = c->own.rota_count;
        week.pauses_count = 0;
        until_s = aw_schedule_free_s(&week, until_s);
    }
    return until_s > now_s ? until_s : 0;
}

uint16_t aw_co_away(const struct contact *c, uint64_t now_s)
{
    const struct aw_member *me = aw_co_member(c);
    uint16_t away = aw_co_peers_away(c, now_s);

    if (me == NULL || aw_co_away_until(c, now_s) == 0)
        return away;
    return (uint16_t)(away | 1U << (me->human - 1));
}

/* ---- Words and looks ---- */

void aw_contact_clock_set(struct aw_contact *contact, struct aw_now now)
{
    struct contact *c = contact_of(contact);

    aw_timebase_set(&c->time, now);
    aw_co_advance(c, now);
}

/* spec/05-channel.md §8: CH-49. */
void aw_contact_restored(struct aw_contact *contact, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    struct aw_resume own = aw_co_resume(c);
    uint64_t age_s;

    aw_co_advance(c, now);
    age_s = aw_time_since(c->book.saved_at_s, aw_timebase_s(&c->time));
    if (c->who.phase < AW_CONTACT_PAIRED ||
        aw_channel_resume_restored(&c->channel, &own, age_s, &c->random) != AW_OK)
        return;
    c->wants_resume = true;
    aw_co_touch(c, CONTACT_DIRTY_CHANNEL);
}

enum aw_status aw_contact_verify(struct aw_contact *contact, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    enum aw_status st = AW_OK;

    aw_co_advance(c, now);
    if (c->who.phase < AW_CONTACT_PAIRED)
        return AW_E_STATE;
    if (!aw_outbox_has_room(&c->outbox))
        return AW_E_BUSY;
    if (aw_channel_is_quarantined(&c->channel))
        st = aw_channel_quarantine_accept(&c->channel);
    if (st != AW_OK)
        return st;
    aw_channel_set_verified(&c->channel);
    c->who.phase = AW_CONTACT_VERIFIED;
    /* spec/07-contact.md §12: "Words that are compared to verify somebody, or to accept a
     * quarantined session, MUST NOT count for this." */
    aw_co_touch(c, CONTACT_DIRTY_WHO | CONTACT_DIRTY_CHANNEL);
    return AW_OK;
}

/* What the next functions have in common. */
static enum aw_status begin(struct contact *c, struct aw_now now)
{
    aw_co_advance(c, now);
    if (c->who.phase < AW_CONTACT_PAIRED)
        return AW_E_STATE;
    return aw_outbox_has_room(&c->outbox) ? AW_OK : AW_E_BUSY;
}

enum aw_status aw_contact_refuse(struct aw_contact *contact, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    enum aw_status st = begin(c, now);

    if (st == AW_OK && !aw_channel_is_quarantined(&c->channel))
        st = AW_E_STATE;
    if (st != AW_OK)
        return st;
    aw_channel_quarantine_refuse(&c->channel);
    aw_co_touch(c, CONTACT_DIRTY_CHANNEL);
    return AW_OK;
}

enum aw_status aw_contact_words_compared(struct aw_contact *contact, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    enum aw_status st = begin(c, now);

    if (st == AW_OK && c->who.phase != AW_CONTACT_VERIFIED)
        st = AW_E_STATE;
    if (st != AW_OK)
        return st;
    c->own.words_at_s = (uint32_t)aw_timebase_s(&c->time);
    aw_co_touch(c, CONTACT_DIRTY_OWN);
    return AW_OK;
}

enum aw_status aw_contact_seen(struct aw_contact *contact, struct aw_now now)
{
    struct contact *c = contact_of(contact);

    aw_co_advance(c, now);
    if (c->who.phase < AW_CONTACT_PAIRED || c->book.newest.call.seq == 0)
        return AW_E_STATE;
    if (!aw_outbox_has_room(&c->outbox))
        return AW_E_BUSY;
    if (c->book.seq_human == c->book.newest.call.seq)
        return AW_OK;
    c->book.seq_human = c->book.newest.call.seq;
    c->wants_reply = true;
    aw_co_touch(c, CONTACT_DIRTY_BOOK);
    return AW_OK;
}

/* ---- Answers to an incident ---- */

static void note_confirm(struct contact *c, enum contact_confirm confirm, bool is_told)
{
    c->own.confirm = (uint8_t)confirm;
    c->own.confirm_at_s = (uint32_t)aw_timebase_s(&c->time);
    if (is_told) {
        c->own.told.confirm = c->own.confirm;
        c->own.told.confirm_at_s = c->own.confirm_at_s;
    }
    aw_co_touch(c, CONTACT_DIRTY_OWN);
}

/* What the answers of the human have in common. */
static enum aw_status human(struct contact *c, aw_co_say *say, int claim, bool *is_told,
                            struct aw_now now)
{
    struct aw_ladder_rules rules = aw_co_rules(c);
    struct aw_ladder_out out = {.count = 0};
    enum aw_status st;

    *is_told = false;
    aw_co_advance(c, now);
    if (!aw_outbox_has_room(&c->outbox))
        return AW_E_BUSY;
    st = say(&c->ladder, &rules, aw_timebase_s(&c->time), &out);
    if (st != AW_OK && st != AW_E_LIMIT)
        return st;
    aw_co_flush(c, &out);
    *is_told = aw_co_shown_human(c, say);
    if (claim >= 0)
        c->book.claim = (uint8_t)claim;
    if (claim >= 0 && *is_told)
        c->own.told.claim = (uint8_t)claim;
    /* spec/07-contact.md §8: "What a human answers MUST NOT change the time at which a reply
     * leaves under duress": a reply that shows nothing new would show that something happened. */
    if (*is_told && c->book.newest.call.seq != 0) {
        c->book.seq_human = c->book.newest.call.seq;
        c->wants_reply = true;
    }
    aw_co_touch(c, CONTACT_DIRTY_BOOK | CONTACT_DIRTY_LADDER);
    return st;
}

enum aw_status aw_contact_claim(struct aw_contact *contact, struct aw_now now)
{
    bool is_told;

    return human(contact_of(contact), aw_ladder_claim, CONTACT_CLAIM_ACTING, &is_told, now);
}

enum aw_status aw_contact_decline(struct aw_contact *contact, struct aw_now now)
{
    bool is_told;

    return human(contact_of(contact), aw_ladder_decline, CONTACT_CLAIM_DECLINED, &is_told, now);
}

enum aw_status aw_contact_confirm(struct aw_contact *contact, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    bool is_told;
    enum aw_status st = human(c, aw_ladder_confirm, -1, &is_told, now);

    if (st == AW_OK)
        note_confirm(c, CONTACT_CONFIRM_SPOKEN, is_told);
    return st;
}

enum aw_status aw_contact_unreachable(struct aw_contact *contact, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    enum aw_status st = begin(c, now);

    if (st == AW_OK && !aw_ladder_is_incident(&c->ladder))
        st = AW_E_STATE;
    if (st == AW_OK)
        note_confirm(c, CONTACT_CONFIRM_UNREACHABLE, aw_ladder_is_incident(&c->shown));
    return st;
}

enum aw_status aw_contact_hand_over(struct aw_contact *contact, uint8_t person, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    const struct aw_member *me = aw_co_member(c);
    const struct aw_member *him = c->has_plan ? aw_plan_member(&c->plan, person) : NULL;
    enum aw_status st;
    bool is_told;

    if (him == NULL || (me != NULL && him->human == me->human))
        return AW_E_NOT_FOUND;
    st = human(c, aw_ladder_decline, CONTACT_CLAIM_HANDED, &is_told, now);
    if (st == AW_OK) {
        c->own.hand_to = person;
        c->own.told.hand_to = is_told ? person : c->own.told.hand_to;
        aw_co_touch(c, CONTACT_DIRTY_OWN);
    }
    return st;
}

enum aw_status aw_contact_note(struct aw_contact *contact, const char *text, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    size_t len = strlen(text);
    enum aw_status st = begin(c, now);

    if (st != AW_OK)
        return st;
    if (len > AW_WITNESS_NOTE_MAX ||
        !aw_utf8_is_printable((struct aw_bytes){(const uint8_t *)text, len}))
        return AW_E_RANGE;
    if (!aw_ladder_is_incident(&c->ladder))
        return AW_E_STATE;
    memset(c->own.note, 0, sizeof c->own.note);
    memcpy(c->own.note, text, len);
    /* What he writes in a rescue is for the circle. */
    if (aw_ladder_is_incident(&c->shown) && c->ladder.incident <= AW_INCIDENT_SOS &&
        c->ladder.incident != AW_INCIDENT_WRONG)
        memcpy(c->own.told.note, c->own.note, sizeof c->own.told.note);
    aw_co_touch(c, CONTACT_DIRTY_OWN);
    return AW_OK;
}

/* ---- Questions and drills ---- */

enum aw_status aw_contact_ask(struct aw_contact *contact, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    const struct aw_member *me = aw_co_member(c);
    enum aw_status st = begin(c, now);

    if (st != AW_OK)
        return st;
    if (!aw_trigger_may_ask(&c->plan, me, c->ladder.incident))
        return AW_E_STATE;
    st = aw_trigger_ask(&c->triggers, &c->plan.pace, (uint32_t)aw_timebase_s(&c->time));
    if (st != AW_OK)
        return st;
    c->wants_reply = true;
    aw_co_touch(c, CONTACT_DIRTY_TRIGGERS);
    return AW_OK;
}

enum aw_status aw_contact_drill_answer(struct aw_contact *contact, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    enum aw_status st = begin(c, now);

    if (st == AW_OK)
        st = aw_trigger_drill_answer(&c->triggers);
    if (st != AW_OK)
        return st;
    c->wants_reply = true;
    aw_co_touch(c, CONTACT_DIRTY_TRIGGERS);
    return AW_OK;
}

/* ---- What he says of himself ----
 *
 * spec/07-contact.md §11: "What the human says of himself MUST NOT make a reply leave at another
 * time." It rides on the next one. */

enum aw_status aw_contact_away(struct aw_contact *contact, uint64_t until_s, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    enum aw_status st = begin(c, now);
    uint64_t now_s = aw_timebase_s(&c->time);

    if (st != AW_OK)
        return st;
    if (until_s != 0 && (until_s <= now_s || until_s - now_s > AWAY_MAX_S))
        return AW_E_RANGE;
    c->own.away_until_s = (uint32_t)until_s;
    aw_co_touch(c, CONTACT_DIRTY_OWN);
    aw_co_advance(c, now); /* a level that began may ring here again */
    return AW_OK;
}

enum aw_status aw_contact_rota_set(struct aw_contact *contact, const struct aw_quiet *lines,
                                   size_t count, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    enum aw_status st = begin(c, now);

    if (st != AW_OK)
        return st;
    if (count > AW_ROTA_MAX)
        return AW_E_RANGE;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].days == 0 || lines[i].days > 127 || lines[i].from > 1439 ||
            lines[i].until > 1439)
            return AW_E_RANGE;
    }
    memset(c->own.rota, 0, sizeof c->own.rota);
    for (size_t i = 0; i < count; i++)
        c->own.rota[i] = lines[i];
    c->own.rota_count = (uint8_t)count;
    aw_co_touch(c, CONTACT_DIRTY_OWN);
    aw_co_advance(c, now);
    return AW_OK;
}

enum aw_status aw_contact_always_on(struct aw_contact *contact, bool is_on, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    enum aw_status st = begin(c, now);

    if (st == AW_OK) {
        c->own.always_on = is_on;
        aw_co_touch(c, CONTACT_DIRTY_OWN);
    }
    return st;
}

enum aw_status aw_contact_leave(struct aw_contact *contact, bool leaves, struct aw_now now)
{
    struct contact *c = contact_of(contact);
    enum aw_status st = begin(c, now);

    if (st == AW_OK) {
        c->own.leaves = leaves;
        aw_co_touch(c, CONTACT_DIRTY_OWN);
    }
    return st;
}
