/* SPDX-License-Identifier: ISC */
#include "allswell/commands.h"
#include "allswell/session.h"
#include "common/again.h"
#include "common/screen.h"

#include <stdio.h>
#include <string.h>

/* doctor: one line for each finding, with its remedy; on a terminal it is wrapped. */

static bool is_bad(const json_t *item)
{
    return strcmp(reply_string(item, "finding"), "bad") == 0;
}

static void render_doctor(const json_t *reply)
{
    json_t *item;
    size_t i;

    json_array_foreach(json_object_get(reply, "findings"), i, item)
    {
        bool is_good = strcmp(reply_string(item, "finding"), "good") == 0;
        const char *remedy = reply_string(item, "remedy");
        char line[700];

        (void)snprintf(line, sizeof line, "%s%-4s%s  %-6s %s%s%s",
                       is_bad(item) ? screen_paint(SCREEN_ALARM)
                       : is_good    ? screen_paint(SCREEN_CALM)
                                    : "",
                       is_bad(item) ? "BAD"
                       : is_good    ? "good"
                                    : "note",
                       is_bad(item) || is_good ? screen_plain() : "", reply_string(item, "check"),
                       reply_string(item, "text"), remedy[0] != '\0' ? ": " : "", remedy);
        if (screen_is_terminal()) {
            screen_wrapped(stdout, 0, screen_columns() < 60 ? 2 : 13, line);
        } else { /* for scripts: one line, however long */
            again_print(line);
            (void)putchar('\n');
        }
    }
}

int cmd_doctor(const struct args *args)
{
    struct session session;
    struct tool_fail fail;
    json_t *reply = NULL, *item;
    size_t i;
    int code = TOOL_OK;

    if (!session_open(&session, args, &fail))
        return fail_print(&fail);
    (void)session_settle(&session, 0); /* who says that a relay does not answer has waited */
    if (!session_ask(&session, json_pack("{s:s}", "do", "doctor"), &reply, &fail)) {
        session_close(&session);
        return fail_print(&fail);
    }
    session_close(&session);
    if (session.is_json)
        code = reply_print(reply);
    else
        render_doctor(reply);
    json_array_foreach(json_object_get(reply, "findings"), i, item)
    {
        if (code == TOOL_OK && is_bad(item))
            code = TOOL_REFUSED;
    }
    json_decref(reply);
    return code;
}
