/* SPDX-License-Identifier: ISC */
/*
 * What a channel says to the last epoch, to a peer that contradicts itself or claims the absurd,
 * and to a record that no version of it wrote (spec/05-channel.md §4, §8 and §10).
 */
#include "support/pair.h"

#include "base/bytes.h"
#include "core/handshake.h"
#include "crypto/labels.h"
#include "crypto/verify.h"
#include "test.h"

static struct t_rng rng;
static struct aw_random rnd;
static const struct aw_resume own = {.seq = 70, .word = 30};
static const struct aw_opened in_main = {.kind = AW_OPENED_MESSAGE, .session = AW_SESSION_MAIN};

/* Goal: epochs end, they do not wrap: after the last one a contact takes no offer, and a subject no
 * accept; both say so by a status and stay as they are (spec/05-channel.md §4).
 * Method: the number is written into the channel. */
static void test_last_epoch(void)
{
    const struct aw_opened last = {
        .kind = AW_OPENED_MESSAGE, .session = AW_SESSION_MAIN, .epoch = UINT32_MAX};
    struct aw_channel before;
    struct aw_dh_key key;
    unsigned events;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 1, 0));
    T_EQ(aw_dh_keypair(&key, &rnd), AW_OK);
    p.contact.cur.number = p.subject.cur.number = UINT32_MAX;
    before = p.contact;
    T_EQ(aw_channel_on_offer(&p.contact, &last, key.pk, &events, &rnd), AW_E_KEYS);
    T_EQ(events, 0);
    T_TRUE(pair_same(&before, &p.contact));
    before = p.subject;
    T_EQ(aw_channel_on_accept(&p.subject, &last, 0, key.pk, &events, &rnd), AW_E_REPLAY);
    T_TRUE(pair_same(&before, &p.subject));
}

/* Goal: an accept for the epoch after one that no cell has confirmed yet is refused, an offer of an
 * older epoch has no effect, and what was never sent cannot have been received (CH-8, CH-11).
 * Method: the inputs of the engines, with numbers that an honest peer does not say. */
static void test_ahead(void)
{
    uint8_t pk[AW_KEY_LEN], cell[AW_CELL_LEN];
    struct aw_channel before;
    struct aw_dh_key key;
    struct aw_sealed at;
    uint32_t epoch;
    unsigned events;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 2, 2));
    T_TRUE(p.subject.next.live);
    T_EQ(aw_dh_keypair(&key, &rnd), AW_OK);
    before = p.subject;
    T_EQ(aw_channel_on_accept(&p.subject, &in_main, p.subject.next.number + 1, key.pk, &events,
                              &rnd),
         AW_E_RANGE);
    T_EQ(events, 0);
    T_EQ(pair_say(&p, &p.subject, AW_SESSION_MAIN, 1, cell, &at), AW_OK);
    before = p.subject;
    T_EQ(at.epoch, p.subject.next.number);
    T_EQ(aw_channel_on_received(&p.subject, &in_main, at.epoch, at.index), AW_OK);
    T_EQ(aw_channel_on_received(&p.subject, &in_main, at.epoch, at.index + 1), AW_E_PEER_RESET);
    T_TRUE(pair_same(&before, &p.subject));

    before = p.contact;
    aw_channel_accept(&p.contact, AW_SESSION_MAIN, pk, &epoch);
    T_TRUE(p.contact.cur.number > 0);
    T_EQ(aw_channel_on_offer(&p.contact, &in_main, key.pk, &events, &rnd), AW_E_REPLAY); /* of 0 */
    T_EQ(events, 0);
    T_TRUE(pair_same(&before, &p.contact));
}

/* Goal: an accept that meets no random numbers leaves the channel as it was, and succeeds later.
 * Method: one reply, with a source that gives up. */
static void test_accept_without_entropy(void)
{
    struct aw_channel before;
    struct aw_dh_key key;
    unsigned events;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 3, 0));
    T_EQ(aw_dh_keypair(&key, &rnd), AW_OK);
    before = p.subject;
    rng.fills_left = 0;
    T_EQ(aw_channel_on_accept(&p.subject, &in_main, 1, key.pk, &events, &rnd), AW_E_ENTROPY);
    T_TRUE(pair_same(&before, &p.subject));
    rng.fills_left = UINT64_MAX;
    T_EQ(aw_channel_on_accept(&p.subject, &in_main, 1, key.pk, &events, &rnd), AW_OK);
    T_EQ(aw_channel_epoch(&p.subject), 1);
}

/* Goal: a buffer without room for the cell is told apart, and no index is spent.
 * Method: one byte short. */
static void test_no_room(void)
{
    uint8_t space[AW_CELL_LEN], plain[8] = {0};
    struct aw_buf out = {space, sizeof space - 1, 0};
    struct aw_sealed at;
    struct aw_channel before;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 4, 1));
    before = p.subject;
    T_EQ(aw_channel_seal(&p.subject, AW_LANE_CELL, AW_SESSION_MAIN, AW_BYTES_OF(plain), &out, &at,
                         &rnd),
         AW_E_SPACE);
    T_EQ(out.len, 0);
    T_TRUE(pair_same(&before, &p.subject));
}

/* Goal: the key of a quarantined session judges nothing that came in the main one, and the other
 * way round, whatever epoch it has (CH-28).
 * Method: accept keys by session, with and without a stale session of the same number. */
static void test_accept_keys_by_session(void)
{
    struct aw_dh_key key;
    uint32_t epoch;
    uint8_t pk[AW_KEY_LEN];
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 5, 3));
    aw_channel_accept(&p.contact, AW_SESSION_MAIN, pk, &epoch);
    T_EQ(aw_channel_accept_key(&p.contact, AW_SESSION_QUARANTINE, epoch, &key), AW_E_NOT_FOUND);
    p.contact.resumed.epoch.live = true;
    p.contact.resumed.epoch.number = epoch + 7;
    p.contact.resumed.is_stale = true;
    p.contact.resumed.accept[0] = 1;
    T_EQ(aw_channel_accept_key(&p.contact, AW_SESSION_MAIN, epoch + 7, &key), AW_E_NOT_FOUND);
    T_EQ(aw_channel_accept_key(&p.contact, AW_SESSION_QUARANTINE, epoch, &key), AW_E_NOT_FOUND);
    T_EQ(aw_channel_accept_key(&p.contact, AW_SESSION_QUARANTINE, epoch + 7, &key), AW_OK);
    T_EQ(key.sk[0], 1);
    T_EQ(aw_channel_accept_key(&p.contact, AW_SESSION_MAIN, epoch, &key), AW_OK);
    T_MEM_EQ(key.pk, pk, AW_KEY_LEN);
}

/* ---- Re-establishment ---- */

/* `asks` asks under the anchor, which both know, claiming `epoch`; `answers` is at `own_epoch`. */
static enum aw_status claim(struct pair *p, struct aw_channel *asks, uint32_t epoch,
                            struct aw_channel *answers, uint32_t own_epoch)
{
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf out = AW_BUF_OF(cell);
    struct aw_channel before;
    enum aw_status st;

    T_EQ(aw_channel_resume_ask(asks, &own, &rnd), AW_OK);
    asks->cur.number = epoch;
    T_EQ(aw_channel_resume_deaf(asks, &own, &rnd), AW_OK);
    T_EQ(aw_channel_resume_cell(asks, &out), AW_OK);
    answers->cur.number = own_epoch;
    before = *answers;
    st = pair_take(p, answers, cell);
    if (st != AW_OK) {
        T_TRUE(pair_same(&before, answers));
        return st;
    }
    out.len = 0;
    T_EQ(aw_channel_resume_answer(answers, &out), AW_OK);
    before = *asks;
    st = pair_take(p, asks, cell);
    T_TRUE(st == AW_OK || pair_same(&before, asks));
    return st;
}

/* Goal: whoever claims an epoch that is far ahead, or the last there is, gets no session: else one
 * message would use the numbers up (CH-22).
 * Method: questions and answers with such claims, by either side. */
static void test_absurd_claims(void)
{
    static const struct {
        uint32_t asks, answers;
        enum aw_status st;
    } rows[] = {
        {9, 9, AW_OK},
        {9 + AW_INDEX_JUMP_MAX, 9, AW_OK},
        {10 + AW_INDEX_JUMP_MAX, 9, AW_E_RANGE}, /* at who answers */
        {9, 10 + AW_INDEX_JUMP_MAX, AW_E_RANGE}, /* at who asks */
        {UINT32_MAX, UINT32_MAX - 9, AW_E_RANGE},
        {UINT32_MAX - 9, UINT32_MAX, AW_E_RANGE},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pair p;

        T_REQUIRE(pair_start(&p, &rng, &rnd, 20 + i, 2));
        T_TRUE(p.subject.next.live);
        T_TRUE(pair_round_trip(&p));
        p.subject.next.live = p.contact.next.live = false;
        T_EQ(claim(&p, &p.contact, rows[i].asks, &p.subject, rows[i].answers), rows[i].st);
    }
}

/* Goal: nobody asks while humans look at a quarantined session, and there is no answer where there
 * was no question (CH-27).
 * Method: both calls at such moments; the question that was kept is still there. */
static void test_wrong_moments(void)
{
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf out = AW_BUF_OF(cell);
    struct aw_channel before;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 30, 4));
    T_EQ(aw_channel_resume_answer(&p.contact, &out), AW_E_NOT_FOUND);
    T_EQ(out.len, 0);
    T_EQ(aw_channel_resume_ask(&p.subject, &own, &rnd), AW_OK);
    p.subject.resumed.epoch.live = true;
    p.subject.resumed.is_stale = p.subject.resumed.is_confirmed = true;
    before = p.subject;
    T_EQ(aw_channel_resume_deaf(&p.subject, &own, &rnd), AW_E_STATE);
    T_MEM_EQ(&before, &p.subject, sizeof before);
}

/* Goal: a handshake message is one of the epoch that it names: under the right key, with another
 * index, it is none. Method: a question, and the neighbours of its index. */
static void test_named_epoch(void)
{
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf out = AW_BUF_OF(cell);
    struct pair p;
    struct aw_handshake_at at = {
        .label = AW_LABEL_RESUME, .sender = AW_DIRECTION_ACCEPT, .number = AW_HANDSHAKE_QUESTION};

    T_REQUIRE(pair_start(&p, &rng, &rnd, 31, 3));
    T_EQ(aw_channel_resume_ask(&p.contact, &own, &rnd), AW_OK);
    T_EQ(aw_channel_resume_cell(&p.contact, &out), AW_OK);
    at.psk = p.contact.cur.resumption;
    at.index = p.contact.cur.number;
    T_TRUE(aw_handshake_is(cell, &at));
    at.index++;
    T_TRUE(!aw_handshake_is(cell, &at));
    at.index -= 2;
    T_TRUE(!aw_handshake_is(cell, &at));
}

/* ---- Records ---- */

static enum aw_status reread(const struct aw_channel *ch)
{
    uint8_t space[AW_CHANNEL_RECORD_MAX];
    struct aw_buf buf = AW_BUF_OF(space);
    struct aw_channel back;

    T_EQ(aw_channel_encode(ch, &buf), AW_OK);
    return aw_channel_decode(&back, aw_buf_bytes(&buf));
}

/* A quarantined session as the subject has it once the other side has spoken in it. */
static void quarantine(struct pair *p)
{
    struct aw_channel thief = p->contact;
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf out = AW_BUF_OF(cell);
    struct aw_sealed at;

    for (int i = 0; i < 2; i++)
        T_REQUIRE(pair_round_trip(p));
    T_EQ(aw_channel_resume_ask(&thief, &own, &rnd), AW_OK);
    T_EQ(aw_channel_resume_cell(&thief, &out), AW_OK);
    T_EQ(pair_take(p, &p->subject, cell), AW_OK);
    out.len = 0;
    T_EQ(aw_channel_resume_answer(&p->subject, &out), AW_OK);
    T_EQ(pair_take(p, &thief, cell), AW_OK);
    T_EQ(pair_say(p, &thief, AW_SESSION_QUARANTINE, 1, cell, &at), AW_OK);
    T_EQ(pair_take(p, &p->subject, cell), AW_OK);
    T_TRUE(aw_channel_is_quarantined(&p->subject));
    T_TRUE(p->subject.resumed.has_got);
}

/* Goal: states that cannot be are refused when the store gives them (spec/05-channel.md §10).
 * Method: a quarantined session with one flag changed; a handshake of another pattern. */
static void test_states_that_cannot_be(void)
{
    struct aw_channel ch;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 40, 2));
    quarantine(&p);
    T_EQ(reread(&p.subject), AW_OK);
    ch = p.subject;
    ch.resumed.is_stale = false;
    ch.resumed.is_spoken = true; /* it would have been promoted */
    T_EQ(reread(&ch), AW_E_DAMAGED);
    ch = p.subject;
    ch.resumed.is_confirmed = false; /* but a cell came */
    T_EQ(reread(&ch), AW_E_DAMAGED);
    ch = p.subject;
    ch.resumed.is_spoken = true;
    T_EQ(reread(&ch), AW_E_DAMAGED);

    ch = p.contact;
    T_EQ(aw_channel_resume_ask(&ch, &own, &rnd), AW_OK);
    T_EQ(reread(&ch), AW_OK);
    ch.asking.noise[0] = AW_NOISE_IKPSK1;
    T_EQ(reread(&ch), AW_E_DAMAGED);
}

/* Goal: a ring of keys with a number and no key to it is refused.
 * Method: the record of a new subject, with one more item in its last ring. */
static void test_odd_ring(void)
{
    uint8_t space[AW_CHANNEL_RECORD_MAX];
    struct aw_buf buf = AW_BUF_OF(space);
    struct aw_channel back;
    size_t ring;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 41, 0));
    T_EQ(aw_channel_encode(&p.subject, &buf), AW_OK);
    ring = buf.len - 2 - (1 + 1 + 2 + AW_KEY_LEN); /* [epoch 0, key], asking [], answering [] */
    T_EQ(space[ring], 0x82);
    space[ring] = 0x83;
    memcpy(space + buf.len - 2, (const uint8_t[]){0x00, 0x80, 0x80}, 3);
    T_EQ(aw_channel_decode(&back, (struct aw_bytes){space, buf.len + 1}), AW_E_DAMAGED);
    T_TRUE(aw_secret_is_zero(&back, sizeof back));
}

int main(void)
{
    T_RUN(test_last_epoch);
    T_RUN(test_ahead);
    T_RUN(test_accept_without_entropy);
    T_RUN(test_no_room);
    T_RUN(test_accept_keys_by_session);
    T_RUN(test_absurd_claims);
    T_RUN(test_wrong_moments);
    T_RUN(test_named_epoch);
    T_RUN(test_states_that_cannot_be);
    T_RUN(test_odd_ring);
    return t_end();
}
