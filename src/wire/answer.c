/* SPDX-License-Identifier: ISC */
#include "wire/answer.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/rd.h"
#include "wire/request.h"
#include "wire/wr.h"

#include <string.h>

enum {
    KEY_NUMBER = 0,
    KEY_STATUS,
    KEY_AS_OF,
    KEY_WAITING,
    KEY_CELL_NO,
    KEY_AT,
    KEY_CELL,
    KEY_RETRY
};

#define BIT(key) (1u << (key))

static const uint8_t fields[] = {
    [AW_ANSWER_PLAIN] = BIT(KEY_NUMBER) | BIT(KEY_STATUS),
    [AW_ANSWER_COUNTED] = BIT(KEY_NUMBER) | BIT(KEY_STATUS) | BIT(KEY_AS_OF) | BIT(KEY_WAITING),
    [AW_ANSWER_RETRY] = BIT(KEY_NUMBER) | BIT(KEY_STATUS) | BIT(KEY_RETRY),
    [AW_ANSWER_DELIVERY] = BIT(KEY_NUMBER) | BIT(KEY_CELL_NO) | BIT(KEY_AT) | BIT(KEY_CELL),
};

static void read_field(struct aw_answer *out, struct aw_rd *rd, uint32_t key)
{
    switch (key) {
    case KEY_NUMBER:
        out->number = (uint32_t)aw_rd_uint(rd, 0, UINT32_MAX);
        break;
    case KEY_STATUS:
        out->status = (uint8_t)aw_rd_uint(rd, 0, AW_ANSWER_STATUS_MAX);
        break;
    case KEY_AS_OF:
    case KEY_AT:
        out->at = (uint32_t)aw_rd_uint(rd, 0, UINT32_MAX);
        break;
    case KEY_WAITING:
        out->waiting = (uint32_t)aw_rd_uint(rd, 0, UINT32_MAX);
        break;
    case KEY_CELL_NO:
        out->cell_no = aw_rd_uint(rd, 1, UINT64_MAX);
        break;
    case KEY_CELL:
        out->cell = aw_rd_bytes(rd, AW_REQUEST_CELL_LEN, AW_REQUEST_BULK_LEN);
        if (out->cell.len != AW_REQUEST_CELL_LEN && out->cell.len != AW_REQUEST_BULK_LEN)
            aw_rd_fail(rd, AW_E_RANGE);
        break;
    case KEY_RETRY:
        out->retry_after = (uint32_t)aw_rd_uint(rd, 1, AW_ANSWER_RETRY_MAX);
        break;
    default:
        aw_rd_fail(rd, AW_E_FORMAT);
    }
}

/* The kind follows from the set of keys; each kind says which statuses it may carry. */
static enum aw_status settle(struct aw_answer *out, unsigned seen)
{
    for (uint8_t kind = 0; kind < AW_COUNT(fields); kind++) {
        if (seen != fields[kind])
            continue;
        out->kind = kind;
        if (kind == AW_ANSWER_COUNTED && out->status != 0)
            return AW_E_FORMAT;
        if (kind == AW_ANSWER_RETRY && out->status != AW_ANSWER_STATUS_RATE)
            return AW_E_FORMAT;
        return AW_OK;
    }
    return AW_E_FORMAT;
}

enum aw_status aw_answer_decode(struct aw_answer *out, struct aw_bytes *in)
{
    enum aw_status status;
    struct aw_rd_map map;
    struct aw_rd rd;
    unsigned seen = 0;
    uint32_t key;

    *out = (struct aw_answer){.number = 0};
    aw_rd_init(&rd, *in);
    aw_rd_map(&rd, &map);
    while (aw_rd_key(&rd, &map, &key)) {
        read_field(out, &rd, key);
        if (rd.status != AW_OK)
            return rd.status;
        seen |= BIT(key);
    }
    if (rd.status != AW_OK)
        return rd.status;
    status = settle(out, seen);
    if (status != AW_OK)
        return status;
    in->ptr += aw_rd_pos(&rd);
    in->len -= aw_rd_pos(&rd);
    return AW_OK;
}

/* Heads are written by hand here: a relay that drains a mailbox does little else. */
static uint8_t *put_uint(uint8_t *p, uint64_t value)
{
    if (value < 24) {
        *p++ = (uint8_t)value;
    } else if (value <= UINT8_MAX) {
        *p++ = 0x18;
        *p++ = (uint8_t)value;
    } else if (value <= UINT16_MAX) {
        *p++ = 0x19;
        aw_put_u16(p, (uint16_t)value);
        p += 2;
    } else if (value <= UINT32_MAX) {
        *p++ = 0x1a;
        aw_put_u32(p, (uint32_t)value);
        p += 4;
    } else {
        *p++ = 0x1b;
        aw_put_u64(p, value);
        p += 8;
    }
    return p;
}

static uint8_t *put_pair(uint8_t *p, uint8_t key, uint64_t value)
{
    *p++ = key;
    return put_uint(p, value);
}

enum aw_status aw_answer_encode_open(const struct aw_answer *answer, struct aw_buf *out,
                                     uint8_t **cell)
{
    uint8_t head[AW_DELIVERY_HEAD_MAX];
    uint8_t *p = head;
    size_t head_len;

    AW_ASSERT(answer->kind == AW_ANSWER_DELIVERY);
    AW_ASSERT(answer->cell.len == AW_REQUEST_CELL_LEN || answer->cell.len == AW_REQUEST_BULK_LEN);
    *p++ = 0xa4;
    p = put_pair(p, KEY_NUMBER, answer->number);
    p = put_pair(p, KEY_CELL_NO, answer->cell_no);
    p = put_pair(p, KEY_AT, answer->at);
    *p++ = KEY_CELL;
    *p++ = 0x59;
    aw_put_u16(p, (uint16_t)answer->cell.len);
    p += 2;
    head_len = (size_t)(p - head);
    if (out->cap - out->len < head_len + answer->cell.len)
        return AW_E_SPACE;
    memcpy(out->ptr + out->len, head, head_len);
    *cell = out->ptr + out->len + head_len;
    out->len += head_len + answer->cell.len;
    return AW_OK;
}

enum aw_status aw_answer_encode(const struct aw_answer *answer, struct aw_buf *out)
{
    uint8_t bytes[AW_ANSWER_LEN_MAX];
    uint8_t *p = bytes;
    uint8_t *cell;

    if (answer->kind == AW_ANSWER_DELIVERY) {
        enum aw_status status = aw_answer_encode_open(answer, out, &cell);

        if (status == AW_OK)
            memcpy(cell, answer->cell.ptr, answer->cell.len);
        return status;
    }
    AW_ASSERT(answer->status <= AW_ANSWER_STATUS_MAX); /* so that `bytes` is long enough */
    AW_ASSERT(answer->kind != AW_ANSWER_COUNTED || answer->status == 0);
    AW_ASSERT(answer->kind != AW_ANSWER_RETRY ||
              (answer->status == AW_ANSWER_STATUS_RATE && answer->retry_after >= 1 &&
               answer->retry_after <= AW_ANSWER_RETRY_MAX));
    *p++ = answer->kind == AW_ANSWER_COUNTED ? 0xa4 : answer->kind == AW_ANSWER_RETRY ? 0xa3 : 0xa2;
    p = put_pair(p, KEY_NUMBER, answer->number);
    p = put_pair(p, KEY_STATUS, answer->status);
    if (answer->kind == AW_ANSWER_COUNTED) {
        p = put_pair(p, KEY_AS_OF, answer->at);
        p = put_pair(p, KEY_WAITING, answer->waiting);
    } else if (answer->kind == AW_ANSWER_RETRY) {
        p = put_pair(p, KEY_RETRY, answer->retry_after);
    }
    return aw_buf_put(out, (struct aw_bytes){bytes, (size_t)(p - bytes)});
}
