/* SPDX-License-Identifier: ISC */
#include "support/attacker.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"

/* Devices restored from a backup, through the engines (spec/05-channel.md §7 and §8). */

static struct aw_person person(const struct circle *c, uint8_t n)
{
    struct aw_person p;

    T_EQ(aw_subject_person(c->hosts[0].subject, n, &p), AW_OK);
    return p;
}

/* Nothing from the contacts reaches the phone: it takes no epoch step. */
static unsigned one_way(struct circle *c, const struct circle_cell *cell)
{
    (void)c;
    return cell->from == 0 ? 1 : 0;
}

/* Goal: a duress check-in made on a restored phone before anything was re-established reaches the
 * contact of the circle as duress, once; until then the phone shows no tick for it (CH-20, CH-35,
 * CH-36, SU-19).
 * Method: the phone is copied, then makes a safe check-in that is heard; the copy is put back and
 * makes the duress check-in under the same number. */
static void test_restored_phone_duress_in_the_window(void)
{
    struct image b;
    struct circle c;
    uint32_t seq = 0;

    circle_init(&c, 1, 101);
    circle_set_up(&c);
    b = image_take(&c, 0);
    c.fate = one_way;
    circle_checkin(&c, circle_safe);
    T_EQ(circle_view(&c, 1).checkin.verdict, AW_VERDICT_SAFE);
    c.fate = NULL;
    image_restore(&c, 0, &b);
    circle_forget_events(&c);
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_duress, NULL, 0, &seq, circle_now(&c, 0)),
         AW_OK);
    for (int i = 0; i < 120; i++) {
        circle_run(&c, 1);
        if (circle_view(&c, 1).incident != AW_INCIDENT_DURESS) {
            T_EQ(person(&c, 1).words_waiting, 1);
            T_TRUE(person(&c, 1).seq_device < seq);
        }
    }
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_DURESS);
    T_TRUE(circle_events(&c, 1, AW_EVENT_FORK) + circle_events(&c, 1, AW_EVENT_RESUMED) > 0);
    T_EQ(circle_events(&c, 1, AW_EVENT_CHECKED_IN), 1);
    T_EQ(person(&c, 1).words_waiting, 0);
    T_TRUE(person(&c, 1).seq_device >= seq);
    circle_run(&c, HOUR_S);
    T_EQ(circle_events(&c, 1, AW_EVENT_CHECKED_IN), 1);
    circle_free(&c);
}

/* Goal: a phone restored within an epoch, whose channel works by the first reply, so that nothing
 * is re-established, goes on above what the contact heard of it: its beats count (SU-36). Method:
 * the phone is copied and beats for hours, unanswered; the copy is put back and hears a reply that
 * steps to the next epoch. Then no beat may be missed. */
static void test_restored_phone_goes_on_above(void)
{
    struct image b;
    struct circle c;
    uint32_t seq;

    circle_init(&c, 1, 107);
    circle_set_up(&c);
    circle_run(&c, HOUR_S);
    b = image_take(&c, 0);
    c.fate = one_way;
    circle_run(&c, 10 * HOUR_S);
    circle_checkin(&c, circle_safe);
    seq = circle_view(&c, 1).newest.seq;
    c.fate = NULL;
    image_restore(&c, 0, &b);
    T_TRUE(subject_of(c.hosts[0].subject)->core.seq < seq);
    T_EQ(aw_contact_seen(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, 60);
    T_TRUE(circle_view(&c, 1).newest.seq > seq);
    T_TRUE(person(&c, 1).seq_device > seq);
    circle_free(&c);
}

/* Goal: who is told that it was restored begins at once, and both humans hear of it: of a fresh
 * backup the channel is made anew, of an older one, also of one older than all keys that the other
 * side keeps but the first, it is quarantined (CH-49).
 * Method: the phone and, in turn, the contact; nothing, an hour or days after the backup. */
static void play_told(size_t host, int rounds, enum aw_event_kind kind)
{
    struct image b;
    struct circle c;

    circle_init(&c, 1, 109);
    circle_set_up(&c);
    b = image_take(&c, host);
    for (int i = 0; i < rounds; i++) {
        circle_checkin(&c, circle_safe);
        circle_run(&c, 50 * MIN_S);
    }
    image_restore(&c, host, &b);
    circle_forget_events(&c);
    if (host == 0)
        aw_subject_restored(c.hosts[0].subject, circle_now(&c, 0));
    else
        aw_contact_restored(c.hosts[1].contact, circle_now(&c, 1));
    circle_run(&c, 60);
    T_EQ(circle_events(&c, 0, kind), 1);
    T_EQ(circle_events(&c, 1, kind), 1);
    T_EQ(circle_view(&c, 1).quarantined, kind == AW_EVENT_QUARANTINED);
    T_EQ(person(&c, 1).quarantined, kind == AW_EVENT_QUARANTINED);
    circle_free(&c);
}

static void test_told_that_it_was_restored(void)
{
    for (size_t host = 0; host < 2; host++) {
        play_told(host, 0, AW_EVENT_RESUMED);
        play_told(host, 1, AW_EVENT_QUARANTINED);
        play_told(host, 60, AW_EVENT_QUARANTINED);
    }
}

/* Goal: so does one made on a phone whose backup is epochs old, once the humans compared the words;
 * till then nothing that it says has effect (CH-28, CH-30, CH-41), and both hear of it (CH-29).
 * Method: hours, or a day, after the backup; a duress check-in at once; eight hours later the words
 * are compared. Even the oldest backup finds a key that both know (CH-40). */
static void play_old_phone(int rounds, bool can_judge)
{
    struct aw_contact_view before;
    struct image b;
    struct circle c;

    circle_init(&c, 1, 102);
    circle_set_up(&c);
    b = image_take(&c, 0);
    for (int i = 0; i < rounds; i++) {
        circle_checkin(&c, circle_safe);
        circle_run(&c, 50 * MIN_S);
    }
    image_restore(&c, 0, &b);
    circle_forget_events(&c);
    before = circle_view(&c, 1);
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_duress, NULL, 0, NULL, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 8 * HOUR_S);
    T_TRUE(circle_view(&c, 1).quarantined);
    T_TRUE(person(&c, 1).quarantined);
    T_TRUE(circle_events(&c, 0, AW_EVENT_QUARANTINED) > 0);
    T_TRUE(circle_events(&c, 1, AW_EVENT_QUARANTINED) > 0);
    T_TRUE(circle_view(&c, 1).incident <= AW_INCIDENT_MISSED);
    T_EQ(circle_view(&c, 1).newest.seq, before.newest.seq);
    T_EQ(circle_view(&c, 1).checkin.seq, before.checkin.seq);
    T_EQ(person(&c, 1).words_waiting, 1);
    T_TRUE(contact_of(c.hosts[1].contact)->channel.resumed.epoch.send[0].next_index > 0);

    T_EQ(aw_subject_verify(c.hosts[0].subject, 1, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_contact_verify(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, HOUR_S);
    T_EQ(person(&c, 1).words_waiting, 0);
    T_TRUE(circle_view(&c, 1).newest.seq > before.newest.seq);
    T_EQ(circle_view(&c, 1).incident == AW_INCIDENT_DURESS, can_judge);
    T_EQ(circle_events(&c, 1, AW_EVENT_JUDGE) > 0, !can_judge);
    T_EQ(circle_events(&c, 0, AW_EVENT_AGAIN), can_judge ? 0 : 1); /* exactly where he cannot */
    circle_checkin(&c, circle_duress);
    circle_run(&c, 60);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_DURESS);
    circle_free(&c);
}

/* What her phone shows. */
static struct aw_subject_view her_view(const struct circle *c)
{
    struct aw_subject_view v;

    aw_subject_view(c->hosts[0].subject, &v);
    return v;
}

/* Goal: what was typed on a restored phone and cannot be judged is asked for again, in the same
 * way whichever secret it was and whether or not the contact is in the circle; it is due at once,
 * after a restart, too, and overdue after grace; a check-in ends that (SU-39).
 * Method: a phone restored from a day ago; each secret, in and outside the circle; words compared.
 */
static void test_again_for_every_secret(void)
{
    const uint8_t *const keys[] = {circle_safe, circle_duress, circle_wrong};
    struct aw_subject_view first = {.seq_last = 0};

    for (size_t k = 0; k < 2 * AW_COUNT(keys); k++) {
        struct aw_secrets secrets = {.circle = k < AW_COUNT(keys)};
        struct aw_plan plan;
        struct image b;
        struct circle c;

        circle_init(&c, 1, 108);
        circle_set_up(&c);
        memcpy(secrets.safe_key, circle_safe, sizeof circle_safe);
        memcpy(secrets.duress_key, circle_duress, sizeof circle_duress);
        T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
        T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, &secrets, circle_safe,
                                 circle_now(&c, 0)),
             AW_OK);
        circle_run(&c, 60);
        b = image_take(&c, 0);
        for (int i = 0; i < 30; i++) {
            circle_checkin(&c, circle_safe);
            circle_run(&c, 50 * MIN_S);
        }
        image_restore(&c, 0, &b);
        circle_checkin(&c, keys[k % AW_COUNT(keys)]);
        circle_run(&c, 8 * HOUR_S);
        T_TRUE(person(&c, 1).quarantined);
        circle_checkin(&c, keys[k % AW_COUNT(keys)]);
        circle_forget_events(&c);
        T_EQ(aw_subject_verify(c.hosts[0].subject, 1, circle_now(&c, 0)), AW_OK);
        T_EQ(aw_contact_verify(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
        circle_run(&c, 1);
        T_EQ(circle_events(&c, 0, AW_EVENT_AGAIN), 1);
        T_EQ(circle_events(&c, 0, AW_EVENT_DUE), 1);
        circle_restart(&c, 0);
        circle_run(&c, plan.grace_s - 1);
        T_EQ(circle_events(&c, 0, AW_EVENT_OVERDUE), 0);
        circle_run(&c, 1);
        T_EQ(circle_events(&c, 0, AW_EVENT_OVERDUE), 1);
        T_TRUE(her_view(&c).due_s < circle_now_s(&c));
        if (k == 0)
            first = her_view(&c);
        T_EQ(her_view(&c).due_s, first.due_s);
        T_EQ(her_view(&c).overdue_s, first.overdue_s);
        T_EQ(her_view(&c).seq_last, first.seq_last);
        circle_checkin(&c, circle_safe);
        T_TRUE(her_view(&c).due_s > circle_now_s(&c));
        circle_restart(&c, 0);
        T_TRUE(her_view(&c).due_s > circle_now_s(&c));
        circle_free(&c);
    }
}

/* Goal: a phone restored from before changes of plan makes one with a version above that which
 * contacts have in force (SU-37), also when she set one before anybody could tell her of the
 * others, and contacts refused that (CO-95).
 * Method: three plans after the backup; one before words are compared, or none; one after it. */
static void play_plans_after_backup(bool sets_early)
{
    struct aw_plan plan;
    struct image old;
    struct circle c;

    circle_init(&c, 1, 107);
    circle_set_up(&c);
    old = image_take(&c, 0);
    T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
    for (int i = 0; i < 3; i++) {
        T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
             AW_OK);
        circle_run(&c, 50 * MIN_S);
    }
    image_restore(&c, 0, &old);
    if (sets_early)
        T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
             AW_OK);
    circle_run(&c, 8 * HOUR_S);
    T_TRUE(person(&c, 1).quarantined);
    T_EQ(aw_subject_verify(c.hosts[0].subject, 1, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_contact_verify(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, HOUR_S);
    plan.grace_s -= 60;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, HOUR_S);
    T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
    T_EQ(plan.version, 5);
    T_EQ(person(&c, 1).plan_version, 5);
    /* Where he drew a new key in between, the plan that names it waits like a loosening. */
    T_EQ(sets_early ? circle_view(&c, 1).pending_version : circle_view(&c, 1).plan_version, 5);
    circle_free(&c);
}

static void test_restored_phone_makes_a_plan(void)
{
    play_plans_after_backup(false);
    play_plans_after_backup(true);
}

/* Goal: a phone restored from before her last plan, on which she sets another one before it has
 * heard anything, gives its version again; that contacts have the first of the two she is shown,
 * and the next plan comes into force everywhere (CO-74, SU-38), also where the first one still
 * waits out its delay (CO-76).
 * Method: the version is given twice, once before and once after the restore; both plans are
 * tighter than the one before, or both looser. */
static void play_version_twice(bool waits)
{
    struct aw_plan plan, his;
    struct image old;
    struct circle c;

    circle_init(&c, 1, 115);
    circle_set_up(&c);
    T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
    plan.change.setup = false;
    plan.change.loosen_s = 48 * HOUR_S;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 20 * MIN_S);
    old = image_take(&c, 0);
    plan.grace_s = waits ? plan.grace_s + 60 : plan.grace_s - 60;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 20 * MIN_S);
    T_EQ(circle_view(&c, 1).pending_version, waits ? 3 : 0);
    image_restore(&c, 0, &old);
    plan.grace_s = waits ? plan.grace_s + 60 : plan.grace_s - 60;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 8 * HOUR_S);
    if (person(&c, 1).quarantined) {
        T_EQ(aw_subject_verify(c.hosts[0].subject, 1, circle_now(&c, 0)), AW_OK);
        T_EQ(aw_contact_verify(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
        circle_run(&c, HOUR_S);
    }
    T_EQ(person(&c, 1).words_waiting, 0);
    T_TRUE(person(&c, 1).plan_due);
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, HOUR_S);
    T_TRUE(!person(&c, 1).plan_due);
    T_EQ(circle_view(&c, 1).pending_version, waits ? 4 : 0);
    for (int hours = 0; waits && hours < 48; hours++) {
        circle_checkin(&c, circle_safe);
        circle_run(&c, HOUR_S);
    }
    T_EQ(aw_contact_plan(c.hosts[1].contact, &his), AW_OK);
    T_EQ(his.version, 4);
    T_EQ(his.grace_s, plan.grace_s);
    circle_free(&c);
}

static void test_restored_phone_gives_a_version_twice(void)
{
    play_version_twice(false);
    play_version_twice(true);
}

/* Goal: what a phone from before many plans says later counts, though its version is lower: it
 * comes into force, or waits, and none of those plans does any more (CO-98). Where her secret does
 * not show that it is hers it is set aside, and people are told.
 * Method: so many looser plans wait out their delay that a contact takes a lower version (CO-76);
 * on the phone from before them a tighter one is set, or a looser one, with her secret or another.
 */
static void play_later_and_lower(int grace_more_s, const uint8_t *secret)
{
    bool counts = secret == circle_safe, waits = counts && grace_more_s > 0;
    struct aw_plan plan, his;
    struct image old;
    struct circle c;
    uint32_t grace_s;

    circle_init(&c, 1, 116);
    circle_set_up(&c);
    T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
    plan.change.setup = false;
    plan.change.loosen_s = 48 * HOUR_S;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 20 * MIN_S);
    old = image_take(&c, 0);
    grace_s = plan.grace_s;
    for (uint32_t i = 1; i <= 18; i++) {
        plan.grace_s = grace_s + 60 * i;
        T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
             AW_OK);
        circle_run(&c, 2 * MIN_S);
    }
    T_EQ(circle_view(&c, 1).pending_version, 20);
    image_restore(&c, 0, &old);
    plan.grace_s = (uint32_t)((int)grace_s + grace_more_s);
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, secret, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 8 * HOUR_S);
    T_TRUE(person(&c, 1).quarantined);
    T_EQ(aw_subject_verify(c.hosts[0].subject, 1, circle_now(&c, 0)), AW_OK);
    T_EQ(aw_contact_verify(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, HOUR_S);
    T_EQ(circle_view(&c, 1).pending_version, waits ? 3 : counts ? 0 : 20);
    T_EQ(circle_view(&c, 1).aside_version, counts ? 0 : 3);
    for (int hours = 0; hours < 60; hours++) {
        circle_checkin(&c, circle_safe);
        circle_run(&c, HOUR_S);
    }
    T_EQ(aw_contact_plan(c.hosts[1].contact, &his), AW_OK);
    T_EQ(his.version, counts ? 3 : 20);
    T_EQ(his.grace_s, counts ? plan.grace_s : grace_s + 60 * 18);
    T_EQ(circle_view(&c, 1).aside_version, counts ? 0 : 3);
    T_EQ(person(&c, 1).plan_version, 3);
    circle_free(&c);
}

static void test_later_and_lower(void)
{
    play_later_and_lower(-60, circle_safe);
    play_later_and_lower(30, circle_safe);
    play_later_and_lower(-60, circle_wrong);
}

static void test_attack_10_restored_phone(void)
{
    play_old_phone(3, true);
    play_old_phone(30, false); /* the accept key is gone: said so, never wrong (CO-4) */
}

/* Goal: a phone restored from before the secrets were last set has an older point; what is typed on
 * it is judged all the same (CO-60).
 * Method: the same secrets are set anew, in a new plan; the phone from before comes back. */
static void test_restored_phone_of_older_secrets(void)
{
    struct aw_secrets secrets = {.circle = 1};
    struct aw_plan plan;
    struct image b;
    struct circle c;

    circle_init(&c, 1, 105);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    b = image_take(&c, 0);
    T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
    memcpy(secrets.safe_key, circle_safe, sizeof secrets.safe_key);
    memcpy(secrets.duress_key, circle_duress, sizeof secrets.duress_key);
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, &secrets, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 10 * MIN_S);
    T_EQ(contact_of(c.hosts[1].contact)->secrets.sets_count, 2);
    image_restore(&c, 0, &b);
    circle_run(&c, 2 * HOUR_S);
    for (int i = 0; i < 6; i++) { /* under numbers below and above that of the newer keys */
        circle_checkin(&c, circle_safe);
        circle_run(&c, 10 * MIN_S);
        T_EQ(circle_view(&c, 1).wrong_count, 0);
        T_TRUE(circle_view(&c, 1).incident <= AW_INCIDENT_MISSED);
    }
    T_EQ(circle_view(&c, 1).checkin.verdict, AW_VERDICT_SAFE);
    circle_checkin(&c, circle_duress);
    circle_run(&c, 10 * MIN_S);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_DURESS);
    circle_free(&c);
}

static bool asks(const struct circle *c)
{
    return subject_of(c->hosts[0].subject)->people[0].channel.asking.live;
}

/* Goal: a contact who is off for a day costs a question, repeated ever more seldom, always the same
 * (CH-23), and no security event when he is back (CH-37, CH-39).
 * Method: the contact sleeps for a day. */
static void test_contact_is_off(void)
{
    uint8_t question[AW_CELL_LEN];
    struct circle c;
    size_t copies = 0;

    circle_init(&c, 1, 103);
    circle_set_up(&c);
    circle_checkin(&c, circle_safe);
    circle_forget_events(&c);
    c.hosts[1].is_asleep = true;
    circle_run(&c, 29 * MIN_S);
    T_TRUE(!asks(&c));
    circle_run(&c, 40 * MIN_S);
    T_TRUE(asks(&c));
    memcpy(question, subject_of(c.hosts[0].subject)->people[0].channel.asking.cell, AW_CELL_LEN);
    circle_run(&c, 23 * HOUR_S);
    for (size_t i = 0; i < c.cell_count; i++) {
        if (c.cells[i].len == AW_CELL_LEN && memcmp(c.cells[i].bytes, question, AW_CELL_LEN) == 0)
            copies++;
    }
    T_TRUE(copies >= 8 && copies <= 16);
    c.hosts[1].is_asleep = false;
    circle_run(&c, HOUR_S);
    T_TRUE(!asks(&c));
    for (size_t host = 0; host <= 1; host++) {
        T_EQ(circle_events(&c, host, AW_EVENT_RESUMED), 0);
        T_EQ(circle_events(&c, host, AW_EVENT_QUARANTINED), 0);
        T_EQ(circle_events(&c, host, AW_EVENT_FORK), 0);
    }
    circle_free(&c);
}

/* Goal: a contact cannot make a subject's seq or word numbers jump so far that others refuse her,
 * or that she cannot go on (CH-42).
 * Method: what a re-establishment says is passed to the engine as it would be. */
static void test_numbers_do_not_run_away(void)
{
    struct aw_resume said = {.seq = UINT32_MAX, .word = UINT32_MAX};
    struct subject *s;
    struct circle c;
    uint32_t seq;

    circle_init(&c, 2, 105);
    circle_set_up(&c);
    s = subject_of(c.hosts[0].subject);
    seq = s->core.seq;
    aw_su_go_above(s, &s->people[0], &said);
    T_EQ(s->core.seq, seq);
    T_TRUE(s->people[0].words.next_number < 100);
    said = (struct aw_resume){.seq = seq + SUBJECT_SEQ_ROOM, .word = 90};
    aw_su_go_above(s, &s->people[0], &said);
    T_EQ(s->core.seq, seq + SUBJECT_SEQ_ROOM);
    T_EQ(s->people[0].words.next_number, 91);
    said.seq++;
    aw_su_go_above(s, &s->people[0], &said);
    T_EQ(s->core.seq, seq + SUBJECT_SEQ_ROOM);
    circle_checkin(&c, circle_safe);
    T_EQ(circle_view(&c, 2).checkin.seq, s->core.seq);
    circle_free(&c);
}

/* Goal: a reply that is not newer is refused and changes nothing (SU-16).
 * Method: the phone has seen a higher number. */
static void test_old_reply(void)
{
    struct aw_person before, after;
    struct circle c;

    circle_init(&c, 1, 106);
    circle_set_up(&c);
    c.fate = one_way;
    circle_checkin(&c, circle_safe);
    c.fate = NULL;
    before = person(&c, 1);
    T_EQ(before.words_waiting, 1);
    subject_of(c.hosts[0].subject)->people[0].rec.reply_seen += 100;
    circle_run(&c, 20);
    after = person(&c, 1);
    T_EQ(after.words_waiting, 1);
    T_EQ(after.seq_device, before.seq_device);
    circle_free(&c);
}

/* Takes what the phone hands out, reports stores, and leaves every SEND unreported. */
static size_t pull(struct circle *c, uint8_t last[AW_CELL_LEN])
{
    struct aw_action a;
    size_t sends = 0;

    while (aw_subject_next_action(c->hosts[0].subject, &a)) {
        if (a.kind == AW_ACTION_SEND && a.send.arm_after_s == 0) {
            sends++;
            memcpy(last, a.send.cell.ptr, AW_CELL_LEN);
        }
        if (a.kind == AW_ACTION_STORE)
            aw_subject_done(c->hosts[0].subject, a.id, AW_OK, circle_now(c, 0));
    }
    return sends;
}

/* Goal: an SOS is handed out at once, although the cell before it is never reported, and after a
 * failure, too (SU-17); a cancel likewise.
 * Method: a check-in is taken and left hanging; then an SOS; the contact gets the last cell. */
static void test_sos_overtakes(void)
{
    uint8_t cell[AW_CELL_LEN];
    struct circle c;

    circle_init(&c, 1, 107);
    circle_set_up(&c);
    T_EQ(aw_subject_checkin(c.hosts[0].subject, circle_safe, NULL, 0, NULL, circle_now(&c, 0)),
         AW_OK);
    T_EQ(pull(&c, cell), 1);
    T_EQ(pull(&c, cell), 0);
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    T_EQ(pull(&c, cell), 1);
    T_EQ(aw_contact_feed(c.hosts[1].contact, 0, AW_BYTES_OF(cell), (uint32_t)circle_now_s(&c),
                         circle_now(&c, 1)),
         AW_OK);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    circle_free(&c);

    circle_init(&c, 1, 108);
    circle_set_up(&c);
    c.hosts[0].is_offline = true;
    circle_checkin(&c, circle_safe);
    c.hosts[0].is_offline = false;
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_pump(&c);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    circle_free(&c);
}

struct short_random {
    struct t_rng rng;
    int left;
};

static bool fill_short(void *ctx, uint8_t *out, size_t len)
{
    struct short_random *r = ctx;

    if (r->left-- == 0)
        return false;
    t_rng_bytes(&r->rng, out, len);
    return true;
}

/* Goal: a plan and its secrets are said together or not at all (SU-18).
 * Method: the random source fails at each draw in turn; then 63 plans wait already: room for one.
 */
static void test_plan_is_all_or_nothing(void)
{
    struct short_random source = {.rng = t_rng(3)};
    struct aw_secrets secrets = {.circle = 1};
    struct aw_plan plan;
    struct subject *s;
    struct circle c;
    int draws = 0;

    circle_init(&c, 1, 109);
    circle_set_up(&c);
    circle_plan(&c, &plan);
    memcpy(secrets.safe_key, circle_safe, sizeof secrets.safe_key);
    memcpy(secrets.duress_key, circle_duress, sizeof secrets.duress_key);
    c.hosts[1].is_asleep = true;
    s = subject_of(c.hosts[0].subject);
    for (enum aw_status st = AW_E_ENTROPY; st == AW_E_ENTROPY; draws++) {
        struct aw_random kept = s->random;
        uint32_t seq = s->core.seq;

        T_REQUIRE(draws < 100);
        source.left = draws;
        s->random = (struct aw_random){.fill = fill_short, .ctx = &source};
        st = aw_subject_plan_set(c.hosts[0].subject, &plan, &secrets, circle_safe,
                                 circle_now(&c, 0));
        s->random = kept;
        T_EQ(s->people[0].words.count, st == AW_OK ? 2 : 0);
        T_EQ(s->plan.version, st == AW_OK ? 2 : 1);
        T_EQ(s->core.seq, st == AW_OK ? seq + 2 : seq);
    }
    T_TRUE(draws > 3);
    for (int i = 0; i < 61; i++) {
        circle_run(&c, 1);
        T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
             AW_OK);
    }
    circle_run(&c, 1);
    T_EQ(s->people[0].words.count, AW_WORD_WAITING_MAX - 1);
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, &secrets, circle_safe, circle_now(&c, 0)),
         AW_E_LIMIT);
    T_EQ(s->people[0].words.count, AW_WORD_WAITING_MAX - 1);
    T_EQ(s->plan.version, 63);
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    T_EQ(s->people[0].words.count, AW_WORD_WAITING_MAX);
    circle_free(&c);
}

/* Goal: late words are judged by what held when they were made; a secret that was given up is worth
 * nothing under a number that was used before, duress is duress all the same (CO-32).
 * Method: three sets of keys with safe keys 10, 20 and 30; verdicts by word number. */
static void test_keys_of_late_words(void)
{
    struct contact_secrets *k;
    struct circle c;
    const struct {
        uint32_t word;
        uint8_t typed;
        bool is_old;
        enum aw_verdict verdict;
    } rows[] = {
        {5, 10, false, AW_VERDICT_CLAIMED},      {15, 10, false, AW_VERDICT_SAFE},
        {25, 10, false, AW_VERDICT_WRONG},       {25, 20, false, AW_VERDICT_SAFE},
        {99, 31, false, AW_VERDICT_DURESS},      {5, 30, true, AW_VERDICT_SAFE},
        {15, 10, true, AW_VERDICT_CANNOT_JUDGE}, {15, 11, true, AW_VERDICT_DURESS},
        {99, 77, true, AW_VERDICT_WRONG},
    };

    circle_init(&c, 1, 110);
    circle_set_up(&c);
    k = &contact_of(c.hosts[1].contact)->secrets;
    k->sets_count = 3;
    for (uint8_t i = 0; i < 3; i++) {
        k->sets[i] = (struct contact_key_set){.word = 10U * (i + 1U), .keys = {.circle = true}};
        k->sets[i].keys.safe_key[0] = (uint8_t)(10 * (i + 1));
        k->sets[i].keys.duress_key[0] = (uint8_t)(10 * (i + 1) + 1);
    }
    for (size_t i = 0; i < AW_COUNT(rows); i++) {
        const struct contact *contact = contact_of(c.hosts[1].contact);
        const struct aw_opened opened = {.session = AW_SESSION_MAIN};
        struct aw_call call = {.kind = AW_CALL_CHECKIN, .word = rows[i].word};
        uint8_t key[AW_KEY_LEN] = {rows[i].typed}, accept[AW_KEY_LEN];
        const uint8_t act[AW_HASH_LEN] = {1, 2, 3};
        struct aw_random random = t_random(&c.rng);
        struct aw_dh_key point;

        aw_presence_point(&point, k->sets[0].keys.circle_key, contact->channel.id);
        aw_channel_accept(&contact->channel, AW_SESSION_MAIN, accept, &call.presence_epoch);
        T_EQ(aw_presence_make(call.presence, call.presence + AW_KEY_LEN, NULL, accept, point.pk,
                              key, act, 1, NULL, &random),
             AW_OK);
        T_EQ(aw_co_judge(contact, &opened, &call, act, rows[i].is_old), rows[i].verdict);
    }
    k->has_lost = true;
    {
        const struct aw_opened opened = {.session = AW_SESSION_MAIN};
        const struct aw_call call = {.kind = AW_CALL_CHECKIN, .word = 5};
        const uint8_t act[AW_HASH_LEN] = {1};

        T_EQ(aw_co_judge(contact_of(c.hosts[1].contact), &opened, &call, act, false),
             AW_VERDICT_CANNOT_JUDGE);
    }
    circle_free(&c);
}

/* Goal: a contact's device starts again from its store at each point of its life: before it
 * joined, while it waits for message 2, and before anything but the pairing was stored (ST-17).
 * Method: a restart at each of them, then the pairing goes on; the phone restarts, too. */
static void test_restart_while_joining(void)
{
    static const struct aw_endpoint relay = {.relay_key = {9}, .address = "relay.example:7447"};
    uint8_t space[AW_INVITE_URI_MAX], person = 0;
    struct aw_buf uri = AW_BUF_OF(space);
    struct circle c;

    circle_init(&c, 1, 111);
    circle_restart(&c, 1);
    T_EQ(aw_subject_invite(c.hosts[0].subject, &relay, 1, "Subject", 86400, &uri, &person,
                           circle_now(&c, 0)),
         AW_OK);
    c.hosts[0].is_offline = true;
    T_EQ(aw_contact_join(c.hosts[1].contact, aw_buf_bytes(&uri), &relay, 1, "Contact",
                         circle_now(&c, 1)),
         AW_OK);
    circle_run(&c, 5);
    circle_restart(&c, 1);
    circle_restart(&c, 0);
    T_EQ(circle_view(&c, 1).phase, AW_CONTACT_JOINING);
    c.hosts[0].is_offline = false;
    circle_run(&c, 60);
    T_EQ(circle_view(&c, 1).phase, AW_CONTACT_PAIRED);
    circle_restart(&c, 1);
    circle_restart(&c, 0);
    T_EQ(aw_contact_verify(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, 60);
    circle_restart(&c, 1);
    T_EQ(circle_view(&c, 1).phase, AW_CONTACT_VERIFIED);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_restart_while_joining);
    T_RUN(test_restored_phone_duress_in_the_window);
    T_RUN(test_restored_phone_goes_on_above);
    T_RUN(test_told_that_it_was_restored);
    T_RUN(test_attack_10_restored_phone);
    T_RUN(test_again_for_every_secret);
    T_RUN(test_restored_phone_makes_a_plan);
    T_RUN(test_restored_phone_gives_a_version_twice);
    T_RUN(test_later_and_lower);
    T_RUN(test_restored_phone_of_older_secrets);
    T_RUN(test_contact_is_off);
    T_RUN(test_numbers_do_not_run_away);
    T_RUN(test_old_reply);
    T_RUN(test_sos_overtakes);
    T_RUN(test_plan_is_all_or_nothing);
    T_RUN(test_keys_of_late_words);
    return t_end();
}
