/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "core/contact_impl.h"

/*
 * I4: a human is told once of each word of hers that an event names. A cancel and a question have
 * no event that does.
 */

/* Numbers of statements are used again by a phone that was restored, and a device that was hears
 * again what it forgot. */
static bool is_restored(const struct sim *w, const struct sim_host *h)
{
    return w->is_restored[0] || w->is_restored[h->idx];
}

/* Rings do not wait for the store (07 CO-14): a process that dies first hears the word again. */
static bool is_durable(const struct sim_host *h, const struct aw_event *event)
{
    return event->urgency != AW_URGENCY_RING || aw_contact_is_stored(h->contact);
}

void sim_check_told(struct sim *w, const struct sim_host *h, const struct aw_event *event)
{
    struct sim_told *t = &w->told[h->idx];

    w->stats->checks[SIM_I4_DURABLE]++;
    for (size_t i = 0; i < SIM_TOLD_MAX; i++) {
        if (t->words[i].kind == event->kind && t->words[i].seq == event->seq && event->seq != 0 &&
            !is_restored(w, h))
            sim_fail(w, SIM_I4_DURABLE, "%s is told '%s' of %u twice", sim_name(h->idx),
                     aw_event_name(event->kind), (unsigned)event->seq);
    }
    if (is_durable(h, event))
        t->words[t->word_count++ % SIM_TOLD_MAX] =
            (struct sim_told_word){.kind = event->kind, .seq = event->seq};
}

/* One SOS, or forced word, raises one incident; `trigger_seq` names it. */
void sim_check_alarm(struct sim *w, const struct sim_host *h)
{
    const struct aw_ladder *l = &contact_of_const(h->contact)->ladder;
    struct sim_told *t = &w->told[h->idx];
    uint32_t incident_id = l->incident_id;

    if (l->incident <= AW_INCIDENT_MISSED || l->trigger_seq == 0 ||
        !aw_contact_is_stored(h->contact))
        return;
    if (sim_canary(w, SIM_FLAW_ALARM_AGAIN) && h->idx == 1)
        incident_id = t->alarm_count;
    for (size_t i = 0; i < SIM_ALARMS_MAX; i++) {
        if (t->alarms[i].seq != l->trigger_seq)
            continue;
        if (t->alarms[i].incident_id != incident_id && !is_restored(w, h))
            sim_fail(w, SIM_I4_DURABLE, "%s: statement %u raises incident %u, and %u before",
                     sim_name(h->idx), (unsigned)l->trigger_seq, (unsigned)incident_id,
                     (unsigned)t->alarms[i].incident_id);
        t->alarms[i].incident_id = incident_id;
        return;
    }
    w->stats->checks[SIM_I4_DURABLE]++;
    t->alarms[t->alarm_count++ % SIM_ALARMS_MAX] =
        (struct sim_told_alarm){.seq = l->trigger_seq, .incident_id = incident_id};
}
