/* SPDX-License-Identifier: ISC */
/* core/council.c: what must be so before shares go out on silence. See README.md. */
#include "core/council.h"

/*@ assigns \nothing; */
static unsigned count_bits(uint32_t set);

/*@ requires \valid_read(c);
    assigns \nothing; */
static uint32_t seen_through(const struct aw_sitting *c);

/*@ requires \valid_read(c) && \valid_read(c->plan) && \valid_read(t);
    assigns \nothing;
    ensures \result == AW_RELEASE_YES ==>
            c->missed && t->votes >= t->quorum && c->level && c->is_read;
    ensures \result == AW_RELEASE_YES && is_single ==>
            free_humans >= c->plan->threshold && t->unreachable >= c->plan->threshold;
    ensures c->missed && t->votes < t->quorum ==>
            \result == AW_RELEASE_QUORUM || (is_single && \result == AW_RELEASE_NEVER);
    ensures !c->missed ==> \result == AW_RELEASE_NEVER || \result == AW_RELEASE_NOT_MISSED ||
            (c->is_blind && \result == AW_RELEASE_BLIND); */
static enum aw_release decide(const struct aw_sitting *c, const struct aw_tally *t, bool is_single,
                              unsigned free_humans);

#include "core/council.c"
