/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "support/relay_bed.h"

#define FRAME 65000
#define HOUR  UINT64_C(3600000)
#define DAY   (24 * HOUR)

static const struct aw_relay_config config = {.link_count = 3,
                                              .mailbox_count = 100,
                                              .cell_count = 512,
                                              .token_count = 4,
                                              .rate_burst = 100000};

static struct aw_answer msgs[4096];
static uint8_t token[32];

static void commit_all(struct relay_bed *bed)
{
    while (bed_begin(bed))
        bed_end(bed, AW_OK);
}

/* Lets time pass in steps that are no pauses, with the housekeeping that is due. */
static void run(struct relay_bed *bed, uint64_t span_ms)
{
    for (uint64_t done_ms = 0; done_ms < span_ms; done_ms += 150000) {
        bed->now.mono_ms += 150000;
        bed->now.wall_ms += 150000;
        (void)bed_tidy(bed, 1000);
        commit_all(bed);
    }
}

static void open_boxes(struct relay_bed *bed, uint32_t count)
{
    bed_open(bed, &config);
    bed_token(bed, count, NULL, token);
    for (uint32_t box = 0; box < count; box++)
        T_REQUIRE(bed_create(bed, 0, 1, box, token) == AW_OK);
    commit_all(bed);
    T_EQ(bed_recv(bed, 0, FRAME, msgs, 4096), count);
}

static uint8_t ask(struct relay_bed *bed, uint32_t link, uint8_t op, uint32_t box, uint64_t upto)
{
    T_EQ(bed_op(bed, link, 5, op, box, upto), AW_OK);
    commit_all(bed);
    T_REQUIRE(bed_recv(bed, link, FRAME, msgs, 4096) >= 1);
    return msgs[0].status;
}

static struct aw_relay_counters counters(struct relay_bed *bed)
{
    struct aw_relay_counters c;

    aw_relay_counters(bed->relay, &c);
    return c;
}

/* Goal: a mailbox goes, with its cells, 90 running days after its reader came last by any of his
 * three questions, and not before; restarts change nothing (RE-34).
 * Method: mailboxes read in different ways; a deposit and another's read do not count. */
static void test_expiry(void)
{
    struct relay_bed bed;

    open_boxes(&bed, 6);
    T_EQ(bed_deposit(&bed, 0, 1, 0, 1, 512), AW_OK);
    commit_all(&bed);
    run(&bed, 30 * DAY);
    bed_crash(&bed);
    T_EQ(ask(&bed, 0, AW_REQUEST_PROBE, 1, 0), AW_RELAY_OK);
    T_EQ(ask(&bed, 0, AW_REQUEST_TAKE, 2, 0), AW_RELAY_OK);
    T_EQ(ask(&bed, 1, AW_REQUEST_SUBSCRIBE, 3, 0), AW_RELAY_OK);
    aw_relay_link_closed(bed.relay, 1);
    aw_relay_link_open(bed.relay, 1);
    T_EQ(ask(&bed, 1, AW_REQUEST_SUBSCRIBE, 4, 0), AW_RELAY_OK); /* and stays */
    T_EQ(bed_arm(&bed, 0, 1, 5, 1, AW_RELAY_ARM_MAX_S), AW_OK);
    bed.now.mono_ms += AW_RELAY_LAZY_MS;
    commit_all(&bed);
    bed.now.wall_ms += 100 * DAY; /* down: nobody could read */
    bed_crash(&bed);
    T_EQ(ask(&bed, 1, AW_REQUEST_SUBSCRIBE, 4, 0), AW_RELAY_OK);
    run(&bed, 59 * DAY);
    T_EQ(counters(&bed).mailboxes, 6);
    T_EQ(counters(&bed).cells, 2); /* and what the switch of 5 delivered, on day 61 */
    run(&bed, 2 * DAY);
    T_EQ(counters(&bed).mailboxes, 4);
    T_EQ(counters(&bed).expired, 2);
    T_EQ(counters(&bed).cells, 0);
    T_EQ(bed_deposit(&bed, 0, 1, 0, 1, 512), AW_OK);
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 1);
    T_EQ(msgs[0].status, AW_RELAY_UNKNOWN);
    run(&bed, 27 * DAY);
    T_EQ(counters(&bed).mailboxes, 4);
    run(&bed, 3 * DAY);
    T_EQ(counters(&bed).mailboxes, 1);
    bed_crash(&bed);
    T_EQ(counters(&bed).mailboxes, 1);
    T_EQ(ask(&bed, 0, AW_REQUEST_PROBE, 4, 0), AW_RELAY_OK);
    T_EQ(ask(&bed, 0, AW_REQUEST_PROBE, 1, 0), AW_RELAY_UNKNOWN);
    bed_close(&bed);
}

/* Goal: an armed switch keeps its mailbox, for as long as it is armed.
 * Method: re-arm for 200 days without a reader, then no more. */
static void test_armed_keeps(void)
{
    struct relay_bed bed;

    open_boxes(&bed, 1);
    for (int round = 0; round < 10; round++) {
        T_EQ(bed_arm(&bed, 0, 1, 0, (uint32_t)round, 25 * 86400), AW_OK);
        commit_all(&bed);
        run(&bed, 20 * DAY);
        T_EQ(counters(&bed).mailboxes, 1);
    }
    run(&bed, 4 * DAY);
    T_EQ(counters(&bed).mailboxes, 1);
    run(&bed, 3 * DAY);
    T_EQ(counters(&bed).mailboxes, 0);
    T_EQ(counters(&bed).fired, 1);
    bed_close(&bed);
}

static enum aw_status add_len(void *ctx, uint64_t key, struct aw_bytes value)
{
    size_t *len = ctx;

    (void)key;
    *len += value.len;
    return AW_OK;
}

static size_t stored_len(struct relay_bed *bed)
{
    size_t len = 0;

    T_REQUIRE(bed->store.vtable->scan(bed->store.self, AW_RELAY_SPACE_BLOCK, add_len, &len) ==
              AW_OK);
    return len;
}

/* Rows of 72 cells, of which three stay: a plain one, an armed one and a delivered one. */
static void open_sparse(struct relay_bed *bed)
{
    open_boxes(bed, 72);
    T_EQ(bed_arm(bed, 0, 1, 0, 1000, 20 * 86400), AW_OK);
    T_EQ(bed_arm(bed, 0, 1, 1, 1001, 1800), AW_OK);
    for (uint32_t box = 0; box < 70; box++)
        T_EQ(bed_deposit(bed, 0, 1, box, box, 512), AW_OK);
    commit_all(bed);
    T_EQ(bed_recv(bed, 0, FRAME, msgs, 4096), 72);
    for (uint32_t box = 0; box < 70; box++)
        if (box != 2)
            T_EQ(ask(bed, 0, AW_REQUEST_TAKE, box, 1), AW_RELAY_OK);
    run(bed, HOUR / 2);
    T_EQ(counters(bed).fired, 1);
}

static uint32_t only_cell(struct relay_bed *bed, uint32_t box)
{
    T_EQ(bed_op(bed, 2, 9, AW_REQUEST_SUBSCRIBE, box, 0), AW_OK);
    T_REQUIRE(bed_recv(bed, 2, FRAME, msgs, 4096) == 2);
    return bed_content(msgs[1].cell);
}

/* Goal: three cells do not keep a long row for weeks, and lose nothing: number, content, time.
 * Method: three of 72 stay in a row; two hours later the store is small. Restart; read. */
static void test_sparse_row(void)
{
    struct relay_bed bed;

    open_sparse(&bed);
    T_TRUE(stored_len(&bed) > 72 * 512);
    run(&bed, 2 * HOUR);
    T_EQ(counters(&bed).moved, 3);
    T_TRUE(stored_len(&bed) < 4 * 512);
    for (int round = 0; round < 2; round++) {
        T_EQ(only_cell(&bed, 2), 2);
        T_EQ(only_cell(&bed, 1), 1001);
        T_EQ(msgs[1].cell_no, 2);
        bed_crash(&bed);
        T_EQ(counters(&bed).armed, 1);
    }
    run(&bed, 3 * HOUR);
    T_EQ(counters(&bed).moved, 0); /* once is enough */
    run(&bed, 20 * DAY);
    T_EQ(only_cell(&bed, 0), 1000);
    bed_close(&bed);
}

/* Goal: no crash and no failed commit on the way loses or doubles a cell; nor does a take, a
 * re-arm or a removal that comes while the copy is under way.
 * Method: stop before, within and after the commit of the copies, and before that of the
 * deletion; with each of the changes in between. */
static void test_sparse_row_crash(void)
{
    for (int point = 0; point < 5; point++) {
        for (int change = 0; change < 4; change++) {
            struct relay_bed bed;
            bool is_kept;

            open_sparse(&bed);
            run(&bed, 3 * HOUR / 2 - 150000);
            bed.now.mono_ms += 150000;
            aw_relay_tick(bed.relay, bed.now);
            commit_all(&bed);
            T_EQ(bed_tidy(&bed, 1000), 3);
            if (point >= 1)
                T_REQUIRE(bed_begin(&bed));
            if (change == 1)
                T_EQ(bed_op(&bed, 1, 5, AW_REQUEST_TAKE, 2, 1), AW_OK);
            if (change == 2)
                T_EQ(bed_arm(&bed, 1, 5, 0, 2000, 86400), AW_OK);
            if (change == 3)
                T_EQ(bed_op(&bed, 1, 5, AW_REQUEST_REMOVE, 2, 0), AW_OK);
            if (point == 2)
                bed_write(&bed);
            if (point == 3)
                bed_end(&bed, AW_E_STORE);
            if (point == 4)
                bed_end(&bed, AW_OK);
            is_kept = change != 1 && change != 3;
            for (int round = 0; round < 2; round++) {
                if (round == 1 || point != 2)
                    bed.now.mono_ms += AW_RELAY_RETRY_MS;
                if (round == 1 || point > 2) {
                    bed_settle(&bed);
                    T_EQ(counters(&bed).cells, is_kept ? 2 : 1);
                }
                if (round == 1 && is_kept)
                    T_EQ(only_cell(&bed, 2), 2);
                if (round == 1)
                    T_EQ(only_cell(&bed, 1), 1001);
                T_EQ(counters(&bed).armed, 1);
                bed_crash(&bed);
                is_kept = is_kept || (point <= 2 && round == 0);
            }
            bed_close(&bed);
        }
    }
}

int main(void)
{
    T_RUN(test_expiry);
    T_RUN(test_armed_keeps);
    T_RUN(test_sparse_row);
    T_RUN(test_sparse_row_crash);
    return t_end();
}
