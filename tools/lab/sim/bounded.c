/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "core/keep.h"
#include "lab/sim/store.h"
#include "relay/state.h"

/* I8: stores stay below their caps, those of relays below what their configuration allows. */

void sim_check_records(struct sim *w, const struct sim_host *h)
{
    size_t records = sim_store_record_count(&h->store);
    size_t cap = h->is_hers ? 40 + (size_t)w->scene.contacts * (AW_WORD_WAITING_MAX + 6)
                            : AW_KEEP_COUNT + 24 + 2 * (size_t)w->scene.contacts;

    w->stats->checks[SIM_I8_BOUNDED]++;
    if (records > cap)
        sim_fail(w, SIM_I8_BOUNDED, "%s has %zu records, at most %zu", sim_name(h->idx), records,
                 cap);
}

/* After a commit: each row has a mailbox, a token, or a block with something in it that waits, or
 * goes with the next one. */
static size_t rows_max(const struct aw_relay *e, size_t boxes, size_t cells, size_t switches)
{
    return 2 + e->config.token_count + boxes + cells + switches + e->removed_count + e->dead.count;
}

void sim_check_relay(struct sim *w, const struct sim_relay *r)
{
    const struct aw_relay *e = r->engine;
    size_t boxes = 0, cells = 0, switches = 0, rows = sim_store_record_count(&r->store);

    w->stats->checks[SIM_I8_BOUNDED]++;
    for (uint32_t i = 1; i <= e->box_pool.used; i++) {
        const struct aw_box *m = &e->boxes[i];

        if (m->id == 0)
            continue;
        boxes++;
        cells += m->small_count + (size_t)m->bulk_count;
        switches += e->switches[i].after_s != 0;
        if (m->small_count > AW_SMALL_MAX || m->bulk_count > AW_RELAY_BULK_MAX)
            sim_fail(w, SIM_I8_BOUNDED, "relay %u: a mailbox has %u small cells and %u bulk ones",
                     r->idx + 1u, m->small_count, m->bulk_count);
    }
    if (boxes > e->config.mailbox_count || cells > e->config.cell_count + boxes)
        sim_fail(w, SIM_I8_BOUNDED, "relay %u has %zu mailboxes and %zu cells", r->idx + 1u, boxes,
                 cells);
    if (rows > rows_max(e, boxes, cells, switches))
        sim_fail(w, SIM_I8_BOUNDED, "relay %u has %zu rows, at most %zu", r->idx + 1u, rows,
                 rows_max(e, boxes, cells, switches));
}
