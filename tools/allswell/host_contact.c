/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"
#include "allswell/host_net.h"
#include "allswell/plan_reader.h"

#include "common/reply.h"
#include "common/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What a contact says beside claim and confirm. */

bool host_may_ask(const struct host_watch *watch)
{
    struct aw_contact_view view;
    struct aw_plan plan;

    aw_contact_view(watch->contact, &view);
    if (aw_contact_plan(watch->contact, &plan) != AW_OK || plan.pace.ask_s == 0)
        return false;
    for (size_t i = 0; i < plan.roster_count; i++) {
        if (plan.roster[i].person == view.person)
            return plan.roster[i].asks;
    }
    return false;
}

static enum aw_status say_ask(struct aw_contact *c, const json_t *request, struct aw_now now)
{
    (void)request;
    return aw_contact_ask(c, now);
}

static enum aw_status say_answer(struct aw_contact *c, const json_t *request, struct aw_now now)
{
    (void)request;
    return aw_contact_drill_answer(c, now);
}

static enum aw_status say_unreachable(struct aw_contact *c, const json_t *request,
                                      struct aw_now now)
{
    (void)request;
    return aw_contact_unreachable(c, now);
}

/* It accepts the plan that waits, CO-90: not one that came since he looked. */
static enum aw_status say_compared(struct aw_contact *c, const json_t *request, struct aw_now now)
{
    struct aw_contact_view view;
    uint32_t waits;

    aw_contact_view(c, &view);
    waits = view.pending_unjudged ? view.pending_version : 0;
    return reply_number(request, "plan") == waits ? aw_contact_words_compared(c, now) : AW_E_RANGE;
}

static enum aw_status say_note(struct aw_contact *c, const json_t *request, struct aw_now now)
{
    return aw_contact_note(c, reply_string(request, "text"), now);
}

static enum aw_status say_decline(struct aw_contact *c, const json_t *request, struct aw_now now)
{
    (void)request;
    return aw_contact_decline(c, now);
}

static enum aw_status say_leave(struct aw_contact *c, const json_t *request, struct aw_now now)
{
    (void)request;
    return aw_contact_leave(c, true, now);
}

static enum aw_status say_stay(struct aw_contact *c, const json_t *request, struct aw_now now)
{
    (void)request;
    return aw_contact_leave(c, false, now);
}

/* By number, or by name in the plan; a name that several have is nobody's. */
static enum aw_status say_hand_over(struct aw_contact *c, const json_t *request, struct aw_now now)
{
    const char *to = reply_string(request, "to");
    struct aw_plan plan;
    uint8_t person = 0;
    char number[4];

    if (aw_contact_plan(c, &plan) != AW_OK)
        return AW_E_STATE;
    for (size_t i = 0; i < plan.roster_count; i++) {
        (void)snprintf(number, sizeof number, "%u", plan.roster[i].person);
        if (strcmp(number, to) == 0)
            return aw_contact_hand_over(c, plan.roster[i].person, now);
        if (strcasecmp(plan.roster[i].name, to) != 0)
            continue;
        if (person != 0)
            return AW_E_NOT_FOUND;
        person = plan.roster[i].person;
    }
    return aw_contact_hand_over(c, person, now);
}

#define NOT_PAIRED "not paired yet: wait until the invite is answered"
#define NOTHING    "nothing is the matter now: see 'allswell status'"

static const struct said {
    const char *what;
    const char *logged; /* as what */
    enum aw_status (*say)(struct aw_contact *c, const json_t *request, struct aw_now now);
    const char *key;     /* that the request must have, or NULL */
    const char *state;   /* what AW_E_STATE means */
    enum tool_exit code; /* of the refusals of what was given, and ... */
    const char *other;   /* ... what they mean */
    bool answers;        /* a ring */
} table[] = {
    {"ask", "asked-here", say_ask, NULL,
     "not now: a question of yours is open, or a call could give the person away; see "
     "'allswell status'",
     TOOL_STATE, "you have asked as often as the plan allows in a day: telephone, or act", false},
    {"answer", "answered-here", say_answer, NULL,
     "no drill waits for an answer: see 'allswell status'", TOOL_STATE, "", true},
    {"unreachable", "unreachable", say_unreachable, NULL, NOTHING, TOOL_STATE, "", false},
    {"compared", "compared", say_compared, NULL,
     "the words were never compared here: 'allswell verify' does that first", TOOL_STATE,
     "this accepts the plan that waits, too: read 'allswell plan waiting PERSON', then name that "
     "plan's version with --plan, or none where none waits for people",
     false},
    {"note", "noted", say_note, "text", NOTHING, TOOL_USAGE,
     "a comment is one line of plain text of up to 24 bytes: shorten it", false},
    {"decline", "declined", say_decline, NULL, NOTHING, TOOL_STATE, "", true},
    {"leave", "left-here", say_leave, NULL, NOT_PAIRED, TOOL_STATE, "", false},
    {"stay", "stays-here", say_stay, NULL, NOT_PAIRED, TOOL_STATE, "", false},
    {"hand-over", "handed-over", say_hand_over, "to",
     "there is nothing to hand over now: see 'allswell status'", TOOL_NOT_FOUND,
     "no other contact, or more than one, is called so: use a number of 'allswell status'", true},
};

bool host_say(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    const char *what = reply_string(request, "what");
    struct host_who who;

    if (!host_find(host, reply_string(request, "person"), 1U << HOST_WATCHED, &who, fail))
        return false;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        enum aw_status status;

        if (what == NULL || strcmp(table[i].what, what) != 0 ||
            (table[i].key != NULL && reply_string(request, table[i].key) == NULL))
            continue;
        if (table[i].say == say_ask && !host_may_ask(who.watch))
            return fail_set(fail, TOOL_STATE,
                            "the plan of this person does not let you ask, which takes the word "
                            "'asks' on your line in it: telephone, or ask for that");
        status = table[i].say(who.watch->contact, request, host_now(host));
        if (status == AW_E_STATE)
            return fail_set(fail, TOOL_STATE, "%s", table[i].state);
        if (status == AW_E_LIMIT || status == AW_E_RANGE || status == AW_E_NOT_FOUND)
            return fail_set(fail, table[i].code, "%s", table[i].other);
        if (status != AW_OK)
            return fail_status(fail, status, "this was not noted");
        host_log(host, &who, json_pack("{s:s}", "event", table[i].logged));
        if (table[i].answers)
            host_net_answered(host, &who);
        *reply = host_watch_json(host, who.watch, host_now(host));
        (void)json_object_set_new(*reply, "said", json_string(what));
        return true;
    }
    return fail_set(fail, TOOL_USAGE, "use the same version of both programs");
}

static bool read_rota(const json_t *lines, struct aw_plan *week, struct tool_fail *fail)
{
    struct plan_reader reader = {.plan = week};
    char text[96];
    size_t i;
    json_t *line;

    json_array_foreach(lines, i, line)
    {
        const char *value = json_string_value(line);

        if (value == NULL || strlen(value) >= sizeof text)
            return fail_set(fail, TOOL_USAGE,
                            "a weekly time is longer than that: write '23:00-07:00 mon-fri'");
        (void)snprintf(text, sizeof text, "%s", value);
        if (!key_quiet(&reader, text))
            return fail_set(fail, TOOL_USAGE, "'%.40s' is no weekly time: %s", value,
                            reader.problem);
    }
    return true;
}

/* Who runs a relay by the plan in force; "" when it does not say so. */
static void write_operator(char out[AW_NAME_LEN_MAX + 1], const struct aw_plan *plan,
                           const uint8_t relay_key[32])
{
    uint8_t person = 0;

    out[0] = '\0';
    for (size_t i = 0; i < plan->operators_count; i++) {
        if (memcmp(plan->operators[i].relay_key, relay_key, 32) == 0)
            person = plan->operators[i].person;
    }
    for (size_t i = 0; i < plan->roster_count && person != 0; i++) {
        if (plan->roster[i].person == person)
            (void)snprintf(out, AW_NAME_LEN_MAX + 1, "%s", plan->roster[i].name);
    }
    text_clean(out);
}

json_t *host_relay_faults_json(const struct aw_contact *c, const struct aw_contact_view *view)
{
    struct aw_mailbox boxes[AW_CONTACT_MAILBOX_MAX];
    size_t count = aw_contact_mailboxes(c, boxes);
    json_t *list = json_array();
    struct aw_plan plan;
    bool has_plan = aw_contact_plan(c, &plan) == AW_OK;

    for (size_t i = 0; i < count; i++) {
        char name[AW_NAME_LEN_MAX + 1] = "";

        if (boxes[i].id >= AW_ENDPOINT_COUNT_MAX ||
            (!view->relays[boxes[i].id].was_early && !view->relays[boxes[i].id].was_withheld))
            continue;
        if (has_plan)
            write_operator(name, &plan, boxes[i].relay.relay_key);
        text_clean(boxes[i].relay.address);
        (void)json_array_append_new(
            list, json_pack("{s:i, s:s, s:s, s:b, s:b}", "relay", (int)boxes[i].id + 1, "address",
                            boxes[i].relay.address, "operator", name, "early",
                            (int)view->relays[boxes[i].id].was_early, "withheld",
                            (int)view->relays[boxes[i].id].was_withheld));
    }
    explicit_bzero(boxes, sizeof boxes);
    return list;
}

/* Of all who are watched: one human has one calendar. */
bool host_availability(struct host *host, const json_t *request, json_t **reply,
                       struct tool_fail *fail)
{
    const json_t *rota = json_object_get(request, "rota"), *on = json_object_get(request, "on");
    struct aw_now now = host_now(host);
    uint64_t span_s = reply_number(request, "away_s");
    struct aw_plan week = {.quiet_count = 0};
    json_t *list = json_array();

    if (rota != NULL && !read_rota(rota, &week, fail)) {
        json_decref(list);
        return false;
    }
    for (size_t i = 0; i < HOST_WATCH_MAX; i++) {
        struct aw_contact *c = host->watches[i].contact;
        enum aw_status status;

        if (host->watches[i].slot == 0)
            continue;
        if (rota != NULL)
            status = aw_contact_rota_set(c, week.quiet, week.quiet_count, now);
        else if (on != NULL)
            status = aw_contact_always_on(c, json_is_true(on), now);
        else
            status = aw_contact_away(c, span_s == 0 ? 0 : now.wall_ms / 1000 + span_s, now);
        if (status != AW_OK && status != AW_E_STATE) {
            json_decref(list);
            return fail_status(fail, status, "this was not noted");
        }
        (void)json_array_append_new(list, host_watch_json(host, &host->watches[i], now));
    }
    if (json_array_size(list) == 0) {
        json_decref(list);
        return fail_set(fail, TOOL_STATE, "nobody is paired yet: 'allswell join' somebody first");
    }
    *reply = json_pack("{s:o}", "watched", list);
    return true;
}
