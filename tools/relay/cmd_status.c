/* SPDX-License-Identifier: ISC */
#include "common/again.h"
#include "common/screen.h"
#include "common/text.h"
#include "common/watch.h"
#include "relay_tool.h"

#include <stdio.h>
#include <sys/statvfs.h>

static void print_numbers(const json_t *reply)
{
    static const struct {
        const char *key, *words;
    } lines[] = {
        {"armed", "switches armed"},
        {"deposited", "cells taken in"},
        {"duplicates", "of these known already"},
        {"delivered", "cells handed out"},
        {"taken", "cells taken by their readers"},
        {"dropped", "cells dropped from the middle of a full mailbox"},
        {"arms", "times a switch was armed"},
        {"fired", "switches whose time ran out"},
        {"expired", "mailboxes removed: no reader for 90 days"},
        {"wakes", "times a reader was to be woken"},
        {"commits", "commits"},
        {"commits_failed", "commits that failed"},
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        (void)printf("%12llu  %s\n", (unsigned long long)reply_number(reply, lines[i].key),
                     lines[i].words);
}

static void print_refused(const json_t *refused)
{
    static const struct {
        const char *key, *words;
    } lines[] = {
        {"unknown", "no such mailbox, or not its capability"},
        {"full", "the mailbox was full"},
        {"rate", "too many in a short time"},
        {"token", "token unknown or revoked"},
        {"limit", "a quota was used up"},
        {"disk", "the disk refused"},
        {"bad", "malformed"},
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        uint64_t count = reply_number(refused, lines[i].key);

        if (count > 0)
            (void)printf("%12llu  refused: %s\n", (unsigned long long)count, lines[i].words);
    }
}

/* What is used up of what there is: the marks stand where the journal warns, too. */
static void print_limits(const json_t *reply)
{
    static const struct {
        const char *key, *limit, *words;
    } lines[] = {
        {"links", "links", "links"},
        {"mailboxes", "mailboxes", "mailboxes"},
        {"cells_waiting", "cells", "cells that wait"},
    };
    const json_t *limits = json_object_get(reply, "limits"),
                 *tokens = json_object_get(reply, "tokens");

    for (size_t i = 0; i <= sizeof lines / sizeof lines[0]; i++) {
        bool is_token = i == sizeof lines / sizeof lines[0];
        uint64_t used =
            is_token ? reply_number(tokens, "places") : reply_number(reply, lines[i].key);
        uint64_t most = reply_number(limits, is_token ? "tokens" : lines[i].limit);

        (void)printf("%12llu  of %llu %s", (unsigned long long)used, (unsigned long long)most,
                     is_token ? "tokens" : lines[i].words);
        if (used * 10 >= most * 9)
            (void)printf(": %sNEARLY USED UP%s", screen_paint(SCREEN_WARNING), screen_plain());
        (void)putchar('\n');
    }
    (void)printf("%12llu  mailboxes may be created; tokens that are not revoked: %llu\n",
                 (unsigned long long)reply_number(tokens, "quota"),
                 (unsigned long long)reply_number(tokens, "living"));
}

static void print_disk(const struct home *home, const json_t *reply)
{
    struct statvfs disk;

    (void)printf("%12llu  KiB on disk",
                 (unsigned long long)reply_number(reply, "disk_bytes") / 1024);
    if (statvfs(home->path, &disk) == 0)
        (void)printf(", %llu KiB are free",
                     (unsigned long long)disk.f_bavail * (unsigned long long)disk.f_frsize / 1024);
    (void)puts("");
}

static void print_alarm(const char *words)
{
    char text[300];

    (void)snprintf(text, sizeof text, "%s%s%s", screen_paint(SCREEN_ALARM), words, screen_plain());
    screen_wrapped(stdout, 0, 0, text);
}

static void print_not_running(void)
{
    print_alarm("The relay is NOT running: start it with 'allswell-relay run'.");
}

static void print_status(const struct home *home, const json_t *reply)
{
    char since[TEXT_MAX];
    const char *address = reply_string(reply, "address");

    text_time_write(since, reply_number(reply, "started_at"));
    if (reply_flag(reply, "running"))
        (void)printf("The relay is running since %s.\n", since);
    else
        print_not_running();
    if (reply_flag(reply, "disk_failing"))
        print_alarm("THE DISK REFUSES WRITES: new cells are refused until there is space again. "
                    "Nothing that was acknowledged is lost. Free some space; the relay recovers "
                    "by itself.");
    if (address != NULL && address[0] != '\0')
        (void)printf("Address to hand out: %s\n", address);
    print_limits(reply);
    print_disk(home, reply);
    print_numbers(reply);
    print_refused(json_object_get(reply, "refused"));
}

static bool show(const struct args *args, const struct home *home, json_t *reply)
{
    if (args_option(args, "json") != NULL)
        return reply_print(reply) == TOOL_OK;
    print_status(home, reply);
    return true;
}

struct watched {
    const struct args *args;
    const struct home *home;
};

/* Never opens the database: a relay that starts meanwhile finds it free. */
static void draw(void *ctx, bool is_first)
{
    const struct watched *watched = (const struct watched *)ctx;
    json_t *request = json_pack("{s:s}", "do", "status"), *reply = NULL;
    struct tool_fail fail;
    enum reply_asked asked = reply_ask(watched->home, request, 10, &reply, &fail);

    (void)is_first;
    json_decref(request);
    if (asked == REPLY_NOT_RUNNING && args_option(watched->args, "json") != NULL)
        reply = json_pack("{s:b}", "running", 0);
    if (reply != NULL)
        (void)show(watched->args, watched->home, reply);
    else if (asked == REPLY_NOT_RUNNING)
        print_not_running();
    else
        watch_fail(&fail);
    json_decref(reply);
}

int cmd_status(const struct args *args)
{
    struct watched watched = {.args = args};
    struct tool_fail fail;
    struct home home;
    json_t *reply = NULL, *request;
    bool ok, running;
    unsigned every_s = 0;

    if (!watch_option(args, &every_s, &fail) || !relay_home(&home, args, false, &fail))
        return fail_print(&fail);
    if (every_s > 0) {
        watched.home = &home;
        return watch_run(every_s, draw, &watched, args_option(args, "json") != NULL ? "" : "\n");
    }
    request = json_pack("{s:s}", "do", "status");
    ok = relay_ask_home(&home, request, &reply, &fail);
    json_decref(request);
    if (!ok)
        return fail_print(&fail);
    running = reply_flag(reply, "running");
    ok = show(args, &home, reply);
    json_decref(reply);
    return !ok ? TOOL_ENVIRONMENT : running ? TOOL_OK : TOOL_STATE;
}
