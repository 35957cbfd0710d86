/* SPDX-License-Identifier: ISC */
#include "relay_tool.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The service: what systemctl(1) is told, and the user as whom it runs. */

#define UNIT "allswell-relay.service"
#define USER "allswell-relay"

/* Runs a program without input; true when it exits with 0. Its output is seen if `is_loud`. */
static bool run(const char *const argv[], bool is_loud)
{
    posix_spawn_file_actions_t files;
    char *words[8];
    size_t count = 0;
    pid_t pid = -1;
    int status = -1;

    for (; count < 7 && argv[count] != NULL; count++)
        words[count] = (char *)(uintptr_t)argv[count]; /* not written to: posix_spawn(3) */
    words[count] = NULL;
    if (posix_spawn_file_actions_init(&files) != 0)
        return false;
    (void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    if (!is_loud)
        (void)posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    if (posix_spawnp(&pid, words[0], &files, NULL, words, environ) == 0) {
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    (void)posix_spawn_file_actions_destroy(&files);
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool systemctl(bool is_machine, const char *what, const char *how, bool is_loud)
{
    const char *const argv[] = {"systemctl", is_machine ? "--system" : "--user", what, how, UNIT,
                                NULL};

    return run(argv, is_loud);
}

enum service_state service_look(bool is_machine)
{
    if (!systemctl(is_machine, "cat", "--no-pager", false))
        return SERVICE_NONE;
    if (systemctl(is_machine, "is-enabled", "--quiet", false) &&
        systemctl(is_machine, "is-active", "--quiet", false))
        return SERVICE_ON;
    return SERVICE_OFF;
}

bool service_home(struct tool_fail *fail)
{
    static const char *const sysusers[] = {"systemd-sysusers", "allswell-relay.conf", NULL};
    const struct passwd *user = getpwnam(USER);

    if (user == NULL && run(sysusers, false))
        user = getpwnam(USER);
    if (user == NULL)
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "there is no user " USER " for the service: install the package, or "
                        "give --no-service");
    if (mkdir(RELAY_MACHINE_HOME, 0700) != 0)
        return errno == EEXIST ||
               fail_set(fail, TOOL_ENVIRONMENT,
                        "cannot make " RELAY_MACHINE_HOME ": %s: look at its permissions",
                        strerror(errno));
    if (chown(RELAY_MACHINE_HOME, user->pw_uid, user->pw_gid) != 0)
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "cannot give " RELAY_MACHINE_HOME " to " USER ": %s: run 'chown " USER
                        ": " RELAY_MACHINE_HOME "'",
                        strerror(errno));
    return true;
}

bool service_start(bool is_machine, struct tool_fail *fail)
{
    static const char *const linger[] = {"loginctl", "enable-linger", NULL};

    if (!systemctl(is_machine, "enable", "--now", true))
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "the service does not start: 'journalctl %s -u " UNIT "' says why",
                        is_machine ? "--system" : "--user");
    if (!is_machine && !run(linger, false))
        (void)fputs("The relay ends when you log out: 'sudo loginctl enable-linger $USER' makes it "
                    "stay.\n",
                    stderr);
    return true;
}

bool service_stop(bool is_machine, struct tool_fail *fail)
{
    return systemctl(is_machine, "stop", "--quiet", true) ||
           fail_set(fail, TOOL_ENVIRONMENT,
                    "the service does not stop: 'systemctl %s status " UNIT "' says why",
                    is_machine ? "--system" : "--user");
}

bool service_step_down(struct tool_fail *fail)
{
    const struct passwd *user;

    if (geteuid() != 0)
        return true;
    user = getpwnam(USER);
    if (user == NULL)
        user = getpwnam("nobody");
    if (user != NULL && setgroups(0, NULL) == 0 && setgid(user->pw_gid) == 0 &&
        setuid(user->pw_uid) == 0)
        return true;
    return fail_set(fail, TOOL_ENVIRONMENT, "cannot step down from root: %s: run as a user",
                    strerror(errno));
}
