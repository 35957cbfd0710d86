/* SPDX-License-Identifier: ISC */
#include "allswell/calls.h"
#include "allswell/commands.h"
#include "allswell/render.h"
#include "allswell/session.h"
#include "common/base64.h"
#include "common/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* plan show, plan set, plan zone, plan check. */

/* The next ten deadlines; `first` leads the first line, `rest` the others. */
static void render_next(const json_t *reply, const char *first, const char *rest)
{
    const json_t *locals = json_object_get(reply, "next_local");
    char due[TEXT_MAX];
    json_t *next;
    size_t i;

    json_array_foreach(json_object_get(reply, "next"), i, next)
    {
        const char *local = json_string_value(json_array_get(locals, i));

        text_time_write(due, (uint64_t)json_integer_value(next));
        (void)printf("%s %s", i == 0 ? first : rest, due);
        if (local != NULL && strcmp(local, due) != 0)
            (void)printf("  (%s in the zone of the plan)", local);
        (void)putchar('\n');
    }
}

static void render_plan(const json_t *reply)
{
    (void)fputs(reply_string(reply, "text"), stdout);
    (void)puts("# If you check in now, check-ins are due:");
    render_next(reply, "# next:", "# next:");
}

int cmd_plan_show(const struct args *args)
{
    return session_query(args, json_pack("{s:s}", "do", "plan-show"), render_plan);
}

static void render_lines(char sign, const json_t *list)
{
    json_t *line;
    size_t i;

    json_array_foreach(list, i, line)
    {
        (void)printf("%c %s\n", sign, json_string_value(line));
    }
}

static void render_waiting(const json_t *reply)
{
    unsigned long long version = reply_number(reply, "version");
    char at[TEXT_MAX], text[300];

    text_time_write(at, reply_number(reply, "effective_at"));
    if (reply_flag(reply, "unjudged"))
        (void)snprintf(
            text, sizeof text,
            "Version %llu of the plan waits. No secret shows that it is hers: it takes "
            "effect only if two of her circle (or all of you) say 'compared', each after "
            "meeting her, and not before %s.",
            version, at);
    else
        (void)snprintf(text, sizeof text, "Version %llu of the plan waits, and takes effect at %s.",
                       version, at);
    render_wrapped(0, text);
    (void)printf("It is weaker in: %s. What goes (-) and what comes (+):\n",
                 reply_string(reply, "loosens"));
    render_lines('-', json_object_get(reply, "removed"));
    render_lines('+', json_object_get(reply, "added"));
    if (!reply_flag(reply, "unjudged"))
        return;
    (void)snprintf(text, sizeof text,
                   "If she says in person that she wants this: 'allswell compared PERSON --plan "
                   "%llu'.",
                   version);
    render_wrapped(0, text);
}

int cmd_plan_waiting(const struct args *args)
{
    return session_query(
        args, json_pack("{s:s, s:s}", "do", "plan-waiting", "person", args_word(args, 0)),
        render_waiting);
}

static char *read_file(const char *path, struct tool_fail *fail)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char *text = calloc(1, PLAN_TEXT_MAX + 2);
    size_t len = 0;
    bool ok = false;

    if (file == NULL || text == NULL) {
        (void)fail_set(fail, errno == ENOENT ? TOOL_NOT_FOUND : TOOL_ENVIRONMENT,
                       "cannot read %s: %s: give the path of a file", path, strerror(errno));
    } else {
        len = fread(text, 1, PLAN_TEXT_MAX + 1, file);
        if (ferror(file) != 0)
            (void)fail_set(fail, TOOL_ENVIRONMENT, "cannot read %s: give the path of a file", path);
        else if (len > PLAN_TEXT_MAX)
            (void)fail_set(fail, TOOL_USAGE, "%s is longer than %d bytes: shorten it", path,
                           PLAN_TEXT_MAX);
        else if (strlen(text) != len)
            (void)fail_set(fail, TOOL_USAGE, "%s is no text: see allswell-plan(5)", path);
        else
            ok = true;
    }
    if (file != NULL && file != stdin)
        (void)fclose(file);
    if (ok)
        return text;
    free(text);
    return NULL;
}

static void render_check(const json_t *reply)
{
    char first[TEXT_MAX], last[TEXT_MAX], due[TEXT_MAX], text[300];

    text_span_write(first, reply_number(reply, "worst_first_s"));
    text_span_write(last, reply_number(reply, "worst_everybody_s"));
    (void)snprintf(text, sizeof text,
                   "In the worst case %s pass before anybody is rung, %s before everybody is: "
                   "after a check-in at %s in the zone of the plan.",
                   first, last, reply_string(reply, "worst_local"));
    render_wrapped(0, text);
    text_span_write(first, reply_number(reply, "typical_first_s"));
    text_span_write(last, reply_number(reply, "best_first_s"));
    text_span_write(due, reply_number(reply, "worst_blind_s"));
    (void)snprintf(text, sizeof text,
                   "On average it is %s, at best %s; at worst %s where no contact can tell.", first,
                   last, due);
    render_wrapped(0, text);
    text_span_write(first, reply_number(reply, "silenced_s"));
    (void)printf("A silenced device is rung for after %s.\n", first);
    render_next(reply, "Next due:", "         ");
    render_findings("hole", json_object_get(reply, "holes"));
    render_findings("weak", json_object_get(reply, "weak"));
    render_findings("note", json_object_get(reply, "notes"));
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

json_t *calls_file(const struct args *args, size_t nth, const char *what, struct tool_fail *fail)
{
    char *text = read_file(args_word(args, nth), fail);
    json_t *request;

    if (text == NULL)
        return NULL;
    request = json_pack("{s:s, s:s, s:s}", "do", what, "file", base_name(args_word(args, nth)),
                        "text", text);
    free(text);
    if (request == NULL)
        (void)fail_set(fail, TOOL_USAGE, "%s is not UTF-8: save it as plain text",
                       args_word(args, nth));
    return request;
}

/* Names separated by commas; the terminal shows them, the disk never does. */
static bool ask_circle(json_t *request, const struct secret_source *secrets, struct tool_fail *fail)
{
    const struct secret_source source = {.fd = secrets->fd, .what = "the circle", .echo = true};
    json_t *list = json_array();
    struct secret line;
    const char *at = line.text;

    if (!secret_read(&line, &source, "Who may learn of duress (names, with commas): ", fail)) {
        json_decref(list);
        return false;
    }
    while (*at != '\0') {
        size_t len = strcspn(at, ",");
        const char *from = at;

        at += len + (at[len] == ',' ? 1 : 0);
        text_trim(&from, &len);
        if (len > 0)
            (void)json_array_append_new(list, json_stringn(from, len));
    }
    secret_wipe(&line);
    (void)json_object_set_new(request, "circle", list);
    return true;
}

int cmd_plan_check(const struct args *args)
{
    const struct secret_source typed = {.fd = -1};
    struct session session;
    struct tool_fail fail;
    json_t *request = args_word(args, 0) != NULL ? calls_file(args, 0, "plan-check", &fail)
                                                 : json_pack("{s:s}", "do", "plan-check");
    json_t *reply = NULL;
    int code = TOOL_OK;
    bool ok;

    if (request == NULL)
        return fail_print(&fail);
    if (!session_open(&session, args, &fail)) {
        json_decref(request);
        return fail_print(&fail);
    }
    if (args_option(args, "circle") != NULL && !ask_circle(request, &typed, &fail)) {
        json_decref(request);
        session_close(&session);
        return fail_print(&fail);
    }
    (void)session_settle(&session, 3);
    ok = session_ask(&session, request, &reply, &fail);
    if (!ok)
        code = fail_print(&fail);
    else if (session.is_json)
        code = reply_print(reply);
    else
        render_check(reply);
    if (ok && code == TOOL_OK &&
        json_array_size(json_object_get(reply, "holes")) +
                json_array_size(json_object_get(reply, "weak")) >
            0)
        code = TOOL_REFUSED;
    json_decref(reply);
    session_close(&session);
    return code;
}

static void set_bytes(json_t *request, const char *key, const uint8_t *bytes, size_t len)
{
    char text[BASE64_LEN(AW_PRESENCE_KEY_LEN) + 1];

    base64_encode(text, bytes, len);
    (void)json_object_set_new(request, key, json_string(text));
    explicit_bzero(text, sizeof text);
}

/* `old`: the key of the secret so far, NULL when there is none. */
static bool ask_both(json_t *request, struct presence *presence, const struct secret_source *source,
                     const uint8_t *old, struct tool_fail *fail)
{
    uint8_t safe[AW_PRESENCE_KEY_LEN], duress[AW_PRESENCE_KEY_LEN];
    bool ok;

    ok = presence_ask_new(presence, source, "Your safe secret: ", safe, fail) &&
         presence_ask_new(presence, source, "Your duress secret: ", duress, fail);
    if (ok && memcmp(safe, duress, sizeof safe) == 0)
        ok = fail_set(fail, TOOL_USAGE, "both secrets are the same: choose two that differ");
    if (ok && aw_presence_tweak_find(presence->tweak, safe, duress, aw_random_system()) != AW_OK)
        ok = fail_set(fail, TOOL_ENVIRONMENT, "the system gives no random numbers: try again");
    ok = ok && ask_circle(request, source, fail);
    if (ok) {
        set_bytes(request, "safe", safe, sizeof safe);
        set_bytes(request, "duress", duress, sizeof duress);
        set_bytes(request, "key", old == NULL ? safe : old, sizeof safe);
        set_bytes(request, "tweak", presence->tweak, sizeof presence->tweak);
        presence_show(presence, safe); /* the same for both: remember it */
    }
    explicit_bzero(safe, sizeof safe);
    explicit_bzero(duress, sizeof duress);
    return ok;
}

bool calls_new_secrets(const struct args *args, struct session *session, json_t *request,
                       struct tool_fail *fail)
{
    struct secret_source source = {.fd = -1, .what = "the secret", .echo = false};
    struct presence presence;
    uint8_t key[AW_PRESENCE_KEY_LEN];
    bool ok = secret_fd(args_option(args, "secret-fd"), &source.fd, fail) &&
              presence_load(session, &presence, fail);

    if (ok && presence.has_secrets)
        ok = presence_ask(&presence, &source, "Your secret so far: ", key, fail);
    ok = ok && ask_both(request, &presence, &source, presence.has_secrets ? key : NULL, fail);
    explicit_bzero(key, sizeof key);
    return ok;
}

static bool ask_secrets(const struct args *args, struct session *session, json_t *request,
                        struct tool_fail *fail)
{
    struct secret_source source = {.fd = -1, .what = "the secret", .echo = false};
    struct presence presence;
    uint8_t key[AW_PRESENCE_KEY_LEN];

    if (args_option(args, "secrets") != NULL)
        return calls_new_secrets(args, session, request, fail);
    if (!secret_fd(args_option(args, "secret-fd"), &source.fd, fail) ||
        !presence_load(session, &presence, fail))
        return false;
    if (!presence.has_secrets)
        return fail_set(fail, TOOL_STATE,
                        "no secrets were chosen yet: 'allswell plan set --secrets FILE'");
    if (!presence_ask(&presence, &source, "Your secret: ", key, fail))
        return false;
    set_bytes(request, "key", key, sizeof key);
    explicit_bzero(key, sizeof key);
    return true;
}

/* Contacts do not loosen at once, and her device goes by the stricter plan until they do. */
static void render_waits(const json_t *reply)
{
    const json_t *waits = json_object_get(reply, "waits");
    char at[TEXT_MAX], text[300];

    if (!json_is_object(waits))
        return;
    text_time_write(at, reply_number(waits, "until"));
    (void)snprintf(text, sizeof text,
                   "It loosens %s. Until %s your contacts may go on with the plan before, and this "
                   "device asks for what either of the two asks.",
                   reply_string(waits, "loosens"), at);
    render_wrapped(0, text);
}

static int plan_set(const struct args *args, struct session *session, json_t *request,
                    struct tool_fail *fail)
{
    json_t *reply = NULL, *check = json_copy(request);
    int code = TOOL_OK;
    bool ok;

    /* Mistakes are told before secrets are typed. */
    (void)session_settle(session, 3);
    (void)json_object_set_new(check, "do", json_string("plan-check"));
    ok = session_ask(session, check, &reply, fail) && ask_secrets(args, session, request, fail);
    json_decref(reply);
    reply = NULL;
    if (!ok) {
        json_decref(request);
        return fail_print(fail);
    }
    if (!session_ask(session, request, &reply, fail))
        return fail_print(fail);
    (void)session_settle(session, 0);
    if (session->is_json) {
        code = reply_print(reply);
    } else {
        (void)printf("Version %llu of your plan is in force.\n",
                     (unsigned long long)reply_number(reply, "version"));
        render_waits(reply);
        render_check(reply);
    }
    json_decref(reply);
    return code;
}

static int plan_put(const struct args *args, json_t *request, struct tool_fail *fail)
{
    struct session session;
    int code;

    if (request == NULL)
        return fail_print(fail);
    if (!session_open(&session, args, fail)) {
        json_decref(request);
        return fail_print(fail);
    }
    code = plan_set(args, &session, request, fail);
    session_close(&session);
    return code;
}

int cmd_plan_set(const struct args *args)
{
    struct tool_fail fail;

    return plan_put(args, calls_file(args, 0, "plan-set", &fail), &fail);
}

int cmd_plan_zone(const struct args *args)
{
    struct tool_fail fail;
    json_t *request = json_pack("{s:s, s:s}", "do", "plan-set", "zone", args_word(args, 0));

    if (request == NULL)
        (void)fail_set(&fail, TOOL_USAGE, "the name of the zone is not UTF-8: write Area/City");
    return plan_put(args, request, &fail);
}
