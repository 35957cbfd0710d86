/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_ITEM_H
#define AW_WIRE_ITEM_H

#include <allswell/base.h>
#include <cbor.h>

/*
 * One CBOR item through libcbor's stateless stream decoder; private to wire/.
 *
 * The decoder tells a callback what it saw and returns how many bytes that took. The number
 * shows the width of the head, and so a head that is longer than its value needs. Only this
 * header and wire/wr.c know libcbor.
 */

enum aw_item_kind {
    AW_ITEM_NONE = 0, /* not well formed, or cut off */
    AW_ITEM_UINT,
    AW_ITEM_NEGINT, /* the number is -1 - value */
    AW_ITEM_BYTES,
    AW_ITEM_TEXT,
    AW_ITEM_BOOL,
    AW_ITEM_INDEFINITE, /* this and the next four: well formed, but outside the profile */
    AW_ITEM_BREAK,
    AW_ITEM_TAG,
    AW_ITEM_FLOAT,
    AW_ITEM_SIMPLE,
    AW_ITEM_ARRAY, /* from here on: items follow */
    AW_ITEM_MAP,
};

struct aw_item {
    uint64_t value;     /* number, length, count, or 0 and 1 */
    const uint8_t *ptr; /* content of a string, else NULL */
    size_t head_len;
    size_t len; /* bytes that the item took, without what a container holds */
    enum aw_item_kind kind;
    bool is_shortest;
};

/* Sets kind, value and ptr of the struct aw_item that is its context. */
extern const struct cbor_callbacks aw_item_callbacks;

/* An array of n items needs n bytes at least, a map of n pairs 2n. */
static inline void aw_item_check_count(struct aw_item *item, size_t left_len)
{
    size_t count_max = item->kind == AW_ITEM_MAP ? left_len / 2 : left_len;

    if (item->value > count_max)
        item->kind = AW_ITEM_NONE;
}

/*
 * Reads one item from `len` bytes. A string is complete in them. A count is not larger than
 * the bytes that are left after the head, so no caller ever loops over more than it has.
 */
static inline void aw_item_read(struct aw_item *item, const uint8_t *ptr, size_t len)
{
    static const uint64_t value_min[10] = {0, 0, 24, 256, 0, 65536, 0, 0, 0, UINT64_C(1) << 32};
    struct cbor_decoder_result res;

    item->kind = AW_ITEM_NONE;
    res = cbor_stream_decode(ptr, len, &aw_item_callbacks, item);
    if (res.status != CBOR_DECODER_FINISHED) {
        item->kind = AW_ITEM_NONE;
        return;
    }
    item->len = res.read;
    item->head_len = item->ptr == NULL ? res.read : (size_t)(item->ptr - ptr);
    item->is_shortest = item->value >= value_min[item->head_len];
    if (item->kind >= AW_ITEM_ARRAY)
        aw_item_check_count(item, len - item->head_len);
}

#endif /* AW_WIRE_ITEM_H */
