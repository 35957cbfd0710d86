/* SPDX-License-Identifier: ISC */
#include "wire/rd.h"

#include "wire/item.h"
#include "wire/utf8.h"

#include <string.h>

void aw_rd_init(struct aw_rd *rd, struct aw_bytes in)
{
    *rd = (struct aw_rd){.ptr = in.ptr, .end = in.ptr, .start = in.ptr, .status = AW_OK};
    if (in.len > 0)
        rd->end = in.ptr + in.len;
}

static void fail_at(struct aw_rd *rd, enum aw_status status, const uint8_t *at)
{
    if (rd->status != AW_OK)
        return;
    rd->status = status;
    rd->error_pos = (size_t)(at - rd->start);
}

void aw_rd_fail(struct aw_rd *rd, enum aw_status status)
{
    fail_at(rd, status, rd->ptr);
}

/* Takes the next item if it is of the kind asked for; else the reader has failed. */
static bool take(struct aw_rd *rd, enum aw_item_kind kind, struct aw_item *item)
{
    if (rd->status != AW_OK)
        return false;
    aw_item_read(item, rd->ptr, (size_t)(rd->end - rd->ptr));
    if (item->kind != kind || !item->is_shortest) {
        fail_at(rd, AW_E_FORMAT, rd->ptr);
        return false;
    }
    rd->ptr += item->len;
    return true;
}

static bool take_within(struct aw_rd *rd, enum aw_item_kind kind, struct aw_item *item,
                        uint64_t min, uint64_t max)
{
    const uint8_t *at = rd->ptr;

    if (!take(rd, kind, item))
        return false;
    if (item->value < min || item->value > max) {
        fail_at(rd, AW_E_RANGE, at);
        return false;
    }
    return true;
}

void aw_rd_map(struct aw_rd *rd, struct aw_rd_map *map)
{
    struct aw_item item;

    *map = (struct aw_rd_map){0, 0};
    if (take_within(rd, AW_ITEM_MAP, &item, 0, UINT32_MAX))
        map->left = (uint32_t)item.value;
}

bool aw_rd_key(struct aw_rd *rd, struct aw_rd_map *map, uint32_t *key)
{
    const uint8_t *at = rd->ptr;
    struct aw_item item;

    if (map->left == 0 || !take_within(rd, AW_ITEM_UINT, &item, 0, UINT32_MAX - 1))
        return false;
    /* spec/03-wire.md §2: "Keys of a map MUST be in ascending order, each at most once." */
    if (item.value < map->key_min) {
        fail_at(rd, AW_E_FORMAT, at);
        return false;
    }
    map->left--;
    map->key_min = (uint32_t)item.value + 1;
    *key = (uint32_t)item.value;
    return true;
}

size_t aw_rd_array(struct aw_rd *rd, size_t min, size_t max)
{
    struct aw_item item;

    return take_within(rd, AW_ITEM_ARRAY, &item, min, max) ? (size_t)item.value : 0;
}

uint64_t aw_rd_uint(struct aw_rd *rd, uint64_t min, uint64_t max)
{
    struct aw_item item;

    return take_within(rd, AW_ITEM_UINT, &item, min, max) ? item.value : 0;
}

int64_t aw_rd_int(struct aw_rd *rd, int64_t min, int64_t max)
{
    const uint8_t *at = rd->ptr;
    struct aw_item item;
    int64_t value;

    if (rd->status != AW_OK)
        return 0;
    aw_item_read(&item, rd->ptr, (size_t)(rd->end - rd->ptr));
    if ((item.kind != AW_ITEM_UINT && item.kind != AW_ITEM_NEGINT) || !item.is_shortest) {
        fail_at(rd, AW_E_FORMAT, at);
        return 0;
    }
    if (item.value > INT64_MAX) {
        fail_at(rd, AW_E_RANGE, at);
        return 0;
    }
    value = item.kind == AW_ITEM_UINT ? (int64_t)item.value : -1 - (int64_t)item.value;
    if (value < min || value > max) {
        fail_at(rd, AW_E_RANGE, at);
        return 0;
    }
    rd->ptr += item.len;
    return value;
}

bool aw_rd_bool(struct aw_rd *rd)
{
    struct aw_item item;

    return take(rd, AW_ITEM_BOOL, &item) && item.value != 0;
}

struct aw_bytes aw_rd_bytes(struct aw_rd *rd, size_t min, size_t max)
{
    struct aw_item item;

    if (!take_within(rd, AW_ITEM_BYTES, &item, min, max))
        return (struct aw_bytes){NULL, 0};
    return (struct aw_bytes){item.ptr, (size_t)item.value};
}

void aw_rd_bytes_fixed(struct aw_rd *rd, uint8_t *out, size_t len)
{
    struct aw_bytes value = aw_rd_bytes(rd, len, len);

    if (value.ptr != NULL)
        memcpy(out, value.ptr, value.len);
}

struct aw_bytes aw_rd_text(struct aw_rd *rd, size_t min, size_t max)
{
    const uint8_t *at = rd->ptr;
    struct aw_item item;
    struct aw_bytes value;

    if (!take_within(rd, AW_ITEM_TEXT, &item, min, max))
        return (struct aw_bytes){NULL, 0};
    value = (struct aw_bytes){item.ptr, (size_t)item.value};
    /* spec/03-wire.md §2: "Text MUST be well-formed UTF-8" */
    if (!aw_utf8_is_valid(value)) {
        fail_at(rd, AW_E_FORMAT, at);
        return (struct aw_bytes){NULL, 0};
    }
    return value;
}

bool aw_rd_more(const struct aw_rd *rd)
{
    return rd->status == AW_OK && rd->ptr < rd->end;
}

size_t aw_rd_pos(const struct aw_rd *rd)
{
    return (size_t)(rd->ptr - rd->start);
}

enum aw_status aw_rd_end(struct aw_rd *rd)
{
    /* spec/03-wire.md §2: "Nothing MUST follow the item" */
    if (rd->ptr != rd->end)
        fail_at(rd, AW_E_FORMAT, rd->ptr);
    return rd->status;
}

enum aw_status aw_rd_end_padded(struct aw_rd *rd)
{
    if (rd->status != AW_OK)
        return rd->status;
    for (const uint8_t *p = rd->ptr; p < rd->end; p++) {
        /* spec/03-wire.md §2: "Padding after the item of a cell MUST be zeros." */
        if (*p != 0) {
            fail_at(rd, AW_E_FORMAT, p);
            return rd->status;
        }
    }
    rd->ptr = rd->end;
    return rd->status;
}
