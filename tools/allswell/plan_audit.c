/* SPDX-License-Identifier: ISC */
#include "allswell/plan_text.h"

#include "common/text.h"

#include <allswell/plan_audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What an audit found, in words. */

#define PREVIEW_COUNT 10

/* A moment by the clock of the plan's zone. */
static void write_local(char out[TEXT_MAX], const struct aw_plan *plan, uint64_t at_s)
{
    time_t local = (time_t)((int64_t)at_s + aw_plan_offset_s(plan, at_s));
    struct tm tm;

    out[0] = '\0';
    if (gmtime_r(&local, &tm) != NULL)
        (void)strftime(out, TEXT_MAX, "%a %d %b %H:%M:%S", &tm);
}

static json_t *local_text(const struct aw_plan *plan, uint64_t at_s)
{
    char text[TEXT_MAX];

    write_local(text, plan, at_s);
    return json_string(text);
}

/* Which contact or level a finding is about. */
static void write_where(char *out, size_t cap, const struct aw_plan *plan,
                        const struct aw_plan_finding *found)
{
    bool is_member =
        found->kind == AW_FINDING_OPERATOR_RELAY || found->kind == AW_FINDING_ASK_NEVER;
    bool is_level = found->kind == AW_FINDING_LEVEL_IDLE || found->kind == AW_FINDING_GROUP_EMPTY;

    out[0] = '\0';
    if (is_member)
        (void)snprintf(out, cap, ": %s", plan->roster[found->where].name);
    else if (is_level)
        (void)snprintf(out, cap, ": level %u", found->where + 1U);
}

static json_t *finding_text(const struct aw_plan *plan, const struct aw_plan_finding *found)
{
    char where[80], span[TEXT_MAX + 4] = "", at[TEXT_MAX + 32] = "", text[TEXT_MAX], all[300];

    write_where(where, sizeof where, plan, found);
    if (found->span_s > 0) {
        text_span_write(text, found->span_s);
        (void)snprintf(span, sizeof span, ": %s", text);
    }
    if (found->at_s > 0) {
        write_local(text, plan, found->at_s);
        (void)snprintf(at, sizeof at, ", from %s in the zone of the plan", text);
    }
    (void)snprintf(all, sizeof all, "%s%s%s%s", aw_plan_finding_text(found->kind), where, span, at);
    return json_string(all);
}

void plan_preview_json(json_t *json, const struct aw_plan *plan, uint64_t now_s)
{
    json_t *next = json_array(), *next_local = json_array();
    uint64_t at_s = now_s;

    for (unsigned i = 0; i < PREVIEW_COUNT; i++) {
        at_s = aw_plan_asked_s(plan, at_s);
        (void)json_array_append_new(next, json_integer((json_int_t)at_s));
        (void)json_array_append_new(next_local, local_text(plan, at_s));
    }
    (void)json_object_set_new(json, "next", next);
    (void)json_object_set_new(json, "next_local", next_local);
}

json_t *plan_circle_json(const struct aw_plan *plan, uint32_t circle)
{
    struct aw_plan_audit audit = {0};
    json_t *list = json_array();

    aw_plan_audit_circle(plan, (uint16_t)circle, &audit);
    for (size_t i = 0; i < audit.findings_count; i++)
        (void)json_array_append_new(list, finding_text(plan, &audit.findings[i]));
    return list;
}

json_t *plan_audit_json(const struct aw_plan *plan, uint32_t circle, uint64_t now_s)
{
    static const char *const severities[] = {"", "note", "weak", "hole"};
    json_t *texts[] = {NULL, json_array(), json_array(), json_array()};
    json_t *findings = json_array(), *json;
    struct aw_plan_audit audit;

    aw_plan_audit(plan, now_s, &audit);
    if (circle != 0)
        aw_plan_audit_circle(plan, (uint16_t)circle, &audit);
    for (size_t i = 0; i < audit.findings_count; i++) {
        const struct aw_plan_finding *found = &audit.findings[i];
        json_t *text = finding_text(plan, found);

        (void)json_array_append(texts[found->severity], text);
        (void)json_array_append_new(
            findings,
            json_pack("{s:s, s:s, s:i, s:I, s:I, s:o}", "name", aw_plan_finding_name(found->kind),
                      "severity", severities[found->severity], "where", (int)found->where, "at",
                      (json_int_t)found->at_s, "span_s", (json_int_t)found->span_s, "text", text));
    }
    json = json_pack(
        "{s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "holes",
        texts[AW_SEVERITY_HOLE], "weak", texts[AW_SEVERITY_WEAK], "notes", texts[AW_SEVERITY_NOTE],
        "findings", findings, "gap_s", (json_int_t)audit.gap_s, "worst_at",
        (json_int_t)audit.worst_at_s, "best_first_s", (json_int_t)audit.best_s, "typical_first_s",
        (json_int_t)audit.typical_s, "worst_first_s", (json_int_t)audit.worst_s, "worst_blind_s",
        (json_int_t)audit.blind_s, "worst_everybody_s", (json_int_t)audit.everybody_s, "silenced_s",
        (json_int_t)audit.silenced_s, "quiet_s", (json_int_t)audit.quiet_s);
    (void)json_object_set_new(json, "worst_local", local_text(plan, audit.worst_at_s));
    plan_preview_json(json, plan, now_s);
    return json;
}
