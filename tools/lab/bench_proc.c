/* SPDX-License-Identifier: ISC */
#include "bench_load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void bench_die(const char *what)
{
    (void)fprintf(stderr, "allswell-lab: bench: %s\n", what);
    exit(4);
}

pid_t bench_spawn(const char *const *argv, const char *log_path)
{
    pid_t pid = fork();
    int fd;

    if (pid != 0)
        return pid > 0 ? pid : 0;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd >= 0) {
        (void)dup2(fd, 1);
        (void)dup2(fd, 2);
    }
    (void)execvp(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

void bench_stop(struct bench_peer *p)
{
    if (p->pid <= 0)
        return;
    (void)kill(p->pid, SIGTERM);
    (void)waitpid(p->pid, NULL, 0);
    p->pid = 0;
}

double bench_cpu_s(pid_t pid)
{
    char path[64], text[1024];
    unsigned long user = 0, system = 0;
    const char *fields;
    FILE *file;
    size_t len;

    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    file = fopen(path, "r");
    if (file == NULL)
        return 0;
    len = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[len] = '\0';
    fields = strrchr(text, ')'); /* the name may hold anything */
    if (fields == NULL || sscanf(fields + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                                 &user, &system) != 2)
        return 0;
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* Resident pages of a process, and how many of them are mapped from files. */
static bool count_pages(pid_t pid, unsigned long *resident, unsigned long *of_files)
{
    char path[64];
    FILE *file;
    bool ok;

    (void)snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    file = fopen(path, "r");
    if (file == NULL)
        return false;
    ok = fscanf(file, "%*u %lu %lu", resident, of_files) == 2;
    (void)fclose(file);
    return ok;
}

double bench_rss_len(pid_t pid)
{
    unsigned long resident, of_files;

    if (!count_pages(pid, &resident, &of_files))
        return 0;
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

double bench_own_len(pid_t pid)
{
    unsigned long resident, of_files;

    if (!count_pages(pid, &resident, &of_files))
        return 0;
    return (double)(resident - of_files) * (double)sysconf(_SC_PAGESIZE);
}

static struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

uint16_t bench_free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        bench_die("no free port");
    (void)close(fd);
    return ntohs(address.sin_port);
}

int bench_connect(uint16_t port, unsigned tries)
{
    const struct sockaddr_in address = loopback(port);
    const int on = 1;

    for (; tries > 0; tries--) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (fd < 0)
            return -1;
        if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
            (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            return fd;
        }
        (void)close(fd);
        (void)usleep(20000);
    }
    return -1;
}
