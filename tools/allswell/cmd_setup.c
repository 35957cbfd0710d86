/* SPDX-License-Identifier: ISC */
#include "allswell/commands.h"
#include "allswell/session.h"
#include "common/again.h"
#include "common/ask.h"
#include "common/qr.h"
#include "common/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* init, relay, invite, join. */

int cmd_init(const struct args *args)
{
    const char *name = args_option(args, "name");
    struct tool_fail fail;
    struct home home;
    json_t *reply;
    int code = TOOL_OK;

    if (name == NULL || !text_is_plain(name, 1, AW_NAME_LEN_MAX)) {
        (void)fail_set(
            &fail, TOOL_USAGE,
            "give --name NAME, 1 to %d bytes of plain text: it is what others see of you",
            AW_NAME_LEN_MAX);
        return fail_print(&fail);
    }
    if (!home_find(&home, &session_home_rule, args_option(args, "home"), &fail) ||
        !home_create(&home, &fail) || !home_check(&home, &session_home_rule, &fail) ||
        !host_create(&home, name, &fail))
        return fail_print(&fail);
    reply = json_pack("{s:b, s:s, s:s}", "ok", 1, "home", home.path, "name", name);
    if (args_option(args, "json") != NULL) {
        code = reply_print(reply);
    } else {
        reply_for_screen(reply);
        (void)printf("A home for %s is at %s.\nNext: '%s relay add ADDRESS', with an address "
                     "line and a token from somebody who runs a relay.\n",
                     reply_string(reply, "name"), home.path, again());
    }
    json_decref(reply);
    return code;
}

static void render_relay(const json_t *reply)
{
    (void)printf("Relay %llu is %s\n", (unsigned long long)reply_number(reply, "number"),
                 reply_string(reply, "address"));
    if (reply_number(reply, "number") == 1)
        (void)printf("Next: '%s run', and leave it running. Then '%s invite' to be watched "
                     "over,\n'%s join' to watch over somebody.\n",
                     again(), again(), again());
}

static bool read_token(const struct args *args, struct secret *token, struct tool_fail *fail)
{
    struct secret_source source = {.fd = -1, .what = "the access token", .echo = false};

    return secret_fd(args_option(args, "token-fd"), &source.fd, fail) &&
           secret_read(token, &source, "Access token: ", fail);
}

int cmd_relay_add(const struct args *args)
{
    struct aw_endpoint endpoint;
    struct tool_fail fail;
    struct secret token;
    json_t *request;

    /* Before the token is asked for: a wrong address is seen at once. */
    if (!address_parse(&endpoint, args_word(args, 0), &fail) ||
        !address_check_onion(&endpoint, &fail) || !read_token(args, &token, &fail))
        return fail_print(&fail);
    request = json_pack("{s:s, s:s, s:s}", "do", "relay-add", "address", args_word(args, 0),
                        "token", token.text);
    secret_wipe(&token);
    return session_query(args, request, render_relay);
}

static void render_state(const json_t *relay)
{
    const char *why = reply_string(relay, "why");

    if (reply_flag(relay, "token_refused"))
        (void)printf("refuses the token: '%s relay add' with a new one\n", again());
    else if (reply_flag(relay, "connected"))
        (void)puts("connected");
    else if (why[0] != '\0')
        (void)printf("not connected: %s\n", why);
    else
        (void)puts(reply_number(relay, "mailboxes") == 0 ? "not in use yet" : "not connected");
}

static void render_relays(const json_t *reply)
{
    const json_t *list = json_object_get(reply, "relays");
    json_t *relay;
    size_t i;

    if (json_array_size(list) == 0)
        (void)printf("No relays yet: '%s relay add ADDRESS'.\n", again());
    json_array_foreach(list, i, relay)
    {
        (void)printf("%2llu  %s  ", (unsigned long long)reply_number(relay, "number"),
                     reply_string(relay, "address"));
        render_state(relay);
    }
    json_array_foreach(json_object_get(reply, "others"), i, relay)
    {
        (void)printf(" -  %s  of somebody else, ", reply_string(relay, "address"));
        render_state(relay);
    }
}

int cmd_relay_list(const struct args *args)
{
    return session_query(args, json_pack("{s:s}", "do", "relay-list"), render_relays);
}

static void render_moved(const json_t *reply)
{
    (void)printf("The relay with this key is looked for at %s\n", reply_string(reply, "address"));
}

int cmd_relay_moved(const struct args *args)
{
    return session_set(args,
                       json_pack("{s:s, s:s}", "do", "relay-moved", "address", args_word(args, 0)),
                       render_moved);
}

static void render_proxy(const json_t *reply)
{
    const char *proxy = reply_string(reply, "proxy");
    bool is_set = strcmp(proxy, "none") != 0;
    json_t *hook;
    size_t i;

    if (!is_set) {
        (void)printf("No proxy: relays are reached directly.\n"
                     "For Tor: '%s proxy socks5://127.0.0.1:9050'.\n",
                     again());
        return;
    }
    (void)printf("Relays are reached through %s, each person over a link of its own.\n", proxy);
    json_array_foreach(json_object_get(reply, "open_hooks"), i, hook)(void)
        printf("Hook '%s' goes past it: '%s notify add' it anew with --proxy=%s.\n",
               json_string_value(hook), again(), proxy);
}

int cmd_proxy(const struct args *args)
{
    return session_set(args, json_pack("{s:s, s:s*}", "do", "proxy", "set", args_word(args, 0)),
                       render_proxy);
}

static void render_removed(const json_t *reply)
{
    (void)printf("New pairings do without %s\n", reply_string(reply, "address"));
}

/* Has somebody agree, who sees which relay it is. */
static bool agree_to_remove(const struct args *args, struct session *session, json_t *request,
                            struct tool_fail *fail)
{
    char follows[500];
    json_t *reply = NULL;

    if (!session_ask(session,
                     json_pack("{s:s, s:s}", "do", "relay-find", "address",
                               reply_string(request, "address")),
                     &reply, fail))
        return false;
    (void)snprintf(follows, sizeof follows,
                   "To be removed: relay %llu, at %.260s. Its access token is erased here; to use "
                   "the relay again you need it, or a new one. Channels that exist go on.%s",
                   (unsigned long long)reply_number(reply, "number"), reply_string(reply, "host"),
                   reply_flag(reply, "only")
                       ? " It is the only relay: without one nobody can be invited."
                       : "");
    json_decref(reply);
    return ask_word(args, follows, "remove", fail);
}

int cmd_relay_remove(const struct args *args)
{
    return session_query_ready(
        args, agree_to_remove,
        json_pack("{s:s, s:s}", "do", "relay-remove", "address", args_word(args, 0)),
        render_removed);
}

static void render_invite(const json_t *reply)
{
    char until[TEXT_MAX];

    text_time_write(until, reply_number(reply, "expires_at"));
    (void)puts(reply_string(reply, "uri"));
    (void)fflush(stdout);
    (void)fprintf(stderr,
                  "One person can answer this until %s. Whoever sees it can answer it: show it "
                  "face to\nface, or send it over a messenger that you both trust. When it is "
                  "answered, compare words:\n'%s verify %llu'.\n",
                  until, again(), (unsigned long long)reply_number(reply, "person"));
}

static void render_invite_qr(const json_t *reply)
{
    qr_print(stdout, reply_string(reply, "uri"), "use the line below");
    render_invite(reply);
}

/* Says which relay is not reached, and what to do. */
static void render_why(const json_t *relays)
{
    json_t *relay;
    size_t i;

    json_array_foreach(relays, i, relay)
    {
        const char *address = reply_string(relay, "address"), *why = reply_string(relay, "why");

        if (!reply_flag(relay, "connected") && why[0] != '\0')
            (void)fprintf(stderr, "allswell: relay %.*s is not reached: %s\n",
                          (int)strcspn(address, "/"), address, why);
    }
}

/* A token that the relay refuses shows here, and not when somebody has the invite in hand. */
static int check_relays(struct session *session, struct tool_fail *fail)
{
    json_t *reply = NULL, *relay;
    size_t i;
    int code = TOOL_OK;

    if (!session_ask(session, json_pack("{s:s}", "do", "relay-list"), &reply, fail))
        return fail_print(fail);
    render_why(json_object_get(reply, "relays"));
    render_why(json_object_get(reply, "others"));
    json_array_foreach(json_object_get(reply, "relays"), i, relay)
    {
        if (!reply_flag(relay, "token_refused"))
            continue;
        (void)fail_set(fail, TOOL_REFUSED,
                       "relay %s refuses the access token: ask its operator for a new one, then "
                       "'allswell relay add'",
                       reply_string(relay, "address"));
        code = fail_print(fail);
    }
    json_decref(reply);
    return code;
}

/* Makes something that needs a mailbox, and waits until the relay has it. */
static int act_with_mailbox(const struct args *args, json_t *request,
                            void (*render)(const json_t *reply))
{
    struct session session;
    struct tool_fail fail;
    json_t *reply = NULL;
    int code = TOOL_OK;
    bool reached;

    if (!session_open(&session, args, &fail)) {
        json_decref(request);
        return fail_print(&fail);
    }
    if (!session_ask(&session, request, &reply, &fail)) {
        session_close(&session);
        return fail_print(&fail);
    }
    reached = session_settle(&session, 0);
    if (session.local == NULL)
        session_pause(&session, 300); /* the agent makes the mailbox meanwhile */
    code = check_relays(&session, &fail);
    if (code == TOOL_OK && session.is_json)
        code = reply_print(reply);
    else if (code == TOOL_OK)
        render(reply);
    if (code == TOOL_OK && !reached)
        (void)fprintf(stderr,
                      "allswell: no relay answers: this is stored, and goes on with '%s run' or "
                      "the next command\n",
                      again());
    json_decref(reply);
    session_close(&session);
    return code;
}

int cmd_invite(const struct args *args)
{
    const char *valid = args_option(args, "valid");
    uint32_t valid_s = 86400;
    struct tool_fail fail;

    if (valid != NULL && (!text_span(valid, strlen(valid), AW_SPAN_MAX_S, &valid_s) || //
                          valid_s < 60)) {
        (void)fail_set(&fail, TOOL_USAGE,
                       "--valid '%.40s' is no span from 1m to 31d: write 30m, "
                       "24h or 7d",
                       valid);
        return fail_print(&fail);
    }
    return act_with_mailbox(args,
                            json_pack("{s:s, s:I, s:s*}", "do", "invite", "valid_s",
                                      (json_int_t)valid_s, "as", args_option(args, "as")),
                            args_option(args, "qr") != NULL ? render_invite_qr : render_invite);
}

static void render_joined(const json_t *reply)
{
    (void)printf("The invite of %s is answered, as %s. When it has arrived, compare words: "
                 "'%s verify %s'.\n",
                 reply_string(reply, "name"), reply_string(reply, "id"), again(),
                 reply_string(reply, "id"));
}

int cmd_join(const struct args *args)
{
    struct secret_source source = {.fd = -1, .what = "the invite", .echo = false};
    struct tool_fail fail;
    struct secret uri;
    json_t *request;

    if (!secret_fd(args_option(args, "uri-fd"), &source.fd, &fail) ||
        !secret_read(&uri, &source, "Invite (not shown): ", &fail))
        return fail_print(&fail);
    request =
        json_pack("{s:s, s:s, s:s*}", "do", "join", "uri", uri.text, "as", args_option(args, "as"));
    secret_wipe(&uri);
    return act_with_mailbox(args, request, render_joined);
}
