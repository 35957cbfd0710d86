/* SPDX-License-Identifier: ISC */
#include <allswell/plan_audit.h>

#include "base/assert.h"
#include "core/plan_find.h"
#include "core/schedule.h"

/*
 * Times of the audit (spec/15-plan.md §6). From a check-in to the next due time the wait only
 * shrinks, except where another time takes over or quiet hours begin. So the longest wait of all
 * bases begins at one of those: the search looks there, and a test at every minute.
 */

#define DAY_S INT64_C(86400)

struct search {
    const struct aw_plan *plan;
    struct aw_plan_audit *out;
    uint32_t every_s; /* the shortest interval, 0: none */
};

/* No check-in holds for longer than a span, whatever the plan says. */
static uint64_t wait_s(const struct aw_plan *plan, uint64_t base_s)
{
    uint64_t wait_s = aw_plan_due_s(plan, base_s) - base_s;

    return wait_s < AW_SPAN_MAX_S ? wait_s : AW_SPAN_MAX_S;
}

/* The wait after a check-in at `base_s`, if that lies in the year. */
static void try_base(struct search *s, int64_t base_s)
{
    uint64_t gap_s;

    if (base_s < (int64_t)s->out->from_s || base_s >= (int64_t)s->out->until_s)
        return;
    gap_s = wait_s(s->plan, (uint64_t)base_s);
    if (gap_s > s->out->gap_s) {
        s->out->gap_s = gap_s;
        s->out->worst_at_s = (uint64_t)base_s;
    }
}

/* Where a check-in begins to count for a daily time, and where the interval line gives way to it.
 */
static void try_due(struct search *s, int64_t due_s)
{
    if (due_s > 0)
        try_base(s, (int64_t)aw_schedule_counts_from_s(s->plan, (uint64_t)due_s));
    if (s->every_s > 0)
        try_base(s, due_s - s->every_s);
}

/* Where what is due runs into a stretch without check-ins. */
static void try_stretch(struct search *s, int64_t begin_s)
{
    uint64_t free_s;

    if (begin_s < (int64_t)s->out->from_s || begin_s >= (int64_t)s->out->until_s)
        return;
    free_s = aw_schedule_free_s(s->plan, (uint64_t)begin_s);
    if (free_s - (uint64_t)begin_s > s->out->quiet_s) {
        s->out->quiet_s = free_s - (uint64_t)begin_s;
        s->out->quiet_at_s = (uint64_t)begin_s;
    }
    if (s->every_s > 0)
        try_base(s, begin_s - s->every_s);
}

/* Every local day of the year, with one more at both ends. */
static void search_days(struct search *s)
{
    const struct aw_plan *plan = s->plan;
    int64_t first = (int64_t)s->out->from_s / DAY_S - 3,
            last = (int64_t)s->out->until_s / DAY_S + 3;

    for (int64_t day = first; day <= last; day++) {
        uint8_t bit = aw_schedule_day_bit(day);

        for (size_t i = 0; i < plan->schedule_count; i++) {
            if ((plan->schedule[i].days & bit) != 0)
                try_due(s, aw_schedule_utc(plan, day * DAY_S + plan->schedule[i].minute * 60));
        }
        for (size_t i = 0; i < plan->quiet_count; i++) {
            if ((plan->quiet[i].days & bit) != 0)
                try_stretch(s, aw_schedule_utc(plan, day * DAY_S + plan->quiet[i].from * 60));
        }
    }
    for (size_t i = 0; i < plan->pauses_count; i++)
        try_stretch(s, plan->pauses[i].from);
}

/* The mean wait to the next deadline over all moments of the year: each gap counts by its length.
 */
static uint64_t mean_wait_s(const struct aw_plan *plan, struct aw_plan_audit *out)
{
    uint64_t at_s = out->from_s, squares = 0, sum_s = 0;

    do {
        uint64_t gap_s = wait_s(plan, at_s);

        AW_ASSERT(gap_s > 0);
        squares += gap_s * gap_s / 2; /* a year of spans at most: far from 64 bits */
        sum_s += gap_s;
        out->due_count++;
        at_s += gap_s;
    } while (at_s < out->until_s);
    return squares / sum_s;
}

void aw_plan_audit(const struct aw_plan *plan, uint64_t from_s, struct aw_plan_audit *out)
{
    struct search s = {.plan = plan, .out = out};
    uint64_t first_s = (uint64_t)plan->grace_s + plan->levels[0].delay_s;

    AW_ASSERT(aw_plan_check(plan, NULL) == AW_PLAN_GOOD);
    AW_ASSERT(from_s <= UINT32_MAX);
    for (size_t i = 0; i < plan->schedule_count; i++) {
        uint32_t every_s = plan->schedule[i].every_s;

        if (every_s > 0 && (s.every_s == 0 || every_s < s.every_s))
            s.every_s = every_s;
    }
    *out = (struct aw_plan_audit){.from_s = from_s, .until_s = from_s + AW_PLAN_AUDIT_S};
    /* spec/15-plan.md §6: "The audit MUST find the longest wait of every minute of the year" */
    try_base(&s, (int64_t)from_s);
    search_days(&s);
    out->best_s = first_s;
    out->typical_s = mean_wait_s(plan, out) + first_s;
    out->worst_s = out->gap_s + first_s;
    out->blind_s = out->gap_s + plan->grace_s +
                   (plan->levels[0].delay_s > plan->council.ceiling_s ? plan->levels[0].delay_s
                                                                      : plan->council.ceiling_s);
    out->everybody_s = out->gap_s + plan->grace_s + plan->levels[plan->levels_count - 1].delay_s;
    out->silenced_s = (uint64_t)plan->beat_s + plan->beat_grace_s + first_s;
    aw_plan_find(plan, out);
}
