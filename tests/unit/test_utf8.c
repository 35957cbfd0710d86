/* SPDX-License-Identifier: ISC */
#include "wire/utf8.h"

#include "test.h"

/* Code points from Unicode 15, chapter 3, table 3-7, the other way round: by value, not by byte. */

static size_t encode(uint32_t point, uint8_t out[4])
{
    if (point < 0x80) {
        out[0] = (uint8_t)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (uint8_t)(0xc0 | point >> 6);
        out[1] = (uint8_t)(0x80 | (point & 63));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (uint8_t)(0xe0 | point >> 12);
        out[1] = (uint8_t)(0x80 | (point >> 6 & 63));
        out[2] = (uint8_t)(0x80 | (point & 63));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | point >> 18);
    out[1] = (uint8_t)(0x80 | (point >> 12 & 63));
    out[2] = (uint8_t)(0x80 | (point >> 6 & 63));
    out[3] = (uint8_t)(0x80 | (point & 63));
    return 4;
}

static bool is_surrogate(uint32_t point)
{
    return point >= 0xd800 && point <= 0xdfff;
}

/* In a buffer of exactly this length, so that a byte too many is seen by the sanitizers. */
static bool valid(const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len == 0 ? 1 : len);
    bool is_valid;

    T_REQUIRE(exact != NULL);
    memcpy(exact, bytes, len);
    is_valid = aw_utf8_is_valid((struct aw_bytes){exact, len});
    free(exact);
    return is_valid;
}

/* Goal: text is well-formed exactly if each code point up to U+10FFFF but the surrogates is in its
 * shortest form, and whole.
 * Method: every code point, alone, before another one, and cut short; points beyond the last. */
static void test_every_point(void)
{
    unsigned wrong = 0;

    for (uint32_t point = 0; point < 0x120000; point += t_step(13)) {
        uint8_t bytes[5] = {0};
        size_t len = encode(point, bytes);
        bool is_point = point <= 0x10ffff && !is_surrogate(point);

        wrong += valid(bytes, len) != is_point;
        bytes[len] = 'x';
        wrong += valid(bytes, len + 1) != is_point;
        for (size_t cut = 1; cut < len; cut++)
            wrong += valid(bytes, cut);
    }
    T_EQ(wrong, 0);
    T_TRUE(valid((const uint8_t *)"", 0));
}

/* Whether four bytes or fewer are one code point, by decoding them as if all were well. */
static bool is_one_point(const uint8_t *bytes, size_t len)
{
    uint8_t again[4];
    uint32_t point = len == 1   ? bytes[0]
                     : len == 2 ? bytes[0] & 31u
                     : len == 3 ? bytes[0] & 15u
                                : bytes[0] & 7u;

    for (size_t i = 1; i < len; i++)
        point = point << 6 | (bytes[i] & 63);
    return point <= 0x10ffff && !is_surrogate(point) && encode(point, again) == len &&
           memcmp(again, bytes, len) == 0;
}

/* Goal: nothing else is well-formed. Method: every first and second byte, with others at the edges
 * of what may follow, against a decoder that checks by encoding again. */
static void test_every_lead(void)
{
    static const uint8_t edges[] = {0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff};
    unsigned wrong = 0;

    for (unsigned pair = 0; pair < 0x10000; pair++) {
        uint8_t bytes[4] = {(uint8_t)(pair >> 8), (uint8_t)pair, 0, 0};

        if (bytes[0] < 0x80) /* two texts, not one point */
            continue;
        for (size_t i = 0; i < sizeof edges * sizeof edges; i++) {
            bytes[2] = edges[i / sizeof edges];
            bytes[3] = edges[i % sizeof edges];
            for (size_t len = 1; len <= 4; len++) {
                bool is_text = is_one_point(bytes, len);

                for (size_t first = 2; first < len && !is_text; first++) /* then ASCII */
                    is_text = is_one_point(bytes, first) && bytes[first] < 0x80 &&
                              (len - first < 2 || bytes[first + 1] < 0x80);
                wrong += aw_utf8_is_valid((struct aw_bytes){bytes, len}) != is_text;
            }
        }
    }
    T_EQ(wrong, 0);
}

/* Goal: what ends a line, turns the direction of writing, or controls a terminal is not printable,
 * and all else is, wherever it stands.
 * Method: every code point, alone and between letters. */
static void test_printable(void)
{
    unsigned wrong = 0;

    for (uint32_t point = 0; point <= 0x10ffff; point++) {
        uint8_t bytes[6] = {'a'};
        size_t len = encode(point, bytes + 1);
        bool is_printable = point >= 0x20 && (point < 0x7f || point > 0x9f) && point != 0x61c &&
                            point != 0x200e && point != 0x200f &&
                            (point < 0x2028 || point > 0x202e) &&
                            (point < 0x2066 || point > 0x2069);

        if (is_surrogate(point))
            continue;
        bytes[len + 1] = 'b';
        wrong += aw_utf8_is_printable((struct aw_bytes){bytes + 1, len}) != is_printable;
        wrong += aw_utf8_is_printable((struct aw_bytes){bytes, len + 2}) != is_printable;
    }
    T_EQ(wrong, 0);
    T_TRUE(aw_utf8_is_printable((struct aw_bytes){NULL, 0}));
}

int main(void)
{
    T_RUN(test_every_point);
    T_RUN(test_every_lead);
    T_RUN(test_printable);
    return t_end();
}
