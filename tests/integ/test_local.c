/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "store/alloc.h"
#include "support/folder.h"

#include <allswell/control.h>
#include <allswell/hook.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct aw_loop *new_loop(void)
{
    struct aw_clock clock;
    struct aw_loop *loop;

    T_REQUIRE(aw_clock_init(&clock, NULL) == AW_OK);
    T_REQUIRE(aw_loop_open(&loop, &clock) == AW_OK);
    return loop;
}

static void stop_loop(void *ctx)
{
    aw_loop_stop(ctx);
}

/* Goal: true time is the system's; compressed time runs by its factor from the origin, alike in
 * every process; nonsense is refused and leaves true time.
 * Method: read both, 30 ms apart. */
static void test_clock(void)
{
    static const char *const bad[] = {
        "x", "1:", ":1", "1:2:3", "-5:2", "5:2 ", "99999999999999999999:2"};
    struct aw_clock clock, other;
    struct aw_now a, b;
    char scale[64];
    size_t i;

    T_EQ(aw_clock_init(&clock, ""), AW_OK);
    a = aw_clock_now(&clock);
    T_TRUE(a.wall_ms / 1000 + 1 >= (uint64_t)time(NULL) &&
           a.wall_ms / 1000 <= (uint64_t)time(NULL));
    T_EQ(aw_clock_true_span_ms(&clock, 7), 7);
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
        T_EQ(aw_clock_init(&clock, bad[i]), AW_E_FORMAT);
    T_EQ(aw_clock_init(&clock, "5:0"), AW_E_RANGE);
    T_EQ(aw_clock_init(&clock, "5:10001"), AW_E_RANGE);
    T_EQ(aw_clock_init(&clock, "99999999999999:2"), AW_E_RANGE);
    T_TRUE(aw_clock_now(&clock).wall_ms - a.wall_ms < 5000);

    (void)snprintf(scale, sizeof scale, "%" PRIu64 ":600", a.wall_ms - 1000);
    T_EQ(aw_clock_init(&clock, scale), AW_OK);
    (void)usleep(30000);
    T_EQ(aw_clock_init(&other, scale), AW_OK);
    a = aw_clock_now(&clock);
    b = aw_clock_now(&other);
    T_TRUE(b.wall_ms >= a.wall_ms && b.wall_ms - a.wall_ms < 60000);
    T_TRUE(b.mono_ms + 3000 >= a.mono_ms && b.mono_ms < a.mono_ms + 60000);
    (void)usleep(30000);
    b = aw_clock_now(&clock);
    T_TRUE(b.mono_ms - a.mono_ms >= 29 * 600);
    T_TRUE(b.wall_ms - a.wall_ms >= 29 * 600);
    T_EQ(aw_clock_true_span_ms(&clock, 601), 2);
}

struct ended {
    struct aw_loop *loop;
    struct aw_hook_result result;
    unsigned count, wanted;
};

static void on_ended(void *ctx, const struct aw_hook_result *result)
{
    struct ended *e = ctx;

    e->result = *result;
    if (++e->count == e->wanted)
        aw_loop_stop(e->loop);
}

/* Goal: a hook gets its arguments as they are and the promised environment only; how it ended
 * is reported; one that hangs is killed with what it started; what cannot be run is told.
 * Method: a shell as the command writes what it sees. */
static void test_hook(void)
{
    const char *out_path = folder_path(folder_new(), "out");
    const char *const show[] = {
        "sh",
        "-c",
        "{ echo \"$1\"; env | sed 's/=.*//' | sort | tr '\\n' ' '; } > \"$0\"; exit 3",
        out_path,
        "a b; $(c)",
        NULL};
    const char *const hang[] = {"sh", "-c", "sleep 60 & sleep 60", NULL};
    const char *const missing[] = {"/no/such/program", NULL};
    const char *const env[] = {"ALLSWELL_EVENT=overdue", NULL};
    struct ended e = {.loop = new_loop(), .wanted = 1};
    char *text;

    (void)setenv("SECRET_OF_PARENT", "x", 1);
    T_EQ(aw_hook_run(e.loop, show, env, 5000, on_ended, &e), AW_OK);
    aw_loop_run(e.loop);
    T_EQ(e.result.exit_code, 3);
    T_EQ(e.result.timed_out, false);
    text = t_read_path(out_path, NULL);
    T_TRUE(strncmp(text, "a b; $(c)\n", 10) == 0);
    T_TRUE(strstr(text, "ALLSWELL_EVENT ") != NULL);
    T_TRUE(strstr(text, "PATH ") != NULL);
    T_TRUE(strstr(text, "SECRET_OF_PARENT") == NULL);
    free(text);

    e.count = 0;
    T_EQ(aw_hook_run(e.loop, hang, NULL, 200, on_ended, &e), AW_OK);
    aw_loop_run(e.loop);
    T_EQ(e.result.timed_out, true);
    T_EQ(e.result.signal, 9);
    T_EQ(e.result.exit_code, -1);
    T_EQ(aw_hook_run(e.loop, missing, NULL, 200, on_ended, &e), AW_E_STATE);

    e.count = 0;
    e.wanted = AW_HOOK_RUNNING_MAX;
    for (int i = 0; i < AW_HOOK_RUNNING_MAX - 1; i++)
        T_EQ(aw_hook_run(e.loop, hang, NULL, 200, on_ended, &e), AW_OK);
    T_EQ(aw_hook_run(e.loop, hang, NULL, 200, on_ended, &e),
         AW_E_BUSY); /* the missing one closes */
    e.wanted--;
    aw_loop_run(e.loop);
    T_EQ(e.count, AW_HOOK_RUNNING_MAX - 1);
    aw_loop_close(e.loop);
}

/* Goal: a command that is talked to has its input and output at the caller's descriptor, and no
 * other; the other end is told when it has ended.
 * Method: cat(1) over a pair of sockets. */
static void test_hook_talks(void)
{
    const char *const cat[] = {"cat", NULL};
    struct ended e = {.loop = new_loop(), .wanted = 1};
    char said[16] = "";
    int ends[2];

    T_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    T_EQ(aw_hook_talk(e.loop, ends[1], cat, NULL, 5000, on_ended, &e), AW_OK);
    T_EQ(close(ends[1]), 0);
    T_EQ(write(ends[0], "all's well", 10), 10);
    T_EQ(shutdown(ends[0], SHUT_WR), 0);
    aw_loop_run(e.loop);
    T_EQ(e.result.exit_code, 0);
    T_EQ(read(ends[0], said, sizeof said - 1), 10);
    T_TRUE(strcmp(said, "all's well") == 0);
    T_EQ(read(ends[0], said, 1), 0); /* nobody else holds the other end */
    T_EQ(close(ends[0]), 0);
    aw_loop_close(e.loop);
}

struct seen {
    struct aw_loop *loop;
    bool readable, writable;
};

static void on_seen(void *ctx, bool readable, bool writable)
{
    struct seen *seen = ctx;

    seen->readable |= readable;
    seen->writable |= writable;
    aw_loop_stop(seen->loop);
}

static void look(struct seen *seen)
{
    seen->readable = seen->writable = false;
    aw_loop_run(seen->loop);
}

/* Goal: a watch tells of what it was set to and of nothing else, of the end as readable, and no
 * more once it was released; the descriptor stays open.
 * Method: the two ends of a pipe. */
static void test_watch(void)
{
    struct seen seen = {.loop = new_loop()};
    struct aw_loop_watch *in, *out;
    int fds[2];
    char byte = 0;

    T_REQUIRE(pipe(fds) == 0);
    in = aw_loop_watch_new(seen.loop, fds[0], on_seen, &seen);
    out = aw_loop_watch_new(seen.loop, fds[1], on_seen, &seen);
    T_REQUIRE(in != NULL && out != NULL);
    T_TRUE(aw_loop_watch_new(seen.loop, -1, on_seen, &seen) == NULL);
    T_EQ(aw_loop_watch_set(in, true, false), AW_OK);
    T_EQ(aw_loop_watch_set(out, false, true), AW_OK);
    look(&seen);
    T_TRUE(seen.writable && !seen.readable);
    T_EQ(aw_loop_watch_set(out, false, false), AW_OK);
    T_EQ(write(fds[1], "x", 1), 1);
    look(&seen);
    T_TRUE(seen.readable && !seen.writable);
    T_EQ(read(fds[0], &byte, 1), 1);
    aw_loop_watch_free(out);
    T_EQ(close(fds[1]), 0);
    look(&seen);
    T_TRUE(seen.readable); /* the end */
    seen.readable = false;
    aw_loop_watch_free(in);
    aw_loop_watch_free(NULL);
    aw_loop_close(seen.loop);
    T_TRUE(!seen.readable);
    T_EQ(close(fds[0]), 0);
}

static void answer_line(void *ctx, struct aw_control_client *client, const char *line)
{
    char text[64];

    if (strcmp(line, "stop") == 0)
        aw_loop_stop(ctx);
    (void)snprintf(text, sizeof text, "%zu:%.20s", strlen(line), line);
    aw_control_answer(client, text);
}

struct asker {
    const char *path;
    enum aw_status status[4];
    char answer[AW_CONTROL_LINE_MAX + 1];
    char long_line[AW_CONTROL_LINE_MAX + 2];
};

static void *ask_all(void *arg)
{
    struct asker *a = arg;

    memset(a->long_line, 'x', sizeof a->long_line - 1);
    a->status[0] = aw_control_ask(a->path, a->long_line, a->answer, 5000);
    a->long_line[AW_CONTROL_LINE_MAX] = '\0';
    a->status[1] = aw_control_ask(a->path, a->long_line, a->answer, 5000);
    a->status[2] = aw_control_ask(a->path, "two\nlines", a->answer, 5000);
    a->status[3] = aw_control_ask(a->path, "stop", a->answer, 5000);
    return NULL;
}

static void *ask_once(void *arg)
{
    struct asker *a = arg;

    a->status[0] = aw_control_ask(a->path, "stop", a->answer, 5000);
    return NULL;
}

/* Goal: a caller for whom there was no memory is answered a little later, and so is the next.
 * Method: the nth request for memory of the loop's thread fails. */
static void test_control_short_of_memory(void)
{
    const char *path = folder_path(folder_new(), "agent.sock");
    static struct asker asker;
    struct aw_loop *loop = new_loop();
    struct aw_control *control;
    pthread_t thread;

    asker.path = path;
    T_EQ(aw_control_open(&control, loop, path, answer_line, loop), AW_OK);
    for (uint64_t n = 0; n <= 2; n++) {
        aw_alloc_fail_at(n, false);
        T_REQUIRE(pthread_create(&thread, NULL, ask_once, &asker) == 0);
        aw_loop_run(loop);
        T_EQ(pthread_join(thread, NULL), 0);
        T_EQ(asker.status[0], AW_OK);
    }
    aw_alloc_fail_at(0, false);
    aw_control_close(control);
    aw_loop_close(loop);
}

/* Goal: one line is answered by one line, up to the longest; the socket is private; a second
 * owner is refused, a dead socket is replaced, and nobody there is told as such.
 * Method: the client in a thread. */
static void test_control(void)
{
    const char *path = folder_path(folder_new(), "agent.sock");
    static struct asker asker;
    struct aw_loop *loop = new_loop();
    struct aw_control *control, *second;
    struct stat st;
    pthread_t thread;
    FILE *stale;

    asker.path = path;
    T_EQ(aw_control_ask(path, "hello", asker.answer, 1000), AW_E_NOT_FOUND);
    stale = fopen(path, "w");
    T_REQUIRE(stale != NULL);
    (void)fclose(stale);
    T_EQ(aw_control_open(&control, loop, path, answer_line, loop), AW_OK);
    T_EQ(stat(path, &st), 0);
    T_TRUE(S_ISSOCK(st.st_mode));
    T_EQ(st.st_mode & 0777, 0600);
    T_EQ(aw_control_open(&second, loop, path, answer_line, loop), AW_E_BUSY);
    T_REQUIRE(pthread_create(&thread, NULL, ask_all, &asker) == 0);
    aw_loop_run(loop);
    T_EQ(pthread_join(thread, NULL), 0);
    T_EQ(asker.status[0], AW_E_RANGE);
    T_EQ(asker.status[1], AW_OK);
    T_EQ(asker.status[2], AW_E_RANGE);
    T_EQ(asker.status[3], AW_OK);
    T_STR_EQ(asker.answer, "4:stop");
    aw_control_close(control);
    aw_loop_close(loop);
    T_EQ(access(path, F_OK), -1);
}

/* Goal: nothing of net/ stays allocated when all is closed, and a timer comes neither early nor
 * never. Method: a timer 20 ms ahead stops the loop. */
static void test_timer_and_leaks(void)
{
    uint64_t live_before = aw_alloc_live_count();
    struct aw_loop *loop = new_loop();
    struct aw_loop_timer *timer = aw_loop_timer_new(loop, stop_loop, loop);
    uint64_t due_ms = aw_loop_now(loop).mono_ms + 20;

    T_REQUIRE(timer != NULL);
    aw_loop_timer_set(timer, due_ms);
    aw_loop_run(loop);
    T_TRUE(aw_loop_now(loop).mono_ms >= due_ms);
    aw_loop_timer_free(timer);
    aw_loop_close(loop);
    T_EQ(aw_alloc_live_count(), live_before);
}

/* Goal: a hardened process leaves no core file and survives a broken pipe.
 * Method: in a child, write into a pipe without a reader. */
static void test_harden(void)
{
    int status;
    pid_t child = fork();

    T_REQUIRE(child >= 0);
    if (child == 0) {
        struct rlimit limit;
        int fds[2];

        if (aw_process_harden() != AW_OK || pipe(fds) != 0 || close(fds[0]) != 0 ||
            write(fds[1], "x", 1) != -1 || getrlimit(RLIMIT_CORE, &limit) != 0)
            _exit(1);
        _exit(limit.rlim_max == 0 ? 0 : 2);
    }
    T_EQ(waitpid(child, &status, 0), child);
    T_EQ(status, 0);
}

static void on_pipe(int sig)
{
    (void)sig;
}

/* Goal: a peer that closes does not end the process of somebody who only opened a loop; but a
 * handler of his stays. Method: in a child, write into a pipe without a reader. */
static void test_broken_pipe(void)
{
    int status;
    pid_t child = fork();

    T_REQUIRE(child >= 0);
    if (child == 0) {
        struct sigaction own = {.sa_handler = on_pipe}, now;
        struct aw_loop *loop;
        int fds[2];

        (void)signal(SIGPIPE, SIG_DFL); /* whatever the parent has */
        loop = new_loop();
        if (pipe(fds) != 0 || close(fds[0]) != 0 || write(fds[1], "x", 1) != -1)
            _exit(1);
        aw_loop_close(loop);
        if (sigaction(SIGPIPE, &own, NULL) != 0)
            _exit(2);
        aw_loop_close(new_loop());
        if (sigaction(SIGPIPE, NULL, &now) != 0)
            _exit(3);
        _exit(now.sa_handler == on_pipe ? 0 : 4);
    }
    T_EQ(waitpid(child, &status, 0), child);
    T_EQ(status, 0);
}

int main(void)
{
    T_RUN(test_harden);
    T_RUN(test_broken_pipe);
    T_RUN(test_clock);
    T_RUN(test_timer_and_leaks);
    T_RUN(test_watch);
    T_RUN(test_hook);
    T_RUN(test_hook_talks);
    T_RUN(test_control);
    T_RUN(test_control_short_of_memory);
    return t_end();
}
