/* SPDX-License-Identifier: ISC */
#ifndef AW_FUZZ_TAKE_H
#define AW_FUZZ_TAKE_H

#include "fuzz.h"

#include <allswell/base.h>

#include <string.h>

/* What an action trace is read from: beyond the end there are zeros. */
struct take {
    const uint8_t *ptr;
    size_t len;
};

static inline uint8_t take_byte(struct take *t)
{
    if (t->len == 0)
        return 0;
    t->len--;
    return *t->ptr++;
}

/* Up to `max` bytes; how many, the next two bytes say. */
static inline struct aw_bytes take_bytes(struct take *t, size_t max)
{
    size_t want = (size_t)take_byte(t) << 8 | take_byte(t);
    struct aw_bytes got = {t->ptr, want % (max + 1)};

    if (got.len > t->len)
        got.len = t->len;
    if (got.len > 0)
        t->ptr += got.len;
    t->len -= got.len;
    return got;
}

/* For calls with an effect, which an assertion must not hold. */
static inline void must(enum aw_status got, enum aw_status want)
{
    AW_ASSERT(got == want);
}

/* A random source that counts: deterministic, and no two fills are alike. */
struct count {
    uint64_t fills, fills_max;
};

static inline bool count_fill(void *ctx, uint8_t *out, size_t len)
{
    struct count *c = ctx;

    if (c->fills == c->fills_max)
        return false;
    c->fills++;
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)((c->fills * 0x9e3779b97f4a7c15u + i * 0xbf58476d1ce4e5b9u) >> 56);
    return true;
}

#endif /* AW_FUZZ_TAKE_H */
