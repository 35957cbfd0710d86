/* SPDX-License-Identifier: ISC */
#include "core/plan_find.h"
#include "core/schedule.h"

#include "support/plan_draw.h"

/* Audit of a plan (spec/15-plan.md §6): times against every minute of the year, each finding. */

#define DAY_S 86400U

static struct aw_plan good_plan(size_t roster_count)
{
    struct aw_plan plan;

    aw_plan_default(&plan, roster_count);
    for (size_t i = 0; i < roster_count; i++)
        plan.roster[i].name[0] = (char)('a' + i);
    return plan;
}

/* Goal: [PL-10] the longest wait is that of all minutes of the year, and is where it is said to be;
 * the mean is that of all of them, too.
 * Method: drawn plans with a change of the clock, each minute asked. */
static void test_against_minutes(void)
{
    static struct aw_plan_audit audit;

    for (unsigned seed = 1; seed <= 12; seed++) {
        struct t_rng rng = t_rng(seed);
        uint64_t longest_s = 0, due_s = 0, waits_s = 0, minutes = 0, may_s;
        struct aw_plan plan;

        plan_draw(&plan, &rng);
        aw_plan_audit(&plan, PLAN_DRAW_NOW, &audit);
        for (uint64_t at_s = audit.from_s; at_s < audit.until_s; at_s += 60) {
            uint64_t wait_s = aw_plan_due_s(&plan, at_s) - at_s;

            longest_s = wait_s > longest_s ? wait_s : longest_s;
            if (due_s <= at_s)
                due_s = at_s + wait_s;
            waits_s += due_s - at_s;
            minutes++;
        }
        T_TRUE(audit.gap_s >= longest_s && audit.gap_s < longest_s + 60);
        T_EQ(aw_plan_due_s(&plan, audit.worst_at_s), audit.worst_at_s + audit.gap_s);
        /* the last wait goes beyond the year */
        may_s = 120 + audit.gap_s * audit.gap_s / AW_PLAN_AUDIT_S;
        T_TRUE(audit.typical_s - audit.best_s + may_s > waits_s / minutes &&
               audit.typical_s - audit.best_s < waits_s / minutes + may_s);
        T_EQ(minutes, AW_PLAN_AUDIT_S / 60);
        T_EQ(audit.worst_s, audit.gap_s + plan.grace_s + plan.levels[0].delay_s);
        T_TRUE(audit.best_s <= audit.typical_s && audit.typical_s <= audit.worst_s);
        T_TRUE(audit.worst_s <= audit.blind_s || plan.council.ceiling_s < plan.levels[0].delay_s);
        T_TRUE(audit.worst_s <= audit.everybody_s);
    }
}

/* Goal: a day of 25 hours, a window that is longest on one day of the week and a pause are found.
 * Method: the clock of London; a window of Friday; a pause of a week. */
static void test_worst(void)
{
    static struct aw_plan_audit audit;
    struct aw_plan plan = good_plan(2);
    uint32_t autumn = PLAN_DRAW_NOW + 221 * DAY_S - 11 * 3600; /* 25 October 2026, 01:00 UTC */

    plan.zone[0] = (struct aw_zone_rule){0, 3600};
    plan.zone[1] = (struct aw_zone_rule){autumn, 0};
    plan.zone[2] = (struct aw_zone_rule){autumn + 400 * DAY_S, 3600};
    plan.zone_count = 3;
    plan.schedule[0] = (struct aw_schedule_line){.days = 127, .has_minute = true, .minute = 720};
    aw_plan_audit(&plan, PLAN_DRAW_NOW, &audit);
    T_EQ(audit.gap_s, 25 * 3600 + 5400);
    T_EQ(audit.worst_at_s, autumn - 14 * 3600 - 5400); /* early for noon of the day before */
    T_EQ(audit.due_count, 366);
    T_EQ(audit.quiet_s, 0);
    T_EQ(audit.best_s, 900);
    T_EQ(audit.everybody_s, audit.gap_s + 900 + 900);
    T_EQ(audit.blind_s, audit.gap_s + 900 + 1800);
    T_EQ(audit.silenced_s, 900 + 6 * 3600 + 900);

    plan.schedule[0] = (struct aw_schedule_line){.every_s = 4 * 3600};
    plan.quiet[0] = (struct aw_quiet){.days = 127, .from = 1380, .until = 420};
    plan.quiet[1] = (struct aw_quiet){.days = 16, .from = 1320, .until = 540};
    plan.quiet_count = 2;
    aw_plan_audit(&plan, PLAN_DRAW_NOW, &audit);
    T_EQ(audit.quiet_s, 11 * 3600);
    T_EQ(audit.gap_s, 15 * 3600); /* at 18:00 of a Friday, due at 22:00 */
    plan.pauses[0] = (struct aw_pause){PLAN_DRAW_NOW + 30 * DAY_S, PLAN_DRAW_NOW + 37 * DAY_S};
    plan.pauses_count = 1;
    aw_plan_audit(&plan, PLAN_DRAW_NOW, &audit);
    T_EQ(audit.quiet_s, 7 * DAY_S);
    T_EQ(audit.gap_s, 7 * DAY_S + 4 * 3600);
    T_EQ(audit.worst_at_s, PLAN_DRAW_NOW + 30 * DAY_S - 4 * 3600);
    plan.pauses[0].until = plan.pauses[0].from + AW_SPAN_MAX_S;
    aw_plan_audit(&plan, PLAN_DRAW_NOW, &audit);
    T_EQ(audit.gap_s, AW_SPAN_MAX_S); /* no check-in holds for longer */
}

static const struct aw_plan_finding *find(const struct aw_plan *plan,
                                          enum aw_plan_finding_kind kind)
{
    static struct aw_plan_audit audit;

    aw_plan_audit(plan, PLAN_DRAW_NOW, &audit);
    for (size_t i = 1; i < audit.findings_count; i++)
        T_TRUE(audit.findings[i].severity <= audit.findings[i - 1].severity);
    for (size_t i = 0; i < audit.findings_count; i++) {
        if (audit.findings[i].kind == kind)
            return &audit.findings[i];
    }
    return NULL;
}

/* Goal: a circle of fewer humans than the threshold is found, by no plan and no number of devices
 * else. Method: four contacts of which two are one human, threshold 2; circles around it. */
static void test_circle(void)
{
    static const struct {
        uint16_t circle;
        bool is_small;
    } rows[] = {{0, true}, {1, true}, {3, false}, {9, false}, {12, true}, {13, false}, {48, true}};
    struct aw_plan plan = good_plan(4);

    plan.roster[3].human = 3;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct aw_plan_audit audit = {0};

        aw_plan_audit_circle(&plan, rows[i].circle, &audit);
        T_EQ(audit.findings_count, rows[i].is_small ? 1 : 0);
        if (rows[i].is_small) {
            T_EQ(audit.findings[0].kind, AW_FINDING_CIRCLE_SMALL);
            T_EQ(audit.findings[0].severity, AW_SEVERITY_WEAK);
        }
        T_TRUE(find(&plan, AW_FINDING_CIRCLE_SMALL) == NULL);
    }
    plan.threshold = 3;
    T_STR_EQ(aw_plan_finding_name(AW_FINDING_CIRCLE_SMALL), "circle-small");
    for (uint16_t circle = 3; circle <= 15; circle += 4) {
        struct aw_plan_audit audit;

        aw_plan_audit(&plan, PLAN_DRAW_NOW, &audit);
        size_t before = audit.findings_count;

        aw_plan_audit_circle(&plan, circle, &audit);
        T_EQ(audit.findings_count - before, circle == 3 ? 1 : 0);
    }
}

/* Goal: each finding is found in a plan that has it, and not in the one beside it.
 * Method: one change to a good plan of four. */
static void test_findings(void)
{
    const struct aw_plan good = good_plan(4);
    const struct aw_plan_finding *found;
    struct aw_plan p;

#define FINDS(change, kind)                                                                        \
    p = good;                                                                                      \
    T_TRUE(find(&p, kind) == NULL);                                                                \
    change;                                                                                        \
    found = find(&p, kind);                                                                        \
    T_REQUIRE(found != NULL)
    FINDS(p.schedule[0].every_s = 25 * 3600 + 1, AW_FINDING_GAP);
    T_EQ(found->severity, AW_SEVERITY_HOLE);
    T_EQ(found->span_s, 25 * 3600 + 1);
    FINDS((p.pauses_count = 2, p.pauses[0].until = 1, p.pauses[1].from = PLAN_DRAW_NOW - 1,
           p.pauses[1].until = PLAN_DRAW_NOW + 1),
          AW_FINDING_PAUSE);
    T_EQ(found->where, 1);
    FINDS((p.quiet_count = 1, p.quiet[0].days = 1, p.quiet[0].until = 721), AW_FINDING_QUIET);
    T_EQ(found->span_s, 721 * 60);
    FINDS((p.zone_count = 2, p.zone[1].from = PLAN_DRAW_NOW + 90 * DAY_S), AW_FINDING_ZONE_END);
    p.zone[1].from = PLAN_DRAW_NOW; /* she travelled to a clock that never changes */
    T_TRUE(find(&p, AW_FINDING_ZONE_END) == NULL);
    FINDS((p.zone_count = 3, p.zone[1].from = 1, p.zone[2].from = 2), AW_FINDING_ZONE_END);
    FINDS(p.grace_s = 3600, AW_FINDING_GRACE);
    FINDS(p.levels[1].delay_s = 6 * 3600 - 900, AW_FINDING_EVERYBODY);
    FINDS(p.council.ceiling_s = 7201, AW_FINDING_CEILING);
    FINDS(p.beat_grace_s = DAY_S, AW_FINDING_SILENCED);
    FINDS((p.warnings[0].before_s = 86400, p.schedule[0].every_s = 86400),
          AW_FINDING_WARNING_NEVER);
    FINDS(p.warnings_count = 0, AW_FINDING_NO_WARNING);
    FINDS((p.levels_count = 3, p.levels[2] = p.levels[1], p.levels[2].delay_s++),
          AW_FINDING_LEVEL_IDLE);
    T_EQ(found->where, 2);
    FINDS(p.levels[0].groups = 65, AW_FINDING_GROUP_EMPTY);
    FINDS(p.levels[1].shares = false, AW_FINDING_SHARES_NEVER);
    FINDS(p.relaxed = true, AW_FINDING_RELAXED);
    FINDS(p.change.loosen_s = DAY_S - 1, AW_FINDING_LOOSEN_SHORT);
    FINDS(p.change.announce = 0, AW_FINDING_ANNOUNCE);
    FINDS(p.change.announce = 2, AW_FINDING_ANNOUNCE);
    FINDS((p.roster[3].asks = true, p.pace.ask_s = 0), AW_FINDING_ASK_NEVER);
    T_EQ(found->where, 3);
    FINDS((p.pace.cadence_s = 60, p.pace.sos_now = false), AW_FINDING_SOS_WAITS);
    T_EQ(found->span_s, 60);
    FINDS(p.council.quorum = 4, AW_FINDING_QUORUM_ALL);
    FINDS(p.threshold = 4, AW_FINDING_THRESHOLD_ALL);
    FINDS((p.roster[0].data = p.roster[1].data = p.roster[2].data = p.roster[3].data = 0),
          AW_FINDING_NO_LOOKER);
    p = good_plan(1);
    T_TRUE(find(&p, AW_FINDING_ONE_CONTACT) != NULL);
    p = good_plan(2);
    T_TRUE(find(&p, AW_FINDING_ONE_CONTACT) == NULL);
    p.roster[1].human = 1; /* one human with two devices */
    p.threshold = p.council.quorum = 1;
    T_TRUE(find(&p, AW_FINDING_ONE_CONTACT) != NULL);
#undef FINDS
    for (int i = 1; i < AW_FINDING_KIND_COUNT; i++) {
        T_TRUE(strlen(aw_plan_finding_text((enum aw_plan_finding_kind)i)) > 9);
        T_TRUE(strlen(aw_plan_finding_name((enum aw_plan_finding_kind)i)) >= 3);
    }
    T_STR_EQ(aw_plan_finding_name(AW_FINDING_KIND_COUNT), "unknown");
}

/* Goal: a contact who runs the only relay has no vote and may not look; where too few remain the
 * audit says that silence will not reveal her place. Two operators, or an outsider, are none such.
 * Method: rows of operators and council. */
static void test_operators(void)
{
    const struct {
        uint8_t persons[3], count; /* whose relays */
        uint8_t humans;            /* of four: what member 4's human is */
        uint8_t threshold, quorum;
        bool one, relay, no_release;
    } rows[] = {
        {{0}, 0, 4, 2, 3, true, false, false},     /* nobody is named */
        {{0, 0}, 2, 4, 2, 3, true, false, false},  /* outsiders, perhaps the same */
        {{2, 2}, 2, 4, 2, 3, false, true, false},  /* a contact */
        {{2, 2}, 2, 4, 2, 4, false, true, true},   /* whose verdict is missing */
        {{2, 2}, 2, 4, 4, 3, false, true, true},   /* whose share is missing */
        {{2, 3}, 2, 4, 4, 4, false, false, false}, /* two */
        {{2, 0}, 2, 4, 4, 4, false, false, false}, /* one and an outsider */
        {{3, 4}, 2, 3, 2, 3, false, true, true},   /* two devices of one */
        {{1, 2, 0}, 3, 4, 2, 3, false, false, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct aw_plan p = good_plan(4);

        p.roster[3].human = rows[i].humans;
        p.threshold = rows[i].threshold;
        p.council.quorum = rows[i].quorum;
        p.operators_count = rows[i].count;
        for (size_t k = 0; k < rows[i].count; k++) {
            p.operators[k].relay_key[0] = (uint8_t)(k + 1);
            p.operators[k].person = rows[i].persons[k];
        }
        T_EQ(find(&p, AW_FINDING_OPERATOR_ONE) != NULL, rows[i].one);
        T_EQ(find(&p, AW_FINDING_OPERATOR_RELAY) != NULL, rows[i].relay);
        T_EQ(find(&p, AW_FINDING_NO_RELEASE) != NULL, rows[i].no_release);
    }
}

/* Goal: what is no finding has no words that could be taken for one.
 * Method: the numbers before the first and after the last. */
static void test_texts(void)
{
    for (int kind = 1; kind < AW_FINDING_KIND_COUNT; kind++) {
        T_TRUE(strcmp(aw_plan_finding_name((enum aw_plan_finding_kind)kind), "unknown") != 0);
        T_TRUE(strlen(aw_plan_finding_text((enum aw_plan_finding_kind)kind)) > 10);
    }
    for (int kind = 0; kind <= AW_FINDING_KIND_COUNT; kind += AW_FINDING_KIND_COUNT) {
        T_STR_EQ(aw_plan_finding_name((enum aw_plan_finding_kind)kind), "unknown");
        T_STR_EQ(aw_plan_finding_text((enum aw_plan_finding_kind)kind), "unknown finding");
    }
}

int main(void)
{
    T_RUN(test_against_minutes);
    T_RUN(test_worst);
    T_RUN(test_findings);
    T_RUN(test_circle);
    T_RUN(test_operators);
    T_RUN(test_texts);
    return t_end();
}
