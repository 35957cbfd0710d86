/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_PROGRESS_H
#define TOOLS_COMMON_PROGRESS_H

#include <stdbool.h>

/**
 * @file
 * What takes longer than a moment says so: on standard error, on a terminal only, in one line that
 * is erased when it is over. One at a time.
 */

/** Begins something of which only the machine knows how long it takes, and says at once what. */
void progress_begin(const char *what);

/** Begins something that is mostly quick: progress_wait() says what when a second has passed. */
void progress_later(const char *what);

/** Looks at the time. */
void progress_wait(void);

/** It is over. Does nothing when nothing was said. */
void progress_end(void);

#endif /* TOOLS_COMMON_PROGRESS_H */
