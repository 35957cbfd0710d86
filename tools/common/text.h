/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_TEXT_H
#define TOOLS_COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * Spans and times as people write and read them.
 */

/** Room for any text of this file. */
#define TEXT_MAX 48

/** Parses "90s", "20m", "8h", "2d", or several parts as in "1h30m"; at most `max_s`. */
bool text_span(const char *text, size_t len, uint32_t max_s, uint32_t *seconds);

/** Writes a span as text_span() reads it: 5400 becomes "1h30m". */
void text_span_write(char out[TEXT_MAX], uint64_t seconds);

/** Writes local date and time: "Mon 02 Mar 14:05:09". 0 becomes "never". */
void text_time_write(char out[TEXT_MAX], uint64_t seconds);

/** Parses "22:30" into minutes: two digits each, hours up to `hour_max`. */
bool text_clock(const char *text, unsigned hour_max, unsigned *minutes);

/** Cuts white space off both ends. */
void text_trim(const char **text, size_t *len);

/** Returns whether the text is valid UTF-8 of min..max bytes without control characters. */
bool text_is_plain(const char *text, size_t min, size_t max);

/**
 * Replaces what could repaint a terminal (control characters, reversed writing, broken UTF-8) by
 * question marks, in place: for what other people wrote.
 */
void text_clean(char *text);

/** Room for text_isolate() of `len` bytes: each run of two bytes or more gets six. */
#define TEXT_ISOLATED(len) (4 * (len) + 1)

/**
 * Isolates what runs from right to left (U+2068 before, U+2069 after it), so that a name does not
 * turn the numbers and marks that stand beside it: for a line that people read. Text that was
 * isolated before stays as it is.
 */
void text_isolate(char *out, size_t cap, const char *text);

#endif /* TOOLS_COMMON_TEXT_H */
