/* SPDX-License-Identifier: ISC */
#include "net/frames.h"

#include "base/bytes.h"
#include "store/alloc.h"

#include <string.h>

uv_buf_t aw_frames_buf(const struct aw_frames *f, uint8_t *shared, size_t shared_len)
{
    if (f->part != NULL)
        return uv_buf_init((char *)f->part + f->have, f->need - f->have);
    return uv_buf_init((char *)shared, (unsigned)shared_len);
}

void aw_frames_wipe(struct aw_frames *f)
{
    if (f->part != NULL)
        aw_wipe(f->part, f->need);
    aw_free(f->part);
    *f = (struct aw_frames){0};
}

static enum aw_status begin_part(struct aw_frames *f, const uint8_t *bytes, size_t have,
                                 size_t need)
{
    f->part = aw_alloc(need);
    if (f->part == NULL)
        return AW_E_LIMIT;
    memcpy(f->part, bytes, have);
    f->have = (uint32_t)have;
    f->need = (uint32_t)need;
    return AW_OK;
}

/* The part has got more; `call` may end the connection, so it owns nothing of ours then. */
static enum aw_status continue_part(struct aw_frames *f, struct aw_link *link, aw_frames_call *call,
                                    void *ctx)
{
    struct aw_frames whole = *f;
    size_t need = f->need;
    uint8_t *grown;

    if (f->have < f->need)
        return AW_OK;
    if (need == AW_LINK_HEADER_LEN) { /* only now is its length known */
        enum aw_status st = aw_link_frame_len(link, f->part, &need);

        if (st != AW_OK)
            return st;
        grown = aw_realloc(f->part, need);
        if (grown == NULL)
            return AW_E_LIMIT;
        f->part = grown;
        f->need = (uint32_t)need;
        return AW_OK;
    }
    *f = (struct aw_frames){0};
    (void)call(ctx, whole.part, whole.need); /* nothing follows, so no need to stop */
    aw_frames_wipe(&whole);
    return AW_OK;
}

enum aw_status aw_frames_take(struct aw_frames *f, struct aw_link *link, uint8_t *bytes, size_t len,
                              aw_frames_call *call, void *ctx, size_t *left)
{
    *left = 0;
    if (f->part != NULL) {
        f->have += (uint32_t)len;
        return continue_part(f, link, call, ctx);
    }
    while (len > 0) {
        size_t need = AW_LINK_HEADER_LEN;

        if (len >= AW_LINK_HEADER_LEN) {
            enum aw_status st = aw_link_frame_len(link, bytes, &need);

            if (st != AW_OK)
                return st;
        }
        if (len < need)
            return begin_part(f, bytes, len, need);
        bytes += need;
        len -= need;
        if (!call(ctx, bytes - need, need)) {
            *left = len;
            break;
        }
    }
    return AW_OK;
}
