/* SPDX-License-Identifier: ISC */
#include "support/ladder_bed.h"

#define T0 LADDER_T0

/* What is left over from one incident to the next, from before a restart, and what happens in the
 * very second of a bound. */

/* Goal: what was said in one incident counts in no later one: nobody is confirmed, and who held a
 * level holds the same one again.
 * Method: held by two, closed by two; missed anew. */
static void test_next_incident(void)
{
    const struct aw_ladder_peer first = {.human = 1, .groups = 3},
                                other = {.human = 2, .groups = 2},
                                third = {.human = 3, .groups = 1};
    struct ladder_bed b;

    ladder_set_up(&b);
    b.plan.claims_max = 3;
    (void)ladder_tick(&b, T0 + 3900);
    T_EQ(b.ladder.began_s, T0 + 3900);
    T_EQ(b.ladder.decided_s, T0 + 3900);
    T_TRUE(!b.ladder.path.is_told && !b.ladder.path.is_blind);
    aw_ladder_peer_claim(&b.ladder, &b.rules, &first, T0 + 4700, T0 + 3901, &b.out);
    aw_ladder_peer_claim(&b.ladder, &b.rules, &third, T0 + 4600, T0 + 3901, &b.out);
    T_EQ(b.ladder.peers.claim_s, T0 + 4700);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 3902, &b.out), AW_OK);
    T_EQ(b.ladder.claims_used, 3);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 3903, &b.out), AW_OK);
    aw_ladder_peer_confirm(&b.ladder, &b.rules, &other, T0 + 3904, T0 + 3904, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_FINE);
    T_EQ(b.ladder.cause, AW_WHY_HUMAN);
    T_EQ(b.ladder.level, 0);
    T_EQ(b.ladder.ring_s, AW_NO_TIME);
    T_TRUE(!b.ladder.confirmed && !b.ladder.safe_seen);
    T_EQ(b.ladder.peers.groups[1], 0);

    ladder_watch(&b, T0 + 8000, T0 + 86400, T0 + 4000);
    (void)ladder_tick(&b, T0 + 8300);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    T_EQ(b.ladder.incident_id, 2);
    T_EQ(b.ladder.claims_used, 0);
    T_EQ(b.ladder.peers.claim_s, 0);
    aw_ladder_peer_claim(&b.ladder, &b.rules, &first, T0 + 9000, T0 + 8301, &b.out);
    T_EQ(b.ladder.peers.claim_s, T0 + 9000);
    aw_ladder_peer_claim(&b.ladder, &b.rules, &third, T0 + 9100, T0 + 8301, &b.out);
    T_EQ(b.ladder.peers.claim_s, T0 + 9100);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 8302, &b.out), AW_OK);
}

/* Goal: who was raised without a proof of his own is known as such, until a proof comes or the
 * incident is over.
 * Method: by the ceiling and by the word of others; proved, or closed by two. */
static void test_raised_without_proof(void)
{
    const struct aw_ladder_peer other = {.human = 2, .groups = 2};
    struct ladder_bed b;

    for (int way = 0; way < 4; way++) {
        bool is_told = way % 2 == 1;

        ladder_set_up(&b);
        aw_ladder_tick(&b.ladder, &b.rules, T0 + 3900, &b.out);
        T_TRUE(aw_ladder_is_unsure(&b.ladder));
        if (is_told)
            aw_ladder_others(&b.ladder, &b.rules, T0 + 3901, &b.out);
        else
            aw_ladder_tick(&b.ladder, &b.rules, T0 + 3900 + b.plan.council.ceiling_s, &b.out);
        T_EQ(b.ladder.state, AW_LADDER_MISSED);
        T_EQ(b.ladder.levels_s, T0 + 3900);
        T_TRUE(b.ladder.path.is_told == is_told && b.ladder.path.is_blind != is_told);
        T_EQ(aw_ladder_is_unsure(&b.ladder), !is_told);
        b.out.count = 0;
        if (way < 2) {
            (void)ladder_prove(&b, b.ladder.now_s + 1);
            (void)ladder_prove(&b, b.ladder.now_s + AW_LADDER_SETTLE_S);
            T_EQ(b.ladder.state, AW_LADDER_MISSED);
        } else {
            T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, b.ladder.now_s, &b.out), AW_OK);
            aw_ladder_peer_confirm(&b.ladder, &b.rules, &other, b.ladder.now_s, b.ladder.now_s,
                                   &b.out);
            T_EQ(b.ladder.incident, AW_INCIDENT_NONE);
        }
        T_TRUE(!b.ladder.path.is_told && !b.ladder.path.is_blind);
        T_TRUE(!aw_ladder_is_unsure(&b.ladder));
    }
}

/* Goal: every input lets time pass first: the level that has begun by then rings before anything
 * else, and is the one that is spoken of.
 * Method: missed; each input in the second in which level 2 begins, without a tick before it. */
static void test_time_first(void)
{
    const struct aw_ladder_peer other = {.human = 2, .groups = 2};
    struct ladder_bed missed, b;

    ladder_set_up(&missed);
    missed.plan.ring_s = 5000;
    (void)ladder_tick(&missed, T0 + 3900);
    missed.out.count = 0;
    for (int input = 0; input < 5; input++) {
        b = missed;
        b.rules.plan = &b.plan;
        switch (input) {
        case 0:
            T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 4500, &b.out), AW_E_LIMIT);
            break;
        case 1:
            T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 4500, &b.out), AW_OK);
            break;
        case 2:
            aw_ladder_cancel(&b.ladder, &b.rules, T0 + 4500, &b.out);
            break;
        case 3:
            T_EQ(aw_ladder_decline(&b.ladder, &b.rules, T0 + 4500, &b.out), AW_OK);
            break;
        default:
            aw_ladder_peer_confirm(&b.ladder, &b.rules, &other, T0 + 4500, T0 + 4500, &b.out);
        }
        T_EQ(b.ladder.level, 2);
        T_EQ(b.out.count, input == 3 ? 1 : 2);
        T_EQ(b.out.events[0].kind, AW_EVENT_RING);
        T_EQ(b.out.events[0].level, 2);
        T_EQ(b.out.events[b.out.count - 1].level, 2);
        T_EQ(b.ladder.now_s, T0 + 4500);
    }

    b = missed; /* a claim that is over is not ended a second time */
    b.rules.plan = &b.plan;
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 3901, &b.out), AW_OK);
    b.out.count = 0;
    T_EQ(aw_ladder_decline(&b.ladder, &b.rules, T0 + 3901 + 900, &b.out), AW_OK);
    T_EQ(b.out.events[0].kind, AW_EVENT_CLAIM_ENDED);
    for (size_t i = 1; i < b.out.count; i++)
        T_TRUE(b.out.events[i].kind != AW_EVENT_CLAIM_ENDED);

    ladder_set_up(&b);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3600, &b.out);
    aw_ladder_others(&b.ladder, &b.rules, T0 + 3900, &b.out); /* grace is used up just now */
    T_EQ(b.ladder.state, AW_LADDER_MISSED);

    ladder_set_up(&b);
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_SOS, 5, T0 + 100, T0 + 100, &b.out);
    b.out.count = 0;
    b.ladder.ring_s = AW_NO_TIME;
    aw_ladder_safe(&b.ladder, &b.rules, 6, T0 + 700, T0 + 700, &b.out);
    T_EQ(b.out.events[b.out.count - 1].kind, AW_EVENT_RECORD);
    T_EQ(b.out.events[b.out.count - 1].level, 2);
    T_EQ(b.out.events[b.out.count - 1].at_s, T0 + 700);
}

/* Goal: after a restart what should ring rings at once, once, and only where it rings.
 * Method: started anew between two rings, in resumed, and where no level rings here. */
static void test_restart_rings(void)
{
    struct ladder_bed b;

    ladder_set_up(&b);
    (void)ladder_tick(&b, T0 + 3900);
    b.out.count = 0;
    aw_ladder_resume(&b.ladder, &b.rules, T0 + 3950, &b.out);
    T_EQ(b.out.count, 1);
    T_EQ(b.out.events[0].kind, AW_EVENT_RING);
    T_EQ(b.out.events[0].at_s, T0 + 3950);
    T_EQ(b.ladder.deadline_s, T0 + 3950 + 120);

    ladder_watch(&b, T0 + 9000, T0 + 86400, T0 + 3960);
    T_EQ(b.ladder.state, AW_LADDER_RESUMED);
    b.out.count = 0;
    aw_ladder_resume(&b.ladder, &b.rules, T0 + 3970, &b.out);
    T_EQ(b.out.count, 1);
    T_EQ(b.out.events[0].kind, AW_EVENT_CONFIRM);

    ladder_set_up(&b);
    b.rules.groups = 2; /* of the last level only */
    (void)ladder_tick(&b, T0 + 3900);
    T_EQ(b.ladder.level, 1);
    b.out.count = 0;
    aw_ladder_resume(&b.ladder, &b.rules, T0 + 3950, &b.out);
    T_EQ(b.out.count, 0);
    T_EQ(b.ladder.deadline_s, T0 + 4500);

    ladder_set_up(&b); /* and nothing where nothing is wrong */
    aw_ladder_resume(&b.ladder, &b.rules, T0 + 10, &b.out);
    T_EQ(b.out.count, 0);
    T_EQ(b.ladder.deadline_s, T0 + 3600);
}

/* Goal: a hold and a cancel of one incident are over with it, and duress is no SOS.
 * Method: held far ahead, cancelled, closed by human 1 and this one; missed anew with a level that
 * does not begin at once. */
static void test_hold_ends_with_incident(void)
{
    const struct aw_ladder_peer one = {.human = 1, .groups = 2}, two = {.human = 2, .groups = 1};
    struct ladder_bed b;

    ladder_set_up(&b);
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_SOS, 40, T0 + 50, T0 + 50, &b.out);
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_DURESS, 50, T0 + 60, T0 + 60, &b.out);
    T_EQ(b.ladder.alarm_id, 40);
    T_EQ(b.ladder.trigger_seq, 50);
    aw_ladder_cancel(&b.ladder, &b.rules, T0 + 61, &b.out);
    T_TRUE(b.ladder.cancelled);
    aw_ladder_safe(&b.ladder, &b.rules, 51, T0 + 62, T0 + 62, &b.out);
    b.out.count = 0;
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 63, &b.out), AW_OK);
    T_EQ(b.ladder.incident, AW_INCIDENT_NONE);
    T_TRUE(!b.ladder.safe_seen && !b.ladder.confirmed);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 64, &b.out), AW_E_STATE);

    b.plan.levels[0].delay_s = 60;
    (void)ladder_tick(&b, T0 + 3970);
    T_EQ(b.ladder.level, 1);
    T_EQ(b.ladder.trigger_seq, 0);
    T_TRUE(!b.ladder.cancelled);
    aw_ladder_peer_claim(&b.ladder, &b.rules, &two, T0 + 4860, T0 + 3970, &b.out);
    T_EQ(b.ladder.peers.claim_s, T0 + 4860);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 3971, &b.out), AW_OK);
    aw_ladder_peer_confirm(&b.ladder, &b.rules, &one, T0 + 3972, T0 + 3972, &b.out);
    T_EQ(b.ladder.incident, AW_INCIDENT_NONE);
    T_EQ(b.ladder.peers.groups[0], 0);
    ladder_watch(&b, T0 + 4000, T0 + 86400, T0 + 3980);
    (void)ladder_tick(&b, T0 + 4300);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    T_EQ(aw_ladder_next_level_s(&b.ladder, &b.rules), T0 + 4360);
}

/* Goal: [CO-13] after every input the next deadline is the one of the state that it led to.
 * Method: each input that changes it, and the deadline at once. */
static void test_deadline_after_each(void)
{
    const struct aw_ladder_peer other = {.human = 2, .groups = 1};
    struct ladder_bed b;

    ladder_set_up(&b);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3600, &b.out);
    T_EQ(b.ladder.deadline_s, T0 + 3900);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3900, &b.out);
    T_EQ(b.ladder.deadline_s, T0 + 3900 + AW_LADDER_PROBE_S);
    (void)ladder_prove(&b, T0 + 3910); /* a second proof is waited for */
    T_EQ(b.ladder.deadline_s, T0 + 3910 + AW_LADDER_SETTLE_S + AW_LADDER_PROBE_S);
    (void)ladder_prove(&b, T0 + 4000);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    T_EQ(b.ladder.deadline_s, T0 + 4000 + b.plan.ring_s);
    b.plan.ring_s = 5000;
    (void)ladder_tick(&b, T0 + 4120);
    T_EQ(b.ladder.deadline_s, T0 + 4500); /* level 2 */
    aw_ladder_peer_claim(&b.ladder, &b.rules, &other, T0 + 4800, T0 + 4130, &b.out);
    T_EQ(b.ladder.deadline_s, T0 + 4800);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 4140, &b.out), AW_OK);
    T_EQ(b.ladder.deadline_s, T0 + 4140 + b.plan.claim_s);
    b.out.count = 0;
    T_EQ(aw_ladder_decline(&b.ladder, &b.rules, T0 + 4150, &b.out), AW_OK);
    T_EQ(b.ladder.deadline_s, T0 + 4800);
    ladder_watch(&b, T0 + 9000, T0 + 86400, T0 + 4160);
    T_EQ(b.ladder.deadline_s, T0 + 4160 + b.plan.claim_s);
    b.out.count = 0;
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 4160, T0 + 4160, &b.out);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 4170, &b.out), AW_OK);
    T_EQ(b.ladder.state, AW_LADDER_FINE);
    T_EQ(b.ladder.deadline_s, T0 + 9000);

    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_SOS, 10, T0 + 5000, T0 + 5000, &b.out);
    T_EQ(b.ladder.deadline_s, T0 + 5600);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 5001, &b.out), AW_OK);
    b.out.count = 0;
    aw_ladder_safe(&b.ladder, &b.rules, 11, T0 + 5002, T0 + 5002, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_FINE);
    T_EQ(b.ladder.deadline_s, T0 + 9000);
}

/* Goal: a timer is settled by what ends an incident in its very second; who is late is said to be
 * once; a silence of the device is ended by a word as of its levels, not from before.
 * Method: each in the second itself, and a second before it. */
static void test_bounds_of_deadlines(void)
{
    struct aw_ladder_due due = {{AW_NO_TIME, T0 + 200, AW_NO_TIME, AW_NO_TIME, T0 + 86400}};
    struct ladder_bed b;

    ladder_set_up(&b);
    aw_ladder_watch(&b.ladder, &b.rules, &due, T0, &b.out);
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_SOS, 5, T0 + 100, T0 + 100, &b.out);
    aw_ladder_safe(&b.ladder, &b.rules, 6, T0 + 150, T0 + 150, &b.out);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 200, &b.out), AW_OK);
    T_EQ(aw_ladder_due_s(&b.ladder), T0 + 86400);
    T_EQ(b.ladder.state, AW_LADDER_FINE);

    ladder_set_up(&b); /* still late, and said once */
    (void)ladder_tick(&b, T0 + 3650);
    T_EQ(b.ladder.cause, AW_WHY_CHECKIN);
    b.out.count = 0;
    ladder_watch(&b, T0 + 3660, T0 + 86400, T0 + 3660);
    T_EQ(b.ladder.state, AW_LADDER_OVERDUE);
    T_EQ(b.out.count, 0);
    ladder_watch(&b, T0 + 90000, T0 + 3670, T0 + 3665); /* the device's, now */
    (void)ladder_tick(&b, T0 + 3670);
    T_EQ(b.ladder.state, AW_LADDER_OVERDUE);
    T_EQ(b.ladder.cause, AW_WHY_BEAT);
    b.plan.relaxed = true;
    (void)ladder_tick(&b, T0 + 3970);
    T_EQ(b.ladder.levels_s, T0 + 3970);
    ladder_watch(&b, T0 + 90000, T0 + 90000, T0 + 3980);
    T_EQ(b.ladder.state, AW_LADDER_RESUMED);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 3969, T0 + 3981, &b.out);
    T_EQ(b.ladder.incident, AW_INCIDENT_MISSED);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 3970, T0 + 3981, &b.out);
    T_EQ(b.ladder.incident, AW_INCIDENT_NONE);
}

/* Goal: what happens in the very second of a bound: a confirmation as of the alarm counts, one from
 * ten minutes ahead does, and not a second more; a minute late is not slept; a word as of the
 * moment from which levels count ends a timer.
 * Method: each bound, and a second beyond it. */
static void test_bounds(void)
{
    const struct aw_ladder_peer two = {.human = 2, .groups = 2}, three = {.human = 3, .groups = 4};
    struct aw_ladder_due due = {{AW_NO_TIME, T0 + 3600, AW_NO_TIME, AW_NO_TIME, T0 + 86400}};
    struct ladder_bed b;

    ladder_set_up(&b);
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_SOS, 5, T0 + 100, T0 + 100, &b.out);
    aw_ladder_peer_confirm(&b.ladder, &b.rules, &two, T0 + 99, T0 + 101, &b.out);
    T_EQ(b.ladder.peers.groups[1], 0);
    aw_ladder_peer_confirm(&b.ladder, &b.rules, &two, T0 + 100, T0 + 101, &b.out);
    T_EQ(b.ladder.peers.groups[1], 2);
    aw_ladder_peer_confirm(&b.ladder, &b.rules, &three, T0 + 102 + AW_LADDER_SKEW_S, T0 + 101,
                           &b.out);
    T_EQ(b.ladder.incident, AW_INCIDENT_SOS);
    aw_ladder_peer_confirm(&b.ladder, &b.rules, &three, T0 + 101 + AW_LADDER_SKEW_S, T0 + 101,
                           &b.out);
    T_EQ(b.ladder.incident, AW_INCIDENT_NONE);

    ladder_set_up(&b); /* no level rings here: the last one's time */
    b.rules.groups = 8;
    b.plan.levels[2].groups = 1;
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3600, &b.out);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3900, &b.out);
    T_EQ(b.ladder.deadline_s,
         T0 + 3900 + (b.plan.council.ceiling_s < 1200 ? b.plan.council.ceiling_s : 1200));

    ladder_set_up(&b);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3600 + AW_LADDER_WAKE_S, &b.out);
    T_EQ(b.ladder.wake_s, 0);
    ladder_set_up(&b);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3601 + AW_LADDER_WAKE_S, &b.out);
    T_EQ(b.ladder.wake_s, T0 + 3601 + AW_LADDER_WAKE_S);

    ladder_set_up(&b);
    b.plan.relaxed = true;
    aw_ladder_watch(&b.ladder, &b.rules, &due, T0, &b.out);
    (void)ladder_tick(&b, T0 + 4000);
    T_EQ(b.ladder.cause, AW_WHY_TIMER);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 3899, T0 + 4001, &b.out);
    T_EQ(b.ladder.incident, AW_INCIDENT_MISSED);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 3900, T0 + 4001, &b.out);
    T_EQ(b.ladder.incident, AW_INCIDENT_NONE);
}

/* Goal: [CO-27] somebody who heard once that it cannot be told hears it again the next time, and
 * that she is back each time.
 * Method: suspected until UNSURE, then back, twice. */
static void test_unsure_twice(void)
{
    struct ladder_bed b;

    ladder_set_up(&b);
    for (uint64_t due_s = T0 + 3600; due_s < T0 + 20000; due_s += 7200) {
        ladder_watch(&b, due_s, T0 + 86400, due_s - 100);
        aw_ladder_tick(&b.ladder, &b.rules, due_s + 300, &b.out);
        b.out.count = 0;
        aw_ladder_tick(&b.ladder, &b.rules, due_s + 300 + AW_LADDER_WAKE_S, &b.out);
        T_EQ(b.out.count, 1);
        T_EQ(b.out.events[0].kind, AW_EVENT_UNSURE);
        T_TRUE(b.ladder.path.was_unsure);
        b.out.count = 0;
        ladder_watch(&b, due_s + 7200, T0 + 86400, due_s + 400);
        T_EQ(b.out.count, 1);
        T_EQ(b.out.events[0].kind, AW_EVENT_BACK);
        T_TRUE(!b.ladder.path.was_unsure);
        b.out.count = 0;
    }
}

/* Goal: [CO-29] a restart gives the relays a minute before anybody hears that it cannot tell, but
 * puts off nothing when it was suspected before.
 * Method: started anew five seconds before grace is used up, and half a minute after. */
static void test_restart_near_the_end_of_grace(void)
{
    struct ladder_bed b;

    ladder_set_up(&b);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3600, &b.out);
    aw_ladder_resume(&b.ladder, &b.rules, T0 + 3895, &b.out);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3900, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
    T_EQ(b.ladder.deadline_s, T0 + 3895 + AW_LADDER_WAKE_S);

    ladder_set_up(&b);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3600, &b.out);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3900, &b.out);
    aw_ladder_resume(&b.ladder, &b.rules, T0 + 3930, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
    T_EQ(b.ladder.deadline_s, T0 + 3900 + AW_LADDER_PROBE_S);
}

/* Goal: a relay's answer cannot tell of a time that has not come. Method: a proof from the end of
 * grace, said long before it. */
static void test_proof_from_the_future(void)
{
    struct ladder_bed b;

    ladder_set_up(&b);
    aw_ladder_path(&b.ladder, &b.rules, T0 + 3900, T0 + 3000, &b.out);
    T_EQ(b.ladder.path.proved_s, T0 + 3000);
    aw_ladder_path(&b.ladder, &b.rules, T0 + 4000, T0 + 3001, &b.out);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3900, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
}

/* Goal: a word ends the incident of a lost timer only when no other deadline is behind, be it the
 * first one or of this very second.
 * Method: her check-in still missing; due in the second in which the word comes; ahead of it. */
static void test_lost_timer_and_checkin(void)
{
    struct aw_ladder_due due;
    struct ladder_bed b;

    ladder_timer_behind(&b, &due);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 3960, T0 + 3960, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    due.at_s[AW_LADDER_DUE(AW_WHY_CHECKIN)] = T0 + 3961;
    aw_ladder_watch(&b.ladder, &b.rules, &due, T0 + 3961, &b.out);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 3961, T0 + 3961, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    due.at_s[AW_LADDER_DUE(AW_WHY_CHECKIN)] = T0 + 3963;
    due.at_s[AW_LADDER_DUE(AW_WHY_TIMER)] = T0 + 3961; /* after she said it */
    aw_ladder_watch(&b.ladder, &b.rules, &due, T0 + 3962, &b.out);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 3960, T0 + 3962, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    due.at_s[AW_LADDER_DUE(AW_WHY_TIMER)] = T0 + 3650;
    aw_ladder_watch(&b.ladder, &b.rules, &due, T0 + 3962, &b.out);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 3962, T0 + 3962, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_FINE);
}

int main(void)
{
    T_RUN(test_next_incident);
    T_RUN(test_raised_without_proof);
    T_RUN(test_time_first);
    T_RUN(test_restart_rings);
    T_RUN(test_hold_ends_with_incident);
    T_RUN(test_deadline_after_each);
    T_RUN(test_bounds_of_deadlines);
    T_RUN(test_bounds);
    T_RUN(test_unsure_twice);
    T_RUN(test_restart_near_the_end_of_grace);
    T_RUN(test_proof_from_the_future);
    T_RUN(test_lost_timer_and_checkin);
    return t_end();
}
