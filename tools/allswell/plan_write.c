/* SPDX-License-Identifier: ISC */
#include "allswell/plan_text.h"

#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The writer of plan files and of the same as JSON. */

void plan_text_days(char out[32], uint8_t days)
{
    static const char names[7][4] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    size_t len = 0;

    out[0] = '\0';
    if (days == 127)
        return;
    for (unsigned i = 0; i < 7; i++) {
        if ((days & (1U << i)) != 0 && len < 32)
            len += (size_t)snprintf(out + len, 32 - len, "%s%s", len > 0 ? " " : "", names[i]);
    }
}

static void print_span(FILE *to, const char *key, uint32_t seconds)
{
    char text[TEXT_MAX];

    text_span_write(text, seconds);
    (void)fprintf(to, "%s = %s\n", key, text);
}

static void print_groups(FILE *to, uint8_t groups)
{
    if (groups == AW_GROUPS_ALL) {
        (void)fputs(" everybody", to);
        return;
    }
    (void)fputs(" group", to);
    for (unsigned i = 0; i < 8; i++) {
        if ((groups & (1U << i)) != 0)
            (void)fprintf(to, " %u", i + 1);
    }
}

static void print_schedule(FILE *to, const struct aw_plan *plan, const char *zone)
{
    char text[TEXT_MAX];

    for (size_t i = 0; i < plan->schedule_count; i++) {
        const struct aw_schedule_line *line = &plan->schedule[i];

        if (line->has_minute) {
            plan_text_days(text, line->days);
            (void)fprintf(to, "checkin = daily %02u:%02u%s%s\n", line->minute / 60U,
                          line->minute % 60U, text[0] != '\0' ? " " : "", text);
        } else {
            text_span_write(text, line->every_s);
            (void)fprintf(to, "checkin = every %s\n", text);
        }
    }
    if (zone[0] != '\0') {
        (void)fprintf(to, "zone = %s\n", zone);
    } else {
        for (size_t i = 0; i < plan->zone_count; i++)
            (void)fprintf(to, "zone-rule = %u %d\n", plan->zone[i].from, plan->zone[i].offset_s);
    }
}

static void print_ladder(FILE *to, const struct aw_plan *plan)
{
    char text[TEXT_MAX];

    for (size_t i = 0; i < plan->warnings_count; i++) {
        text_span_write(text, plan->warnings[i].before_s);
        (void)fprintf(to, "warning = %s %s\n", text, plan->warnings[i].loud ? "loud" : "quiet");
    }
    for (size_t i = 0; i < plan->levels_count; i++) {
        const struct aw_level *level = &plan->levels[i];

        text_span_write(text, level->delay_s);
        (void)fprintf(to, "level = %s", text);
        print_groups(to, level->groups);
        (void)fprintf(to, "%s%s%s\n", level->shares ? " shares" : "",
                      level->text[0] != '\0' ? ": " : "", level->text);
    }
}

static const char *data_word(uint8_t data)
{
    return data == AW_DATA_NONE ? "none" : data == AW_DATA_ALARM ? "alarm" : "exact";
}

char *plan_text_write(const struct aw_plan *plan, const char *zone)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);

    if (to == NULL)
        return NULL;
    (void)fprintf(to, "# Version %u. The format is in allswell-plan(5).\n", plan->version);
    print_schedule(to, plan, zone);
    print_span(to, "beat", plan->beat_s);
    print_span(to, "beat-grace", plan->beat_grace_s);
    print_span(to, "grace", plan->grace_s);
    print_ladder(to, plan);
    for (size_t i = 0; i < plan->roster_count; i++) {
        const struct aw_member *m = &plan->roster[i];

        if (strchr(m->name, '"') != NULL) /* no way to quote that */
            (void)fprintf(to, "person = %u", m->person);
        else
            (void)fprintf(to, "person = \"%s\"", m->name);
        if (m->groups == AW_GROUPS_ALL)
            (void)fputs(" group 1 2 3 4 5 6 7 8", to);
        else
            print_groups(to, m->groups);
        (void)fprintf(to, " place %s\n", data_word(m->data));
    }
    (void)fprintf(to, "threshold = %u\n", plan->threshold);
    print_span(to, "ring", plan->ring_s);
    print_span(to, "claim", plan->claim_s);
    (void)fprintf(to, "claims = %u\nrelaxed = %s\n", plan->claims_max,
                  plan->relaxed ? "yes" : "no");
    if (fclose(to) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

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
            list, json_pack("{s:i, s:s, s:o, s:s}", "person", (int)m->person, "name", m->name,
                            "groups", groups_json(m->groups), "place", data_word(m->data)));
    }
    return list;
}

json_t *plan_text_json(const struct aw_plan *plan, const char *zone)
{
    json_t *warnings = json_array(), *rules = json_array();

    for (size_t i = 0; i < plan->warnings_count; i++)
        (void)json_array_append_new(warnings, json_pack("{s:I, s:b}", "before_s",
                                                        (json_int_t)plan->warnings[i].before_s,
                                                        "loud", (int)plan->warnings[i].loud));
    for (size_t i = 0; i < plan->zone_count; i++)
        (void)json_array_append_new(rules,
                                    json_pack("{s:I, s:i}", "from", (json_int_t)plan->zone[i].from,
                                              "offset_s", (int)plan->zone[i].offset_s));
    return json_pack(
        "{s:I, s:I, s:s, s:o, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:i, s:I, s:I, s:i, s:b}",
        "version", (json_int_t)plan->version, "made_at", (json_int_t)plan->made_at, "zone", zone,
        "zone_rules", rules, "schedule", schedule_json(plan), "beat_s", (json_int_t)plan->beat_s,
        "beat_grace_s", (json_int_t)plan->beat_grace_s, "grace_s", (json_int_t)plan->grace_s,
        "warnings", warnings, "levels", ladder_json(plan), "roster", roster_json(plan), "threshold",
        (int)plan->threshold, "ring_s", (json_int_t)plan->ring_s, "claim_s",
        (json_int_t)plan->claim_s, "claims_max", (int)plan->claims_max, "relaxed",
        (int)plan->relaxed);
}
