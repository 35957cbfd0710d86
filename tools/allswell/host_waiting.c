/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"
#include "allswell/plan_text.h"

#include "common/reply.h"
#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The plan that waits at a contact, as what it changes: to be read before people accept it. */

/* Whoever held her phone may have written it: nothing in it looks like a line of its own. */
static char *clean_text(struct aw_plan *plan)
{
    for (size_t i = 0; i < plan->levels_count; i++)
        text_clean(plan->levels[i].text);
    for (size_t i = 0; i < plan->roster_count; i++)
        text_clean(plan->roster[i].name);
    return plan_text_write(plan, "");
}

static bool has_line(const char *text, const char *line, size_t len)
{
    for (const char *at = text; at != NULL && *at != '\0';) {
        const char *end = strchr(at, '\n');
        size_t have = end == NULL ? strlen(at) : (size_t)(end - at);

        if (have == len && strncmp(at, line, len) == 0)
            return true;
        at = end == NULL ? NULL : end + 1;
    }
    return false;
}

/* The lines that only the first of two plans has, comments left out. */
static json_t *only_in(const char *text, const char *other)
{
    json_t *list = json_array();

    for (const char *at = text; *at != '\0';) {
        size_t len = strcspn(at, "\n");

        if (len > 0 && at[0] != '#' && !has_line(other, at, len))
            (void)json_array_append_new(list, json_stringn(at, len));
        at += at[len] == '\n' ? len + 1 : len;
    }
    return list;
}

/* What no plan file says. */
static void add_unwritten(json_t *list, const struct aw_plan *before, const struct aw_plan *plan)
{
    for (size_t i = 0; i < plan->roster_count; i++) {
        const struct aw_member *m = &plan->roster[i];

        for (size_t k = 0; k < before->roster_count; k++) {
            const struct aw_member *old = &before->roster[k];

            if (old->person == m->person && (memcmp(old->key, m->key, sizeof m->key) != 0 ||
                                             memcmp(old->sign_key, m->sign_key, 32) != 0))
                (void)json_array_append_new(
                    list, json_sprintf("contact %u, %s: another device, or another person",
                                       m->person, m->name));
        }
    }
    if (plan->has_card_hash != before->has_card_hash ||
        memcmp(plan->card_hash, before->card_hash, sizeof plan->card_hash) != 0)
        (void)json_array_append_new(
            list, json_string(plan->has_card_hash ? "another plan card" : "no plan card"));
    if (plan->decoys != before->decoys)
        (void)json_array_append_new(list, json_string("others are removed quietly"));
}

bool host_plan_waiting(struct host *host, const json_t *request, json_t **reply,
                       struct tool_fail *fail)
{
    struct aw_plan plan = {0}, before = {0};
    struct aw_contact_view view;
    struct host_who who;
    char *text = NULL, *old = NULL;
    json_t *added;

    if (!host_find(host, reply_string(request, "person"), 1U << HOST_WATCHED, &who, fail))
        return false;
    aw_contact_view(who.watch->contact, &view);
    if (aw_contact_plan(who.watch->contact, &before) != AW_OK ||
        aw_contact_plan_pending(who.watch->contact, &plan) != AW_OK)
        return fail_set(fail, TOOL_STATE, "no plan waits: what is in force stays so");
    text = clean_text(&plan);
    old = clean_text(&before);
    if (text == NULL || old == NULL) {
        free(text);
        free(old);
        return fail_status(fail, AW_E_STORE, "no memory");
    }
    added = only_in(text, old);
    add_unwritten(added, &before, &plan);
    *reply =
        json_pack("{s:I, s:I, s:s, s:b, s:o, s:o, s:s}", "version", (json_int_t)plan.version,
                  "effective_at", (json_int_t)view.pending_at_s, "loosens",
                  aw_plan_field_text(view.pending_loosens), "unjudged", (int)view.pending_unjudged,
                  "removed", only_in(old, text), "added", added, "text", text);
    free(text);
    free(old);
    return true;
}
