/* SPDX-License-Identifier: ISC */
#include "common/ask.h"

#include "common/screen.h"
#include "common/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

/* One line without its newline and the spaces around it; false at the end of the input. */
static bool read_line(char *out, size_t cap, bool *fits)
{
    size_t len = 0;
    char c = 0;
    const char *start = out;
    ssize_t got;

    *fits = true;
    while ((got = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n') {
        if (len + 1 < cap)
            out[len++] = c;
        else
            *fits = false;
    }
    text_trim(&start, &len);
    memmove(out, start, len);
    out[len] = '\0';
    return got == 1;
}

static bool next(const char *question, const char *hint, char *out, size_t cap,
                 struct tool_fail *fail)
{
    bool fits = false;

    for (unsigned i = 0; i < ASK_TRIES && !fits; i++) {
        (void)tcflush(STDIN_FILENO, TCIFLUSH);
        (void)fprintf(stderr, "%s [%s] ", question, hint);
        (void)fflush(stderr);
        if (!read_line(out, cap, &fits))
            return fail_set(fail, TOOL_USAGE, "no answer: nothing was changed, start again");
        if (!fits)
            (void)fprintf(stderr, "That is longer than %zu bytes.\n", cap - 1);
    }
    return fits || fail_set(fail, TOOL_USAGE, "no answer that fits: nothing was changed");
}

bool ask_yes(const char *question, enum ask_enter enter, bool *yes, struct tool_fail *fail)
{
    const char *hint = enter == ASK_YES ? "YES/no" : enter == ASK_NO ? "yes/NO" : "yes/no";
    char answer[16];

    for (unsigned i = 0; i < ASK_TRIES; i++) {
        if (!next(question, hint, answer, sizeof answer, fail))
            return false;
        *yes = strcasecmp(answer, "yes") == 0 || strcasecmp(answer, "y") == 0 ||
               (answer[0] == '\0' && enter == ASK_YES);
        if (*yes || strcasecmp(answer, "no") == 0 || strcasecmp(answer, "n") == 0 ||
            (answer[0] == '\0' && enter == ASK_NO))
            return true;
        (void)fputs("Please type yes or no.\n", stderr);
    }
    return fail_set(fail, TOOL_USAGE, "neither yes nor no: nothing was changed, start again");
}

bool ask_word(const struct args *args, const char *follows, const char *word,
              struct tool_fail *fail)
{
    char answer[32], text[2048];
    bool fits = false;

    if (args_option(args, "yes") != NULL)
        return true;
    if (isatty(STDIN_FILENO) != 1)
        return fail_set(fail, TOOL_USAGE,
                        "'%s' cannot be taken back, and nobody at a terminal agrees: give --yes if "
                        "you want it",
                        args->command->name);
    text_isolate(text, sizeof text, follows);
    screen_wrapped(stderr, 0, 0, text);
    (void)tcflush(STDIN_FILENO, TCIFLUSH);
    (void)fprintf(stderr, "Type %s to go on: ", word);
    (void)fflush(stderr);
    if (!read_line(answer, sizeof answer, &fits))
        return fail_set(fail, TOOL_USAGE, "no answer: nothing was changed, start again");
    return (fits && strcasecmp(answer, word) == 0) ||
           fail_set(fail, TOOL_REFUSED, "nothing was changed: type the word %s if you want it",
                    word);
}

bool ask_line(const char *question, const char *fallback, ask_check *check, void *ctx, char *out,
              size_t cap, struct tool_fail *fail)
{
    struct tool_fail why;
    char kept[ASK_MAX + 1]; /* `fallback` may stand in `out` */

    (void)snprintf(kept, sizeof kept, "%s", fallback);
    for (unsigned i = 0; i < ASK_TRIES; i++) {
        if (!next(question, kept, out, cap, fail))
            return false;
        if (out[0] == '\0')
            (void)snprintf(out, cap, "%s", kept);
        if (check(ctx, out, &why))
            return true;
        (void)fprintf(stderr, "%s.\n", why.text);
    }
    return fail_set(fail, TOOL_USAGE, "no answer that will do: nothing was changed, start again");
}
