/* SPDX-License-Identifier: ISC */
/* Her plan card at the contacts (spec/16-peers.md §8 and §9), with real engines under virtual time.
 */
#include "support/council.h"

#include "base/bytes.h"
#include "core/contact_impl.h"

static const struct aw_card text = {
    .version = 1,
    .sections = {{AW_CARD_FIRST, 0, "ring 112, then the sister"},
                 {AW_CARD_DOOR, 2, "4711"},
                 {AW_CARD_MEDICAL, 3, "insulin, in the fridge"}},
    .sections_count = 3,
};

static void set_card(struct circle *c, const struct aw_card *card)
{
    T_EQ(aw_subject_card_set(c->hosts[0].subject, card, circle_safe, circle_now(c, 0)), AW_OK);
    circle_run(c, 10 * MIN_S);
}

/* Three contacts, 1 and 3 in the circle; a card that everybody holds; she checked in. */
static void begin(struct circle *c, uint64_t seed, struct aw_plan *plan)
{
    council_init(c, 3, seed, plan);
    council_begin(c, plan, 5);
    set_card(c, &text);
    council_checkin(c, circle_safe);
    circle_run(c, 5);
}

static enum aw_status card_at(const struct circle *c, size_t n, struct aw_card *card)
{
    return aw_contact_card(c->hosts[n].contact, card);
}

/* Goal: after silence that a quorum finds the card opens, level by level, over a restart too; with
 * the incident it is sealed again (PE-28, PE-32).
 * Method: levels at 0, 10 and 20 min; her phone off; then she is back, safe. */
static void test_silence(void)
{
    struct aw_card card;
    struct aw_plan plan;
    struct circle c;

    begin(&c, 61, &plan);
    for (size_t n = 1; n <= 3; n++)
        T_EQ(card_at(&c, n, &card), AW_E_STATE);
    c.hosts[0].is_asleep = true;
    circle_run(&c, HOUR_S + plan.grace_s - 30);
    for (size_t n = 1; n <= 3; n++)
        T_EQ(card_at(&c, n, &card), AW_E_STATE);
    circle_run(&c, 6 * MIN_S);
    for (size_t n = 1; n <= 3; n++) {
        T_EQ(circle_view(&c, n).level, 1);
        T_EQ(card_at(&c, n, &card), AW_OK);
        T_EQ(circle_events(&c, n, AW_EVENT_CARD), 1);
        T_EQ(card.sections_count, 1);
        T_STR_EQ(card.sections[0].text, text.sections[0].text);
        T_EQ(card.sections[1].text[0], 0);
    }
    circle_restart(&c, 2);
    circle_run(&c, 6 * MIN_S);
    T_EQ(card_at(&c, 2, &card), AW_OK);
    T_EQ(card.sections_count, 2);
    T_STR_EQ(card.sections[1].text, text.sections[1].text);
    circle_run(&c, 10 * MIN_S);
    T_EQ(card_at(&c, 2, &card), AW_OK);
    T_EQ(card.sections_count, 3);

    c.hosts[0].is_asleep = false;
    circle_run(&c, 5);
    circle_checkin(&c, circle_safe);
    circle_run(&c, 60);
    for (size_t n = 1; n <= 3; n++)
        T_EQ(aw_contact_confirm(c.hosts[n].contact, circle_now(&c, n)), AW_OK);
    circle_run(&c, 5 * COUNCIL_WITNESS_S);
    for (size_t n = 1; n <= 3; n++) {
        T_EQ(card_at(&c, n, &card), AW_E_STATE);
        T_EQ(contact_of(c.hosts[n].contact)->peers.place.has_card, 0);
    }
    circle_free(&c);
}

/* Goal: her SOS opens the card to everybody, without any vote, for as long as it lasts (PE-30).
 * Method: an SOS in calm; the silence that follows is nobody's yet. */
static void test_sos(void)
{
    struct aw_card card;
    struct aw_plan plan;
    struct circle c;

    begin(&c, 62, &plan);
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_pump(&c);
    T_EQ(card_at(&c, 1, &card), AW_E_STATE); /* nobody has said anything yet */
    circle_run(&c, 3 * COUNCIL_WITNESS_S);
    for (size_t n = 1; n <= 3; n++) {
        T_EQ(circle_view(&c, n).incident, AW_INCIDENT_SOS);
        T_EQ(council_view(&c, n).votes, 0);
        T_EQ(card_at(&c, n, &card), AW_OK);
        T_EQ(card.sections_count, 1);
    }
    circle_free(&c);
}

/* Goal: under duress the card opens in the circle, and outside it nothing is said (PE-11).
 * Method: a check-in with the other secret; contact 2 is outside. */
static void test_duress(void)
{
    struct aw_card card;
    struct aw_plan plan;
    struct circle c;

    begin(&c, 63, &plan);
    council_checkin(&c, circle_duress);
    circle_run(&c, 5 * COUNCIL_WITNESS_S);
    T_EQ(card_at(&c, 1, &card), AW_OK);
    T_EQ(card_at(&c, 3, &card), AW_OK);
    T_EQ(card_at(&c, 2, &card), AW_E_STATE);
    T_EQ(contact_of(c.hosts[2].contact)->peers.place.has_card, 0);
    circle_free(&c);
}

/* Goal: below the quorum the card stays sealed, and who is to learn nothing of her place gets no
 * share of it (PE-25).
 * Method: quorum of three with one asleep; then contact 2 with data level none. */
static void test_sealed(void)
{
    struct aw_card card;
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 3, 64, &plan);
    plan.council.quorum = 3;
    council_begin(&c, &plan, 5);
    set_card(&c, &text);
    council_checkin(&c, circle_safe);
    c.hosts[0].is_asleep = c.hosts[3].is_asleep = true;
    circle_run(&c, 5 * HOUR_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
    T_EQ(card_at(&c, 1, &card), AW_E_STATE);
    T_EQ(card_at(&c, 2, &card), AW_E_STATE);
    circle_free(&c);

    council_init(&c, 3, 65, &plan);
    plan.roster[1].data = AW_DATA_NONE;
    council_begin(&c, &plan, 5);
    set_card(&c, &text);
    council_checkin(&c, circle_safe);
    c.hosts[0].is_asleep = true;
    circle_run(&c, HOUR_S + 20 * MIN_S);
    T_EQ(card_at(&c, 1, &card), AW_OK);
    T_EQ(card_at(&c, 2, &card), AW_E_STATE);
    circle_free(&c);
}

/* Goal: who holds the phone cannot make a contact lose the card by sending others (PE-31), and a
 * share that is none is refused.
 * Method: ten other files, over a restart; the same one again; index 0 and a scalar beyond L. */
static void test_junk(void)
{
    uint8_t body[AW_CARD_FILE_LEN_MAX];
    struct aw_buf space = AW_BUF_OF(body);
    struct aw_bytes file;
    struct aw_card card;
    struct aw_plan plan;
    struct contact *e;
    struct circle c;

    begin(&c, 66, &plan);
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 3 * COUNCIL_WITNESS_S);
    e = contact_of(c.hosts[2].contact);
    for (uint8_t i = 1; i <= 10; i++) {
        T_EQ(aw_co_card_file(e, council_card_junk(&space, 100 + i, i)), AW_OK);
        T_EQ(aw_co_card_file(e, council_card_junk(&space, 100 + i, i)), AW_E_REPLAY);
        circle_run(&c, 1);
    }
    T_EQ(aw_co_card_file(e, council_card_junk(&space, 1, 77)), AW_E_REPLAY);
    T_EQ(card_at(&c, 2, &card), AW_OK);
    circle_restart(&c, 2);
    T_EQ(card_at(&c, 2, &card), AW_OK);
    e = contact_of(c.hosts[2].contact);
    file = council_card_junk(&space, 200, 1);
    body[file.len - 200 - 3 - 33] = 0; /* index of the share */
    T_EQ(aw_co_card_file(e, file), AW_E_RANGE);
    circle_free(&c);
}

/* Goal: a new card replaces the old one with its plan; another threshold of a later plan does not
 * close it; a card that is taken back is gone.
 * Method: an SOS goes on all the while. */
static void test_changes(void)
{
    static const struct aw_card second = {
        .version = 2, .sections = {{AW_CARD_AVOID, 0, "no sirens"}}, .sections_count = 1};
    struct aw_card card;
    struct aw_plan plan;
    struct circle c;

    begin(&c, 67, &plan);
    set_card(&c, &second);
    T_EQ(aw_subject_plan(c.hosts[0].subject, &plan), AW_OK);
    plan.threshold = 3;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 10 * MIN_S);
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 3 * COUNCIL_WITNESS_S);
    for (size_t n = 1; n <= 3; n++) {
        T_EQ(aw_contact_plan(c.hosts[n].contact, &plan), AW_OK);
        T_EQ(plan.threshold, 3);
        T_EQ(card_at(&c, n, &card), AW_OK);
        T_EQ(card.version, 3); /* that of the plan that brought it */
        T_STR_EQ(card.sections[0].text, second.sections[0].text);
    }
    set_card(&c, NULL);
    for (size_t n = 1; n <= 3; n++) {
        if (aw_contact_plan(c.hosts[n].contact, &plan) == AW_OK && plan.has_card_hash)
            continue; /* the alarm ended the set-up: it waits, and the card stays */
        T_EQ(card_at(&c, n, &card), AW_E_NOT_FOUND);
    }
    circle_free(&c);
}

/* Goal: a share of the card counts only as that of the human who sent it (PE-27).
 * Method: contact 2's share in the name of others; then a forged one from 1, and the good one of 3.
 */
static void test_forged_shares(void)
{
    struct aw_witness w = {.has_share = true, .share_seq = 0};
    struct aw_card card;
    struct aw_plan plan;
    struct contact *e;
    struct circle c;

    begin(&c, 68, &plan);
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_pump(&c);
    e = contact_of(c.hosts[2].contact);
    T_TRUE(aw_co_card_share(contact_of(c.hosts[3].contact), &w));
    T_EQ(w.share[0], 3);
    aw_co_take_card_share(e, 1, &w);
    T_EQ(e->peers.place.has_card, 0);
    w.share[0] = 1;
    aw_co_take_card_share(e, 1, &w);
    T_EQ(e->peers.place.has_card, 1);
    T_EQ(card_at(&c, 2, &card), AW_E_STATE);
    w.share[0] = 3;
    aw_co_take_card_share(e, 3, &w);
    T_EQ(card_at(&c, 2, &card), AW_OK);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_silence);
    T_RUN(test_sos);
    T_RUN(test_duress);
    T_RUN(test_sealed);
    T_RUN(test_junk);
    T_RUN(test_changes);
    T_RUN(test_forged_shares);
    return t_end();
}
