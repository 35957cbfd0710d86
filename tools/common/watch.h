/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_WATCH_H
#define TOOLS_COMMON_WATCH_H

#include "common/args.h"

/**
 * @file
 * Watching: something is drawn again and again until control-C. A terminal gets it on a screen of
 * its own, drawn anew when it has changed, and has its old one back afterwards; a pipe gets each
 * drawing, one after the other.
 */

/** How often, when the option names no number. */
#define WATCH_DEFAULT_S 2

/** Prints what there is to see, on standard output. `is_first`: for the first time. */
typedef void watch_draw(void *ctx, bool is_first);

/**
 * Reads the value of --watch.
 *
 * @param every_s  0: it was not given
 */
bool watch_option(const struct args *args, unsigned *every_s, struct tool_fail *fail);

/**
 * Draws every `every_s` seconds. Control-C ends the process.
 *
 * @param gap  printed after each drawing that goes into a pipe
 * @return the exit code, when nobody reads any more
 */
int watch_run(unsigned every_s, watch_draw *draw, void *ctx, const char *gap);

/** Tells why there is nothing to draw: on a terminal in the drawing, else on standard error. */
void watch_fail(const struct tool_fail *fail);

#endif /* TOOLS_COMMON_WATCH_H */
