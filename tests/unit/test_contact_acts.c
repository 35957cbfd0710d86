/* SPDX-License-Identifier: ISC */
/* What a contact's human does in an incident, and who is away, as the others' engines take it
 * (spec/07-contact.md §5, §11). */
#include "support/council.h"

#include "core/contact_impl.h"

static enum aw_status decline(struct circle *c, size_t n)
{
    return aw_contact_decline(c->hosts[n].contact, circle_now(c, n));
}

static uint8_t claim_at_her(const struct circle *c, size_t n)
{
    struct aw_person person;

    T_EQ(aw_subject_person(c->hosts[0].subject, (uint8_t)n, &person), AW_OK);
    return person.claim;
}

/* Rung first is contact 1, with contact 2, who is of the second level as well; contact 3 is of the
 * second; the last rings everybody. */
static void begin_sos(struct circle *c)
{
    struct aw_plan plan;

    council_init(c, 3, 61, &plan);
    plan.levels[1].groups = 2;
    plan.roster[1].groups = 3;
    plan.claim_s = 15 * MIN_S;
    council_begin(c, &plan, 7);
    T_EQ(decline(c, 1), AW_E_STATE);
    T_EQ(aw_subject_sos(c->hosts[0].subject, NULL, NULL, circle_now(c, 0)), AW_OK);
    circle_run(c, 2 * COUNCIL_WITNESS_S);
}

/* Goal: who declines ends his own claim and nobody else's: he is rung again at once, the next level
 * begins as planned where he held it alone, and where others counted on him not later than his
 * claim would have ended; she and they see that he declined.
 * Method: SOS; contact 1 claims, then declines; each engine's level, rings and what it shows. */
static void test_decline(void)
{
    struct circle c;
    size_t rings;

    begin_sos(&c);
    T_EQ(circle_view(&c, 3).level, 1);
    T_TRUE(!circle_view(&c, 3).rings);
    T_EQ(aw_contact_claim(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, 2 * COUNCIL_WITNESS_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_CLAIMED);
    T_EQ(claim_at_her(&c, 1), 1);
    for (size_t n = 2; n <= 3; n++)
        T_EQ(council_peer(&c, n, 1).claim, AW_PEER_CLAIM_ACTING);

    rings = circle_events(&c, 1, AW_EVENT_RING);
    T_EQ(decline(&c, 1), AW_OK);
    circle_pump(&c);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_ALARM);
    T_EQ(circle_events(&c, 1, AW_EVENT_CLAIM_ENDED), 1);
    T_EQ(circle_events(&c, 1, AW_EVENT_RING), rings + 1);
    circle_run(&c, 2 * COUNCIL_WITNESS_S);
    T_EQ(claim_at_her(&c, 1), 2);
    for (size_t n = 2; n <= 3; n++)
        T_EQ(council_peer(&c, n, 1).claim, AW_PEER_CLAIM_DECLINED);

    circle_run(&c, 5 * MIN_S); /* 11 min: the second level, 10 min after the first */
    T_EQ(circle_view(&c, 1).level, 2);
    T_EQ(circle_view(&c, 2).level, 1); /* he claimed about 2 min after the SOS */
    T_EQ(circle_view(&c, 3).level, 2); /* of no group of his: never held */
    T_TRUE(circle_view(&c, 2).rings && circle_view(&c, 3).rings);
    circle_run(&c, 8 * MIN_S);
    T_EQ(circle_view(&c, 2).level, 2);
    circle_free(&c);
}

/* Goal: to decline without a claim ends nothing, not even the claim of another, and stops no ring.
 * Method: SOS; contact 1 claims, contact 2 declines; a restart of each. */
static void test_decline_of_another(void)
{
    struct circle c;

    begin_sos(&c);
    T_EQ(aw_contact_claim(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, 2 * COUNCIL_WITNESS_S);
    T_EQ(decline(&c, 2), AW_OK);
    circle_run(&c, 2 * COUNCIL_WITNESS_S);
    for (size_t n = 1; n <= 2; n++)
        circle_restart(&c, n);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_CLAIMED);
    T_EQ(circle_view(&c, 2).state, AW_LADDER_ALARM);
    T_TRUE(circle_view(&c, 2).rings);
    T_EQ(circle_events(&c, 1, AW_EVENT_CLAIM_ENDED), 0);
    T_EQ(council_peer(&c, 1, 2).claim, AW_PEER_CLAIM_DECLINED);
    T_EQ(claim_at_her(&c, 2), 2);
    circle_free(&c);
}

/* Goal: a level whose people are all away is over as it begins: the next one rings with it, at once
 * and at everybody who is there; with one of its people there it is not passed over.
 * Method: the second of three levels is that of contacts 2 and 3; one or both are away by their
 * rota, and say so in their witness; a missed check-in; the level at contact 1, 4 and at theirs. */
static void test_whole_level_away(void)
{
    const struct aw_quiet all[2] = {{.days = 127, .from = 0, .until = 720},
                                    {.days = 127, .from = 720, .until = 0}};

    for (size_t away = 1; away <= 2; away++) {
        struct aw_plan plan;
        struct circle c;

        council_init(&c, 4, 62, &plan);
        plan.levels[1].groups = 2;
        plan.roster[3].groups = 4; /* the last level only */
        council_begin(&c, &plan, 15);
        for (size_t n = 2; n < 2 + away; n++)
            T_EQ(aw_contact_rota_set(c.hosts[n].contact, all, 2, circle_now(&c, n)), AW_OK);
        circle_checkin(&c, circle_safe);
        c.hosts[0].is_asleep = true;
        circle_run(&c, HOUR_S + 12 * MIN_S);
        for (size_t n = 1; n <= 4; n++)
            T_EQ(circle_view(&c, n).level, 1);
        circle_run(&c, 5 * MIN_S); /* before the second level's time */
        T_TRUE(!circle_view(&c, 3).rings && !circle_view(&c, 4).rings);
        circle_run(&c, 5 * MIN_S); /* after it, and 8 min before the last one's */
        for (size_t n = 1; n <= 4; n++)
            T_EQ(circle_view(&c, n).level, away == 2 ? 3 : 2);
        T_EQ(circle_view(&c, 3).rings, true);
        T_EQ(circle_view(&c, 4).rings, away == 2);
        T_EQ(circle_view(&c, 2).rings, away == 2); /* away, but the last level passes nobody over */
        circle_free(&c);
    }
}

int main(void)
{
    T_RUN(test_decline);
    T_RUN(test_decline_of_another);
    T_RUN(test_whole_level_away);
    return t_end();
}
