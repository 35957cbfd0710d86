/* SPDX-License-Identifier: ISC */
#include "core/watch.h"

#include "test.h"

#define T0 UINT32_C(1790000000)

/* Goal: [CO-8] the base of a deadline is the earliest of three clocks, and says whose it is.
 * Method: each clock in turn is the earliest, by a second; then two are equal. */
static void test_base(void)
{
    struct aw_contact_call call = {.issued_at_s = T0, .deposited_at_s = T0, .received_at_s = T0};
    enum aw_why_clock clock;

    T_EQ(aw_watch_base_s(&call, 0, &clock), T0);
    T_EQ(clock, AW_CLOCK_MINE);
    call.deposited_at_s = T0 - 1;
    T_EQ(aw_watch_base_s(&call, 0, &clock), T0 - 1);
    T_EQ(clock, AW_CLOCK_RELAY);
    call.issued_at_s = T0 - 1; /* the relay says the same */
    T_EQ(aw_watch_base_s(&call, 0, &clock), T0 - 1);
    T_EQ(clock, AW_CLOCK_RELAY);
    call.issued_at_s = T0 - 2;
    T_EQ(aw_watch_base_s(&call, 0, &clock), T0 - 2);
    T_EQ(clock, AW_CLOCK_HERS);
}

/* Goal: she cannot have named a reply before it was made: a slow clock of hers costs nothing, and
 * a reply from the future gains nothing.
 * Method: the reply before, at, and after the base, and after the arrival. */
static void test_reply(void)
{
    const struct aw_contact_call call = {
        .issued_at_s = T0 - 100, .deposited_at_s = T0 - 10, .received_at_s = T0};
    enum aw_why_clock clock;

    T_EQ(aw_watch_base_s(&call, T0 - 101, &clock), T0 - 100);
    T_EQ(clock, AW_CLOCK_HERS);
    T_EQ(aw_watch_base_s(&call, T0 - 100, &clock), T0 - 100);
    T_EQ(clock, AW_CLOCK_HERS);
    T_EQ(aw_watch_base_s(&call, T0 - 99, &clock), T0 - 99);
    T_EQ(clock, AW_CLOCK_REPLY);
    T_EQ(aw_watch_base_s(&call, T0 + 5000, &clock), T0);
    T_EQ(clock, AW_CLOCK_REPLY);
}

/* Goal: a newer statement is not older than the one before it, whatever its clocks say.
 * Method: two statements, the second with an earlier clock; then one that is newer. */
static void test_take(void)
{
    struct aw_contact_call call = {
        .seq = 1, .issued_at_s = T0, .deposited_at_s = T0 + 5, .received_at_s = T0 + 9};
    struct aw_watch w = {0};

    aw_watch_take(&w, &call, T0 + 50);
    T_EQ(w.base_s, T0 + 9);
    T_EQ(w.clock, AW_CLOCK_REPLY);
    T_EQ(w.replied_at_s, T0 + 9);
    call.seq = 2;
    aw_watch_take(&w, &call, 0);
    T_EQ(w.call.seq, 2);
    T_EQ(w.base_s, T0 + 9);
    T_EQ(w.clock, AW_CLOCK_REPLY);
    T_EQ(w.replied_at_s, 0);
    call.issued_at_s = T0 + 9; /* the same moment, by her own clock */
    call.deposited_at_s = call.received_at_s = T0 + 10;
    aw_watch_take(&w, &call, 0);
    T_EQ(w.base_s, T0 + 9);
    T_EQ(w.clock, AW_CLOCK_HERS);
}

/* Goal: a deadline is the earlier of the plan's and valid_for, and the device's the earlier of
 * valid_for and its interval; both count from when two humans had spoken to her, if that is later.
 * spec/07-contact.md §4: "The due time MUST be the earlier of what the plan in force says for the
 * base, and the base plus valid_for."
 * Method: valid_for on both sides of each; the floor on both sides of the base; no statement. */
static void test_due(void)
{
    struct aw_contact_call call = {
        .seq = 1, .issued_at_s = T0, .deposited_at_s = T0, .received_at_s = T0};
    struct aw_plan plan;
    struct aw_watch w = {0};
    uint64_t planned_s;

    aw_plan_default(&plan, 2);
    plan.beat_s = 1000;
    plan.beat_grace_s = 300;
    T_EQ(aw_watch_checkin_due_s(&w, &plan, 0), AW_NO_TIME);
    T_EQ(aw_watch_beat_due_s(&w, &plan, 0), AW_NO_TIME);
    planned_s = aw_plan_due_s(&plan, T0);
    T_TRUE(planned_s > T0 + 1100 && planned_s != AW_NO_TIME);

    call.valid_for_s = (uint32_t)(planned_s - T0) + 1;
    aw_watch_take(&w, &call, 0);
    T_EQ(aw_watch_checkin_due_s(&w, &plan, 0), planned_s);
    T_EQ(aw_watch_beat_due_s(&w, &plan, 0), T0 + 1300);
    call.valid_for_s -= 2;
    aw_watch_take(&w, &call, 0);
    T_EQ(aw_watch_checkin_due_s(&w, &plan, 0), planned_s - 1);
    call.valid_for_s = 999;
    aw_watch_take(&w, &call, 0);
    T_EQ(aw_watch_beat_due_s(&w, &plan, 0), T0 + 1299);
    T_EQ(aw_watch_checkin_due_s(&w, &plan, T0 - 7), T0 + 999);
    T_EQ(aw_watch_checkin_due_s(&w, &plan, T0 + 7), T0 + 1006);
    T_EQ(aw_watch_beat_due_s(&w, &plan, T0 + 7), T0 + 1306);
}

/* Goal: a statement that hers or the relay's clock puts long after its base is in doubt; one that
 * only the future explains is not.
 * Method: each clock at the last second that is not, and a second more. */
static void test_doubtful(void)
{
    struct aw_watch w = {.base_s = T0};

    w.call.received_at_s = T0 + 100000;
    w.call.issued_at_s = w.call.deposited_at_s = T0 + AW_SKEW_MAX_S;
    T_TRUE(!aw_watch_is_doubtful(&w));
    w.call.issued_at_s++;
    T_TRUE(aw_watch_is_doubtful(&w));
    w.call.issued_at_s--;
    w.call.deposited_at_s++;
    T_TRUE(aw_watch_is_doubtful(&w));
    w.call.received_at_s = T0 + AW_SKEW_MAX_S; /* no clock counts beyond the arrival */
    w.call.issued_at_s = w.call.deposited_at_s = T0 + 200000;
    T_TRUE(!aw_watch_is_doubtful(&w));
}

/* Goal: each clock that is off by more than ten minutes is named, and no other.
 * Method: each at the last second that is not, and a second more; a reply later than the arrival
 * accuses nobody. */
static void test_skew(void)
{
    const struct aw_contact_call right = {
        .issued_at_s = T0, .deposited_at_s = T0, .received_at_s = T0};
    struct aw_contact_call call = right;

    T_EQ(aw_watch_skew(&call, 0), 0);
    call.issued_at_s = T0 + AW_SKEW_MAX_S;
    T_EQ(aw_watch_skew(&call, 0), 0);
    call.issued_at_s++;
    T_EQ(aw_watch_skew(&call, 0), AW_SKEW_HERS_FAST);
    call = right;
    call.deposited_at_s = T0 + AW_SKEW_MAX_S;
    T_EQ(aw_watch_skew(&call, 0), 0);
    call.deposited_at_s++;
    T_EQ(aw_watch_skew(&call, 0), AW_SKEW_RELAY_FAST);

    call = right;
    call.received_at_s = T0 + AW_SKEW_MAX_S;
    T_EQ(aw_watch_skew(&call, T0 + AW_SKEW_MAX_S), 0);
    T_EQ(aw_watch_skew(&call, T0 + 50000), 0);
    call.received_at_s++;
    call.deposited_at_s++;
    T_EQ(aw_watch_skew(&call, T0 + AW_SKEW_MAX_S + 1), AW_SKEW_HERS_SLOW);
    T_EQ(aw_watch_skew(&call, 0), 0); /* no reply: slow is only old */
    call.deposited_at_s--;
    call.issued_at_s++;
    T_EQ(aw_watch_skew(&call, T0 + AW_SKEW_MAX_S + 1), AW_SKEW_RELAY_SLOW);
    call.issued_at_s = T0 + 20000;
    T_EQ(aw_watch_skew(&call, T0 + AW_SKEW_MAX_S + 1), AW_SKEW_HERS_FAST | AW_SKEW_RELAY_SLOW);
}

int main(void)
{
    T_RUN(test_base);
    T_RUN(test_reply);
    T_RUN(test_take);
    T_RUN(test_due);
    T_RUN(test_doubtful);
    T_RUN(test_skew);
    return t_end();
}
