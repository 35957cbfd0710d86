/* SPDX-License-Identifier: ISC */
#include "common/supervisor.h"
#include "test.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What who supervises is told. In true time, a few tenths of a second. */

const char *const tool_name = "test";

struct bed {
    struct aw_loop *loop;
    struct aw_loop_timer *end;
    struct supervisor *supervisor;
    uint64_t deadline_ms;
    int fd;
};

static void stop(void *ctx)
{
    aw_loop_stop(((struct bed *)ctx)->loop);
}

static uint64_t deadline(void *ctx)
{
    return ((const struct bed *)ctx)->deadline_ms;
}

/* Listens where the supervisor would, at a name of the abstract space. */
static void set_up(struct bed *b, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct aw_clock clock;

    *b = (struct bed){.deadline_ms = AW_TIME_NEVER};
    b->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    T_REQUIRE(b->fd >= 0);
    memcpy(address.sun_path + 1, name + 1, strlen(name + 1));
    T_REQUIRE(bind(b->fd, (const struct sockaddr *)&address,
                   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))) == 0);
    T_REQUIRE(setenv("NOTIFY_SOCKET", name, 1) == 0);
    T_REQUIRE(aw_clock_init(&clock, NULL) == AW_OK);
    T_REQUIRE(aw_loop_open(&b->loop, &clock) == AW_OK);
    b->end = aw_loop_timer_new(b->loop, stop, b);
    T_REQUIRE(b->end != NULL);
}

static void run(struct bed *b, uint64_t ms)
{
    aw_loop_timer_set(b->end, aw_loop_now(b->loop).mono_ms + ms);
    aw_loop_run(b->loop);
}

/* How often it was told, of all that waits. */
static unsigned heard(struct bed *b, const char *what)
{
    char text[64];
    unsigned count = 0;
    ssize_t len;

    while ((len = recv(b->fd, text, sizeof text - 1, 0)) >= 0) {
        text[len] = '\0';
        count += strcmp(text, what) == 0;
    }
    return count;
}

static void tear_down(struct bed *b)
{
    supervisor_close(b->supervisor);
    aw_loop_timer_free(b->end);
    aw_loop_close(b->loop);
    (void)close(b->fd);
}

/* Goal: who waits hears of readiness and end, and of life only while deadlines are served.
 * Method: a deadline ahead, one that lies in the past for less and for more than 20 s. */
static void test_watchdog(void)
{
    struct tool_fail fail;
    struct bed b;

    set_up(&b, "@allswell-test-watchdog");
    T_REQUIRE(setenv("WATCHDOG_USEC", "60000", 1) == 0);
    T_TRUE(supervisor_open(&b.supervisor, b.loop, deadline, &b, &fail));
    T_TRUE(getenv("NOTIFY_SOCKET") == NULL && getenv("WATCHDOG_USEC") == NULL);
    T_EQ(heard(&b, "READY=1"), 1);
    run(&b, 200);
    T_TRUE(heard(&b, "WATCHDOG=1") >= 3);
    b.deadline_ms = aw_loop_now(b.loop).mono_ms - SUPERVISOR_LATE_MS + 5000;
    run(&b, 200);
    T_TRUE(heard(&b, "WATCHDOG=1") >= 3);
    b.deadline_ms = aw_loop_now(b.loop).mono_ms - SUPERVISOR_LATE_MS - 1;
    run(&b, 200);
    T_EQ(heard(&b, "WATCHDOG=1"), 0);
    b.deadline_ms = AW_TIME_NEVER;
    run(&b, 200);
    T_TRUE(heard(&b, "WATCHDOG=1") >= 3);
    supervisor_close(b.supervisor);
    b.supervisor = NULL;
    T_EQ(heard(&b, "STOPPING=1"), 1);
    tear_down(&b);
}

/* Goal: without a watchdog, or with that of another process, nothing is told but readiness.
 * Method: no WATCHDOG_USEC; one that is meant for process 1. */
static void test_no_watchdog(void)
{
    for (int other = 0; other < 2; other++) {
        struct tool_fail fail;
        struct bed b;

        set_up(&b, "@allswell-test-none");
        if (other == 1) {
            T_REQUIRE(setenv("WATCHDOG_USEC", "60000", 1) == 0);
            T_REQUIRE(setenv("WATCHDOG_PID", "1", 1) == 0);
        }
        T_TRUE(supervisor_open(&b.supervisor, b.loop, deadline, &b, &fail));
        T_EQ(heard(&b, "READY=1"), 1);
        run(&b, 100);
        T_EQ(heard(&b, "WATCHDOG=1"), 0);
        tear_down(&b);
    }
}

/* What is written on stderr while the supervisor is opened: lines, and whether one has `word`. */
static unsigned warned(struct bed *b, const char *word, bool *has_word)
{
    char text[2048];
    struct tool_fail fail;
    const int kept = dup(STDERR_FILENO), fd = memfd_create("stderr", 0);
    unsigned count = 0;
    ssize_t len;

    T_REQUIRE(kept >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) == STDERR_FILENO);
    T_TRUE(supervisor_open(&b->supervisor, b->loop, deadline, b, &fail));
    T_REQUIRE(dup2(kept, STDERR_FILENO) == STDERR_FILENO);
    len = pread(fd, text, sizeof text - 1, 0);
    T_REQUIRE(len >= 0);
    text[len] = '\0';
    *has_word = strstr(text, word) != NULL;
    for (ssize_t i = 0; i < len; i++)
        count += text[i] == '\n';
    (void)close(kept);
    (void)close(fd);
    return count;
}

/* Goal: a watchdog that is written wrongly is told once, and the program runs all the same; of one
 * that is right, or of another process, nothing is said.
 * Method: variables that are no numbers, too large, zero; a day, and the number of this process. */
static void test_wrong_watchdog(void)
{
    char own[16];
    const struct {
        const char *usec, *pid, *word; /* NULL: nothing to say */
        bool is_watched;
    } cases[] = {
        {"", NULL, "WATCHDOG_USEC", false},
        {"0", NULL, "WATCHDOG_USEC", false},
        {"soon", NULL, "WATCHDOG_USEC", false},
        {"60000us", NULL, "WATCHDOG_USEC", false},
        {"-60000", NULL, "WATCHDOG_USEC", false},
        {" 60000", NULL, "WATCHDOG_USEC", false},
        {"86400000001", NULL, "WATCHDOG_USEC", false},
        {"99999999999999999999999", "1", "WATCHDOG_USEC", false},
        {"60000", "", "WATCHDOG_PID", false},
        {"60000", "me", "WATCHDOG_PID", false},
        {"60000", "-1", "WATCHDOG_PID", false},
        {"60000", "99999999999", "WATCHDOG_PID", false},
        {"60000", "1", NULL, false},
        {"60000", own, NULL, true},
        {"86400000000", NULL, NULL, true},
    };

    (void)snprintf(own, sizeof own, "%ld", (long)getpid());
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *word = cases[i].word;
        bool has_word;
        struct bed b;

        set_up(&b, "@allswell-test-wrong");
        T_REQUIRE(setenv("WATCHDOG_USEC", cases[i].usec, 1) == 0);
        if (cases[i].pid != NULL)
            T_REQUIRE(setenv("WATCHDOG_PID", cases[i].pid, 1) == 0);
        T_EQ(warned(&b, word == NULL ? "" : word, &has_word), word != NULL);
        T_TRUE(has_word);
        T_TRUE(getenv("WATCHDOG_PID") == NULL);
        T_EQ(heard(&b, "READY=1"), 1);
        run(&b, 50);
        T_EQ(heard(&b, "WATCHDOG=1") != 0, cases[i].is_watched);
        tear_down(&b);
    }
}

/* Goal: nobody who waits is no error, and a name that is none is.
 * Method: no variable; names without a leading slash, empty, too long. */
static void test_names(void)
{
    char too_long[120];
    const char *const bad[] = {"", "@", "relative", too_long};
    struct tool_fail fail;
    struct bed b;

    memset(too_long, '/', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    set_up(&b, "@allswell-test-names");
    T_REQUIRE(unsetenv("NOTIFY_SOCKET") == 0);
    T_TRUE(supervisor_open(&b.supervisor, b.loop, deadline, &b, &fail));
    T_TRUE(b.supervisor == NULL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        T_REQUIRE(setenv("NOTIFY_SOCKET", bad[i], 1) == 0);
        T_TRUE(!supervisor_open(&b.supervisor, b.loop, deadline, &b, &fail));
        supervisor_close(b.supervisor);
        b.supervisor = NULL;
    }
    T_REQUIRE(unsetenv("NOTIFY_SOCKET") == 0);
    tear_down(&b);
}

int main(void)
{
    T_RUN(test_watchdog);
    T_RUN(test_no_watchdog);
    T_RUN(test_wrong_watchdog);
    T_RUN(test_names);
    return t_end();
}
