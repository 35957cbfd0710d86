/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_GATHER_H
#define AW_CORE_GATHER_H

#include <allswell/limits.h>

#include "crypto/share.h"

/*
 * Gather: shares of her place that others gave, until the incident closes (spec/16-peers.md §9).
 * One share for each statement and human, and only his own: nobody takes another one's room.
 */

/* Statements of each kind: of the newest words, and of the newest beats. */
#define AW_GATHER_EACH 8

/* Secret: wipe. */
struct aw_gather_row {
    uint32_t seq; /* 0: empty */
    uint16_t has; /* bit index - 1 */
    uint8_t shares[AW_PLAN_MEMBER_MAX][AW_SHARE_LEN];
};

/* Secret: wipe. */
struct aw_gather {
    struct aw_gather_row words[AW_GATHER_EACH];
    struct aw_gather_row beats[AW_GATHER_EACH];
    uint16_t used; /* whether anything is there at all, and who ever gave something */
};

/* Takes a share of human `share[0]`, 1 to AW_PLAN_MEMBER_MAX (asserted); a newer one of the same
 * statement replaces it. Returns its row, or NULL when newer statements fill the room. */
struct aw_gather_row *aw_gather_put(struct aw_gather *g, bool is_word, uint32_t seq,
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
