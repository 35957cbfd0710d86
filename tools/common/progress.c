/* SPDX-License-Identifier: ISC */
#include "common/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 1000

static const char *pending;
static long began_ms;
static bool is_said;

static long now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void say(void)
{
    if (pending == NULL || isatty(STDERR_FILENO) != 1)
        return;
    (void)fprintf(stderr, "%s ...", pending);
    (void)fflush(stderr);
    pending = NULL;
    is_said = true;
}

void progress_later(const char *what)
{
    progress_end();
    pending = what;
    began_ms = now_ms();
}

void progress_begin(const char *what)
{
    progress_later(what);
    say();
}

void progress_wait(void)
{
    if (now_ms() - began_ms >= PATIENCE_MS)
        say();
}

void progress_end(void)
{
    const char *term = getenv("TERM");

    if (is_said)
        (void)fputs(term == NULL || strcmp(term, "dumb") == 0 ? "\n" : "\r\033[K", stderr);
    pending = NULL;
    is_said = false;
}
