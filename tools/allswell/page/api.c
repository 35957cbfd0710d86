/* SPDX-License-Identifier: ISC */
#include "allswell/page/parts.h"

#include "common/again.h"
#include "common/text.h"

#include <stdio.h>
#include <string.h>

/* From a route to a request of the host, the one that the command makes, and back. */

/* Longest log that the page may ask for. */
#define COUNT_MAX 200

static const struct page_route routes[] = {
    {"status", false, "status", NULL, 0},
    {"log", false, "log", NULL, PAGE_PERSON | PAGE_COUNT},
    {"place", false, "place", NULL, PAGE_PERSON},
    {"card", false, "card-show", NULL, PAGE_PERSON},
    {"why", false, "why", NULL, PAGE_PERSON},
    {"seen", true, "status", NULL, 0},
    {"claim", true, "claim", NULL, PAGE_PERSON},
    {"confirm", true, "confirm", NULL, PAGE_PERSON},
    {"decline", true, "say", "decline", PAGE_PERSON},
    {"ask", true, "say", "ask", PAGE_PERSON},
    {"answer", true, "say", "answer", PAGE_PERSON},
    {"unreachable", true, "say", "unreachable", PAGE_PERSON},
    {"note", true, "say", "note", PAGE_PERSON | PAGE_TEXT},
    {"away", true, "availability", NULL, PAGE_AWAY},
};

const struct page_route *page_route_find(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (strcmp(routes[i].path, path) == 0)
            return &routes[i];
    }
    return NULL;
}

/* Only people who are watched, by number: the page shows nobody else. */
static bool take_person(json_t *request, const json_t *given, struct tool_fail *fail)
{
    const char *person = reply_string(given, "person");

    if (person == NULL || person[0] != 'w' || strlen(person) >= HOST_ID_MAX)
        return fail_set(fail, TOOL_USAGE,
                        "'person' is no number of somebody who is watched: take \"id\" of the "
                        "status");
    (void)json_object_set_new(request, "person", json_string(person));
    return true;
}

static bool take_number(json_t *request, const json_t *given, const char *key, json_int_t max,
                        struct tool_fail *fail)
{
    const json_t *value = json_object_get(given, key);

    if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > max)
        return fail_set(fail, TOOL_USAGE, "'%s' is no number from 0 to %lld: correct it", key,
                        (long long)max);
    (void)json_object_set_new(request, key, json_integer(json_integer_value(value)));
    return true;
}

static bool take_text(json_t *request, const json_t *given, struct tool_fail *fail)
{
    const char *text = reply_string(given, "text");

    if (text == NULL || !text_is_plain(text, 0, AW_WITNESS_NOTE_MAX))
        return fail_set(fail, TOOL_USAGE, "a comment is one line of up to %d bytes: shorten it",
                        AW_WITNESS_NOTE_MAX);
    (void)json_object_set_new(request, "text", json_string(text));
    return true;
}

static bool take_fields(json_t *request, const struct page_route *route, const json_t *given,
                        struct tool_fail *fail)
{
    return ((route->fields & PAGE_PERSON) == 0 || take_person(request, given, fail)) &&
           ((route->fields & PAGE_TEXT) == 0 || take_text(request, given, fail)) &&
           ((route->fields & PAGE_COUNT) == 0 ||
            take_number(request, given, "count", COUNT_MAX, fail)) &&
           ((route->fields & PAGE_AWAY) == 0 ||
            take_number(request, given, "away_s", AW_SPAN_MAX_S, fail));
}

/* Of the relays a page needs to know whether they answer, not where they are. */
static json_t *relays_json(const json_t *relays)
{
    static const char *const keys[] = {"number", "links", "links_up", "token_refused"};
    json_t *list = json_array(), *relay;
    size_t i;

    json_array_foreach(relays, i, relay)
    {
        json_t *one = json_object();

        for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
            (void)json_object_set(one, keys[k], json_object_get(relay, keys[k]));
        (void)json_array_append_new(list, one);
    }
    return list;
}

/* What a contact sees; what the person here does as somebody who is watched stays in the home. */
static json_t *contact_part(const json_t *status)
{
    return json_pack("{s:s, s:O, s:O, s:O, s:o}", "again", again(), "name",
                     json_object_get(status, "name"), "now", json_object_get(status, "now"),
                     "watched", json_object_get(status, "watched"), "relays",
                     relays_json(json_object_get(status, "relays")));
}

bool page_route_ask(struct host *host, const struct page_route *route, const json_t *given,
                    json_t **reply, struct tool_fail *fail)
{
    json_t *request = json_pack("{s:s, s:s*}", "do", route->what, "what", route->said);
    bool is_status = strcmp(route->what, "status") == 0;
    bool ok;

    *reply = NULL;
    if (is_status)
        (void)json_object_set_new(request, "seen", json_boolean(route->is_post));
    ok = take_fields(request, route, given, fail) &&
         host_request(host, route->what, request, reply, fail);
    json_decref(request);
    if (ok && is_status) {
        json_t *part = contact_part(*reply);

        json_decref(*reply);
        *reply = part;
    }
    if (ok)
        (void)json_object_set_new(*reply, "ok", json_true());
    return ok;
}

char *page_state_text(struct host *host)
{
    struct tool_fail fail;
    json_t *status = NULL, *request = json_object(), *part, *watched;
    char *text;
    size_t i;

    (void)host_status(host, request, &status, &fail); /* of this process: it cannot fail */
    part = contact_part(status);
    (void)json_object_del(part, "now");
    (void)json_object_set_new(part, "log", json_integer((json_int_t)host->log_next));
    json_array_foreach(json_object_get(part, "watched"), i, watched)
    {
        json_t *place = json_object_get(json_object_get(watched, "incident"), "place");

        if (json_is_object(place)) /* it grows older all the time, and that is no news */
            (void)json_object_del(place, "age_s");
    }
    text = json_dumps(part, REPLY_REALS | JSON_COMPACT);
    json_decref(part);
    json_decref(status);
    json_decref(request);
    return text;
}
