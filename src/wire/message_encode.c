/* SPDX-License-Identifier: ISC */
#include "base/assert.h"
#include "wire/message.h"
#include "wire/utf8.h"
#include "wire/wr.h"

#include <string.h>

/* One open map, and how many more maps follow it in its list. */
struct frame {
    const struct aw_wire_map *map;
    const struct aw_wire_field *field, *field_end;
    const uint8_t *base;
    size_t sibling_count;
};

struct encoder {
    struct aw_wr wr;
    struct frame stack[AW_WIRE_DEPTH_MAX];
    size_t depth;
};

static uint64_t load_uint(const uint8_t *member, size_t width)
{
    uint16_t v16;
    uint32_t v32;
    uint64_t v64;

    switch (width) {
    case 1:
        return *member;
    case 2:
        memcpy(&v16, member, sizeof v16);
        return v16;
    case 4:
        memcpy(&v32, member, sizeof v32);
        return v32;
    default:
        AW_ASSERT(width == 8);
        memcpy(&v64, member, sizeof v64);
        return v64;
    }
}

static int64_t load_int(const uint8_t *member, size_t width)
{
    int32_t v32;

    AW_ASSERT(width == sizeof v32);
    memcpy(&v32, member, sizeof v32);
    return v32;
}

/* The string of a FIXED, VAR, BYTES or TEXT field. */
static struct aw_bytes string_of(const struct aw_wire_field *f, const uint8_t *base)
{
    const uint8_t *member = base + f->offset;
    const uint8_t *zero;
    struct aw_bytes value;

    switch (f->type) {
    case AW_WIRE_FIXED:
        return (struct aw_bytes){member, f->width};
    case AW_WIRE_VAR:
        return (struct aw_bytes){member, (size_t)load_uint(base + f->aux, f->aux_width)};
    case AW_WIRE_BYTES:
        memcpy(&value, member, sizeof value);
        return value;
    default:
        zero = memchr(member, 0, f->width);
        return (struct aw_bytes){member, zero != NULL ? (size_t)(zero - member) : f->width};
    }
}

static bool is_present(const struct aw_wire_field *f, const uint8_t *base)
{
    if (f->presence == AW_WIRE_FLAGGED)
        return *(const bool *)(base + f->aux);
    if (f->presence == AW_WIRE_REQUIRED)
        return true;
    /* spec/03-wire.md §3: "is absent when it would be; a sender MUST NOT write it": one message,
     * one encoding. */
    if (f->type == AW_WIRE_UINT)
        return load_uint(base + f->offset, f->width) != 0;
    return string_of(f, base).len > 0;
}

static void put_string(struct encoder *e, const struct aw_wire_field *f, const uint8_t *base)
{
    struct aw_bytes value = string_of(f, base);

    if (value.len < f->min || value.len > f->max) {
        aw_wr_fail(&e->wr, AW_E_RANGE);
        return;
    }
    if (f->type != AW_WIRE_TEXT) {
        aw_wr_bytes(&e->wr, value);
        return;
    }
    if (aw_utf8_is_valid(value) && !aw_utf8_is_printable(value))
        aw_wr_fail(&e->wr, AW_E_RANGE);
    aw_wr_text(&e->wr, value);
}

static void put_number(struct encoder *e, const struct aw_wire_field *f, const uint8_t *base)
{
    const uint8_t *member = base + f->offset;
    uint64_t value;
    int64_t number;

    if (f->type == AW_WIRE_UINT) {
        value = load_uint(member, f->width);
        if (value < f->min || value > f->max)
            aw_wr_fail(&e->wr, AW_E_RANGE);
        aw_wr_uint(&e->wr, value);
        return;
    }
    number = load_int(member, f->width);
    if (number < (int64_t)f->min || number > (int64_t)f->max)
        aw_wr_fail(&e->wr, AW_E_RANGE);
    aw_wr_int(&e->wr, number);
}

/* Opens the next map of the frame: its head is the number of fields that are present. */
static void open_map(struct encoder *e, struct frame *fr)
{
    enum aw_status st = fr->map->check != NULL ? fr->map->check(fr->base) : AW_OK;
    size_t pair_count = 0;

    fr->field = fr->map->fields;
    fr->field_end = fr->field + fr->map->field_count;
    for (const struct aw_wire_field *f = fr->field; f < fr->field_end; f++)
        pair_count += is_present(f, fr->base);
    if (st != AW_OK)
        aw_wr_fail(&e->wr, st);
    aw_wr_map(&e->wr, pair_count);
}

static void push(struct encoder *e, const struct aw_wire_field *f, const uint8_t *base,
                 size_t count)
{
    struct frame *fr;

    AW_ASSERT(e->depth < AW_WIRE_DEPTH_MAX); /* tables are ours, not input */
    fr = &e->stack[e->depth++];
    fr->map = f->sub;
    fr->base = base + f->offset;
    fr->sibling_count = count - 1;
    open_map(e, fr);
}

static void put_list(struct encoder *e, const struct aw_wire_field *f, const uint8_t *base)
{
    uint64_t count = load_uint(base + f->aux, f->aux_width);

    if (count < f->min || count > f->max) {
        aw_wr_fail(&e->wr, AW_E_RANGE);
        return;
    }
    aw_wr_array(&e->wr, (size_t)count);
    if (count > 0)
        push(e, f, base, (size_t)count);
}

static void put_field(struct encoder *e, const struct aw_wire_field *f, const uint8_t *base)
{
    aw_wr_uint(&e->wr, f->key);
    switch (f->type) {
    case AW_WIRE_UINT:
    case AW_WIRE_INT:
        put_number(e, f, base);
        return;
    case AW_WIRE_BOOL:
        aw_wr_bool(&e->wr, *(const bool *)(base + f->offset));
        return;
    case AW_WIRE_MAP:
        push(e, f, base, 1);
        return;
    case AW_WIRE_LIST:
        put_list(e, f, base);
        return;
    default:
        put_string(e, f, base);
    }
}

/* Takes the frame to its next map, or away. */
static void close_map(struct encoder *e, struct frame *fr)
{
    if (fr->sibling_count == 0) {
        e->depth--;
        return;
    }
    fr->sibling_count--;
    fr->base += fr->map->struct_len;
    open_map(e, fr);
}

static void put_message(struct encoder *e, const struct aw_wire_map *map, const void *message)
{
    e->depth = 1;
    e->stack[0] = (struct frame){.map = map, .base = message};
    open_map(e, &e->stack[0]);
    while (e->wr.status == AW_OK && e->depth > 0) {
        struct frame *fr = &e->stack[e->depth - 1];

        if (fr->field == fr->field_end) {
            close_map(e, fr);
            continue;
        }
        if (is_present(fr->field, fr->base))
            put_field(e, fr->field++, fr->base);
        else
            fr->field++;
    }
}

enum aw_status aw_message_encode(const struct aw_wire_map *map, const void *message,
                                 struct aw_buf *buf)
{
    struct encoder e;

    aw_wr_init(&e.wr, buf);
    put_message(&e, map, message);
    return aw_wr_end(&e.wr);
}

enum aw_status aw_message_encode_padded(const struct aw_wire_map *map, const void *message,
                                        struct aw_buf *buf, size_t total_len)
{
    struct encoder e;

    aw_wr_init(&e.wr, buf);
    put_message(&e, map, message);
    aw_wr_pad(&e.wr, total_len);
    return aw_wr_end(&e.wr);
}
