/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include "base/assert.h"
#include "base/time.h"

/*
 * Timers that she sets herself, questions of her contacts, passive signs of life
 * (spec/17-triggers.md §1, §5, §6).
 *
 *   timer     on                    to        what leaves
 *   none      start                 running   timer start; a beat with her state
 *   running   extend, once          running   timer extend, due later
 *   running   end, with a secret    none      timer end: counts as a check-in
 */

/* Life signs closer than this to the stored one are kept in memory only. */
#define LIFE_SAVE_S 300

const struct aw_member *aw_su_member(const struct subject *s, const struct person *p)
{
    const struct aw_plan *plan = aw_su_plan(s, p);

    return plan == NULL ? NULL : aw_plan_member(plan, aw_su_number(s, p));
}

/* ---- Timers ---- */

static enum aw_status say_timer(struct subject *s, const struct aw_call_timer *timer,
                                const uint8_t *presence_key, const struct aw_state *state,
                                uint32_t *seq, struct aw_now now)
{
    struct subject_draft draft = {.kind = AW_CALL_TIMER,
                                  .valid_s = AW_SPAN_MAX_S,
                                  .presence_key = presence_key,
                                  .has_alarm = s->core.has_alarm,
                                  .alarm = s->core.alarm,
                                  .timer = timer};

    return aw_su_speak(s, &draft, state, seq, now);
}

enum aw_status aw_subject_timer_start(struct aw_subject *subject, enum aw_timer_kind kind,
                                      uint32_t due_at_s, uint32_t extend_s,
                                      const struct aw_state *state, uint32_t *seq,
                                      struct aw_now now)
{
    struct subject *s = subject_of(subject);
    struct aw_call_timer timer = {
        .op = AW_TIMER_START, .kind = (uint8_t)kind, .due_at = due_at_s, .extend_s = extend_s};
    uint64_t now_s;
    enum aw_status st;

    aw_su_advance(s, now);
    now_s = aw_timebase_s(&s->time);
    if ((kind != AW_TIMER_MEETING && kind != AW_TIMER_JOURNEY) || due_at_s <= now_s ||
        due_at_s - now_s > AW_SPAN_MAX_S || extend_s > AW_TIMER_EXTEND_MAX_S)
        return AW_E_RANGE;
    /* spec/17-triggers.md §1: "A timer MUST NOT be started while one runs, nor replaced" */
    if (s->trigger.has_timer || !s->has_plan)
        return AW_E_STATE;
    st = say_timer(s, &timer, NULL, state, seq, now);
    if (st != AW_OK)
        return st;
    s->trigger.has_timer = true;
    s->trigger.timer = (struct subject_timer){
        .id = s->core.seq, .kind = timer.kind, .due_at = due_at_s, .extend_s = extend_s};
    aw_su_dirty(s, SUBJECT_DIRTY_TRIGGER);
    aw_su_schedule(s);
    s->beat_s = 0; /* the word has no room for her state */
    return AW_OK;
}

/* spec/17-triggers.md §1: "Without her secret a timer MUST NOT be extended twice, nor by more than
 * it was started with" */
enum aw_status aw_subject_timer_extend(struct aw_subject *subject, uint32_t *seq, struct aw_now now)
{
    struct subject *s = subject_of(subject);
    struct subject_timer *t = &s->trigger.timer;
    struct aw_call_timer timer;
    enum aw_status st;

    aw_su_advance(s, now);
    if (!s->trigger.has_timer || t->extend_s == 0 ||
        aw_timebase_s(&s->time) >= (uint64_t)t->due_at + s->plan.grace_s)
        return AW_E_STATE;
    timer = (struct aw_call_timer){.id = t->id,
                                   .op = AW_TIMER_EXTEND,
                                   .kind = t->kind,
                                   .due_at = t->due_at + t->extend_s,
                                   .extend_s = t->extend_s};
    st = say_timer(s, &timer, NULL, NULL, seq, now);
    if (st != AW_OK)
        return st;
    t->due_at = timer.due_at;
    t->extend_s = 0;
    aw_su_dirty(s, SUBJECT_DIRTY_TRIGGER);
    aw_su_schedule(s);
    return AW_OK;
}

enum aw_status aw_subject_timer_end(struct aw_subject *subject,
                                    const uint8_t presence_key[AW_PRESENCE_KEY_LEN],
                                    const struct aw_state *state, uint32_t *seq, struct aw_now now)
{
    struct subject *s = subject_of(subject);
    const struct subject_timer *t = &s->trigger.timer;
    struct aw_call_timer timer;
    enum aw_status st;

    aw_su_advance(s, now);
    if (!s->trigger.has_timer)
        return AW_E_STATE;
    timer = (struct aw_call_timer){.id = t->id,
                                   .op = AW_TIMER_END,
                                   .kind = t->kind,
                                   .due_at = t->due_at,
                                   .extend_s = t->extend_s};
    st = say_timer(s, &timer, presence_key, state, seq, now);
    if (st != AW_OK)
        return st;
    s->trigger.has_timer = false;
    s->trigger.timer = (struct subject_timer){0};
    aw_su_dirty(s, SUBJECT_DIRTY_TRIGGER);
    aw_su_proved(s, AW_SPAN_MAX_S);
    return AW_OK;
}

/* ---- "Are you OK?" ---- */

/* spec/17-triggers.md §5: "A question of a contact whom the plan in force does not let ask MUST
 * have no effect." */
void aw_su_ask(struct subject *s, struct person *p, bool has_ask, uint32_t id, uint32_t within_s)
{
    const struct aw_member *member = aw_su_member(s, p);
    struct subject_heard *h = &p->rec.heard;
    uint64_t due_s = aw_timebase_s(&s->time) + within_s;
    struct decoy *d = aw_su_decoy(s, p);

    if (!has_ask) {
        h->ask_due_s = 0; /* he knows the answer, or asks no more */
        return;
    }
    if (id <= h->ask_id || member == NULL || !member->asks || aw_su_plan(s, p)->pace.ask_s == 0)
        return;
    h->ask_id = id;
    if (d != NULL) {
        aw_su_decoy_ask(s, d, within_s);
        return;
    }
    h->ask_due_s = (uint32_t)due_s;
    aw_outbox_event(&s->outbox,
                    &(struct aw_event){.kind = AW_EVENT_ASKED,
                                       .urgency = AW_URGENCY_RING,
                                       .person = (uint8_t)(p - s->people + 1),
                                       .at_s = (uint32_t)due_s},
                    s->outbox.change);
}

/* spec/17-triggers.md §5: "Any word with her secret that was made after the question arrived
 * answers it" */
void aw_su_answered(struct subject *s)
{
    aw_su_life(s);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        struct person *p = &s->people[i];

        if (p->rec.heard.ask_due_s == 0)
            continue;
        p->rec.heard.ask_due_s = 0;
        aw_su_touch(s, p, SUBJECT_DIRTY_PERSON);
    }
}

/* ---- Signs of life ---- */

void aw_su_life(struct subject *s)
{
    s->trigger.life_at_s = (uint32_t)aw_timebase_s(&s->time);
    if (s->trigger.life_at_s - s->life_saved_s < LIFE_SAVE_S)
        return;
    s->life_saved_s = s->trigger.life_at_s;
    aw_su_dirty(s, SUBJECT_DIRTY_TRIGGER);
}

uint16_t aw_su_life_min(const struct subject *s)
{
    uint64_t past_s = aw_time_since(s->trigger.life_at_s, aw_timebase_s(&s->time));

    return (uint16_t)aw_time_min(past_s / 60, UINT16_MAX);
}

void aw_subject_life_sign(struct aw_subject *subject, struct aw_now now)
{
    struct subject *s = subject_of(subject);

    aw_su_advance(s, now);
    aw_su_life(s);
}
