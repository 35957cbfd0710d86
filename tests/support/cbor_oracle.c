/* SPDX-License-Identifier: ISC */
#include "support/cbor_oracle.h"

#include <cbor.h>
#include <string.h>

#define DEPTH_MAX 4

struct cursor {
    const uint8_t *ptr;
    size_t len;
};

/* First byte of a head and its argument, in the shortest form only. */
static bool head(struct cursor *c, unsigned *major, uint64_t *argument)
{
    unsigned low;
    size_t width;

    if (c->len == 0)
        return false;
    *major = c->ptr[0] >> 5;
    low = c->ptr[0] & 31;
    width = low < 24 ? 0 : (size_t)1 << (low - 24);
    if (low > 27 || c->len < 1 + width)
        return false;
    *argument = width == 0 ? low : 0;
    for (size_t i = 1; i <= width; i++)
        *argument = *argument << 8 | c->ptr[i];
    c->ptr += 1 + width;
    c->len -= 1 + width;
    return width == 0 || (width == 1 ? *argument >= 24 : *argument >> (4 * width) != 0);
}

/* Decodes code points, and encodes none: each must be in the range of its length. */
static bool utf8(const uint8_t *p, size_t len)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};

    while (len > 0) {
        size_t need = *p < 0x80             ? 1
                      : (*p & 0xe0) == 0xc0 ? 2
                      : (*p & 0xf0) == 0xe0 ? 3
                      : (*p & 0xf8) == 0xf0 ? 4
                                            : 0;
        uint32_t code = need == 1 ? *p : *p & (0xffu >> (need + 1));

        if (need == 0 || need > len)
            return false;
        for (size_t i = 1; i < need; i++) {
            if ((p[i] & 0xc0) != 0x80)
                return false;
            code = code << 6 | (p[i] & 0x3fu);
        }
        if (code < least[need] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return false;
        p += need;
        len -= need;
    }
    return true;
}

static bool item(struct cursor *c, unsigned depth);

static bool map(struct cursor *c, uint64_t pairs, unsigned depth)
{
    struct cursor before = {NULL, 0};

    for (; pairs > 0; pairs--) {
        struct cursor key = *c;
        unsigned major = c->len > 0 ? c->ptr[0] >> 5 : 7;

        if ((major > 1 && major != 3) || !item(c, depth))
            return false;
        key.len = (size_t)(c->ptr - key.ptr);
        if (before.ptr != NULL) {
            size_t common = before.len < key.len ? before.len : key.len;
            int order = memcmp(before.ptr, key.ptr, common);

            if (order > 0 || (order == 0 && before.len >= key.len))
                return false;
        }
        before = key;
        if (!item(c, depth))
            return false;
    }
    return true;
}

static bool item(struct cursor *c, unsigned depth)
{
    unsigned major;
    uint64_t argument;

    if (!head(c, &major, &argument))
        return false;
    switch (major) {
    case 0:
    case 1:
        return true;
    case 2:
    case 3:
        if (argument > c->len || (major == 3 && !utf8(c->ptr, (size_t)argument)))
            return false;
        c->ptr += argument;
        c->len -= (size_t)argument;
        return true;
    case 4:
        if (depth == DEPTH_MAX)
            return false;
        for (; argument > 0; argument--) {
            if (!item(c, depth + 1))
                return false;
        }
        return true;
    case 5:
        return depth < DEPTH_MAX && map(c, argument, depth + 1);
    case 6:
        return false;
    default:
        return argument == 20 || argument == 21;
    }
}

bool cbor_oracle_accepts(const uint8_t *bytes, size_t len)
{
    struct cursor c = {bytes, len};

    return item(&c, 0) && c.len == 0;
}

/* Items that are still to come, at most as many as bytes. */
struct walk {
    size_t expected;
    size_t room; /* bytes behind the head at hand */
    bool is_bad;
};

static void expect(void *ctx, size_t count)
{
    struct walk *w = ctx;

    if (count > w->room)
        w->is_bad = true;
    else
        w->expected += count;
}

static void expect_pairs(void *ctx, size_t count)
{
    struct walk *w = ctx;

    if (count > w->room / 2)
        w->is_bad = true;
    else
        w->expected += 2 * count;
}

static void refuse(void *ctx)
{
    ((struct walk *)ctx)->is_bad = true;
}

static void expect_one(void *ctx, uint64_t tag)
{
    (void)tag;
    expect(ctx, 1);
}

bool cbor_libcbor_accepts(const uint8_t *bytes, size_t len)
{
    struct cbor_callbacks callbacks = cbor_empty_callbacks;
    struct walk w = {.expected = 1};

    callbacks.array_start = expect;
    callbacks.map_start = expect_pairs;
    callbacks.tag = expect_one;
    callbacks.byte_string_start = callbacks.string_start = refuse;
    callbacks.indef_array_start = callbacks.indef_map_start = callbacks.indef_break = refuse;
    while (w.expected > 0) {
        struct cbor_decoder_result res;

        w.room = len;
        res = cbor_stream_decode(bytes, len, &callbacks, &w);
        if (res.status != CBOR_DECODER_FINISHED || w.is_bad)
            return false;
        bytes += res.read;
        len -= res.read;
        w.expected--;
    }
    return len == 0;
}
