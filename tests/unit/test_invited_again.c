/* SPDX-License-Identifier: ISC */
/* Who was removed quietly and is invited anew: by her, or by who holds her phone
 * (spec/06-subject.md §13, spec/02-threats.md §7). Contact 4 is the human of contact 1, under
 * another number: he has both engines, and all that either was ever told. Last, who holds her phone
 * invites people of his own. */
#include "support/attacker.h"
#include "support/council.h"

#include "core/contact_impl.h"
#include "core/subject_impl.h"

static const uint8_t new_safe[AW_PRESENCE_KEY_LEN] = {4};

static struct aw_subject *her(struct circle *c)
{
    return c->hosts[0].subject;
}

/* Contacts 1 to 3 in a plan, all in the circle; a check-in with a place; contact 1 is removed.
 * Returns the number of that statement. */
static uint32_t remove_first(struct circle *c, uint64_t seed)
{
    struct aw_secrets secrets = {.safe_key = {4}, .duress_key = {5}, .circle = 6};
    struct aw_plan plan;
    uint32_t seq;

    circle_init(c, 4, seed);
    c->relay_count = 2;
    for (size_t n = 1; n <= 3; n++)
        circle_pair(c, n);
    circle_plan(c, &plan);
    plan.schedule[0].every_s = 24 * HOUR_S;
    plan.roster_count = 3;
    plan.council.quorum = 2;
    plan.council.witness_s = 5 * MIN_S;
    plan.levels[0].shares = plan.levels[1].shares = plan.levels[2].shares = true;
    plan.operators_count = 2;
    for (size_t i = 0; i < 2; i++) {
        memcpy(plan.operators[i].relay_key, c->relays[i].relay_key, AW_KEY_LEN);
        plan.operators[i].person = i == 0 ? 2 : 0;
    }
    council_begin(c, &plan, 7);
    council_checkin(c, circle_safe);
    seq = subject_of(her(c))->core.seq;
    T_TRUE(aw_keep_find(&council_engine(c, 1)->keep, seq) != NULL);

    T_EQ(aw_subject_plan(her(c), &plan), AW_OK);
    plan.roster_count--;
    memmove(&plan.roster[0], &plan.roster[1], plan.roster_count * sizeof plan.roster[0]);
    plan.roster[0].groups = 1;
    T_EQ(aw_subject_remove(her(c), 1, &plan, &secrets, circle_safe, circle_now(c, 0)), AW_OK);
    circle_run(c, 15 * MIN_S);
    return seq;
}

static void set_plan_with_fourth(struct circle *c, const uint8_t key[AW_PRESENCE_KEY_LEN])
{
    struct aw_plan plan;

    T_EQ(aw_subject_plan(her(c), &plan), AW_OK);
    plan.roster[plan.roster_count] = (struct aw_member){
        .person = 4, .human = 4, .groups = 2, .data = AW_DATA_EXACT, .name = "contact 4"};
    plan.roster_count++;
    T_EQ(aw_subject_plan_set(her(c), &plan, NULL, key, circle_now(c, 0)), AW_OK);
    circle_run(c, 50 * MIN_S);
}

/* His new channel, and all that he says of himself in it, is another one, and it was told nothing
 * of before. */
static void expect_fresh(struct circle *c, uint32_t seq)
{
    const struct contact *old = council_engine(c, 1), *new = council_engine(c, 4);

    T_TRUE(memcmp(old->channel.id, new->channel.id, sizeof old->channel.id) != 0);
    T_TRUE(memcmp(old->peers.book.key.pk, new->peers.book.key.pk, AW_KEY_LEN) != 0);
    T_TRUE(memcmp(old->peers.book.seed, new->peers.book.seed, AW_KEY_LEN) != 0);
    T_TRUE(aw_keep_find(&new->keep, seq) == NULL);
    T_EQ(circle_view(c, 4).incident, AW_INCIDENT_NONE);
}

/* In the old channel all goes on as it was. */
static void expect_calm(struct circle *c)
{
    struct aw_place place;
    struct aw_plan plan;

    T_EQ(circle_view(c, 1).state, AW_LADDER_FINE);
    T_EQ(circle_view(c, 1).incident, AW_INCIDENT_NONE);
    T_TRUE(circle_view(c, 1).circle);
    T_EQ(aw_contact_plan(c->hosts[1].contact, &plan), AW_OK);
    T_EQ(plan.roster_count, 3);
    T_EQ(plan.roster[0].person, 1);
    T_EQ(plan.decoys, 0);
    T_EQ(aw_contact_place(c->hosts[1].contact, &place, circle_now(c, 1)), AW_E_STATE);
}

/* Her next check-in has a place, and no other follows. A phone that is off is silent for the
 * removed one, too, who is rung; but he is given nothing, and his vote goes nowhere. */
static void fall_silent(struct circle *c)
{
    council_checkin(c, new_safe);
    c->hosts[0].is_asleep = true;
    circle_run(c, 24 * HOUR_S + 20 * MIN_S);
}

/* Goal: attack 6, by her own hand: who was removed and is invited anew gets a channel in which
 * nothing of before is; before a plan names him it tells him nothing, afterwards he has the one
 * vote and share of contact 4. What he holds of contact 1 counts nowhere, and the old channel stays
 * calm. Method: removal, a new pairing, her plan, a silence; each engine's votes, shares and
 * places. */
static void test_attack_06_removed_is_invited_again(void)
{
    struct aw_place place;
    struct circle c;
    uint32_t seq = remove_first(&c, 81), versions = circle_view(&c, 1).plan_version;

    circle_pair(&c, 4);
    circle_run(&c, HOUR_S / 2);
    expect_fresh(&c, seq);
    T_EQ(circle_view(&c, 4).plan_version, 0);
    T_EQ(council_engine(&c, 4)->peers.used, 0);
    T_EQ(aw_contact_place(c.hosts[4].contact, &place, circle_now(&c, 4)), AW_E_STATE);
    expect_calm(&c);

    set_plan_with_fourth(&c, new_safe);
    T_EQ(circle_view(&c, 4).plan_version, circle_view(&c, 2).plan_version);
    T_EQ(circle_view(&c, 1).plan_version, versions + 1); /* it rises as with every plan */
    expect_fresh(&c, seq);
    expect_calm(&c);

    fall_silent(&c);
    T_EQ(aw_contact_place(c.hosts[1].contact, &place, circle_now(&c, 1)), AW_E_STATE);
    for (size_t n = 2; n <= 4; n++) {
        T_EQ(circle_view(&c, n).incident, AW_INCIDENT_MISSED);
        T_EQ(council_view(&c, n).votes, 3);
        T_EQ(aw_contact_place(c.hosts[n].contact, &place, circle_now(&c, n)), AW_OK);
        T_TRUE(place.seq > seq);
        T_EQ(place.from & 1, 0);
    }
    T_EQ(aw_contact_place_before(c.hosts[4].contact, seq + 1, &place, circle_now(&c, 4)),
         AW_E_NOT_FOUND);
    circle_free(&c);
}

/* Goal: attack 6, by who holds her phone: he invites the removed one anew, without her secret.
 * Expected: a channel, and no vote, no share and no say in the circle, for weeks; nor does what he
 * holds of contact 1 count. Method: a plan with contact 4 under a wrong secret; days; a silence. */
static void test_attack_06_holder_invites_again(void)
{
    struct aw_place place;
    struct aw_plan plan;
    struct circle c;
    uint32_t seq = remove_first(&c, 82);

    circle_pair(&c, 4);
    set_plan_with_fourth(&c, circle_wrong);
    for (unsigned day = 0; day < 3; day++) {
        circle_run(&c, 22 * HOUR_S);
        council_checkin(&c, new_safe);
    }
    expect_fresh(&c, seq);
    for (size_t n = 2; n <= 3; n++) {
        T_EQ(aw_contact_plan(c.hosts[n].contact, &plan), AW_OK);
        T_EQ(plan.roster_count, 2);
        T_TRUE(circle_view(&c, n).pending_unjudged);
    }
    fall_silent(&c);
    for (size_t n = 2; n <= 3; n++) {
        T_EQ(circle_view(&c, n).incident, AW_INCIDENT_MISSED);
        T_EQ(council_view(&c, n).votes, 2);
        T_EQ(aw_contact_place(c.hosts[n].contact, &place, circle_now(&c, n)), AW_OK);
        T_EQ(place.from & 9, 0);
    }
    T_EQ(aw_contact_place(c.hosts[4].contact, &place, circle_now(&c, 4)), AW_E_STATE);
    T_EQ(aw_contact_place(c.hosts[1].contact, &place, circle_now(&c, 1)), AW_E_STATE);
    circle_free(&c);
}

/* Contacts 3 and 4 are his: he pairs them, and sets a plan that names them, each in a group of its
 * own, and closes by her check-in alone. */
static void set_puppets(struct circle *c, const struct aw_plan *before)
{
    struct aw_plan plan = *before;

    for (uint8_t i = 2; i < 4; i++) {
        plan.roster[i] = plan.roster[0];
        plan.roster[i].person = plan.roster[i].human = (uint8_t)(i + 1);
        plan.roster[i].groups = (uint8_t)(1U << i);
        memset(plan.roster[i].key, 0, AW_KEY_LEN);
        memset(plan.roster[i].sign_key, 0, AW_KEY_LEN);
    }
    plan.roster_count = 4;
    plan.relaxed = true;
    T_EQ(aw_subject_plan_set(her(c), &plan, NULL, circle_wrong, circle_now(c, 0)), AW_OK);
    circle_run(c, HOUR_S);
}

/* Goal: attack 6: who holds her phone adds two puppets in different groups; so he does again on the
 * phone as it was in a backup; and waits for weeks. Expected: in the circle neither is anybody: no
 * vote, no share of the others, no say about the plan and none about closing.
 * Method: each puppet's device says what it can: words compared, a miss, a confirmation. */
static void test_attack_06_puppets_and_a_backup(void)
{
    struct aw_place place;
    struct aw_plan plan, held;
    struct image backup;
    struct circle c;

    council_init(&c, 4, 83, &plan);
    plan.schedule[0].every_s = 24 * HOUR_S;
    plan.roster_count = 2;
    plan.council.quorum = 2;
    plan.council.witness_s = 5 * MIN_S;
    plan.change.setup = false;
    council_begin(&c, &plan, 3);
    circle_run(&c, HOUR_S);
    T_EQ(aw_subject_plan(her(&c), &plan), AW_OK);
    backup = image_take(&c, 0);
    set_puppets(&c, &plan);
    image_restore(&c, 0, &backup);
    circle_run(&c, HOUR_S);
    set_puppets(&c, &plan);
    for (unsigned day = 0; day < (t_is_slow() ? 3 : 14); day++) {
        council_checkin(&c, circle_safe);
        for (size_t n = 3; n <= 4; n++)
            T_EQ(aw_contact_words_compared(c.hosts[n].contact, circle_now(&c, n)), AW_OK);
        circle_run(&c, 24 * HOUR_S);
    }
    council_checkin(&c, circle_safe);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(aw_contact_plan(c.hosts[n].contact, &held), AW_OK);
        T_EQ(held.version, plan.version);
        T_EQ(held.roster_count, 2);
        T_TRUE(circle_view(&c, n).pending_unjudged);
        T_EQ(council_view(&c, n).peers, 1);
    }
    c.hosts[0].is_asleep = true;
    circle_run(&c, 24 * HOUR_S + 20 * MIN_S);
    for (size_t n = 3; n <= 4; n++) {
        T_EQ(circle_view(&c, n).incident, AW_INCIDENT_MISSED);
        T_EQ(aw_contact_confirm(c.hosts[n].contact, circle_now(&c, n)), AW_OK);
    }
    circle_run(&c, HOUR_S);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(circle_view(&c, n).incident, AW_INCIDENT_MISSED);
        T_EQ(council_view(&c, n).votes, 2);
        T_EQ(circle_events(&c, n, AW_EVENT_CLOSED), 0);
        T_EQ(aw_contact_place(c.hosts[n].contact, &place, circle_now(&c, n)), AW_OK);
        T_EQ(place.from & 12, 0);
    }
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_attack_06_removed_is_invited_again);
    T_RUN(test_attack_06_holder_invites_again);
    T_RUN(test_attack_06_puppets_and_a_backup);
    return t_end();
}
