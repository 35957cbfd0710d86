/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "support/cbor_cases.h"
#include "support/cbor_oracle.h"
#include "support/wire_fill.h"
#include "wire/judge.h"
#include "wire/tables.h"

#define ROUNDS 300000

static unsigned accepted_count, refused_count, only_libcbor_count;

/* Judge and oracle agree, and what they accept libcbor accepts. */
static void compare(const uint8_t *bytes, size_t len)
{
    bool is_accepted = aw_cbor_judge((struct aw_bytes){bytes, len}).reason == AW_JUDGE_ACCEPTED;
    bool is_oracle = cbor_oracle_accepts(bytes, len);
    bool is_libcbor = cbor_libcbor_accepts(bytes, len);

    if (is_accepted != is_oracle || (is_accepted && !is_libcbor)) {
        T_EQ(is_accepted, is_oracle);
        T_TRUE(!is_accepted || is_libcbor);
        t_print_hex("input", bytes, len);
    }
    accepted_count += is_accepted;
    refused_count += !is_accepted;
    only_libcbor_count += is_libcbor && !is_accepted;
}

/* Heads that lead somewhere come up more often than by chance. */
static uint8_t random_byte(struct t_rng *rng)
{
    static const uint8_t heads[] = {0x00, 0x17, 0x18, 0x19, 0x20, 0x40, 0x41, 0x58, 0x60, 0x61,
                                    0x62, 0x78, 0x80, 0x81, 0x82, 0x9f, 0xa0, 0xa1, 0xa2, 0xbf,
                                    0xc0, 0xf4, 0xf5, 0xf6, 0xf8, 0xff, 0xc3, 0xa4};

    if (t_rng_below(rng, 4) == 0)
        return (uint8_t)t_rng_next(rng);
    return heads[t_rng_below(rng, sizeof heads)];
}

/* Goal: the judge is right about any bytes, as far as a second program can tell.
 * Method: short random inputs, built of telling bytes; the oracle shares no code with it. */
static void test_random(void)
{
    struct t_rng rng = t_rng(1);
    uint8_t bytes[12];

    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t len = 1 + (size_t)t_rng_below(&rng, sizeof bytes);

        for (size_t i = 0; i < len; i++)
            bytes[i] = random_byte(&rng);
        compare(bytes, len);
    }
    T_TRUE(accepted_count > ROUNDS / 100);
    T_TRUE(refused_count > ROUNDS / 100);
    T_TRUE(only_libcbor_count > ROUNDS / 1000); /* what the strictness adds */
}

static size_t mutate(uint8_t *bytes, size_t len, size_t cap, struct t_rng *rng)
{
    size_t at = (size_t)t_rng_below(rng, len + 1);

    switch (t_rng_below(rng, 3)) {
    case 0:
        if (at < len)
            bytes[at] = random_byte(rng);
        return len;
    case 1:
        if (at == len)
            return len;
        memmove(bytes + at, bytes + at + 1, len - at - 1);
        return len - 1;
    default:
        if (len == cap)
            return len;
        memmove(bytes + at + 1, bytes + at, len - at);
        bytes[at] = random_byte(rng);
        return len + 1;
    }
}

static void compare_mutants(const uint8_t *bytes, size_t len, unsigned rounds, struct t_rng *rng)
{
    uint8_t mutant[2500];

    T_REQUIRE(len <= sizeof mutant);
    compare(bytes, len);
    for (unsigned round = 0; round < rounds; round++) {
        size_t mutant_len = len;

        memcpy(mutant, bytes, len);
        for (uint64_t left = 1 + t_rng_below(rng, 3); left > 0; left--)
            mutant_len = mutate(mutant, mutant_len, sizeof mutant, rng);
        compare(mutant, mutant_len);
    }
}

/* Goal: the same close to what is valid.
 * Method: mutants of every case in tests/data. */
static void test_mutated_cases(void)
{
    static const char *const names[] = {"cbor-malformed-appendix-f.txt", "cbor-wellformed.txt",
                                        "cbor-bombs.txt"};
    struct t_rng rng = t_rng(2);

    for (size_t i = 0; i < 3; i++) {
        char *file = t_read_data(names[i], NULL);
        const char *text = file;
        struct cbor_case c;

        while (cbor_case_next(&text, &c))
            compare_mutants(c.bytes, c.len, 300, &rng);
        free(file);
    }
    T_TRUE(accepted_count > 0);
}

/* Goal: the same for messages.
 * Method: mutants of random ones of every kind. */
static void test_mutated_messages(void)
{
    static _Alignas(64) uint8_t message[WIRE_STRUCT_MAX];
    static uint8_t encoded[WIRE_ENCODED_MAX];
    struct t_rng rng = t_rng(3);
    const struct aw_wire_map *map;

    for (size_t i = 0; (map = aw_map_at(i)) != NULL; i++) {
        for (int round = 0; round < 20; round++) {
            struct aw_buf buf = AW_BUF_OF(encoded);

            wire_fill(map, message, WIRE_FILL_RANDOM, &rng);
            wire_mend(map, message);
            T_EQ(aw_message_encode(map, message, &buf), AW_OK);
            if (buf.len <= 2500)
                compare_mutants(encoded, buf.len, 50, &rng);
        }
    }
}

int main(void)
{
    T_RUN(test_random);
    T_RUN(test_mutated_cases);
    T_RUN(test_mutated_messages);
    printf("%u accepted, %u refused, of which %u by strictness alone\n", accepted_count,
           refused_count, only_libcbor_count);
    return t_end();
}
