/* SPDX-License-Identifier: ISC */
#include "support/trace.h"

#include "base/assert.h"
#include "core/subject_impl.h"

/* Fixed cadence and blind switches (spec/06-subject.md §10, §14). */

/* Leaves what her own phone sent. */
static void drop_replies(struct trace *t)
{
    size_t count = 0;

    for (size_t i = 0; i < t->count; i++) {
        if (t->seen[i].host == 0)
            t->seen[count++] = t->seen[i];
    }
    T_TRUE(count > 0 && count < t->count);
    t->count = count;
}

static void set_cadence(struct circle *c, uint32_t cadence_s, bool sos_now)
{
    struct aw_plan plan;

    T_EQ(aw_subject_plan(c->hosts[0].subject, &plan), AW_OK);
    plan.pace.cadence_s = cadence_s;
    plan.pace.sos_now = sos_now;
    T_EQ(aw_subject_plan_set(c->hosts[0].subject, &plan, NULL, circle_safe, circle_now(c, 0)),
         AW_OK);
    circle_run(c, 10 * MIN_S); /* the plan's files are out */
}

enum deed { COVER, SAFE, DURESS, SOS, DRILL, SIGNAL, STOPPED, TIMER, REPLAN, REMOVAL, DEED_COUNT };

static const char *const deed_names[] = {"cover",  "safe",    "duress", "SOS",    "drill",
                                         "signal", "stopped", "timer",  "replan", "removal"};

static void act(struct circle *c, enum deed deed)
{
    struct aw_subject *s = c->hosts[0].subject;
    struct aw_now now = circle_now(c, 0);
    struct aw_secrets secrets = {.safe_key = {4}, .duress_key = {5}, .circle = 1};
    struct aw_plan plan;

    T_EQ(aw_subject_plan(s, &plan), AW_OK);
    switch (deed) {
    case SAFE:
        T_EQ(aw_subject_checkin(s, circle_safe, NULL, 0, NULL, now), AW_OK);
        break;
    case DURESS:
        T_EQ(aw_subject_checkin(s, circle_duress, NULL, 0, NULL, now), AW_OK);
        break;
    case SOS:
        T_EQ(aw_subject_sos(s, NULL, NULL, now), AW_OK);
        break;
    case DRILL:
        T_EQ(aw_subject_drill(s, NULL, NULL, now), AW_OK);
        break;
    case SIGNAL:
        T_EQ(aw_subject_signal(s, AW_SIGNAL_LAST_GASP, NULL, NULL, now), AW_OK);
        break;
    case STOPPED:
        T_EQ(aw_subject_countdown(s, AW_ALARM_FELL, 30, NULL, now), AW_OK);
        T_EQ(aw_subject_countdown_stop(s, now), AW_OK);
        break;
    case TIMER:
        T_EQ(aw_subject_timer_start(s, AW_TIMER_MEETING, (uint32_t)circle_now_s(c) + 1200, 0, NULL,
                                    NULL, now),
             AW_OK);
        break;
    case REPLAN:
        T_EQ(aw_subject_plan_set(s, &plan, &secrets, circle_safe, now), AW_OK);
        break;
    case REMOVAL:
        plan.roster_count--;
        T_EQ(aw_subject_remove(s, plan.roster[plan.roster_count].person, &plan, &secrets,
                               circle_safe, now),
             AW_OK);
        break;
    case COVER:
    case DEED_COUNT:
        break;
    }
}

/* Hours around the deed, with a relay that is away for a while. */
static void play(struct trace *t, enum deed deed, uint64_t outage_s, uint64_t span_s)
{
    struct circle c;

    t->has_actions = false;
    circle_init(&c, 3, 31);
    circle_set_up(&c);
    set_cadence(&c, 60, false);
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_safe, NULL, 0, NULL, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 10 * MIN_S);
    trace_begin(t, &c);
    circle_run(&c, 10 * MIN_S + 17);
    act(&c, deed);
    c.hosts[0].is_offline = outage_s > 0;
    circle_run(&c, outage_s);
    c.hosts[0].is_offline = false;
    circle_run(&c, span_s - outage_s);
    if (deed == SOS) {
        for (size_t n = 1; n <= 3; n++)
            T_EQ(circle_view(&c, n).incident, AW_INCIDENT_SOS);
    }
    circle_free(&c);
}

/* Goal: attack 19: with a fixed cadence the relays cannot tell a check-in, duress, an alarm, a
 * drill, a signal, a timer or a removal from a quiet hour; nor when sending fails (SU-29 to
 * SU-31).
 * Method: two hours with each deed, three contacts; every small cell and every switch, of both
 * directions, with its time, its mailbox and its length, are equal. A file is answered when it
 * comes: a removal is like any new plan, and her own cells are like those of the quiet hour. Then
 * the same with ten minutes in which no cell finds a relay. */
static void test_attack_19_traces_are_alike(void)
{
    const uint64_t span_s = 2 * HOUR_S;

    for (uint64_t outage_s = 0; outage_s <= 600; outage_s += 600) {
        struct trace traces[DEED_COUNT];

        for (enum deed deed = COVER; deed < DEED_COUNT; deed++)
            play(&traces[deed], deed, outage_s, span_s);
        for (enum deed deed = SAFE; deed < REPLAN; deed++)
            trace_same(deed_names[deed], &traces[COVER], &traces[deed]);
        T_EQ(traces[COVER].bulk_count, 0);
        T_TRUE(traces[REPLAN].bulk_count > 0);
        trace_same("removal", &traces[REPLAN], &traces[REMOVAL]);
        T_EQ(traces[REMOVAL].bulk_count, traces[REPLAN].bulk_count);
        for (enum deed deed = COVER; deed < DEED_COUNT; deed++) {
            drop_replies(&traces[deed]);
            trace_same(deed_names[deed], &traces[COVER], &traces[deed]);
        }
        for (enum deed deed = COVER; deed < DEED_COUNT; deed++)
            free(traces[deed].seen);
    }
}

/* Goal: each slot has one cell and one switch for each contact, at his own phase, over a restart
 * too; and an SOS leaves at once only where the plan says so (SU-30, SU-32).
 * Method: cells per hour; the spacing of the cells of each mailbox; SOS between two slots. */
static void test_slots(void)
{
    struct circle c;
    struct trace t = {.has_actions = false};
    uint64_t last_ms[2] = {0, 0};
    size_t cells = 0, armed = 0;

    circle_init(&c, 1, 32);
    circle_set_up(&c);
    set_cadence(&c, 60, true);
    trace_begin(&t, &c);
    circle_run(&c, 30 * MIN_S);
    circle_restart(&c, 0);
    circle_run(&c, 30 * MIN_S);
    for (size_t i = 0; i < t.count; i++) {
        bool is_armed = t.seen[i].arm_after_s != 0;

        if (t.seen[i].host != 0)
            continue;
        cells += !is_armed;
        armed += is_armed;
        if (last_ms[is_armed] != 0)
            T_EQ((t.seen[i].at_ms - last_ms[is_armed]) % 60000, 0);
        last_ms[is_armed] = t.seen[i].at_ms;
        T_TRUE(!is_armed || t.seen[i].arm_after_s == 15 * MIN_S + 6 * HOUR_S + 120);
    }
    T_EQ(cells, armed);
    T_TRUE(cells >= 59 && cells <= 61);
    circle_run(&c, 60 - (c.mono_ms - last_ms[0]) / 1000 % 60 + 7); /* 7 s after a slot */
    t.count = 0;
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_pump(&c);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    T_TRUE(t.count >= 2);
    free(t.seen);
    circle_free(&c);
}

/* Goal: an SOS and a word that nobody names are repeated, and leave slots to what else there is
 * (SU-43). They took every slot that was as long as the pause between two repetitions.
 * Method: slots of 20 min, a contact who sleeps, an SOS and a check-in after it, six hours. */
static void test_repeated_words_leave_slots(void)
{
    const struct aw_words_out *words;
    struct aw_person person;
    struct circle c;

    circle_init(&c, 1, 33);
    circle_set_up(&c);
    set_cadence(&c, 1200, false);
    circle_run(&c, HOUR_S);
    c.hosts[1].is_asleep = true;
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_safe, NULL, 0, NULL, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 6 * HOUR_S);
    words = &subject_of_const(c.hosts[0].subject)->people[0].words;
    T_EQ(words->count, 2);
    T_EQ(words->words[0].kind, AW_WORD_SOS);
    T_TRUE(words->words[0].sent_count >= 4);
    T_TRUE(words->words[1].sent_count >= 4);
    T_EQ(aw_subject_person(c.hosts[0].subject, 1, &person), AW_OK);
    T_TRUE(person.seq_relay + 3 * 40 >=
           subject_of_const(c.hosts[0].subject)->core.seq); /* an hour's */
    circle_free(&c);
}

/* Goal: who slept finds her newest beat in his mailbox, whatever she said while he slept (SU-43):
 * he took her for silent since then, and rang.
 * Method: slots of 15 min, a check-in a day; she checks in an hour after he fell asleep, and he
 * wakes when a beat of then would be overdue. */
static void test_asleep_with_slots(void)
{
    struct aw_plan plan;
    struct circle c;

    circle_init(&c, 1, 34);
    circle_set_up(&c);
    T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
    plan.schedule[0].every_s = 24 * HOUR_S;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, HOUR_S);
    set_cadence(&c, 15 * MIN_S, false);
    circle_run(&c, HOUR_S);
    c.hosts[1].is_asleep = true;
    circle_run(&c, HOUR_S);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 12 * HOUR_S);
    circle_forget_events(&c);
    c.hosts[1].is_asleep = false;
    circle_run(&c, HOUR_S / 4);
    T_EQ(circle_events(&c, 1, AW_EVENT_RING), 0);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    circle_free(&c);
}

/* Goal: a cadence that becomes another, and none again, goes on at the new one.
 * Method: an hour each. */
static void test_cadence_changes(void)
{
    static const uint32_t cadences[] = {60, 600, 30, 0};
    struct circle c;

    circle_init(&c, 1, 33);
    circle_set_up(&c);
    for (size_t i = 0; i < AW_COUNT(cadences); i++) {
        uint64_t sent;

        set_cadence(&c, cadences[i], false);
        circle_run(&c, HOUR_S);
        sent = c.sent_count[0];
        circle_run(&c, HOUR_S);
        T_EQ((c.sent_count[0] - sent), cadences[i] == 0 ? 4 : HOUR_S / cadences[i]);
    }
    circle_free(&c);
}

/* ---- Switches ---- */

/* Goal: without a cadence a switch fires soon after her deadline, or after the beat that is missed,
 * never while her device speaks, and says the seq that it had (SU-29).
 * Method: the phone stops; what comes out of the relay's switch, and when. */
static void test_switch_fires(void)
{
    struct circle c;
    uint32_t seq = 0;
    size_t before;

    circle_init(&c, 1, 35);
    circle_set_up(&c);
    c.has_switches = true;
    circle_run(&c, 30 * MIN_S);
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_safe, NULL, 0, &seq, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 20 * MIN_S);
    T_EQ(c.switch_count, 1);
    T_TRUE(c.switches[0].fires_ms != AW_TIME_NEVER);
    c.hosts[0].is_asleep = true;
    c.hosts[1].is_asleep = true;
    before = c.cell_count;
    circle_run(&c, 51 * MIN_S); /* due in 40 min, 10 min grace, 2 min more */
    T_EQ(c.cell_count, before);
    circle_run(&c, 120);
    T_EQ(c.cell_count, before + 1);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_attack_19_traces_are_alike);
    T_RUN(test_slots);
    T_RUN(test_repeated_words_leave_slots);
    T_RUN(test_asleep_with_slots);
    T_RUN(test_cadence_changes);
    T_RUN(test_switch_fires);
    return t_end();
}
