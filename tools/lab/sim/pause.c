/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

/*
 * A pause that she plans herself (spec/15-plan.md §4): she goes away, says until when, and need not
 * check in meanwhile. Her phone beats on. What happens to her in it is found when it is over.
 */

/* `gen` of its events. */
enum { PAUSE_BEGIN = 0, PAUSE_OVER };

/* All of it has to be over before faults stop: a plan in force again, and a check-in. */
#define LAST_MS (5 * SIM_DAY)

static void at(struct sim *w, uint64_t span_ms, uint32_t what)
{
    sim_human_at(w, w->now_ms + span_ms, 0, SIM_ACT_PAUSE, what);
}

void sim_pause_begin(struct sim *w)
{
    if (w->scene.strength[SIM_FAULT_PAUSE] == 0)
        return;
    w->pauses = sim_stream(w, 12);
    at(w, sim_exp(&w->pauses, w->scene.life_ms / 4), PAUSE_BEGIN);
}

static void plan_one(struct sim *w)
{
    uint64_t most_ms = w->scene.is_long ? 20 * SIM_DAY : 2 * SIM_DAY;
    uint64_t from_s = sim_now_s(w) + sim_below(&w->pauses, 2 * 86400);
    uint64_t until_s = from_s + sim_between(&w->pauses, 6 * SIM_HOUR, most_ms) / SIM_SECOND;
    uint64_t until_ms = (until_s - SIM_T0_S) * SIM_SECOND;

    at(w, SIM_HOUR + sim_exp(&w->pauses, w->scene.life_ms / 4), PAUSE_BEGIN);
    if (w->is_held || w->is_aftermath || w->is_calm || w->scene.plan.pauses_count > 0 ||
        sim_has_open_incident(w) || !sim_can_act(w) || until_ms + LAST_MS > w->end_ms)
        return;
    w->scene.plan.pauses_count = 1;
    w->scene.plan.pauses[0] =
        (struct aw_pause){.from = (uint32_t)from_s, .until = (uint32_t)until_s};
    if (!sim_people_plan(w)) {
        w->scene.plan.pauses_count = 0;
        return;
    }
    w->stats->fault_counts[SIM_FAULT_PAUSE]++;
    sim_note(w, "she: will be away for %u h", (unsigned)((until_s - from_s) / 3600));
    at(w, until_ms - w->now_ms + SIM_MINUTE, PAUSE_OVER);
}

void sim_pause_on_act(struct sim *w, const struct sim_event *event)
{
    if (event->gen == PAUSE_BEGIN) {
        plan_one(w);
        return;
    }
    /* It is over by itself; the next plan that she sets is without it. */
    w->scene.plan.pauses_count = 0;
    sim_people_go_on(w);
}
