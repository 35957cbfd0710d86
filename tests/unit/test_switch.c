/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "relay/wheel.h"
#include "support/relay_bed.h"

#define FRAME  65000
#define MINUTE UINT64_C(60000)
#define HOUR   (60 * MINUTE)

static const struct aw_relay_config small = {
    .link_count = 3, .mailbox_count = 8, .cell_count = 512, .token_count = 4, .rate_burst = 100000};

static struct aw_answer msgs[4096];
static uint8_t token[32];

static void pass(struct relay_bed *bed, uint64_t span_ms)
{
    bed->now.mono_ms += span_ms;
    bed->now.wall_ms += span_ms;
}

static void commit_all(struct relay_bed *bed)
{
    while (bed_begin(bed))
        bed_end(bed, AW_OK);
}

/* Lets time pass as a host does that wakes up when it is asked to. */
static void run(struct relay_bed *bed, uint64_t span_ms)
{
    uint64_t end_ms = bed->now.mono_ms + span_ms;

    for (;;) {
        uint64_t next_ms = aw_relay_deadline_ms(bed->relay);

        if (next_ms > end_ms)
            next_ms = end_ms;
        if (next_ms > bed->now.mono_ms)
            pass(bed, next_ms - bed->now.mono_ms);
        (void)bed_tidy(bed, 1000);
        commit_all(bed);
        if (next_ms == end_ms)
            return;
    }
}

static void open_boxes(struct relay_bed *bed, const struct aw_relay_config *config, uint32_t count)
{
    bed_open(bed, config);
    bed_token(bed, count, "ring", token);
    for (uint32_t box = 0; box < count; box++) {
        T_REQUIRE(bed_create(bed, 0, 1, box, token) == AW_OK);
        if (box % 200 == 199 || box + 1 == count) {
            commit_all(bed);
            (void)bed_recv(bed, 0, FRAME, msgs, 4096);
        }
    }
}

/* Arms and waits for the answer. */
static void arm(struct relay_bed *bed, uint32_t box, uint32_t content, uint32_t after_s)
{
    T_REQUIRE(bed_arm(bed, 0, 7, box, content, after_s) == AW_OK);
    commit_all(bed);
    T_REQUIRE(bed_recv(bed, 0, FRAME, msgs, 4096) == 1);
    T_EQ(msgs[0].number, 7);
    T_EQ(msgs[0].status, AW_RELAY_OK);
}

/* What a new reader on link 1 is sent: numbers in `nos`, contents in `contents`. */
static size_t read_box(struct relay_bed *bed, uint32_t box, uint64_t *nos, uint32_t *contents)
{
    size_t count, cells = 0;

    T_REQUIRE(bed_op(bed, 1, 99, AW_REQUEST_SUBSCRIBE, box, 0) == AW_OK);
    count = bed_recv(bed, 1, FRAME, msgs, 4096);
    for (size_t i = 0; i < count; i++) {
        if (msgs[i].kind != AW_ANSWER_DELIVERY)
            continue;
        nos[cells] = msgs[i].cell_no;
        contents[cells++] = bed_content(msgs[i].cell);
    }
    aw_relay_link_closed(bed->relay, 1);
    aw_relay_link_open(bed->relay, 1);
    return cells;
}

static struct aw_relay_counters counters(struct relay_bed *bed)
{
    struct aw_relay_counters c;

    aw_relay_counters(bed->relay, &c);
    return c;
}

/* Goal: what is armed is invisible until its time is over, then it is a cell like any other, with
 * the next number and the time of its delivery, once; the reader is woken (RE-26, RE-27).
 * Method: arm, look, let time pass, look; take it; let much time pass. */
static void test_fires_once(void)
{
    struct aw_relay_wake wake;
    struct relay_bed bed;
    uint32_t contents[64];
    uint64_t nos[64];

    open_boxes(&bed, &small, 1);
    arm(&bed, 0, 5, 600);
    T_EQ(counters(&bed).armed, 1);
    T_EQ(read_box(&bed, 0, nos, contents), 0);
    T_EQ(bed_deposit(&bed, 0, 1, 0, 6, 512), AW_OK);
    run(&bed, 600000 - 1);
    T_EQ(counters(&bed).fired, 0);
    T_EQ(read_box(&bed, 0, nos, contents), 1);
    T_TRUE(aw_relay_wake_next(bed.relay, &wake)); /* for the deposit */
    run(&bed, 1);
    T_EQ(counters(&bed).fired, 1);
    T_EQ(counters(&bed).armed, 0);
    T_EQ(read_box(&bed, 0, nos, contents), 2);
    T_EQ(contents[1], 5);
    T_EQ(nos[1], 2);
    T_EQ(msgs[2].at, bed.now.wall_ms / 1000);
    run(&bed, AW_RELAY_WAKE_MS);
    T_TRUE(aw_relay_wake_next(bed.relay, &wake));
    T_EQ(bed_op(&bed, 1, 0, AW_REQUEST_TAKE, 0, 2), AW_OK);
    (void)bed_recv(&bed, 1, FRAME, msgs, 4096);
    for (int i = 0; i < 2; i++) {
        run(&bed, 48 * HOUR);
        T_EQ(read_box(&bed, 0, nos, contents), 0);
        bed_crash(&bed); /* the row with the armed cell is gone, or says nothing any more */
    }
    bed_close(&bed);
}

/* Goal: a subscribed reader is sent the cell when its time is over, and a newer arm replaces the
 * cell and starts the time anew, with the same cell too.
 * Method: re-arm each 5 minutes with 10 to go; then no more. */
static void test_rearmed(void)
{
    struct relay_bed bed;

    open_boxes(&bed, &small, 1);
    T_EQ(bed_op(&bed, 1, 9, AW_REQUEST_SUBSCRIBE, 0, 0), AW_OK);
    T_EQ(bed_recv(&bed, 1, FRAME, msgs, 4096), 1);
    for (uint32_t i = 0; i < 50; i++) {
        arm(&bed, 0, 100 + i / 2, 600);
        run(&bed, 300000);
        T_EQ(bed_recv(&bed, 1, FRAME, msgs, 4096), 0);
    }
    T_EQ(counters(&bed).armed, 1);
    T_EQ(counters(&bed).arms, 50);
    run(&bed, 300000);
    T_EQ(bed_recv(&bed, 1, FRAME, msgs, 4096), 1);
    T_EQ(msgs[0].number, 9);
    T_EQ(msgs[0].cell_no, 1);
    T_EQ(bed_content(msgs[0].cell), 124);
    bed_close(&bed);
}

static void take(struct relay_bed *bed, uint32_t box, uint64_t upto)
{
    T_EQ(bed_op(bed, 1, 0, AW_REQUEST_TAKE, box, upto), AW_OK);
    T_EQ(bed_recv(bed, 1, FRAME, msgs, 4096), 1);
}

/* Goal: while one delivery is unread the next waits, and comes when that is taken or dropped; its
 * arm may still be replaced (RE-28).
 * Method: fire twice, reading late; the same with a replaced arm and a crash; then a flood that
 * drops the delivery. */
static void test_unread(void)
{
    uint32_t contents[100];
    struct relay_bed bed;
    uint64_t nos[100];

    open_boxes(&bed, &small, 1);
    for (uint32_t i = 1; i <= 2; i++) {
        arm(&bed, 0, i, 10);
        run(&bed, 20000);
        T_EQ(counters(&bed).fired, 1);
        T_EQ(read_box(&bed, 0, nos, contents), 1);
        T_EQ(contents[0], 1);
    }
    take(&bed, 0, nos[0]);
    run(&bed, 0);
    T_EQ(read_box(&bed, 0, nos, contents), 1);
    T_EQ(contents[0], 2);
    T_EQ(nos[0], 2);
    arm(&bed, 0, 3, 10);
    run(&bed, 20000);
    arm(&bed, 0, 4, 10);
    run(&bed, 20000);
    bed_crash(&bed);
    run(&bed, MINUTE);
    T_EQ(read_box(&bed, 0, nos, contents), 1);
    T_EQ(contents[0], 2);
    take(&bed, 0, nos[0]);
    run(&bed, 0);
    T_EQ(read_box(&bed, 0, nos, contents), 1);
    T_EQ(contents[0], 4);
    take(&bed, 0, nos[0]);
    for (uint32_t i = 0; i < 101; i++) {
        if (i == 40)
            arm(&bed, 0, 5, 10);
        if (i == 50)
            arm(&bed, 0, 6, 10);
        T_EQ(bed_deposit(&bed, 0, 0, 0, 1000 + i, 512), AW_OK);
        run(&bed, 11000);
        (void)bed_recv(&bed, 0, FRAME, msgs, 4096);
    }
    T_EQ(counters(&bed).fired, 3); /* 4, 5 and, after 5 was dropped, 6; the first two were before */
    T_EQ(read_box(&bed, 0, nos, contents), 64);
    for (size_t i = 0; i < 64; i++)
        T_TRUE(contents[i] != 5);
    bed_close(&bed);
}

/* Goal: an arm that is not durable yet holds back the one before; if it fails, that one fires.
 * Method: let the time run out while the newer arm is in a batch under way; end it well, or not. */
static void test_arm_under_way(void)
{
    for (int is_good = 0; is_good < 2; is_good++) {
        uint32_t contents[64];
        struct relay_bed bed;
        uint64_t nos[64];

        open_boxes(&bed, &small, 1);
        arm(&bed, 0, 1, 10);
        pass(&bed, 9999);
        T_EQ(bed_arm(&bed, 0, 8, 0, 2, 10), AW_OK);
        T_REQUIRE(bed_begin(&bed));
        pass(&bed, 5000);
        aw_relay_tick(bed.relay, bed.now);
        T_EQ(bed_arm(&bed, 0, 9, 0, 3, 10), AW_OK); /* in the next batch */
        bed_end(&bed, is_good != 0 ? AW_OK : AW_E_STORE);
        pass(&bed, AW_RELAY_RETRY_MS);
        T_REQUIRE(bed_begin(&bed));
        bed_end(&bed, is_good != 0 ? AW_OK : AW_E_STORE);
        T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 2);
        T_EQ(msgs[0].status, is_good != 0 ? AW_RELAY_OK : AW_RELAY_STORE);
        T_EQ(msgs[1].status, is_good != 0 ? AW_RELAY_OK : AW_RELAY_STORE);
        run(&bed, 2000);
        T_EQ(read_box(&bed, 0, nos, contents), is_good != 0 ? 0 : 1);
        run(&bed, 10000);
        T_EQ(read_box(&bed, 0, nos, contents), 1);
        T_EQ(contents[0], is_good != 0 ? 3 : 1);
        bed_close(&bed);
    }
}

/* Goal: crash at each point between arm and answer, and between time and delivery: what was
 * answered `ok` is armed, or delivered, once (RE-14, RE-17, RE-27).
 * Method: one crash before the batch, one while it is under way unwritten, one written and not yet
 * told, one after; the commit before that may have failed. Then the wait, and a look. */
static void test_crash_points(void)
{
    for (int point = 0; point < 16; point++) {
        bool is_firing = (point & 4) != 0;
        uint32_t contents[64];
        struct relay_bed bed;
        uint64_t nos[64];

        open_boxes(&bed, &small, 1);
        arm(&bed, 0, 1, 10);
        if (is_firing)
            pass(&bed, 10000);
        else
            T_EQ(bed_arm(&bed, 0, 8, 0, 2, 10), AW_OK);
        if ((point & 8) != 0) { /* the first try fails */
            T_REQUIRE(bed_begin(&bed));
            bed_end(&bed, AW_E_STORE);
            pass(&bed, AW_RELAY_RETRY_MS);
            if (!is_firing)
                T_EQ(bed_arm(&bed, 0, 8, 0, 2, 10), AW_OK);
        }
        if ((point & 3) >= 1)
            T_REQUIRE(bed_begin(&bed));
        if ((point & 3) == 2)
            bed_write(&bed);
        if ((point & 3) == 3)
            bed_end(&bed, AW_OK);
        bed_crash(&bed);
        T_EQ(counters(&bed).armed, is_firing && (point & 3) >= 2 ? 0 : 1);
        T_EQ(read_box(&bed, 0, nos, contents), is_firing && (point & 3) >= 2 ? 1 : 0);
        run(&bed, 9000);
        T_EQ(counters(&bed).fired, 0); /* one interval more */
        run(&bed, MINUTE);
        T_EQ(read_box(&bed, 0, nos, contents), 1);
        T_EQ(contents[0], !is_firing && (point & 3) >= 2 ? 2 : 1);
        bed_close(&bed);
    }
}

/* Goal: a removed mailbox takes its switch along, whatever state that is in; its place is clean.
 * Method: remove when armed, pending, due, firing, held; make it again. */
static void test_removed(void)
{
    for (int state = 0; state < 5; state++) {
        uint32_t contents[64];
        struct relay_bed bed;
        uint64_t nos[64];

        open_boxes(&bed, &small, 1);
        arm(&bed, 0, 1, 10);
        if (state == 1)
            T_EQ(bed_arm(&bed, 0, 8, 0, 2, 10), AW_OK);
        if (state == 2 || state == 3)
            pass(&bed, 10000);
        if (state == 4) {
            run(&bed, 10000);
            arm(&bed, 0, 2, 10);
            run(&bed, 10000);
        }
        aw_relay_tick(bed.relay, bed.now);
        if (state == 3)
            T_REQUIRE(bed_begin(&bed));
        T_EQ(bed_op(&bed, 0, 0, AW_REQUEST_REMOVE, 0, 0), AW_OK);
        if (state == 3)
            bed_end(&bed, AW_OK);
        T_EQ(counters(&bed).armed, 0);
        commit_all(&bed);
        T_EQ(bed_arm(&bed, 0, 8, 0, 3, 10), AW_OK);
        (void)bed_recv(&bed, 0, FRAME, msgs, 4096);
        T_EQ(bed_create(&bed, 0, 1, 0, token), AW_OK);
        commit_all(&bed);
        (void)bed_recv(&bed, 0, FRAME, msgs, 4096);
        run(&bed, MINUTE);
        T_EQ(read_box(&bed, 0, nos, contents), 0);
        arm(&bed, 0, 4, 10);
        run(&bed, MINUTE);
        T_EQ(read_box(&bed, 0, nos, contents), 1);
        T_EQ(contents[0], 4);
        bed_crash(&bed);
        T_EQ(read_box(&bed, 0, nos, contents), 1);
        bed_close(&bed);
    }
}

/* Goal: the time stands still while the relay is down, and after that it waits as long as it was
 * down, and one interval more, each 6 h at most; a suspend is the same (RE-30 to RE-32).
 * Method: arm, be down, look just before and at the end of the wait. */
static void test_pause(void)
{
    static const struct {
        uint64_t up_ms, down_ms;
        uint32_t after_s;
        uint64_t wait_ms; /* from the end of the pause */
    } cases[] = {
        {5 * MINUTE, 5 * MINUTE, 600, 15 * MINUTE},
        {5 * MINUTE, 1000, 600, 10 * MINUTE + 1000},
        {30 * MINUTE, 100 * HOUR, 3600, 7 * HOUR},
        {HOUR, 2 * HOUR, 24 * 3600, 23 * HOUR},     /* its own time is longer */
        {23 * HOUR, 2 * HOUR, 24 * 3600, 8 * HOUR}, /* a machine that restarts every night */
        {HOUR, 240 * HOUR, 30 * 24 * 3600, 719 * HOUR},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int is_suspend = 0; is_suspend < 2; is_suspend++) {
            struct relay_bed bed;

            if (is_suspend != 0 && cases[i].down_ms < 5 * MINUTE)
                continue; /* too short to be told from a busy machine */
            open_boxes(&bed, &small, 2);
            arm(&bed, 0, 1, cases[i].after_s);
            run(&bed, cases[i].up_ms);
            if (is_suspend == 0)
                arm(&bed, 1, 2, 31 * 24 * 3600); /* so that the time is stored now */
            pass(&bed, cases[i].down_ms);
            if (is_suspend == 0)
                bed_crash(&bed);
            aw_relay_tick(bed.relay, bed.now);
            run(&bed, cases[i].wait_ms - 1);
            T_EQ(counters(&bed).fired, 0);
            run(&bed, 11 * MINUTE); /* what a record of the time is behind at most */
            T_EQ(counters(&bed).fired, 1);
            bed_close(&bed);
        }
    }
}

/* Goal: a clock that was set back, or that started in 1970, makes the wait a long one; one that
 * was set on, too.
 * Method: crash, change the wall clock. */
static void test_pause_clock(void)
{
    static const uint64_t walls_ms[] = {0, UINT64_C(1600000000000), UINT64_C(1900000000000)};

    for (size_t i = 0; i < 3; i++) {
        struct relay_bed bed;

        open_boxes(&bed, &small, 1);
        arm(&bed, 0, 1, 600);
        run(&bed, 5 * MINUTE);
        bed.now.wall_ms = walls_ms[i];
        bed_crash(&bed);
        run(&bed, 6 * HOUR + 9 * MINUTE);
        T_EQ(counters(&bed).fired, 0);
        run(&bed, 2 * MINUTE);
        T_EQ(counters(&bed).fired, 1);
        bed_close(&bed);
    }
}

/* Goal: a relay that was down over the re-arming of 10,000 switches raises no storm when it comes
 * back; those that are really overdue are delivered after the wait, in bounded batches.
 * Method: intervals of 10 to 40 minutes, down for two hours; all but 100 senders re-arm within
 * their interval afterwards, and go on. */
static void test_attack_15_relay_down_over_rearming(void)
{
    static const struct aw_relay_config large = {.link_count = 3,
                                                 .mailbox_count = 10000,
                                                 .cell_count = 4096,
                                                 .token_count = 4,
                                                 .rate_burst = 100000};
    enum { DEAD = 100 };
    const uint32_t count = 10000 / t_step(10);
    struct relay_bed bed;
    uint64_t fired_max = 0, fired_before = 0;

    open_boxes(&bed, &large, count);
    for (uint32_t round = 0; round < 4; round++) {
        for (uint32_t box = 0; box < count; box++) {
            if (round >= 2 && box < DEAD)
                continue; /* her phone is gone since the pause */
            T_REQUIRE(bed_arm(&bed, 0, 7, box, box, 600 + box % 1800) == AW_OK);
            if (box % 200 == 199) {
                run(&bed, 10);
                (void)bed_recv(&bed, 0, FRAME, msgs, 4096);
            }
        }
        run(&bed, 5 * MINUTE);
        if (round == 1) {
            pass(&bed, 2 * HOUR);
            bed_crash(&bed);
            T_EQ(counters(&bed).armed, count);
            run(&bed, MINUTE);
        }
        T_EQ(counters(&bed).fired, 0);
    }
    for (uint32_t minute = 0; minute < 200; minute++) {
        for (uint32_t box = DEAD; box < count && minute % 5 == 0; box++) {
            T_REQUIRE(bed_arm(&bed, 0, 7, box, minute * count + box, 600 + box % 1800) == AW_OK);
            if (box % 200 == 199) {
                run(&bed, 10);
                (void)bed_recv(&bed, 0, FRAME, msgs, 4096);
            }
        }
        run(&bed, MINUTE);
        if (counters(&bed).fired - fired_before > fired_max)
            fired_max = counters(&bed).fired - fired_before;
        fired_before = counters(&bed).fired;
    }
    T_EQ(counters(&bed).fired, DEAD);
    T_EQ(counters(&bed).armed, count - DEAD);
    bed_close(&bed);
}

/* Goal: a batch takes a bounded number of deliveries, the rest follows at once; and a relay whose
 * room for cells is used up still delivers what its switches hold (RE-33).
 * Method: 3,000 due in the same moment, with the index full of deposits. */
static void test_many_at_once(void)
{
    static const struct aw_relay_config full = {.link_count = 3,
                                                .mailbox_count = 3000,
                                                .cell_count = 256,
                                                .token_count = 4,
                                                .rate_burst = 100000};
    struct relay_bed bed;
    int batches = 0;

    open_boxes(&bed, &full, 3000);
    for (uint32_t box = 0; box < 3000; box++) {
        T_REQUIRE(bed_arm(&bed, 0, 7, box, box, 3600) == AW_OK);
        if (box % 200 == 199)
            run(&bed, 0);
        if (box % 200 == 199)
            (void)bed_recv(&bed, 0, FRAME, msgs, 4096);
    }
    for (uint32_t i = 0; i < 256; i++)
        T_REQUIRE(bed_deposit(&bed, 0, 1, i % 8, i, 512) == AW_OK);
    run(&bed, 0);
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 256);
    T_EQ(bed_deposit(&bed, 0, 1, 9, 1, 512), AW_OK);
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 1);
    T_EQ(msgs[0].status, AW_RELAY_FULL);
    pass(&bed, 100000); /* less than what counts as a pause */
    for (uint64_t past_ms = 0; past_ms < HOUR; past_ms += 100000) {
        aw_relay_tick(bed.relay, bed.now);
        while (bed_begin(&bed)) {
            bed_end(&bed, AW_OK);
            batches += counters(&bed).fired > 0;
        }
        pass(&bed, 100000);
    }
    T_EQ(counters(&bed).fired, 3000);
    T_TRUE(batches >= 3 && batches <= 5);
    bed_close(&bed);
}

/* Goal: arms count with deposits for the rate of a capability (RE-29); a malformed one ends the
 * link; nobody but the holder of the deposit capability arms.
 * Method: a burst of both; a read capability. */
static void test_refused(void)
{
    struct aw_relay_config slow = small;
    uint8_t capability[32], cell[512] = {0};
    struct aw_request r = {
        .op = AW_REQUEST_ARM, .capability = capability, .cell = AW_BYTES_OF(cell), .after_s = 60};
    struct relay_bed bed;

    slow.rate_burst = 4;
    open_boxes(&bed, &slow, 1);
    for (uint32_t i = 0; i < 4; i++) {
        T_EQ(bed_arm(&bed, 0, 1, 0, i, 60), AW_OK);
        T_EQ(bed_deposit(&bed, 0, 2, 0, i, 512), AW_OK);
    }
    commit_all(&bed);
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 8);
    for (size_t i = 0; i < 8; i++) {
        T_EQ(msgs[i].status, i < 4 ? AW_RELAY_OK : AW_RELAY_RATE);
        T_EQ(msgs[i].retry_after, i < 4 ? 0 : 1);
    }
    bed_capability(0, capability); /* of the reader */
    T_EQ(bed_send(&bed, 0, &r), AW_OK);
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 1);
    T_EQ(msgs[0].status, AW_RELAY_UNKNOWN);
    bed_close(&bed);
}

static uint64_t earliest(const uint64_t *due, uint32_t count)
{
    uint64_t first_ms = AW_TIME_NEVER;

    for (uint32_t i = 1; i <= count; i++)
        if (due[i] != 0 && due[i] < first_ms)
            first_ms = due[i];
    return first_ms;
}

/* Goal: the wheel takes out each entry at its time, not before, whatever is added and removed.
 * Method: against a plain list, with spans of all lengths, over the wrap of 32 bits, with budgets
 * that cut every cascade. */
static void test_wheel(void)
{
    enum { COUNT = 2000 };
    static struct aw_wheel_link links[COUNT + 1];
    static uint64_t due[COUNT + 1];
    static struct aw_wheel w;
    const int rounds = 200000 / (int)t_step(10);
    struct t_rng rng = t_rng(15);
    uint64_t now_ms = UINT64_C(0xffffff00);

    w.links = links;
    w.now_ms = now_ms;
    for (int round = 0; round < rounds; round++) {
        uint32_t idx = 1 + (uint32_t)t_rng_below(&rng, COUNT);
        uint32_t budget = 1 + (uint32_t)t_rng_below(&rng, 4);
        uint64_t next_ms;

        if (t_rng_below(&rng, 3) > 0) {
            aw_wheel_remove(&w, idx);
            due[idx] = 0;
        } else if (due[idx] == 0) {
            due[idx] =
                now_ms + (t_rng_below(&rng, UINT32_MAX) >> t_rng_below(&rng, 32)) % 2721600000;
            aw_wheel_add(&w, idx, due[idx]);
        }
        next_ms = aw_wheel_next_ms(&w);
        if (t_rng_below(&rng, 4) == 0 && next_ms != AW_TIME_NEVER && next_ms > now_ms)
            now_ms = next_ms;
        else
            now_ms += t_rng_below(&rng, 1000) >> t_rng_below(&rng, 10);
        idx = aw_wheel_pop(&w, now_ms, &budget);
        if (idx != 0) {
            T_TRUE(due[idx] != 0 && due[idx] <= now_ms);
            due[idx] = 0;
        } else if (budget > 0) {
            next_ms = aw_wheel_next_ms(&w);
            T_TRUE(next_ms > now_ms);
            T_REQUIRE(earliest(due, COUNT) >= next_ms);
        }
    }
    T_TRUE(now_ms > UINT64_C(0x100000000));
}

int main(void)
{
    T_RUN(test_fires_once);
    T_RUN(test_rearmed);
    T_RUN(test_unread);
    T_RUN(test_arm_under_way);
    T_RUN(test_crash_points);
    T_RUN(test_removed);
    T_RUN(test_pause);
    T_RUN(test_pause_clock);
    T_RUN(test_attack_15_relay_down_over_rearming);
    T_RUN(test_many_at_once);
    T_RUN(test_refused);
    T_RUN(test_wheel);
    return t_end();
}
