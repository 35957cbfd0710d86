/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "crypto/noise.h"
#include "crypto/verify.h"
#include "take.h"

#define SPACE_LEN 1024

/*
 * Input: pattern, then actions of both sides: write, hand over, damage, invent, store. Property:
 * a call that fails leaves the handshake as it was, byte for byte; nothing that was damaged or
 * invented is accepted; and when both sides are done, they agree on hash and keys.
 */
struct side {
    struct aw_noise noise;
    uint8_t sent[SPACE_LEN]; /* its message, once there is one */
    size_t sent_len;
};

static void start(struct side side[2], uint8_t choice, const struct aw_random *random)
{
    static const uint8_t psk[AW_KEY_LEN] = {7};
    static const uint8_t secrets[2][AW_KEY_LEN] = {{1}, {2}};
    enum aw_noise_pattern pattern = (enum aw_noise_pattern)(AW_NOISE_NK + choice % 3);
    struct aw_dh_key keys[2];

    for (size_t i = 0; i < 2; i++) {
        aw_dh_from_secret(&keys[i], secrets[i]);
        side[i].sent_len = 0;
    }
    for (size_t i = 0; i < 2; i++) {
        const struct aw_noise_config config = {
            .pattern = pattern,
            .initiator = i == 0,
            .s = i == 0 && pattern == AW_NOISE_NK ? NULL : &keys[i],
            .rs = i == 0 || pattern == AW_NOISE_KKPSK0 ? keys[1 - i].pk : NULL,
            .psk = pattern == AW_NOISE_NK ? NULL : psk,
        };
        enum aw_status st = aw_noise_init(&side[i].noise, &config, random);

        AW_ASSERT(st == AW_OK);
    }
}

static void write_message(struct side *s, struct take *in)
{
    static struct side before;
    struct aw_bytes payload = take_bytes(in, SPACE_LEN);
    struct aw_buf out = {s->sent, SPACE_LEN, 0};
    bool is_turn = s->noise.step == (s->noise.initiator ? 0 : 1);
    size_t overhead = aw_noise_overhead(&s->noise);
    enum aw_status st;

    if (is_turn && s->sent_len > 0)
        return;
    before = *s;
    if (!is_turn) /* the message that was sent stays */
        out = (struct aw_buf){NULL, 0, 0};
    st = aw_noise_write(&s->noise, payload, &out);
    AW_ASSERT(is_turn || st == AW_E_STATE);
    if (st == AW_OK) {
        AW_ASSERT(out.len == payload.len + overhead);
        s->sent_len = out.len;
        return;
    }
    AW_ASSERT(!is_turn || (st == AW_E_SPACE && payload.len + overhead > SPACE_LEN));
    AW_ASSERT(memcmp(&before.noise, &s->noise, sizeof before.noise) == 0);
}

static void read_message(struct side *s, struct aw_bytes message, bool is_true)
{
    struct aw_noise before = s->noise;
    uint8_t space[SPACE_LEN];
    struct aw_buf payload = AW_BUF_OF(space);
    bool is_turn = s->noise.step == (s->noise.initiator ? 1 : 0);
    enum aw_status st = aw_noise_read(&s->noise, message, &payload);

    AW_ASSERT((st == AW_OK) == (is_true && is_turn));
    if (st == AW_OK)
        return;
    AW_ASSERT(is_turn || st == AW_E_STATE);
    AW_ASSERT(payload.len == 0);
    AW_ASSERT(memcmp(&before, &s->noise, sizeof before) == 0);
}

/* The peer's true message, or with one bit of it changed, which at most the top bit of a public
 * key survives, and then not the transcript. */
static void hand_over(struct side *to, struct side *from, struct take *in, bool damage)
{
    size_t bit = (size_t)take_byte(in) << 8 | take_byte(in);
    uint8_t copy[SPACE_LEN];

    if (from->sent_len == 0)
        return;
    memcpy(copy, from->sent, from->sent_len);
    if (damage)
        copy[bit / 8 % from->sent_len] ^= (uint8_t)(1u << bit % 8);
    read_message(to, (struct aw_bytes){copy, from->sent_len}, !damage);
}

static void store(struct side *s)
{
    uint8_t stored[AW_NOISE_STATE_LEN];
    struct aw_noise before = s->noise;
    enum aw_status st;

    if (s->noise.initiator == 0 || s->noise.step != 1)
        return;
    aw_noise_save(&s->noise, stored);
    st = aw_noise_load(&s->noise, stored);
    AW_ASSERT(st == AW_OK);
    AW_ASSERT(memcmp(&before, &s->noise, sizeof before) == 0);
}

static void compare(const struct side side[2])
{
    uint8_t hash[2][AW_HASH_LEN], send[2][AW_KEY_LEN], recv[2][AW_KEY_LEN];

    for (size_t i = 0; i < 2; i++) {
        aw_noise_hash(&side[i].noise, hash[i]);
        aw_noise_split(&side[i].noise, send[i], recv[i]);
    }
    AW_ASSERT(memcmp(hash[0], hash[1], AW_HASH_LEN) == 0);
    AW_ASSERT(memcmp(send[0], recv[1], AW_KEY_LEN) == 0);
    AW_ASSERT(memcmp(send[1], recv[0], AW_KEY_LEN) == 0);
    AW_ASSERT(memcmp(send[0], recv[0], AW_KEY_LEN) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct count count = {0, UINT64_MAX};
    const struct aw_random random = {count_fill, &count};
    struct take in = {data, size};
    static struct side side[2];

    start(side, take_byte(&in), &random);
    for (size_t i = 0; i < 32 && in.len > 0; i++) {
        uint8_t action = take_byte(&in);
        struct side *me = &side[action & 1], *peer = &side[1 - (action & 1)];

        switch (action >> 1 & 7) {
        case 0:
        case 1:
            write_message(me, &in);
            break;
        case 2:
        case 3:
        case 4:
            hand_over(me, peer, &in, false);
            break;
        case 5:
            hand_over(me, peer, &in, true);
            break;
        case 6:
            read_message(me, take_bytes(&in, SPACE_LEN), false);
            break;
        default:
            store(me);
        }
    }
    if (aw_noise_is_done(&side[0].noise) && aw_noise_is_done(&side[1].noise))
        compare(side);
    return 0;
}
