/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"
#include "allswell/host_net.h"
#include "allswell/notify/courier.h"
#include "allswell/notify/notify.h"

#include "common/text.h"

#include <allswell/coverage.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* What a person would not notice by herself until it matters. Each finding has a remedy; nobody
 * elsewhere is asked, and nothing is changed. */

#define SPACE_MAX      127 /* src/include/allswell/store.h */
#define CLOCK_OFF_S    120
#define LOG_LOOK       5 /* entries: once it is right again, few more end the warning */
#define DISK_FREE_MIN  (UINT64_C(64) << 20)
#define DRILL_ANSWER_S 3600
#define DRILL_OLD_S    (90 * UINT64_C(86400))

enum finding { FINDING_GOOD, FINDING_NOTE, FINDING_BAD };

/* `remedy` is "" where nothing is to be done. */
__attribute__((format(printf, 5, 6))) static void add(json_t *list, const char *check,
                                                      enum finding finding, const char *remedy,
                                                      const char *format, ...)
{
    static const char *const words[] = {"good", "note", "bad"};
    char text[400];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "check", check, "finding",
                                                words[finding], "text", text, "remedy", remedy));
}

static void check_agent(const struct host *host, json_t *list)
{
    if (host->is_agent)
        add(list, "agent", FINDING_GOOD, "", "is running");
    else
        add(list, "agent", FINDING_BAD, "start 'allswell run', and let it start with the machine",
            "is NOT running: nobody warns, watches or rings here");
}

/* ---- Clock ---- */

#define CLOCK_REMEDY "set date and time, or let the network set them ('timedatectl set-ntp true')"

/* Whether something was written here at a time that has not come yet. */
static bool was_put_back(struct host *host, json_t *list)
{
    uint64_t now_s = host_now(host).wall_ms / 1000;
    uint64_t newest_s = 0;
    char at[TEXT_MAX];
    json_t *log = NULL, *entry;
    size_t i;

    if (!host_log_read(host, NULL, LOG_LOOK, &log, NULL))
        return false; /* check_store() says so */
    json_array_foreach(log, i, entry)
    {
        uint64_t at_s = reply_number(entry, "at");

        newest_s = at_s > newest_s ? at_s : newest_s;
    }
    json_decref(log);
    if (newest_s <= now_s + CLOCK_OFF_S)
        return false;
    text_time_write(at, newest_s);
    add(list, "clock", FINDING_BAD, CLOCK_REMEDY,
        "stands before what was written here at %s by this clock", at);
    return true;
}

static void check_clock(struct host *host, json_t *list)
{
    struct aw_agent_relay known;
    unsigned agree = 0;

    if (was_put_back(host, list))
        return;
    for (size_t i = 0; host_net_relay_no(host, i, &known); i++) {
        uint64_t here_s = known.health.answered.wall_ms / 1000, there_s = known.health.as_of;
        uint64_t off_s = here_s > there_s ? here_s - there_s : there_s - here_s;
        char span[TEXT_MAX];

        if (here_s == 0 || there_s == 0)
            continue;
        if (off_s <= CLOCK_OFF_S) {
            agree++;
            continue;
        }
        text_span_write(span, off_s);
        add(list, "clock", FINDING_BAD, CLOCK_REMEDY "; if it is right, tell the relay's operator",
            "is %s %s the clock of relay %s", span, here_s > there_s ? "ahead of" : "behind",
            known.relay.address);
        return;
    }
    if (agree > 0)
        add(list, "clock", FINDING_GOOD, "", "agrees with that of %u %s", agree,
            agree == 1 ? "relay" : "relays");
    else
        add(list, "clock", FINDING_NOTE, "compare it with another one",
            "no relay has told the time yet");
}

/* ---- Store and disk ---- */

static enum aw_status visit(void *ctx, uint64_t key, struct aw_bytes value)
{
    size_t *count = (size_t *)ctx;

    (void)key;
    (void)value;
    ++*count;
    return AW_OK;
}

static void check_store(struct host *host, json_t *list)
{
    enum aw_status status = AW_OK;
    struct tool_fail fail;
    size_t count = 0;
    json_t *log = NULL;

    for (unsigned space = 1; status == AW_OK && space <= SPACE_MAX; space++)
        status = host->store.vtable->scan(host->store.self, (uint8_t)space, visit, &count);
    if (status != AW_OK || !host_log_read(host, NULL, 1, &log, NULL)) {
        add(list, "store", FINDING_BAD,
            "make a backup now ('allswell backup FILE'), then restore the newest one that is good",
            "allswell.db cannot be read whole");
        return;
    }
    json_decref(log);
    if (!host_settings_store(host, &fail)) /* as it is: whether a commit is possible */
        add(list, "store", FINDING_BAD,
            "make room on the disk; if the file was moved, end the agent and put it back",
            "nothing can be written to allswell.db, and so nothing leaves");
    else
        add(list, "store", FINDING_GOOD, "", "all %zu records can be read, and it can be written",
            count);
}

static void check_disk(const struct host *host, json_t *list)
{
    struct statvfs vfs;
    uint64_t free_len;

    if (statvfs(host->home.path, &vfs) != 0) {
        add(list, "disk", FINDING_BAD, "check the disk and the permissions of the home",
            "the disk cannot be looked at: %s", strerror(errno));
        return;
    }
    free_len = (uint64_t)vfs.f_bavail * vfs.f_frsize;
    if (free_len < DISK_FREE_MIN || (vfs.f_files > 0 && vfs.f_favail < 64))
        add(list, "disk", FINDING_BAD, "delete something: on a full disk nothing leaves",
            "only %llu MiB and %llu files are left where the home is",
            (unsigned long long)(free_len >> 20), (unsigned long long)vfs.f_favail);
    else
        add(list, "disk", FINDING_GOOD, "", "%llu MiB are free",
            (unsigned long long)(free_len >> 20));
}

/* ---- Relays ---- */

static void check_relay(const json_t *relay, json_t *list)
{
    const char *address = reply_string(relay, "address"), *why = reply_string(relay, "why");

    if (reply_flag(relay, "token_refused"))
        add(list, "relay", FINDING_BAD, "ask its operator for a new one, then 'allswell relay add'",
            "%s refuses the access token", address);
    else if (reply_flag(relay, "connected"))
        add(list, "relay", FINDING_GOOD, "", "%s answers", address);
    else if (reply_number(relay, "mailboxes") + reply_number(relay, "waiting") == 0)
        add(list, "relay", FINDING_NOTE, "it will with the first pairing",
            "%s has not been needed yet", address);
    else
        add(list, "relay", FINDING_BAD,
            why[0] != '\0' ? why
                           : "look whether this machine has network, then ask the relay's operator",
            "%s is not reached", address);
}

static bool check_relays(struct host *host, json_t *list, struct tool_fail *fail)
{
    static const char *const keys[] = {"relays", "others"};
    json_t *reply = NULL, *relay;
    size_t k;

    if (!host_relay_list(host, NULL, &reply, fail))
        return false;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        json_array_foreach(json_object_get(reply, keys[i]), k, relay)
        {
            check_relay(relay, list);
        }
    }
    if (json_array_size(json_object_get(reply, "relays")) == 0)
        add(list, "relay", FINDING_BAD,
            "'allswell relay add ADDRESS' with a line and a token from somebody who runs one",
            "none is known here: nobody can be paired");
    json_decref(reply);
    return true;
}

/* ---- Hooks ---- */

/* What carries it; a delivery of before says nothing of that. */
static bool check_carrier(const json_t *hook, json_t *list)
{
    const char *name = reply_string(hook, "name"), *program = reply_string(hook, "address");

    if (reply_string(hook, "server") != NULL && !courier_is_there()) {
        add(list, "hook", FINDING_BAD, "install Allswell anew",
            "'%s' cannot deliver: the courier is missing, or cannot be run", name);
        return false;
    }
    if (strcmp(reply_string(hook, "kind"), "exec") == 0 && access(program, X_OK) != 0) {
        add(list, "hook", FINDING_BAD,
            "put it back and 'chmod u+x' it, or 'allswell notify remove' the hook",
            "'%s' cannot deliver: its program cannot be run (%s)", name, strerror(errno));
        return false;
    }
    return true;
}

static void check_hook(const json_t *hook, json_t *list)
{
    const json_t *last = json_object_get(hook, "last");
    const char *name = reply_string(hook, "name"), *state = reply_string(last, "state");
    char at[TEXT_MAX];

    text_time_write(at, reply_number(last, "at"));
    if (state == NULL)
        add(list, "hook", FINDING_BAD, "try it: 'allswell notify test'",
            "no delivery of '%s' is known of", name);
    else if (strcmp(state, "accepted") != 0)
        add(list, "hook", FINDING_BAD,
            "'allswell notify log' shows more, 'allswell notify test' tries it",
            "'%s' did not deliver at %s: %s (%s)", name, at, state, reply_string(last, "answer"));
    else
        add(list, "hook", FINDING_GOOD, "", "'%s' went through at %s", name, at);
}

static bool check_hooks(struct host *host, json_t *list, struct tool_fail *fail)
{
    char path[HOME_FILE_MAX];
    json_t *reply = NULL, *hook;
    bool has_file;
    size_t i;

    if (!host_notify_list(host, NULL, &reply, fail))
        return false;
    json_array_foreach(json_object_get(reply, "hooks"), i, hook)
    {
        if (check_carrier(hook, list))
            check_hook(hook, list);
    }
    json_decref(reply);
    home_file(path, &host->home, "hooks/on-event");
    has_file = access(path, F_OK) == 0;
    if (has_file && access(path, X_OK) != 0)
        add(list, "hook", FINDING_BAD, "'chmod u+x' it, or remove it",
            "hooks/on-event is not executable, and never runs");
    else if (has_file)
        add(list, "hook", FINDING_GOOD, "", "hooks/on-event is run");
    if (i == 0 && !has_file)
        add(list, "hook", FINDING_NOTE, "'allswell notify add desktop', or another kind",
            "there is none: an alarm rings only where the agent or the page is looked at");
    return true;
}

/* ---- What she relies on ---- */

static void check_answers(struct host *host, json_t *list, const struct aw_subject_view *view,
                          const struct aw_plan *plan)
{
    uint64_t now_s = host_now(host).wall_ms / 1000;
    char span[TEXT_MAX], names[200] = "";
    unsigned count = 0;

    for (size_t i = 0; i < plan->roster_count; i++) {
        struct aw_person person;
        size_t len = strlen(names);

        if (aw_subject_person(host->subject, plan->roster[i].person, &person) != AW_OK ||
            person.drill.human_at_s != 0)
            continue;
        text_clean(person.name);
        (void)snprintf(names + len, sizeof names - len, "%s%s", len > 0 ? ", " : "", person.name);
        count++;
    }
    text_span_write(span, now_s > view->drill_at_s ? now_s - view->drill_at_s : 0);
    if (now_s > view->drill_at_s + DRILL_OLD_S)
        add(list, "drill", FINDING_BAD, "hold another: 'allswell drill'", "the last was %s ago",
            span);
    else if (count > 0 && now_s > view->drill_at_s + DRILL_ANSWER_S)
        add(list, "drill", FINDING_BAD, "ask them whether it rang, then 'allswell drill' again",
            "%s ago, and not answered by %s", span, names);
    else if (count > 0)
        add(list, "drill", FINDING_NOTE, "'allswell status' shows how far it came",
            "%s ago, and not answered yet by %s", span, names);
    else
        add(list, "drill", FINDING_GOOD, "", "%s ago, answered by all", span);
}

static void check_plan(struct host *host, json_t *list)
{
    struct aw_subject_view view;
    struct aw_coverage cover;
    struct aw_plan plan;
    char span[TEXT_MAX];

    aw_subject_view(host->subject, &view);
    if (aw_subject_plan(host->subject, &plan) != AW_OK ||
        aw_subject_coverage(host->subject, host_now(host), &cover) != AW_OK) {
        add(list, "plan", FINDING_NOTE, "'allswell plan set FILE', if somebody is to expect them",
            "none is in force: nobody expects check-ins of yours");
        return;
    }
    text_span_write(span, cover.hears_s);
    if (cover.hears_s == UINT64_MAX)
        add(list, "plan", FINDING_BAD, "'allswell coverage' says why",
            "NOBODY would hear of an attack right now");
    else if (!cover.can_find)
        add(list, "plan", FINDING_BAD, "'allswell coverage' says why",
            "too few people are reachable to decide together");
    else
        add(list, "plan", FINDING_GOOD, "", "a human would hear within %s", span);
    if (view.drill_seq == 0)
        add(list, "drill", FINDING_BAD, "hold one: 'allswell drill'",
            "none yet: nobody knows whether anything would ring");
    else
        check_answers(host, list, &view, &plan);
}

bool host_doctor(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    json_t *list = json_array();

    (void)request;
    check_agent(host, list);
    check_clock(host, list);
    check_store(host, list);
    check_disk(host, list);
    if (!check_relays(host, list, fail) || !check_hooks(host, list, fail)) {
        json_decref(list);
        return false;
    }
    check_plan(host, list);
    *reply = json_pack("{s:o}", "findings", list);
    return true;
}
