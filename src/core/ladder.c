/* SPDX-License-Identifier: ISC */
#include "core/ladder.h"

#include "base/assert.h"

/*
 *   from              on                          to        emits         function
 *   IDLE              a deadline to watch         FINE      -             aw_ladder_watch()
 *   FINE              deadline                    OVERDUE   LATE          serve()
 *   FINE              nothing to watch            IDLE      -             aw_ladder_watch()
 *   OVERDUE           deadlines ahead again       FINE      -             aw_ladder_watch()
 *   OVERDUE           grace used up               MISSED    -             serve()
 *   MISSED, ALARM     time of a level             same      RING, OTHERS  serve()
 *   MISSED, ALARM     ring_s after a ring         same      RING          serve()
 *   MISSED, ALARM     claim                       CLAIMED   RECORD        aw_ladder_claim()
 *   CLAIMED           end of the claim, decline   MISSED or CLAIM_ENDED   serve(), _decline()
 *                                                 ALARM     RING
 *   MISSED, CLAIMED   deadlines ahead again,      RESUMED   BACK          aw_ladder_watch()
 *                     no alarm
 *   RESUMED           grace after a new deadline  MISSED    -             serve()
 *   RESUMED           claim_s after a reminder    RESUMED   CONFIRM       serve()
 *   any               SOS, duress, wrong secret   ALARM     RING          aw_ladder_alarm()
 *   any incident      safe check-in and confirm   FINE      CLOSED        settle()
 *                     (relaxed, MISSED: safe check-in alone)
 *
 * Between OVERDUE and MISSED there is room for a state in which the others are asked; grace
 * already runs as a time of its own.
 *
 * Invariants, asserted by check() after every input:
 *   (1) incident is NONE exactly in IDLE, FINE and OVERDUE, and then no level has begun.
 *   (2) deadline_s > now_s: no passed deadline is left unserved.
 *   (3) There is no silent end state: deadline_s is AW_NO_TIME exactly in IDLE.
 *   (4) ALARM only with an alarm, RESUMED only with a missed deadline.
 *   (5) What closes an incident is never all there while it is open.
 *   (6) claim_s is set in CLAIMED only.
 */

enum step { STEP_NONE = 0, STEP_LATE, STEP_MISS, STEP_CLAIM_END, STEP_LEVEL, STEP_RING };

static bool is_running(const struct aw_ladder *l)
{
    return l->state == AW_LADDER_MISSED || l->state == AW_LADDER_ALARM ||
           l->state == AW_LADDER_CLAIMED;
}

bool aw_ladder_is_incident(const struct aw_ladder *l)
{
    return is_running(l) || l->state == AW_LADDER_RESUMED;
}

static uint64_t earliest(uint64_t a_s, uint64_t b_s)
{
    return a_s < b_s ? a_s : b_s;
}

static uint64_t watched_s(const struct aw_ladder *l)
{
    return earliest(l->checkin_due_s, l->beat_due_s);
}

static bool is_time(uint64_t at_s)
{
    return at_s == AW_NO_TIME || at_s <= AW_TIME_MAX_MS;
}

bool aw_ladder_is_sound(const struct aw_ladder *l)
{
    bool open = aw_ladder_is_incident(l);

    if (l->state > AW_LADDER_RESUMED || l->incident > AW_INCIDENT_DURESS)
        return false;
    if (open == (l->incident == AW_INCIDENT_NONE) || (!open && l->level != 0))
        return false;
    if (l->state == AW_LADDER_ALARM && l->incident == AW_INCIDENT_MISSED)
        return false;
    if (l->state == AW_LADDER_MISSED && l->incident != AW_INCIDENT_MISSED)
        return false;
    if (l->state == AW_LADDER_RESUMED && l->incident != AW_INCIDENT_MISSED)
        return false;
    if (open && l->safe_seen && l->confirmed)
        return false;
    if (l->state == AW_LADDER_FINE && watched_s(l) == AW_NO_TIME)
        return false;
    if (l->state == AW_LADDER_RESUMED && l->ring_s == AW_NO_TIME)
        return false;
    if (!is_time(l->checkin_due_s) || !is_time(l->beat_due_s) || !is_time(l->claim_s) ||
        !is_time(l->ring_s))
        return false;
    return (l->state == AW_LADDER_CLAIMED) == (l->claim_s != AW_NO_TIME);
}

static void check(const struct aw_ladder *l)
{
    AW_ASSERT(aw_ladder_is_sound(l));
    AW_ASSERT(l->deadline_s > l->now_s);
    /* spec/07-contact.md §5: "Every state but idle MUST have a next deadline: there is no silent
     * end state." */
    AW_ASSERT((l->deadline_s == AW_NO_TIME) == (l->state == AW_LADDER_IDLE));
}

/* The only writer of l->state after init: one breakpoint sees every move. */
static void enter(struct aw_ladder *l, enum aw_ladder_state to, uint64_t at_s)
{
    l->state = to;
    l->decided_s = at_s;
    if (to != AW_LADDER_CLAIMED) {
        l->claim_s = AW_NO_TIME;
        l->claim_holds = false;
    }
}

static void emit(struct aw_ladder_out *out, enum aw_event_kind kind, uint8_t level, uint64_t at_s)
{
    AW_ASSERT(out->count < AW_LADDER_OUT_MAX);
    out->events[out->count++] = (struct aw_ladder_event){kind, level, at_s};
}

static uint64_t after(uint64_t at_s, uint64_t span_s)
{
    return at_s == AW_NO_TIME ? AW_NO_TIME : at_s + span_s;
}

uint64_t aw_ladder_next_level_s(const struct aw_ladder *l, const struct aw_ladder_rules *rules)
{
    const struct aw_plan *plan = rules->plan;
    uint64_t at_s, last_s;

    if (!is_running(l) || l->level >= plan->levels_count)
        return AW_NO_TIME;
    at_s = l->levels_s + plan->levels[l->level].delay_s;
    last_s = l->levels_s + plan->levels[plan->levels_count - 1].delay_s;
    if (l->claim_holds && l->claim_s > at_s)
        at_s = l->claim_s;
    /* spec/07-contact.md §5: "A claim MUST NOT hold the last level." */
    return earliest(at_s, last_s);
}

uint8_t aw_ladder_ringing(const struct aw_ladder *l, const struct aw_ladder_rules *rules)
{
    for (uint8_t level = l->level; level > 0; level--) {
        if (level <= rules->plan->levels_count &&
            (rules->plan->levels[level - 1].groups & rules->groups) != 0)
            return level;
    }
    return 0;
}

/* The earliest thing to do and when. Of several at once, the order of enum step. */
static enum step next_step(const struct aw_ladder *l, const struct aw_ladder_rules *rules,
                           uint64_t *at_s)
{
    uint64_t times[STEP_RING + 1];
    enum step step = STEP_NONE;

    for (size_t i = 0; i < AW_COUNT(times); i++)
        times[i] = AW_NO_TIME;
    if (l->state == AW_LADDER_FINE)
        times[STEP_LATE] = watched_s(l);
    if (l->state == AW_LADDER_OVERDUE)
        times[STEP_MISS] = after(l->late_s, rules->plan->grace_s);
    if (l->state == AW_LADDER_RESUMED)
        times[STEP_MISS] = after(watched_s(l), rules->plan->grace_s);
    times[STEP_CLAIM_END] = l->claim_s;
    times[STEP_LEVEL] = aw_ladder_next_level_s(l, rules);
    if (aw_ladder_is_incident(l) && l->state != AW_LADDER_CLAIMED)
        times[STEP_RING] = l->ring_s;

    *at_s = AW_NO_TIME;
    for (unsigned i = STEP_LATE; i <= STEP_RING; i++) {
        if (times[i] < *at_s) {
            *at_s = times[i];
            step = (enum step)i;
        }
    }
    return step;
}

/* spec/07-contact.md §5: "Levels that began MUST ring again every ring_s". */
static void ring(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t at_s,
                 struct aw_ladder_out *out)
{
    uint8_t level = aw_ladder_ringing(l, rules);

    l->ring_s = AW_NO_TIME;
    if (l->state == AW_LADDER_RESUMED) {
        emit(out, AW_EVENT_CONFIRM, level, at_s);
        l->ring_s = l->now_s + rules->plan->claim_s;
    } else if (level > 0) {
        emit(out, AW_EVENT_RING, level, at_s);
        /* From now on, not from then: one ring after a day asleep, not thousands. */
        l->ring_s = l->now_s + rules->plan->ring_s;
    }
}

static void begin_level(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t at_s,
                        struct aw_ladder_out *out)
{
    const struct aw_level *level = &rules->plan->levels[l->level++];

    if ((level->groups & rules->groups) == 0) {
        emit(out, AW_EVENT_OTHERS, l->level, at_s);
        return;
    }
    emit(out, AW_EVENT_RING, l->level, at_s);
    l->ring_s = l->now_s + rules->plan->ring_s;
}

/* Begins an incident, or lets a higher kind replace a lower one. */
static void open_incident(struct aw_ladder *l, enum aw_incident_kind kind, enum aw_why_cause cause,
                          uint32_t seq, uint64_t at_s)
{
    if (!aw_ladder_is_incident(l)) {
        l->incident_id++;
        l->began_s = at_s;
        l->claims_used = 0;
        l->held_level = 0;
        l->cancelled = false;
        l->is_public = false;
        l->incident = AW_INCIDENT_NONE;
        l->trigger_seq = 0;
    }
    if (kind == AW_INCIDENT_MISSED || kind == AW_INCIDENT_SOS)
        l->is_public = true;
    if (kind > l->incident)
        l->incident = kind;
    l->cause = cause;
    if (seq > l->trigger_seq)
        l->trigger_seq = seq; /* an older word that comes late makes no check-in newer */
    l->confirmed = false;
    l->safe_seen = false;
}

static void miss(struct aw_ladder *l, uint64_t at_s)
{
    enum aw_why_cause cause = l->checkin_due_s <= l->beat_due_s ? AW_WHY_CHECKIN : AW_WHY_BEAT;

    open_incident(l, AW_INCIDENT_MISSED, cause, 0, at_s);
    l->level = 0; /* after RESUMED too: it is said again from the first level on */
    l->levels_s = at_s;
    l->ring_s = AW_NO_TIME;
    enter(l, AW_LADDER_MISSED, at_s);
}

static enum aw_ladder_state running_state(const struct aw_ladder *l)
{
    return l->incident == AW_INCIDENT_MISSED ? AW_LADDER_MISSED : AW_LADDER_ALARM;
}

static void end_claim(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t at_s,
                      struct aw_ladder_out *out)
{
    enter(l, running_state(l), at_s);
    emit(out, AW_EVENT_CLAIM_ENDED, l->level, at_s);
    ring(l, rules, at_s, out);
}

static void serve(struct aw_ladder *l, const struct aw_ladder_rules *rules, enum step step,
                  uint64_t at_s, struct aw_ladder_out *out)
{
    switch (step) {
    case STEP_LATE:
        l->late_s = at_s;
        l->cause = l->checkin_due_s <= l->beat_due_s ? AW_WHY_CHECKIN : AW_WHY_BEAT;
        enter(l, AW_LADDER_OVERDUE, at_s);
        emit(out, AW_EVENT_LATE, 0, at_s);
        break;
    case STEP_MISS:
        miss(l, at_s);
        break;
    case STEP_CLAIM_END:
        end_claim(l, rules, at_s, out);
        break;
    case STEP_LEVEL:
        begin_level(l, rules, at_s, out);
        break;
    case STEP_RING:
        ring(l, rules, at_s, out);
        break;
    case STEP_NONE:
        AW_UNREACHABLE();
    }
}

/* Serves every passed deadline, oldest first: after a day asleep, LATE still precedes RING. */
static void advance(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                    struct aw_ladder_out *out)
{
    uint64_t at_s;
    enum step step;

    AW_ASSERT(now_s <= AW_TIME_MAX_MS);
    if (now_s > l->now_s)
        l->now_s = now_s;
    if (l->level > rules->plan->levels_count)
        l->level = rules->plan->levels_count; /* a new plan has fewer */
    /* A new plan may say that a level that began is for this contact, too. */
    if (is_running(l) && l->state != AW_LADDER_CLAIMED && l->ring_s == AW_NO_TIME &&
        aw_ladder_ringing(l, rules) > 0)
        l->ring_s = l->now_s;
    while ((step = next_step(l, rules, &at_s)) != STEP_NONE && at_s <= l->now_s)
        serve(l, rules, step, at_s, out);
    l->deadline_s = at_s;
    check(l);
}

/* Closes the incident when what it takes is there. */
static void settle(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                   struct aw_ladder_out *out)
{
    bool alone = rules->plan->relaxed && l->incident == AW_INCIDENT_MISSED;

    /* spec/07-contact.md §6: "An incident MUST NOT end by anything else." */
    if (!aw_ladder_is_incident(l) || !l->safe_seen || (!l->confirmed && !alone))
        return;
    emit(out, AW_EVENT_CLOSED, l->level, l->now_s);
    l->incident = AW_INCIDENT_NONE;
    l->is_public = false;
    l->cause = AW_WHY_HUMAN;
    l->level = 0;
    l->ring_s = AW_NO_TIME;
    l->safe_seen = false;
    l->confirmed = false;
    enter(l, watched_s(l) == AW_NO_TIME ? AW_LADDER_IDLE : AW_LADDER_FINE, l->now_s);
}

void aw_ladder_init(struct aw_ladder *l, uint64_t now_s)
{
    *l = (struct aw_ladder){
        .now_s = now_s,
        .decided_s = now_s,
        .deadline_s = AW_NO_TIME,
        .checkin_due_s = AW_NO_TIME,
        .beat_due_s = AW_NO_TIME,
        .claim_s = AW_NO_TIME,
        .ring_s = AW_NO_TIME,
    };
    check(l);
}

void aw_ladder_tick(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                    struct aw_ladder_out *out)
{
    advance(l, rules, now_s, out);
}

void aw_ladder_watch(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                     uint64_t checkin_due_s, uint64_t beat_due_s, uint64_t now_s,
                     struct aw_ladder_out *out)
{
    bool is_ahead;

    advance(l, rules, now_s, out);
    l->checkin_due_s = checkin_due_s;
    l->beat_due_s = beat_due_s;
    is_ahead = watched_s(l) > l->now_s;

    if (l->state == AW_LADDER_IDLE && watched_s(l) != AW_NO_TIME) {
        enter(l, AW_LADDER_FINE, l->now_s);
    } else if (l->state == AW_LADDER_FINE && watched_s(l) == AW_NO_TIME) {
        enter(l, AW_LADDER_IDLE, l->now_s);
    } else if (l->state == AW_LADDER_OVERDUE) {
        /* It never rang: nothing to close. */
        if (is_ahead)
            enter(l, watched_s(l) == AW_NO_TIME ? AW_LADDER_IDLE : AW_LADDER_FINE, l->now_s);
        else
            l->late_s = watched_s(l);
    } else if (is_running(l) && l->incident == AW_INCIDENT_MISSED && is_ahead) {
        enter(l, AW_LADDER_RESUMED, l->now_s);
        l->ring_s = l->now_s + rules->plan->claim_s;
        emit(out, AW_EVENT_BACK, l->level, l->now_s);
    }
    advance(l, rules, now_s, out);
}

void aw_ladder_alarm(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                     enum aw_incident_kind kind, uint32_t seq, uint64_t now_s,
                     struct aw_ladder_out *out)
{
    bool is_new;

    AW_ASSERT(kind > AW_INCIDENT_MISSED);
    advance(l, rules, now_s, out);
    is_new = l->incident <= AW_INCIDENT_MISSED;
    open_incident(l, kind, AW_WHY_WORD, seq, l->now_s);
    if (kind == AW_INCIDENT_SOS && seq > l->alarm_id)
        l->alarm_id = seq;
    if (is_new && l->level == 0)
        l->levels_s = l->now_s - earliest(l->now_s, rules->plan->levels[0].delay_s);
    if (is_new || l->state != AW_LADDER_ALARM)
        enter(l, AW_LADDER_ALARM, l->now_s);
    l->ring_s = l->level > 0 ? l->now_s : AW_NO_TIME;
    advance(l, rules, now_s, out);
}

void aw_ladder_safe(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint32_t seq,
                    uint64_t made_s, uint64_t now_s, struct aw_ladder_out *out)
{
    advance(l, rules, now_s, out);
    /* An older one that was under way when she called for help says nothing about now. */
    if (!aw_ladder_is_incident(l) || seq <= l->trigger_seq)
        return;
    if (l->incident == AW_INCIDENT_MISSED && l->state != AW_LADDER_RESUMED)
        return;
    /* A check-in held back from before her phone fell silent is moved ahead by beats alone. */
    if (l->incident == AW_INCIDENT_MISSED && l->cause == AW_WHY_BEAT && made_s < l->levels_s)
        return;
    if (!l->safe_seen && l->incident > AW_INCIDENT_MISSED)
        emit(out, AW_EVENT_RECORD, l->level, l->now_s);
    l->safe_seen = true;
    settle(l, rules, out);
    advance(l, rules, now_s, out);
}

void aw_ladder_cancel(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                      struct aw_ladder_out *out)
{
    advance(l, rules, now_s, out);
    /* spec/07-contact.md §6: "A cancel MUST only add to the record". */
    if (aw_ladder_is_incident(l) && !l->cancelled) {
        l->cancelled = true;
        emit(out, AW_EVENT_RECORD, l->level, l->now_s);
    }
}

enum aw_status aw_ladder_claim(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                               uint64_t now_s, struct aw_ladder_out *out)
{
    const struct aw_plan *plan = rules->plan;
    bool holds;

    advance(l, rules, now_s, out);
    if (!is_running(l))
        return AW_E_STATE;
    /* spec/07-contact.md §5: "a claim holds one level once, and at most claims_max levels in one
     * incident". */
    holds = l->state != AW_LADDER_CLAIMED && l->claims_used < plan->claims_max &&
            l->level + 1 < plan->levels_count && l->held_level != l->level + 1;
    if (l->state == AW_LADDER_CLAIMED && l->claim_holds)
        return AW_E_LIMIT; /* the hold goes on as it is */
    enter(l, AW_LADDER_CLAIMED, l->now_s);
    l->claim_s = l->now_s + plan->claim_s;
    l->claim_holds = holds;
    if (holds) {
        l->claims_used++;
        l->held_level = (uint8_t)(l->level + 1);
    }
    emit(out, AW_EVENT_RECORD, l->level, l->now_s);
    advance(l, rules, now_s, out);
    return holds ? AW_OK : AW_E_LIMIT;
}

enum aw_status aw_ladder_decline(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                                 uint64_t now_s, struct aw_ladder_out *out)
{
    advance(l, rules, now_s, out);
    if (l->state != AW_LADDER_CLAIMED)
        return is_running(l) ? AW_OK : AW_E_STATE;
    end_claim(l, rules, l->now_s, out);
    advance(l, rules, now_s, out);
    return AW_OK;
}

enum aw_status aw_ladder_confirm(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                                 uint64_t now_s, struct aw_ladder_out *out)
{
    advance(l, rules, now_s, out);
    if (!aw_ladder_is_incident(l))
        return AW_E_STATE;
    l->confirmed = true;
    emit(out, AW_EVENT_RECORD, l->level, l->now_s);
    settle(l, rules, out);
    advance(l, rules, now_s, out);
    return AW_OK;
}

void aw_ladder_resume(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                      struct aw_ladder_out *out)
{
    if (now_s > l->now_s)
        l->now_s = now_s;
    if (aw_ladder_is_incident(l) && l->ring_s != AW_NO_TIME)
        l->ring_s = l->now_s;
    advance(l, rules, now_s, out);
}
