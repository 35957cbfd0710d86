/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include "base/assert.h"
#include "base/time.h"

/*
 * Coverage: who would hear now (spec/15-plan.md §7). Looked at with each beat, so that it wakes
 * nobody; what changed must hold for a while before she is told (spec/17-triggers.md §7).
 */

#define HOLD_S 900

static struct aw_coverage_device device_of(const struct subject *s, const struct person *p)
{
    const struct subject_heard *h = &p->rec.heard;
    bool is_quarantined = person_is_paired(p) && aw_channel_is_quarantined(&p->channel);

    return (struct aw_coverage_device){
        .heard_s = h->leaves ? 0 : p->rec.heard_at_s,
        .away_until_s = h->away_until,
        .drill_s = h->drill_human_at_s == 0 ? 0 : h->drill_human_at_s - s->trigger.drill_at_s,
        .plan_version = p->rec.plan_held,
        .always_on = h->always_on,
        .verified = p->rec.phase == AW_PERSON_VERIFIED && !is_quarantined,
    };
}

static void cover(const struct subject *s, uint64_t now_s, struct aw_coverage *out)
{
    struct aw_coverage_device devices[AW_PLAN_MEMBER_MAX];

    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        devices[i] = device_of(s, &s->people[i]);
    aw_plan_coverage(&s->plan, devices, now_s, out);
}

void aw_su_cover(struct subject *s, uint64_t now_s)
{
    struct aw_coverage out;
    bool is_lost;

    if (!s->has_plan)
        return;
    cover(s, now_s, &out);
    is_lost = out.hears_s == UINT64_MAX || !out.can_find;
    if (is_lost == s->trigger.cover_lost) {
        s->cover_since_s = 0;
        return;
    }
    /* spec/17-triggers.md §7: "A change between lost and not lost MUST hold for 15 minutes before
     * she is told" */
    if (s->cover_since_s == 0)
        s->cover_since_s = now_s;
    if (now_s - s->cover_since_s < HOLD_S)
        return;
    s->cover_since_s = 0;
    s->trigger.cover_lost = is_lost;
    aw_su_dirty(s, SUBJECT_DIRTY_TRIGGER);
    aw_su_event(s, is_lost ? AW_EVENT_COVERAGE_LOST : AW_EVENT_COVERAGE_BACK,
                is_lost ? AW_URGENCY_NOTICE : AW_URGENCY_QUIET, NULL, 0);
}

enum aw_status aw_subject_coverage(const struct aw_subject *subject, struct aw_now now,
                                   struct aw_coverage *out)
{
    const struct subject *s = subject_of_const(subject);
    struct aw_timebase time = s->time;

    if (!s->has_plan)
        return AW_E_STATE;
    cover(s, aw_timebase_read(&time, now), out);
    return AW_OK;
}
