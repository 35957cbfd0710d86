/* SPDX-License-Identifier: ISC */
#include "support/attacker.h"

#include "base/assert.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"
#include "crypto/kdf.h"

#include <time.h>

/* Whose silence it is: hers, the path's, or one's own sleep (spec/07-contact.md §5.1). */

/* A plan in which only check-ins fall due: grace 10 min, levels at 0, 10, 20, ceiling 30 min. */
static void set_up(struct circle *c, size_t contacts, uint64_t seed)
{
    struct aw_plan plan;

    circle_init(c, contacts, seed);
    circle_set_up(c);
    T_EQ(aw_subject_plan(c->hosts[0].subject, &plan), AW_OK);
    plan.council.ceiling_s = 30 * MIN_S;
    plan.beat_grace_s = 31 * 24 * HOUR_S;
    T_EQ(aw_subject_plan_set(c->hosts[0].subject, &plan, NULL, circle_safe, circle_now(c, 0)),
         AW_OK);
    circle_run(c, 120);
    circle_checkin(c, circle_safe);
    circle_run(c, 60);
    circle_forget_events(c);
}

static size_t rings(const struct circle *c, size_t host)
{
    size_t count = 0;

    for (size_t i = 0; i < c->hosts[host].event_count; i++)
        count += c->hosts[host].events[i].urgency == AW_URGENCY_RING;
    return count;
}

/* Goal: on a path that is down the human hears "cannot tell" at the time of level 1, once; a proof
 * makes it a miss with levels counted from when grace was used up; without one the ceiling does,
 * blind, and a later proof ends that (CO-26, CO-27, CO-28).
 * Method: silence with the path cut; the path comes back before the ceiling, after it, never. */
static void test_path_down(void)
{
    for (int k = 0; k < 3; k++) {
        struct circle c;

        set_up(&c, 1, 71);
        c.hosts[1].is_unproved = true;
        c.hosts[0].is_asleep = true;
        circle_run(&c, HOUR_S + 10 * MIN_S);
        T_EQ(circle_view(&c, 1).state, AW_LADDER_SUSPECT);
        T_TRUE(circle_view(&c, 1).suspect_since_s != 0);
        T_EQ(circle_view(&c, 1).level, 0);
        T_EQ(rings(&c, 1), 1);
        T_EQ(circle_events(&c, 1, AW_EVENT_UNSURE), 1);
        circle_run(&c, 15 * MIN_S);
        T_EQ(rings(&c, 1), 1);
        c.hosts[1].is_unproved = k > 0;
        circle_run(&c, 2 * MIN_S);
        T_EQ(circle_view(&c, 1).state, k == 0 ? AW_LADDER_MISSED : AW_LADDER_SUSPECT);
        T_EQ(circle_view(&c, 1).level, k == 0 ? 2 : 0);
        T_TRUE(!circle_view(&c, 1).blind);
        if (k > 0) {
            circle_restart(&c, 1); /* nothing is put off by that (CO-29) */
            circle_run(&c, 14 * MIN_S);
            T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
            T_EQ(circle_view(&c, 1).level, 3);
            T_TRUE(circle_view(&c, 1).blind);
        }
        if (k == 1) {
            c.hosts[1].is_unproved = false;
            circle_run(&c, 2 * MIN_S);
            T_TRUE(!circle_view(&c, 1).blind);
        }
        circle_free(&c);
    }
}

/* Goal: a host that asks every 31 s, and never else, finds out in time: a silence is known within
 * 34 s after grace was used up, and nobody hears that a healthy path cannot tell (CO-62). Method:
 * three contacts whose intervals begin apart, silence at 31 moments of them. */
static void test_every_31_s(void)
{
    for (uint64_t s = 0; s < 31; s++) {
        struct circle c;
        size_t missed = 0;

        set_up(&c, 3, 79);
        c.has_interval = true;
        circle_run(&c, 10 * MIN_S + s);
        circle_checkin(&c, circle_safe);
        c.hosts[0].is_asleep = true;
        circle_run(&c, HOUR_S + 10 * MIN_S - 1);
        for (size_t n = 1; n <= 3; n++)
            T_EQ(circle_view(&c, n).state, AW_LADDER_OVERDUE);
        circle_run(&c, 35);
        for (size_t n = 1; n <= 3; n++) {
            missed += circle_view(&c, n).state == AW_LADDER_MISSED;
            T_EQ(circle_events(&c, n, AW_EVENT_UNSURE), 0);
        }
        T_EQ(missed, 3);
        circle_free(&c);
    }
}

/* Goal: what was only suspected and comes back is no incident; the human who heard of it hears
 * that, too. Method: "cannot tell", then her check-in. */
static void test_back_from_suspect(void)
{
    struct circle c;

    set_up(&c, 1, 72);
    c.hosts[1].is_offline = true;
    circle_run(&c, 75 * MIN_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_SUSPECT);
    circle_checkin(&c, circle_safe);
    c.hosts[1].is_offline = false;
    circle_pump(&c);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    T_EQ(circle_view(&c, 1).incident_id, 0);
    T_EQ(circle_events(&c, 1, AW_EVENT_BACK), 1);
    circle_free(&c);
}

/* Goal: a watcher who wakes after a day asleep hears nothing, for she was well all along; and when
 * she was not, one stream in order: late, then rings.
 * Method: asleep for a day with check-ins, and without. */
static void test_wakes_after_a_day(void)
{
    for (int k = 0; k < 2; k++) {
        struct circle c;
        uint64_t before_s = 0;

        set_up(&c, 1, 73);
        c.hosts[1].is_asleep = true;
        for (int h = 0; h < 24; h++) {
            circle_run(&c, 50 * MIN_S);
            if (k == 0)
                circle_checkin(&c, circle_safe);
        }
        c.hosts[0].is_asleep = k == 1;
        c.hosts[1].is_asleep = false;
        circle_run(&c, 90);
        T_EQ(circle_view(&c, 1).state, k == 0 ? AW_LADDER_FINE : AW_LADDER_MISSED);
        T_EQ(rings(&c, 1) == 0, k == 0);
        T_EQ(circle_events(&c, 1, AW_EVENT_UNSURE), 0); /* the relay answered in time */
        T_EQ(circle_events(&c, 1, AW_EVENT_LATE), 1);
        for (size_t i = 0; i < c.hosts[1].event_count; i++) {
            const struct aw_event *e = &c.hosts[1].events[i];

            if (e->kind != AW_EVENT_LATE && e->kind != AW_EVENT_RING)
                continue;
            T_TRUE(e->at_s >= before_s);
            before_s = e->at_s;
        }
        circle_free(&c);
    }
}

/* The relay's mailbox: of what waits for a sleeper it keeps the oldest 32 and the newest 32. */
static void keep_64(struct circle *c)
{
    size_t hers = 0;

    for (size_t i = 0; i < c->cell_count; i++)
        hers += c->cells[i].from == 0 && c->cells[i].len == AW_RELAY_CELL_LEN;
    if (hers <= AW_RELAY_OLDEST + AW_RELAY_NEWEST)
        return;
    hers = 0;
    for (size_t i = 0; i < c->cell_count; i++) {
        if (c->cells[i].from != 0 || c->cells[i].len != AW_RELAY_CELL_LEN)
            continue;
        if (hers++ < AW_RELAY_OLDEST)
            continue;
        free(c->cells[i].bytes);
        memmove(&c->cells[i], &c->cells[i + 1], (c->cell_count - i - 1) * sizeof c->cells[0]);
        c->cell_count--;
        return;
    }
}

/* As if she had sent `count` beats that the relay has dropped since: numbers and keys move on. */
static void skip_beats(struct circle *c, uint32_t count)
{
    struct subject *s = subject_of(c->hosts[0].subject);
    struct aw_channel *ch = &s->people[0].channel;
    struct aw_epoch *const epochs[] = {&ch->cur, &ch->next};

    for (size_t i = 0; i < 2; i++) {
        struct aw_ratchet *r = &epochs[i]->send[aw_epoch_lane(AW_LANE_CELL)];

        if (!epochs[i]->live)
            continue;
        aw_chain_skip(r->chain, count);
        r->next_index += count;
    }
    s->core.seq += count;
}

static void beats(struct circle *c, unsigned minutes)
{
    for (unsigned i = 0; i < minutes; i++) {
        circle_run(c, 60);
        keep_64(c);
    }
}

/* Goal: a contact on holiday for 90 days at a 60 s cadence catches up in well under a second, and
 * misses no word, the newest SOS among them (attack 11).
 * Method: beats every minute into the relay's mailbox of 64 cells, a duress word early on, an SOS
 * on the last day; he wakes; processor time is taken. Most of the 129,600 beats, which the relay
 * drops, are skipped: only their numbers and keys are used up. */
static void test_attack_11_ninety_days(void)
{
    const uint32_t days_s = 90 * 24 * HOUR_S;
    struct circle c;
    struct aw_plan plan;
    struct aw_person her_view;
    uint32_t seq = 0;
    clock_t begin;

    circle_init(&c, 1, 11);
    circle_set_up(&c);
    T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
    plan.beat_s = 60;
    plan.schedule[0].every_s = 24 * HOUR_S;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 120);
    c.hosts[1].is_asleep = true;
    beats(&c, 5);
    circle_checkin(&c, circle_duress);
    beats(&c, 35);
    skip_beats(&c, days_s / 60);
    c.hosts[0].is_asleep = true;
    circle_run(&c, days_s);
    c.hosts[0].is_asleep = false;
    beats(&c, 20);
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, &seq, circle_now(&c, 0)), AW_OK);
    beats(&c, 20);
    T_TRUE(c.cell_count >= 60);
    c.hosts[1].is_asleep = false;
    begin = clock();
    aw_contact_tick(c.hosts[1].contact, circle_now(&c, 1));
    circle_pump(&c);
    if (!t_under_valgrind())
        T_TRUE((double)(clock() - begin) / CLOCKS_PER_SEC < 1);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_DURESS);
    circle_run(&c, 20 * MIN_S);
    T_TRUE(circle_view(&c, 1).newest.seq > days_s / 60);
    T_EQ(contact_of(c.hosts[1].contact)->ladder.alarm_id, seq);
    T_EQ(aw_subject_person(c.hosts[0].subject, 1, &her_view), AW_OK);
    T_EQ(her_view.words_waiting, 0);
    circle_free(&c);
}

/* Goal: links that flap exactly at each deadline hold nothing up: "cannot tell" is heard at level
 * 1's time and the ceiling holds, whatever the flapping (attack 17). Method: the path is cut a
 * second before each deadline and healed right after, again and again. */
static void test_attack_17_flapping(void)
{
    struct circle c;

    set_up(&c, 1, 17);
    c.hosts[0].is_asleep = true;
    c.hosts[1].is_unproved = true; /* up, but whatever is asked at a deadline is lost */
    circle_run(&c, HOUR_S + 8 * MIN_S);
    for (int s = 0; s < 200; s++) {
        aw_contact_kick(c.hosts[1].contact, circle_now(&c, 1));
        aw_contact_path(c.hosts[1].contact, 0, (uint32_t)circle_now_s(&c), 1, circle_now(&c, 1));
        circle_run(&c, 1);
    }
    T_EQ(circle_view(&c, 1).state, AW_LADDER_SUSPECT);
    T_EQ(circle_events(&c, 1, AW_EVENT_UNSURE), 1);
    for (int m = 0; m < 30; m++) {
        circle_restart(&c, 1);
        circle_run(&c, 60);
    }
    T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
    T_EQ(circle_view(&c, 1).incident_id, 1);
    circle_free(&c);
}

/* Nothing of hers passes; what the relay keeps of it is on the tape. */
static unsigned hold_hers(struct circle *c, const struct circle_cell *cell)
{
    (void)c;
    return cell->from == 0 ? 0 : 1;
}

/* Time passes, and each cell of hers comes out a day late, stamped then. */
static void run_late(struct circle *c, const struct tape *tape, size_t *next, uint64_t minutes)
{
    for (uint64_t i = 0; i < minutes; i++) {
        circle_run(c, MIN_S);
        while (*next < tape->count &&
               tape->cells[*next].deposited_at_s + 24 * HOUR_S <= circle_now_s(c)) {
            const struct circle_cell *cell = &tape->cells[(*next)++];

            /* A switch is held as long as it takes. */
            if (cell->from == 0 && cell->deposited_at_s != 0)
                relay_deposit(c, cell->capability, (struct aw_bytes){cell->bytes, cell->len});
        }
        circle_pump(c);
    }
}

/* She checks in, each cell comes a day late from then on, and a day is over. */
static void call_late(struct circle *c, struct tape *tape, size_t *next, bool dies)
{
    const uint64_t said_s = circle_now_s(c);
    uint32_t seq = 0;

    tape_start(tape, c);
    c->fate = hold_hers;
    T_EQ(aw_subject_checkin(c->hosts[0].subject, circle_safe, NULL, 0, &seq, circle_now(c, 0)),
         AW_OK);
    run_late(c, tape, next, 10);
    c->hosts[0].is_asleep = dies;
    run_late(c, tape, next, 23 * 60 + 49);
    T_TRUE(circle_view(c, 1).checkin.seq < seq);
    run_late(c, tape, next, 1);
    T_EQ(circle_view(c, 1).checkin.seq, seq);
    T_EQ(circle_view(c, 1).checkin.deposited_at_s, said_s + 24 * HOUR_S);
}

/* Goal: attack 25: a relay delivers each cell a day late, stamped at delivery, and proves every
 * path. Where she calls each hour it is a miss before the first one comes, and none of them ends
 * that. Method: a day later they come, hour after hour, safe and old. */
static void test_attack_25_hours_late(void)
{
    struct tape tape;
    struct circle c;
    size_t next = 0;

    set_up(&c, 1, 25);
    call_late(&c, &tape, &next, false);
    T_EQ(circle_events(&c, 1, AW_EVENT_UNSURE), 0);
    for (unsigned i = 0; i < 6; i++) {
        T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
        T_EQ(circle_view(&c, 1).level, 3);
        circle_checkin(&c, circle_safe);
        run_late(&c, &tape, &next, 60);
    }
    T_EQ(circle_events(&c, 1, AW_EVENT_BACK) + circle_events(&c, 1, AW_EVENT_CLOSED), 0);
    tape_free(&tape);
    circle_free(&c);
}

/* Goal: the same where she calls every second day: what comes late moves no deadline, and when her
 * phone is silent the humans hear "cannot tell" at level 1's time, and the ceiling escalates. No
 * clock is named: what is old when it comes may have been held back, and contradicts no reply
 * (07 §4). Method: the phone dies ten minutes after the check-in that is held back. */
static void test_attack_25_a_day_late(void)
{
    struct tape tape;
    struct aw_plan plan;
    struct circle c;
    size_t next = 0;
    uint64_t said_s;

    set_up(&c, 1, 26);
    T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
    plan.schedule[0].every_s = 48 * HOUR_S;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 10 * MIN_S);
    T_EQ(circle_view(&c, 1).plan_version, 3);
    said_s = circle_now_s(&c);
    call_late(&c, &tape, &next, true);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    T_EQ(circle_view(&c, 1).checkin_due_s, said_s + 48 * HOUR_S);
    run_late(&c, &tape, &next, 24 * 60 + 10);
    T_EQ(rings(&c, 1), 0);
    run_late(&c, &tape, &next, 1);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_SUSPECT);
    T_EQ(rings(&c, 1), 1);
    T_EQ(circle_events(&c, 1, AW_EVENT_UNSURE), 1);
    run_late(&c, &tape, &next, 28);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_SUSPECT);
    run_late(&c, &tape, &next, 1);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
    T_TRUE(circle_view(&c, 1).blind);
    T_EQ(circle_events(&c, 1, AW_EVENT_CLOCK), 0);
    tape_free(&tape);
    circle_free(&c);
}

/* Goal: engine time follows a wall clock that was set, once that is said, forward only, and goes on
 * with the monotonic clock from there (CO-91).
 * Method: two days are missing; the clock is set, then set back. */
static void test_clock_set(void)
{
    const uint64_t day_ms = UINT64_C(86400000), wall_ms = UINT64_C(1790000000000);
    struct aw_now now = {.mono_ms = 5000, .wall_ms = wall_ms};
    struct aw_timebase tb;

    aw_timebase_init(&tb, wall_ms / 1000 - 60, now);
    now = (struct aw_now){.mono_ms = 65000, .wall_ms = wall_ms + 2 * day_ms};
    T_EQ(aw_timebase_read(&tb, now), wall_ms / 1000 + 60); /* a step moves nothing by itself */
    aw_timebase_set(&tb, now);
    T_EQ(aw_timebase_s(&tb), (wall_ms + 2 * day_ms) / 1000);
    T_EQ(aw_timebase_mono_ms(&tb), 65000);
    T_EQ(aw_timebase_when_ms(&tb, (wall_ms + 2 * day_ms) / 1000 + 10), 75000);
    now = (struct aw_now){.mono_ms = 66000, .wall_ms = wall_ms};
    aw_timebase_set(&tb, now);
    T_EQ(aw_timebase_s(&tb), (wall_ms + 2 * day_ms) / 1000 + 1);
}

int main(void)
{
    T_RUN(test_clock_set);
    T_RUN(test_path_down);
    T_RUN(test_every_31_s);
    T_RUN(test_back_from_suspect);
    T_RUN(test_wakes_after_a_day);
    T_RUN(test_attack_11_ninety_days);
    T_RUN(test_attack_17_flapping);
    T_RUN(test_attack_25_hours_late);
    T_RUN(test_attack_25_a_day_late);
    return t_end();
}
