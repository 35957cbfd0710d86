/* SPDX-License-Identifier: ISC */
/* From an introduction to a channel between two contacts (spec/16-peers.md §3). */
#include "support/pair.h"

#include "base/bytes.h"
#include "core/handshake.h"
#include "core/peer.h"
#include "core/peering.h"
#include "crypto/labels.h"
#include "test.h"

static struct t_rng rng;
static struct aw_random rnd;

/* Two contacts, `low` the one with the lower key, and what both were given. */
struct two {
    struct aw_dh_key low, high;
    uint8_t psk[AW_KEY_LEN];
    struct aw_peering at_low, at_high;
    struct pair p; /* subject: the channel at low, contact: at high */
};

static void start(struct two *t, uint64_t seed)
{
    rng = t_rng(seed);
    rnd = t_random(&rng);
    memset(t, 0, sizeof *t);
    t->p.random = rnd;
    t->p.wall_ms = PAIR_T0_MS;
    T_EQ(aw_dh_keypair(&t->low, &rnd), AW_OK);
    T_EQ(aw_dh_keypair(&t->high, &rnd), AW_OK);
    if (aw_peering_begins(t->low.pk, t->high.pk)) {
        struct aw_dh_key key = t->low;

        t->low = t->high;
        t->high = key;
    }
    T_EQ(aw_random_fill(&rnd, t->psk, sizeof t->psk), AW_OK);
}

static struct aw_peering_keys keys_of(const struct two *t, bool is_low)
{
    return (struct aw_peering_keys){
        .own = is_low ? &t->low : &t->high, .peer = is_low ? t->high.pk : t->low.pk, .psk = t->psk};
}

static enum aw_status answer(struct two *t, const uint8_t *cell)
{
    struct aw_peering_keys keys = keys_of(t, true);

    return aw_peering_answer(&t->at_low, &keys, cell, PAIR_T0_MS, &t->p.subject, &rnd);
}

static enum aw_status finish(struct two *t, const uint8_t *cell)
{
    struct aw_peering_keys keys = keys_of(t, false);

    return aw_peering_finish(&t->at_high, &keys, cell, PAIR_T0_MS, &t->p.contact, &rnd);
}

static void ask(struct two *t)
{
    struct aw_peering_keys keys = keys_of(t, false);

    T_EQ(aw_peering_ask(&t->at_high, &keys, &rnd), AW_OK);
    T_TRUE(aw_peering_is_sound(&t->at_high));
}

static void link_up(struct two *t)
{
    ask(t);
    T_EQ(answer(t, t->at_high.cell), AW_OK);
    T_TRUE(aw_peering_is_sound(&t->at_low));
    T_EQ(finish(t, t->at_low.cell), AW_OK);
}

/* Goal: question and answer make one channel with the roles of spec/09-crypto.md §5.6, which steps
 * through epochs and survives a restart and a re-establishment as hers do.
 * Method: both cells by hand; then round trips, a restart, a question of re-establishment. */
static void test_channel(void)
{
    const struct aw_resume own = {0};
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf out = {cell, sizeof cell, 0};
    struct aw_opened opened;
    struct pair_call call;
    unsigned events = 0;
    struct two t;

    start(&t, 1);
    T_TRUE(aw_peering_begins(t.high.pk, t.low.pk));
    T_TRUE(!aw_peering_begins(t.low.pk, t.high.pk));
    link_up(&t);
    T_EQ(t.p.subject.role, AW_ROLE_SUBJECT);
    T_EQ(t.p.contact.role, AW_ROLE_CONTACT);
    T_MEM_EQ(t.p.subject.id, t.p.contact.id, AW_HASH_LEN);
    T_MEM_EQ(t.p.subject.peer_static, t.high.pk, AW_KEY_LEN);
    T_MEM_EQ(t.p.contact.peer_static, t.low.pk, AW_KEY_LEN);
    T_TRUE(!t.at_high.has_cell);
    for (int i = 0; i < 5; i++)
        T_TRUE(pair_round_trip(&t.p));
    T_TRUE(aw_channel_epoch(&t.p.subject) >= 4);
    T_TRUE(pair_restart(&t.p.subject));
    T_TRUE(pair_restart(&t.p.contact));
    T_TRUE(pair_round_trip(&t.p));

    T_EQ(aw_channel_resume_ask(&t.p.contact, &own, &rnd), AW_OK);
    T_EQ(aw_channel_resume_cell(&t.p.contact, &out), AW_OK);
    T_EQ(pair_hear(&t.p, &t.p.subject, cell, &opened, &call, &events), AW_OK);
    T_EQ(opened.kind, AW_OPENED_RESUME);
    out.len = 0;
    T_EQ(aw_channel_resume_answer(&t.p.subject, &out), AW_OK);
    T_EQ(pair_hear(&t.p, &t.p.contact, cell, &opened, &call, &events), AW_OK);
    T_EQ(opened.kind, AW_OPENED_RESUMED);
    T_TRUE(pair_round_trip(&t.p));
}

/* Goal: a question that comes again, or an answer, changes nothing; a new question of the same
 * side replaces a channel that was not heard.
 * Method: each cell twice; then a question drawn anew, as after a loss of state. */
static void test_again(void)
{
    struct aw_peering first;
    struct two t;

    start(&t, 2);
    ask(&t);
    first = t.at_high;
    T_EQ(answer(&t, t.at_high.cell), AW_OK);
    T_EQ(answer(&t, t.at_high.cell), AW_E_REPLAY);
    T_TRUE(t.at_low.has_cell);
    T_EQ(finish(&t, t.at_low.cell), AW_OK);
    T_EQ(finish(&t, t.at_low.cell), AW_E_AUTH); /* it waits for none any more */
    T_TRUE(pair_round_trip(&t.p));
    aw_peering_heard(&t.at_low);
    T_TRUE(!t.at_low.has_cell);
    T_TRUE(aw_peering_is_sound(&t.at_low));
    T_EQ(answer(&t, first.cell), AW_E_REPLAY);

    ask(&t);
    T_EQ(answer(&t, t.at_high.cell), AW_OK);
    T_EQ(finish(&t, t.at_low.cell), AW_OK);
    T_TRUE(pair_round_trip(&t.p));
}

/* Goal: a handshake that says anything is refused: there is nothing to say yet.
 * Method: questions under the right keys, each with one field of a resume filled. */
static void test_payload(void)
{
    const struct aw_resume said[] = {{.epoch = 1}, {.seq = 1}, {.word = 1}, {.stale = true}};
    struct aw_peering before;
    struct two t;

    start(&t, 9);
    ask(&t);
    before = t.at_low;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        const struct aw_handshake_at at = {.label = AW_LABEL_PEER,
                                           .psk = t.psk,
                                           .sender = AW_DIRECTION_ACCEPT,
                                           .number = AW_HANDSHAKE_QUESTION};
        uint8_t prologue[sizeof AW_LABEL_PROLOGUE_PEER - 1 + 2 * AW_KEY_LEN] =
            AW_LABEL_PROLOGUE_PEER;
        uint8_t *low = prologue + sizeof AW_LABEL_PROLOGUE_PEER - 1, cell[AW_CELL_LEN];
        struct aw_noise_config config = {.pattern = AW_NOISE_KKPSK0,
                                         .initiator = true,
                                         .prologue = AW_BYTES_OF(prologue),
                                         .s = &t.high,
                                         .rs = t.low.pk,
                                         .psk = t.psk};
        struct aw_noise noise;

        memcpy(low, t.low.pk, AW_KEY_LEN);
        memcpy(low + AW_KEY_LEN, t.high.pk, AW_KEY_LEN);
        T_EQ(aw_noise_init(&noise, &config, &rnd), AW_OK);
        T_EQ(aw_handshake_write(cell, &noise, &said[i], &at, &rnd), AW_OK);
        T_EQ(answer(&t, cell), AW_E_RANGE);
        T_MEM_EQ(&t.at_low, &before, sizeof before);
    }
}

/* Goal: what a store gives back is a question that waits, an answer that waits, or neither.
 * Method: each of the three, with one thing wrong. */
static void test_sound(void)
{
    struct aw_peering p;
    struct two t;

    start(&t, 10);
    ask(&t);
    p = t.at_high;
    p.has_cell = false;
    T_TRUE(!aw_peering_is_sound(&p));
    p = t.at_high;
    p.has_question_hash = true;
    T_TRUE(!aw_peering_is_sound(&p));
    for (size_t i = 0; i < 4; i++) { /* pattern, initiator, step, key */
        p = t.at_high;
        p.noise[i] = i == 0 ? AW_NOISE_NK : 0;
        T_TRUE(!aw_peering_is_sound(&p));
    }
    T_EQ(answer(&t, t.at_high.cell), AW_OK);
    p = t.at_low;
    p.has_question_hash = false;
    T_TRUE(!aw_peering_is_sound(&p));
    p.has_cell = false;
    T_TRUE(aw_peering_is_sound(&p));
}

/* Goal: without random numbers there is no question, no answer and no channel, and nothing has
 * changed: the same cell succeeds when there are some.
 * Method: the source fails at each draw in turn. */
static void test_no_entropy(void)
{
    struct aw_peering before;
    enum aw_status st = AW_E_ENTROPY;
    struct aw_peering_keys keys;
    struct two t;

    start(&t, 11);
    keys = keys_of(&t, false);
    for (uint64_t n = 0; st == AW_E_ENTROPY; n++) {
        rng.fills_left = n;
        st = aw_peering_ask(&t.at_high, &keys, &rnd);
        T_TRUE(st == AW_OK || !t.at_high.has_cell);
    }
    T_EQ(st, AW_OK);
    before = t.at_low;
    for (uint64_t n = 0; n == 0 || st == AW_E_ENTROPY; n++) {
        T_MEM_EQ(&t.at_low, &before, sizeof before);
        rng.fills_left = n;
        st = answer(&t, t.at_high.cell);
    }
    T_EQ(st, AW_OK);
    before = t.at_high;
    for (uint64_t n = 0; n == 0 || st == AW_E_ENTROPY; n++) {
        T_MEM_EQ(&t.at_high, &before, sizeof before);
        rng.fills_left = n;
        st = finish(&t, t.at_low.cell);
    }
    T_EQ(st, AW_OK);
    rng.fills_left = UINT64_MAX;
    T_TRUE(pair_round_trip(&t.p));
}

/* Goal: whoever lacks one of the three secrets makes no channel, and neither does one's own cell.
 * Method: another pre-shared key, another static key on either side, both cells reflected, one's
 * own key in the roster; nothing may change. */
static void test_strangers(void)
{
    struct aw_dh_key stranger;
    struct aw_peering_keys keys;
    struct aw_peering fake, before;
    struct two t;

    start(&t, 3);
    ask(&t);
    do {
        T_EQ(aw_dh_keypair(&stranger, &rnd), AW_OK);
    } while (!aw_peering_begins(stranger.pk, t.low.pk));
    before = t.at_low;
    for (int what = 0; what < 2; what++) {
        uint8_t psk[AW_KEY_LEN] = {7};

        keys = keys_of(&t, false);
        if (what == 0)
            keys.psk = psk;
        else
            keys.own = &stranger;
        T_EQ(aw_peering_ask(&fake, &keys, &rnd), AW_OK);
        T_EQ(answer(&t, fake.cell), AW_E_AUTH);
        T_MEM_EQ(&t.at_low, &before, sizeof before);
    }
    T_EQ(finish(&t, t.at_high.cell), AW_E_AUTH); /* reflected */
    T_EQ(answer(&t, t.at_high.cell), AW_OK);
    keys = keys_of(&t, false);
    T_EQ(aw_peering_answer(&fake, &keys, t.at_low.cell, 0, &t.p.contact, &rnd), AW_E_AUTH);
    T_EQ(finish(&t, t.at_low.cell), AW_OK);
}

/* Goal: every flipped bit of either cell is refused and changes nothing.
 * Method: each bit once. */
static void test_flips(void)
{
    struct aw_peering before;
    struct two t;

    start(&t, 4);
    ask(&t);
    for (size_t bit = 0; bit < 8 * (size_t)AW_CELL_LEN; bit += 3 * t_step(9)) {
        uint8_t cell[AW_CELL_LEN];

        memcpy(cell, t.at_high.cell, sizeof cell);
        cell[bit / 8] ^= (uint8_t)(1U << bit % 8);
        T_EQ(answer(&t, cell), AW_E_AUTH);
        T_TRUE(!t.at_low.has_question_hash);
    }
    T_EQ(answer(&t, t.at_high.cell), AW_OK);
    before = t.at_high;
    for (size_t bit = 0; bit < 8 * (size_t)AW_CELL_LEN; bit += 3 * t_step(9)) {
        uint8_t cell[AW_CELL_LEN];

        memcpy(cell, t.at_low.cell, sizeof cell);
        cell[bit / 8] ^= (uint8_t)(1U << bit % 8);
        T_EQ(finish(&t, cell), AW_E_AUTH);
        T_MEM_EQ(&t.at_high, &before, sizeof before);
    }
    T_EQ(finish(&t, t.at_low.cell), AW_OK);
    T_TRUE(pair_round_trip(&t.p));
}

/* Goal: with equal keys, with keys of small order and without randomness there is no question.
 * Method: one of each; the object is empty afterwards. */
static void test_bad_keys(void)
{
    const uint8_t zero[AW_KEY_LEN] = {0};
    const struct aw_peering empty = {0};
    struct aw_peering_keys keys;
    struct aw_peering p;
    struct two t;

    start(&t, 5);
    keys = keys_of(&t, false);
    keys.peer = t.high.pk;
    T_EQ(aw_peering_ask(&p, &keys, &rnd), AW_E_AUTH);
    T_MEM_EQ(&p, &empty, sizeof p);
    keys.peer = zero;
    T_EQ(aw_peering_ask(&p, &keys, &rnd), AW_E_AUTH);
    T_MEM_EQ(&p, &empty, sizeof p);
    keys = keys_of(&t, true); /* the side that does not begin */
    T_EQ(aw_peering_ask(&p, &keys, &rnd), AW_E_AUTH);
    t.at_high.has_noise = true;
    T_TRUE(!aw_peering_is_sound(&t.at_high));
}

/* Goal: the list of peers has a place for each person, and none for nobody.
 * Method: filled, searched, with records of persons that there cannot be. */
static void test_list(void)
{
    static struct aw_peers p;
    const uint8_t junk[] = {0};

    memset(&p, 0, sizeof p);
    for (unsigned i = 1; i <= AW_PEER_MAX; i++) {
        T_EQ(aw_peer_load(&p, i, AW_BYTES_OF(junk)), AW_E_DAMAGED);
        if (aw_peers_find(&p, (uint8_t)i) == NULL)
            T_TRUE(aw_peers_add(&p, (uint8_t)i) != NULL);
        T_TRUE(aw_peers_find(&p, (uint8_t)i) == aw_peers_find_const(&p, (uint8_t)i));
    }
    T_TRUE(aw_peers_add(&p, 99) == NULL);
    T_TRUE(aw_peers_find(&p, 0) == NULL);
    T_TRUE(aw_peers_find_const(&p, 99) == NULL);
    T_EQ(aw_peer_load(&p, 0, AW_BYTES_OF(junk)), AW_E_DAMAGED);
    T_EQ(aw_peer_load(&p, AW_PLAN_MEMBER_MAX + 1, AW_BYTES_OF(junk)), AW_E_DAMAGED);
    T_EQ(aw_peer_channel_load(&p, 0, AW_BYTES_OF(junk)), AW_E_DAMAGED);
    T_TRUE(!aw_peers_is_whole(&p));

    p.list[0].peering.has_cell = true;
    T_EQ(aw_peer_state(&p.list[0]), AW_PEER_ANSWERING);
    p.list[0].peering.has_noise = true;
    T_EQ(aw_peer_state(&p.list[0]), AW_PEER_ASKING);
    for (unsigned i = 0; i < AW_PEER_MAX; i++)
        aw_peers_remove(&p, &p.list[i]);
    p.used = 0;
    T_TRUE(aw_peers_is_whole(&p));
    p.place.seq = 1;
    T_TRUE(!aw_peers_is_whole(&p));
    p.place.seq = 0;
    p.intro_len = 1;
    T_TRUE(!aw_peers_is_whole(&p));
}

int main(void)
{
    T_RUN(test_channel);
    T_RUN(test_again);
    T_RUN(test_payload);
    T_RUN(test_sound);
    T_RUN(test_no_entropy);
    T_RUN(test_strangers);
    T_RUN(test_flips);
    T_RUN(test_bad_keys);
    T_RUN(test_list);
    return t_end();
}
