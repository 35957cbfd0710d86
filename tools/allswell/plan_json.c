/* SPDX-License-Identifier: ISC */
#include "allswell/plan_text.h"

#include "common/base64.h"

/* Plans as JSON. Who was removed quietly is not in it: he may be the one who looks. */

static json_t *groups_json(uint8_t groups)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < 8; i++) {
        if ((groups & (1U << i)) != 0)
            (void)json_array_append_new(list, json_integer((json_int_t)i + 1));
    }
    return list;
}

static json_t *schedule_json(const struct aw_plan *plan)
{
    json_t *list = json_array();

    for (size_t i = 0; i < plan->schedule_count; i++) {
        const struct aw_schedule_line *line = &plan->schedule[i];
        char days[32];

        plan_text_days(days, line->days);
        if (line->has_minute)
            (void)json_array_append_new(list, json_pack("{s:i, s:s}", "minute", (int)line->minute,
                                                        "days", days[0] != '\0' ? days : "all"));
        else
            (void)json_array_append_new(list,
                                        json_pack("{s:I}", "every_s", (json_int_t)line->every_s));
    }
    return list;
}

static json_t *ladder_json(const struct aw_plan *plan)
{
    json_t *list = json_array();

    for (size_t i = 0; i < plan->levels_count; i++) {
        const struct aw_level *level = &plan->levels[i];

        (void)json_array_append_new(list, json_pack("{s:I, s:o, s:b, s:s}", "delay_s",
                                                    (json_int_t)level->delay_s, "groups",
                                                    groups_json(level->groups), "shares",
                                                    (int)level->shares, "text", level->text));
    }
    return list;
}

static json_t *roster_json(const struct aw_plan *plan)
{
    json_t *list = json_array();

    for (size_t i = 0; i < plan->roster_count; i++) {
        const struct aw_member *m = &plan->roster[i];

        (void)json_array_append_new(
            list, json_pack("{s:i, s:s, s:o, s:s, s:i, s:b}", "person", (int)m->person, "name",
                            m->name, "groups", groups_json(m->groups), "place",
                            plan_text_data(m->data), "human", (int)m->human, "asks", (int)m->asks));
    }
    return list;
}

static json_t *quiet_json(const struct aw_plan *plan)
{
    json_t *list = json_array();

    for (size_t i = 0; i < plan->quiet_count; i++) {
        const struct aw_quiet *q = &plan->quiet[i];
        char days[32];

        plan_text_days(days, q->days);
        (void)json_array_append_new(list, json_pack("{s:i, s:i, s:s}", "from", (int)q->from,
                                                    "until", (int)q->until, "days",
                                                    days[0] != '\0' ? days : "all"));
    }
    return list;
}

static json_t *pauses_json(const struct aw_plan *plan)
{
    json_t *list = json_array();

    for (size_t i = 0; i < plan->pauses_count; i++)
        (void)json_array_append_new(list, json_pack("{s:I, s:I}", "from",
                                                    (json_int_t)plan->pauses[i].from, "until",
                                                    (json_int_t)plan->pauses[i].until));
    return list;
}

static json_t *operators_json(const struct aw_plan *plan)
{
    json_t *list = json_array();

    for (size_t i = 0; i < plan->operators_count; i++) {
        char key[BASE64_LEN(32) + 1];

        base64_encode(key, plan->operators[i].relay_key, 32);
        (void)json_array_append_new(list, json_pack("{s:s, s:i}", "relay_key", key, "person",
                                                    (int)plan->operators[i].person));
    }
    return list;
}

/* The fields whose structures are nested. */
static void add_parts(json_t *json, const struct aw_plan *plan)
{
    const struct aw_council *council = &plan->council;
    const struct aw_change *change = &plan->change;
    const struct aw_pace *pace = &plan->pace;

    (void)json_object_set_new(json, "council",
                              json_pack("{s:i, s:I, s:I}", "quorum", (int)council->quorum,
                                        "witness_s", (json_int_t)council->witness_s, "ceiling_s",
                                        (json_int_t)council->ceiling_s));
    (void)json_object_set_new(json, "change",
                              json_pack("{s:I, s:o, s:b}", "loosen_s", (json_int_t)change->loosen_s,
                                        "announce", groups_json(change->announce), "setup",
                                        (int)change->setup));
    (void)json_object_set_new(json, "pace",
                              json_pack("{s:I, s:b, s:I, s:I, s:I, s:i}", "cadence_s",
                                        (json_int_t)pace->cadence_s, "sos_now", (int)pace->sos_now,
                                        "alarm_beat_s", (json_int_t)pace->alarm_beat_s, "life_s",
                                        (json_int_t)pace->life_s, "ask_s", (json_int_t)pace->ask_s,
                                        "asks_max", (int)pace->asks_max));
}

json_t *plan_text_json(const struct aw_plan *plan, const char *zone)
{
    json_t *warnings = json_array(), *rules = json_array(), *json;

    for (size_t i = 0; i < plan->warnings_count; i++)
        (void)json_array_append_new(warnings, json_pack("{s:I, s:b}", "before_s",
                                                        (json_int_t)plan->warnings[i].before_s,
                                                        "loud", (int)plan->warnings[i].loud));
    for (size_t i = 0; i < plan->zone_count; i++)
        (void)json_array_append_new(rules,
                                    json_pack("{s:I, s:i}", "from", (json_int_t)plan->zone[i].from,
                                              "offset_s", (int)plan->zone[i].offset_s));
    json = json_pack(
        "{s:I, s:I, s:s, s:o, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:i, s:I, s:I, s:i, s:b, s:o, "
        "s:o, s:o, s:b}",
        "version", (json_int_t)plan->version, "made_at", (json_int_t)plan->made_at, "zone", zone,
        "zone_rules", rules, "schedule", schedule_json(plan), "beat_s", (json_int_t)plan->beat_s,
        "beat_grace_s", (json_int_t)plan->beat_grace_s, "grace_s", (json_int_t)plan->grace_s,
        "warnings", warnings, "levels", ladder_json(plan), "roster", roster_json(plan), "threshold",
        (int)plan->threshold, "ring_s", (json_int_t)plan->ring_s, "claim_s",
        (json_int_t)plan->claim_s, "claims_max", (int)plan->claims_max, "relaxed",
        (int)plan->relaxed, "quiet", quiet_json(plan), "pauses", pauses_json(plan), "operators",
        operators_json(plan), "has_card", (int)plan->has_card_hash);
    add_parts(json, plan);
    return json;
}
