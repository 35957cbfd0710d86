/* SPDX-License-Identifier: ISC */
#include "allswell/session.h"

#include "allswell/host_net.h"

#include "common/ask.h"
#include "common/progress.h"
#include "common/watch.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define WAIT_DEFAULT_S  10
#define QUERY_DEFAULT_S 3  /* a question must not hang on a relay that is down */
#define PROXY_PATIENCE  6  /* times that: a circuit takes its time */
#define AGENT_ANSWER_S  20 /* a full disk may take its time */

const struct home_rule session_home_rule = {
    .variable = "ALLSWELL_HOME",
    .directory = "allswell",
    .create = "allswell init --name NAME",
};

static bool read_wait(const struct args *args, long *wait_s, struct tool_fail *fail)
{
    return args_number(args_option(args, "wait"), "--wait", 0, 3600, WAIT_DEFAULT_S, wait_s, fail);
}

bool session_check(const struct args *args, struct tool_fail *fail)
{
    long wait_s;

    return read_wait(args, &wait_s, fail);
}

static bool open_home(struct session *session, const struct args *args, bool with_net,
                      struct tool_fail *fail)
{
    long wait_s = 0;
    json_t *request, *reply = NULL;
    enum reply_asked asked;

    memset(session, 0, sizeof *session);
    session->is_json = args_option(args, "json") != NULL;
    session->has_wait = args_option(args, "wait") != NULL;
    if (!read_wait(args, &wait_s, fail) ||
        !home_find(&session->home, &session_home_rule, args_option(args, "home"), fail) ||
        !home_check(&session->home, &session_home_rule, fail))
        return false;
    session->wait_s = (unsigned)wait_s;
    request = json_pack("{s:s}", "do", "presence");
    asked = reply_ask(&session->home, request, AGENT_ANSWER_S, &reply, fail);
    json_decref(request);
    json_decref(reply);
    if (asked != REPLY_NOT_RUNNING)
        return asked == REPLY_ANSWERED;
    if (!host_open(&session->local, &session->home, fail))
        return false;
    if (!with_net || host_net_open(session->local, fail))
        return true;
    session_close(session);
    return false;
}

bool session_open(struct session *session, const struct args *args, struct tool_fail *fail)
{
    return open_home(session, args, true, fail);
}

void session_close(struct session *session)
{
    host_close(session->local);
    session->local = NULL;
}

bool session_ask(struct session *session, json_t *request, json_t **reply, struct tool_fail *fail)
{
    enum reply_asked asked;
    bool ok, is_shown;

    *reply = NULL;
    if (request == NULL)
        return fail_set(fail, TOOL_USAGE, "what was given is not UTF-8: correct it");
    /* A plan is a file: 'plan set' reads it again. */
    is_shown = !session->is_json && strcmp(reply_string(request, "do"), "plan-show") != 0;
    if (session->local != NULL) {
        ok = host_request(session->local, reply_string(request, "do"), request, reply, fail);
        if (ok)
            (void)json_object_set_new(*reply, "ok", json_true());
        json_decref(request);
        if (ok && is_shown)
            reply_for_screen(*reply);
        return ok;
    }
    asked = reply_ask(&session->home, request, AGENT_ANSWER_S, reply, fail);
    json_decref(request);
    if (asked == REPLY_NOT_RUNNING)
        return fail_set(fail, TOOL_ENVIRONMENT, "the agent has just ended: try again");
    if (asked == REPLY_ANSWERED && is_shown)
        reply_for_screen(*reply);
    return asked == REPLY_ANSWERED;
}

/* Steps in a row in which there was nothing to do, or nothing that could be done. */
struct calm {
    unsigned quiet, hopeless;
};

/* Several times: an answer may bring new work. */
static bool is_calm(const struct host *host, void *ctx)
{
    struct calm *calm = (struct calm *)ctx;

    progress_wait();
    calm->quiet = host_net_is_settled(host) ? calm->quiet + 1 : 0;
    calm->hopeless = host_net_is_hopeless(host) ? calm->hopeless + 1 : 0;
    return calm->quiet >= 6 || calm->hopeless >= 6;
}

bool session_settle(struct session *session, unsigned max_s)
{
    struct calm calm = {0, 0};
    unsigned limit_s = max_s == 0 || session->has_wait ? session->wait_s : max_s;
    char waits[64];
    bool ok;

    if (session->local == NULL || limit_s == 0)
        return true;
    if (!session->has_wait && session->local->settings.proxy.host[0] != '\0')
        limit_s *= PROXY_PATIENCE;
    (void)snprintf(waits, sizeof waits, "Waiting for the relays, at most %u s", limit_s);
    progress_later(waits);
    ok = host_net_run(session->local, is_calm, &calm, limit_s * 1000) && calm.hopeless == 0;
    progress_end();
    return ok;
}

static bool never(const struct host *host, void *ctx)
{
    (void)host;
    (void)ctx;
    return false;
}

void session_pause(struct session *session, unsigned ms)
{
    struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

    if (session->local != NULL)
        (void)host_net_run(session->local, never, NULL, ms);
    else
        (void)nanosleep(&span, NULL);
}

static int answer(struct session *session, json_t *request, unsigned after_s,
                  void (*render)(const json_t *reply), struct tool_fail *fail)
{
    json_t *reply = NULL;
    int code = TOOL_OK;

    if (!session_ask(session, request, &reply, fail))
        return fail_print(fail);
    if (after_s > 0)
        (void)session_settle(session, after_s);
    if (session->is_json)
        code = reply_print(reply);
    else
        render(reply);
    json_decref(reply);
    return code;
}

/* Puts a name where the text has %s. */
static void fill_in(char *out, size_t cap, const char *text, const char *name)
{
    const char *at = strstr(text, "%s");

    (void)snprintf(out, cap, "%.*s%s%s", (int)(at - text), text, name, at + 2);
}

bool session_agree(struct session *session, const struct args *args,
                   const struct session_agreement *agreement, struct tool_fail *fail)
{
    char follows[500], who[80];
    json_t *reply = NULL;
    const char *name;

    if (!session_ask(session,
                     json_pack("{s:s, s:s, s:s}", "do", "who", "side", agreement->side, "person",
                               args_word(args, 0)),
                     &reply, fail))
        return false;
    name = reply_string(reply, "name");
    (void)snprintf(who, sizeof who, "%s%snumber %s", name, name[0] != '\0' ? ", " : "",
                   reply_string(reply, "person"));
    json_decref(reply);
    fill_in(follows, sizeof follows, agreement->follows, who);
    return ask_word(args, follows, agreement->word, fail);
}

/* Before the request somebody agrees, or something is typed: either may be NULL. Relays are asked
 * first for what has come meanwhile, but where somebody sits and types. */
static int run(const struct args *args, const struct session_agreement *agreement,
               session_ready *ready, json_t *request, unsigned after_s,
               void (*render)(const json_t *reply))
{
    struct session session;
    struct tool_fail fail;
    int code;

    if (!session_open(&session, args, &fail)) {
        json_decref(request);
        return fail_print(&fail);
    }
    if ((agreement != NULL && !session_agree(&session, args, agreement, &fail)) ||
        (ready != NULL && !ready(args, &session, request, &fail))) {
        json_decref(request);
        code = fail_print(&fail);
    } else {
        if (ready == NULL)
            (void)session_settle(&session, QUERY_DEFAULT_S);
        code = answer(&session, request, after_s, render, &fail);
    }
    session_close(&session);
    return code;
}

int session_query(const struct args *args, json_t *request, void (*render)(const json_t *reply))
{
    return run(args, NULL, NULL, request, 0, render);
}

int session_act(const struct args *args, json_t *request, void (*render)(const json_t *reply))
{
    return run(args, NULL, NULL, request, WAIT_DEFAULT_S, render);
}

int session_act_agreed(const struct args *args, const struct session_agreement *agreement,
                       json_t *request, void (*render)(const json_t *reply))
{
    return run(args, agreement, NULL, request, WAIT_DEFAULT_S, render);
}

int session_query_ready(const struct args *args, session_ready *ready, json_t *request,
                        void (*render)(const json_t *reply))
{
    return run(args, NULL, ready, request, 0, render);
}

int session_act_ready(const struct args *args, session_ready *ready, json_t *request,
                      void (*render)(const json_t *reply))
{
    return run(args, NULL, ready, request, WAIT_DEFAULT_S, render);
}

int session_set(const struct args *args, json_t *request, void (*render)(const json_t *reply))
{
    struct session session;
    struct tool_fail fail;
    int code;

    if (!open_home(&session, args, false, &fail)) {
        json_decref(request);
        return fail_print(&fail);
    }
    code = answer(&session, request, 0, render, &fail);
    session_close(&session);
    return code;
}

/* What --watch needs to ask again. */
struct look {
    struct home home;
    const char *what;
    bool is_json;
    void (*render)(const json_t *reply);
};

static enum reply_asked look_once(const struct look *look, bool is_seen, json_t **reply,
                                  struct tool_fail *fail)
{
    json_t *request = json_pack("{s:s, s:b}", "do", look->what, "seen", (int)is_seen);
    enum reply_asked asked = reply_ask(&look->home, request, AGENT_ANSWER_S, reply, fail);

    json_decref(request);
    return asked;
}

static void show(const struct look *look, json_t *reply)
{
    reply_for_screen(reply);
    look->render(reply);
}

static void draw(void *ctx, bool is_first)
{
    const struct look *look = (const struct look *)ctx;
    json_t *reply = NULL;
    struct tool_fail fail;
    enum reply_asked asked = look_once(look, is_first && !look->is_json, &reply, &fail);

    if (asked == REPLY_NOT_RUNNING)
        (void)fail_set(&fail, TOOL_STATE, "the agent has ended: start 'allswell run'");
    if (reply == NULL && asked == REPLY_NOT_RUNNING && look->is_json)
        reply = json_pack("{s:b}", "agent", 0);
    if (reply == NULL)
        watch_fail(&fail);
    else if (look->is_json)
        (void)reply_print(reply);
    else
        show(look, reply);
    json_decref(reply);
}

static int look_again(const struct args *args, unsigned every_s, struct look *look)
{
    json_t *reply = NULL;
    struct tool_fail fail;
    enum reply_asked asked;

    if (!home_find(&look->home, &session_home_rule, args_option(args, "home"), &fail) ||
        !home_check(&look->home, &session_home_rule, &fail))
        return fail_print(&fail);
    asked = look_once(look, false, &reply, &fail);
    json_decref(reply);
    if (asked == REPLY_NOT_RUNNING)
        (void)fail_set(&fail, TOOL_STATE,
                       "the agent is not running, and nothing would change: start 'allswell run', "
                       "or leave out --watch");
    if (asked != REPLY_ANSWERED)
        return fail_print(&fail);
    return watch_run(every_s, draw, look, look->is_json ? "" : "\n");
}

int session_look(const struct args *args, const char *what, void (*render)(const json_t *reply))
{
    struct look look = {.what = what, .render = render};
    struct tool_fail fail;
    unsigned every_s = 0;

    look.is_json = args_option(args, "json") != NULL;
    if (!watch_option(args, &every_s, &fail))
        return fail_print(&fail);
    if (every_s > 0)
        return look_again(args, every_s, &look);
    return session_query(args, json_pack("{s:s, s:b}", "do", what, "seen", (int)!look.is_json),
                         render);
}
