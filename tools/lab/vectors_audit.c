/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include <allswell/coverage.h>
#include <allswell/plan_audit.h>

#include "base/assert.h"
#include "base/bytes.h"

#include <stdio.h>

/* Vectors of what a plan means: over a year, and now (spec/15-plan.md §6, §7). */

#define DAY_S  UINT32_C(86400)
#define HOUR_S UINT32_C(3600)
/* London in 2027: UTC+1 from 28 March 01:00 UTC, a Sunday, to 31 October 01:00 UTC. */
#define SPRING UINT32_C(1806195600)
#define AUTUMN UINT32_C(1824944400)
#define FROM   (SPRING - 10 * DAY_S)

static void contacts(struct aw_plan *plan, size_t count)
{
    aw_plan_default(plan, count);
    plan->version = 7;
    for (size_t i = 0; i < count; i++)
        plan->roster[i].name[0] = (char)('a' + i);
}

static void london(struct aw_plan *plan)
{
    plan->zone[0] = (struct aw_zone_rule){0, 0};
    plan->zone[1] = (struct aw_zone_rule){SPRING, 3600};
    plan->zone[2] = (struct aw_zone_rule){AUTUMN, 0};
    plan->zone[3] = (struct aw_zone_rule){SPRING + 372 * DAY_S, 3600};
    plan->zone_count = 4;
}

/* ---- Audit ---- */

static void as_given(struct aw_plan *plan)
{
    contacts(plan, 3);
}

static void daily_noon(struct aw_plan *plan)
{
    contacts(plan, 2);
    london(plan);
    plan->schedule[0] = (struct aw_schedule_line){.days = 127, .has_minute = true, .minute = 720};
}

static void in_the_gap(struct aw_plan *plan)
{
    daily_noon(plan);
    plan->schedule[0].minute = 90;
    plan->schedule[1] = (struct aw_schedule_line){.every_s = 100000};
    plan->schedule_count = 2;
    plan->zone_count = 3;
}

static void quiet_nights(struct aw_plan *plan)
{
    contacts(plan, 2);
    london(plan);
    plan->schedule[0].every_s = 4 * HOUR_S;
    plan->quiet[0] = (struct aw_quiet){.days = 127, .from = 1380, .until = 420};
    plan->quiet[1] = (struct aw_quiet){.days = 16, .from = 1320, .until = 661};
    plan->quiet_count = 2;
    plan->pace.cadence_s = 600;
    plan->pace.sos_now = false;
    plan->grace_s = 719;
}

static void a_week_off(struct aw_plan *plan)
{
    contacts(plan, 2);
    plan->schedule[0].every_s = 25 * HOUR_S + 1;
    plan->pauses[0] = (struct aw_pause){FROM - DAY_S, FROM};
    plan->pauses[1] = (struct aw_pause){FROM + 30 * DAY_S, FROM + 61 * DAY_S};
    plan->pauses_count = 2;
    plan->warnings[0].before_s = 26 * HOUR_S - DAY_S;
}

/* Almost everything that can be weak. */
static void weak(struct aw_plan *plan)
{
    contacts(plan, 1);
    plan->grace_s = 3600;
    plan->levels[0].groups = 5;
    plan->levels[1].delay_s = 5 * HOUR_S;
    plan->levels[2] = plan->levels[1];
    plan->levels[2].delay_s++;
    plan->levels_count = 3;
    for (size_t i = 0; i < 3; i++)
        plan->levels[i].shares = false;
    plan->warnings_count = 0;
    plan->council.ceiling_s = 2 * HOUR_S + 1;
    plan->beat_grace_s = DAY_S;
    plan->operators_count = 1;
    plan->operators[0].person = 1;
    plan->roster[0].data = AW_DATA_NONE;
    plan->roster[0].asks = true;
    plan->pace.ask_s = 0;
    plan->relaxed = true;
    plan->change.loosen_s = DAY_S - 1;
    plan->change.announce = 2;
}

static const struct {
    const char *name, *note;
    void (*plan)(struct aw_plan *plan);
} audits[] = {
    {"as given", "the default for three contacts, every 24 h", as_given},
    {"daily", "noon in London: the day of 25 hours, and a check-in that was early", daily_noon},
    {"in the gap", "01:30, which spring skips; the last change of the clock is within the year",
     in_the_gap},
    {"quiet nights",
     "every 4 h, quiet nights, a long one on Fridays, slots, a second too little "
     "grace",
     quiet_nights},
    {"a pause", "25 h and a second, a pause that is over and one of 31 days", a_week_off},
    {"weak", "one contact, who runs the relay, and much else", weak},
};

static void one_finding(struct vec *v, size_t i, const struct aw_plan_finding *finding)
{
    static const char *const severities[] = {
        [AW_SEVERITY_NOTE] = "note", [AW_SEVERITY_WEAK] = "weak", [AW_SEVERITY_HOLE] = "hole"};

    vec_enter(v, vec_nth(v, "finding", i));
    vec_out_text(v, "name", aw_plan_finding_name(finding->kind));
    vec_out_text(v, "severity", severities[finding->severity]);
    if (finding->kind == AW_FINDING_PAUSE || finding->kind == AW_FINDING_WARNING_NEVER ||
        finding->kind == AW_FINDING_LEVEL_IDLE || finding->kind == AW_FINDING_GROUP_EMPTY ||
        finding->kind == AW_FINDING_OPERATOR_RELAY || finding->kind == AW_FINDING_ASK_NEVER)
        vec_out_uint(v, "index", finding->where);
    vec_leave(v);
}

void lab_vectors_audit(struct vec *v)
{
    static struct aw_plan_audit audit;

    for (size_t i = 0; i < AW_COUNT(audits); i++) {
        struct aw_plan plan;

        vec_enter(v, audits[i].name);
        vec_note(v, audits[i].note);
        audits[i].plan(&plan);
        lab_vec_plan(v, "plan", &plan);
        aw_plan_audit(&plan, lab_vec_u32(v, "from", FROM), &audit);
        vec_out_uint(v, "longest_wait", audit.gap_s);
        vec_out_uint(v, "longest_wait_from", audit.worst_at_s);
        vec_out_uint(v, "longest_quiet", audit.quiet_s);
        vec_out_uint(v, "best", audit.best_s);
        vec_out_uint(v, "typical", audit.typical_s);
        vec_out_uint(v, "worst", audit.worst_s);
        vec_out_uint(v, "blind", audit.blind_s);
        vec_out_uint(v, "everybody", audit.everybody_s);
        vec_out_uint(v, "silenced", audit.silenced_s);
        vec_out_uint(v, "check_ins", audit.due_count);
        vec_out_uint(v, "findings", audit.findings_count);
        for (size_t k = 0; k < audit.findings_count; k++)
            one_finding(v, k, &audit.findings[k]);
        vec_leave(v);
    }
}

/* ---- Coverage ---- */

#define CONTACTS 3

struct cover {
    const char *name, *note;
    struct aw_coverage_device devices[CONTACTS];
    uint8_t human_of_2; /* 0: his own */
    uint8_t operator_1; /* person who runs the one relay that is named, 0: none is */
    bool no_data;
};

/* Every 2 h, grace 15 min, group 1 at once, group 2 after 15 min, all after 30 min. */
static void cover_plan(struct aw_plan *plan, const struct cover *row)
{
    contacts(plan, CONTACTS);
    plan->schedule[0].every_s = 2 * HOUR_S;
    plan->roster[2].groups = 2;
    plan->levels[2] = plan->levels[1];
    plan->levels[1].groups = 2;
    plan->levels[2].delay_s = 1800;
    plan->levels_count = 3;
    if (row->human_of_2 != 0)
        plan->roster[1].human = row->human_of_2;
    plan->operators_count = row->operator_1 != 0;
    plan->operators[0].person = row->operator_1;
    for (size_t i = 0; row->no_data && i < CONTACTS; i++)
        plan->roster[i].data = AW_DATA_NONE;
}

/* heard, away until, drill, plan, always on, verified */
#define GOOD                                                                                       \
    {                                                                                              \
        FROM - 60, 0, 120, 7, true, true                                                           \
    }

static const struct cover covers[] = {
    {.name = "all", .note = "three machines at home", .devices = {GOOD, GOOD, GOOD}},
    {.name = "three beats",
     .note = "the first just not silent, the second just silent",
     .devices = {{FROM - 2700, 0, 120, 7, true, true}, {FROM - 2701, 0, 120, 7, true, true}, GOOD}},
    {.name = "phones",
     .note = "two hours: not silent, silent; the ceiling counts before the level",
     .devices = {{FROM - 7200, 0, 120, 7, false, true},
                 {FROM - 7201, 0, 120, 7, false, true},
                 {FROM, 0, 0, 7, false, true}}},
    {.name = "away",
     .note = "the first is back when he would be rung, the second a second later",
     .devices = {{FROM, FROM + 8100, 120, 7, true, true},
                 {FROM, FROM + 8101, 120, 7, true, true},
                 {FROM, FROM + 9001, 120, 7, true, true}}},
    {.name = "no plan, old plan, unverified",
     .devices = {{FROM, 0, 120, 0, true, true},
                 {FROM, 0, 120, 6, true, true},
                 {FROM, 0, 120, 7, true, false}}},
    {.name = "nobody", .devices = {{0}, {0}, {FROM, UINT32_MAX, 120, 7, true, true}}},
    {.name = "two devices of one human",
     .note = "one of them silent: the other is enough",
     .devices = {{0}, GOOD, GOOD},
     .human_of_2 = 1},
    {.name = "who runs the relay",
     .note = "with him there are two, without him one",
     .devices = {{0}, GOOD, GOOD},
     .operator_1 = 2},
    {.name = "nobody may look", .devices = {GOOD, GOOD, GOOD}, .no_data = true},
};

static void in_device(struct vec *v, size_t i, struct aw_coverage_device *d)
{

    vec_enter(v, vec_nth(v, "device", i));
    vec_in_uint(v, "heard", &d->heard_s);
    vec_in_uint(v, "away_until", &d->away_until_s);
    d->drill_s = lab_vec_u32(v, "drill", d->drill_s);
    d->plan_version = lab_vec_u32(v, "plan_version", d->plan_version);
    d->always_on = lab_vec_bool(v, "always_on", d->always_on);
    d->verified = lab_vec_bool(v, "verified", d->verified);
    vec_leave(v);
}

void lab_vectors_coverage(struct vec *v)
{
    struct aw_coverage_device devices[AW_PLAN_MEMBER_MAX];
    struct aw_coverage got;
    struct aw_plan plan;

    for (size_t i = 0; i < AW_COUNT(covers); i++) {
        uint32_t now_s;

        vec_enter(v, covers[i].name);
        if (covers[i].note != NULL)
            vec_note(v, covers[i].note);
        cover_plan(&plan, &covers[i]);
        lab_vec_plan(v, "plan", &plan);
        now_s = lab_vec_u32(v, "now", FROM);
        for (size_t k = 0; k < CONTACTS; k++) {
            devices[k] = covers[i].devices[k];
            in_device(v, k, &devices[k]);
        }
        aw_plan_coverage(&plan, devices, now_s, &got);
        for (size_t k = 0; k < CONTACTS; k++) {
            vec_out_uint(v, vec_nth(v, "counts", k), (got.reasons[k] & AW_COVER_OUT) == 0);
        }
        vec_out_uint(v, "humans", got.humans);
        vec_out_uint(v, "reachable", got.reachable);
        if (got.hears_s != UINT64_MAX)
            vec_out_uint(v, "hears", got.hears_s);
        vec_out_uint(v, "can_find", got.can_find);
        vec_out_uint(v, "can_open", got.can_open);
        vec_leave(v);
    }
}
