/* SPDX-License-Identifier: ISC */
#include "test.h"

#include <jansson.h>

#include "base/bytes.h"
#include "crypto/dh.h"
#include "crypto/labels.h"
#include "crypto/sign.h"
#include "crypto/verify.h"

static void x25519_case(const json_t *c, size_t *refused)
{
    uint8_t sk[32], pk[32], want[32], out[32];
    bool zero;

    t_unhex(json_string_value(json_object_get(c, "private")), sk, sizeof sk);
    t_unhex(json_string_value(json_object_get(c, "public")), pk, sizeof pk);
    t_unhex(json_string_value(json_object_get(c, "shared")), want, sizeof want);
    zero = aw_secret_is_zero(want, sizeof want);
    T_EQ(aw_dh(out, sk, pk), zero ? AW_E_AUTH : AW_OK);
    T_MEM_EQ(out, want, sizeof out);
    *refused += zero;
}

/* Goal: X25519 is RFC 7748, and every all-zero result is refused.
 * Method: all Wycheproof cases, low-order and non-canonical points among them. */
static void test_x25519_wycheproof(void)
{
    char *json = t_read_data("wycheproof-x25519.json", NULL);
    json_t *root = json_loads(json, 0, NULL), *group, *c;
    size_t g, i, count = 0, refused = 0;

    T_REQUIRE(root != NULL);
    json_array_foreach(json_object_get(root, "testGroups"), g, group)
    {
        json_array_foreach(json_object_get(group, "tests"), i, c)
        {
            x25519_case(c, &refused);
            count++;
        }
    }
    T_EQ(count, 518);
    T_TRUE(refused >= 20);
    json_decref(root);
    free(json);
}

/* Goal: two fresh pairs agree; a failing source gives no key. Method: seeded source. */
static void test_dh_agrees(void)
{
    struct t_rng rng = t_rng(3);
    struct aw_random random = t_random(&rng);
    struct aw_dh_key a, b, again;
    uint8_t ab[AW_KEY_LEN], ba[AW_KEY_LEN];

    T_EQ(aw_dh_keypair(&a, &random), AW_OK);
    T_EQ(aw_dh_keypair(&b, &random), AW_OK);
    T_EQ(aw_dh(ab, a.sk, b.pk), AW_OK);
    T_EQ(aw_dh(ba, b.sk, a.pk), AW_OK);
    T_MEM_EQ(ab, ba, sizeof ab);
    aw_dh_from_secret(&again, a.sk);
    T_MEM_EQ(&again, &a, sizeof a);
    rng.fills_left = 0;
    T_EQ(aw_dh_keypair(&a, &random), AW_E_ENTROPY);
    T_TRUE(aw_secret_is_zero(&a, sizeof a));
}

/* Goal: a signature holds for its message, label and key only, and has one form (CR-9).
 * Method: each of them changed in turn, and each bit of the signature; S plus the order. */
static void test_sign(void)
{
    static const uint8_t order[AW_KEY_LEN] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a,       0x63,
                                              0x12, 0x58, 0xd6, 0x9c, 0xf7,       0xa2,
                                              0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    static const uint8_t text[] = "statement of seq 7";
    const struct aw_bytes message = AW_BYTES_OF(text);
    struct t_rng rng = t_rng(4);
    struct aw_random random = t_random(&rng);
    struct aw_sign_key key, other, again;
    uint8_t sig[AW_SIG_LEN], twice[AW_SIG_LEN];

    T_EQ(aw_sign_keypair(&key, &random), AW_OK);
    T_EQ(aw_sign_keypair(&other, &random), AW_OK);
    aw_sign_from_seed(&again, key.seed);
    T_MEM_EQ(&again, &key, sizeof key);
    aw_sign(sig, &key, AW_LABEL_SIGN_STATEMENT, message);
    aw_sign(twice, &key, AW_LABEL_SIGN_STATEMENT, message);
    T_MEM_EQ(sig, twice, sizeof sig);

    T_EQ(aw_verify(key.pk, AW_LABEL_SIGN_STATEMENT, message, sig), AW_OK);
    T_EQ(aw_verify(key.pk, AW_LABEL_SIGN_RECEIPT, message, sig), AW_E_AUTH);
    T_EQ(aw_verify(other.pk, AW_LABEL_SIGN_STATEMENT, message, sig), AW_E_AUTH);
    T_EQ(aw_verify(key.pk, AW_LABEL_SIGN_STATEMENT, (struct aw_bytes){text, 3}, sig), AW_E_AUTH);
    T_EQ(aw_verify(key.pk, AW_LABEL_SIGN_STATEMENT, (struct aw_bytes){NULL, 0}, sig), AW_E_AUTH);
    for (size_t bit = 0; bit < 8 * sizeof sig; bit++) {
        sig[bit / 8] ^= (uint8_t)(1u << bit % 8);
        T_EQ(aw_verify(key.pk, AW_LABEL_SIGN_STATEMENT, message, sig), AW_E_AUTH);
        sig[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t i = 0, carry = 0; i < AW_KEY_LEN; i++) { /* S + L, the same point */
        carry += (size_t)sig[32 + i] + order[i];
        sig[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    T_EQ(aw_verify(key.pk, AW_LABEL_SIGN_STATEMENT, message, sig), AW_E_AUTH);
    rng.fills_left = 0;
    T_EQ(aw_sign_keypair(&key, &random), AW_E_ENTROPY);
    T_TRUE(aw_secret_is_zero(&key, sizeof key));
}

/* Goal: what is signed is what spec/09-crypto.md §2.6 says. Method: a signature made by another
 * Ed25519 over SHA-512 of prefix, label, zero byte and message. */
static void test_sign_known_answer(void)
{
    static const uint8_t seed[AW_KEY_LEN] = {9}, text[] = "all's well";
    struct aw_sign_key key;
    uint8_t sig[AW_SIG_LEN];

    aw_sign_from_seed(&key, seed);
    aw_sign(sig, &key, AW_LABEL_SIGN_STATEMENT, (struct aw_bytes){text, sizeof text - 1});
    T_HEX_EQ(sig, sizeof sig,
             "7fd797d9c66e0101aeb85153db40279c1f4dbebb3ce2066de3b40d5d1711f648"
             "5f4a92560949445fa9159b1cabc6de0da0bc3b48461240b9c4e5513c520ab505");
}

/* Goal: a key of small order verifies nothing, not even the signature that it "made".
 * Method: the identity and the point of order two as key and as R, with S = 0. */
static void test_verify_small_order(void)
{
    static const uint8_t text[] = "x";
    uint8_t key[AW_KEY_LEN] = {1}, sig[AW_SIG_LEN] = {1};

    T_EQ(aw_verify(key, AW_LABEL_SIGN_FILE, AW_BYTES_OF(text), sig), AW_E_AUTH);
    memset(key, 0xff, sizeof key);
    key[0] = 0xec; /* p - 1 */
    key[31] = 0x7f;
    T_EQ(aw_verify(key, AW_LABEL_SIGN_FILE, AW_BYTES_OF(text), sig), AW_E_AUTH);
}

int main(void)
{
    T_REQUIRE(aw_crypto_init() == AW_OK);
    T_RUN(test_x25519_wycheproof);
    T_RUN(test_dh_agrees);
    T_RUN(test_sign);
    T_RUN(test_sign_known_answer);
    T_RUN(test_verify_small_order);
    return t_end();
}
