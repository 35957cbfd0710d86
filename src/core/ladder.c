/* SPDX-License-Identifier: ISC */
#include "core/ladder.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"

/*
 *   from              on                          to        emits         function
 *   IDLE              a deadline to watch         FINE      -             aw_ladder_watch()
 *   FINE              deadline                    OVERDUE   LATE          serve()
 *   FINE              nothing to watch            IDLE      -             aw_ladder_watch()
 *   OVERDUE           deadlines ahead again       FINE      -             aw_ladder_watch()
 *   OVERDUE           grace used up, path proved  MISSED    -             grace_end()
 *   OVERDUE           grace used up               SUSPECT   -             grace_end()
 *   SUSPECT           first level that rings here same      UNSURE        serve()
 *   SUSPECT           path proved, or others      MISSED    -             know()
 *   SUSPECT           ceiling                     MISSED    -             serve(): blind
 *   SUSPECT           deadlines ahead again       FINE or   BACK, if it   aw_ladder_watch()
 *                                                 RESUMED   was unsure
 *   SUSPECT           a newer deadline in grace   OVERDUE   -             aw_ladder_watch()
 *   MISSED, ALARM     time of a level             same      RING, OTHERS  serve()
 *   MISSED, ALARM     ring_s after a ring         same      RING          serve()
 *   MISSED, ALARM     claim                       CLAIMED   RECORD        aw_ladder_claim()
 *   CLAIMED           end of the claim, decline   MISSED or CLAIM_ENDED   serve(), _decline()
 *                                                 ALARM     RING
 *   MISSED, CLAIMED   deadlines ahead again,      RESUMED   BACK          aw_ladder_watch()
 *                     no alarm
 *   RESUMED           grace after a new deadline  MISSED or -             grace_end()
 *                                                 SUSPECT
 *   RESUMED           claim_s after a reminder    RESUMED   CONFIRM       serve()
 *   any               SOS, duress, wrong secret   ALARM     RING          aw_ladder_alarm()
 *   any incident      what closes it              FINE      CLOSED        settle()
 *
 * Invariants, asserted by check() after every input:
 *   (1) incident is NONE in IDLE, FINE and OVERDUE, MISSED or NONE in SUSPECT, and something in all
 *       others; without one no level has begun.
 *   (2) deadline_s > now_s: no passed deadline is left unserved.
 *   (3) There is no silent end state: deadline_s is AW_NO_TIME exactly in IDLE.
 *   (4) ALARM only with an alarm, RESUMED only with a missed deadline.
 *   (5) What closes an incident is never all there while it is open.
 *   (6) claim_s is set in CLAIMED only.
 */

enum step {
    STEP_NONE = 0,
    STEP_LATE,
    STEP_GRACE_END,
    STEP_CEILING,
    STEP_UNSURE,
    STEP_CLAIM_END,
    STEP_LEVEL,
    STEP_RING,
    STEP_COUNT,
};

bool aw_ladder_is_running(const struct aw_ladder *l)
{
    return l->state == AW_LADDER_MISSED || l->state == AW_LADDER_ALARM ||
           l->state == AW_LADDER_CLAIMED;
}

bool aw_ladder_is_incident(const struct aw_ladder *l)
{
    return l->incident != AW_INCIDENT_NONE;
}

static uint64_t earliest(uint64_t a_s, uint64_t b_s)
{
    return a_s < b_s ? a_s : b_s;
}

static uint64_t latest(uint64_t a_s, uint64_t b_s)
{
    return a_s > b_s ? a_s : b_s;
}

uint64_t aw_ladder_due_s(const struct aw_ladder *l)
{
    uint64_t due_s = AW_NO_TIME;

    for (size_t i = 0; i < AW_LADDER_DUES; i++)
        due_s = earliest(due_s, l->due.at_s[i]);
    return due_s;
}

enum aw_why_cause aw_ladder_due_cause(const struct aw_ladder *l)
{
    uint64_t due_s = aw_ladder_due_s(l);
    unsigned i = 0;

    while (l->due.at_s[i] != due_s)
        i++;
    return (enum aw_why_cause)(AW_WHY_CHECKIN + i);
}

static bool is_time(uint64_t at_s)
{
    return at_s == AW_NO_TIME || at_s <= AW_TIME_MAX_MS;
}

static bool has_sound_times(const struct aw_ladder *l)
{
    for (size_t i = 0; i < AW_LADDER_DUES; i++) {
        if (!is_time(l->due.at_s[i]))
            return false;
    }
    return is_time(l->claim_s) && is_time(l->ring_s) &&
           (l->state == AW_LADDER_CLAIMED) == (l->claim_s != AW_NO_TIME);
}

/* Two humans who share no group have both spoken to her. */
static bool two_confirmed(const struct aw_ladder *l, uint8_t own_groups)
{
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        uint8_t groups = l->peers.groups[i];

        if (groups != 0 && l->confirmed && (groups & own_groups) == 0)
            return true;
        for (size_t j = 0; groups != 0 && j < i; j++) {
            if (l->peers.groups[j] != 0 && (groups & l->peers.groups[j]) == 0)
                return true;
        }
    }
    return false;
}

static bool any_confirmed(const struct aw_ladder *l)
{
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        if (l->peers.groups[i] != 0)
            return true;
    }
    return l->confirmed;
}

bool aw_ladder_can_close(const struct aw_ladder *l, const struct aw_ladder_rules *rules)
{
    bool alone = rules->plan->relaxed && l->incident == AW_INCIDENT_MISSED;

    AW_ASSERT(aw_ladder_is_incident(l));
    return (l->safe_seen && (any_confirmed(l) || alone)) || two_confirmed(l, rules->groups);
}

bool aw_ladder_is_sound(const struct aw_ladder *l)
{
    bool open = aw_ladder_is_incident(l);

    if (l->state > AW_LADDER_RESUMED || l->incident > AW_INCIDENT_DURESS)
        return false;
    if (!open && l->level != 0)
        return false;
    if (l->state <= AW_LADDER_OVERDUE && open)
        return false;
    if (l->state == AW_LADDER_SUSPECT && l->incident > AW_INCIDENT_MISSED)
        return false;
    if (l->state > AW_LADDER_SUSPECT && !open)
        return false;
    if (l->state == AW_LADDER_ALARM && l->incident == AW_INCIDENT_MISSED)
        return false;
    if (l->state == AW_LADDER_MISSED && l->incident != AW_INCIDENT_MISSED)
        return false;
    if (l->state == AW_LADDER_RESUMED && l->incident != AW_INCIDENT_MISSED)
        return false;
    if (open && l->safe_seen && any_confirmed(l))
        return false;
    if (l->state == AW_LADDER_FINE && aw_ladder_due_s(l) == AW_NO_TIME)
        return false;
    if (l->state == AW_LADDER_RESUMED && l->ring_s == AW_NO_TIME)
        return false;
    return has_sound_times(l);
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
void aw_ladder_enter(struct aw_ladder *l, enum aw_ladder_state to, uint64_t at_s)
{
    l->state = to;
    l->decided_s = at_s;
    if (to != AW_LADDER_SUSPECT)
        l->path.was_unsure = false;
    if (to != AW_LADDER_CLAIMED) {
        l->claim_s = AW_NO_TIME;
        l->claim_holds = false;
    }
}

void aw_ladder_emit(struct aw_ladder_out *out, enum aw_event_kind kind, uint8_t level,
                    uint64_t at_s)
{
    AW_ASSERT(out->count < AW_LADDER_OUT_MAX);
    out->events[out->count++] = (struct aw_ladder_event){kind, level, at_s};
}

/* ---- Levels ---- */

/* Whether level `i`, from 0, rings here. spec/07-contact.md §5: "The last level MUST NOT be passed
 * over because people are away." */
static bool rings_here(const struct aw_ladder_rules *rules, size_t i)
{
    bool is_last = i + 1 == rules->plan->levels_count;

    return (rules->plan->levels[i].groups & rules->groups) != 0 && (is_last || !rules->is_away);
}

/* When level `i`, from 0, begins after levels_s: with the one before it, if nobody is there. */
static uint64_t delay_s(const struct aw_ladder_rules *rules, size_t i)
{
    while (i > 0 && (rules->empty >> (i - 1) & 1) != 0)
        i--;
    return rules->plan->levels[i].delay_s;
}

uint64_t aw_ladder_next_level_s(const struct aw_ladder *l, const struct aw_ladder_rules *rules)
{
    const struct aw_plan *plan = rules->plan;
    uint64_t at_s, last_s;

    if (!aw_ladder_is_running(l) || l->level >= plan->levels_count)
        return AW_NO_TIME;
    at_s = l->levels_s + delay_s(rules, l->level);
    last_s = l->levels_s + delay_s(rules, plan->levels_count - 1u);
    if (l->claim_holds)
        at_s = latest(at_s, l->claim_s);
    at_s = latest(at_s, l->peers.claim_s);
    /* spec/07-contact.md §5: "A claim MUST NOT hold the last level." */
    return earliest(at_s, last_s);
}

uint8_t aw_ladder_ringing(const struct aw_ladder *l, const struct aw_ladder_rules *rules)
{
    for (uint8_t level = l->level; level > 0; level--) {
        if (level <= rules->plan->levels_count && rings_here(rules, level - 1u))
            return level;
    }
    return 0;
}

uint64_t aw_ladder_gate_s(const struct aw_ladder *l, const struct aw_ladder_rules *rules)
{
    switch (l->state) {
    case AW_LADDER_FINE:
    case AW_LADDER_RESUMED:
        return aw_time_add(aw_ladder_due_s(l), rules->plan->grace_s);
    case AW_LADDER_OVERDUE:
        return l->late_s + rules->plan->grace_s;
    case AW_LADDER_SUSPECT:
        return l->path.suspect_s;
    case AW_LADDER_MISSED:
    case AW_LADDER_ALARM:
    case AW_LADDER_CLAIMED:
        /* spec/07-contact.md §5.1: "In an alarm a silence MUST be found as without one" */
        if (l->incident > AW_INCIDENT_MISSED)
            return aw_time_add(aw_ladder_due_s(l), rules->plan->grace_s);
        return l->path.is_blind || l->path.is_told ? l->levels_s : AW_NO_TIME;
    case AW_LADDER_IDLE:
        break;
    }
    return AW_NO_TIME;
}

bool aw_ladder_path_counts(const struct aw_ladder *l, const struct aw_ladder_rules *rules,
                           uint64_t proof_s)
{
    return aw_time_add(proof_s, AW_LADDER_SETTLE_S) >= aw_ladder_gate_s(l, rules);
}

bool aw_ladder_path_tells(const struct aw_ladder *l, uint64_t gate_s)
{
    const struct aw_ladder_path *p = &l->path;

    return p->proved_s >= gate_s && aw_time_add(p->first_s, AW_LADDER_SETTLE_S) >= gate_s &&
           p->proved_s >= p->first_s + AW_LADDER_SETTLE_S;
}

bool aw_ladder_path_is_proved(const struct aw_ladder *l, const struct aw_ladder_rules *rules)
{
    return aw_ladder_path_tells(l, aw_ladder_gate_s(l, rules)) && !rules->is_doubt;
}

/* So long after grace was used up, but not before the relays had their time to answer. */
static uint64_t after_probes(const struct aw_ladder *l, uint64_t span_s)
{
    return latest(l->path.suspect_s + latest(span_s, AW_LADDER_PROBE_S),
                  l->wake_s + AW_LADDER_WAKE_S);
}

/* spec/07-contact.md §5.1: "Otherwise the human MUST hear that the contact cannot tell, when the
 * first level that rings here would begin" */
static uint64_t unsure_s(const struct aw_ladder *l, const struct aw_ladder_rules *rules)
{
    uint64_t at_s;
    size_t i = 0;

    while (i + 1u < rules->plan->levels_count && !rings_here(rules, i))
        i++;
    at_s = after_probes(l, delay_s(rules, i));
    /* A relay has answered: the second proof is awaited. */
    if (aw_ladder_path_counts(l, rules, l->path.first_s))
        at_s = latest(at_s, l->path.first_s + AW_LADDER_SETTLE_S + AW_LADDER_PROBE_S);
    return at_s;
}

static uint64_t ceiling_s(const struct aw_ladder *l, const struct aw_ladder_rules *rules)
{
    return after_probes(l, rules->plan->council.ceiling_s);
}

/* The earliest thing to do and when. Of several at once, the order of enum step. */
static enum step next_step(const struct aw_ladder *l, const struct aw_ladder_rules *rules,
                           uint64_t *at_s)
{
    uint64_t times[STEP_COUNT];
    enum step step = STEP_NONE;

    for (size_t i = 0; i < AW_COUNT(times); i++)
        times[i] = AW_NO_TIME;
    if (l->state == AW_LADDER_FINE)
        times[STEP_LATE] = aw_ladder_due_s(l);
    if (l->state == AW_LADDER_OVERDUE)
        times[STEP_GRACE_END] = l->late_s + rules->plan->grace_s;
    if (l->state == AW_LADDER_RESUMED && aw_ladder_due_s(l) != AW_NO_TIME)
        times[STEP_GRACE_END] = aw_ladder_due_s(l) + rules->plan->grace_s;
    if (l->state == AW_LADDER_SUSPECT) {
        times[STEP_CEILING] = ceiling_s(l, rules);
        if (!l->path.was_unsure)
            times[STEP_UNSURE] = unsure_s(l, rules);
    }
    times[STEP_CLAIM_END] = l->claim_s;
    times[STEP_LEVEL] = aw_ladder_next_level_s(l, rules);
    if (aw_ladder_is_incident(l) && l->state != AW_LADDER_CLAIMED && l->state != AW_LADDER_SUSPECT)
        times[STEP_RING] = l->ring_s;

    *at_s = AW_NO_TIME;
    for (unsigned i = STEP_LATE; i < STEP_COUNT; i++) {
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
        aw_ladder_emit(out, AW_EVENT_CONFIRM, level, at_s);
        l->ring_s = l->now_s + rules->plan->claim_s;
    } else if (level > 0) {
        aw_ladder_emit(out, AW_EVENT_RING, level, at_s);
        /* From now on, not from then: one ring after a day asleep, not thousands. */
        l->ring_s = l->now_s + rules->plan->ring_s;
    }
}

static void begin_level(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t at_s,
                        struct aw_ladder_out *out)
{
    bool is_here = rings_here(rules, l->level++);

    l->peers.claim_s = 0; /* a hold is for one level */
    aw_ladder_emit(out, is_here ? AW_EVENT_RING : AW_EVENT_OTHERS, l->level, at_s);
    if (is_here)
        l->ring_s = l->now_s + rules->plan->ring_s;
}

/* ---- Incidents ---- */

static void forget_confirms(struct aw_ladder *l)
{
    l->confirmed = false;
    l->safe_seen = false;
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        l->peers.groups[i] = 0;
}

void aw_ladder_open(struct aw_ladder *l, enum aw_incident_kind kind, enum aw_why_cause cause,
                    uint32_t seq, uint64_t at_s)
{
    if (!aw_ladder_is_incident(l)) {
        l->incident_id++;
        l->began_s = at_s;
        l->claims_used = 0;
        l->held_level = 0;
        l->cancelled = false;
        l->trigger_seq = 0;
        l->peers.claim_s = 0;
        for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
            l->peers.level[i] = 0;
    }
    if (kind > l->incident)
        l->incident = kind;
    l->cause = cause;
    if (seq > l->trigger_seq)
        l->trigger_seq = seq; /* an older word that comes late makes no check-in newer */
    l->peers.raised_s = latest(l->peers.raised_s, at_s);
    l->path.is_blind = false;
    l->path.is_told = false;
    forget_confirms(l);
}

void aw_ladder_miss(struct aw_ladder *l, uint64_t at_s, bool is_blind)
{
    aw_ladder_open(l, AW_INCIDENT_MISSED, aw_ladder_due_cause(l), 0, at_s);
    l->path.is_blind = is_blind;
    l->level = 0; /* after RESUMED too: it is said again from the first level on */
    l->levels_s = at_s;
    l->ring_s = AW_NO_TIME;
    aw_ladder_enter(l, AW_LADDER_MISSED, at_s);
}

/* spec/07-contact.md §5.1: "A missed deadline MUST NOT raise by itself unless the path is proved,
 * and the age of her newest statement is not in doubt." */
static void grace_end(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t at_s)
{
    if (aw_ladder_path_is_proved(l, rules)) {
        aw_ladder_miss(l, at_s, false);
        return;
    }
    l->path.suspect_s = at_s;
    l->ring_s = AW_NO_TIME;
    l->cause = aw_ladder_due_cause(l);
    aw_ladder_enter(l, AW_LADDER_SUSPECT, at_s);
}

void aw_ladder_end_claim(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t at_s,
                         struct aw_ladder_out *out)
{
    aw_ladder_enter(l, l->incident == AW_INCIDENT_MISSED ? AW_LADDER_MISSED : AW_LADDER_ALARM,
                    at_s);
    aw_ladder_emit(out, AW_EVENT_CLAIM_ENDED, l->level, at_s);
    ring(l, rules, at_s, out);
}

/* ---- Time ---- */

static void serve(struct aw_ladder *l, const struct aw_ladder_rules *rules, enum step step,
                  uint64_t at_s, struct aw_ladder_out *out)
{
    switch (step) {
    case STEP_LATE:
        l->late_s = at_s;
        l->cause = aw_ladder_due_cause(l);
        aw_ladder_enter(l, AW_LADDER_OVERDUE, at_s);
        aw_ladder_emit(out, AW_EVENT_LATE, 0, at_s);
        break;
    case STEP_GRACE_END:
        grace_end(l, rules, at_s);
        break;
    case STEP_UNSURE:
        l->path.was_unsure = true;
        aw_ladder_emit(out, AW_EVENT_UNSURE, 0, at_s);
        break;
    case STEP_CEILING:
        /* spec/07-contact.md §5.1: "ceiling_s after grace was used up suspect MUST become missed
         * without a proof." */
        aw_ladder_miss(l, l->path.suspect_s, true);
        break;
    case STEP_CLAIM_END:
        aw_ladder_end_claim(l, rules, at_s, out);
        break;
    case STEP_LEVEL:
        begin_level(l, rules, at_s, out);
        break;
    case STEP_RING:
        ring(l, rules, at_s, out);
        break;
    case STEP_NONE:
    case STEP_COUNT:
        AW_UNREACHABLE();
    }
}

/* Serves every passed deadline, oldest first: after a day asleep, LATE still precedes RING. */
void aw_ladder_advance(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                       struct aw_ladder_out *out)
{
    uint64_t at_s;
    enum step step;

    AW_ASSERT(now_s <= AW_TIME_MAX_MS);
    if (now_s > l->now_s)
        l->now_s = now_s;
    /* spec/07-contact.md §5.1: "An engine that finds itself in suspect when it wakes MUST NOT put
     * off what is due then" */
    if (l->state != AW_LADDER_SUSPECT && l->deadline_s != AW_NO_TIME &&
        l->now_s > l->deadline_s + AW_LADDER_WAKE_S)
        l->wake_s = l->now_s;
    if (l->level > rules->plan->levels_count)
        l->level = rules->plan->levels_count; /* a new plan has fewer */
    /* A new plan may say that a level that began is for this contact, too. */
    if (aw_ladder_is_running(l) && l->state != AW_LADDER_CLAIMED && l->ring_s == AW_NO_TIME &&
        aw_ladder_ringing(l, rules) > 0)
        l->ring_s = l->now_s;
    while ((step = next_step(l, rules, &at_s)) != STEP_NONE && at_s <= l->now_s)
        serve(l, rules, step, at_s, out);
    l->deadline_s = at_s;
    check(l);
}

void aw_ladder_init(struct aw_ladder *l, uint64_t now_s)
{
    *l = (struct aw_ladder){
        .now_s = now_s,
        .decided_s = now_s,
        .deadline_s = AW_NO_TIME,
        .claim_s = AW_NO_TIME,
        .ring_s = AW_NO_TIME,
    };
    for (size_t i = 0; i < AW_LADDER_DUES; i++)
        l->due.at_s[i] = AW_NO_TIME;
    check(l);
}

void aw_ladder_tick(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                    struct aw_ladder_out *out)
{
    aw_ladder_advance(l, rules, now_s, out);
}

void aw_ladder_resume(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                      struct aw_ladder_out *out)
{
    if (now_s > l->now_s)
        l->now_s = now_s;
    if (l->state != AW_LADDER_SUSPECT)
        l->wake_s = l->now_s;
    if (aw_ladder_is_incident(l) && l->ring_s != AW_NO_TIME)
        l->ring_s = l->now_s;
    aw_ladder_advance(l, rules, now_s, out);
}
