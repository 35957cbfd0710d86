/* SPDX-License-Identifier: ISC */
/* Re-establishment after restores, by the true phone and by thieves (spec/05-channel.md §8). */
#include "support/pair.h"

#include "base/bytes.h"
#include "test.h"

static struct t_rng rng;
static struct aw_random rnd;
static const struct aw_resume own = {.seq = 70, .word = 30};

static enum aw_status hear(struct pair *p, struct aw_channel *to, const uint8_t cell[AW_CELL_LEN],
                           struct aw_opened *opened, unsigned *events)
{
    struct pair_call call;

    *events = 0;
    return pair_hear(p, to, cell, opened, &call, events);
}

static void ask(struct aw_channel *ch, uint8_t cell[AW_CELL_LEN])
{
    struct aw_buf out = {cell, AW_CELL_LEN, 0};

    T_EQ(aw_channel_resume_ask(ch, &own, &rnd), AW_OK);
    T_EQ(aw_channel_resume_cell(ch, &out), AW_OK);
}

/* Question and answer between two ends; what each side made of it. */
static void handshake(struct pair *p, struct aw_channel *asks, struct aw_channel *answers,
                      struct aw_opened *asked, unsigned *events)
{
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf out = {cell, AW_CELL_LEN, 0};
    struct aw_opened opened;

    ask(asks, cell);
    T_TRUE(pair_restart(asks));
    T_EQ(hear(p, answers, cell, &opened, events), AW_OK);
    T_EQ(opened.kind, AW_OPENED_RESUME);
    T_EQ(*events, 0); /* nothing is known before the other side has shown its keys */
    T_TRUE(pair_restart(answers));
    T_EQ(aw_channel_resume_answer(answers, &out), AW_OK);
    T_EQ(hear(p, asks, cell, asked, events), AW_OK);
    T_EQ(asked->kind, AW_OPENED_RESUMED);
    T_TRUE(pair_restart(asks));
}

/* One message in `session`; returns its events at the receiver. */
static unsigned pass(struct pair *p, struct aw_channel *from, struct aw_channel *to,
                     enum aw_session session)
{
    uint8_t cell[AW_CELL_LEN];
    struct aw_opened opened;
    struct aw_sealed at;
    unsigned events;

    T_EQ(pair_say(p, from, session, 5, cell, &at), AW_OK);
    T_EQ(hear(p, to, cell, &opened, &events), AW_OK);
    T_EQ(opened.session, session);
    return events;
}

/* Goal: with a current key the channel goes on in a new epoch, old presence can still be judged,
 * both sides get a security event (CH-29), and the words stay those of the pairing. Method: either
 * side asks; then messages and round trips. */
static void test_current_key(void)
{
    for (int who = 0; who < 2; who++) {
        struct aw_channel *asks, *answers;
        struct aw_opened asked;
        struct aw_dh_key key;
        uint16_t words[2][AW_WORDS_COUNT];
        uint8_t pk[AW_KEY_LEN];
        unsigned events;
        uint32_t epoch;
        struct pair p;

        T_REQUIRE(pair_start(&p, &rng, &rnd, 20 + (uint64_t)who, 3)); /* she sends in 3, he in 2 */
        asks = who == 0 ? &p.subject : &p.contact;
        answers = who == 0 ? &p.contact : &p.subject;
        T_EQ(aw_channel_words(asks, AW_SESSION_MAIN, words[0]), AW_OK);
        handshake(&p, asks, answers, &asked, &events);
        T_EQ(events, AW_CHANNEL_EV_RESUMED);
        T_EQ(asked.resume.seq, 7); /* of pair_hear() */
        T_EQ(aw_channel_epoch(asks), 4);
        T_EQ(pass(&p, asks, answers, AW_SESSION_MAIN), AW_CHANNEL_EV_RESUMED);
        T_EQ(aw_channel_epoch(answers), 4);
        T_EQ(pass(&p, answers, asks, AW_SESSION_MAIN), 0);
        T_TRUE(!aw_channel_is_quarantined(asks) && !aw_channel_is_quarantined(answers));
        T_EQ(aw_channel_words(asks, AW_SESSION_MAIN, words[1]), AW_OK);
        T_MEM_EQ(words[0], words[1], sizeof words[0]);
        T_EQ(aw_channel_accept_key(&p.contact, AW_SESSION_MAIN, 2, &key), AW_OK);
        T_EQ(aw_channel_accept_key(&p.contact, AW_SESSION_MAIN, 4, &key), AW_OK);
        for (int i = 0; i < 5; i++)
            T_TRUE(pair_round_trip(&p));
        aw_channel_peer_accept(&p.subject, AW_SESSION_MAIN, pk, &epoch);
        T_TRUE(epoch >= 8);
        T_EQ(aw_channel_accept_key(&p.contact, AW_SESSION_MAIN, epoch, &key), AW_OK);
        T_MEM_EQ(pk, key.pk, AW_KEY_LEN);
    }
}

/* Goal: attack 10: a phone restored from a backup three epochs behind gets a quarantined session
 * (CH-26) and new words, while the channel of the true phone goes on; once the humans agree it
 * becomes the channel, and the old one is dead. Method: a copy is kept; the pair moves on; the copy
 * asks. */
static void test_stale_subject(void)
{
    uint16_t words[3][AW_WORDS_COUNT];
    struct aw_channel old;
    struct aw_opened asked;
    struct aw_dh_key key;
    struct aw_sealed at;
    uint8_t cell[AW_CELL_LEN];
    unsigned events;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 30, 2));
    old = p.subject;
    for (int i = 0; i < 2; i++)
        T_TRUE(pair_round_trip(&p));
    handshake(&p, &old, &p.contact, &asked, &events);
    T_EQ(events, AW_CHANNEL_EV_QUARANTINED);
    T_TRUE(asked.resume.stale);
    T_TRUE(aw_channel_is_quarantined(&old));
    T_TRUE(!aw_channel_is_quarantined(&p.contact));
    T_EQ(aw_channel_resume_ask(&old, &own, &rnd), AW_E_STATE);
    T_EQ(pass(&p, &old, &p.contact, AW_SESSION_QUARANTINE), AW_CHANNEL_EV_QUARANTINED);
    T_TRUE(aw_channel_is_quarantined(&p.contact));
    T_EQ(pass(&p, &old, &p.contact, AW_SESSION_QUARANTINE), 0); /* told once */
    T_EQ(pass(&p, &p.contact, &old, AW_SESSION_QUARANTINE), 0);
    T_TRUE(pair_restart(&p.contact));
    T_TRUE(pair_restart(&old));

    T_TRUE(pair_round_trip(&p)); /* the true phone is not silenced */
    T_EQ(aw_channel_words(&old, AW_SESSION_QUARANTINE, words[0]), AW_OK);
    T_EQ(aw_channel_words(&p.contact, AW_SESSION_QUARANTINE, words[1]), AW_OK);
    T_EQ(aw_channel_words(&p.contact, AW_SESSION_MAIN, words[2]), AW_OK);
    T_MEM_EQ(words[0], words[1], sizeof words[0]);
    T_TRUE(memcmp(words[0], words[2], sizeof words[0]) != 0);

    /* The contact's human is first; her phone goes on in quarantine meanwhile. */
    T_EQ(aw_channel_quarantine_accept(&p.contact), AW_OK);
    T_EQ(aw_channel_quarantine_accept(&p.contact), AW_E_STATE);
    T_TRUE(p.contact.is_verified);
    T_EQ(pair_say(&p, &old, AW_SESSION_QUARANTINE, 1, cell, &at), AW_OK);
    T_EQ(hear(&p, &p.contact, cell, &asked, &events), AW_OK);
    T_EQ(asked.session, AW_SESSION_MAIN);
    /* What she said on the old state is judged by what it knew. */
    T_EQ(aw_channel_accept_key(&p.contact, AW_SESSION_MAIN, 2, &key), AW_OK);
    T_EQ(pair_say(&p, &p.contact, AW_SESSION_MAIN, 1, cell, &at), AW_OK);
    T_EQ(hear(&p, &old, cell, &asked, &events), AW_OK);
    T_EQ(asked.session, AW_SESSION_QUARANTINE);
    T_EQ(aw_channel_quarantine_accept(&old), AW_OK);
    T_EQ(pair_say(&p, &p.subject, AW_SESSION_MAIN, 1, cell, &at), AW_OK);
    T_EQ(hear(&p, &p.contact, cell, &asked, &events), AW_E_AUTH); /* the lost phone */
    p.subject = old;
    for (int i = 0; i < 5; i++)
        T_TRUE(pair_round_trip(&p));
}

/* Goal: a thief with a stolen backup is refused by humans and nothing of his is left; a second one
 * cannot push a session aside that humans are looking at; the true phone with a current key can.
 * Method: two stale copies, then a question of the true phone. */
static void test_thief(void)
{
    struct aw_channel thief, other, before;
    struct aw_opened opened;
    uint8_t cell[AW_CELL_LEN];
    unsigned events;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 31, 2));
    thief = p.subject;
    T_TRUE(pair_round_trip(&p));
    other = p.subject;
    T_TRUE(pair_round_trip(&p));
    T_TRUE(pair_round_trip(&p));
    handshake(&p, &thief, &p.contact, &opened, &events);
    T_EQ(pass(&p, &thief, &p.contact, AW_SESSION_QUARANTINE), AW_CHANNEL_EV_QUARANTINED);
    ask(&other, cell);
    before = p.contact;
    T_EQ(hear(&p, &p.contact, cell, &opened, &events), AW_E_REPLAY);
    T_TRUE(pair_same(&before, &p.contact));

    aw_channel_quarantine_refuse(&p.contact);
    T_TRUE(!aw_channel_is_quarantined(&p.contact));
    {
        struct aw_sealed at;

        T_EQ(pair_say(&p, &thief, AW_SESSION_QUARANTINE, 1, cell, &at), AW_OK);
        T_EQ(hear(&p, &p.contact, cell, &opened, &events), AW_E_AUTH);
    }
    T_TRUE(pair_round_trip(&p));
    handshake(&p, &other, &p.contact, &opened, &events);
    T_EQ(pass(&p, &other, &p.contact, AW_SESSION_QUARANTINE), AW_CHANNEL_EV_QUARANTINED);
    handshake(&p, &p.subject, &p.contact, &opened, &events);
    T_EQ(pass(&p, &p.subject, &p.contact, AW_SESSION_MAIN), AW_CHANNEL_EV_RESUMED);
    T_TRUE(!aw_channel_is_quarantined(&p.contact));
}

/* Goal: a contact restored from a backup asks, too, and is quarantined at the subject.
 * Method: the mirror of test_stale_subject(), up to the decision. */
static void test_stale_contact(void)
{
    struct aw_channel old;
    struct aw_opened asked;
    unsigned events;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 32, 2));
    old = p.contact;
    for (int i = 0; i < 2; i++)
        T_TRUE(pair_round_trip(&p));
    handshake(&p, &old, &p.subject, &asked, &events);
    T_EQ(events, AW_CHANNEL_EV_QUARANTINED);
    T_EQ(pass(&p, &old, &p.subject, AW_SESSION_QUARANTINE), AW_CHANNEL_EV_QUARANTINED);
    T_EQ(pass(&p, &p.subject, &old, AW_SESSION_QUARANTINE), 0);
    T_TRUE(pair_round_trip(&p));
    T_EQ(aw_channel_quarantine_accept(&p.subject), AW_OK);
    T_EQ(aw_channel_quarantine_accept(&old), AW_OK);
    p.contact = old;
    for (int i = 0; i < 5; i++)
        T_TRUE(pair_round_trip(&p));
}

/* Goal: who speaks in a session that the other side was not heard in yet, and is told something
 * that he cannot have said, asks anew; the session waits all the same, and is taken when it is
 * heard. Method: the contact asks, is answered, and asks again before the next cell. */
static void test_need_while_spoken(void)
{
    struct aw_opened asked;
    unsigned events;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 33, 2));
    handshake(&p, &p.contact, &p.subject, &asked, &events);
    T_TRUE(p.contact.resumed.epoch.live && !p.contact.asking.live);
    T_EQ(aw_channel_resume_ask(&p.contact, &own, &rnd), AW_OK);
    T_TRUE(p.contact.resumed.epoch.live && p.contact.asking.live);
    T_EQ(pass(&p, &p.contact, &p.subject, asked.session), AW_CHANNEL_EV_RESUMED);
    (void)pass(&p, &p.subject, &p.contact, AW_SESSION_MAIN);
    T_TRUE(!p.contact.resumed.epoch.live);
    T_TRUE(pair_round_trip(&p));
}

/* Goal: a key that is no longer kept, another pair's keys, and the resumption key without the
 * static key open nothing.
 * Method: a copy too old; a question of another channel; a copy with another static key. */
static void test_wrong_keys(void)
{
    struct aw_channel old, fake, before;
    struct aw_opened opened;
    uint8_t cell[AW_CELL_LEN];
    unsigned events;
    struct pair p, other;

    T_REQUIRE(pair_start(&other, &rng, &rnd, 33, 1));
    ask(&other.subject, cell);
    T_REQUIRE(pair_start(&p, &rng, &rnd, 34, 1));
    before = p.contact;
    T_EQ(hear(&p, &p.contact, cell, &opened, &events), AW_E_AUTH);

    fake = p.subject;
    fake.own_static = other.subject.own_static;
    ask(&fake, cell);
    T_EQ(hear(&p, &p.contact, cell, &opened, &events), AW_E_AUTH);
    T_TRUE(pair_same(&before, &p.contact));

    old = p.subject;
    for (int i = 0; i < AW_RESUMPTION_KEEP; i++)
        T_TRUE(pair_round_trip(&p));
    ask(&old, cell);
    before = p.contact;
    T_EQ(hear(&p, &p.contact, cell, &opened, &events), AW_E_AUTH);
    T_TRUE(pair_same(&before, &p.contact));

    /* The anchor is known for ever (CH-40), and opens a quarantined session only. */
    T_EQ(aw_channel_resume_deaf(&old, &own, &p.random), AW_OK);
    T_EQ(old.asking.named_epoch, 0);
    ask(&old, cell);
    T_EQ(hear(&p, &p.contact, cell, &opened, &events), AW_OK);
    T_EQ(opened.kind, AW_OPENED_RESUME);
    T_EQ(opened.session, AW_SESSION_QUARANTINE);
    T_EQ(aw_channel_resume_deaf(&old, &own, &p.random), AW_OK);
    T_TRUE(old.asking.named_epoch != 0);
    aw_channel_resume_drop(&old);
    T_TRUE(!old.asking.live);
}

/* Goal: each bit of question and answer counts, repeats get the same answer until the session
 * lives and none after that (CH-24), and a refused message changes nothing.
 * Method: single-bit flips; repeats before and after the first cell. */
static void test_flips_and_repeats(void)
{
    uint8_t question[AW_CELL_LEN], answer[AW_CELL_LEN], again[AW_CELL_LEN];
    struct aw_buf out = AW_BUF_OF(answer), out2 = AW_BUF_OF(again);
    struct aw_opened opened;
    struct pair p, before;
    unsigned events;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 35, 2));
    ask(&p.subject, question);
    before = p;
    for (size_t bit = 0; bit < 8 * AW_CELL_LEN; bit += 5 * t_step(9)) {
        question[bit / 8] = (uint8_t)(question[bit / 8] ^ (1U << bit % 8));
        T_EQ(hear(&p, &p.contact, question, &opened, &events), AW_E_AUTH);
        question[bit / 8] = (uint8_t)(question[bit / 8] ^ (1U << bit % 8));
    }
    T_TRUE(pair_same(&before.contact, &p.contact));
    T_EQ(hear(&p, &p.subject, question, &opened, &events), AW_E_AUTH); /* reflected */
    T_EQ(hear(&p, &p.contact, question, &opened, &events), AW_OK);
    T_EQ(aw_channel_resume_answer(&p.contact, &out), AW_OK);
    before = p;
    T_EQ(hear(&p, &p.contact, question, &opened, &events), AW_OK);
    T_TRUE(pair_same(&before.contact, &p.contact));
    T_EQ(aw_channel_resume_answer(&p.contact, &out2), AW_OK);
    T_MEM_EQ(answer, again, AW_CELL_LEN);

    for (size_t bit = 0; bit < 8 * AW_CELL_LEN; bit += 5 * t_step(9)) {
        answer[bit / 8] = (uint8_t)(answer[bit / 8] ^ (1U << bit % 8));
        T_EQ(hear(&p, &p.subject, answer, &opened, &events), AW_E_AUTH);
        answer[bit / 8] = (uint8_t)(answer[bit / 8] ^ (1U << bit % 8));
    }
    T_TRUE(pair_same(&before.subject, &p.subject));
    T_EQ(hear(&p, &p.subject, answer, &opened, &events), AW_OK);
    T_EQ(hear(&p, &p.subject, answer, &opened, &events), AW_E_AUTH); /* nobody asks any more */
    T_EQ(pass(&p, &p.subject, &p.contact, AW_SESSION_MAIN), AW_CHANNEL_EV_RESUMED);
    out2.len = 0;
    T_EQ(aw_channel_resume_answer(&p.contact, &out2), AW_E_NOT_FOUND);
    T_EQ(hear(&p, &p.contact, question, &opened, &events), AW_E_REPLAY);
    T_TRUE(pair_round_trip(&p));
}

/* A question that still waits is repeated, and answered if the other side can. */
static void exchange(struct pair *p, struct aw_channel *asks, struct aw_channel *answers)
{
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf out = AW_BUF_OF(cell);
    struct aw_opened opened;
    unsigned events;
    enum aw_status st;

    if (aw_channel_resume_cell(asks, &out) != AW_OK)
        return;
    st = hear(p, answers, cell, &opened, &events);
    T_TRUE(st == AW_OK || st == AW_E_AUTH || st == AW_E_REPLAY);
    out.len = 0;
    if (st != AW_OK || aw_channel_resume_answer(answers, &out) != AW_OK)
        return;
    st = hear(p, asks, cell, &opened, &events);
    T_TRUE(st == AW_OK || st == AW_E_AUTH);
}

/* Goal: when both ask at once, every order of delivery ends in one session.
 * Method: both questions, delivered in each order, answers too, with messages between. */
static void test_both_ask(void)
{
    const unsigned bad = AW_CHANNEL_EV_QUARANTINED | AW_CHANNEL_EV_FORK;

    for (int order = 0; order < 4; order++) {
        uint8_t hers[AW_CELL_LEN], his[AW_CELL_LEN], cell[AW_CELL_LEN];
        struct aw_opened opened;
        unsigned events;
        struct pair p;

        T_REQUIRE(pair_start(&p, &rng, &rnd, 40 + (uint64_t)order, 2));
        ask(&p.subject, hers);
        ask(&p.contact, his);
        if ((order & 1) != 0)
            T_EQ(hear(&p, &p.contact, hers, &opened, &events), AW_OK);
        T_EQ(hear(&p, &p.subject, his, &opened, &events), AW_OK);
        if ((order & 2) != 0) { /* her answer overtakes her question */
            struct aw_buf out = AW_BUF_OF(cell);

            T_EQ(aw_channel_resume_answer(&p.subject, &out), AW_OK);
            T_EQ(hear(&p, &p.contact, cell, &opened, &events),
                 (order & 1) != 0 ? AW_E_AUTH : AW_OK);
        }
        for (int i = 0; i < 3; i++) { /* as engines do */
            exchange(&p, &p.contact, &p.subject);
            exchange(&p, &p.subject, &p.contact);
        }
        T_EQ(pass(&p, &p.subject, &p.contact, AW_SESSION_MAIN) & bad, 0);
        T_EQ(pass(&p, &p.contact, &p.subject, AW_SESSION_MAIN) & bad, 0);
        for (int i = 0; i < 4; i++)
            T_TRUE(pair_round_trip(&p));
    }
}

/* Goal: a phone rolled back inside one epoch learns of it from the next reply, and its cells use no
 * (key, nonce) pair that was used before (CH-31, CR-6, attacks 10 and 20).
 * Method: a record from before five calls; the same indices are sealed again; nonces compared. */
static void test_rollback_in_epoch(void)
{
    uint8_t cells[5][AW_CELL_LEN], cell[AW_CELL_LEN], reply[AW_CELL_LEN];
    struct aw_opened opened;
    struct aw_channel backup;
    struct aw_sealed at;
    struct pair_call call;
    unsigned events;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 50, 2));
    backup = p.subject;
    for (size_t i = 0; i < 5; i++) {
        T_EQ(pair_say(&p, &p.subject, AW_SESSION_MAIN, 1, cells[i], &at), AW_OK);
        T_EQ(hear(&p, &p.contact, cells[i], &opened, &events), AW_OK);
    }
    T_EQ(pair_say(&p, &p.contact, AW_SESSION_MAIN, 1, reply, &at), AW_OK);
    p.subject = backup;
    for (size_t i = 0; i < 5; i++) {
        T_EQ(pair_say(&p, &p.subject, AW_SESSION_MAIN, 1, cell, &at), AW_OK);
        T_EQ(at.index, i); /* the same key */
        T_TRUE(memcmp(cell, cells[i], AW_NONCE_LEN) != 0);
        T_EQ(hear(&p, &p.contact, cell, &opened, &events), AW_E_REPLAY);
        if (i == 2) {
            events = 0;
            T_EQ(pair_hear(&p, &p.subject, reply, &opened, &call, &events), AW_E_PEER_RESET);
            T_EQ(call.cell_index, 4);
        }
    }
    handshake(&p, &p.subject, &p.contact, &opened, &events);
    T_EQ(events, AW_CHANNEL_EV_RESUMED);
    T_EQ(pass(&p, &p.subject, &p.contact, AW_SESSION_MAIN), AW_CHANNEL_EV_RESUMED);
    T_TRUE(pair_round_trip(&p));
}

/* Goal: after a step has succeeded nothing is left of a question, and a reply that names a later
 * epoch than any that she has shows an old state.
 * Method: ask, then a round trip; on_received with made-up numbers. */
static void test_question_forgotten(void)
{
    struct aw_opened opened = {.kind = AW_OPENED_MESSAGE};
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf out = AW_BUF_OF(cell);
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 51, 2));
    ask(&p.subject, cell);
    T_TRUE(pair_round_trip(&p));
    T_TRUE(pair_round_trip(&p));
    out.len = 0;
    T_EQ(aw_channel_resume_cell(&p.subject, &out), AW_E_NOT_FOUND);
    T_EQ(aw_channel_on_received(&p.subject, &opened, aw_channel_epoch(&p.subject) + 1, 0),
         AW_E_PEER_RESET);
    T_EQ(aw_channel_on_received(&p.subject, &opened, 0, 4000), AW_OK); /* nobody knows any more */
}

/* Goal: the largest record fits its limit, and the structures are as large as the header says.
 * Method: a contact with all rings full, three epochs and both handshakes. */
static void test_sizes(void)
{
    uint8_t space[AW_CHANNEL_RECORD_MAX], cell[AW_CELL_LEN];
    struct aw_buf buf = AW_BUF_OF(space);
    struct aw_opened opened;
    unsigned events;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 52, 40));
    ask(&p.subject, cell);
    T_EQ(hear(&p, &p.contact, cell, &opened, &events), AW_OK);
    ask(&p.contact, cell);
    T_EQ(aw_channel_encode(&p.contact, &buf), AW_OK);
    printf("       channel %zu bytes, record at most %zu, usually ", sizeof p.contact, buf.len);
    T_TRUE(buf.len + 256 < AW_CHANNEL_RECORD_MAX); /* indices and numbers may be longer */
    T_TRUE(sizeof p.contact < 6000);
    buf.len = 0;
    T_REQUIRE(pair_start(&p, &rng, &rnd, 53, 2));
    T_EQ(aw_channel_encode(&p.subject, &buf), AW_OK);
    printf("%zu\n", buf.len);
}

/* Goal: without random numbers there is no question, no answer and no new epoch, and the channel is
 * as it was: the same cell succeeds when there are some.
 * Method: either side asks; the source fails at each draw in turn. */
static void test_no_entropy(void)
{
    for (int who = 0; who < 2; who++) {
        struct aw_channel *asks, *answers, before;
        uint8_t cell[AW_CELL_LEN];
        struct aw_buf out = AW_BUF_OF(cell);
        enum aw_status st = AW_E_ENTROPY;
        struct aw_opened opened;
        unsigned events, failures = 0;
        struct pair p;

        T_REQUIRE(pair_start(&p, &rng, &rnd, 90 + (uint64_t)who, 3));
        asks = who == 0 ? &p.subject : &p.contact;
        answers = who == 0 ? &p.contact : &p.subject;
        before = *asks;
        for (uint64_t n = 0; st == AW_E_ENTROPY; n++) {
            T_TRUE(pair_same(&before, asks));
            rng.fills_left = n;
            st = aw_channel_resume_ask(asks, &own, &p.random);
            failures += st == AW_E_ENTROPY;
        }
        T_EQ(st, AW_OK);
        T_EQ(aw_channel_resume_cell(asks, &out), AW_OK);
        before = *answers;
        st = AW_E_ENTROPY;
        for (uint64_t n = 0; st == AW_E_ENTROPY; n++) {
            T_TRUE(pair_same(&before, answers));
            rng.fills_left = n;
            st = hear(&p, answers, cell, &opened, &events);
            failures += st == AW_E_ENTROPY;
        }
        T_EQ(st, AW_OK);
        out.len = 0;
        T_EQ(aw_channel_resume_answer(answers, &out), AW_OK);
        before = *asks;
        st = AW_E_ENTROPY;
        for (uint64_t n = 0; st == AW_E_ENTROPY; n++) {
            T_TRUE(pair_same(&before, asks));
            rng.fills_left = n;
            st = hear(&p, asks, cell, &opened, &events);
            failures += st == AW_E_ENTROPY;
        }
        T_EQ(st, AW_OK);
        T_EQ(opened.kind, AW_OPENED_RESUMED);
        T_TRUE(failures >= 4);
        rng.fills_left = UINT64_MAX;
        (void)pass(&p, asks, answers, AW_SESSION_MAIN);
        T_TRUE(pair_round_trip(&p));
    }
}

int main(void)
{
    T_RUN(test_current_key);
    T_RUN(test_stale_subject);
    T_RUN(test_thief);
    T_RUN(test_stale_contact);
    T_RUN(test_need_while_spoken);
    T_RUN(test_wrong_keys);
    T_RUN(test_flips_and_repeats);
    T_RUN(test_both_ask);
    T_RUN(test_rollback_in_epoch);
    T_RUN(test_question_forgotten);
    T_RUN(test_sizes);
    T_RUN(test_no_entropy);
    return t_end();
}
