/* SPDX-License-Identifier: ISC */
#include "support/trace.h"

#include "core/contact_impl.h"
#include "core/subject_impl.h"

/* What a contact makes of timers, questions, drills and signals (spec/07-contact.md §10). */

#define T0 UINT32_C(1790000000)

static struct aw_subject *her(struct circle *c)
{
    return c->hosts[0].subject;
}

static struct aw_contact_triggers seen(struct circle *c, size_t n)
{
    return circle_view(c, n).triggers;
}

/* A plan with an hour between check-ins in which contact 1 may ask. */
static void set_up(struct circle *c, uint32_t life_s)
{
    struct aw_plan plan;

    circle_init(c, 2, 31);
    circle_set_up(c);
    T_EQ(aw_subject_plan(her(c), &plan), AW_OK);
    plan.schedule[0].every_s = 24 * HOUR_S;
    plan.beat_grace_s = 72 * HOUR_S;
    plan.roster[0].asks = true;
    plan.roster[1].asks = false;
    plan.pace.ask_s = 10 * MIN_S;
    plan.pace.asks_max = 2;
    plan.pace.life_s = life_s;
    T_EQ(aw_subject_plan_set(her(c), &plan, NULL, circle_safe, circle_now(c, 0)), AW_OK);
    circle_run(c, 120);
    circle_forget_events(c);
}

static struct aw_call word(uint32_t seq, uint32_t issued_at_s, uint8_t op, uint32_t due_at_s)
{
    return (struct aw_call){
        .kind = AW_CALL_TIMER,
        .seq = seq,
        .issued_at = issued_at_s,
        .has_timer = true,
        .timer = {
            .id = 10, .op = op, .kind = AW_TIMER_MEETING, .due_at = due_at_s, .extend_s = 600}};
}

static uint32_t due(const struct contact_triggers *t)
{
    const struct contact_timer *timer = aw_trigger_next_timer(t);

    return timer == NULL ? 0 : timer->due_s;
}

/* Goal: each word in each order, and who lies in it, moves a timer as the table says (CO-40,
 * CO-41). Method: words one by one, with base times that are not those of her clock. */
static void test_timer_words(void)
{
    struct contact_triggers t;
    struct aw_call start = word(10, T0, AW_TIMER_START, T0 + 3600);
    struct aw_call extend = word(11, T0 + 600, AW_TIMER_EXTEND, T0 + 4200);
    struct aw_call end = word(12, T0 + 700, AW_TIMER_END, 0);

    memset(&t, 0, sizeof t);
    aw_trigger_timer(&t, &start, T0 - 100, 300, false); /* her clock is 100 s fast */
    T_EQ(due(&t), T0 + 3500);
    extend.timer.extend_s = AW_TIMER_EXTEND_MAX_S; /* a phone that lies */
    aw_trigger_timer(&t, &extend, T0 + 3801, 300, false);
    T_EQ(due(&t), T0 + 3500); /* past its grace */
    aw_trigger_timer(&t, &extend, T0 + 3800, 300, false);
    T_EQ(due(&t), T0 + 4100);
    aw_trigger_timer(&t, &extend, T0 + 3900, 300, false);
    T_EQ(due(&t), T0 + 4100); /* once */
    aw_trigger_timer(&t, &end, T0 + 3900, 300, false);
    T_EQ(due(&t), T0 + 4100); /* without her secret */
    aw_trigger_timer(&t, &end, T0 + 3900, 300, true);
    T_EQ(due(&t), 0);
    aw_trigger_timer(&t, &start, T0, 300, false);
    T_EQ(due(&t), 0); /* it comes again */

    memset(&t, 0, sizeof t);
    extend.timer.extend_s = 600;
    aw_trigger_timer(&t, &extend, T0 + 600, 300, false);
    T_EQ(due(&t), T0 + 4200);
    aw_trigger_timer(&t, &start, T0, 300, false);
    T_EQ(due(&t), T0 + 4200);
    aw_trigger_timer(&t, &extend, T0 + 600, 300, false);
    T_EQ(due(&t), T0 + 4200);
}

/* Goal: no start moves a deadline away, however many there are (CO-41).
 * Method: one timer that is due soon, then many that are not. */
static void test_many_starts(void)
{
    struct contact_triggers t;
    struct aw_call start = word(10, T0, AW_TIMER_START, T0 + 900);

    memset(&t, 0, sizeof t);
    aw_trigger_timer(&t, &start, T0, 300, false);
    for (uint32_t id = 20; id < 40; id++) {
        start = word(id, T0, AW_TIMER_START, T0 + 90000);
        start.timer.id = id;
        aw_trigger_timer(&t, &start, T0, 300, false);
    }
    T_EQ(due(&t), T0 + 900);
    T_EQ(t.timers_count, CONTACT_TIMERS);
    start.timer.id = 99; /* above its own seq */
    start.timer.due_at = T0 + 1;
    aw_trigger_timer(&t, &start, T0, 300, false);
    T_EQ(due(&t), T0 + 900);
}

/* Goal: times at the ends of their range, and words that say an older thing, do no harm: what is
 * due first counts, ending a timer leaves a newer one, and no sum wraps.
 * Method: the rules alone, one word each. */
static void test_timer_ends(void)
{
    struct contact_triggers t;
    struct aw_call start = word(10, T0, AW_TIMER_START, T0 - 5), end;

    memset(&t, 0, sizeof t);
    aw_trigger_timer(&t, &start, T0 + 9, 300, false);
    T_EQ(due(&t), T0 + 9); /* due before it was issued: at once */
    start = word(11, 0, AW_TIMER_START, UINT32_MAX);
    start.timer.id = 11;
    aw_trigger_timer(&t, &start, T0, 300, false);
    T_EQ(t.timers[1].due_s, UINT32_MAX);
    start = word(12, 0, AW_TIMER_EXTEND, UINT32_MAX);
    start.timer.id = 11;
    aw_trigger_timer(&t, &start, T0, 300, false);
    T_EQ(t.timers[1].due_s, UINT32_MAX);
    start = word(13, T0, AW_TIMER_START, T0 + 5);
    start.timer.id = 13;
    aw_trigger_timer(&t, &start, T0, 300, false);
    T_EQ(due(&t), T0 + 5); /* not the first one, but due before it */
    end = word(14, T0, AW_TIMER_END, 0);
    aw_trigger_timer(&t, &end, T0, 300, true); /* of timer 10 */
    T_EQ(t.timers_count, 2);
    T_EQ(t.ended_id, 10);

    for (uint32_t id = 20; id < 22; id++) { /* all places; then one that is due before the last */
        start = word(id, T0, AW_TIMER_START, T0 + 90000);
        start.timer.id = id;
        aw_trigger_timer(&t, &start, T0, 300, false);
    }
    start = word(30, T0, AW_TIMER_START, T0 + 100);
    start.timer.id = 30;
    aw_trigger_timer(&t, &start, T0, 300, false);
    T_EQ(t.timers_count, CONTACT_TIMERS);
    aw_trigger_settle(&t, T0 + 100);
    T_EQ(t.timers_count, 2);
    T_EQ(t.ended_id, 30);
    t.timers[0] = (struct contact_timer){.id = 31, .due_s = T0 + 200};
    t.timers[1] = (struct contact_timer){.id = 40, .due_s = T0 + 150};
    aw_trigger_settle(&t, T0 + 200); /* the newer one first */
    T_EQ(t.timers_count, 0);
    T_EQ(t.ended_id, 40);
}

/* Goal: of signals, drills, signs of life and questions the newest counts, in any order.
 * Method: the rules alone, each word followed by an older one. */
static void test_older_words(void)
{
    const struct aw_pace pace = {.ask_s = 600, .asks_max = 1};
    struct aw_call call = {.kind = AW_CALL_SIGNAL, .seq = 9, .signal = AW_SIGNAL_BATTERY_LOW};
    struct aw_ladder_due dues = {{AW_NO_TIME, AW_NO_TIME, AW_NO_TIME, AW_NO_TIME, AW_NO_TIME}};
    struct contact_triggers t;
    struct aw_plan plan;

    memset(&t, 0, sizeof t);
    aw_plan_default(&plan, 2);
    plan.pace.life_s = 1000;
    aw_trigger_due(&t, &plan, 0, &dues);
    T_TRUE(dues.at_s[AW_LADDER_DUE(AW_WHY_LIFE)] == AW_NO_TIME); /* none was ever seen */
    aw_trigger_notice(&t, &call, T0);
    call.seq = 8;
    aw_trigger_notice(&t, &call, T0 + 5);
    T_EQ(t.signal_at_s, T0);
    call = (struct aw_call){.kind = AW_CALL_BEAT, .has_life_min = true, .life_min = UINT16_MAX};
    aw_trigger_notice(&t, &call, 60); /* longer ago than time itself */
    T_EQ(t.life_at_s, 0);
    call.life_min = 1;
    aw_trigger_notice(&t, &call, T0 + 60);
    T_EQ(t.life_at_s, T0);
    aw_trigger_due(&t, &plan, T0 + 500, &dues);
    T_EQ(dues.at_s[AW_LADDER_DUE(AW_WHY_LIFE)], T0 + 1500);
    aw_trigger_due(&t, &plan, 0, &dues);
    T_EQ(dues.at_s[AW_LADDER_DUE(AW_WHY_LIFE)], T0 + 1000);

    T_TRUE(!aw_trigger_drill(&t, 4, false, T0 - 1)); /* in an incident; it does not count */
    T_TRUE(aw_trigger_drill(&t, 5, true, T0));
    T_TRUE(!aw_trigger_drill(&t, 5, true, T0 + CONTACT_DRILL_QUIET_S));
    T_TRUE(!aw_trigger_drill(&t, 6, true, T0 + CONTACT_DRILL_QUIET_S - 1));
    T_TRUE(aw_trigger_drill(&t, 7, true, T0 + CONTACT_DRILL_QUIET_S));

    T_EQ(aw_trigger_ask(&t, &pace, T0), AW_OK);
    call = (struct aw_call){.kind = AW_CALL_CHECKIN, .reply_seen = 3};
    aw_trigger_answer(&t, &call, T0 + 1, true);
    T_TRUE(t.ask.is_open); /* it has not left yet */
    t.ask.reply = 4;
    aw_trigger_answer(&t, &call, T0 + 2, true);
    T_TRUE(t.ask.is_open); /* her device has not seen it */
    aw_trigger_due(&t, &plan, 0, &dues);
    T_TRUE(dues.at_s[AW_LADDER_DUE(AW_WHY_ASK)] == AW_NO_TIME);
    call.reply_seen = 4;
    aw_trigger_answer(&t, &call, T0 + 3, false);
    T_EQ(t.ask.reached_at_s, T0 + 3);
    aw_trigger_settle(&t, T0 + 602);
    T_TRUE(t.ask.is_open);
    aw_trigger_settle(&t, T0 + 603);
    T_TRUE(!t.ask.is_open);
    T_EQ(aw_trigger_ask(&t, &pace, T0 + 700), AW_E_LIMIT); /* one a day */
    T_EQ(aw_trigger_ask(&t, &pace, T0 - 1), AW_OK);        /* the clock was set back */
}

/* Goal: a timer that she does not end is missed after its grace, over a restart too; its end alone
 * closes nothing, and a check-in does not end it (TR-1, TR-4).
 * Method: a meeting of 20 min; silence; then check-in, end and confirmation. */
static void test_timer_missed(void)
{
    struct circle c;

    set_up(&c, 0);
    T_EQ(aw_subject_timer_start(her(&c), AW_TIMER_MEETING,
                                (uint32_t)(circle_now_s(&c) + 20 * MIN_S), 600, NULL, NULL,
                                circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 60);
    T_EQ(seen(&c, 1).timer_kind, AW_TIMER_MEETING);
    circle_restart(&c, 1);
    T_EQ(aw_subject_timer_extend(her(&c), NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 28 * MIN_S);
    circle_checkin(&c, circle_safe);
    T_TRUE(seen(&c, 2).timer_extended);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    circle_run(&c, 2 * MIN_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_OVERDUE);
    circle_run(&c, 10 * MIN_S);
    for (size_t n = 1; n <= 2; n++) {
        struct aw_why why;

        T_EQ(circle_view(&c, n).state, AW_LADDER_MISSED);
        aw_contact_why(c.hosts[n].contact, &why);
        T_EQ(why.cause, AW_WHY_TIMER);
    }
    T_EQ(aw_subject_timer_end(her(&c), circle_safe, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 10);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_RESUMED);
    T_EQ(seen(&c, 1).timer_kind, 0);
    T_EQ(aw_contact_confirm(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_RESUMED);
    circle_checkin(&c, circle_safe);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    circle_free(&c);
}

/* Goal: a timer that her phone knows no more closes with her check-in, though another deadline
 * raised the incident.
 * Method: she misses her check-in, then the timer, and never ends it. */
static void test_timer_forgotten(void)
{
    struct circle c;
    struct aw_why why;

    set_up(&c, 0);
    T_EQ(aw_subject_timer_start(her(&c), AW_TIMER_JOURNEY,
                                (uint32_t)(circle_now_s(&c) + 25 * HOUR_S), 0, NULL, NULL,
                                circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 26 * HOUR_S);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(circle_view(&c, n).state, AW_LADDER_MISSED);
        aw_contact_why(c.hosts[n].contact, &why);
        T_EQ(why.cause, AW_WHY_CHECKIN);
    }
    circle_checkin(&c, circle_safe);
    circle_run(&c, 10);
    T_EQ(aw_contact_confirm(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, HOUR_S);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(circle_view(&c, n).state, AW_LADDER_FINE);
        T_EQ(seen(&c, n).timer_kind, 0);
    }
    circle_free(&c);
}

/* Goal: a wrong secret ends no timer, and a forced one is an alarm.
 * Method: the end with each. */
static void test_timer_end_judged(void)
{
    struct circle c;

    set_up(&c, 0);
    for (int k = 0; k < 2; k++) {
        T_EQ(aw_subject_timer_start(her(&c), AW_TIMER_JOURNEY,
                                    (uint32_t)(circle_now_s(&c) + 20 * MIN_S), 0, NULL, NULL,
                                    circle_now(&c, 0)),
             AW_OK);
        circle_run(&c, 60);
        T_EQ(aw_subject_timer_end(her(&c), k == 0 ? circle_wrong : circle_duress, NULL, NULL,
                                  circle_now(&c, 0)),
             AW_OK);
        circle_run(&c, 10);
        T_EQ(seen(&c, 1).timer_kind == 0, k == 1);
    }
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_DURESS);
    T_EQ(circle_view(&c, 2).incident, AW_INCIDENT_NONE);
    circle_free(&c);
}

/* Goal: a contact's device that is restored from a backup asks under an id that she has not seen
 * (CO-73): else its question, taken for an old one, would be missed without having been told.
 * Method: a question is forgotten and asked again; others follow in the same second and, as the
 * clock says, earlier. */
static void test_ask_after_a_restore(void)
{
    const struct aw_pace pace = {.ask_s = 10 * MIN_S, .asks_max = 16};
    struct contact_triggers t = {.version = 1}, backup = t;
    uint32_t id;

    T_EQ(aw_trigger_ask(&t, &pace, T0), AW_OK);
    id = t.ask.id;
    t = backup;
    T_EQ(aw_trigger_ask(&t, &pace, T0 + HOUR_S), AW_OK);
    T_TRUE(t.ask.id > id);
    for (uint32_t i = 0; i < 6; i++) {
        id = t.ask.id;
        t.ask.is_open = false;
        T_EQ(aw_trigger_ask(&t, &pace, T0 + HOUR_S - 600 * i), AW_OK);
        T_EQ(t.ask.id, id + 1);
    }
}

/* Goal: a question counts from when her device shows that it has it; a check-in after it is the
 * answer, silence a missed deadline; who may not ask cannot (CO-42, CO-43).
 * Method: asked while she is offline; answered; asked again and not answered. */
static void test_ask(void)
{
    struct circle c;
    struct aw_why why;

    set_up(&c, 0);
    T_EQ(aw_contact_ask(c.hosts[2].contact, circle_now(&c, 2)), AW_E_STATE);
    c.hosts[0].is_offline = true;
    T_EQ(aw_contact_ask(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    T_EQ(aw_contact_ask(c.hosts[1].contact, circle_now(&c, 1)), AW_E_STATE);
    circle_run(&c, HOUR_S);
    T_EQ(seen(&c, 1).ask, AW_ASK_SENT);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    circle_restart(&c, 1);
    c.hosts[0].is_offline = false;
    circle_run(&c, 16 * MIN_S);
    T_EQ(seen(&c, 1).ask, AW_ASK_REACHED);
    circle_checkin(&c, circle_safe);
    T_EQ(seen(&c, 1).ask, AW_ASK_ANSWERED);

    T_EQ(aw_contact_ask(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, 16 * MIN_S);
    T_EQ(seen(&c, 1).ask, AW_ASK_REACHED);
    circle_run(&c, 25 * MIN_S);
    aw_contact_why(c.hosts[1].contact, &why);
    T_EQ(why.cause, AW_WHY_ASK);
    T_EQ(why.state, AW_LADDER_MISSED);
    T_EQ(circle_view(&c, 2).state, AW_LADDER_FINE);
    circle_checkin(&c, circle_safe);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_RESUMED);
    T_EQ(aw_contact_confirm(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    T_EQ(aw_contact_ask(c.hosts[1].contact, circle_now(&c, 1)), AW_E_LIMIT);
    circle_run(&c, 23 * HOUR_S);
    T_EQ(aw_contact_ask(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_free(&c);
}

/* Goal: under duress nobody asks her from here, and nothing but the circle's own screen shows why.
 * Method: a forced check-in, then the question. */
static void test_ask_under_duress(void)
{
    struct circle c;

    set_up(&c, 0);
    circle_checkin(&c, circle_duress);
    T_EQ(aw_contact_ask(c.hosts[1].contact, circle_now(&c, 1)), AW_E_STATE);
    circle_free(&c);
}

/* Goal: a drill rings once an hour, opens nothing, and his answer reaches her; no random bytes in
 * drills and signals count as wrong secrets (CO-44, CO-45).
 * Method: drills and signals, many; then the answer. */
static void test_drills_and_signals(void)
{
    struct circle c;
    struct aw_person p;
    size_t loud = 0;

    set_up(&c, 0);
    T_EQ(aw_contact_drill_answer(c.hosts[1].contact, circle_now(&c, 1)), AW_E_STATE);
    for (int i = 0; i < 5; i++) {
        T_EQ(aw_subject_drill(her(&c), NULL, NULL, circle_now(&c, 0)), AW_OK);
        T_EQ(aw_subject_signal(her(&c), AW_SIGNAL_BATTERY_LOW, NULL, NULL, circle_now(&c, 0)),
             AW_OK);
        circle_run(&c, 60);
    }
    T_EQ(circle_events(&c, 1, AW_EVENT_DRILL), 5);
    for (size_t i = 0; i < c.hosts[1].event_count; i++)
        loud += c.hosts[1].events[i].urgency == AW_URGENCY_RING;
    T_EQ(loud, 1);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    T_EQ(circle_view(&c, 1).wrong_count, 0);
    T_EQ(seen(&c, 1).signal, AW_SIGNAL_BATTERY_LOW);
    T_TRUE(!seen(&c, 1).drill_answered);
    T_EQ(aw_contact_drill_answer(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    T_TRUE(seen(&c, 1).drill_answered);
    circle_run(&c, 60);
    T_EQ(aw_subject_person(her(&c), 1, &p), AW_OK);
    T_TRUE(p.drill.human_at_s != 0);
    T_EQ(aw_subject_person(her(&c), 2, &p), AW_OK);
    T_EQ(p.drill.human_at_s, 0);
    circle_free(&c);
}

/* Goal: without a sign of life she counts as missed, though her device speaks.
 * Method: beats go on for hours; signs of life stop. */
static void test_life(void)
{
    struct circle c;
    struct aw_why why;

    set_up(&c, 4 * HOUR_S);
    for (int i = 0; i < 6; i++) {
        circle_run(&c, HOUR_S);
        aw_subject_life_sign(her(&c), circle_now(&c, 0));
    }
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    circle_run(&c, 4 * HOUR_S + 9 * MIN_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_OVERDUE);
    circle_run(&c, 3 * MIN_S);
    aw_contact_why(c.hosts[1].contact, &why);
    T_EQ(why.state, AW_LADDER_MISSED);
    T_EQ(why.cause, AW_WHY_LIFE);
    circle_free(&c);
}

/* Goal: in calm both views know the same signs of life (spec/07-contact.md §8): every secret counts
 * in the shown one. Method: hours after her last secret she takes an SOS back. */
static void test_life_shown(void)
{
    const struct contact *contact;
    struct circle c;

    set_up(&c, 24 * HOUR_S);
    circle_run(&c, 3 * HOUR_S);
    T_EQ(aw_subject_sos(her(&c), NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 90);
    T_EQ(aw_subject_cancel(her(&c), circle_safe, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_pump(&c);
    contact = contact_of(c.hosts[1].contact);
    T_EQ(contact->triggers.life_at_s, circle_now_s(&c));
    T_EQ(contact->outside.life_at_s, circle_now_s(&c));
    circle_free(&c);
}

/* Goal: who is away is rung by the last level only; the rota counts in her zone; she is told.
 * Method: away by hand, by the rota, and not; the second of three levels is his. */
static void test_away(void)
{
    const struct aw_quiet all[2] = {{.days = 127, .from = 0, .until = 720},
                                    {.days = 127, .from = 720, .until = 0}};

    for (int k = 0; k < 3; k++) {
        struct circle c;

        set_up(&c, 0);
        T_EQ(aw_contact_away(c.hosts[1].contact, circle_now_s(&c), circle_now(&c, 1)), AW_E_RANGE);
        T_EQ(aw_contact_rota_set(c.hosts[1].contact, all, 5, circle_now(&c, 1)), AW_E_RANGE);
        if (k == 1)
            T_EQ(aw_contact_away(c.hosts[1].contact, circle_now_s(&c) + 30 * HOUR_S,
                                 circle_now(&c, 1)),
                 AW_OK);
        if (k == 2)
            T_EQ(aw_contact_rota_set(c.hosts[1].contact, all, 2, circle_now(&c, 1)), AW_OK);
        circle_run(&c, 1);
        circle_restart(&c, 1);
        T_EQ(circle_view(&c, 1).own.away_until_s != 0, k != 0);
        c.hosts[0].is_asleep = true;
        circle_run(&c, 24 * HOUR_S + 11 * MIN_S);
        T_EQ(circle_view(&c, 1).rings, k == 0);
        T_EQ(circle_view(&c, 1).level, k == 0 ? 1 : 2);
        circle_run(&c, 20 * MIN_S);
        T_TRUE(circle_view(&c, 1).rings);
        circle_free(&c);
    }
}

/* Until when her phone knows that contact 1 is away. */
static uint32_t told_away(struct circle *c)
{
    return subject_of(her(c))->people[0].rec.heard.away_until;
}

/* A day in a zone two hours ahead of UTC, from the afternoon on; contact 1 says when he is away. */
static void play_rota(struct trace *t, bool says)
{
    static const struct aw_quiet night = {.days = 127, .from = 23 * 60, .until = 7 * 60};
    const uint64_t midnight_s = CIRCLE_T0_S - CIRCLE_T0_S % (24 * HOUR_S);
    uint64_t until_s = midnight_s + 16 * HOUR_S;
    struct aw_plan plan;
    struct circle c;

    t->has_actions = false;
    set_up(&c, 0);
    T_EQ(aw_subject_plan(her(&c), &plan), AW_OK);
    plan.zone[0] = (struct aw_zone_rule){.from = T0 - 1, .offset_s = 7200};
    plan.zone_count = 1;
    T_EQ(aw_subject_plan_set(her(&c), &plan, NULL, circle_safe, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 120);
    T_EQ(circle_view(&c, 1).plan_version, 3);
    trace_begin(t, &c);
    if (says) {
        T_EQ(aw_contact_rota_set(c.hosts[1].contact, &night, 1, circle_now(&c, 1)), AW_OK);
        T_EQ(aw_contact_away(c.hosts[1].contact, until_s, circle_now(&c, 1)), AW_OK);
    }
    for (uint64_t hour = 15; hour < 36; hour++) { /* UTC */
        circle_run(&c, midnight_s + hour * HOUR_S + 30 * MIN_S - circle_now_s(&c));
        until_s = hour < 16 ? midnight_s + 16 * HOUR_S : 0;
        if (hour >= 21 && hour < 29)
            until_s = midnight_s + 29 * HOUR_S;
        T_EQ(circle_view(&c, 1).own.away_until_s, says ? until_s : 0);
        T_EQ(told_away(&c), says ? until_s : 0);
    }
    circle_free(&c);
}

/* Goal: a rota counts in the zone of her plan; her phone learns what holds now with the next reply,
 * which leaves when it would have left (CO-46). Method: a day twice; what relays see is the same.
 */
static void test_rota_in_her_zone(void)
{
    struct trace silent, said;

    play_rota(&silent, false);
    play_rota(&said, true);
    trace_same("away", &silent, &said);
    free(silent.seen);
    free(said.seen);
}

/* Goal: handing over ends the own claim, a comment and "unreachable" are kept, and none of it
 * outlives what it was about.
 * Method: a missed check-in, all of them, a restart, then the end. */
static void test_hand_over_and_note(void)
{
    struct circle c;

    set_up(&c, 0);
    T_EQ(aw_contact_note(c.hosts[1].contact, "on my way", circle_now(&c, 1)), AW_E_STATE);
    T_EQ(aw_contact_hand_over(c.hosts[1].contact, 2, circle_now(&c, 1)), AW_E_STATE);
    c.hosts[0].is_asleep = true;
    circle_run(&c, 24 * HOUR_S + 11 * MIN_S);
    T_EQ(aw_contact_claim(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    T_EQ(aw_contact_hand_over(c.hosts[1].contact, 1, circle_now(&c, 1)), AW_E_NOT_FOUND);
    T_EQ(aw_contact_hand_over(c.hosts[1].contact, 7, circle_now(&c, 1)), AW_E_NOT_FOUND);
    T_EQ(aw_contact_hand_over(c.hosts[1].contact, 2, circle_now(&c, 1)), AW_OK);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
    T_EQ(aw_contact_note(c.hosts[1].contact, "a note of twenty-five byt", circle_now(&c, 1)),
         AW_E_RANGE);
    T_EQ(aw_contact_note(c.hosts[1].contact, "door is open", circle_now(&c, 1)), AW_OK);
    T_EQ(aw_contact_unreachable(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, 5);
    circle_restart(&c, 1);
    T_EQ(circle_view(&c, 1).own.hand_to, 2);
    T_TRUE(circle_view(&c, 1).own.unreachable);
    T_TRUE(strcmp(circle_view(&c, 1).own.note, "door is open") == 0);
    c.hosts[0].is_asleep = false;
    circle_checkin(&c, circle_safe);
    T_EQ(aw_contact_confirm(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    T_EQ(circle_view(&c, 1).own.hand_to, 0);
    T_EQ(circle_view(&c, 1).own.note[0], 0);
    circle_free(&c);
}

/* Goal: "always on" and "I withdraw" reach her, and he goes on to watch.
 * Method: both, then a missed check-in. */
static void test_of_himself(void)
{
    struct circle c;
    struct aw_person p;

    set_up(&c, 0);
    T_EQ(aw_contact_always_on(c.hosts[1].contact, true, circle_now(&c, 1)), AW_OK);
    T_EQ(aw_contact_leave(c.hosts[1].contact, true, circle_now(&c, 1)), AW_OK);
    circle_run(&c, 16 * MIN_S);
    T_EQ(aw_subject_person(her(&c), 1, &p), AW_OK);
    T_TRUE(p.always_on && p.leaves);
    c.hosts[0].is_asleep = true;
    circle_run(&c, 25 * HOUR_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_timer_words);
    T_RUN(test_many_starts);
    T_RUN(test_timer_ends);
    T_RUN(test_older_words);
    T_RUN(test_timer_missed);
    T_RUN(test_timer_forgotten);
    T_RUN(test_timer_end_judged);
    T_RUN(test_ask_after_a_restore);
    T_RUN(test_ask);
    T_RUN(test_ask_under_duress);
    T_RUN(test_drills_and_signals);
    T_RUN(test_life);
    T_RUN(test_life_shown);
    T_RUN(test_away);
    T_RUN(test_rota_in_her_zone);
    T_RUN(test_hand_over_and_note);
    T_RUN(test_of_himself);
    return t_end();
}
