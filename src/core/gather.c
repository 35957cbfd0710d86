/* SPDX-License-Identifier: ISC */
#include "core/gather.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"

void aw_gather_wipe(struct aw_gather *g)
{
    if (g->is_used)
        aw_wipe(g, sizeof *g);
}

struct aw_gather_row *aw_gather_put(struct aw_gather *g, size_t place, uint32_t seq,
                                    const uint8_t share[AW_SHARE_LEN])
{
    struct aw_gather_row *row = &g->rows[place];
    size_t human = (size_t)share[0] - 1;
    uint16_t bit;

    AW_ASSERT(place < AW_KEEP_COUNT && seq != 0 && share[0] >= 1 && share[0] <= AW_PLAN_MEMBER_MAX);
    bit = (uint16_t)(1U << human);
    if (row->seq != seq) {
        aw_wipe(row, sizeof *row);
        row->seq = seq;
    }
    if ((row->has & bit) != 0 && memcmp(row->shares[human], share, AW_SHARE_LEN) == 0)
        return NULL;
    memcpy(row->shares[human], share, AW_SHARE_LEN);
    row->has = (uint16_t)(row->has | bit);
    g->is_used = true;
    return row;
}

enum aw_status aw_gather_open(const struct aw_gather_row *row, const uint8_t own[AW_SHARE_LEN],
                              uint8_t threshold, const uint8_t sealed[AW_STATE_SEALED_LEN],
                              uint8_t state[AW_STATE_LEN])
{
    uint8_t shares[AW_SHARE_COUNT_MAX][AW_SHARE_LEN];
    size_t count = 0;
    enum aw_status st;

    /* The own one first: nobody else can have its index. */
    memcpy(shares[count++], own, AW_SHARE_LEN);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX && count < AW_SHARE_COUNT_MAX; i++) {
        if ((row->has >> i & 1) != 0 && i + 1 != own[0])
            memcpy(shares[count++], row->shares[i], AW_SHARE_LEN);
    }
    st = count < threshold ? AW_E_NOT_FOUND
                           : aw_share_open_any(state, shares, count, threshold, sealed);
    aw_wipe(shares, sizeof shares);
    return st;
}
