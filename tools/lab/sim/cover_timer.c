/* SPDX-License-Identifier: ISC */
#include "lab/sim/coverage.h"

#include "core/contact_trigger.h"
#include "core/subject_impl.h"

/* Timers, at a contact (spec/07-contact.md §10) and at hers (spec/17-triggers.md §1); her
 * countdown (§2). */

/* ---- His ---- */

enum his { HIS_UNKNOWN = 0, HIS_ENDED, HIS_RUNNING, HIS_EXTENDED };
static const char *const his_states[] = {"unknown", "ended", "running", "extended"};

enum { HIS_START = 0, HIS_EXTEND, HIS_EXTEND_LATE, HIS_END, HIS_END_ODD };
static const struct sim_input_column his_inputs[] = {
    [HIS_START] = {"start", 0, NULL},
    [HIS_EXTEND] = {"extend", 0, NULL},
    [HIS_EXTEND_LATE] = {"extend, too late", BIT(HIS_UNKNOWN) | BIT(HIS_ENDED), "none runs"},
    [HIS_END] = {"end", 0, NULL},
    [HIS_END_ODD] = {"end that does not count", 0, NULL},
};

const struct sim_table sim_table_timer_his = SIM_TABLE("timer, his", his_states, his_inputs);

static enum his his_state(const struct contact_triggers *t, uint32_t id, uint64_t *due_s)
{
    *due_s = UINT64_MAX;
    for (size_t i = 0; i < t->timers_count; i++) {
        if (t->timers[i].id == id) {
            *due_s = t->timers[i].due_s;
            return t->timers[i].is_extended ? HIS_EXTENDED : HIS_RUNNING;
        }
    }
    return id <= t->ended_id ? HIS_ENDED : HIS_UNKNOWN;
}

void __real_aw_trigger_timer(struct contact_triggers *t, const struct aw_call *call,
                             uint32_t base_s, uint32_t grace_s, bool counts);
void __wrap_aw_trigger_timer(struct contact_triggers *t, const struct aw_call *call,
                             uint32_t base_s, uint32_t grace_s, bool counts);
void __wrap_aw_trigger_timer(struct contact_triggers *t, const struct aw_call *call,
                             uint32_t base_s, uint32_t grace_s, bool counts)
{
    uint64_t due_s;
    enum his state = his_state(t, call->timer.id, &due_s);
    size_t input = counts ? HIS_END : HIS_END_ODD;

    if (call->timer.op == AW_TIMER_START)
        input = HIS_START;
    else if (call->timer.op == AW_TIMER_EXTEND)
        input = base_s > due_s && base_s - due_s > grace_s ? HIS_EXTEND_LATE : HIS_EXTEND;
    sim_visit(&sim_table_timer_his, state, input);
    __real_aw_trigger_timer(t, call, base_s, grace_s, counts);
}

/* ---- Hers ---- */

enum hers { HERS_NONE = 0, HERS_RUNNING, HERS_EXTENDED };
static const char *const hers_states[] = {"none", "running", "extended"};

enum { HERS_START = 0, HERS_EXTEND, HERS_END };
static const struct sim_input_column hers_inputs[] = {
    [HERS_START] = {"start", 0, NULL},
    [HERS_EXTEND] = {"extend", 0, NULL},
    [HERS_END] = {"end", 0, NULL},
};

const struct sim_table sim_table_timer_hers = SIM_TABLE("timer, hers", hers_states, hers_inputs);

static void visit_hers(const struct aw_subject *subject, size_t input)
{
    const struct subject *s = (const void *)subject->opaque;

    sim_visit(&sim_table_timer_hers,
              !s->trigger.has_timer            ? HERS_NONE
              : s->trigger.timer.extend_s == 0 ? HERS_EXTENDED
                                               : HERS_RUNNING,
              input);
}

AW_MUST_USE enum aw_status __real_aw_subject_timer_start(struct aw_subject *subject,
                                                         enum aw_timer_kind kind, uint32_t due_at_s,
                                                         uint32_t extend_s,
                                                         const struct aw_state *state,
                                                         uint32_t *seq, struct aw_now now);
AW_MUST_USE enum aw_status __wrap_aw_subject_timer_start(struct aw_subject *subject,
                                                         enum aw_timer_kind kind, uint32_t due_at_s,
                                                         uint32_t extend_s,
                                                         const struct aw_state *state,
                                                         uint32_t *seq, struct aw_now now);
enum aw_status __wrap_aw_subject_timer_start(struct aw_subject *subject, enum aw_timer_kind kind,
                                             uint32_t due_at_s, uint32_t extend_s,
                                             const struct aw_state *state, uint32_t *seq,
                                             struct aw_now now)
{
    visit_hers(subject, HERS_START);
    return __real_aw_subject_timer_start(subject, kind, due_at_s, extend_s, state, seq, now);
}

AW_MUST_USE enum aw_status __real_aw_subject_timer_extend(struct aw_subject *subject, uint32_t *seq,
                                                          struct aw_now now);
AW_MUST_USE enum aw_status __wrap_aw_subject_timer_extend(struct aw_subject *subject, uint32_t *seq,
                                                          struct aw_now now);
enum aw_status __wrap_aw_subject_timer_extend(struct aw_subject *subject, uint32_t *seq,
                                              struct aw_now now)
{
    visit_hers(subject, HERS_EXTEND);
    return __real_aw_subject_timer_extend(subject, seq, now);
}

#define KEY const uint8_t presence_key[AW_PRESENCE_KEY_LEN]

AW_MUST_USE enum aw_status __real_aw_subject_timer_end(struct aw_subject *subject, KEY,
                                                       const struct aw_state *state, uint32_t *seq,
                                                       struct aw_now now);
AW_MUST_USE enum aw_status __wrap_aw_subject_timer_end(struct aw_subject *subject, KEY,
                                                       const struct aw_state *state, uint32_t *seq,
                                                       struct aw_now now);
enum aw_status __wrap_aw_subject_timer_end(struct aw_subject *subject, KEY,
                                           const struct aw_state *state, uint32_t *seq,
                                           struct aw_now now)
{
    visit_hers(subject, HERS_END);
    return __real_aw_subject_timer_end(subject, presence_key, state, seq, now);
}

/* ---- Her countdown ---- */

enum { COUNT_NONE = 0, COUNT_RUNNING };
static const char *const count_states[] = {"none", "running"};

enum { COUNT_BEGIN = 0, COUNT_STOP, COUNT_SOS, COUNT_END };
static const struct sim_input_column count_inputs[] = {
    [COUNT_BEGIN] = {"countdown", 0, NULL},
    [COUNT_STOP] = {"stop", 0, NULL},
    [COUNT_SOS] = {"SOS", 0, NULL},
    [COUNT_END] = {"end", BIT(COUNT_NONE), "none runs"},
};

const struct sim_table sim_table_countdown = SIM_TABLE("countdown", count_states, count_inputs);

static void visit_count(const struct subject *s, size_t input)
{
    sim_visit(&sim_table_countdown, s->trigger.has_countdown ? COUNT_RUNNING : COUNT_NONE, input);
}

AW_MUST_USE enum aw_status
__real_aw_subject_countdown(struct aw_subject *subject, enum aw_alarm_kind kind,
                            uint32_t countdown_s, const struct aw_state *state, struct aw_now now);
AW_MUST_USE enum aw_status
__wrap_aw_subject_countdown(struct aw_subject *subject, enum aw_alarm_kind kind,
                            uint32_t countdown_s, const struct aw_state *state, struct aw_now now);
enum aw_status __wrap_aw_subject_countdown(struct aw_subject *subject, enum aw_alarm_kind kind,
                                           uint32_t countdown_s, const struct aw_state *state,
                                           struct aw_now now)
{
    visit_count((const void *)subject->opaque, COUNT_BEGIN);
    return __real_aw_subject_countdown(subject, kind, countdown_s, state, now);
}

AW_MUST_USE enum aw_status __real_aw_subject_countdown_stop(struct aw_subject *subject,
                                                            struct aw_now now);
AW_MUST_USE enum aw_status __wrap_aw_subject_countdown_stop(struct aw_subject *subject,
                                                            struct aw_now now);
enum aw_status __wrap_aw_subject_countdown_stop(struct aw_subject *subject, struct aw_now now)
{
    visit_count((const void *)subject->opaque, COUNT_STOP);
    return __real_aw_subject_countdown_stop(subject, now);
}

AW_MUST_USE enum aw_status __real_aw_subject_sos(struct aw_subject *subject,
                                                 const struct aw_state *state, uint32_t *seq,
                                                 struct aw_now now);
AW_MUST_USE enum aw_status __wrap_aw_subject_sos(struct aw_subject *subject,
                                                 const struct aw_state *state, uint32_t *seq,
                                                 struct aw_now now);
enum aw_status __wrap_aw_subject_sos(struct aw_subject *subject, const struct aw_state *state,
                                     uint32_t *seq, struct aw_now now)
{
    visit_count((const void *)subject->opaque, COUNT_SOS);
    return __real_aw_subject_sos(subject, state, seq, now);
}

void __real_aw_su_countdown(struct subject *s, uint64_t now_s, struct aw_now now);
void __wrap_aw_su_countdown(struct subject *s, uint64_t now_s, struct aw_now now);
void __wrap_aw_su_countdown(struct subject *s, uint64_t now_s, struct aw_now now)
{
    if (s->trigger.has_countdown && now_s >= s->alarm_at_s)
        visit_count(s, COUNT_END);
    __real_aw_su_countdown(s, now_s, now);
}
