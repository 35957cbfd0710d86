/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_SECRET_H
#define TOOLS_COMMON_SECRET_H

#include "common/fail.h"

#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * Secrets come from the terminal without echo, from a file descriptor, or from standard input
 * when that is no terminal. Never from the command line: everybody on the machine can read it.
 */

/** Longest secret line, in bytes: an invite is the longest. */
#define SECRET_MAX 1024

/** Secret: wipe. */
struct secret {
    size_t len;
    char text[SECRET_MAX + 1]; /* terminated by zero */
};

/** Where a secret may come from. */
struct secret_source {
    int fd;           /* --...-fd, or -1 */
    const char *what; /* "the secret", for messages */
    size_t len_min;   /* of a new one, in bytes; 0: any */
    bool echo;        /* the terminal shows what is typed: for things that are not secret */
};

/** Erases a secret. */
void secret_wipe(struct secret *secret);

/**
 * Reads one line, without its newline. An empty line is refused.
 *
 * @param prompt  shown on the terminal only
 */
bool secret_read(struct secret *secret, const struct secret_source *source, const char *prompt,
                 struct tool_fail *fail);

/** Reads twice on a terminal and compares; elsewhere once. */
bool secret_read_new(struct secret *secret, const struct secret_source *source, const char *prompt,
                     struct tool_fail *fail);

/** Compares `len` bytes in a time that does not depend on them. */
bool secret_is_equal(const uint8_t *a, const uint8_t *b, size_t len);

/** Returns whether somebody sits at a terminal who can be asked. */
bool secret_is_interactive(const struct secret_source *source);

/** Parses the value of an option --...-fd: NULL gives -1. */
bool secret_fd(const char *text, int *fd, struct tool_fail *fail);

#endif /* TOOLS_COMMON_SECRET_H */
