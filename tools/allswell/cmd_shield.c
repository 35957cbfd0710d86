/* SPDX-License-Identifier: ISC */
#include "allswell/calls.h"
#include "allswell/commands.h"
#include "allswell/render.h"
#include "allswell/session.h"
#include "common/text.h"

#include <stdio.h>
#include <string.h>

/* coverage, card, remove. */

/* Why somebody does not count, or counts less, as a person would say it, with what helps. */
static const char *reason_words(const char *reason)
{
    static const struct {
        const char *reason, *words;
    } reasons[] = {
        {"withdraws", "Withdraws: 'allswell plan set' a plan without this person."},
        {"never-heard", "Nothing was ever heard from this device: ask that it is started."},
        {"silent", "Nothing was heard from this device for too long: ask whether it is on."},
        {"away", "Is away when it would ring: ask for an earlier return, or somebody else."},
        {"unverified", "The words were not compared: 'allswell verify' does that."},
        {"no-plan", "Your plan has not arrived there: ask that the device goes online."},
        {"old-plan", "Your newest plan has not arrived there: an older one is followed."},
        {"sleeps", "The device may sleep, as a phone does, and then notices later."},
        {"untested", "No drill was answered there: 'allswell drill' shows how long it takes."},
    };

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (strcmp(reason, reasons[i].reason) == 0)
            return reasons[i].words;
    }
    return reason; /* of an agent that is newer */
}

static void render_coverage(const json_t *reply)
{
    bool is_deaf = json_is_null(json_object_get(reply, "hears_s"));
    char span[TEXT_MAX], text[200];
    json_t *person;
    size_t i;

    text_span_write(span, reply_number(reply, "hears_s"));
    (void)snprintf(text, sizeof text, "%llu of %llu people can be reached. %s%s.",
                   (unsigned long long)reply_number(reply, "reachable"),
                   (unsigned long long)reply_number(reply, "humans"),
                   is_deaf ? "NOBODY would hear of an attack right now"
                           : "If something happened right now a human would hear within ",
                   is_deaf ? "" : span);
    render_wrapped(0, text);
    if (!reply_flag(reply, "can_find"))
        render_wrapped(0, "Too few for a decision together: a missed check-in reveals no place.");
    json_array_foreach(json_object_get(reply, "people"), i, person)
    {
        const json_t *reasons = json_object_get(person, "reasons");
        json_t *reason;
        size_t k;

        (void)snprintf(text, sizeof text, "%s: %s", reply_string(person, "name"),
                       reply_flag(person, "counts") ? "counts" : "does NOT count");
        render_wrapped(2, text);
        json_array_foreach(reasons, k, reason)
        {
            render_wrapped(6, reason_words(json_string_value(reason)));
        }
    }
}

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
