/* SPDX-License-Identifier: ISC */
#include "allswell/plan_text.h"

#include "common/base64.h"
#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The writer of plan files. */

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

const char *plan_text_data(uint8_t data)
{
    return data == AW_DATA_NONE ? "none" : data == AW_DATA_COARSE ? "coarse" : "exact";
}

static void print_person(FILE *to, const struct aw_plan *plan, uint8_t person)
{
    const char *name = "";
    unsigned namesakes = 0;

    for (size_t i = 0; i < plan->roster_count; i++) {
        if (plan->roster[i].person == person)
            name = plan->roster[i].name;
    }
    for (size_t i = 0; i < plan->roster_count; i++)
        namesakes += strcmp(plan->roster[i].name, name) == 0;
    if (person == 0)
        (void)fputs("outside", to);
    else if (namesakes != 1 || strchr(name, '"') != NULL) /* no way to quote that */
        (void)fprintf(to, "%u", person);
    else
        (void)fprintf(to, "\"%s\"", name);
}

static void print_roster(FILE *to, const struct aw_plan *plan)
{
    for (size_t i = 0; i < plan->roster_count; i++) {
        const struct aw_member *m = &plan->roster[i];

        (void)fputs("person = ", to);
        print_person(to, plan, m->person);
        if (m->groups == AW_GROUPS_ALL)
            (void)fputs(" group 1 2 3 4 5 6 7 8", to);
        else
            print_groups(to, m->groups);
        (void)fprintf(to, " place %s%s", plan_text_data(m->data), m->asks ? " asks" : "");
        if (m->human != m->person) {
            (void)fputs(" device-of ", to);
            print_person(to, plan, m->human);
        }
        (void)fputc('\n', to);
    }
}

static void print_quiet(FILE *to, const struct aw_plan *plan)
{
    char days[32], from[PLAN_MOMENT_MAX], until[PLAN_MOMENT_MAX];

    for (size_t i = 0; i < plan->quiet_count; i++) {
        const struct aw_quiet *q = &plan->quiet[i];

        plan_text_days(days, q->days);
        (void)fprintf(to, "quiet = %02u:%02u-%02u:%02u%s%s\n", q->from / 60U, q->from % 60U,
                      q->until / 60U, q->until % 60U, days[0] != '\0' ? " " : "", days);
    }
    for (size_t i = 0; i < plan->pauses_count; i++) {
        plan_moment_write(from, plan, plan->pauses[i].from);
        plan_moment_write(until, plan, plan->pauses[i].until);
        (void)fprintf(to, "pause = %s until %s\n", from, until);
    }
}

static void print_council(FILE *to, const struct aw_plan *plan)
{
    char key[BASE64_LEN(32) + 1];

    for (size_t i = 0; i < plan->operators_count; i++) {
        base64_encode(key, plan->operators[i].relay_key, 32);
        (void)fprintf(to, "operator = %s ", key);
        print_person(to, plan, plan->operators[i].person);
        (void)fputc('\n', to);
    }
    (void)fprintf(to, "quorum = %u\n", plan->council.quorum);
    print_span(to, "witness", plan->council.witness_s);
    print_span(to, "ceiling", plan->council.ceiling_s);
    print_span(to, "loosen", plan->change.loosen_s);
    (void)fputs("announce =", to);
    if (plan->change.announce == 0)
        (void)fputs(" nobody", to);
    else
        print_groups(to, plan->change.announce);
    (void)fprintf(to, "\nsetup = %s\n", plan->change.setup ? "yes" : "no");
}

static void print_span_or(FILE *to, const char *key, uint32_t seconds, const char *never)
{
    if (seconds == 0)
        (void)fprintf(to, "%s = %s\n", key, never);
    else
        print_span(to, key, seconds);
}

static void print_pace(FILE *to, const struct aw_pace *pace)
{
    print_span_or(to, "cadence", pace->cadence_s, "none");
    (void)fprintf(to, "sos = %s\n", pace->sos_now ? "at-once" : "in-slot");
    print_span(to, "alarm-beat", pace->alarm_beat_s);
    print_span_or(to, "life", pace->life_s, "never");
    print_span_or(to, "ask", pace->ask_s, "never");
    (void)fprintf(to, "asks = %u\n", pace->asks_max);
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
    print_roster(to, plan);
    (void)fprintf(to, "threshold = %u\n", plan->threshold);
    print_span(to, "ring", plan->ring_s);
    print_span(to, "claim", plan->claim_s);
    (void)fprintf(to, "claims = %u\nrelaxed = %s\n", plan->claims_max,
                  plan->relaxed ? "yes" : "no");
    print_quiet(to, plan);
    print_council(to, plan);
    print_pace(to, &plan->pace);
    if (fclose(to) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
