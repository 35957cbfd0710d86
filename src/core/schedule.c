/* SPDX-License-Identifier: ISC */
#include "core/schedule.h"

#include "base/assert.h"

#define DAY_S    86400
#define DAY_MIN  1440U
#define WEEK_MIN (7 * DAY_MIN)

/* A daily time recurs within a week; the rest is for offsets that step by up to two days. */
#define LOOK_BACK_DAYS  3
#define LOOK_AHEAD_DAYS 11

/*
 * Windows and pauses that touch one another, one by one. In a plan that aw_plan_check() finds good
 * quiet hours in a row last a day, which is fewer; in any other one the search ends here.
 */
#define FREE_STEP_MAX 64

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

        /* spec/15-plan.md §4: "A local time that a change of the zone skips MUST count as the
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
uint8_t aw_schedule_day_bit(int64_t day)
{
    int64_t from_monday = (day + 3) % 7;

    return (uint8_t)(1U << (from_monday < 0 ? from_monday + 7 : from_monday));
}

/* The two daily times of a plan around a base: the last one up to it, and the next after it. */
struct around {
    int64_t last, next; /* INT64_MIN, INT64_MAX: none */
};

/* Later local times are later instants, or the same. */
static void look_around(const struct aw_plan *plan, const struct aw_schedule_line *line,
                        int64_t base, struct around *out)
{
    int64_t today = floor_day(base + aw_plan_offset_s(plan, (uint64_t)base));

    for (int64_t day = today - LOOK_AHEAD_DAYS; day <= today + LOOK_AHEAD_DAYS; day++) {
        int64_t at;

        if ((line->days & aw_schedule_day_bit(day)) == 0)
            continue;
        at = aw_schedule_utc(plan, day * DAY_S + line->minute * 60);
        if (at <= base && at > out->last)
            out->last = at;
        if (at > base) {
            out->next = at < out->next ? at : out->next;
            return;
        }
    }
}

static struct around daily_around(const struct aw_plan *plan, int64_t base)
{
    struct around out = {INT64_MIN, INT64_MAX};

    for (size_t i = 0; i < plan->schedule_count; i++) {
        if (plan->schedule[i].every_s == 0)
            look_around(plan, &plan->schedule[i], base, &out);
    }
    return out;
}

/* spec/15-plan.md §4: "from 5,400 s before it on, but not from before the middle between it and
 * the daily time before" */
static int64_t counts_from(struct around at)
{
    int64_t early = AW_PLAN_EARLY_MAX_S;

    if (at.last != INT64_MIN && (at.next - at.last) / 2 < early)
        early = (at.next - at.last) / 2;
    return at.next - early;
}

/* Her device asks "as if it counted from two thirds of that on only". */
static int64_t asks_from(struct around at)
{
    return at.next - (at.next - counts_from(at)) * 2 / 3;
}

uint64_t aw_schedule_counts_from_s(const struct aw_plan *plan, uint64_t daily_s)
{
    AW_ASSERT(daily_s > 0);
    return (uint64_t)counts_from(daily_around(plan, (int64_t)daily_s - 1));
}

static uint64_t daily_due_s(const struct aw_plan *plan, uint64_t base_s, bool is_hers)
{
    struct around at = daily_around(plan, (int64_t)base_s);

    if (at.next == INT64_MAX)
        return AW_NO_TIME;
    /* The one after it begins to count after it, at the earliest. */
    if ((int64_t)base_s >= (is_hers ? asks_from(at) : counts_from(at)))
        at = daily_around(plan, at.next);
    return (uint64_t)at.next;
}

bool aw_schedule_is_quiet(const struct aw_plan *plan, unsigned minute)
{
    for (size_t i = 0; i < plan->quiet_count; i++) {
        const struct aw_quiet *window = &plan->quiet[i];

        for (unsigned day = 0; day < 7; day++) {
            unsigned into = (minute + WEEK_MIN - day * DAY_MIN - window->from) % WEEK_MIN;

            if ((window->days >> day & 1) != 0 && into < aw_schedule_quiet_min(window))
                return true;
        }
    }
    return false;
}

/* When a window of quiet hours around `at_s` ends, `at_s` itself if it lies in none. */
static uint64_t quiet_until_s(const struct aw_plan *plan, const struct aw_quiet *window,
                              uint64_t at_s)
{
    int64_t today = floor_day((int64_t)at_s + aw_plan_offset_s(plan, at_s));
    int64_t whole_day = window->until > window->from ? 0 : DAY_S;

    for (int64_t day = today - LOOK_BACK_DAYS; day <= today + 1; day++) {
        int64_t from, until;

        if ((window->days & aw_schedule_day_bit(day)) == 0)
            continue;
        from = aw_schedule_utc(plan, day * DAY_S + window->from * 60);
        until = aw_schedule_utc(plan, day * DAY_S + whole_day + window->until * 60);
        if (from <= (int64_t)at_s && (int64_t)at_s < until)
            return (uint64_t)until;
    }
    return at_s;
}

uint64_t aw_schedule_free_s(const struct aw_plan *plan, uint64_t at_s)
{
    uint64_t last_s;
    unsigned step = 0;

    do {
        last_s = at_s;
        /* spec/15-plan.md §4: "What would be due in a pause MUST be due at its end" */
        for (size_t i = 0; i < plan->pauses_count; i++) {
            if (plan->pauses[i].from <= at_s && at_s < plan->pauses[i].until)
                at_s = plan->pauses[i].until;
        }
        /* spec/15-plan.md §4: "What would be due in quiet hours MUST be due at their end" */
        for (size_t i = 0; i < plan->quiet_count; i++)
            at_s = quiet_until_s(plan, &plan->quiet[i], at_s);
    } while (at_s != last_s && ++step < FREE_STEP_MAX);
    return at_s;
}

static uint64_t due_after_s(const struct aw_plan *plan, uint64_t base_s, bool is_hers)
{
    uint64_t due_s;

    AW_ASSERT(base_s <= AW_TIME_MAX_MS);
    due_s = daily_due_s(plan, base_s, is_hers);
    for (size_t i = 0; i < plan->schedule_count; i++) {
        uint32_t every_s = plan->schedule[i].every_s;

        if (every_s > 0 && base_s + every_s < due_s)
            due_s = base_s + every_s;
    }
    return due_s == AW_NO_TIME ? AW_NO_TIME : aw_schedule_free_s(plan, due_s);
}

uint64_t aw_plan_due_s(const struct aw_plan *plan, uint64_t base_s)
{
    return due_after_s(plan, base_s, false);
}

uint64_t aw_plan_asked_s(const struct aw_plan *plan, uint64_t base_s)
{
    return due_after_s(plan, base_s, true);
}

/* The rule that holds at `at_s`, in force from then on. */
static void add_rule(struct aw_plan *plan, uint32_t at_s, int32_t offset_s)
{
    if (plan->zone_count < AW_PLAN_ZONE_MAX)
        plan->zone[plan->zone_count++] = (struct aw_zone_rule){at_s, offset_s};
}

void aw_plan_rezone(struct aw_plan *plan, const struct aw_zone_rule *rules, size_t rule_count,
                    uint32_t at_s)
{
    int32_t before_s = aw_plan_offset_s(plan, at_s > 0 ? at_s - 1 : 0);
    int32_t from_now_s = rule_count > 0 ? rules[0].offset_s : 0;
    size_t next = rule_count > 0 ? 1 : 0;

    for (; next < rule_count && rules[next].from <= at_s; next++)
        from_now_s = rules[next].offset_s;
    plan->zone_count = 0;
    if (at_s > 0)
        add_rule(plan, 0, before_s);
    if (at_s == 0 || from_now_s != before_s)
        add_rule(plan, at_s, from_now_s);
    for (; next < rule_count; next++)
        add_rule(plan, rules[next].from, rules[next].offset_s);
}
