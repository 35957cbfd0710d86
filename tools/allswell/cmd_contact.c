/* SPDX-License-Identifier: ISC */
#include "allswell/commands.h"
#include "allswell/render.h"
#include "allswell/session.h"

#include "common/fail.h"
#include "common/reply.h"
#include "common/text.h"

#include <stdio.h>
#include <string.h>

/* What a contact says beside claim and confirm. */

/* What was noted comes first, then how things stand. */
static void render_said(const json_t *reply)
{
    static const struct {
        const char *what, *words;
    } rows[] = {
        {"ask", "The question is on its way to %s."},
        {"answer", "Noted: you answered the drill of %s."},
        {"unreachable", "Noted: you cannot reach %s. The other contacts are told."},
        {"compared", "Noted: you compared the words with %s again."},
        {"decline", "Noted: you cannot act for %s. The others go on."},
        {"hand-over", "Noted: you handed over. The ladder of %s goes on until somebody acts."},
        {"note", "Noted. The other contacts of %s will read it."},
        {"leave", "Noted. %s is told; this home watches until you are removed."},
        {"stay", "Noted: you stay. %s is told."},
    };
    char text[160];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *at = strstr(rows[i].words, "%s");

        if (strcmp(rows[i].what, reply_string(reply, "said")) != 0)
            continue;
        (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - rows[i].words), rows[i].words,
                       reply_string(reply, "name"), at + 2);
        render_wrapped(0, text);
    }
    render_watched(reply);
}

static int say(const struct args *args, const char *what)
{
    return session_act(
        args, json_pack("{s:s, s:s, s:s}", "do", "say", "what", what, "person", args_word(args, 0)),
        render_said);
}

int cmd_ask(const struct args *args)
{
    return say(args, "ask");
}

int cmd_answer(const struct args *args)
{
    return say(args, "answer");
}

int cmd_unreachable(const struct args *args)
{
    return say(args, "unreachable");
}

int cmd_compared(const struct args *args)
{
    static const struct session_agreement agreement = {
        .follows = "Only when you stood before them and the words were the same: %s. Secrets that "
                   "nobody could judge take effect with this, also those of somebody who holds the "
                   "phone.",
        .word = "compared",
        .side = "watched",
    };
    struct tool_fail fail;
    long version = 0;

    if (!args_number(args_option(args, "plan"), "--plan", 1, UINT32_MAX, 0, &version, &fail))
        return fail_print(&fail);
    return session_act_agreed(args, &agreement,
                              json_pack("{s:s, s:s, s:s, s:I}", "do", "say", "what", "compared",
                                        "person", args_word(args, 0), "plan", (json_int_t)version),
                              render_said);
}

int cmd_decline(const struct args *args)
{
    return say(args, "decline");
}

int cmd_leave(const struct args *args)
{
    static const struct session_agreement agreement = {
        .follows = "You withdraw as a contact, and this is told: %s. This home watches until you "
                   "are removed.",
        .word = "leave",
        .side = "watched",
    };

    if (args_option(args, "undo") != NULL)
        return say(args, "stay");
    return session_act_agreed(
        args, &agreement,
        json_pack("{s:s, s:s, s:s}", "do", "say", "what", "leave", "person", args_word(args, 0)),
        render_said);
}

static int say_more(const struct args *args, const char *what, const char *key)
{
    return session_act(args,
                       json_pack("{s:s, s:s, s:s, s:s}", "do", "say", "what", what, "person",
                                 args_word(args, 0), key, args_word(args, 1)),
                       render_said);
}

int cmd_handover(const struct args *args)
{
    return say_more(args, "hand-over", "to");
}

int cmd_note(const struct args *args)
{
    return say_more(args, "note", "text");
}

static void render_all(const json_t *reply)
{
    size_t i;
    json_t *watched;

    json_array_foreach(json_object_get(reply, "watched"), i, watched) render_watched(watched);
}

int cmd_away(const struct args *args)
{
    const char *span = args_word(args, 0);
    struct tool_fail fail;
    uint32_t away_s = 0;

    if ((span == NULL) == (args_option(args, "off") == NULL)) {
        (void)fail_set(&fail, TOOL_USAGE,
                       "no span, or --off as well: write 'allswell away 8h', or '--off'");
        return fail_print(&fail);
    }
    if (span != NULL && (!text_span(span, strlen(span), AW_SPAN_MAX_S, &away_s) || away_s == 0)) {
        (void)fail_set(&fail, TOOL_USAGE, "'%.40s' is no span from 1s to 31d: write 90m, 8h or 2d",
                       span);
        return fail_print(&fail);
    }
    return session_act(args,
                       json_pack("{s:s, s:I}", "do", "availability", "away_s", (json_int_t)away_s),
                       render_all);
}

int cmd_rota(const struct args *args)
{
    json_t *lines = json_array();
    struct tool_fail fail;

    if ((args_word(args, 0) == NULL) == (args_option(args, "off") == NULL)) {
        json_decref(lines);
        (void)fail_set(&fail, TOOL_USAGE,
                       "no times, or --off as well: write 'allswell rota \"23:00-07:00 mon-fri\"', "
                       "or '--off'");
        return fail_print(&fail);
    }
    for (size_t i = 0; i < AW_ROTA_MAX && args_word(args, i) != NULL; i++)
        (void)json_array_append_new(lines, json_string(args_word(args, i)));
    return session_act(args, json_pack("{s:s, s:o}", "do", "availability", "rota", lines),
                       render_all);
}

int cmd_always_on(const struct args *args)
{
    return session_act(
        args, json_pack("{s:s, s:b}", "do", "availability", "on", args_option(args, "off") == NULL),
        render_all);
}
