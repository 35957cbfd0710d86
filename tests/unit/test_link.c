/* SPDX-License-Identifier: ISC */
#include "test.h"

#include <allswell/link.h>

#include "base/bytes.h"
#include "crypto/verify.h"

struct ends {
    uint8_t secret_key[32], public_key[32];
    struct t_rng rng;
    struct aw_random random;
    struct aw_link client, relay;
    uint8_t hello[AW_LINK_FIRST_FRAME_MAX];
    struct aw_buf hello_buf;
};

static const struct aw_bytes none = {NULL, 0};

static void start(struct ends *e, struct aw_bytes first)
{
    e->rng = t_rng(11);
    e->random = t_random(&e->rng);
    e->hello_buf = AW_BUF_OF(e->hello);
    T_EQ(aw_link_keypair(e->secret_key, e->public_key, &e->random), AW_OK);
    T_EQ(aw_link_server_init(&e->relay, e->secret_key, e->public_key), AW_OK);
    T_EQ(aw_link_client_init(&e->client, e->public_key, &e->random, first, &e->hello_buf), AW_OK);
}

static void connect_ends(struct ends *e)
{
    uint8_t wire[AW_LINK_ANSWER_LEN];
    struct aw_buf answer = AW_BUF_OF(wire);
    struct aw_bytes plain;

    start(e, none);
    T_EQ(aw_link_accept(&e->relay, e->hello, e->hello_buf.len, &e->random, &plain, &answer), AW_OK);
    T_EQ(plain.len, 0);
    T_EQ(aw_link_finish(&e->client, wire, answer.len), AW_OK);
    T_TRUE(aw_link_is_ready(&e->client) && aw_link_is_ready(&e->relay));
}

/* Every call on a closed link says so. */
static void check_closed(struct aw_link *link)
{
    uint8_t frame[64] = {0, 16};
    struct aw_buf out = AW_BUF_OF(frame);
    struct aw_bytes plain;
    size_t len;

    T_TRUE(!aw_link_is_ready(link));
    T_TRUE(aw_secret_is_zero(link, sizeof *link)); /* no key is left */
    T_EQ(aw_link_frame_len(link, frame, &len), AW_E_KEYS);
    T_EQ(aw_link_seal(link, frame, sizeof frame, 1, &len), AW_E_KEYS);
    T_EQ(aw_link_open(link, frame, 18, &plain), AW_E_KEYS);
    T_EQ(aw_link_accept(link, frame, 18, NULL, &plain, &out), AW_E_KEYS);
    T_EQ(aw_link_finish(link, frame, 18), AW_E_KEYS);
}

/* Goal: the first frame carries requests up to its limit, and the relay sees them in place.
 * Method: 0, 1 and 4,096 bytes; 4,097 are refused and leave the buffer alone. */
static void test_first_frame(void)
{
    static uint8_t first[AW_LINK_FIRST_MAX + 1];
    static const size_t lens[] = {0, 1, AW_LINK_FIRST_MAX};
    uint8_t wire[AW_LINK_ANSWER_LEN];
    struct aw_bytes plain;
    struct ends e;
    size_t len;

    memset(first, 0x42, sizeof first);
    for (size_t i = 0; i < 3; i++) {
        struct aw_buf answer = AW_BUF_OF(wire);

        start(&e, (struct aw_bytes){first, lens[i]});
        T_EQ(e.hello_buf.len, lens[i] + 50);
        T_EQ(aw_link_frame_len(&e.relay, e.hello, &len), AW_OK);
        T_EQ(len, e.hello_buf.len);
        T_EQ(aw_link_accept(&e.relay, e.hello, len, &e.random, &plain, &answer), AW_OK);
        T_TRUE(plain.ptr == e.hello + 34);
        T_EQ(plain.len, lens[i]);
        T_MEM_EQ(plain.ptr, first, plain.len);
        T_EQ(aw_link_frame_len(&e.client, wire, &len), AW_OK);
        T_EQ(len, AW_LINK_ANSWER_LEN);
        T_EQ(answer.len, AW_LINK_ANSWER_LEN);
        T_EQ(aw_link_finish(&e.client, wire, len), AW_OK);
    }
    e.hello_buf.len = 0;
    T_EQ(aw_link_client_init(&e.client, e.public_key, &e.random,
                             (struct aw_bytes){first, sizeof first}, &e.hello_buf),
         AW_E_SPACE);
    T_EQ(e.hello_buf.len, 0);
    e.hello_buf.cap = 50;
    T_EQ(aw_link_client_init(&e.client, e.public_key, &e.random, (struct aw_bytes){first, 1},
                             &e.hello_buf),
         AW_E_SPACE);
    check_closed(&e.client);
}

/* Goal: frames of every kind of length pass in both directions, in place.
 * Method: 0, 1, 512, and the longest, 100 times each. */
static void test_frames(void)
{
    static uint8_t frame[AW_LINK_FRAME_MAX];
    static const size_t lens[] = {0, 1, 512, AW_LINK_PLAIN_MAX};
    struct aw_bytes plain;
    struct ends e;
    size_t len, told;

    connect_ends(&e);
    for (unsigned i = 0; i < 400; i++) {
        struct aw_link *from = i % 2 ? &e.client : &e.relay, *to = i % 2 ? &e.relay : &e.client;
        size_t n = lens[i / 2 % 4];

        memset(frame + AW_LINK_HEADER_LEN, (int)(i & 0xff), n);
        T_EQ(aw_link_seal(from, frame, sizeof frame, n, &len), AW_OK);
        T_EQ(len, n + AW_LINK_HEADER_LEN + AW_LINK_MAC_LEN);
        T_EQ(aw_link_frame_len(to, frame, &told), AW_OK);
        T_EQ(told, len);
        T_EQ(aw_link_open(to, frame, len, &plain), AW_OK);
        T_TRUE(plain.ptr == frame + AW_LINK_HEADER_LEN && plain.len == n);
        for (size_t at = 0; at < n; at += 97)
            T_EQ(plain.ptr[at], (uint8_t)i);
    }
    T_EQ(aw_link_seal(&e.client, frame, sizeof frame, AW_LINK_PLAIN_MAX + 1, &len), AW_E_SPACE);
    T_EQ(aw_link_seal(&e.client, frame, 20, 3, &len), AW_E_SPACE);
    T_EQ(aw_link_seal(&e.client, frame, 21, 3, &len), AW_OK);
}

/* Goal: a flipped bit anywhere in a frame closes the link. Method: each bit of each kind. */
static void test_damage_closes(void)
{
    uint8_t wire[AW_LINK_ANSWER_LEN], again[AW_LINK_ANSWER_LEN], sealed[64], frame[64];
    struct aw_buf answer = AW_BUF_OF(wire);
    struct aw_bytes plain;
    struct aw_link saved;
    struct ends e;
    size_t len;

    start(&e, none);
    saved = e.relay;
    for (size_t bit = 0; bit < 8 * e.hello_buf.len; bit++) {
        struct aw_buf out = AW_BUF_OF(again);
        enum aw_status st;

        e.hello[bit / 8] ^= (uint8_t)(1u << bit % 8);
        st = aw_link_accept(&e.relay, e.hello, e.hello_buf.len, &e.random, &plain, &out);
        T_EQ(st, bit < 16 ? AW_E_FORMAT : AW_E_AUTH);
        T_EQ(out.len, 0);
        check_closed(&e.relay);
        e.relay = saved;
        e.hello[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    T_EQ(aw_link_accept(&e.relay, e.hello, e.hello_buf.len, &e.random, &plain, &answer), AW_OK);
    saved = e.client;
    for (size_t bit = 0; bit < 8 * answer.len; bit++) {
        wire[bit / 8] ^= (uint8_t)(1u << bit % 8);
        T_EQ(aw_link_finish(&e.client, wire, answer.len), bit < 16 ? AW_E_FORMAT : AW_E_AUTH);
        check_closed(&e.client);
        e.client = saved;
        wire[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    T_EQ(aw_link_finish(&e.client, wire, answer.len), AW_OK);
    memset(sealed, 1, sizeof sealed);
    T_EQ(aw_link_seal(&e.client, sealed, sizeof sealed, 20, &len), AW_OK);
    saved = e.relay;
    for (size_t bit = 0; bit < 8 * len; bit++) {
        memcpy(frame, sealed, len);
        frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
        T_EQ(aw_link_open(&e.relay, frame, len, &plain), bit < 16 ? AW_E_FORMAT : AW_E_AUTH);
        check_closed(&e.relay);
        e.relay = saved;
    }
}

/* Goal: replay, reordering and reflection close the link. Method: each played once. */
static void test_replay_reorder_reflect(void)
{
    uint8_t one[32] = {0}, two[32] = {0}, copy[32];
    struct aw_bytes plain;
    struct aw_link saved;
    struct ends e;
    size_t len;

    connect_ends(&e);
    T_EQ(aw_link_seal(&e.client, one, sizeof one, 4, &len), AW_OK);
    T_EQ(aw_link_seal(&e.client, two, sizeof two, 4, &len), AW_OK);
    memcpy(copy, one, sizeof copy);
    saved = e.client;
    T_EQ(aw_link_open(&e.client, copy, len, &plain), AW_E_AUTH); /* one's own frame */
    e.client = saved;
    saved = e.relay;
    memcpy(copy, two, sizeof copy);
    T_EQ(aw_link_open(&e.relay, copy, len, &plain), AW_E_AUTH); /* the second first */
    e.relay = saved;
    memcpy(copy, one, sizeof copy);
    T_EQ(aw_link_open(&e.relay, copy, len, &plain), AW_OK);
    T_EQ(aw_link_open(&e.relay, one, len, &plain), AW_E_AUTH); /* the first again */
    check_closed(&e.relay);
}

/* Goal: a stranger cannot make a relay wait for more than its first frame may have, and no
 * impossible length is waited for. Method: all 65,536 headers in each phase. */
static void test_lengths(void)
{
    struct aw_link first, wait, ready;
    struct ends e;

    start(&e, none);
    first = e.relay;
    wait = e.client;
    connect_ends(&e);
    ready = e.relay;
    for (size_t n = 0; n <= UINT16_MAX; n++) {
        uint8_t header[2];
        struct aw_link a = first, b = wait, c = ready;
        size_t len = 0;

        aw_put_u16(header, (uint16_t)n);
        T_EQ(aw_link_frame_len(&a, header, &len), n >= 48 && n <= 4144 ? AW_OK : AW_E_FORMAT);
        T_EQ(aw_link_frame_len(&b, header, &len), n == 48 ? AW_OK : AW_E_FORMAT);
        T_EQ(aw_link_frame_len(&c, header, &len), n >= 16 ? AW_OK : AW_E_FORMAT);
    }
    T_EQ(AW_LINK_FIRST_FRAME_MAX, 4146);
}

/* Goal: wrong order of calls, a failing source and a wrong relay are told apart, and what is
 * only early changes nothing. Method: each call in each phase where it does not belong. */
static void test_phases(void)
{
    uint8_t wire[AW_LINK_ANSWER_LEN], frame[64] = {0, 16}, other[32], ignored[32];
    struct aw_buf answer = AW_BUF_OF(wire), tight = {wire, AW_LINK_ANSWER_LEN - 1, 0};
    struct aw_bytes plain;
    struct ends e;
    size_t len;

    start(&e, none);
    T_EQ(aw_link_seal(&e.client, frame, sizeof frame, 1, &len), AW_E_STATE);
    T_EQ(aw_link_open(&e.relay, frame, 18, &plain), AW_E_STATE);
    T_EQ(aw_link_finish(&e.relay, frame, 18), AW_E_STATE);
    T_EQ(aw_link_accept(&e.client, frame, 18, &e.random, &plain, &answer), AW_E_STATE);
    T_EQ(aw_link_accept(&e.relay, e.hello, e.hello_buf.len, &e.random, &plain, &tight), AW_E_SPACE);
    e.rng.fills_left = 0;
    T_EQ(aw_link_accept(&e.relay, e.hello, e.hello_buf.len, &e.random, &plain, &answer),
         AW_E_ENTROPY);
    T_EQ(aw_link_keypair(other, ignored, &e.random), AW_E_ENTROPY);
    T_TRUE(aw_secret_is_zero(other, sizeof other));
    e.rng.fills_left = UINT64_MAX;
    T_EQ(aw_link_accept(&e.relay, e.hello, e.hello_buf.len, &e.random, &plain, &answer), AW_OK);
    T_EQ(aw_link_accept(&e.relay, e.hello, e.hello_buf.len, &e.random, &plain, &answer),
         AW_E_STATE);
    T_EQ(aw_link_finish(&e.client, wire, answer.len), AW_OK);
    T_EQ(aw_link_finish(&e.client, wire, answer.len), AW_E_STATE);

    /* A relay with another key cannot read the first frame. */
    start(&e, none);
    T_EQ(aw_link_keypair(other, ignored, &e.random), AW_OK);
    T_EQ(aw_link_public_key(frame, other), AW_OK);
    T_MEM_EQ(frame, ignored, 32);
    T_EQ(aw_link_server_init(&e.relay, other, ignored), AW_OK);
    answer.len = 0;
    T_EQ(aw_link_accept(&e.relay, e.hello, e.hello_buf.len, &e.random, &plain, &answer), AW_E_AUTH);
    memset(other, 0, sizeof other);
    T_EQ(aw_link_client_init(&e.client, other, &e.random, none, &answer), AW_E_AUTH);
}

/* Goal: keys end before the counter could wrap. Method: counters set to the limit. */
static void test_keys_used_up(void)
{
    uint8_t frame[32] = {0};
    struct aw_bytes plain;
    struct ends e;
    size_t len;

    connect_ends(&e);
    e.client.u.ready.send_count = e.relay.u.ready.recv_count = AW_LINK_COUNT_MAX - 1;
    T_EQ(aw_link_seal(&e.client, frame, sizeof frame, 1, &len), AW_OK);
    T_EQ(aw_link_open(&e.relay, frame, len, &plain), AW_OK);
    T_EQ(aw_link_seal(&e.client, frame, sizeof frame, 1, &len), AW_E_KEYS);
    T_EQ(aw_link_open(&e.relay, frame, 19, &plain), AW_E_KEYS);
    T_TRUE(sizeof(struct aw_link) <= 344); /* what an idle connection holds */
}

int main(void)
{
    T_RUN(test_first_frame);
    T_RUN(test_frames);
    T_RUN(test_damage_closes);
    T_RUN(test_replay_reorder_reflect);
    T_RUN(test_lengths);
    T_RUN(test_phases);
    T_RUN(test_keys_used_up);
    return t_end();
}
