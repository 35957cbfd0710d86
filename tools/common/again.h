/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_AGAIN_H
#define TOOLS_COMMON_AGAIN_H

#include <stddef.h>

/**
 * @file
 * How a command that a text recommends is called, so that it acts on the same home: who gave
 * --home to one command and copies the next one from the screen would act on another home.
 */

/**
 * Keeps what --home was, NULL or "" when it was not given. What the environment says holds for the
 * next command, too, and is not repeated.
 */
void again_keep(const char *home);

/**
 * Returns the name of the tool, and after it the option --home where that was given, as a shell
 * reads it: "allswell --home=/tmp/her\ home". The next words are those of a command.
 */
const char *again(void);

/**
 * Copies a text in which each command of this tool that it recommends, as in 'allswell status', is
 * called as again() says. What goes through fail_print() and screen_wrapped() needs not do it. A
 * text that would have no room stays as it was, as far as it fits.
 */
void again_fill(char *out, size_t cap, const char *text);

/** Prints such a text on standard output, on the line that is begun there. */
void again_print(const char *text);

#endif /* TOOLS_COMMON_AGAIN_H */
