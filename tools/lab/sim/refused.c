/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "base/assert.h"
#include "core/contact_impl.h"

#include <stdlib.h>
#include <string.h>

/* I9: what is refused changes nothing. An engine as it is before a cell and after it. */

struct sim_before {
    struct aw_ladder ladder, shown;
    struct contact_book book;
    struct aw_channel channel;
    uint32_t plan_version;
};

static void look(struct sim_before *b, const struct contact *c)
{
    memset(b, 0, sizeof *b);
    b->ladder = c->ladder;
    b->shown = c->shown;
    b->book = c->book;
    b->channel = c->channel;
    b->plan_version = c->plan.version;
    /* Cells in a row that no key opens are counted, and then it asks (05 CH-33). */
    memset(&b->channel.asking, 0, sizeof b->channel.asking);
    /* A cell that does not open may have been a switch: nothing is held against its relay then
     * (07 §13). */
    memset(b->book.switches, 0, sizeof b->book.switches);
}

void sim_check_before(struct sim *w, struct sim_host *h)
{
    w->is_watched = !h->is_hers && h->idx <= w->scene.contacts && sim_below(&w->rng, 4) == 0;
    if (!w->is_watched)
        return;
    if (w->before == NULL)
        w->before = malloc(2 * sizeof *w->before);
    AW_ASSERT(w->before != NULL);
    aw_contact_tick(h->contact, sim_host_now(w, h)); /* time passes first, whatever comes then */
    look(&w->before[0], contact_of_const(h->contact));
}

static size_t first_difference(const struct sim_before *a, const struct sim_before *b)
{
    const uint8_t *x = (const uint8_t *)a, *y = (const uint8_t *)b;
    size_t i = 0;

    while (i < sizeof *a && x[i] == y[i])
        i++;
    return i;
}

void sim_check_after(struct sim *w, struct sim_host *h, enum aw_status status)
{
    if (!h->is_hers && h->idx <= w->scene.contacts)
        sim_note_call(w, h);
    /* Others are hers, and come too late or too early: the channel goes on. */
    if (!w->is_watched || (status != AW_E_AUTH && status != AW_E_FORMAT))
        return;
    if (sim_canary(w, SIM_I9_REFUSED))
        contact_of(h->contact)->book.gap ^= true;
    w->stats->checks[SIM_I9_REFUSED]++;
    look(&w->before[1], contact_of_const(h->contact));
    if (memcmp(&w->before[0], &w->before[1], sizeof w->before[0]) != 0)
        sim_fail(w, SIM_I9_REFUSED, "%s: a cell is refused (%s), and the engine changes at %zu",
                 sim_name(h->idx), aw_status_name(status),
                 first_difference(&w->before[0], &w->before[1]));
}
