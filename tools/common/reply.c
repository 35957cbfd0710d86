/* SPDX-License-Identifier: ISC */
#include "common/reply.h"

#include "common/screen.h"
#include "common/text.h"

#include <allswell/control.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 1024 /* bytes of a string that is isolated */

json_t *reply_failed(const struct tool_fail *fail)
{
    return json_pack("{s:b, s:i, s:s}", "ok", 0, "code", (int)fail->code, "error", fail->text);
}

bool reply_check(const json_t *reply, struct tool_fail *fail)
{
    uint64_t code;
    const char *text;

    if (reply_flag(reply, "ok"))
        return true;
    code = reply_number(reply, "code");
    text = reply_string(reply, "error");
    if (text == NULL || code < TOOL_REFUSED || code > TOOL_NOT_FOUND)
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "the running process gave no answer: restart it with this version");
    return fail_set(fail, (enum tool_exit)code, "%s", text);
}

char *reply_text(const json_t *object)
{
    char *text = json_dumps(object, REPLY_REALS | JSON_COMPACT);

    if (text != NULL && strlen(text) > AW_CONTROL_LINE_MAX) {
        reply_text_free(text);
        return NULL;
    }
    return text;
}

void reply_text_free(char *text)
{
    if (text == NULL)
        return;
    explicit_bzero(text, strlen(text));
    free(text);
}

char *reply_serve(reply_handler *handler, void *ctx, const char *line, bool *ok)
{
    struct tool_fail fail;
    json_t *request = json_loads(line, JSON_REJECT_DUPLICATES, NULL), *reply = NULL;
    const char *what = reply_string(request, "do");
    bool done = false;
    char *text;

    if (what == NULL)
        (void)fail_set(&fail, TOOL_USAGE, "not a request: use the same version of both programs");
    else
        done = handler(ctx, what, request, &reply, &fail);
    if (done)
        (void)json_object_set_new(reply, "ok", json_true());
    else
        reply = reply_failed(&fail);
    text = reply_text(reply);
    if (text == NULL) {
        json_decref(reply);
        (void)fail_set(&fail, TOOL_STATE, "the answer is too long: ask for less");
        reply = reply_failed(&fail);
        text = reply_text(reply);
    }
    json_decref(reply);
    json_decref(request);
    if (ok != NULL)
        *ok = done;
    return text;
}

static enum reply_asked asked(enum aw_status status, struct tool_fail *fail)
{
    if (status == AW_OK)
        return REPLY_ANSWERED;
    if (status == AW_E_NOT_FOUND)
        return REPLY_NOT_RUNNING;
    if (status == AW_E_AUTH)
        (void)fail_set(fail, TOOL_ENVIRONMENT,
                       "another user listens in this home: check who owns it");
    else if (status == AW_E_RANGE)
        (void)fail_set(fail, TOOL_USAGE,
                       "the request or the path of the home is too long: shorten it");
    else
        (void)fail_set(fail, TOOL_ENVIRONMENT,
                       "the running process does not answer: look at its output, restart it");
    return REPLY_FAILED;
}

enum reply_asked reply_ask(const struct home *home, const json_t *request, unsigned timeout_s,
                           json_t **reply, struct tool_fail *fail)
{
    char path[HOME_FILE_MAX];
    char *line = reply_text(request), *answer = calloc(1, AW_CONTROL_LINE_MAX + 1);
    enum reply_asked result = REPLY_FAILED;

    *reply = NULL;
    home_file(path, home, "control.sock");
    if (line == NULL || answer == NULL)
        (void)fail_set(fail, TOOL_USAGE, "the request is too long: shorten it");
    else
        result = asked(aw_control_ask(path, line, answer, (uint64_t)timeout_s * 1000), fail);
    if (result == REPLY_ANSWERED) {
        *reply = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
        if (!reply_check(*reply, fail)) {
            json_decref(*reply);
            *reply = NULL;
            result = REPLY_FAILED;
        }
    }
    reply_text_free(line);
    if (answer != NULL)
        explicit_bzero(answer, AW_CONTROL_LINE_MAX + 1);
    free(answer);
    return result;
}

int reply_print(const json_t *reply)
{
    char *text = json_dumps(reply, REPLY_REALS | JSON_INDENT(2) | JSON_SORT_KEYS);
    struct tool_fail fail;
    bool ok = text != NULL && puts(text) >= 0 && fflush(stdout) == 0;

    reply_text_free(text);
    if (ok)
        return TOOL_OK;
    (void)fail_set(&fail, TOOL_ENVIRONMENT, "cannot write the answer: %s: check where it goes",
                   strerror(errno));
    return fail_print(&fail);
}

/* A text that is too long to be a name or a sentence stays as it is. */
static void isolate_string(json_t *string)
{
    char text[TEXT_ISOLATED(SHOWN_MAX)];

    if (json_string_length(string) > SHOWN_MAX)
        return;
    text_isolate(text, sizeof text, json_string_value(string));
    (void)json_string_set(string, text);
}

static void isolate_or_keep(json_t *list, json_t *value)
{
    if (json_is_string(value))
        isolate_string(value);
    else if (json_is_object(value) || json_is_array(value))
        (void)json_array_append(list, value);
}

void reply_for_screen(json_t *reply)
{
    json_t *list, *item, *value;
    const char *key;
    size_t k;

    if (!screen_is_terminal())
        return;
    list = json_array();
    isolate_or_keep(list, reply);
    for (size_t i = 0; i < json_array_size(list); i++) {
        item = json_array_get(list, i);
        json_array_foreach(item, k, value)
        {
            isolate_or_keep(list, value);
        }
        json_object_foreach(item, key, value)
        {
            isolate_or_keep(list, value);
        }
    }
    json_decref(list);
}

const char *reply_string(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

uint64_t reply_number(const json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));

    return value < 0 ? 0 : (uint64_t)value;
}

bool reply_flag(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}
