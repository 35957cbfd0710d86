/* SPDX-License-Identifier: ISC */
/*
 * Preloaded into a real program (LD_PRELOAD): its calls into the system fail, or kill it, where
 * the page says so (page.h), and its clocks may jump. Without a page nothing is changed.
 */
#undef _FORTIFY_SOURCE /* checks calls against its own idea of them */
#include "page.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

void *__libc_malloc(size_t len);
void *__libc_calloc(size_t count, size_t len);
void *__libc_realloc(void *ptr, size_t len);

#pragma GCC diagnostic ignored "-Wpedantic" /* glibc declares some calls with unions */

static struct fault_page *page;

/* What a child does before it becomes another program is not the program's. */
static void leave(void)
{
    page = NULL;
}

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("AW_FAULT_PAGE");
    void *frame;
    int fd = path != NULL ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0) : -1;
    void *map;

    if (fd < 0)
        return;
    map = (void *)syscall(SYS_mmap, NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0L);
    (void)syscall(SYS_close, fd);
    if (map != MAP_FAILED)
        page = map;
    (void)unsetenv("LD_PRELOAD"); /* not for its children */
    (void)pthread_atfork(NULL, NULL, leave);
    (void)backtrace(&frame, 1); /* opens a library, which a relay that is confined cannot */
}

/* By the call of glibc's abort(), as a relay that is confined may make no other to end itself. */
__attribute__((noreturn)) static void die(int number)
{
    (void)syscall(SYS_tgkill, syscall(SYS_getpid), syscall(SYS_gettid), number);
    for (;;)
        (void)syscall(SYS_pause);
}

/* Counts one call. True: it fails, with errno set. The page may change meanwhile. */
static bool fails(enum fault_call kind)
{
    unsigned nth, at;
    int what;

    if (page == NULL || (atomic_load(&page->calls) & (unsigned)kind) == 0)
        return false;
    nth = atomic_fetch_add(&page->count, 1) + 1;
    at = atomic_load(&page->at);
    what = atomic_load(&page->what);
    if (at == 0 || what == 0 || nth < at || (nth > at && atomic_load(&page->forever) == 0))
        return false;
    atomic_fetch_add(&page->hits, 1);
    if (what == FAULT_KILL)
        die(SIGKILL);
    errno = what; /* or the caller tears */
    return true;
}

/* Whether a call on fd may fail: those on eventfds and pipes do not, and libuv knows that. */
static bool may_fail(int fd)
{
    struct stat st;

    return page != NULL &&
           (atomic_load(&page->what) < 0 ||
            (syscall(SYS_fstat, fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISSOCK(st.st_mode))));
}

static bool tears(void)
{
    return atomic_load(&page->what) == FAULT_TEAR;
}

/* The same for a call that has no halves. */
static bool refused(enum fault_call kind)
{
    if (!fails(kind))
        return false;
    if (tears())
        die(SIGKILL);
    return true;
}

ssize_t read(int fd, void *buf, size_t len)
{
    return may_fail(fd) && refused(FAULT_READ) ? -1 : syscall(SYS_read, fd, buf, len);
}

ssize_t pread64(int fd, void *buf, size_t len, off_t at)
{
    return refused(FAULT_READ) ? -1 : syscall(SYS_pread64, fd, buf, len, at);
}

ssize_t pread(int fd, void *buf, size_t len, off_t at)
{
    return refused(FAULT_READ) ? -1 : syscall(SYS_pread64, fd, buf, len, at);
}

ssize_t write(int fd, const void *buf, size_t len)
{
    if (may_fail(fd) && fails(FAULT_WRITE)) {
        if (!tears())
            return -1;
        (void)syscall(SYS_write, fd, buf, len / 2);
        die(SIGKILL);
    }
    return syscall(SYS_write, fd, buf, len);
}

static ssize_t write_at(int fd, const void *buf, size_t len, off_t at)
{
    if (fails(FAULT_WRITE)) {
        if (!tears())
            return -1;
        (void)syscall(SYS_pwrite64, fd, buf, len / 2, at);
        die(SIGKILL);
    }
    return syscall(SYS_pwrite64, fd, buf, len, at);
}

ssize_t pwrite64(int fd, const void *buf, size_t len, off_t at)
{
    return write_at(fd, buf, len, at);
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t at)
{
    return write_at(fd, buf, len, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return refused(FAULT_WRITE) ? -1 : syscall(SYS_writev, fd, parts, count);
}

int fsync(int fd)
{
    return refused(FAULT_SYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return refused(FAULT_SYNC) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

static int open_with(const char *path, int flags, mode_t mode)
{
    return refused(FAULT_OPEN) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_with(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_with(path, flags, mode);
}

int close(int fd)
{
    if (refused(FAULT_CLOSE)) {
        (void)syscall(SYS_close, fd); /* as Linux does it */
        return -1;
    }
    return (int)syscall(SYS_close, fd);
}

int rename(const char *from, const char *to)
{
    return refused(FAULT_NAME) ? -1 : (int)syscall(SYS_rename, from, to);
}

int unlink(const char *path)
{
    return refused(FAULT_NAME) ? -1 : (int)syscall(SYS_unlink, path);
}

int mkdir(const char *path, mode_t mode)
{
    return refused(FAULT_NAME) ? -1 : (int)syscall(SYS_mkdir, path, mode);
}

int chmod(const char *path, mode_t mode)
{
    return refused(FAULT_NAME) ? -1 : (int)syscall(SYS_chmod, path, mode);
}

int flock(int fd, int how)
{
    return refused(FAULT_NAME) ? -1 : (int)syscall(SYS_flock, fd, how);
}

int ftruncate64(int fd, off_t len)
{
    return refused(FAULT_NAME) ? -1 : (int)syscall(SYS_ftruncate, fd, len);
}

int accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
    return refused(FAULT_ACCEPT) ? -1 : (int)syscall(SYS_accept4, fd, address, len, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    return refused(FAULT_SEND) ? -1 : syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    return refused(FAULT_RECV) ? -1 : syscall(SYS_recvmsg, fd, message, flags);
}

int epoll_create1(int flags)
{
    return refused(FAULT_EPOLL) ? -1 : (int)syscall(SYS_epoll_create1, flags);
}

int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
    return refused(FAULT_EPOLL) ? -1 : (int)syscall(SYS_epoll_ctl, epoll, op, fd, event);
}

int epoll_pwait(int epoll, struct epoll_event *events, int count, int timeout_ms,
                const sigset_t *mask)
{
    return refused(FAULT_WAIT)
               ? -1
               : (int)syscall(SYS_epoll_pwait, epoll, events, count, timeout_ms, mask, 8L);
}

int epoll_wait(int epoll, struct epoll_event *events, int count, int timeout_ms)
{
    return epoll_pwait(epoll, events, count, timeout_ms, NULL);
}

int socket(int family, int type, int protocol)
{
    return refused(FAULT_SOCKET) ? -1 : (int)syscall(SYS_socket, family, type, protocol);
}

int bind(int fd, const struct sockaddr *address, socklen_t len)
{
    return refused(FAULT_SOCKET) ? -1 : (int)syscall(SYS_bind, fd, address, len);
}

int listen(int fd, int backlog)
{
    return refused(FAULT_SOCKET) ? -1 : (int)syscall(SYS_listen, fd, backlog);
}

int connect(int fd, const struct sockaddr *address, socklen_t len)
{
    return refused(FAULT_SOCKET) ? -1 : (int)syscall(SYS_connect, fd, address, len);
}

void *mmap64(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
    if (refused(FAULT_MAP))
        return MAP_FAILED;
    return (void *)syscall(SYS_mmap, at, len, (long)protection, (long)flags, (long)fd, offset);
}

int eventfd(unsigned count, int flags)
{
    return refused(FAULT_NEW_FD) ? -1 : (int)syscall(SYS_eventfd2, count, flags);
}

int pipe2(int fds[2], int flags)
{
    return refused(FAULT_NEW_FD) ? -1 : (int)syscall(SYS_pipe2, fds, flags);
}

ssize_t getrandom(void *out, size_t len, unsigned flags)
{
    return refused(FAULT_RANDOM) ? -1 : syscall(SYS_getrandom, out, len, flags);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *arg)
{
    int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    void *found = dlsym(RTLD_NEXT, "pthread_create");

    if (refused(FAULT_THREAD))
        return errno;
    __builtin_memcpy(&next, &found, sizeof next);
    return next(thread, attributes, run, arg);
}

/* Says where, since these programs leave no core. */
void abort(void)
{
    void *frames[32];

    backtrace_symbols_fd(frames, backtrace(frames, 32), 2);
    die(SIGABRT);
}

void *malloc(size_t len)
{
    return refused(FAULT_MALLOC) ? NULL : __libc_malloc(len);
}

void *calloc(size_t count, size_t len)
{
    return refused(FAULT_MALLOC) ? NULL : __libc_calloc(count, len);
}

void *realloc(void *ptr, size_t len)
{
    return refused(FAULT_MALLOC) ? NULL : __libc_realloc(ptr, len);
}

int clock_gettime(clockid_t id, struct timespec *out)
{
    int rc = (int)syscall(SYS_clock_gettime, id, out);
    long long add_ms = page == NULL ? 0 : atomic_load(&page->clock_ms);

    if (page != NULL && id != CLOCK_MONOTONIC && id != CLOCK_MONOTONIC_COARSE)
        add_ms += atomic_load(&page->suspend_ms);
    if (page != NULL && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        add_ms += atomic_load(&page->wall_ms);
    if (page != NULL && id == CLOCK_BOOTTIME)
        add_ms += atomic_load(&page->boot_ms);
    if (rc == 0 && id != CLOCK_PROCESS_CPUTIME_ID && id != CLOCK_THREAD_CPUTIME_ID) {
        out->tv_sec += (time_t)(add_ms / 1000);
        out->tv_nsec += (long)(add_ms % 1000) * 1000000;
        if (out->tv_nsec >= 1000000000) {
            out->tv_nsec -= 1000000000;
            out->tv_sec++;
        }
        if (out->tv_nsec < 0) {
            out->tv_nsec += 1000000000;
            out->tv_sec--;
        }
    }
    return rc;
}

time_t time(time_t *out)
{
    struct timespec now;
    time_t t = clock_gettime(CLOCK_REALTIME, &now) == 0 ? now.tv_sec : (time_t)-1;

    if (out != NULL)
        *out = t;
    return t;
}
