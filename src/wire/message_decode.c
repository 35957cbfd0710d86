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
    struct frame stack[AW_WIRE_DEPTH_MAX];
    size_t depth;
};

static enum aw_status take(struct decoder *d, enum aw_item_kind kind, struct aw_item *item)
{
    aw_item_read(item, d->ptr, (size_t)(d->end - d->ptr));
    if (item->kind != kind || !item->is_shortest)
        return AW_E_FORMAT;
    d->ptr += item->len;
    return AW_OK;
}

static void store_uint(uint8_t *member, size_t width, uint64_t value)
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
    struct aw_item item;
    int64_t value;

    aw_item_read(&item, d->ptr, (size_t)(d->end - d->ptr));
    if ((item.kind != AW_ITEM_UINT && item.kind != AW_ITEM_NEGINT) || !item.is_shortest)
        return AW_E_FORMAT;
    if (item.value > INT64_MAX)
        return AW_E_RANGE;
    value = item.kind == AW_ITEM_UINT ? (int64_t)item.value : -1 - (int64_t)item.value;
    if (value < (int64_t)f->min || value > (int64_t)f->max)
        return AW_E_RANGE;
    d->ptr += item.len;
    store_uint(member, f->width, (uint64_t)value);
    return AW_OK;
}

static enum aw_status store_string(const struct aw_wire_field *f, uint8_t *base, uint8_t *member,
                                   const struct aw_item *item)
{
    struct aw_bytes value = {item->ptr, (size_t)item->value};

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
    case AW_WIRE_VAR:
        store_uint(base + f->aux, f->aux_width, value.len);
        break;
    default:
        break;
    }
    memcpy(member, value.ptr, value.len);
    return AW_OK;
}

/* Everything but maps and lists. */
static enum aw_status take_leaf(struct decoder *d, const struct aw_wire_field *f, uint8_t *base)
{
    static const uint8_t kind_of[] = {
        [AW_WIRE_UINT] = AW_ITEM_UINT,   [AW_WIRE_BOOL] = AW_ITEM_BOOL,
        [AW_WIRE_FIXED] = AW_ITEM_BYTES, [AW_WIRE_VAR] = AW_ITEM_BYTES,
        [AW_WIRE_BYTES] = AW_ITEM_BYTES, [AW_WIRE_TEXT] = AW_ITEM_TEXT,
    };
    uint8_t *member = base + f->offset;
    struct aw_item item;
    enum aw_status st;

    if (f->type == AW_WIRE_INT)
        return take_int(d, f, member);
    st = take(d, (enum aw_item_kind)kind_of[f->type], &item);
    if (st != AW_OK)
        return st;
    if (f->type == AW_WIRE_BOOL) {
        *(bool *)member = item.value != 0;
        return AW_OK;
    }
    if (item.value < f->min || item.value > f->max)
        return AW_E_RANGE;
    if (f->type == AW_WIRE_UINT) {
        store_uint(member, f->width, item.value);
        return AW_OK;
    }
    return store_string(f, base, member, &item);
}

/* Opens the next map of the frame, whose `map` and `base` are set. */
static enum aw_status open_map(struct decoder *d, struct frame *fr)
{
    struct aw_item item;
    enum aw_status st = take(d, AW_ITEM_MAP, &item);

    fr->field = fr->map->fields;
    fr->field_end = fr->field + fr->map->field_count;
    fr->pair_count = (size_t)item.value;
    return st;
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
    struct aw_item item;
    enum aw_status st = take(d, AW_ITEM_ARRAY, &item);

    if (st != AW_OK)
        return st;
    if (item.value < f->min || item.value > f->max)
        return AW_E_RANGE;
    store_uint(base + f->aux, f->aux_width, item.value);
    return item.value == 0 ? AW_OK : push(d, f, base, (size_t)item.value);
}

/*
 * Finds the field of the next key. Keys are below 24 and so are one byte each; what is not
 * the key of the next field, or of one behind fields that may be absent, is an unknown key, a
 * key twice, one out of order, or one in a longer head: all the same error.
 */
static const struct aw_wire_field *take_key(struct decoder *d, struct frame *fr)
{
    const struct aw_wire_field *f = fr->field;

    if (d->ptr == d->end)
        return NULL;
    while (f < fr->field_end && f->key != *d->ptr) {
        if (f->presence == AW_WIRE_REQUIRED)
            return NULL;
        f++;
    }
    if (f == fr->field_end)
        return NULL;
    d->ptr++;
    fr->pair_count--;
    fr->field = f + 1;
    return f;
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

static enum aw_status run(struct decoder *d)
{
    enum aw_status st = open_map(d, &d->stack[0]);

    while (st == AW_OK && d->depth > 0) {
        struct frame *fr = &d->stack[d->depth - 1];
        const struct aw_wire_field *f;

        if (fr->pair_count == 0) {
            st = close_map(d, fr);
            continue;
        }
        f = take_key(d, fr);
        if (f == NULL)
            return AW_E_FORMAT;
        if (f->presence == AW_WIRE_FLAGGED)
            *(bool *)(fr->base + f->aux) = true;
        if (f->type == AW_WIRE_MAP)
            st = push(d, f, fr->base, 1);
        else if (f->type == AW_WIRE_LIST)
            st = take_list(d, f, fr->base);
        else
            st = take_leaf(d, f, fr->base);
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
