/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "core/contact_impl.h"

/* I17: a quarantine is for devices that came back. A relay that holds what is new back and brings
 * what is old again can make one, and no voice counts less by it (16 PE-14); an outage makes none.
 */

void sim_check_session(struct sim *w, const struct sim_host *h, const struct aw_event *event)
{
    size_t other = event->person <= w->scene.contacts ? event->person : 0; /* 0: she */

    if (event->kind != AW_EVENT_QUARANTINED || w->scene.strength[SIM_FAULT_HOSTILE] > 0 ||
        w->scene.strength[SIM_FAULT_ROLLBACK] > 0)
        return;
    w->stats->checks[SIM_I17_KEYS]++;
    if (!w->is_restored[h->idx] && !w->is_restored[other])
        sim_fail(w, SIM_I17_KEYS, "%s: a session with %s is in quarantine, and neither came back",
                 sim_name(h->idx), sim_name(other));
}

/* The flaw for it. */
void sim_spoil_session(struct sim *w, struct sim_host *h)
{
    if (h->idx == 1 && sim_canary(w, SIM_I17_KEYS))
        contact_of(h->contact)->deaf = (struct aw_deaf){.count = AW_DEAF_MAX - 1};
}
