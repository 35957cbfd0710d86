/* SPDX-License-Identifier: ISC */
#include "core/ladder.h"

#include "test.h"

#define T0 UINT64_C(1790000000)

struct bed {
    struct aw_plan plan;
    struct aw_ladder_rules rules;
    struct aw_ladder ladder;
    struct aw_ladder_out out;
};

/* Watches a check-in and the device. */
static void watch(struct bed *b, uint64_t checkin_s, uint64_t beat_s, uint64_t now_s)
{
    const struct aw_ladder_due due = {{checkin_s, AW_NO_TIME, AW_NO_TIME, AW_NO_TIME, beat_s}};

    aw_ladder_watch(&b->ladder, &b->rules, &due, now_s, &b->out);
}

/* Levels at 0, 10 and 20 min, grace 5 min, a deadline at T0 + 60 min. */
static void set_up(struct bed *b)
{
    memset(b, 0, sizeof *b);
    aw_plan_default(&b->plan, 2);
    b->plan.grace_s = 300;
    b->plan.levels_count = 3;
    b->plan.levels[0] = (struct aw_level){.delay_s = 0, .groups = 1};
    b->plan.levels[1] = (struct aw_level){.delay_s = 600, .groups = 1};
    b->plan.levels[2] = (struct aw_level){.delay_s = 1200, .groups = AW_GROUPS_ALL};
    b->plan.claim_s = 900;
    b->plan.ring_s = 120;
    b->rules = (struct aw_ladder_rules){.plan = &b->plan, .groups = 1};
    aw_ladder_init(&b->ladder, T0);
    watch(b, T0 + 3600, T0 + 86400, T0);
}

/* Lets time pass on a healthy path: it was proved a while before, too. */
static size_t tick(struct bed *b, uint64_t at_s)
{
    b->out.count = 0;
    if (at_s > b->ladder.now_s + AW_LADDER_SETTLE_S)
        aw_ladder_path(&b->ladder, &b->rules, at_s - AW_LADDER_SETTLE_S, at_s - AW_LADDER_SETTLE_S,
                       &b->out);
    aw_ladder_tick(&b->ladder, &b->rules, at_s, &b->out);
    aw_ladder_path(&b->ladder, &b->rules, at_s, at_s, &b->out);
    return b->out.count;
}

/* Goal: the deadline is not late a second early, and each move has its deadline.
 * Method: the last second before each, and the second itself. */
static void test_edges(void)
{
    struct bed b;

    set_up(&b);
    T_EQ(b.ladder.deadline_s, T0 + 3600);
    T_EQ(tick(&b, T0 + 3599), 0);
    T_EQ(tick(&b, T0 + 3600), 1);
    T_EQ(b.out.events[0].kind, AW_EVENT_LATE);
    T_EQ(tick(&b, T0 + 3810), 0);
    T_EQ(b.ladder.deadline_s, T0 + 3900);
    T_EQ(tick(&b, T0 + 3899), 0);
    T_EQ(tick(&b, T0 + 3900), 1);
    T_EQ(b.out.events[0].kind, AW_EVENT_RING);
    T_EQ(b.ladder.cause, AW_WHY_CHECKIN);
    T_EQ(b.ladder.deadline_s, T0 + 4020);
    T_EQ(tick(&b, T0 + 1), 0); /* time does not go back */
    T_EQ(b.ladder.now_s, T0 + 3900);
}

static size_t prove(struct bed *b, uint64_t at_s)
{
    b->out.count = 0;
    aw_ladder_path(&b->ladder, &b->rules, at_s, at_s, &b->out);
    return b->out.count;
}

/* Goal: after an outage over a deadline nobody is rung before her device had time to come back
 * [CO-26]; a device that dozed through the end of grace is not delayed.
 * Method: no proof before long after grace; then proofs apart by what it takes, with and without
 * her call; a first proof just before grace is used up, the second one late. */
static void test_outage(void)
{
    struct bed b;

    for (int comes_back = 0; comes_back < 2; comes_back++) {
        set_up(&b);
        aw_ladder_tick(&b.ladder, &b.rules, T0 + 3900, &b.out);
        T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
        (void)prove(&b, T0 + 5000);
        T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
        T_EQ(prove(&b, T0 + 5089), 0);
        T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
        if (comes_back == 1)
            watch(&b, T0 + 9000, T0 + 86400, T0 + 5089);
        (void)prove(&b, T0 + 5090);
        T_EQ(b.ladder.state, comes_back == 1 ? AW_LADDER_FINE : AW_LADDER_MISSED);
        T_EQ(b.ladder.level, comes_back == 1 ? 0 : 2); /* they count from the end of grace */
    }

    set_up(&b);
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 3810, &b.out);
    (void)prove(&b, T0 + 3810);
    b.out.count = 0;
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 4400, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_SUSPECT);
    (void)prove(&b, T0 + 4400);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
}

/* Goal: a claim holds a level once, never the last, and its end lets what is due begin at once.
 * Method: claims at each level. */
static void test_claims(void)
{
    struct bed b;

    set_up(&b);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0, &b.out), AW_E_STATE);
    (void)tick(&b, T0 + 3900 + 500);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 4400, &b.out), AW_OK);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 4500, &b.out), AW_E_LIMIT);
    T_EQ(tick(&b, T0 + 3900 + 700), 0); /* level 2 is held */
    T_EQ(b.ladder.level, 1);
    (void)tick(&b, T0 + 4400 + 900); /* the last level began at 5100 in spite of the claim */
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
    struct bed b;

    set_up(&b);
    (void)tick(&b, T0 + 4000);
    T_EQ(aw_ladder_confirm(&b.ladder, &b.rules, T0 + 4000, &b.out), AW_OK);
    T_EQ(aw_ladder_claim(&b.ladder, &b.rules, T0 + 4000, &b.out), AW_OK);
    b.out.count = 0;
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_DURESS, 50, T0 + 4010, T0 + 4010, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_ALARM);
    T_EQ(b.ladder.incident_id, 1);
    T_TRUE(!b.ladder.confirmed);
    T_EQ(b.out.events[0].kind, AW_EVENT_RING);
    watch(&b, T0 + 90000, T0 + 90000, T0 + 4020);
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
    struct bed b;

    set_up(&b);
    (void)tick(&b, T0 + 4000);
    watch(&b, T0 + 8000, T0 + 86400, T0 + 4100);
    aw_ladder_safe(&b.ladder, &b.rules, 9, T0 + 4100, T0 + 4100, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_RESUMED);
    T_EQ(tick(&b, T0 + 4999), 0);
    T_EQ(tick(&b, T0 + 5000), 1);
    T_EQ(b.out.events[0].kind, AW_EVENT_CONFIRM);
    (void)tick(&b, T0 + 8300);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    T_EQ(b.ladder.level, 1);
    T_TRUE(!b.ladder.safe_seen);

    b.plan.relaxed = true;
    watch(&b, T0 + 20000, T0 + 86400, T0 + 8400);
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
    struct bed b;

    set_up(&b);
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

int main(void)
{
    T_RUN(test_edges);
    T_RUN(test_outage);
    T_RUN(test_claims);
    T_RUN(test_alarm_over_missed);
    T_RUN(test_resumed);
    T_RUN(test_alarm_from_idle);
    return t_end();
}
