/* SPDX-License-Identifier: ISC */
/* The model of libcbor's stream decoder that Eva reads, beside libcbor: the same result and the
 * same call back for every first two bytes, cut off everywhere, and for random bytes behind each
 * head. */
#include "static/cbor_model.h"
#include "test.h"

#include <string.h>

/* The one call back of a read. */
struct seen {
    unsigned which, count;
    uint64_t value;
    const uint8_t *ptr;
};

static void note(void *ctx, unsigned which, uint64_t value, const uint8_t *ptr)
{
    struct seen *seen = ctx;

    *seen = (struct seen){which, seen->count + 1, value, ptr};
}

#define NUMBER(name, type, which)                                                                  \
    static void name(void *ctx, type value)                                                        \
    {                                                                                              \
        note(ctx, which, (uint64_t)value, NULL);                                                   \
    }
#define STRING(name, which)                                                                        \
    static void name(void *ctx, cbor_data ptr, size_t len)                                         \
    {                                                                                              \
        note(ctx, which, len, ptr);                                                                \
    }
#define SIMPLE(name, which)                                                                        \
    static void name(void *ctx)                                                                    \
    {                                                                                              \
        note(ctx, which, 0, NULL);                                                                 \
    }
/* Of a float nobody asks for the value. */
#define FLOAT(name, type, which)                                                                   \
    static void name(void *ctx, type value)                                                        \
    {                                                                                              \
        (void)value;                                                                               \
        note(ctx, which, 0, NULL);                                                                 \
    }

NUMBER(on_uint8, uint8_t, 1)
NUMBER(on_uint16, uint16_t, 2)
NUMBER(on_uint32, uint32_t, 3)
NUMBER(on_uint64, uint64_t, 4)
NUMBER(on_negint8, uint8_t, 5)
NUMBER(on_negint16, uint16_t, 6)
NUMBER(on_negint32, uint32_t, 7)
NUMBER(on_negint64, uint64_t, 8)
STRING(on_bytes, 9)
STRING(on_text, 10)
NUMBER(on_array, size_t, 11)
NUMBER(on_map, size_t, 12)
NUMBER(on_tag, uint64_t, 13)
NUMBER(on_bool, bool, 14)
FLOAT(on_half, float, 15)
FLOAT(on_single, float, 16)
FLOAT(on_double, double, 17)
SIMPLE(on_open_bytes, 18)
SIMPLE(on_open_text, 19)
SIMPLE(on_open_array, 20)
SIMPLE(on_open_map, 21)
SIMPLE(on_undefined, 22)
SIMPLE(on_null, 23)
SIMPLE(on_break, 24)

static const struct cbor_callbacks callbacks = {
    .uint8 = on_uint8,
    .uint16 = on_uint16,
    .uint32 = on_uint32,
    .uint64 = on_uint64,
    .negint8 = on_negint8,
    .negint16 = on_negint16,
    .negint32 = on_negint32,
    .negint64 = on_negint64,
    .byte_string = on_bytes,
    .byte_string_start = on_open_bytes,
    .string = on_text,
    .string_start = on_open_text,
    .array_start = on_array,
    .indef_array_start = on_open_array,
    .map_start = on_map,
    .indef_map_start = on_open_map,
    .tag = on_tag,
    .float2 = on_half,
    .float4 = on_single,
    .float8 = on_double,
    .undefined = on_undefined,
    .null = on_null,
    .boolean = on_bool,
    .indef_break = on_break,
};

static bool same(const uint8_t *bytes, size_t len)
{
    struct seen theirs = {0}, ours = {0};
    struct cbor_decoder_result a = cbor_stream_decode(bytes, len, &callbacks, &theirs);
    struct cbor_decoder_result b = aw_model_decode(bytes, len, &callbacks, &ours);

    return a.status == b.status && a.read == b.read && a.required == b.required &&
           theirs.which == ours.which && theirs.count == ours.count && ours.count <= 1 &&
           theirs.value == ours.value && theirs.ptr == ours.ptr;
}

static void test_all_heads(void)
{
    uint8_t bytes[40] = {0};
    size_t different = 0;

    for (unsigned two = 0; two <= UINT16_MAX; two++) {
        bytes[0] = (uint8_t)(two >> 8);
        bytes[1] = (uint8_t)two;
        for (size_t len = 0; len <= sizeof bytes; len++)
            different += !same(bytes, len);
    }
    T_EQ(different, 0);
}

/* Arguments of all sizes, most of them small so that strings are complete. */
static void test_random_arguments(void)
{
    static uint8_t bytes[70000];
    uint64_t x = 88172645463325252u;
    size_t different = 0;

    for (unsigned round = 0; round < 200000; round++) {
        for (size_t i = 0; i < 9; i++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            bytes[i] = (uint8_t)((x >> 40 & 3) == 0 ? x >> 8 : 0);
        }
        bytes[0] = (uint8_t)(x >> 16);
        different += !same(bytes, (x >> 50 & 1) == 0 ? sizeof bytes : (size_t)(x >> 24 & 0x3ff));
    }
    T_EQ(different, 0);
}

/* The comparison sees a model that is wrong by one byte. */
static void test_the_comparison_can_fail(void)
{
    const uint8_t bytes[2] = {0x41, 0xff};
    struct seen a = {0}, b = {0};

    T_EQ(aw_model_decode(bytes, 2, &callbacks, &a).read, 2u);
    T_EQ(aw_model_decode(bytes, 1, &callbacks, &b).read, 0u);
    T_TRUE(a.count == 1 && b.count == 0);
}

int main(void)
{
    T_RUN(test_all_heads);
    T_RUN(test_random_arguments);
    T_RUN(test_the_comparison_can_fail);
    return t_end();
}
