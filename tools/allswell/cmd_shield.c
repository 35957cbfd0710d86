/* SPDX-License-Identifier: ISC */
#include "allswell/calls.h"
#include "allswell/commands.h"
#include "allswell/render.h"
#include "allswell/session.h"

#include <stdio.h>

/* coverage, card, remove. */

int cmd_coverage(const struct args *args)
{
    struct session session;
    struct tool_fail fail;
    json_t *reply = NULL;
    int code = TOOL_OK;
    bool ok;

    if (!session_open(&session, args, &fail))
        return fail_print(&fail);
    (void)session_settle(&session, 3);
    ok = session_ask(&session, json_pack("{s:s}", "do", "coverage"), &reply, &fail);
    if (!ok)
        code = fail_print(&fail);
    else if (session.is_json)
        code = reply_print(reply);
    else
        render_coverage(reply);
    if (ok && code == TOOL_OK && !reply_flag(reply, "covered"))
        code = TOOL_REFUSED;
    json_decref(reply);
    session_close(&session);
    return code;
}

static void render_version(const json_t *reply)
{
    (void)printf("Version %llu of your plan is in force.\n",
                 (unsigned long long)reply_number(reply, "version"));
    render_findings("weak", json_object_get(reply, "weak"));
}

static bool ask_key(const struct args *args, struct session *session, json_t *request,
                    struct tool_fail *fail)
{
    return calls_add_key(request, session, args, fail);
}

int cmd_card_set(const struct args *args)
{
    struct tool_fail fail;
    json_t *request = calls_file(args, 0, "card-set", &fail);

    return request == NULL ? fail_print(&fail)
                           : session_act_ready(args, ask_key, request, render_version);
}

int cmd_card_remove(const struct args *args)
{
    return session_act_ready(args, ask_key, json_pack("{s:s}", "do", "card-set"), render_version);
}

static bool ask_removal(const struct args *args, struct session *session, json_t *request,
                        struct tool_fail *fail)
{
    static const struct session_agreement agreement = {
        .follows = "To be removed quietly: %s. Whoever it is goes on hearing that all is well, and "
                   "never an alarm.",
        .word = "remove",
        .side = "mine",
    };

    return session_agree(session, args, &agreement, fail) &&
           calls_new_secrets(args, session, request, fail);
}

int cmd_remove(const struct args *args)
{
    struct tool_fail fail;
    json_t *request = args_word(args, 1) == NULL ? json_pack("{s:s}", "do", "remove")
                                                 : calls_file(args, 1, "remove", &fail);

    if (request == NULL)
        return fail_print(&fail);
    (void)json_object_set_new(request, "person", json_string(args_word(args, 0)));
    return session_act_ready(args, ask_removal, request, render_version);
}
