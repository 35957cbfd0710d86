/* SPDX-License-Identifier: ISC */
#include "program.h"

#include "test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MS 10000

void program_init(struct program *p, const char *folder)
{
    void *map;
    int fd;

    *p = (struct program){.out_fd = -1};
    (void)snprintf(p->page_path, sizeof p->page_path, "%.255s/page", folder);
    (void)snprintf(p->err_path, sizeof p->err_path, "%.255s/stderr", folder);
    fd = open(p->page_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    T_REQUIRE(fd >= 0 && ftruncate(fd, sizeof *p->page) == 0);
    map = mmap(NULL, sizeof *p->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    T_REQUIRE(map != MAP_FAILED);
    p->page = map;
    (void)close(fd);
}

void program_arm(struct program *p, unsigned calls, unsigned at, bool forever, int what)
{
    atomic_store(&p->page->calls, 0);
    atomic_store(&p->page->at, at);
    atomic_store(&p->page->forever, forever);
    atomic_store(&p->page->what, what);
    atomic_store(&p->page->count, 0);
    atomic_store(&p->page->hits, 0);
    atomic_store(&p->page->calls, calls);
}

/* Between fork() and exec(): never returns. */
static void become(const struct program *p, const char *preload, const char *const argv[],
                   int out_fd)
{
    int err_fd = open(p->err_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (err_fd < 0 || dup2(out_fd, 1) < 0 || dup2(err_fd, 2) < 0 ||
        setenv("LD_PRELOAD", preload, 1) != 0 || setenv("AW_FAULT_PAGE", p->page_path, 1) != 0)
        _exit(126);
    (void)execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

/* Reads up to the end of a line. False: end of the stream, or too late. */
static bool read_line(struct program *p)
{
    struct pollfd ready = {.fd = p->out_fd, .events = POLLIN};
    size_t len = 0;

    p->line[0] = '\0';
    while (len + 1 < sizeof p->line && poll(&ready, 1, START_MS) == 1) {
        ssize_t got = read(p->out_fd, p->line + len, sizeof p->line - 1 - len);

        if (got <= 0)
            return false;
        len += (size_t)got;
        p->line[len] = '\0';
        if (p->line[len - 1] == '\n') {
            p->line[len - 1] = '\0';
            return true;
        }
    }
    return false;
}

bool program_start(struct program *p, const char *preload, const char *const argv[])
{
    int fds[2];

    T_REQUIRE(pipe2(fds, O_CLOEXEC) == 0);
    p->pid = fork();
    T_REQUIRE(p->pid >= 0);
    if (p->pid == 0)
        become(p, preload, argv, fds[1]);
    (void)close(fds[1]);
    if (p->out_fd >= 0)
        (void)close(p->out_fd);
    p->out_fd = fds[0];
    if (read_line(p))
        return true;
    program_end(p, 0, START_MS);
    return false;
}

bool program_runs(struct program *p)
{
    if (p->pid != 0 && waitpid(p->pid, &p->status, WNOHANG) == p->pid)
        p->pid = 0;
    return p->pid != 0;
}

void program_end(struct program *p, int number, unsigned limit_ms)
{
    const struct timespec step = {0, 1000000};

    if (p->pid == 0)
        return;
    (void)kill(p->pid, number);
    for (unsigned i = 0; i < limit_ms && program_runs(p); i++)
        (void)nanosleep(&step, NULL);
    if (p->pid == 0)
        return;
    (void)kill(p->pid, SIGKILL);
    (void)waitpid(p->pid, &p->status, 0);
    p->pid = 0;
}

bool program_refused(const struct program *p, const char *name)
{
    char *all = t_read_path(p->err_path, NULL), *text = all, *end;
    size_t len = strlen(name);
    bool ok;

    /* Not about the end: a kernel that cannot confine it. */
    while (strncmp(text, "This kernel", 11) == 0 && (end = strchr(text, '\n')) != NULL)
        text = end + 1;
    end = strchr(text, '\n');
    ok = WIFEXITED(p->status) && WEXITSTATUS(p->status) != 0 && WEXITSTATUS(p->status) < 100 &&
         strncmp(text, name, len) == 0 && text[len] == ':' && end != NULL && end[1] == '\0';
    free(all);
    return ok;
}

void program_report(struct program *p)
{
    char *text = t_read_path(p->err_path, NULL);

    if (program_runs(p)) /* its status is of an earlier run */
        printf("    still running");
    else if (WIFSIGNALED(p->status))
        printf("    ended by signal %d", WTERMSIG(p->status));
    else
        printf("    exit code %d", WEXITSTATUS(p->status));
    printf(", stderr: %.600s\n", text);
    free(text);
}
