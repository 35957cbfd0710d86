/* SPDX-License-Identifier: ISC */
#include "common/sandbox.h"

#include "common/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's interface as of its version 6, of which older headers know only the first field. */
struct ruleset {
    uint64_t fs, net, scoped;
};

#define FS_REFER     (UINT64_C(1) << 13) /* since 2 */
#define FS_TRUNCATE  (UINT64_C(1) << 14) /* since 3 */
#define FS_IOCTL     (UINT64_C(1) << 15) /* since 5 */
#define FS_FIRST     ((UINT64_C(1) << 13) - 1)
#define NET_BIND     UINT64_C(1) /* since 4 */
#define NET_CONNECT  UINT64_C(2)
#define SCOPE_SIGNAL UINT64_C(2) /* since 6 */
#define RULE_NET     2

/* All of it, for a version of the interface. */
static struct ruleset handled(long version)
{
    struct ruleset r = {.fs = FS_FIRST};

    r.fs |= version >= 2 ? FS_REFER : 0;
    r.fs |= version >= 3 ? FS_TRUNCATE : 0;
    r.fs |= version >= 5 ? FS_IOCTL : 0;
    r.net = version >= 4 ? NET_BIND | NET_CONNECT : 0;
    r.scoped = version >= 6 ? SCOPE_SIGNAL : 0;
    return r;
}

/* A path that does not exist needs no rule. */
static bool allow_path(int ruleset, const char *path, uint64_t access)
{
    const int fd = open(path, O_PATH | O_CLOEXEC);
    const struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
    bool ok;

    if (fd < 0)
        return errno == ENOENT;
    ok = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    (void)close(fd);
    return ok;
}

static bool restrict_to(int ruleset, const struct ruleset *all, const struct home *home,
                        uint16_t port)
{
    const uint64_t files =
        all->fs & ~(uint64_t)(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                              LANDLOCK_ACCESS_FS_MAKE_BLOCK | FS_IOCTL);
    const uint64_t net[2] = {NET_BIND, port}; /* struct landlock_net_port_attr */
    const char *folder = home != NULL ? home->path : "/proc/self/net";

    return allow_path(ruleset, folder, home != NULL ? files : LANDLOCK_ACCESS_FS_READ_FILE) &&
           allow_path(ruleset, "/etc/localtime", LANDLOCK_ACCESS_FS_READ_FILE) &&
           allow_path(ruleset, "/usr/share/zoneinfo",
                      LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR) &&
           allow_path(ruleset, "/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE) &&
           (all->net == 0 || syscall(SYS_landlock_add_rule, ruleset, RULE_NET, net, 0) == 0) &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

/* The kernel's word that it has no such thing (ENOSYS, EOPNOTSUPP, EINVAL), or that whoever started
 * us does not let us have it (EPERM, of a container). No reason to fail: who is confined serves
 * nobody better than who is not. Of our own troubles, such as no memory, this cannot be said. */
static bool refuses(const char *what, const char *so, int error, struct tool_fail *fail)
{
    if (error == ENOSYS || error == EOPNOTSUPP || error == EINVAL || error == EPERM) {
        char says[200];

        (void)snprintf(says, sizeof says, "This kernel refuses %s (%s): %s.", what, strerror(error),
                       so);
        journal_event(JOURNAL_WARNING, "unconfined", says, NULL, 0);
        return true;
    }
    return fail_set(fail, TOOL_ENVIRONMENT,
                    "the relay cannot be confined by %s: %s: report this, and give --no-sandbox "
                    "until it is mended",
                    what, strerror(error));
}

bool sandbox_files(const struct home *home, uint16_t port, struct tool_fail *fail)
{
    static const char so[] = "a hole in the relay would open files other than its own";
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct ruleset all = handled(version);
    const size_t len = version >= 6 ? sizeof all : version >= 4 ? 16 : 8;
    int ruleset, error;
    bool ok;

    if (home == NULL)
        all.net = 0;
    if (version < 1 && home == NULL)
        return true;
    if (version < 1)
        return refuses("Landlock", so, version == 0 ? ENOSYS : errno, fail);
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, len, 0);
    ok = ruleset >= 0 && restrict_to(ruleset, &all, home, port);
    error = errno;
    if (ruleset >= 0)
        (void)close(ruleset);
    return ok || refuses("Landlock", so, error, fail);
}

/* What a relay does when all is open: frames, commits, time, threads of its own, memory. */
static const int allowed[] = {
    SCMP_SYS(accept4),
    SCMP_SYS(access),
    SCMP_SYS(brk),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_pwait2),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(fadvise64),
    SCMP_SYS(fallocate),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchown),
    SCMP_SYS(fcntl),
    SCMP_SYS(fdatasync),
    SCMP_SYS(flock),
    SCMP_SYS(fstat),
    SCMP_SYS(fstatfs),
    SCMP_SYS(fsync),
    SCMP_SYS(ftruncate),
    SCMP_SYS(futex),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents64),
    SCMP_SYS(getegid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getpeername),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage),
    SCMP_SYS(getsockname),
    SCMP_SYS(getsockopt),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getuid),
    SCMP_SYS(lseek),
    SCMP_SYS(lstat),
    SCMP_SYS(madvise),
    SCMP_SYS(membarrier),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(nanosleep),
    SCMP_SYS(newfstatat),
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(pipe2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(pread64),
    SCMP_SYS(prlimit64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(read),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(readv),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(setsockopt),
    SCMP_SYS(shutdown),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(stat),
    SCMP_SYS(statx),
    SCMP_SYS(sysinfo),
    SCMP_SYS(time),
    SCMP_SYS(uname),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

/* Nothing in a relay comes near these, however it fails. */
static const int deadly[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(bpf),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(mount),
    SCMP_SYS(pivot_root),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
};

/* The calls that depend on what is asked: no memory is made to be run, threads are made and
 * processes not (glibc turns to clone when clone3 is not there, whose flags cannot be seen), no
 * process is signalled but this one, by abort(), and devices are asked only what libuv asks of a
 * socket. */
static int add_conditions(scmp_filter_ctx ctx)
{
    static const unsigned long requests[] = {
        FIONBIO,  FIOCLEX,    FIONCLEX,
        FIONREAD, TIOCGWINSZ, 0x5401 /* TCGETS: whether it is a terminal */};
    int rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                              SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

    rc |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                           SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    rc |= seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    rc |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                           SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    rc |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
                           SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0));
    rc |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                           SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
        rc |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                               SCMP_A1(SCMP_CMP_EQ, requests[i], 0));
    return rc;
}

bool sandbox_calls(struct tool_fail *fail)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int rc = ctx == NULL ? -ENOMEM : seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);

    /* What the kernel says comes through; and it logs what it refuses, where it can. */
    if (rc == 0)
        rc = seccomp_attr_set(ctx, SCMP_FLTATR_API_SYSRAWRC, 1);
    if (rc == 0)
        (void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_LOG, 1);
    /* Names that an architecture does not have are no rules there. */
    for (size_t i = 0; rc == 0 && i < sizeof allowed / sizeof allowed[0]; i++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; rc == 0 && i < sizeof deadly / sizeof deadly[0]; i++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
    if (rc == 0)
        rc = add_conditions(ctx);
    if (rc == 0)
        rc = seccomp_load(ctx);
    if (ctx != NULL)
        seccomp_release(ctx);
    return rc == 0 ||
           refuses("seccomp", "a hole in the relay would make any system call", -rc, fail);
}
