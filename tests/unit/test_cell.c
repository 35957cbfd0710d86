/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/bytes.h"
#include "crypto/cell.h"
#include "crypto/kdf.h"

struct keys {
    uint8_t header[AW_KEY_LEN], message[AW_KEY_LEN], nonce[AW_NONCE_LEN];
};

static const size_t cell_lens[] = {AW_CELL_LEN, AW_CELL_BULK_LEN};

static struct keys keys_of(uint64_t seed)
{
    struct t_rng rng = t_rng(seed);
    struct keys k;

    t_rng_bytes(&rng, (uint8_t *)&k, sizeof k);
    return k;
}

/* Goal: a cell of each length carries content up to its limit, padded with zeros, with any
 * index; one byte more is refused. Method: empty, one byte, full, full and one. */
static void test_round_trip(void)
{
    static const uint32_t indices[] = {0, 1, 255, 0x01020304, UINT32_MAX};
    static uint8_t cell[AW_CELL_BULK_LEN], plain[AW_CELL_BULK_LEN], got[AW_CELL_BULK_LEN];
    const struct keys k = keys_of(1);
    struct t_rng rng = t_rng(2);

    t_rng_bytes(&rng, plain, sizeof plain);
    for (size_t l = 0; l < 2; l++) {
        size_t cap = cell_lens[l] - AW_CELL_OVERHEAD;
        const size_t lens[] = {0, 1, cap};

        for (size_t i = 0; i < 5; i++) {
            size_t len = lens[i % 3];
            uint32_t index = 77;

            T_EQ(aw_cell_seal(cell, cell_lens[l], k.header, k.message, indices[i], k.nonce,
                              (struct aw_bytes){plain, len}),
                 AW_OK);
            T_EQ(aw_cell_peek(cell, cell_lens[l], k.header, &index), AW_OK);
            T_EQ(index, indices[i]);
            T_EQ(aw_cell_open(got, cell, cell_lens[l], k.message), AW_OK);
            T_MEM_EQ(got, plain, len);
            for (size_t at = len; at < cap; at++)
                T_EQ(got[at], 0);
        }
        memset(cell, 0xcc, sizeof cell);
        T_EQ(aw_cell_seal(cell, cell_lens[l], k.header, k.message, 0, k.nonce,
                          (struct aw_bytes){plain, cap + 1}),
             AW_E_SPACE);
        T_EQ(cell[0], 0xcc);
    }
    T_TRUE(!aw_cell_is_len(511) && !aw_cell_is_len(0) && !aw_cell_is_len(16383));
}

/* Goal: no flipped bit passes, and none changes what the caller holds. A flip in nonce or head
 * is already seen by the peek; one in the rest by the tag (CR-24). Method: all 4,096 bits. */
static void test_every_bit(void)
{
    static const uint8_t text[] = "all's well";
    const struct keys k = keys_of(3);
    uint8_t cell[AW_CELL_LEN], got[AW_CELL_PLAIN_LEN], before[AW_CELL_PLAIN_LEN];
    unsigned peeked = 0;

    memset(got, 0xaa, sizeof got);
    memcpy(before, got, sizeof got);
    T_EQ(aw_cell_seal(cell, sizeof cell, k.header, k.message, 5, k.nonce, AW_BYTES_OF(text)),
         AW_OK);
    for (size_t bit = 0; bit < 8 * sizeof cell; bit++) {
        uint32_t index = 4242;
        enum aw_status peek;

        cell[bit / 8] ^= (uint8_t)(1u << bit % 8);
        peek = aw_cell_peek(cell, sizeof cell, k.header, &index);
        if (bit / 8 < AW_NONCE_LEN + AW_CELL_HEAD_LEN) {
            T_EQ(peek, AW_E_AUTH);
            T_EQ(index, 4242);
            peeked++;
        } else {
            T_EQ(peek, AW_OK);
            T_EQ(index, 5);
        }
        T_EQ(aw_cell_open(got, cell, sizeof cell, k.message), AW_E_AUTH);
        cell[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    T_EQ(peeked, 160);
    T_MEM_EQ(got, before, sizeof got);
    T_EQ(aw_cell_open(got, cell, sizeof cell, k.message), AW_OK);
}

/* Goal: keys of another lane, epoch or index do not fit. Method: each bit of both keys. */
static void test_every_key_bit(void)
{
    const struct keys k = keys_of(4);
    uint8_t cell[AW_CELL_LEN], got[AW_CELL_PLAIN_LEN];
    struct keys bad;
    uint32_t index;

    T_EQ(aw_cell_seal(cell, sizeof cell, k.header, k.message, 9, k.nonce,
                      (struct aw_bytes){NULL, 0}),
         AW_OK);
    for (size_t bit = 0; bit < 8 * AW_KEY_LEN; bit++) {
        bad = k;
        bad.header[bit / 8] ^= (uint8_t)(1u << bit % 8);
        bad.message[bit / 8] ^= (uint8_t)(1u << bit % 8);
        T_EQ(aw_cell_peek(cell, sizeof cell, bad.header, &index), AW_E_AUTH);
        T_EQ(aw_cell_open(got, cell, sizeof cell, bad.message), AW_E_AUTH);
    }
}

/* Goal: the wire shows no counter: the masked index of successive cells looks random, and two
 * cells of one index differ. Method: 4,096 cells; each bit of the head is set about half the
 * time (2048 +- 6 standard deviations of 32). */
static void test_head_looks_random(void)
{
    const struct keys k = keys_of(5);
    struct t_rng rng = t_rng(6);
    unsigned ones[8 * AW_CELL_HEAD_LEN] = {0};
    uint8_t cell[AW_CELL_LEN], nonce[AW_NONCE_LEN];

    for (uint32_t i = 0; i < 4096; i++) {
        t_rng_bytes(&rng, nonce, sizeof nonce);
        T_EQ(aw_cell_seal(cell, sizeof cell, k.header, k.message, i / 2, nonce,
                          (struct aw_bytes){NULL, 0}),
             AW_OK);
        for (size_t bit = 0; bit < 8 * (size_t)AW_CELL_HEAD_LEN; bit++)
            ones[bit] += cell[AW_NONCE_LEN + bit / 8] >> bit % 8 & 1u;
    }
    for (size_t bit = 0; bit < 8 * (size_t)AW_CELL_HEAD_LEN; bit++)
        T_TRUE(ones[bit] > 2048 - 192 && ones[bit] < 2048 + 192);
}

/* Goal: the bytes are those of spec/09-crypto.md §8. Method: the start of a cell, which does not
 * depend on its length, from the Python of tests/vectors/oracle.py; whole ones are in spec/vectors.
 */
static void test_known_answer(void)
{
    static const uint8_t header[AW_KEY_LEN] = {1}, message[AW_KEY_LEN] = {2}, text[] = "call";
    uint8_t nonce[AW_NONCE_LEN], cell[AW_CELL_LEN];

    for (size_t i = 0; i < sizeof nonce; i++)
        nonce[i] = (uint8_t)i;
    T_EQ(aw_cell_seal(cell, sizeof cell, header, message, 258, nonce, (struct aw_bytes){text, 4}),
         AW_OK);
    T_HEX_EQ(cell, 124,
             "000102030405060708090a0b5c9d00157519d3390186b7a2f16d38ef086e2e34d8a195db"
             "dfe519c8aa47c696b37d3cd3852806a0c75dfeaf7c3bf08e3caa721db2649b43d5cd4b67"
             "5830478ad8119182f83d2741f62b7587352bce15ff71f7c984d228ce0bb93a800a6fd2f5"
             "fef4872793dd61306f88f7d34ff53d97");
}

int main(void)
{
    T_REQUIRE(aw_crypto_init() == AW_OK);
    T_RUN(test_known_answer);
    T_RUN(test_round_trip);
    T_RUN(test_every_bit);
    T_RUN(test_every_key_bit);
    T_RUN(test_head_looks_random);
    return t_end();
}
