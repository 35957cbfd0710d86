/* SPDX-License-Identifier: ISC */
#include "wire/judge.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/item.h"
#include "wire/utf8.h"

#include <string.h>

/* One open container. A map of n pairs is 2n items, keys at the even ones. */
struct frame {
    uint64_t item_count; /* still to come */
    bool is_map;
    bool is_key_next;
    struct aw_bytes key; /* encoding of the last one, empty at the start */
};

struct judge {
    struct aw_bytes in;
    size_t pos;
    struct frame stack[AW_JUDGE_DEPTH_MAX];
    size_t depth;
};

/*
 * What the decoder gave up on is not well formed, with one exception: libcbor 0.8 knows neither
 * simple values without a name nor some tags, which are well formed and not ours.
 */
static enum aw_judge_reason judge_unread(const struct judge *j)
{
    struct aw_bytes rest;
    static const uint8_t argument_len[32] = {[24] = 1, [25] = 2, [26] = 4, [27] = 8};
    uint8_t low;

    if (j->pos == j->in.len)
        return AW_JUDGE_MALFORMED; /* the input itself may be a null pointer */
    rest = (struct aw_bytes){j->in.ptr + j->pos, j->in.len - j->pos};
    low = rest.ptr[0] & 31;
    if (low > 27 || rest.len < 1u + argument_len[low])
        return AW_JUDGE_MALFORMED;
    if (rest.ptr[0] >> 5 == 6)
        return AW_JUDGE_TAG;
    if (rest.ptr[0] >> 5 == 7 && (low < 24 || rest.ptr[1] >= 32)) /* it reads all floats */
        return AW_JUDGE_SIMPLE;
    return AW_JUDGE_MALFORMED;
}

static enum aw_judge_reason judge_item(const struct judge *j, const struct aw_item *item)
{
    switch (item->kind) {
    case AW_ITEM_NONE:
        return judge_unread(j);
    case AW_ITEM_INDEFINITE:
    case AW_ITEM_BREAK:
        return AW_JUDGE_INDEFINITE;
    case AW_ITEM_TAG:
        return AW_JUDGE_TAG;
    case AW_ITEM_FLOAT:
        return AW_JUDGE_FLOAT;
    case AW_ITEM_SIMPLE:
        return AW_JUDGE_SIMPLE;
    case AW_ITEM_TEXT:
        if (!aw_utf8_is_valid((struct aw_bytes){item->ptr, (size_t)item->value}))
            return AW_JUDGE_UTF8;
        break;
    case AW_ITEM_UINT:
    case AW_ITEM_NEGINT:
    case AW_ITEM_BYTES:
    case AW_ITEM_ARRAY:
    case AW_ITEM_MAP:
    case AW_ITEM_BOOL:
        break;
    }
    return item->is_shortest ? AW_JUDGE_ACCEPTED : AW_JUDGE_NOT_SHORTEST;
}

/* RFC 8949 §4.2.1: keys ascend in the bytewise lexicographic order of their encodings. */
static enum aw_judge_reason judge_key(struct frame *fr, const struct aw_item *item,
                                      struct aw_bytes key)
{
    size_t common_len = key.len < fr->key.len ? key.len : fr->key.len;
    int order = common_len == 0 ? 1 : memcmp(key.ptr, fr->key.ptr, common_len);

    if (item->kind != AW_ITEM_UINT && item->kind != AW_ITEM_NEGINT && item->kind != AW_ITEM_TEXT)
        return AW_JUDGE_KEY_TYPE;
    /* No encoding is the start of another one, so equal bytes are equal keys. */
    if (order == 0)
        return AW_JUDGE_KEY_TWICE;
    if (order < 0)
        return AW_JUDGE_KEY_ORDER;
    fr->key = key;
    return AW_JUDGE_ACCEPTED;
}

/* Books one item in its container, and opens it if it is one. */
static enum aw_judge_reason enter(struct judge *j, const struct aw_item *item)
{
    if (j->depth > 0) {
        struct frame *fr = &j->stack[j->depth - 1];
        enum aw_judge_reason reason = AW_JUDGE_ACCEPTED;

        if (fr->is_map && fr->is_key_next)
            reason = judge_key(fr, item, (struct aw_bytes){j->in.ptr + j->pos, item->len});
        if (reason != AW_JUDGE_ACCEPTED)
            return reason;
        fr->is_key_next = !fr->is_key_next;
        fr->item_count--;
    }
    if (item->kind != AW_ITEM_ARRAY && item->kind != AW_ITEM_MAP)
        return AW_JUDGE_ACCEPTED;
    if (j->depth == AW_JUDGE_DEPTH_MAX)
        return AW_JUDGE_DEPTH;
    j->stack[j->depth++] = (struct frame){
        .item_count = item->kind == AW_ITEM_MAP ? 2 * item->value : item->value,
        .is_map = item->kind == AW_ITEM_MAP,
        .is_key_next = true,
    };
    return AW_JUDGE_ACCEPTED;
}

static struct aw_judgement verdict(enum aw_judge_reason reason, const struct judge *j,
                                   size_t item_count)
{
    return (struct aw_judgement){reason, j->pos, item_count};
}

struct aw_judgement aw_cbor_judge(struct aw_bytes in)
{
    struct judge j = {.in = in};
    size_t item_count = 0;

    do {
        enum aw_judge_reason reason;
        struct aw_item item;

        aw_item_read(&item, j.pos < in.len ? in.ptr + j.pos : in.ptr, in.len - j.pos);
        item_count++;
        reason = judge_item(&j, &item);
        if (reason == AW_JUDGE_ACCEPTED)
            reason = enter(&j, &item);
        if (reason != AW_JUDGE_ACCEPTED)
            return verdict(reason, &j, item_count);
        j.pos += item.len;
        while (j.depth > 0 && j.stack[j.depth - 1].item_count == 0)
            j.depth--;
    } while (j.depth > 0);
    return verdict(j.pos == in.len ? AW_JUDGE_ACCEPTED : AW_JUDGE_TRAILING, &j, item_count);
}

const char *aw_judge_reason_text(enum aw_judge_reason reason)
{
    static const char *const texts[] = {
        [AW_JUDGE_ACCEPTED] = "accepted",
        [AW_JUDGE_MALFORMED] = "not well-formed CBOR",
        [AW_JUDGE_TRAILING] = "bytes follow the item",
        [AW_JUDGE_NOT_SHORTEST] = "a head is longer than its value needs",
        [AW_JUDGE_INDEFINITE] = "indefinite length",
        [AW_JUDGE_TAG] = "a tag",
        [AW_JUDGE_FLOAT] = "a floating-point number",
        [AW_JUDGE_SIMPLE] = "a simple value other than true and false",
        [AW_JUDGE_UTF8] = "text that is not UTF-8",
        [AW_JUDGE_KEY_TYPE] = "a map key that is neither an integer nor text",
        [AW_JUDGE_KEY_ORDER] = "map keys are not in ascending order",
        [AW_JUDGE_KEY_TWICE] = "a map key occurs twice",
        [AW_JUDGE_DEPTH] = "nested too deeply",
    };

    return (size_t)reason < AW_COUNT(texts) ? texts[reason] : "unknown";
}
