/* SPDX-License-Identifier: ISC */
#include "common/screen.h"

#include "common/again.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

bool screen_is_terminal(void)
{
    return isatty(STDOUT_FILENO) == 1;
}

static bool size_of(struct winsize *size)
{
    return screen_is_terminal() && ioctl(STDOUT_FILENO, TIOCGWINSZ, size) == 0;
}

unsigned screen_columns(void)
{
    struct winsize size;

    if (!size_of(&size) || size.ws_col == 0) /* 0: it does not know, as on a serial line */
        return SCREEN_PIPED;
    if (size.ws_col > SCREEN_MOST)
        return SCREEN_MOST;
    return size.ws_col <= SCREEN_LEAST ? SCREEN_LEAST : (unsigned)size.ws_col - 1;
}

unsigned screen_rows(void)
{
    struct winsize size;

    return size_of(&size) ? size.ws_row : 0;
}

bool screen_is_clever(void)
{
    const char *term = getenv("TERM");

    return screen_is_terminal() && term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

/* no-color.org: set, and not empty. */
static bool has_colour(void)
{
    const char *off = getenv("NO_COLOR");

    return (off == NULL || off[0] == '\0') && screen_is_clever();
}

const char *screen_paint(enum screen_mood mood)
{
    static const char *const sequences[] = {"\033[32m", "\033[33m", "\033[1;31m", "\033[1m"};

    return has_colour() ? sequences[mood] : "";
}

const char *screen_plain(void)
{
    return has_colour() ? "\033[0m" : "";
}

/* Bytes of a mood at `text`, or 0. Text of other people holds no escape: text_clean(). */
static size_t mood_len(const char *text, size_t len)
{
    size_t i = 2;

    if (len < 3 || text[0] != '\033' || text[1] != '[')
        return 0;
    while (i < len && text[i] != 'm')
        i++;
    return i < len ? i + 1 : 0;
}

/* Bytes of the character at `text`, and its columns. */
static size_t char_len(const char *text, size_t len, size_t *columns)
{
    mbstate_t state;
    wchar_t wide = 0;
    size_t used = mood_len(text, len);
    int width;

    *columns = 0;
    if (used > 0)
        return used;
    memset(&state, 0, sizeof state);
    used = mbrtowc(&wide, text, len, &state);
    if (used == 0 || used > len) { /* no such character in this locale: each has one column */
        *columns = ((unsigned char)text[0] & 0xc0) != 0x80;
        return 1;
    }
    width = wcwidth(wide);
    *columns = width < 0 ? 1 : (size_t)width;
    return used;
}

size_t screen_width(const char *text, size_t len)
{
    size_t width = 0, columns;

    for (size_t i = 0; i < len;) {
        i += char_len(text + i, len - i, &columns);
        width += columns;
    }
    return width;
}

/* Bytes of the longest run of words that fits into `room` columns; a longer word is not cut. */
static size_t fitting(const char *text, size_t room)
{
    size_t len = strlen(text), width = 0, fits = 0, columns;

    for (size_t i = 0; i < len;) {
        if (text[i] == ' ')
            fits = i;
        i += char_len(text + i, len - i, &columns);
        width += columns;
        if (width > room && fits > 0)
            return fits;
    }
    return len;
}

/* The mood that still holds after a piece of text; "" when none does. */
struct holding {
    const char *mood;
    size_t len;
};

static void hold(struct holding *holding, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        size_t used = mood_len(text + i, len - i);

        if (used > 0)
            *holding = (struct holding){text + i, text[i + 2] == '0' ? 0 : used};
    }
}

void screen_wrapped(FILE *to, unsigned indent, unsigned hanging, const char *text)
{
    char filled[2048];
    struct holding holding = {"", 0};
    unsigned columns = screen_columns(), at = indent;

    if (strlen(text) < sizeof filled) {
        again_fill(filled, sizeof filled, text);
        text = filled;
    }
    while (*text != '\0') {
        size_t len = fitting(text, columns > at ? columns - at : 1);

        (void)fprintf(to, "%*s%.*s%.*s", (int)at, "", (int)holding.len, holding.mood, (int)len,
                      text);
        hold(&holding, text, len);
        (void)fprintf(to, "%s\n", holding.len > 0 ? screen_plain() : "");
        text += len;
        text += *text == ' ';
        at = hanging;
    }
}
