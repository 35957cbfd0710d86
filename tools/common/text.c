/* SPDX-License-Identifier: ISC */
#include "common/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static uint64_t unit_s(char c)
{
    switch (c) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return 86400;
    default:
        return 0;
    }
}

bool text_span(const char *text, size_t len, uint32_t max_s, uint32_t *seconds)
{
    uint64_t total = 0, last = UINT64_MAX;
    size_t i = 0;

    if (len == 0)
        return false;
    while (i < len) {
        uint64_t value = 0, unit;
        size_t from = i;

        while (i < len && is_digit(text[i]) && i - from < 8)
            value = value * 10 + (uint64_t)(text[i++] - '0');
        if (i == from || i == len)
            return false;
        unit = unit_s(text[i++]);
        if (unit == 0 || unit >= last) /* "30m1h" is a slip */
            return false;
        last = unit;
        total += value * unit;
    }
    if (total > max_s)
        return false;
    *seconds = (uint32_t)total;
    return true;
}

void text_span_write(char out[TEXT_MAX], uint64_t seconds)
{
    static const char units[] = {'d', 'h', 'm', 's'};
    size_t len = 0;

    for (size_t i = 0; i < sizeof units; i++) {
        uint64_t count = seconds / unit_s(units[i]);

        seconds %= unit_s(units[i]);
        if (count > 0 && len < TEXT_MAX)
            len += (size_t)snprintf(out + len, TEXT_MAX - len, "%llu%c", (unsigned long long)count,
                                    units[i]);
    }
    if (len == 0)
        (void)snprintf(out, TEXT_MAX, "0s");
}

void text_time_write(char out[TEXT_MAX], uint64_t seconds)
{
    time_t when = (time_t)seconds;
    struct tm tm;

    if (seconds == 0 || localtime_r(&when, &tm) == NULL ||
        strftime(out, TEXT_MAX, "%a %d %b %H:%M:%S", &tm) == 0)
        (void)snprintf(out, TEXT_MAX, "never");
}

bool text_clock(const char *text, unsigned hour_max, unsigned *minutes)
{
    unsigned h, m;

    if (strlen(text) != 5 || text[2] != ':' || !is_digit(text[0]) || !is_digit(text[1]) ||
        !is_digit(text[3]) || !is_digit(text[4]))
        return false;
    h = (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
    m = (unsigned)(text[3] - '0') * 10 + (unsigned)(text[4] - '0');
    *minutes = h * 60 + m;
    return h <= hour_max && m <= 59;
}

void text_trim(const char **text, size_t *len)
{
    while (*len > 0 && (**text == ' ' || **text == '\t' || **text == '\r')) {
        (*text)++;
        (*len)--;
    }
    while (*len > 0 && strchr(" \t\r\n", (*text)[*len - 1]) != NULL)
        (*len)--;
}

/* Bytes of the sequence that begins with `c`, and the smallest value that may be written so. */
static unsigned sequence(unsigned char c, uint32_t *value, uint32_t *smallest)
{
    if (c < 0x80) {
        *value = c;
        *smallest = 0;
        return 1;
    }
    if (c >= 0xc2 && c < 0xe0) {
        *value = c & 0x1fU;
        *smallest = 0x80;
        return 2;
    }
    if (c >= 0xe0 && c < 0xf0) {
        *value = c & 0x0fU;
        *smallest = 0x800;
        return 3;
    }
    if (c >= 0xf0 && c < 0xf5) {
        *value = c & 0x07U;
        *smallest = 0x10000;
        return 4;
    }
    return 0;
}

/* spec/03-wire.md §3: "Text MUST NOT contain control characters (U+0000 to U+001F, U+007F to
 * U+009F), bidirectional controls (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069) or
 * line separators (U+2028, U+2029)" */
static bool turns_or_breaks(uint32_t value)
{
    return value == 0x061c || value == 0x200e || value == 0x200f ||
           (value >= 0x2028 && value <= 0x202e) || (value >= 0x2066 && value <= 0x2069);
}

/* Bytes of the character at `text` if it may be shown, else 0. `len` bytes are left. */
static unsigned plain_char(const char *text, size_t len, uint32_t *out)
{
    uint32_t value = 0, smallest = 0;
    unsigned count = sequence((unsigned char)text[0], &value, &smallest);

    if (count == 0 || count > len)
        return 0;
    for (unsigned k = 1; k < count; k++) {
        unsigned char c = (unsigned char)text[k];

        if ((c & 0xc0) != 0x80)
            return 0;
        value = (value << 6) | (c & 0x3fU);
    }
    if (value < smallest || value > 0x10ffff || (value >= 0xd800 && value < 0xe000) ||
        value < 0x20 || (value >= 0x7f && value < 0xa0) || turns_or_breaks(value))
        return 0;
    *out = value;
    return count;
}

bool text_is_plain(const char *text, size_t min, size_t max)
{
    size_t len = strlen(text);
    uint32_t value;

    if (len < min || len > max)
        return false;
    for (size_t i = 0; i < len;) {
        unsigned count = plain_char(text + i, len - i, &value);

        if (count == 0)
            return false;
        i += count;
    }
    return true;
}

void text_clean(char *text)
{
    size_t len = strlen(text);
    uint32_t value;

    for (size_t i = 0; i < len;) {
        unsigned count = plain_char(text + i, len - i, &value);

        if (count == 0)
            text[i++] = '?';
        else
            i += count;
    }
}

/* Blocks of scripts that run from right to left, also those that Unicode has not filled yet. */
static bool is_turned(uint32_t value)
{
    return (value >= 0x0590 && value <= 0x08ff) || (value >= 0xfb1d && value <= 0xfdff) ||
           (value >= 0xfe70 && value <= 0xfefc) || (value >= 0x10800 && value <= 0x10fff) ||
           (value >= 0x1e800 && value <= 0x1efff);
}

/* Letters of the other scripts, more or less: a run of turned text ends before them. */
static bool is_straight(uint32_t value)
{
    return (value >= 'A' && value <= 'Z') || (value >= 'a' && value <= 'z') ||
           (value >= 0xc0 && value < 0x2000) || (value >= 0x2c00 && value < 0xfb00);
}

/* Bytes of the run of turned text that begins at `text`: to the last turned character before
 * something straight, or 0. Behind what is not plain, no run goes on. */
static size_t turned_run(const char *text, size_t len)
{
    size_t end = 0;
    uint32_t value = 0;
    unsigned count;

    for (size_t i = 0; i < len; i += count) {
        count = plain_char(text + i, len - i, &value);
        if (count == 0 || (i == 0 && !is_turned(value)) ||
            (!is_turned(value) && is_straight(value)))
            break;
        if (is_turned(value))
            end = i + count;
    }
    return end;
}

void text_isolate(char *out, size_t cap, const char *text)
{
    static const char begin[] = "\xe2\x81\xa8", end[] = "\xe2\x81\xa9"; /* U+2068, U+2069 */
    size_t len = strlen(text), at = 0;
    bool is_done = strstr(text, begin) != NULL;

    for (size_t i = 0; i < len && at + 1 < cap;) {
        size_t run = is_done ? 0 : turned_run(text + i, len - i);

        if (run == 0) {
            out[at++] = text[i++];
            continue;
        }
        at += (size_t)snprintf(out + at, cap - at, "%s%.*s%s", begin, (int)run, text + i, end);
        i += run;
    }
    out[at < cap ? at : cap - 1] = '\0';
}
