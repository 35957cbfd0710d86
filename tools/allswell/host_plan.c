/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"
#include "allswell/host_net.h"

#include "common/base64.h"
#include "common/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The plan: showing, checking, putting into force. */

bool host_presence(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    char salt[BASE64_LEN(AW_PRESENCE_SALT_LEN) + 1], tweak[BASE64_LEN(AW_PRESENCE_TWEAK_LEN) + 1];

    (void)request;
    (void)fail;
    base64_encode(salt, host->settings.salt, sizeof host->settings.salt);
    base64_encode(tweak, host->settings.tweak, sizeof host->settings.tweak);
    *reply = json_pack("{s:s, s:s, s:b}", "salt", salt, "tweak", tweak, "has_secrets",
                       (int)host->settings.has_secrets);
    return true;
}

static const char *zone_of(const struct host *host, uint32_t version)
{
    return host->settings.zone_version == version ? host->settings.zone : "";
}

static bool plan_in_force(const struct host *host, struct aw_plan *plan, struct tool_fail *fail)
{
    return aw_subject_plan(host->subject, plan) == AW_OK ||
           fail_set(fail, TOOL_STATE,
                    "there is no plan yet: write one (allswell-plan(5)) and 'allswell plan set' "
                    "it");
}

bool host_plan_show(struct host *host, const json_t *request, json_t **reply,
                    struct tool_fail *fail)
{
    struct aw_plan plan = {0};
    const char *zone;
    char *text;

    (void)request;
    if (!plan_in_force(host, &plan, fail))
        return false;
    zone = zone_of(host, plan.version);
    text = plan_text_write(&plan, zone);
    if (text == NULL)
        return fail_status(fail, AW_E_STORE, "no memory");
    *reply = json_pack("{s:o, s:s}", "plan", plan_text_json(&plan, zone), "text", text);
    free(text);
    plan_preview_json(*reply, &plan, host_now(host).wall_ms / 1000);
    return true;
}

static size_t paired(const struct host *host, struct plan_person out[AW_PLAN_MEMBER_MAX])
{
    size_t count = 0;

    for (unsigned i = 1; i <= AW_PLAN_MEMBER_MAX; i++) {
        struct aw_person person;

        if (aw_subject_person(host->subject, (uint8_t)i, &person) != AW_OK ||
            person.phase < AW_PERSON_PAIRED)
            continue;
        out[count].person = (uint8_t)i;
        memcpy(out[count].name, person.name, sizeof out[count].name);
        text_clean(out[count].name);
        count++;
    }
    return count;
}

bool host_plan_read(struct host *host, const json_t *request, struct aw_plan *plan,
                    char zone[PLAN_ZONE_MAX + 1], struct tool_fail *fail)
{
    struct plan_person people[AW_PLAN_MEMBER_MAX];
    struct aw_plan current = {0};
    bool has_current = aw_subject_plan(host->subject, &current) == AW_OK;
    struct plan_source source = {.file = reply_string(request, "file"),
                                 .text = reply_string(request, "text"),
                                 .people = people,
                                 .people_count = paired(host, people),
                                 .now_s = host_now(host).wall_ms / 1000,
                                 .current = has_current ? &current : NULL};

    if (source.text == NULL || source.file == NULL)
        return fail_set(fail, TOOL_USAGE, "the plan file is not UTF-8: save it as plain text");
    return plan_text_read(plan, zone, &source, fail);
}

/* Local time is the same from now on, as far as either of the two knows. */
static bool same_clock(const struct aw_plan *a, const struct aw_plan *b, uint64_t now_s)
{
    const struct aw_plan *const both[] = {a, b};
    bool same = aw_plan_offset_s(a, now_s) == aw_plan_offset_s(b, now_s);

    for (size_t i = 0; i < 2 && same; i++) {
        for (size_t k = 0; k < both[i]->zone_count && same; k++) {
            uint64_t at_s = both[i]->zone[k].from;

            same = at_s < now_s || aw_plan_offset_s(a, at_s) == aw_plan_offset_s(b, at_s);
        }
    }
    return same;
}

/* The plan in force by the clock of another zone from now on. It has a past of its own, which the
 * name of a zone would not bring back. */
static bool rezone(struct host *host, const char *name, struct aw_plan *plan,
                   char zone[PLAN_ZONE_MAX + 1], struct tool_fail *fail)
{
    uint64_t now_s = host_now(host).wall_ms / 1000;
    struct aw_plan before = {0}, there = {0};
    const char *problem = NULL;

    if (!plan_in_force(host, &before, fail))
        return false;
    if (!plan_zone_read(&there, name, now_s, &problem))
        return fail_set(fail, TOOL_USAGE, "%s", problem);
    *plan = before;
    aw_plan_rezone(plan, there.zone, there.zone_count, (uint32_t)now_s);
    zone[0] = '\0';
    return !same_clock(&before, plan, now_s) ||
           fail_set(fail, TOOL_STATE,
                    "your plan goes by this clock already: nothing to change, see 'allswell plan "
                    "show'");
}

/* The plan that a request is about: of a file, or the one in force in another zone. */
static bool plan_asked_for(struct host *host, const json_t *request, struct aw_plan *plan,
                           char zone[PLAN_ZONE_MAX + 1], struct tool_fail *fail)
{
    const char *name = reply_string(request, "zone");

    return name != NULL ? rezone(host, name, plan, zone, fail)
                        : host_plan_read(host, request, plan, zone, fail);
}

static void note(json_t *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void note(json_t *list, const char *format, ...)
{
    char text[300];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)json_array_append_new(list, json_string(text));
}

static void find_holes(const struct host *host, const struct aw_plan *plan, json_t *holes)
{
    for (size_t i = 0; i < plan->roster_count; i++) {
        struct aw_person person;

        if (aw_subject_person(host->subject, plan->roster[i].person, &person) == AW_OK &&
            person.phase != AW_PERSON_VERIFIED)
            note(holes, "the words were not compared with %s: 'allswell verify %u'",
                 plan->roster[i].name, plan->roster[i].person);
    }
}

static void add_notes(const struct host *host, const struct aw_plan *plan, json_t *notes)
{
    struct plan_person people[AW_PLAN_MEMBER_MAX];
    size_t count = paired(host, people), relays = 0;

    for (size_t i = 0; i < count; i++) {
        bool in = false;

        for (size_t k = 0; k < plan->roster_count; k++)
            in = in || plan->roster[k].person == people[i].person;
        if (!in)
            note(notes, "%s is paired but not in this plan", people[i].name);
    }
    for (size_t i = 0; i < HOST_RELAY_MAX; i++)
        relays += host->relays[i].number != 0 ? 1 : 0;
    if (relays < 2)
        note(notes, "answers reach you through one relay only: add one of somebody else");
}

static json_t *check_json(const struct host *host, const struct aw_plan *plan, uint32_t circle,
                          const char *zone)
{
    json_t *json = plan_audit_json(plan, circle, host_now(host).wall_ms / 1000);

    find_holes(host, plan, json_object_get(json, "holes"));
    add_notes(host, plan, json_object_get(json, "notes"));
    (void)json_object_set_new(json, "plan", plan_text_json(plan, zone));
    return json;
}

static bool read_circle(struct host *host, const json_t *request, const struct aw_plan *plan,
                        uint32_t *circle, struct tool_fail *fail)
{
    const json_t *list = json_object_get(request, "circle");
    size_t i;
    json_t *name;

    *circle = 0;
    json_array_foreach(list, i, name)
    {
        struct host_who who;
        bool in = false;

        if (!host_find(host, json_string_value(name), 1U << HOST_MINE, &who, fail))
            return false;
        for (size_t k = 0; k < plan->roster_count; k++)
            in = in || plan->roster[k].person == who.person;
        if (!in)
            return fail_set(fail, TOOL_USAGE,
                            "a person of the circle is not in the plan: add a "
                            "'person' line");
        *circle |= 1U << (who.person - 1);
    }
    return *circle != 0 ||
           fail_set(fail, TOOL_USAGE, "nobody is in the circle: name at least one person");
}

bool host_plan_check(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail)
{
    struct aw_plan plan = {0};
    char zone[PLAN_ZONE_MAX + 1];
    uint32_t circle = 0;

    if (json_object_get(request, "text") != NULL || json_object_get(request, "zone") != NULL) {
        if (!plan_asked_for(host, request, &plan, zone, fail))
            return false;
    } else {
        if (!plan_in_force(host, &plan, fail))
            return false;
        (void)snprintf(zone, sizeof zone, "%s", zone_of(host, plan.version));
    }
    if (json_object_get(request, "circle") != NULL &&
        !read_circle(host, request, &plan, &circle, fail))
        return false;
    *reply = check_json(host, &plan, circle, zone);
    return true;
}

bool host_secrets(struct host *host, const json_t *request, const struct aw_plan *plan,
                  struct aw_secrets *secrets, bool *has_secrets, struct tool_fail *fail)
{
    *has_secrets = json_object_get(request, "safe") != NULL;
    if (!*has_secrets)
        return host->settings.has_secrets ||
               fail_set(fail, TOOL_STATE,
                        "no secrets were chosen yet: 'allswell plan set --secrets FILE'");
    if (!host_bytes(request, "safe", secrets->safe_key, sizeof secrets->safe_key) ||
        !host_bytes(request, "duress", secrets->duress_key, sizeof secrets->duress_key) ||
        !host_bytes(request, "tweak", host->settings.tweak, sizeof host->settings.tweak))
        return fail_set(fail, TOOL_USAGE,
                        "the keys are malformed: use the same version of both "
                        "programs");
    return read_circle(host, request, plan, &secrets->circle, fail);
}

/* What contacts do not do at once: until then they ring by the plan before. */
static json_t *waits_json(struct host *host, const struct aw_plan *before)
{
    uint64_t now_s = host_now(host).wall_ms / 1000;
    enum aw_plan_field what = AW_PLAN_FIELD_NONE;
    struct aw_subject_view view;
    struct aw_plan plan;

    aw_subject_view(host->subject, &view);
    if (view.former_until_s == 0 || aw_subject_plan(host->subject, &plan) != AW_OK)
        return json_null();
    (void)aw_plan_loosens(before, &plan, now_s, &what);
    return json_pack("{s:s, s:I}", "loosens", aw_plan_field_text(what), "until",
                     (json_int_t)view.former_until_s);
}

bool host_plan_set(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    struct aw_plan plan = {0}, in_force = {0};
    struct aw_secrets secrets;
    struct aw_subject_view view;
    uint8_t key[AW_PRESENCE_KEY_LEN];
    struct host_settings before = host->settings;
    char zone[PLAN_ZONE_MAX + 1];
    uint32_t circle;
    bool has_secrets = false;
    enum aw_status status;

    if (!plan_asked_for(host, request, &plan, zone, fail))
        return false;
    if (!host_bytes(request, "key", key, sizeof key))
        return fail_set(fail, TOOL_USAGE,
                        "the key is malformed: use the same version of both "
                        "programs");
    memset(&secrets, 0, sizeof secrets);
    if (!host_secrets(host, request, &plan, &secrets, &has_secrets, fail)) {
        explicit_bzero(&secrets, sizeof secrets);
        explicit_bzero(key, sizeof key);
        host->settings = before;
        return false;
    }
    if (aw_subject_plan(host->subject, &in_force) != AW_OK)
        in_force.version = 0;
    status = aw_subject_plan_set(host->subject, &plan, has_secrets ? &secrets : NULL, key,
                                 host_now(host));
    circle = secrets.circle;
    explicit_bzero(&secrets, sizeof secrets);
    explicit_bzero(key, sizeof key);
    if (status != AW_OK) {
        host->settings = before;
        return fail_status(fail, status, "the plan was not put into force");
    }
    aw_subject_view(host->subject, &view);
    host->settings.has_secrets = true;
    host->settings.zone_version = view.plan_version;
    (void)snprintf(host->settings.zone, sizeof host->settings.zone, "%s", zone);
    if (!host_settings_store(host, fail))
        return false;
    host_log(host, NULL,
             json_pack("{s:s, s:I}", "event", "plan-set", "seq", (json_int_t)view.plan_version));
    plan.version = view.plan_version;
    *reply = check_json(host, &plan, circle, zone);
    (void)json_object_set_new(*reply, "version", json_integer((json_int_t)view.plan_version));
    (void)json_object_set_new(*reply, "waits", waits_json(host, &in_force));
    return true;
}
