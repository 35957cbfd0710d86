/* SPDX-License-Identifier: ISC */
#include "wire/plan.h"

#include "base/assert.h"

#define DAYS_MAX   127
#define MINUTE_MAX 1439
#define GROUPS_MAX AW_GROUPS_ALL

static const struct aw_wire_field zone_fields[] = {
    AW_ROW_UINT(0, aw_zone_rule, from, 0, UINT32_MAX),
    AW_ROW_INT(1, aw_zone_rule, offset_s, -86400, 86400),
};
static const struct aw_wire_map zone_map =
    AW_WIRE_TABLE("zone_rule", aw_zone_rule, zone_fields, NULL);

static const struct aw_wire_field line_fields[] = {
    AW_ROW_UINT_NONZERO(0, aw_schedule_line, every_s, AW_PLAN_EVERY_MIN_S, AW_SPAN_MAX_S),
    AW_ROW_UINT_NONZERO(1, aw_schedule_line, days, 1, DAYS_MAX),
    AW_ROW_UINT_OPT(2, aw_schedule_line, minute, 0, MINUTE_MAX),
};

static enum aw_status check_line(const void *message)
{
    const struct aw_schedule_line *line = message;

    /* spec/03-wire.md §7: "A schedule line MUST have either `every_s`, or `days` and `minute`." */
    if (line->has_minute != (line->days != 0) || (line->every_s != 0) == (line->days != 0))
        return AW_E_RANGE;
    return AW_OK;
}

static const struct aw_wire_map line_map =
    AW_WIRE_TABLE("schedule_line", aw_schedule_line, line_fields, check_line);

static const struct aw_wire_field warning_fields[] = {
    AW_ROW_UINT(0, aw_warning, before_s, 0, AW_PLAN_DAY_MAX_S),
    AW_ROW_BOOL(1, aw_warning, loud),
};
static const struct aw_wire_map warning_map =
    AW_WIRE_TABLE("warning", aw_warning, warning_fields, NULL);

static const struct aw_wire_field level_fields[] = {
    AW_ROW_UINT(0, aw_level, delay_s, 0, AW_PLAN_DAY_MAX_S),
    AW_ROW_UINT(1, aw_level, groups, 1, GROUPS_MAX),
    AW_ROW_BOOL(2, aw_level, shares),
    AW_ROW_TEXT(3, aw_level, text, 0),
};
static const struct aw_wire_map level_map = AW_WIRE_TABLE("level", aw_level, level_fields, NULL);

static const struct aw_wire_field member_fields[] = {
    AW_ROW_UINT(0, aw_member, person, 1, AW_PLAN_MEMBER_MAX),
    AW_ROW_TEXT(1, aw_member, name, 1),
    AW_ROW_UINT(2, aw_member, groups, 1, GROUPS_MAX),
    AW_ROW_UINT(3, aw_member, data, AW_DATA_NONE, AW_DATA_EXACT),
};
static const struct aw_wire_map member_map =
    AW_WIRE_TABLE("member", aw_member, member_fields, NULL);

static const struct aw_wire_field plan_fields[] = {
    AW_ROW_UINT(0, aw_plan, version, 1, UINT32_MAX),
    AW_ROW_UINT(1, aw_plan, made_at, 0, UINT32_MAX),
    AW_ROW_LIST(2, aw_plan, zone, 0, &zone_map),
    AW_ROW_LIST(3, aw_plan, schedule, 1, &line_map),
    AW_ROW_UINT(4, aw_plan, beat_s, 60, 86400),
    AW_ROW_UINT(5, aw_plan, beat_grace_s, 1, AW_SPAN_MAX_S),
    AW_ROW_UINT(6, aw_plan, grace_s, 0, AW_PLAN_DAY_MAX_S),
    AW_ROW_LIST(7, aw_plan, warnings, 0, &warning_map),
    AW_ROW_LIST(8, aw_plan, levels, 1, &level_map),
    AW_ROW_LIST(9, aw_plan, roster, 1, &member_map),
    AW_ROW_UINT(10, aw_plan, threshold, 1, AW_PLAN_MEMBER_MAX),
    AW_ROW_UINT(11, aw_plan, ring_s, 30, 3600),
    AW_ROW_UINT(12, aw_plan, claim_s, 60, 7200),
    AW_ROW_UINT(13, aw_plan, claims_max, 1, 8),
    AW_ROW_BOOL(14, aw_plan, relaxed),
};

/* spec/03-wire.md §7: "The lists of a plan MUST be strictly in their order" */
static bool is_ordered(const struct aw_plan *p)
{
    for (size_t i = 1; i < p->zone_count; i++) {
        if (p->zone[i].from <= p->zone[i - 1].from)
            return false;
    }
    for (size_t i = 1; i < p->warnings_count; i++) {
        if (p->warnings[i].before_s >= p->warnings[i - 1].before_s)
            return false;
    }
    for (size_t i = 1; i < p->levels_count; i++) {
        if (p->levels[i].delay_s <= p->levels[i - 1].delay_s)
            return false;
    }
    for (size_t i = 1; i < p->roster_count; i++) {
        if (p->roster[i].person <= p->roster[i - 1].person)
            return false;
    }
    return true;
}

/* Counts may still be outside their arrays when an application's plan is encoded. */
static bool is_countable(const struct aw_plan *p)
{
    return p->zone_count <= AW_PLAN_ZONE_MAX && p->warnings_count <= AW_PLAN_WARNING_MAX &&
           p->levels_count >= 1 && p->levels_count <= AW_PLAN_LEVEL_MAX &&
           p->roster_count <= AW_PLAN_MEMBER_MAX;
}

static enum aw_status check_plan(const void *message)
{
    const struct aw_plan *p = message;
    const struct aw_level *last;

    if (!is_countable(p) || !is_ordered(p))
        return AW_E_RANGE;
    /* spec/03-wire.md §7: "The threshold MUST NOT exceed the number of members." */
    if (p->threshold > p->roster_count)
        return AW_E_RANGE;
    /* spec/03-wire.md §7: "The last level MUST ring every member." */
    last = &p->levels[p->levels_count - 1];
    for (size_t i = 0; i < p->roster_count; i++) {
        if ((p->roster[i].groups & last->groups) == 0)
            return AW_E_RANGE;
    }
    return AW_OK;
}

const struct aw_wire_map aw_plan_map = AW_WIRE_TABLE("plan", aw_plan, plan_fields, check_plan);
