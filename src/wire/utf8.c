/* SPDX-License-Identifier: ISC */
#include "wire/utf8.h"

/*
 * Lead byte to sequence: how many bytes follow, and the range of the first of them. All later
 * ones are 80..BF. The narrowed ranges keep out overlong forms (E0, F0), surrogates (ED) and
 * what lies above U+10FFFF (F4).
 */
struct sequence {
    uint8_t follow_count, first_min, first_max;
};

static struct sequence sequence_of(uint8_t lead)
{
    if (lead >= 0xc2 && lead <= 0xdf)
        return (struct sequence){1, 0x80, 0xbf};
    if (lead == 0xe0)
        return (struct sequence){2, 0xa0, 0xbf};
    if (lead == 0xed)
        return (struct sequence){2, 0x80, 0x9f};
    if (lead >= 0xe1 && lead <= 0xef)
        return (struct sequence){2, 0x80, 0xbf};
    if (lead == 0xf0)
        return (struct sequence){3, 0x90, 0xbf};
    if (lead >= 0xf1 && lead <= 0xf3)
        return (struct sequence){3, 0x80, 0xbf};
    if (lead == 0xf4)
        return (struct sequence){3, 0x80, 0x8f};
    return (struct sequence){0, 0, 0};
}

bool aw_utf8_is_valid(struct aw_bytes text)
{
    const uint8_t *p = text.ptr;
    size_t left = text.len;

    while (left > 0) {
        struct sequence seq;

        if (*p < 0x80) {
            p++;
            left--;
            continue;
        }
        seq = sequence_of(*p);
        if (seq.follow_count == 0 || seq.follow_count >= left)
            return false;
        if (p[1] < seq.first_min || p[1] > seq.first_max)
            return false;
        for (size_t i = 2; i <= seq.follow_count; i++) {
            if ((p[i] & 0xc0) != 0x80)
                return false;
        }
        p += seq.follow_count + 1;
        left -= (size_t)seq.follow_count + 1;
    }
    return true;
}

/* What turns the direction of the text around it, or breaks the line, without being seen; `left`
 * bytes are there, one at least. */
static bool turns_or_breaks(const uint8_t *p, size_t left)
{
    if (p[0] == 0xd8)
        return left < 2 || p[1] == 0x9c; /* U+061C */
    if (p[0] != 0xe2)
        return false;
    if (left < 3)
        return true;
    if (p[1] == 0x80) /* U+200E, U+200F; U+2028 to U+202E */
        return p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae);
    return p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9; /* U+2066 to U+2069 */
}

bool aw_utf8_is_printable(struct aw_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t *p = text.ptr + i;
        size_t left = text.len - i;

        if (p[0] < 0x20 || p[0] == 0x7f)
            return false;
        if (p[0] == 0xc2 && (left < 2 || p[1] < 0xa0)) /* U+0080 to U+009F */
            return false;
        if (turns_or_breaks(p, left))
            return false;
    }
    return true;
}
