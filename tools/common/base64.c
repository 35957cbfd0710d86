/* SPDX-License-Identifier: ISC */
#include "common/base64.h"

/* Returns all ones when lo <= c <= hi, else 0, without a branch: tokens are secrets. */
static uint32_t within(uint32_t c, uint32_t lo, uint32_t hi)
{
    uint32_t below = (c - lo) >> 31;
    uint32_t above = (hi - c) >> 31;

    return (below | above) - 1;
}

static char digit_out(uint32_t v)
{
    uint32_t c = (within(v, 0, 25) & (v + 'A')) | (within(v, 26, 51) & (v - 26 + 'a')) |
                 (within(v, 52, 61) & (v - 52 + '0')) | (within(v, 62, 62) & '-') |
                 (within(v, 63, 63) & '_');

    return (char)c;
}

/* Returns 0 to 63, or 64 and more for anything else. */
static uint32_t digit_in(uint32_t c)
{
    uint32_t v = (within(c, 'A', 'Z') & (c - 'A' + 1)) | (within(c, 'a', 'z') & (c - 'a' + 27)) |
                 (within(c, '0', '9') & (c - '0' + 53)) | (within(c, '-', '-') & 63) |
                 (within(c, '_', '_') & 64);

    return v - 1; /* unknown: wraps to a large number */
}

void base64_encode(char *out, const uint8_t *bytes, size_t len)
{
    uint32_t hold = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < len; i++) {
        hold = (hold << 8) | bytes[i];
        for (bits += 8; bits >= 6; bits -= 6)
            *out++ = digit_out((hold >> (bits - 6)) & 63);
    }
    if (bits > 0)
        *out++ = digit_out((hold << (6 - bits)) & 63);
    *out = '\0';
}

bool base64_decode(uint8_t *bytes, size_t len, const char *text, size_t text_len)
{
    uint32_t hold = 0, bad = 0;
    unsigned bits = 0;
    size_t done = 0;

    if (text_len != BASE64_LEN(len))
        return false;
    for (size_t i = 0; i < text_len; i++) {
        uint32_t v = digit_in((unsigned char)text[i]);

        bad |= v >> 6;
        hold = (hold << 6) | (v & 63);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes[done++] = (uint8_t)(hold >> bits);
        }
    }
    bad |= hold & ((1U << bits) - 1); /* one text per key: the spare bits are zero */
    return bad == 0;
}
