/* SPDX-License-Identifier: ISC */
#include "bench.h"
#include "lab.h"

#include "base/assert.h"
#include "support/circle.h"

#include <sodium.h>
#include <stdio.h>

/*
 * Seal: one check-in for five contacts, and for as many as there may be, from the secret's key to
 * five cells that may leave, and five for the switches, with its records handed out and reported
 * stored; beside the libsodium calls that it cannot do without, made alone. The circle is that of
 * the tests.
 */

#define COUNT 200

/* One check-in; the engine is put back to before it, outside the timed part. */
static uint64_t checkin_ns(struct circle *c, const struct aw_subject *before, unsigned *cells)
{
    struct aw_subject *s = c->hosts[0].subject;
    struct aw_now now = circle_now(c, 0);
    struct aw_action action;
    enum aw_status st;
    uint64_t start, spent;

    memcpy(s, before, sizeof *s);
    *cells = 0;
    start = bench_now_ns();
    st = aw_subject_checkin(s, circle_safe, NULL, 0, NULL, now);
    AW_ASSERT(st == AW_OK);
    while (aw_subject_next_action(s, &action)) {
        *cells += action.kind == AW_ACTION_SEND;
        aw_subject_done(s, action.id, AW_OK, now);
    }
    spent = bench_now_ns() - start;
    return spent;
}

/* What is done once for all contacts. */
static void primitives_once(void)
{
    static uint8_t pk[32], sk[64], sig[64], hash[64], text[160], key[32];
    static uint8_t nonce[12], state[112], scalar[2][32], product[32];
    unsigned i;

    crypto_generichash_blake2b(hash, 32, text, 80, NULL, 0); /* statement */
    crypto_hash_sha512(hash, text, 100);                     /* labelled prehash */
    crypto_sign_seed_keypair(pk, sk, key);                   /* the stored seed */
    crypto_sign_detached(sig, NULL, hash, 64, sk);           /* signature */
    for (i = 0; i < 2; i++) {                                /* her state, and the coarse one */
        crypto_auth_hmacsha256(hash, text, 40, key);
        crypto_aead_chacha20poly1305_ietf_encrypt(state, NULL, text, 96, NULL, 0, NULL, nonce, key);
    }
    crypto_core_ristretto255_scalar_random(scalar[0]); /* key to be shared */
    crypto_core_ristretto255_scalar_random(scalar[1]); /* coefficient, k = 2 */
    for (i = 0; i < AW_PLAN_MEMBER_MAX; i++) {         /* a share for each number */
        crypto_core_ristretto255_scalar_mul(product, scalar[1], scalar[0]);
        crypto_core_ristretto255_scalar_add(product, product, scalar[0]);
    }
}

/* A call, and what his switch holds. */
static void seal_cell(const uint8_t text[476])
{
    static uint8_t cell[512], nonce[12], short_hash[8], chain[32], next[32], key[32];

    crypto_kdf_blake2b_derive_from_key(next, 32, 1, "awchain1", chain);
    crypto_kdf_blake2b_derive_from_key(key, 32, 2, "awchain1", chain);
    crypto_shorthash(short_hash, nonce, 12, chain); /* head */
    crypto_shorthash(short_hash, nonce, 12, chain);
    crypto_aead_chacha20poly1305_ietf_encrypt(cell, NULL, text, 476, nonce, 8, NULL, nonce, key);
}

/* What every contact costs. */
static void primitives_each(void)
{
    static uint8_t e_sk[32] = {8}, e_pk[32], accept[32] = {9}, dh[32], hash[32], text[476];
    static uint8_t chain[32];
    enum aw_status st = AW_OK;

    crypto_scalarmult_base(e_pk, e_sk); /* E */
    for (int i = 0; i < 2; i++) { /* the contact's accept key, and the circle's point (09 §10) */
        st = crypto_scalarmult(dh, e_sk, accept) == 0 ? AW_OK : AW_E_AUTH;
        AW_ASSERT(st == AW_OK);
    }
    crypto_auth_hmacsha256(hash, text, 60, chain);            /* presence key of the contact */
    crypto_generichash_blake2b(hash, 32, text, 200, NULL, 0); /* act */
    crypto_auth_hmacsha256(hash, dh, 32, hash);               /* MAC key */
    crypto_auth_hmacsha256(hash, text, 120, hash);            /* MAC */
    seal_cell(text);
    seal_cell(text);
}

static void primitives(void *ctx)
{
    const unsigned *contacts = ctx;
    unsigned i;

    primitives_once();
    for (i = 0; i < *contacts; i++)
        primitives_each();
}

static void measure(struct aw_subject *before, unsigned contacts)
{
    static struct circle c;
    double ours = 0, theirs;
    unsigned cells = 0;

    circle_init(&c, contacts, 1);
    circle_set_up(&c);
    memcpy(before, c.hosts[0].subject, sizeof *before);
    for (unsigned round = 0; round < BENCH_ROUNDS; round++) {
        uint64_t sum = 0;

        for (unsigned i = 0; i < COUNT; i++) {
            sum += checkin_ns(&c, before, &cells);
            AW_ASSERT(cells == 2 * contacts);
        }
        if (round == 0 || (double)sum / COUNT < ours)
            ours = (double)sum / COUNT;
    }
    theirs = bench_ns(primitives, &contacts, COUNT);
    (void)printf("a check-in for %u contacts\n", contacts);
    (void)printf("  engine, to cells that may leave %8.1f us\n", ours / 1000);
    (void)printf("  its libsodium calls alone       %8.1f us   ratio %.2f (target 1.20)\n",
                 theirs / 1000, ours / theirs);
    circle_free(&c);
}

int bench_seal(int argc, char **argv)
{
    struct aw_subject *before;

    if (argc > 1)
        return bench_no_options("seal", argv[1]);
    before = aligned_alloc(64, sizeof *before);
    if (before == NULL)
        return LAB_FAILED;
    measure(before, 5);
    measure(before, AW_PLAN_MEMBER_MAX);
    (void)printf("the subject's engine has %zu bytes\n", sizeof *before);
    free(before);
    return LAB_OK;
}
