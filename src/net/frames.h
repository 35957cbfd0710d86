/* SPDX-License-Identifier: ISC */
#ifndef AW_NET_FRAMES_H
#define AW_NET_FRAMES_H

#include <allswell/link.h>
#include <uv.h>

/*
 * Cuts what arrives on one connection into frames. Whole frames are handed out where they
 * lie in the shared buffer; only one that is incomplete gets memory of its own, and the rest of it
 * is then read straight into that. Both ends of a link use this.
 */
struct aw_frames {
    uint8_t *part; /* a frame that has begun: have of need bytes; NULL: none */
    uint32_t have, need;
};

/* Takes one whole frame, in place. False: stop here, the rest is left. */
typedef bool aw_frames_call(void *ctx, uint8_t *frame, size_t frame_len);

/* Where the next read goes: into the part, or into `shared`. */
uv_buf_t aw_frames_buf(const struct aw_frames *f, uint8_t *shared, size_t shared_len);

/*
 * Takes `len` bytes that were read into aw_frames_buf(), or that were left before.
 *
 * `left` is set to the bytes at the end of `bytes` that were not looked at because `call` returned
 * false. AW_E_FORMAT or AW_E_KEYS from the header; AW_E_LIMIT without memory.
 */
AW_MUST_USE enum aw_status aw_frames_take(struct aw_frames *f, struct aw_link *link, uint8_t *bytes,
                                          size_t len, aw_frames_call *call, void *ctx,
                                          size_t *left);

/* Drops the part. */
void aw_frames_wipe(struct aw_frames *f);

#endif /* AW_NET_FRAMES_H */
