/* SPDX-License-Identifier: ISC */
#include "ct.h"
#include "test.h"

#include <allswell/link.h>

#include "base/bytes.h"
#include "crypto/cell.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/presence.h"
#include "crypto/schedule.h"
#include "crypto/share.h"
#include "crypto/verify.h"
#include "crypto/words.h"

/*
 * Runs under valgrind's memcheck, which takes a secret for memory that was never written. Reading
 * and computing with it is allowed, deciding by it is not. With an argument: leaks on purpose.
 */

/* A random source whose output is secret. */
static bool fill_secret(void *ctx, uint8_t *out, size_t len)
{
    t_rng_bytes(ctx, out, len);
    CT_SECRET(out, len);
    return true;
}

static struct aw_random secret_random(struct t_rng *rng)
{
    return (struct aw_random){.fill = fill_secret, .ctx = rng};
}

/* The same bytes for the same seed, so that the test knows what it marked. */
static void secret(uint8_t *out, size_t len, uint64_t seed)
{
    struct t_rng rng = t_rng(seed);

    t_rng_bytes(&rng, out, len);
    CT_SECRET(out, len);
}

/* Goal: comparing shows nothing on the way. Method: equal, different at either end, zero. */
static void test_equal(void)
{
    uint8_t a[3][32], b[32];
    bool same[4];

    for (size_t i = 0; i < 3; i++)
        secret(a[i], sizeof a[i], 1);
    secret(b, sizeof b, 1);
    a[1][0] ^= 1;
    a[2][31] ^= 1;
    ct_compare_is_secret = ct_zero_is_secret = true;
    for (size_t i = 0; i < 3; i++)
        same[i] = aw_secret_equal(a[i], b, sizeof b);
    same[3] = aw_secret_is_zero(b, sizeof b);
    ct_compare_is_secret = ct_zero_is_secret = false;
    CT_PUBLIC(same, sizeof same);
    T_TRUE(same[0] && !same[1] && !same[2] && !same[3]);
}

/* What a contact of the circle holds. */
struct contact {
    struct aw_dh_key accept;
    struct aw_presence_keys keys;
};

static void contact_init(struct contact *c)
{
    uint8_t sk[AW_KEY_LEN];

    secret(sk, sizeof sk, 2);
    aw_dh_from_secret(&c->accept, sk);
    CT_PUBLIC(c->accept.pk, sizeof c->accept.pk);
    secret(c->keys.safe_key, AW_KEY_LEN, 3);
    secret(c->keys.duress_key, AW_KEY_LEN, 4);
    secret(c->keys.circle_key, AW_KEY_LEN, 7);
    c->keys.circle = true;
    CT_SECRET(&c->keys.circle, sizeof c->keys.circle);
}

/* Goal: neither her phone nor a contact's device shows which secret was typed, nor who is in
 * the circle. Method: safe, duress and wrong keys; the verdict is itself a secret. */
static void test_presence(void)
{
    static const enum aw_presence_verdict want[] = {AW_PRESENCE_SAFE, AW_PRESENCE_DURESS,
                                                    AW_PRESENCE_WRONG};
    uint8_t e[AW_KEY_LEN], macs[2 * AW_PRESENCE_MAC_LEN], blob[AW_PRESENCE_BLOB_LEN];
    uint8_t acts[2 * AW_HASH_LEN] = {1}, key[AW_KEY_LEN], id[AW_HASH_LEN] = {2};
    struct t_rng rng = t_rng(5);
    const struct aw_random random = secret_random(&rng);
    enum aw_presence_verdict verdict;
    struct aw_presence_keys got;
    struct aw_dh_key point;
    struct contact c;
    unsigned picture;

    contact_init(&c);
    aw_presence_point(&point, c.keys.circle_key, id);
    CT_PUBLIC(point.pk, sizeof point.pk);
    for (size_t i = 0; i < 3; i++) {
        secret(key, sizeof key, 3 + i);
        T_EQ(aw_presence_make(e, macs, blob, c.accept.pk, point.pk, key, acts, 2, &c.keys, &random),
             AW_OK);
        CT_PUBLIC(e, sizeof e);
        CT_PUBLIC(macs, sizeof macs);
        CT_PUBLIC(blob, sizeof blob);
        for (size_t n = 0; n < 2; n++) { /* of the call, and of its frame */
            ct_compare_is_secret = true;
            verdict = aw_presence_judge(&c.accept, e, macs + n * AW_PRESENCE_MAC_LEN, &c.keys, id,
                                        acts + n * AW_HASH_LEN);
            ct_compare_is_secret = false;
            CT_PUBLIC(&verdict, sizeof verdict);
            T_EQ(verdict, want[i]);
        }
    }
    ct_plain_is_public = true;
    T_EQ(aw_presence_blob_open(&got, &c.accept, e, blob), AW_OK);
    ct_plain_is_public = false;
    CT_PUBLIC(&c.keys, sizeof c.keys);
    CT_PUBLIC(&got, sizeof got);
    T_TRUE(got.circle);
    T_MEM_EQ(got.duress_key, c.keys.duress_key, AW_KEY_LEN);

    aw_presence_contact_key(key, key, id);
    picture = aw_presence_picture(key, id);
    CT_PUBLIC(&picture, sizeof picture);
    T_TRUE(picture < AW_PRESENCE_PICTURE_COUNT);
}

/* Goal: a cell shows nothing of its keys and its index but whether it is ours. Method: the
 * right keys, another lane's, a changed tag. */
static void test_cell(void)
{
    uint8_t header[AW_KEY_LEN], other[AW_KEY_LEN], message[AW_KEY_LEN];
    uint8_t cell[AW_CELL_LEN], plain[AW_CELL_PLAIN_LEN], text[40], nonce[AW_NONCE_LEN] = {1};
    uint32_t index = 258;

    secret(header, sizeof header, 10);
    secret(other, sizeof other, 11);
    secret(message, sizeof message, 12);
    secret(text, sizeof text, 13);
    CT_SECRET(&index, sizeof index);
    T_EQ(aw_cell_seal(cell, sizeof cell, header, message, index, nonce, AW_BYTES_OF(text)), AW_OK);
    CT_PUBLIC(cell, sizeof cell);
    index = 0;
    T_EQ(aw_cell_peek(cell, sizeof cell, other, &index), AW_E_AUTH);
    T_EQ(aw_cell_peek(cell, sizeof cell, header, &index), AW_OK);
    T_EQ(aw_cell_open(plain, cell, sizeof cell, message), AW_OK);
    CT_PUBLIC(&index, sizeof index);
    CT_PUBLIC(plain, sizeof plain);
    CT_PUBLIC(text, sizeof text);
    T_EQ(index, 258);
    T_MEM_EQ(plain, text, sizeof text);
    cell[sizeof cell - 1] ^= 1;
    T_EQ(aw_cell_open(plain, cell, sizeof cell, message), AW_E_AUTH);
}

/* Goal: no step of the key schedule decides by a key. Method: each kind of derivation; the test
 * passes by not being stopped. */
static void test_kdf(void)
{
    static struct aw_epoch_keys keys;
    uint8_t key[AW_KEY_LEN], dh[AW_KEY_LEN], out[AW_KEY_LEN], id[AW_KEY_LEN] = {1};
    uint16_t words[AW_WORDS_COUNT];

    secret(key, sizeof key, 20);
    secret(dh, sizeof dh, 21);
    aw_kdf_extract(out, AW_BYTES_OF(key), AW_BYTES_OF(dh));
    aw_kdf(out, sizeof out, out, AW_LABEL_ROOT, AW_BYTES_OF(id));
    aw_chain_step(key, out);
    aw_chain_skip(key, 3);
    aw_capability_derive(out, key, id);
    aw_epoch_next(&keys, key, 7, dh, id, id);
    aw_words_derive(words, key);
    CT_PUBLIC(&keys, sizeof keys);
    CT_PUBLIC(words, sizeof words);
    T_TRUE(!aw_secret_is_zero(keys.root, sizeof keys.root));
    for (size_t i = 0; i < AW_WORDS_COUNT; i++)
        T_TRUE(words[i] < AW_WORDS_LIST_COUNT);
}

/* Goal: making and combining shares shows the indices and nothing else. Method: 2 of 3, the
 * polynomial and the scalars secret, one share forged. */
static void test_share(void)
{
    static const uint8_t indices[3] = {1, 2, 9};
    uint8_t key[AW_KEY_LEN], got[AW_KEY_LEN], shares[3][AW_SHARE_LEN];
    uint8_t state[AW_STATE_LEN], opened[AW_STATE_LEN], sealed[AW_STATE_SEALED_LEN];
    struct t_rng rng = t_rng(30);
    const struct aw_random random = secret_random(&rng);

    secret(state, sizeof state, 31);
    T_EQ(aw_share_key(key, &random), AW_OK);
    T_EQ(aw_share_split(shares, indices, 3, 2, key, &random), AW_OK);
    aw_state_seal(sealed, state, key);
    CT_PUBLIC(sealed, sizeof sealed);
    T_EQ(aw_share_combine(got, shares, 2), AW_OK);
    shares[0][1] ^= 1;
    T_EQ(aw_share_open_any(opened, shares, 3, 2, sealed), AW_OK);
    CT_PUBLIC(key, sizeof key);
    CT_PUBLIC(got, sizeof got);
    CT_PUBLIC(state, sizeof state);
    CT_PUBLIC(opened, sizeof opened);
    T_MEM_EQ(got, key, sizeof key);
    T_MEM_EQ(opened, state, sizeof state);
}

/* Goal: a link shows nothing of its keys, from the handshake on. Method: the relay's key, both
 * ephemeral keys and the plaintext are secret; a frame each way, then a forged one. */
static void test_link(void)
{
    uint8_t sk[AW_LINK_KEY_LEN], pk[AW_LINK_KEY_LEN], frame[256], answer[AW_LINK_ANSWER_LEN];
    struct t_rng rng = t_rng(40);
    const struct aw_random random = secret_random(&rng);
    struct aw_buf first = AW_BUF_OF(frame), out = AW_BUF_OF(answer);
    struct aw_link client, relay;
    struct aw_bytes plain;
    uint8_t text[20];
    size_t len;

    T_EQ(aw_link_keypair(sk, pk, &random), AW_OK);
    CT_PUBLIC(pk, sizeof pk);
    secret(text, sizeof text, 41);
    T_EQ(aw_link_client_init(&client, pk, &random, AW_BYTES_OF(text), &first), AW_OK);
    CT_PUBLIC(frame, first.len);
    T_EQ(aw_link_server_init(&relay, sk, pk), AW_OK);
    T_EQ(aw_link_accept(&relay, frame, first.len, &random, &plain, &out), AW_OK);
    CT_PUBLIC(answer, sizeof answer);
    T_EQ(aw_link_finish(&client, answer, sizeof answer), AW_OK);

    memcpy(frame + AW_LINK_HEADER_LEN, text, sizeof text);
    T_EQ(aw_link_seal(&client, frame, sizeof frame, sizeof text, &len), AW_OK);
    CT_PUBLIC(frame, len);
    T_EQ(aw_link_open(&relay, frame, len, &plain), AW_OK);
    T_EQ(plain.len, sizeof text);
    CT_PUBLIC(frame, sizeof frame);
    CT_PUBLIC(text, sizeof text);
    T_MEM_EQ(plain.ptr, text, sizeof text);
    memset(frame, 0, sizeof frame);
    frame[1] = 20;
    T_EQ(aw_link_open(&client, frame, 22, &plain), AW_E_AUTH);
}

/* The other two patterns, whose static and pre-shared keys are secret as well. */
static void shake_hands(enum aw_noise_pattern pattern)
{
    uint8_t sk[AW_KEY_LEN], psk[AW_KEY_LEN], wire[256], space[256], a[2][AW_KEY_LEN];
    struct t_rng rng = t_rng(50);
    const struct aw_random random = secret_random(&rng);
    struct aw_noise noise[2];
    struct aw_dh_key keys[2];

    secret(psk, sizeof psk, 51);
    for (size_t i = 0; i < 2; i++) {
        secret(sk, sizeof sk, 52 + i);
        aw_dh_from_secret(&keys[i], sk);
        CT_PUBLIC(keys[i].pk, sizeof keys[i].pk);
    }
    for (size_t i = 0; i < 2; i++) {
        const struct aw_noise_config config = {
            .pattern = pattern,
            .initiator = i == 0,
            .s = &keys[i],
            .rs = i == 0 || pattern == AW_NOISE_KKPSK0 ? keys[1 - i].pk : NULL,
            .psk = psk};

        T_EQ(aw_noise_init(&noise[i], &config, &random), AW_OK);
    }
    for (size_t i = 0; i < 2; i++) {
        struct aw_buf out = AW_BUF_OF(wire), payload = AW_BUF_OF(space);

        T_EQ(aw_noise_write(&noise[i], (struct aw_bytes){psk, 9}, &out), AW_OK);
        CT_PUBLIC(wire, sizeof wire);
        T_EQ(aw_noise_read(&noise[1 - i], aw_buf_bytes(&out), &payload), AW_OK);
        T_EQ(payload.len, 9);
    }
    aw_noise_split(&noise[0], a[0], a[1]);
    aw_noise_split(&noise[1], sk, psk);
    CT_PUBLIC(a, sizeof a);
    CT_PUBLIC(psk, sizeof psk);
    T_MEM_EQ(a[0], psk, sizeof psk);
}

/* Goal: pairing and restore show nothing of their keys. Method: a whole handshake of each. */
static void test_handshakes(void)
{
    shake_hands(AW_NOISE_IKPSK1);
    shake_hands(AW_NOISE_KKPSK0);
}

static int leak(const char *how)
{
    uint8_t a[32], b[32] = {0};

    secret(a, sizeof a, 1);
    if (strcmp(how, "branch") == 0)
        printf("equal: %s\n", ct_leak_by_branch(a, b, sizeof a) ? "yes" : "no");
    else
        b[0] = ct_leak_by_table(a[0]);
    return 0;
}

int main(int argc, char **argv)
{
    if (!RUNNING_ON_VALGRIND) {
        printf("not under valgrind: would show nothing\n");
        return 1;
    }
    T_REQUIRE(aw_crypto_init() == AW_OK);
    if (argc > 1)
        return leak(argv[1]);
    T_RUN(test_equal);
    T_RUN(test_presence);
    T_RUN(test_cell);
    T_RUN(test_kdf);
    T_RUN(test_share);
    T_RUN(test_link);
    T_RUN(test_handshakes);
    return t_end();
}
