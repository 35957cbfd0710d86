/* SPDX-License-Identifier: ISC */
#include <allswell/link.h>

#include "base/bytes.h"
#include "crypto/init.h"
#include "crypto/verify.h"
#include "take.h"

/*
 * Input: actions on a pair of links, frames true, damaged, repeated or invented. Property: what
 * comes out is what went in, in order; the first other frame closes the link for good, erases
 * its keys, and gives nothing away.
 */
struct end {
    struct aw_link link;
    uint8_t frame[AW_LINK_FIRST_FRAME_MAX]; /* under way to this end */
    size_t frame_len;
    uint8_t plain[AW_LINK_FIRST_MAX];
    size_t plain_len;
};

static void keep_plain(struct end *to, struct aw_bytes plain)
{
    if (plain.len > 0)
        memcpy(to->plain, plain.ptr, plain.len);
    to->plain_len = plain.len;
}

static void start(struct end end[2], struct take *in, const struct aw_random *random)
{
    struct aw_bytes first = take_bytes(in, AW_LINK_FIRST_MAX);
    struct aw_buf out = AW_BUF_OF(end[1].frame);
    uint8_t sk[AW_LINK_KEY_LEN], pk[AW_LINK_KEY_LEN];
    enum aw_status st = aw_link_keypair(sk, pk, random);

    AW_ASSERT(st == AW_OK);
    st = aw_link_server_init(&end[1].link, sk, pk);
    AW_ASSERT(st == AW_OK);
    st = aw_link_client_init(&end[0].link, pk, random, first, &out);
    AW_ASSERT(st == AW_OK);
    keep_plain(&end[1], first);
    end[1].frame_len = out.len;
    end[0].frame_len = 0;
}

static void seal(struct end *from, struct end *to, struct take *in)
{
    struct aw_bytes plain = take_bytes(in, AW_LINK_FIRST_MAX);

    if (to->frame_len > 0 || !aw_link_is_ready(&from->link))
        return;
    keep_plain(to, plain);
    memcpy(to->frame + AW_LINK_HEADER_LEN, to->plain, plain.len);
    must(aw_link_seal(&from->link, to->frame, sizeof to->frame, plain.len, &to->frame_len), AW_OK);
    AW_ASSERT(to->frame_len == AW_LINK_HEADER_LEN + plain.len + AW_LINK_MAC_LEN);
}

/* One frame through the door that the state of the link opens for it. */
static enum aw_status take_frame(struct end *to, struct end *from, uint8_t *frame, size_t len,
                                 const struct aw_random *random, struct aw_bytes *plain)
{
    uint8_t answer[AW_LINK_ANSWER_LEN];
    struct aw_buf out = AW_BUF_OF(answer);
    enum aw_status st;

    if (aw_link_is_ready(&to->link))
        return aw_link_open(&to->link, frame, len, plain);
    st = aw_link_accept(&to->link, frame, len, random, plain, &out);
    if (st == AW_E_STATE)
        return aw_link_finish(&to->link, frame, len);
    if (st == AW_OK) {
        AW_ASSERT(out.len == sizeof answer);
        memcpy(from->frame, answer, sizeof answer);
        from->frame_len = sizeof answer;
        from->plain_len = 0;
    }
    return st;
}

static void check_closed(struct end *e)
{
    const uint8_t header[AW_LINK_HEADER_LEN] = {0, 48};
    size_t len = 0;

    AW_ASSERT(aw_secret_is_zero(&e->link, sizeof e->link));
    must(aw_link_frame_len(&e->link, header, &len), AW_E_KEYS);
    must(aw_link_seal(&e->link, e->frame, sizeof e->frame, 0, &len), AW_E_KEYS);
    AW_ASSERT(!aw_link_is_ready(&e->link) && len == 0);
}

static void deliver(struct end *to, struct end *from, const struct aw_random *random)
{
    struct aw_bytes plain = {NULL, 0};
    size_t len = 0;
    enum aw_status st;

    if (to->frame_len == 0)
        return;
    st = aw_link_frame_len(&to->link, to->frame, &len);
    AW_ASSERT(st == AW_E_KEYS || (st == AW_OK && len == to->frame_len));
    st = take_frame(to, from, to->frame, to->frame_len, random, &plain);
    AW_ASSERT(st == AW_E_KEYS || st == AW_OK);
    if (st == AW_OK) {
        AW_ASSERT(plain.len == to->plain_len);
        AW_ASSERT(plain.len == 0 || memcmp(plain.ptr, to->plain, plain.len) == 0);
    }
    to->frame_len = 0;
}

/* A frame that the peer did not send: invented, or its own with one bit changed. */
static void attack(struct end *to, struct end *from, struct take *in, bool invent,
                   const struct aw_random *random)
{
    static uint8_t frame[AW_LINK_FIRST_FRAME_MAX];
    size_t bit = (size_t)take_byte(in) << 8 | take_byte(in), len = to->frame_len;
    struct aw_bytes made, plain = {NULL, 0};
    enum aw_status st;

    if (invent) {
        made = take_bytes(in, sizeof frame);
        len = made.len;
        if (len > 0)
            memcpy(frame, made.ptr, len);
    } else if (len > 0) {
        memcpy(frame, to->frame, len);
        frame[bit / 8 % len] ^= (uint8_t)(1u << bit % 8);
    } else {
        return;
    }
    st = take_frame(to, from, frame, len, random, &plain);
    AW_ASSERT(st == AW_E_FORMAT || st == AW_E_AUTH || st == AW_E_KEYS);
    AW_ASSERT(plain.ptr == NULL && plain.len == 0);
    check_closed(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct count count = {0, UINT64_MAX};
    const struct aw_random random = {count_fill, &count};
    struct take in = {data, size};
    static struct end end[2];

    start(end, &in, &random);
    for (size_t i = 0; i < 32 && in.len > 0; i++) {
        uint8_t action = take_byte(&in);
        struct end *me = &end[action & 1], *peer = &end[1 - (action & 1)];

        switch (action >> 1 & 7) {
        case 0:
        case 1:
        case 2:
            seal(me, peer, &in);
            break;
        case 3:
        case 4:
        case 5:
            deliver(me, peer, &random);
            break;
        case 6:
            attack(me, peer, &in, false, &random);
            break;
        default:
            attack(me, peer, &in, true, &random);
        }
    }
    return 0;
}
