/* SPDX-License-Identifier: ISC */
#include "bench.h"
#include "lab.h"

#include "base/assert.h"
#include "support/council.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/*
 * Contact: a host that watches 1,000 subjects, each with a circle of five, one engine for each in
 * one process. One input of one engine, with all that follows from it, to a reply that may leave
 * and records that are reported stored; beside the libsodium calls that it cannot do without, made
 * alone. The engines are copies of one that the tests' circle has set up, which a host must not do;
 * here it saves thousands of pairings.
 */

#define ENGINES 1000
#define CIRCLE  5

/* Of one input beside its libsodium calls, in us. */
#define TARGET 20

/* A cell that arrives, and in which mailbox. */
struct arrival {
    struct aw_bytes cell;
    uint32_t mailbox, deposited_at_s;
};

enum input { TICK, PROOF, SWITCH, BEAT, WITNESS, CHECKIN, INPUTS };

struct host {
    struct circle circle;
    struct aw_contact *engines, *before;
    struct arrival arrivals[INPUTS]; /* none for TICK and PROOF */
    struct aw_now now;
    size_t stored[INPUTS]; /* bytes of records */
    enum input input;      /* that is measured now */
    size_t sent;
};

/* Takes all actions, as a host whose store and relay cost nothing. */
static void serve(struct host *h, struct aw_contact *engine)
{
    struct aw_action action;

    while (aw_contact_next_action(engine, &action)) {
        if (action.kind == AW_ACTION_STORE) {
            for (size_t i = 0; i < action.store.count; i++)
                h->stored[h->input] += action.store.ops[i].value.len;
        }
        h->sent += action.kind == AW_ACTION_SEND;
        aw_contact_done(engine, action.id, AW_OK, h->now);
    }
}

static void take(struct host *h, struct aw_contact *engine)
{
    const struct arrival *a = &h->arrivals[h->input];
    enum aw_status st = AW_OK;

    if (h->input == TICK)
        aw_contact_tick(engine, h->now);
    else if (h->input == PROOF)
        aw_contact_path(engine, 0, (uint32_t)(h->now.wall_ms / 1000), 0, h->now);
    else
        st = aw_contact_feed(engine, a->mailbox, a->cell, a->deposited_at_s, h->now);
    AW_ASSERT(st == AW_OK);
    serve(h, engine);
    AW_ASSERT(aw_contact_deadline_ms(engine) > h->now.mono_ms);
}

/* How often an input calls what libsodium has. Names of what it is for are those of chapter 09. */
struct recipe {
    const char *name;
    unsigned heads, chains, cells_sealed, cells_opened, hashes, hmacs;
    unsigned sha512, verified, signed_, bases, products;
};

static const struct recipe recipes[INPUTS] = {
    [TICK] = {.name = "time passes"},
    [PROOF] = {.name = "a relay has nothing for it"},
    [SWITCH] = {.name = "a switch", .heads = 8, .chains = 3, .cells_opened = 1},
    [BEAT] = {.name = "a beat, to a reply that may leave",
              .heads = 4,
              .chains = 4,
              .cells_sealed = 1,
              .cells_opened = 1,
              .hashes = 4,
              .hmacs = 18, /* keys of the next epoch */
              .sha512 = 2, /* statement and receipt */
              .verified = 1,
              .signed_ = 1,
              .bases = 1, /* a fresh accept key */
              .products = 1},
    [WITNESS] = {.name = "a witness of another contact",
                 .heads = 2,
                 .chains = 2,
                 .cells_opened = 1,
                 .hmacs = 1, /* the badge */
                 .sha512 = 1,
                 .verified = 1},
    [CHECKIN] = {.name = "a check-in, to a reply that may leave",
                 .heads = 4,
                 .chains = 4,
                 .cells_sealed = 1,
                 .cells_opened = 1,
                 .hashes = 5,
                 .hmacs = 7,
                 .sha512 = 2,
                 .verified = 1,
                 .signed_ = 1,
                 .bases = 2,
                 .products = 2}, /* her presence: with the accept key, and with the point */
};

/* What it cannot do without: the same calls, alone. */
static void primitives(const struct recipe *r)
{
    static uint8_t sk[32] = {8}, pk[32] = {9}, out[64], text[512], key[32], nonce[12], tag[16];
    static uint8_t sign_pk[32], sign_sk[64], sig[64], head[8];
    int bad = 0;

    if (sig[0] == 0) {
        crypto_sign_seed_keypair(sign_pk, sign_sk, key);
        crypto_sign_detached(sig, NULL, text, 64, sign_sk);
        crypto_aead_chacha20poly1305_ietf_encrypt_detached(text, tag, NULL, text, 476, NULL, 0,
                                                           NULL, nonce, key);
    }
    for (unsigned i = 0; i < r->heads; i++)
        crypto_shorthash(head, nonce, 12, key);
    for (unsigned i = 0; i < r->chains; i++)
        crypto_kdf_blake2b_derive_from_key(out, 32, i, "awchain1", key);
    for (unsigned i = 0; i < r->cells_sealed; i++)
        crypto_aead_chacha20poly1305_ietf_encrypt_detached(text, tag, NULL, text, 476, nonce, 12,
                                                           NULL, nonce, key);
    for (unsigned i = 0; i < r->cells_opened; i++)
        bad |= crypto_aead_chacha20poly1305_ietf_decrypt_detached(text, NULL, text, 476, tag, nonce,
                                                                  12, nonce, key);
    for (unsigned i = 0; i < r->sha512; i++)
        crypto_hash_sha512(out, text, 120);
    for (unsigned i = 0; i < r->verified; i++)
        bad |= crypto_sign_verify_detached(sig, text, 64, sign_pk);
    for (unsigned i = 0; i < r->hashes; i++)
        crypto_generichash_blake2b(out, 32, text, 160, NULL, 0);
    for (unsigned i = 0; i < r->bases; i++)
        bad |= crypto_scalarmult_base(out, sk);
    for (unsigned i = 0; i < r->products; i++)
        bad |= crypto_scalarmult(out, sk, pk);
    for (unsigned i = 0; i < r->hmacs; i++)
        crypto_auth_hmacsha256(out, text, 40, key);
    for (unsigned i = 0; i < r->signed_; i++)
        bad |= crypto_sign_detached(out, NULL, text, 64, sign_sk);
    head[0] = (uint8_t)bad; /* or the calls would be for nothing */
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static double median_us(uint64_t ns[ENGINES])
{
    qsort(ns, ENGINES, sizeof ns[0], compare);
    return (double)ns[ENGINES / 2] / 1000;
}

/* Medians, the input and its calls alone in turns, so that what disturbs hits them alike. */
static void measure(struct host *h, double us[INPUTS], double calls_us[INPUTS])
{
    static uint64_t ns[ENGINES], calls_ns[ENGINES];

    for (size_t i = 0; i < ENGINES; i++)
        memcpy(&h->engines[i], h->before, sizeof *h->before);
    memset(h->stored, 0, sizeof h->stored);
    for (unsigned k = 0; k < INPUTS; k++) {
        h->input = (enum input)k;
        h->sent = 0;
        for (size_t i = 0; i < ENGINES; i++) {
            uint64_t start = bench_now_ns(), middle;

            take(h, &h->engines[i]);
            middle = bench_now_ns();
            primitives(&recipes[k]);
            calls_ns[i] = bench_now_ns() - middle;
            ns[i] = middle - start;
        }
        us[k] = median_us(ns);
        calls_us[k] = median_us(calls_ns);
        /* A reply leaves to each relay; nothing else here makes a cell. */
        AW_ASSERT(h->sent == (k == BEAT || k == CHECKIN ? ENGINES * h->circle.relay_count : 0));
    }
}

/* Whether a cell from `from` waits in a mailbox of contact 1 at the first relay, and in which. */
static bool is_his(const struct host *h, const struct circle_cell *cell, int from, uint32_t *id)
{
    static struct aw_mailbox boxes[AW_CONTACT_MAILBOX_MAX];
    const struct aw_endpoint *relay = &h->circle.relays[0];
    size_t count = aw_contact_mailboxes(h->before, boxes);

    for (size_t b = 0; b < count && cell->from == from && cell->len == AW_RELAY_CELL_LEN; b++) {
        if (memcmp(boxes[b].relay.relay_key, relay->relay_key, sizeof relay->relay_key) == 0 &&
            memcmp(boxes[b].deposit_capability, cell->capability, 32) == 0) {
            *id = boxes[b].id;
            return true;
        }
    }
    return false;
}

/* The first such cell since the one at `begin`. */
static void find(struct host *h, size_t begin, int from, enum input input)
{
    struct arrival *a = &h->arrivals[input];

    for (size_t i = begin; i < h->circle.cell_count; i++) {
        const struct circle_cell *cell = &h->circle.cells[i];

        if (!is_his(h, cell, from, &a->mailbox))
            continue;
        a->cell = (struct aw_bytes){cell->bytes, cell->len};
        a->deposited_at_s = cell->deposited_at_s;
        return;
    }
    AW_UNREACHABLE();
}

/* What the first relay holds for contact 1 in a switch. */
static void find_switch(struct host *h)
{
    static struct aw_mailbox boxes[AW_CONTACT_MAILBOX_MAX];
    const struct circle *c = &h->circle;

    AW_ASSERT(aw_contact_mailboxes(h->before, boxes) > 0 && boxes[0].channel == 0);
    for (size_t i = 0; i < c->switch_count; i++) {
        const struct circle_cell *cell = &c->switches[i].cell;

        if (memcmp(boxes[0].deposit_capability, cell->capability, 32) == 0)
            h->arrivals[SWITCH] =
                (struct arrival){{cell->bytes, cell->len}, boxes[0].id, (uint32_t)circle_now_s(c)};
    }
    AW_ASSERT(h->arrivals[SWITCH].cell.len == AW_RELAY_CELL_LEN);
}

/* A circle some hours old whose contacts speak with one another; a beat, a witness and a check-in
 * are on their way to contact 1. */
static void set_up(struct host *h)
{
    static struct aw_plan plan;
    struct circle *c = &h->circle;
    size_t waiting;

    council_init(c, CIRCLE, 1, &plan);
    council_begin(c, &plan, 5);
    for (unsigned i = 0; i < 30; i++) { /* an hour each */
        circle_checkin(c, circle_safe);
        circle_run(c, HOUR_S - MIN_S);
    }
    circle_checkin(c, circle_safe); /* nothing becomes due meanwhile */
    circle_run(c, 20 * MIN_S);
    c->hosts[1].is_asleep = true;
    h->before = c->hosts[1].contact;
    circle_run(c, 16 * MIN_S);
    find(h, 0, 0, BEAT);
    find(h, 0, 2, WITNESS);
    waiting = c->cell_count;
    circle_checkin(c, circle_safe);
    find(h, waiting, 0, CHECKIN);
    find_switch(h);
    h->now = circle_now(c, 1);
    aw_contact_tick(h->before, h->now); /* its own slots, which passed meanwhile */
    serve(h, h->before);
}

int bench_contact(int argc, char **argv)
{
    static struct host h;
    double us[INPUTS], calls_us[INPUTS];

    if (argc > 1)
        return bench_no_options("contact", argv[1]);
    h.engines = aligned_alloc(64, ENGINES * sizeof *h.engines);
    if (h.engines == NULL)
        return LAB_FAILED;
    set_up(&h);
    measure(&h, us, calls_us); /* warms up */
    measure(&h, us, calls_us);
    (void)printf("%d contact engines in circles of %d, %zu bytes each; target: %d us beside the "
                 "calls\n",
                 ENGINES, CIRCLE, sizeof *h.engines, TARGET);
    (void)printf("  %-38s %8s %10s %8s %8s\n", "us", "input", "libsodium", "beside", "stored");
    for (unsigned k = 0; k < INPUTS; k++)
        (void)printf("  %-38s %8.1f %10.1f %8.1f %8zu\n", recipes[k].name, us[k], calls_us[k],
                     us[k] - calls_us[k], h.stored[k] / ENGINES);
    circle_free(&h.circle);
    free(h.engines);
    return LAB_OK;
}
