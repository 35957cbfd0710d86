/* SPDX-License-Identifier: ISC */
#include "common/text.h"
#include "relay_tool.h"

#include <stdio.h>

static void print_numbers(const json_t *reply)
{
    static const struct {
        const char *key, *words;
    } lines[] = {
        {"cells_waiting", "cells waiting"},
        {"mailboxes", "mailboxes"},
        {"armed", "switches armed"},
        {"links", "links open"},
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

static void print_status(const json_t *reply)
{
    char since[TEXT_MAX];
    const char *address = reply_string(reply, "address");

    text_time_write(since, reply_number(reply, "started_at"));
    if (reply_flag(reply, "running"))
        (void)printf("The relay is running since %s.\n", since);
    else
        (void)puts("The relay is NOT running: start it with 'allswell-relay run'.");
    if (reply_flag(reply, "disk_failing"))
        (void)puts("THE DISK REFUSES WRITES: new cells are refused until there is space again. "
                   "Nothing that was\nacknowledged is lost. Free some space; the relay recovers "
                   "by itself.");
    if (address != NULL && address[0] != '\0')
        (void)printf("Address to hand out: %s\n", address);
    print_numbers(reply);
    print_refused(json_object_get(reply, "refused"));
}

int cmd_status(const struct args *args)
{
    struct tool_fail fail;
    json_t *reply = NULL, *request = json_pack("{s:s}", "do", "status");
    bool ok = relay_ask(args, request, &reply, &fail), running;
    int code = TOOL_OK;

    json_decref(request);
    if (!ok)
        return fail_print(&fail);
    running = reply_flag(reply, "running");
    if (args_option(args, "json") != NULL)
        code = reply_print(reply);
    else
        print_status(reply);
    json_decref(reply);
    return code != TOOL_OK ? code : running ? TOOL_OK : TOOL_STATE;
}
