/* SPDX-License-Identifier: ISC */
#include "wire/item.h"

/* The one place where libcbor's events become ours. Each callback runs at most once per read. */

static void set(void *ctx, enum aw_item_kind kind, uint64_t value)
{
    struct aw_item *item = ctx;

    item->kind = kind;
    item->value = value;
    item->ptr = NULL;
}

static void set_string(void *ctx, enum aw_item_kind kind, cbor_data data, size_t len)
{
    struct aw_item *item = ctx;

    item->kind = kind;
    item->value = len;
    item->ptr = data;
}

static void on_uint8(void *ctx, uint8_t value)
{
    set(ctx, AW_ITEM_UINT, value);
}

static void on_uint16(void *ctx, uint16_t value)
{
    set(ctx, AW_ITEM_UINT, value);
}

static void on_uint32(void *ctx, uint32_t value)
{
    set(ctx, AW_ITEM_UINT, value);
}

static void on_uint64(void *ctx, uint64_t value)
{
    set(ctx, AW_ITEM_UINT, value);
}

static void on_negint8(void *ctx, uint8_t value)
{
    set(ctx, AW_ITEM_NEGINT, value);
}

static void on_negint16(void *ctx, uint16_t value)
{
    set(ctx, AW_ITEM_NEGINT, value);
}

static void on_negint32(void *ctx, uint32_t value)
{
    set(ctx, AW_ITEM_NEGINT, value);
}

static void on_negint64(void *ctx, uint64_t value)
{
    set(ctx, AW_ITEM_NEGINT, value);
}

static void on_bytes(void *ctx, cbor_data data, size_t len)
{
    set_string(ctx, AW_ITEM_BYTES, data, len);
}

static void on_text(void *ctx, cbor_data data, size_t len)
{
    set_string(ctx, AW_ITEM_TEXT, data, len);
}

static void on_array(void *ctx, size_t count)
{
    set(ctx, AW_ITEM_ARRAY, count);
}

static void on_map(void *ctx, size_t count)
{
    set(ctx, AW_ITEM_MAP, count);
}

static void on_boolean(void *ctx, bool value)
{
    set(ctx, AW_ITEM_BOOL, value);
}

/* spec/03-wire.md §2: "Lengths and counts MUST be definite." No reader asks for this kind. */
static void on_indefinite(void *ctx)
{
    set(ctx, AW_ITEM_INDEFINITE, 0);
}

static void on_break(void *ctx)
{
    set(ctx, AW_ITEM_BREAK, 0);
}

static void on_tag(void *ctx, uint64_t value)
{
    (void)value;
    set(ctx, AW_ITEM_TAG, 0);
}

static void on_float(void *ctx, float value)
{
    (void)value;
    set(ctx, AW_ITEM_FLOAT, 0);
}

static void on_double(void *ctx, double value)
{
    (void)value;
    set(ctx, AW_ITEM_FLOAT, 0);
}

static void on_simple(void *ctx)
{
    set(ctx, AW_ITEM_SIMPLE, 0);
}

const struct cbor_callbacks aw_item_callbacks = {
    .uint8 = on_uint8,
    .uint16 = on_uint16,
    .uint32 = on_uint32,
    .uint64 = on_uint64,
    .negint64 = on_negint64,
    .negint32 = on_negint32,
    .negint16 = on_negint16,
    .negint8 = on_negint8,
    .byte_string_start = on_indefinite,
    .byte_string = on_bytes,
    .string = on_text,
    .string_start = on_indefinite,
    .indef_array_start = on_indefinite,
    .array_start = on_array,
    .indef_map_start = on_indefinite,
    .map_start = on_map,
    .tag = on_tag,
    .float2 = on_float,
    .float4 = on_float,
    .float8 = on_double,
    .undefined = on_simple,
    .null = on_simple,
    .boolean = on_boolean,
    .indef_break = on_break,
};
