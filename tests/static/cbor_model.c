/* SPDX-License-Identifier: ISC */
/*
 * libcbor's stream decoder as Eva sees it: what cbor_stream_decode() of 0.8 does with any bytes,
 * so that every length can be followed. The test static_cbor_model compares it with the library
 * itself. It reads nothing but source[0 .. size - 1], and calls back once at most.
 */
#include "static/cbor_model.h"

enum { UINT = 0, NEGINT, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE };
enum { FALSE = 20, TRUE, NULL_VALUE, UNDEFINED, ONE_BYTE, HALF, SINGLE, DOUBLE, OPEN = 31 };

/* 0: 0.8 gives up. It knows no simple value without a name, and not every tag. */
static size_t head_len_of(uint8_t major, uint8_t low)
{
    if ((low > DOUBLE && low < OPEN) || (low == OPEN && (major <= NEGINT || major == TAG)) ||
        (major == TAG && low > 5 && low < 21) ||
        (major == SIMPLE && (low < FALSE || low == ONE_BYTE)))
        return 0;
    return low == 24 ? 2 : low == 25 ? 3 : low == 26 ? 5 : low == 27 ? 9 : 1;
}

static uint64_t argument_of(cbor_data source, size_t head_len)
{
    uint64_t value = 0;

    for (size_t i = 1; i < head_len; i++)
        value = value << 8 | source[i];
    return value;
}

static void call_number(bool is_negative, uint64_t value, size_t head_len,
                        const struct cbor_callbacks *cb, void *ctx)
{
    if (head_len <= 2)
        (is_negative ? cb->negint8 : cb->uint8)(ctx, (uint8_t)value);
    else if (head_len == 3)
        (is_negative ? cb->negint16 : cb->uint16)(ctx, (uint16_t)value);
    else if (head_len == 5)
        (is_negative ? cb->negint32 : cb->uint32)(ctx, (uint32_t)value);
    else
        (is_negative ? cb->negint64 : cb->uint64)(ctx, value);
}

static void call_simple(uint8_t low, const struct cbor_callbacks *cb, void *ctx)
{
    if (low <= TRUE)
        cb->boolean(ctx, low == TRUE);
    else if (low == NULL_VALUE)
        cb->null(ctx);
    else if (low == UNDEFINED)
        cb->undefined(ctx);
    else if (low == HALF)
        cb->float2(ctx, 0);
    else if (low == SINGLE)
        cb->float4(ctx, 0);
    else
        cb->float8(ctx, 0);
}

/* All that is no string of known length. */
static void call(uint8_t major, uint8_t low, uint64_t value, size_t head_len,
                 const struct cbor_callbacks *cb, void *ctx)
{
    const cbor_simple_callback open[] = {[BYTES] = cb->byte_string_start,
                                         [TEXT] = cb->string_start,
                                         [ARRAY] = cb->indef_array_start,
                                         [MAP] = cb->indef_map_start,
                                         [SIMPLE] = cb->indef_break};

    if (low == OPEN)
        open[major](ctx);
    else if (major <= NEGINT)
        call_number(major == NEGINT, value, head_len, cb, ctx);
    else if (major == ARRAY)
        cb->array_start(ctx, value);
    else if (major == MAP)
        cb->map_start(ctx, value);
    else if (major == TAG)
        cb->tag(ctx, value);
    else
        call_simple(low, cb, ctx);
}

struct cbor_decoder_result aw_model_decode(cbor_data source, size_t size,
                                           const struct cbor_callbacks *cb, void *ctx)
{
    struct cbor_decoder_result res = {.status = CBOR_DECODER_NEDATA, .required = 1};
    size_t head_len;
    uint8_t major, low;
    uint64_t value;

    if (size == 0)
        return res;
    major = source[0] >> 5;
    low = source[0] & 31;
    head_len = head_len_of(major, low);
    /*@ split head_len; */
    res.required = head_len;
    if (head_len == 0)
        res.status = CBOR_DECODER_ERROR;
    if (head_len == 0 || size < head_len)
        return res;
    value = head_len == 1 ? low : argument_of(source, head_len);
    if ((major == BYTES || major == TEXT) && low != OPEN) {
        res.required += value;
        if (value > size - head_len)
            return res;
        (major == BYTES ? cb->byte_string : cb->string)(ctx, source + head_len, value);
        res.read = head_len + value;
    } else {
        call(major, low, value, head_len, cb, ctx);
        res.read = head_len;
    }
    res.status = CBOR_DECODER_FINISHED;
    res.required = 0;
    return res;
}
