/* SPDX-License-Identifier: ISC */
/* The channel: cells, refusals, epochs (spec/05-channel.md §3 to §5). */
#include "support/pair.h"

#include "base/bytes.h"
#include "test.h"

static struct t_rng rng;
static struct aw_random rnd;

static enum aw_status say(struct pair *p, struct aw_channel *from, uint8_t cell[AW_CELL_LEN])
{
    struct aw_sealed at;

    return pair_say(p, from, AW_SESSION_MAIN, 1, cell, &at);
}

/* Goal: a round trip makes exactly one epoch step, and the roles agree on the number; the contact
 * waits until he has heard her in it (CH-10).
 * Method: ten round trips; epochs of both ends before and after. */
static void test_round_trips(void)
{
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 1, 0));
    T_EQ(aw_channel_epoch(&p.subject), 0);
    T_EQ(aw_channel_epoch(&p.contact), 0);
    for (uint32_t i = 1; i <= 10; i++) {
        T_TRUE(pair_round_trip(&p));
        T_EQ(aw_channel_epoch(&p.subject), i);     /* sends in the new epoch at once */
        T_EQ(aw_channel_epoch(&p.contact), i - 1); /* not before it has heard her there */
    }
}

/* Goal: each lane carries full-size content and they stay apart.
 * Method: the longest plaintext of each lane is sealed, the receiver restarts from its record and
 * opens it; a longer one is refused, and so are lanes that are not live in a direction. */
static void test_lanes(void)
{
    static const enum aw_lane lanes[] = {AW_LANE_CELL, AW_LANE_BULK, AW_LANE_SHORT, AW_LANE_SWITCH};
    static uint8_t plain[AW_CELL_BULK_LEN], cell[AW_CELL_BULK_LEN], back[AW_CELL_BULK_LEN];
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 2, 0));
    t_rng_bytes(&rng, plain, sizeof plain);
    for (size_t i = 0; i < sizeof lanes / sizeof lanes[0]; i++) {
        size_t cell_len = aw_channel_cell_len(lanes[i]), len = cell_len - AW_CELL_OVERHEAD;
        struct aw_buf out = AW_BUF_OF(cell), in = AW_BUF_OF(back);
        struct aw_resume own = {0};
        struct aw_opened opened;
        struct aw_sealed at;

        T_EQ(aw_channel_seal(&p.subject, lanes[i], AW_SESSION_MAIN,
                             (struct aw_bytes){plain, len + 1}, &out, &at, &rnd),
             AW_E_SPACE);
        T_EQ(aw_channel_seal(&p.subject, lanes[i], AW_SESSION_MAIN, (struct aw_bytes){plain, len},
                             &out, &at, &rnd),
             AW_OK);
        T_EQ(out.len, cell_len);
        pair_restart(&p.contact);
        T_EQ(aw_channel_open(&p.contact, aw_buf_bytes(&out), &own, p.wall_ms, &in, &opened, &rnd),
             AW_OK);
        T_EQ(in.len, len);
        T_MEM_EQ(back, plain, len);
        T_EQ(opened.lane, lanes[i]);
        T_EQ(opened.index, at.index);
        T_EQ(opened.epoch, at.epoch);
    }
    {
        struct aw_buf out = AW_BUF_OF(cell);
        struct aw_sealed at;

        /* Only she speaks in lanes short and switch. */
        T_EQ(aw_channel_seal(&p.contact, AW_LANE_SWITCH, AW_SESSION_MAIN,
                             (struct aw_bytes){plain, 1}, &out, &at, &rnd),
             AW_E_STATE);
        T_EQ(aw_channel_seal(&p.contact, AW_LANE_SHORT, AW_SESSION_MAIN,
                             (struct aw_bytes){plain, 1}, &out, &at, &rnd),
             AW_E_STATE);
        T_EQ(aw_channel_seal(&p.subject, AW_LANE_CELL, AW_SESSION_QUARANTINE,
                             (struct aw_bytes){plain, 1}, &out, &at, &rnd),
             AW_E_STATE);
    }
}

/* Goal: attack 26, a relay flips each bit of a cell: refused, and not a bit of state moves (CH-4).
 * Method: all 4096 single-bit flips of one cell at the receiver; records before and after; at last
 * the true cell still opens. */
static void test_every_bit_flip(void)
{
    struct aw_channel before;
    uint8_t cell[AW_CELL_LEN];
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 3, 0));
    T_TRUE(pair_round_trip(&p));
    T_EQ(say(&p, &p.subject, cell), AW_OK);
    before = p.contact;
    for (size_t bit = 0; bit < 8 * AW_CELL_LEN; bit++) {
        cell[bit / 8] = (uint8_t)(cell[bit / 8] ^ (1U << bit % 8));
        T_EQ(pair_take(&p, &p.contact, cell), AW_E_AUTH);
        cell[bit / 8] = (uint8_t)(cell[bit / 8] ^ (1U << bit % 8));
    }
    T_TRUE(pair_same(&before, &p.contact));
    T_EQ(pair_take(&p, &p.contact, cell), AW_OK);
}

/* Goal: attack 23: cells reflected to their sender, of another lane, of another channel, of a
 * wrong length are refused and change nothing.
 * Method: each is offered; the record is compared. */
static void test_misdirected(void)
{
    static uint8_t bulk[AW_CELL_BULK_LEN];
    uint8_t cell[AW_CELL_LEN], plain[AW_CELL_BULK_LEN];
    struct aw_buf buf = AW_BUF_OF(plain), out = AW_BUF_OF(bulk);
    struct aw_resume own = {0};
    struct aw_channel before;
    struct aw_opened opened;
    struct aw_sealed at;
    struct pair p, other;

    T_REQUIRE(pair_start(&other, &rng, &rnd, 4, 0));
    T_REQUIRE(pair_start(&p, &rng, &rnd, 5, 0));
    T_EQ(say(&p, &p.subject, cell), AW_OK);
    before = p.subject;
    T_EQ(pair_take(&p, &p.subject, cell), AW_E_AUTH);
    T_TRUE(pair_same(&before, &p.subject));

    before = other.contact;
    T_EQ(pair_take(&other, &other.contact, cell), AW_E_AUTH);
    T_TRUE(pair_same(&before, &other.contact));

    T_EQ(aw_channel_seal(&p.subject, AW_LANE_BULK, AW_SESSION_MAIN, AW_BYTES_OF(cell), &out, &at,
                         &rnd),
         AW_OK);
    before = p.contact;
    T_EQ(pair_take(&p, &p.contact, bulk), AW_E_AUTH); /* cut to the length of a cell */
    T_EQ(aw_channel_open(&p.contact, (struct aw_bytes){cell, 511}, &own, p.wall_ms, &buf, &opened,
                         &rnd),
         AW_E_FORMAT);
    T_EQ(aw_channel_open(&p.contact, (struct aw_bytes){bulk, AW_CELL_LEN - 1}, &own, p.wall_ms,
                         &buf, &opened, &rnd),
         AW_E_FORMAT);
    buf.cap = AW_CELL_PLAIN_LEN - 1;
    T_EQ(aw_channel_open(&p.contact, AW_BYTES_OF(cell), &own, p.wall_ms, &buf, &opened, &rnd),
         AW_E_SPACE);
    T_TRUE(pair_same(&before, &p.contact));
}

/* Goal: an index is accepted once, and never after a later one (CH-3, CH-5).
 * Method: three cells; the third first, then the others, then the third again. */
static void test_replay_and_reorder(void)
{
    uint8_t cells[3][AW_CELL_LEN];
    struct aw_channel before;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 6, 0));
    for (size_t i = 0; i < 3; i++)
        T_EQ(say(&p, &p.subject, cells[i]), AW_OK);
    T_EQ(pair_take(&p, &p.contact, cells[2]), AW_OK);
    before = p.contact;
    for (size_t i = 0; i < 3; i++)
        T_EQ(pair_take(&p, &p.contact, cells[i]), AW_E_REPLAY);
    T_TRUE(pair_same(&before, &p.contact));
}

/* Goal: attack 11: a contact back from a 90-day holiday at a 60 s cadence catches up with one
 * cell, in 129,600 chain steps and no more; a jump beyond 2^20 is refused.
 * Method: the sender's ratchet is moved on by sealing; then by writing its index. */
static void test_holiday_and_jump_bound(void)
{
    struct aw_channel before;
    struct aw_sealed at = {0};
    uint8_t cell[AW_CELL_LEN];
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 7, 0));
    for (uint32_t i = 0; i <= 129600; i++)
        T_REQUIRE(pair_say(&p, &p.subject, AW_SESSION_MAIN, i, cell, &at) == AW_OK);
    T_EQ(at.index, 129600);
    T_EQ(pair_take(&p, &p.contact, cell), AW_OK);
    T_EQ(p.contact.cur.recv[0].next_index, 129601);

    before = p.contact;
    p.subject.cur.send[0].next_index = 129601 + AW_INDEX_JUMP_MAX + 1;
    T_EQ(say(&p, &p.subject, cell), AW_OK);
    T_EQ(pair_take(&p, &p.contact, cell), AW_E_RANGE);
    T_TRUE(pair_same(&before, &p.contact));
}

/* Goal: a used-up lane refuses to seal instead of using an index twice (CH-6).
 * Method: the last two indices of an epoch, written into the ratchet. */
static void test_indices_used_up(void)
{
    uint8_t cell[AW_CELL_LEN];
    struct aw_sealed at;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 8, 0));
    p.subject.cur.send[0].next_index = UINT32_MAX;
    T_EQ(pair_say(&p, &p.subject, AW_SESSION_MAIN, 1, cell, &at), AW_OK);
    T_EQ(at.index, UINT32_MAX);
    T_TRUE(pair_restart(&p.subject));
    T_EQ(pair_say(&p, &p.subject, AW_SESSION_MAIN, 1, cell, &at), AW_E_KEYS);
}

/* Goal: attack 18: who copied the subject's whole state in epoch e is not believed once the
 * channel has gone on without him, and cannot read what follows.
 * Method: a copy; one round trip of the true pair and the next call (the first valid cell of
 * e+1); then the copy speaks and listens. */
static void test_copy_dies_with_its_epoch(void)
{
    uint8_t cell[AW_CELL_LEN], stolen_word[AW_CELL_LEN];
    struct aw_channel copy;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 9, 0));
    T_TRUE(pair_round_trip(&p));
    copy = p.subject;
    T_TRUE(pair_round_trip(&p)); /* she derives e+1 with a fresh accept */
    T_EQ(say(&p, &p.subject, cell), AW_OK);
    T_EQ(pair_take(&p, &p.contact, cell), AW_OK); /* he hears her in e+1 */

    T_EQ(say(&p, &copy, stolen_word), AW_OK);
    T_EQ(pair_take(&p, &p.contact, stolen_word), AW_E_AUTH);
    T_EQ(say(&p, &p.contact, cell), AW_OK);
    T_EQ(pair_take(&p, &copy, cell), AW_E_AUTH);
    T_EQ(pair_take(&p, &p.subject, cell), AW_OK);
}

/* Goal: a clone that is used beside the true phone in one epoch is noticed: both draw their own
 * offer for the next one (CH-11).
 * Method: a copy before the accept arrives; both take the accept; both call. */
static void test_clone_shows_as_fork(void)
{
    uint8_t cell[AW_CELL_LEN], reply[AW_CELL_LEN];
    struct aw_channel clone, before;
    struct aw_opened opened;
    struct pair_call call;
    unsigned events = 0;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 10, 0));
    T_EQ(say(&p, &p.subject, cell), AW_OK);
    T_EQ(pair_take(&p, &p.contact, cell), AW_OK);
    T_EQ(say(&p, &p.contact, reply), AW_OK);
    clone = p.subject;
    T_EQ(pair_take(&p, &p.subject, reply), AW_OK);
    T_EQ(pair_take(&p, &clone, reply), AW_OK);
    T_EQ(say(&p, &p.subject, cell), AW_OK);
    T_EQ(pair_hear(&p, &p.contact, cell, &opened, &call, &events), AW_OK);
    T_EQ(events, AW_CHANNEL_EV_EPOCH);

    T_EQ(say(&p, &clone, cell), AW_OK);
    T_EQ(pair_hear(&p, &p.contact, cell, &opened, &call, &events), AW_E_REPLAY);
    T_EQ(say(&p, &clone, cell), AW_OK); /* his index is not spent yet */
    before = p.contact;
    T_EQ(pair_hear(&p, &p.contact, cell, &opened, &call, &events), AW_E_AUTH);
    T_EQ(events, AW_CHANNEL_EV_EPOCH | AW_CHANNEL_EV_FORK);
    T_MEM_EQ(before.next.root, p.contact.next.root, AW_KEY_LEN);
}

/* Goal: a second, different accept for one offer is not used but reported; the same one again is no
 * news (CH-8, CH-11).
 * Method: on_accept with both after the step. */
static void test_contradictory_accept(void)
{
    const struct aw_opened opened = {.kind = AW_OPENED_MESSAGE, .session = AW_SESSION_MAIN};
    uint8_t pk[AW_KEY_LEN];
    struct aw_channel before;
    unsigned events;
    uint32_t epoch;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 11, 0));
    T_TRUE(pair_round_trip(&p));
    aw_channel_peer_accept(&p.subject, AW_SESSION_MAIN, pk, &epoch);
    T_EQ(epoch, 1);
    before = p.subject;
    T_EQ(aw_channel_on_accept(&p.subject, &opened, 1, pk, &events, &rnd), AW_E_REPLAY);
    T_EQ(events, 0);
    T_EQ(aw_channel_on_accept(&p.subject, &opened, 0, pk, &events, &rnd), AW_E_REPLAY);
    T_EQ(aw_channel_on_accept(&p.subject, &opened, 3, pk, &events, &rnd), AW_E_RANGE);
    pk[5] ^= 1;
    T_EQ(aw_channel_on_accept(&p.subject, &opened, 1, pk, &events, &rnd), AW_E_AUTH);
    T_EQ(events, AW_CHANNEL_EV_FORK);
    T_TRUE(pair_same(&before, &p.subject));
}

/* Goal: small-order and all-zero offers and accepts are refused and change nothing (CH-12).
 * Method: the points of order 2, 4 and 8 at either end. */
static void test_small_order(void)
{
    static const uint8_t points[3][AW_KEY_LEN] = {
        {0},
        {1},
        {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
         0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
         0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
    };
    const struct aw_opened opened = {.kind = AW_OPENED_MESSAGE, .session = AW_SESSION_MAIN};
    struct pair p, before;
    unsigned events;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 12, 0));
    before = p;
    for (size_t i = 0; i < 3; i++) {
        T_EQ(aw_channel_on_offer(&p.contact, &opened, points[i], &events, &rnd), AW_E_AUTH);
        T_EQ(aw_channel_on_accept(&p.subject, &opened, 1, points[i], &events, &rnd), AW_E_AUTH);
        T_EQ(events, 0);
    }
    T_TRUE(pair_same(&before.contact, &p.contact));
    T_TRUE(pair_same(&before.subject, &p.subject));
}

/* Goal: the contact judges presence of the last 32 epochs and has no key before that, which the
 * engine shows as "cannot judge" (CH-13, CR-16); the key of epoch 0 is the pairing ephemeral.
 * Method: 40 round trips; public halves as the subject saw them. */
static void test_accept_keys_kept(void)
{
    uint8_t seen[64][AW_KEY_LEN];
    struct aw_dh_key key;
    uint32_t epoch;
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 13, 0));
    for (uint32_t i = 0; i <= 40; i++) {
        aw_channel_peer_accept(&p.subject, AW_SESSION_MAIN, seen[i], &epoch);
        T_EQ(epoch, i);
        if (i < AW_ACCEPT_KEEP) {
            T_EQ(aw_channel_accept_key(&p.contact, AW_SESSION_MAIN, 0, &key), AW_OK);
            T_MEM_EQ(key.pk, seen[0], AW_KEY_LEN);
        }
        T_TRUE(pair_round_trip(&p));
        T_TRUE(pair_restart(&p.contact));
    }
    for (uint32_t i = 0; i <= 40; i++) {
        bool kept = i + AW_ACCEPT_KEEP > 41;

        T_EQ(aw_channel_accept_key(&p.contact, AW_SESSION_MAIN, i, &key),
             kept ? AW_OK : AW_E_NOT_FOUND);
        if (kept)
            T_MEM_EQ(key.pk, seen[i], AW_KEY_LEN);
    }
}

/* Goal: 30 days without a valid cell are noticed, and any valid cell ends that (CH-14).
 * Method: the shared clock moves. */
static void test_silence(void)
{
    struct pair p;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 14, 0));
    T_TRUE(!aw_channel_is_silent(&p.subject, p.wall_ms + AW_CHANNEL_SILENT_MS - 1));
    T_TRUE(aw_channel_is_silent(&p.subject, p.wall_ms + AW_CHANNEL_SILENT_MS));
    p.wall_ms += AW_CHANNEL_SILENT_MS;
    T_TRUE(pair_round_trip(&p));
    T_TRUE(!aw_channel_is_silent(&p.subject, p.wall_ms));
    T_TRUE(!aw_channel_is_silent(&p.contact, p.wall_ms));
}

/* Goal: without randomness nothing is sealed and nothing moves.
 * Method: a source that fails at once, at every input that needs it. */
static void test_no_entropy(void)
{
    uint8_t cell[AW_CELL_LEN];
    struct pair p, before;

    T_REQUIRE(pair_start(&p, &rng, &rnd, 15, 0));
    T_EQ(say(&p, &p.subject, cell), AW_OK);
    before = p;
    rng.fills_left = 0;
    T_EQ(say(&p, &p.subject, cell), AW_E_ENTROPY);
    T_TRUE(pair_same(&before.subject, &p.subject));
    T_EQ(pair_take(&p, &p.contact, cell), AW_E_ENTROPY); /* opened, but no accept key */
    T_TRUE(!p.contact.next.live);
    rng.fills_left = UINT64_MAX;
    T_TRUE(pair_round_trip(&p)); /* the next call carries the same offer */
    T_EQ(aw_channel_epoch(&p.subject), 1);
}

int main(void)
{
    T_RUN(test_round_trips);
    T_RUN(test_lanes);
    T_RUN(test_every_bit_flip);
    T_RUN(test_misdirected);
    T_RUN(test_replay_and_reorder);
    T_RUN(test_holiday_and_jump_bound);
    T_RUN(test_indices_used_up);
    T_RUN(test_copy_dies_with_its_epoch);
    T_RUN(test_clone_shows_as_fork);
    T_RUN(test_contradictory_accept);
    T_RUN(test_small_order);
    T_RUN(test_accept_keys_kept);
    T_RUN(test_silence);
    T_RUN(test_no_entropy);
    return t_end();
}
