/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_PROGRAM_H
#define AW_TESTS_PROGRAM_H

#include "page.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A real program whose calls fail where its page says so. One at a time per struct. */
struct program {
    struct fault_page *page;
    char page_path[300], err_path[300];
    pid_t pid; /* 0: not running */
    int out_fd;
    int status;      /* as of waitpid(), when it has ended */
    char line[1000]; /* first line of its output, when it gave one */
};

/* Makes the page and the file for its stderr in `folder`. */
void program_init(struct program *p, const char *folder);

/* Counting starts anew, and the call number `at` of these kinds will fail (0: none). */
void program_arm(struct program *p, unsigned calls, unsigned at, bool forever, int what);

/* Starts argv with the preloaded library, and waits for its first line. False: it ended first, or
 * was ended because no line came. */
bool program_start(struct program *p, const char *preload, const char *const argv[]);

/* Whether it runs; sets status if it does not. */
bool program_runs(struct program *p);

/* Sends a signal and waits for the end, which comes by SIGKILL after `limit_ms`. */
void program_end(struct program *p, int number, unsigned limit_ms);

/* Whether it ended by itself as a tool does that refuses: an exit code, and one line that begins
 * with `name` and a colon. */
bool program_refused(const struct program *p, const char *name);

/* Prints how it ended, or that it did not, and what it wrote. */
void program_report(struct program *p);

#endif /* AW_TESTS_PROGRAM_H */
