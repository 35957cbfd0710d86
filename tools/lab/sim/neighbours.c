/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "core/contact_impl.h"

/* What her contacts do: they hear a ring late or soon, act, call her, are away, or betray her. */

bool sim_has_open_incident(const struct sim *w)
{
    for (size_t i = 1; i <= w->scene.contacts; i++) {
        const struct sim_host *h = &w->hosts[i];

        if (h->state != SIM_HOST_OFF &&
            contact_of_const(h->contact)->ladder.state >= AW_LADDER_SUSPECT)
            return true;
    }
    return false;
}

static uint64_t reaction_ms(struct sim *w, size_t n)
{
    struct sim_human *u = &w->humans[n];
    uint64_t span_ms = SIM_MINUTE / 4 + sim_exp(&w->rng, u->react_ms);
    uint64_t hour = (w->now_ms + span_ms) / SIM_HOUR % 24;

    if (u->is_awake_only && (hour >= 23 || hour < 7))
        span_ms += sim_between(&w->rng, 1, 7) * SIM_HOUR;
    return span_ms;
}

static void hear(struct sim *w, struct sim_host *h, const struct aw_event *event)
{
    struct sim_human *u = &w->humans[h->idx];

    u->rang_ms = w->now_ms;
    if (event->kind == AW_EVENT_DRILL) {
        sim_human_at(w, w->now_ms + reaction_ms(w, h->idx), h->idx, SIM_ACT_DRILL, 0);
        return;
    }
    if (u->will_act)
        return;
    u->will_act = true;
    sim_human_at(w, w->now_ms + (u->is_traitor ? 1000 : reaction_ms(w, h->idx)), h->idx,
                 SIM_ACT_RESPOND, 0);
}

void sim_neighbours_on_event(struct sim *w, struct sim_host *h, const struct aw_event *event)
{
    if (sim_canary(w, SIM_I6_AUTHENTIC) && h->idx == 1 && event->kind == AW_EVENT_BACK)
        (void)!aw_contact_confirm(h->contact, sim_host_now(w, h));
    if (event->urgency == AW_URGENCY_RING) {
        sim_note(w, "%s: his device rings (%s%s)", sim_name(h->idx), aw_event_name(event->kind),
                 event->level > 1 ? ", higher level" : "");
        hear(w, h, event);
    }
    switch ((int)event->kind) {
    case AW_EVENT_CLOSED:
        sim_note(w, "%s: his device says that it is over", sim_name(h->idx));
        w->humans[h->idx].is_ringing = false;
        break;
    case AW_EVENT_CONFIRM:
    case AW_EVENT_BACK:
        if (event->kind == AW_EVENT_BACK)
            sim_note(w, "%s: his device says that she is back", sim_name(h->idx));
        if (!w->is_held)
            sim_aftermath(w);
        break;
    case AW_EVENT_QUARANTINED:
        sim_note(w, "%s: the channel with her is in quarantine", sim_name(h->idx));
        sim_human_at(w, w->now_ms + sim_between(&w->rng, SIM_MINUTE, 3 * SIM_HOUR), h->idx,
                     SIM_ACT_COMPARE, 0);
        break;
    case AW_EVENT_RESUMED:
        w->stats->resumed++;
        break;
    case AW_EVENT_RELEASED:
        w->stats->releases++;
        sim_note(w, "%s: shares of her place go out", sim_name(h->idx));
        break;
    case AW_EVENT_CHECKED_IN:
        if (sim_chance(&w->rng, 100))
            sim_human_at(w, w->now_ms + reaction_ms(w, h->idx), h->idx, SIM_ACT_SEEN, 0);
        break;
    default:
        break;
    }
}

static void confirm(struct sim *w, struct sim_host *h)
{
    if (aw_contact_confirm(h->contact, sim_host_now(w, h)) != AW_OK)
        return;
    w->humans[h->idx].confirm_ms = w->now_ms;
    sim_note(w, "%s: says that he has spoken to her%s", sim_name(h->idx),
             w->humans[h->idx].is_traitor ? " (a lie, perhaps)" : "");
}

static void respond(struct sim *w, struct sim_host *h)
{
    struct sim_human *u = &w->humans[h->idx];
    struct aw_now now = sim_host_now(w, h);
    uint64_t k = sim_below(&w->rng, 100);

    u->will_act = false;
    if (u->is_traitor) {
        (void)!aw_contact_claim(h->contact, now);
        confirm(w, h);
        w->stats->fault_counts[SIM_FAULT_TRAITOR]++;
        sim_trouble(w, SIM_CAUSE_HOSTILE);
    } else if (!w->is_held && sim_host_runs(&w->hosts[0])) {
        confirm(w, h); /* he calls, and she answers */
        sim_aftermath(w);
    } else if (k < 60) {
        if (aw_contact_claim(h->contact, now) == AW_OK)
            sim_note(w, "%s: acts", sim_name(h->idx));
    } else if (k < 70) {
        (void)!aw_contact_decline(h->contact, now);
    } else if (k < 80) {
        (void)!aw_contact_hand_over(h->contact, (uint8_t)(1 + h->idx % w->scene.contacts), now);
    } else {
        (void)!aw_contact_unreachable(h->contact, now);
        (void)!aw_contact_note(h->contact, "no answer", now);
    }
}

void sim_neighbours_on_act(struct sim *w, const struct sim_event *event)
{
    struct sim_host *h = &w->hosts[event->host];

    if (!sim_host_runs(h)) {
        w->humans[h->idx].will_act = false;
        return;
    }
    switch (event->a) {
    case SIM_ACT_RESPOND:
        respond(w, h);
        break;
    case SIM_ACT_DRILL:
        (void)!aw_contact_drill_answer(h->contact, sim_host_now(w, h));
        break;
    case SIM_ACT_SEEN:
        (void)!aw_contact_seen(h->contact, sim_host_now(w, h));
        if (sim_chance(&w->rng, 30))
            (void)!aw_contact_ask(h->contact, sim_host_now(w, h));
        if (sim_chance(&w->rng, 20) && !w->is_calm)
            (void)!aw_contact_away(
                h->contact, sim_human_ms(w, h) / 1000 + sim_between(&w->rng, 3600, 3 * 86400),
                sim_host_now(w, h));
        break;
    default:
        break;
    }
    sim_host_pump(w, h);
}
