/* SPDX-License-Identifier: ISC */
/* Two ends over a transport that loses, repeats and reorders; restarts and restores. */
#include "support/pair.h"

#include "base/bytes.h"
#include "test.h"

#define FLIGHT_MAX  64
#define HISTORY_MAX 256
#define ID_MAX      8192

/* What the transport holds for one end. */
struct bearer {
    uint8_t cells[FLIGHT_MAX][AW_CELL_LEN];
    size_t count;
    uint8_t history[HISTORY_MAX][AW_CELL_LEN]; /* for replays */
    size_t history_count;
};

/* One end as its engine sees it. */
struct end {
    struct aw_channel *ch;
    struct bearer in;
    unsigned unheard;      /* messages sent since the last one heard */
    uint8_t sent[ID_MAX];  /* by id: 1 sent by this end */
    uint8_t heard[ID_MAX]; /* by id: times heard at this end */
    bool restored;         /* may hear a message twice */
    bool has_heard;
};

struct sim {
    struct pair p;
    struct t_rng rng;
    struct aw_random rnd;
    struct end ends[2]; /* subject, contact */
    unsigned loss_pct;
    uint32_t next_id;
    unsigned events, opened_count, quarantined_count;
};

static struct sim sim;

static void start(uint64_t seed, unsigned loss_pct)
{
    memset(&sim, 0, sizeof sim);
    sim.rng = t_rng(seed);
    sim.rnd = t_random(&sim.rng);
    sim.loss_pct = loss_pct;
    T_REQUIRE(pair_init(&sim.p, &sim.rnd));
    sim.ends[0].ch = &sim.p.subject;
    sim.ends[1].ch = &sim.p.contact;
}

static uint64_t below(uint64_t bound)
{
    return t_rng_below(&sim.rng, bound);
}

static void put(struct bearer *b, const uint8_t cell[AW_CELL_LEN])
{
    memcpy(b->history[b->history_count++ % HISTORY_MAX], cell, AW_CELL_LEN);
    if (below(100) < sim.loss_pct || b->count == FLIGHT_MAX)
        return;
    memcpy(b->cells[b->count++], cell, AW_CELL_LEN);
}

static void say(size_t from)
{
    struct end *e = &sim.ends[from];
    enum aw_session session =
        aw_channel_is_quarantined(e->ch) && below(2) == 0 ? AW_SESSION_QUARANTINE : AW_SESSION_MAIN;
    uint8_t cell[AW_CELL_LEN];
    struct aw_sealed at;

    T_REQUIRE(sim.next_id < ID_MAX);
    if (from == 1 && !e->has_heard)
        return; /* a contact has nothing to reply to */
    T_EQ(pair_say(&sim.p, e->ch, session, sim.next_id, cell, &at), AW_OK);
    e->sent[sim.next_id++] = 1;
    e->unheard++;
    put(&sim.ends[1 - from].in, cell);
}

static void ask(size_t who)
{
    const struct aw_resume own = {0};
    enum aw_status st = aw_channel_resume_ask(sim.ends[who].ch, &own, &sim.rnd);

    T_TRUE(st == AW_OK || st == AW_E_STATE);
    sim.ends[who].unheard = 0;
}

static void answer(size_t who)
{
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf out = AW_BUF_OF(cell);

    if (aw_channel_resume_answer(sim.ends[who].ch, &out) == AW_OK)
        put(&sim.ends[1 - who].in, cell);
}

static void hear(size_t who, const uint8_t cell[AW_CELL_LEN])
{
    struct end *e = &sim.ends[who];
    struct aw_opened opened;
    struct pair_call call;
    enum aw_status st = pair_hear(&sim.p, e->ch, cell, &opened, &call, &sim.events);

    if (st == AW_E_PEER_RESET)
        ask(who);
    if (opened.kind == AW_OPENED_RESUME)
        answer(who);
    if (opened.kind != AW_OPENED_MESSAGE)
        return;
    sim.opened_count++;
    sim.quarantined_count += opened.session == AW_SESSION_QUARANTINE;
    e->unheard = 0;
    e->has_heard = true;
    T_REQUIRE(call.id < ID_MAX);
    T_EQ(sim.ends[1 - who].sent[call.id], 1); /* the oracle: only what the other end said */
    e->heard[call.id]++;
    T_TRUE(e->heard[call.id] == 1 || e->restored);
}

static void deliver(size_t who)
{
    struct bearer *b = &sim.ends[who].in;
    uint8_t cell[AW_CELL_LEN];
    size_t place;

    if (below(20) == 0 && b->history_count > 0) { /* replayed by a relay */
        size_t kept = b->history_count < HISTORY_MAX ? b->history_count : HISTORY_MAX;

        memcpy(cell, b->history[below(kept)], AW_CELL_LEN);
        hear(who, cell);
    }
    if (b->count == 0)
        return;
    place = below(4) == 0 ? (size_t)below(b->count) : 0;
    memcpy(cell, b->cells[place], AW_CELL_LEN);
    if (below(10) != 0) { /* else it comes again */
        memmove(b->cells[place], b->cells[place + 1], (b->count - place - 1) * AW_CELL_LEN);
        b->count--;
    }
    hear(who, cell);
}

static void repeat_question(size_t who)
{
    uint8_t cell[AW_CELL_LEN];
    struct aw_buf out = AW_BUF_OF(cell);

    if (aw_channel_resume_cell(sim.ends[who].ch, &out) == AW_OK)
        put(&sim.ends[1 - who].in, cell);
}

static void step(void)
{
    size_t who = (size_t)below(2);

    switch (below(6)) {
    case 0:
    case 1:
        say(who);
        break;
    case 2:
        repeat_question(who);
        break;
    case 3:
        if (below(4) == 0)
            T_TRUE(pair_restart(sim.ends[who].ch));
        if (sim.ends[who].unheard > 25)
            ask(who);
        break;
    default:
        deliver(who);
    }
}

/* Nothing is lost any more, and both say and hear in turn. */
static void calm_down(int rounds)
{
    sim.loss_pct = 0;
    for (int i = 0; i < rounds; i++) {
        for (size_t who = 0; who < 2; who++) {
            struct bearer *b = &sim.ends[who].in;

            while (b->count > 0) {
                uint8_t cell[AW_CELL_LEN];

                memcpy(cell, b->cells[0], AW_CELL_LEN);
                memmove(b->cells[0], b->cells[1], (b->count - 1) * AW_CELL_LEN);
                b->count--;
                hear(who, cell);
            }
            repeat_question(who);
            say(who);
            if (sim.ends[who].unheard > 5)
                ask(who);
        }
    }
}

static bool is_well(void)
{
    return pair_round_trip(&sim.p) && pair_round_trip(&sim.p) &&
           aw_channel_epoch(&sim.p.subject) == aw_channel_epoch(&sim.p.contact) + 1;
}

/* Goal: whatever is lost, repeated or reordered, no message is read twice or wrongly, the ends
 * never lose each other, and epochs go on. Method: 60 seeds, up to 60 % loss, restarts; no restore,
 * and so no re-establishment: nobody asks. */
static void test_loss(void)
{
    for (uint64_t seed = 1; seed <= 60; seed++) {
        start(seed, (unsigned)(seed % 7) * 10);
        for (int i = 0; i < 600; i++) {
            step();
            sim.ends[0].unheard = sim.ends[1].unheard = 0;
        }
        calm_down(3);
        T_TRUE(is_well());
        T_EQ(sim.events & ~(unsigned)AW_CHANNEL_EV_EPOCH, 0);
        T_TRUE(sim.opened_count > 20);
        T_TRUE(aw_channel_epoch(&sim.p.subject) > 4);
    }
}

/* Goal: asking without need, by both sides, at any time, under loss, replays and restarts, never
 * leaves the ends apart and never quarantines anybody.
 * Method: 60 seeds; unheard ends ask. */
static void test_asking(void)
{
    unsigned resumed = 0;

    for (uint64_t seed = 101; seed <= 160; seed++) {
        start(seed, (unsigned)(seed % 7) * 10);
        for (int i = 0; i < 1200; i++) {
            step();
            if (below(40) == 0)
                ask((size_t)below(2));
        }
        calm_down(30);
        T_TRUE(is_well());
        T_EQ(sim.events & (AW_CHANNEL_EV_FORK | AW_CHANNEL_EV_QUARANTINED), 0);
        resumed += (sim.events & AW_CHANNEL_EV_RESUMED) != 0;
    }
    T_TRUE(resumed > 30);
}

/* Goal: after restores from backups of any age on either side, the ends find each other again as
 * soon as cells pass: fresh or, when humans agreed, out of quarantine.
 * Method: 60 seeds; records are kept at random times and brought back at random times; the restored
 * end asks, as the engine does. Which backups are too old to be known is checked by key. */
static void test_restores(void)
{
    unsigned well = 0, quarantined = 0;

    for (uint64_t seed = 201; seed <= 260; seed++) {
        struct aw_channel backup;
        size_t who = seed % 2;
        bool known;

        start(seed, 20);
        for (int i = 0; i < 300; i++)
            step();
        backup = *sim.ends[who].ch;
        for (uint64_t left = seed % 13 * 8; left > 0; left--)
            step();
        *sim.ends[who].ch = backup;
        sim.ends[who].restored = true;
        ask(who);
        for (int i = 0; i < 300; i++)
            step();
        calm_down(40);
        known = sim.events & (AW_CHANNEL_EV_RESUMED | AW_CHANNEL_EV_QUARANTINED) || is_well();
        if (aw_channel_is_quarantined(&sim.p.subject) ||
            aw_channel_is_quarantined(&sim.p.contact)) {
            quarantined++;
            T_EQ(aw_channel_quarantine_accept(&sim.p.subject), AW_OK);
            T_EQ(aw_channel_quarantine_accept(&sim.p.contact), AW_OK);
        }
        if (known) {
            T_TRUE(is_well());
            well++;
        }
    }
    T_TRUE(well > 40);
    T_TRUE(quarantined > 5);
    printf("       %u of 60 together again, %u of them through quarantine\n", well, quarantined);
}

int main(void)
{
    T_RUN(test_loss);
    T_RUN(test_asking);
    T_RUN(test_restores);
    return t_end();
}
