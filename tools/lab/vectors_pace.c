/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/subject_impl.h"

#include <string.h>

/* Vectors of what her device does at times of its own: whose turn a slot is under a fixed cadence
 * (spec/06-subject.md §10), and when a decoy checks in (§13). */

/* ---- Slots ---- */

#define SLOTS 8

struct slots {
    const char *name, *note;
    struct subject_slot_waits slots[SLOTS];
    size_t count;
};

#define NEW  SUBJECT_WAITING_NEW
#define SENT SUBJECT_WAITING_SENT

static const struct slots slots[] = {
    {.name = "quiet",
     .note = "a beat, and the same one again",
     .slots = {{.beat = true}, {.beat = false}},
     .count = 2},
    {.name = "new words first",
     .note = "an SOS, the word before it, a beat",
     .slots = {{.urgent = NEW, .word = NEW, .beat = true}, {.word = NEW, .beat = true}},
     .count = 2},
    {.name = "nobody names the SOS",
     .note = "a word takes every second slot, and where both were repeated a beat goes",
     .slots = {{.urgent = NEW, .word = SENT},
               {.urgent = SENT, .word = SENT},
               {.urgent = SENT, .word = SENT, .beat = true},
               {.urgent = SENT, .word = SENT, .beat = true},
               {.urgent = SENT, .word = SENT},
               {.urgent = SENT, .word = SENT},
               {.urgent = SENT},
               {.urgent = SENT}},
     .count = 8},
    {.name = "nobody names a word",
     .note = "what was sent before leaves every second slot to a beat that was not",
     .slots = {{.word = NEW, .beat = true},
               {.word = SENT, .beat = true},
               {.word = SENT, .beat = true},
               {.word = SENT, .beat = true},
               {.word = SENT},
               {.word = SENT}},
     .count = 6},
    {.name = "what is new waits for nothing",
     .note = "a new word, though the last slot repeated one; and a new SOS",
     .slots = {{.word = SENT}, {.word = NEW, .beat = true}, {.word = SENT}, {.urgent = NEW}},
     .count = 4},
    {.name = "an SOS after a word that was repeated",
     .note = "leaves the slot to a beat, not to the word",
     .slots = {{.word = SENT},
               {.urgent = SENT, .word = SENT, .beat = true},
               {.word = SENT},
               {.urgent = SENT, .word = SENT}},
     .count = 4},
    {.name = "re-establishment",
     .note = "its question leaves every second slot to what else there is, its answer none",
     .slots = {{.question = true},
               {.question = true},
               {.question = true, .word = SENT},
               {.question = true, .word = SENT},
               {.question = true, .beat = true},
               {.answer = true, .question = true, .urgent = NEW},
               {.answer = true, .urgent = NEW},
               {.question = true, .urgent = NEW}},
     .count = 8},
    {.name = "a quarantined session",
     .note = "its beat comes before words that the contact cannot open, and remembers nothing",
     .slots = {{.word = SENT},
               {.quarantined = true, .word = NEW, .beat = true},
               {.word = SENT, .beat = true},
               {.quarantined = true, .urgent = NEW}},
     .count = 4},
};

static enum subject_waiting in_waiting(struct vec *v, const char *name, enum subject_waiting value)
{
    static const char *const words[] = {
        [SUBJECT_WAITING_NONE] = "none", [NEW] = "new", [SENT] = "sent"};

    return (enum subject_waiting)lab_vec_word(v, name, value, words, AW_COUNT(words));
}

static void one_slots(struct vec *v, const struct slots *row)
{
    static const char *const turns[] = {[SUBJECT_TURN_RESUME] = "re-establishment",
                                        [SUBJECT_TURN_URGENT] = "urgent",
                                        [SUBJECT_TURN_QUARANTINED] = "quarantined",
                                        [SUBJECT_TURN_WORD] = "word",
                                        [SUBJECT_TURN_BEAT] = "beat"};
    enum subject_repeated repeated = SUBJECT_REPEATED_NONE;
    bool was_asked = false;

    vec_enter(v, row->name);
    vec_note(v, row->note);
    for (size_t i = 0; i < row->count; i++) {
        const struct subject_slot_waits *in = &row->slots[i];
        struct subject_slot_waits w = {0};

        vec_enter(v, vec_nth(v, "slot", i));
        w.answer = lab_vec_bool(v, "answer", in->answer);
        w.question = lab_vec_bool(v, "question", in->question);
        w.quarantined = lab_vec_bool(v, "quarantined_beat", in->quarantined);
        w.urgent = in_waiting(v, "sos_or_cancel", in->urgent);
        w.word = in_waiting(v, "word", in->word);
        w.beat = lab_vec_bool(v, "unsent_beat", in->beat);
        vec_out_text(v, "turn", turns[aw_su_turn(&w, &repeated, &was_asked)]);
        vec_leave(v);
    }
    vec_leave(v);
}

void lab_vectors_slots(struct vec *v)
{
    for (size_t i = 0; i < AW_COUNT(slots); i++)
        one_slots(v, &slots[i]);
}

/* ---- Decoys ---- */

/* 2026-09-21 14:13:20 UTC, a Monday. */
#define T0 UINT32_C(1790000000)

struct decoys {
    const char *name, *note;
    uint32_t every_s, minute, grace_s, cadence_s, quiet;
};

static const struct decoys decoys[] = {
    {"an interval", "the last tenth of a day", 86400, 0, 1800, 0, 0},
    {"a short interval", "the least, and beside slots", 300, 0, 1800, 60, 0},
    {"a daily time", "14:00: what comes in the last tenth of that day does not meet it", 0, 840,
     1800, 0, 0},
    {"a daily time soon", "16:00: the last tenth is near enough", 0, 960, 1800, 0, 0},
    {"a daily time, slots", "a word waits for its slot, so grace is shorter", 0, 840, 1800, 300, 0},
    {"no room for slots", "grace is no longer than a slot", 0, 840, 600, 600, 0},
    {"quiet hours", "from 20:00 to 08:00: due is moved, and the last tenth with it", 28800, 0, 1800,
     0, 1},
    {"31 days", "its valid_for ends before the plan is due", 0, 0, 1800, 0, 0},
};

static void decoy_plan(struct aw_plan *plan, const struct decoys *row)
{
    aw_plan_default(plan, 1);
    plan->version = 1;
    plan->roster[0].name[0] = 'a';
    plan->schedule_count = 1;
    plan->schedule[0] =
        row->minute != 0 ? (struct aw_schedule_line){.days = 127,
                                                     .has_minute = true,
                                                     .minute = (uint16_t)row->minute}
                         : (struct aw_schedule_line){.every_s = row->every_s != 0 ? row->every_s
                                                                                  : AW_SPAN_MAX_S};
    if (row->every_s == 0 && row->minute == 0) { /* the pause moves it on */
        plan->pauses_count = 1;
        plan->pauses[0] = (struct aw_pause){T0 + AW_SPAN_MAX_S - 60, T0 + AW_SPAN_MAX_S + 86400};
    }
    plan->grace_s = row->grace_s;
    plan->pace.cadence_s = row->cadence_s;
    plan->quiet_count = (uint8_t)row->quiet;
    plan->quiet[0] = (struct aw_quiet){.days = 127, .from = 1200, .until = 480};
}

/* Her device, as far as a decoy needs it when it starts. */
static void one_decoy(struct vec *v, const struct decoys *row)
{
    static struct subject s;
    struct decoy *d = &s.decoys[0];

    memset(&s, 0, sizeof s);
    vec_enter(v, row->name);
    vec_note(v, row->note);
    decoy_plan(&d->plan, row);
    lab_vec_plan(v, "plan", &d->plan);
    d->has_plan = true;
    d->rec.version = SUBJECT_RECORD_VERSION;
    d->rec.person = 1;
    d->rec.checkin_at_s = lab_vec_u32(v, "checked_in_at", T0);
    s.people[0].rec.phase = AW_PERSON_PAIRED;
    s.random = vec_random(v);
    vec_out_status(v, "started", aw_su_decoy_start(&s, d));
    vec_out_uint(v, "due", d->due_s);
    vec_out_uint(v, "checks_in_at", d->next_s);
    vec_leave(v);
}

void lab_vectors_decoy(struct vec *v)
{
    for (size_t i = 0; i < AW_COUNT(decoys); i++)
        one_decoy(v, &decoys[i]);
}
