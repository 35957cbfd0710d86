/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include <allswell/trigger.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "core/subject_impl.h"
#include "support/circle.h"

/* Vectors of what her device makes of countdowns, signals, drills, questions and signs of life
 * (spec/17-triggers.md §2 to §6), with one contact who is told at once. */

#define STEPS  16
#define ASK_S  900
#define LIFE_S 14400

enum act {
    ACT_NONE,
    ACT_CHECKIN,
    ACT_DURESS,
    ACT_CANCEL,
    ACT_SOS,
    ACT_SOS_IN,
    ACT_FELL,
    ACT_STOP,
    ACT_JOURNEY,
    ACT_BATTERY,
    ACT_GASP,
    ACT_OFF,
    ACT_STALLED,
    ACT_MOVING,
    ACT_SIGN,
    ACT_DRILL,
    ACT_ANSWER,
    ACT_CUT,
    ACT_BACK,
    ACT_SLEEP,
    ACT_WAKE,
    ACT_QUESTION,
    ACT_NO_QUESTION,
    ACT_COUNT
};

static const char *const act_words[ACT_COUNT] = {
    "none",         "check-in",  "forced check-in", "cancel",      "sos",        "sos in",
    "fell",         "stop",      "journey",         "battery low", "last gasp",  "power off",
    "stalled",      "moving",    "sign of life",    "drill",       "he answers", "cut off",
    "path is back", "he sleeps", "he wakes",        "question",    "no question"};

struct step {
    uint32_t at_s;
    enum act act;
    uint32_t x; /* seconds of a countdown, id of a question */
};

struct scene {
    const char *name, *note;
    bool may_not_ask;
    struct step steps[STEPS];
    size_t count;
};

/* clang-format off */
static const struct scene countdowns[] = {
    {"stopped", "nothing leaves; it ends with its last second", false,
     {{0, ACT_FELL, 30}, {29, ACT_STOP, 0}, {60, ACT_STOP, 0}}, 3},
    {"not stopped", "the alarm leaves, and needs a secret to end", false,
     {{0, ACT_FELL, 30}, {29, ACT_NONE, 0}, {30, ACT_NONE, 0}, {31, ACT_STOP, 0},
      {60, ACT_CANCEL, 0}}, 5},
    {"another one, later", "the first one goes on", false,
     {{0, ACT_SOS_IN, 10}, {5, ACT_FELL, 30}, {10, ACT_NONE, 0}}, 3},
    {"another one, earlier", "counts from then on", false,
     {{0, ACT_FELL, 30}, {5, ACT_SOS_IN, 10}, {14, ACT_NONE, 0}, {15, ACT_NONE, 0}}, 4},
    {"an SOS at once", "the countdown is over", false,
     {{0, ACT_FELL, 30}, {5, ACT_SOS, 0}, {35, ACT_NONE, 0}}, 3},
    {"a check-in", "stops nothing", false,
     {{0, ACT_SOS_IN, 10}, {5, ACT_CHECKIN, 0}, {10, ACT_NONE, 0}}, 3},
    {"too long", "and none at all is an SOS at once", false,
     {{0, ACT_SOS_IN, 31}, {1, ACT_SOS_IN, 0}}, 2},
};

static const struct scene signals[] = {
    {"in calm", "three leave at once; how she moves is nothing then", false,
     {{0, ACT_BATTERY, 0}, {10, ACT_GASP, 0}, {20, ACT_OFF, 0}, {30, ACT_STALLED, 0},
      {40, ACT_MOVING, 0}}, 5},
    {"on a journey", "a stall is asked about; moving on answers", false,
     {{0, ACT_JOURNEY, 0}, {5, ACT_MOVING, 0}, {10, ACT_BATTERY, 0}, {20, ACT_STALLED, 0},
      {30, ACT_MOVING, 0}, {40, ACT_STALLED, 0}, {160, ACT_NONE, 0}}, 7},
    {"a fall on a journey", "a stall does not put it off, and moving on does not end it", false,
     {{0, ACT_JOURNEY, 0}, {10, ACT_FELL, 30}, {20, ACT_STALLED, 0}, {30, ACT_MOVING, 0},
      {40, ACT_NONE, 0}}, 5},
    {"in an alarm", "all of them leave", false,
     {{0, ACT_SOS, 0}, {10, ACT_STALLED, 0}, {20, ACT_MOVING, 0}, {30, ACT_GASP, 0}}, 4},
};

static const struct scene drills[] = {
    {"relay, device, human", "each once", false,
     {{0, ACT_NONE, 0}, {5, ACT_ANSWER, 0}, {10, ACT_CUT, 0}, {20, ACT_DRILL, 0},
      {30, ACT_SLEEP, 0}, {40, ACT_BACK, 0}, {100, ACT_NONE, 0}, {110, ACT_WAKE, 0},
      {120, ACT_ANSWER, 0}, {130, ACT_ANSWER, 0}, {140, ACT_CHECKIN, 0}}, 11},
    {"refused in each state", "a countdown runs", false,
     {{0, ACT_CHECKIN, 0}, {1, ACT_FELL, 30}, {2, ACT_DRILL, 0}, {3, ACT_STOP, 0}, {4, ACT_CUT, 0},
      {5, ACT_SLEEP, 0}, {10, ACT_DRILL, 0}, {20, ACT_FELL, 30}, {21, ACT_DRILL, 0},
      {22, ACT_STOP, 0}, {23, ACT_BACK, 0}, {100, ACT_FELL, 30}, {101, ACT_DRILL, 0},
      {102, ACT_WAKE, 0}, {103, ACT_DRILL, 0}, {104, ACT_ANSWER, 0}}, 16},
    {"made in each state", "it begins anew", false,
     {{4, ACT_CUT, 0}, {5, ACT_SLEEP, 0}, {10, ACT_DRILL, 0}, {20, ACT_DRILL, 0}, {30, ACT_BACK, 0},
      {90, ACT_NONE, 0}, {100, ACT_DRILL, 0}, {110, ACT_WAKE, 0}, {120, ACT_DRILL, 0},
      {130, ACT_ANSWER, 0}, {140, ACT_DRILL, 0}, {150, ACT_ANSWER, 0}, {160, ACT_FELL, 30},
      {170, ACT_DRILL, 0}}, 14},
    {"a later statement shows it, too", "his device has it, though the drill came before", false,
     {{0, ACT_SLEEP, 0}, {10, ACT_DRILL, 0}, {20, ACT_CHECKIN, 0}, {30, ACT_WAKE, 0}}, 4},
    {"another drill", "begins anew", false,
     {{0, ACT_DRILL, 0}, {10, ACT_ANSWER, 0}, {20, ACT_SLEEP, 0}, {30, ACT_DRILL, 0},
      {40, ACT_WAKE, 0}, {50, ACT_ANSWER, 0}}, 6},
    {"not now", "in an alarm, or while a countdown runs", false,
     {{0, ACT_FELL, 30}, {10, ACT_DRILL, 0}, {20, ACT_STOP, 0}, {30, ACT_SOS, 0},
      {40, ACT_DRILL, 0}, {50, ACT_CANCEL, 0}, {60, ACT_DRILL, 0}}, 7},
};

static const struct scene questions[] = {
    {"answered", "by any word with a typed secret", false,
     {{0, ACT_SLEEP, 0}, {5, ACT_QUESTION, 5}, {10, ACT_QUESTION, 5}, {20, ACT_BATTERY, 0},
      {30, ACT_CHECKIN, 0}, {40, ACT_QUESTION, 5}, {50, ACT_QUESTION, 4}, {60, ACT_QUESTION, 6},
      {70, ACT_DURESS, 0}}, 9},
    {"not answered", "it stays until his device knows, or gives it up", false,
     {{0, ACT_SLEEP, 0}, {5, ACT_NO_QUESTION, 0}, {10, ACT_QUESTION, 5}, {20, ACT_SOS, 0},
      {909, ACT_NONE, 0}, {911, ACT_NONE, 0}, {960, ACT_NO_QUESTION, 0},
      {970, ACT_QUESTION, 5}}, 8},
    {"another question", "while one is open", false,
     {{0, ACT_SLEEP, 0}, {5, ACT_QUESTION, 5}, {60, ACT_QUESTION, 6}, {120, ACT_CHECKIN, 0}}, 4},
    {"may not", "has no effect", true,
     {{0, ACT_SLEEP, 0}, {5, ACT_QUESTION, 5}, {10, ACT_NO_QUESTION, 0}}, 3},
};

static const struct scene lives[] = {
    {"signs of life", "and secrets, whichever; an SOS is none", false,
     {{0, ACT_SIGN, 0}, {59, ACT_NONE, 0}, {60, ACT_NONE, 0}, {600, ACT_CHECKIN, 0},
      {660, ACT_SOS, 0}, {720, ACT_DURESS, 0}, {839, ACT_NONE, 0}, {840, ACT_SIGN, 0}}, 8},
};
/* clang-format on */

static enum aw_status ask(struct circle *c, bool has_ask, uint32_t id)
{
    struct subject *s = subject_of(c->hosts[0].subject);

    aw_su_ask(s, &s->people[0], has_ask, id, ASK_S);
    return AW_OK;
}

static enum aw_status say_signal(struct circle *c, enum aw_signal kind)
{
    return aw_subject_signal(c->hosts[0].subject, kind, NULL, NULL, circle_now(c, 0));
}

/* What somebody else, or nobody, does. */
static enum aw_status do_around(struct circle *c, unsigned act, uint32_t x)
{
    switch (act) {
    case ACT_ANSWER:
        return aw_contact_drill_answer(c->hosts[1].contact, circle_now(c, 1));
    case ACT_CUT:
    case ACT_BACK:
        c->hosts[0].is_offline = act == ACT_CUT;
        break;
    case ACT_SLEEP:
    case ACT_WAKE:
        c->hosts[1].is_asleep = act == ACT_SLEEP;
        break;
    case ACT_QUESTION:
    case ACT_NO_QUESTION:
        return ask(c, act == ACT_QUESTION, x);
    case ACT_SIGN:
        aw_subject_life_sign(c->hosts[0].subject, circle_now(c, 0));
        break;
    default:
        break;
    }
    return AW_OK;
}

static enum aw_status do_act(struct circle *c, unsigned act, uint32_t x)
{
    struct aw_subject *s = c->hosts[0].subject;
    struct aw_now now = circle_now(c, 0);

    switch (act) {
    case ACT_CHECKIN:
        return aw_subject_checkin(s, circle_safe, NULL, 0, NULL, now);
    case ACT_DURESS:
        return aw_subject_checkin(s, circle_duress, NULL, 0, NULL, now);
    case ACT_CANCEL:
        return aw_subject_cancel(s, circle_safe, NULL, NULL, now);
    case ACT_SOS:
        return aw_subject_sos(s, NULL, NULL, now);
    case ACT_SOS_IN:
        return aw_subject_countdown(s, AW_ALARM_SOS, x, NULL, now);
    case ACT_FELL:
        return aw_subject_countdown(s, AW_ALARM_FELL, x, NULL, now);
    case ACT_STOP:
        return aw_subject_countdown_stop(s, now);
    case ACT_JOURNEY:
        return aw_subject_timer_start(s, AW_TIMER_JOURNEY, (uint32_t)circle_now_s(c) + 3600, 0,
                                      NULL, NULL, now);
    case ACT_DRILL:
        return aw_subject_drill(s, NULL, NULL, now);
    case ACT_BATTERY:
        return say_signal(c, AW_SIGNAL_BATTERY_LOW);
    case ACT_GASP:
        return say_signal(c, AW_SIGNAL_LAST_GASP);
    case ACT_OFF:
        return say_signal(c, AW_SIGNAL_POWERED_OFF);
    case ACT_STALLED:
        return say_signal(c, AW_SIGNAL_STALLED);
    case ACT_MOVING:
        return say_signal(c, AW_SIGNAL_MOVING);
    default:
        return do_around(c, act, x);
    }
}

/* ---- What is seen of it ---- */

static uint64_t since(uint64_t at_s, uint64_t begin_s)
{
    return at_s == 0 ? 0 : at_s - begin_s;
}

static void out_countdown(struct vec *v, const struct circle *c, uint64_t begin_s)
{
    struct aw_subject_view view;

    aw_subject_view(c->hosts[0].subject, &view);
    vec_out_uint(v, "ends", since(view.countdown_at_s, begin_s));
    vec_out_uint(v, "kind", view.countdown_kind);
    vec_out_uint(v, "alarm", view.alarm_kind);
}

static void out_signal(struct vec *v, const struct circle *c, uint64_t begin_s)
{
    struct aw_contact_view his = circle_view(c, 1);

    out_countdown(v, c, begin_s);
    vec_out_uint(v, "he_hears", his.triggers.signal);
    vec_out_uint(v, "check_in_due", his.checkin_due_s - begin_s);
}

static struct aw_person person(const struct circle *c)
{
    struct aw_person out;

    T_EQ(aw_subject_person(c->hosts[0].subject, 1, &out), AW_OK);
    return out;
}

static void out_drill(struct vec *v, const struct circle *c, uint64_t begin_s)
{
    struct aw_person p = person(c);

    (void)begin_s;
    vec_out_uint(v, "relay", p.drill.relay_at_s != 0);
    vec_out_uint(v, "device", p.drill.device_at_s != 0);
    vec_out_uint(v, "human", p.drill.human_at_s != 0);
    vec_out_uint(v, "told", circle_events(c, 0, AW_EVENT_DRILLED));
}

static void out_question(struct vec *v, const struct circle *c, uint64_t begin_s)
{
    vec_out_uint(v, "asked_until", since(person(c).ask_due_s, begin_s));
    vec_out_uint(v, "rings", circle_events(c, 0, AW_EVENT_ASKED));
}

static void out_life(struct vec *v, const struct circle *c, uint64_t begin_s)
{
    (void)begin_s;
    vec_out_uint(v, "life_min", aw_su_life_min(subject_of(c->hosts[0].subject)));
}

static void set_pace(struct circle *c, bool may_ask)
{
    struct aw_plan plan;

    T_EQ(aw_subject_plan(c->hosts[0].subject, &plan), AW_OK);
    plan.pace.ask_s = ASK_S;
    plan.pace.life_s = LIFE_S;
    plan.roster[0].asks = may_ask;
    T_EQ(aw_subject_plan_set(c->hosts[0].subject, &plan, NULL, circle_safe, circle_now(c, 0)),
         AW_OK);
    circle_run(c, 120);
    circle_checkin(c, circle_safe);
}

static void one_scene(struct vec *v, const struct scene *row,
                      void (*out)(struct vec *v, const struct circle *c, uint64_t begin_s))
{
    struct circle c;
    uint64_t begin_s;

    vec_enter(v, row->name);
    vec_note(v, row->note);
    circle_init(&c, 1, 23);
    circle_set_up(&c);
    set_pace(&c, lab_vec_bool(v, "may_ask", !row->may_not_ask));
    begin_s = circle_now_s(&c);
    for (size_t i = 0; i < row->count; i++) {
        uint32_t at_s, x;
        unsigned act;

        vec_enter(v, vec_nth(v, "step", i));
        at_s = lab_vec_u32(v, "at", row->steps[i].at_s);
        act = lab_vec_word(v, "act", row->steps[i].act, act_words, ACT_COUNT);
        x = lab_vec_u32(v, "x", row->steps[i].x);
        circle_forget_events(&c);
        if (begin_s + at_s > circle_now_s(&c))
            circle_run(&c, begin_s + at_s - circle_now_s(&c));
        vec_out_status(v, "status", do_act(&c, act, x));
        circle_pump(&c);
        out(v, &c, begin_s);
        vec_leave(v);
    }
    circle_free(&c);
    vec_leave(v);
}

static void scenes(struct vec *v, const char *name, const char *note, const struct scene *rows,
                   size_t count,
                   void (*out)(struct vec *v, const struct circle *c, uint64_t begin_s))
{
    vec_enter(v, name);
    vec_note(v, note);
    for (size_t i = 0; i < count; i++)
        one_scene(v, &rows[i], out);
    vec_leave(v);
}

void lab_vectors_device(struct vec *v)
{
    scenes(v, "countdown_on_her_device",
           "x: seconds; ends 0: none runs; kind and alarm as in 17, 0 for none", countdowns,
           AW_COUNT(countdowns), out_countdown);
    scenes(v, "signal_on_her_device",
           "ends, kind and alarm as above; he_hears: the newest signal at the contact, 0 for none",
           signals, AW_COUNT(signals), out_signal);
    scenes(v, "drill_on_her_device",
           "how far the newest drill came; his device answers each call at once while he is awake; "
           "told: events since the step before; after path is back the next try takes a minute",
           drills, AW_COUNT(drills), out_drill);
    scenes(v, "question_on_her_device",
           "x: id of the question that a reply carries, with 900 s to answer; no question: a reply "
           "without one; rings: events since the step before",
           questions, AW_COUNT(questions), out_question);
    scenes(v, "life_on_her_device", "life_min: of a beat that is made then", lives, AW_COUNT(lives),
           out_life);
}
