/* SPDX-License-Identifier: ISC */
#include "core/schedule.h"

#include <allswell/plan.h>

#include "support/plan_draw.h"

/*
 * Loosening (spec/15-plan.md §5): the rules of each field, and an oracle that knows none of
 * them: when check-ins are due, and when the ladder rings whom.
 */

#define DAY_S 86400

static struct aw_plan good_plan(void)
{
    struct aw_plan plan;

    aw_plan_default(&plan, 4);
    for (size_t i = 0; i < plan.roster_count; i++)
        plan.roster[i].name[0] = (char)('a' + i);
    plan.schedule[1] = (struct aw_schedule_line){.days = 31, .has_minute = true, .minute = 22 * 60};
    plan.schedule_count = 2;
    plan.levels[0].groups = 3;
    plan.roster[2].groups = 3;
    plan.quiet[0] = (struct aw_quiet){.days = 127, .from = 1380, .until = 420};
    plan.quiet_count = 1;
    plan.pauses[0] = (struct aw_pause){PLAN_DRAW_NOW, PLAN_DRAW_NOW + DAY_S};
    plan.pauses_count = 1;
    plan.operators_count = 1;
    plan.operators[0].person = 2;
    plan.pace.life_s = DAY_S;
    return plan;
}

/* Goal: [PL-9] each field of the table of spec/15-plan.md §5 in both directions.
 * Method: one change to a plan; the field that must be named, or none. */
static void test_fields(void)
{
    const struct aw_plan from = good_plan();
    enum aw_plan_field what;
    struct aw_plan to;

#define LOOSER(change, field)                                                                      \
    to = from;                                                                                     \
    change;                                                                                        \
    T_EQ(aw_plan_check(&to, NULL), AW_PLAN_GOOD);                                                  \
    what = AW_PLAN_FIELD_NONE;                                                                     \
    T_TRUE(aw_plan_loosens(&from, &to, PLAN_DRAW_NOW, &what));                                     \
    T_EQ(what, AW_PLAN_FIELD_##field)
#define TIGHTER(change)                                                                            \
    to = from;                                                                                     \
    change;                                                                                        \
    T_EQ(aw_plan_check(&to, NULL), AW_PLAN_GOOD);                                                  \
    what = AW_PLAN_FIELD_NONE;                                                                     \
    T_TRUE(!aw_plan_loosens(&from, &to, PLAN_DRAW_NOW, &what));                                    \
    T_EQ(what, AW_PLAN_FIELD_NONE)

    TIGHTER((void)0);
    TIGHTER((to.version++, to.made_at++, to.warnings_count = 0));
    TIGHTER(to.schedule[0].every_s--);
    LOOSER(to.schedule[0].every_s++, SCHEDULE);
    TIGHTER(to.schedule[to.schedule_count++] = (struct aw_schedule_line){.every_s = 31 * DAY_S});
    LOOSER(to.schedule_count--, SCHEDULE);
    TIGHTER(to.schedule[1].days = 127);
    LOOSER(to.schedule[1].days = 30, SCHEDULE);
    LOOSER(to.schedule[1].minute--, SCHEDULE); /* who checks in between has a day more */
    TIGHTER((to.schedule[2] = to.schedule[1], to.schedule[1].days = 3, to.schedule[2].days = 28,
             to.schedule_count = 3));
    TIGHTER(to.beat_s--);
    LOOSER(to.beat_s++, BEAT);
    TIGHTER(to.beat_grace_s--);
    LOOSER(to.beat_grace_s++, BEAT_GRACE);
    TIGHTER(to.grace_s = 0);
    LOOSER(to.grace_s++, GRACE);
    LOOSER(to.threshold = 3, THRESHOLD); /* nor is fewer, with three */
    TIGHTER(to.ring_s--);
    LOOSER(to.ring_s++, RING);
    TIGHTER(to.claim_s--);
    LOOSER(to.claim_s++, CLAIM);
    TIGHTER(to.claims_max--);
    LOOSER(to.claims_max++, CLAIMS);
    LOOSER(to.relaxed = true, RELAXED);
    TIGHTER(to.quiet_count = 0);
    TIGHTER(to.quiet[0].until--);
    LOOSER(to.quiet[0].from--, QUIET);
    TIGHTER(
        (to.quiet[1] = to.quiet[0], to.quiet[0].until = to.quiet[1].from = 0, to.quiet_count = 2));
    LOOSER(to.pauses[0].from--, PAUSES);
    TIGHTER(to.pauses_count = 0);
    TIGHTER((to.pauses[0].from++, to.pauses[0].until--));
    LOOSER(to.pauses[0].until++, PAUSES);
    TIGHTER((to.pauses[0].from = 1, to.pauses[0].until = PLAN_DRAW_NOW % AW_SPAN_MAX_S));
}

/* Goal: as before, in levels, people and what is in sub-maps. */
static void test_more_fields(void)
{
    const struct aw_plan from = good_plan();
    enum aw_plan_field what;
    struct aw_plan to;

    TIGHTER(to.levels[1].delay_s--);
    LOOSER(to.levels[1].delay_s++, LEVELS);
    TIGHTER(to.levels[0].groups = 255);
    LOOSER(to.levels[0].groups = 1, LEVELS);
    LOOSER(to.levels[0].text[0] = 'x', LEVELS);
    LOOSER(to.levels[0].shares = true, LEVELS);
    LOOSER(to.levels[1].shares = false, LEVELS);
    LOOSER((to.levels[2] = to.levels[0], to.levels[2].delay_s = 2000, to.levels[2].groups = 255,
            to.levels_count = 3),
           LEVELS); /* the first word again, after "call the police" */
    TIGHTER((to.levels[2] = to.levels[1], to.levels[1].delay_s = 60, to.levels[1].groups = 1,
             to.levels[1].shares = false, to.levels_count = 3));
    LOOSER((to.roster_count--, to.council.quorum = 3), ROSTER);
    LOOSER((to.roster[4] = to.roster[3], to.roster[4].person = to.roster[4].human = 5,
            to.roster_count++),
           ROSTER);
    LOOSER(to.roster[0].groups = 3, ROSTER);
    LOOSER(to.roster[0].asks = true, ROSTER);
    LOOSER(to.roster[0].human = 2, ROSTER);
    LOOSER((to.roster[0].key[0] = 1, to.roster[0].sign_key[0] = 1), ROSTER);
    LOOSER(to.roster[0].name[0] = 'z', ROSTER);
    TIGHTER(to.roster[0].data = AW_DATA_NONE);
    TIGHTER(to.roster[0].data = AW_DATA_COARSE);
    LOOSER(to.operators_count = 0, OPERATORS);
    LOOSER(to.operators[0].person = 0, OPERATORS);
    LOOSER(to.operators[0].relay_key[31] = 1, OPERATORS);
    LOOSER(to.council.quorum--, COUNCIL);
    LOOSER(to.council.quorum++, COUNCIL);
    TIGHTER((to.council.witness_s--, to.council.ceiling_s--));
    LOOSER(to.council.witness_s++, COUNCIL);
    LOOSER(to.council.ceiling_s++, COUNCIL);
    TIGHTER((to.change.loosen_s++, to.change.setup = false));
    LOOSER(to.change.loosen_s--, CHANGE);
    LOOSER(to.change.announce = 127, CHANGE);
    TIGHTER((to.pace.alarm_beat_s--, to.pace.life_s--, to.pace.ask_s--, to.pace.asks_max++));
    LOOSER(to.pace.alarm_beat_s++, PACE);
    LOOSER(to.pace.life_s = 0, PACE);
    LOOSER(to.pace.life_s++, PACE);
    LOOSER(to.roster[3].person = to.roster[3].human = 5, ROSTER);
    LOOSER(to.pace.ask_s = 0, PACE);
    LOOSER(to.pace.asks_max--, PACE);
    LOOSER(to.pace.cadence_s = 60, PACE);
    LOOSER(to.pace.sos_now = false, PACE);
    LOOSER(to.decoys = 32, DECOYS);
    LOOSER(to.has_card_hash = true, CARD);
#undef LOOSER
#undef TIGHTER
    for (int i = AW_PLAN_FIELD_ZONE; i <= AW_PLAN_FIELD_CARD; i++)
        T_TRUE(strcmp(aw_plan_field_text((enum aw_plan_field)i), "nothing") != 0);
    T_STR_EQ(aw_plan_field_text(AW_PLAN_FIELD_NONE), "nothing");
    T_STR_EQ(aw_plan_field_text((enum aw_plan_field)(AW_PLAN_FIELD_CARD + 1)), "nothing");
}

/* Goal: none, coarse, exact is the order of data levels, which is not that of their numbers.
 * Method: each against each. */
static void test_data_levels(void)
{
    static const enum aw_data_level rising[] = {AW_DATA_NONE, AW_DATA_COARSE, AW_DATA_EXACT};
    struct aw_plan from = good_plan(), to = from;

    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < 3; k++) {
            from.roster[0].data = (uint8_t)rising[i];
            to.roster[0].data = (uint8_t)rising[k];
            T_EQ(aw_plan_loosens(&from, &to, PLAN_DRAW_NOW, NULL), k > i);
        }
    }
}

/* Goal: as before, where the plan in force is another one: keys are known, shares are not
 * released, nobody may set plans up.
 * Method: one change each way. */
static void test_other_plans(void)
{
    struct aw_plan from = good_plan(), to;
    enum aw_plan_field what;

    from.roster[0].key[0] = from.roster[0].sign_key[0] = 1;
    from.levels[1].shares = false;
    from.change.setup = false;
    to = from;
    T_TRUE(!aw_plan_loosens(&from, &to, PLAN_DRAW_NOW, &what));
    to.roster[0].sign_key[0] = 2;
    T_TRUE(aw_plan_loosens(&from, &to, PLAN_DRAW_NOW, &what));
    T_EQ(what, AW_PLAN_FIELD_ROSTER);
    to = from;
    to.change.setup = true;
    T_TRUE(aw_plan_loosens(&from, &to, PLAN_DRAW_NOW, &what));
    T_EQ(what, AW_PLAN_FIELD_CHANGE);
    to = from; /* the same words sooner, but now they release shares */
    to.levels[2] = to.levels[1];
    to.levels[1].delay_s = 60;
    to.levels[1].shares = true;
    to.levels_count = 3;
    T_TRUE(aw_plan_loosens(&from, &to, PLAN_DRAW_NOW, &what));
    T_EQ(what, AW_PLAN_FIELD_LEVELS);
    T_TRUE(aw_plan_loosens(&from, &to, 1000, NULL)); /* of clocks: long before any rule */
    to = from;
    T_TRUE(!aw_plan_loosens(&from, &to, 1000, NULL));
}

/* ---- The oracle ---- */

/* When a level with this text (NULL: any) first rings somebody of these groups. */
static uint64_t first_ring_s(const struct aw_plan *plan, uint8_t groups, const char *text)
{
    for (size_t i = 0; i < plan->levels_count; i++) {
        const struct aw_level *level = &plan->levels[i];

        if ((level->groups & groups) != 0 && (text == NULL || strcmp(level->text, text) == 0))
            return plan->grace_s + level->delay_s;
    }
    return AW_NO_TIME;
}

static bool rings_no_later(const struct aw_plan *from, const struct aw_plan *to)
{
    for (size_t m = 0; m < from->roster_count; m++) {
        uint8_t groups = from->roster[m].groups;

        if (to->roster_count != from->roster_count || to->roster[m].groups != groups ||
            first_ring_s(to, groups, NULL) > first_ring_s(from, groups, NULL))
            return false;
        for (size_t i = 0; i < from->levels_count; i++) {
            const char *text = from->levels[i].text;

            if (first_ring_s(to, groups, text) > first_ring_s(from, groups, text))
                return false;
        }
    }
    return to->ring_s <= from->ring_s;
}

static bool is_due_no_later(const struct aw_plan *from, const struct aw_plan *to, struct t_rng *rng)
{
    for (unsigned i = 0; i < 40; i++) {
        uint64_t base_s = PLAN_DRAW_NOW + t_rng_below(rng, 31 * DAY_S);

        if (aw_plan_due_s(to, base_s) > aw_plan_due_s(from, base_s) ||
            aw_plan_asked_s(to, base_s) > aw_plan_asked_s(from, base_s))
            return false;
    }
    return to->beat_s + to->beat_grace_s <= from->beat_s + from->beat_grace_s;
}

/* Goal: [PL-9] a change that is no loosening makes no check-in due later and rings nobody later;
 * a plan is no loosening of itself.
 * Method: drawn plans, each with a few drawn changes. */
static void test_oracle(void)
{
    const unsigned plans = 12000 / t_step(40);
    unsigned looser = 0, tighter = 0, bad = 0;

    for (unsigned seed = 1; seed <= plans; seed++) {
        struct t_rng rng = t_rng(seed);
        struct aw_plan from, to;

        plan_draw(&from, &rng);
        T_REQUIRE(aw_plan_check(&from, NULL) == AW_PLAN_GOOD);
        to = from;
        bad += aw_plan_loosens(&from, &to, PLAN_DRAW_NOW, NULL);
        for (unsigned i = 0; i <= seed % 3; i++)
            plan_change(&to, &rng);
        if (aw_plan_check(&to, NULL) != AW_PLAN_GOOD)
            continue;
        if (aw_plan_loosens(&from, &to, PLAN_DRAW_NOW, NULL)) {
            looser++;
            continue;
        }
        tighter++;
        if (!is_due_no_later(&from, &to, &rng) || !rings_no_later(&from, &to)) {
            printf("    seed %u\n", seed);
            bad++;
        }
    }
    T_EQ(bad, 0);
    T_TRUE(looser > plans / 8);
    T_TRUE(tighter > plans / 8);
}

/* Goal: A change of zone is a loosening where local time counts, in both directions, since
 * somebody who checked in at the wrong hour has longer; but not for an interval, nor where only
 * rules that are past or years ahead differ.
 * Method: a daily time, with such a check-in for each; then the same rules cut at both ends. */
static void test_zone(void)
{
    static const struct aw_zone_rule rules[] = {{0, 0},
                                                {PLAN_DRAW_NOW - 90 * DAY_S, 3600},
                                                {PLAN_DRAW_NOW + 90 * DAY_S, 0},
                                                {PLAN_DRAW_NOW + 900U * DAY_S, 3600}};
    struct aw_plan home, away;
    struct aw_zone_rule east = {0, 7200}, west = {0, -18000};
    enum aw_plan_field what = AW_PLAN_FIELD_NONE;
    uint64_t base_s = PLAN_DRAW_NOW / DAY_S * DAY_S + 5 * DAY_S + 6 * 3600 + 900;

    aw_plan_default(&home, 1);
    home.roster[0].name[0] = 'a';
    away = home;
    aw_plan_rezone(&away, &west, 1, PLAN_DRAW_NOW);
    T_TRUE(!aw_plan_loosens(&home, &away, PLAN_DRAW_NOW, &what));

    home.schedule[0] = (struct aw_schedule_line){.days = 127, .has_minute = true, .minute = 480};
    for (size_t i = 0; i < 2; i++) {
        away = home;
        aw_plan_rezone(&away, i == 0 ? &east : &west, 1, PLAN_DRAW_NOW);
        T_EQ(aw_plan_check(&away, NULL), AW_PLAN_GOOD);
        T_TRUE(aw_plan_loosens(&home, &away, PLAN_DRAW_NOW, &what));
        T_EQ(what, AW_PLAN_FIELD_ZONE);
        T_TRUE(aw_plan_due_s(&away, base_s) > aw_plan_due_s(&home, base_s));
    }
    memcpy(home.zone, rules, sizeof rules);
    home.zone_count = 4;
    away = home;
    memcpy(away.zone, rules + 1, sizeof rules - sizeof rules[0]);
    away.zone_count = 2;
    T_TRUE(!aw_plan_loosens(&home, &away, PLAN_DRAW_NOW, NULL));
    away.zone_count = 1;
    T_TRUE(aw_plan_loosens(&home, &away, PLAN_DRAW_NOW, NULL));
}

int main(void)
{
    T_RUN(test_fields);
    T_RUN(test_more_fields);
    T_RUN(test_data_levels);
    T_RUN(test_other_plans);
    T_RUN(test_oracle);
    T_RUN(test_zone);
    return t_end();
}
