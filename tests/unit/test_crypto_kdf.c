/* SPDX-License-Identifier: ISC */
#include "test.h"

#include <jansson.h>

#include "base/bytes.h"
#include "crypto/hash.h"
#include "crypto/init.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/verify.h"

static struct aw_bytes text(const char *s)
{
    return (struct aw_bytes){(const uint8_t *)s, strlen(s)};
}

static void hkdf_case(const json_t *c)
{
    uint8_t ikm[256], salt[256], info[256], prk[AW_HASH_LEN];
    uint8_t okm[AW_HKDF_LEN_MAX];
    size_t ikm_len = t_unhex(json_string_value(json_object_get(c, "ikm")), ikm, sizeof ikm);
    size_t salt_len = t_unhex(json_string_value(json_object_get(c, "salt")), salt, sizeof salt);
    size_t info_len = t_unhex(json_string_value(json_object_get(c, "info")), info, sizeof info);
    size_t len = (size_t)json_integer_value(json_object_get(c, "size"));
    /* Cut in two: how the parts are cut must not matter. */
    const struct aw_bytes parts[] = {{info, info_len / 2},
                                     {info + info_len / 2, info_len - info_len / 2}};

    if (strcmp(json_string_value(json_object_get(c, "result")), "valid") != 0) {
        T_TRUE(len > AW_HKDF_LEN_MAX); /* the only kind of invalid case: too long an output */
        return;
    }
    T_REQUIRE(len <= sizeof okm);
    aw_hkdf_extract(prk, (struct aw_bytes){salt, salt_len}, (struct aw_bytes){ikm, ikm_len});
    aw_hkdf_expand(okm, len, prk, parts, 2);
    T_HEX_EQ(okm, len, json_string_value(json_object_get(c, "okm")));
}

/* Goal: HKDF is RFC 5869. Method: every Wycheproof case. */
static void test_hkdf_wycheproof(void)
{
    char *json = t_read_data("wycheproof-hkdf_sha256.json", NULL);
    json_t *root = json_loads(json, 0, NULL), *group, *c;
    size_t g, i, count = 0;

    T_REQUIRE(root != NULL);
    json_array_foreach(json_object_get(root, "testGroups"), g, group)
    {
        json_array_foreach(json_object_get(group, "tests"), i, c)
        {
            hkdf_case(c);
            count++;
        }
    }
    T_EQ(count, json_integer_value(json_object_get(root, "numberOfTests")));
    json_decref(root);
    free(json);
}

/* Goal: HMAC and SHA-256 are the standard ones. Method: RFC 4231 case 2, FIPS 180 "abc". */
static void test_hmac_and_sha256(void)
{
    const struct aw_bytes parts[] = {text("what do ya "), text(""), text("want for nothing?")};
    uint8_t out[AW_HASH_LEN];

    aw_hmac(out, text("Jefe"), parts, 3);
    T_HEX_EQ(out, sizeof out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    aw_sha256(out, text("abc"));
    T_HEX_EQ(out, sizeof out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* Goal: label and context are separated: moving bytes between them changes the result.
 * Method: pairs that would collide without the prefix, the zero byte, or the length of keys. */
static void test_kdf_separates(void)
{
    const uint8_t key[AW_KEY_LEN] = {1}, other[AW_KEY_LEN] = {2};
    uint8_t a[AW_KEY_LEN], b[AW_KEY_LEN], longer[64];

    aw_kdf(a, sizeof a, key, "lane", text("x"));
    aw_kdf(b, sizeof b, key, "lanex", text(""));
    T_TRUE(memcmp(a, b, sizeof a) != 0);
    aw_kdf(b, sizeof b, other, "lane", text("x"));
    T_TRUE(memcmp(a, b, sizeof a) != 0);
    aw_kdf(longer, sizeof longer, key, "lane", text("x"));
    T_MEM_EQ(a, longer, sizeof a); /* HKDF: a longer output begins like a shorter one */
    memcpy(b, key, sizeof b);
    aw_kdf(b, sizeof b, b, "lane", text("x")); /* in place */
    T_MEM_EQ(a, b, sizeof a);
}

/* Goal: skipping n indices and stepping n times arrive at the same chain key, and no message
 * key repeats or equals a chain key. Method: 100 steps against skips of every length. */
static void test_chain(void)
{
    uint8_t chain[AW_KEY_LEN] = {7}, keys[100][AW_KEY_LEN], skipped[AW_KEY_LEN];

    for (size_t i = 0; i < 100; i++) {
        uint8_t again[AW_KEY_LEN];

        memset(skipped, 0, sizeof skipped);
        skipped[0] = 7;
        aw_chain_skip(skipped, (uint32_t)i);
        T_MEM_EQ(skipped, chain, sizeof chain);
        aw_chain_step(skipped, again);
        aw_chain_step(chain, keys[i]);
        T_MEM_EQ(again, keys[i], sizeof again);
        T_TRUE(memcmp(keys[i], chain, sizeof chain) != 0);
        for (size_t j = 0; j < i; j++)
            T_TRUE(memcmp(keys[i], keys[j], AW_KEY_LEN) != 0);
    }
}

/* Goal: a hash in parts equals the hash in one piece, labels separate, and a capability's hash
 * is its own. Method: 1,000 bytes cut at every place. */
static void test_labelled_hash(void)
{
    uint8_t data[1000], whole[AW_HASH_LEN], parts[AW_HASH_LEN];
    struct t_rng rng = t_rng(1);
    struct aw_hasher h, moved;

    t_rng_bytes(&rng, data, sizeof data);
    aw_hash(whole, AW_LABEL_HASH_PLAN, AW_BYTES_OF(data));
    for (size_t cut = 0; cut <= sizeof data; cut++) {
        aw_hasher_init(&h, AW_LABEL_HASH_PLAN);
        aw_hasher_update(&h, (struct aw_bytes){data, cut});
        moved = h;
        aw_hasher_update(&moved, (struct aw_bytes){data + cut, sizeof data - cut});
        aw_hasher_final(&moved, parts);
        T_MEM_EQ(parts, whole, sizeof whole);
        T_TRUE(aw_secret_is_zero(&moved, sizeof moved));
    }
    aw_hash(parts, AW_LABEL_HASH_ACT, AW_BYTES_OF(data));
    T_TRUE(memcmp(parts, whole, sizeof whole) != 0);
    aw_capability_hash(whole, data);
    aw_hash(parts, AW_LABEL_HASH_CAPABILITY, (struct aw_bytes){data, AW_CAPABILITY_LEN});
    T_MEM_EQ(parts, whole, sizeof whole);
    aw_hash(parts, AW_LABEL_HASH_PLAN, (struct aw_bytes){NULL, 0}); /* empty is allowed */
    aw_hash(parts, AW_LABEL_HASH_PLAN, text("abc"));                /* from hashlib */
    T_HEX_EQ(parts, 32, "04450add8dbd453a8fcbbef4d3b6d5f842f11dff5e3dbed804303d1f45ea3c27");
}

/* Goal: SipHash is SipHash-2-4, as a big-endian number of the library's bytes.
 * Method: the authors' vector for 15 bytes (paper, appendix A). */
static void test_shorthash(void)
{
    uint8_t key[AW_SHORTHASH_KEY_LEN], in[15];

    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    memcpy(in, key, sizeof in);
    T_TRUE(aw_shorthash(key, AW_BYTES_OF(in)) == UINT64_C(0xe545be4961ca29a1));
}

/* Goal: a random source that fails leaves nothing behind (CR-1). Method: one that always fails. */
static void test_random_fails(void)
{
    struct t_rng rng = {.state = 1, .fills_left = 0};
    struct aw_random random = t_random(&rng);
    uint8_t out[16];

    memset(out, 0xaa, sizeof out);
    T_EQ(aw_random_fill(&random, out, sizeof out), AW_E_ENTROPY);
    T_TRUE(aw_secret_is_zero(out, sizeof out));
    rng.fills_left = 1;
    T_EQ(aw_random_fill(&random, out, sizeof out), AW_OK);
    T_TRUE(!aw_secret_is_zero(out, sizeof out));
}

/* Goal: comparing finds a difference in any bit. Method: each bit of 32 bytes. */
static void test_secret_equal(void)
{
    uint8_t a[32] = {0}, b[32] = {0};

    T_TRUE(aw_secret_equal(a, b, sizeof a));
    for (size_t bit = 0; bit < 8 * sizeof a; bit++) {
        b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        T_TRUE(!aw_secret_equal(a, b, sizeof a));
        T_TRUE(!aw_secret_is_zero(b, sizeof b));
        b[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

int main(void)
{
    T_REQUIRE(aw_crypto_init() == AW_OK);
    T_REQUIRE(aw_crypto_init() == AW_OK); /* twice does no harm */
    T_RUN(test_hkdf_wycheproof);
    T_RUN(test_hmac_and_sha256);
    T_RUN(test_kdf_separates);
    T_RUN(test_chain);
    T_RUN(test_labelled_hash);
    T_RUN(test_shorthash);
    T_RUN(test_random_fails);
    T_RUN(test_secret_equal);
    return t_end();
}
