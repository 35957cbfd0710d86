/* SPDX-License-Identifier: ISC */
/* net/frames.c with the length rule of crypto/link.c: what arrives, in pieces of any length. See
 * README.md. */
#include "net/frames.h"
#include "static/eva.h"
#include "store/alloc.h"

#ifndef EVA_PIECE_MAX
#define EVA_PIECE_MAX 60
#endif

/* Memory: what is asked for lies at the end of a block. There is one part at a time, and while it
 * grows, two. */
#define BLOCK_LEN (AW_LINK_FRAME_MAX + 1)
static uint8_t block[BLOCK_LEN], grown[BLOCK_LEN];

void *aw_alloc(size_t len)
{
    return Frama_C_interval(0, 1) == 0 ? NULL : block + BLOCK_LEN - len;
}

void *aw_realloc(void *ptr, size_t len)
{
    uint8_t *to = grown + BLOCK_LEN - len;

    if (Frama_C_interval(0, 1) == 0)
        return NULL;
    to[0] = ((uint8_t *)ptr)[0];
    to[1] = ((uint8_t *)ptr)[1];
    return to;
}

void aw_free(void *ptr)
{
    (void)ptr;
}

/* What a link does with a frame: it reads and writes all of it, and may stop there. */
static bool on_frame(void *ctx, uint8_t *frame, size_t frame_len)
{
    (void)ctx;
    /*@ assert frame_len > AW_LINK_HEADER_LEN; */
    frame[0] = 0;
    frame[frame_len - 1] = 0;
    return Frama_C_interval(0, 1) != 0;
}

static struct aw_link any_link(void)
{
    struct aw_link link = {.phase = (uint8_t)Frama_C_interval(0, 3)};

    return link;
}

/* No part is there: a whole read. */
static void take_first(size_t len)
{
    struct aw_frames f = {NULL, 0, 0};
    struct aw_link link = any_link();
    size_t left;

    Frama_C_make_unknown((char *)eva_input, sizeof eva_input);
    if (aw_frames_take(&f, &link, eva_input + EVA_LEN_MAX - len, len, on_frame, NULL, &left) ==
        AW_OK) {
        /*@ assert left <= len; */
        /*@ assert f.part == \null || f.have < f.need; */
    }
}

/* A part is there: the read goes into it. */
static void take_next(uint32_t need, uint32_t have)
{
    struct aw_frames f = {aw_alloc(need), have, need};
    struct aw_link link = any_link();
    uint8_t shared[1];
    uv_buf_t buf;
    size_t left, len;

    if (f.part == NULL)
        return;
    buf = aw_frames_buf(&f, shared, sizeof shared);
    /*@ assert buf.len > 0 && \valid(buf.base + (0 .. buf.len - 1)); */
    Frama_C_make_unknown(buf.base, buf.len);
    len = Frama_C_unsigned_long_interval(1, buf.len);
    /*@ split len; */
    if (aw_frames_take(&f, &link, (uint8_t *)buf.base, len, on_frame, NULL, &left) == AW_OK) {
        /*@ assert left == 0; */
        /*@ assert f.part == \null || f.have < f.need; */
    }
}

static void wipe(uint32_t need)
{
    struct aw_frames f = {aw_alloc(need), 1, need};

    aw_frames_wipe(&f);
    /*@ assert f.part == \null; */
}

void main(void)
{
    /*@ loop unroll EVA_PIECE_MAX + 1; */
    for (size_t len = 0; len <= EVA_PIECE_MAX; len++)
        take_first(len);
    /*@ loop unroll EVA_PIECE_MAX + 1; */
    for (uint32_t need = AW_LINK_HEADER_LEN; need <= EVA_PIECE_MAX; need++) {
        take_next(need, 1);
        take_next(need, need - 1);
        if (need >= 20)
            take_next(need, need - 18);
        wipe(need);
    }
}
