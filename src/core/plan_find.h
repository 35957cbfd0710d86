/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_PLAN_FIND_H
#define AW_CORE_PLAN_FIND_H

#include <allswell/plan_audit.h>

#include "crypto/init.h"

/* Findings of an audit, and who counts: devices of one human once (spec/15-plan.md §2, §6). */

/* Of terminated texts; what follows the end means nothing. */
bool aw_plan_same_text(const char *a, const char *b);

/* Humans of the roster as a bit set: bit human - 1. */
uint16_t aw_plan_humans(const struct aw_plan *plan);

/*
 * The human who runs the only relays that the plan knows of, 0: an outsider or unnamed people do,
 * or there are relays of two operators. `*count` is the number of operators, at least 1.
 */
uint8_t aw_plan_only_operator(const struct aw_plan *plan, unsigned *count);

/* Whether the plan makes the member with this key a peer of another one (spec/16-peers.md §2). */
bool aw_plan_introduces(const struct aw_plan *plan, const uint8_t key[AW_KEY_LEN]);

/* How many bits are set. */
unsigned aw_plan_count_bits(uint32_t bits);

/* Adds what the plan and the times in `out` show. */
void aw_plan_find(const struct aw_plan *plan, struct aw_plan_audit *out);

#endif /* AW_CORE_PLAN_FIND_H */
