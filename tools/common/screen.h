/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_SCREEN_H
#define TOOLS_COMMON_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * @file
 * What standard output can show. Into a pipe or a file goes plain text of SCREEN_PIPED columns,
 * the same whatever the terminal is: scripts read it.
 */

/** Columns of a line in a pipe or a file. */
#define SCREEN_PIPED 79

/** Least and most columns of a line on a terminal: longer lines are hard to follow. */
#define SCREEN_LEAST 20
#define SCREEN_MOST  100

/** How something stands. It is only ever shown beside words that say the same. */
enum screen_mood {
    SCREEN_CALM,    /* as it should be */
    SCREEN_WARNING, /* to be looked after */
    SCREEN_ALARM,   /* somebody must act now */
    SCREEN_STRONG,  /* a name, a heading */
};

/** Returns whether standard output is a terminal. */
bool screen_is_terminal(void);

/** Columns that a line may have: one less than the terminal has, so that none is folded. */
unsigned screen_columns(void);

/** Rows of the terminal; 0 when there is none. */
unsigned screen_rows(void);

/** Returns whether the terminal obeys escape sequences. */
bool screen_is_clever(void);

/**
 * Returns the sequence that begins a mood, or "": on a terminal only, and not with NO_COLOR set or
 * with TERM=dumb.
 */
const char *screen_paint(enum screen_mood mood);

/** Returns the sequence that ends any mood, or "". */
const char *screen_plain(void);

/** Columns that `len` bytes of text take: wide characters two, combining ones and moods none. */
size_t screen_width(const char *text, size_t len);

/** Prints a text in lines of screen_columns(); those after the first are indented by `hanging`. A
 * word is never cut, a mood is ended with its line and begun again in the next, and commands are
 * recommended as again.h says. */
void screen_wrapped(FILE *to, unsigned indent, unsigned hanging, const char *text);

#endif /* TOOLS_COMMON_SCREEN_H */
