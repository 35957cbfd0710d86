/* SPDX-License-Identifier: ISC */
#include "common/home.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

bool home_find(struct home *home, const struct home_rule *rule, const char *option,
               struct tool_fail *fail)
{
    const char *variable = getenv(rule->variable), *xdg = getenv("XDG_DATA_HOME");
    const char *user = getenv("HOME");
    bool is_machine = rule->machine != NULL && geteuid() == 0 && access(rule->machine, F_OK) == 0;
    int len;

    if (option != NULL && option[0] == '\0')
        return fail_set(fail, TOOL_USAGE,
                        "--home is empty: give it a path, or leave it out and set %s",
                        rule->variable);
    if (is_set(variable) && variable[0] != '/' && !is_set(option))
        return fail_set(fail, TOOL_USAGE,
                        "'%.60s' is another home in each folder: set %s to a path that begins "
                        "with '/'",
                        variable, rule->variable);
    if (is_set(option))
        len = snprintf(home->path, sizeof home->path, "%s", option);
    else if (is_set(variable))
        len = snprintf(home->path, sizeof home->path, "%s", variable);
    else if (is_machine)
        len = snprintf(home->path, sizeof home->path, "%s", rule->machine);
    else if (is_set(xdg) && xdg[0] == '/')
        len = snprintf(home->path, sizeof home->path, "%s/%s", xdg, rule->directory);
    else if (is_set(user) && user[0] == '/')
        len = snprintf(home->path, sizeof home->path, "%s/.local/share/%s", user, rule->directory);
    else
        return fail_set(fail, TOOL_USAGE, "no home directory: give --home, or set %s",
                        rule->variable);
    if (len > HOME_PATH_MAX)
        return fail_set(fail, TOOL_USAGE,
                        "the home directory has more than %d characters: choose a shorter path",
                        HOME_PATH_MAX);
    while (len > 1 && home->path[len - 1] == '/')
        home->path[--len] = '\0';
    return true;
}

bool home_create(const struct home *home, struct tool_fail *fail)
{
    char path[HOME_PATH_MAX + 1];
    size_t len = strlen(home->path);

    memcpy(path, home->path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        path[i] = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return fail_set(fail, TOOL_ENVIRONMENT,
                            "cannot make the directory %s: %s: choose another with --home", path,
                            strerror(errno));
        path[i] = i == len ? '\0' : '/';
    }
    return true;
}

/* Whatever fails leaves a process that may do nothing in this home. */
static bool become(const struct home *home, const struct stat *st, struct tool_fail *fail)
{
    if (setgroups(0, NULL) == 0 && setgid(st->st_gid) == 0 && setuid(st->st_uid) == 0)
        return true;
    return fail_set(fail, TOOL_ENVIRONMENT,
                    "cannot act as the owner of %s: %s: run as that user, or give another --home",
                    home->path, strerror(errno));
}

bool home_check(const struct home *home, const struct home_rule *rule, struct tool_fail *fail)
{
    struct stat st;

    if (stat(home->path, &st) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return fail_set(fail, TOOL_NOT_FOUND, "no home at %s: run '%s', or give --home",
                            home->path, rule->create);
        return fail_set(fail, TOOL_ENVIRONMENT, "cannot look at %s: %s: correct its permissions",
                        home->path, strerror(errno));
    }
    if (!S_ISDIR(st.st_mode))
        return fail_set(fail, TOOL_USAGE, "%s is not a directory: give another with --home",
                        home->path);
    if (rule->machine != NULL && geteuid() == 0 && st.st_uid != 0 && !become(home, &st, fail))
        return false;
    if (st.st_uid != geteuid())
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "%s belongs to another user: run as that user, or give another --home",
                        home->path);
    if ((st.st_mode & 077) != 0)
        return fail_set(fail, TOOL_ENVIRONMENT, "others can read %s: run 'chmod 700 %s'",
                        home->path, home->path);
    if (access(home->path, R_OK | W_OK | X_OK) != 0)
        return fail_set(fail, TOOL_ENVIRONMENT, "cannot use %s: %s: run 'chmod 700 %s'", home->path,
                        strerror(errno), home->path);
    return true;
}

bool home_sync(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        (void)close(fd);
    return ok;
}

void home_file(char out[HOME_FILE_MAX], const struct home *home, const char *name)
{
    (void)snprintf(out, HOME_FILE_MAX, "%s/%s", home->path, name);
}
