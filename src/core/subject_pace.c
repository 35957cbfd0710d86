/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include "base/assert.h"
#include "base/time.h"

/*
 * Fixed cadence (spec/06-subject.md §10): slots on her engine's clock, for each contact at a phase
 * of his own; when they are, and whose turn each is.
 */

static uint64_t cadence_s(const struct subject *s, const struct person *p)
{
    const struct aw_plan *plan = aw_su_plan(s, p);

    return plan == NULL ? 0 : plan->pace.cadence_s;
}

bool aw_su_has_slots(const struct subject *s, const struct person *p)
{
    return cadence_s(s, p) != 0;
}

/* Of a person who has slots. */
static uint64_t slot_s(const struct subject *s, const struct person *p)
{
    uint64_t every_s = cadence_s(s, p);

    AW_ASSERT(every_s != 0);
    return every_s;
}

static uint64_t slot_at(const struct subject *s, const struct person *p, uint64_t at_s)
{
    uint64_t every_s = slot_s(s, p);

    return (at_s + every_s - p->rec.slot_phase % every_s) / every_s;
}

/* Whether the slot of this moment is still empty. */
bool aw_su_slot_is_open(const struct subject *s, const struct person *p)
{
    return slot_at(s, p, aw_timebase_s(&s->time)) > p->slot;
}

void aw_su_slot_take(const struct subject *s, struct person *p)
{
    if (aw_su_has_slots(s, p))
        p->slot = slot_at(s, p, aw_timebase_s(&s->time));
}

/* When the next slot begins that is not taken; now when it runs. */
static uint64_t slot_start_s(const struct subject *s, const struct person *p, uint64_t slot)
{
    uint64_t every_s = slot_s(s, p);

    return slot * every_s + p->rec.slot_phase % every_s - every_s;
}

uint64_t aw_su_slot_ms(const struct subject *s, const struct person *p)
{
    uint64_t now_s = aw_timebase_s(&s->time);
    uint64_t at_s = slot_start_s(s, p, aw_time_max(p->slot + 1, slot_at(s, p, now_s)));

    return aw_timebase_when_ms(&s->time, aw_time_max(at_s, now_s));
}

static bool is_more_to_say(const struct subject_slot_waits *w)
{
    return w->beat || w->urgent != SUBJECT_WAITING_NONE || w->word != SUBJECT_WAITING_NONE;
}

static bool is_turn_of_urgent(const struct subject_slot_waits *w, enum subject_repeated repeated)
{
    bool is_behind = repeated != SUBJECT_REPEATED_NONE && w->beat;

    if (repeated == SUBJECT_REPEATED_URGENT && w->word != SUBJECT_WAITING_NONE)
        is_behind = true;
    return w->urgent == SUBJECT_WAITING_NEW || (w->urgent == SUBJECT_WAITING_SENT && !is_behind);
}

static bool is_turn_of_word(const struct subject_slot_waits *w, enum subject_repeated repeated)
{
    bool is_behind = repeated == SUBJECT_REPEATED_WORD && w->beat;

    return w->word == SUBJECT_WAITING_NEW || (w->word == SUBJECT_WAITING_SENT && !is_behind);
}

/*
 * spec/06-subject.md §10: "What was sent before MUST leave the slot after it to what else there
 * is". Beats of a quarantined session go before words: while the contact cannot open the channel,
 * those are due in every slot.
 */
enum subject_turn aw_su_turn(const struct subject_slot_waits *w, enum subject_repeated *repeated,
                             bool *was_asked)
{
    *was_asked = w->answer || (w->question && !(*was_asked && is_more_to_say(w)));
    if (*was_asked)
        return SUBJECT_TURN_RESUME;
    if (is_turn_of_urgent(w, *repeated)) {
        *repeated =
            w->urgent == SUBJECT_WAITING_SENT ? SUBJECT_REPEATED_URGENT : SUBJECT_REPEATED_NONE;
        return SUBJECT_TURN_URGENT;
    }
    if (w->quarantined)
        return SUBJECT_TURN_QUARANTINED;
    if (is_turn_of_word(w, *repeated)) {
        *repeated = w->word == SUBJECT_WAITING_SENT ? SUBJECT_REPEATED_WORD : SUBJECT_REPEATED_NONE;
        return SUBJECT_TURN_WORD;
    }
    *repeated = SUBJECT_REPEATED_NONE;
    return SUBJECT_TURN_BEAT;
}

/* Files go in every fourth slot only, beside its cell. */
bool aw_su_file_slot_is_open(const struct subject *s, const struct person *p)
{
    uint64_t slot = slot_at(s, p, aw_timebase_s(&s->time));

    return slot % SUBJECT_FILE_SLOTS == 0 && slot > p->file_slot;
}

void aw_su_file_slot_take(const struct subject *s, struct person *p)
{
    if (aw_su_has_slots(s, p))
        p->file_slot = slot_at(s, p, aw_timebase_s(&s->time));
}

uint64_t aw_su_file_slot_ms(const struct subject *s, const struct person *p)
{
    uint64_t now_s = aw_timebase_s(&s->time);
    uint64_t slot = aw_time_max(p->file_slot + 1, slot_at(s, p, now_s));
    uint64_t rest = slot % SUBJECT_FILE_SLOTS;

    if (rest != 0)
        slot += SUBJECT_FILE_SLOTS - rest;
    return aw_timebase_when_ms(&s->time, aw_time_max(slot_start_s(s, p, slot), now_s));
}

/* A restart in a slot does not fill it again. */
void aw_su_slots_start(struct subject *s)
{
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        aw_su_slot_take(s, &s->people[i]);
        aw_su_file_slot_take(s, &s->people[i]);
    }
}
