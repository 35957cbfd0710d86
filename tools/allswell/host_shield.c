/* SPDX-License-Identifier: ISC */
#include "allswell/card_text.h"
#include "allswell/host.h"

#include "common/text.h"

#include <allswell/coverage.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Coverage, the plan card, quiet removal. */

/* Who withdraws counts as never heard (17 §7); people are told which of the two it is. */
static json_t *reasons_json(uint8_t reasons, bool leaves)
{
    static const char *const words[] = {"never-heard", "silent",   "away",   "unverified",
                                        "no-plan",     "old-plan", "sleeps", "untested"};
    json_t *list = json_array();

    if (leaves)
        (void)json_array_append_new(list, json_string("withdraws"));
    for (size_t i = leaves ? 1 : 0; i < sizeof words / sizeof words[0]; i++) {
        if ((reasons >> i & 1) != 0)
            (void)json_array_append_new(list, json_string(words[i]));
    }
    return list;
}

static json_t *span_json(uint64_t seconds)
{
    return seconds == UINT64_MAX ? json_null() : json_integer((json_int_t)seconds);
}

bool host_coverage(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    json_t *people = json_array();
    struct aw_coverage cover;
    struct aw_plan plan;

    (void)request;
    if (aw_subject_plan(host->subject, &plan) != AW_OK ||
        aw_subject_coverage(host->subject, host_now(host), &cover) != AW_OK) {
        json_decref(people);
        return fail_set(fail, TOOL_STATE, "no plan is in force: 'allswell plan set FILE'");
    }
    for (size_t i = 0; i < plan.roster_count; i++) {
        uint8_t person = plan.roster[i].person, reasons = cover.reasons[person - 1];
        struct host_who who = {.side = HOST_MINE, .person = person, .watch = NULL};
        struct aw_person known;
        char id[HOST_ID_MAX];
        bool leaves = aw_subject_person(host->subject, person, &known) == AW_OK && known.leaves;

        host_id(id, &who);
        text_clean(plan.roster[i].name);
        (void)json_array_append_new(people, json_pack("{s:s, s:s, s:b, s:o}", "id", id, "name",
                                                      plan.roster[i].name, "counts",
                                                      (reasons & AW_COVER_OUT) == 0, "reasons",
                                                      reasons_json(reasons, leaves)));
    }
    *reply = json_pack("{s:b, s:i, s:i, s:o, s:o, s:b, s:b, s:i, s:o}", "covered",
                       cover.hears_s != UINT64_MAX && cover.can_find, "humans", (int)cover.humans,
                       "reachable", (int)cover.reachable, "hears_s", span_json(cover.hears_s),
                       "after_due_s", span_json(cover.after_due_s), "can_find", (int)cover.can_find,
                       "can_open", (int)cover.can_open, "levels_empty", (int)cover.levels_empty,
                       "people", people);
    return true;
}

static bool read_key(const json_t *request, uint8_t key[AW_PRESENCE_KEY_LEN],
                     struct tool_fail *fail)
{
    return host_bytes(request, "key", key, AW_PRESENCE_KEY_LEN) ||
           fail_set(fail, TOOL_USAGE,
                    "the key is malformed: use the same version of both programs");
}

static bool plan_done(struct host *host, const char *event, uint8_t person, json_t **reply)
{
    struct host_who who = {.side = HOST_MINE, .person = person, .watch = NULL};
    struct aw_subject_view view;

    aw_subject_view(host->subject, &view);
    host->settings.zone_version = view.plan_version;
    host_log(host, person == 0 ? NULL : &who,
             json_pack("{s:s, s:I}", "event", event, "seq", (json_int_t)view.plan_version));
    *reply = json_pack("{s:I}", "version", (json_int_t)view.plan_version);
    return true;
}

bool host_card_set(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    const char *text = reply_string(request, "text");
    struct aw_card *card = calloc(1, sizeof *card);
    uint8_t key[AW_PRESENCE_KEY_LEN];
    enum aw_status status = AW_E_STORE;
    bool ok = card != NULL && read_key(request, key, fail);

    if (ok && text != NULL)
        ok = card_text_read(card, reply_string(request, "file"), text, fail);
    if (ok)
        status =
            aw_subject_card_set(host->subject, text == NULL ? NULL : card, key, host_now(host));
    if (card != NULL)
        explicit_bzero(card, sizeof *card);
    free(card);
    explicit_bzero(key, sizeof key);
    if (!ok)
        return false;
    if (status == AW_E_STATE)
        return fail_set(fail, TOOL_STATE, "no plan is in force: 'allswell plan set FILE'");
    if (status != AW_OK)
        return fail_status(fail, status, "the card was not sent");
    return plan_done(host, text == NULL ? "card-removed" : "card-set", 0, reply) &&
           host_settings_store(host, fail);
}

static bool drop_member(struct aw_plan *plan, uint8_t person)
{
    for (size_t i = 0; i < plan->roster_count; i++) {
        if (plan->roster[i].person != person)
            continue;
        plan->roster_count--;
        memmove(&plan->roster[i], &plan->roster[i + 1],
                (plan->roster_count - i) * sizeof plan->roster[0]);
        return true;
    }
    return false;
}

/* `*weak`: what is with the new circle. */
static bool remove_one(struct host *host, const json_t *request, uint8_t person, json_t **weak,
                       struct tool_fail *fail)
{
    struct host_settings before = host->settings;
    struct aw_secrets secrets;
    struct aw_plan plan = {0};
    char zone[PLAN_ZONE_MAX + 1];
    uint8_t key[AW_PRESENCE_KEY_LEN];
    bool has_secrets = false;
    enum aw_status status = AW_E_NOT_FOUND;
    size_t where = 0;
    bool ok;

    if (aw_subject_plan(host->subject, &plan) != AW_OK || !drop_member(&plan, person))
        return fail_set(fail, TOOL_STATE,
                        "this person is not in the plan in force: 'allswell forget' does");
    (void)snprintf(zone, sizeof zone, "%s", host->settings.zone);
    if (reply_string(request, "text") != NULL && !host_plan_read(host, request, &plan, zone, fail))
        return false;
    memset(&secrets, 0, sizeof secrets);
    ok = read_key(request, key, fail) &&
         host_secrets(host, request, &plan, &secrets, &has_secrets, fail);
    if (ok && !has_secrets)
        ok = fail_set(fail, TOOL_USAGE, "a removal needs two new secrets");
    if (ok && aw_plan_check(&plan, &where) != AW_PLAN_GOOD)
        ok = fail_set(fail, TOOL_REFUSED,
                      "without this person the plan would not hold (%s): give the FILE of another "
                      "plan",
                      aw_plan_problem_text(aw_plan_check(&plan, &where)));
    if (ok)
        status = aw_subject_remove(host->subject, person, &plan, &secrets, key, host_now(host));
    if (ok && status == AW_OK)
        *weak = plan_circle_json(&plan, secrets.circle);
    explicit_bzero(&secrets, sizeof secrets);
    explicit_bzero(key, sizeof key);
    if (ok && status == AW_OK) {
        (void)snprintf(host->settings.zone, sizeof host->settings.zone, "%s", zone);
        host->settings.has_secrets = true;
        return true;
    }
    host->settings = before;
    if (!ok)
        return false;
    if (status == AW_E_STATE)
        return fail_set(fail, TOOL_STATE,
                        "an alarm or a timer is active that this person knows of: end it first");
    if (status == AW_E_LIMIT)
        return fail_set(fail, TOOL_STATE,
                        "%d people were removed already: 'allswell forget' one, who then notices",
                        AW_DECOY_MAX);
    return fail_status(fail, status, "nobody was removed");
}

bool host_remove(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    json_t *weak = NULL;
    struct host_who who;

    if (!host_find(host, reply_string(request, "person"), 1U << HOST_MINE, &who, fail) ||
        !remove_one(host, request, who.person, &weak, fail))
        return false;
    (void)plan_done(host, "removed", who.person, reply);
    (void)json_object_set_new(*reply, "weak", weak);
    return host_settings_store(host, fail);
}
