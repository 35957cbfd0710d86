/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "core/contact_impl.h"

/* I13: no shares go out on silence without the quorum. */

/* The human who runs all relays, 0: nobody, or there are two operators. */
static size_t only_operator(const struct sim *w)
{
    const struct aw_plan *p = &w->scene.plan;
    size_t human = p->operators_count == w->scene.relays ? p->operators[0].person : 0;

    for (size_t i = 1; i < p->operators_count; i++)
        human = p->operators[i].person == human ? human : 0;
    return human;
}

/* One cell may open what the next one closes. */
void sim_note_call(struct sim *w, const struct sim_host *h)
{
    if (contact_of_const(h->contact)->ladder.incident > AW_INCIDENT_MISSED)
        w->called_ms[h->idx] = w->now_ms;
}

static bool finds_missing(const struct sim *w, size_t n, uint64_t heard_ms)
{
    const struct contact *c = contact_of_const(w->hosts[n].contact);

    if (w->removal.person != n && w->hosts[n].state != SIM_HOST_OFF &&
        (c->ladder.state >= AW_LADDER_SUSPECT || c->shown.state >= AW_LADDER_SUSPECT))
        return true;
    /* He has, since she was last heard there: his word may have come late. */
    return w->missing_ms[n] >= heard_ms ||
           w->missing_ms[n] + 6 * SIM_HOUR >= w->now_ms; /* the event waited for a disk */
}

void sim_check_release(struct sim *w, struct sim_host *h, uint32_t at_s)
{
    const struct contact *own = contact_of_const(h->contact);
    uint64_t at_ms = at_s <= SIM_T0_S ? 0 : (at_s - SIM_T0_S) * 1000;
    uint64_t heard_ms = w->said[own->book.newest.call.seq].first_ms;
    /* His vote leaves the quorum and its denominator (16 PE-17). */
    size_t barred = only_operator(w);
    unsigned voters = w->scene.contacts - (barred != 0 ? 1U : 0U);
    unsigned quorum = w->scene.plan.council.quorum, found = 0;

    w->stats->checks[SIM_I13_PLACE]++;
    if (w->called_ms[h->idx] + w->scene.clock_error_s * 1000 >= at_ms && w->called_ms[h->idx] != 0)
        return; /* an SOS or duress is her own call */
    for (size_t n = 1; n <= w->scene.contacts; n++)
        found += n != barred && finds_missing(w, n, heard_ms);
    quorum = quorum < voters ? quorum : voters;
    if (found < quorum && !w->is_restored[h->idx])
        sim_fail(w, SIM_I13_PLACE,
                 "%s releases shares in state %u, incident %u, and %u of %u find her missing",
                 sim_name(h->idx), (unsigned)own->ladder.state, (unsigned)own->ladder.incident,
                 found, quorum);
}
