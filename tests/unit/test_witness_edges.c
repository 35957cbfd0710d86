/* SPDX-License-Identifier: ISC */
/*
 * Witnesses that no honest device says, and peers without room or random numbers
 * (spec/16-peers.md §1, §2, §4).
 */
#include "support/council.h"

#include "base/bytes.h"
#include "core/channel_internal.h"
#include "core/contact_impl.h"
#include "core/witness_sign.h"
#include "wire/witness.h"

/* Three contacts who know one another; contact 2 is outside the circle. */
static void begin(struct circle *c, uint64_t seed)
{
    struct aw_plan plan;

    council_init(c, 3, seed, &plan);
    council_begin(c, &plan, 5);
    T_EQ(council_peer(c, 1, 2).state, AW_PEER_LINKED);
    T_EQ(council_peer(c, 1, 3).state, AW_PEER_LINKED);
}

/* What contact `from` might say to contact `to` next; `w` says more of it. */
static struct aw_witness draft(const struct circle *c, size_t from, size_t to)
{
    const struct aw_peer *there = aw_peers_find_const(&council_engine(c, to)->peers, (uint8_t)from);
    const struct aw_peer *here = aw_peers_find_const(&council_engine(c, from)->peers, (uint8_t)to);
    struct aw_witness w = {.number = there->got + 1, .plan_version = 1};

    if (here->channel.role == AW_ROLE_SUBJECT) {
        w.has_offer = true;
        aw_channel_offer(&here->channel, AW_SESSION_MAIN, w.offer);
    } else {
        w.has_accept = w.has_accept_epoch = true; /* of epoch 0, which is long over */
    }
    return w;
}

/* Gives it to contact `to`, signed by contact `from`, or not at all. */
static enum aw_status say(const struct circle *c, size_t from, size_t to, struct aw_witness w,
                          bool is_signed)
{
    struct contact *e = council_engine(c, to);
    struct aw_peer *peer = aw_peers_find(&e->peers, (uint8_t)from);
    struct aw_opened opened = {
        .kind = AW_OPENED_MESSAGE, .session = AW_SESSION_MAIN, .epoch = peer->channel.cur.number};
    uint8_t plain[AW_CELL_PLAIN_LEN];
    struct aw_buf buf = AW_BUF_OF(plain);

    if (is_signed)
        T_EQ(aw_witness_sign(&w, &council_engine(c, from)->receipt_key, &peer->channel), AW_OK);
    T_EQ(aw_message_encode_padded(&aw_witness_map, &w, &buf, sizeof plain), AW_OK);
    return aw_co_witness(e, peer, &opened, AW_BYTES_OF(plain));
}

/* Goal: a witness counts when it is signed by who says it, is newer than those before, and carries
 * what its side of the channel has to: else nothing of it is used (PE-4, spec/16-peers.md §1, §4).
 * Method: one of each, by hand, in both roles of a channel; then a good one. */
static void test_refused(void)
{
    uint8_t plain[AW_CELL_PLAIN_LEN];
    struct circle c;

    begin(&c, 131);
    for (size_t from = 1; from <= 3; from++) {
        size_t to = from % 3 + 1;
        struct aw_peer *peer = aw_peers_find(&council_engine(&c, to)->peers, (uint8_t)from);
        const struct aw_opened opened = {.kind = AW_OPENED_MESSAGE};
        struct aw_witness w = draft(&c, from, to), bad = w;
        struct aw_witness said = peer->said;
        uint32_t got = peer->got;

        T_TRUE(got > 0);
        w.claim = bad.claim = AW_WITNESS_CLAIM_ACTING;
        T_EQ(say(&c, from, to, w, false), AW_E_AUTH);
        T_EQ(aw_witness_sign(&bad, &council_engine(&c, to)->receipt_key, &peer->channel), AW_OK);
        T_EQ(say(&c, from, to, bad, false), AW_E_AUTH); /* signed by somebody else */
        bad = w;
        bad.number = got;
        T_EQ(say(&c, from, to, bad, true), AW_E_REPLAY);
        bad = w;
        bad.has_offer = !w.has_offer;
        bad.has_accept = bad.has_accept_epoch = !w.has_accept;
        T_EQ(say(&c, from, to, bad, true), AW_E_RANGE); /* the other side's part */
        memset(plain, 0xff, sizeof plain);
        T_EQ(aw_co_witness(council_engine(&c, to), peer, &opened, AW_BYTES_OF(plain)), AW_E_FORMAT);
        T_EQ(peer->got, got);
        T_MEM_EQ(&said, &peer->said, sizeof said);

        T_EQ(say(&c, from, to, w, true), AW_OK);
        T_EQ(peer->got, got + 1);
        T_EQ(peer->said.claim, AW_WITNESS_CLAIM_ACTING);
    }
    circle_free(&c);
}

/* Goal: a key of small order, or an epoch far ahead, moves no channel and makes the witness void; a
 * second offer or accept for one epoch is told as a clone's, and what is said with it still counts
 * (spec/05-channel.md §4).
 * Method: such keys at both ends of a pair. */
static void test_channel_part(void)
{
    struct circle c;
    size_t forks = 0;

    begin(&c, 132);
    for (size_t from = 1; from <= 3; from++) {
        size_t to = from % 3 + 1;
        struct aw_peer *peer = aw_peers_find(&council_engine(&c, to)->peers, (uint8_t)from);
        struct aw_witness w = draft(&c, from, to);
        uint32_t got = peer->got, newest = aw_channel_newest(&peer->channel);

        if (w.has_offer) {
            if (peer->channel.next.live)
                continue;
            memset(w.offer, 0, sizeof w.offer);
            T_EQ(say(&c, from, to, w, true), AW_E_AUTH);
        } else {
            w.accept_epoch = newest + 2;
            T_EQ(say(&c, from, to, w, true), AW_E_RANGE);
        }
        T_EQ(peer->got, got);
        T_EQ(aw_channel_newest(&peer->channel), newest);

        /* The true one, then another for the same epoch. */
        w = draft(&c, from, to);
        w.number = got + 1;
        T_EQ(say(&c, from, to, w, true), AW_OK);
        w.number = got + 2;
        w.claim = AW_WITNESS_CLAIM_ACTING;
        if (w.has_offer) {
            w.offer[3] ^= 1;
        } else {
            w.accept_epoch = aw_channel_newest(&peer->channel);
            w.accept[3] ^= 1;
        }
        T_EQ(say(&c, from, to, w, true), AW_OK);
        T_EQ(peer->said.claim, AW_WITNESS_CLAIM_ACTING);
        circle_pump(&c);
        forks += circle_events(&c, to, AW_EVENT_FORK);
    }
    T_TRUE(forks >= 1);
    circle_free(&c);
}

/* Goal: a share of her place that is none, of somebody else or of no statement that is kept, opens
 * nothing and takes no room (PE-24). Method: an SOS; shares by hand. */
static void test_shares(void)
{
    struct aw_witness w;
    struct contact *e;
    struct circle c;
    unsigned rows = 0;

    begin(&c, 133);
    council_checkin(&c, circle_safe);
    circle_run(&c, MIN_S);
    c.hosts[2].is_offline = c.hosts[3].is_offline = true;
    T_EQ(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)), AW_OK);
    circle_run(&c, 5);
    e = council_engine(&c, 1);
    T_TRUE(aw_ladder_is_incident(&e->ladder));
    for (unsigned k = 0; k < 3; k++) {
        w = draft(&c, 2, 1);
        w.has_share = true;
        w.share_seq = e->book.newest.call.seq;
        w.share[0] = 2;
        w.share[1] = 1;
        if (k == 0)
            memset(w.share + 1, 0xff, sizeof w.share - 1); /* no scalar */
        else if (k == 1)
            w.share[0] = 3; /* of another human */
        else
            w.share_seq += 100;              /* of nothing that is kept */
        T_EQ(say(&c, 2, 1, w, true), AW_OK); /* the rest of it counts */
    }
    for (size_t i = 0; i < sizeof e->peers.gather.rows / sizeof e->peers.gather.rows[0]; i++)
        rows += e->peers.gather.rows[i].has != 0;
    T_EQ(rows, 0);
    circle_free(&c);
}

/* ---- Room and random numbers ---- */

/* Goal: peers for whom there are no random numbers are met later; introductions that were taken are
 * none again, and those that a plan waits for are told when they have come (spec/07-contact.md §2).
 * Method: a source that gives up while three are introduced; versions by hand. */
static void test_introduced_late(void)
{
    struct aw_plan plan;
    struct contact *e;
    struct circle c;

    council_init(&c, 3, 134, &plan);
    council_plan(&c, &plan, 5);
    for (unsigned i = 0; i < 40; i++) {
        c.rng.fills_left = i % 4;
        circle_run(&c, 2);
        c.rng.fills_left = UINT64_MAX;
        circle_run(&c, 28);
    }
    circle_run(&c, 10 * MIN_S);
    for (size_t n = 1; n <= 3; n++) {
        T_EQ(council_peer(&c, n, (uint8_t)(n % 3 + 1)).state, AW_PEER_LINKED);
        T_EQ(council_peer(&c, n, (uint8_t)((n + 1) % 3 + 1)).state, AW_PEER_LINKED);
    }
    e = council_engine(&c, 1);
    T_TRUE(e->peers.book.intro > 0);
    T_EQ(council_introduce(&c, 1, e->peers.book.intro, 6), AW_E_REPLAY);
    T_EQ(e->peers.intro_len, 0);
    e->peers.book.lacks_intro = 50;
    T_EQ(council_introduce(&c, 1, 49, 6), AW_OK); /* not those that are missing */
    T_EQ(e->peers.book.lacks_intro, 50);
    T_EQ(council_introduce(&c, 1, 50, 6), AW_OK);
    T_EQ(e->peers.book.lacks_intro, 0);
    T_EQ(e->book.plan_named, 50);
    circle_free(&c);
}

/* Goal: a device that was found to be an old one draws one new key, tells it, and uses it from the
 * plan on that names it (spec/16-peers.md §2).
 * Method: without random numbers; twice; a plan that names it, and one that does not. */
static void test_new_key(void)
{
    uint8_t told[AW_KEY_LEN], old[AW_KEY_LEN], next[AW_KEY_LEN];
    struct contact *e;
    struct circle c;

    begin(&c, 135);
    e = council_engine(&c, 1);
    memcpy(old, e->peers.book.key.pk, AW_KEY_LEN);
    c.rng.fills_left = 0;
    aw_co_peers_renew(e);
    T_TRUE(!e->peers.book.has_next_key);
    c.rng.fills_left = UINT64_MAX;
    aw_co_peers_renew(e);
    T_TRUE(e->peers.book.has_next_key);
    memcpy(next, e->peers.book.next_key, AW_KEY_LEN);
    aw_co_peers_renew(e);
    T_MEM_EQ(next, e->peers.book.next_key, AW_KEY_LEN);
    aw_co_peers_tell_key(e, told);
    T_TRUE(memcmp(told, old, AW_KEY_LEN) != 0);
    aw_co_peers_plan(e);
    T_MEM_EQ(e->peers.book.key.pk, old, AW_KEY_LEN);
    for (size_t i = 0; i < e->plan.roster_count; i++) {
        if (memcmp(e->plan.roster[i].key, old, AW_KEY_LEN) == 0)
            memcpy(e->plan.roster[i].key, told, AW_KEY_LEN);
    }
    e->plan.version += 100;
    T_TRUE(aw_co_lacks_introductions(e, &e->plan));
    aw_co_peers_plan(e);
    T_MEM_EQ(e->peers.book.key.pk, told, AW_KEY_LEN);
    T_TRUE(!e->peers.book.has_next_key);
    circle_free(&c);
}

int main(void)
{
    T_RUN(test_refused);
    T_RUN(test_channel_part);
    T_RUN(test_shares);
    T_RUN(test_introduced_late);
    T_RUN(test_new_key);
    return t_end();
}
