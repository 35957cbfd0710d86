/* SPDX-License-Identifier: ISC */
#include <allswell/plan.h>

#include <string.h>

#include "base/assert.h"
#include "core/plan_find.h"
#include "core/schedule.h"

/*
 * Loosening: what a new plan leaves weaker than the old one, field by field as the table of
 * spec/15-plan.md §5 has them. Each function returns whether its field is as before or tighter.
 */

/* The time over which two zones are compared: what is past, and four spans ahead. */
#define ZONE_PAST_S  (UINT64_C(40) * 86400)
#define ZONE_AHEAD_S (UINT64_C(4) * AW_SPAN_MAX_S)

struct change {
    const struct aw_plan *from, *to;
    uint64_t now_s;
};

static bool has_local_time(const struct aw_plan *plan)
{
    bool has = plan->quiet_count > 0;

    for (size_t i = 0; i < plan->schedule_count; i++)
        has = has || plan->schedule[i].every_s == 0;
    return has;
}

/* Whether the zones are the same at every change of the clock that `plan` has in the window. */
static bool zones_agree(const struct change *c, const struct aw_plan *plan)
{
    uint64_t first_s = c->now_s > ZONE_PAST_S ? c->now_s - ZONE_PAST_S : 0;

    for (size_t i = 0; i <= plan->zone_count; i++) {
        uint64_t at_s = i < plan->zone_count ? plan->zone[i].from : first_s;

        if (at_s >= first_s && at_s <= c->now_s + ZONE_AHEAD_S &&
            aw_plan_offset_s(c->from, at_s) != aw_plan_offset_s(c->to, at_s))
            return false;
    }
    return true;
}

static bool keeps_zone(const struct change *c)
{
    if (!has_local_time(c->from) && !has_local_time(c->to))
        return true;
    return zones_agree(c, c->from) && zones_agree(c, c->to);
}

/* A daily time is due by other lines at the same minute of each of its days. */
static bool covers_line(const struct aw_plan *plan, const struct aw_schedule_line *line)
{
    uint8_t days = 0;

    for (size_t i = 0; i < plan->schedule_count; i++) {
        const struct aw_schedule_line *other = &plan->schedule[i];

        if (line->every_s != 0 && other->every_s != 0 && other->every_s <= line->every_s)
            return true;
        if (other->every_s == 0 && other->minute == line->minute)
            days |= other->days;
    }
    return line->every_s == 0 && (line->days & ~days) == 0;
}

static bool keeps_schedule(const struct change *c)
{
    for (size_t i = 0; i < c->from->schedule_count; i++) {
        if (!covers_line(c->to, &c->from->schedule[i]))
            return false;
    }
    return true;
}

static bool keeps_beat(const struct change *c)
{
    return c->to->beat_s <= c->from->beat_s;
}

static bool keeps_beat_grace(const struct change *c)
{
    return c->to->beat_grace_s <= c->from->beat_grace_s;
}

static bool keeps_grace(const struct change *c)
{
    return c->to->grace_s <= c->from->grace_s;
}

/* Everybody whom the old level rings is rung no later, and told the same. */
static bool has_level(const struct aw_plan *plan, const struct aw_level *old)
{
    for (size_t i = 0; i < plan->levels_count; i++) {
        const struct aw_level *level = &plan->levels[i];

        if (level->delay_s <= old->delay_s && (old->groups & ~level->groups) == 0 &&
            level->shares == old->shares && aw_plan_same_text(level->text, old->text))
            return true;
    }
    return false;
}

/*
 * A new level calls nobody off: its words, and that it releases shares, are those of an old level
 * that would have come no earlier. A last word such as "she is well" would undo all before it.
 */
static bool had_level(const struct aw_plan *plan, const struct aw_level *level)
{
    for (size_t i = 0; i < plan->levels_count; i++) {
        const struct aw_level *old = &plan->levels[i];

        if (old->delay_s >= level->delay_s && aw_plan_same_text(level->text, old->text) &&
            (!level->shares || old->shares))
            return true;
    }
    return false;
}

static bool keeps_levels(const struct change *c)
{
    for (size_t i = 0; i < c->from->levels_count; i++) {
        if (!has_level(c->to, &c->from->levels[i]))
            return false;
    }
    for (size_t i = 0; i < c->to->levels_count; i++) {
        if (!had_level(c->from, &c->to->levels[i]))
            return false;
    }
    return true;
}

/* How much a level tells; the order of their numbers is not that. */
static unsigned told(uint8_t data)
{
    return data == AW_DATA_EXACT ? 2 : data == AW_DATA_COARSE ? 1 : 0;
}

static bool keeps_member(const struct aw_member *from, const struct aw_member *to)
{
    return from->person == to->person && from->human == to->human && from->groups == to->groups &&
           told(to->data) <= told(from->data) && from->asks == to->asks &&
           aw_plan_same_text(from->name, to->name) &&
           memcmp(from->key, to->key, sizeof from->key) == 0 &&
           memcmp(from->sign_key, to->sign_key, sizeof from->sign_key) == 0;
}

static bool keeps_roster(const struct change *c)
{
    if (c->from->roster_count != c->to->roster_count)
        return false;
    for (size_t i = 0; i < c->from->roster_count; i++) {
        if (!keeps_member(&c->from->roster[i], &c->to->roster[i]))
            return false;
    }
    return true;
}

static bool keeps_threshold(const struct change *c)
{
    return c->to->threshold == c->from->threshold;
}

static bool keeps_ring(const struct change *c)
{
    return c->to->ring_s <= c->from->ring_s;
}

static bool keeps_claim(const struct change *c)
{
    return c->to->claim_s <= c->from->claim_s;
}

static bool keeps_claims(const struct change *c)
{
    return c->to->claims_max <= c->from->claims_max;
}

static bool keeps_relaxed(const struct change *c)
{
    return c->from->relaxed || !c->to->relaxed;
}

static bool keeps_quiet(const struct change *c)
{
    if (c->to->quiet_count == 0)
        return true;
    for (unsigned minute = 0; minute < 7 * 24 * 60; minute++) {
        if (aw_schedule_is_quiet(c->to, minute) && !aw_schedule_is_quiet(c->from, minute))
            return false;
    }
    return true;
}

static bool has_pause(const struct aw_plan *plan, const struct aw_pause *pause)
{
    for (size_t i = 0; i < plan->pauses_count; i++) {
        if (plan->pauses[i].from <= pause->from && pause->until <= plan->pauses[i].until)
            return true;
    }
    return false;
}

static bool keeps_pauses(const struct change *c)
{
    for (size_t i = 0; i < c->to->pauses_count; i++) {
        if (c->to->pauses[i].until > c->now_s && !has_pause(c->from, &c->to->pauses[i]))
            return false;
    }
    return true;
}

static bool keeps_operators(const struct change *c)
{
    if (c->from->operators_count != c->to->operators_count)
        return false;
    for (size_t i = 0; i < c->from->operators_count; i++) {
        const struct aw_operator *from = &c->from->operators[i], *to = &c->to->operators[i];

        if (from->person != to->person ||
            memcmp(from->relay_key, to->relay_key, sizeof from->relay_key) != 0)
            return false;
    }
    return true;
}

static bool keeps_council(const struct change *c)
{
    const struct aw_council *from = &c->from->council, *to = &c->to->council;

    return to->quorum == from->quorum && to->witness_s <= from->witness_s &&
           to->ceiling_s <= from->ceiling_s;
}

static bool keeps_change(const struct change *c)
{
    const struct aw_change *from = &c->from->change, *to = &c->to->change;

    return to->loosen_s >= from->loosen_s && (from->announce & ~to->announce) == 0 &&
           (from->setup || !to->setup);
}

/* 0 is never. */
static bool no_later(uint32_t from_s, uint32_t to_s)
{
    return from_s == 0 || (to_s != 0 && to_s <= from_s);
}

static bool keeps_pace(const struct change *c)
{
    const struct aw_pace *from = &c->from->pace, *to = &c->to->pace;

    return to->cadence_s == from->cadence_s && to->sos_now == from->sos_now &&
           to->alarm_beat_s <= from->alarm_beat_s && no_later(from->life_s, to->life_s) &&
           no_later(from->ask_s, to->ask_s) && to->asks_max >= from->asks_max;
}

static bool keeps_decoys(const struct change *c)
{
    return c->to->decoys == c->from->decoys;
}

static bool keeps_card(const struct change *c)
{
    return c->to->has_card_hash == c->from->has_card_hash &&
           (!c->to->has_card_hash ||
            memcmp(c->to->card_hash, c->from->card_hash, sizeof c->to->card_hash) == 0);
}

bool aw_plan_loosens(const struct aw_plan *from, const struct aw_plan *to, uint64_t now_s,
                     enum aw_plan_field *what)
{
    static const struct {
        enum aw_plan_field field;
        bool (*keeps)(const struct change *c);
    } rules[] = {
        {AW_PLAN_FIELD_ZONE, keeps_zone},           {AW_PLAN_FIELD_SCHEDULE, keeps_schedule},
        {AW_PLAN_FIELD_BEAT, keeps_beat},           {AW_PLAN_FIELD_BEAT_GRACE, keeps_beat_grace},
        {AW_PLAN_FIELD_GRACE, keeps_grace},         {AW_PLAN_FIELD_LEVELS, keeps_levels},
        {AW_PLAN_FIELD_ROSTER, keeps_roster},       {AW_PLAN_FIELD_THRESHOLD, keeps_threshold},
        {AW_PLAN_FIELD_RING, keeps_ring},           {AW_PLAN_FIELD_CLAIM, keeps_claim},
        {AW_PLAN_FIELD_CLAIMS, keeps_claims},       {AW_PLAN_FIELD_RELAXED, keeps_relaxed},
        {AW_PLAN_FIELD_QUIET, keeps_quiet},         {AW_PLAN_FIELD_PAUSES, keeps_pauses},
        {AW_PLAN_FIELD_OPERATORS, keeps_operators}, {AW_PLAN_FIELD_COUNCIL, keeps_council},
        {AW_PLAN_FIELD_CHANGE, keeps_change},       {AW_PLAN_FIELD_PACE, keeps_pace},
        {AW_PLAN_FIELD_DECOYS, keeps_decoys},       {AW_PLAN_FIELD_CARD, keeps_card},
    };
    struct change c = {from, to, now_s};

    for (size_t i = 0; i < AW_COUNT(rules); i++) {
        if (rules[i].keeps(&c))
            continue;
        if (what != NULL)
            *what = rules[i].field;
        return true;
    }
    return false;
}

const char *aw_plan_field_text(enum aw_plan_field field)
{
    static const char *const texts[] = {
        [AW_PLAN_FIELD_ZONE] = "the time zone",
        [AW_PLAN_FIELD_SCHEDULE] = "when check-ins are due",
        [AW_PLAN_FIELD_BEAT] = "the pause between beats",
        [AW_PLAN_FIELD_BEAT_GRACE] = "the bearable silence of the device",
        [AW_PLAN_FIELD_GRACE] = "the grace after a missed check-in",
        [AW_PLAN_FIELD_WARNINGS] = "the warnings",
        [AW_PLAN_FIELD_LEVELS] = "the levels of the ladder",
        [AW_PLAN_FIELD_ROSTER] = "who the contacts are, and what each may do",
        [AW_PLAN_FIELD_THRESHOLD] = "how many contacts open her place",
        [AW_PLAN_FIELD_RING] = "the pause between rings",
        [AW_PLAN_FIELD_CLAIM] = "how long a claim holds",
        [AW_PLAN_FIELD_CLAIMS] = "how many claims hold",
        [AW_PLAN_FIELD_RELAXED] = "what closes an incident",
        [AW_PLAN_FIELD_QUIET] = "quiet hours",
        [AW_PLAN_FIELD_PAUSES] = "pauses",
        [AW_PLAN_FIELD_OPERATORS] = "whose relays they are",
        [AW_PLAN_FIELD_COUNCIL] = "what contacts decide together",
        [AW_PLAN_FIELD_CHANGE] = "how a loosening comes into force",
        [AW_PLAN_FIELD_PACE] = "what her device does by itself",
        [AW_PLAN_FIELD_DECOYS] = "who was removed quietly",
        [AW_PLAN_FIELD_CARD] = "the plan card",
    };

    return (unsigned)field < AW_COUNT(texts) && texts[field] != NULL ? texts[field] : "nothing";
}
