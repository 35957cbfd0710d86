/* SPDX-License-Identifier: ISC */
#include "escalation.h"

#include "base/assert.h"

#include <string.h>

#define IS_RUNNING(m)                                                                              \
    ((m)->state == AW_LADDER_MISSED || (m)->state == AW_LADDER_ALARM ||                            \
     (m)->state == AW_LADDER_CLAIMED)

static void say(struct model *m, enum aw_event_kind kind, unsigned level, uint64_t at_s)
{
    AW_ASSERT(m->out_count < MODEL_OUT_MAX);
    m->out[m->out_count++] = (struct aw_ladder_event){kind, (uint8_t)level, at_s};
}

static uint64_t due_of(const struct model *m)
{
    uint64_t due_s = AW_NO_TIME;

    for (size_t i = 0; i < AW_LADDER_DUES; i++)
        due_s = m->due_s[i] < due_s ? m->due_s[i] : due_s;
    return due_s;
}

static unsigned cause_of(const struct model *m)
{
    unsigned i = 0;

    while (m->due_s[i] != due_of(m))
        i++;
    return i;
}

/* "Who is away himself is rung by the last level only." */
static bool rings(const struct aw_ladder_rules *r, unsigned level)
{
    return (r->plan->levels[level - 1].groups & r->groups) != 0 &&
           (!r->is_away || level == r->plan->levels_count);
}

static unsigned ringing(const struct model *m, const struct aw_ladder_rules *r)
{
    for (unsigned level = m->level; level > 0; level--) {
        if (rings(r, level))
            return level;
    }
    return 0;
}

/* "A level whose people are all away is over as it begins: the next one begins with it." */
static uint64_t delay_of(const struct aw_ladder_rules *r, unsigned level)
{
    while (level > 1 && (r->empty & 1u << (level - 2)) != 0)
        level--;
    return r->plan->levels[level - 1].delay_s;
}

static void leave_claim(struct model *m)
{
    m->claim_end_s = AW_NO_TIME;
    m->holds = false;
}

static void enter(struct model *m, enum aw_ladder_state to)
{
    m->state = to;
    if (to != AW_LADDER_SUSPECT)
        m->said_unsure = false;
    if (to != AW_LADDER_CLAIMED)
        leave_claim(m);
}

/* ---- §5.1 ---- */

/* When grace is used up, of the silence that proofs would tell of. */
static uint64_t gate_of(const struct model *m, const struct aw_ladder_rules *r)
{
    uint64_t due_s = due_of(m);
    uint64_t next_s = due_s == AW_NO_TIME ? AW_NO_TIME : due_s + r->plan->grace_s;

    if (m->state == AW_LADDER_IDLE)
        return AW_NO_TIME;
    if (m->state == AW_LADDER_OVERDUE)
        return m->late_s + r->plan->grace_s;
    if (m->state == AW_LADDER_SUSPECT)
        return m->gate_s;
    if (IS_RUNNING(m) && m->incident == AW_INCIDENT_MISSED)
        return m->is_blind || m->is_told ? m->levels_s : AW_NO_TIME;
    return next_s;
}

/* "two proofs at least 90 s apart, the first one not more than 90 s before grace was used up, the
 * last one not before that" */
static bool is_proved(const struct model *m, const struct aw_ladder_rules *r)
{
    uint64_t gate_s = gate_of(m, r);

    return gate_s != AW_NO_TIME && !r->is_doubt && m->first_proof_s + 90 >= gate_s &&
           m->last_proof_s >= gate_s && m->last_proof_s >= m->first_proof_s + 90;
}

/* Raises anew: all confirmations are wanted again. */
static void raise(struct model *m, enum aw_incident_kind kind, unsigned cause, uint32_t seq,
                  uint64_t at_s)
{
    if (m->incident == AW_INCIDENT_NONE) {
        m->holds_used = m->own_held = 0;
        m->cancelled = false;
        m->trigger_seq = 0;
        m->peer_hold_s = 0;
        memset(m->peer_held, 0, sizeof m->peer_held);
    }
    m->incident = kind > m->incident ? kind : m->incident;
    m->cause = cause;
    m->trigger_seq = seq > m->trigger_seq ? seq : m->trigger_seq;
    m->raised_s = at_s > m->raised_s ? at_s : m->raised_s;
    m->is_blind = m->is_told = m->confirmed = m->safe_seen = false;
    memset(m->spoke, 0, sizeof m->spoke);
}

static void miss(struct model *m, uint64_t gate_s, bool is_blind)
{
    raise(m, AW_INCIDENT_MISSED, cause_of(m), 0, gate_s);
    m->is_blind = is_blind;
    m->levels_s = gate_s;
    m->level = 0;
    m->ring_s = AW_NO_TIME;
    enter(m, AW_LADDER_MISSED);
}

static uint64_t max3(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t ab = a > b ? a : b;

    return ab > c ? ab : c;
}

/* "when the first level that rings here would begin; but not before relays had 40 s to answer, nor
 * 60 s after the engine slept or was started, nor 130 s after the first proof" */
static uint64_t unsure_of(const struct model *m, const struct aw_ladder_rules *r)
{
    unsigned level = 1;
    uint64_t at_s;

    while (level < r->plan->levels_count && !rings(r, level))
        level++;
    at_s = max3(m->gate_s + delay_of(r, level), m->gate_s + MODEL_ANSWER_S, m->woke_s + 60);
    return m->first_proof_s + 90 >= m->gate_s ? max3(at_s, m->first_proof_s + 130, 0) : at_s;
}

/* ---- What a moment brings: one rule at a time, true if one applied ---- */

static bool silence(struct model *m, const struct aw_ladder_rules *r, uint64_t t_s)
{
    uint64_t due_s = due_of(m);

    if (m->state == AW_LADDER_FINE && due_s <= t_s) {
        m->late_s = due_s;
        m->cause = cause_of(m);
        enter(m, AW_LADDER_OVERDUE);
        say(m, AW_EVENT_LATE, 0, due_s);
        return true;
    }
    if ((m->state == AW_LADDER_OVERDUE && m->late_s + r->plan->grace_s <= t_s) ||
        (m->state == AW_LADDER_RESUMED && due_s != AW_NO_TIME && due_s + r->plan->grace_s <= t_s)) {
        uint64_t gate_s = gate_of(m, r);

        if (is_proved(m, r)) {
            miss(m, gate_s, false);
            return true;
        }
        m->gate_s = gate_s;
        m->cause = cause_of(m);
        m->ring_s = AW_NO_TIME;
        enter(m, AW_LADDER_SUSPECT);
        return true;
    }
    if (m->state != AW_LADDER_SUSPECT)
        return false;
    if (max3(m->gate_s + r->plan->council.ceiling_s, m->gate_s + MODEL_ANSWER_S, m->woke_s + 60) <=
        t_s) {
        miss(m, m->gate_s, true);
        return true;
    }
    if (!m->said_unsure && unsure_of(m, r) <= t_s) {
        m->said_unsure = true;
        say(m, AW_EVENT_UNSURE, 0, t_s);
        return true;
    }
    return false;
}

/* "one ring after a day asleep": what rings again does so from now on. */
static void ring(struct model *m, const struct aw_ladder_rules *r, uint64_t t_s)
{
    unsigned level = ringing(m, r);

    m->ring_s = AW_NO_TIME;
    if (m->state == AW_LADDER_RESUMED) {
        say(m, AW_EVENT_CONFIRM, level, t_s);
        m->ring_s = m->now_s + r->plan->claim_s;
    } else if (level > 0) {
        say(m, AW_EVENT_RING, level, t_s);
        m->ring_s = m->now_s + r->plan->ring_s;
    }
}

static void end_claim(struct model *m, const struct aw_ladder_rules *r, uint64_t t_s)
{
    enter(m, m->incident == AW_INCIDENT_MISSED ? AW_LADDER_MISSED : AW_LADDER_ALARM);
    say(m, AW_EVENT_CLAIM_ENDED, m->level, t_s);
    ring(m, r, t_s);
}

/* A level may begin: its time has come, and nobody holds it; nobody holds the last one. */
static bool may_begin(const struct model *m, const struct aw_ladder_rules *r, uint64_t t_s)
{
    unsigned next = m->level + 1;
    bool is_held = (m->holds && m->claim_end_s > t_s) || m->peer_hold_s > t_s;

    if (!IS_RUNNING(m) || next > r->plan->levels_count)
        return false;
    if (m->levels_s + delay_of(r, r->plan->levels_count) <= t_s)
        return true;
    return m->levels_s + delay_of(r, next) <= t_s && !is_held;
}

static bool levels(struct model *m, const struct aw_ladder_rules *r, uint64_t t_s)
{
    if (m->state == AW_LADDER_CLAIMED && m->claim_end_s <= t_s) {
        end_claim(m, r, t_s);
        return true;
    }
    if (may_begin(m, r, t_s)) {
        m->level++;
        m->peer_hold_s = 0;
        say(m, rings(r, m->level) ? AW_EVENT_RING : AW_EVENT_OTHERS, m->level, t_s);
        if (rings(r, m->level))
            m->ring_s = m->now_s + r->plan->ring_s;
        return true;
    }
    if (m->incident != AW_INCIDENT_NONE && m->state != AW_LADDER_CLAIMED &&
        m->state != AW_LADDER_SUSPECT && m->ring_s <= t_s) {
        ring(m, r, t_s);
        return true;
    }
    return false;
}

static void moment(struct model *m, const struct aw_ladder_rules *r, uint64_t t_s)
{
    while (silence(m, r, t_s) || levels(m, r, t_s))
        continue;
}

/* An input may show that something was due long ago: what follows comes in its order, too. */
static void catch_up(struct model *m, const struct aw_ladder_rules *r, uint64_t from_s)
{
    for (uint64_t t_s = from_s < m->now_s ? from_s : m->now_s; t_s <= m->now_s; t_s += MODEL_STEP_S)
        moment(m, r, t_s);
}

/* The first time in (m->now_s, now_s] at which something is due, or AW_NO_TIME. */
static uint64_t first_due(const struct model *m, const struct aw_ladder_rules *r, uint64_t now_s)
{
    static struct model copy;

    copy = *m;
    for (uint64_t t_s = m->now_s; t_s <= now_s; t_s += MODEL_STEP_S) {
        if (silence(&copy, r, t_s) || levels(&copy, r, t_s))
            return t_s;
    }
    return AW_NO_TIME;
}

void model_tick(struct model *m, const struct aw_ladder_rules *r, uint64_t now_s)
{
    uint64_t from_s = m->now_s, due_s = first_due(m, r, now_s);

    /* "An engine that finds itself in suspect when it wakes MUST NOT put off what is due then" */
    if (m->state != AW_LADDER_SUSPECT && due_s != AW_NO_TIME && now_s > due_s + 60)
        m->woke_s = now_s;
    m->now_s = now_s;
    if (IS_RUNNING(m) && m->state != AW_LADDER_CLAIMED && m->ring_s == AW_NO_TIME &&
        ringing(m, r) > 0)
        m->ring_s = now_s;
    for (uint64_t t_s = from_s; t_s <= now_s; t_s += MODEL_STEP_S)
        moment(m, r, t_s);
}

void model_init(struct model *m, uint64_t now_s)
{
    *m = (struct model){.now_s = now_s, .ring_s = AW_NO_TIME, .claim_end_s = AW_NO_TIME};
    for (size_t i = 0; i < AW_LADDER_DUES; i++)
        m->due_s[i] = AW_NO_TIME;
}

/* ---- Inputs, after model_tick() for their time ---- */

static void calm(struct model *m)
{
    enter(m, due_of(m) == AW_NO_TIME ? AW_LADDER_IDLE : AW_LADDER_FINE);
}

static void come_back(struct model *m, const struct aw_ladder_rules *r)
{
    if (m->incident != AW_INCIDENT_NONE) {
        say(m, AW_EVENT_BACK, m->level, m->now_s);
        m->ring_s = m->now_s + r->plan->claim_s;
        enter(m, AW_LADDER_RESUMED);
        return;
    }
    if (m->said_unsure)
        say(m, AW_EVENT_BACK, 0, m->now_s);
    calm(m);
}

void model_watch(struct model *m, const struct aw_ladder_rules *r, const struct aw_ladder_due *due)
{
    bool is_ahead;

    memcpy(m->due_s, due->at_s, sizeof m->due_s);
    is_ahead = due_of(m) > m->now_s;
    if (m->state <= AW_LADDER_FINE || (m->state == AW_LADDER_OVERDUE && is_ahead)) {
        calm(m);
    } else if (m->state == AW_LADDER_OVERDUE) {
        m->late_s = due_of(m);
    } else if (m->state == AW_LADDER_SUSPECT) {
        if (is_ahead) {
            come_back(m, r);
        } else if (due_of(m) + r->plan->grace_s <= m->now_s) {
            m->gate_s = due_of(m) + r->plan->grace_s;
        } else if (m->incident != AW_INCIDENT_NONE) {
            come_back(m, r);
        } else {
            m->late_s = due_of(m);
            enter(m, AW_LADDER_OVERDUE);
        }
    } else if (IS_RUNNING(m) && is_ahead && m->incident == AW_INCIDENT_MISSED) {
        come_back(m, r);
    }
    catch_up(m, r, due_of(m));
}

static void know(struct model *m, const struct aw_ladder_rules *r, bool is_told)
{
    if (m->state == AW_LADDER_SUSPECT) {
        miss(m, m->gate_s, false);
    } else if (m->is_blind) {
        m->is_blind = false;
        say(m, AW_EVENT_RECORD, m->level, m->now_s);
    }
    m->is_told = is_told;
    catch_up(m, r, m->levels_s);
}

void model_path(struct model *m, const struct aw_ladder_rules *r, uint64_t proof_s)
{
    uint64_t gate_s = gate_of(m, r);

    proof_s = proof_s < m->now_s ? proof_s : m->now_s;
    if (proof_s > m->last_proof_s)
        m->last_proof_s = proof_s;
    if (gate_s != AW_NO_TIME && proof_s + 90 >= gate_s && m->first_proof_s + 90 < gate_s)
        m->first_proof_s = proof_s;
    if (is_proved(m, r))
        know(m, r, false);
}

void model_others(struct model *m, const struct aw_ladder_rules *r)
{
    if (m->state == AW_LADDER_SUSPECT || m->is_blind)
        know(m, r, true);
}

void model_alarm(struct model *m, const struct aw_ladder_rules *r, enum aw_incident_kind kind,
                 uint32_t seq, uint64_t made_s)
{
    bool is_new = m->incident <= AW_INCIDENT_MISSED;

    raise(m, kind, AW_LADDER_DUES, seq, made_s < m->now_s ? made_s : m->now_s);
    if (is_new && m->level == 0) /* "the first one begins at once and the others as planned" */
        m->levels_s = m->now_s - r->plan->levels[0].delay_s;
    if (is_new || m->state != AW_LADDER_ALARM)
        enter(m, AW_LADDER_ALARM);
    m->ring_s = m->level > 0 ? m->now_s : AW_NO_TIME;
    catch_up(m, r, m->levels_s);
}

/* ---- §6 ---- */

static bool two_spoke(const struct model *m, const struct aw_ladder_rules *r)
{
    for (size_t i = 1; i <= MODEL_MEMBERS; i++) {
        if (m->spoke[i] != 0 && m->confirmed && (m->spoke[i] & r->groups) == 0)
            return true;
        for (size_t j = 1; j < i; j++) {
            if (m->spoke[i] != 0 && m->spoke[j] != 0 && (m->spoke[i] & m->spoke[j]) == 0)
                return true;
        }
    }
    return false;
}

static bool one_spoke(const struct model *m)
{
    bool any = m->confirmed;

    for (size_t i = 1; i <= MODEL_MEMBERS; i++)
        any = any || m->spoke[i] != 0;
    return any;
}

/* "each by its own span" */
static uint64_t due_anew_s(const struct model *m, const struct aw_plan *plan, unsigned why)
{
    switch (why) {
    case AW_WHY_LIFE:
        return m->now_s + plan->pace.life_s;
    case AW_WHY_BEAT:
        return m->now_s + plan->beat_s + plan->beat_grace_s;
    default:
        return aw_plan_due_s(plan, m->now_s);
    }
}

static void close_incident(struct model *m, const struct aw_ladder_rules *r)
{
    bool alone = r->plan->relaxed && m->incident == AW_INCIDENT_MISSED;

    if (!(m->safe_seen && (one_spoke(m) || alone)) && !two_spoke(m, r))
        return;
    say(m, AW_EVENT_CLOSED, m->level, m->now_s);
    for (unsigned i = 0; i < AW_LADDER_DUES; i++) {
        bool is_once = AW_WHY_CHECKIN + i == AW_WHY_TIMER || AW_WHY_CHECKIN + i == AW_WHY_ASK;

        if (m->due_s[i] > m->now_s)
            continue;
        if (is_once)
            m->due_s[i] = AW_NO_TIME;
        else if (!m->safe_seen) /* "start the deadlines anew from then on" */
            m->due_s[i] = due_anew_s(m, r->plan, AW_WHY_CHECKIN + i);
    }
    m->incident = AW_INCIDENT_NONE;
    m->is_blind = m->is_told = m->safe_seen = m->confirmed = false;
    m->level = 0;
    m->ring_s = AW_NO_TIME;
    memset(m->spoke, 0, sizeof m->spoke);
    if (m->state != AW_LADDER_SUSPECT || due_of(m) > m->now_s)
        calm(m);
    catch_up(m, r, due_of(m));
}

/* "where its end never came, a safe check-in made after it was missed does for it" */
static bool does_for_timer(const struct model *m, const struct aw_ladder_rules *r, uint64_t made_s)
{
    const int timer = AW_LADDER_DUE(AW_WHY_TIMER);
    uint64_t missed_s =
        m->due_s[timer] == AW_NO_TIME ? AW_NO_TIME : m->due_s[timer] + r->plan->grace_s;
    bool others = false;

    for (int i = 0; i < AW_LADDER_DUES; i++)
        others = others || (i != timer && m->due_s[i] <= m->now_s);
    return made_s >= m->levels_s && (m->cause == timer || (!others && made_s >= missed_s));
}

void model_safe(struct model *m, const struct aw_ladder_rules *r, uint32_t seq, uint64_t made_s)
{
    bool is_timer = does_for_timer(m, r, made_s);
    bool is_beat = m->cause == AW_LADDER_DUE(AW_WHY_BEAT);

    if (m->incident == AW_INCIDENT_NONE || seq <= m->trigger_seq)
        return;
    if (m->incident == AW_INCIDENT_MISSED &&
        ((m->state != AW_LADDER_RESUMED && !is_timer) || (is_beat && made_s < m->levels_s)))
        return;
    if (!m->safe_seen && m->incident > AW_INCIDENT_MISSED)
        say(m, AW_EVENT_RECORD, m->level, m->now_s);
    m->safe_seen = true;
    close_incident(m, r);
}

void model_cancel(struct model *m)
{
    if (m->incident != AW_INCIDENT_NONE && !m->cancelled)
        say(m, AW_EVENT_RECORD, m->level, m->now_s);
    m->cancelled = m->cancelled || m->incident != AW_INCIDENT_NONE;
}

/* Returns whether it holds a level. */
bool model_claim(struct model *m, const struct aw_ladder_rules *r)
{
    bool holds;

    if (!IS_RUNNING(m) || (m->state == AW_LADDER_CLAIMED && m->holds))
        return false;
    /* "Before it a claim holds one level once, and at most claims_max levels in one incident." */
    holds = m->state != AW_LADDER_CLAIMED && m->level + 1 < r->plan->levels_count &&
            m->own_held != m->level + 1 && m->holds_used < r->plan->claims_max;
    m->state = AW_LADDER_CLAIMED;
    m->claim_end_s = m->now_s + r->plan->claim_s;
    m->holds = holds;
    if (holds) {
        m->holds_used++;
        m->own_held = m->level + 1;
    }
    say(m, AW_EVENT_RECORD, m->level, m->now_s);
    moment(m, r, m->now_s);
    return holds;
}

void model_decline(struct model *m, const struct aw_ladder_rules *r)
{
    if (m->state != AW_LADDER_CLAIMED)
        return;
    end_claim(m, r, m->now_s);
    moment(m, r, m->now_s);
}

void model_confirm(struct model *m, const struct aw_ladder_rules *r)
{
    if (m->incident == AW_INCIDENT_NONE)
        return;
    m->confirmed = true;
    say(m, AW_EVENT_RECORD, m->level, m->now_s);
    close_incident(m, r);
}

/* "What somebody outside the circle says MUST NOT hold or close an incident of duress or of wrong
 * secrets." */
static bool knows(const struct model *m, const struct aw_ladder_peer *p)
{
    return p->is_fellow || (m->incident != AW_INCIDENT_WRONG && m->incident != AW_INCIDENT_DURESS);
}

void model_peer_claim(struct model *m, const struct aw_ladder_rules *r,
                      const struct aw_ladder_peer *p, uint64_t until_s)
{
    uint64_t most_s = m->now_s + r->plan->claim_s;

    if (!IS_RUNNING(m) || !knows(m, p) || (p->groups & r->groups) == 0 || m->level == 0 ||
        until_s <= m->now_s || m->level + 1 >= r->plan->levels_count ||
        m->holds_used >= r->plan->claims_max || m->peer_held[p->human] == m->level + 1)
        return;
    m->peer_held[p->human] = m->level + 1;
    m->holds_used++;
    until_s = until_s < most_s ? until_s : most_s;
    m->peer_hold_s = until_s > m->peer_hold_s ? until_s : m->peer_hold_s;
    say(m, AW_EVENT_RECORD, m->level, m->now_s);
}

void model_peer_confirm(struct model *m, const struct aw_ladder_rules *r,
                        const struct aw_ladder_peer *p, uint64_t at_s)
{
    if (m->incident == AW_INCIDENT_NONE || !knows(m, p) || p->groups == 0 || at_s < m->raised_s ||
        at_s > m->now_s + 600)
        return;
    if (m->spoke[p->human] == 0)
        say(m, AW_EVENT_RECORD, m->level, m->now_s);
    m->spoke[p->human] = p->groups;
    close_incident(m, r);
}
