/* SPDX-License-Identifier: ISC */
#include "asked.h"

#include "fuzz.h"

#include "common/text.h"

#include <allswell/control.h>
#include <string.h>

static void check_refusal(const json_t *reply, bool is_done)
{
    uint64_t code = reply_number(reply, "code");
    const char *text = reply_string(reply, "error");

    AW_ASSERT(code >= TOOL_REFUSED && code <= TOOL_NOT_FOUND);
    AW_ASSERT(text != NULL && text_is_plain(text, 1, sizeof((struct tool_fail *)0)->text - 1));
    /* What was done may be too long to tell; a refusal is not. */
    AW_ASSERT(is_done == (strcmp(text, "the answer is too long: ask for less") == 0));
}

struct asked ask_line(reply_handler *handler, void *ctx, const char *line, const char *secret)
{
    struct asked asked = {.code = TOOL_OK};
    char *text = reply_serve(handler, ctx, line, &asked.is_done);

    AW_ASSERT(text != NULL && strlen(text) <= AW_CONTROL_LINE_MAX && strchr(text, '\n') == NULL);
    AW_ASSERT(secret == NULL || strstr(text, secret) == NULL);
    asked.reply = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    AW_ASSERT(json_is_object(asked.reply));
    if (!reply_flag(asked.reply, "ok")) {
        check_refusal(asked.reply, asked.is_done);
        asked.code = (enum tool_exit)reply_number(asked.reply, "code");
    } else {
        AW_ASSERT(asked.is_done);
    }
    reply_text_free(text);
    return asked;
}

bool asked_is_bad(const struct asked *asked)
{
    return !asked->is_done && (asked->code == TOOL_USAGE || asked->code == TOOL_NOT_FOUND);
}
