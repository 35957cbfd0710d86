/* SPDX-License-Identifier: ISC */
#include "bench.h"
#include "lab.h"

#include "base/assert.h"
#include "support/circle.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/*
 * Contact: a host that watches 1,000 subjects, one engine for each in one process. One input of
 * one engine: time that passes, and a beat with all that follows from it, to a reply that may
 * leave and records that are reported stored; beside the libsodium calls that it cannot do
 * without, made alone. The engines are copies of one that the tests' circle has set up, which a
 * host must not do; here it saves a thousand pairings.
 */

#define ENGINES 1000

struct host {
    struct circle circle;
    struct aw_contact *engines, *before;
    uint32_t mailbox;
    uint32_t deposited_at_s;
    struct aw_bytes cell;
    struct aw_now now;
    size_t stored; /* bytes of records */
    size_t sent;
};

/* Takes all actions, as a host whose store and relay cost nothing. */
static void serve(struct host *h, struct aw_contact *engine)
{
    struct aw_action action;

    while (aw_contact_next_action(engine, &action)) {
        if (action.kind == AW_ACTION_STORE) {
            for (size_t i = 0; i < action.store.count; i++)
                h->stored += action.store.ops[i].value.len;
        }
        h->sent += action.kind == AW_ACTION_SEND;
        aw_contact_done(engine, action.id, AW_OK, h->now);
    }
}

static void tick(struct host *h, struct aw_contact *engine)
{
    aw_contact_tick(engine, h->now);
    serve(h, engine);
    AW_ASSERT(aw_contact_deadline_ms(engine) > h->now.mono_ms);
}

static void beat(struct host *h, struct aw_contact *engine)
{
    enum aw_status st = aw_contact_feed(engine, h->mailbox, h->cell, h->deposited_at_s, h->now);

    AW_ASSERT(st == AW_OK);
    serve(h, engine);
    AW_ASSERT(aw_contact_deadline_ms(engine) > h->now.mono_ms);
}

/* What a beat cannot do without: open, verify, answer the offer, sign a receipt, seal. */
static void primitives(struct host *h, struct aw_contact *engine)
{
    static uint8_t sk[32] = {8}, pk[32] = {9}, out[64], text[512], key[32], nonce[12], tag[16];
    static uint8_t sign_pk[32], sign_sk[64], sig[64], head[8];
    int r = 0;

    (void)engine;
    if (sig[0] == 0) {
        crypto_sign_seed_keypair(sign_pk, sign_sk, key);
        crypto_sign_detached(sig, NULL, text, 64, sign_sk);
    }
    for (unsigned i = 0; i < 6; i++) /* heads of both lanes, tried; head of the reply */
        crypto_shorthash(head, nonce, 12, key);
    for (unsigned i = 0; i < 4; i++) /* two steps of chains */
        crypto_kdf_blake2b_derive_from_key(out, 32, i, "awchain1", key);
    r |= crypto_aead_chacha20poly1305_ietf_encrypt_detached(text, tag, NULL, text, 476, nonce, 12,
                                                            NULL, nonce, key);
    r |= crypto_aead_chacha20poly1305_ietf_decrypt_detached(text, NULL, text, 476, tag, nonce, 12,
                                                            nonce, key);
    for (unsigned i = 0; i < 2; i++) /* statement and receipt */
        crypto_hash_sha512(out, text, 120);
    r |= crypto_sign_verify_detached(sig, text, 64, sign_pk) == 0 ? 0 : 1;
    for (unsigned i = 0; i < 5; i++)
        crypto_generichash_blake2b(out, 32, text, 160, NULL, 0);
    r |= crypto_scalarmult_base(out, sk); /* a fresh accept key */
    r |= crypto_scalarmult(out, sk, pk);
    for (unsigned i = 0; i < 12; i++) /* keys of the next epoch */
        crypto_auth_hmacsha256(out, text, 40, key);
    r |= crypto_sign_detached(out, NULL, text, 64, sign_sk);
    h->sent += r == 0;
}

enum { TICK = 0, BEAT, CRYPTO, INPUTS };

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* Medians in us, the three in turns for each engine, so that what disturbs hits them alike. */
static void measure(struct host *h, double us[INPUTS])
{
    static void (*const inputs[INPUTS])(struct host *, struct aw_contact *) = {tick, beat,
                                                                               primitives};
    static uint64_t ns[INPUTS][ENGINES];

    for (size_t i = 0; i < ENGINES; i++)
        memcpy(&h->engines[i], h->before, sizeof *h->before);
    h->stored = 0;
    h->sent = 0;
    for (size_t i = 0; i < ENGINES; i++) {
        for (size_t k = 0; k < INPUTS; k++) {
            uint64_t start = bench_now_ns();

            inputs[k](h, &h->engines[i]);
            ns[k][i] = bench_now_ns() - start;
        }
    }
    AW_ASSERT(h->sent == 2 * ENGINES); /* beat and primitives */
    for (size_t k = 0; k < INPUTS; k++) {
        qsort(ns[k], ENGINES, sizeof ns[k][0], compare);
        us[k] = (double)ns[k][ENGINES / 2] / 1000;
    }
}

/* Keeps the cell from being delivered. */
static unsigned keep(struct circle *c, const struct circle_cell *cell)
{
    (void)c;
    return cell->from == 0 ? 1 : 0;
}

/* A circle of one contact, some hours old, and the next beat on its way. */
static void set_up(struct host *h)
{
    struct circle *c = &h->circle;

    circle_init(c, 1, 1);
    circle_set_up(c);
    for (unsigned i = 0; i < 30; i++) { /* an hour each */
        circle_checkin(c, circle_safe);
        circle_run(c, HOUR_S - MIN_S);
    }
    circle_checkin(c, circle_safe); /* nothing becomes due meanwhile */
    circle_run(c, 20 * MIN_S);
    c->fate = keep;
    c->hosts[1].is_asleep = true;
    circle_run(c, 16 * MIN_S);
    AW_ASSERT(c->cell_count > 0 && c->cells[0].len == AW_RELAY_CELL_LEN);
    h->cell = (struct aw_bytes){c->cells[0].bytes, c->cells[0].len};
    h->deposited_at_s = c->cells[0].deposited_at_s;
    h->mailbox = 0;
    h->now = circle_now(c, 1);
    h->before = c->hosts[1].contact;
}

int bench_contact(int argc, char **argv)
{
    static struct host h;
    double us[INPUTS];

    (void)argv;
    h.engines = aligned_alloc(64, ENGINES * sizeof *h.engines);
    if (argc > 1 || h.engines == NULL) {
        (void)fprintf(stderr, "Usage: allswell-lab bench contact\n");
        return argc > 1 ? LAB_USAGE : LAB_FAILED;
    }
    set_up(&h);
    measure(&h, us); /* warms up */
    measure(&h, us);
    (void)printf("%d contact engines, %zu bytes each\n", ENGINES, sizeof *h.engines);
    (void)printf("  time passes                       %8.1f us\n", us[TICK]);
    (void)printf("  a beat, to a reply that may leave %8.1f us   stores %zu bytes\n", us[BEAT],
                 h.stored / ENGINES);
    (void)printf("  its libsodium calls alone         %8.1f us\n", us[CRYPTO]);
    (void)printf("  beside them                       %8.1f us   (target 20)\n",
                 us[BEAT] - us[CRYPTO]);
    circle_free(&h.circle);
    free(h.engines);
    return LAB_OK;
}
