/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/bytes.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/schedule.h"
#include "crypto/verify.h"
#include "crypto/words.h"

static const uint8_t psk[AW_KEY_LEN] = {5};

static void pair_up(struct aw_noise *a, struct aw_noise *b, uint64_t seed)
{
    struct t_rng rng = t_rng(seed);
    struct aw_random random = t_random(&rng);
    struct aw_dh_key sa, sb;
    struct aw_noise_config ca = {.pattern = AW_NOISE_IKPSK1, .initiator = true};
    struct aw_noise_config cb = {.pattern = AW_NOISE_IKPSK1};
    uint8_t wire[128];
    struct aw_buf out = AW_BUF_OF(wire), in = {NULL, 0, 0};
    const struct aw_bytes none = {NULL, 0};

    T_EQ(aw_dh_keypair(&sa, &random), AW_OK);
    T_EQ(aw_dh_keypair(&sb, &random), AW_OK);
    ca.s = &sa;
    ca.rs = sb.pk;
    cb.s = &sb;
    ca.psk = cb.psk = psk;
    T_EQ(aw_noise_init(a, &ca, &random), AW_OK);
    T_EQ(aw_noise_init(b, &cb, &random), AW_OK);
    T_EQ(aw_noise_write(a, none, &out), AW_OK);
    T_EQ(aw_noise_read(b, aw_buf_bytes(&out), &in), AW_OK);
    out.len = 0;
    T_EQ(aw_noise_write(b, none, &out), AW_OK);
    T_EQ(aw_noise_read(a, aw_buf_bytes(&out), &in), AW_OK);
}

/* Every 32-byte key of an epoch differs from every other. */
static void check_distinct(const struct aw_epoch_keys *k)
{
    const uint8_t *p = (const uint8_t *)k;
    size_t count = sizeof *k / AW_KEY_LEN;

    T_EQ(count * AW_KEY_LEN, sizeof *k);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++)
            T_TRUE(memcmp(p + i * AW_KEY_LEN, p + j * AW_KEY_LEN, AW_KEY_LEN) != 0);
    }
}

/* Goal: both sides derive the same first epoch; another pairing, or another number of the
 * epoch, gives other keys. Method: two pairings. */
static void test_first(void)
{
    struct aw_noise a, b, c, d;
    struct aw_epoch_keys ka, kb, other;

    pair_up(&a, &b, 1);
    pair_up(&c, &d, 2);
    aw_epoch_first(&ka, &a, 0);
    aw_epoch_first(&kb, &b, 0);
    T_MEM_EQ(&ka, &kb, sizeof ka);
    check_distinct(&ka);
    aw_epoch_first(&other, &c, 0);
    T_TRUE(memcmp(other.root, ka.root, AW_KEY_LEN) != 0);
    aw_epoch_first(&other, &a, 1);
    T_TRUE(memcmp(other.root, ka.root, AW_KEY_LEN) != 0);
}

/* Goal: the next epoch needs the root, the DH result and both public keys, in their order.
 * Method: each input changed in turn; and in place. */
static void test_next(void)
{
    uint8_t root[32] = {1}, dh[32] = {2}, offer[32] = {3}, accept[32] = {4};
    struct aw_epoch_keys k, other;

    aw_epoch_next(&k, root, 7, dh, offer, accept);
    check_distinct(&k);
    aw_epoch_next(&other, root, 8, dh, offer, accept);
    T_TRUE(memcmp(&k, &other, sizeof k) != 0);
    aw_epoch_next(&other, root, 7, dh, accept, offer);
    T_TRUE(memcmp(&k, &other, sizeof k) != 0);
    for (size_t i = 0; i < 4; i++) {
        uint8_t *const in[] = {root, dh, offer, accept};

        in[i][31] ^= 0x80;
        aw_epoch_next(&other, root, 7, dh, offer, accept);
        T_TRUE(memcmp(&k, &other, sizeof k) != 0);
        in[i][31] ^= 0x80;
    }
    memcpy(other.root, root, sizeof root);
    aw_epoch_next(&other, other.root, 7, dh, offer, accept);
    T_MEM_EQ(&k, &other, sizeof k);
}

/* Goal: the schedule is that of spec/09-crypto.md, from pairing to lanes, words and names.
 * Method: answers computed by the Python of tests/vectors/oracle.py; every input is one byte
 * and 31 zeros. */
static void test_known_answers(void)
{
    static const uint8_t key[16][32] = {{0}, {1}, {2},  {3},  {4},  {5},  {6},  {7},
                                        {8}, {9}, {10}, {11}, {12}, {13}, {14}, {15}};
    struct aw_noise_config ci = {.pattern = AW_NOISE_IKPSK1, .initiator = true, .psk = key[15]};
    struct aw_noise_config cr = {.pattern = AW_NOISE_IKPSK1, .psk = key[15]};
    static const uint16_t words[AW_WORDS_COUNT] = {463, 773, 848, 1163, 1662, 125};
    uint16_t got[AW_WORDS_COUNT];
    struct aw_dh_key si, sr;
    struct aw_noise i, r;
    struct aw_epoch_keys k;
    uint8_t wire[128], out[32];
    struct aw_buf buf = AW_BUF_OF(wire), in = {NULL, 0, 0};

    aw_epoch_next(&k, key[1], 7, key[2], key[3], key[4]);
    T_HEX_EQ(k.root, 32, "1449008ab3203a2c6fa6346a296c16cb0c9bd8dd7eabca9c08cc0ec95f7be59b");
    T_HEX_EQ(k.resumption, 32, "ac1c4f978a8425d14edb5ac663cbaf417a1d4f52ae9a3960e22fdcdcba3d5eee");
    T_HEX_EQ(k.lane[AW_LANE_BULK][AW_DIRECTION_ACCEPT].header_key, 32,
             "e78b6cd05481e70034aa73cb2ed813fc6ec72a8d1067e6da23642dcadbbbbf07");
    T_HEX_EQ(k.lane[AW_LANE_BULK][AW_DIRECTION_ACCEPT].chain, 32,
             "845c05b4b04855f5b89cf75df29a8a40d85ab5e74c6bad7018c44807758e464d");
    aw_words_derive(got, key[6]);
    T_MEM_EQ(got, words, sizeof got);
    aw_capability_derive(out, key[1], key[2]);
    T_HEX_EQ(out, 32, "a9cfaa198b070f9a1bbb4f878ad0d2710efb9b9adcabe53e40b703eba1e8a363");
    aw_channel_id(out, key[1]);
    T_HEX_EQ(out, 32, "f52cb91f0f04d8ec9bb5670c1403a1b7ffbff103604d66e5ceb416e362a0e762");

    aw_dh_from_secret(&si, key[11]);
    aw_dh_from_secret(&sr, key[13]);
    ci.s = &si;
    ci.e = key[12];
    ci.rs = sr.pk;
    cr.s = &sr;
    cr.e = key[14];
    ci.prologue = cr.prologue = (struct aw_bytes){(const uint8_t *)AW_LABEL_PROLOGUE_PAIR,
                                                  sizeof AW_LABEL_PROLOGUE_PAIR - 1};
    T_EQ(aw_noise_init(&i, &ci, NULL), AW_OK);
    T_EQ(aw_noise_init(&r, &cr, NULL), AW_OK);
    T_EQ(aw_noise_write(&i, (struct aw_bytes){NULL, 0}, &buf), AW_OK);
    T_EQ(aw_noise_read(&r, aw_buf_bytes(&buf), &in), AW_OK);
    buf.len = 0;
    T_EQ(aw_noise_write(&r, (struct aw_bytes){NULL, 0}, &buf), AW_OK);
    T_EQ(aw_noise_read(&i, aw_buf_bytes(&buf), &in), AW_OK);
    aw_epoch_first(&k, &i, 0);
    T_HEX_EQ(k.root, 32, "f1e28531a686e8a3cad31ddc53d908508b15f8cf42504e969ba7d770dfc392f7");
    aw_noise_hash(&r, out);
    T_HEX_EQ(out, 32, "ed2f29e6803bbf619450adecc286ec72123e68695c34a67b96fcac48054a713c");
}

/* Goal: a capability belongs to one seed and one relay; a channel id to one handshake.
 * Method: each input changed. */
static void test_ids(void)
{
    uint8_t seed[32] = {1}, relay[32] = {2}, a[32], b[32];

    aw_capability_derive(a, seed, relay);
    relay[0]++;
    aw_capability_derive(b, seed, relay);
    T_TRUE(memcmp(a, b, sizeof a) != 0);
    aw_channel_id(a, seed);
    aw_hash(b, AW_LABEL_HASH_CHANNEL, AW_BYTES_OF(seed));
    T_MEM_EQ(a, b, sizeof a);
}

/* Goal: both sides read the same six words, another pairing other ones, and the indices are
 * the first 66 bits, most significant first. Method: two pairings; the KDF by hand. */
static void test_words(void)
{
    struct aw_noise a, b;
    uint8_t ha[32], hb[32], bits[9];
    uint16_t wa[AW_WORDS_COUNT], wb[AW_WORDS_COUNT];

    pair_up(&a, &b, 3);
    aw_noise_hash(&a, ha);
    aw_noise_hash(&b, hb);
    aw_words_derive(wa, ha);
    aw_words_derive(wb, hb);
    T_MEM_EQ(wa, wb, sizeof wa);
    aw_kdf(bits, sizeof bits, ha, AW_LABEL_WORDS, (struct aw_bytes){NULL, 0});
    T_EQ(wa[0], bits[0] << 3 | bits[1] >> 5);
    T_EQ(wa[5], (bits[6] & 1) << 10 | bits[7] << 2 | bits[8] >> 6);
    hb[0] ^= 1;
    aw_words_derive(wb, hb);
    T_TRUE(memcmp(wa, wb, sizeof wa) != 0);
}

/* Goal: the list is 2048 different words, in order, told apart by four letters.
 * Method: compare neighbours. */
static void test_word_list(void)
{
    T_STR_EQ(aw_words_get(0), "abandon");
    T_STR_EQ(aw_words_get(2047), "zoo");
    for (uint16_t i = 0; i < AW_WORDS_LIST_COUNT; i++) {
        const char *word = aw_words_get(i);

        T_TRUE(strlen(word) >= 3 && strlen(word) <= AW_WORDS_WORD_MAX);
        T_EQ(strspn(word, "abcdefghijklmnopqrstuvwxyz"), strlen(word));
        if (i > 0)
            T_TRUE(strncmp(aw_words_get((uint16_t)(i - 1)), word, 4) < 0);
    }
}

int main(void)
{
    T_REQUIRE(aw_crypto_init() == AW_OK);
    T_RUN(test_first);
    T_RUN(test_next);
    T_RUN(test_known_answers);
    T_RUN(test_ids);
    T_RUN(test_words);
    T_RUN(test_word_list);
    return t_end();
}
