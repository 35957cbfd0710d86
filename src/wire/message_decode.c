/* SPDX-License-Identifier: ISC */
#include "base/assert.h"
#include "base/bytes.h"
#include "wire/item.h"
#include "wire/message.h"
#include "wire/utf8.h"

#include <string.h>

/* One open map, and how many more maps follow it in its list. */
struct frame {
    const struct aw_wire_map *map;
    const struct aw_wire_field *field, *field_end;
    uint8_t *base;
    size_t pair_count;
    size_t sibling_count;
};

struct decoder {
    const uint8_t *ptr, *end;
    enum aw_status status;
    struct aw_item item; /* the last one; here, so that it is not cleared for each read */
    struct frame stack[AW_WIRE_DEPTH_MAX];
    size_t depth;
};

static inline enum aw_status take(struct decoder *d, enum aw_item_kind kind)
{
    aw_item_read(&d->item, d->ptr, (size_t)(d->end - d->ptr));
    if (d->item.kind != kind || !d->item.is_shortest)
        return AW_E_FORMAT;
    d->ptr += d->item.len;
    return AW_OK;
}

static inline void store_uint(uint8_t *member, size_t width, uint64_t value)
{
    uint16_t v16 = (uint16_t)value;
    uint32_t v32 = (uint32_t)value;

    switch (width) {
    case 1:
        *member = (uint8_t)value;
        return;
    case 2:
        memcpy(member, &v16, sizeof v16);
        return;
    case 4:
        memcpy(member, &v32, sizeof v32);
        return;
    default:
        AW_ASSERT(width == 8);
        memcpy(member, &value, sizeof value);
    }
}

static enum aw_status take_int(struct decoder *d, const struct aw_wire_field *f, uint8_t *member)
{
    const struct aw_item *item = &d->item;
    int64_t value;

    aw_item_read(&d->item, d->ptr, (size_t)(d->end - d->ptr));
    if ((item->kind != AW_ITEM_UINT && item->kind != AW_ITEM_NEGINT) || !item->is_shortest)
        return AW_E_FORMAT;
    if (item->value > INT64_MAX)
        return AW_E_RANGE;
    value = item->kind == AW_ITEM_UINT ? (int64_t)item->value : -1 - (int64_t)item->value;
    if (value < (int64_t)f->min || value > (int64_t)f->max)
        return AW_E_RANGE;
    d->ptr += item->len;
    store_uint(member, f->width, (uint64_t)value);
    return AW_OK;
}

/* Text, and byte strings that are no fixed array. */
static enum aw_status store_string(const struct aw_wire_field *f, uint8_t *base,
                                   struct aw_bytes value)
{
    uint8_t *member = base + f->offset;

    switch (f->type) {
    case AW_WIRE_BYTES:
        memcpy(member, &value, sizeof value);
        return AW_OK;
    case AW_WIRE_TEXT:
        /* spec/03-wire.md §2: "Text MUST be well-formed UTF-8" */
        if (!aw_utf8_is_valid(value))
            return AW_E_FORMAT;
        /* spec/03-wire.md §3: "Text MUST NOT contain control characters" */
        if (!aw_utf8_is_printable(value))
            return AW_E_RANGE;
        break;
    default:
        AW_ASSERT(f->type == AW_WIRE_VAR);
        store_uint(base + f->aux, f->aux_width, value.len);
    }
    if (value.len > 0)
        memcpy(member, value.ptr, value.len);
    return AW_OK;
}

/*
 * A byte string of one length has one head, so it is recognised by comparing. What is not goes
 * the general way, which alone decides what is wrong with it: then this returns NULL.
 */
static inline const uint8_t *take_fixed(const uint8_t *ptr, const uint8_t *end,
                                        const struct aw_wire_field *f, uint8_t *base)
{
    size_t width = f->width;

    if (f->type != AW_WIRE_FIXED || width < 24 || width > UINT8_MAX)
        return NULL;
    if ((size_t)(end - ptr) < 2 + width || ptr[0] != 0x58 || ptr[1] != width)
        return NULL;
    memcpy(base + f->offset, ptr + 2, width);
    return ptr + 2 + width;
}

/* The types that come often: UINT to TEXT. Returns where the value ends, NULL if it is bad. */
static inline const uint8_t *take_leaf(struct decoder *d, const uint8_t *ptr,
                                       const struct aw_wire_field *f, uint8_t *base)
{
    static const uint8_t kind_of[] = {
        [AW_WIRE_UINT] = AW_ITEM_UINT,   [AW_WIRE_BOOL] = AW_ITEM_BOOL,
        [AW_WIRE_FIXED] = AW_ITEM_BYTES, [AW_WIRE_VAR] = AW_ITEM_BYTES,
        [AW_WIRE_BYTES] = AW_ITEM_BYTES, [AW_WIRE_TEXT] = AW_ITEM_TEXT,
    };
    const uint8_t *after = take_fixed(ptr, d->end, f, base);
    uint8_t *member = base + f->offset;
    uint64_t value;

    if (after != NULL)
        return after;
    aw_item_read(&d->item, ptr, (size_t)(d->end - ptr));
    if (d->item.kind != kind_of[f->type] || !d->item.is_shortest) {
        d->status = AW_E_FORMAT;
        return NULL;
    }
    value = d->item.value;
    if (value < f->min || value > f->max) {
        d->status = AW_E_RANGE;
        return NULL;
    }
    if (f->type == AW_WIRE_UINT)
        store_uint(member, f->width, value);
    else if (f->type == AW_WIRE_FIXED)
        memcpy(member, d->item.ptr, f->width);
    else if (f->type == AW_WIRE_BOOL)
        *(bool *)member = value != 0;
    else
        d->status = store_string(f, base, (struct aw_bytes){d->item.ptr, (size_t)value});
    return d->status == AW_OK ? ptr + d->item.len : NULL;
}

/* Opens the next map of the frame, whose `map` and `base` are set. */
static enum aw_status open_map(struct decoder *d, struct frame *fr)
{
    enum aw_status st = take(d, AW_ITEM_MAP);

    if (st != AW_OK)
        return st;
    fr->field = fr->map->fields;
    fr->field_end = fr->field + fr->map->field_count;
    fr->pair_count = (size_t)d->item.value;
    return AW_OK;
}

static enum aw_status push(struct decoder *d, const struct aw_wire_field *f, uint8_t *base,
                           size_t count)
{
    struct frame *fr;

    AW_ASSERT(d->depth < AW_WIRE_DEPTH_MAX); /* tables are ours, not input */
    fr = &d->stack[d->depth++];
    fr->map = f->sub;
    fr->base = base + f->offset;
    fr->sibling_count = count - 1;
    return open_map(d, fr);
}

static enum aw_status take_list(struct decoder *d, const struct aw_wire_field *f, uint8_t *base)
{
    enum aw_status st = take(d, AW_ITEM_ARRAY);
    size_t count = (size_t)d->item.value;

    if (st != AW_OK)
        return st;
    if (count < f->min || count > f->max)
        return AW_E_RANGE;
    store_uint(base + f->aux, f->aux_width, count);
    return count == 0 ? AW_OK : push(d, f, base, count);
}

/* After the last pair: what is left in the table must be optional. Then the next in the list. */
static enum aw_status close_map(struct decoder *d, struct frame *fr)
{
    for (; fr->field < fr->field_end; fr->field++) {
        if (fr->field->presence == AW_WIRE_REQUIRED)
            return AW_E_FORMAT;
    }
    if (fr->map->check != NULL) {
        enum aw_status st = fr->map->check(fr->base);

        if (st != AW_OK)
            return st;
    }
    if (fr->sibling_count == 0) {
        d->depth--;
        return AW_OK;
    }
    fr->sibling_count--;
    fr->base += fr->map->struct_len;
    return open_map(d, fr);
}

/* The types that come seldom. */
static enum aw_status take_other(struct decoder *d, const struct aw_wire_field *f, uint8_t *base)
{
    if (f->type == AW_WIRE_INT)
        return take_int(d, f, base + f->offset);
    return f->type == AW_WIRE_MAP ? push(d, f, base, 1) : take_list(d, f, base);
}

/*
 * Finds the field of the next key. Keys are below 24 and so are one byte each; what is not
 * the key of the next field, or of one behind fields that may be absent, is an unknown key, a
 * key twice, one out of order, or one in a longer head: all the same error.
 */
static inline const struct aw_wire_field *find_field(const struct aw_wire_field *f,
                                                     const struct aw_wire_field *f_end, uint8_t key)
{
    for (; f < f_end; f++) {
        if (f->key == key)
            return f;
        if (f->presence == AW_WIRE_REQUIRED)
            return NULL;
    }
    return NULL;
}

/*
 * Reads pairs until the map is over, or behind the first value of a seldom type. Where it stands
 * is kept in locals: through `d` and `fr` it would be stored and loaded again for every field.
 */
static enum aw_status take_pairs(struct decoder *d, struct frame *fr)
{
    const struct aw_wire_field *f = fr->field, *f_end = fr->field_end;
    const uint8_t *ptr = d->ptr, *end = d->end;
    uint8_t *base = fr->base;
    size_t pair_count = fr->pair_count;
    bool is_leaf = true;

    for (; pair_count > 0 && is_leaf; pair_count--, f++) {
        f = ptr < end ? find_field(f, f_end, *ptr) : NULL;
        if (f == NULL)
            return AW_E_FORMAT;
        ptr++;
        if (f->presence == AW_WIRE_FLAGGED)
            *(bool *)(base + f->aux) = true;
        is_leaf = f->type < AW_WIRE_INT;
        if (is_leaf)
            ptr = take_leaf(d, ptr, f, base);
        if (ptr == NULL)
            return d->status;
    }
    d->ptr = ptr;
    fr->field = f;
    fr->pair_count = pair_count;
    return is_leaf ? AW_OK : take_other(d, f - 1, base);
}

static enum aw_status run(struct decoder *d)
{
    enum aw_status st = open_map(d, &d->stack[0]);

    while (st == AW_OK && d->depth > 0) {
        struct frame *fr = &d->stack[d->depth - 1];

        st = fr->pair_count == 0 ? close_map(d, fr) : take_pairs(d, fr);
    }
    return st;
}

enum aw_status aw_message_decode_first(const struct aw_wire_map *map, void *out, struct aw_bytes in,
                                       size_t *used_len)
{
    struct decoder d;
    enum aw_status st;

    d.ptr = in.ptr;
    d.end = in.len > 0 ? in.ptr + in.len : in.ptr;
    d.status = AW_OK;
    d.depth = 1;
    d.stack[0].map = map;
    d.stack[0].base = out;
    d.stack[0].sibling_count = 0;
    memset(out, 0, map->struct_len);
    st = run(&d);
    if (st != AW_OK) {
        aw_wipe(out, map->struct_len); /* an invite holds secrets */
        return st;
    }
    *used_len = (size_t)(d.ptr - in.ptr);
    return AW_OK;
}

enum aw_status aw_message_decode(const struct aw_wire_map *map, void *out, struct aw_bytes in)
{
    size_t used_len;
    enum aw_status st = aw_message_decode_first(map, out, in, &used_len);

    /* spec/03-wire.md §2: "Nothing MUST follow the item" */
    if (st == AW_OK && used_len != in.len) {
        aw_wipe(out, map->struct_len);
        st = AW_E_FORMAT;
    }
    return st;
}

enum aw_status aw_message_decode_padded(const struct aw_wire_map *map, void *out,
                                        struct aw_bytes in)
{
    size_t used_len;
    uint8_t any = 0;
    enum aw_status st = aw_message_decode_first(map, out, in, &used_len);

    if (st != AW_OK)
        return st;
    /* spec/03-wire.md §2: "Padding after the item of a cell MUST be zeros." */
    for (size_t i = used_len; i < in.len; i++)
        any |= in.ptr[i];
    if (any != 0) {
        aw_wipe(out, map->struct_len);
        st = AW_E_FORMAT;
    }
    return st;
}
