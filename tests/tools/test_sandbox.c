/* SPDX-License-Identifier: ISC */
#include "common/sandbox.h"
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a relay gives up. Each attempt is made by a child that is confined, and as a control by one
 * that is not; its outcome is an errno, 0, or 1000 and the signal that ended it. */

const char *const tool_name = "test";

#define PORT  17440
#define OTHER 17441
#define ENDED 1000

static struct home home;

static int outcome(bool done)
{
    return done ? 0 : errno;
}

static int read_outside(void)
{
    int fd = open("/etc/passwd", O_RDONLY);

    return outcome(fd >= 0);
}

static int write_outside(void)
{
    char path[HOME_FILE_MAX + 8];
    int fd, result;

    (void)snprintf(path, sizeof path, "%s-outside", home.path);
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    result = outcome(fd >= 0);
    (void)unlink(path);
    return result;
}

static int read_routes(void)
{
    int fd = open("/proc/self/net/route", O_RDONLY);

    return outcome(fd >= 0);
}

static int use_home(void)
{
    char path[HOME_FILE_MAX];
    int fd;

    home_file(path, &home, "file");
    fd = open(path, O_RDWR | O_CREAT, 0600);
    return outcome(fd >= 0 && write(fd, "x", 1) == 1 && ftruncate(fd, 0) == 0 && unlink(path) == 0);
}

static int at_port(uint16_t port, bool listens)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0), rc;

    if (fd < 0)
        return errno;
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    rc = listens ? bind(fd, (const struct sockaddr *)&in, sizeof in)
                 : connect(fd, (const struct sockaddr *)&in, sizeof in);
    return outcome(rc == 0);
}

static int listen_here(void)
{
    return at_port(PORT, true);
}

static int listen_elsewhere(void)
{
    return at_port(OTHER, true);
}

static int connect_out(void)
{
    return at_port(OTHER, false);
}

static int run_program(void)
{
    char *const none[] = {NULL};

    (void)execve("/bin/true", none, none); /* with success, another program ends with 0 */
    return errno;
}

static int fork_child(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    return outcome(child > 0);
}

static int run_memory(void)
{
    return outcome(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                        -1, 0) != MAP_FAILED);
}

static int use_memory(void)
{
    return outcome(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                        0) != MAP_FAILED);
}

static void *nothing(void *ctx)
{
    return ctx;
}

static int make_thread(void)
{
    pthread_t thread;
    int rc = pthread_create(&thread, NULL, nothing, NULL);

    return rc != 0 ? rc : pthread_join(thread, NULL);
}

static int trace(void)
{
    return outcome(syscall(SYS_ptrace, 0, 0, 0, 0) == 0);
}

static int kill_parent(void)
{
    return outcome(syscall(SYS_tgkill, getppid(), getppid(), 0) == 0);
}

static int kill_self(void)
{
    return outcome(syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGKILL) == 0);
}

/* Says through a file what came of it: memory and pipes would be system calls of their own. */
static int try(int (*attempt)(void), bool files, bool calls)
{
    int ends[2], result = -1, status = 0;
    struct tool_fail fail;
    pid_t child;

    T_REQUIRE(pipe(ends) == 0);
    child = fork();
    T_REQUIRE(child >= 0);
    if (child == 0) {
        if ((files && !sandbox_files(&home, PORT, &fail)) || (calls && !sandbox_calls(&fail)))
            _exit(9);
        result = attempt();
        _exit(write(ends[1], &result, sizeof result) == (ssize_t)sizeof result ? 0 : 8);
    }
    (void)close(ends[1]);
    if (read(ends[0], &result, sizeof result) != (ssize_t)sizeof result)
        result = 0; /* it became another program, or was ended */
    (void)close(ends[0]);
    T_REQUIRE(waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status))
        return ENDED + WTERMSIG(status);
    return WEXITSTATUS(status) == 0 ? result : -WEXITSTATUS(status);
}

/* What a process gives up that asks a router. */
static int ask_and(int (*attempt)(void))
{
    struct tool_fail fail;

    return sandbox_files(NULL, 0, &fail) ? attempt() : -1;
}

static int ask_and_read_routes(void)
{
    return ask_and(read_routes);
}

static int ask_and_connect(void)
{
    return ask_and(connect_out);
}

static int ask_and_use_home(void)
{
    return ask_and(use_home);
}

static int ask_and_read_outside(void)
{
    return ask_and(read_outside);
}

static long landlock_version(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

/* Goal: a relay touches no file but those of its home, and has no network but its port; who asks a
 * router has the network, and no file but the routes. */
static void test_files(void)
{
    long version = landlock_version();

    T_EQ(try(use_home, true, false), 0);
    T_EQ(try(listen_here, true, false), 0);
    T_EQ(try(read_outside, false, false), 0);
    T_EQ(try(write_outside, false, false), 0);
    T_EQ(try(listen_elsewhere, false, false), 0);
    T_EQ(try(connect_out, false, false), ECONNREFUSED);
    T_EQ(try(ask_and_read_routes, false, false), 0);
    T_EQ(try(ask_and_connect, false, false), ECONNREFUSED);
    if (version >= 1) {
        T_EQ(try(ask_and_use_home, false, false), EACCES);
        T_EQ(try(ask_and_read_outside, false, false), EACCES);
        T_EQ(try(read_routes, true, false), EACCES);
        T_EQ(try(read_outside, true, false), EACCES);
        T_EQ(try(write_outside, true, false), EACCES);
    }
    if (version >= 4) {
        T_EQ(try(listen_elsewhere, true, false), EACCES);
        T_EQ(try(connect_out, true, false), EACCES);
    }
    (void)printf("Landlock %ld\n", version);
}

/* Goal: what only an intruder does ends the process; what is not needed is refused; what is needed
 * works, also in threads. */
static void test_calls(void)
{
    static const struct {
        int (*attempt)(void);
        int free, confined;
    } rows[] = {
        {use_home, 0, 0},
        {use_memory, 0, 0},
        {make_thread, 0, 0},
        {listen_here, 0, EPERM},
        {connect_out, ECONNREFUSED, EPERM},
        {run_memory, 0, EPERM},
        {fork_child, 0, EPERM},
        {kill_self, ENDED + SIGKILL, ENDED + SIGKILL},
        {kill_parent, 0, EPERM},
        {run_program, 0, ENDED + SIGSYS},
        {trace, 0, ENDED + SIGSYS},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        T_EQ(try(rows[i].attempt, false, false), rows[i].free);
        T_EQ(try(rows[i].attempt, false, true), rows[i].confined);
        if (rows[i].confined != EPERM)
            T_EQ(try(rows[i].attempt, true, true), rows[i].confined);
    }
}

/* Makes a system call unknown, as it is to an old kernel. */
static bool forget(unsigned number)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int without_landlock(void)
{
    struct tool_fail fail;

    return forget(SYS_landlock_create_ruleset) && sandbox_files(&home, PORT, &fail) ? 0 : 1;
}

static int without_seccomp(void)
{
    struct tool_fail fail;

    return forget(SYS_seccomp) && sandbox_calls(&fail) ? 0 : 1;
}

/* Goal: a kernel without one of them is no obstacle, and one line on stderr says so. */
static void test_old_kernel(void)
{
    static const struct {
        int (*attempt)(void);
        const char *line;
    } rows[] = {
        {without_landlock, "This kernel refuses Landlock"},
        {without_seccomp, "This kernel refuses seccomp"},
    };
    char path[HOME_FILE_MAX + 8];

    (void)snprintf(path, sizeof path, "%s/said", home.path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char said[200] = "";
        int before = dup(STDERR_FILENO), fd;

        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        T_REQUIRE(before >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) == STDERR_FILENO);
        T_EQ(try(rows[i].attempt, false, false), 0);
        T_REQUIRE(dup2(before, STDERR_FILENO) == STDERR_FILENO);
        T_TRUE(pread(fd, said, sizeof said - 1, 0) > 0);
        T_TRUE(strncmp(said, rows[i].line, strlen(rows[i].line)) == 0);
        T_TRUE(said[strcspn(said, "\n")] == '\n' && said[strcspn(said, "\n") + 1] == '\0');
        (void)close(fd);
        (void)close(before);
        T_TRUE(unlink(path) == 0);
    }
}

int main(void)
{
    (void)snprintf(home.path, sizeof home.path, "/tmp/aw-sandbox-XXXXXX");
    T_REQUIRE(mkdtemp(home.path) != NULL);
    T_RUN(test_files);
    T_RUN(test_calls);
    T_RUN(test_old_kernel);
    T_REQUIRE(rmdir(home.path) == 0);
    return t_end();
}
