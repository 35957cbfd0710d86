/* SPDX-License-Identifier: ISC */
#include <allswell/coverage.h>

#include "support/plan_draw.h"

/* Coverage (spec/15-plan.md §7): who counts, and how soon a human hears. */

#define NOW  PLAN_DRAW_NOW
#define HOUR 3600U

/* Three contacts, the third in group 2 only; a check-in every 2 h, levels at 0, 15 and 30 min. */
static struct aw_plan three(void)
{
    struct aw_plan plan;

    aw_plan_default(&plan, 3);
    for (size_t i = 0; i < 3; i++)
        plan.roster[i].name[0] = (char)('a' + i);
    plan.roster[2].groups = 2;
    plan.schedule[0].every_s = 2 * HOUR;
    plan.levels[2] = plan.levels[1];
    plan.levels[1].groups = 2;
    plan.levels[2].delay_s = 1800;
    plan.levels_count = 3;
    plan.version = 7;
    return plan;
}

struct bed {
    struct aw_plan plan;
    struct aw_coverage_device devices[AW_PLAN_MEMBER_MAX];
    struct aw_coverage got;
};

static void init(struct bed *b)
{
    *b = (struct bed){.plan = three()};
    for (size_t i = 0; i < 3; i++) {
        b->devices[i] = (struct aw_coverage_device){.heard_s = NOW - 60,
                                                    .drill_s = 120,
                                                    .plan_version = 7,
                                                    .always_on = true,
                                                    .verified = true};
    }
}

static void ask(struct bed *b)
{
    aw_plan_coverage(&b->plan, b->devices, NOW, &b->got);
}

/* Goal: a full circle is reachable, and a human hears after the wait, the grace, the first level
 * and the time that the human took in a drill; a phone adds the ceiling. Method: numbers by hand.
 */
static void test_full(void)
{
    struct bed b;

    init(&b);
    ask(&b);
    T_EQ(b.got.humans, 3);
    T_EQ(b.got.reachable, 3);
    T_EQ(b.got.due_s, NOW + 2 * HOUR);
    T_EQ(b.got.after_due_s, 900 + 0 + 120);
    T_EQ(b.got.hears_s, 2 * HOUR + 900 + 120);
    T_EQ(b.got.levels_empty, 0);
    T_TRUE(b.got.can_find && b.got.can_open);
    T_EQ(b.got.reasons[0] | b.got.reasons[1] | b.got.reasons[2], 0);
    b.devices[0].always_on = b.devices[1].always_on = false;
    ask(&b);
    T_EQ(b.got.after_due_s, 900 + 900 + 120); /* the third, at level 2: before the ceiling */
    b.devices[2].always_on = false;
    b.devices[1].drill_s = 0;
    ask(&b);
    T_EQ(b.got.after_due_s, 900 + 1800 + 120);
    b.devices[0].heard_s = b.devices[2].heard_s = 0;
    ask(&b);
    T_EQ(b.got.after_due_s, 900 + 1800 + AW_COVER_UNTESTED_S);
    T_EQ(b.got.reasons[1], AW_COVER_SLEEPS | AW_COVER_UNTESTED);
}

/* Goal: [PL-11] each reason keeps a device from counting, and is told; an older plan does not.
 * Method: one device at a time loses one thing. */
static void test_reasons(void)
{
    const struct {
        struct aw_coverage_device device;
        uint8_t reasons;
    } rows[] = {
        {{0, 0, 1, 7, true, true}, AW_COVER_NEVER},
        {{NOW - 2700, 0, 1, 7, true, true}, 0},
        {{NOW - 2701, 0, 1, 7, true, true}, AW_COVER_SILENT},
        {{NOW - 7200, 0, 1, 7, false, true}, AW_COVER_SLEEPS},
        {{NOW - 7201, 0, 1, 7, false, true}, AW_COVER_SILENT | AW_COVER_SLEEPS},
        {{NOW, NOW + 2 * HOUR + 900, 1, 7, true, true}, 0}, /* back when it rings */
        {{NOW, NOW + 2 * HOUR + 901, 1, 7, true, true}, AW_COVER_AWAY},
        {{NOW, 0, 1, 7, true, false}, AW_COVER_UNVERIFIED},
        {{NOW, 0, 1, 0, true, true}, AW_COVER_NO_PLAN},
        {{NOW, 0, 1, 6, true, true}, AW_COVER_OLD_PLAN},
        {{NOW, 0, 1, 8, true, true}, 0},
        {{NOW + 600, 0, 0, 7, true, true}, AW_COVER_UNTESTED}, /* a clock that went back */
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bed b;

        init(&b);
        b.devices[0] = rows[i].device;
        ask(&b);
        T_EQ(b.got.reasons[0], rows[i].reasons);
        T_EQ(b.got.reachable, (rows[i].reasons & AW_COVER_OUT) != 0 ? 2 : 3);
    }
}

/* Goal: nobody is said to hear when nobody does; empty levels and what cannot be met are named.
 * Method: the circle falls away one by one. */
static void test_falling_away(void)
{
    struct bed b;

    init(&b);
    b.devices[2].heard_s = 0;
    ask(&b);
    T_EQ(b.got.levels_empty, 2);
    T_TRUE(b.got.can_find && b.got.can_open);
    b.devices[1].verified = false;
    ask(&b);
    T_EQ(b.got.reachable, 1);
    T_TRUE(!b.got.can_find && !b.got.can_open);
    b.devices[0].away_until_s = UINT64_MAX;
    b.devices[2].heard_s = NOW;
    ask(&b);
    T_EQ(b.got.levels_empty, 1);
    T_EQ(b.got.after_due_s, 900 + 900 + 120);
    b.devices[2].plan_version = 0;
    ask(&b);
    T_EQ(b.got.reachable, 0);
    T_EQ(b.got.hears_s, UINT64_MAX);
    T_EQ(b.got.after_due_s, UINT64_MAX);
    T_EQ(b.got.levels_empty, 7);
}

/* Goal: two devices of a human are one; who runs the only relay neither finds nor opens; who may
 * not look opens nothing.
 * Method: one change each. */
static void test_humans(void)
{
    struct bed b;

    init(&b);
    b.plan.roster[1].human = 1;
    ask(&b);
    T_EQ(b.got.humans, 2);
    T_EQ(b.got.reachable, 2);
    b.devices[0].heard_s = 0; /* the other device is enough */
    ask(&b);
    T_EQ(b.got.reachable, 2);
    init(&b);
    b.plan.operators_count = 1;
    b.plan.operators[0].person = 2;
    ask(&b);
    T_TRUE(b.got.can_find && b.got.can_open);
    b.devices[0].heard_s = 0;
    ask(&b);
    T_EQ(b.got.reachable, 2);
    T_TRUE(!b.got.can_find && !b.got.can_open);
    init(&b);
    b.plan.roster[0].data = b.plan.roster[1].data = b.plan.roster[2].data = AW_DATA_NONE;
    ask(&b);
    T_TRUE(b.got.can_find && !b.got.can_open);
}

/* Goal: who falls away never makes a human hear sooner, nor more possible.
 * Method: drawn plans and devices, each with one device less. */
static void test_less_is_not_more(void)
{
    unsigned bad = 0;

    for (unsigned seed = 1; seed <= 2000; seed++) {
        struct t_rng rng = t_rng(seed);
        struct aw_coverage less;
        struct bed b = {0};

        plan_draw(&b.plan, &rng);
        for (size_t i = 0; i < b.plan.roster_count; i++) {
            b.devices[i] = (struct aw_coverage_device){.heard_s = NOW - t_rng_below(&rng, 4000),
                                                       .drill_s = (uint32_t)t_rng_below(&rng, 900),
                                                       .plan_version = 1,
                                                       .always_on = t_rng_below(&rng, 2) == 0,
                                                       .verified = t_rng_below(&rng, 4) > 0};
        }
        ask(&b);
        less = b.got;
        b.devices[t_rng_below(&rng, b.plan.roster_count)].heard_s = 0;
        ask(&b);
        bad += b.got.reachable > less.reachable || b.got.hears_s < less.hears_s ||
               (less.levels_empty & ~b.got.levels_empty) != 0 ||
               (b.got.can_find && !less.can_find) || (b.got.can_open && !less.can_open) ||
               (b.got.hears_s == UINT64_MAX) != (b.got.reachable == 0);
    }
    T_EQ(bad, 0);
}

int main(void)
{
    T_RUN(test_full);
    T_RUN(test_reasons);
    T_RUN(test_falling_away);
    T_RUN(test_humans);
    T_RUN(test_less_is_not_more);
    return t_end();
}
