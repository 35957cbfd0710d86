/* SPDX-License-Identifier: ISC */
#include "core/schedule.h"
#include "core/watch.h"

#include <allswell/plan.h>

#include "support/plan_draw.h"

/* London in 2027: from UTC to UTC+1 on 28 March 01:00 UTC, back on 31 October 01:00 UTC. */
#define SPRING UINT32_C(1806195600)
#define AUTUMN UINT32_C(1824944400)
#define DAY_S  86400U

static struct aw_plan london(uint8_t days, uint16_t minute)
{
    struct aw_plan plan;

    aw_plan_default(&plan, 1);
    plan.zone[0] = (struct aw_zone_rule){SPRING - 200 * DAY_S, 0};
    plan.zone[1] = (struct aw_zone_rule){SPRING, 3600};
    plan.zone[2] = (struct aw_zone_rule){AUTUMN, 0};
    plan.zone_count = 3;
    plan.schedule[0] =
        (struct aw_schedule_line){.days = days, .has_minute = true, .minute = minute};
    return plan;
}

/* Goal: a daily time in the hour that spring skips comes at the first instant after it, one in
 * the hour that autumn repeats at its first pass, and each once a day.
 * Method: rows of base and due around both changes. */
static void test_dst(void)
{
    const struct {
        uint16_t minute;
        uint64_t base_s, due_s;
    } rows[] = {
        {90, SPRING - DAY_S / 2, SPRING},           /* 01:30 does not exist */
        {90, SPRING, SPRING + DAY_S - 1800},        /* next day 01:30, UTC+1 */
        {60, SPRING - 5401, SPRING},                /* 01:00 is 02:00 */
        {60, SPRING - 1, SPRING + DAY_S - 3600},    /* ... and an early check-in counts for it */
        {59, SPRING - 7200, SPRING - 60},           /* 00:59 exists */
        {120, SPRING - 5401, SPRING},               /* 02:00 right after the gap */
        {90, AUTUMN - DAY_S / 2, AUTUMN - 1800},    /* 01:30, first pass */
        {90, AUTUMN - 1800, AUTUMN + DAY_S + 1800}, /* not again at the second */
        {120, AUTUMN - 3600, AUTUMN + 3600},        /* 02:00, UTC */
        {0, AUTUMN - 7200, AUTUMN + DAY_S - 3600},  /* a day of 25 hours */
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct aw_plan plan = london(127, rows[i].minute);

        T_EQ(aw_plan_due_s(&plan, rows[i].base_s), rows[i].due_s);
    }
}

/* Goal: [PL-12] a check-in shortly before a daily time counts for it, one check-in never for two
 * times, and not from the middle between them; [PL-13] her device asks as long as contacts may.
 * Method: a time at noon UTC alone; with one 40 minutes before it, on another line; with an
 * interval beside it; each at the seconds where the answer changes. */
static void test_early(void)
{
    const uint64_t noon = SPRING - 15 * 3600; /* 27 March, 10:00 UTC */
    struct aw_plan plan = london(127, 600);
    const struct {
        unsigned lines;
        uint64_t base_s, due_s, asked_s;
    } rows[] = {
        {1, noon - 5401, noon, noon},
        {1, noon - 5400, noon + DAY_S - 3600, noon}, /* the next day is one of 23 hours */
        {1, noon - 3601, noon + DAY_S - 3600, noon},
        {1, noon - 3600, noon + DAY_S - 3600, noon + DAY_S - 3600},
        {1, noon - 60, noon + DAY_S - 3600, noon + DAY_S - 3600},
        {1, noon, noon + DAY_S - 3600, noon + DAY_S - 3600},
        {2, noon - 7801, noon - 2400, noon - 2400},
        {2, noon - 7800, noon, noon - 2400}, /* 90 minutes before the first, not for the second */
        {2, noon - 6000, noon, noon},
        {2, noon - 2400, noon, noon},
        {2, noon - 1201, noon, noon},
        {2, noon - 1200, noon + DAY_S - 6000, noon},
        {2, noon - 801, noon + DAY_S - 6000, noon},
        {2, noon - 800, noon + DAY_S - 6000, noon + DAY_S - 6000},
        {3, noon - 60, noon + 1740, noon + 1740}, /* the interval goes by the check-in */
    };

    plan.schedule[1] = (struct aw_schedule_line){.days = 127, .has_minute = true, .minute = 560};
    plan.schedule[2] = (struct aw_schedule_line){.every_s = 1800};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        plan.schedule_count = (uint8_t)rows[i].lines;
        T_EQ(aw_plan_due_s(&plan, rows[i].base_s), rows[i].due_s);
        T_EQ(aw_plan_asked_s(&plan, rows[i].base_s), rows[i].asked_s);
    }
}

/* Goal: the days are right to the beginning of time, and beyond it where local time is.
 * Method: 1 January 1970 was a Thursday; west of Greenwich it had not begun; no day at all. */
static void test_first_days(void)
{
    struct aw_plan plan = london(127, 0);

    plan.zone[0] = (struct aw_zone_rule){0, -3600};
    plan.zone_count = 1;
    T_EQ(aw_plan_due_s(&plan, 0), 90000); /* an hour early for the first */
    T_EQ(aw_schedule_day_bit(0), 8);
    T_EQ(aw_schedule_day_bit(-3), 1);
    T_EQ(aw_schedule_day_bit(-4), 64);
    plan.schedule[0].days = 0;
    T_TRUE(aw_plan_due_s(&plan, SPRING) == AW_NO_TIME);
}

/* Goal: weekdays are those of local time, and lines are OR-ed.
 * Method: Monday 09:00 only; then with an interval beside it. 28 March 2027 is a Sunday. */
static void test_weekdays_and_lines(void)
{
    struct aw_plan plan = london(1, 9 * 60);

    T_EQ(aw_plan_due_s(&plan, SPRING), SPRING + DAY_S + 7 * 3600);
    T_EQ(aw_plan_due_s(&plan, SPRING + DAY_S + 7 * 3600), SPRING + 8 * DAY_S + 7 * 3600);
    plan.schedule[plan.schedule_count++] = (struct aw_schedule_line){.every_s = 4 * 3600};
    T_EQ(aw_plan_due_s(&plan, SPRING), SPRING + 4 * 3600);
    T_EQ(aw_plan_due_s(&plan, SPRING + DAY_S + 5 * 3600), SPRING + DAY_S + 7 * 3600);
    plan.schedule_count = 0;
    T_EQ(aw_plan_due_s(&plan, SPRING), UINT64_MAX);
    T_EQ(aw_plan_offset_s(&plan, SPRING - 1), 0);
    T_EQ(aw_plan_offset_s(&plan, SPRING), 3600);
    T_EQ(aw_plan_offset_s(&plan, 0), 0);
}

/* Goal: due is always after the base, and never earlier for a later base.
 * Method: every 10 minutes of a year with both changes. */
static void test_due_is_monotonic(void)
{
    struct aw_plan plan = london(85, 95);
    uint64_t last_s = 0;
    unsigned bad = 0;

    for (uint64_t base_s = SPRING - 100 * DAY_S; base_s < AUTUMN + 30 * DAY_S; base_s += 600) {
        uint64_t due_s = aw_plan_due_s(&plan, base_s);

        if (due_s <= base_s || due_s < last_s || aw_plan_asked_s(&plan, base_s) > due_s ||
            aw_plan_asked_s(&plan, base_s) <= base_s)
            bad++;
        last_s = due_s;
    }
    T_EQ(bad, 0);
}

/* Goal: [PL-6] what would be due in quiet hours is due at their end, by the local clock, also when
 * it changes: an end that spring skips is the change itself, one that autumn repeats its first
 * pass. Method: rows of a window, a base and when a check-in every 5 minutes is due. */
static void test_quiet(void)
{
    const struct {
        struct aw_quiet quiet;
        uint64_t base_s, due_s;
    } rows[] = {
        /* 28 March 2027 is a Sunday: the window of Saturday, 23:00 UTC to 07:00 UTC+1 */
        {{127, 1380, 420}, SPRING - 7201, SPRING + 5 * 3600},
        {{127, 1380, 420}, SPRING - 7200 - 301, SPRING - 7200 - 1},
        {{127, 1380, 420}, SPRING - 7200 - 300, SPRING + 5 * 3600},
        {{127, 1380, 420}, SPRING + 5 * 3600 - 301, SPRING + 5 * 3600},
        {{127, 1380, 420}, SPRING + 5 * 3600 - 300, SPRING + 5 * 3600},
        {{32, 1380, 420}, SPRING, SPRING + 5 * 3600}, /* begins on a Saturday */
        {{64, 1380, 420}, SPRING, SPRING + 300},      /* on a Sunday */
        {{127, 30, 90}, SPRING - 900, SPRING},        /* until 01:30, which is not there */
        {{127, 60, 119}, SPRING - 300, SPRING},       /* all of it is not there */
        {{127, 30, 90}, AUTUMN - 3000, AUTUMN - 1800},
        {{127, 30, 90}, AUTUMN - 300, AUTUMN}, /* 01:00 again */
        {{127, 120, 120}, AUTUMN - 3600, AUTUMN - 3300},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct aw_plan plan = london(127, 0);

        plan.schedule[0] = (struct aw_schedule_line){.every_s = 300};
        plan.quiet[0] = rows[i].quiet;
        plan.quiet_count = 1;
        if (i + 1 < sizeof rows / sizeof rows[0]) /* the last: a whole day, every day */
            T_EQ(aw_plan_due_s(&plan, rows[i].base_s), rows[i].due_s);
        else
            T_TRUE(aw_plan_due_s(&plan, rows[i].base_s) > rows[i].due_s); /* and it ends */
    }
}

/* Goal: [PL-7] no check-in is due in a pause, [PL-6] nor in quiet hours at its end.
 * Method: two pauses, the second of which ends in quiet hours. */
static void test_pauses(void)
{
    struct aw_plan plan = london(127, 12 * 60);

    plan.pauses_count = 2;
    plan.pauses[0] = (struct aw_pause){SPRING - DAY_S, SPRING - 1000};
    plan.pauses[1] = (struct aw_pause){SPRING, SPRING + DAY_S};
    plan.quiet_count = 1;
    plan.quiet[0] = (struct aw_quiet){.days = 127, .from = 60, .until = 240};
    T_EQ(aw_plan_due_s(&plan, SPRING - DAY_S), SPRING - 1000);
    T_EQ(aw_plan_due_s(&plan, SPRING - 1000), SPRING + DAY_S + 7200); /* 04:00, UTC+1 */
    T_EQ(aw_plan_due_s(&plan, SPRING + DAY_S), SPRING + DAY_S + 10 * 3600);
}

/* Goal: [PL-8] what she said of one check-in holds in a pause and in quiet hours, too.
 * Method: valid for 10 minutes, and for as long as the grammar allows. */
static void test_valid_for(void)
{
    struct aw_plan plan = london(127, 12 * 60);
    struct aw_watch watch = {.base_s = SPRING, .call = {.seq = 1, .valid_for_s = 600}};

    plan.pauses_count = 1;
    plan.pauses[0] = (struct aw_pause){SPRING, SPRING + DAY_S};
    T_EQ(aw_watch_checkin_due_s(&watch, &plan, 0), SPRING + 600);
    watch.call.valid_for_s = AW_SPAN_MAX_S;
    T_EQ(aw_watch_checkin_due_s(&watch, &plan, 0), SPRING + DAY_S);
}

/* Goal: no check-in is ever due in quiet hours or a pause, none is late for nothing, and a later
 * base has no earlier one.
 * Method: drawn plans over a fortnight with a change of the clock, against each minute of it. */
static void test_free_against_minutes(void)
{
    unsigned bad = 0;

    for (unsigned seed = 1; seed <= 60; seed++) {
        struct t_rng rng = t_rng(seed);
        uint64_t last_s = 0;
        struct aw_plan plan;

        plan_draw(&plan, &rng);
        for (uint64_t at_s = PLAN_DRAW_NOW; at_s < PLAN_DRAW_NOW + 14 * DAY_S; at_s += 60) {
            int64_t local_s = (int64_t)at_s + aw_plan_offset_s(&plan, at_s);
            uint64_t free_s = aw_schedule_free_s(&plan, at_s);
            /* 5 January 1970 was a Monday; what a clock that goes back repeats is quiet once */
            bool is_quiet =
                aw_schedule_is_quiet(&plan, (unsigned)((local_s - 4 * DAY_S) / 60 % 10080)) &&
                aw_schedule_utc(&plan, local_s) == (int64_t)at_s;
            bool is_paused =
                plan.pauses_count > 0 && plan.pauses[0].from <= at_s && at_s < plan.pauses[0].until;

            bad += free_s < last_s || free_s < at_s;
            bad += is_quiet && free_s == at_s;
            bad += is_paused && free_s == at_s;
            bad += free_s > at_s && !is_paused &&
                   !aw_schedule_is_quiet(&plan, (unsigned)((local_s - 4 * DAY_S) / 60 % 10080));
            last_s = free_s;
        }
    }
    T_EQ(bad, 0);
}

/* Goal: who travels keeps what was due before, then goes by the other clock, whose skipped hours
 * count as SU-8 says.
 * Method: from London to a clock six hours ahead with its own change, and back to UTC. */
static void test_rezone(void)
{
    const struct aw_zone_rule rules[] = {{0, 6 * 3600}, {SPRING + 30 * DAY_S, 7 * 3600}};
    struct aw_zone_rule many[AW_PLAN_ZONE_MAX];
    struct aw_plan plan = london(127, 12 * 60);
    uint32_t at_s = SPRING + 5 * DAY_S; /* 02:00 in London */

    aw_plan_rezone(&plan, rules, 2, at_s);
    T_EQ(plan.zone_count, 3);
    T_EQ(aw_plan_offset_s(&plan, at_s - 1), 3600);
    T_EQ(aw_plan_offset_s(&plan, at_s), 6 * 3600);
    T_EQ(aw_plan_due_s(&plan, at_s - 1), at_s + 5 * 3600); /* 12:00 there */
    T_EQ(aw_plan_offset_s(&plan, SPRING + 31 * DAY_S), 7 * 3600);
    plan.schedule[0].minute = 4 * 60; /* the journey skips 02:00 to 07:00 */
    T_EQ(aw_plan_due_s(&plan, at_s - 7200), at_s);

    aw_plan_rezone(&plan, NULL, 0, at_s);
    T_EQ(plan.zone_count, 2);
    T_EQ(aw_plan_offset_s(&plan, at_s - 1), 3600);
    T_EQ(aw_plan_offset_s(&plan, at_s), 0);
    aw_plan_rezone(&plan, rules, 2, 0);
    T_EQ(aw_plan_offset_s(&plan, at_s), 6 * 3600);
    plan = london(127, 0);
    for (uint32_t i = 0; i < AW_PLAN_ZONE_MAX; i++)
        many[i] = (struct aw_zone_rule){SPRING + i * 1000, (int32_t)i};
    aw_plan_rezone(&plan, many, AW_PLAN_ZONE_MAX, SPRING + 500);
    T_EQ(plan.zone_count, AW_PLAN_ZONE_MAX);
    T_EQ(aw_plan_offset_s(&plan, SPRING + 14500), 14);
}

#define BREAK(change, problem)                                                                     \
    p = good;                                                                                      \
    change;                                                                                        \
    T_EQ(aw_plan_check(&p, &where), problem)

static struct aw_plan good_plan(size_t roster_count)
{
    struct aw_plan plan;

    aw_plan_default(&plan, roster_count);
    for (size_t i = 0; i < roster_count; i++)
        plan.roster[i].name[0] = 'a';
    return plan;
}

/* Goal: the default plan is good for any number of contacts, and each rule finds its breach, SU-10
 * in four lists. Method: one change to a good plan per row. */
static void test_plan_check(void)
{
    struct aw_plan good, p;
    size_t where = 9;

    for (size_t n = 1; n <= AW_PLAN_MEMBER_MAX; n++) {
        aw_plan_default(&good, n);
        T_EQ(aw_plan_check(&good, &where), AW_PLAN_MEMBER_NAME);
        T_EQ(where, 0);
        for (size_t i = 0; i < n; i++)
            good.roster[i].name[0] = 'a';
        T_EQ(aw_plan_check(&good, NULL), AW_PLAN_GOOD);
    }
    BREAK(p.zone_count = 17, AW_PLAN_ZONE_COUNT);
    BREAK(p.zone_count = 2, AW_PLAN_ZONE_ORDER);
    BREAK(p.schedule_count = 0, AW_PLAN_NO_SCHEDULE);
    BREAK(p.schedule[0].days = 1, AW_PLAN_LINE_KIND);
    BREAK(p.schedule[0].every_s = 299, AW_PLAN_LINE_EVERY);
    BREAK(p.schedule[0].every_s = 0, AW_PLAN_LINE_KIND);
    BREAK((p.schedule[0].every_s = 0, p.schedule[0].days = 128), AW_PLAN_LINE_DAYS);
    BREAK((p.schedule[0].every_s = 0, p.schedule[0].days = 1), AW_PLAN_LINE_MINUTE);
    BREAK(p.beat_s = 59, AW_PLAN_BEAT);
    BREAK(p.beat_grace_s = 0, AW_PLAN_BEAT_GRACE);
    BREAK(p.grace_s = 86401, AW_PLAN_GRACE);
    BREAK(p.warnings[1].before_s = 3600, AW_PLAN_WARNING_ORDER);
    BREAK(p.levels_count = 0, AW_PLAN_NO_LEVEL);
    BREAK(p.levels[1].delay_s = 0, AW_PLAN_LEVEL_ORDER);
    T_EQ(where, 1);
    BREAK(p.levels[0].groups = 0, AW_PLAN_LEVEL_GROUPS);
    BREAK(p.levels[0].groups = 128, AW_PLAN_LEVEL_EMPTY);
    BREAK(p.levels[1].groups = 127, AW_PLAN_LAST_LEVEL);
    BREAK(p.roster_count = 0, AW_PLAN_NO_MEMBER);
    BREAK(p.roster[3].person = 3, AW_PLAN_MEMBER_ORDER);
    BREAK(p.roster[3].groups = 0, AW_PLAN_MEMBER_GROUPS);
    BREAK(p.roster[3].data = 3, AW_PLAN_MEMBER_DATA);
    BREAK(p.threshold = 1, AW_PLAN_THRESHOLD_ONE);
    BREAK(p.threshold = 17, AW_PLAN_THRESHOLD_MANY);
    BREAK(p.ring_s = 29, AW_PLAN_RING);
    BREAK(p.claim_s = 7201, AW_PLAN_CLAIM);
    BREAK(p.claims_max = 0, AW_PLAN_CLAIMS);
    BREAK((p.zone_count = 1, p.zone[0].offset_s = 86401), AW_PLAN_ZONE_OFFSET);
    BREAK((p.zone_count = 1, p.zone[0].offset_s = -86401), AW_PLAN_ZONE_OFFSET);
    BREAK(p.schedule_count = AW_PLAN_LINE_MAX + 1, AW_PLAN_NO_SCHEDULE);
    BREAK((p.schedule[0].every_s = 0, p.schedule[0].has_minute = true), AW_PLAN_LINE_DAYS);
    BREAK((p.schedule[0].every_s = 0, p.schedule[0].days = 1, p.schedule[0].has_minute = true,
           p.schedule[0].minute = 24 * 60),
          AW_PLAN_LINE_MINUTE);
    BREAK(p.warnings_count = AW_PLAN_WARNING_MAX + 1, AW_PLAN_WARNING_COUNT);
    BREAK(p.warnings[0].before_s = 86401, AW_PLAN_WARNING_ORDER);
    BREAK(p.levels_count = AW_PLAN_LEVEL_MAX + 1, AW_PLAN_NO_LEVEL);
    BREAK(memset(p.levels[1].text, 'x', sizeof p.levels[1].text), AW_PLAN_LEVEL_TEXT);
    BREAK(p.roster_count = AW_PLAN_MEMBER_MAX + 1, AW_PLAN_NO_MEMBER);
    BREAK(p.roster[0].person = 0, AW_PLAN_MEMBER_ORDER);
    BREAK(p.roster[15].person = AW_PLAN_MEMBER_MAX + 1, AW_PLAN_MEMBER_ORDER);
    BREAK(memset(p.roster[3].name, 'x', sizeof p.roster[3].name), AW_PLAN_MEMBER_NAME);
    BREAK(p.threshold = 0, AW_PLAN_THRESHOLD_ONE);
    BREAK(p.ring_s = 3601, AW_PLAN_RING);
    BREAK(p.claim_s = 59, AW_PLAN_CLAIM);
    BREAK(p.claims_max = 9, AW_PLAN_CLAIMS);
    T_STR_EQ(aw_plan_problem_text(AW_PLAN_PROBLEM_COUNT),
             aw_plan_problem_text((enum aw_plan_problem)(AW_PLAN_PROBLEM_COUNT + 1)));
    for (int i = 0; i < AW_PLAN_PROBLEM_COUNT; i++)
        T_TRUE(strlen(aw_plan_problem_text((enum aw_plan_problem)i)) > 5);
}

/* Goal: [PL-1], [PL-3] to [PL-5] and the bounds of the fields that the whole escalation needs.
 * Method: as before. */
static void test_plan_check_more(void)
{
    struct aw_plan good = good_plan(AW_PLAN_MEMBER_MAX), p;
    size_t where = 9;

    BREAK(p.roster[3].human = 17, AW_PLAN_MEMBER_HUMAN);
    BREAK((p.roster[3].human = 3, p.roster[4].human = 4), AW_PLAN_MEMBER_HUMAN);
    T_EQ(where, 4);
    BREAK((p.roster[3].human = 3, p.threshold = 16), AW_PLAN_THRESHOLD_MANY);
    BREAK(p.roster[3].key[5] = 1, AW_PLAN_MEMBER_KEY);
    BREAK((p.roster[3].key[0] = p.roster[3].sign_key[0] = p.roster[5].key[0] = 1,
           p.roster[5].sign_key[0] = 2),
          AW_PLAN_MEMBER_KEY);
    T_EQ(where, 5);
    BREAK(p.quiet_count = 5, AW_PLAN_QUIET_COUNT);
    BREAK((p.roster[3].key[0] = p.roster[5].key[0] = 1, p.roster[5].key[1] = 1,
           p.roster[3].sign_key[0] = p.roster[5].sign_key[0] = 2),
          AW_PLAN_MEMBER_KEY);
    BREAK(p.quiet_count = 1, AW_PLAN_QUIET_WINDOW);
    for (size_t i = 0; i < 3; i++) {
        const struct aw_quiet windows[] = {{128, 0, 60}, {1, 1440, 60}, {1, 0, 1440}};

        BREAK((p.quiet_count = 1, p.quiet[0] = windows[i]), AW_PLAN_QUIET_WINDOW);
    }
    BREAK(p.pauses_count = 5, AW_PLAN_PAUSE_COUNT);
    BREAK(p.pauses_count = 1, AW_PLAN_PAUSE_LONG);
    BREAK((p.pauses_count = 1, p.pauses[0].until = AW_SPAN_MAX_S + 1), AW_PLAN_PAUSE_LONG);
    BREAK((p.pauses_count = 2, p.pauses[0].until = 9, p.pauses[1].from = 9, p.pauses[1].until = 10),
          AW_PLAN_PAUSE_ORDER);
    BREAK(p.operators_count = 17, AW_PLAN_OPERATOR_COUNT);
    BREAK(p.operators_count = 2, AW_PLAN_OPERATOR_ORDER);
    BREAK((p.roster_count = 3, p.operators_count = 1, p.operators[0].person = 4,
           p.council.quorum = 2),
          AW_PLAN_OPERATOR_WHO);
    BREAK(p.council.quorum = 0, AW_PLAN_QUORUM);
    BREAK((p.roster[3].human = 3, p.council.quorum = 16), AW_PLAN_QUORUM);
    BREAK(p.council.witness_s = 9, AW_PLAN_WITNESS);
    BREAK(p.council.witness_s = 3601, AW_PLAN_WITNESS);
    BREAK(p.council.ceiling_s = 86401, AW_PLAN_CEILING);
    BREAK(p.change.loosen_s = AW_SPAN_MAX_S + 1, AW_PLAN_LOOSEN);
    BREAK(p.pace.cadence_s = 9, AW_PLAN_CADENCE);
    BREAK(p.pace.alarm_beat_s = 3601, AW_PLAN_ALARM_BEAT);
    BREAK(p.pace.cadence_s = 3601, AW_PLAN_CADENCE);
    BREAK(p.pace.alarm_beat_s = 9, AW_PLAN_ALARM_BEAT);
    BREAK(p.pace.ask_s = 86401, AW_PLAN_ASK);
    BREAK(p.pace.life_s = AW_SPAN_MAX_S + 1, AW_PLAN_LIFE);
    BREAK(p.pace.ask_s = 59, AW_PLAN_ASK);
    BREAK(p.pace.asks_max = 17, AW_PLAN_ASK);
    BREAK(p.decoys = 1U << 6, AW_PLAN_DECOYS);
    T_EQ(where, 6);
}
#undef BREAK

/* Goal: [PL-2] quiet hours in a row last a day at most, whatever the number of their windows.
 * Method: rows of windows, with whether they are good. */
static void test_quiet_in_a_row(void)
{
    const struct {
        struct aw_quiet quiet[3];
        uint8_t count;
        bool is_good;
    } rows[] = {
        {{{127, 1380, 420}}, 1, true},
        {{{1, 0, 0}}, 1, true},                     /* all of Monday */
        {{{3, 0, 0}}, 1, false},                    /* and of Tuesday */
        {{{65, 600, 600}}, 1, false},               /* Sunday and Monday, over the week */
        {{{127, 0, 720}, {127, 720, 0}}, 2, false}, /* halves of each day */
        {{{127, 0, 719}, {127, 720, 0}}, 2, true},  /* with a minute between them */
        {{{1, 0, 700}, {1, 690, 1300}, {1, 1300, 1}}, 3, false},
        {{{1, 0, 700}, {1, 690, 1300}, {1, 1300, 0}}, 3, true},
    };
    struct aw_plan plan = good_plan(1);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memcpy(plan.quiet, rows[i].quiet, sizeof rows[i].quiet);
        plan.quiet_count = rows[i].count;
        T_EQ(aw_plan_check(&plan, NULL), rows[i].is_good ? AW_PLAN_GOOD : AW_PLAN_QUIET_LONG);
    }
}

/* Goal: a newer statement moves no deadline back to before the one it follows, and there
 * is no deadline before the first one.
 * Method: nothing yet; a statement; one whose clocks are older; two humans who had spoken to her
 * before and after. */
static void test_watch_follows(void)
{
    struct aw_contact_call call = {.seq = 1,
                                   .valid_for_s = AW_SPAN_MAX_S,
                                   .issued_at_s = SPRING,
                                   .deposited_at_s = SPRING + 5,
                                   .received_at_s = SPRING + 9};
    struct aw_plan plan = london(127, 600);
    struct aw_watch watch = {.base_s = 0};

    plan.schedule[0] = (struct aw_schedule_line){.every_s = 3600};
    T_EQ(aw_watch_checkin_due_s(&watch, &plan, 0), AW_NO_TIME);
    T_EQ(aw_watch_beat_due_s(&watch, &plan, SPRING), AW_NO_TIME);
    aw_watch_take(&watch, &call, 0);
    T_EQ(watch.clock, AW_CLOCK_HERS);
    T_EQ(aw_watch_checkin_due_s(&watch, &plan, 0), SPRING + 3600);
    call.seq = 2;
    call.issued_at_s = SPRING + 20;
    call.deposited_at_s = SPRING - 70;
    call.received_at_s = SPRING + 30;
    aw_watch_take(&watch, &call, 0);
    T_EQ(watch.base_s, SPRING);
    T_EQ(watch.clock, AW_CLOCK_HERS);
    T_EQ(aw_watch_checkin_due_s(&watch, &plan, SPRING - 1), SPRING + 3600);
    T_EQ(aw_watch_checkin_due_s(&watch, &plan, SPRING + 60), SPRING + 3660);
}

int main(void)
{
    T_RUN(test_dst);
    T_RUN(test_early);
    T_RUN(test_weekdays_and_lines);
    T_RUN(test_due_is_monotonic);
    T_RUN(test_quiet);
    T_RUN(test_pauses);
    T_RUN(test_valid_for);
    T_RUN(test_free_against_minutes);
    T_RUN(test_rezone);
    T_RUN(test_plan_check);
    T_RUN(test_plan_check_more);
    T_RUN(test_quiet_in_a_row);
    T_RUN(test_watch_follows);
    T_RUN(test_first_days);
    return t_end();
}
