/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "core/contact_impl.h"

#include <sodium.h>
#include <string.h>

/* Her plan card (spec/16-peers.md §9): she writes one, with a section for each level; each contact
 * looks at it whenever he could be shown something else than before. */

/* ---- Writing ---- */

void sim_card_begin(struct sim *w)
{
    struct sim_rng rng = sim_stream(w, 6);

    if (w->scene.strength[SIM_FAULT_CARD] > 0)
        sim_human_at(w, w->now_ms + w->scene.life_ms * sim_between(&rng, 1, 50) / 100, 0,
                     SIM_ACT_CARD, 0);
}

static void write_card(const struct sim *w, struct aw_card *card)
{
    memset(card, 0, sizeof *card);
    for (uint8_t level = 0; level <= w->scene.plan.levels_count; level++) {
        struct aw_card_section *s = &card->sections[card->sections_count++];

        s->kind = AW_CARD_FIRST;
        s->level = level;
        (void)snprintf(s->text, sizeof s->text, "level %u", level);
    }
}

void sim_card_on_act(struct sim *w)
{
    struct sim_host *her = &w->hosts[0];
    struct aw_card card;
    struct aw_plan plan;

    if (w->is_calm)
        return;
    /* What a crash or a restore took back she writes again. */
    sim_human_at(w, w->now_ms + SIM_DAY, 0, SIM_ACT_CARD, 0);
    if (w->is_held || w->is_aftermath || w->is_phone_lost || w->removal.is_under_way ||
        !sim_host_runs(her) || aw_subject_plan(her->subject, &plan) != AW_OK || plan.has_card_hash)
        return;
    write_card(w, &card);
    if (aw_subject_card_set(her->subject, &card, w->safe_key, sim_host_now(w, her)) != AW_OK)
        return;
    sim_people_note_plan(w);
    sim_note_typed(w);
    w->safe_ms = w->now_ms;
    w->stats->cards++;
    w->stats->fault_counts[SIM_FAULT_CARD]++;
    sim_note(w, "she: writes a card");
    sim_host_pump(w, her);
}

/* ---- I15 ---- */

static enum aw_status look(struct sim *w, struct sim_host *h, struct aw_card *card)
{
    struct contact *c = contact_of(h->contact);
    uint8_t level = c->ladder.level;
    enum aw_status st;

    if (sim_canary(w, SIM_I15_CARD) && h->idx == 1)
        c->ladder.level = c->plan.levels_count;
    st = aw_contact_card(h->contact, card);
    c->ladder.level = level;
    return st;
}

static void judge(struct sim *w, struct sim_host *h)
{
    struct aw_card card;
    enum aw_status st = look(w, h, &card);
    bool is_incident = aw_ladder_is_incident(&contact_of_const(h->contact)->ladder);

    w->stats->checks[SIM_I15_CARD]++;
    if (st != AW_OK)
        return;
    if (!w->card.was_open[h->idx]) {
        w->card.was_open[h->idx] = true;
        w->stats->cards_opened++;
        sim_note(w, "%s: can read her card", sim_name(h->idx));
    }
    if (!is_incident)
        sim_fail(w, SIM_I15_CARD, "%s reads her card in calm", sim_name(h->idx));
    for (size_t i = 0; i < card.sections_count; i++) {
        if (card.sections[i].level > w->card.begun[h->idx])
            sim_fail(w, SIM_I15_CARD, "%s reads a section of level %u in level %u",
                     sim_name(h->idx), card.sections[i].level, w->card.begun[h->idx]);
    }
}

/* After each input: only where what is shown may have changed, and all that waits was told. */
void sim_check_card(struct sim *w, struct sim_host *h)
{
    const struct contact *c = contact_of_const(h->contact);
    uint32_t now = (uint32_t)c->ladder.level << 16 | c->peers.place.has_card |
                   (uint32_t)aw_ladder_is_incident(&c->ladder) << 24;

    if (!c->plan.has_card_hash || now == w->card.seen[h->idx] || !aw_contact_is_stored(h->contact))
        return;
    w->card.seen[h->idx] = now;
    judge(w, h);
}

/* A state from before the incident was closed: its levels were told then. */
void sim_card_restart(struct sim *w, const struct sim_host *h)
{
    uint8_t level = contact_of_const(h->contact)->ladder.level;

    if (level > w->card.begun[h->idx])
        w->card.begun[h->idx] = level;
}

void sim_check_card_event(struct sim *w, struct sim_host *h, const struct aw_event *event)
{
    if (event->kind == AW_EVENT_CLOSED) {
        w->card.begun[h->idx] = 0;
        w->card.was_open[h->idx] = false;
    } else if ((event->kind == AW_EVENT_RING || event->kind == AW_EVENT_OTHERS) &&
               event->level > w->card.begun[h->idx]) {
        w->card.begun[h->idx] = event->level;
    }
}
