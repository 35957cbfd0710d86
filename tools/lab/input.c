/* SPDX-License-Identifier: ISC */
#include "input.h"

#include "base/bytes.h"

#include <ctype.h>
#include <string.h>

static int nibble(char c)
{
    static const char digit[] = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digit, tolower((unsigned char)c)) : NULL;

    return at != NULL ? (int)(at - digit) : -1;
}

bool lab_hex(const char *text, uint8_t *out, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        int high = nibble(text[2 * i]), low = high >= 0 ? nibble(text[2 * i + 1]) : -1;

        if (low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* Whether all of it is hexadecimal digits and white space. */
static bool is_hex(const struct aw_buf *b)
{
    size_t i;

    for (i = 0; i < b->len; i++) {
        if (!isspace(b->ptr[i]) && nibble((char)b->ptr[i]) < 0)
            return false;
    }
    return b->len > 0;
}

/* Turns hexadecimal text into bytes where it lies; false for an odd number of digits. */
static bool from_hex(struct aw_buf *b)
{
    size_t i, count = 0;

    for (i = 0; i < b->len; i++) {
        int value = nibble((char)b->ptr[i]);

        if (value < 0)
            continue; /* white space */
        if (count % 2 == 0)
            b->ptr[count / 2] = (uint8_t)(value << 4);
        else
            b->ptr[count / 2] = (uint8_t)(b->ptr[count / 2] | value);
        count++;
    }
    b->len = count / 2;
    return count % 2 == 0;
}

enum aw_status lab_input(FILE *file, bool binary, struct aw_buf *out)
{
    size_t len = fread(out->ptr, 1, out->cap, file);

    if (ferror(file))
        return AW_E_STORE;
    if (len == out->cap)
        return AW_E_SPACE;
    out->len = len;
    if (!binary && is_hex(out) && !from_hex(out))
        return AW_E_FORMAT;
    return AW_OK;
}
