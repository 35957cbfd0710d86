/* SPDX-License-Identifier: ISC */
/* Her contacts among themselves, with real engines under virtual time (spec/16-peers.md). */
#include "support/council.h"

#include "base/assert.h"
#include "core/contact_impl.h"

static uint64_t sent_by(const struct circle *c, size_t n)
{
    return c->sent_count[n];
}

/* Goal: introduced contacts link, know one another's findings, and fellows of the circle know one
 * another while those outside are nobody's fellow.
 * Method: three contacts, 1 and 3 in the circle; each one's view of each other. */
static void test_meet(void)
{
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 3, 1, &plan);
    council_begin(&c, &plan, 5);
    council_checkin(&c, circle_safe);
    circle_run(&c, 2 * COUNCIL_WITNESS_S);
    for (size_t n = 1; n <= 3; n++) {
        T_EQ(council_view(&c, n).peers, 2);
        T_EQ(council_view(&c, n).linked, 2);
        T_EQ(council_view(&c, n).release, AW_RELEASE_NOT_MISSED);
        for (uint8_t m = 1; m <= 3; m++) {
            struct aw_contact_peer peer = council_peer(&c, n, m);

            if (m == n)
                continue;
            T_EQ(peer.state, AW_PEER_LINKED);
            T_TRUE(peer.counts);
            T_EQ(peer.finding, AW_FINDING_FINE);
            T_EQ(peer.is_fellow, n != 2 && m != 2);
            T_EQ(peer.plan_version, 1);
            T_EQ(peer.finding_seq, circle_view(&c, n).newest.seq);
            T_EQ(peer.safe_seq, circle_view(&c, n).checkin.seq);
            T_STR_EQ(peer.name, plan.roster[m - 1].name);
        }
    }
    T_EQ(circle_events(&c, 1, AW_EVENT_MAILBOXES), 2);
    circle_free(&c);
}

/* Goal: a contact that is alone has nobody to ask, and everything works (no peers, quorum 1).
 * Method: one contact through silence to a ring; no cell but to her. */
static void test_alone(void)
{
    struct aw_contact_peer none;
    struct aw_mailbox boxes[AW_CONTACT_MAILBOX_MAX];
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 1, 2, &plan);
    council_begin(&c, &plan, 1);
    T_EQ(aw_contact_peer(c.hosts[1].contact, 0, &none), AW_E_NOT_FOUND);
    T_EQ(aw_contact_mailboxes(c.hosts[1].contact, boxes), c.relay_count);
    council_checkin(&c, circle_safe);
    c.hosts[0].is_asleep = true;
    circle_run(&c, HOUR_S + 11 * MIN_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
    T_EQ(council_view(&c, 1).votes, 1);
    circle_free(&c);
}

/* Goal: one cell for each pair and witness_s, whatever happens (PE-8, attack 19).
 * Method: cells sent in ten minutes of calm, of duress with claims, of an SOS and of silence. */
static void test_cadence(void)
{
    struct aw_plan plan;
    struct circle c;
    uint64_t sent[4];

    for (unsigned scene = 0; scene < 4; scene++) {
        council_init(&c, 3, 3, &plan);
        plan.beat_s = 6 * HOUR_S; /* so that no reply is among them */
        council_begin(&c, &plan, 5);
        council_checkin(&c, scene == 1 ? circle_duress : circle_safe);
        if (scene == 2)
            T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
        if (scene == 3) {
            circle_run(&c, HOUR_S + 20 * MIN_S);
            T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
        }
        circle_run(&c, 5);
        c.hosts[0].is_offline = true; /* nothing but what contacts say among themselves */
        if (scene == 1)
            T_EQ(aw_contact_claim(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
        if (scene == 1)
            T_EQ(aw_contact_note(c.hosts[1].contact, "on my way", circle_now(&c, 1)), AW_OK);
        circle_run(&c, 5);
        sent[scene] = sent_by(&c, 1);
        circle_run(&c, 10 * COUNCIL_WITNESS_S);
        sent[scene] = sent_by(&c, 1) - sent[scene];
        T_EQ(sent[scene], 10 * 2 * c.relay_count);
        circle_free(&c);
    }
}

/* Goal: silence that a quorum finds, seen through relays of two operators, opens her place to each
 * of them; when the incident closes, what was opened and the shares of others are gone.
 * Method: three contacts, her phone off after a check-in with a place; then she is back, safe. */
static void test_release(void)
{
    struct aw_place place;
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 3, 4, &plan);
    council_begin(&c, &plan, 5);
    council_checkin(&c, circle_safe);
    circle_run(&c, 5);
    T_EQ(aw_contact_place(c.hosts[2].contact, &place, circle_now(&c, 2)), AW_E_STATE);
    c.hosts[0].is_asleep = true;
    circle_run(&c, HOUR_S + 9 * MIN_S);
    T_EQ(council_view(&c, 1).release, AW_RELEASE_NOT_MISSED);
    circle_run(&c, 6 * MIN_S);
    for (size_t n = 1; n <= 3; n++) {
        T_EQ(council_view(&c, n).votes, 3);
        T_EQ(council_view(&c, n).quorum, 2);
        T_EQ(council_view(&c, n).release, AW_RELEASE_YES);
        T_EQ(circle_events(&c, n, AW_EVENT_RELEASED), 1);
        T_EQ(circle_events(&c, n, AW_EVENT_PLACE), 1);
        T_EQ(aw_contact_place(c.hosts[n].contact, &place, circle_now(&c, n)), AW_OK);
        T_EQ(place.state.lat_e7, 515074000);
        T_EQ(place.state.accuracy_m, 12);
        T_TRUE(place.from != 0 && (place.from >> (n - 1) & 1) == 0);
        T_TRUE(place.age_s > HOUR_S);
        T_EQ(place.threshold, 2);
    }
    circle_restart(&c, 2);
    T_EQ(aw_contact_place(c.hosts[2].contact, &place, circle_now(&c, 2)), AW_OK);

    c.hosts[0].is_asleep = false;
    circle_run(&c, 5);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 60);
    for (size_t n = 1; n <= 3; n++)
        T_EQ(aw_contact_confirm(c.hosts[n].contact, circle_now(&c, n)), AW_OK);
    circle_run(&c, 5 * COUNCIL_WITNESS_S);
    for (size_t n = 1; n <= 3; n++) {
        T_EQ(circle_view(&c, n).state, AW_LADDER_FINE);
        T_EQ(aw_contact_place(c.hosts[n].contact, &place, circle_now(&c, n)), AW_E_STATE);
        T_TRUE(!contact_of(c.hosts[n].contact)->peers.gather.is_used);
    }
    circle_free(&c);
}

/* Goal: what shares open is her way, newest first, and only while it is open.
 * Method: three check-ins ten minutes apart; silence; the history of a contact, also after a
 * restart, over which only the newest one lasts until shares come again.
 */
static void test_history(void)
{
    struct aw_place place;
    struct aw_plan plan;
    struct circle c;
    uint32_t before = 0, at = UINT32_MAX;
    unsigned count = 0;

    council_init(&c, 3, 7, &plan);
    council_begin(&c, &plan, 5);
    T_EQ(aw_contact_place_before(c.hosts[1].contact, 0, &place, circle_now(&c, 1)), AW_E_STATE);
    for (unsigned i = 0; i < 3; i++) {
        council_checkin(&c, circle_safe);
        circle_run(&c, 10 * MIN_S);
    }
    c.hosts[0].is_asleep = true;
    circle_run(&c, 2 * HOUR_S);
    while (aw_contact_place_before(c.hosts[1].contact, before, &place, circle_now(&c, 1)) ==
           AW_OK) {
        T_TRUE(before == 0 || place.seq < before);
        T_TRUE(place.state.at <= at);
        T_TRUE(place.from != 0);
        /* Her device says the last one again in each beat. */
        count += place.state.has_lat_e7 && place.state.at < at;
        before = place.seq;
        at = place.state.at;
    }
    T_EQ(count, 3);
    T_EQ(place.seq, 0);
    T_EQ(place.threshold, 2);
    T_EQ(aw_contact_place_before(c.hosts[1].contact, 1, &place, circle_now(&c, 1)), AW_E_NOT_FOUND);

    T_EQ(aw_contact_place(c.hosts[1].contact, &place, circle_now(&c, 1)), AW_OK);
    before = place.seq;
    circle_restart(&c, 1);
    T_EQ(aw_contact_place(c.hosts[1].contact, &place, circle_now(&c, 1)), AW_OK);
    T_EQ(place.seq, before);
    T_EQ(aw_contact_place_before(c.hosts[1].contact, before, &place, circle_now(&c, 1)),
         AW_E_STATE);
    circle_run(&c, HOUR_S);
    T_EQ(aw_contact_place_before(c.hosts[1].contact, before, &place, circle_now(&c, 1)), AW_OK);
    circle_free(&c);
}

/* What others say to contact 1 is lost, as long as `budget` says so. */
static unsigned deaf_to_others(struct circle *c, const struct circle_cell *cell)
{
    static struct aw_mailbox boxes[AW_CONTACT_MAILBOX_MAX];
    size_t count = aw_contact_mailboxes(c->hosts[1].contact, boxes);

    for (size_t i = c->relay_count; c->budget != 0 && i < count; i++) {
        if (memcmp(boxes[i].deposit_capability, cell->capability, 32) == 0)
            return 0;
    }
    return 1;
}

/* Three contacts, of whom contact 1 has found the silence by proofs of both relays, and heard
 * nothing of the others yet. */
static void miss_alone(struct circle *c, struct aw_plan *plan, uint64_t seed)
{
    council_init(c, 3, seed, plan);
    council_begin(c, plan, 5);
    council_checkin(c, circle_safe);
    circle_run(c, 5);
    c->fate = deaf_to_others;
    c->budget = 1;
    c->hosts[0].is_asleep = true;
    circle_run(c, HOUR_S + 10 * MIN_S);
    T_EQ(circle_view(c, 1).state, AW_LADDER_MISSED);
    T_EQ(council_view(c, 1).release, AW_RELEASE_QUORUM);
    c->budget = 0;
}

/* Goal: who was cut off gives no share by an old vote while her newer check-in is still to be read
 * (PE-40).
 * Method: the votes of the others, then her check-in wait for contact 1, and come in that order. */
static void test_cut_off(void)
{
    struct aw_plan plan;
    struct circle c;

    miss_alone(&c, &plan, 21);
    c.hosts[1].is_offline = true;
    circle_run(&c, 2 * COUNCIL_WITNESS_S);
    T_EQ(circle_events(&c, 2, AW_EVENT_RELEASED), 1);
    c.hosts[0].is_asleep = false;
    circle_run(&c, 5);
    council_checkin(&c, circle_safe);
    circle_run(&c, 5 * HOUR_S);
    c.hosts[1].is_offline = false;
    circle_run(&c, 60);
    T_TRUE(circle_view(&c, 1).checkin.seq == circle_view(&c, 2).checkin.seq);
    T_EQ(circle_events(&c, 1, AW_EVENT_RELEASED), 0);
    circle_free(&c);
}

/* One relay answers contact 1 that none of his mailboxes holds anything. */
static void prove_at(struct circle *c, size_t relay)
{
    static struct aw_mailbox boxes[AW_CONTACT_MAILBOX_MAX];
    size_t count = aw_contact_mailboxes(c->hosts[1].contact, boxes);

    for (size_t i = relay; i < count; i += c->relay_count)
        aw_contact_path(c->hosts[1].contact, boxes[i].id, (uint32_t)circle_now_s(c), 0,
                        circle_now(c, 1));
}

/* Goal: a relay that never proves that it is read puts off a release by `ceiling_s`, and no longer;
 * time alone, without any proof, releases nothing (PE-40, PE-41).
 * Method: the votes come to contact 1 when relay B has answered for the last time; A answers, too
 * early for the ceiling, then after it. */
static void test_relay_holds_back(void)
{
    struct aw_plan plan;
    struct circle c;

    miss_alone(&c, &plan, 22);
    c.hosts[1].is_unproved = true;
    c.budget = 1;
    circle_run(&c, 2 * MIN_S); /* what was proved speaks for a minute */
    c.budget = 0;
    circle_run(&c, 2 * COUNCIL_WITNESS_S);
    T_EQ(council_view(&c, 1).votes, 3);
    T_EQ(council_view(&c, 1).release, AW_RELEASE_UNREAD);
    prove_at(&c, 0);
    T_EQ(council_view(&c, 1).release, AW_RELEASE_UNREAD);
    circle_run(&c, plan.council.ceiling_s + MIN_S);
    T_EQ(council_view(&c, 1).release, AW_RELEASE_UNREAD);
    T_EQ(circle_events(&c, 1, AW_EVENT_RELEASED), 0);
    prove_at(&c, 0);
    T_EQ(council_view(&c, 1).release, AW_RELEASE_YES);
    T_EQ(circle_events(&c, 1, AW_EVENT_RELEASED), 0); /* it waits for its store */
    circle_run(&c, 1);
    T_EQ(circle_events(&c, 1, AW_EVENT_RELEASED), 1);
    circle_free(&c);
}

/* Goal: read is what held nothing of hers and nothing of those who vote; what others send holds
 * nothing up. Method: a sitting with two relays; proofs 60 and 61 s before; the second voice votes
 * or not. */
static void test_read(void)
{
    static const uint64_t now[2] = {1000, 940}, before[2] = {1000, 939};
    struct aw_sitting s = {.seq = 7,
                           .path_s = now,
                           .relay_count = 2,
                           .voices = {{.human = 2, .missed = true, .seq = 7, .path_s = now},
                                      {.human = 3, .missed = true, .seq = 6, .path_s = before}},
                           .voice_count = 2};

    T_EQ(aw_council_read(&s, 1000), 2);
    s.voices[1].seq = 8;
    T_EQ(aw_council_read(&s, 1000), 1);
    T_EQ(aw_council_read(&s, 999), 2);
    s.voices[1].missed = false;
    T_EQ(aw_council_read(&s, 1000), 2);
    s.path_s = before;
    T_EQ(aw_council_read(&s, 1000), 1);
    T_EQ(aw_council_read(&s, 1061), 0);
}

/* Goal: below the quorum nothing is released, however long it lasts.
 * Method: quorum of three, one contact asleep. */
static void test_no_quorum(void)
{
    struct aw_place place;
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 3, 5, &plan);
    plan.council.quorum = 3;
    council_begin(&c, &plan, 5);
    council_checkin(&c, circle_safe);
    c.hosts[0].is_asleep = c.hosts[3].is_asleep = true;
    circle_run(&c, 5 * HOUR_S);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(circle_view(&c, n).state, AW_LADDER_MISSED);
        T_EQ(council_view(&c, n).votes, 2);
        T_EQ(council_view(&c, n).release, AW_RELEASE_QUORUM);
        T_EQ(aw_contact_place(c.hosts[n].contact, &place, circle_now(&c, n)), AW_E_STATE);
    }
    circle_free(&c);
}

/* Goal: who is to learn nothing of her place is given no share, and his own still serves others.
 * Method: contact 2 with data level 0. */
static void test_data_level(void)
{
    struct aw_place place;
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 3, 6, &plan);
    plan.roster[1].data = AW_DATA_NONE;
    council_begin(&c, &plan, 5);
    council_checkin(&c, circle_safe);
    c.hosts[0].is_asleep = true;
    circle_run(&c, HOUR_S + 20 * MIN_S);
    T_EQ(aw_contact_place(c.hosts[1].contact, &place, circle_now(&c, 1)), AW_OK);
    T_EQ(aw_contact_place(c.hosts[2].contact, &place, circle_now(&c, 2)), AW_E_STATE);
    circle_free(&c);
}

/* Goal: who runs one relay cannot add another one's evidence by his own word (PE-36).
 * Method: human 2 runs relay A, human 3 relay B. A's answer proved the silence here, B is down; who
 * votes reads at B only: human 2, whose word shows nothing of B, human 3 himself, then human 4. */
static void test_operator_as_witness(void)
{
    static const struct {
        uint8_t human;
        enum aw_release release;
    } cases[] = {
        {2, AW_RELEASE_PATH},
        {3, AW_RELEASE_YES},
        {4, AW_RELEASE_YES},
    };
    static const uint32_t relay_a = 1U << 2, relay_b = 1U << 3;
    struct aw_plan plan = {.threshold = 2, .council.quorum = 2, .roster_count = 4};

    for (uint8_t i = 0; i < 4; i++)
        plan.roster[i] = (struct aw_member){.person = (uint8_t)(i + 1), .human = (uint8_t)(i + 1)};
    for (size_t i = 0; i < AW_COUNT(cases); i++) {
        struct aw_sitting sitting = {
            .plan = &plan,
            .human = 1,
            .seq = 7,
            .missed = true,
            .level = true,
            .proved = relay_a,
            .operators = relay_a | relay_b,
            .is_read = true,
            .voices = {{.human = cases[i].human, .missed = true, .seq = 7, .operators = relay_b}},
            .voice_count = 1,
        };
        struct aw_tally tally;

        aw_council_tally(&sitting, &tally);
        T_EQ(tally.votes, 2);
        T_EQ(tally.release, cases[i].release);
    }
}

/* Goal: who is in no plan has no vote, though he finds her missed, and cannot reach her.
 * Method: a sitting of nobody, beside one of somebody. */
static void test_nobody(void)
{
    struct aw_plan plan;
    struct aw_sitting s = {.plan = &plan, .missed = true, .unreachable = true, .seq = 7};
    struct aw_tally none, one;

    aw_plan_default(&plan, 3);
    aw_council_tally(&s, &none);
    s.human = 1;
    aw_council_tally(&s, &one);
    T_EQ(none.votes, 0);
    T_EQ(one.votes, 1);
}

/* The beat to the first one and message 2 of the pairing, and nothing more of hers. */
static unsigned answer_only(struct circle *c, const struct circle_cell *cell)
{
    if (cell->from != 0)
        return 1;
    return c->budget > 0 ? c->budget-- : 0;
}

/* Contact 2 is the second device of contact 1, which hears nothing before the plan that names it;
 * a plan of one group for each has introduced both. */
static void begin_with_two_devices(struct circle *c, struct aw_plan *plan)
{
    circle_init(c, 2, 14);
    c->contacts = 1;
    circle_pair(c, 1);
    c->contacts = 2;
    c->budget = 2;
    c->fate = answer_only;
    circle_pair(c, 2);
    c->fate = NULL;
    circle_plan(c, plan);
    plan->roster[1].human = 1;
    plan->threshold = plan->council.quorum = 1;
    plan->change.loosen_s = 2 * HOUR_S;
    council_plan(c, plan, 3);
    circle_run(c, 20 * MIN_S);
    T_EQ(aw_subject_plan(c->hosts[0].subject, plan), AW_OK);
    plan->change.setup = false;
    T_EQ(aw_subject_plan_set(c->hosts[0].subject, plan, NULL, circle_safe, circle_now(c, 0)),
         AW_OK); /* introduces it */
    circle_run(c, 10 * MIN_S);
}

/* Goal: the second device of a human goes by its own groups, though the index of its first share is
 * the human (spec/07-contact.md §3). Method: the rules of both. */
static void test_second_device(void)
{
    struct aw_plan plan;
    struct circle c;

    begin_with_two_devices(&c, &plan);
    T_EQ(council_engine(&c, 2)->book.person, 1);
    T_EQ(aw_co_rules(council_engine(&c, 2)).groups, 2);
    T_EQ(aw_co_rules(council_engine(&c, 1)).groups, 1);
    circle_free(&c);
}

/* Whether her device reads anything of this person. */
static bool reads_of(const struct circle *c, uint8_t person)
{
    static struct aw_mailbox boxes[AW_SUBJECT_MAILBOX_MAX];
    size_t count = aw_subject_mailboxes(c->hosts[0].subject, boxes), i = 0;

    while (i < count && boxes[i].channel != person)
        i++;
    return i < count;
}

/* Goal: the new device of a human becomes the only one when the plan without the old one is in
 * force, which loosens and waits; till then both are one human; then she forgets the old one, and
 * of it nothing is left (spec/15-plan.md §8). Method: both answer a silence, one as the other;
 * forget before and after; the new one watches on, alone. */
static void test_new_device_is_the_only_one(void)
{
    struct aw_subject *her;
    struct aw_person person;
    struct aw_plan plan;
    struct circle c;

    begin_with_two_devices(&c, &plan);
    her = c.hosts[0].subject;
    T_EQ(aw_subject_forget(her, 1, circle_now(&c, 0)), AW_E_STATE);
    plan.roster[0] = plan.roster[1];
    plan.roster[0].human = 2;
    plan.roster[0].groups = 1;
    plan.roster_count = 1;
    T_EQ(aw_subject_plan_set(her, &plan, NULL, circle_safe, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 30 * MIN_S);
    T_EQ(circle_view(&c, 2).pending_loosens, AW_PLAN_FIELD_ROSTER);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(council_view(&c, n).linked, 1);
        T_EQ(council_peer(&c, n, (uint8_t)(3 - n)).human, 1);
    }
    circle_checkin(&c, circle_safe);
    c.hosts[0].is_offline = true;
    circle_run(&c, HOUR_S + 15 * MIN_S);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(circle_view(&c, n).incident, AW_INCIDENT_MISSED);
        T_EQ(council_view(&c, n).votes, 1);
    }
    c.hosts[0].is_offline = false;
    aw_subject_kick(her, circle_now(&c, 0));
    circle_checkin(&c, circle_safe);
    T_EQ(aw_contact_confirm(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, 30 * MIN_S);
    T_EQ(circle_view(&c, 2).incident, AW_INCIDENT_NONE);

    T_EQ(council_engine(&c, 2)->plan.roster_count, 1);
    T_EQ(council_view(&c, 2).peers, 0);
    T_TRUE(reads_of(&c, 1));
    T_EQ(aw_subject_forget(her, 1, circle_now(&c, 0)), AW_OK);
    circle_pump(&c);
    circle_restart(&c, 0);
    T_TRUE(!reads_of(&c, 1));
    T_EQ(aw_subject_person(her, 1, &person), AW_E_NOT_FOUND);
    circle_checkin(&c, circle_safe);
    T_EQ(circle_view(&c, 2).checkin.verdict, AW_VERDICT_SAFE);
    T_TRUE(circle_view(&c, 1).checkin.seq < circle_view(&c, 2).checkin.seq);
    c.hosts[0].is_offline = true;
    circle_run(&c, HOUR_S + 15 * MIN_S);
    T_EQ(circle_view(&c, 2).incident, AW_INCIDENT_MISSED);
    T_EQ(council_view(&c, 2).votes, 1);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_second_device);
    T_RUN(test_new_device_is_the_only_one);
    T_RUN(test_meet);
    T_RUN(test_alone);
    T_RUN(test_cadence);
    T_RUN(test_release);
    T_RUN(test_history);
    T_RUN(test_cut_off);
    T_RUN(test_relay_holds_back);
    T_RUN(test_read);
    T_RUN(test_no_quorum);
    T_RUN(test_data_level);
    T_RUN(test_operator_as_witness);
    T_RUN(test_nobody);
    return t_end();
}
