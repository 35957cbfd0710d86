/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"

#include <string.h>

enum aw_status aw_buf_put(struct aw_buf *b, struct aw_bytes bytes)
{
    if (bytes.len > b->cap - b->len)
        return AW_E_SPACE;
    if (bytes.len > 0)
        memcpy(b->ptr + b->len, bytes.ptr, bytes.len);
    b->len += bytes.len;
    return AW_OK;
}

bool aw_bytes_equal(struct aw_bytes a, struct aw_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* spec/09-crypto.md §1: "A secret MUST be erased when it is used up, on failure as on success": the
 * compiler may not assume what a volatile pointer holds, so it cannot drop the call. */
void aw_wipe(void *secret, size_t len)
{
    void *(*volatile fill)(void *, int, size_t) = memset;

    if (len > 0)
        (void)fill(secret, 0, len);
}

void aw_put_u16(uint8_t out[2], uint16_t v)
{
    out[0] = (uint8_t)(v >> 8);
    out[1] = (uint8_t)v;
}

void aw_put_u32(uint8_t out[4], uint32_t v)
{
    aw_put_u16(out, (uint16_t)(v >> 16));
    aw_put_u16(out + 2, (uint16_t)v);
}

void aw_put_u64(uint8_t out[8], uint64_t v)
{
    aw_put_u32(out, (uint32_t)(v >> 32));
    aw_put_u32(out + 4, (uint32_t)v);
}

uint16_t aw_get_u16(const uint8_t in[2])
{
    return (uint16_t)((uint16_t)in[0] << 8 | in[1]);
}

uint32_t aw_get_u32(const uint8_t in[4])
{
    return (uint32_t)aw_get_u16(in) << 16 | aw_get_u16(in + 2);
}

uint64_t aw_get_u64(const uint8_t in[8])
{
    return (uint64_t)aw_get_u32(in) << 32 | aw_get_u32(in + 4);
}
