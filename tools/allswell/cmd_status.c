/* SPDX-License-Identifier: ISC */
#include "allswell/commands.h"
#include "allswell/event.h"
#include "allswell/render.h"
#include "allswell/session.h"
#include "common/text.h"

#include <stdio.h>
#include <string.h>

/* status, log, why. */

/* How far the last drill came, and how long it took. */
static void render_drill(const json_t *me, const json_t *c)
{
    static const char *const keys[] = {"relay_at", "device_at", "human_at"};
    static const char *const names[] = {"relay", "device", "person"};
    const json_t *drill = json_object_get(c, "drill");
    uint64_t began = reply_number(me, "drill_at");
    char span[TEXT_MAX];

    (void)printf("      drill:");
    for (size_t i = 0; i < 3; i++) {
        uint64_t at = reply_number(drill, keys[i]);

        text_span_write(span, at > began ? at - began : 0);
        (void)printf(" %s %s%s", names[i], at == 0 ? "not yet" : span, i < 2 ? "," : "\n");
    }
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
            (void)printf("      of %llu statements: a relay has %llu, the device %llu, the person "
                         "has seen %llu\n",
                         (unsigned long long)seq, (unsigned long long)relay,
                         (unsigned long long)device, (unsigned long long)human);
        if (reply_number(me, "drill") != 0)
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
        (void)printf("AN ALARM GOES OUT AT %s (%s): 'allswell stop' if all is well.\n", at,
                     reply_string(down, "kind"));
    }
    if (json_is_object(timer)) {
        text_time_write(at, reply_number(timer, "due_at"));
        (void)printf("A %s runs until %s: 'allswell timer end'.\n", reply_string(timer, "kind"),
                     at);
    }
    json_array_foreach(json_object_get(me, "contacts"), i, c)
    {
        if (reply_number(c, "asks_until") == 0)
            continue;
        text_time_write(at, reply_number(c, "asks_until"));
        (void)printf("%s asks whether you are well, until %s: check in.\n", reply_string(c, "name"),
                     at);
    }
}

static void render_me(const json_t *me)
{
    char last[TEXT_MAX], due[TEXT_MAX], overdue[TEXT_MAX], since[TEXT_MAX];

    if (json_array_size(json_object_get(me, "contacts")) == 0)
        return;
    if (reply_flag(me, "store_failed"))
        (void)puts("THE DISK REFUSES WRITES: nothing leaves until there is space again.");
    text_time_write(last, reply_number(me, "checked_in_at"));
    text_time_write(due, reply_number(me, "due_at"));
    text_time_write(overdue, reply_number(me, "overdue_at"));
    text_time_write(since, reply_number(me, "alarm_since"));
    if (reply_number(me, "alarm") != 0)
        (void)printf("You called for help at %s.\n", since);
    if (reply_number(me, "plan_version") == 0)
        (void)puts("No plan is in force: nobody expects a check-in. See 'allswell plan set'.");
    else
        (void)printf("You checked in at %s. The next check-in is due at %s; contacts are rung at "
                     "%s.\n",
                     last, due, overdue);
    render_open(me);
    (void)puts("Who watches over you:");
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
        char text[512];

        if (reply_flag(relay, "connected") || why[0] == '\0')
            continue;
        (void)snprintf(text, sizeof text, "Relay %.*s is NOT reached: %s.",
                       (int)strcspn(address, "/"), address, why);
        render_wrapped(0, text);
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
    json_t *w;
    size_t i;

    /* Whose phone must not be called comes first, whatever the order of numbers. */
    json_array_foreach(watched, i, w)
    {
        if (reply_flag(json_object_get(w, "incident"), "do_not_call"))
            render_one(w);
    }
    json_array_foreach(watched, i, w)
    {
        if (!reply_flag(json_object_get(w, "incident"), "do_not_call"))
            render_one(w);
    }
    render_me(json_object_get(reply, "me"));
    if (json_array_size(watched) == 0 &&
        json_array_size(json_object_get(json_object_get(reply, "me"), "contacts")) == 0)
        (void)puts("Nobody is paired yet: 'allswell invite' somebody, or 'allswell join'.");
    render_down(json_object_get(reply, "relays"));
    render_down(json_object_get(reply, "other_relays"));
    if (!reply_flag(reply, "agent"))
        render_wrapped(0, "The agent is NOT running: nobody warns, watches or rings here. Start "
                          "'allswell run'.");
}

int cmd_status(const struct args *args)
{
    /* A person looks at text; a program looks at JSON. */
    bool seen = args_option(args, "json") == NULL;

    return session_query(args, json_pack("{s:s, s:b}", "do", "status", "seen", (int)seen),
                         render_status);
}

static void render_log(const json_t *reply)
{
    json_t *entry;
    size_t i;

    json_array_foreach(json_object_get(reply, "entries"), i, entry)
    {
        char at[TEXT_MAX], about[TEXT_MAX];
        const char *name = reply_string(entry, "name"), *event = reply_string(entry, "event");
        uint64_t level = reply_number(entry, "level");

        text_time_write(at, reply_number(entry, "at"));
        (void)printf("%s  %s%s%s", at, name == NULL ? "" : name,
                     name == NULL || name[0] == '\0' ? "" : ": ",
                     event_phrase(event == NULL ? "" : event));
        if (level > 0)
            (void)printf(", level %llu", (unsigned long long)level);
        if (reply_number(entry, "relay") != 0)
            (void)printf(", relay %llu", (unsigned long long)reply_number(entry, "relay"));
        if (reply_number(entry, "about") != 0) {
            text_time_write(about, reply_number(entry, "about"));
            (void)printf(" (%s)", about);
        }
        (void)putchar('\n');
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
