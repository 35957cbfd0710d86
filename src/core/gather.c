/* SPDX-License-Identifier: ISC */
#include "core/gather.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"

void aw_gather_wipe(struct aw_gather *g)
{
    if (g->used != 0)
        aw_wipe(g, sizeof *g);
}

/* The row of a statement, or the one that it may take: an empty one, or that of an older one. */
static struct aw_gather_row *row_for(struct aw_gather_row rows[AW_GATHER_EACH], uint32_t seq)
{
    struct aw_gather_row *lowest = &rows[0];

    for (size_t i = 0; i < AW_GATHER_EACH; i++) {
        if (rows[i].seq == seq)
            return &rows[i];
        if (rows[i].seq < lowest->seq)
            lowest = &rows[i];
    }
    return lowest->seq < seq ? lowest : NULL;
}

struct aw_gather_row *aw_gather_put(struct aw_gather *g, bool is_word, uint32_t seq,
                                    const uint8_t share[AW_SHARE_LEN])
{
    struct aw_gather_row *row = row_for(is_word ? g->words : g->beats, seq);
    size_t place = (size_t)share[0] - 1;

    AW_ASSERT(seq != 0 && share[0] >= 1 && share[0] <= AW_PLAN_MEMBER_MAX);
    if (row == NULL)
        return NULL;
    if (row->seq != seq) {
        aw_wipe(row, sizeof *row);
        row->seq = seq;
    }
    memcpy(row->shares[place], share, AW_SHARE_LEN);
    row->has = (uint16_t)(row->has | 1U << place);
    g->used = (uint16_t)(g->used | 1U << place);
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
