/* SPDX-License-Identifier: ISC */
/* The word log and what is signed (spec/05-channel.md §6 and §7). */
#include "core/statement.h"
#include "core/words.h"

#include "base/bytes.h"
#include "test.h"

static struct aw_words_out out;

/* The word of this number that the tests make. */
static struct aw_word_id id_of(uint32_t number)
{
    struct aw_word_id id = {.number = number};

    aw_put_u32(id.mark, number ^ 0x5eed0000);
    return id;
}

static enum aw_status add(enum aw_word_kind kind, uint32_t *dropped)
{
    const uint8_t body[3] = {(uint8_t)kind, 1, 2};
    const struct aw_word_id id = id_of(out.next_number);

    return aw_words_out_add(&out, kind, id.mark, AW_BYTES_OF(body), dropped);
}

static enum aw_status accept(struct aw_words_in *in, uint32_t number)
{
    const struct aw_word_id id = id_of(number);
    enum aw_word_odd odd;

    return aw_words_in_accept(in, &id, &odd);
}

/* A reply of numbers alone, with the marks of words 1 to 16. */
static enum aw_status name(uint32_t words, uint64_t more, uint32_t named[AW_WORD_WAITING_MAX],
                           size_t *count)
{
    uint8_t marks[16 * AW_WORD_MARK_LEN];
    const struct aw_words_said said = {.words = words, .more = more, .marks = AW_BYTES_OF(marks)};

    for (uint32_t i = 0; i < 16; i++)
        memcpy(marks + i * AW_WORD_MARK_LEN, id_of(i + 1).mark, AW_WORD_MARK_LEN);
    return aw_words_out_named(&out, &said, named, count);
}

/* Goal: words get numbers from 1, wait until they are named in whatever order, and `waiting` is the
 * lowest that is left (CH-19).
 * Method: five words, named by `words` and by bits. */
static void test_named(void)
{
    uint32_t named[AW_WORD_WAITING_MAX], dropped;
    size_t count;

    aw_words_out_init(&out);
    T_EQ(aw_words_out_waiting(&out), 1);
    for (uint32_t i = 1; i <= 5; i++) {
        T_EQ(aw_words_out_next(&out), i);
        T_EQ(add(AW_WORD_CHECKIN, &dropped), AW_OK);
        T_EQ(dropped, 0);
    }
    T_EQ(aw_words_out_waiting(&out), 1);
    T_EQ(name(0, 0x5, named, &count), AW_OK); /* 2 and 4 */
    T_EQ(count, 2);
    T_EQ(named[0], 2);
    T_EQ(named[1], 4);
    T_EQ(aw_words_out_waiting(&out), 1);
    T_EQ(name(2, 0x1, named, &count), AW_OK); /* 1, 2, and 4 again */
    T_EQ(count, 1);
    T_EQ(named[0], 1);
    T_EQ(aw_words_out_waiting(&out), 3);
    T_EQ(name(1, 0, named, &count), AW_OK); /* an old reply */
    T_EQ(count, 0);
    T_EQ(name(5, 0, named, &count), AW_OK);
    T_EQ(count, 2);
    T_EQ(aw_words_out_waiting(&out), 6);
    T_TRUE(aw_words_out_get(&out, 3) == NULL);
}

/* Goal: a reply that names a word that was never made shows that this state is an old one.
 * Method: by number and by the last bit; no word is dropped but one named by its mark. */
static void test_named_too_much(void)
{
    uint32_t named[AW_WORD_WAITING_MAX], dropped;
    size_t count;

    aw_words_out_init(&out);
    T_EQ(name(1, 0, named, &count), AW_E_PEER_RESET);
    T_EQ(add(AW_WORD_SOS, &dropped), AW_OK);
    T_EQ(name(0, 1, named, &count), AW_E_PEER_RESET);
    T_EQ(name(0, UINT64_C(1) << 63, named, &count), AW_E_PEER_RESET);
    T_EQ(out.count, 1);
    T_EQ(count, 0);
    T_EQ(name(UINT32_MAX, UINT64_MAX, named, &count), AW_E_PEER_RESET);
    T_EQ(count, 1); /* its mark shows that this very word was heard */
    T_EQ(out.count, 0);
}

/* Goal: when 64 words wait, the oldest check-in, signal or drill goes, never another; without
 * one of these nothing more is taken.
 * Method: an SOS first, then the three in turn up to the limit; then only plans. */
static void test_overflow(void)
{
    static const enum aw_word_kind kinds[] = {AW_WORD_CHECKIN, AW_WORD_SIGNAL, AW_WORD_DRILL};
    uint32_t dropped;

    aw_words_out_init(&out);
    T_EQ(add(AW_WORD_SOS, &dropped), AW_OK);
    for (uint32_t i = 2; i <= AW_WORD_WAITING_MAX; i++)
        T_EQ(add(kinds[i % 3], &dropped), AW_OK);
    for (uint32_t i = 0; i < AW_WORD_WAITING_MAX - 1; i++) {
        T_EQ(add(AW_WORD_PLAN, &dropped), AW_OK);
        T_EQ(dropped, i + 2);
        T_EQ(out.count, AW_WORD_WAITING_MAX);
    }
    T_EQ(add(AW_WORD_CHECKIN, &dropped), AW_E_LIMIT);
    T_EQ(dropped, 0);
    T_EQ(aw_words_out_waiting(&out), 1);
    T_EQ(out.words[0].kind, AW_WORD_SOS);
}

/* Goal: words are deposited oldest first, the never sent before the sent, an SOS beside them; again
 * after 15 s, doubling to 15 minutes; and at the short pace when the other side is back.
 * Method: virtual time from 1000 ms; nothing sleeps. */
static void test_pace(void)
{
    const uint64_t t0 = 1000, s = 1000;
    uint64_t now = t0, pause = 15 * s;
    uint32_t dropped;

    aw_words_out_init(&out);
    T_EQ(aw_words_out_deadline_ms(&out, false), AW_TIME_NEVER);
    T_TRUE(aw_words_out_pick(&out, false, now) == NULL);
    T_EQ(add(AW_WORD_PLAN, &dropped), AW_OK);
    T_EQ(add(AW_WORD_CHECKIN, &dropped), AW_OK);
    T_EQ(aw_words_out_pick(&out, false, now)->number, 1);
    T_EQ(aw_words_out_deadline_ms(&out, true), AW_TIME_NEVER);
    aw_words_out_sent(&out, 1, now);
    T_EQ(add(AW_WORD_SOS, &dropped), AW_OK);
    T_EQ(aw_words_out_deadline_ms(&out, true), 0);
    T_EQ(aw_words_out_pick(&out, true, now)->number, 3); /* beside the others */
    aw_words_out_sent(&out, 3, now + 1);
    T_EQ(aw_words_out_pick(&out, false, now + 1)->number, 2);
    aw_words_out_sent(&out, 2, now + 2);
    T_TRUE(aw_words_out_pick(&out, false, now + 2) == NULL);
    T_TRUE(aw_words_out_pick(&out, true, now + 2) == NULL);
    T_EQ(aw_words_out_deadline_ms(&out, false), now + 15 * s);
    T_EQ(aw_words_out_deadline_ms(&out, true), now + 1 + 15 * s);
    T_EQ(aw_words_out_pick(&out, false, now + 16 * s)->number, 1); /* round robin from here */
    aw_words_out_sent(&out, 1, now + 16 * s);
    T_EQ(aw_words_out_pick(&out, false, now + 16 * s)->number, 2);

    aw_words_out_init(&out);
    T_EQ(add(AW_WORD_PLAN, &dropped), AW_OK);
    aw_words_out_sent(&out, 1, now);
    for (int i = 0; i < 12; i++) {
        T_TRUE(aw_words_out_pick(&out, false, now + pause - 1) == NULL);
        T_TRUE(aw_words_out_pick(&out, false, now + pause) != NULL);
        now += pause;
        aw_words_out_sent(&out, 1, now);
        pause = pause * 2 < 900 * s ? pause * 2 : 900 * s;
    }
    T_EQ(aw_words_out_deadline_ms(&out, false), now + 900 * s);
    aw_words_out_hurry(&out);
    T_EQ(aw_words_out_deadline_ms(&out, false), now + 15 * s);
}

/* Goal: after hours without a network the newest check-in does not wait for those before it
 * (CH-52), nor does any other word wait longer. Method: words of four kinds, none deposited yet;
 * the order in which they are. */
static void test_newest_checkin_first(void)
{
    static const enum aw_word_kind kinds[] = {AW_WORD_CHECKIN, AW_WORD_PLAN,    AW_WORD_CHECKIN,
                                              AW_WORD_DRILL,   AW_WORD_CHECKIN, AW_WORD_SIGNAL};
    static const uint32_t order[] = {6, 5, 3, 1, 2, 4};
    uint32_t dropped;

    aw_words_out_init(&out);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        T_EQ(add(kinds[i], &dropped), AW_OK);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        T_EQ(aw_words_out_pick(&out, false, 1000)->number, order[i]);
        aw_words_out_sent(&out, order[i], 1000);
    }
}

/* Goal: a restart keeps all waiting words and the numbering (CH-17).
 * Method: head and words through their records; damaged and repeated ones are refused. */
static void test_sender_records(void)
{
    static struct aw_words_out back;
    uint8_t head[AW_WORDS_OUT_RECORD_MAX], record[AW_WORD_RECORD_MAX];
    static const uint8_t longest[AW_CELL_PLAIN_LEN] = {1, 2, 3};
    struct aw_buf head_buf = AW_BUF_OF(head);
    uint32_t dropped;

    aw_words_out_init(&out);
    out.next_number = UINT32_MAX - 3; /* the longest records */
    T_EQ(aw_words_out_add(&out, AW_WORD_KEYS, longest, AW_BYTES_OF(longest), &dropped), AW_OK);
    T_EQ(add(AW_WORD_SOS, &dropped), AW_OK);
    T_EQ(add(AW_WORD_SOS, &dropped), AW_OK);
    T_EQ(add(AW_WORD_SOS, &dropped), AW_E_KEYS);
    T_EQ(aw_words_out_encode(&out, &head_buf), AW_OK);
    T_EQ(aw_words_out_decode(&back, aw_buf_bytes(&head_buf)), AW_OK);
    for (size_t i = 0; i < out.count; i++) {
        struct aw_buf buf = AW_BUF_OF(record);

        T_EQ(aw_word_encode(&out.words[i], &buf), AW_OK);
        T_EQ(aw_words_out_load(&back, (struct aw_bytes){record, buf.len - 1}), AW_E_DAMAGED);
        T_EQ(aw_words_out_load(&back, aw_buf_bytes(&buf)), AW_OK);
        T_EQ(aw_words_out_load(&back, aw_buf_bytes(&buf)), AW_E_DAMAGED);
    }
    T_MEM_EQ(&out, &back, sizeof out);
    T_EQ(aw_words_out_decode(&back, (struct aw_bytes){head, 1}), AW_E_DAMAGED);
}

/* Goal: each word is processed once, in any order, over restarts.
 * Method: a seeded shuffle with duplicates inside the window, against a plain table. */
static void test_processed_once(void)
{
    struct t_rng rng = t_rng(11);
    bool done[400] = {false};
    struct aw_words_in in;
    uint32_t first = 1;

    aw_words_in_init(&in);
    while (first < 300) {
        uint32_t number = first + (uint32_t)t_rng_below(&rng, 65);
        uint8_t record[AW_WORDS_IN_RECORD_MAX];
        struct aw_buf buf = AW_BUF_OF(record);

        T_EQ(accept(&in, number), done[number] ? AW_E_REPLAY : AW_OK);
        done[number] = true;
        while (done[first])
            first++;
        T_EQ(in.words, first - 1);
        T_EQ(aw_words_in_encode(&in, &buf), AW_OK);
        T_EQ(aw_words_in_decode(&in, aw_buf_bytes(&buf)), AW_OK);
        for (uint32_t i = 0; i < 64; i++)
            T_EQ(in.more >> i & 1, done[first + 1 + i]);
    }
    T_EQ(accept(&in, first + 65), AW_E_RANGE);
}

/* Goal: attack 24: words that the sender gave up are a gap, told once, and the log goes on; words
 * under way are counted as missing.
 * Method: 1, 4 and 6 arrive; then `waiting` jumps to 4, 8 and far. */
static void test_gap(void)
{
    struct aw_word_gap gap;
    struct aw_words_in in;

    aw_words_in_init(&in);
    T_EQ(aw_words_in_waiting(&in, 1, &gap), AW_OK);
    T_EQ(gap.count, 0);
    T_EQ(accept(&in, 1), AW_OK);
    T_EQ(accept(&in, 4), AW_OK);
    T_EQ(accept(&in, 6), AW_OK);
    T_EQ(aw_words_in_missing(&in), 3); /* 2, 3, 5 */
    T_EQ(aw_words_in_waiting(&in, 4, &gap), AW_OK);
    T_EQ(gap.first, 2);
    T_EQ(gap.count, 2);
    T_EQ(in.words, 4);
    T_EQ(aw_words_in_missing(&in), 1);
    T_EQ(aw_words_in_waiting(&in, 4, &gap), AW_OK);
    T_EQ(gap.count, 0);
    T_EQ(accept(&in, 3), AW_OK); /* given up, and heard all the same: once */
    T_EQ(accept(&in, 3), AW_E_REPLAY);
    T_EQ(aw_words_in_waiting(&in, 8, &gap), AW_OK);
    T_EQ(gap.first, 5);
    T_EQ(gap.count, 2); /* 5 and 7 */
    T_EQ(in.words, 7);
    T_EQ(aw_words_in_missing(&in), 0);
    T_EQ(aw_words_in_waiting(&in, 8 + AW_WORDS_JUMP_MAX, &gap), AW_OK);
    T_EQ(gap.first, 8);
    T_EQ(gap.count, AW_WORDS_JUMP_MAX);
    T_EQ(aw_words_in_waiting(&in, in.words + 2 + AW_WORDS_JUMP_MAX, &gap), AW_E_RANGE);
    T_EQ(aw_words_in_waiting(&in, 0, &gap), AW_E_RANGE);
    T_EQ(aw_words_in_waiting(&in, 3, &gap), AW_OK); /* an old call */
    T_EQ(gap.count, 0);
}

/* The receiver's reply reaches the sender. */
static enum aw_status answer(const struct aw_words_in *in)
{
    uint8_t marks[AW_REPLY_MARKS_LEN];
    uint32_t named[AW_WORD_WAITING_MAX];
    size_t count;
    const struct aw_words_said said = {
        .words = in->words, .more = in->more, .marks = {marks, aw_words_in_marks(in, marks)}};

    return aw_words_out_named(&out, &said, named, &count);
}

/* Goal: another word under a number that was processed is a new word, is processed once, and shows
 * that a restored phone or a clone speaks; the sender drops none but the word that was heard
 * (CH-20, CH-35, CH-36).
 * Method: words 1 to 5 are heard; a sender that has forgotten 3 to 5 makes others of that number;
 * then more words than the receiver remembers. */
static void test_number_used_again(void)
{
    struct aw_words_in in;
    struct aw_word_id id = id_of(4);
    enum aw_word_odd odd;
    uint32_t dropped;

    aw_words_in_init(&in);
    for (uint32_t number = 1; number <= 5; number++)
        T_EQ(accept(&in, number), AW_OK);
    aw_words_out_init(&out);
    out.next_number = 3;
    for (uint32_t number = 3; number <= 5; number++) {
        T_EQ(add(AW_WORD_CHECKIN, &dropped), AW_OK);
        out.words[number - 3].mark[0] ^= 1;
    }
    T_EQ(answer(&in), AW_OK); /* numbers 1 to 5 are named, but not these words */
    T_EQ(out.count, 3);
    memcpy(id.mark, out.words[1].mark, sizeof id.mark);
    T_EQ(aw_words_in_accept(&in, &id, &odd), AW_OK);
    T_EQ(odd, AW_WORD_ODD_REUSED);
    T_EQ(aw_words_in_accept(&in, &id, &odd), AW_E_REPLAY);
    T_EQ(odd, AW_WORD_ODD_NONE);
    T_EQ(answer(&in), AW_OK);
    T_EQ(out.count, 2);
    T_TRUE(aw_words_out_get(&out, 4) == NULL);
    T_EQ(in.words, 5);

    for (uint32_t number = 6; number < 6 + AW_WORDS_KEEP; number++)
        T_EQ(accept(&in, number), AW_OK);
    T_EQ(in.ids_count, AW_WORDS_KEEP);
    T_EQ(aw_words_in_accept(&in, &id, &odd), AW_OK); /* heard too long ago: once more */
    T_EQ(odd, AW_WORD_ODD_LATE);
    T_EQ(aw_words_in_accept(&in, &id, &odd), AW_E_REPLAY);
}

/* Goal: sender and receiver agree over a transport that loses and reorders: each word is processed
 * once or shown as a gap, and an SOS is never lost.
 * Method: seeded; words go out by pick(), half of all cells and replies are lost. */
static void test_two_ends(void)
{
    struct t_rng rng = t_rng(12);
    uint32_t sos_made = 0, sos_seen = 0, seen = 0, gone = 0, made = 0;
    struct aw_words_in in;
    uint64_t now = 1;

    aw_words_out_init(&out);
    aw_words_in_init(&in);
    for (int step = 0; step < 20000; step++, now += 7000) {
        const struct aw_word *word;
        struct aw_word_gap gap;
        uint32_t dropped;

        if (step < 15000 && t_rng_below(&rng, 3) == 0) {
            bool sos = t_rng_below(&rng, 50) == 0;

            if (add(sos ? AW_WORD_SOS : AW_WORD_CHECKIN, &dropped) == AW_OK) {
                made++;
                sos_made += sos;
            }
        }
        word = aw_words_out_pick(&out, t_rng_below(&rng, 2) == 0, now);
        if (word != NULL) {
            enum aw_word_kind kind = (enum aw_word_kind)word->kind;
            uint32_t number = word->number;

            aw_words_out_sent(&out, number, now);
            if (t_rng_below(&rng, 2) == 0) {
                T_EQ(aw_words_in_waiting(&in, aw_words_out_waiting(&out), &gap), AW_OK);
                gone += gap.count;
                if (accept(&in, number) == AW_OK) {
                    seen++;
                    sos_seen += kind == AW_WORD_SOS;
                }
            }
        }
        if (t_rng_below(&rng, 8) == 0)
            T_EQ(answer(&in), AW_OK);
    }
    T_EQ(out.count, 0);
    T_EQ(sos_seen, sos_made);
    T_TRUE(sos_made > 20);
    {
        struct aw_word_gap gap;

        T_EQ(aw_words_in_waiting(&in, aw_words_out_waiting(&out), &gap), AW_OK);
        gone += gap.count;
    }
    T_EQ(seen + gone, made);
}

/* Goal: a signature covers every field of a statement, two different ones with one seq conflict
 * (CH-16), and an act is bound to channel, statement, word, alarm, reply and plan. Method: change
 * each field in turn. */
static void test_statement(void)
{
    struct t_rng rng = t_rng(13);
    struct aw_random rnd = t_random(&rng);
    const struct aw_statement base = {7, 1800000000, 3600, 2, {1, 2, 3}};
    uint8_t sig[AW_SIG_LEN], hash[2][AW_HASH_LEN], act_hash[2][AW_HASH_LEN];
    uint8_t id[AW_HASH_LEN] = {9};
    struct aw_sign_key key;

    T_EQ(aw_sign_keypair(&key, &rnd), AW_OK);
    aw_statement_sign(sig, &key, &base);
    T_EQ(aw_statement_verify(&base, key.pk, sig), AW_OK);
    aw_statement_hash(hash[0], &base);
    T_TRUE(!aw_statement_is_conflict(&base, &base));
    for (int field = 0; field < 5; field++) {
        struct aw_statement other = base;

        other.seq += field == 0;
        other.issued_at += field == 1;
        other.valid_for += field == 2;
        other.kind = (uint8_t)(other.kind + (field == 3));
        other.log_head[31] ^= (uint8_t)(field == 4);
        T_EQ(aw_statement_verify(&other, key.pk, sig), AW_E_AUTH);
        aw_statement_hash(hash[1], &other);
        T_TRUE(memcmp(hash[0], hash[1], AW_HASH_LEN) != 0);
        T_EQ(aw_statement_is_conflict(&base, &other), field != 0);
    }
    for (int field = 0; field < 7; field++) {
        struct aw_statement statement = base;
        struct aw_act act = {.word = 3, .alarm_id = 4, .reply_seen = 5};

        if (field == 0)
            aw_act_hash(act_hash[0], id, &statement, &act);
        act.word += field == 1;
        act.alarm_id += field == 2;
        act.plan_hash[0] ^= (uint8_t)(field == 3);
        act.reply_seen += field == 4;
        statement.seq += field == 5;
        id[31] ^= (uint8_t)(field == 6);
        aw_act_hash(act_hash[1], id, &statement, &act);
        T_EQ(memcmp(act_hash[0], act_hash[1], AW_HASH_LEN) == 0, field == 0);
    }
    aw_receipt_sign(sig, &key, hash[0], 1800000001);
    T_EQ(aw_receipt_verify(key.pk, hash[0], 1800000001, sig), AW_OK);
    T_EQ(aw_receipt_verify(key.pk, hash[0], 1800000002, sig), AW_E_AUTH);
    T_EQ(aw_receipt_verify(key.pk, hash[1], 1800000001, sig), AW_E_AUTH);
}

/* Goal: what fits in no cell is no word; the log of a phone holds 64, also when it is read; counts
 * have an end; a signal goes first, the older of two signals before the other.
 * Method: the rules alone. */
static void test_bounds(void)
{
    static const uint8_t mark[AW_WORD_MARK_LEN] = {1};
    static uint8_t body[AW_CELL_PLAIN_LEN + 1];
    uint8_t space[AW_WORD_RECORD_MAX];
    struct aw_buf record = AW_BUF_OF(space);
    struct aw_words_out w;
    uint32_t dropped;

    aw_words_out_init(&w);
    T_EQ(aw_words_out_add(&w, AW_WORD_CHECKIN, mark, AW_BYTES_OF(body), &dropped), AW_E_SPACE);
    T_EQ(w.count, 0);
    T_EQ(aw_words_out_add(&w, AW_WORD_CHECKIN, mark, (struct aw_bytes){NULL, 0}, &dropped), AW_OK);
    T_EQ(aw_words_out_add(&w, AW_WORD_SIGNAL, mark, (struct aw_bytes){body, 9}, &dropped), AW_OK);
    T_EQ(aw_words_out_add(&w, AW_WORD_SIGNAL, mark, (struct aw_bytes){body, 9}, &dropped), AW_OK);
    T_EQ(aw_words_out_pick(&w, false, 0)->number, 2);
    w.words[0].sent_count = UINT32_MAX;
    aw_words_out_sent(&w, 1, 5);
    T_EQ(w.words[0].sent_count, UINT32_MAX);

    T_EQ(aw_word_encode(&w.words[0], &record), AW_OK); /* without a body */
    aw_words_out_init(&w);
    w.next_number = 2;
    T_EQ(aw_words_out_load(&w, aw_buf_bytes(&record)), AW_OK);
    T_EQ(w.words[0].body_len, 0);
    aw_words_out_init(&w);
    for (unsigned i = 0; i < AW_WORD_WAITING_MAX; i++)
        T_EQ(aw_words_out_add(&w, AW_WORD_SOS, mark, (struct aw_bytes){body, 9}, &dropped), AW_OK);
    w.next_number = 200;
    w.words[63].number = 100;
    record.len = 0;
    T_EQ(aw_word_encode(&w.words[63], &record), AW_OK);
    w.words[63].number = 64;
    T_EQ(aw_words_out_load(&w, aw_buf_bytes(&record)), AW_E_DAMAGED);
    T_EQ(w.count, AW_WORD_WAITING_MAX);

    aw_words_out_init(&w);
    w.next_number = UINT32_MAX - 1;
    T_EQ(aw_words_out_room(&w), 1);
    T_EQ(aw_words_out_add(&w, AW_WORD_SOS, mark, (struct aw_bytes){body, 9}, &dropped), AW_OK);
    T_EQ(aw_words_out_room(&w), 0);
    T_EQ(aw_words_out_add(&w, AW_WORD_SOS, mark, (struct aw_bytes){body, 9}, &dropped), AW_E_KEYS);
}

int main(void)
{
    T_RUN(test_named);
    T_RUN(test_named_too_much);
    T_RUN(test_overflow);
    T_RUN(test_pace);
    T_RUN(test_newest_checkin_first);
    T_RUN(test_sender_records);
    T_RUN(test_processed_once);
    T_RUN(test_gap);
    T_RUN(test_number_used_again);
    T_RUN(test_two_ends);
    T_RUN(test_statement);
    T_RUN(test_bounds);
    return t_end();
}
