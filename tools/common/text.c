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

/* Bytes of the character at `text` if it may be shown, else 0. `len` bytes are left. */
static unsigned plain_char(const char *text, size_t len)
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
        value < 0x20 || (value >= 0x7f && value < 0xa0) || (value >= 0x202a && value <= 0x202e) ||
        (value >= 0x2066 && value <= 0x2069))
        return 0;
    return count;
}

bool text_is_plain(const char *text, size_t min, size_t max)
{
    size_t len = strlen(text);

    if (len < min || len > max)
        return false;
    for (size_t i = 0; i < len;) {
        unsigned count = plain_char(text + i, len - i);

        if (count == 0)
            return false;
        i += count;
    }
    return true;
}

void text_clean(char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len;) {
        unsigned count = plain_char(text + i, len - i);

        if (count == 0)
            text[i++] = '?';
        else
            i += count;
    }
}
