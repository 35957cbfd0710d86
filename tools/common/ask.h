/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_ASK_H
#define TOOLS_COMMON_ASK_H

#include "common/args.h"

#include <stddef.h>

/**
 * @file
 * Questions on the terminal. What was typed before a question was shown is no answer to it, and an
 * answer that is not understood is asked for again, ASK_TRIES times in all. An end of the input is
 * no answer: the caller changes nothing.
 */

#define ASK_TRIES 5

/** What Enter alone means. */
enum ask_enter {
    ASK_NEITHER, /* nothing: the question is asked again. For what cannot be taken back */
    ASK_NO,
    ASK_YES,
};

/** Asks for "yes" or "no"; "y" and "n" do. */
bool ask_yes(const char *question, enum ask_enter enter, bool *yes, struct tool_fail *fail);

/**
 * Has somebody type a word before what cannot be taken back: anything else is a no. The option
 * --yes agrees beforehand, and without a terminal nothing else does.
 *
 * @param follows  what follows, shown before the question: whole sentences
 */
bool ask_word(const struct args *args, const char *follows, const char *word,
              struct tool_fail *fail);

/** Says whether an answer will do; when not, `fail` says why. */
typedef bool ask_check(void *ctx, const char *answer, struct tool_fail *fail);

/** Longest answer. */
#define ASK_MAX 255

/**
 * Asks for a line; Enter alone takes `fallback`, which may stand in `out`. The answer has passed
 * `check`.
 *
 * @param cap  of `out`, at most ASK_MAX + 1
 */
bool ask_line(const char *question, const char *fallback, ask_check *check, void *ctx, char *out,
              size_t cap, struct tool_fail *fail);

#endif /* TOOLS_COMMON_ASK_H */
