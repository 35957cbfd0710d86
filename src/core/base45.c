/* SPDX-License-Identifier: ISC */
#include "core/base45.h"

/* Frames are ciphertext: a look-up whose timing depends on the characters gives nothing away. */
static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

#define BASE 45

static int value_of(uint8_t c)
{
    for (int i = 0; i < BASE; i++) {
        if (alphabet[i] == (char)c)
            return i;
    }
    return -1;
}

enum aw_status aw_base45_encode(struct aw_bytes in, struct aw_buf *out)
{
    if (out->cap - out->len < AW_BASE45_LEN(in.len))
        return AW_E_SPACE;
    for (size_t i = 0; i < in.len; i += 2) {
        bool is_pair = i + 1 < in.len;
        unsigned n = is_pair ? (unsigned)in.ptr[i] << 8 | in.ptr[i + 1] : in.ptr[i];

        for (unsigned digit = 0; digit < (is_pair ? 3 : 2); digit++) {
            out->ptr[out->len++] = (uint8_t)alphabet[n % BASE];
            n /= BASE;
        }
    }
    return AW_OK;
}

/* The value of a group of 2 or 3 characters, least first; -1 when one is not in the alphabet. */
static long group_value(const uint8_t *text, size_t count)
{
    long n = 0;

    for (size_t i = count; i > 0; i--) {
        int value = value_of(text[i - 1]);

        if (value < 0)
            return -1;
        n = n * BASE + value;
    }
    return n;
}

/* spec/14-small-bearers.md §1: "A base45 decoder MUST refuse characters outside the alphabet, a
 * length of 1 modulo 3, and a group whose value is above 65535, or above 255 for the two characters
 * at the end." */
enum aw_status aw_base45_decode(struct aw_bytes in, struct aw_buf *out)
{
    size_t start_len = out->len;

    if (in.len % 3 == 1)
        return AW_E_FORMAT;
    if (out->cap - out->len < in.len / 3 * 2 + in.len % 3 / 2)
        return AW_E_SPACE;
    for (size_t i = 0; i < in.len; i += 3) {
        bool is_pair = i + 3 <= in.len;
        long n = group_value(in.ptr + i, is_pair ? 3 : 2);

        if (n < 0 || n > (is_pair ? 65535 : 255)) {
            out->len = start_len;
            return AW_E_FORMAT;
        }
        if (is_pair)
            out->ptr[out->len++] = (uint8_t)(n >> 8);
        out->ptr[out->len++] = (uint8_t)n;
    }
    return AW_OK;
}
