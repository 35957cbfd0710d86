/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "core/words_text.h"
#include "wire/state.h"

/* Getters of the contact engine: what a screen shows, and why. */

static void view_incident(const struct contact *c, struct aw_contact_view *v)
{
    const struct aw_ladder *l = &c->ladder;
    struct aw_ladder_rules rules = aw_co_rules(c);

    v->state = l->state;
    v->incident = l->incident;
    v->incident_id = l->incident_id;
    v->began_at_s = (uint32_t)l->began_s;
    v->level = l->level;
    v->level_count = c->plan.levels_count;
    v->rings = aw_ladder_ringing(l, &rules) > 0 && aw_ladder_is_incident(l);
    v->next_level_s = aw_ladder_next_level_s(l, &rules);
    v->claim_until_s = l->state == AW_LADDER_CLAIMED ? l->claim_s : 0;
    v->claims_left =
        (uint8_t)(c->plan.claims_max -
                  (l->claims_used < c->plan.claims_max ? l->claims_used : c->plan.claims_max));
    v->claimed = l->state == AW_LADDER_CLAIMED;
    v->confirmed = l->confirmed;
    v->safe_seen = l->safe_seen;
    v->cancelled = l->cancelled;
    v->blind = l->path.is_blind;
    v->suspect_since_s = l->state == AW_LADDER_SUSPECT ? (uint32_t)l->path.suspect_s : 0;
    v->do_not_call = l->incident == AW_INCIDENT_DURESS || l->incident == AW_INCIDENT_WRONG;
}

static enum aw_ask_state ask_state(const struct contact_ask *a)
{
    if (a->id == 0)
        return AW_ASK_NONE;
    if (a->answered_at_s != 0)
        return AW_ASK_ANSWERED;
    if (!a->is_open)
        return AW_ASK_OVER;
    return a->reached_at_s != 0 ? AW_ASK_REACHED : AW_ASK_SENT;
}

static void view_triggers(const struct contact *c, struct aw_contact_triggers *v)
{
    const struct contact_triggers *t = &c->triggers;
    const struct contact_timer *timer = aw_trigger_next_timer(t);

    if (timer != NULL) {
        v->timer_kind = (enum aw_timer_kind)timer->kind;
        v->timer_due_s = timer->due_s;
        v->timer_extended = timer->is_extended;
    }
    v->ask = ask_state(&t->ask);
    v->asked_at_s = t->ask.asked_at_s;
    if (v->ask == AW_ASK_REACHED)
        v->ask_due_s = t->ask.reached_at_s + t->ask.within_s;
    v->drill_seq = t->drill_seq;
    v->drill_at_s = t->drill_at_s;
    v->drill_answered = t->drill_seq != 0 && t->drill_answered == t->drill_seq;
    v->signal = (enum aw_signal)t->signal;
    v->signal_at_s = t->signal_at_s;
    v->life_at_s = t->life_at_s;
    v->alarm_kind = (enum aw_alarm_kind)t->alarm_kind;
    v->alarm_since_s = t->alarm_since_s;
}

static void view_own(const struct contact *c, struct aw_contact_own *v)
{
    v->away_until_s = aw_co_away_until(c, aw_timebase_s(&c->time));
    v->rota_count = c->own.rota_count;
    memcpy(v->rota, c->own.rota, sizeof v->rota);
    v->always_on = c->own.always_on;
    v->leaves = c->own.leaves;
    v->unreachable = c->own.confirm == CONTACT_CONFIRM_UNREACHABLE;
    v->hand_to = c->own.hand_to;
    memcpy(v->note, c->own.note, sizeof v->note);
}

/* spec/07-contact.md §12: "it is set aside, and his device says so until a later one comes". */
static uint32_t aside_version(const struct contact *c)
{
    uint32_t newest = c->book.plan_named;
    bool is_kept = (c->has_plan && newest == c->plan.version) ||
                   (c->change.has_plan && newest == c->change.version);

    return !c->book.has_plan_word && c->book.plan_word_worth == CONTACT_WORTH_UNJUDGED && !is_kept
               ? newest
               : 0;
}

void aw_contact_view(const struct aw_contact *contact, struct aw_contact_view *v)
{
    const struct contact *c = contact_of_const(contact);
    const struct contact_book *b = &c->book;

    memset(v, 0, sizeof *v);
    v->phase = (enum aw_contact_phase)c->who.phase;
    if (c->who.phase == AW_CONTACT_JOINING)
        memcpy(v->name, c->joining.invite.name, sizeof v->name);
    else if (c->who.has_peer)
        memcpy(v->name, c->who.peer.name, sizeof v->name);
    v->quarantined = c->who.phase >= AW_CONTACT_PAIRED && aw_channel_is_quarantined(&c->channel);
    v->silent = c->is_silent;
    view_incident(c, v);
    v->gap = b->gap;
    v->checkin_due_s = c->ladder.due.at_s[AW_LADDER_DUE(AW_WHY_CHECKIN)];
    v->beat_due_s = c->ladder.due.at_s[AW_LADDER_DUE(AW_WHY_BEAT)];
    v->due_s = aw_ladder_due_s(&c->ladder);
    v->checkin = b->checkin.call;
    v->newest = b->newest.call;
    v->wrong_count = b->wrong_count;
    v->plan_version = c->has_plan ? c->plan.version : 0;
    v->person = b->person;
    v->circle = c->secrets.sets_count > 0 && c->secrets.sets[c->secrets.sets_count - 1].keys.circle;
    v->seq_human = b->seq_human;
    v->refused_count = c->refused_count;
    v->replayed_count = c->replayed_count;
    v->setup = aw_co_is_setup(c);
    if (c->change.has_plan) {
        v->pending_version = c->change.version;
        v->pending_at_s = c->change.effective_at_s;
        v->pending_loosens = (enum aw_plan_field)c->change.loosens;
        v->pending_unjudged = !c->change.is_judged;
    }
    v->aside_version = aside_version(c);
    v->keys_unjudged = c->change.has_keys;
    for (size_t i = 0; i < c->who.own.relays_count; i++)
        v->relays[i] = (struct aw_contact_relay){.was_early = b->switches[i].was_early,
                                                 .was_withheld = b->switches[i].was_withheld};
    if (b->unheard_seq > b->newest.call.seq)
        v->unheard_seq = b->unheard_seq;
    view_triggers(c, &v->triggers);
    view_own(c, &v->own);
    v->store_failed = c->outbox.store_backoff.pause_ms != 0;
}

enum aw_status aw_contact_words(const struct aw_contact *contact, struct aw_buf *text)
{
    const struct contact *c = contact_of_const(contact);

    if (c->who.phase < AW_CONTACT_PAIRED)
        return AW_E_STATE;
    return aw_words_text(&c->channel, text);
}

enum aw_status aw_contact_plan(const struct aw_contact *contact, struct aw_plan *plan)
{
    const struct contact *c = contact_of_const(contact);

    if (!c->has_plan)
        return AW_E_NOT_FOUND;
    *plan = c->plan;
    return AW_OK;
}

enum aw_status aw_contact_plan_pending(const struct aw_contact *contact, struct aw_plan *plan)
{
    const struct contact *c = contact_of_const(contact);
    const struct aw_bytes body = {c->pending, c->pending_len};

    if (!c->change.has_plan)
        return AW_E_NOT_FOUND;
    return aw_message_decode(&aw_plan_map, plan, body) == AW_OK ? AW_OK : AW_E_DAMAGED;
}

/* The statement that the last decision rests on: that of the deadline which is or was next. */
static const struct aw_watch *resting_on(const struct contact *c, enum aw_why_cause cause)
{
    return cause == AW_WHY_BEAT || cause == AW_WHY_WORD ? &c->book.newest : &c->book.checkin;
}

/* The deadline of a cause; what people said rests on none, then it is that of the check-in. */
static uint64_t due_of(const struct aw_ladder *l, enum aw_why_cause cause)
{
    if (cause < AW_WHY_CHECKIN || cause > AW_WHY_BEAT)
        cause = AW_WHY_CHECKIN;
    return l->due.at_s[AW_LADDER_DUE(cause)];
}

void aw_contact_why(const struct aw_contact *contact, struct aw_why *why)
{
    const struct contact *c = contact_of_const(contact);
    const struct aw_ladder *l = &c->ladder;
    enum aw_why_cause cause = l->cause;
    const struct aw_watch *w;

    if (l->state == AW_LADDER_IDLE)
        cause = AW_WHY_NOTHING;
    else if (l->state == AW_LADDER_FINE)
        cause = aw_ladder_due_cause(l);
    w = resting_on(c, cause);
    *why = (struct aw_why){
        .state = l->state,
        .incident = l->incident,
        .cause = cause,
        .decided_at_s = (uint32_t)l->decided_s,
        .call = w->call,
        .replied_at_s = w->replied_at_s,
        .clock = w->clock,
        .base_s = w->base_s,
        .due_s = due_of(l, cause),
        .grace_s = c->plan.grace_s,
        .missed_s = AW_NO_TIME,
        .level = l->level,
        .plan_version = c->has_plan ? c->plan.version : 0,
    };
    if (why->due_s != AW_NO_TIME) {
        why->missed_s = why->due_s + why->grace_s;
        why->span_s = (uint32_t)(why->due_s - w->base_s);
    }
}
