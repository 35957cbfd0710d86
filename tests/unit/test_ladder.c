/* SPDX-License-Identifier: ISC */
#include "support/ladder_bed.h"

#define T0 LADDER_T0

/* Goal: the deadline is not late a second early, and each move has its deadline.
 * Method: the last second before each, and the second itself. */
static void test_edges(void)
{
    struct ladder_bed b;

    ladder_set_up(&b);
    T_EQ(b.ladder.deadline_s, T0 + 3600);
    T_EQ(ladder_tick(&b, T0 + 3599), 0);
    T_EQ(ladder_tick(&b, T0 + 3600), 1);
    T_EQ(b.out.events[0].kind, AW_EVENT_LATE);
    T_EQ(ladder_tick(&b, T0 + 3810), 0);
    T_EQ(b.ladder.deadline_s, T0 + 3900);
    T_EQ(ladder_tick(&b, T0 + 3899), 0);
    T_EQ(ladder_tick(&b, T0 + 3900), 1);
    T_EQ(b.out.events[0].kind, AW_EVENT_RING);
    T_EQ(b.ladder.cause, AW_WHY_CHECKIN);
    T_EQ(b.ladder.deadline_s, T0 + 4020);
    T_EQ(ladder_tick(&b, T0 + 1), 0); /* time does not go back */
    T_EQ(b.ladder.now_s, T0 + 3900);
}

/* Goal: after an outage over a deadline nobody is rung before her device had time to come back
 * [CO-26]; a device that dozed through the end of grace is not delayed.
 * Method: no proof before long after grace; then proofs apart by what it takes, with and without
 * her call; a first proof just before grace is used up, the second one late. */
static void test_outage(void)
{
    struct ladder_bed b;

    for (int comes_back = 0; comes_back < 2; comes_back++) {
        ladder_set_up(&b);
        aw_ladder_tick(&b.ladder, &b.rules, T0 + 3900, &b.out);
        T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
        (void)ladder_prove(&b, T0 + 5000);
        T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
        T_EQ(ladder_prove(&b, T0 + 5089), 0);
        T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
        if (comes_back == 1)
            ladder_watch(&b, T0 + 9000, T0 + 86400, T0 + 5089);
        (void)ladder_prove(&b, T0 + 5090);
        T_EQ(b.ladder.state, comes_back == 1 ? AW_LADDER_FINE : AW_LADDER_MISSED);
        T_EQ(b.ladder.level, comes_back == 1 ? 0 : 2); /* they count from the end of grace */
    }

    ladder_set_up(&b);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3810, &b.out);
    (void)ladder_prove(&b, T0 + 3810);
    b.out.count = 0;
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 4400, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
    (void)ladder_prove(&b, T0 + 4400);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
}

/* Goal: a claim holds a level once, never the last, and its end lets what is due begin at once.
 * Method: claims at each level. */
static void test_claims(void)
{
    struct ladder_bed b;

    ladder_set_up(&b);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0, &b.out), AW_E_STATE);
    (void)ladder_tick(&b, T0 + 3900 + 500);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 4400, &b.out), AW_OK);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 4500, &b.out), AW_E_LIMIT);
    T_EQ(ladder_tick(&b, T0 + 3900 + 700), 0); /* level 2 is held */
    T_EQ(b.ladder.level, 1);
    (void)ladder_tick(&b, T0 + 4400 + 900); /* the last level began at 5100 in spite of the claim */
    T_EQ(b.ladder.level, 3);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 5400, &b.out), AW_E_LIMIT);
    T_EQ(b.ladder.state, AW_LADDER_CLAIMED);
    b.out.count = 0;
    T_EQ(aw_ladder_decline(&b.ladder, &b.rules, T0 + 5410, &b.out), AW_OK);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    T_EQ(b.out.events[0].kind, AW_EVENT_CLAIM_ENDED);
    T_EQ(b.out.events[1].kind, AW_EVENT_RING);
}

/* Goal: an alarm replaces a missed deadline, ends a claim, and asks for everything again.
 * Method: confirmed and claimed, then duress; her older word and a cancel close nothing. */
static void test_alarm_over_missed(void)
{
    struct ladder_bed b;

    ladder_set_up(&b);
    (void)ladder_tick(&b, T0 + 4000);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 4000, &b.out), AW_OK);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 4000, &b.out), AW_OK);
    b.out.count = 0;
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_DURESS, 50, T0 + 4010, T0 + 4010, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_ALARM);
    T_EQ(b.ladder.incident_id, 1);
    T_TRUE(!b.ladder.confirmed);
    T_EQ(b.out.events[0].kind, AW_EVENT_RING);
    ladder_watch(&b, T0 + 90000, T0 + 90000, T0 + 4020);
    T_EQ(b.ladder.state, AW_LADDER_ALARM);
    aw_ladder_safe(&b.ladder, &b.rules, 49, T0 + 4030, T0 + 4030, &b.out);
    aw_ladder_cancel(&b.ladder, &b.rules, T0 + 4030, &b.out);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 4040, &b.out), AW_OK);
    T_EQ(b.ladder.incident, AW_INCIDENT_DURESS);
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_SOS, 51, T0 + 4045, T0 + 4045, &b.out);
    T_EQ(b.ladder.incident, AW_INCIDENT_DURESS); /* never lowered */
    b.out.count = 0;
    aw_ladder_safe(&b.ladder, &b.rules, 52, T0 + 4050, T0 + 4050, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_ALARM); /* confirmed before the second alarm */
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 4060, &b.out), AW_OK);
    T_EQ(b.ladder.state, AW_LADDER_FINE);
}

/* Goal: late but arrived rests, reminds, and begins anew when she falls silent again; relaxed
 * closes it by itself, but no alarm.
 * Method: both plans. */
static void test_resumed(void)
{
    struct ladder_bed b;

    ladder_set_up(&b);
    (void)ladder_tick(&b, T0 + 4000);
    ladder_watch(&b, T0 + 8000, T0 + 86400, T0 + 4100);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 4100, T0 + 4100, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_RESUMED);
    T_EQ(ladder_tick(&b, T0 + 4999), 0);
    T_EQ(ladder_tick(&b, T0 + 5000), 1);
    T_EQ(b.out.events[0].kind, AW_EVENT_CONFIRM);
    (void)ladder_tick(&b, T0 + 8300);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    T_EQ(b.ladder.level, 1);
    T_TRUE(!b.ladder.safe_seen);

    b.plan.relaxed = true;
    ladder_watch(&b, T0 + 20000, T0 + 86400, T0 + 8400);
    aw_ladder_safe(&b.ladder, &b.rules, 10, T0 + 8400, T0 + 8400, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_FINE);
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_SOS, 11, T0 + 8500, T0 + 8500, &b.out);
    aw_ladder_safe(&b.ladder, &b.rules, 12, T0 + 8600, T0 + 8600, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_ALARM);
}

/* Goal: an alarm rings where there is no plan and nothing to watch, and after it there is peace.
 * Method: from IDLE; level 1 has a delay that an alarm does not wait for. */
static void test_alarm_from_idle(void)
{
    struct ladder_bed b;

    ladder_set_up(&b);
    b.plan.levels[0].delay_s = 60;
    aw_ladder_init(&b.ladder, T0);
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_SOS, 1, T0 + 1, T0 + 1, &b.out);
    T_EQ(b.out.events[b.out.count - 1].kind, AW_EVENT_RING);
    T_EQ(aw_ladder_next_level_s(&b.ladder, &b.rules), T0 + 1 + 540);
    aw_ladder_safe(&b.ladder, &b.rules, 2, T0 + 5, T0 + 5, &b.out);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 6, &b.out), AW_OK);
    T_EQ(b.ladder.state, AW_LADDER_IDLE);
    T_EQ(b.ladder.deadline_s, AW_NO_TIME);
}

/* Goal: [CO-68] a silence that an alarm covered is found as without one: when the alarm closes and
 * her check-in is still missing, it rings again by itself.
 * Method: the path is proved while the alarm runs; her safe word was made long before. */
static void test_silence_behind_alarm(void)
{
    struct ladder_bed b;

    ladder_set_up(&b);
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_SOS, 5, T0 + 100, T0 + 100, &b.out);
    (void)ladder_tick(&b, T0 + 4000);
    T_EQ(b.ladder.state, AW_LADDER_ALARM);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 4001, &b.out), AW_OK);
    b.out.count = 0;
    aw_ladder_safe(&b.ladder, &b.rules, 6, T0 + 200, T0 + 4002, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    T_EQ(b.ladder.incident, AW_INCIDENT_MISSED);
    T_EQ(b.ladder.levels_s, T0 + 3900);
    T_EQ(b.out.events[b.out.count - 1].kind, AW_EVENT_RING);
}

/* Goal: a new plan with fewer levels, or none to ring here any more, leaves nothing hanging.
 * Method: at the last of three levels the plan shrinks to one, asked before and after an input. */
static void test_fewer_levels(void)
{
    struct ladder_bed b;

    ladder_set_up(&b);
    (void)ladder_tick(&b, T0 + 5100);
    T_EQ(b.ladder.level, 3);
    b.plan.levels_count = 1;
    T_EQ(aw_ladder_ringing(&b.ladder, &b.rules), 1);
    T_EQ(b.ladder.level, 3); /* asking moves nothing */
    (void)ladder_tick(&b, T0 + 5101);
    T_EQ(b.ladder.level, 1);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    T_EQ(aw_ladder_next_level_s(&b.ladder, &b.rules), AW_NO_TIME);
}

/* Goal: proofs from before a silence do not tell of it, however many newer ones there are.
 * Method: a first proof that counted for an earlier deadline; she came back; proofs go on, and
 * another one asks about a silence between them. */
static void test_old_first_proof(void)
{
    struct ladder_bed b;

    ladder_set_up(&b);
    (void)ladder_prove(&b, T0 + 3850);
    ladder_watch(&b, T0 + 9000, T0 + 86400, T0 + 3860);
    (void)ladder_prove(&b, T0 + 5000);
    T_TRUE(aw_ladder_path_tells(&b.ladder, T0 + 3940));
    T_TRUE(!aw_ladder_path_tells(&b.ladder, T0 + 3941));
    T_TRUE(!aw_ladder_path_tells(&b.ladder, T0 + 5001));
}

/* Goal: [CO-13] resumed without a deadline ahead reminds for ever, and never ends silently.
 * Method: she is back, and nothing is watched any more. */
static void test_resumed_without_deadline(void)
{
    struct ladder_bed b;

    ladder_set_up(&b);
    (void)ladder_tick(&b, T0 + 4000);
    ladder_watch(&b, AW_NO_TIME, AW_NO_TIME, T0 + 4100);
    T_EQ(b.ladder.state, AW_LADDER_RESUMED);
    for (uint64_t at_s = T0 + 5000; at_s < T0 + 9000; at_s += 900) {
        T_EQ(b.ladder.deadline_s, at_s);
        T_EQ(ladder_tick(&b, at_s), 1);
        T_EQ(b.out.events[0].kind, AW_EVENT_CONFIRM);
    }
    T_EQ(b.ladder.state, AW_LADDER_RESUMED);
}

/* She was missed, came back, and is silent again over her next deadline, T0 + 8000: suspected,
 * for nothing proves it, with the first incident still open. */
static void set_up_silent_again(struct ladder_bed *b)
{
    ladder_set_up(b);
    (void)ladder_tick(b, T0 + 4000);
    ladder_watch(b, T0 + 8000, T0 + 86400, T0 + 4100);
    aw_ladder_tick(&b->ladder, &b->rules, T0 + 8400, &b->out);
    T_EQ(b->ladder.state, AW_LADDER_SUSPECT);
    T_EQ(b->ladder.incident, AW_INCIDENT_MISSED);
    b->out.count = 0;
}

/* Goal: suspected with an incident open, a newer deadline in its grace is being back, not fine.
 * Method: a statement whose deadline passed, but whose grace did not; one whose grace did, too. */
static void test_suspect_anew_in_incident(void)
{
    struct ladder_bed b;

    set_up_silent_again(&b);
    ladder_watch(&b, T0 + 8050, T0 + 86400, T0 + 8401);
    T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
    T_EQ(b.ladder.path.suspect_s, T0 + 8350);
    ladder_watch(&b, T0 + 8200, T0 + 86400, T0 + 8402);
    T_EQ(b.ladder.state, AW_LADDER_RESUMED);
    T_EQ(b.out.events[b.out.count - 1].kind, AW_EVENT_BACK);
}

/* Goal: what closes an incident does not end a suspicion that is older than it, unless two have
 * spoken to her just now.
 * Method: suspected again. Once two humans without a common group confirm; once her word ends a
 * timer, relaxed, while her check-in is missing. */
static void test_closing_while_suspected(void)
{
    const struct aw_ladder_peer other = {.human = 2, .groups = 2};
    struct aw_ladder_due due = {{T0 + 8000, T0 + 8000, AW_NO_TIME, AW_NO_TIME, T0 + 86400}};
    struct ladder_bed b;

    set_up_silent_again(&b);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 8410, &b.out), AW_OK);
    T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
    aw_ladder_peer_confirm(&b.ladder, &b.rules, &other, T0 + 8411, T0 + 8411, &b.out);
    T_EQ(b.ladder.incident, AW_INCIDENT_NONE);
    T_EQ(b.ladder.state, AW_LADDER_FINE);
    T_EQ(b.ladder.peers.spoken_s, T0 + 8411);
    T_EQ(aw_ladder_due_s(&b.ladder), T0 + 86400);

    ladder_set_up(&b);
    b.plan.relaxed = true;
    (void)ladder_tick(&b, T0 + 4000);
    ladder_watch(&b, T0 + 6000, T0 + 86400, T0 + 4100);
    due.at_s[AW_LADDER_DUE(AW_WHY_TIMER)] = T0 + 7000;
    aw_ladder_watch(&b.ladder, &b.rules, &due, T0 + 4101, &b.out);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 8400, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
    T_EQ(b.ladder.cause, AW_WHY_TIMER);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 3899, T0 + 8401, &b.out);
    T_EQ(b.ladder.incident, AW_INCIDENT_MISSED); /* made before the levels began */
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 8401, T0 + 8401, &b.out);
    T_EQ(b.ladder.incident, AW_INCIDENT_NONE);
    T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
    T_EQ(aw_ladder_due_s(&b.ladder), T0 + 8000); /* the timer is settled, the check-in is not */
}

/* Goal: two who have spoken to her start each deadline anew by its own span: that her phone has
 * fallen silent is found before the next check-in is due.
 * Method: a beat, a sign of life and a check-in are missed; two confirm. */
static void test_deadlines_anew(void)
{
    const struct aw_ladder_peer other = {.human = 2, .groups = 2};
    const struct aw_ladder_due due = {{T0 + 3600, AW_NO_TIME, AW_NO_TIME, T0 + 3600, T0 + 3600}};
    struct ladder_bed b;

    ladder_set_up(&b);
    b.plan.schedule[0] = (struct aw_schedule_line){.every_s = 7 * 86400};
    b.plan.pace.life_s = 30000;
    aw_ladder_watch(&b.ladder, &b.rules, &due, T0 + 1, &b.out);
    (void)ladder_tick(&b, T0 + 4000);
    T_EQ(b.ladder.incident, AW_INCIDENT_MISSED);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 4100, &b.out), AW_OK);
    aw_ladder_peer_confirm(&b.ladder, &b.rules, &other, T0 + 4100, T0 + 4100, &b.out);
    T_EQ(b.ladder.incident, AW_INCIDENT_NONE);
    T_EQ(b.ladder.due.at_s[AW_LADDER_DUE(AW_WHY_CHECKIN)], T0 + 4100 + 7 * 86400);
    T_EQ(b.ladder.due.at_s[AW_LADDER_DUE(AW_WHY_LIFE)], T0 + 4100 + 30000);
    T_EQ(b.ladder.due.at_s[AW_LADDER_DUE(AW_WHY_BEAT)],
         T0 + 4100 + b.plan.beat_s + b.plan.beat_grace_s);
}

/* Goal: a timer whose end was lost keeps no incident open for ever, whichever deadline opened it.
 * Method: a check-in is missed, then a timer; she checks in before the timer's grace is used up,
 * and after; likewise while something else is missed, too. */
static void test_timer_behind_a_checkin(void)
{
    struct aw_ladder_due due;
    struct ladder_bed b;

    ladder_timer_behind(&b, &due);
    due.at_s[AW_LADDER_DUE(AW_WHY_CHECKIN)] = T0 + 90000;
    aw_ladder_watch(&b.ladder, &b.rules, &due, T0 + 3910, &b.out);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 3949, T0 + 3949, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    due.at_s[AW_LADDER_DUE(AW_WHY_ASK)] = T0 + 3940;
    aw_ladder_watch(&b.ladder, &b.rules, &due, T0 + 3950, &b.out);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 3950, T0 + 3950, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    due.at_s[AW_LADDER_DUE(AW_WHY_ASK)] = AW_NO_TIME;
    aw_ladder_watch(&b.ladder, &b.rules, &due, T0 + 3950, &b.out);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 3950, T0 + 3950, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_FINE);
    T_EQ(b.ladder.due.at_s[AW_LADDER_DUE(AW_WHY_TIMER)], AW_NO_TIME);
}

/* Goal: claims_max bounds the holds of one incident, own and others' together.
 * Method: five levels, one hold allowed; then none left for another human or for a second level. */
static void test_claims_max(void)
{
    const struct aw_ladder_peer other = {.human = 2, .groups = 1};
    struct ladder_bed b;

    ladder_set_up(&b);
    b.plan.claims_max = 1;
    b.plan.levels_count = 5;
    for (uint8_t i = 0; i < 5; i++)
        b.plan.levels[i] = (struct aw_level){.delay_s = 600u * i, .groups = 1};
    (void)ladder_tick(&b, T0 + 3900);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 3901, &b.out), AW_OK);
    (void)ladder_tick(&b, T0 + 3901 + 900);
    T_EQ(b.ladder.level, 2);
    aw_ladder_peer_claim(&b.ladder, &b.rules, &other, T0 + 9000, T0 + 4802, &b.out);
    T_EQ(b.ladder.peers.claim_s, 0);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 4803, &b.out), AW_E_LIMIT);
    T_EQ(aw_ladder_next_level_s(&b.ladder, &b.rules), T0 + 3900 + 1200);
}

/* Goal: what others say of acting and of her holds and confirms only what it may: a hold that is
 * over holds nothing, a second one shortens none, and who is in no group confirms nothing.
 * Method: one after the other at the first of three levels. */
static void test_peers(void)
{
    const struct aw_ladder_peer two = {.human = 2, .groups = 1}, three = {.human = 3, .groups = 1};
    const struct aw_ladder_peer nobody = {.human = 4, .groups = 0};
    struct ladder_bed b;

    ladder_set_up(&b);
    (void)ladder_tick(&b, T0 + 3900);
    b.out.count = 0;
    aw_ladder_peer_claim(&b.ladder, &b.rules, &two, T0 + 3910, T0 + 3910, &b.out);
    T_EQ(b.out.count, 0);
    T_EQ(b.ladder.claims_used, 0);
    aw_ladder_peer_claim(&b.ladder, &b.rules, &two, T0 + 4700, T0 + 3911, &b.out);
    T_EQ(b.ladder.peers.claim_s, T0 + 4700);
    aw_ladder_peer_claim(&b.ladder, &b.rules, &three, T0 + 4600, T0 + 3912, &b.out);
    T_EQ(b.ladder.peers.claim_s, T0 + 4700);
    T_EQ(b.out.count, 2);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 3913, &b.out), AW_OK);
    b.out.count = 0;
    aw_ladder_peer_confirm(&b.ladder, &b.rules, &nobody, T0 + 3914, T0 + 3914, &b.out);
    T_EQ(b.out.count, 0);
    T_EQ(b.ladder.incident, AW_INCIDENT_MISSED);
}

/* Goal: a state that no moves lead to is not sound, whatever a store gives back.
 * Method: sound ladders of three states, each with one thing wrong. */
static void test_sound(void)
{
    struct aw_ladder fine, missed, resumed, claimed, l;
    struct ladder_bed b;

    ladder_set_up(&b);
    fine = b.ladder;
    (void)ladder_tick(&b, T0 + 4000);
    missed = b.ladder;
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 4001, &b.out), AW_OK);
    claimed = b.ladder;
    ladder_watch(&b, T0 + 8000, T0 + 86400, T0 + 4100);
    resumed = b.ladder;
    T_TRUE(aw_ladder_is_sound(&fine) && aw_ladder_is_sound(&missed));
    T_TRUE(aw_ladder_is_sound(&claimed) && aw_ladder_is_sound(&resumed));

#define UNSOUND(from, ...) (l = (from), __VA_ARGS__, T_TRUE(!aw_ladder_is_sound(&l)))
    UNSOUND(fine, l.state = AW_LADDER_RESUMED + 1);
    UNSOUND(fine, l.incident = AW_INCIDENT_DURESS + 1);
    UNSOUND(fine, l.level = 1);
    UNSOUND(fine, l.incident = AW_INCIDENT_MISSED);
    UNSOUND(fine, l.state = AW_LADDER_SUSPECT, l.incident = AW_INCIDENT_SOS);
    UNSOUND(fine, l.state = AW_LADDER_MISSED);
    UNSOUND(fine, l.due.at_s[0] = l.due.at_s[4] = AW_NO_TIME);
    UNSOUND(fine, l.due.at_s[0] = AW_TIME_MAX_MS + 1);
    UNSOUND(missed, l.state = AW_LADDER_ALARM);
    UNSOUND(missed, l.incident = AW_INCIDENT_SOS);
    UNSOUND(missed, l.safe_seen = l.confirmed = true);
    UNSOUND(missed, l.ring_s = AW_TIME_MAX_MS + 1);
    UNSOUND(missed, l.claim_s = T0 + 5000);
    UNSOUND(claimed, l.claim_s = AW_NO_TIME);
    UNSOUND(claimed, l.claim_s = AW_TIME_MAX_MS + 1);
    UNSOUND(claimed, l.incident = AW_INCIDENT_DURESS + 1);
    UNSOUND(missed, l.state = AW_LADDER_RESUMED + 1);
    UNSOUND(fine, l.state = AW_LADDER_OVERDUE, l.incident = AW_INCIDENT_MISSED);
    UNSOUND(fine, l.due.at_s[AW_LADDER_DUES - 1] = AW_TIME_MAX_MS + 1);
    UNSOUND(resumed, l.incident = AW_INCIDENT_SOS);
    UNSOUND(resumed, l.ring_s = AW_NO_TIME);
#undef UNSOUND
    l = missed;
    l.ring_s = AW_TIME_MAX_MS;
    T_TRUE(aw_ladder_is_sound(&l));
}

int main(void)
{
    T_RUN(test_edges);
    T_RUN(test_outage);
    T_RUN(test_claims);
    T_RUN(test_alarm_over_missed);
    T_RUN(test_resumed);
    T_RUN(test_alarm_from_idle);
    T_RUN(test_silence_behind_alarm);
    T_RUN(test_fewer_levels);
    T_RUN(test_old_first_proof);
    T_RUN(test_resumed_without_deadline);
    T_RUN(test_suspect_anew_in_incident);
    T_RUN(test_closing_while_suspected);
    T_RUN(test_deadlines_anew);
    T_RUN(test_timer_behind_a_checkin);
    T_RUN(test_claims_max);
    T_RUN(test_peers);
    T_RUN(test_sound);
    return t_end();
}
