/* SPDX-License-Identifier: ISC */
#include "test.h"

#include <allswell/presence.h>

#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/presence.h"
#include "crypto/verify.h"

struct scene {
    struct t_rng rng;
    struct aw_random random;
    struct aw_dh_key accept, point;
    struct aw_presence_keys keys; /* what a circle contact holds */
    uint8_t wrong_key[32], act[32], id[32];
};

static void setup(struct scene *s, uint64_t seed)
{
    s->rng = t_rng(seed);
    s->random = t_random(&s->rng);
    T_EQ(aw_dh_keypair(&s->accept, &s->random), AW_OK);
    t_rng_bytes(&s->rng, s->keys.safe_key, 32);
    t_rng_bytes(&s->rng, s->keys.duress_key, 32);
    t_rng_bytes(&s->rng, s->wrong_key, 32);
    t_rng_bytes(&s->rng, s->act, 32);
    t_rng_bytes(&s->rng, s->keys.circle_key, 32);
    t_rng_bytes(&s->rng, s->id, 32);
    aw_presence_point(&s->point, s->keys.circle_key, s->id);
    s->keys.circle = true;
}

/* Goal: the derived key depends on secret, salt and keystore key, and "no keystore" is not "a
 * keystore key of zeros". Method: each changed in turn, one derivation each; and the errors. */
static void test_derive(void)
{
    static const uint8_t secret[] = "1793 maple", salt[AW_PRESENCE_SALT_LEN] = {1};
    static const uint8_t salt2[AW_PRESENCE_SALT_LEN] = {2}, zeros[AW_PRESENCE_KEY_LEN];
    static const uint8_t long_secret[AW_PRESENCE_SECRET_MAX + 1] = {1};
    uint8_t keys[5][AW_PRESENCE_KEY_LEN], again[AW_PRESENCE_KEY_LEN];
    const struct aw_bytes typed = {secret, sizeof secret - 1}, wrong = {secret, sizeof secret - 2};

    const struct {
        struct aw_bytes secret;
        const uint8_t *salt, *device;
    } cases[5] = {{typed, salt, NULL},
                  {typed, salt, keys[0]},
                  {typed, salt2, NULL},
                  {wrong, salt, NULL},
                  {typed, salt, zeros}};

    for (size_t i = 0; i < 5; i += t_step(4)) { /* seconds each, where it is slow */
        T_EQ(aw_presence_derive(keys[i], cases[i].secret, cases[i].salt, cases[i].device,
                                AW_PRESENCE_STANDARD),
             AW_OK);
        for (size_t j = 0; j < i; j++)
            T_TRUE(memcmp(keys[i], keys[j], sizeof keys[i]) != 0);
    }
    T_EQ(aw_presence_derive(again, typed, salt, NULL, AW_PRESENCE_STANDARD), AW_OK);
    T_MEM_EQ(again, keys[0], sizeof again);

    T_EQ(aw_presence_derive(again, (struct aw_bytes){secret, 0}, salt, NULL, AW_PRESENCE_STANDARD),
         AW_E_RANGE);
    T_TRUE(aw_secret_is_zero(again, sizeof again));
    T_EQ(aw_presence_derive(again, AW_BYTES_OF(long_secret), salt, NULL, AW_PRESENCE_STANDARD),
         AW_E_RANGE);
    T_EQ(aw_presence_derive(again, typed, salt, NULL, (enum aw_presence_strength)2), AW_E_RANGE);
}

/* Goal: a tweak gives safe and duress the same picture; other secrets show every picture, about
 * equally often. Method: 200 tweaks; 1,600 keys, each picture 100 +- 50. */
static void test_picture(void)
{
    struct scene s;
    uint8_t tweak[AW_PRESENCE_TWEAK_LEN], key[32];
    unsigned seen[AW_PRESENCE_PICTURE_COUNT] = {0};

    setup(&s, 1);
    for (unsigned i = 0; i < 200; i++) {
        unsigned safe, duress;

        T_EQ(aw_presence_tweak_find(tweak, s.keys.safe_key, s.keys.duress_key, &s.random), AW_OK);
        safe = aw_presence_picture(s.keys.safe_key, tweak);
        duress = aw_presence_picture(s.keys.duress_key, tweak);
        T_EQ(safe, duress);
        T_TRUE(safe < AW_PRESENCE_PICTURE_COUNT);
    }
    for (unsigned i = 0; i < 1600; i++) {
        t_rng_bytes(&s.rng, key, sizeof key);
        seen[aw_presence_picture(key, tweak)]++;
    }
    for (unsigned i = 0; i < AW_PRESENCE_PICTURE_COUNT; i++)
        T_TRUE(seen[i] > 50 && seen[i] < 150);
    s.rng.fills_left = 0;
    T_EQ(aw_presence_tweak_find(tweak, s.keys.safe_key, s.keys.duress_key, &s.random),
         AW_E_ENTROPY);
    T_TRUE(aw_secret_is_zero(tweak, sizeof tweak));
}

static bool constant_fill(void *ctx, uint8_t *out, size_t len)
{
    (void)ctx;
    memset(out, 7, len);
    return true;
}

/* Goal: a source that repeats itself does not hang the search. Method: constant bytes with
 * keys whose pictures differ under them. */
static void test_tweak_is_bounded(void)
{
    struct aw_random random = {.fill = constant_fill, .ctx = NULL};
    uint8_t a[32] = {0}, b[32] = {0}, tweak[AW_PRESENCE_TWEAK_LEN], sevens[AW_PRESENCE_TWEAK_LEN];

    memset(sevens, 7, sizeof sevens);
    while (aw_presence_picture(a, sevens) == aw_presence_picture(b, sevens))
        b[0]++;
    T_EQ(aw_presence_tweak_find(tweak, a, b, &random), AW_E_ENTROPY);
}

/* Goal: a circle contact tells safe, duress and wrong apart, for each act by itself.
 * Method: a word under each key; then another act, another accept key. */
static void test_verdicts(void)
{
    struct scene s, other;
    const uint8_t *typed[3];
    static const enum aw_presence_verdict want[3] = {AW_PRESENCE_SAFE, AW_PRESENCE_DURESS,
                                                     AW_PRESENCE_WRONG};
    uint8_t e[32], mac[AW_PRESENCE_MAC_LEN], act[32];

    setup(&s, 2);
    setup(&other, 3);
    typed[0] = s.keys.safe_key;
    typed[1] = s.keys.duress_key;
    typed[2] = s.wrong_key;
    memcpy(act, s.act, sizeof act);
    act[31] ^= 1;
    for (size_t i = 0; i < 3; i++) {
        T_EQ(aw_presence_make(e, mac, NULL, s.accept.pk, s.point.pk, typed[i], s.act, 1, NULL,
                              &s.random),
             AW_OK);
        T_EQ(aw_presence_judge(&s.accept, e, mac, &s.keys, s.id, s.act), want[i]);
        T_EQ(aw_presence_judge(&s.accept, e, mac, &s.keys, s.id, act), AW_PRESENCE_WRONG);
        T_EQ(aw_presence_judge(&other.accept, e, mac, &s.keys, s.id, s.act), AW_PRESENCE_WRONG);
        T_EQ(aw_presence_judge(&s.accept, e, mac, &other.keys, s.id, s.act), AW_PRESENCE_WRONG);
    }
    memcpy(s.keys.safe_key, s.keys.duress_key, 32); /* both match: the graver one counts */
    T_EQ(aw_presence_make(e, mac, NULL, s.accept.pk, s.point.pk, s.keys.safe_key, s.act, 1, NULL,
                          &s.random),
         AW_OK);
    T_EQ(aw_presence_judge(&s.accept, e, mac, &s.keys, s.id, s.act), AW_PRESENCE_DURESS);
}

/* Goal: no bit of E, MAC or act may change, the ignored top bit of E among them; a word has
 * another E and MAC each time. Method: each bit. */
static void test_every_bit(void)
{
    const size_t step = t_step(17);
    struct scene s;
    uint8_t e[32], mac[AW_PRESENCE_MAC_LEN], e2[32], mac2[AW_PRESENCE_MAC_LEN];

    setup(&s, 4);
    T_EQ(aw_presence_make(e, mac, NULL, s.accept.pk, s.point.pk, s.keys.duress_key, s.act, 1, NULL,
                          &s.random),
         AW_OK);
    T_EQ(aw_presence_make(e2, mac2, NULL, s.accept.pk, s.point.pk, s.keys.duress_key, s.act, 1,
                          NULL, &s.random),
         AW_OK);
    T_TRUE(memcmp(e, e2, sizeof e) != 0 && memcmp(mac, mac2, sizeof mac) != 0);
    for (size_t bit = 0; bit < 256; bit += step) {
        e[bit / 8] ^= (uint8_t)(1u << bit % 8);
        T_EQ(aw_presence_judge(&s.accept, e, mac, &s.keys, s.id, s.act), AW_PRESENCE_WRONG);
        e[bit / 8] ^= (uint8_t)(1u << bit % 8);
        s.act[bit / 8] ^= (uint8_t)(1u << bit % 8);
        T_EQ(aw_presence_judge(&s.accept, e, mac, &s.keys, s.id, s.act), AW_PRESENCE_WRONG);
        s.act[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * sizeof mac; bit += step) {
        mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
        T_EQ(aw_presence_judge(&s.accept, e, mac, &s.keys, s.id, s.act), AW_PRESENCE_WRONG);
        mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    T_EQ(aw_presence_judge(&s.accept, e, mac, &s.keys, s.id, s.act), AW_PRESENCE_DURESS);
}

/* Goal: points of small order never verify and nothing is made for them; a failing source
 * leaves zeros. Method: u = 0 on both sides. */
static void test_small_order_and_entropy(void)
{
    static const uint8_t zero[AW_PRESENCE_BLOB_LEN];
    struct scene s;
    uint8_t e[32], mac[AW_PRESENCE_MAC_LEN], blob[AW_PRESENCE_BLOB_LEN];

    setup(&s, 5);
    memset(e, 1, sizeof e);
    memset(mac, 1, sizeof mac);
    memset(blob, 1, sizeof blob);
    T_EQ(aw_presence_make(e, mac, blob, zero, s.point.pk, s.keys.safe_key, s.act, 1, &s.keys,
                          &s.random),
         AW_E_AUTH);
    T_MEM_EQ(e, zero, sizeof e);
    T_MEM_EQ(mac, zero, sizeof mac);
    T_MEM_EQ(blob, zero, sizeof blob);
    T_EQ(aw_presence_judge(&s.accept, zero, mac, &s.keys, s.id, s.act), AW_PRESENCE_WRONG);
    T_EQ(aw_presence_blob_open(&s.keys, &s.accept, zero, blob), AW_E_AUTH);
    s.rng.fills_left = 0;
    T_EQ(aw_presence_make(e, mac, blob, s.accept.pk, s.point.pk, s.keys.safe_key, s.act, 1, &s.keys,
                          &s.random),
         AW_E_ENTROPY);
    T_MEM_EQ(e, zero, sizeof e);
}

/* Goal: key blobs reach only the contact, whole, in and outside the circle alike, and beside a
 * MAC that is judged as usual. Method: round trip, each bit flipped, another accept key. */
static void test_blob(void)
{
    struct scene s, other;
    struct aw_presence_keys got;
    uint8_t e[32], mac[AW_PRESENCE_MAC_LEN], blob[AW_PRESENCE_BLOB_LEN];

    setup(&s, 6);
    setup(&other, 7);
    for (int circle = 0; circle < 2; circle++) {
        s.keys.circle = circle == 1;
        T_EQ(aw_presence_make(e, mac, blob, s.accept.pk, s.point.pk, s.keys.safe_key, s.act, 1,
                              &s.keys, &s.random),
             AW_OK);
        memset(&got, 0xaa, sizeof got);
        T_EQ(aw_presence_blob_open(&got, &s.accept, e, blob), AW_OK);
        T_EQ(got.circle, circle == 1);
        T_MEM_EQ(got.safe_key, s.keys.safe_key, 32);
        T_MEM_EQ(got.duress_key, s.keys.duress_key, 32);
        T_EQ(aw_presence_judge(&s.accept, e, mac, &s.keys, s.id, s.act), AW_PRESENCE_SAFE);
    }
    memset(&got, 0, sizeof got);
    T_EQ(aw_presence_blob_open(&got, &other.accept, e, blob), AW_E_AUTH);
    for (size_t bit = 0; bit < 8 * sizeof blob; bit += t_step(17)) {
        blob[bit / 8] ^= (uint8_t)(1u << bit % 8);
        T_EQ(aw_presence_blob_open(&got, &s.accept, e, blob), AW_E_AUTH);
        blob[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    T_TRUE(aw_secret_is_zero(got.safe_key, 32) && !got.circle);
}

/* Goal: an authentic blob with a flag that is neither 0 nor 1 is refused.
 * Method: the blob is made by hand (spec/09-crypto.md §10.5), with each flag. */
static void test_blob_flag(void)
{
    static const uint8_t nonce[AW_NONCE_LEN];
    uint8_t context[64], dh[32], key[32], blob[AW_PRESENCE_BLOB_LEN];
    struct aw_presence_keys got;
    struct aw_dh_key e;
    struct scene s;

    setup(&s, 8);
    T_EQ(aw_dh_keypair(&e, &s.random), AW_OK);
    T_EQ(aw_dh(dh, e.sk, s.accept.pk), AW_OK);
    memcpy(context, e.pk, 32);
    memcpy(context + 32, s.accept.pk, 32);
    aw_kdf_extract(key, (struct aw_bytes){NULL, 0}, AW_BYTES_OF(dh));
    aw_kdf(key, sizeof key, key, AW_LABEL_PRESENCE_KEYS, AW_BYTES_OF(context));
    for (unsigned flag = 0; flag < 256; flag++) {
        memset(blob, 7, sizeof blob);
        blob[0] = (uint8_t)flag;
        aw_aead_seal(blob, blob + 97, blob, 97, key, nonce, (struct aw_bytes){NULL, 0});
        T_EQ(aw_presence_blob_open(&got, &s.accept, e.pk, blob), flag > 1 ? AW_E_FORMAT : AW_OK);
    }
}

/* Goal: who holds both of her secrets and the accept key, but no circle key, cannot test a word: a
 * contact outside the circle with an image of her phone (spec/09-crypto.md §10.4).
 * Method: the word judged with the right contact keys and another circle key. */
static void test_without_the_point(void)
{
    uint8_t e[32], mac[AW_PRESENCE_MAC_LEN];
    struct aw_presence_keys his;
    struct scene s;

    setup(&s, 9);
    his = s.keys;
    t_rng_bytes(&s.rng, his.circle_key, sizeof his.circle_key);
    for (unsigned i = 0; i < 2; i++) {
        const uint8_t *typed = i == 0 ? s.keys.safe_key : s.keys.duress_key;

        T_EQ(aw_presence_make(e, mac, NULL, s.accept.pk, s.point.pk, typed, s.act, 1, NULL,
                              &s.random),
             AW_OK);
        T_TRUE(aw_presence_judge(&s.accept, e, mac, &s.keys, s.id, s.act) != AW_PRESENCE_WRONG);
        T_EQ(aw_presence_judge(&s.accept, e, mac, &his, s.id, s.act), AW_PRESENCE_WRONG);
    }
}

/* Goal: a contact's key says nothing about another's. Method: two channels, two keys. */
static void test_contact_keys(void)
{
    uint8_t presence[32] = {1}, channel[32] = {2}, a[32], b[32];

    aw_presence_contact_key(a, presence, channel);
    channel[0]++;
    aw_presence_contact_key(b, presence, channel);
    T_TRUE(memcmp(a, b, sizeof a) != 0);
}

int main(void)
{
    T_REQUIRE(aw_crypto_init() == AW_OK);
    T_RUN(test_derive);
    T_RUN(test_picture);
    T_RUN(test_tweak_is_bounded);
    T_RUN(test_verdicts);
    T_RUN(test_every_bit);
    T_RUN(test_small_order_and_entropy);
    T_RUN(test_blob);
    T_RUN(test_blob_flag);
    T_RUN(test_without_the_point);
    T_RUN(test_contact_keys);
    return t_end();
}
