/* SPDX-License-Identifier: ISC */
/*
 * Her engine where it seldom is: states that cannot be, counts that run out, signals beside a
 * journey, notes that are cut, removals without random numbers (spec/06-subject.md,
 * 17-triggers.md).
 */
#include "support/council.h"

#include <allswell/frame.h>

#include "base/bytes.h"
#include "core/schedule.h"
#include "core/subject_impl.h"

static struct aw_subject *her(const struct circle *c)
{
    return c->hosts[0].subject;
}

static struct aw_subject_view view_of(const struct circle *c)
{
    struct aw_subject_view view;

    aw_subject_view(her(c), &view);
    return view;
}

/* Goal: a state that no message can carry is refused by each call that takes one, and nothing is
 * said (allswell/subject.h: AW_E_RANGE).
 * Method: a battery of 101 percent; and the same state in its bounds. */
static void test_impossible_state(void)
{
    struct aw_state state = {.at = CIRCLE_T0_S, .has_battery_pct = true, .battery_pct = 101};
    struct aw_now now;
    struct circle c;
    uint32_t seq;

    circle_init(&c, 1, 101);
    circle_set_up(&c);
    now = circle_now(&c, 0);
    seq = subject_of(her(&c))->core.seq;
    T_EQ(aw_subject_checkin(her(&c), circle_safe, &state, 0, NULL, now), AW_E_RANGE);
    T_EQ(aw_subject_sos(her(&c), &state, NULL, now), AW_E_RANGE);
    T_EQ(aw_subject_countdown(her(&c), AW_ALARM_SOS, 10, &state, now), AW_E_RANGE);
    T_EQ(aw_subject_countdown(her(&c), AW_ALARM_SOS, 0, &state, now), AW_E_RANGE);
    T_EQ(aw_subject_drill(her(&c), &state, NULL, now), AW_E_RANGE);
    T_EQ(aw_subject_state_update(her(&c), &state, now), AW_E_RANGE);
    T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_BATTERY_LOW, &state, NULL, now), AW_E_RANGE);
    T_EQ(subject_of(her(&c))->core.seq, seq);
    T_TRUE(!subject_of(her(&c))->core.has_state);
    T_EQ(view_of(&c).countdown_at_s, 0);
    T_EQ(view_of(&c).alarm_id, 0);
    T_EQ(aw_subject_timer_start(her(&c), AW_TIMER_JOURNEY, (uint32_t)circle_now_s(&c) + 3600, 0,
                                NULL, NULL, now),
         AW_OK);
    T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_STALLED, &state, NULL, now), AW_E_RANGE);
    T_EQ(view_of(&c).countdown_at_s, 0);
    state.battery_pct = 100;
    T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_STALLED, &state, NULL, now), AW_OK);
    T_TRUE(view_of(&c).countdown_at_s != 0);
    circle_free(&c);
}

/* Goal: of two countdowns the earlier one counts, and one of no seconds is an alarm at once
 * (spec/17-triggers.md §3).
 * Method: 20 s, then 30 s, then 5 s; the contact hears of it after five; then an alarm at once. */
static void test_countdowns(void)
{
    struct circle c;
    uint64_t begin_s;

    circle_init(&c, 1, 102);
    circle_set_up(&c);
    begin_s = circle_now_s(&c);
    T_EQ(aw_subject_countdown(her(&c), AW_ALARM_FELL, 20, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_subject_countdown(her(&c), AW_ALARM_SOS, 30, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(view_of(&c).countdown_at_s, begin_s + 20);
    T_EQ(aw_subject_countdown(her(&c), AW_ALARM_CRASHED, 5, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(view_of(&c).countdown_at_s, begin_s + 5);
    circle_run(&c, 4);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_NONE);
    circle_run(&c, 4);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    T_EQ(circle_view(&c, 1).triggers.alarm_kind, AW_ALARM_CRASHED);
    circle_free(&c);

    circle_init(&c, 1, 103);
    circle_set_up(&c);
    T_EQ(aw_subject_countdown(her(&c), AW_ALARM_FELL, 0, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(view_of(&c).countdown_at_s, 0);
    T_TRUE(view_of(&c).alarm_id != 0);
    circle_run(&c, 2);
    T_EQ(circle_view(&c, 1).triggers.alarm_kind, AW_ALARM_FELL);
    circle_free(&c);
}

/* Goal: an alarm that is due while there are no random numbers is raised when there are.
 * Method: a countdown that runs out with a source that gives up. */
static void test_due_without_entropy(void)
{
    struct circle c;

    circle_init(&c, 1, 104);
    circle_set_up(&c);
    T_EQ(aw_subject_countdown(her(&c), AW_ALARM_SOS, 5, NULL, circle_now(&c, 0)), AW_OK);
    c.rng.fills_left = 0;
    circle_run(&c, 8);
    T_EQ(view_of(&c).alarm_id, 0);
    T_TRUE(view_of(&c).countdown_at_s != 0);
    c.rng.fills_left = UINT64_MAX;
    circle_run(&c, 2 * MIN_S);
    T_TRUE(view_of(&c).alarm_id != 0);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    circle_free(&c);
}

/* Goal: stalls and moves are of a journey: no meeting has them, and moving on ends no other
 * countdown (spec/17-triggers.md §3). Method: a meeting; a journey with a countdown of a fall. */
static void test_signals_beside_journey(void)
{
    struct circle c;
    uint32_t due_s;

    circle_init(&c, 1, 105);
    circle_set_up(&c);
    due_s = (uint32_t)circle_now_s(&c) + 3600;
    T_EQ(aw_subject_timer_start(her(&c), AW_TIMER_MEETING, due_s, 600, NULL, NULL,
                                circle_now(&c, 0)),
         AW_OK);
    T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_STALLED, NULL, NULL, circle_now(&c, 0)), AW_E_STATE);
    T_EQ(aw_subject_timer_end(her(&c), circle_safe, NULL, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_subject_timer_start(her(&c), AW_TIMER_JOURNEY, due_s, 600, NULL, NULL,
                                circle_now(&c, 0)),
         AW_OK);
    T_EQ(aw_subject_countdown(her(&c), AW_ALARM_FELL, 30, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_MOVING, NULL, NULL, circle_now(&c, 0)), AW_OK);
    T_TRUE(view_of(&c).countdown_at_s != 0);
    T_EQ(aw_subject_countdown_stop(her(&c), circle_now(&c, 0)), AW_OK);
    T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_STALLED, NULL, NULL, circle_now(&c, 0)), AW_OK);
    T_TRUE(view_of(&c).countdown_at_s != 0);
    T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_MOVING, NULL, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(view_of(&c).countdown_at_s, 0);

    /* Once contacts are rung for it a timer cannot be extended any more. */
    c.hosts[0].is_offline = true;
    circle_run(&c, 2 * HOUR_S);
    T_EQ(aw_subject_timer_extend(her(&c), NULL, circle_now(&c, 0)), AW_E_STATE);
    circle_free(&c);
}

/* ---- Frames ---- */

static void put_note(struct circle *c, const char *note)
{
    struct aw_state state = {
        .at = (uint32_t)circle_now_s(c), .has_lat_e7 = true, .has_lon_e7 = true};

    (void)snprintf(state.note, sizeof state.note, "%s", note);
    T_EQ(aw_subject_state_update(her(c), &state, circle_now(c, 0)), AW_OK);
}

/* Goal: a note that is too long for a frame is cut between two characters, a short one is whole:
 * the SOS leaves in either case (spec/14-small-bearers.md §4).
 * Method: notes that end before the 14th byte, with it, behind it, and in the middle of it. */
static void test_notes_in_frames(void)
{
    static const char *const notes[][2] = {
        {"", ""},
        {"by the river", "by the river"},
        {"fourteen bytes", "fourteen bytes"},
        {"fifteen  bytes.", "fifteen  bytes"},
        {"1234567890\xf0\x9f\x92\xa7\xf0\x9f\x92\xa7", "1234567890\xf0\x9f\x92\xa7"},
        {"12345678901\xf0\x9f\x92\xa7\xf0\x9f\x92\xa7", "12345678901"},
    };

    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        uint8_t frame[AW_FRAME_LEN];
        struct aw_place place;
        struct circle c;

        circle_init(&c, 1, 110 + i);
        circle_set_up(&c);
        c.hosts[0].is_offline = c.hosts[1].is_offline = true;
        put_note(&c, notes[i][0]);
        T_EQ(aw_subject_sos(her(&c), NULL, NULL, circle_now(&c, 0)), AW_OK);
        circle_pump(&c);
        T_EQ(aw_subject_frame(her(&c), 1, AW_FRAME_SOS, circle_now(&c, 0)), AW_OK);
        circle_pump(&c);
        T_EQ(aw_subject_frame_take(her(&c), frame), AW_OK);
        T_EQ(aw_contact_feed_frame(c.hosts[1].contact, AW_BYTES_OF(frame), circle_now(&c, 1)),
             AW_OK);
        T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
        T_EQ(aw_contact_place(c.hosts[1].contact, &place, circle_now(&c, 1)), AW_OK);
        T_STR_EQ(place.state.note, notes[i][1]);
        circle_free(&c);
    }
}

/* ---- Plans ---- */

/* Goal: a plan that cannot be is refused before anything is made of it; who has none has no version
 * and nobody's plan is due. Method: no plan; one without levels; a good one. */
static void test_impossible_plan(void)
{
    struct aw_secrets secrets = {.safe_key = {1}, .duress_key = {2}, .circle = 1};
    struct aw_person person;
    struct aw_plan plan;
    struct circle c;
    uint32_t seq;
    size_t where = 7;

    circle_init(&c, 1, 120);
    circle_pair(&c, 1);
    T_EQ(view_of(&c).plan_version, 0);
    T_EQ(aw_subject_person(her(&c), 1, &person), AW_OK);
    T_TRUE(!person.plan_due);
    circle_plan(&c, &plan);
    T_EQ(aw_plan_check(&plan, &where), AW_PLAN_GOOD);
    T_EQ(where, 0);
    seq = subject_of(her(&c))->core.seq;
    plan.levels_count = 0;
    T_EQ(aw_subject_plan_set(her(&c), &plan, &secrets, circle_safe, circle_now(&c, 0)), AW_E_RANGE);
    T_EQ(subject_of(her(&c))->core.seq, seq);
    T_EQ(view_of(&c).plan_version, 0);
    circle_free(&c);

    circle_init(&c, 2, 121); /* an invite that nobody has answered */
    {
        uint8_t text[AW_INVITE_URI_MAX], number;
        struct aw_buf uri = AW_BUF_OF(text);

        T_EQ(aw_subject_invite(her(&c), c.relays, 1, "Subject", 600, &uri, &number,
                               circle_now(&c, 0)),
             AW_OK);
        T_EQ(aw_subject_person(her(&c), number, &person), AW_OK);
        T_EQ(person.name[0], '\0');
        T_TRUE(!person.quarantined && !person.plan_due);
        T_EQ(aw_subject_frame(her(&c), number, AW_FRAME_SOS, circle_now(&c, 0)), AW_E_NOT_FOUND);
    }
    circle_free(&c);
}

/* Goal: a card that no message carries is refused, and the card before it stays.
 * Method: a section of a kind that there is not. */
static void test_impossible_card(void)
{
    struct aw_card card = {
        .version = 1, .sections = {{AW_CARD_FIRST, 0, "ring 112"}}, .sections_count = 1};
    struct circle c;
    uint32_t version;

    circle_init(&c, 1, 122);
    circle_set_up(&c);
    T_EQ(aw_subject_card_set(her(&c), &card, circle_safe, circle_now(&c, 0)), AW_OK);
    circle_run(&c, MIN_S);
    version = view_of(&c).plan_version;
    card.sections[0].kind = 200;
    T_EQ(aw_subject_card_set(her(&c), &card, circle_safe, circle_now(&c, 0)), AW_E_RANGE);
    T_EQ(view_of(&c).plan_version, version);
    circle_free(&c);
}

/* Goal: a plan in another zone keeps what was before, takes the rule that holds now, and has no
 * rule that changes nothing (spec/15-plan.md §2).
 * Method: rules of a zone whose first are past; the same offset as before. */
static void test_rezone(void)
{
    static const struct aw_zone_rule rules[] = {{0, 3600}, {1000, 7200}, {9000, 3600}};
    struct aw_plan plan;

    aw_plan_default(&plan, 1);
    aw_plan_rezone(&plan, rules, 3, 5000);
    T_EQ(plan.zone_count, 3);
    T_EQ(plan.zone[0].offset_s, 0);
    T_EQ(plan.zone[1].from, 5000);
    T_EQ(plan.zone[1].offset_s, 7200);
    T_EQ(plan.zone[2].from, 9000);
    aw_plan_rezone(&plan, rules, 3, 6000); /* it goes by it already */
    T_EQ(plan.zone_count, 2);
    T_EQ(plan.zone[0].offset_s, 7200);
    T_EQ(plan.zone[1].from, 9000);
}

/* ---- Removing ---- */

/* Goal: a removal that meets no random numbers changes neither the words that wait nor her voice,
 * though some of them had been replaced; then it succeeds (spec/06-subject.md §13).
 * Method: two words wait that no relay has seen; the source fails at each draw. */
static void test_removal_without_entropy(void)
{
    enum aw_status st = AW_E_ENTROPY;
    struct aw_words_out before;
    struct subject *s;
    struct circle c;
    unsigned failures = 0;
    uint32_t seq;

    circle_init(&c, 2, 123);
    circle_set_up(&c);
    c.hosts[0].is_offline = true;
    circle_checkin(&c, circle_safe);
    circle_run(&c, 2);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 2);
    s = subject_of(her(&c));
    T_EQ(s->people[0].words.count, 2);
    before = s->people[0].words;
    seq = s->core.seq;
    for (uint64_t n = 0; st == AW_E_ENTROPY; n++, failures++) {
        T_MEM_EQ(&before, &s->people[0].words, sizeof before);
        T_EQ(s->core.seq, seq);
        T_EQ(s->decoys[0].rec.person, 0);
        c.rng.fills_left = n;
        st = council_remove_first(&c);
        c.rng.fills_left = UINT64_MAX;
        if (st == AW_E_ENTROPY)
            circle_pump(&c);
    }
    T_EQ(st, AW_OK);
    T_TRUE(failures > 10);
    T_EQ(s->decoys[0].rec.person, 1);
    T_TRUE(memcmp(before.words[0].body, s->people[0].words.words[0].body, 32) != 0);
    circle_free(&c);
}

/* Goal: on another day the key that signs is another one, or nothing is said (spec/06-subject.md
 * §3). Method: a day later, with a source that fails at the first draw. */
static void test_key_of_the_day(void)
{
    uint8_t seed[AW_KEY_LEN];
    struct subject *s;
    struct circle c;

    circle_init(&c, 1, 124);
    circle_set_up(&c);
    s = subject_of(her(&c));
    c.hosts[1].is_asleep = true;
    c.mono_ms += UINT64_C(86400) * 1000;
    memcpy(seed, s->core.sign_seed, AW_KEY_LEN);
    c.rng.fills_left = 0;
    T_EQ(aw_subject_checkin(her(&c), circle_safe, NULL, 0, NULL, circle_now(&c, 0)), AW_E_ENTROPY);
    T_MEM_EQ(seed, s->core.sign_seed, AW_KEY_LEN);
    c.rng.fills_left = UINT64_MAX;
    T_EQ(aw_subject_checkin(her(&c), circle_safe, NULL, 0, NULL, circle_now(&c, 0)), AW_OK);
    T_TRUE(memcmp(seed, s->core.sign_seed, AW_KEY_LEN) != 0);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_impossible_state);
    T_RUN(test_countdowns);
    T_RUN(test_due_without_entropy);
    T_RUN(test_signals_beside_journey);
    T_RUN(test_notes_in_frames);
    T_RUN(test_impossible_plan);
    T_RUN(test_impossible_card);
    T_RUN(test_rezone);
    T_RUN(test_removal_without_entropy);
    T_RUN(test_key_of_the_day);
    return t_end();
}
