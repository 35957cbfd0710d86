/* SPDX-License-Identifier: ISC */
#include "support/circle.h"

#include "core/contact_impl.h"

/* What a contact makes of a switch that a relay delivers, or does not (spec/07-contact.md §13). */

static void set_up(struct circle *c, uint64_t seed)
{
    circle_init(c, 1, seed);
    circle_set_up(c);
    circle_checkin(c, circle_safe);
    circle_run(c, 60);
    circle_forget_events(c);
    T_TRUE(c->switch_count > 0);
}

static uint64_t longest_s(const struct circle *c)
{
    struct aw_plan plan;

    T_EQ(aw_contact_plan(c->hosts[1].contact, &plan), AW_OK);
    return (uint64_t)plan.beat_s + plan.beat_grace_s + 120;
}

/* Goal: an honest relay is never accused, in calm, in silence, and over restarts; what it delivers
 * moves nothing (CO-80).
 * Method: a day of beats and check-ins with switches; then silence; the same without switches: the
 * ladder does the same at the same time. */
static void test_honest(void)
{
    struct aw_why why[2];

    for (int k = 0; k < 2; k++) {
        struct circle c;

        set_up(&c, 81);
        c.has_switches = k == 0;
        for (int h = 0; h < 24; h++) {
            circle_run(&c, 50 * MIN_S);
            circle_checkin(&c, circle_safe);
            circle_run(&c, 10 * MIN_S);
        }
        c.hosts[0].is_asleep = true;
        circle_run(&c, longest_s(&c) + HOUR_S);
        circle_restart(&c, 1);
        circle_run(&c, 60);
        aw_contact_path(c.hosts[1].contact, 0, (uint32_t)circle_now_s(&c), 0, circle_now(&c, 1));
        circle_pump(&c);
        T_EQ(circle_events(&c, 1, AW_EVENT_CHEAT), 0);
        T_EQ(circle_events(&c, 1, AW_EVENT_UNHEARD), 0);
        T_EQ(circle_view(&c, 1).refused_count, 0);
        T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
        T_TRUE((contact_of(c.hosts[1].contact)->book.switches[0].due_s == 0) == (k == 0));
        aw_contact_why(c.hosts[1].contact, &why[k]);
        circle_free(&c);
    }
    T_EQ(why[0].decided_at_s, why[1].decided_at_s);
    T_EQ(why[0].level, why[1].level);
}

/* Goal: a switch that is let go of before its time is an event that names the relay, and changes
 * nothing else; it stays known over a restart (CO-81).
 * Method: each switch is delivered a minute after it was armed, and a second before its time. */
static void test_early(void)
{
    for (int k = 0; k < 2; k++) {
        struct circle c;
        const struct aw_event *e = NULL;

        set_up(&c, 82);
        c.hosts[0].is_asleep = true;
        c.has_switches = true;
        for (size_t i = 0; i < c.switch_count; i++)
            c.switches[i].fires_ms = k == 0 ? c.mono_ms + 60000 : c.switches[i].fires_ms - 90000;
        circle_run(&c, k == 0 ? 120 : longest_s(&c));
        T_EQ(circle_events(&c, 1, AW_EVENT_CHEAT), 1);
        for (size_t i = 0; i < c.hosts[1].event_count; i++) {
            if (c.hosts[1].events[i].kind == AW_EVENT_CHEAT)
                e = &c.hosts[1].events[i];
        }
        T_REQUIRE(e != NULL);
        T_EQ(e->relay, 1);
        T_EQ(e->urgency, AW_URGENCY_NOTICE);
        T_EQ(circle_view(&c, 1).state == AW_LADDER_FINE, k == 0);
        circle_restart(&c, 1);
        T_TRUE(circle_view(&c, 1).relays[0].was_early);
        T_TRUE(!circle_view(&c, 1).relays[0].was_withheld);
        circle_free(&c);
    }
}

static unsigned drop_hers(struct circle *c, const struct circle_cell *cell)
{
    (void)c;
    return cell->from == 0 ? 0 : 1;
}

/* Goal: a switch tells of a statement that never arrived: an event, no deadline moves; it is over
 * when she is heard again (CO-80).
 * Method: her cells are dropped, her switches not; then they pass again. */
static void test_unheard(void)
{
    struct circle c;
    struct aw_contact_view before;

    set_up(&c, 83);
    before = circle_view(&c, 1);
    c.fate = drop_hers;
    circle_checkin(&c, circle_safe);
    circle_run(&c, 60);
    c.hosts[0].is_asleep = true;
    c.has_switches = true;
    circle_run(&c, longest_s(&c) + 60);
    T_EQ(circle_events(&c, 1, AW_EVENT_UNHEARD), 1);
    T_EQ(circle_events(&c, 1, AW_EVENT_CHEAT), 0);
    T_EQ(circle_view(&c, 1).checkin_due_s, before.checkin_due_s);
    T_TRUE(circle_view(&c, 1).unheard_seq > before.newest.seq);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
    c.fate = NULL;
    c.hosts[0].is_asleep = false;
    circle_run(&c, 120);
    T_EQ(circle_view(&c, 1).unheard_seq, 0);
    circle_free(&c);
}

/* Goal: a relay that proves that nothing waits, long after it had to let go of a switch, kept it
 * back: an event, once, over a restart too, and not before it may have been down (CO-83).
 * Method: silence without switches; proofs before and after the last time at which an honest relay
 * delivers. */
static void test_withheld(void)
{
    struct circle c;

    set_up(&c, 84);
    c.hosts[0].is_asleep = true;
    circle_run(&c, longest_s(&c) + 12 * HOUR_S);
    aw_contact_path(c.hosts[1].contact, 0, (uint32_t)circle_now_s(&c), 0, circle_now(&c, 1));
    circle_pump(&c);
    T_EQ(circle_events(&c, 1, AW_EVENT_CHEAT), 0);
    circle_restart(&c, 1);
    circle_run(&c, 11 * MIN_S);
    for (int i = 0; i < 2; i++) {
        aw_contact_path(c.hosts[1].contact, 0, (uint32_t)circle_now_s(&c), (uint32_t)(1 - i),
                        circle_now(&c, 1));
        circle_pump(&c);
        T_EQ(circle_events(&c, 1, AW_EVENT_CHEAT), (size_t)i); /* what waits may be it */
    }
    T_TRUE(circle_view(&c, 1).relays[0].was_withheld);
    T_TRUE(!circle_view(&c, 1).relays[0].was_early);
    aw_contact_path(c.hosts[1].contact, 0, (uint32_t)circle_now_s(&c), 0, circle_now(&c, 1));
    circle_pump(&c);
    T_EQ(circle_events(&c, 1, AW_EVENT_CHEAT), 1);
    c.hosts[0].is_asleep = false;
    circle_run(&c, 120);
    T_TRUE(!circle_view(&c, 1).relays[0].was_withheld);
    circle_free(&c);
}

/* ---- Three relays ---- */

#define RELAYS 3

enum conduct { IN_TIME, EARLY, WITHHELD };

/* Which of the relays a switch is at, from 0. */
static size_t relay_of(const struct circle *c, const struct circle_switch *sw)
{
    static struct aw_mailbox boxes[AW_CONTACT_MAILBOX_MAX];
    size_t count = aw_contact_mailboxes(c->hosts[1].contact, boxes);

    for (size_t i = 0; i < count; i++) {
        if (memcmp(boxes[i].deposit_capability, sw->cell.capability, 32) == 0)
            return boxes[i].id;
    }
    return RELAYS; /* of nobody */
}

/* She falls silent, and each relay does with its switch what it wants. */
static void set_up_three(struct circle *c, const enum conduct conduct[RELAYS])
{
    circle_init(c, 1, 85);
    c->relay_count = RELAYS;
    circle_set_up(c);
    circle_checkin(c, circle_safe);
    circle_run(c, 60);
    circle_forget_events(c);
    c->hosts[0].is_asleep = true;
    c->has_switches = true;
    T_EQ(c->switch_count, RELAYS);
    for (size_t i = 0; i < c->switch_count; i++) {
        size_t relay = relay_of(c, &c->switches[i]);

        T_REQUIRE(relay < RELAYS);
        if (conduct[relay] == EARLY)
            c->switches[i].fires_ms = c->mono_ms + 60000;
        if (conduct[relay] == WITHHELD)
            c->switches[i].fires_ms = AW_TIME_NEVER;
    }
}

/* All three say that nothing waits. */
static void prove_three(struct circle *c)
{
    for (uint32_t id = 0; id < RELAYS; id++)
        aw_contact_path(c->hosts[1].contact, id, (uint32_t)circle_now_s(c), 0, circle_now(c, 1));
    circle_pump(c);
}

/* Exactly those relays are named whose conduct is that, each once. */
static void expect_named(const struct circle *c, const enum conduct conduct[RELAYS],
                         enum conduct what)
{
    const struct aw_contact_view view = circle_view(c, 1);

    for (size_t i = 0; i < RELAYS; i++) {
        size_t named = 0;

        for (size_t e = 0; e < c->hosts[1].event_count; e++)
            named += c->hosts[1].events[e].kind == AW_EVENT_CHEAT &&
                     c->hosts[1].events[e].relay == i + 1;
        T_EQ(named, conduct[i] == what);
        T_EQ(view.relays[i].was_early, conduct[i] == EARLY);
        T_EQ(view.relays[i].was_withheld, what == WITHHELD && conduct[i] == WITHHELD);
    }
}

/* Goal: of three relays just those are named that let a switch go too early, or kept it back; with
 * one that delivers, or with none, and whoever the honest ones are. The ladder does the same at the
 * same time as with three honest ones (CO-80, CO-81, CO-83, CO-96).
 * Method: every place of the one who is not honest, and of the one who is; silence, with proofs of
 * all three just before and just after the last time at which an honest relay delivers. */
static void test_three_relays(void)
{
    static const enum conduct rows[][RELAYS] = {
        {IN_TIME, IN_TIME, IN_TIME},    {EARLY, IN_TIME, IN_TIME},
        {IN_TIME, EARLY, IN_TIME},      {IN_TIME, IN_TIME, EARLY},
        {WITHHELD, IN_TIME, IN_TIME},   {IN_TIME, WITHHELD, IN_TIME},
        {IN_TIME, IN_TIME, WITHHELD},   {WITHHELD, WITHHELD, IN_TIME},
        {WITHHELD, IN_TIME, WITHHELD},  {IN_TIME, WITHHELD, WITHHELD},
        {WITHHELD, WITHHELD, WITHHELD}, {EARLY, WITHHELD, IN_TIME},
        {IN_TIME, EARLY, EARLY},
    };
    struct aw_why honest = {0};

    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct circle c;
        struct aw_why why;

        set_up_three(&c, rows[k]);
        circle_run(&c, 120);
        T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
        expect_named(&c, rows[k], EARLY);
        circle_run(&c, longest_s(&c) + 12 * HOUR_S);
        prove_three(&c);
        expect_named(&c, rows[k], EARLY);
        circle_forget_events(&c);
        circle_restart(&c, 1);
        circle_run(&c, 11 * MIN_S);
        prove_three(&c);
        expect_named(&c, rows[k], WITHHELD);
        T_EQ(circle_events(&c, 1, AW_EVENT_UNHEARD), 0);
        T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
        aw_contact_why(c.hosts[1].contact, &why);
        honest = k == 0 ? why : honest;
        T_EQ(why.decided_at_s, honest.decided_at_s);
        T_EQ(why.level, honest.level);
        T_EQ(why.missed_s, honest.missed_s);
        circle_free(&c);
    }
}

int main(void)
{
    T_RUN(test_three_relays);
    T_RUN(test_honest);
    T_RUN(test_early);
    T_RUN(test_unheard);
    T_RUN(test_withheld);
    return t_end();
}
