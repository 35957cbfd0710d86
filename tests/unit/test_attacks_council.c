/* SPDX-License-Identifier: ISC */
/* Attacks on what her contacts decide together (spec/16-peers.md), with everything that the
 * attacker would hold. */
#include "support/council.h"
#include "support/trace.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"

/* Everything that a contact outside hears in one scene. */
struct heard {
    struct aw_contact_peer of[2]; /* contacts 1 and 3 */
    struct aw_contact_view own;
    size_t rings;
    struct trace relays; /* what they see of everybody */
};

/* An hour in which she checks in once under `key`; in the circle they do what they can. */
static void play_outside(const uint8_t *key, struct heard *h)
{
    struct aw_plan plan;
    struct circle c;

    memset(h, 0, sizeof *h);
    council_init(&c, 3, 11, &plan);
    council_begin(&c, &plan, 5);
    trace_begin(&h->relays, &c);
    council_checkin(&c, key);
    circle_run(&c, 5);
    if (circle_view(&c, 1).state == AW_LADDER_ALARM) {
        T_EQ(aw_contact_claim(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
        T_EQ(aw_contact_note(c.hosts[3].contact, "police called", circle_now(&c, 3)), AW_OK);
    }
    circle_run(&c, 10 * MIN_S);
    if (circle_view(&c, 1).state == AW_LADDER_CLAIMED)
        T_EQ(aw_contact_confirm(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
    circle_run(&c, 10 * MIN_S);
    for (size_t i = 0; i < 2; i++)
        h->of[i] = council_peer(&c, 2, (uint8_t)(1 + 2 * i));
    h->own = circle_view(&c, 2);
    h->rings = circle_events(&c, 2, AW_EVENT_RING) + circle_events(&c, 2, AW_EVENT_RECORD) +
               circle_events(&c, 2, AW_EVENT_PLACE);
    if (key == circle_duress) {
        struct aw_contact_peer fellow = council_peer(&c, 3, 1);
        struct aw_place place;

        T_TRUE(fellow.is_fellow);
        T_EQ(fellow.incident, AW_INCIDENT_DURESS);
        T_EQ(fellow.confirm, AW_PEER_CONFIRM_SPOKEN);
        T_STR_EQ(council_peer(&c, 1, 3).note, "police called");
        T_EQ(council_view(&c, 3).release, AW_RELEASE_DURESS);
        T_EQ(aw_contact_place(c.hosts[3].contact, &place, circle_now(&c, 3)), AW_OK);
        T_EQ(aw_contact_place(c.hosts[2].contact, &place, circle_now(&c, 2)), AW_E_STATE);
    }
    circle_free(&c);
}

/* Goal: attack 1: under duress the abuser is a contact outside the circle, and reads all that the
 * others say to him while the circle rescues. Expected: the same words, and at the relays
 * the same cells at the same times, as in calm. Method: the same hour twice, safe and under duress
 * with claim, comment and confirmation. */
static void test_attack_01_duress_outside(void)
{
    struct heard calm, duress;

    play_outside(circle_safe, &calm);
    play_outside(circle_duress, &duress);
    T_EQ(duress.of[0].finding, AW_FINDING_FINE);
    T_EQ(duress.of[0].incident, AW_INCIDENT_NONE);
    T_MEM_EQ(&calm.of, &duress.of, sizeof calm.of);
    T_EQ(calm.own.state, duress.own.state);
    T_EQ(calm.rings, duress.rings);
    trace_same("duress", &calm.relays, &duress.relays);
    T_EQ(calm.relays.bulk_count, duress.relays.bulk_count);
    free(calm.relays.seen);
    free(duress.relays.seen);
}

/* Goal: a wrong secret moves no deadline in the circle, and does outside. Whoever typed it must not
 * learn from the circle that it was wrong: its engines go by what those outside see. Method: a
 * wrong one ten minutes before the deadline; the finding that each side is told. */
static void test_wrong_secret_outside(void)
{
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 3, 12, &plan);
    council_begin(&c, &plan, 5);
    council_checkin(&c, circle_safe);
    circle_run(&c, 50 * MIN_S);
    council_checkin(&c, circle_wrong);
    circle_run(&c, 25 * MIN_S);
    T_EQ(circle_view(&c, 1).state, AW_LADDER_MISSED);
    T_EQ(council_peer(&c, 3, 1).finding, AW_FINDING_MISSED);
    T_EQ(council_peer(&c, 2, 1).finding, AW_FINDING_FINE);
    T_EQ(council_peer(&c, 2, 1).incident, AW_INCIDENT_NONE);
    T_EQ(circle_view(&c, 2).state, AW_LADDER_FINE);
    circle_free(&c);
}

/* Goal: attacks 7 and 28: contact 1 runs the only relay, withholds her cells, keeps the links
 * healthy, and lies about times. Expected: an alarm, and never her place for him; for others when
 * as many as the threshold confirm that she cannot be reached. His vote and confirmation count for
 * nothing, and a clock of his that is far off is named.
 * Method: one relay; her device is cut off, everything else passes; from her last check-in on the
 * relay's clock, in stamps and proofs, is right, or off by seconds, a day, decades. */
static void test_attack_07_only_relay(void)
{
    static const int64_t relay_s[] = {0, 45, -45, 86400, -86400, -(int64_t)CIRCLE_T0_S};

    for (size_t i = 0; i < AW_COUNT(relay_s); i++) {
        struct aw_place place;
        struct aw_plan plan;
        struct circle c;

        council_init(&c, 3, 13, &plan);
        plan.operators_count = 1; /* the second relay is nobody's: it may be his, too */
        council_begin(&c, &plan, 5);
        c.relay_skew_s = relay_s[i];
        council_checkin(&c, circle_safe);
        c.hosts[0].is_offline = true;
        circle_run(&c, HOUR_S + 30 * MIN_S);
        for (size_t n = 1; n <= 3; n++) {
            T_EQ(circle_view(&c, n).state, AW_LADDER_MISSED);
            T_EQ(council_view(&c, n).quorum, 2);
            T_EQ(council_view(&c, n).votes, 2); /* without his */
            T_EQ(council_view(&c, n).release, AW_RELEASE_CONFIRM);
            T_EQ(circle_events(&c, n, AW_EVENT_CLOCK), i > 2);
        }
        T_EQ(aw_contact_unreachable(c.hosts[1].contact, circle_now(&c, 1)), AW_OK);
        T_EQ(aw_contact_unreachable(c.hosts[2].contact, circle_now(&c, 2)), AW_OK);
        circle_run(&c, 5 * MIN_S);
        T_EQ(council_view(&c, 3).unreachable, 1);
        T_EQ(council_view(&c, 3).release, AW_RELEASE_CONFIRM);
        T_EQ(aw_contact_unreachable(c.hosts[3].contact, circle_now(&c, 3)), AW_OK);
        circle_run(&c, 10 * MIN_S);
        T_EQ(aw_contact_place(c.hosts[2].contact, &place, circle_now(&c, 2)), AW_OK);
        T_EQ(aw_contact_place(c.hosts[3].contact, &place, circle_now(&c, 3)), AW_OK);
        T_EQ(aw_contact_place(c.hosts[1].contact, &place, circle_now(&c, 1)), AW_E_STATE);
        circle_free(&c);
    }
}

/* Goal: with two contacts one of whom runs the relay, fewer than the threshold remain (PE-23).
 * Method: what both are told before anything is missed. */
static void test_attack_28_one_relay_in_all(void)
{
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 2, 14, &plan);
    plan.operators_count = 1;
    council_begin(&c, &plan, 1);
    council_checkin(&c, circle_safe);
    T_EQ(council_view(&c, 1).release, AW_RELEASE_NEVER);
    T_EQ(council_view(&c, 2).release, AW_RELEASE_NEVER);
    circle_free(&c);
}

/* Which contact gets which of her cells: each of them every third beat, and all words. */
static unsigned every_third(struct circle *c, const struct circle_cell *cell)
{
    static struct aw_mailbox boxes[AW_CONTACT_MAILBOX_MAX];
    size_t own = c->relay_count;

    if (cell->from != 0 || c->budget == 0)
        return 1;
    for (size_t n = 1; n <= c->contacts; n++) {
        (void)aw_contact_mailboxes(c->hosts[n].contact, boxes);
        for (size_t i = 0; i < own; i++) {
            if (memcmp(boxes[i].deposit_capability, cell->capability, 32) == 0)
                return (circle_now_s(c) / (15 * MIN_S)) % 3 == n % 3 ? 1 : 0;
        }
    }
    return 1;
}

/* Goal: attack 8: a relay gives different contacts different newest statements, so that no two
 * newest shares match. Expected: those of a word that all hold open her place. Method: after a
 * check-in with a place each beat reaches one contact of three; then silence. */
static void test_attack_08_different_newest(void)
{
    struct aw_place place;
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 3, 15, &plan);
    plan.schedule[0].every_s = 3 * HOUR_S;
    council_begin(&c, &plan, 5);
    council_checkin(&c, circle_safe);
    circle_run(&c, 5);
    c.fate = every_third;
    c.budget = 1;
    circle_run(&c, 2 * HOUR_S);
    T_TRUE(circle_view(&c, 1).newest.seq != circle_view(&c, 2).newest.seq);
    T_TRUE(circle_view(&c, 3).newest.seq != circle_view(&c, 2).newest.seq);
    c.hosts[0].is_asleep = true;
    circle_run(&c, 2 * HOUR_S);
    for (size_t n = 1; n <= 3; n++) {
        T_EQ(circle_view(&c, n).state, AW_LADDER_MISSED);
        T_EQ(aw_contact_place(c.hosts[n].contact, &place, circle_now(&c, n)), AW_OK);
        T_EQ(place.state.lat_e7, 515074000);
    }
    circle_free(&c);
}

/* A plan reaches contact 1 alone. */
static unsigned no_bulk_but_to_one(struct circle *c, const struct circle_cell *cell)
{
    static struct aw_mailbox boxes[AW_CONTACT_MAILBOX_MAX];

    if (cell->from != 0 || cell->len == AW_CELL_LEN)
        return 1;
    (void)aw_contact_mailboxes(c->hosts[1].contact, boxes);
    for (size_t i = 0; i < c->relay_count; i++) {
        if (memcmp(boxes[i].deposit_capability, cell->capability, 32) == 0)
            return 1;
    }
    return 0;
}

/* Goal: attack 14: the plan is withheld from half of them, yet their verdicts meet: they are about
 * statements. Method: a second plan reaches contact 1 alone; then silence. */
static void test_attack_14_plan_withheld(void)
{
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 3, 16, &plan);
    council_begin(&c, &plan, 5);
    c.fate = no_bulk_but_to_one;
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 60);
    T_EQ(circle_view(&c, 1).plan_version, 2);
    T_EQ(circle_view(&c, 2).plan_version, 1);
    council_checkin(&c, circle_safe);
    c.hosts[0].is_asleep = true;
    circle_run(&c, HOUR_S + 20 * MIN_S);
    for (size_t n = 1; n <= 3; n++) {
        T_EQ(council_view(&c, n).votes, 3);
        T_EQ(council_view(&c, n).release, AW_RELEASE_YES);
    }
    circle_free(&c);
}

/* Goal: attack 6: who holds the phone re-introduces contacts under secrets of his own. Expected:
 * nothing of it is used without a plan that came into force; the channels go on, and no secret of a
 * version is replaced. Method: introductions of the version in force again, and of a later one
 * without its plan. */
static void test_attack_06_introduced_again(void)
{
    struct aw_plan plan;
    struct circle c;
    uint32_t number;

    council_init(&c, 3, 17, &plan);
    council_begin(&c, &plan, 5);
    number = contact_of(c.hosts[1].contact)->peers.list[0].got;
    T_EQ(council_introduce(&c, 1, 1, UINT16_MAX), AW_E_REPLAY);
    T_EQ(council_introduce(&c, 1, 9, UINT16_MAX), AW_OK);
    T_EQ(council_introduce(&c, 1, 9, UINT16_MAX), AW_E_REPLAY);
    circle_run(&c, 5 * COUNCIL_WITNESS_S);
    T_EQ(council_view(&c, 1).linked, 2);
    T_EQ(contact_of(c.hosts[1].contact)->peers.list[0].intro, 1);
    T_TRUE(contact_of(c.hosts[1].contact)->peers.list[0].got > number);
    /* Nor does it keep hers out, that come with her next plan. */
    T_EQ(aw_subject_plan_set(c.hosts[0].subject, &plan, NULL, circle_safe, circle_now(&c, 0)),
         AW_OK);
    circle_run(&c, 5 * COUNCIL_WITNESS_S);
    T_EQ(circle_view(&c, 1).plan_version, 2);
    T_EQ(contact_of(c.hosts[1].contact)->peers.list[0].intro, 2);
    T_EQ(council_view(&c, 1).linked, 2);
    circle_free(&c);
}

/* Goal: attack 13: one circle contact says "she is safe, I spoke to her", then claims again and
 * again. Expected: he ends nothing but what is his; holds are capped. Method: silence; contact 3
 * confirms and claims every minute. */
static void test_attack_13_says_safe_again(void)
{
    struct aw_plan plan;
    struct circle c;

    council_init(&c, 3, 18, &plan);
    council_begin(&c, &plan, 5);
    council_checkin(&c, circle_safe);
    c.hosts[0].is_asleep = true;
    circle_run(&c, HOUR_S + 12 * MIN_S);
    for (unsigned i = 0; i < 4 * 60; i++) {
        (void)!aw_contact_confirm(c.hosts[3].contact, circle_now(&c, 3));
        (void)!aw_contact_claim(c.hosts[3].contact, circle_now(&c, 3));
        circle_run(&c, 60);
    }
    for (size_t n = 1; n <= 2; n++) {
        T_TRUE(circle_view(&c, n).state == AW_LADDER_MISSED);
        T_EQ(circle_view(&c, n).level, 3);
    }
    T_EQ(circle_events(&c, 1, AW_EVENT_CLOSED), 0);
    circle_free(&c);
}

/* ---- Attack 20: which key each cell was sealed under ---- */

struct used {
    uint8_t from, to, lane;
    uint32_t epoch, index;
    uint8_t nonce[AW_NONCE_LEN];
};

struct spy {
    struct used used[1024]; /* the newest: of older ones the other end says that they are used */
    size_t count;
    struct t_rng rng;
};

static bool has_nonce(const struct spy *spy, const uint8_t *nonce)
{
    size_t i = 0, count = spy->count < AW_COUNT(spy->used) ? spy->count : AW_COUNT(spy->used);

    while (i < count && memcmp(spy->used[i].nonce, nonce, AW_NONCE_LEN) != 0)
        i++;
    return i < count;
}

static bool has_key(const struct spy *spy, const struct used *u)
{
    size_t i = 0, count = spy->count < AW_COUNT(spy->used) ? spy->count : AW_COUNT(spy->used);

    while (i < count && memcmp(&spy->used[i], u, offsetof(struct used, nonce)) != 0)
        i++;
    return i < count;
}

/* Reads the cell with a copy of the channel at the other end. */
static bool spy_reads(struct spy *spy, const struct aw_channel *ch, struct aw_bytes cell,
                      struct used *u)
{
    static struct aw_channel copy;
    static uint8_t plain[AW_CELL_BULK_LEN];
    const struct aw_resume own = {0};
    struct aw_random random = t_random(&spy->rng);
    struct aw_buf text = AW_BUF_OF(plain);
    struct aw_opened opened = {.index = 0};
    enum aw_status st;

    copy = *ch;
    st = aw_channel_open(&copy, cell, &own, 1, &text, &opened, &random);
    T_TRUE(st != AW_E_REPLAY); /* a key that was used, and is gone at the other end */
    u->lane = (uint8_t)opened.lane;
    u->epoch = opened.epoch;
    u->index = opened.index;
    return st == AW_OK && opened.kind == AW_OPENED_MESSAGE;
}

static void spy_watch(struct circle *c, size_t host, const struct aw_action *a)
{
    struct spy *spy = c->watch_ctx;
    bool is_read = false;
    struct used u;

    /* The same bytes go to the second relay. */
    if (a->kind != AW_ACTION_SEND || has_nonce(spy, a->send.cell.ptr))
        return;
    memset(&u, 0, sizeof u); /* padding, too: compared as bytes */
    u.from = (uint8_t)host;
    memcpy(u.nonce, a->send.cell.ptr, sizeof u.nonce);
    for (size_t n = 0; n <= c->contacts && !is_read; n++) {
        const struct aw_peer *peer = NULL;

        u.to = (uint8_t)n;
        if (n == host)
            continue;
        if (n == 0) {
            is_read = spy_reads(spy, &subject_of(c->hosts[0].subject)->people[host - 1].channel,
                                a->send.cell, &u);
            continue;
        }
        if (host != 0)
            peer = aw_peers_find(&council_engine(c, n)->peers, u.from);
        if (host == 0 || (peer != NULL && peer->met != 0))
            is_read = spy_reads(spy, host == 0 ? &council_engine(c, n)->channel : &peer->channel,
                                a->send.cell, &u);
    }
    T_TRUE(is_read);
    T_TRUE(!has_key(spy, &u));
    spy->used[spy->count++ % AW_COUNT(spy->used)] = u;
}

/* She checks in, calls for help, contact 2 claims, and all is closed again. What was said when the
 * process died before its first STORE was never taken: it is said again. */
static void play_crash(struct circle *c)
{
    struct aw_subject *s = c->hosts[0].subject;
    uint32_t seq = circle_view(c, 1).checkin.seq;

    for (unsigned i = 0; i < 2 && circle_view(c, 1).checkin.seq == seq; i++) {
        T_EQ(aw_subject_checkin(s, circle_safe, NULL, 0, NULL, circle_now(c, 0)), AW_OK);
        circle_run(c, COUNCIL_WITNESS_S);
    }
    T_TRUE(circle_view(c, 1).checkin.seq > seq);
    for (unsigned i = 0; i < 2 && circle_view(c, 1).incident != AW_INCIDENT_SOS; i++) {
        (void)!aw_subject_sos(s, NULL, NULL, circle_now(c, 0));
        circle_run(c, COUNCIL_WITNESS_S);
    }
    for (unsigned i = 0; i < 2 && !circle_view(c, 2).claimed; i++) {
        T_EQ(aw_contact_claim(c->hosts[2].contact, circle_now(c, 2)), AW_OK);
        circle_run(c, 2 * COUNCIL_WITNESS_S);
    }
    for (size_t n = 1; n <= 2; n++)
        T_EQ(circle_view(c, n).incident, AW_INCIDENT_SOS);
    T_EQ(council_peer(c, 1, 2).claim, AW_PEER_CLAIM_ACTING);
    T_EQ(council_peer(c, 2, 1).incident, AW_INCIDENT_SOS);
    for (unsigned i = 0; i < 2 && circle_view(c, 2).incident != AW_INCIDENT_NONE; i++) {
        (void)!aw_subject_cancel(s, circle_safe, NULL, NULL, circle_now(c, 0));
        circle_pump(c);
        T_EQ(aw_subject_checkin(s, circle_safe, NULL, 0, NULL, circle_now(c, 0)), AW_OK);
        circle_run(c, COUNCIL_WITNESS_S);
        for (size_t n = 1; n <= 2; n++)
            (void)!aw_contact_confirm(c->hosts[n].contact, circle_now(c, n));
        circle_run(c, COUNCIL_WITNESS_S);
    }
    for (size_t n = 1; n <= 2; n++)
        T_EQ(circle_view(c, n).incident, AW_INCIDENT_NONE);
}

/* Goal: attack 20 with contacts who speak among themselves: after a crash between any two actions,
 * of her phone or of one of them, no key has sealed two cells (CH-2), no word, alarm or claim is
 * lost, and the pair goes on. Method: the same minutes again and again, with a death at the k-th
 * action of them, before or after it was done (ST-10), until they end earlier; every cell is read
 * at the other end for the key that it was sealed under. */
static void test_attack_20_council_crashes(void)
{
    static struct spy spy;

    for (size_t host = 0; host <= 2; host++) {
        struct aw_plan plan;
        struct circle c;
        unsigned restarts = 0, stride = t_is_slow() ? 16 : 1;

        council_init(&c, 2, 20 + host, &plan);
        council_begin(&c, &plan, 3);
        spy = (struct spy){.rng = t_rng(host)};
        c.watch = spy_watch;
        c.watch_ctx = &spy;
        for (uint64_t k = 1; c.hosts[host].restarts == restarts; k += stride, restarts++) {
            T_REQUIRE(k < 1000);
            c.hosts[host].crash_at = c.hosts[host].actions + (k + 1) / 2;
            c.hosts[host].crash_is_after = k % 2 == 0;
            play_crash(&c);
        }
        for (size_t n = 1; n <= 2; n++) {
            T_EQ(council_view(&c, n).linked, 1);
            T_EQ(circle_events(&c, n, AW_EVENT_FORK), 0);
            T_EQ(circle_events(&c, n, AW_EVENT_QUARANTINED), 0);
        }
        T_EQ(circle_events(&c, 0, AW_EVENT_FORK), 0);
        T_TRUE(spy.count > 500);
        circle_free(&c);
    }
}

int main(void)
{
    T_RUN(test_attack_01_duress_outside);
    T_RUN(test_wrong_secret_outside);
    T_RUN(test_attack_07_only_relay);
    T_RUN(test_attack_28_one_relay_in_all);
    T_RUN(test_attack_08_different_newest);
    T_RUN(test_attack_14_plan_withheld);
    T_RUN(test_attack_06_introduced_again);
    T_RUN(test_attack_13_says_safe_again);
    T_RUN(test_attack_20_council_crashes);
    return t_end();
}
