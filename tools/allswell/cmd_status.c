/* SPDX-License-Identifier: ISC */
#include "allswell/commands.h"
#include "allswell/event.h"
#include "allswell/render.h"
#include "allswell/session.h"
#include "common/again.h"
#include "common/screen.h"
#include "common/text.h"

#include <stdio.h>
#include <string.h>

/* status, log, why. */

#define LOG_HANG   21 /* columns of the time of an entry */
#define LOG_NARROW 60 /* columns below which what follows does not stand beside it */

/* How far the last drill came, and how long it took. */
static void render_drill(const json_t *me, const json_t *c)
{
    static const char *const keys[] = {"relay_at", "device_at", "human_at"};
    const json_t *drill = json_object_get(c, "drill");
    uint64_t began = reply_number(me, "drill_at");
    char spans[3][TEXT_MAX];

    for (size_t i = 0; i < 3; i++) {
        uint64_t at = reply_number(drill, keys[i]);

        text_span_write(spans[i], at > began ? at - began : 0);
        if (at == 0)
            (void)snprintf(spans[i], sizeof spans[i], "not yet");
    }
    render_line("drill: relay %s, device %s, person %s", spans[0], spans[1], spans[2]);
}

/* Who is invited or not in the plan is in no drill. */
static bool is_in_drill(const json_t *c)
{
    return reply_number(c, "plan_version") != 0;
}

static void render_ticks(const json_t *me)
{
    uint64_t seq = reply_number(me, "seq_last");
    json_t *c;
    size_t i;

    json_array_foreach(json_object_get(me, "contacts"), i, c)
    {
        uint64_t relay = reply_number(c, "seq_relay"), device = reply_number(c, "seq_device");
        uint64_t human = reply_number(c, "seq_human");

        render_contact(c);
        if (seq > 0 && strcmp(reply_string(c, "phase"), "invited") != 0)
            render_line("of %llu statements: a relay has %llu, the device %llu, the person has "
                        "seen %llu",
                        (unsigned long long)seq, (unsigned long long)relay,
                        (unsigned long long)device, (unsigned long long)human);
        if (reply_number(me, "drill") != 0 && is_in_drill(c))
            render_drill(me, c);
    }
}

/* What runs, and what somebody waits for. */
static void render_open(const json_t *me)
{
    const json_t *timer = json_object_get(me, "timer"), *down = json_object_get(me, "countdown");
    char at[TEXT_MAX];
    json_t *c;
    size_t i;

    if (json_is_object(down)) {
        text_time_write(at, reply_number(down, "at"));
        render_notice(SCREEN_ALARM, "AN ALARM GOES OUT AT %s (%s): 'allswell stop' if all is well.",
                      at, reply_string(down, "kind"));
    }
    if (json_is_object(timer)) {
        text_time_write(at, reply_number(timer, "due_at"));
        render_notice(SCREEN_STRONG, "A %s runs until %s: 'allswell timer end'.",
                      reply_string(timer, "kind"), at);
    }
    json_array_foreach(json_object_get(me, "contacts"), i, c)
    {
        if (reply_number(c, "asks_until") == 0)
            continue;
        text_time_write(at, reply_number(c, "asks_until"));
        render_notice(SCREEN_WARNING, "%s asks whether you are well, until %s: check in.",
                      reply_string(c, "name"), at);
    }
}

/* When she checked in, and what follows from it. */
static void render_due(const json_t *me, uint64_t now_s)
{
    char last[TEXT_MAX], due[TEXT_MAX], overdue[TEXT_MAX], text[300];
    uint64_t due_s = reply_number(me, "due_at");
    bool is_late = due_s != 0 && due_s <= now_s;

    text_time_write(last, reply_number(me, "checked_in_at"));
    text_time_write(due, due_s);
    text_time_write(overdue, reply_number(me, "overdue_at"));
    (void)snprintf(text, sizeof text,
                   "You checked in at %s. The next check-in %s due at %s; contacts are rung at "
                   "%s.",
                   last, is_late ? "WAS" : "is", due, overdue);
    if (is_late)
        render_notice(SCREEN_WARNING, "%s", text);
    else
        render_wrapped(0, text);
}

static void render_me(const json_t *me, uint64_t now_s)
{
    char since[TEXT_MAX];

    if (json_array_size(json_object_get(me, "contacts")) == 0)
        return;
    if (reply_flag(me, "store_failed"))
        render_notice(SCREEN_ALARM,
                      "THE DISK REFUSES WRITES: nothing leaves until there is space again.");
    text_time_write(since, reply_number(me, "alarm_since"));
    if (reply_number(me, "alarm") != 0)
        render_notice(SCREEN_ALARM, "You called for help at %s.", since);
    if (reply_number(me, "plan_version") == 0)
        render_notice(SCREEN_WARNING,
                      "No plan is in force: nobody expects a check-in. See 'allswell plan set'.");
    else
        render_due(me, now_s);
    render_open(me);
    render_heading("Who watches over you:");
    render_ticks(me);
}

/* Relays that cannot be reached. */
static void render_down(const json_t *relays)
{
    json_t *relay;
    size_t i;

    json_array_foreach(relays, i, relay)
    {
        const char *address = reply_string(relay, "address"), *why = reply_string(relay, "why");

        if (reply_flag(relay, "connected") || why[0] == '\0')
            continue;
        render_notice(SCREEN_WARNING, "Relay %.*s is NOT reached: %s.", (int)strcspn(address, "/"),
                      address, why);
    }
}

static void render_one(const json_t *watched)
{
    render_watched(watched);
    render_others(watched);
    render_council(watched);
}

static void render_status(const json_t *reply)
{
    const json_t *watched = json_object_get(reply, "watched");
    const json_t *me = json_object_get(reply, "me");
    bool is_first = true;
    json_t *w;
    size_t i;

    /* Whose phone must not be called comes first, then other alarms, whatever the order of
     * numbers. */
    for (unsigned rank = 0; rank < RENDER_RANKS; rank++) {
        json_array_foreach(watched, i, w)
        {
            if (render_rank(w) != rank)
                continue;
            if (!is_first)
                render_gap();
            is_first = false;
            render_one(w);
        }
    }
    if (!is_first && json_array_size(json_object_get(me, "contacts")) > 0)
        render_gap();
    render_me(me, reply_number(reply, "now"));
    if (json_array_size(watched) == 0 && json_array_size(json_object_get(me, "contacts")) == 0)
        render_wrapped(0, "Nobody is paired yet: 'allswell invite' somebody, or 'allswell join'.");
    render_down(json_object_get(reply, "relays"));
    render_down(json_object_get(reply, "other_relays"));
    if (!reply_flag(reply, "agent"))
        render_notice(SCREEN_ALARM,
                      "The agent is NOT running: nobody warns, watches or rings here. Start "
                      "'allswell run'.");
}

int cmd_status(const struct args *args)
{
    return session_look(args, "status", render_status);
}

/* One entry of the log. */
static void write_entry(char *out, size_t cap, const json_t *entry)
{
    const char *name = reply_string(entry, "name"), *event = reply_string(entry, "event");
    bool has_name = name != NULL && name[0] != '\0';
    char at[TEXT_MAX], about[TEXT_MAX + 4] = "", numbers[3][48] = {"", "", ""};
    static const struct {
        const char *key, *words;
    } rows[3] = {{"contact", ", contact"}, {"level", ", level"}, {"relay", ", relay"}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (reply_number(entry, rows[i].key) != 0)
            (void)snprintf(numbers[i], sizeof numbers[i], "%s %llu", rows[i].words,
                           (unsigned long long)reply_number(entry, rows[i].key));
    }
    if (reply_number(entry, "about") != 0) {
        text_time_write(at, reply_number(entry, "about"));
        (void)snprintf(about, sizeof about, " (%s)", at);
    }
    text_time_write(at, reply_number(entry, "at"));
    (void)snprintf(out, cap, "%s  %s%s%s%s%s%s%s", at, has_name ? name : "", numbers[0],
                   has_name ? ": " : "", event_phrase(event == NULL ? "" : event), numbers[1],
                   numbers[2], about);
}

/* In a pipe an entry is a line, for who searches it; on a terminal it keeps to the width. */
static void render_log(const json_t *reply)
{
    unsigned hanging = screen_columns() < LOG_NARROW ? 2 : LOG_HANG;
    json_t *entry;
    size_t i;

    json_array_foreach(json_object_get(reply, "entries"), i, entry)
    {
        char text[600];

        write_entry(text, sizeof text, entry);
        if (screen_is_terminal()) {
            screen_wrapped(stdout, 0, hanging, text);
        } else {
            again_print(text);
            (void)putchar('\n');
        }
    }
}

int cmd_log(const struct args *args)
{
    struct tool_fail fail;
    long lines = 0;

    if (!args_number(args_option(args, "lines"), "--lines", 1, 500, 50, &lines, &fail))
        return fail_print(&fail);
    return session_query(args,
                         json_pack("{s:s, s:I, s:s*}", "do", "log", "count", (json_int_t)lines,
                                   "person", args_word(args, 0)),
                         render_log);
}

static void render_why(const json_t *reply)
{
    json_t *why;
    size_t i;

    if (json_array_size(json_object_get(reply, "why")) == 0)
        (void)puts("Nothing was decided yet because nobody is paired.");
    json_array_foreach(json_object_get(reply, "why"), i, why)
    {
        render_wrapped(0, reply_string(why, "sentence"));
    }
}

int cmd_why(const struct args *args)
{
    return session_query(args, json_pack("{s:s, s:s*}", "do", "why", "person", args_word(args, 0)),
                         render_why);
}
