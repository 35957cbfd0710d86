/* SPDX-License-Identifier: ISC */
#include "allswell/commands.h"
#include "allswell/notify/hook.h"
#include "allswell/render.h"
#include "allswell/session.h"
#include "common/again.h"
#include "common/ask.h"
#include "common/text.h"

#include <stdio.h>
#include <string.h>

/* notify add, list, remove, test, log. */

#define WAY_MAX      (HOOK_ADDRESS_MAX + 16) /* a kind and where it leads */
#define TEST_STEP_MS 100
#define TEST_STEPS   700 /* a program may take a minute */

static const char no_hooks[] =
    "No hooks yet, so nobody is woken outside this terminal: 'allswell notify add'.";

/* ---- add ---- */

static void copy(json_t *hook, const struct args *args, const char *option, const char *key)
{
    const char *value = args_option(args, option);

    if (value != NULL)
        (void)json_object_set_new(hook, key, json_string(value));
}

static void copy_flag(json_t *hook, const struct args *args, const char *option, const char *key)
{
    if (args_option(args, option) != NULL)
        (void)json_object_set_new(hook, key, json_true());
}

static bool copy_again(json_t *hook, const struct args *args, struct tool_fail *fail)
{
    const char *again = args_option(args, "again");
    uint32_t again_s = 300;

    if (again != NULL && strcmp(again, "off") == 0)
        again_s = 0;
    else if (again != NULL &&
             (!text_span(again, strlen(again), HOOK_AGAIN_MAX_S, &again_s) || again_s == 0))
        return fail_set(fail, TOOL_USAGE,
                        "--again '%.20s' is no span from 30s to 1h, nor off: write 5m, for example",
                        again);
    (void)json_object_set_new(hook, "again_s", json_integer(again_s));
    return true;
}

static bool read_line(json_t *hook, const char *key, const struct secret_source *source,
                      const char *prompt, struct tool_fail *fail)
{
    struct secret line;
    bool ok = secret_read(&line, source, prompt, fail);

    if (ok)
        (void)json_object_set_new(hook, key, json_string(line.text));
    secret_wipe(&line);
    return ok;
}

/* What lets its holder ring somebody, or read somebody's mail, is not for the command line. */
static bool read_secrets(json_t *hook, const struct args *args, enum notify_kind kind,
                         struct tool_fail *fail)
{
    struct secret_source address = {.fd = -1, .what = "the address", .echo = true};
    struct secret_source secret = {.fd = -1, .what = "the token or password", .echo = false};
    const char *word = args_word(args, 1);
    bool wants = args_option(args, "token") != NULL || args_option(args, "user") != NULL ||
                 kind == NOTIFY_MATRIX;

    if (!secret_fd(args_option(args, "secret-fd"), &address.fd, fail))
        return false;
    secret.fd = address.fd;
    if (word != NULL && hook_address_of(kind) == HOOK_ADDRESS_SECRET)
        return fail_set(fail, TOOL_USAGE,
                        "whoever knows the address of %s can use it, and others can read the "
                        "command line: give it when asked, or on standard input",
                        hook_kind(kind));
    if (word == NULL && hook_address_of(kind) == HOOK_ADDRESS_WORD)
        return fail_set(fail, TOOL_USAGE, "%s needs an address: see 'allswell notify add --help'",
                        hook_kind(kind));
    if (word != NULL)
        (void)json_object_set_new(hook, "address", json_string(word));
    if (hook_address_of(kind) == HOOK_ADDRESS_SECRET &&
        !read_line(hook, "address", &address, "Address: ", fail))
        return false;
    return !wants || read_line(hook, "secret", &secret, "Token or password: ", fail);
}

static json_t *hook_of(const struct args *args, struct tool_fail *fail)
{
    json_t *hook = json_pack("{s:s}", "kind", args_word(args, 0));
    enum notify_kind kind;

    if (hook == NULL || !hook_find_kind(args_word(args, 0), &kind)) {
        json_decref(hook);
        (void)fail_set(fail, TOOL_USAGE,
                       "'%.20s' is no kind of hook: use ntfy, unifiedpush, webhook, smtp, matrix, "
                       "exec or desktop",
                       args_word(args, 0));
        return NULL;
    }
    copy(hook, args, "name", "name");
    copy(hook, args, "user", "user");
    copy(hook, args, "from", "from");
    copy(hook, args, "to", "to");
    copy(hook, args, "proxy", "proxy");
    copy(hook, args, "ca", "ca");
    copy(hook, args, "say", "say");
    copy(hook, args, "urgency", "urgency");
    copy_flag(hook, args, "with-text", "with_text");
    copy_flag(hook, args, "bare", "bare");
    copy_flag(hook, args, "allow-plain", "allow_plain");
    if (copy_again(hook, args, fail) && read_secrets(hook, args, kind, fail))
        return hook;
    json_decref(hook);
    return NULL;
}

/* Names and reasons leave only after somebody has read where to. */
static bool agree(const struct args *args, const struct hook *hook, struct tool_fail *fail)
{
    const struct secret_source source = {.fd = -1, .what = "the answer", .echo = true};
    char leaks[HOOK_LEAKS_MAX];
    struct secret line;
    bool yes;

    hook_leaks(leaks, hook);
    (void)fputs(leaks, stderr);
    if (!hook->with_text || args_option(args, "yes") != NULL)
        return true;
    if (!secret_is_interactive(&source))
        return fail_set(fail, TOOL_USAGE,
                        "with text, and nobody at a terminal to agree: read the above, then say "
                        "--yes");
    if (!secret_read(&line, &source, "Is that what you want? [yes/no] ", fail))
        return false;
    yes = strcmp(line.text, "yes") == 0 || strcmp(line.text, "y") == 0;
    secret_wipe(&line);
    return yes || fail_set(fail, TOOL_REFUSED,
                           "not wanted: nothing was stored; leave out "
                           "--with-text");
}

static void render_added(const json_t *reply)
{
    const char *name = reply_string(json_object_get(reply, "hook"), "name");

    (void)printf("Hook %s is stored. Next: '%s notify test %s'.\n", name, again(), name);
}

int cmd_notify_add(const struct args *args)
{
    struct tool_fail fail;
    struct hook hook;
    json_t *object = hook_of(args, &fail);
    bool ok = object != NULL && hook_read(&hook, object, &fail) && hook_check_way(&hook, &fail) &&
              agree(args, &hook, &fail);

    hook_wipe(&hook);
    if (!ok) {
        json_decref(object);
        return fail_print(&fail);
    }
    return session_query(args, json_pack("{s:s, s:o}", "do", "notify-add", "hook", object),
                         render_added);
}

/* ---- list, remove ---- */

/* Never more than is known: that a server took something is not that somebody heard it. */
static const char *state_words(const char *state, const char *kind)
{
    static const struct {
        const char *state, *words;
    } rows[] = {
        {"waiting", "waits to be tried"},
        {"again", "will ring again unless somebody answers"},
        {"retry", "not accepted yet, is tried again"},
        {"failed", "not accepted, given up"},
        {"refused", "refused"},
        {"answered", "answered here: rings no more by itself"},
        {"over", "no longer needed: over, or answered"},
        {"dropped", "never tried: too much waited"},
        {"removed", "never accepted: the hook was removed"},
        {"none", "never tried"},
    };
    enum notify_kind known;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].state, state) == 0)
            return rows[i].words;
    }
    return hook_find_kind(kind, &known) ? hook_accepted(known) : "accepted";
}

static const char *or_empty(const json_t *object, const char *key)
{
    const char *text = reply_string(object, key);

    return text == NULL ? "" : text;
}

/* What kind it is, and where it leads: of an address that is a secret, the server alone. */
static void write_way(char *out, size_t cap, const json_t *hook)
{
    const char *server = reply_string(hook, "server");
    const char *place = server != NULL ? server : or_empty(hook, "address");

    (void)snprintf(out, cap, "%s%s%s", or_empty(hook, "kind"), place[0] == '\0' ? "" : " ", place);
}

static void render_hook(const json_t *hook)
{
    const json_t *last = json_object_get(hook, "last");
    char at[TEXT_MAX], every[TEXT_MAX] = "once", way[WAY_MAX];

    write_way(way, sizeof way, hook);
    if (reply_number(hook, "again_s") != 0)
        text_span_write(every, reply_number(hook, "again_s"));
    (void)printf("%s  %s%s%s\n", or_empty(hook, "name"), way,
                 or_empty(hook, "to")[0] == '\0' ? "" : " to ", or_empty(hook, "to"));
    (void)printf("      %s; rings %s%s; %s\n",
                 strcmp(or_empty(hook, "urgency"), "ring") == 0     ? "rings only"
                 : strcmp(or_empty(hook, "urgency"), "notice") == 0 ? "rings and notices"
                                                                    : "everything",
                 reply_number(hook, "again_s") == 0 ? "" : "again every ", every,
                 reply_flag(hook, "with_text") ? "WITH names and reasons" : "one neutral line");
    if (last == NULL) {
        (void)printf("      never tried: '%s notify test'\n", again());
        return;
    }
    text_time_write(at, reply_number(last, "at"));
    (void)printf("      %s: %s%s%s%s\n", at,
                 state_words(or_empty(last, "state"), or_empty(hook, "kind")),
                 or_empty(last, "answer")[0] == '\0' ? "" : " (", or_empty(last, "answer"),
                 or_empty(last, "answer")[0] == '\0' ? "" : ")");
}

static void render_list(const json_t *reply)
{
    const json_t *list = json_object_get(reply, "hooks");
    json_t *hook;
    size_t i;

    if (json_array_size(list) == 0)
        render_wrapped(0, no_hooks);
    json_array_foreach(list, i, hook) render_hook(hook);
}

int cmd_notify_list(const struct args *args)
{
    return session_query(args, json_pack("{s:s}", "do", "notify-list"), render_list);
}

static void render_gone(const json_t *reply)
{
    (void)printf("Hook %s is gone. What a server already has stays there.\n",
                 or_empty(reply, "name"));
}

/* Has somebody agree, who sees which hook it is: nobody can read its address or token back. */
static bool agree_to_remove(const struct args *args, struct session *session, json_t *request,
                            struct tool_fail *fail)
{
    char follows[800], way[WAY_MAX];
    json_t *reply = NULL;
    const json_t *hook;

    if (!session_ask(
            session,
            json_pack("{s:s, s:s}", "do", "notify-find", "name", reply_string(request, "name")),
            &reply, fail))
        return false;
    hook = json_object_get(reply, "hook");
    write_way(way, sizeof way, hook);
    (void)snprintf(follows, sizeof follows,
                   "To be removed: hook %s, %s. What it knows is erased here, its address "
                   "and token, too: to use it again you need them.%s",
                   or_empty(hook, "name"), way,
                   reply_flag(reply, "only")
                       ? " It is the only hook: nobody is woken outside this terminal then."
                       : "");
    json_decref(reply);
    return ask_word(args, follows, "remove", fail);
}

int cmd_notify_remove(const struct args *args)
{
    return session_query_ready(
        args, agree_to_remove,
        json_pack("{s:s, s:s}", "do", "notify-remove", "name", args_word(args, 0)), render_gone);
}

/* ---- test ---- */

static bool wait_for(struct session *session, const char *name, json_t **reply,
                     struct tool_fail *fail)
{
    for (int i = 0; i < TEST_STEPS; i++) {
        if (!session_ask(session, json_pack("{s:s, s:s}", "do", "notify-tested", "name", name),
                         reply, fail))
            return false;
        if (!reply_flag(*reply, "running"))
            return true;
        json_decref(*reply);
        *reply = NULL;
        session_pause(session, TEST_STEP_MS);
    }
    return fail_set(fail, TOOL_ENVIRONMENT, "%s does not end: see 'allswell notify log'", name);
}

/* Tests run side by side: the slowest one decides how long it takes. */
static int wait_all(struct session *session, const json_t *names, json_t *results,
                    struct tool_fail *fail)
{
    int code = TOOL_OK;
    json_t *name;
    size_t i;

    json_array_foreach(names, i, name)
    {
        json_t *result = NULL;
        const char *state;

        if (!wait_for(session, json_string_value(name), &result, fail))
            return fail_print(fail);
        state = or_empty(result, "state");
        if (strcmp(state, "refused") == 0)
            code = TOOL_REFUSED;
        else if (strcmp(state, "accepted") != 0 && code == TOOL_OK)
            code = TOOL_ENVIRONMENT;
        if (!session->is_json)
            (void)printf(
                "%s: %s%s%s%s\n", or_empty(result, "name"),
                strcmp(state, "failed") == 0 ? "not accepted"
                                             : state_words(state, or_empty(result, "kind")),
                or_empty(result, "answer")[0] == '\0' ? "" : " (", or_empty(result, "answer"),
                or_empty(result, "answer")[0] == '\0' ? "" : ")");
        (void)fflush(stdout);
        (void)json_array_append_new(results, result);
    }
    return code;
}

int cmd_notify_test(const struct args *args)
{
    json_t *results = json_array(), *reply = NULL, *whole;
    struct session session;
    struct tool_fail fail;
    int code;

    if (!session_open(&session, args, &fail)) {
        json_decref(results);
        return fail_print(&fail);
    }
    if (!session_ask(&session,
                     json_pack("{s:s, s:s*}", "do", "notify-test", "name", args_word(args, 0)),
                     &reply, &fail)) {
        json_decref(results);
        session_close(&session);
        return fail_print(&fail);
    }
    code = wait_all(&session, json_object_get(reply, "names"), results, &fail);
    whole = json_pack("{s:b, s:O}", "ok", code == TOOL_OK, "tests", results);
    if (session.is_json && reply_print(whole) != TOOL_OK)
        code = TOOL_ENVIRONMENT;
    else if (!session.is_json && code == TOOL_OK)
        (void)puts("Whether it rings where you sleep only you can tell: did it?");
    json_decref(whole);
    json_decref(results);
    json_decref(reply);
    session_close(&session);
    return code;
}

/* ---- log ---- */

static void render_log(const json_t *reply)
{
    const json_t *entries = json_object_get(reply, "entries");
    json_t *entry;
    size_t i;

    if (json_array_size(entries) == 0)
        render_wrapped(0, reply_number(reply, "hooks") == 0
                              ? no_hooks
                              : "No hook was tried yet: 'allswell notify test' tries them.");
    json_array_foreach(entries, i, entry)
    {
        const char *answer = or_empty(entry, "answer"), *person = or_empty(entry, "person");
        uint64_t tries = reply_number(entry, "tries"), next = reply_number(entry, "next_at");
        uint64_t tried = reply_number(entry, "tried_at");
        char at[TEXT_MAX], when[TEXT_MAX];

        text_time_write(at, reply_number(entry, "at"));
        (void)printf("%s  %s %s%s%s\n      %s", at, or_empty(entry, "hook"),
                     reply_flag(entry, "test") ? "test" : or_empty(entry, "urgency"),
                     person[0] == '\0' ? "" : " for ", person,
                     state_words(or_empty(entry, "state"), or_empty(entry, "kind")));
        if (tried != 0) {
            text_time_write(when, tried);
            (void)printf(", %s", when);
        }
        if (tries > 1)
            (void)printf(", %llu tries", (unsigned long long)tries);
        if (next != 0) {
            text_time_write(when, next);
            (void)printf(", next %s", when);
        }
        (void)printf("%s%s%s\n", answer[0] == '\0' ? "" : " (", answer,
                     answer[0] == '\0' ? "" : ")");
    }
}

int cmd_notify_log(const struct args *args)
{
    struct tool_fail fail;
    long lines = 0;

    if (!args_number(args_option(args, "lines"), "--lines", 1, 500, 50, &lines, &fail))
        return fail_print(&fail);
    return session_query(
        args, json_pack("{s:s, s:I}", "do", "notify-log", "count", (json_int_t)lines), render_log);
}
