/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "base/assert.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"

#include <stdlib.h>
#include <string.h>

/* I9: what is refused changes nothing. An engine as it is before a cell and after it. */

struct his {
    struct aw_ladder ladder, shown;
    struct contact_book book;
    struct aw_channel channel;
    uint32_t plan_version;
};

/* Of her phone: what is hers, and what belongs to whom the mailbox is for. */
struct hers {
    struct subject_core core;
    struct subject_trigger trigger;
    struct subject_person person;
    struct aw_channel channel;
    struct aw_words_out words;
    uint64_t beat_s, due_s, overdue_s;
    uint32_t plan_version;
};

struct sim_before {
    union {
        struct his his;
        struct hers hers;
    } is;
};

static void look_at_his(struct his *b, const struct contact *c)
{
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

static void look_at_hers(struct hers *b, const struct subject *s, size_t person)
{
    const struct person *p = &s->people[person - 1];

    b->core = s->core;
    b->trigger = s->trigger;
    b->person = p->rec;
    b->channel = p->channel;
    b->words = p->words;
    b->beat_s = s->beat_s;
    b->due_s = s->due_s;
    b->overdue_s = s->overdue_s;
    b->plan_version = s->plan.version;
    memset(&b->channel.asking, 0, sizeof b->channel.asking);
}

static void look(const struct sim *w, struct sim_before *b, const struct sim_host *h)
{
    memset(b, 0, sizeof *b);
    if (h->is_hers)
        look_at_hers(&b->is.hers, subject_of_const(h->subject), w->watched_person);
    else
        look_at_his(&b->is.his, contact_of_const(h->contact));
}

/* An accept that contradicts is an error of a cell that opened (05 §7): so it is where a device
 * came back. */
static bool is_hers_watched(struct sim *w)
{
    return w->scene.strength[SIM_FAULT_RESTORE] == 0 && w->scene.strength[SIM_FAULT_LIE] == 0 &&
           sim_below(&w->looks, 4) == 0;
}

void sim_check_before(struct sim *w, struct sim_host *h, uint32_t mailbox_id)
{
    w->watched_person = (uint8_t)(mailbox_id >> 3);
    if (h->is_hers)
        w->is_watched = h->idx == 0 && w->watched_person >= 1 &&
                        w->watched_person <= AW_PLAN_MEMBER_MAX && is_hers_watched(w);
    else
        w->is_watched = sim_below(&w->rng, 4) == 0;
    if (!w->is_watched)
        return;
    if (w->before == NULL)
        w->before = malloc(2 * sizeof *w->before);
    AW_ASSERT(w->before != NULL);
    /* Time passes first, whatever comes then. */
    if (h->is_hers)
        aw_subject_tick(h->subject, sim_host_now(w, h));
    else
        aw_contact_tick(h->contact, sim_host_now(w, h));
    look(w, &w->before[0], h);
}

static size_t first_difference(const struct sim_before *a, const struct sim_before *b)
{
    const uint8_t *x = (const uint8_t *)a, *y = (const uint8_t *)b;
    size_t i = 0;

    while (i < sizeof *a && x[i] == y[i])
        i++;
    return i;
}

/* The flaws for it. */
static void leave_a_mark(struct sim *w, struct sim_host *h)
{
    if (sim_canary(w, SIM_I9_REFUSED) && !h->is_hers)
        contact_of(h->contact)->book.gap ^= true;
    if (sim_canary(w, SIM_FLAW_HER_MARK) && h->is_hers)
        subject_of(h->subject)->people[w->watched_person - 1].rec.heard_at_s++;
}

void sim_check_after(struct sim *w, struct sim_host *h, enum aw_status status)
{
    if (!h->is_hers)
        sim_note_call(w, h);
    /* Others are hers, and come too late or too early: the channel goes on. */
    if (!w->is_watched || (status != AW_E_AUTH && status != AW_E_FORMAT))
        return;
    leave_a_mark(w, h);
    w->stats->checks[SIM_I9_REFUSED]++;
    look(w, &w->before[1], h);
    if (memcmp(&w->before[0], &w->before[1], sizeof w->before[0]) != 0)
        sim_fail(w, SIM_I9_REFUSED, "%s: a cell is refused (%s), and the engine changes at %zu",
                 sim_name(h->idx), aw_status_name(status),
                 first_difference(&w->before[0], &w->before[1]));
}
