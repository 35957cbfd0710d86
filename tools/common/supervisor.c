/* SPDX-License-Identifier: ISC */
#include "common/supervisor.h"

#include "common/journal.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct supervisor {
    struct aw_loop *loop;
    struct aw_loop_timer *timer;
    supervisor_deadline *deadline;
    void *ctx;
    uint64_t period_ms; /* 0: nobody wants to know that it is alive */
    int fd;
    bool is_late; /* and said so */
    struct sockaddr_un to;
    socklen_t to_len;
};

/* A path, or a name in the abstract space that begins with @. */
static bool set_address(struct supervisor *s, const char *name)
{
    size_t len = strlen(name);

    if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof s->to.sun_path)
        return false;
    s->to.sun_family = AF_UNIX;
    memcpy(s->to.sun_path, name, len + 1);
    s->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    if (name[0] == '@')
        s->to.sun_path[0] = '\0';
    else
        s->to_len++;
    return true;
}

/* Who does not take it now has his reasons: what we do matters more than that he hears of it. */
static void tell(const struct supervisor *s, const char *what)
{
    (void)!sendto(s->fd, what, strlen(what), MSG_NOSIGNAL | MSG_DONTWAIT,
                  (const struct sockaddr *)&s->to, s->to_len);
}

static void on_timer(void *ctx)
{
    struct supervisor *s = (struct supervisor *)ctx;
    uint64_t now_ms = aw_loop_now(s->loop).mono_ms, deadline_ms = s->deadline(s->ctx);
    bool is_late = deadline_ms < now_ms && now_ms - deadline_ms > SUPERVISOR_LATE_MS;

    if (!is_late)
        tell(s, "WATCHDOG=1");
    else if (!s->is_late)
        journal_event(JOURNAL_ERROR, "restart-wanted",
                      "A deadline is overdue: asking to be started anew.", NULL, 0);
    s->is_late = is_late;
    aw_loop_timer_set(s->timer, now_ms + s->period_ms);
}

/* A whole number from 1 to `max`, or 0. */
static unsigned long long number_of(const char *text, unsigned long long max)
{
    char *end = NULL;
    unsigned long long number = text[0] < '0' || text[0] > '9' ? 0 : strtoull(text, &end, 10);

    return end == NULL || *end != '\0' || number > max ? 0 : number;
}

static void warn(const char *says)
{
    journal_event(JOURNAL_WARNING, "watchdog-unread", says, NULL, 0);
}

/* How often to tell that it is alive: three times as often as it is wanted. Who wrote what cannot
 * be read believes that this program is watched, and it is not. */
static uint64_t period_ms(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    const unsigned long long own = (unsigned long long)getpid();
    unsigned long long us, whose;

    if (usec == NULL)
        return 0;
    us = number_of(usec, 86400000000ULL);
    whose = pid == NULL ? own : number_of(pid, INT_MAX);
    if (us == 0)
        warn("WATCHDOG_USEC is no number of microseconds up to a day: nobody is told that this "
             "program is alive.");
    else if (whose == 0)
        warn("WATCHDOG_PID is no number of a process: nobody is told that this program is alive.");
    if (us == 0 || whose != own)
        return 0;
    return us / 3000 == 0 ? 1 : us / 3000;
}

bool supervisor_open(struct supervisor **out, struct aw_loop *loop, supervisor_deadline *deadline,
                     void *ctx, struct tool_fail *fail)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct supervisor *s;

    *out = NULL;
    if (name == NULL)
        return true;
    s = calloc(1, sizeof *s);
    if (s == NULL)
        return fail_set(fail, TOOL_ENVIRONMENT, "out of memory: end other processes");
    s->loop = loop;
    s->deadline = deadline;
    s->ctx = ctx;
    s->period_ms = period_ms();
    s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    *out = s;
    if (!set_address(s, name))
        return fail_set(fail, TOOL_USAGE,
                        "NOTIFY_SOCKET is neither a path nor a name that begins with @: unset it");
    if (s->fd < 0 || (s->timer = aw_loop_timer_new(loop, on_timer, s)) == NULL)
        return fail_set(fail, TOOL_ENVIRONMENT, "no socket for NOTIFY_SOCKET: end other processes");
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_USEC");
    (void)unsetenv("WATCHDOG_PID");
    tell(s, "READY=1");
    if (s->period_ms != 0)
        aw_loop_timer_set(s->timer, 0);
    return true;
}

void supervisor_close(struct supervisor *supervisor)
{
    if (supervisor == NULL)
        return;
    if (supervisor->timer != NULL) {
        tell(supervisor, "STOPPING=1");
        aw_loop_timer_free(supervisor->timer);
    }
    if (supervisor->fd >= 0)
        (void)close(supervisor->fd);
    free(supervisor);
}
