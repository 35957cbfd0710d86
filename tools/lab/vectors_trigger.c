/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"

#include <string.h>

/* Vectors of what a contact makes of questions, drills and signs of life (spec/07-contact.md §10),
 * and of when he is away (§11). */

#define T0    UINT32_C(1790000000)
#define DAY_S UINT32_C(86400)
#define STEPS 13

/* ---- "Are you OK?" ---- */

#define ASK_S    900
#define ASKS_MAX 2

enum ask_act { ASK_ASK, ASK_REPLY, ASK_CALL, ASK_TIME, ASK_CLOSED };

static const char *const ask_words[] = {"ask", "reply", "call", "time", "closed"};
static const char *const incident_words[] = {[AW_INCIDENT_NONE] = "none",
                                             [AW_INCIDENT_MISSED] = "missed",
                                             [AW_INCIDENT_WRONG] = "wrong",
                                             [AW_INCIDENT_SOS] = "sos",
                                             [AW_INCIDENT_DURESS] = "duress"};

struct ask_step {
    uint32_t at_s;
    enum ask_act act;
    uint32_t number;                /* of the reply that is made, or that the call names */
    enum aw_verdict found;          /* on the call */
    enum aw_incident_kind incident; /* when he asks */
};

struct asking {
    const char *name, *note;
    bool may_not;
    struct ask_step steps[STEPS];
    size_t count;
};

#define ASK(at)                                                                                    \
    {                                                                                              \
        at, ASK_ASK, 0, 0, 0                                                                       \
    }
#define ASK_IN(at, incident)                                                                       \
    {                                                                                              \
        at, ASK_ASK, 0, 0, incident                                                                \
    }
#define REPLY(at, number)                                                                          \
    {                                                                                              \
        at, ASK_REPLY, number, 0, 0                                                                \
    }
#define CALL(at, number)                                                                           \
    {                                                                                              \
        at, ASK_CALL, number, AW_VERDICT_NONE, 0                                                   \
    }
#define TYPED(at, number, v)                                                                       \
    {                                                                                              \
        at, ASK_CALL, number, AW_VERDICT_##v, 0                                                    \
    }
#define TIME(at)                                                                                   \
    {                                                                                              \
        at, ASK_TIME, 0, 0, 0                                                                      \
    }
#define CLOSED(at)                                                                                 \
    {                                                                                              \
        at, ASK_CLOSED, 0, 0, 0                                                                    \
    }

/* clang-format off */
static const struct asking askings[] = {
    {"answered", "the time runs from when her device has shown that it has the question", false,
     {ASK(0), ASK(1), REPLY(2, 7), ASK(3), CALL(60, 6), TYPED(90, 6, SAFE), CALL(300, 7), ASK(301),
      REPLY(302, 8), CALL(310, 6), CALL(320, 7), TYPED(600, 7, SAFE)}, 12},
    {"answered at once", "by the call that shows it; outside the circle the secret is claimed",
     false, {ASK(0), REPLY(0, 7), TYPED(60, 9, CLAIMED)}, 3},
    {"answered under duress", "he sees the answer, and the alarm", false,
     {ASK(0), REPLY(0, 7), TYPED(60, 7, DURESS), ASK_IN(61, AW_INCIDENT_DURESS)}, 4},
    {"a wrong secret is no answer", "nor one that he cannot judge", false,
     {ASK(0), REPLY(0, 7), TYPED(60, 7, WRONG), TYPED(90, 8, CANNOT_JUDGE), TIME(959), TIME(960),
      TYPED(2000, 8, SAFE)}, 7},
    {"given up", "when an incident is closed after its time, and not before", false,
     {CLOSED(0), ASK(0), CLOSED(1), REPLY(2, 7), CLOSED(3), CALL(60, 7), CLOSED(959), CLOSED(960),
      ASK(961)}, 9},
    {"too many a day", "counted from the first", false,
     {ASK(0), REPLY(0, 7), TYPED(60, 7, SAFE), ASK(3600), REPLY(3600, 8), TYPED(3660, 8, SAFE),
      ASK(DAY_S - 1), ASK(DAY_S)}, 8},
    {"may not", "the roster does not let him", true, {ASK(0)}, 1},
    {"while a call could give her away", "and otherwise in any incident", false,
     {ASK_IN(0, AW_INCIDENT_DURESS), ASK_IN(1, AW_INCIDENT_WRONG), ASK_IN(2, AW_INCIDENT_SOS)}, 3},
    {"twice in a second", "an id is above the one before, and not below the clock", false,
     {ASK(0), REPLY(0, 7), TYPED(0, 7, SAFE), ASK(0)}, 4},
};
/* clang-format on */

static enum aw_status ask_act(struct vec *v, struct contact_triggers *t, const struct ask_step *row,
                              const struct aw_plan *plan, uint32_t at_s)
{
    unsigned act = lab_vec_word(v, "act", row->act, ask_words, AW_COUNT(ask_words));
    struct aw_call call = {.kind = AW_CALL_CHECKIN};
    unsigned incident, found;

    switch (act) {
    case ASK_ASK:
        incident =
            lab_vec_word(v, "incident", row->incident, incident_words, AW_COUNT(incident_words));
        return aw_trigger_may_ask(plan, &plan->roster[0], (enum aw_incident_kind)incident)
                   ? aw_trigger_ask(t, &plan->pace, at_s)
                   : AW_E_STATE;
    case ASK_REPLY:
        (void)aw_trigger_replied(t, lab_vec_u32(v, "number", row->number));
        break;
    case ASK_CALL:
        call.reply_seen = lab_vec_u32(v, "number", row->number);
        found = lab_vec_word(v, "found", row->found, lab_verdict_words, LAB_VERDICTS);
        aw_trigger_answer(t, &call, at_s, aw_co_counts((enum aw_verdict)found));
        break;
    case ASK_CLOSED:
        aw_trigger_settle(t, at_s);
        break;
    default:
        break;
    }
    return AW_OK;
}

static const char *ask_state(const struct contact_ask *a)
{
    if (!a->is_open)
        return "none";
    if (a->reply == 0)
        return "asked";
    return a->reached_at_s == 0 ? "sent" : "reached";
}

static void one_asking(struct vec *v, const struct asking *row)
{
    struct contact_triggers t = {0};
    struct aw_plan plan;

    aw_plan_default(&plan, 1);
    plan.pace.ask_s = ASK_S;
    plan.pace.asks_max = ASKS_MAX;
    vec_enter(v, row->name);
    vec_note(v, row->note);
    plan.roster[0].asks = lab_vec_bool(v, "may_ask", !row->may_not);
    for (size_t i = 0; i < row->count; i++) {
        struct aw_ladder_due due = {.at_s = {0}};
        uint32_t at_s;

        vec_enter(v, vec_nth(v, "step", i));
        at_s = lab_vec_u32(v, "at", T0 + row->steps[i].at_s);
        vec_out_status(v, "status", ask_act(v, &t, &row->steps[i], &plan, at_s));
        aw_trigger_due(&t, &plan, 0, &due);
        vec_out_text(v, "state", ask_state(&t.ask));
        vec_out_uint(v, "id", t.ask.id);
        vec_out_uint(v, "due", due.at_s[AW_LADDER_DUE(AW_WHY_ASK)]);
        vec_leave(v);
    }
    vec_leave(v);
}

/* ---- Drills ---- */

struct drills {
    const char *name;
    struct {
        uint32_t at_s, seq; /* 0: he answers */
        bool is_incident;
    } steps[STEPS];
    size_t count;
};

/* clang-format off */
static const struct drills drills[] = {
    {"answered", {{0, 0, false}, {0, 10, false}, {10, 9, false}, {20, 10, false}, {30, 0, false},
      {40, 0, false}, {50, 10, false}}, 7},
    {"what is only noted keeps none from ringing",
     {{0, 10, false}, {10, 0, false}, {3599, 11, false}, {3600, 12, true}, {3610, 0, false},
      {3620, 13, false}, {3630, 14, false}, {7220, 15, false}, {7230, 0, false},
      {7240, 16, true}}, 10},
    {"the first one in an incident", {{0, 10, true}, {10, 11, false}}, 2},
};
/* clang-format on */

static void one_drills(struct vec *v, const struct drills *row)
{
    struct contact_triggers t = {0};

    vec_enter(v, row->name);
    for (size_t i = 0; i < row->count; i++) {
        uint32_t at_s, seq;
        bool is_incident;

        vec_enter(v, vec_nth(v, "step", i));
        at_s = lab_vec_u32(v, "at", T0 + row->steps[i].at_s);
        seq = lab_vec_u32(v, "drill", row->steps[i].seq);
        is_incident = lab_vec_bool(v, "incident", row->steps[i].is_incident);
        if (seq == 0)
            vec_out_status(v, "answered", aw_trigger_drill_answer(&t));
        else
            vec_out_uint(v, "rings", aw_trigger_drill(&t, seq, !is_incident, at_s));
        vec_out_uint(v, "to_be_answered", t.drill_answered != t.drill_seq);
        vec_out_uint(v, "named", t.drill_answered);
        vec_leave(v);
    }
    vec_leave(v);
}

/* ---- Signs of life ---- */

enum life_act { LIFE_BEAT, LIFE_TYPED, LIFE_SPOKEN };

static const char *const life_words[] = {"beat", "typed", "closed by two"};

struct life {
    enum life_act act;
    uint32_t base_s;
    uint16_t min;
    enum aw_verdict found;
};

struct living {
    const char *name;
    uint32_t life_s;
    struct life steps[STEPS];
    size_t count;
};

/* clang-format off */
static const struct living livings[] = {
    {"beats", 14400,
     {{LIFE_TYPED, 0, 0, AW_VERDICT_NONE}, {LIFE_BEAT, 60, 10, 0}, {LIFE_BEAT, 900, 5, 0},
      {LIFE_BEAT, 1800, 60, 0}, {LIFE_BEAT, 2700, 0, 0}, {LIFE_BEAT, 2000, 0, 0}}, 6},
    {"secrets", 14400,
     {{LIFE_TYPED, 100, 0, AW_VERDICT_SAFE}, {LIFE_TYPED, 200, 0, AW_VERDICT_WRONG},
      {LIFE_TYPED, 300, 0, AW_VERDICT_CANNOT_JUDGE}, {LIFE_TYPED, 400, 0, AW_VERDICT_DURESS},
      {LIFE_TYPED, 500, 0, AW_VERDICT_CLAIMED}, {LIFE_TYPED, 450, 0, AW_VERDICT_SAFE},
      {LIFE_TYPED, 600, 0, AW_VERDICT_NONE}}, 7},
    {"two closed an incident without a check-in", 14400,
     {{LIFE_BEAT, 60, 0, 0}, {LIFE_SPOKEN, 20000, 0, 0}, {LIFE_BEAT, 20100, 300, 0},
      {LIFE_BEAT, 21000, 10, 0}}, 4},
    {"not asked for", 0, {{LIFE_BEAT, 60, 0, 0}, {LIFE_TYPED, 100, 0, AW_VERDICT_SAFE}}, 2},
};
/* clang-format on */

static void live(struct vec *v, struct contact_triggers *t, const struct life *row,
                 uint32_t *floor_s)
{
    unsigned act = lab_vec_word(v, "act", row->act, life_words, AW_COUNT(life_words)), found;
    uint32_t base_s = lab_vec_u32(v, "base", T0 + row->base_s);
    struct aw_call call = {.kind = AW_CALL_BEAT, .has_life_min = true};

    if (act == LIFE_BEAT) {
        call.life_min = (uint16_t)lab_vec_u32(v, "life_min", row->min);
        aw_trigger_notice(t, &call, base_s);
    } else if (act == LIFE_TYPED) {
        found = lab_vec_word(v, "found", row->found, lab_verdict_words, LAB_VERDICTS);
        if (aw_co_counts((enum aw_verdict)found))
            aw_trigger_typed(t, base_s);
    } else {
        *floor_s = base_s;
    }
}

static void one_living(struct vec *v, const struct living *row)
{
    struct contact_triggers t = {0};
    uint32_t floor_s = 0;
    struct aw_plan plan;

    aw_plan_default(&plan, 1);
    vec_enter(v, row->name);
    plan.pace.life_s = lab_vec_u32(v, "life_s", row->life_s);
    for (size_t i = 0; i < row->count; i++) {
        struct aw_ladder_due due = {.at_s = {0}};

        vec_enter(v, vec_nth(v, "step", i));
        live(v, &t, &row->steps[i], &floor_s);
        aw_trigger_due(&t, &plan, floor_s, &due);
        vec_out_uint(v, "newest_sign", t.life_at_s);
        vec_out_uint(v, "due", due.at_s[AW_LADDER_DUE(AW_WHY_LIFE)]);
        vec_leave(v);
    }
    vec_leave(v);
}

void lab_vectors_trigger(struct vec *v)
{
    vec_enter(v, "question_at_a_contact");
    vec_note(v,
             "ask_s is 900, asks_max 2; number: of the reply that is made, or that a call names; "
             "at: of a call its base; found: on its presence; closed: an incident is; due 0: "
             "there is no such deadline");
    for (size_t i = 0; i < AW_COUNT(askings); i++)
        one_asking(v, &askings[i]);
    vec_leave(v);
    vec_enter(v, "drill_at_a_contact");
    vec_note(v, "drill: its seq, 0: he answers; incident: one is open; named: by his replies");
    for (size_t i = 0; i < AW_COUNT(drills); i++)
        one_drills(v, &drills[i]);
    vec_leave(v);
    vec_enter(v, "life_at_a_contact");
    vec_note(v, "typed: a word with a secret; closed by two: an incident without a check-in; due "
                "0: there is no such deadline");
    for (size_t i = 0; i < AW_COUNT(livings); i++)
        one_living(v, &livings[i]);
    vec_leave(v);
}

/* ---- Away ---- */

/* London in 2027: UTC+1 from 28 March 01:00 UTC, a Sunday. */
#define SPRING UINT32_C(1806195600)
#define ROTAS  2

struct absence {
    const char *name, *note;
    uint32_t until_s; /* by hand, 0: not */
    struct aw_quiet rota[ROTAS];
    size_t rota_count;
    uint32_t at_s[4];
    size_t count;
};

/* clang-format off */
static const struct absence absences[] = {
    {"by hand", "until then", SPRING, {{0, 0, 0}}, 0, {SPRING - 1, SPRING}, 2},
    {"every night", "23:00 to 07:00; one of them is an hour shorter", 0, {{127, 1380, 420}}, 1,
     {SPRING - 7201, SPRING - 7200, SPRING + 17999, SPRING + 18000}, 4},
    {"Mondays", "from 09:00 to 17:00 in the zone of her plan", 0, {{1, 540, 1020}}, 1,
     {SPRING + 28800, SPRING + DAY_S + 25199, SPRING + DAY_S + 25200, SPRING + DAY_S + 54000}, 4},
    {"two that touch", "he is back at the end of the second", 0, {{127, 600, 660}, {127, 660, 720}},
     2, {SPRING - 54001, SPRING - 54000, SPRING - 50400, SPRING - 46800}, 4},
    {"by hand into the night", "it ends with the night", SPRING - 3600, {{127, 1380, 420}}, 1,
     {SPRING - 20000}, 1},
    {"neither", "available", 0, {{0, 0, 0}}, 0, {SPRING}, 1},
};
/* clang-format on */

static void in_rota(struct vec *v, const struct absence *row, struct contact_own *own)
{
    own->rota_count = (uint8_t)lab_vec_u32(v, "windows", (uint32_t)row->rota_count);
    if (own->rota_count > AW_ROTA_MAX) {
        vec_fault(v, "windows", "too many");
        own->rota_count = 0;
    }
    for (size_t i = 0; i < own->rota_count; i++) {
        vec_enter(v, vec_nth(v, "window", i));
        own->rota[i].days = (uint8_t)lab_vec_u32(v, "days", row->rota[i % ROTAS].days);
        own->rota[i].from = (uint16_t)lab_vec_u32(v, "from", row->rota[i % ROTAS].from);
        own->rota[i].until = (uint16_t)lab_vec_u32(v, "until", row->rota[i % ROTAS].until);
        vec_leave(v);
    }
}

static void one_absence(struct vec *v, const struct absence *row)
{
    static struct contact c;

    memset(&c, 0, sizeof c);
    aw_plan_default(&c.plan, 1);
    c.plan.version = 1;
    c.plan.roster[0].name[0] = 'a';
    c.plan.zone[0] = (struct aw_zone_rule){0, 0};
    c.plan.zone[1] = (struct aw_zone_rule){SPRING, 3600};
    c.plan.zone_count = 2;
    vec_enter(v, row->name);
    vec_note(v, row->note);
    lab_vec_plan(v, "plan", &c.plan);
    c.own.away_until_s = lab_vec_u32(v, "by_hand_until", row->until_s);
    in_rota(v, row, &c.own);
    for (size_t i = 0; i < row->count; i++) {
        uint32_t at_s = lab_vec_u32(v, vec_nth(v, "at", i), row->at_s[i]);

        vec_out_uint(v, vec_nth(v, "away_until", i), aw_co_away_until(&c, at_s));
    }
    vec_leave(v);
}

void lab_vectors_away(struct vec *v)
{
    for (size_t i = 0; i < AW_COUNT(absences); i++)
        one_absence(v, &absences[i]);
}
