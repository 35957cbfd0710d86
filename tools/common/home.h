/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_HOME_H
#define TOOLS_COMMON_HOME_H

#include "common/fail.h"

#include <limits.h>

/**
 * @file
 * The home directory of a person or of a relay: where it is, and that nobody else can read it.
 */

/** Longest path of a home: names of files inside still fit PATH_MAX, and sockets their limit. */
#define HOME_PATH_MAX 90

/** Room for the path of a file in a home. */
#define HOME_FILE_MAX (HOME_PATH_MAX + 64)

struct home {
    char path[HOME_PATH_MAX + 1];
};

/** Which directory a tool uses when nothing is said. */
struct home_rule {
    const char *variable;  /* environment variable that names the home */
    const char *directory; /* name below $XDG_DATA_HOME */
    const char *create;    /* command that makes a home, for the message */
    const char *machine;   /* home that root uses when there is one, or NULL: root has no special */
};

/**
 * Decides where the home is: the option, the variable, for root the home of the machine, or the XDG
 * data directory.
 */
bool home_find(struct home *home, const struct home_rule *rule, const char *option,
               struct tool_fail *fail);

/** Makes the directory and the ones above it, mode 0700; it may exist. */
bool home_create(const struct home *home, struct tool_fail *fail);

/**
 * Refuses a home that does not exist, is not ours, or that others can enter. Where there is a home
 * of the machine, root becomes the owner of the home for the rest of its life: it makes no files
 * there that the service cannot read, and is no more than it must be.
 */
bool home_check(const struct home *home, const struct home_rule *rule, struct tool_fail *fail);

/** Flushes a folder: a name in it is durable only then. False with errno. */
bool home_sync(const char *folder);

/** Writes the path of file `name` in the home. */
void home_file(char out[HOME_FILE_MAX], const struct home *home, const char *name);

#endif /* TOOLS_COMMON_HOME_H */
