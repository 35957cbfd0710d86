/* SPDX-License-Identifier: ISC */
#include "core/schedule.h"

#include "base/assert.h"

#define DAY_S 86400

/* A daily time recurs within a week; the rest is for offsets that step by up to two days. */
#define LOOK_BACK_DAYS  3
#define LOOK_AHEAD_DAYS 11

int32_t aw_plan_offset_s(const struct aw_plan *plan, uint64_t at_s)
{
    size_t i = 0;

    if (plan->zone_count == 0)
        return 0;
    while (i + 1 < plan->zone_count && plan->zone[i + 1].from <= at_s)
        i++;
    return plan->zone[i].offset_s;
}

int64_t aw_schedule_utc(const struct aw_plan *plan, int64_t local_s)
{
    for (size_t i = 0; i < plan->zone_count; i++) {
        int64_t at = local_s - plan->zone[i].offset_s;

        /* spec/06-subject.md §6: "A local time that a change of the zone skips MUST count as the
         * first instant after the change, one that it repeats as the first of the two." */
        if (i > 0 && at < (int64_t)plan->zone[i].from)
            return plan->zone[i].from;
        if (i + 1 == plan->zone_count || at < (int64_t)plan->zone[i + 1].from)
            return at;
    }
    return local_s;
}

static int64_t floor_day(int64_t local_s)
{
    int64_t day = local_s / DAY_S;

    return local_s % DAY_S < 0 ? day - 1 : day;
}

/* 1970-01-01 was a Thursday: bit 3. */
static unsigned day_bit(int64_t day)
{
    int64_t from_monday = (day + 3) % 7;

    return 1U << (from_monday < 0 ? from_monday + 7 : from_monday);
}

static uint64_t daily_due_s(const struct aw_plan *plan, const struct aw_schedule_line *line,
                            uint64_t base_s)
{
    int64_t base = (int64_t)base_s;
    int64_t today = floor_day(base + aw_plan_offset_s(plan, base_s));
    uint64_t due_s = AW_NO_TIME;

    for (int64_t day = today - LOOK_BACK_DAYS; day <= today + LOOK_AHEAD_DAYS; day++) {
        int64_t at;

        if ((line->days & day_bit(day)) == 0)
            continue;
        at = aw_schedule_utc(plan, day * DAY_S + line->minute * 60);
        if (at > base && (uint64_t)at < due_s)
            due_s = (uint64_t)at;
    }
    return due_s;
}

uint64_t aw_schedule_line_due_s(const struct aw_plan *plan, const struct aw_schedule_line *line,
                                uint64_t base_s)
{
    AW_ASSERT(base_s <= AW_TIME_MAX_MS);
    if (line->every_s > 0)
        return base_s + line->every_s;
    return daily_due_s(plan, line, base_s);
}

uint64_t aw_plan_due_s(const struct aw_plan *plan, uint64_t base_s)
{
    uint64_t due_s = AW_NO_TIME;

    for (size_t i = 0; i < plan->schedule_count; i++) {
        uint64_t line_s = aw_schedule_line_due_s(plan, &plan->schedule[i], base_s);

        if (line_s < due_s)
            due_s = line_s;
    }
    return due_s;
}
