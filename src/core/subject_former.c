/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include "base/bytes.h"
#include "base/time.h"

/*
 * The plan before a loosening (spec/06-subject.md §7): contacts hold the new one back, and ring by
 * this one until then. Not in the set-up phase, whose end she takes to be no later than they.
 */

const struct aw_plan *aw_su_former(const struct subject *s)
{
    return s->has_former ? &s->former : NULL;
}

static void set_until(struct subject *s, uint64_t until_s)
{
    s->trigger.former_until_s = (uint32_t)aw_time_min(until_s, UINT32_MAX);
    s->has_former = until_s != 0;
    aw_su_dirty(s, SUBJECT_DIRTY_TRIGGER | SUBJECT_DIRTY_PLAN);
}

void aw_su_former_keep(struct subject *s, const struct aw_plan *next)
{
    const struct aw_plan *in_force = aw_su_former(s);
    uint64_t now_s = aw_timebase_s(&s->time);
    bool is_setup = now_s < s->trigger.setup_until_s;

    if (in_force == NULL)
        in_force = &s->plan;
    if (!s->has_plan)
        s->trigger.setup_until_s = (uint32_t)aw_time_min(now_s + SUBJECT_SETUP_S, UINT32_MAX);
    if (!next->change.setup)
        s->trigger.setup_until_s = 0;
    if (!s->has_plan || is_setup || in_force->change.loosen_s == 0 ||
        !aw_plan_loosens(in_force, next, now_s, NULL)) {
        set_until(s, 0);
        return;
    }
    s->former = *in_force;
    set_until(s, now_s + in_force->change.loosen_s);
}

void aw_su_former_heard(struct subject *s)
{
    if (aw_su_former(s) != NULL)
        set_until(s, aw_time_max(s->trigger.former_until_s,
                                 aw_timebase_s(&s->time) + s->former.change.loosen_s));
}

/* Whoever gets the number now was not meant. */
void aw_su_former_leave(struct subject *s, uint8_t person)
{
    for (size_t i = 0; s->has_former && i < s->former.roster_count; i++) {
        if (s->former.roster[i].person != person)
            continue;
        s->former.roster[i].data = AW_DATA_NONE;
        aw_su_dirty(s, SUBJECT_DIRTY_PLAN);
    }
}

void aw_su_former_advance(struct subject *s, uint64_t now_s)
{
    if (aw_su_former(s) == NULL || now_s < s->trigger.former_until_s)
        return;
    set_until(s, 0);
    aw_su_schedule(s);
}

void aw_su_setup_over(struct subject *s)
{
    if (s->trigger.setup_until_s == 0)
        return;
    s->trigger.setup_until_s = 0;
    aw_su_dirty(s, SUBJECT_DIRTY_TRIGGER);
}

uint64_t aw_su_plan_due_s(const struct subject *s, const struct aw_plan *plan, uint64_t base_s)
{
    const struct aw_plan *former = aw_su_former(s);
    uint64_t due_s = aw_plan_asked_s(plan, base_s);

    if (former != NULL && base_s < s->trigger.former_until_s)
        due_s = aw_time_min(due_s, aw_plan_asked_s(former, base_s));
    return due_s;
}

uint32_t aw_su_beat_pause_s(const struct subject *s, const struct aw_plan *plan)
{
    const struct aw_plan *former = aw_su_former(s);

    return former != NULL && former->beat_s < plan->beat_s ? former->beat_s : plan->beat_s;
}

uint32_t aw_su_life_s(const struct subject *s, const struct aw_plan *plan)
{
    const struct aw_plan *former = aw_su_former(s);
    uint32_t life_s = plan->pace.life_s, before_s = former != NULL ? former->pace.life_s : 0;

    return life_s == 0 || (before_s != 0 && before_s < life_s) ? before_s : life_s;
}
