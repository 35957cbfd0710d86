/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/ladder.h"

#include <stdio.h>
#include <string.h>

/*
 * Vectors of the ladder (spec/07-contact.md §5 and §6): what comes in, in which second, and the
 * state, the level and what the human hears of it. A step that the file says does nothing but let
 * time pass is "time".
 */

#define T0    UINT32_C(1790000000)
#define DUE   3600
#define GRACE 300
#define GATE  (DUE + GRACE) /* grace is used up */
#define STEPS 11

enum input {
    IN_TIME,
    IN_WATCH,
    IN_PROOF,
    IN_OTHERS,
    IN_ALARM,
    IN_SAFE,
    IN_CANCEL,
    IN_CLAIM,
    IN_DECLINE,
    IN_CONFIRM,
    IN_PEER_CLAIM,
    IN_PEER_CONFIRM
};

static const char *const input_words[] = {
    "time",    "watch",         "proof",        "others found it missed",
    "alarm",   "safe check-in", "cancel",       "claim",
    "decline", "confirm",       "other claims", "other confirms"};
static const char *const state_words[] = {"idle",   "fine",  "overdue", "suspect",
                                          "missed", "alarm", "claimed", "resumed"};
static const char *const incident_words[] = {"none", "missed", "wrong", "sos", "duress"};

/* What `x` and `y` are depends on the input; times count from T0. */
struct step {
    uint32_t at_s;
    enum input input;
    uint32_t x, y;
    uint8_t human, groups;
    bool is_fellow;
};

struct story {
    const char *name, *note;
    uint8_t groups, empty;
    bool is_away, is_doubt, is_relaxed;
    size_t count;
    struct step steps[STEPS];
};

#define AT(s, in)                                                                                  \
    {                                                                                              \
        .at_s = (s), .input = (in)                                                                 \
    }
#define WATCH(s, checkin)                                                                          \
    {                                                                                              \
        .at_s = (s), .input = IN_WATCH, .x = (checkin), .y = 86400                                 \
    }
#define WORD(s, in, seq, made)                                                                     \
    {                                                                                              \
        .at_s = (s), .input = (in), .x = (seq), .y = (made)                                        \
    }
#define PEER(s, in, until, who, of, fellow)                                                        \
    {                                                                                              \
        .at_s = (s), .input = (in), .x = (until), .human = (who), .groups = (of),                  \
        .is_fellow = (fellow)                                                                      \
    }
#define MISSED WATCH(0, DUE), AT(GATE - 90, IN_PROOF), AT(GATE, IN_PROOF)

static const struct story stories[] = {
    {.name = "missed",
     .note = "each second before something happens, and that second; levels 1 and 2 ring here",
     .groups = 1,
     .count = 11,
     .steps = {WATCH(0, DUE), AT(DUE - 1, IN_TIME), AT(DUE, IN_TIME), AT(GATE - 90, IN_PROOF),
               AT(GATE - 1, IN_TIME), AT(GATE, IN_TIME), AT(GATE, IN_PROOF),
               AT(GATE + 599, IN_TIME), AT(GATE + 600, IN_TIME), AT(GATE + 1199, IN_TIME),
               AT(GATE + 1200, IN_TIME)}},
    {.name = "two proofs",
     .note = "the one of 91 s before the end of grace does not count; 89 s apart are none",
     .groups = 1,
     .count = 5,
     .steps = {WATCH(0, DUE), AT(GATE - 91, IN_PROOF), AT(GATE - 89, IN_PROOF), AT(GATE, IN_PROOF),
               AT(GATE + 1, IN_PROOF)}},
    {.name = "cannot tell",
     .note = "no proof: unsure after 40 s, missed at the ceiling; levels count from the end of "
             "grace",
     .groups = 1,
     .count = 7,
     .steps = {WATCH(0, DUE), AT(DUE, IN_TIME), AT(GATE, IN_TIME), AT(GATE + 39, IN_TIME),
               AT(GATE + 40, IN_TIME), AT(GATE + 899, IN_TIME), AT(GATE + 900, IN_TIME)}},
    {.name = "others find it",
     .note = "the ceiling would be 200 s later",
     .groups = 1,
     .count = 4,
     .steps = {WATCH(0, DUE), AT(DUE, IN_TIME), AT(GATE, IN_TIME), AT(GATE + 700, IN_OTHERS)}},
    {.name = "doubt",
     .note = "her clock explains nothing: proofs raise nothing, the ceiling does",
     .groups = 1,
     .is_doubt = true,
     .count = 4,
     .steps = {MISSED, AT(GATE + 900, IN_TIME)}},
    {.name = "claim",
     .note = "it holds level 2 until it ends, the same level once; nothing holds the last one",
     .groups = 1,
     .count = 9,
     .steps = {MISSED, AT(GATE + 10, IN_CLAIM), AT(GATE + 600, IN_TIME), AT(GATE + 909, IN_TIME),
               AT(GATE + 910, IN_TIME), AT(GATE + 920, IN_CLAIM), AT(GATE + 1200, IN_TIME)}},
    {.name = "declined",
     .note = "the hold ends at once, and the level is not held again",
     .groups = 1,
     .count = 6,
     .steps = {MISSED, AT(GATE + 10, IN_CLAIM), AT(GATE + 20, IN_DECLINE),
               AT(GATE + 30, IN_CLAIM)}},
    {.name = "others claim",
     .note = "none without a common group, none that is over, then one that holds level 2",
     .groups = 1,
     .count = 8,
     .steps = {MISSED, PEER(GATE + 5, IN_PEER_CLAIM, GATE + 900, 3, 2, false),
               PEER(GATE + 10, IN_PEER_CLAIM, GATE + 10, 2, 3, false),
               PEER(GATE + 20, IN_PEER_CLAIM, GATE + 700, 2, 3, false), AT(GATE + 699, IN_TIME),
               AT(GATE + 700, IN_TIME)}},
    {.name = "late but arrived",
     .note = "a check-in that was made after the miss, then a confirmation",
     .groups = 1,
     .count = 7,
     .steps = {MISSED, WATCH(GATE + 50, GATE + 50 + DUE), WORD(GATE + 50, IN_SAFE, 8, GATE + 49),
               AT(GATE + 949, IN_TIME), AT(GATE + 960, IN_CONFIRM)}},
    {.name = "relaxed",
     .note = "the check-in alone closes a missed one",
     .groups = 1,
     .is_relaxed = true,
     .count = 5,
     .steps = {MISSED, WATCH(GATE + 50, GATE + 50 + DUE), WORD(GATE + 50, IN_SAFE, 8, GATE + 49)}},
    {.name = "two have spoken to her",
     .note = "not from before the miss, not 601 s ahead, not of one group; then it closes without "
             "a check-in",
     .groups = 1,
     .count = 8,
     .steps = {MISSED, PEER(GATE + 10, IN_PEER_CONFIRM, GATE - 1, 2, 2, false),
               PEER(GATE + 20, IN_PEER_CONFIRM, GATE + 621, 2, 2, false),
               PEER(GATE + 30, IN_PEER_CONFIRM, GATE + 25, 3, 1, false), AT(GATE + 40, IN_CONFIRM),
               PEER(GATE + 50, IN_PEER_CONFIRM, GATE + 650, 2, 2, false)}},
    {.name = "handed over",
     .note = "handing over ends the claim as declining does; the other one holds level 2 then",
     .groups = 1,
     .count = 9,
     .steps = {MISSED, AT(GATE + 10, IN_CLAIM), AT(GATE + 20, IN_DECLINE),
               PEER(GATE + 30, IN_PEER_CLAIM, GATE + 930, 2, 3, false), AT(GATE + 600, IN_TIME),
               AT(GATE + 929, IN_TIME), AT(GATE + 930, IN_TIME)}},
    {.name = "two circles",
     .note = "an SOS: who belongs to both is of none of his own; two of one do not close it",
     .groups = 1,
     .count = 6,
     .steps = {WATCH(0, DUE), WORD(100, IN_ALARM, 7, AW_INCIDENT_SOS), AT(110, IN_CONFIRM),
               PEER(120, IN_PEER_CONFIRM, 115, 3, 3, false),
               PEER(130, IN_PEER_CONFIRM, 125, 4, 1, false),
               PEER(140, IN_PEER_CONFIRM, 135, 2, 2, false)}},
    {.name = "two circles, not this one",
     .note = "both are others; no check-in came",
     .groups = 4,
     .count = 4,
     .steps = {WATCH(0, DUE), WORD(100, IN_ALARM, 7, AW_INCIDENT_SOS),
               PEER(110, IN_PEER_CONFIRM, 105, 2, 2, false),
               PEER(120, IN_PEER_CONFIRM, 115, 3, 1, false)}},
    {.name = "two circles, a new alarm",
     .note = "asks both again",
     .groups = 1,
     .count = 7,
     .steps = {WATCH(0, DUE), WORD(100, IN_ALARM, 7, AW_INCIDENT_SOS),
               PEER(110, IN_PEER_CONFIRM, 105, 2, 2, false),
               WORD(120, IN_ALARM, 9, AW_INCIDENT_SOS), AT(130, IN_CONFIRM),
               PEER(140, IN_PEER_CONFIRM, 119, 2, 2, false),
               PEER(150, IN_PEER_CONFIRM, 120, 2, 2, false)}},
    {.name = "sos",
     .note = "level 1 at once; a cancel ends nothing, nor does a check-in of before",
     .groups = 1,
     .count = 6,
     .steps = {WATCH(0, DUE), WORD(100, IN_ALARM, 7, AW_INCIDENT_SOS), AT(110, IN_CANCEL),
               WORD(120, IN_SAFE, 6, 90), AT(130, IN_CONFIRM), WORD(140, IN_SAFE, 8, 135)}},
    {.name = "relaxed, sos",
     .note = "an alarm asks for a confirmation all the same",
     .groups = 1,
     .is_relaxed = true,
     .count = 4,
     .steps = {WATCH(0, DUE), WORD(100, IN_ALARM, 7, AW_INCIDENT_SOS), WORD(140, IN_SAFE, 8, 135),
               AT(150, IN_CONFIRM)}},
    {.name = "duress",
     .note = "who is no fellow neither holds nor closes it; a fellow does",
     .groups = 1,
     .count = 7,
     .steps = {WATCH(0, DUE), WORD(100, IN_ALARM, 7, AW_INCIDENT_DURESS),
               PEER(110, IN_PEER_CLAIM, 900, 2, 3, false), AT(700, IN_TIME), AT(705, IN_CONFIRM),
               PEER(710, IN_PEER_CONFIRM, 705, 2, 2, false),
               PEER(720, IN_PEER_CONFIRM, 715, 2, 2, true)}},
    {.name = "not of group 1",
     .note = "levels 1 and 2 ring others",
     .groups = 2,
     .count = 5,
     .steps = {MISSED, AT(GATE + 600, IN_TIME), AT(GATE + 1200, IN_TIME)}},
    {.name = "away",
     .note = "only the last level rings here",
     .groups = 1,
     .is_away = true,
     .count = 5,
     .steps = {MISSED, AT(GATE + 600, IN_TIME), AT(GATE + 1200, IN_TIME)}},
    {.name = "nobody of level 1",
     .note = "all of them are away: level 2 begins with it",
     .groups = 3,
     .empty = 1,
     .count = 3,
     .steps = {MISSED}},
    {.name = "asleep",
     .note = "it woke 100 s after grace: late first, then 60 s for the relays",
     .groups = 1,
     .count = 4,
     .steps = {WATCH(0, DUE), AT(GATE + 100, IN_TIME), AT(GATE + 159, IN_TIME),
               AT(GATE + 160, IN_TIME)}},
};

static void story_plan(struct aw_plan *plan, const struct story *story)
{
    aw_plan_default(plan, 3);
    plan->version = 1;
    for (size_t i = 0; i < 3; i++)
        plan->roster[i].name[0] = (char)('a' + i);
    plan->roster[1].groups = 3;
    plan->roster[2].groups = 2;
    plan->grace_s = GRACE;
    plan->levels[0] = (struct aw_level){.delay_s = 0, .groups = 1};
    plan->levels[1] = (struct aw_level){.delay_s = 600, .groups = 1};
    plan->levels[2] = (struct aw_level){.delay_s = 1200, .groups = AW_GROUPS_ALL, .shares = true};
    plan->levels_count = 3;
    plan->claim_s = 900;
    plan->ring_s = 3600; /* so that a ring is a level that begins */
    plan->council.ceiling_s = 900;
    plan->relaxed = story->is_relaxed;
}

struct bed {
    struct aw_plan plan;
    struct aw_ladder_rules rules;
    struct aw_ladder ladder;
    struct aw_ladder_out out;
};

static void watch(struct vec *v, struct bed *b, const struct step *s, uint32_t now_s)
{
    struct aw_ladder_due due = {{0, AW_NO_TIME, AW_NO_TIME, AW_NO_TIME, 0}};

    due.at_s[AW_LADDER_DUE(AW_WHY_CHECKIN)] = lab_vec_u32(v, "check_in_due", T0 + s->x);
    due.at_s[AW_LADDER_DUE(AW_WHY_BEAT)] = lab_vec_u32(v, "beat_due", T0 + s->y);
    aw_ladder_watch(&b->ladder, &b->rules, &due, now_s, &b->out);
}

static void word(struct vec *v, struct bed *b, const struct step *s, bool is_alarm, uint32_t now_s)
{
    uint32_t seq = lab_vec_u32(v, "seq", s->x);

    if (is_alarm) {
        unsigned kind = lab_vec_word(v, "kind", s->y, incident_words, AW_COUNT(incident_words));

        aw_ladder_alarm(&b->ladder, &b->rules, (enum aw_incident_kind)kind, seq, now_s, now_s,
                        &b->out);
        return;
    }
    aw_ladder_safe(&b->ladder, &b->rules, seq, lab_vec_u32(v, "made_at", T0 + s->y), now_s,
                   &b->out);
}

static void peer(struct vec *v, struct bed *b, const struct step *s, bool claims, uint32_t now_s)
{
    struct aw_ladder_peer p;
    uint32_t at_s;

    p.human = (uint8_t)lab_vec_u32(v, "human", s->human);
    p.groups = (uint8_t)lab_vec_u32(v, "groups", s->groups);
    p.is_fellow = lab_vec_bool(v, "fellow", s->is_fellow);
    at_s = lab_vec_u32(v, claims ? "until" : "confirm_at", T0 + s->x);
    if (claims)
        aw_ladder_peer_claim(&b->ladder, &b->rules, &p, at_s, now_s, &b->out);
    else
        aw_ladder_peer_confirm(&b->ladder, &b->rules, &p, at_s, now_s, &b->out);
}

static void human(struct vec *v, struct bed *b, unsigned input, uint32_t now_s)
{
    enum aw_status st;

    if (input == IN_CLAIM)
        st = aw_ladder_claim(&b->ladder, &b->rules, now_s, &b->out);
    else if (input == IN_DECLINE)
        st = aw_ladder_decline(&b->ladder, &b->rules, now_s, &b->out);
    else
        st = aw_ladder_confirm(&b->ladder, &b->rules, now_s, &b->out);
    vec_out_status(v, "status", st);
}

static void feed(struct vec *v, struct bed *b, const struct step *s)
{
    uint32_t now_s = lab_vec_u32(v, "at", T0 + s->at_s);
    unsigned input = lab_vec_word(v, "input", s->input, input_words, AW_COUNT(input_words));

    switch ((enum input)input) {
    case IN_TIME:
        aw_ladder_tick(&b->ladder, &b->rules, now_s, &b->out);
        break;
    case IN_WATCH:
        watch(v, b, s, now_s);
        break;
    case IN_PROOF:
        aw_ladder_path(&b->ladder, &b->rules, now_s, now_s, &b->out);
        break;
    case IN_OTHERS:
        aw_ladder_others(&b->ladder, &b->rules, now_s, &b->out);
        break;
    case IN_ALARM:
    case IN_SAFE:
        word(v, b, s, input == IN_ALARM, now_s);
        break;
    case IN_CANCEL:
        aw_ladder_cancel(&b->ladder, &b->rules, now_s, &b->out);
        break;
    case IN_CLAIM:
    case IN_DECLINE:
    case IN_CONFIRM:
        human(v, b, input, now_s);
        break;
    case IN_PEER_CLAIM:
    case IN_PEER_CONFIRM:
        peer(v, b, s, input == IN_PEER_CLAIM, now_s);
        break;
    }
}

/* The words of the table of §5; a level is said with its number. What is only put on record the
 * table does not list. */
static const char *event_word(enum aw_event_kind kind)
{
    switch ((int)kind) {
    case AW_EVENT_LATE:
        return "late";
    case AW_EVENT_UNSURE:
        return "unsure";
    case AW_EVENT_RING:
        return "ring";
    case AW_EVENT_OTHERS:
        return "others";
    case AW_EVENT_CLAIM_ENDED:
        return "claim ended";
    case AW_EVENT_BACK:
        return "back";
    case AW_EVENT_CONFIRM:
        return "confirm";
    case AW_EVENT_CLOSED:
        return "closed";
    default:
        AW_UNREACHABLE();
    }
}

static void out_events(struct vec *v, const struct aw_ladder_out *out)
{
    char text[256];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < out->count; i++) {
        const struct aw_ladder_event *e = &out->events[i];
        bool has_level = e->kind == AW_EVENT_RING || e->kind == AW_EVENT_OTHERS;

        if (e->kind == AW_EVENT_RECORD)
            continue;
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len == 0 ? "" : ", ",
                                event_word(e->kind));
        if (has_level)
            len += (size_t)snprintf(text + len, sizeof text - len, " %u", e->level);
    }
    vec_out_text(v, "events", text);
}

static void one_story(struct vec *v, const struct story *story)
{
    struct bed b = {.out = {.count = 0}};

    vec_enter(v, story->name);
    vec_note(v, story->note);
    story_plan(&b.plan, story);
    lab_vec_plan(v, "plan", &b.plan);
    b.rules.plan = &b.plan;
    b.rules.groups = (uint8_t)lab_vec_u32(v, "groups", story->groups);
    b.rules.is_away = lab_vec_bool(v, "away", story->is_away);
    b.rules.empty = (uint8_t)lab_vec_u32(v, "levels_away", story->empty);
    b.rules.is_doubt = lab_vec_bool(v, "doubt", story->is_doubt);
    aw_ladder_init(&b.ladder, T0);
    for (size_t i = 0; i < story->count; i++) {
        vec_enter(v, vec_nth(v, "step", i));
        b.out.count = 0;
        feed(v, &b, &story->steps[i]);
        vec_out_text(v, "state", state_words[b.ladder.state]);
        vec_out_text(v, "incident", incident_words[b.ladder.incident]);
        vec_out_uint(v, "level", b.ladder.level);
        out_events(v, &b.out);
        vec_leave(v);
    }
    vec_leave(v);
}

void lab_vectors_ladder(struct vec *v)
{
    for (size_t i = 0; i < AW_COUNT(stories); i++)
        one_story(v, &stories[i]);
}
