/* SPDX-License-Identifier: ISC */
#include "common/base64.h"
#include "common/text.h"
#include "relay_tool.h"

#include <allswell/store_sqlite.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Requests against an open relay, running or not. */

static bool find_token(const struct relay_host *host, const char *label,
                       struct aw_relay_token_info *info)
{
    char *end = NULL;
    unsigned long long id = strtoull(label, &end, 10);
    bool by_id = *label != '\0' && *end == '\0', found = false;
    struct aw_relay_token_info at;

    for (uint32_t i = 0; aw_relay_token_at(host->relay, i, &at) == AW_OK; i++) {
        if (strcmp(at.label, label) != 0 && !(by_id && at.id == id))
            continue;
        if (!found || !at.is_revoked) /* a label may have been used before: the living one */
            *info = at;
        found = true;
    }
    return found;
}

/* Whether the relay that runs was started with this wake command, or none runs that could tell. */
static bool can_wake(const struct relay_host *host, const char *name)
{
    for (size_t i = 0; i < host->wake_count; i++) {
        if (strcmp(host->wakes[i].name, name) == 0)
            return true;
    }
    return host->server == NULL || name[0] == '\0';
}

static bool token_new(struct relay_host *host, const json_t *request, json_t **reply,
                      struct tool_fail *fail)
{
    const char *label = reply_string(request, "label"), *wake = reply_string(request, "wake");
    struct aw_relay_token_info info, other;
    uint8_t token[AW_RELAY_KEY_LEN];
    char text[BASE64_LEN(AW_RELAY_KEY_LEN) + 1];
    enum aw_status status;

    memset(&info, 0, sizeof info);
    if (label == NULL || !text_is_plain(label, 1, AW_RELAY_LABEL_MAX))
        return fail_set(fail, TOOL_USAGE, "a label has 1 to %d bytes of plain text: choose another",
                        AW_RELAY_LABEL_MAX);
    if (wake != NULL && !text_is_plain(wake, 1, AW_RELAY_LABEL_MAX))
        return fail_set(fail, TOOL_USAGE,
                        "the name of a wake command has 1 to %d bytes: correct it",
                        AW_RELAY_LABEL_MAX);
    if (find_token(host, label, &other) && !other.is_revoked)
        return fail_set(fail, TOOL_STATE,
                        "there is a token '%s' already: revoke it first, or choose another label",
                        label);
    (void)snprintf(info.label, sizeof info.label, "%s", label);
    (void)snprintf(info.wake, sizeof info.wake, "%s", wake == NULL ? "" : wake);
    info.quota = (uint32_t)reply_number(request, "quota");
    status = aw_relay_token_new(host->relay, &info, token);
    if (status == AW_E_LIMIT)
        return fail_set(fail, TOOL_STATE, "no room for another token: revoke one you do not need");
    if (status != AW_OK)
        return fail_status(fail, status, "no token was made");
    base64_encode(text, token, sizeof token);
    *reply = json_pack("{s:I, s:s, s:s, s:b}", "id", (json_int_t)info.id, "label", info.label,
                       "token", text, "can_wake", (int)can_wake(host, info.wake));
    explicit_bzero(token, sizeof token);
    explicit_bzero(text, sizeof text);
    return true;
}

static bool token_list(struct relay_host *host, json_t **reply)
{
    json_t *list = json_array();
    struct aw_relay_token_info at;

    for (uint32_t i = 0; aw_relay_token_at(host->relay, i, &at) == AW_OK; i++)
        (void)json_array_append_new(
            list, json_pack("{s:I, s:s, s:s, s:I, s:I, s:b}", "id", (json_int_t)at.id, "label",
                            at.label, "wake", at.wake, "quota", (json_int_t)at.quota, "mailboxes",
                            (json_int_t)at.mailbox_count, "revoked", (int)at.is_revoked));
    *reply = json_pack("{s:o}", "tokens", list);
    return true;
}

/* The token that can be revoked. */
static bool token_find(const struct relay_host *host, const json_t *request,
                       struct aw_relay_token_info *info, json_t **reply, struct tool_fail *fail)
{
    const char *label = reply_string(request, "label");

    if (label == NULL || !find_token(host, label, info))
        return fail_set(fail, TOOL_NOT_FOUND,
                        "no token '%s': 'allswell-relay token list' shows them",
                        label == NULL ? "" : label);
    if (info->is_revoked)
        return fail_set(fail, TOOL_STATE, "token '%s' was revoked before: nothing to do", label);
    *reply = json_pack("{s:I, s:s, s:I}", "id", (json_int_t)info->id, "label", info->label,
                       "mailboxes", (json_int_t)info->mailbox_count);
    return true;
}

static bool token_revoke(struct relay_host *host, const json_t *request, json_t **reply,
                         struct tool_fail *fail)
{
    struct aw_relay_token_info info = {.id = 0};
    enum aw_status status;

    if (!token_find(host, request, &info, reply, fail))
        return false;
    status = aw_relay_token_revoke(host->relay, info.id);
    if (status != AW_OK)
        return fail_status(fail, status, "the token was not revoked");
    return true;
}

void relay_tokens_count(const struct aw_relay *relay, struct relay_tokens *out)
{
    struct aw_relay_token_info at;

    memset(out, 0, sizeof *out);
    for (uint32_t i = 0; aw_relay_token_at(relay, i, &at) == AW_OK; i++) {
        out->places++;
        out->living += !at.is_revoked;
        out->quota += at.is_revoked ? 0 : at.quota;
    }
}

static json_t *limits(const struct relay_host *host)
{
    struct aw_relay_config b;

    aw_relay_bounds(host->relay, &b);
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "links", (json_int_t)b.link_count,
                     "mailboxes", (json_int_t)b.mailbox_count, "cells", (json_int_t)b.cell_count,
                     "tokens", (json_int_t)b.token_count, "deposits_at_once",
                     (json_int_t)b.rate_burst, "deposit_ms", (json_int_t)b.rate_interval_ms);
}

static json_t *refusals(const struct aw_relay_counters *c)
{
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "unknown", (json_int_t)c->refused[AW_RELAY_UNKNOWN],
        "full", (json_int_t)c->refused[AW_RELAY_FULL], "rate",
        (json_int_t)c->refused[AW_RELAY_RATE], "token", (json_int_t)c->refused[AW_RELAY_TOKEN],
        "limit", (json_int_t)c->refused[AW_RELAY_LIMIT], "disk",
        (json_int_t)c->refused[AW_RELAY_STORE], "bad", (json_int_t)c->refused[AW_RELAY_BAD]);
}

static json_t *network(const struct relay_host *host)
{
    struct aw_server_counters c;

    if (host->server == NULL)
        return json_null();
    aw_server_counters(host->server, &c);
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "accepted",
                     (json_int_t)c.accepted, "refused", (json_int_t)c.refused, "strangers",
                     (json_int_t)c.strangers, "links", (json_int_t)c.links, "handshakes",
                     (json_int_t)c.handshakes, "handshakes_failed", (json_int_t)c.handshakes_failed,
                     "junk", (json_int_t)c.junk, "slow", (json_int_t)c.slow, "wakes_run",
                     (json_int_t)c.wakes_run, "wakes_failed", (json_int_t)c.wakes_failed);
}

static bool status(struct relay_host *host, json_t **reply)
{
    struct aw_relay_counters c;
    struct relay_tokens tokens;
    char line[ADDRESS_LINE_MAX] = "";

    aw_relay_counters(host->relay, &c);
    relay_tokens_count(host->relay, &tokens);
    if (host->endpoint.address[0] != '\0')
        address_write(line, &host->endpoint);
    *reply = json_pack(
        "{s:b, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
        "s:I, "
        "s:I, s:I, s:o, s:o, s:I, s:I, s:s, s:s, s:b}",
        "running", host->server != NULL, "address", line, "disk_failing", (int)c.is_degraded,
        "cells_waiting", (json_int_t)c.cells, "mailboxes", (json_int_t)c.mailboxes, "links",
        (json_int_t)c.links, "requests", (json_int_t)c.requests, "deposited",
        (json_int_t)c.deposited, "duplicates", (json_int_t)c.duplicates, "delivered",
        (json_int_t)c.delivered, "taken", (json_int_t)c.taken, "dropped", (json_int_t)c.dropped,
        "commits", (json_int_t)c.commits, "commits_failed", (json_int_t)c.commits_failed, "wakes",
        (json_int_t)c.wakes, "armed", (json_int_t)c.armed, "arms", (json_int_t)c.arms, "fired",
        (json_int_t)c.fired, "expired", (json_int_t)c.expired, "moved", (json_int_t)c.moved,
        "refused", refusals(&c), "network", network(host), "started_at",
        (json_int_t)(host->started_wall_ms / 1000), "disk_bytes",
        (json_int_t)aw_store_sqlite_disk_len(&host->store), "listen", host->settings.listen,
        "public", host->settings.public_host, "forward", (int)host->settings.forward);
    (void)json_object_set_new(*reply, "limits", limits(host));
    (void)json_object_set_new(*reply, "tokens",
                              json_pack("{s:I, s:I, s:I}", "places", (json_int_t)tokens.places,
                                        "living", (json_int_t)tokens.living, "quota",
                                        (json_int_t)tokens.quota));
    return true;
}

bool relay_request(void *ctx, const char *what, const json_t *request, json_t **reply,
                   struct tool_fail *fail)
{
    struct relay_host *host = (struct relay_host *)ctx;
    struct aw_relay_token_info info;

    if (strcmp(what, "token-new") == 0)
        return token_new(host, request, reply, fail);
    if (strcmp(what, "token-list") == 0)
        return token_list(host, reply);
    if (strcmp(what, "token-find") == 0)
        return token_find(host, request, &info, reply, fail);
    if (strcmp(what, "token-revoke") == 0)
        return token_revoke(host, request, reply, fail);
    if (strcmp(what, "status") == 0)
        return status(host, reply);
    return fail_set(fail, TOOL_USAGE,
                    "'%.40s' is not known here: use the same version of both "
                    "programs",
                    what);
}

bool relay_request_is_change(const json_t *request)
{
    const char *what = reply_string(request, "do");

    return what != NULL && (strcmp(what, "token-new") == 0 || strcmp(what, "token-revoke") == 0);
}

bool relay_ask_home(const struct home *home, json_t *request, json_t **reply,
                    struct tool_fail *fail)
{
    struct relay_host host;
    enum reply_asked asked = reply_ask(home, request, 10, reply, fail);
    bool ok;

    if (asked != REPLY_NOT_RUNNING)
        return asked == REPLY_ANSWERED;
    if (!relay_offline_open(&host, home, fail))
        return false;
    ok = relay_request(&host, reply_string(request, "do"), request, reply, fail) &&
         relay_offline_commit(&host, fail);
    relay_offline_close(&host);
    if (!ok) {
        json_decref(*reply);
        *reply = NULL;
    }
    return ok;
}

bool relay_ask(const struct args *args, json_t *request, json_t **reply, struct tool_fail *fail)
{
    struct home home;

    *reply = NULL;
    return request != NULL && relay_home(&home, args, false, fail) &&
           relay_ask_home(&home, request, reply, fail);
}
