/* SPDX-License-Identifier: ISC */
#include "core/base64.h"

#include "base/bytes.h"

/*
 * Invites hold secrets, but their text is read by humans and cameras: a table look-up per
 * character, whose timing nobody measures, is good enough here.
 */
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int value_of(uint8_t c)
{
    for (int i = 0; i < 64; i++) {
        if (alphabet[i] == (char)c)
            return i;
    }
    return -1;
}

enum aw_status aw_base64_encode(struct aw_bytes in, struct aw_buf *out)
{
    uint32_t bits = 0;
    unsigned bit_count = 0;

    if (out->cap - out->len < AW_BASE64_LEN(in.len))
        return AW_E_SPACE;
    for (size_t i = 0; i < in.len; i++) {
        bits = (bits << 8 | in.ptr[i]) & 0xffff;
        for (bit_count += 8; bit_count >= 6; bit_count -= 6)
            out->ptr[out->len++] = (uint8_t)alphabet[bits >> (bit_count - 6) & 63];
    }
    if (bit_count > 0)
        out->ptr[out->len++] = (uint8_t)alphabet[bits << (6 - bit_count) & 63];
    return AW_OK;
}

enum aw_status aw_base64_decode(struct aw_bytes in, struct aw_buf *out)
{
    size_t start_len = out->len;
    uint32_t bits = 0;
    unsigned bit_count = 0;
    enum aw_status st = in.len % 4 == 1 ? AW_E_FORMAT : AW_OK;

    for (size_t i = 0; i < in.len && st == AW_OK; i++) {
        int value = value_of(in.ptr[i]);

        if (value < 0) {
            st = AW_E_FORMAT;
            break;
        }
        bits = (bits << 6 | (uint32_t)value) & 0xffff;
        bit_count += 6;
        if (bit_count >= 8) {
            uint8_t byte = (uint8_t)(bits >> (bit_count - 8));

            st = aw_buf_put(out, (struct aw_bytes){&byte, 1});
            bit_count -= 8;
        }
    }
    /* The bits that are left over are zero in the one text that we write. */
    if (st == AW_OK && (bits & ((1U << bit_count) - 1)) != 0)
        st = AW_E_FORMAT;
    if (st != AW_OK)
        out->len = start_len;
    return st;
}
