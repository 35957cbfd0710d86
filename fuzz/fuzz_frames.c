/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "crypto/init.h"
#include "net/frames.h"
#include "take.h"

/*
 * Input: a byte of setting, sizes of pieces (a byte each, as many as the next byte says), then what
 * arrives on a connection. Property: whatever the pieces in which it arrives, the same frames come
 * out, in order, and the same status; a frame that is not whole comes out nowhere.
 */

struct seen {
    uint64_t hash; /* of all frames and their lengths */
    size_t count, bytes;
    enum aw_status status;
    bool stops; /* now and then the reader asks for a pause */
};

static bool on_frame(void *ctx, uint8_t *frame, size_t frame_len)
{
    struct seen *s = ctx;

    AW_ASSERT(frame_len >= AW_LINK_HEADER_LEN);
    AW_ASSERT(frame_len - AW_LINK_HEADER_LEN == aw_get_u16(frame));
    s->hash = (s->hash ^ frame_len) * 1099511628211u;
    for (size_t i = 0; i < frame_len; i++)
        s->hash = (s->hash ^ frame[i]) * 1099511628211u;
    memset(frame, 0xee, frame_len); /* it is opened in place */
    s->bytes += frame_len;
    return !s->stops || ++s->count % 3 != 0;
}

/* A link that is ready, made once; `ready` false: the server's before the first frame. */
static struct aw_link make_link(bool ready)
{
    static struct aw_link links[2];
    static bool is_made;
    uint8_t sk[AW_LINK_KEY_LEN], pk[AW_LINK_KEY_LEN], space[2][AW_LINK_FIRST_FRAME_MAX];
    struct aw_buf first = AW_BUF_OF(space[0]), answer = AW_BUF_OF(space[1]);
    struct count count = {0, UINT64_MAX};
    const struct aw_random random = {count_fill, &count};
    struct aw_bytes plain = {NULL, 0};
    struct aw_link client;

    if (!is_made) {
        must(aw_link_keypair(sk, pk, &random), AW_OK);
        must(aw_link_server_init(&links[0], sk, pk), AW_OK);
        must(aw_link_client_init(&client, pk, &random, plain, &first), AW_OK);
        links[1] = links[0];
        must(aw_link_accept(&links[1], first.ptr, first.len, &random, &plain, &answer), AW_OK);
        is_made = true;
    }
    return links[ready];
}

/* `pieces` empty: all at once. */
static struct seen feed(struct aw_bytes in, struct aw_bytes pieces, unsigned setting)
{
    static uint8_t shared[1 << 17];
    struct seen s = {.stops = (setting & 2) != 0};
    struct aw_link link = make_link((setting & 1) != 0);
    struct aw_frames f = {0};

    for (size_t turn = 0; in.len > 0 && s.status == AW_OK; turn++) {
        uv_buf_t buf = aw_frames_buf(&f, shared, sizeof shared);
        size_t take = pieces.len > 0 ? pieces.ptr[turn % pieces.len] + 1u : in.len;
        size_t left;

        take = take < in.len ? take : in.len;
        take = take < buf.len ? take : buf.len;
        memcpy(buf.base, in.ptr, take);
        in = (struct aw_bytes){in.ptr + take, in.len - take};
        s.status = aw_frames_take(&f, &link, (uint8_t *)buf.base, take, on_frame, &s, &left);
        while (s.status == AW_OK && left > 0) {
            size_t at = take - left;

            s.status =
                aw_frames_take(&f, &link, (uint8_t *)buf.base + at, take - at, on_frame, &s, &left);
        }
    }
    aw_frames_wipe(&f);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct take in = {data, size < 65536 ? size : 65536};
    unsigned setting = take_byte(&in);
    size_t count = take_byte(&in) % 16 + 1u;
    struct aw_bytes pieces = {in.ptr, count < in.len ? count : in.len}, rest;
    struct seen whole, cut;

    rest = (struct aw_bytes){in.ptr + pieces.len, in.len - pieces.len};
    whole = feed(rest, (struct aw_bytes){NULL, 0}, setting);
    cut = feed(rest, pieces, setting);
    AW_ASSERT(whole.status == cut.status);
    AW_ASSERT(whole.hash == cut.hash && whole.bytes == cut.bytes);
    AW_ASSERT(whole.bytes <= rest.len);
    return 0;
}
