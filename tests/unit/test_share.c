/* SPDX-License-Identifier: ISC */
#include "test.h"

#include <jansson.h>

#include "base/bytes.h"
#include "crypto/share.h"
#include "crypto/verify.h"

#define N AW_SHARE_COUNT_MAX

/* The order of the group, little-endian: the least scalar that is not canonical. */
static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                  0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                  0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

struct deal {
    struct t_rng rng;
    struct aw_random random;
    uint8_t key[32], state[AW_STATE_LEN], sealed[AW_STATE_SEALED_LEN];
    uint8_t indices[N], shares[N][AW_SHARE_LEN];
};

static void deal(struct deal *d, size_t n, size_t k, uint64_t seed)
{
    d->rng = t_rng(seed);
    d->random = t_random(&d->rng);
    T_EQ(aw_share_key(d->key, &d->random), AW_OK);
    t_rng_bytes(&d->rng, d->state, sizeof d->state);
    aw_state_seal(d->sealed, d->state, d->key);
    for (size_t i = 0; i < n; i++)
        d->indices[i] = (uint8_t)(255 - 16 * i); /* sparse, not in order */
    T_EQ(aw_share_split(d->shares, d->indices, n, k, d->key, &d->random), AW_OK);
}

static void expect_open(struct deal *d, size_t n, size_t k)
{
    uint8_t got[AW_STATE_LEN] = {0};

    T_EQ(aw_share_open_any(got, d->shares, n, k, d->sealed), AW_OK);
    T_MEM_EQ(got, d->state, sizeof got);
}

static void expect_closed(struct deal *d, size_t n, size_t k)
{
    uint8_t got[AW_STATE_LEN], before[AW_STATE_LEN];

    memset(got, 0xaa, sizeof got);
    memset(before, 0xaa, sizeof before);
    T_EQ(aw_share_open_any(got, d->shares, n, k, d->sealed), AW_E_NOT_FOUND);
    T_MEM_EQ(got, before, sizeof got);
}

/* Goal: the arithmetic is that of RFC 9591. Method: its ristretto255 vector: any two of the
 * three participant shares give the group's secret key. */
static void test_rfc9591(void)
{
    char *json = t_read_data("rfc9591-frost-ristretto255-sha512.json", NULL);
    json_t *root = json_loads(json, 0, NULL), *inputs, *list;
    uint8_t share[3][AW_SHARE_LEN], pair[2][AW_SHARE_LEN], got[32];
    const char *want;

    T_REQUIRE(root != NULL);
    inputs = json_object_get(root, "inputs");
    want = json_string_value(json_object_get(inputs, "group_secret_key"));
    list = json_object_get(inputs, "participant_shares");
    T_REQUIRE(json_array_size(list) == 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *one = json_array_get(list, i);

        share[i][0] = (uint8_t)json_integer_value(json_object_get(one, "identifier"));
        t_unhex(json_string_value(json_object_get(one, "participant_share")), share[i] + 1, 32);
        T_TRUE(aw_share_is_valid(share[i]));
    }
    for (size_t i = 0; i < 3; i++) {
        memcpy(pair[0], share[i], AW_SHARE_LEN);
        memcpy(pair[1], share[(i + 1) % 3], AW_SHARE_LEN);
        T_EQ(aw_share_combine(got, pair, 2), AW_OK);
        T_HEX_EQ(got, 32, want);
    }
    json_decref(root);
    free(json);
}

/* The next coefficient as the source of the split test gives it: reduced to itself. */
static bool fixed_fill(void *ctx, uint8_t *out, size_t len)
{
    memset(out, 0, len);
    memcpy(out, ctx, 32);
    return true;
}

/* Goal: splitting, too, is that of RFC 9591. Method: its key and coefficient give its shares. */
static void test_rfc9591_split(void)
{
    static const uint8_t indices[] = {1, 2, 3};
    uint8_t key[32], coef[32], shares[3][AW_SHARE_LEN];
    struct aw_random random = {.fill = fixed_fill, .ctx = coef};

    t_unhex("1b25a55e463cfd15cf14a5d3acc3d15053f08da49c8afcf3ab265f2ebc4f970b", key, 32);
    t_unhex("410f8b744b19325891d73736923525a4f596c805d060dfb9c98009d34e3fec02", coef, 32);
    T_EQ(aw_share_split(shares, indices, 3, 2, key, &random), AW_OK);
    T_HEX_EQ(shares[0] + 1, 32, "5c3430d391552f6e60ecdc093ff9f6f4488756aa6cebdbad75a768010b8f830e");
    T_HEX_EQ(shares[1] + 1, 32, "b06fc5eac20b4f6e1b271d9df2343d843e1e1fb03c4cbb673f2872d459ce6f01");
    T_HEX_EQ(shares[2] + 1, 32, "f17e505f0e2581c6acfe54d3846a622834b5e7b50cad9a2109a97ba7a80d5c04");
}

/* Goal: any k of n shares open the state, and k - 1 do not. Method: every n up to 6 and k. */
static void test_threshold(void)
{
    for (size_t n = 1; n <= 6; n++) {
        for (size_t k = 1; k <= n; k++) {
            struct deal d;
            uint8_t got[32];

            deal(&d, n, k, 100 * n + k);
            expect_open(&d, n, k);
            T_EQ(aw_share_combine(got, d.shares + (n - k), k), AW_OK);
            T_MEM_EQ(got, d.key, 32);
            expect_closed(&d, k - 1, k);
            if (k > 1) { /* fewer, combined as if they were enough, give something else */
                T_EQ(aw_share_combine(got, d.shares, k - 1), AW_OK);
                T_TRUE(memcmp(got, d.key, 32) != 0);
            }
        }
    }
}

/* Goal: bad shares only cost time: k honest ones open all the same, k - 1 never do
 * (CR-20).
 * Method: 5 honest of threshold 3, with forged, repeated, zero-index, foreign and
 * non-canonical ones before, between and behind them. */
static void test_bad_shares(void)
{
    struct deal d, other;
    uint8_t honest[5][AW_SHARE_LEN];

    deal(&d, 5, 3, 7);
    deal(&other, 5, 3, 8);
    memcpy(honest, d.shares, sizeof honest);
    memset(d.shares, 0, sizeof d.shares);
    memcpy(d.shares[0], honest[0], AW_SHARE_LEN); /* forged: right index, another value */
    d.shares[0][5] ^= 1;
    memcpy(d.shares[1], honest[1], AW_SHARE_LEN);
    memcpy(d.shares[2], honest[1], AW_SHARE_LEN); /* repeated */
    memcpy(d.shares[3], honest[2], AW_SHARE_LEN); /* index 0 */
    d.shares[3][0] = 0;
    memcpy(d.shares[4], honest[3], AW_SHARE_LEN); /* not canonical */
    memset(d.shares[4] + 1, 0xff, 32);
    memcpy(d.shares[5], other.shares[4], AW_SHARE_LEN); /* of another seq */
    memcpy(d.shares[6], honest[3], AW_SHARE_LEN);
    T_EQ(aw_share_decoy(d.shares[7], 9, &d.random), AW_OK);
    expect_closed(&d, 8, 3);
    memcpy(d.shares[8], honest[4], AW_SHARE_LEN);
    expect_open(&d, 9, 3);
    memcpy(d.shares[8], honest[0], AW_SHARE_LEN); /* the true one behind its forgery */
    expect_open(&d, 9, 3);
    memset(d.shares, 0xff, sizeof d.shares);
    expect_closed(&d, N, 3);
    expect_closed(&d, 0, 3);
}

/* Goal: each bit of a share matters. Method: 2 of 2 shares, each bit of one flipped. */
static void test_every_bit_of_a_share(void)
{
    struct deal d;

    deal(&d, 2, 2, 9);
    for (size_t bit = 0; bit < 8 * (size_t)AW_SHARE_LEN; bit++) {
        d.shares[0][bit / 8] ^= (uint8_t)(1u << bit % 8);
        expect_closed(&d, 2, 2);
        d.shares[0][bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    expect_open(&d, 2, 2);
}

/* Goal: combine refuses what open_any skips. Method: each kind. */
static void test_combine_refuses(void)
{
    struct deal d;
    uint8_t got[AW_STATE_LEN];

    deal(&d, 3, 2, 10);
    memcpy(got, d.key, 32);
    memcpy(d.shares[1], d.shares[0], AW_SHARE_LEN);
    T_EQ(aw_share_combine(got, d.shares, 2), AW_E_RANGE);
    d.shares[1][0] = 0;
    T_EQ(aw_share_combine(got, d.shares, 2), AW_E_RANGE);
    d.shares[1][0] = 3;
    memcpy(d.shares[1] + 1, order, 32);
    T_EQ(aw_share_combine(got, d.shares, 2), AW_E_RANGE);
    T_TRUE(!aw_share_is_valid(d.shares[1]));
    d.shares[1][1]--; /* order - 1 */
    T_TRUE(aw_share_is_valid(d.shares[1]));
    T_EQ(aw_share_combine(got, d.shares, 2), AW_OK);
    T_EQ(aw_share_open_any(got, d.shares, 2, 0, d.sealed), AW_E_RANGE);
    T_EQ(aw_share_open_any(got, d.shares, N + 1, 2, d.sealed), AW_E_RANGE);
}

/* Goal: keys that are zero or not canonical, and failing sources, give no shares.
 * Method: each; the source fails at the second coefficient. */
static void test_split_refuses(void)
{
    static const uint8_t zero[AW_SHARE_LEN];
    uint8_t key[32] = {0};
    struct deal d;

    deal(&d, 3, 3, 11);
    T_EQ(aw_share_split(d.shares, d.indices, 3, 2, key, &d.random), AW_E_RANGE);
    T_EQ(aw_share_split(d.shares, d.indices, 3, 2, order, &d.random), AW_E_RANGE);
    T_MEM_EQ(d.shares[2], zero, AW_SHARE_LEN);
    d.rng.fills_left = 1;
    T_EQ(aw_share_split(d.shares, d.indices, 3, 3, d.key, &d.random), AW_E_ENTROPY);
    T_MEM_EQ(d.shares[0], zero, AW_SHARE_LEN);
    T_EQ(aw_share_key(key, &d.random), AW_E_ENTROPY);
}

/* Goal: the sealed state opens under its key only. Method: each bit of seal and key. */
static void test_state(void)
{
    struct deal d;
    uint8_t got[AW_STATE_LEN], whole[AW_SHARE_LEN];

    deal(&d, 2, 2, 12);
    aw_share_whole(whole, d.key);
    T_EQ(whole[0], 0);
    T_TRUE(aw_share_is_valid(whole));
    T_EQ(aw_state_open(got, d.sealed, whole + 1), AW_OK);
    T_MEM_EQ(got, d.state, sizeof got);
    memset(got, 0xaa, sizeof got);
    for (size_t bit = 0; bit < 8 * (size_t)AW_STATE_SEALED_LEN; bit++) {
        d.sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        T_EQ(aw_state_open(got, d.sealed, d.key), AW_E_AUTH);
        d.sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < 256; bit++) {
        d.key[bit / 8] ^= (uint8_t)(1u << bit % 8);
        T_EQ(aw_state_open(got, d.sealed, d.key), AW_E_AUTH);
        d.key[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    T_EQ(got[0], 0xaa);
}

/* Goal: one key seals an exact and a coarse state without a common key stream, and opens both.
 * Method: the same state in both forms. */
static void test_coarse(void)
{
    uint8_t coarse[AW_STATE_SEALED_LEN], got[AW_STATE_LEN];
    size_t same = 0;
    struct deal d;

    deal(&d, 2, 2, 13);
    aw_state_seal_coarse(coarse, d.state, d.key);
    for (size_t i = 0; i < sizeof coarse; i++)
        same += coarse[i] == d.sealed[i];
    T_TRUE(same < 16);
    T_EQ(aw_state_open(got, coarse, d.key), AW_OK);
    T_MEM_EQ(got, d.state, sizeof got);
    memset(got, 0, sizeof got);
    T_EQ(aw_share_open_any(got, d.shares, 2, 2, coarse), AW_OK);
    T_MEM_EQ(got, d.state, sizeof got);
    d.key[0] ^= 1;
    T_EQ(aw_state_open(got, coarse, d.key), AW_E_AUTH);
}

/* Goal: the worst case stays bounded: 16 plausible shares that do not fit, threshold 8.
 * Method: all 12,870 subsets are tried and refused. */
static void test_worst_case(void)
{
    struct deal d;

    deal(&d, 8, 8, 13);
    for (size_t i = 8; i < N; i++)
        T_EQ(aw_share_decoy(d.shares[i], (uint8_t)(i + 1), &d.random), AW_OK);
    d.shares[7][2] ^= 1;
    expect_closed(&d, N, 8);
    d.shares[7][2] ^= 1;
    expect_open(&d, N, 8);
}

int main(void)
{
    T_REQUIRE(aw_crypto_init() == AW_OK);
    T_RUN(test_rfc9591);
    T_RUN(test_rfc9591_split);
    T_RUN(test_threshold);
    T_RUN(test_bad_shares);
    T_RUN(test_every_bit_of_a_share);
    T_RUN(test_combine_refuses);
    T_RUN(test_split_refuses);
    T_RUN(test_state);
    T_RUN(test_coarse);
    T_RUN(test_worst_case);
    return t_end();
}
