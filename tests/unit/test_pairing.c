/* SPDX-License-Identifier: ISC */
/* Pairing: two messages, both sides offline in turn (spec/04-pairing.md §5 to §7). */
#include "core/pairing.h"

#include "base/bytes.h"
#include "core/pairing_internal.h"
#include "support/pair.h"
#include "test.h"

#define T0_MS PAIR_T0_MS

struct stage {
    struct aw_inviting inviting;
    struct aw_joining joining;
    struct aw_channel subject, contact;
    struct aw_hello own_subject, own_contact, peer;
    uint8_t first[AW_CELL_LEN], second[AW_CELL_LEN];
    enum aw_inviting_answer answer;
};

static struct t_rng rng;
static struct aw_random rnd;

/* An invite, and one contact who has made message 1. */
static void start(struct stage *s, uint64_t seed)
{
    const struct aw_invite draft = pair_draft();

    memset(s, 0, sizeof *s);
    rng = t_rng(seed);
    rnd = t_random(&rng);
    s->own_subject = pair_hello(0);
    s->own_contact = pair_hello(1);
    T_REQUIRE(aw_inviting_init(&s->inviting, &draft, &rnd) == AW_OK);
    T_REQUIRE(aw_joining_init(&s->joining, &s->inviting.invite, &s->own_contact, &rnd) == AW_OK);
    aw_joining_cell(&s->joining, s->first);
}

static enum aw_status open_at(struct stage *s, const uint8_t cell[AW_CELL_LEN], uint64_t wall_ms)
{
    struct aw_buf out = AW_BUF_OF(s->second);
    enum aw_status st;

    s->answer = 0;
    st = aw_inviting_open(&s->inviting, (struct aw_bytes){cell, AW_CELL_LEN}, &s->own_subject,
                          wall_ms, &s->answer, &s->subject, &s->peer, &rnd);
    if (st == AW_OK && s->answer != AW_ANSWER_SECOND)
        T_EQ(aw_inviting_cell(&s->inviting, &out), AW_OK);
    return st;
}

static enum aw_status finish(struct stage *s, const uint8_t cell[AW_CELL_LEN])
{
    return aw_joining_finish(&s->joining, (struct aw_bytes){cell, AW_CELL_LEN}, T0_MS, &s->contact,
                             &s->peer, &rnd);
}

static bool restart_inviting(struct aw_inviting *inv)
{
    uint8_t space[AW_INVITING_RECORD_MAX], again[AW_INVITING_RECORD_MAX];
    struct aw_buf buf = AW_BUF_OF(space), buf2 = AW_BUF_OF(again);

    if (aw_inviting_encode(inv, &buf) != AW_OK)
        return false;
    aw_inviting_wipe(inv);
    return aw_inviting_decode(inv, aw_buf_bytes(&buf)) == AW_OK &&
           aw_inviting_encode(inv, &buf2) == AW_OK &&
           aw_bytes_equal(aw_buf_bytes(&buf), aw_buf_bytes(&buf2));
}

static bool restart_joining(struct aw_joining *join)
{
    uint8_t space[AW_JOINING_RECORD_MAX], again[AW_JOINING_RECORD_MAX];
    struct aw_buf buf = AW_BUF_OF(space), buf2 = AW_BUF_OF(again);

    if (aw_joining_encode(join, &buf) != AW_OK)
        return false;
    aw_joining_wipe(join);
    return aw_joining_decode(join, aw_buf_bytes(&buf)) == AW_OK &&
           aw_joining_encode(join, &buf2) == AW_OK &&
           aw_bytes_equal(aw_buf_bytes(&buf), aw_buf_bytes(&buf2));
}

/* Goal: both ends get the same channel, the same words, and each other's hello; nobody is
 * verified yet (PA-11).
 * Method: the two messages, with a restart of either side between all steps. */
static void test_pair(void)
{
    uint16_t words[2][AW_WORDS_COUNT];
    struct aw_dh_key key;
    uint8_t pk[AW_KEY_LEN];
    uint32_t epoch;
    struct stage s;

    start(&s, 1);
    T_TRUE(restart_inviting(&s.inviting));
    T_TRUE(restart_joining(&s.joining));
    T_EQ(open_at(&s, s.first, T0_MS), AW_OK);
    T_EQ(s.answer, AW_ANSWER_FIRST);
    T_MEM_EQ(&s.peer, &s.own_contact, sizeof s.peer);
    T_TRUE(restart_inviting(&s.inviting));
    T_TRUE(restart_joining(&s.joining));
    T_EQ(finish(&s, s.second), AW_OK);
    T_MEM_EQ(&s.peer, &s.own_subject, sizeof s.peer);

    T_MEM_EQ(s.subject.id, s.contact.id, AW_HASH_LEN);
    T_EQ(aw_channel_words(&s.subject, AW_SESSION_MAIN, words[0]), AW_OK);
    T_EQ(aw_channel_words(&s.contact, AW_SESSION_MAIN, words[1]), AW_OK);
    T_MEM_EQ(words[0], words[1], sizeof words[0]);
    T_EQ(aw_channel_words(&s.contact, AW_SESSION_QUARANTINE, words[1]), AW_E_NOT_FOUND);
    T_TRUE(!s.subject.is_verified && !s.contact.is_verified);

    /* The accept key of epoch 0 is the e of message 1. */
    aw_channel_peer_accept(&s.subject, AW_SESSION_MAIN, pk, &epoch);
    T_MEM_EQ(pk, s.first, AW_KEY_LEN);
    T_EQ(epoch, 0);
    T_EQ(aw_channel_accept_key(&s.contact, AW_SESSION_MAIN, 0, &key), AW_OK);
    T_MEM_EQ(key.pk, s.first, AW_KEY_LEN);
}

/* Goal: lost or repeated messages do no harm: the same message 1 gets the same message 2 (PA-6),
 * and
 * after the channel lives there is nothing to repeat.
 * Method: message 1 three times, over a restart; aw_inviting_done(). */
static void test_repeat(void)
{
    uint8_t second[AW_CELL_LEN];
    struct aw_buf out = AW_BUF_OF(second);
    struct stage s;

    start(&s, 2);
    T_EQ(open_at(&s, s.first, T0_MS), AW_OK);
    memcpy(second, s.second, sizeof second);
    T_TRUE(restart_inviting(&s.inviting));
    T_EQ(open_at(&s, s.first, T0_MS + 90 * UINT64_C(86400000)), AW_OK); /* expired meanwhile */
    T_EQ(s.answer, AW_ANSWER_AGAIN);
    T_MEM_EQ(second, s.second, sizeof second);
    aw_inviting_done(&s.inviting);
    T_TRUE(restart_inviting(&s.inviting));
    T_EQ(aw_inviting_cell(&s.inviting, &out), AW_E_NOT_FOUND);
    aw_inviting_done(&s.inviting);
    T_EQ(s.inviting.phase, AW_INVITING_DONE);
}

/* Goal: attack 22: whoever photographed the invite and answers second is refused and reported; if
 * he answers first, the words of the true contact's side do not exist, and she hears of a second
 * answer.
 * Method: two contacts on one invite, in both phases. */
static void test_second_answer(void)
{
    struct aw_hello thief = pair_hello(9);
    struct aw_inviting before;
    struct aw_joining other;
    uint8_t cell[AW_CELL_LEN];
    struct stage s;

    start(&s, 3);
    T_EQ(aw_joining_init(&other, &s.inviting.invite, &thief, &rnd), AW_OK);
    aw_joining_cell(&other, cell);
    T_EQ(open_at(&s, s.first, T0_MS), AW_OK);
    before = s.inviting;
    for (int phase = 0; phase < 2; phase++) {
        T_EQ(open_at(&s, cell, T0_MS), AW_OK);
        T_EQ(s.answer, AW_ANSWER_SECOND);
        T_STR_EQ(s.peer.name, thief.name);
        T_TRUE(!s.subject.cur.live); /* no channel for him */
        T_MEM_EQ(&before, &s.inviting, sizeof before);
        aw_inviting_done(&s.inviting);
        before = s.inviting;
    }
}

/* Goal: a middleman who has the invite and pairs with both gives them different words.
 * Method: he answers her invite, and makes one of his own for the contact. */
static void test_middleman_words(void)
{
    uint16_t words[2][AW_WORDS_COUNT];
    struct stage left, right;

    start(&left, 4);
    T_EQ(open_at(&left, left.first, T0_MS), AW_OK);
    start(&right, 5);
    T_EQ(open_at(&right, right.first, T0_MS), AW_OK);
    T_EQ(finish(&right, right.second), AW_OK);
    T_EQ(aw_channel_words(&left.subject, AW_SESSION_MAIN, words[0]), AW_OK);
    T_EQ(aw_channel_words(&right.contact, AW_SESSION_MAIN, words[1]), AW_OK);
    T_TRUE(memcmp(words[0], words[1], sizeof words[0]) != 0);
}

/* Goal: an expired invite is not served, and she learns that somebody tried.
 * Method: the last and the first millisecond. */
static void test_expired(void)
{
    struct stage s;
    uint64_t end_ms;

    start(&s, 6);
    end_ms = (uint64_t)s.inviting.invite.expires_at * 1000;
    T_EQ(open_at(&s, s.first, end_ms), AW_E_STALE);
    T_EQ(s.inviting.phase, AW_INVITING_OPEN);
    T_TRUE(!s.subject.cur.live);
    T_TRUE(!aw_joining_is_stale(&s.joining, end_ms - 1));
    T_TRUE(aw_joining_is_stale(&s.joining, end_ms));
    T_EQ(open_at(&s, s.first, end_ms - 1), AW_OK);
}

/* Goal: each bit of both messages counts, and a refused one changes nothing (PA-7).
 * Method: every single-bit flip; records before and after. */
static void test_every_bit_flip(void)
{
    struct stage s, before;

    start(&s, 7);
    before = s;
    for (size_t bit = 0; bit < 8 * AW_CELL_LEN; bit += 3 * t_step(9)) {
        s.first[bit / 8] = (uint8_t)(s.first[bit / 8] ^ (1U << bit % 8));
        T_EQ(open_at(&s, s.first, T0_MS), AW_E_AUTH);
        s.first[bit / 8] = (uint8_t)(s.first[bit / 8] ^ (1U << bit % 8));
    }
    T_MEM_EQ(&before.inviting, &s.inviting, sizeof s.inviting);
    T_EQ(open_at(&s, s.first, T0_MS), AW_OK);
    before = s;
    for (size_t bit = 0; bit < 8 * AW_CELL_LEN; bit += 3 * t_step(9)) {
        s.second[bit / 8] = (uint8_t)(s.second[bit / 8] ^ (1U << bit % 8));
        T_EQ(finish(&s, s.second), AW_E_AUTH);
        s.second[bit / 8] = (uint8_t)(s.second[bit / 8] ^ (1U << bit % 8));
    }
    T_MEM_EQ(&before.joining, &s.joining, sizeof s.joining);
    T_EQ(finish(&s, s.second), AW_OK);
}

/* Goal: every field of the invite is bound: a changed relay, name, expiry or psk does not pair.
 * Method: the contact answers an altered invite. */
static void test_altered_invite(void)
{
    for (int field = 0; field < 5; field++) {
        struct aw_invite altered;
        struct stage s;

        start(&s, 8);
        altered = s.inviting.invite;
        altered.name[0] = (char)(field == 0 ? 'X' : altered.name[0]);
        altered.relays[0].address[0] = (char)(field == 1 ? 'X' : altered.relays[0].address[0]);
        altered.expires_at += field == 2 ? 1 : 0;
        altered.psk[3] ^= (uint8_t)(field == 3 ? 1 : 0);
        altered.relays[0].relay_key[3] ^= (uint8_t)(field == 4 ? 1 : 0);
        T_EQ(aw_joining_init(&s.joining, &altered, &s.own_contact, &rnd), AW_OK);
        aw_joining_cell(&s.joining, s.first);
        T_EQ(open_at(&s, s.first, T0_MS), AW_E_AUTH);
    }
}

/* Goal: a payload that is authentic but not a hello, or not padded with zeros, is refused (PA-5).
 * Method: message 1 made by hand, with its first byte changed, and with one byte of padding set. */
static void test_bad_payload(void)
{
    for (size_t at = 0; at < 416; at += 415) {
        uint8_t plain[416];
        struct aw_buf payload = AW_BUF_OF(plain), out;
        struct aw_dh_key key;
        struct aw_noise noise;
        struct stage s;

        start(&s, 11);
        T_EQ(aw_message_encode_padded(&aw_hello_map, &s.own_contact, &payload, sizeof plain),
             AW_OK);
        plain[at] ^= 1;
        T_EQ(aw_dh_keypair(&key, &rnd), AW_OK);
        T_EQ(aw_pairing_noise(&noise, &s.inviting.invite, &key, true, &rnd), AW_OK);
        out = AW_BUF_OF(s.first);
        T_EQ(aw_noise_write(&noise, AW_BYTES_OF(plain), &out), AW_OK);
        T_EQ(out.len, AW_CELL_LEN);
        T_EQ(open_at(&s, s.first, T0_MS), AW_E_FORMAT);
        T_EQ(s.inviting.phase, AW_INVITING_OPEN);
    }
}

/* Goal: wrong lengths, fields outside the grammar and a failing random source are told apart.
 * Method: one of each. */
static void test_other_failures(void)
{
    struct aw_invite draft = pair_draft();
    struct aw_hello bad = pair_hello(1);
    struct aw_inviting inv;
    struct stage s;

    start(&s, 9);
    bad.relays_count = 0;
    T_EQ(aw_joining_init(&s.joining, &s.inviting.invite, &bad, &rnd), AW_E_RANGE);
    T_EQ(aw_inviting_open(&s.inviting, (struct aw_bytes){s.first, 511}, &s.own_subject, T0_MS,
                          &s.answer, &s.subject, &s.peer, &rnd),
         AW_E_FORMAT);
    T_EQ(aw_inviting_open(&s.inviting, AW_BYTES_OF(s.first), &bad, T0_MS, &s.answer, &s.subject,
                          &s.peer, &rnd),
         AW_E_RANGE);
    T_EQ(s.inviting.phase, AW_INVITING_OPEN);
    draft.name[0] = '\0';
    T_EQ(aw_inviting_init(&inv, &draft, &rnd), AW_E_RANGE);
    draft = pair_draft();
    for (uint64_t left = 0; left < 2; left++) {
        rng.fills_left = left;
        T_EQ(aw_inviting_init(&inv, &draft, &rnd), AW_E_ENTROPY);
        rng.fills_left = left;
        T_EQ(open_at(&s, s.first, T0_MS), AW_E_ENTROPY);
        T_EQ(s.inviting.phase, AW_INVITING_OPEN);
        rng.fills_left = left;
        T_EQ(aw_joining_init(&s.joining, &s.inviting.invite, &s.own_contact, &rnd), AW_E_ENTROPY);
    }
}

/* Goal: damaged records are refused, whatever byte it is or wherever they end.
 * Method: truncations, and all-ones in each byte: refused or read as another value, never more. */
static void test_damaged_records(void)
{
    uint8_t space[AW_JOINING_RECORD_MAX];
    struct aw_buf buf = AW_BUF_OF(space);
    struct aw_inviting inv;
    struct aw_joining join;
    struct stage s;

    start(&s, 10);
    T_EQ(open_at(&s, s.first, T0_MS), AW_OK);
    T_EQ(aw_joining_encode(&s.joining, &buf), AW_OK);
    for (size_t len = 0; len < buf.len; len++)
        T_EQ(aw_joining_decode(&join, (struct aw_bytes){space, len}), AW_E_DAMAGED);
    buf.len = 0;
    T_EQ(aw_inviting_encode(&s.inviting, &buf), AW_OK);
    for (size_t len = 0; len < buf.len; len++)
        T_EQ(aw_inviting_decode(&inv, (struct aw_bytes){space, len}), AW_E_DAMAGED);
    space[1] = 9; /* version */
    T_EQ(aw_inviting_decode(&inv, aw_buf_bytes(&buf)), AW_E_DAMAGED);
}

int main(void)
{
    T_RUN(test_pair);
    T_RUN(test_repeat);
    T_RUN(test_second_answer);
    T_RUN(test_middleman_words);
    T_RUN(test_expired);
    T_RUN(test_every_bit_flip);
    T_RUN(test_altered_invite);
    T_RUN(test_bad_payload);
    T_RUN(test_other_failures);
    T_RUN(test_damaged_records);
    return t_end();
}
