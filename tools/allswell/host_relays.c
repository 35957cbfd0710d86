/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"
#include "allswell/host_net.h"
#include "common/proxy.h"

#include <stdio.h>
#include <string.h>

/* The relays of a home: where its mailboxes are made. */

static struct host_relay *find_relay(struct host *host, const struct aw_endpoint *endpoint)
{
    for (size_t i = 0; i < HOST_RELAY_MAX; i++) {
        struct host_relay *at = &host->relays[i];

        if (at->number != 0 && memcmp(at->endpoint.relay_key, endpoint->relay_key, 32) == 0 &&
            (strcmp(at->endpoint.address, endpoint->address) == 0 ||
             strcmp(host_endpoint_now(host, &at->endpoint).address, endpoint->address) == 0))
            return at;
    }
    return NULL;
}

static bool parse(const json_t *request, struct aw_endpoint *endpoint, struct tool_fail *fail)
{
    const char *line = reply_string(request, "address");

    return address_parse(endpoint, line == NULL ? "" : line, fail);
}

bool host_relay_add(struct host *host, const json_t *request, json_t **reply,
                    struct tool_fail *fail)
{
    struct host_relay added = {.number = 1}, *place = NULL;
    bool ok;

    if (!parse(request, &added.endpoint, fail) || !address_check_onion(&added.endpoint, fail))
        return false;
    if (!host_bytes(request, "token", added.token, sizeof added.token))
        return fail_set(fail, TOOL_USAGE,
                        "the access token is not 43 characters of base64url: copy "
                        "the whole line that 'allswell-relay token new' prints");
    place = find_relay(host, &added.endpoint); /* known: only the token is new */
    for (size_t i = 0; i < HOST_RELAY_MAX && place == NULL; i++) {
        if (host->relays[i].number == 0)
            place = &host->relays[i];
    }
    if (place == NULL)
        return fail_set(fail, TOOL_STATE, "there are %d relays already: remove one first",
                        HOST_RELAY_MAX);
    for (size_t i = 0; i < HOST_RELAY_MAX; i++) {
        if (host->relays[i].number >= added.number)
            added.number = host->relays[i].number + 1;
    }
    if (place->number != 0) { /* also by the address to which it has moved */
        added.number = place->number;
        added.endpoint = place->endpoint;
    }
    ok = host_relay_store(host, &added, fail) && host_net_relay(host, &added, fail);
    if (ok) {
        *place = added;
        *reply = json_pack("{s:s, s:I}", "address", reply_string(request, "address"), "number",
                           (json_int_t)added.number);
    }
    explicit_bzero(&added, sizeof added);
    return ok;
}

#define WHY_MAX 200

/* Why it cannot be reached, and what to do; "" while nothing is known, or it can. */
static void write_why(char out[WHY_MAX], const struct aw_agent_relay *known)
{
    const char *what = aw_dial_fault_text(known->why);

    (void)snprintf(out, WHY_MAX, "%s%s%s", what, what[0] != '\0' ? ": " : "",
                   proxy_remedy(known->why));
}

static json_t *relay_json(const struct aw_endpoint *endpoint, const struct aw_agent_relay *known)
{
    char line[ADDRESS_LINE_MAX], why[WHY_MAX];

    address_write(line, endpoint);
    write_why(why, known);
    return json_pack("{s:s, s:b, s:b, s:i, s:i, s:i, s:i, s:s}", "address", line, "connected",
                     (int)known->is_up, "token_refused", known->answer == AW_RELAY_TOKEN,
                     "mailboxes", (int)known->mailbox_count, "waiting", (int)known->send_count,
                     "links", (int)known->link_count, "links_up", (int)known->up_count, "why", why);
}

bool host_relay_list(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail)
{
    json_t *own = json_array(), *others = json_array();
    struct aw_agent_relay known;

    (void)request;
    (void)fail;
    for (size_t i = 0; i < HOST_RELAY_MAX; i++) {
        const struct host_relay *at = &host->relays[i];
        const struct aw_endpoint now = host_endpoint_now(host, &at->endpoint);
        json_t *object;

        if (at->number == 0)
            continue;
        if (!host_net_relay_at(host, &at->endpoint, &known))
            memset(&known, 0, sizeof known);
        object = relay_json(&now, &known);
        (void)json_object_set_new(object, "number", json_integer((json_int_t)at->number));
        (void)json_array_append_new(own, object);
    }
    for (size_t i = 0; host_net_relay_no(host, i, &known); i++) {
        if (known.link_count > 0 && find_relay(host, &known.relay) == NULL)
            (void)json_array_append_new(others, relay_json(&known.relay, &known));
    }
    *reply = json_pack("{s:o, s:o}", "relays", own, "others", others);
    return true;
}

static struct host_relay *find_named(struct host *host, const json_t *request,
                                     struct tool_fail *fail)
{
    struct aw_endpoint endpoint;
    struct host_relay *at;

    if (!parse(request, &endpoint, fail))
        return NULL;
    at = find_relay(host, &endpoint);
    if (at == NULL)
        (void)fail_set(fail, TOOL_NOT_FOUND, "%s is not used here: see 'allswell relay list'",
                       endpoint.address);
    return at;
}

bool host_relay_find(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail)
{
    const struct host_relay *at = find_named(host, request, fail);
    int count = 0;

    if (at == NULL)
        return false;
    for (size_t i = 0; i < HOST_RELAY_MAX; i++)
        count += host->relays[i].number != 0;
    *reply = json_pack("{s:I, s:s, s:b}", "number", (json_int_t)at->number, "host",
                       host_endpoint_now(host, &at->endpoint).address, "only", count == 1);
    return true;
}

bool host_relay_remove(struct host *host, const json_t *request, json_t **reply,
                       struct tool_fail *fail)
{
    struct host_relay *at = find_named(host, request, fail);

    if (at == NULL || !host_relay_forget(host, at, fail))
        return false;
    *reply = json_pack("{s:s}", "address", reply_string(request, "address"));
    return true;
}
