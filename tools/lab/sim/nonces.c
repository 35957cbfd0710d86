/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "base/assert.h"

#include <stdlib.h>
#include <string.h>

/* I5: no nonce under two cells. Every cell of a life, by hashes of its nonce and of all of it. */

static uint64_t hash_of(const uint8_t *bytes, size_t len)
{
    uint64_t h = 0x9e3779b97f4a7c15;

    for (size_t i = 0; i < len; i += 8) {
        uint64_t word = 0;

        memcpy(&word, bytes + i, len - i < 8 ? len - i : 8);
        h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    return h | 1;
}

static void grow(struct sim_nonces *n)
{
    struct sim_nonces old = *n;

    n->cap = old.cap == 0 ? 4096 : 2 * old.cap;
    n->slots = calloc(2 * n->cap, sizeof *n->slots);
    AW_ASSERT(n->slots != NULL);
    for (size_t i = 0; i < old.cap; i++) {
        size_t at = old.slots[2 * i] & (n->cap - 1);

        if (old.slots[2 * i] == 0)
            continue;
        while (n->slots[2 * at] != 0)
            at = (at + 1) & (n->cap - 1);
        n->slots[2 * at] = old.slots[2 * i];
        n->slots[2 * at + 1] = old.slots[2 * i + 1];
    }
    free(old.slots);
}

/* Returns false when another cell had this nonce. */
static bool note_nonce(struct sim_nonces *n, uint64_t nonce, uint64_t cell)
{
    size_t at;

    if (2 * n->count >= n->cap)
        grow(n);
    at = nonce & (n->cap - 1);
    while (n->slots[2 * at] != 0 && n->slots[2 * at] != nonce)
        at = (at + 1) & (n->cap - 1);
    if (n->slots[2 * at] == nonce)
        return n->slots[2 * at + 1] == cell;
    n->slots[2 * at] = nonce;
    n->slots[2 * at + 1] = cell;
    n->count++;
    return true;
}

void sim_check_sent(struct sim *w, struct sim_host *h, const struct aw_action *action)
{
    const struct aw_bytes cell = action->send.cell;
    uint64_t hash = hash_of(cell.ptr, cell.len);

    sim_log(w, 'C', h->idx, cell.len, hash); /* for the trace that is as good as all of it */
    w->stats->cells++;
    if (h->idx == 0)
        w->sent_ms = w->now_ms;
    w->stats->checks[SIM_I5_NONCE]++;
    if (!note_nonce(&w->nonces, hash_of(cell.ptr, 12), hash))
        sim_fail(w, SIM_I5_NONCE, "%s uses a nonce for a second cell", sim_name(h->idx));
}
