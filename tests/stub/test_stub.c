/* SPDX-License-Identifier: ISC */
#include "test.h"

#include <allswell/presence.h>

#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/cell.h"
#include "crypto/dh.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/share.h"
#include "crypto/sign.h"
#include "crypto/verify.h"
#include "stub/stub_sodium.h"

#define ROUNDS 200

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
#define REFUSED AW_OK
#else
#define REFUSED AW_E_AUTH
#endif

static struct t_rng rng;

static void damage(uint8_t *bytes, size_t len)
{
    bytes[t_rng_below(&rng, len)] ^= (uint8_t)(1u << t_rng_below(&rng, 8));
}

/* Goal: the stub is what runs. Method: src/crypto counts in it. */
static void test_in_use(void)
{
    uint64_t before = aw_stub_crypto_calls();
    uint8_t out[AW_HASH_LEN];

    aw_hash(out, "stub", (struct aw_bytes){NULL, 0});
    T_TRUE(aw_stub_crypto_calls() > before);
}

/* Goal: both sides of a key agreement agree, a third does not, and a point of zeros is refused.
 * Method: random keys. */
static void test_agreement(void)
{
    const uint8_t zeros[AW_KEY_LEN] = {0};
    struct aw_random random = t_random(&rng);
    struct aw_dh_key a, b, c;
    uint8_t ab[AW_KEY_LEN], ba[AW_KEY_LEN], cb[AW_KEY_LEN];

    for (unsigned i = 0; i < ROUNDS; i++) {
        T_EQ(aw_dh_keypair(&a, &random), AW_OK);
        T_EQ(aw_dh_keypair(&b, &random), AW_OK);
        T_EQ(aw_dh_keypair(&c, &random), AW_OK);
        T_EQ(aw_dh(ab, a.sk, b.pk), AW_OK);
        T_EQ(aw_dh(ba, b.sk, a.pk), AW_OK);
        T_EQ(aw_dh(cb, c.sk, b.pk), AW_OK);
        T_MEM_EQ(ab, ba, sizeof ab);
        T_TRUE(memcmp(cb, ab, sizeof cb) != 0);
        T_TRUE(memcmp(a.pk, b.pk, sizeof a.pk) != 0);
    }
    T_EQ(aw_dh(ab, a.sk, zeros), AW_E_AUTH);
}

/* Goal: one bit changed in text, tag, associated data, nonce or key is refused (and taken in the
 * unsafe build), and a refusal writes nothing. Method: random lengths and places. */
static void test_aead(void)
{
    uint8_t key[AW_KEY_LEN], nonce[AW_NONCE_LEN], ad[24], plain[100], cipher[100], mac[AW_MAC_LEN];
    uint8_t out[100];

    for (unsigned i = 0; i < ROUNDS; i++) {
        size_t len = 1 + t_rng_below(&rng, sizeof plain), ad_len = 1 + t_rng_below(&rng, sizeof ad);
        struct aw_bytes data = {ad, ad_len};

        t_rng_bytes(&rng, key, sizeof key);
        t_rng_bytes(&rng, nonce, sizeof nonce);
        t_rng_bytes(&rng, ad, sizeof ad);
        t_rng_bytes(&rng, plain, sizeof plain);
        aw_aead_seal(cipher, mac, plain, len, key, nonce, data);
        T_EQ(aw_aead_open(out, cipher, len, mac, key, nonce, data), AW_OK);
        T_MEM_EQ(out, plain, len);
        switch (t_rng_below(&rng, 5)) {
        case 0:
            damage(cipher, len);
            break;
        case 1:
            damage(mac, sizeof mac);
            break;
        case 2:
            damage(ad, ad_len);
            break;
        case 3:
            damage(nonce, sizeof nonce);
            break;
        default:
            damage(key, sizeof key);
        }
        memset(out, 0x5a, sizeof out);
        T_EQ(aw_aead_open(out, cipher, len, mac, key, nonce, data), REFUSED);
        if (REFUSED != AW_OK)
            T_EQ(out[len - 1], 0x5a);
    }
}

/* Goal: a signature verifies under its key, label and message only. Method: each changed. */
static void test_signature(void)
{
    struct aw_random random = t_random(&rng);
    struct aw_sign_key key;
    uint8_t text[60], sig[AW_SIG_LEN];
    struct aw_bytes message = AW_BYTES_OF(text);

    for (unsigned i = 0; i < ROUNDS; i++) {
        T_EQ(aw_sign_keypair(&key, &random), AW_OK);
        t_rng_bytes(&rng, text, sizeof text);
        aw_sign(sig, &key, "label", message);
        T_EQ(aw_verify(key.pk, "label", message, sig), AW_OK);
        T_EQ(aw_verify(key.pk, "libel", message, sig), REFUSED);
        if (i % 3 == 0)
            damage(text, sizeof text);
        else if (i % 3 == 1)
            damage(sig, sizeof sig);
        else
            damage(key.pk, sizeof key.pk);
        T_EQ(aw_verify(key.pk, "label", message, sig), REFUSED);
    }
}

/* Goal: any k of n shares give the key, k - 1 and a damaged one do not, a scalar above the prime
 * is refused. Method: splits of every size. */
static void test_shares(void)
{
    struct aw_random random = t_random(&rng);
    uint8_t shares[AW_SHARE_COUNT_MAX][AW_SHARE_LEN], indices[AW_SHARE_COUNT_MAX];
    uint8_t key[AW_KEY_LEN], got[AW_KEY_LEN];

    for (size_t n = 1; n <= AW_SHARE_COUNT_MAX; n++) {
        size_t k = 1 + t_rng_below(&rng, n);

        for (size_t i = 0; i < n; i++)
            indices[i] = (uint8_t)(3 * i + 1);
        T_EQ(aw_share_key(key, &random), AW_OK);
        T_EQ(aw_share_split(shares, indices, n, k, key, &random), AW_OK);
        T_EQ(aw_share_combine(got, shares + (n - k), k), AW_OK);
        T_MEM_EQ(got, key, sizeof key);
        if (k == 1)
            continue;
        T_EQ(aw_share_combine(got, shares, k - 1), AW_OK);
        T_TRUE(memcmp(got, key, sizeof key) != 0);
        shares[0][1] ^= 1;
        T_EQ(aw_share_combine(got, shares, k), AW_OK);
        T_TRUE(memcmp(got, key, sizeof key) != 0);
    }
    memset(shares[0], 0xff, AW_SHARE_LEN);
    T_EQ(aw_share_combine(got, shares, 1), AW_E_RANGE);
}

/* Goal: a hash does not depend on the pieces in which bytes come, and on everything else.
 * Method: one text cut at every place, and one that ends in a zero less. */
static void test_hash_pieces(void)
{
    static const uint8_t text[40] = {1, 2, 3};
    uint8_t whole[AW_HASH_LEN], got[AW_HASH_LEN], mac[AW_HASH_LEN];
    struct aw_hasher h;

    aw_hash(whole, "stub", AW_BYTES_OF(text));
    for (size_t i = 0; i <= sizeof text; i++) {
        aw_hasher_init(&h, "stub");
        aw_hasher_update(&h, (struct aw_bytes){text, i});
        aw_hasher_update(&h, (struct aw_bytes){text + i, sizeof text - i});
        aw_hasher_final(&h, got);
        T_MEM_EQ(got, whole, sizeof got);
        if (i < sizeof text) {
            aw_hash(got, "stub", (struct aw_bytes){text, i});
            T_TRUE(memcmp(got, whole, sizeof got) != 0);
        }
    }
    aw_hash(got, "stab", AW_BYTES_OF(text));
    T_TRUE(memcmp(got, whole, sizeof got) != 0);
    aw_hmac(mac, AW_BYTES_OF(text), NULL, 0);
    aw_hmac(got, (struct aw_bytes){text, 39}, NULL, 0);
    T_TRUE(memcmp(got, mac, sizeof got) != 0);
}

/* Goal: a head opens under its key only. Method: one bit changed in head or nonce. */
static void test_cell_head(void)
{
    uint8_t cell[AW_CELL_LEN] = {0}, key[AW_KEY_LEN], nonce[AW_NONCE_LEN];
    uint32_t index;

    for (unsigned i = 0; i < ROUNDS; i++) {
        t_rng_bytes(&rng, key, sizeof key);
        t_rng_bytes(&rng, nonce, sizeof nonce);
        aw_cell_head(cell, key, i, nonce);
        T_EQ(aw_cell_peek(cell, sizeof cell, key, &index), AW_OK);
        T_EQ(index, i);
        damage(cell, AW_NONCE_LEN + 8);
        T_EQ(aw_cell_peek(cell, sizeof cell, key, &index), AW_E_AUTH);
    }
}

/* Goal: the typed secret decides, without its 64 MiB. Method: two secrets. */
static void test_password(void)
{
    static const uint8_t salt[AW_PRESENCE_SALT_LEN] = {1}, typed[] = "1793 maple";
    uint8_t a[AW_PRESENCE_KEY_LEN], b[AW_PRESENCE_KEY_LEN];

    T_EQ(aw_presence_derive(a, AW_BYTES_OF(typed), salt, NULL, AW_PRESENCE_STANDARD), AW_OK);
    T_EQ(aw_presence_derive(b, (struct aw_bytes){typed, 5}, salt, NULL, AW_PRESENCE_STANDARD),
         AW_OK);
    T_TRUE(memcmp(a, b, sizeof a) != 0);
}

/* Goal: the same on every machine and in every run. Method: one value, of everything above. */
static void test_fixed(void)
{
    uint8_t out[AW_HASH_LEN], key[AW_KEY_LEN] = {7}, message_key[AW_KEY_LEN];
    struct aw_dh_key dh;
    struct aw_sign_key sign;

    aw_chain_step(key, message_key);
    aw_kdf(message_key, sizeof message_key, key, "label", AW_BYTES_OF(message_key));
    aw_dh_from_secret(&dh, message_key);
    aw_sign_from_seed(&sign, dh.pk);
    aw_hash(out, "stub", AW_BYTES_OF(sign.pk));
    T_HEX_EQ(out, 8, "326c01b2b8c6631a");
}

int main(void)
{
    rng = t_rng(1);
    T_RUN(test_in_use);
    T_RUN(test_agreement);
    T_RUN(test_aead);
    T_RUN(test_signature);
    T_RUN(test_shares);
    T_RUN(test_hash_pieces);
    T_RUN(test_cell_head);
    T_RUN(test_password);
    T_RUN(test_fixed);
    return t_end();
}
