/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_JOURNAL_H
#define TOOLS_COMMON_JOURNAL_H

#include "common/fail.h"

#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * What a program that runs on says of itself on stderr: one line for each event. An event has a
 * name and fields that are numbers or words of the program: there is no way to write what somebody
 * has sent, and who reads the log learns of nobody.
 *
 * Where stderr is systemd's journal, a line begins with its priority, and has no time of its own.
 */

/** The numbers are those of syslog(3). */
enum journal_level {
    JOURNAL_ERROR = 3,   /* somebody has to do something now */
    JOURNAL_WARNING = 4, /* somebody should look */
    JOURNAL_NOTICE = 5,  /* a change of how it runs */
    JOURNAL_INFO = 6,    /* figures, now and then */
};

enum journal_form {
    JOURNAL_PLAIN, /* a sentence for people */
    JOURNAL_KEYS,  /* key=value */
    JOURNAL_JSON,  /* an object */
};

/** `text` is a word in the program, or NULL: the number. */
struct journal_field {
    const char *key, *text;
    uint64_t number;
};

/**
 * Sets form and level from the words of the command line; NULL: plain, and notices. Before the
 * first call that is so, too.
 */
bool journal_setup(const char *form, const char *level, struct tool_fail *fail);

/**
 * Writes an event as one line, if its level is wanted.
 *
 * @param name    of the event: a few words with dashes
 * @param says    one sentence for people; of addresses only those of this machine
 * @param fields  `count` of them, NULL: none
 */
void journal_event(enum journal_level level, const char *name, const char *says,
                   const struct journal_field *fields, size_t count);

/** Prints a failure as fail_print() does, or as an event; returns its exit code. */
int journal_fail(const struct tool_fail *fail);

#endif /* TOOLS_COMMON_JOURNAL_H */
