/* SPDX-License-Identifier: ISC */
#include "wire/plan.h"

#include "base/assert.h"

#include <string.h>

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
    AW_ROW_UINT(3, aw_member, data, AW_DATA_NONE, AW_DATA_COARSE),
    AW_ROW_UINT(4, aw_member, human, 1, AW_PLAN_MEMBER_MAX),
    AW_ROW_FIXED(5, aw_member, key),
    AW_ROW_FIXED(6, aw_member, sign_key),
    AW_ROW_BOOL(7, aw_member, asks),
};
static const struct aw_wire_map member_map =
    AW_WIRE_TABLE("member", aw_member, member_fields, NULL);

static const struct aw_wire_field quiet_fields[] = {
    AW_ROW_UINT(0, aw_quiet, days, 1, DAYS_MAX),
    AW_ROW_UINT(1, aw_quiet, from, 0, MINUTE_MAX),
    AW_ROW_UINT(2, aw_quiet, until, 0, MINUTE_MAX),
};
static const struct aw_wire_map quiet_map = AW_WIRE_TABLE("quiet", aw_quiet, quiet_fields, NULL);

static const struct aw_wire_field pause_fields[] = {
    AW_ROW_UINT(0, aw_pause, from, 0, UINT32_MAX),
    AW_ROW_UINT(1, aw_pause, until, 0, UINT32_MAX),
};

static enum aw_status check_pause(const void *message)
{
    const struct aw_pause *pause = message;

    /* spec/03-wire.md §7: "A pause MUST end after its beginning, at most 31 days later." */
    if (pause->until <= pause->from || pause->until - pause->from > AW_SPAN_MAX_S)
        return AW_E_RANGE;
    return AW_OK;
}

static const struct aw_wire_map pause_map =
    AW_WIRE_TABLE("pause", aw_pause, pause_fields, check_pause);

static const struct aw_wire_field operator_fields[] = {
    AW_ROW_FIXED(0, aw_operator, relay_key),
    AW_ROW_UINT(1, aw_operator, person, 0, AW_PLAN_MEMBER_MAX),
};
static const struct aw_wire_map operator_map =
    AW_WIRE_TABLE("operator", aw_operator, operator_fields, NULL);

static const struct aw_wire_field council_fields[] = {
    AW_ROW_UINT(0, aw_council, quorum, 1, AW_PLAN_MEMBER_MAX),
    AW_ROW_UINT(1, aw_council, witness_s, 10, 3600),
    AW_ROW_UINT(2, aw_council, ceiling_s, 0, AW_PLAN_DAY_MAX_S),
};
static const struct aw_wire_map council_map =
    AW_WIRE_TABLE("council", aw_council, council_fields, NULL);

static const struct aw_wire_field change_fields[] = {
    AW_ROW_UINT(0, aw_change, loosen_s, 0, AW_SPAN_MAX_S),
    AW_ROW_UINT(1, aw_change, announce, 0, GROUPS_MAX),
    AW_ROW_BOOL(2, aw_change, setup),
};
static const struct aw_wire_map change_map =
    AW_WIRE_TABLE("change", aw_change, change_fields, NULL);

static const struct aw_wire_field pace_fields[] = {
    AW_ROW_UINT_NONZERO(0, aw_pace, cadence_s, 10, 3600),
    AW_ROW_BOOL(1, aw_pace, sos_now),
    AW_ROW_UINT(2, aw_pace, alarm_beat_s, 10, 3600),
    AW_ROW_UINT(3, aw_pace, life_s, 0, AW_SPAN_MAX_S),
    AW_ROW_UINT_NONZERO(4, aw_pace, ask_s, 60, 86400),
    AW_ROW_UINT(5, aw_pace, asks_max, 0, 16),
};
static const struct aw_wire_map pace_map = AW_WIRE_TABLE("pace", aw_pace, pace_fields, NULL);

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
    AW_ROW_LIST(15, aw_plan, quiet, 0, &quiet_map),
    AW_ROW_LIST(16, aw_plan, pauses, 0, &pause_map),
    AW_ROW_LIST(17, aw_plan, operators, 0, &operator_map),
    AW_ROW_MAP(18, aw_plan, council, &council_map),
    AW_ROW_MAP(19, aw_plan, change, &change_map),
    AW_ROW_MAP(20, aw_plan, pace, &pace_map),
    AW_ROW_UINT(21, aw_plan, decoys, 0, UINT16_MAX),
    AW_ROW_FIXED_OPT(22, aw_plan, card_hash),
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
    for (size_t i = 1; i < p->pauses_count; i++) {
        if (p->pauses[i].from <= p->pauses[i - 1].until)
            return false;
    }
    for (size_t i = 1; i < p->operators_count; i++) {
        if (memcmp(p->operators[i].relay_key, p->operators[i - 1].relay_key, 32) <= 0)
            return false;
    }
    return true;
}

/* Counts may still be outside their arrays when an application's plan is encoded. */
static bool is_countable(const struct aw_plan *p)
{
    return p->zone_count <= AW_PLAN_ZONE_MAX && p->warnings_count <= AW_PLAN_WARNING_MAX &&
           p->levels_count >= 1 && p->levels_count <= AW_PLAN_LEVEL_MAX &&
           p->roster_count <= AW_PLAN_MEMBER_MAX && p->pauses_count <= AW_PLAN_PAUSE_MAX &&
           p->operators_count <= AW_PLAN_OPERATOR_MAX;
}

const struct aw_member *aw_plan_member(const struct aw_plan *plan, uint8_t person)
{
    for (size_t i = 0; i < plan->roster_count; i++) {
        if (plan->roster[i].person == person)
            return &plan->roster[i];
    }
    return NULL;
}

static bool is_linked(const struct aw_plan *p)
{
    /* spec/03-wire.md §7: "The human of a member MUST be a member whose human is itself." */
    for (size_t i = 0; i < p->roster_count; i++) {
        const struct aw_member *human = aw_plan_member(p, p->roster[i].human);

        if (human == NULL || human->human != human->person)
            return false;
    }
    /* spec/03-wire.md §7: "The person of an operator MUST be 0 or a member." */
    for (size_t i = 0; i < p->operators_count; i++) {
        if (p->operators[i].person != 0 && aw_plan_member(p, p->operators[i].person) == NULL)
            return false;
    }
    return true;
}

static enum aw_status check_plan(const void *message)
{
    const struct aw_plan *p = message;
    const struct aw_level *last;

    if (!is_countable(p) || !is_ordered(p) || !is_linked(p))
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
