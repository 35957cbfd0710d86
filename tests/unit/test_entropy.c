/* SPDX-License-Identifier: ISC */
/*
 * No random numbers. Every call that draws is made with a source that gives up after none, one,
 * two ... draws: it returns AW_E_ENTROPY and changes nothing (allswell/base.h), until it has all
 * that it needs. What leaves by itself leaves later. Nothing is said under a number drawn twice.
 */
#include "support/council.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"

#define DRAWS_MAX 400

static struct aw_subject *her(struct circle *c)
{
    return c->hosts[0].subject;
}

static uint64_t change_of(const struct circle *c, size_t host)
{
    return host == 0 ? subject_of(c->hosts[0].subject)->outbox.change
                     : contact_of(c->hosts[host].contact)->outbox.change;
}

/* Makes the call of `host` again and again, with one draw more each time. How often it failed. */
static unsigned drawn(struct circle *c, size_t host,
                      enum aw_status (*call)(struct circle *c, size_t host))
{
    enum aw_status st = AW_E_ENTROPY;
    uint64_t before = change_of(c, host);
    unsigned n = 0;

    for (; st == AW_E_ENTROPY; n++) {
        T_REQUIRE(n < DRAWS_MAX);
        T_EQ(change_of(c, host), before);
        c->rng.fills_left = n;
        st = call(c, host);
    }
    T_EQ(st, AW_OK);
    c->rng.fills_left = UINT64_MAX;
    circle_pump(c);
    return n - 1;
}

/* Time passes; for one second of each ten the source gives up after a few draws. */
static void struggle(struct circle *c, uint64_t seconds)
{
    for (uint64_t i = 0; i < seconds / 10; i++) {
        c->rng.fills_left = i % 8;
        circle_run(c, 1);
        c->rng.fills_left = UINT64_MAX;
        circle_run(c, 9);
    }
}

/* ---- Calls ---- */

static uint8_t uri_space[AW_INVITE_URI_MAX];
static struct aw_buf uri;

static enum aw_status invite(struct circle *c, size_t host)
{
    uint8_t person;

    uri = (struct aw_buf){uri_space, sizeof uri_space, 0};
    return aw_subject_invite(her(c), c->relays, 1, "Subject", 86400, &uri, &person,
                             circle_now(c, host));
}

static enum aw_status join(struct circle *c, size_t host)
{
    return aw_contact_join(c->hosts[host].contact, aw_buf_bytes(&uri), c->relays, 1, "Contact",
                           circle_now(c, host));
}

static enum aw_status set_plan(struct circle *c, size_t host)
{
    struct aw_secrets secrets = {.circle = 3};
    struct aw_plan plan;

    circle_plan(c, &plan);
    plan.council.witness_s = COUNCIL_WITNESS_S;
    memcpy(secrets.safe_key, circle_safe, sizeof circle_safe);
    memcpy(secrets.duress_key, circle_duress, sizeof circle_duress);
    return aw_subject_plan_set(her(c), &plan, &secrets, circle_safe, circle_now(c, host));
}

static enum aw_status check_in(struct circle *c, size_t host)
{
    return aw_subject_checkin(her(c), circle_safe, NULL, 0, NULL, circle_now(c, host));
}

static enum aw_status set_card(struct circle *c, size_t host)
{
    const struct aw_card card = {
        .version = 1, .sections = {{AW_CARD_FIRST, 0, "ring 112"}}, .sections_count = 1};

    return aw_subject_card_set(her(c), &card, circle_safe, circle_now(c, host));
}

static enum aw_status start_timer(struct circle *c, size_t host)
{
    return aw_subject_timer_start(her(c), AW_TIMER_MEETING, (uint32_t)circle_now_s(c) + 1200, 600,
                                  NULL, NULL, circle_now(c, host));
}

static enum aw_status extend_timer(struct circle *c, size_t host)
{
    return aw_subject_timer_extend(her(c), NULL, circle_now(c, host));
}

static enum aw_status end_timer(struct circle *c, size_t host)
{
    return aw_subject_timer_end(her(c), circle_safe, NULL, NULL, circle_now(c, host));
}

static enum aw_status say_signal(struct circle *c, size_t host)
{
    return aw_subject_signal(her(c), AW_SIGNAL_BATTERY_LOW, NULL, NULL, circle_now(c, host));
}

static enum aw_status drill(struct circle *c, size_t host)
{
    return aw_subject_drill(her(c), NULL, NULL, circle_now(c, host));
}

static enum aw_status sos(struct circle *c, size_t host)
{
    return aw_subject_sos(her(c), NULL, NULL, circle_now(c, host));
}

static enum aw_status cancel(struct circle *c, size_t host)
{
    return aw_subject_cancel(her(c), circle_safe, NULL, NULL, circle_now(c, host));
}

static enum aw_status remove_first(struct circle *c, size_t host)
{
    (void)host;
    return council_remove_first(c);
}

/* ---- The story ---- */

static void pair(struct circle *c, size_t n)
{
    uint8_t words[2][80] = {{0}, {0}};
    struct aw_buf hers = AW_BUF_OF(words[0]), his = AW_BUF_OF(words[1]);

    T_TRUE(drawn(c, 0, invite) > 0);
    T_TRUE(drawn(c, n, join) > 0);
    struggle(c, 300);
    T_EQ(aw_subject_words(her(c), (uint8_t)n, &hers), AW_OK);
    T_EQ(aw_contact_words(c->hosts[n].contact, &his), AW_OK);
    T_MEM_EQ(words[0], words[1], sizeof words[0]);
    T_EQ(aw_subject_verify(her(c), (uint8_t)n, circle_now(c, 0)), AW_OK);
    T_EQ(aw_contact_verify(c->hosts[n].contact, circle_now(c, n)), AW_OK);
    struggle(c, 60);
}

/* Goal: what she says arrives, once and as said, though there are no random numbers every now and
 * then; a call that fails for it has changed nothing and succeeds when there are.
 * Method: from the first invite to a removal; each call fails at each of its draws, and what
 * leaves by itself meets a source that gives up. */
static void test_story(void)
{
    struct circle c;

    circle_init(&c, 2, 91);
    pair(&c, 1);
    pair(&c, 2);
    T_TRUE(drawn(&c, 0, set_plan) > 0);
    struggle(&c, 20 * MIN_S);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(circle_view(&c, n).plan_version, 1);
        T_EQ(circle_view(&c, n).circle, true);
        T_EQ(council_peer(&c, n, (uint8_t)(3 - n)).state, AW_PEER_LINKED);
    }
    T_TRUE(drawn(&c, 0, set_card) > 0);
    struggle(&c, 10 * MIN_S);
    T_TRUE(drawn(&c, 0, check_in) > 0);
    struggle(&c, MIN_S);
    T_EQ(circle_view(&c, 1).checkin.verdict, AW_VERDICT_SAFE);
    (void)drawn(&c, 0, start_timer);
    (void)drawn(&c, 0, extend_timer);
    (void)drawn(&c, 0, end_timer);
    (void)drawn(&c, 0, say_signal);
    (void)drawn(&c, 0, drill);
    struggle(&c, 5 * MIN_S);
    T_TRUE(drawn(&c, 0, sos) > 0);
    struggle(&c, 3 * MIN_S);
    for (size_t n = 1; n <= 2; n++)
        T_EQ(circle_view(&c, n).incident, AW_INCIDENT_SOS);
    T_TRUE(drawn(&c, 0, cancel) > 0);
    T_TRUE(drawn(&c, 0, check_in) > 0);
    struggle(&c, 3 * MIN_S);
    for (size_t n = 1; n <= 2; n++) {
        T_EQ(aw_contact_confirm(c.hosts[n].contact, circle_now(&c, n)), AW_OK);
        T_EQ(circle_view(&c, n).incident, AW_INCIDENT_NONE);
    }
    T_TRUE(drawn(&c, 0, remove_first) > 0);
    struggle(&c, 15 * MIN_S);
    T_EQ(circle_view(&c, 2).plan_version, 2);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_FINE);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_story);
    return t_end();
}
