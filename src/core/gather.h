/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_GATHER_H
#define AW_CORE_GATHER_H

#include <allswell/limits.h>

#include "core/keep.h"

/*
 * Gather: shares of her place that others gave, until the incident closes (spec/16-peers.md §9).
 * One row for each place of the keep, in it one share for each human: nobody takes another one's
 * room, and no choice of statements is made but that of the keep.
 */

/* Secret: wipe. */
struct aw_gather_row {
    uint32_t seq; /* 0: empty */
    uint16_t has; /* bit index - 1 */
    uint8_t shares[AW_PLAN_MEMBER_MAX][AW_SHARE_LEN];
};

/* Secret: wipe. */
struct aw_gather {
    struct aw_gather_row rows[AW_KEEP_COUNT];
    bool is_used; /* whether anything was ever there */
};

/* Takes a share of human `share[0]`, 1 to AW_PLAN_MEMBER_MAX (asserted), for the statement at this
 * place of the keep; a newer one replaces it. Returns the row, or NULL: that very share is there.
 */
struct aw_gather_row *aw_gather_put(struct aw_gather *g, size_t place, uint32_t seq,
                                    const uint8_t share[AW_SHARE_LEN]);

/*
 * Tries to open `sealed` with the shares of a row and one's own. AW_E_NOT_FOUND: not enough.
 */
AW_MUST_USE enum aw_status aw_gather_open(const struct aw_gather_row *row,
                                          const uint8_t own[AW_SHARE_LEN], uint8_t threshold,
                                          const uint8_t sealed[AW_STATE_SEALED_LEN],
                                          uint8_t state[AW_STATE_LEN]);

void aw_gather_wipe(struct aw_gather *g);

#endif /* AW_CORE_GATHER_H */
