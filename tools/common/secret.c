/* SPDX-License-Identifier: ISC */
#include "common/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
    caught = number;
}

void secret_wipe(struct secret *secret)
{
    explicit_bzero(secret, sizeof *secret);
}

bool secret_is_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
    volatile uint8_t differ = 0; /* so that no compiler ends the loop early */

    for (size_t i = 0; i < len; i++)
        differ = (uint8_t)(differ | (a[i] ^ b[i]));
    return differ == 0;
}

bool secret_is_interactive(const struct secret_source *source)
{
    return source->fd < 0 && isatty(STDIN_FILENO) == 1;
}

/* Byte by byte: what follows the newline belongs to the next question. */
static bool read_line(struct secret *secret, int fd, const char *what, struct tool_fail *fail)
{
    bool too_long = false;

    secret_wipe(secret);
    for (;;) {
        char c = 0;
        ssize_t got = read(fd, &c, 1);

        if (got < 0 && errno == EINTR && caught == 0)
            continue;
        if (got < 0)
            return fail_set(fail, TOOL_ENVIRONMENT, "cannot read %s: %s: give it on the terminal",
                            what, caught != 0 ? "interrupted" : strerror(errno));
        if (got == 0 || c == '\n')
            break;
        if (secret->len < SECRET_MAX)
            secret->text[secret->len++] = c;
        else
            too_long = true;
    }
    if (secret->len > 0 && secret->text[secret->len - 1] == '\r')
        secret->text[--secret->len] = '\0';
    if (too_long) {
        secret_wipe(secret);
        return fail_set(fail, TOOL_USAGE, "%s is longer than %d bytes: shorten it", what,
                        SECRET_MAX);
    }
    if (secret->len == 0)
        return fail_set(fail, TOOL_USAGE, "%s is empty: type it, or give it as one line", what);
    return true;
}

/* The echo must come back however the reading ends, also when the user presses control-C. */
static bool read_terminal(struct secret *secret, const struct secret_source *source,
                          const char *prompt, struct tool_fail *fail)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    enum { SIGNALS = sizeof signals / sizeof signals[0] };
    struct sigaction old[SIGNALS], now;
    struct termios before, quiet;
    bool ok, has_terminal = tcgetattr(STDIN_FILENO, &before) == 0;

    memset(&now, 0, sizeof now);
    now.sa_handler = on_signal; /* no SA_RESTART: read() ends */
    caught = 0;
    for (size_t i = 0; i < SIGNALS; i++)
        (void)sigaction(signals[i], &now, &old[i]);
    quiet = before;
    if (!source->echo)
        quiet.c_lflag &= (tcflag_t) ~(tcflag_t)(ECHO | ECHONL);
    if (has_terminal)
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    (void)fputs(prompt, stderr);
    (void)fflush(stderr);
    ok = read_line(secret, STDIN_FILENO, source->what, fail);
    if (has_terminal)
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    if (!source->echo)
        (void)fputc('\n', stderr);
    for (size_t i = 0; i < SIGNALS; i++)
        (void)sigaction(signals[i], &old[i], NULL);
    if (caught != 0) {
        secret_wipe(secret);
        (void)raise(caught);
        return fail_set(fail, TOOL_USAGE, "interrupted: nothing was done");
    }
    return ok;
}

bool secret_read(struct secret *secret, const struct secret_source *source, const char *prompt,
                 struct tool_fail *fail)
{
    if (secret_is_interactive(source))
        return read_terminal(secret, source, prompt, fail);
    return read_line(secret, source->fd < 0 ? STDIN_FILENO : source->fd, source->what, fail);
}

bool secret_read_new(struct secret *secret, const struct secret_source *source, const char *prompt,
                     struct tool_fail *fail)
{
    struct secret again;
    bool same;

    if (!secret_read(secret, source, prompt, fail))
        return false;
    if (secret->len < source->len_min) {
        secret_wipe(secret);
        return fail_set(fail, TOOL_USAGE,
                        "%s has fewer than %zu bytes, and could be guessed: take several words",
                        source->what, source->len_min);
    }
    if (!secret_is_interactive(source))
        return true;
    if (!secret_read(&again, source, "Once more: ", fail)) {
        secret_wipe(secret);
        return false;
    }
    same = again.len == secret->len && memcmp(again.text, secret->text, again.len) == 0;
    secret_wipe(&again);
    if (!same) {
        secret_wipe(secret);
        return fail_set(fail, TOOL_USAGE, "the two lines differ: start again");
    }
    return true;
}

bool secret_fd(const char *text, int *fd, struct tool_fail *fail)
{
    char *end = NULL;
    long value;

    *fd = -1;
    if (text == NULL)
        return true;
    errno = 0;
    value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 0 || value > 1023)
        return fail_set(fail, TOOL_USAGE, "'%.40s' is no file descriptor: give a number such as 3",
                        text);
    if (fcntl((int)value, F_GETFD) < 0)
        return fail_set(fail, TOOL_USAGE,
                        "file descriptor %ld is not open: redirect it, as in %ld<FILE", value,
                        value);
    *fd = (int)value;
    return true;
}
