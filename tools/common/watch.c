/* SPDX-License-Identifier: ISC */
#include "common/watch.h"

#include "common/screen.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* A screen of its own, without cursor; and back. */
#define SCREEN_TAKE "\033[?1049h\033[?25l"
#define SCREEN_GIVE "\033[?25h\033[?1049l"

static volatile sig_atomic_t is_stale; /* the terminal shows something else, or has another size */

static void put(const char *sequence)
{
    ssize_t put = write(STDOUT_FILENO, sequence, strlen(sequence));

    (void)put; /* a terminal that is gone needs none */
}

/* What is typed does not show, and control-C throws nothing away that was just written. */
static struct termios before;
static bool has_keys;

static void take(void)
{
    struct termios quiet = before;

    quiet.c_lflag &= (tcflag_t) ~(tcflag_t)ECHO;
    quiet.c_lflag |= NOFLSH;
    if (has_keys)
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    put(SCREEN_TAKE);
}

static void give(void)
{
    put(SCREEN_GIVE);
    if (has_keys)
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
}

/* However it ends, the terminal is as it was. */
static void on_end(int number)
{
    (void)signal(SIGTTOU, SIG_IGN); /* in the background, too */
    give();
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void on_stop(int number)
{
    int kept = errno;

    (void)number;
    give();
    (void)kill(getpid(), SIGSTOP);
    take(); /* it goes on */
    is_stale = 1;
    errno = kept;
}

static void on_resize(int number)
{
    (void)number;
    is_stale = 1;
}

static void take_screen(void)
{
    static const struct {
        int number;
        void (*handler)(int);
    } signals[] = {{SIGINT, on_end},  {SIGTERM, on_end},  {SIGHUP, on_end},
                   {SIGQUIT, on_end}, {SIGTSTP, on_stop}, {SIGWINCH, on_resize}};

    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction action = {.sa_flags = SA_NODEFER};

        action.sa_handler = signals[i].handler;
        (void)sigaction(signals[i].number, &action, NULL);
    }
    has_keys = tcgetattr(STDIN_FILENO, &before) == 0;
    take();
}

/* What one drawing prints; NULL without memory. */
static char *capture(watch_draw *draw, void *ctx, bool is_first)
{
    FILE *kept = stdout, *file;
    char *text = NULL;
    size_t len = 0;

    (void)fflush(stdout);
    file = open_memstream(&text, &len);
    if (file == NULL)
        return NULL;
    stdout = file;
    draw(ctx, is_first);
    stdout = kept;
    if (fclose(file) == 0)
        return text;
    free(text);
    return NULL;
}

/* From the top, as far as there are rows: what matters most stands first. */
static void show(const char *text)
{
    unsigned rows = screen_rows(), row = 1;
    const char *end;

    (void)fputs("\033[H", stdout);
    for (; (end = strchr(text, '\n')) != NULL; text = end + 1, row++) {
        if (rows > 1 && row == rows && end[1] != '\0') {
            (void)printf("%.*s\033[K", (int)screen_columns(),
                         "... and more: make the terminal higher, or leave out --watch");
            break;
        }
        (void)printf("%.*s\033[K%s", (int)(end - text), text, row == rows ? "" : "\n");
    }
    (void)fputs("\033[J", stdout);
}

bool watch_option(const struct args *args, unsigned *every_s, struct tool_fail *fail)
{
    const char *every = args_option(args, "watch");
    long seconds = 0;

    if (every != NULL && !args_number(every[0] == '\0' ? NULL : every, "seconds", 1, 3600,
                                      WATCH_DEFAULT_S, &seconds, fail))
        return false;
    *every_s = (unsigned)seconds;
    return true;
}

void watch_fail(const struct tool_fail *fail)
{
    if (screen_is_terminal())
        screen_wrapped(stdout, 0, 2, fail->text);
    else
        (void)fail_print(fail);
}

int watch_run(unsigned every_s, watch_draw *draw, void *ctx, const char *gap)
{
    bool is_clever = screen_is_clever(), is_terminal = screen_is_terminal();
    const struct timespec pause = {.tv_sec = every_s};
    char *last = NULL;

    if (is_clever)
        take_screen();
    for (bool is_first = true;; is_first = false) {
        char *text = capture(draw, ctx, is_first);
        bool is_new = text != NULL && (last == NULL || strcmp(text, last) != 0);

        if (is_stale || is_new || !is_terminal) {
            is_stale = 0;
            if (is_clever)
                show(text == NULL ? "" : text);
            else
                (void)printf("%s%s", text == NULL ? "" : text, gap);
        }
        free(last);
        last = text;
        if (fflush(stdout) != 0 || ferror(stdout) != 0) {
            free(last);
            return TOOL_ENVIRONMENT; /* nobody reads it any more */
        }
        if (!is_stale)
            (void)nanosleep(&pause, NULL); /* a resized terminal ends it */
    }
}
