/* SPDX-License-Identifier: ISC */
#include "support/circle.h"
#include "support/ladder_bed.h"

#include "core/contact_impl.h"
#include "core/subject_impl.h"

/* Attempts to silence an alarm: full queues, broken stores, changed plans, old words. */

#define T0 LADDER_T0

/* The first level is for group 1 only. */
static void set_up(struct ladder_bed *b, uint8_t groups)
{
    ladder_set_up(b);
    b->rules.groups = groups;
}

static size_t rings(const struct ladder_bed *b)
{
    size_t count = 0;

    for (size_t i = 0; i < b->out.count; i++)
        count += b->out.events[i].kind == AW_EVENT_RING;
    return count;
}

/* Goal: a new plan during an alarm silences nobody: who is meant by a level that began rings.
 * Method: an alarm whose first level is not for this contact; then a plan of one level. */
static void test_plan_of_one_level(void)
{
    struct ladder_bed b;

    set_up(&b, 2);
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_SOS, 9, T0 + 60, T0 + 60, &b.out);
    T_EQ(rings(&b), 0);
    b.plan.levels_count = 1;
    b.plan.levels[0].groups = AW_GROUPS_ALL;
    b.out.count = 0;
    ladder_watch(&b, T0 + 7200, T0 + 86400, T0 + 70);
    T_EQ(b.ladder.state, AW_LADDER_ALARM);
    T_EQ(rings(&b), 1);
    b.out.count = 0;
    aw_ladder_tick(&b.ladder, &b.rules, T0 + 190, &b.out);
    T_EQ(rings(&b), 1);
}

/* Goal: a check-in made before her phone fell silent, held back and delivered when the phone
 * speaks again, closes nothing.
 * Method: missed by beats; beats come back; then the old check-in, then one made after it. */
static void test_held_back_checkin(void)
{
    struct ladder_bed b;

    set_up(&b, 1);
    ladder_watch(&b, T0 + 90000, T0 + 3600, T0);
    b.out.count = 0;
    aw_ladder_path(&b.ladder, &b.rules, T0 + 3900, T0 + 3900, &b.out);
    aw_ladder_path(&b.ladder, &b.rules, T0 + 4000, T0 + 4000, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    T_EQ(b.ladder.cause, AW_WHY_BEAT);
    b.out.count = 0;
    ladder_watch(&b, T0 + 90000, T0 + 9000, T0 + 4100);
    T_EQ(b.ladder.state, AW_LADDER_RESUMED);
    aw_ladder_safe(&b.ladder, &b.rules, 50, T0 + 3000, T0 + 4200, &b.out);
    T_TRUE(!b.ladder.safe_seen);
    b.out.count = 0;
    aw_ladder_safe(&b.ladder, &b.rules, 60, T0 + 4300, T0 + 4300, &b.out);
    T_TRUE(b.ladder.safe_seen);
}

/* Goal: an older alarm that arrives late does not make an older check-in count.
 * Method: duress with seq 20, then the SOS with seq 10, then a safe check-in with seq 15. */
static void test_late_sos_keeps_the_newest(void)
{
    struct ladder_bed b;

    set_up(&b, 1);
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_DURESS, 20, T0 + 60, T0 + 60, &b.out);
    aw_ladder_alarm(&b.ladder, &b.rules, AW_INCIDENT_SOS, 10, T0 + 70, T0 + 70, &b.out);
    b.out.count = 0;
    aw_ladder_safe(&b.ladder, &b.rules, 15, T0 + 80, T0 + 80, &b.out);
    T_TRUE(!b.ladder.safe_seen);
}

/* Goal: a contact whose disk is full, and who therefore is told nothing of many check-ins, hears
 * an SOS and a missed deadline all the same.
 * Method: every STORE of the contact fails; forty check-ins, then an SOS; in a second circle
 * silence. */
static void test_full_disk_rings(void)
{
    for (unsigned silence = 0; silence < 2; silence++) {
        struct circle c;

        circle_init(&c, 1, 30 + silence);
        circle_set_up(&c);
        c.hosts[1].store_fails = true;
        for (unsigned i = 0; i < 40; i++) {
            circle_checkin(&c, i % 2 == 0 ? circle_safe : circle_wrong);
            circle_run(&c, 60);
        }
        circle_forget_events(&c);
        if (silence == 0)
            T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
        else
            c.hosts[0].is_asleep = true;
        circle_run(&c, silence == 0 ? 5 : 3 * HOUR_S);
        T_TRUE(circle_events(&c, 1, AW_EVENT_RING) > 0);
        circle_free(&c);
    }
}

/* Goal: who holds the phone cannot raise an alarm that mutes all later ones, or never closes.
 * Method: the phone's alarm number is set to the highest; then an honest SOS and its closing. */
static void test_alarm_number_is_bounded(void)
{
    struct subject *s;
    struct circle c;

    circle_init(&c, 1, 33);
    circle_set_up(&c);
    s = subject_of(c.hosts[0].subject);
    s->core.has_alarm = true;
    s->core.alarm = (struct aw_alarm){.id = UINT32_MAX, .kind = AW_ALARM_SOS};
    circle_run(&c, 20 * MIN_S);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_NONE);
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 5);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    circle_checkin(&c, circle_safe);
    T_EQ(aw_contact_confirm(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_NONE);
    circle_free(&c);
}

/* Goal: a word that calls for help counts, though a higher alarm number was heard before.
 * Method: an image of the phone ran ahead with an alarm of its own, which was closed. */
static void test_sos_below_a_known_number(void)
{
    struct circle c;

    circle_init(&c, 1, 34);
    circle_set_up(&c);
    contact_of(c.hosts[1].contact)->ladder.alarm_id = 60000;
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 5);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    circle_free(&c);
}

/* Goal: the phone does not choose, call by call, which groups a contact rings for.
 * Method: the share of a beat names another person of the plan. */
static void test_person_stays(void)
{
    struct subject *s;
    struct circle c;

    circle_init(&c, 2, 35);
    circle_set_up(&c);
    s = subject_of(c.hosts[0].subject);
    T_EQ(circle_view(&c, 1).person, 1);
    s->people[0].beat_part.share[0] = 2;
    s->people[0].wants_beat = true;
    s->beat.seq++;
    circle_run(&c, 5);
    T_EQ(circle_view(&c, 1).person, 1);
    circle_free(&c);
}

/* Goal: an SOS pressed to try her out does not show that the circle was acting already.
 * Method: duress, a claim, then SOS: the phone is shown no claim until there is a new one. */
static void test_claim_of_duress_stays_hidden(void)
{
    struct aw_person person;
    struct circle c;

    circle_init(&c, 1, 36);
    circle_set_up(&c);
    circle_checkin(&c, circle_duress);
    T_EQ(aw_contact_claim(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, 60);
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 60);
    T_EQ(aw_subject_person(c.hosts[0].subject, 1, &person), AW_OK);
    T_EQ(person.claim, 0);
    /* The one hold of this level is used up; the claim is noted. */
    T_EQ(aw_contact_claim(c.hosts[1].contact, circle_now(&c, 1)), AW_E_LIMIT);
    circle_run(&c, 60);
    T_EQ(aw_subject_person(c.hosts[0].subject, 1, &person), AW_OK);
    T_EQ(person.claim, 1);
    circle_free(&c);
}

/* Goal: a plan with an absurd version, made without her secret, does not bar her next plan.
 * Method: the phone's holder sets version 2^31 with a wrong secret; she takes the phone back. */
static void test_attack_14_plan_versions(void)
{
    struct aw_plan plan;
    struct subject *s;
    struct circle c;

    circle_init(&c, 1, 37);
    circle_set_up(&c);
    circle_plan(&c, &plan);
    s = subject_of(c.hosts[0].subject);
    s->plan.version = UINT32_C(1) << 31;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_wrong, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 300);
    T_EQ(circle_view(&c, 1).plan_version, 1);
    s->plan.version = 1;
    s->people[0].rec.plan_held = 1;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 300);
    /* The version that he named raises hers, by no more than that (SU-37). */
    T_EQ(circle_view(&c, 1).plan_version, 1 + 256);
    circle_free(&c);
}

/* Goal: SOS counts, though a copy of the phone made an offer of its own in this epoch.
 * Method: the contact has answered another offer; then she calls for help. */
static void test_sos_beside_a_clone(void)
{
    struct circle c;
    struct contact *k;

    circle_init(&c, 1, 38);
    circle_set_up(&c);
    k = contact_of(c.hosts[1].contact);
    c.hosts[0].is_offline = true; /* his answer does not reach her */
    k->channel.peer_offer[0] ^= 1;
    T_TRUE(k->channel.next.live || k->channel.cur.live);
    c.hosts[0].is_offline = false;
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 1);
    T_EQ(circle_view(&c, 1).incident, AW_INCIDENT_SOS);
    circle_free(&c);
}

/* Goal: who claims for others at once does not keep them from hearing of it at all (CO-63). Method:
 * a first level after ten minutes; another human of the group claims when it is missed, and again
 * when the level has begun: then he holds the next one. */
static void test_claim_of_another_before_anybody_rang(void)
{
    const struct aw_ladder_peer other = {.human = 2, .groups = 1};
    uint64_t missed_s = T0 + 3600 + 300;
    struct ladder_bed b;

    set_up(&b, 1);
    b.plan.levels[0].delay_s = 300;
    for (uint64_t at_s = missed_s - 240; at_s <= missed_s + 240; at_s += 10)
        aw_ladder_path(&b.ladder, &b.rules, at_s, at_s, &b.out);
    T_EQ(b.ladder.state, AW_LADDER_MISSED);
    aw_ladder_peer_claim(&b.ladder, &b.rules, &other, missed_s + 900, missed_s + 240, &b.out);
    T_EQ(aw_ladder_next_level_s(&b.ladder, &b.rules), missed_s + 300);
    aw_ladder_tick(&b.ladder, &b.rules, missed_s + 300, &b.out);
    T_EQ(rings(&b), 1);
    aw_ladder_peer_claim(&b.ladder, &b.rules, &other, missed_s + 900, missed_s + 301, &b.out);
    T_EQ(aw_ladder_next_level_s(&b.ladder, &b.rules), missed_s + 900);
}

/* The phone's holder, with a wrong secret or a copy, sets a plan that loosens, of this version. */
static void foreign_plan(struct circle *c, uint32_t version)
{
    struct subject *s = subject_of(c->hosts[0].subject);
    struct aw_plan plan = s->plan;
    uint32_t held[2] = {s->people[0].rec.plan_held, s->people[1].rec.plan_held}, before;

    before = s->plan.version;
    s->plan.version = version - 1;
    plan.grace_s += 600;
    T_EQ(aw_subject_plan_set(c->hosts[0].subject, &plan, NULL, circle_wrong, circle_now(c, 0)),
         AW_OK);
    circle_run(c, 300);
    s->plan.version = before;
    for (size_t i = 0; i < 2; i++)
        s->people[i].rec.plan_held = held[i];
}

/* Goal: attack 14: an absurd version that waits, since her secret does not show it, does not bar
 * the loosening that she wants; and outside the circle, where her secret cannot be judged, it is
 * refused (CO-64, CO-65). Method: version 2^31 with a wrong secret; then hers, which loosens, too.
 */
static void test_attack_14_waiting_version(void)
{
    struct aw_plan plan;
    struct circle c;

    circle_init(&c, 2, 39);
    circle_set_up(&c);
    circle_plan(&c, &plan);
    for (size_t n = 1; n <= 2; n++)
        contact_of(c.hosts[n].contact)->change.setup_over = true;
    foreign_plan(&c, UINT32_C(1) << 31);
    T_EQ(circle_view(&c, 1).pending_version, UINT32_C(1) << 31);
    T_TRUE(circle_view(&c, 1).pending_unjudged);
    T_EQ(circle_view(&c, 2).pending_version, 0);
    plan.grace_s += 60;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 300);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(circle_view(&c, n).pending_version, 1 + 256); /* SU-37 */
        T_TRUE(!circle_view(&c, n).pending_unjudged);
    }
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_plan_of_one_level);
    T_RUN(test_held_back_checkin);
    T_RUN(test_late_sos_keeps_the_newest);
    T_RUN(test_full_disk_rings);
    T_RUN(test_alarm_number_is_bounded);
    T_RUN(test_sos_below_a_known_number);
    T_RUN(test_person_stays);
    T_RUN(test_claim_of_duress_stays_hidden);
    T_RUN(test_attack_14_plan_versions);
    T_RUN(test_sos_beside_a_clone);
    T_RUN(test_claim_of_another_before_anybody_rang);
    T_RUN(test_attack_14_waiting_version);
    return t_end();
}
