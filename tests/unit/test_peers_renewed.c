/* SPDX-License-Identifier: ISC */
/* Pairs of contacts that were parted, and how they meet again (spec/16-peers.md §2). */
#include "support/attacker.h"
#include "support/council.h"

#include <string.h>

#include "core/contact_impl.h"
#include "core/peer.h"

static struct aw_person person(const struct circle *c, uint8_t n)
{
    struct aw_person out;

    T_EQ(aw_subject_person(c->hosts[0].subject, n, &out), AW_OK);
    return out;
}

static void verify(struct circle *c, uint8_t n)
{
    T_EQ(aw_subject_verify(c->hosts[0].subject, n, circle_now(c, 0)), AW_OK);
    T_EQ(aw_contact_verify(c->hosts[n].contact, circle_now(c, n)), AW_OK);
}

/* Whose key changed, or who lost the plan, is a reason to set it again. */
static bool is_plan_due(const struct circle *c)
{
    bool is_due = false;

    for (uint8_t n = 1; n <= c->contacts; n++)
        is_due = is_due || person(c, n).plan_due;
    return is_due;
}

/* Other keys in the roster loosen it: they hold after an hour. */
static void set_plan_again(struct circle *c)
{
    struct aw_plan plan;

    T_EQ(aw_subject_plan(c->hosts[0].subject, &plan), AW_OK);
    T_EQ(aw_subject_plan_set(c->hosts[0].subject, &plan, NULL, circle_safe, circle_now(c, 0)),
         AW_OK);
    circle_run(c, 70 * MIN_S);
}

/* Whether everybody hears everybody else, now. */
static bool all_meet(const struct circle *c)
{
    for (size_t n = 1; n <= c->contacts; n++) {
        for (uint8_t m = 1; m <= c->contacts; m++) {
            const struct aw_peer *peer =
                aw_peers_find_const(&contact_of(c->hosts[n].contact)->peers, m);

            if (m != n && (peer == NULL || aw_peer_state(peer) != AW_PEER_LINKED ||
                           peer->heard_at_s + 5 * COUNCIL_WITNESS_S < circle_now_s(c)))
                return false;
        }
    }
    return true;
}

/* Goal: two who have just met take each other for nobody's old state: who has heard nothing yet
 * names the first cell, and the other one has perhaps not sent it (PE-42). Method: pairs whose
 * slots lie in many orders, looked at often while they meet. */
static void test_just_met(void)
{
    struct aw_plan plan;
    struct circle c;

    for (uint64_t seed = 520; seed < 540; seed++) {
        council_init(&c, 2, seed, &plan);
        council_plan(&c, &plan, 3);
        for (int i = 0; i < 100; i++) {
            circle_run(&c, 5);
            for (size_t n = 1; n <= 2; n++) {
                const struct aw_peers *peers = &contact_of(c.hosts[n].contact)->peers;

                T_TRUE(peers->used == 0 || !peers->list[0].channel.asking.live);
            }
        }
        T_TRUE(all_meet(&c));
        circle_free(&c);
    }
}

/* Goal: a contact's device that was restored from a backup meets the others again after her next
 * plan; that one is due, she is shown (PE-37, SU-38).
 * Method: an image older than all resumption keys but the first, of a council of three. */
static void test_restored_contact(void)
{
    struct aw_plan plan;
    struct image old;
    struct circle c;

    council_init(&c, 3, 501, &plan);
    plan.change.loosen_s = HOUR_S;
    council_begin(&c, &plan, 5);
    T_TRUE(all_meet(&c));
    old = image_take(&c, 2);
    for (int i = 0; i < 4; i++) {
        council_checkin(&c, circle_safe);
        circle_run(&c, 50 * MIN_S);
    }
    image_restore(&c, 2, &old);
    circle_run(&c, 4 * HOUR_S);
    T_TRUE(circle_view(&c, 2).quarantined);
    verify(&c, 2);
    council_checkin(&c, circle_safe);
    circle_run(&c, HOUR_S);
    T_TRUE(!all_meet(&c));
    T_TRUE(is_plan_due(&c));
    for (size_t n = 1; n <= 3; n++) /* the next keys are in the store */
        circle_restart(&c, n);
    set_plan_again(&c);
    T_TRUE(all_meet(&c));
    T_TRUE(!is_plan_due(&c));
    circle_free(&c);
}

/* Goal: so it is where her channel healed by itself and only the pairs are too old.
 * Method: the channels with the others are put back by half an hour of witnesses. */
static void test_pairs_alone_too_old(void)
{
    struct aw_peers *peers;
    struct aw_channel old[2];
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 3, 502, &plan);
    plan.change.loosen_s = HOUR_S;
    council_begin(&c, &plan, 5);
    peers = &contact_of(c.hosts[2].contact)->peers;
    for (size_t i = 0; i < 2; i++)
        old[i] = peers->list[i].channel;
    circle_run(&c, 30 * MIN_S);
    for (size_t i = 0; i < 2; i++)
        peers->list[i].channel = old[i];
    circle_run(&c, 2 * HOUR_S);
    T_TRUE(!circle_view(&c, 2).quarantined);
    T_TRUE(!all_meet(&c));
    T_TRUE(is_plan_due(&c));
    set_plan_again(&c);
    T_TRUE(all_meet(&c));
    T_TRUE(!is_plan_due(&c));
    circle_free(&c);
}

/* Goal: a device restored from before it met the others is no longer waited for in vain (PE-38).
 * Method: an image of contact 2 when it has been introduced and knows nobody yet. */
static void test_restored_before_meeting(void)
{
    const struct aw_peers *peers;
    struct aw_plan plan;
    struct image old;
    struct circle c;

    council_init(&c, 3, 505, &plan);
    plan.change.loosen_s = HOUR_S;
    council_plan(&c, &plan, 5);
    peers = &contact_of(c.hosts[2].contact)->peers;
    for (int i = 0; i < 60 && (peers->used == 0 || peers->list[0].intro == 0); i++)
        circle_run(&c, 1);
    T_TRUE(peers->list[0].intro != 0 && peers->list[0].met == 0);
    old = image_take(&c, 2);
    circle_run(&c, 10 * MIN_S);
    T_TRUE(all_meet(&c));
    image_restore(&c, 2, &old);
    circle_run(&c, 4 * HOUR_S);
    if (circle_view(&c, 2).quarantined)
        verify(&c, 2);
    circle_run(&c, HOUR_S);
    T_TRUE(!all_meet(&c));
    T_TRUE(is_plan_due(&c));
    set_plan_again(&c);
    T_TRUE(all_meet(&c));
    circle_free(&c);
}

/* Drops the first file that she sends while there is a budget. */
static unsigned lose_a_file(struct circle *c, const struct circle_cell *cell)
{
    if (cell->from != 0 || cell->len != AW_CELL_BULK_LEN || c->budget == 0)
        return 1;
    c->budget--;
    return 0;
}

/* Goal: a relay that takes the introductions and loses them parts nobody for long (CO-71).
 * Method: two relays, both lose the first file; the plan arrives and counts, and is not named; the
 * set comes again. */
static void test_lost_introductions(void)
{
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 2, 503, &plan);
    c.fate = lose_a_file;
    c.budget = (unsigned)c.relay_count;
    council_plan(&c, &plan, 1);
    circle_run(&c, 50);
    T_EQ(c.budget, 0);
    T_EQ(circle_view(&c, 1).plan_version, 1);
    T_EQ(circle_view(&c, 2).plan_version, 1);
    T_TRUE(person(&c, 1).plan_version == 0 || person(&c, 2).plan_version == 0);
    circle_restart(&c, 1); /* what is lacking is in the store */
    circle_restart(&c, 2);
    circle_run(&c, 20 * MIN_S);
    T_EQ(person(&c, 1).plan_version, 1);
    T_EQ(person(&c, 2).plan_version, 1);
    T_TRUE(all_meet(&c));
    circle_free(&c);
}

/* Goal: a contact who lost a plan that he had named is shown to her as a reason to set it again
 * (SU-38).
 * Method: an image from before the second plan. */
static void test_forgotten_plan(void)
{
    struct aw_plan plan;
    struct image old;
    struct circle c;

    council_init(&c, 2, 504, &plan);
    plan.change.loosen_s = HOUR_S;
    council_begin(&c, &plan, 1);
    old = image_take(&c, 2);
    set_plan_again(&c);
    T_EQ(person(&c, 2).plan_version, 2);
    T_TRUE(!person(&c, 2).plan_due);
    image_restore(&c, 2, &old);
    circle_run(&c, 4 * HOUR_S);
    if (circle_view(&c, 2).quarantined)
        verify(&c, 2);
    circle_run(&c, HOUR_S);
    T_EQ(circle_view(&c, 2).plan_version, 1);
    T_TRUE(person(&c, 2).plan_due);
    set_plan_again(&c);
    T_EQ(circle_view(&c, 2).plan_version, 3);
    T_TRUE(!person(&c, 2).plan_due);
    T_TRUE(all_meet(&c));
    circle_free(&c);
}

static uint32_t in_force(const struct circle *c)
{
    struct aw_subject_view view;

    aw_subject_view(c->hosts[0].subject, &view);
    return view.plan_version;
}

/* Small cells alone come through. */
static unsigned no_files(struct circle *c, const struct circle_cell *cell)
{
    (void)c;
    return cell->len > AW_CELL_LEN ? 0 : 1;
}

/* Goal: a contact whose disk lost the word of a plan that it had named does not keep the old plan
 * for ever unnoticed: that the plan is due, she is shown (SU-38).
 * Method: the word comes, its file does not; the contact forgets the word. */
static void test_lost_word_of_a_plan(void)
{
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 1, 506, &plan);
    plan.change.loosen_s = HOUR_S;
    council_begin(&c, &plan, 5);
    T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
    plan.grace_s -= 60;
    c.fate = no_files;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 10 * MIN_S);
    T_EQ(person(&c, 1).words_waiting, 0);
    contact_of(c.hosts[1].contact)->book.has_plan_word = false;
    c.fate = NULL;
    circle_run(&c, 10 * MIN_S);
    T_TRUE(!person(&c, 1).plan_due);
    circle_run(&c, 4 * HOUR_S);
    T_EQ(circle_view(&c, 1).plan_version + 1, in_force(&c));
    T_TRUE(person(&c, 1).plan_due);
    set_plan_again(&c);
    T_TRUE(!person(&c, 1).plan_due);
    T_EQ(circle_view(&c, 1).plan_version, in_force(&c));
    circle_free(&c);
}

/* Goal: two who lost the channel that they made last, one of them with his disk, do not talk past
 * each other for ever: her next plan brings them together, and that it is due she is shown (PE-39).
 * Method: the pair is made anew; then one side has the channel of before. */
static void test_lost_channel_of_a_pair(void)
{
    struct aw_peer *peer;
    struct aw_channel before;
    struct aw_plan plan;
    uint32_t met;
    struct circle c;

    council_init(&c, 3, 507, &plan);
    plan.change.loosen_s = HOUR_S;
    council_begin(&c, &plan, 5);
    peer = aw_peers_find(&contact_of(c.hosts[1].contact)->peers, 2);
    before = peer->channel;
    met = peer->met;
    aw_co_peers_renew(contact_of(c.hosts[2].contact));
    circle_run(&c, HOUR_S);
    set_plan_again(&c);
    T_TRUE(all_meet(&c));
    T_TRUE(peer->met > met);
    peer->channel = before;
    peer->met = met;
    circle_run(&c, 7 * COUNCIL_WITNESS_S);
    T_TRUE(!all_meet(&c));
    T_TRUE(!is_plan_due(&c));
    circle_run(&c, HOUR_S);
    T_TRUE(is_plan_due(&c));
    set_plan_again(&c);
    T_TRUE(all_meet(&c));
    T_TRUE(!is_plan_due(&c));
    circle_free(&c);
}

/* Goal: a secret that two took up early, under keys that are replaced meanwhile, is a new one with
 * the next keys (PE-43).
 * Method: a plan of a higher number is in force, as where her phone lost plans: her introductions
 * are used before the plan that they belong to; the next one repeats their secrets. */
static void test_secret_before_its_key(void)
{
    struct aw_plan plan;
    struct aw_peer *peer;
    struct circle c;
    uint8_t psk[AW_KEY_LEN];

    council_init(&c, 2, 508, &plan);
    plan.change.loosen_s = HOUR_S;
    council_begin(&c, &plan, 3);
    aw_co_peers_renew(council_engine(&c, 2));
    circle_run(&c, HOUR_S);
    for (size_t n = 1; n <= 2; n++)
        council_engine(&c, n)->plan.version = 2;
    peer = aw_peers_find(&council_engine(&c, 2)->peers, 1);
    memcpy(psk, peer->psk, AW_KEY_LEN);
    set_plan_again(&c);
    T_TRUE(memcmp(psk, peer->psk, AW_KEY_LEN) != 0);
    memcpy(psk, peer->psk, AW_KEY_LEN);
    T_TRUE(all_meet(&c));
    T_EQ(in_force(&c), 2);
    T_TRUE(council_engine(&c, 2)->peers.book.has_next_key);
    set_plan_again(&c);
    T_TRUE(!council_engine(&c, 2)->peers.book.has_next_key);
    T_MEM_EQ(psk, peer->psk, AW_KEY_LEN);
    T_TRUE(all_meet(&c));
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_just_met);
    T_RUN(test_restored_contact);
    T_RUN(test_pairs_alone_too_old);
    T_RUN(test_restored_before_meeting);
    T_RUN(test_lost_introductions);
    T_RUN(test_forgotten_plan);
    T_RUN(test_lost_word_of_a_plan);
    T_RUN(test_lost_channel_of_a_pair);
    T_RUN(test_secret_before_its_key);
    return t_end();
}
