/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include <allswell/trigger.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_trigger.h"
#include "core/switch_time.h"
#include "support/circle.h"

#include <stdio.h>

/* Vectors of the times that she sets herself, at a contact (spec/07-contact.md §10) and on her
 * device (spec/17-triggers.md §1 to §3), and of blind switches (spec/06-subject.md §14). What else
 * is in timer.json: vectors_trigger.c, vectors_device.c. */

#define T0      UINT32_C(1790000000)
#define STEPS   6
#define GRACE_S 600

/* ---- At a contact ---- */

static const char *const ops[] = {
    [AW_TIMER_START] = "start", [AW_TIMER_EXTEND] = "extend", [AW_TIMER_END] = "end", [0] = "none"};

struct word {
    uint8_t op;
    bool counts;                          /* an end: its presence was typed, and is not wrong */
    uint32_t id, base_s, due_s, extend_s; /* base and due from T0 on */
    uint32_t fast_s;                      /* how much her clock is ahead of the base */
};

struct words {
    const char *name, *note;
    struct word words[STEPS];
    size_t count;
};

/* clang-format off */
static const struct words words[] = {
    {"extended once", "the second extension has no effect, the end needs her secret",
     {{AW_TIMER_START, false, 10, 0, 3600, 900, 0},
      {AW_TIMER_EXTEND, false, 10, 3000, 4500, 900, 0},
      {AW_TIMER_EXTEND, false, 10, 3100, 5400, 900, 0},
      {AW_TIMER_END, false, 10, 3200, 4500, 900, 0},
      {AW_TIMER_END, true, 10, 3300, 4500, 900, 0}}, 5},
    {"extended at the end of grace", "due 3600, grace 600",
     {{AW_TIMER_START, false, 10, 0, 3600, 7200, 0},
      {AW_TIMER_EXTEND, false, 10, 4200, 10800, 7200, 0}}, 2},
    {"extended a second later", "the word has no effect",
     {{AW_TIMER_START, false, 10, 0, 3600, 7200, 0},
      {AW_TIMER_EXTEND, false, 10, 4201, 10800, 7200, 0}}, 2},
    {"the extension says more", "what the start said counts",
     {{AW_TIMER_START, false, 10, 0, 3600, 600, 0},
      {AW_TIMER_EXTEND, false, 10, 3000, 90000, 7200, 0}}, 2},
    {"the extension comes first", "then no later than the start and its extension say",
     {{AW_TIMER_EXTEND, false, 10, 3000, 9000, 600, 0},
      {AW_TIMER_START, false, 10, 3000, 6600, 600, 0},
      {AW_TIMER_EXTEND, false, 10, 3010, 9600, 600, 0}}, 3},
    {"her clock is an hour fast", "the span counts from the base",
     {{AW_TIMER_START, false, 10, 0, 3600, 0, 3600}}, 1},
    {"a fifth timer", "the one due last is dropped; the fifth is due first",
     {{AW_TIMER_START, false, 10, 0, 3600, 0, 0},
      {AW_TIMER_START, false, 11, 0, 7200, 0, 0},
      {AW_TIMER_START, false, 12, 0, 5400, 0, 0},
      {AW_TIMER_START, false, 13, 0, 4500, 0, 0},
      {AW_TIMER_START, false, 14, 0, 1800, 0, 0},
      {AW_TIMER_END, true, 14, 100, 1800, 0, 0}}, 6},
    {"an end ends older ones", "and a start that comes after it is none",
     {{AW_TIMER_START, false, 10, 0, 3600, 0, 0},
      {AW_TIMER_END, true, 12, 100, 3600, 0, 0},
      {AW_TIMER_START, false, 12, 50, 3600, 0, 0},
      {AW_TIMER_START, false, 13, 60, 3600, 0, 0}}, 4},
};
/* clang-format on */

static void in_word(struct vec *v, const struct word *row, struct aw_call *call, uint32_t *base_s,
                    bool *counts)
{
    unsigned op = lab_vec_word(v, "op", row->op, ops, AW_COUNT(ops));

    *call = (struct aw_call){.kind = AW_CALL_TIMER, .seq = 100, .has_timer = true};
    call->timer.op = (uint8_t)op;
    call->timer.id = lab_vec_u32(v, "id", row->id);
    *base_s = lab_vec_u32(v, "base", T0 + row->base_s);
    call->issued_at = lab_vec_u32(v, "issued_at", T0 + row->base_s + row->fast_s);
    call->timer.due_at = lab_vec_u32(v, "due_at", T0 + row->due_s + row->fast_s);
    call->timer.extend_s = lab_vec_u32(v, "extend_s", row->extend_s);
    *counts = lab_vec_bool(v, "typed", row->counts);
}

static void one_contact(struct vec *v, const struct words *row)
{
    struct contact_triggers t = {0};

    vec_enter(v, row->name);
    vec_note(v, row->note);
    for (size_t i = 0; i < row->count; i++) {
        const struct contact_timer *next;
        struct aw_call call;
        uint32_t base_s;
        bool counts;

        vec_enter(v, vec_nth(v, "word", i));
        in_word(v, &row->words[i], &call, &base_s, &counts);
        aw_trigger_timer(&t, &call, base_s, GRACE_S, counts);
        next = aw_trigger_next_timer(&t);
        vec_out_uint(v, "running", t.timers_count);
        vec_out_uint(v, "id_due_first", next != NULL ? next->id : 0);
        vec_out_uint(v, "due", next != NULL ? next->due_s : 0);
        vec_leave(v);
    }
    vec_leave(v);
}

/* ---- On her device ---- */

enum act { ACT_START, ACT_EXTEND, ACT_END, ACT_STALLED, ACT_MOVING, ACT_ANSWER, ACT_NONE };

static const char *const act_words[] = {"start",  "extend", "end", "stalled",
                                        "moving", "answer", "none"};

struct acts {
    const char *name, *note;
    struct {
        enum act act;
        uint32_t at_s; /* from the beginning */
    } steps[STEPS];
    size_t count;
};

/* clang-format off */
static const struct acts journeys[] = {
    {"there in time", "extended in time, and not twice",
     {{ACT_START, 0}, {ACT_START, 10}, {ACT_EXTEND, 1800}, {ACT_EXTEND, 1900}, {ACT_END, 2400}}, 5},
    {"extended in grace", "the last second of it",
     {{ACT_START, 0}, {ACT_EXTEND, 1800 + GRACE_S - 1}}, 2},
    {"extended after grace", "refused: people are rung",
     {{ACT_START, 0}, {ACT_EXTEND, 1800 + GRACE_S}}, 2},
    {"stalled, nobody answers", "the alarm leaves 120 s later",
     {{ACT_START, 0}, {ACT_STALLED, 600}, {ACT_NONE, 719}, {ACT_NONE, 720}}, 4},
    {"stalled, moves on", "in the last second",
     {{ACT_START, 0}, {ACT_STALLED, 600}, {ACT_MOVING, 719}, {ACT_NONE, 900}}, 4},
    {"stalled twice", "the first countdown goes on; she answers",
     {{ACT_START, 0}, {ACT_STALLED, 600}, {ACT_STALLED, 660}, {ACT_ANSWER, 719}, {ACT_NONE, 900}},
     5},
    {"off a journey", "a stall is nothing", {{ACT_STALLED, 0}, {ACT_NONE, 120}}, 2},
};
/* clang-format on */

static enum aw_status do_act(struct circle *c, enum act act, uint32_t due_s, uint32_t extend_s)
{
    struct aw_subject *s = c->hosts[0].subject;
    struct aw_now now = circle_now(c, 0);

    switch (act) {
    case ACT_START:
        return aw_subject_timer_start(s, AW_TIMER_JOURNEY, due_s, extend_s, NULL, NULL, now);
    case ACT_EXTEND:
        return aw_subject_timer_extend(s, NULL, now);
    case ACT_END:
        return aw_subject_timer_end(s, circle_safe, NULL, NULL, now);
    case ACT_STALLED:
        return aw_subject_signal(s, AW_SIGNAL_STALLED, NULL, NULL, now);
    case ACT_MOVING:
        return aw_subject_signal(s, AW_SIGNAL_MOVING, NULL, NULL, now);
    case ACT_ANSWER:
        return aw_subject_countdown_stop(s, now);
    case ACT_NONE:
        break;
    }
    return AW_OK;
}

static void one_journey(struct vec *v, const struct acts *row)
{
    struct aw_subject_view view;
    struct circle c;
    uint64_t begin_s;

    circle_init(&c, 1, 17);
    circle_set_up(&c);
    begin_s = circle_now_s(&c);
    vec_enter(v, row->name);
    vec_note(v, row->note);
    for (size_t i = 0; i < row->count; i++) {
        uint32_t at_s;
        unsigned act;

        vec_enter(v, vec_nth(v, "step", i));
        at_s = lab_vec_u32(v, "at", row->steps[i].at_s);
        act = lab_vec_word(v, "act", row->steps[i].act, act_words, AW_COUNT(act_words));
        if (begin_s + at_s > circle_now_s(&c))
            circle_run(&c, begin_s + at_s - circle_now_s(&c));
        vec_out_status(v, "status", do_act(&c, act, (uint32_t)begin_s + 1800, 900));
        circle_pump(&c);
        aw_subject_view(c.hosts[0].subject, &view);
        vec_out_uint(v, "due", view.timer_kind != 0 ? view.timer_due_s - begin_s : 0);
        vec_out_uint(v, "asked_until",
                     view.countdown_kind != 0 ? view.countdown_at_s - begin_s : 0);
        vec_out_uint(v, "alarm", view.alarm_kind);
        vec_leave(v);
    }
    vec_leave(v);
    circle_free(&c);
}

void lab_vectors_timer(struct vec *v)
{
    vec_enter(v, "at_a_contact");
    vec_note(v,
             "grace 600 s; typed: the presence was typed, and not found wrong; due 0: none runs");
    for (size_t i = 0; i < AW_COUNT(words); i++)
        one_contact(v, &words[i]);
    vec_leave(v);
    vec_enter(v, "on_her_device");
    vec_note(v, "each start asks for a journey due at 1800, with an extension of 900; grace 600 s; "
                "times count from the beginning; asked_until 0: she is not asked");
    for (size_t i = 0; i < AW_COUNT(journeys); i++)
        one_journey(v, &journeys[i]);
    vec_leave(v);
    lab_vectors_trigger(v);
    lab_vectors_device(v);
}

/* ---- Blind switches ---- */

struct arming {
    const char *name, *note;
    uint32_t beat_s, beat_grace_s, cadence_s;
    uint32_t due_s; /* with grace, from now on; 0: none */
};

static const struct arming armings[] = {
    {"deadline", "the check-in comes before the beat", 900, 21600, 0, 7200},
    {"beat", "and the other way round", 900, 21600, 0, 90000},
    {"same second", "both", 900, 21600, 0, 22500},
    {"overdue", "grace is used up: the least", 900, 21600, 0, 0},
    {"least", "179 s to go: the least", 900, 21600, 0, 179},
    {"above the least", "181 s to go", 900, 21600, 0, 181},
    {"cadence", "slots: the deadline does not show", 900, 21600, 300, 7200},
    {"cadence, short", "the least", 60, 60, 300, 7200},
    {"most", "31 days, though the sum is more", 86400, 2678400, 0, 90000000},
};

void lab_vectors_switch(struct vec *v)
{
    for (size_t i = 0; i < AW_COUNT(armings); i++) {
        const struct arming *row = &armings[i];
        struct aw_plan plan;
        uint32_t now_s, overdue_s, longest_s;

        aw_plan_default(&plan, 1);
        vec_enter(v, row->name);
        vec_note(v, row->note);
        plan.beat_s = lab_vec_u32(v, "beat_s", row->beat_s);
        plan.beat_grace_s = lab_vec_u32(v, "beat_grace_s", row->beat_grace_s);
        plan.pace.cadence_s = lab_vec_u32(v, "cadence_s", row->cadence_s);
        now_s = lab_vec_u32(v, "now", T0);
        overdue_s = lab_vec_u32(v, "due_and_grace", T0 + row->due_s);
        vec_out_uint(v, "after",
                     aw_switch_after_s(&plan, plan.pace.cadence_s != 0, overdue_s, now_s));
        longest_s = aw_switch_longest_s(&plan);
        vec_out_uint(v, "longest", longest_s);
        vec_out_uint(v, "withheld", aw_switch_withheld_s(longest_s));
        vec_leave(v);
    }
}
