/* SPDX-License-Identifier: ISC */
/* core/ladder.c: when something is due, and when the next level begins. See README.md. */
#include "core/ladder.h"

/*@ predicate is_running(struct aw_ladder *l) =
        l->state == AW_LADDER_MISSED || l->state == AW_LADDER_ALARM ||
        l->state == AW_LADDER_CLAIMED;

    // Everybody of the level is away: it is over as it begins.
    predicate is_empty(struct aw_ladder_rules *rules, integer level) =
        (rules->empty >> level & 1) != 0;

    // All levels from `level` on but the one at `to`.
    predicate are_empty(struct aw_ladder_rules *rules, integer level, integer to) =
        \forall integer i; level <= i < to ==> is_empty(rules, i);

    predicate has_plan(struct aw_ladder_rules *rules) =
        \valid_read(rules) && \valid_read(rules->plan) &&
        1 <= rules->plan->levels_count <= AW_PLAN_LEVEL_MAX; */

/*@ assigns \nothing;
    ensures \result == \min(a_s, b_s); */
static uint64_t earliest(uint64_t a_s, uint64_t b_s);

/*@ assigns \nothing;
    ensures \result == \max(a_s, b_s); */
static uint64_t latest(uint64_t a_s, uint64_t b_s);

/*@ requires \valid_read(l);
    assigns \nothing;
    ensures \result <==> is_running(l); */
bool aw_ladder_is_running(const struct aw_ladder *l);

/* The earliest deadline of all that are watched. */
/*@ requires \valid_read(l);
    assigns \nothing;
    ensures \forall integer i; 0 <= i < AW_LADDER_DUES ==> \result <= l->due.at_s[i];
    ensures \result == AW_NO_TIME ||
            \exists integer i; 0 <= i < AW_LADDER_DUES && \result == l->due.at_s[i]; */
uint64_t aw_ladder_due_s(const struct aw_ladder *l);

/* A level begins with the first of the empty ones right before it. */
/*@ requires has_plan(rules) && i < AW_PLAN_LEVEL_MAX;
    assigns \nothing;
    ensures \exists integer k; 0 <= k <= i && are_empty(rules, k, i) &&
            (k == 0 || !is_empty(rules, k - 1)) && \result == rules->plan->levels[k].delay_s; */
static uint64_t delay_s(const struct aw_ladder_rules *rules, size_t i);

/* No claim, of whomever, holds the last level; and none begins before the levels do. */
/*@ requires \valid_read(l) && has_plan(rules) && l->levels_s <= AW_TIME_MAX_MS;
    assigns \nothing;
    ensures !is_running(l) || l->level >= rules->plan->levels_count ==> \result == AW_NO_TIME;
    ensures is_running(l) && l->level < rules->plan->levels_count ==>
            \exists integer k; 0 <= k < rules->plan->levels_count &&
            are_empty(rules, k, rules->plan->levels_count - 1) &&
            \result <= l->levels_s + rules->plan->levels[k].delay_s;
    ensures is_running(l) ==> \result >= l->levels_s; */
uint64_t aw_ladder_next_level_s(const struct aw_ladder *l, const struct aw_ladder_rules *rules);

#include "core/ladder.c"
