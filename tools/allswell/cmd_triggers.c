/* SPDX-License-Identifier: ISC */
#include "allswell/calls.h"
#include "allswell/commands.h"
#include "allswell/render.h"
#include "allswell/session.h"
#include "common/again.h"
#include "common/text.h"

#include <stdio.h>
#include <string.h>

/* timer, journey, drill, signal, stop, life, here: what is said beside the schedule. */

static bool add_span(json_t *request, const char *key, const char *text, uint32_t max_s,
                     struct tool_fail *fail)
{
    uint32_t seconds = 0;

    if (text == NULL)
        return true;
    if (!text_span(text, strlen(text), max_s, &seconds))
        return fail_set(fail, TOOL_USAGE, "'%.40s' is no span here: write 45m or 1h30m", text);
    (void)json_object_set_new(request, key, json_integer((json_int_t)seconds));
    return true;
}

static int start(const struct args *args, const char *kind)
{
    json_t *request = json_pack("{s:s, s:s}", "do", "timer-start", "kind", kind);
    struct tool_fail fail;

    if (!add_span(request, "due_s", args_word(args, 0), AW_SPAN_MAX_S, &fail) ||
        !add_span(request, "extend_s", args_option(args, "extend"), AW_TIMER_EXTEND_MAX_S, &fail)) {
        json_decref(request);
        return fail_print(&fail);
    }
    return calls_say(args, request, false, "Timer");
}

int cmd_timer_start(const struct args *args)
{
    return start(args, "meeting");
}

int cmd_journey(const struct args *args)
{
    return start(args, "journey");
}

int cmd_timer_extend(const struct args *args)
{
    return calls_say(args, json_pack("{s:s}", "do", "timer-extend"), false, "Extension");
}

int cmd_timer_end(const struct args *args)
{
    return calls_say(args, json_pack("{s:s}", "do", "timer-end"), true, "End of the timer");
}

int cmd_drill(const struct args *args)
{
    return calls_say(args, json_pack("{s:s}", "do", "drill"), false, "Drill");
}

static void render_noted(const json_t *reply)
{
    const char *text = reply_string(reply, "text");

    again_print(text == NULL ? "Noted." : text);
    (void)putchar('\n');
}

int cmd_signal(const struct args *args)
{
    json_t *request = json_pack("{s:s, s:s}", "do", "signal", "signal", args_word(args, 0));
    const char *kind = args_word(args, 0);

    /* These two make no word while no alarm is active. */
    if (strcmp(kind, "stalled") == 0 || strcmp(kind, "moving") == 0)
        return session_act(args, request, render_noted);
    return calls_say(args, request, false, "Signal");
}

int cmd_stop(const struct args *args)
{
    return session_act(args, json_pack("{s:s}", "do", "stop"), render_noted);
}

int cmd_here(const struct args *args)
{
    json_t *request = json_pack("{s:s}", "do", "here");
    struct tool_fail fail;

    if (!calls_add_state(request, args, &fail)) {
        json_decref(request);
        return fail_print(&fail);
    }
    return session_act(args, request, render_noted);
}

int cmd_life(const struct args *args)
{
    return session_act(args, json_pack("{s:s}", "do", "life"), render_noted);
}

static void render_countdown(const json_t *reply)
{
    char at[TEXT_MAX], text[200];

    text_time_write(at, reply_number(reply, "countdown_at"));
    (void)snprintf(text, sizeof text,
                   "An alarm goes out at %s, unless 'allswell stop' comes first. It needs no "
                   "secret. Keep the agent running.",
                   at);
    render_wrapped(0, text);
}

int cmd_sos(const struct args *args)
{
    const char *kind = args_option(args, "kind");
    json_t *request = json_pack("{s:s, s:s}", "do", "sos", "kind", kind == NULL ? "sos" : kind);
    struct tool_fail fail;
    long seconds = 0;

    if (!args_number(args_option(args, "countdown"), "--countdown", 0, AW_COUNTDOWN_MAX_S, 0,
                     &seconds, &fail) ||
        !calls_add_state(request, args, &fail)) {
        json_decref(request);
        return fail_print(&fail);
    }
    if (seconds == 0)
        return calls_say(args, request, false, "Call for help");
    (void)json_object_set_new(request, "countdown_s", json_integer((json_int_t)seconds));
    return session_act(args, request, render_countdown);
}
