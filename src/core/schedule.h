/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_SCHEDULE_H
#define AW_CORE_SCHEDULE_H

#include <allswell/plan.h>

/*
 * Schedule: pure functions from a plan and a time to the next deadline (spec/15-plan.md §4).
 * Seconds since 1970-01-01 UTC; "none" is UINT64_MAX.
 */

#define AW_NO_TIME UINT64_MAX

/*
 * First instant at which the local clock shows `local_s` (seconds since 1970-01-01 local time)
 * or more: in an overlap the first of the two, in a gap the first instant after the gap.
 */
int64_t aw_schedule_utc(const struct aw_plan *plan, int64_t local_s);

/* From when on a check-in counts for the daily time at `daily_s`. */
uint64_t aw_schedule_counts_from_s(const struct aw_plan *plan, uint64_t daily_s);

/* First instant from `at_s` on that lies in no quiet hours and in no pause. */
uint64_t aw_schedule_free_s(const struct aw_plan *plan, uint64_t at_s);

/* Minutes from the beginning of quiet hours to their end, 1 to a whole day. */
static inline unsigned aw_schedule_quiet_min(const struct aw_quiet *window)
{
    unsigned len = window->until + 1440U - window->from;

    return len > 1440 ? len - 1440 : len;
}

/* The bit of a local day, counted from 1970-01-01, in a set of days: bit 0 Monday. */
uint8_t aw_schedule_day_bit(int64_t day);

/* Whether quiet hours have this minute of the local week, 0 for Monday 00:00. */
bool aw_schedule_is_quiet(const struct aw_plan *plan, unsigned minute);

#endif /* AW_CORE_SCHEDULE_H */
