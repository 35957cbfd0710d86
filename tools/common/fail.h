/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_FAIL_H
#define TOOLS_COMMON_FAIL_H

#include <allswell/base.h>
#include <stdbool.h>

/**
 * @file
 * Failures of the command-line tools: one exit code and one line, "what happened: what to do".
 */

/** Exit codes of allswell and allswell-relay; the table is in both man pages. */
enum tool_exit {
    TOOL_OK = 0,
    TOOL_REFUSED = 1,     /* a negative answer: words differ, a plan is weak, a token is wrong */
    TOOL_USAGE = 2,       /* the command line, a file or an answer is not as it must be */
    TOOL_STATE = 3,       /* not possible now: no plan, no alarm, already done */
    TOOL_ENVIRONMENT = 4, /* disk, permission, port, network, damaged database */
    TOOL_NOT_FOUND = 5,   /* no such home, person, relay or token */
};

/** What went wrong. Text without program name and newline; never a secret. */
struct tool_fail {
    enum tool_exit code;
    char text[640];
};

/** Name of the running tool, for messages: each main.c defines it. */
extern const char *const tool_name;

/** Fills `fail` (which may be NULL) and returns false, so that callers can `return fail_set(...)`.
 */
bool fail_set(struct tool_fail *fail, enum tool_exit code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Fills `fail` with what a library status means here, and returns false. */
bool fail_status(struct tool_fail *fail, enum aw_status status, const char *what);

/** Returns the exit code that stands for a library status. */
enum tool_exit fail_exit(enum aw_status status);

/** Prints "tool: text" as one line on stderr, commands in it as again.h says, and returns the exit
 * code. */
int fail_print(const struct tool_fail *fail);

#endif /* TOOLS_COMMON_FAIL_H */
