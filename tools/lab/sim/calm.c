/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "base/assert.h"
#include "core/contact_impl.h"

/*
 * I2: no alarm while what she said holds. A ring without an incident needs a cause, and one by an
 * outage needs an outage that explains it (README.md).
 */

static const struct contact *engine_of(const struct sim *w, size_t n)
{
    return contact_of_const(w->hosts[n].contact);
}

static uint64_t ms_of(uint64_t s)
{
    return s <= SIM_T0_S ? 0 : (s - SIM_T0_S) * 1000;
}

/* ---- Whether the path is whole ---- */

bool sim_check_path(const struct sim *w, size_t n)
{
    const struct sim_host *her = &w->hosts[0], *c = &w->hosts[n];

    if (!sim_host_runs(her) || !sim_host_runs(c) || her->disk_bad > 0 || c->disk_bad > 0 ||
        w->is_parted[n])
        return false;
    for (uint8_t r = 0; r < w->scene.relays; r++) {
        const struct sim_relay *relay = &w->relays[r];

        if (relay->is_up && !relay->is_hostile && !relay->is_full && relay->disk_bad == 0 &&
            sim_port_is_whole(&her->ports[r]) && sim_port_is_whole(&c->ports[r]))
            return true;
    }
    return false;
}

/* How long a word of hers may take over a path that is whole. */
static uint64_t word_ms(const struct sim *w)
{
    return SIM_WORD_MS + (2U + w->typed_words) * w->scene.plan.pace.cadence_s * SIM_SECOND;
}

static void note_path(struct sim *w, size_t n)
{
    bool is_whole = sim_check_path(w, n);

    if (is_whole && w->clean_ms[n] == UINT64_MAX)
        w->clean_ms[n] = w->now_ms;
    if (w->clean_ms[n] != UINT64_MAX && w->clean_ms[n] + word_ms(w) <= w->now_ms)
        w->reached_ms[n] = w->now_ms;
    if (!is_whole)
        w->clean_ms[n] = UINT64_MAX;
}

void sim_check_paths(struct sim *w)
{
    for (size_t n = 1; n <= w->scene.contacts; n++)
        note_path(w, n);
}

uint64_t sim_clean_since_ms(struct sim *w, size_t n)
{
    uint64_t since_ms;

    note_path(w, n);
    since_ms = w->clean_ms[n];
    if (since_ms < w->hosts[0].up_ms)
        since_ms = w->hosts[0].up_ms;
    if (since_ms < w->hosts[n].up_ms)
        since_ms = w->hosts[n].up_ms;
    for (unsigned i = SIM_CAUSE_PATH; i < SIM_CAUSE_COUNT; i++)
        since_ms = since_ms < w->trouble_ms[i] ? w->trouble_ms[i] : since_ms;
    return since_ms;
}

/* ---- Causes ---- */

/* Whether she checked in within grace, but so late that the slot in which it leaves may lie after
 * that: each word takes one (06 §10). `seq`: the check-in that he knows. */
static bool was_late_for_slot(const struct sim *w, const struct aw_plan *plan, uint32_t seq)
{
    uint64_t made_ms = seq <= w->said_max ? w->said[seq].first_ms : 0;
    uint64_t due_ms = ms_of(sim_due_s(plan, SIM_T0_S + made_ms / 1000));
    uint64_t slots_ms = w->typed_words * plan->pace.cadence_s * SIM_SECOND;

    return made_ms != 0 && w->typed_ms > made_ms &&
           w->typed_ms + slots_ms > due_ms + plan->grace_s * SIM_SECOND;
}

/* Whether she really was late, by the plan that contact n has in force; or what she mistyped rings:
 * the third in a row is an alarm, and her phone counts from it. */
static bool was_late(const struct sim *w, size_t n)
{
    const struct contact *c = engine_of(w, n);
    uint64_t due_ms = ms_of(sim_due_s(&c->plan, SIM_T0_S + w->typed_ms / 1000));

    return w->late_until_ms > w->now_ms ||
           (w->odd.mistyped_ms > 0 && w->odd.mistyped_ms + 2 * SIM_DAY > w->now_ms) ||
           due_ms < w->now_ms || was_late_for_slot(w, &c->plan, c->book.checkin.call.seq);
}

/* Whether wrong clocks explain it: it is no earlier than they are wrong, or so wrong that the age
 * of what she said is in doubt (07 §5.1). */
static bool is_early_by_clocks(const struct sim *w, size_t n)
{
    const struct contact *c = engine_of(w, n);
    uint64_t wrong_s = w->scene.clock_error_s;
    uint64_t due_s = sim_due_s(&c->plan, SIM_T0_S + w->typed_ms / 1000 - wrong_s);

    return wrong_s > 60 && (wrong_s > 600 || ms_of(due_s) <= w->now_ms + 1000 * wrong_s);
}

/* What may make a device ring by itself: who meddles, and clocks, disks and backups that are wrong.
 */
static bool is_honest(const struct sim *w)
{
    static const enum sim_fault classes[] = {
        SIM_FAULT_ROLLBACK, SIM_FAULT_HOSTILE, SIM_FAULT_LIE,    SIM_FAULT_CLOCK,
        SIM_FAULT_RESTORE,  SIM_FAULT_TRAITOR, SIM_FAULT_SEIZED, SIM_FAULT_EPOCH};
    uint32_t strength = 0;

    for (size_t i = 0; i < AW_COUNT(classes); i++)
        strength |= w->scene.strength[classes[i]];
    return strength == 0;
}

static bool has_called(const struct sim *w)
{
    for (size_t i = 0; i < w->incident_count; i++) {
        const struct sim_incident *in = &w->incidents[i];

        if (in->kind == SIM_INCIDENT_SOS || in->kind == SIM_INCIDENT_DURESS || in->has_called)
            return true;
    }
    return false;
}

/*
 * Whether an outage explains it. All that she said some minutes before `reached_ms` has reached
 * him: what she typed since has not, perhaps; or her phone could say nothing for as long as it may
 * be silent, a timer and a question for the grace alone.
 */
static bool is_cut_off(const struct sim *w, size_t n)
{
    const struct contact *c = engine_of(w, n);
    const struct aw_ladder_due *due = &c->ladder.due;
    uint64_t bear_ms = c->plan.grace_s * SIM_SECOND;

    if (c->ladder.incident > AW_INCIDENT_MISSED)
        return has_called(w); /* no silence: a word of hers */
    if (due->at_s[AW_LADDER_DUE(AW_WHY_TIMER)] == AW_NO_TIME &&
        due->at_s[AW_LADDER_DUE(AW_WHY_ASK)] == AW_NO_TIME)
        bear_ms += c->plan.beat_grace_s * SIM_SECOND;
    return w->typed_ms + word_ms(w) > w->reached_ms[n] ||
           w->reached_ms[n] + bear_ms <= w->now_ms + word_ms(w);
}

/* The newest trouble of these kinds since then, of the first of them that had any. */
static enum sim_cause trouble_since(const struct sim *w, enum sim_cause first, enum sim_cause last,
                                    uint64_t from_ms)
{
    for (unsigned i = first; i <= last; i++) {
        if (w->trouble_ms[i] >= from_ms && w->trouble_ms[i] > 0)
            return (enum sim_cause)i;
    }
    return SIM_CAUSE_OTHER;
}

/* Whether he counts from a word to which her phone gave a time of 1970: then only the reply that it
 * names says when it was made (07 §4). */
static bool is_undated(const struct sim *w, const struct aw_watch *word)
{
    const struct aw_contact_call *call = &word->call;

    return w->scene.strength[SIM_FAULT_EPOCH] > 0 && call->seq <= w->said_max &&
           call->issued_at_s + SIM_YEAR / SIM_SECOND <
               SIM_T0_S + w->said[call->seq].first_ms / 1000;
}

static enum sim_cause cause_of(const struct sim *w, size_t n)
{
    const struct contact *c = engine_of(w, n);
    uint64_t span_ms = ((uint64_t)c->plan.beat_s + c->plan.beat_grace_s + c->plan.grace_s) * 1000;
    uint64_t from_ms = w->now_ms > 2 * span_ms ? w->now_ms - 2 * span_ms : 0;
    uint32_t seq = c->book.checkin.call.seq;
    enum sim_cause cause;

    if (was_late(w, n))
        return SIM_CAUSE_LATE;
    for (uint8_t r = 0; r < w->scene.relays; r++) {
        if (w->relays[r].is_hostile && w->relays[r].skew_s != 0)
            return SIM_CAUSE_HOSTILE; /* it stamps wrong times */
    }
    /* Such a stamp counts for as long as what it was put on. */
    if (seq <= w->said_max &&
        c->book.checkin.call.deposited_at_s + 600 < SIM_T0_S + w->said[seq].first_ms / 1000)
        return SIM_CAUSE_HOSTILE;
    if (w->typed_ms < from_ms)
        from_ms = w->typed_ms;
    /* What she said since the word that he counts has not reached him, or could not be judged. */
    if (seq <= w->said_max && w->said[seq].first_ms < from_ms)
        from_ms = w->said[seq].first_ms;
    if (w->is_parted[n])
        return SIM_CAUSE_RESTORE;
    if (is_undated(w, &c->book.checkin) || is_undated(w, &c->book.newest))
        return SIM_CAUSE_CLOCK;
    cause = trouble_since(w, SIM_CAUSE_HOSTILE, SIM_CAUSE_RESTORE, from_ms);
    if (cause == SIM_CAUSE_OTHER && is_honest(w) && !is_cut_off(w, n))
        return is_early_by_clocks(w, n) ? SIM_CAUSE_CLOCK : SIM_CAUSE_OTHER;
    if (cause == SIM_CAUSE_OTHER)
        cause = trouble_since(w, SIM_CAUSE_PATH, SIM_CAUSE_DEVICE, from_ms);
    if (cause == SIM_CAUSE_OTHER && is_early_by_clocks(w, n))
        return SIM_CAUSE_CLOCK;
    return cause == SIM_CAUSE_OTHER && !sim_check_path(w, n) ? SIM_CAUSE_PATH : cause;
}

void sim_check_ring(struct sim *w, struct sim_host *h)
{
    struct sim_human *u = &w->humans[h->idx];
    struct sim_incident *in = sim_incident_now(w);
    enum sim_cause cause;

    if (in != NULL && in->heard_ms[h->idx] == 0)
        in->heard_ms[h->idx] = w->now_ms;
    if (u->is_ringing)
        return;
    u->is_ringing = true;
    w->stats->checks[SIM_I2_CALM]++;
    if (in != NULL || w->is_held)
        return;
    cause = cause_of(w, h->idx);
    w->stats->alarms_false[cause]++;
    sim_note(w, "%s: rings without an incident; cause: %s", sim_name(h->idx),
             sim_cause_name(cause));
    if (cause == SIM_CAUSE_OTHER)
        sim_fail(
            w, SIM_I2_CALM,
            "%s is rung, and nothing is wrong: he knows check-in %u of statement %u, verdict %u, "
            "and she made %u",
            sim_name(h->idx), (unsigned)engine_of(w, h->idx)->book.checkin.call.seq,
            (unsigned)engine_of(w, h->idx)->book.newest.call.seq,
            engine_of(w, h->idx)->book.checkin.call.verdict, (unsigned)w->said_now);
}
