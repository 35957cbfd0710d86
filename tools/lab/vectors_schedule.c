/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/plan.h"

#include <stdio.h>

/* Vectors of due times (spec/15-plan.md §4): a plan, bases, and what follows. */

/* London in 2027: UTC+1 from 28 March 01:00 UTC, a Sunday, to 31 October 01:00 UTC. */
#define SPRING UINT32_C(1806195600)
#define AUTUMN UINT32_C(1824944400)
#define DAY_S  86400U
/* Noon in London, when a journey to Tokyo begins, and another one when it ends. */
#define EAST      (SPRING - 20 * DAY_S + 39600)
#define WEST      (SPRING - 10 * DAY_S + 39600)

#define BASES_MAX 6

struct group {
    const char *name, *note;
    struct aw_schedule_line lines[2];
    uint32_t bases[BASES_MAX];
    uint8_t line_count, base_count;
    bool has_quiet, has_pause, travels;
};

#define DAILY(at)                                                                                  \
    {                                                                                              \
        .days = 127, .has_minute = true, .minute = (at)                                            \
    }

static const struct group groups[] = {
    {.name = "interval",
     .note = "every 8 h, whatever the clock does",
     .lines = {{.every_s = 28800}},
     .line_count = 1,
     .bases = {SPRING - 3600, SPRING + 60},
     .base_count = 2},
    {.name = "gap_and_overlap",
     .note = "01:30, which spring skips and autumn has twice",
     .lines = {DAILY(90)},
     .line_count = 1,
     .bases = {SPRING - DAY_S / 2, SPRING, AUTUMN - DAY_S / 2, AUTUMN - 1800, AUTUMN},
     .base_count = 5},
    {.name = "early",
     .note = "a check-in shortly before the daily time; her device asks longer than contacts",
     .lines = {DAILY(600)},
     .line_count = 1,
     .bases = {SPRING - 59401, SPRING - 59400, SPRING - 57601, SPRING - 57600, SPRING - 54000},
     .base_count = 5},
    {.name = "two_times",
     .note = "40 minutes apart: one check-in counts for one of them",
     .lines = {DAILY(560), DAILY(600)},
     .line_count = 2,
     .bases = {SPRING - 61801, SPRING - 61800, SPRING - 55201, SPRING - 55200, SPRING - 54801,
               SPRING - 54800},
     .base_count = 6},
    {.name = "weekdays",
     .note = "Mondays at 09:00, and every 60 h",
     .lines = {{.days = 1, .has_minute = true, .minute = 540}, {.every_s = 216000}},
     .line_count = 2,
     .bases = {SPRING - DAY_S, SPRING + DAY_S},
     .base_count = 2},
    {.name = "quiet_hours",
     .note = "every 5 min, but not from 23:00 to 07:00",
     .lines = {{.every_s = 300}},
     .line_count = 1,
     .has_quiet = true,
     .bases = {SPRING - 7501, SPRING - 7500, SPRING + 17700, SPRING + 18000},
     .base_count = 4},
    {.name = "pause",
     .note = "noon, in a pause that ends in quiet hours",
     .lines = {DAILY(720)},
     .line_count = 1,
     .has_quiet = true,
     .has_pause = true,
     .bases = {SPRING - DAY_S, SPRING + 2 * DAY_S},
     .base_count = 2},
    {.name = "travel_east",
     .note = "15:00, which the zone skips when she flies from London to Tokyo: due as it changes",
     .lines = {DAILY(900)},
     .line_count = 1,
     .travels = true,
     .bases = {EAST - DAY_S, EAST - 3600, EAST - 1, EAST, EAST + DAY_S / 2},
     .base_count = 5},
    {.name = "travel_west",
     .note = "on the way back the day has 15:00 twice: the first one counts",
     .lines = {DAILY(900)},
     .line_count = 1,
     .travels = true,
     .bases = {WEST - DAY_S, WEST - 21601, WEST - 21600, WEST, WEST + 10800},
     .base_count = 5},
    {.name = "travel_nights",
     .note = "every 8 h, but not from 23:00 to 07:00 where she is",
     .lines = {{.every_s = 28800}},
     .line_count = 1,
     .has_quiet = true,
     .travels = true,
     .bases = {EAST - 18000, EAST - 28800, EAST, WEST - 28800, WEST},
     .base_count = 5},
};

static void plan_of(struct aw_plan *plan, const struct group *group)
{
    aw_plan_default(plan, 1);
    plan->version = 1;
    plan->roster[0].name[0] = 'a';
    plan->zone[0] = (struct aw_zone_rule){0, 0};
    plan->zone[1] = (struct aw_zone_rule){SPRING, 3600};
    plan->zone[2] = (struct aw_zone_rule){AUTUMN, 0};
    plan->zone_count = 3;
    if (group->travels) {
        plan->zone[1] = (struct aw_zone_rule){EAST, 9 * 3600};
        plan->zone[2] = (struct aw_zone_rule){WEST, 0};
    }
    plan->schedule_count = group->line_count;
    for (size_t i = 0; i < group->line_count; i++)
        plan->schedule[i] = group->lines[i];
    plan->quiet[0] = (struct aw_quiet){.days = 127, .from = 1380, .until = 420};
    plan->quiet_count = group->has_quiet;
    plan->pauses[0] = (struct aw_pause){SPRING - DAY_S, SPRING + 2 * DAY_S};
    plan->pauses_count = group->has_pause;
}

static void one_group(struct vec *v, const struct group *group)
{
    struct aw_plan plan;

    vec_enter(v, group->name);
    vec_note(v, group->note);
    plan_of(&plan, group);
    lab_vec_plan(v, "plan", &plan);
    for (size_t i = 0; i < group->base_count; i++) {
        uint64_t base_s = group->bases[i];

        vec_in_uint(v, vec_nth(v, "base", i), &base_s);
        vec_out_uint(v, vec_nth(v, "due", i), aw_plan_due_s(&plan, base_s));
        vec_out_uint(v, vec_nth(v, "asked", i), aw_plan_asked_s(&plan, base_s));
    }
    vec_leave(v);
}

void lab_vectors_schedule(struct vec *v)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        one_group(v, &groups[i]);
    vec_enter(v, "away");
    vec_note(v, "by_hand_until 0: he said nothing by hand; away_until 0: he is available then");
    lab_vectors_away(v);
    vec_leave(v);
}
