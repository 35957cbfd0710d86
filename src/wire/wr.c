/* SPDX-License-Identifier: ISC */
#include "wire/wr.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/utf8.h"

#include <cbor.h>
#include <string.h>

void aw_wr_init(struct aw_wr *wr, struct aw_buf *buf)
{
    AW_ASSERT(buf->len <= buf->cap);
    *wr = (struct aw_wr){.buf = buf, .start_len = buf->len, .status = AW_OK};
}

void aw_wr_fail(struct aw_wr *wr, enum aw_status status)
{
    if (wr->status == AW_OK)
        wr->status = status;
}

/*
 * libcbor's encoders differ only in the type of the value: they write one head into the room
 * that they are given, and return its length, or 0 if the room is too small.
 */
static uint8_t *room(const struct aw_wr *wr, size_t *len)
{
    *len = wr->buf->cap - wr->buf->len;
    return *len > 0 ? wr->buf->ptr + wr->buf->len : NULL;
}

static void wrote(struct aw_wr *wr, size_t len)
{
    if (len == 0)
        aw_wr_fail(wr, AW_E_SPACE);
    if (wr->status == AW_OK)
        wr->buf->len += len;
}

static void head(struct aw_wr *wr, size_t (*encode)(size_t, unsigned char *, size_t), size_t value)
{
    size_t room_len;
    uint8_t *out = room(wr, &room_len);

    wrote(wr, encode(value, out, room_len));
}

static void head64(struct aw_wr *wr, size_t (*encode)(uint64_t, unsigned char *, size_t),
                   uint64_t value)
{
    size_t room_len;
    uint8_t *out = room(wr, &room_len);

    wrote(wr, encode(value, out, room_len));
}

static void content(struct aw_wr *wr, struct aw_bytes value)
{
    if (wr->status == AW_OK && aw_buf_put(wr->buf, value) != AW_OK)
        aw_wr_fail(wr, AW_E_SPACE);
}

void aw_wr_map(struct aw_wr *wr, size_t pair_count)
{
    head(wr, cbor_encode_map_start, pair_count);
}

void aw_wr_array(struct aw_wr *wr, size_t item_count)
{
    head(wr, cbor_encode_array_start, item_count);
}

void aw_wr_uint(struct aw_wr *wr, uint64_t value)
{
    head64(wr, cbor_encode_uint, value);
}

void aw_wr_int(struct aw_wr *wr, int64_t value)
{
    if (value >= 0)
        head64(wr, cbor_encode_uint, (uint64_t)value);
    else
        head64(wr, cbor_encode_negint, (uint64_t)(-1 - value));
}

void aw_wr_bool(struct aw_wr *wr, bool value)
{
    size_t room_len;
    uint8_t *out = room(wr, &room_len);

    wrote(wr, cbor_encode_bool(value, out, room_len));
}

void aw_wr_bytes(struct aw_wr *wr, struct aw_bytes value)
{
    head(wr, cbor_encode_bytestring_start, value.len);
    content(wr, value);
}

void aw_wr_text(struct aw_wr *wr, struct aw_bytes utf8)
{
    if (!aw_utf8_is_valid(utf8))
        aw_wr_fail(wr, AW_E_FORMAT);
    head(wr, cbor_encode_string_start, utf8.len);
    content(wr, utf8);
}

void aw_wr_pad(struct aw_wr *wr, size_t total_len)
{
    size_t target_len;

    if (wr->status != AW_OK)
        return;
    if (total_len > wr->buf->cap - wr->start_len || total_len < wr->buf->len - wr->start_len) {
        aw_wr_fail(wr, AW_E_SPACE);
        return;
    }
    target_len = wr->start_len + total_len;
    if (target_len > wr->buf->len)
        memset(wr->buf->ptr + wr->buf->len, 0, target_len - wr->buf->len);
    wr->buf->len = target_len;
}

enum aw_status aw_wr_end(struct aw_wr *wr)
{
    if (wr->status != AW_OK)
        wr->buf->len = wr->start_len;
    return wr->status;
}
