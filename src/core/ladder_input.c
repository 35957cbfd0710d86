/* SPDX-License-Identifier: ISC */
#include "core/ladder.h"

#include "base/assert.h"

/* What cells and people do to a ladder; its state and what time does are in ladder.c. */

static uint64_t earlier(uint64_t a_s, uint64_t b_s)
{
    return a_s < b_s ? a_s : b_s;
}

static enum aw_ladder_state calm_state(const struct aw_ladder *l)
{
    return aw_ladder_due_s(l) == AW_NO_TIME ? AW_LADDER_IDLE : AW_LADDER_FINE;
}

/* spec/07-contact.md §6: "Two confirmations without a check-in start the deadlines anew from then
 * on", each by its own span. */
static uint64_t due_anew_s(const struct aw_plan *plan, size_t why, uint64_t now_s)
{
    if (why == AW_LADDER_DUE(AW_WHY_BEAT))
        return now_s + plan->beat_s + plan->beat_grace_s;
    if (why == AW_LADDER_DUE(AW_WHY_LIFE))
        return now_s + plan->pace.life_s;
    return aw_plan_due_s(plan, now_s);
}

/* Closes the incident when what it takes is there. */
static void settle(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                   struct aw_ladder_out *out)
{
    /* spec/07-contact.md §6: "An incident MUST NOT end by anything else." */
    if (!aw_ladder_can_close(l, rules))
        return;
    aw_ladder_emit(out, AW_EVENT_CLOSED, l->level, l->now_s);
    /* Two have spoken to her, though her phone may still be silent: the next deadline counts from
     * now on, else the same silence would ring again at once. */
    if (!l->safe_seen)
        l->peers.spoken_s = l->now_s;
    for (size_t i = 0; i < AW_LADDER_DUES; i++) {
        bool is_once = i == AW_LADDER_DUE(AW_WHY_TIMER) || i == AW_LADDER_DUE(AW_WHY_ASK);

        if (l->due.at_s[i] <= l->now_s && is_once)
            l->due.at_s[i] = AW_NO_TIME; /* settled: the caller drops it, too */
        else if (l->due.at_s[i] <= l->now_s && !l->safe_seen)
            l->due.at_s[i] = due_anew_s(rules->plan, i, l->now_s);
    }
    l->incident = AW_INCIDENT_NONE;
    l->path.is_blind = false;
    l->path.is_told = false;
    l->cause = AW_WHY_HUMAN;
    l->level = 0;
    l->ring_s = AW_NO_TIME;
    l->safe_seen = false;
    l->confirmed = false;
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        l->peers.groups[i] = 0;
    if (l->state != AW_LADDER_SUSPECT || aw_ladder_due_s(l) > l->now_s)
        aw_ladder_enter(l, calm_state(l), l->now_s);
}

/* Late but arrived: with an incident the human is still to speak to her. */
static void come_back(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                      struct aw_ladder_out *out)
{
    if (aw_ladder_is_incident(l)) {
        aw_ladder_enter(l, AW_LADDER_RESUMED, l->now_s);
        l->ring_s = l->now_s + rules->plan->claim_s;
        aw_ladder_emit(out, AW_EVENT_BACK, l->level, l->now_s);
        return;
    }
    if (l->path.was_unsure)
        aw_ladder_emit(out, AW_EVENT_BACK, 0, l->now_s);
    aw_ladder_enter(l, calm_state(l), l->now_s);
}

/* SUSPECT, and the deadlines are not ahead: a newer one may be in its grace. */
static void suspect_anew(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                         struct aw_ladder_out *out)
{
    uint64_t due_s = aw_ladder_due_s(l);

    if (due_s + rules->plan->grace_s <= l->now_s) {
        l->path.suspect_s = due_s + rules->plan->grace_s;
    } else if (aw_ladder_is_incident(l)) {
        come_back(l, rules, out);
    } else {
        l->late_s = due_s;
        aw_ladder_enter(l, AW_LADDER_OVERDUE, l->now_s);
    }
}

void aw_ladder_watch(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                     const struct aw_ladder_due *due, uint64_t now_s, struct aw_ladder_out *out)
{
    bool is_ahead;

    aw_ladder_advance(l, rules, now_s, out);
    l->due = *due;
    is_ahead = aw_ladder_due_s(l) > l->now_s;

    switch (l->state) {
    case AW_LADDER_IDLE:
    case AW_LADDER_FINE:
        if (calm_state(l) != l->state)
            aw_ladder_enter(l, calm_state(l), l->now_s);
        break;
    case AW_LADDER_OVERDUE:
        /* It never rang: nothing to close. */
        if (is_ahead)
            aw_ladder_enter(l, calm_state(l), l->now_s);
        else
            l->late_s = aw_ladder_due_s(l);
        break;
    case AW_LADDER_SUSPECT:
        if (is_ahead)
            come_back(l, rules, out);
        else
            suspect_anew(l, rules, out);
        break;
    case AW_LADDER_MISSED:
    case AW_LADDER_CLAIMED:
        if (is_ahead && l->incident == AW_INCIDENT_MISSED)
            come_back(l, rules, out);
        break;
    case AW_LADDER_ALARM:
    case AW_LADDER_RESUMED:
        break;
    }
    aw_ladder_advance(l, rules, now_s, out);
}

/* ---- Whose silence it is ---- */

bool aw_ladder_is_unsure(const struct aw_ladder *l)
{
    return l->state == AW_LADDER_SUSPECT || l->path.is_blind;
}

/* What was only suspected, or raised by the ceiling, is now known. */
static void know(struct aw_ladder *l, const struct aw_ladder_rules *rules, bool is_told,
                 struct aw_ladder_out *out)
{
    if (l->state == AW_LADDER_SUSPECT) {
        aw_ladder_miss(l, l->path.suspect_s, false);
    } else if (l->path.is_blind) {
        l->path.is_blind = false;
        aw_ladder_emit(out, AW_EVENT_RECORD, l->level, l->now_s);
    }
    /* spec/07-contact.md §5.1: "Whom others or the ceiling have raised MUST still find out whether
     * the path is proved." */
    l->path.is_told = is_told;
    aw_ladder_advance(l, rules, l->now_s, out);
}

void aw_ladder_path(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t proof_s,
                    uint64_t now_s, struct aw_ladder_out *out)
{
    aw_ladder_advance(l, rules, now_s, out);
    proof_s = earlier(proof_s, l->now_s);
    if (proof_s > l->path.proved_s)
        l->path.proved_s = proof_s;
    if (aw_ladder_path_counts(l, rules, proof_s) &&
        !aw_ladder_path_counts(l, rules, l->path.first_s))
        l->path.first_s = proof_s;
    if (aw_ladder_path_is_proved(l, rules))
        know(l, rules, false, out);
    aw_ladder_advance(l, rules, now_s, out);
}

void aw_ladder_others(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                      struct aw_ladder_out *out)
{
    aw_ladder_advance(l, rules, now_s, out);
    if (aw_ladder_is_unsure(l))
        know(l, rules, true, out);
}

/* ---- Words of hers ---- */

void aw_ladder_alarm(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                     enum aw_incident_kind kind, uint32_t seq, uint64_t made_s, uint64_t now_s,
                     struct aw_ladder_out *out)
{
    bool is_new;

    AW_ASSERT(kind > AW_INCIDENT_MISSED);
    aw_ladder_advance(l, rules, now_s, out);
    is_new = l->incident <= AW_INCIDENT_MISSED;
    aw_ladder_open(l, kind, AW_WHY_WORD, seq, earlier(made_s, l->now_s));
    if (kind == AW_INCIDENT_SOS && seq > l->alarm_id)
        l->alarm_id = seq;
    if (is_new && l->level == 0)
        l->levels_s = l->now_s - earlier(l->now_s, rules->plan->levels[0].delay_s);
    if (is_new || l->state != AW_LADDER_ALARM)
        aw_ladder_enter(l, AW_LADDER_ALARM, l->now_s);
    l->ring_s = l->level > 0 ? l->now_s : AW_NO_TIME;
    aw_ladder_advance(l, rules, now_s, out);
}

/* A timer that she cannot end any more must not keep an incident open for ever, whichever deadline
 * opened it. */
static bool ends_timer(const struct aw_ladder *l, const struct aw_ladder_rules *rules,
                       uint64_t made_s)
{
    uint64_t timer_s = l->due.at_s[AW_LADDER_DUE(AW_WHY_TIMER)];

    if (made_s < l->levels_s)
        return false;
    if (l->cause == AW_WHY_TIMER)
        return true;
    for (unsigned i = 0; i < AW_LADDER_DUES; i++) {
        if (i != AW_LADDER_DUE(AW_WHY_TIMER) && l->due.at_s[i] <= l->now_s)
            return false;
    }
    return timer_s <= made_s && made_s - timer_s >= rules->plan->grace_s;
}

void aw_ladder_safe(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint32_t seq,
                    uint64_t made_s, uint64_t now_s, struct aw_ladder_out *out)
{
    aw_ladder_advance(l, rules, now_s, out);
    /* An older one that was under way when she called for help says nothing about now. */
    if (!aw_ladder_is_incident(l) || seq <= l->trigger_seq)
        return;
    if (l->incident == AW_INCIDENT_MISSED && l->state != AW_LADDER_RESUMED &&
        !ends_timer(l, rules, made_s))
        return;
    /* A check-in held back from before her phone fell silent is moved ahead by beats alone. */
    if (l->incident == AW_INCIDENT_MISSED && l->cause == AW_WHY_BEAT && made_s < l->levels_s)
        return;
    if (!l->safe_seen && l->incident > AW_INCIDENT_MISSED)
        aw_ladder_emit(out, AW_EVENT_RECORD, l->level, l->now_s);
    l->safe_seen = true;
    settle(l, rules, out);
    aw_ladder_advance(l, rules, now_s, out);
}

void aw_ladder_cancel(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                      struct aw_ladder_out *out)
{
    aw_ladder_advance(l, rules, now_s, out);
    /* spec/07-contact.md §6: "A cancel MUST only add to the record". */
    if (aw_ladder_is_incident(l) && !l->cancelled) {
        l->cancelled = true;
        aw_ladder_emit(out, AW_EVENT_RECORD, l->level, l->now_s);
    }
}

/* ---- What the human here says ---- */

enum aw_status aw_ladder_claim(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                               uint64_t now_s, struct aw_ladder_out *out)
{
    const struct aw_plan *plan = rules->plan;
    bool holds;

    aw_ladder_advance(l, rules, now_s, out);
    if (!aw_ladder_is_running(l))
        return AW_E_STATE;
    /* spec/07-contact.md §5: "a claim holds one level once, and at most claims_max levels in one
     * incident". */
    holds = l->state != AW_LADDER_CLAIMED && l->claims_used < plan->claims_max &&
            l->level + 1 < plan->levels_count && l->held_level != l->level + 1;
    if (l->state == AW_LADDER_CLAIMED && l->claim_holds)
        return AW_E_LIMIT; /* the hold goes on as it is */
    aw_ladder_enter(l, AW_LADDER_CLAIMED, l->now_s);
    l->claim_s = l->now_s + plan->claim_s;
    l->claim_holds = holds;
    if (holds) {
        l->claims_used++;
        l->held_level = (uint8_t)(l->level + 1);
    }
    aw_ladder_emit(out, AW_EVENT_RECORD, l->level, l->now_s);
    aw_ladder_advance(l, rules, now_s, out);
    return holds ? AW_OK : AW_E_LIMIT;
}

enum aw_status aw_ladder_decline(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                                 uint64_t now_s, struct aw_ladder_out *out)
{
    aw_ladder_advance(l, rules, now_s, out);
    if (l->state != AW_LADDER_CLAIMED)
        return aw_ladder_is_running(l) ? AW_OK : AW_E_STATE;
    aw_ladder_end_claim(l, rules, l->now_s, out);
    aw_ladder_advance(l, rules, now_s, out);
    return AW_OK;
}

enum aw_status aw_ladder_confirm(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                                 uint64_t now_s, struct aw_ladder_out *out)
{
    aw_ladder_advance(l, rules, now_s, out);
    if (!aw_ladder_is_incident(l))
        return AW_E_STATE;
    l->confirmed = true;
    aw_ladder_emit(out, AW_EVENT_RECORD, l->level, l->now_s);
    settle(l, rules, out);
    aw_ladder_advance(l, rules, now_s, out);
    return AW_OK;
}

/* ---- What others say ---- */

/* spec/07-contact.md §6: "What somebody outside the circle says MUST NOT hold or close an incident
 * of duress or of wrong secrets." He does not know what he would be speaking about. */
static bool knows(const struct aw_ladder *l, const struct aw_ladder_peer *peer)
{
    bool is_hidden = l->incident == AW_INCIDENT_WRONG || l->incident == AW_INCIDENT_DURESS;

    AW_ASSERT(peer->human >= 1 && peer->human <= AW_PLAN_MEMBER_MAX);
    return !is_hidden || peer->is_fellow;
}

void aw_ladder_peer_claim(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                          const struct aw_ladder_peer *peer, uint64_t until_s, uint64_t now_s,
                          struct aw_ladder_out *out)
{
    const struct aw_plan *plan = rules->plan;

    aw_ladder_advance(l, rules, now_s, out);
    if (!aw_ladder_is_running(l) || !knows(l, peer) || (peer->groups & rules->groups) == 0)
        return;
    /* spec/07-contact.md §5: "The claim of another human MUST NOT hold a level before one began
     * here." Else he could keep everybody from hearing of it. */
    if (l->level == 0)
        return;
    if (until_s <= l->now_s || l->level + 1 >= plan->levels_count ||
        l->claims_used >= plan->claims_max || l->peers.level[peer->human - 1] == l->level + 1)
        return;
    l->peers.level[peer->human - 1] = (uint8_t)(l->level + 1);
    l->claims_used++;
    until_s = earlier(until_s, l->now_s + plan->claim_s);
    if (until_s > l->peers.claim_s)
        l->peers.claim_s = until_s;
    aw_ladder_emit(out, AW_EVENT_RECORD, l->level, l->now_s);
    aw_ladder_advance(l, rules, now_s, out);
}

void aw_ladder_peer_confirm(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                            const struct aw_ladder_peer *peer, uint64_t at_s, uint64_t now_s,
                            struct aw_ladder_out *out)
{
    aw_ladder_advance(l, rules, now_s, out);
    if (!aw_ladder_is_incident(l) || !knows(l, peer) || peer->groups == 0)
        return;
    /* spec/07-contact.md §6: "A confirmation of another contact MUST NOT count when it was made
     * before the newest trigger, or more than 10 min ahead of the clock here." That clock would
     * make it count for every later one. */
    if (at_s < l->peers.raised_s || at_s > l->now_s + AW_LADDER_SKEW_S)
        return;
    if (l->peers.groups[peer->human - 1] == 0)
        aw_ladder_emit(out, AW_EVENT_RECORD, l->level, l->now_s);
    l->peers.groups[peer->human - 1] = peer->groups;
    settle(l, rules, out);
    aw_ladder_advance(l, rules, now_s, out);
}
