/* SPDX-License-Identifier: ISC */
#include "support/relay_bed.h"

#define FRAME 65000

static const struct aw_relay_config small = {
    .link_count = 3, .mailbox_count = 8, .cell_count = 512, .token_count = 4, .rate_burst = 100000};

static struct aw_answer msgs[4096];
static uint8_t token[32];

/* A relay with one mailbox, number 0, and nothing waiting to be said. */
static void open_one(struct relay_bed *bed, const struct aw_relay_config *config, const char *wake)
{
    bed_open(bed, config);
    bed_token(bed, 4, wake, token);
    T_REQUIRE(bed_create(bed, 0, 1, 0, token) == AW_OK);
    bed_settle(bed);
    T_EQ(aw_relay_ready_next(bed->relay), 0);
    T_REQUIRE(bed_recv(bed, 0, FRAME, msgs, 4096) == 1);
    T_EQ(msgs[0].status, AW_RELAY_OK);
}

/* The one answer that waits on link 0. */
static uint8_t answer(struct relay_bed *bed)
{
    T_REQUIRE(bed_recv(bed, 0, FRAME, msgs, 4096) == 1);
    return msgs[0].status;
}

/* Contents of all deliveries to a new reader on link 1, in order. */
static size_t read_all(struct relay_bed *bed, uint32_t box, uint32_t *contents)
{
    size_t count, cells = 0;
    uint32_t waiting = 0;
    uint64_t last_no = 0;

    T_REQUIRE(bed_op(bed, 1, 99, AW_REQUEST_SUBSCRIBE, box, 0) == AW_OK);
    count = bed_recv(bed, 1, FRAME, msgs, 4096);
    for (size_t i = 0; i < count; i++) {
        if (msgs[i].kind == AW_ANSWER_COUNTED)
            waiting = msgs[i].waiting;
        if (msgs[i].kind != AW_ANSWER_DELIVERY)
            continue;
        T_TRUE(msgs[i].cell_no > last_no);
        last_no = msgs[i].cell_no;
        contents[cells++] = bed_content(msgs[i].cell);
    }
    T_EQ(waiting, cells);
    return cells;
}

/* Goal: nothing is visible before the commit that holds it is done, and all of it after.
 * Method: deposit with a reader online; look at each step. */
static void test_durable_before_visible(void)
{
    struct relay_bed bed;

    open_one(&bed, &small, NULL);
    T_EQ(bed_op(&bed, 1, 5, AW_REQUEST_SUBSCRIBE, 0, 0), AW_OK);
    T_EQ(aw_relay_ready_next(bed.relay), 1);
    T_EQ(bed_recv(&bed, 1, FRAME, msgs, 4096), 1);
    T_EQ(msgs[0].at, bed.now.wall_ms / 1000);
    T_EQ(bed_deposit(&bed, 0, 6, 0, 1, 512), AW_OK);
    T_EQ(aw_relay_ready_next(bed.relay), AW_RELAY_NONE);
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 0);
    T_REQUIRE(bed_begin(&bed));
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 0);
    T_EQ(bed_recv(&bed, 1, FRAME, msgs, 4096), 0);
    bed_end(&bed, AW_OK);
    T_EQ(aw_relay_ready_next(bed.relay) + aw_relay_ready_next(bed.relay), 1);
    T_EQ(aw_relay_ready_next(bed.relay), AW_RELAY_NONE);
    T_EQ(answer(&bed), AW_RELAY_OK);
    T_EQ(msgs[0].number, 6);
    T_EQ(bed_recv(&bed, 1, FRAME, msgs, 4096), 1);
    T_EQ(msgs[0].kind, AW_ANSWER_DELIVERY);
    T_EQ(msgs[0].number, 5);
    T_EQ(msgs[0].cell_no, 1);
    T_EQ(msgs[0].at, bed.now.wall_ms / 1000);
    T_EQ(bed_content(msgs[0].cell), 1);
    bed_close(&bed);
}

/* Goal: a flood leaves the first 32 and the last 32, in memory and after a restart.
 * Method: 300 cells in batches of different sizes; read, crash, read again. */
static void test_flood(void)
{
    for (uint32_t batch_len = 1; batch_len <= 300; batch_len = batch_len * 3 + 1) {
        static uint32_t got[4096];
        struct relay_bed bed;

        open_one(&bed, &small, NULL);
        for (uint32_t i = 0; i < 300; i++) {
            enum aw_status status = bed_deposit(&bed, 0, i, 0, i, 512);

            if (status == AW_E_BUSY) { /* 256 unanswered */
                bed_settle(&bed);
                T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 256);
                status = bed_deposit(&bed, 0, i, 0, i, 512);
            }
            T_REQUIRE(status == AW_OK);
            if (i % batch_len == 0) {
                bed_settle(&bed);
                (void)bed_recv(&bed, 0, FRAME, msgs, 4096);
            }
        }
        bed_settle(&bed);
        for (int round = 0; round < 2; round++) {
            T_EQ(read_all(&bed, 0, got), 64);
            for (uint32_t i = 0; i < 32; i++) {
                T_EQ(got[i], i);
                T_EQ(got[32 + i], 300 - 32 + i);
            }
            bed_crash(&bed);
        }
        bed_close(&bed);
    }
}

/* Goal: a cell that waits is acknowledged again but kept once; one that was taken is new.
 * Method: repeat in the same batch, while under way, after it, after a restart, after a take. */
static void test_idempotent(void)
{
    uint32_t got[64];
    struct relay_bed bed;

    open_one(&bed, &small, NULL);
    T_EQ(bed_deposit(&bed, 0, 1, 0, 7, 512), AW_OK);
    T_EQ(bed_deposit(&bed, 0, 2, 0, 7, 512), AW_OK);
    T_REQUIRE(bed_begin(&bed));
    T_EQ(bed_deposit(&bed, 0, 3, 0, 7, 512), AW_OK);
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 0);
    bed_end(&bed, AW_OK);
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 3);
    T_EQ(bed_deposit(&bed, 0, 4, 0, 7, 512), AW_OK);
    T_EQ(answer(&bed), AW_RELAY_OK); /* at once: it is durable */
    bed_crash(&bed);
    T_EQ(bed_deposit(&bed, 0, 5, 0, 7, 512), AW_OK);
    T_EQ(answer(&bed), AW_RELAY_OK);
    T_EQ(read_all(&bed, 0, got), 1);
    T_EQ(bed_op(&bed, 1, 0, AW_REQUEST_TAKE, 0, 1), AW_OK);
    bed_settle(&bed);
    T_EQ(bed_deposit(&bed, 0, 6, 0, 7, 512), AW_OK);
    bed_settle(&bed);
    T_EQ(read_all(&bed, 0, got), 1);
    bed_close(&bed);
}

/* Goal: the bulk queue holds eight and refuses the ninth, pending ones counted; a take makes room.
 * Method: as said. */
static void test_bulk(void)
{
    uint32_t got[64];
    struct relay_bed bed;
    size_t count;

    open_one(&bed, &small, NULL);
    for (uint32_t i = 0; i < 10; i++)
        T_EQ(bed_deposit(&bed, 0, i, 0, i, AW_RELAY_BULK_LEN), AW_OK);
    T_EQ(bed_deposit(&bed, 0, 10, 0, 10, 512), AW_OK);
    bed_settle(&bed);
    count = bed_recv(&bed, 0, FRAME, msgs, 4096);
    T_EQ(count, 11);
    for (uint32_t i = 0; i < 11; i++)
        T_EQ(msgs[i].status, i == 8 || i == 9 ? AW_RELAY_FULL : AW_RELAY_OK);
    bed_crash(&bed);
    T_EQ(read_all(&bed, 0, got), 9);
    T_EQ(got[8], 10);
    T_EQ(bed_op(&bed, 0, 0, AW_REQUEST_TAKE, 0, 2), AW_OK);
    T_EQ(answer(&bed), AW_RELAY_OK);
    T_EQ(bed_deposit(&bed, 0, 0, 0, 11, AW_RELAY_BULK_LEN), AW_OK);
    bed_settle(&bed);
    T_EQ(answer(&bed), AW_RELAY_OK);
    bed_close(&bed);
}

/* Goal: a failed commit is answered `store`, leaves nothing behind, and the relay recovers by
 * itself, with what came while it was under way.
 * Method: fail a batch that creates, deposits and repeats; another batch fills meanwhile. */
static void test_failed_commit(void)
{
    static uint32_t got[64];
    struct aw_relay_counters counters;
    struct relay_bed bed;

    open_one(&bed, &small, NULL);
    T_EQ(bed_create(&bed, 0, 1, 1, token), AW_OK);
    T_EQ(bed_deposit(&bed, 0, 2, 0, 1, 512), AW_OK);
    T_EQ(bed_deposit(&bed, 0, 3, 1, 1, 512), AW_OK);
    T_EQ(bed_deposit(&bed, 0, 4, 0, 2, AW_RELAY_BULK_LEN), AW_OK);
    T_EQ(bed_op(&bed, 2, 5, AW_REQUEST_SUBSCRIBE, 1, 0), AW_OK);
    T_TRUE(aw_relay_deadline_ms(bed.relay) == bed.now.mono_ms); /* due now, and not overdue */
    T_REQUIRE(bed_begin(&bed));
    T_EQ(bed_deposit(&bed, 0, 6, 0, 1, 512), AW_OK); /* repeats what will fail */
    T_EQ(bed_deposit(&bed, 0, 7, 0, 3, 512), AW_OK); /* in the next batch */
    bed_end(&bed, AW_E_STORE);
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 5);
    for (size_t i = 0; i < 5; i++)
        T_EQ(msgs[i].status, AW_RELAY_STORE);
    T_EQ(bed_recv(&bed, 2, FRAME, msgs, 4096), 1);
    T_EQ(msgs[0].status, AW_RELAY_STORE);
    aw_relay_counters(bed.relay, &counters);
    T_TRUE(counters.is_degraded);
    T_EQ(counters.cells, 0);
    T_TRUE(!bed_begin(&bed)); /* not at once */
    T_TRUE(aw_relay_deadline_ms(bed.relay) == bed.now.mono_ms + AW_RELAY_RETRY_MS);
    T_EQ(bed_create(&bed, 2, 8, 1, token), AW_OK);
    T_EQ(bed_recv(&bed, 2, FRAME, msgs, 4096), 0); /* still not durable */
    bed.now.mono_ms += AW_RELAY_RETRY_MS;
    bed_settle(&bed);
    T_EQ(bed_recv(&bed, 2, FRAME, msgs, 4096), 1);
    T_EQ(msgs[0].status, AW_RELAY_OK);
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 1);
    T_EQ(msgs[0].number, 7);
    T_EQ(msgs[0].status, AW_RELAY_OK);
    aw_relay_counters(bed.relay, &counters);
    T_TRUE(!counters.is_degraded);
    bed_crash(&bed);
    T_EQ(read_all(&bed, 0, got), 1);
    T_EQ(got[0], 3);
    T_EQ(read_all(&bed, 1, got), 0);
    bed_close(&bed);
}

/* Goal: crash at each point between batch and answer: what was answered `ok` is there
 * (RE-17).
 * Method: one crash before the batch, one while under way unwritten, one written and not yet told,
 * one after. */
static void test_crash_points(void)
{
    for (int point = 0; point < 4; point++) {
        uint32_t got[64];
        struct relay_bed bed;

        open_one(&bed, &small, NULL);
        T_EQ(bed_deposit(&bed, 0, 0, 0, 100, 512), AW_OK);
        bed_settle(&bed);
        T_EQ(answer(&bed), AW_RELAY_OK);
        T_EQ(bed_deposit(&bed, 0, 1, 0, 101, 512), AW_OK);
        if (point >= 1)
            T_REQUIRE(bed_begin(&bed));
        if (point == 2)
            bed_write(&bed);
        if (point == 3) {
            bed_end(&bed, AW_OK);
            T_EQ(answer(&bed), AW_RELAY_OK);
        }
        bed_crash(&bed);
        T_EQ(read_all(&bed, 0, got), point >= 2 ? 2 : 1);
        T_EQ(got[0], 100);
        T_EQ(bed_deposit(&bed, 0, 2, 0, 101, 512), AW_OK); /* the sender tries again */
        bed_settle(&bed);
        T_EQ(answer(&bed), AW_RELAY_OK);
        T_EQ(read_all(&bed, 0, got), 2);
        T_EQ(got[1], 101);
        bed_close(&bed);
    }
}

/* Goal: an unknown capability, a read capability used to deposit and the reverse look the same.
 * Method: compare the answers byte by byte. */
static void test_unknown(void)
{
    uint8_t read[32];
    struct aw_request wrong = {.op = AW_REQUEST_DEPOSIT, .capability = read};
    static uint8_t cell[512];
    struct relay_bed bed;

    open_one(&bed, &small, NULL);
    wrong.cell = (struct aw_bytes){cell, sizeof cell};
    bed_capability(0, read);
    T_EQ(bed_send(&bed, 0, &wrong), AW_OK);
    T_EQ(bed_deposit(&bed, 0, 0, 5, 1, 512), AW_OK);
    for (uint8_t op = AW_REQUEST_SUBSCRIBE; op <= AW_REQUEST_REMOVE; op++) {
        struct aw_request r = {.op = op, .capability = read};

        bed_capability(1, read); /* the deposit capability */
        T_EQ(bed_send(&bed, 0, &r), AW_OK);
        T_EQ(bed_op(&bed, 0, 0, op, 5, 0), AW_OK);
    }
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 10);
    for (size_t i = 0; i < 10; i++) {
        T_EQ(msgs[i].status, AW_RELAY_UNKNOWN);
        T_EQ(msgs[i].kind, AW_ANSWER_PLAIN);
    }
    bed_close(&bed);
}

/* Goal: tokens: unknown, revoked, quota, limits of the relay, idempotent creation, foreign keys;
 * and all of it is remembered. Method: as said, with a crash between. */
static void test_tokens(void)
{
    struct aw_relay_token_info info;
    struct aw_request r = {.op = AW_REQUEST_CREATE, .token = token};
    uint8_t stranger[32] = {1}, a[32], b[32];
    struct relay_bed bed;

    open_one(&bed, &small, NULL);
    bed_crash(&bed);
    T_EQ(bed_create(&bed, 0, 0, 1, stranger), AW_OK);
    T_EQ(answer(&bed), AW_RELAY_TOKEN);
    T_EQ(bed_create(&bed, 0, 0, 0, token), AW_OK);
    T_EQ(answer(&bed), AW_RELAY_OK); /* at once: nothing changes */
    bed_key(0, a);
    bed_key(9, b);
    r.read_key = a;
    r.deposit_key = b;
    T_EQ(bed_send(&bed, 0, &r), AW_OK);
    T_EQ(answer(&bed), AW_RELAY_TOKEN);
    r.read_key = b;
    T_EQ(bed_send(&bed, 0, &r), AW_OK);
    T_EQ(answer(&bed), AW_RELAY_TOKEN);
    for (uint32_t box = 1; box < 5; box++) {
        T_EQ(bed_create(&bed, 0, 0, box, token), AW_OK);
        bed_settle(&bed);
        T_EQ(answer(&bed), box < 4 ? AW_RELAY_OK : AW_RELAY_LIMIT);
    }
    bed_crash(&bed);
    T_EQ(bed_create(&bed, 0, 0, 4, token), AW_OK);
    T_EQ(answer(&bed), AW_RELAY_LIMIT);
    T_EQ(bed_op(&bed, 0, 0, AW_REQUEST_REMOVE, 2, 0), AW_OK);
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 0);
    bed_settle(&bed);
    T_EQ(answer(&bed), AW_RELAY_OK);
    T_EQ(aw_relay_token_at(bed.relay, 0, &info), AW_OK);
    T_EQ(info.mailbox_count, 3);
    T_EQ(info.quota, 4);
    T_STR_EQ(info.label, "bed");
    T_EQ(aw_relay_token_revoke(bed.relay, info.id), AW_OK);
    T_EQ(aw_relay_token_revoke(bed.relay, info.id + 1), AW_E_NOT_FOUND);
    bed_settle(&bed);
    bed_crash(&bed);
    T_EQ(bed_create(&bed, 0, 0, 4, token), AW_OK);
    T_EQ(answer(&bed), AW_RELAY_TOKEN);
    T_EQ(bed_deposit(&bed, 0, 0, 1, 1, 512), AW_OK); /* the others go on */
    bed_settle(&bed);
    T_EQ(answer(&bed), AW_RELAY_OK);
    T_EQ(aw_relay_token_at(bed.relay, 1, &info), AW_E_NOT_FOUND);
    bed_close(&bed);
}

/* Goal: a burst passes, then one per interval; the hint is honest.
 * Method: burst 5, one per 2 s, virtual time. */
static void test_rate(void)
{
    struct aw_relay_config config = small;
    struct relay_bed bed;

    config.rate_burst = 5;
    config.rate_interval_ms = 2000;
    open_one(&bed, &config, NULL);
    for (uint32_t i = 0; i < 7; i++)
        T_EQ(bed_deposit(&bed, 0, i, 0, i, 512), AW_OK);
    bed_begin(&bed);
    bed_end(&bed, AW_OK);
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 7);
    for (size_t i = 0; i < 7; i++)
        T_EQ(msgs[i].status, i < 5 ? AW_RELAY_OK : AW_RELAY_RATE);
    T_EQ(msgs[6].kind, AW_ANSWER_RETRY);
    T_EQ(msgs[6].retry_after, 2);
    bed.now.mono_ms += 1999;
    T_EQ(bed_deposit(&bed, 0, 0, 0, 9, 512), AW_OK);
    T_EQ(answer(&bed), AW_RELAY_RATE);
    T_EQ(msgs[0].retry_after, 1);
    bed.now.mono_ms += 1;
    T_EQ(bed_deposit(&bed, 0, 0, 0, 9, 512), AW_OK);
    bed_settle(&bed);
    T_EQ(answer(&bed), AW_RELAY_OK);
    bed_close(&bed);
}

/* Answers to the deposits of link 0 since the last call, by status. */
static void count_answers(struct relay_bed *bed, size_t *ok, size_t *rate)
{
    size_t count;

    while (bed_begin(bed))
        bed_end(bed, AW_OK);
    count = bed_recv(bed, 0, FRAME, msgs, 4096);
    for (size_t i = 0; i < count; i++) {
        T_TRUE(msgs[i].status == AW_RELAY_OK || msgs[i].status == AW_RELAY_RATE);
        *(msgs[i].status == AW_RELAY_OK ? ok : rate) += 1;
    }
}

/* Goal: attack 3: somebody with her phone floods a mailbox, whose reader is away, with 10,000
 * cells, under the limit that a relay has by default. Expected: a burst passes and one each second,
 * all else is refused (RE-13); an SOS that came first is kept, and one that is refused
 * with the rest is taken when her phone has waited for as long as it was told (RE-9).
 * Method: a cell each millisecond; one SOS before them, one after them. */
static void test_attack_03_flood_at_the_limit(void)
{
    const uint32_t first_sos = 1, second_sos = 2, junk = 100;
    struct aw_relay_config config = small;
    size_t ok = 0, rate = 0;
    struct relay_bed bed;
    uint32_t got[64];

    config.rate_burst = 0; /* the default */
    open_one(&bed, &config, NULL);
    T_EQ(bed_deposit(&bed, 0, 0, 0, first_sos, 512), AW_OK);
    for (uint32_t i = 0; i < 10000; i++) {
        bed.now.mono_ms++;
        T_REQUIRE(bed_deposit(&bed, 0, i, 0, junk + i, 512) == AW_OK);
        if (i % 100 == 99)
            count_answers(&bed, &ok, &rate);
    }
    T_EQ(ok, 128 + 10);
    T_EQ(ok + rate, 10001);
    T_EQ(bed_deposit(&bed, 0, 0, 0, second_sos, 512), AW_OK);
    T_EQ(answer(&bed), AW_RELAY_RATE);
    T_EQ(msgs[0].kind, AW_ANSWER_RETRY);
    bed.now.mono_ms += UINT64_C(1000) * msgs[0].retry_after;
    T_EQ(bed_deposit(&bed, 0, 0, 0, second_sos, 512), AW_OK);
    bed_settle(&bed);
    T_EQ(answer(&bed), AW_RELAY_OK);
    T_EQ(read_all(&bed, 0, got), 64);
    T_EQ(got[0], first_sos);
    T_EQ(got[1], junk);
    T_EQ(got[63], second_sos);
    bed_close(&bed);
}

/* Goal: a second reader takes the subscription over and the first is told; each cell goes to one.
 * Method: two links. */
static void test_two_links(void)
{
    struct relay_bed bed;

    open_one(&bed, &small, NULL);
    T_EQ(bed_op(&bed, 1, 11, AW_REQUEST_SUBSCRIBE, 0, 0), AW_OK);
    T_EQ(bed_recv(&bed, 1, FRAME, msgs, 4096), 1);
    T_EQ(bed_op(&bed, 2, 22, AW_REQUEST_SUBSCRIBE, 0, 0), AW_OK);
    T_EQ(bed_recv(&bed, 1, FRAME, msgs, 4096), 1);
    T_EQ(msgs[0].status, AW_RELAY_MOVED);
    T_EQ(msgs[0].number, 11);
    T_EQ(bed_deposit(&bed, 0, 0, 0, 1, 512), AW_OK);
    bed_settle(&bed);
    T_EQ(bed_recv(&bed, 1, FRAME, msgs, 4096), 0);
    T_EQ(bed_recv(&bed, 2, FRAME, msgs, 4096), 2);
    aw_relay_link_closed(bed.relay, 2);
    T_EQ(bed_op(&bed, 1, 12, AW_REQUEST_SUBSCRIBE, 0, 0), AW_OK);
    T_EQ(bed_recv(&bed, 1, FRAME, msgs, 4096), 2); /* again, until it is taken */
    T_EQ(msgs[0].waiting, 1);
    T_EQ(bed_op(&bed, 1, 13, AW_REQUEST_PROBE, 0, 0), AW_OK);
    T_EQ(bed_op(&bed, 0, 14, AW_REQUEST_PROBE, 0, 0), AW_OK);
    T_EQ(bed_recv(&bed, 1, FRAME, msgs, 4096), 1);
    T_EQ(msgs[0].waiting, 0); /* nothing that this link was not sent */
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 2);
    T_EQ(msgs[1].waiting, 1);
    bed_close(&bed);
}

/* Goal: malformed bytes end the link with one answer, and what came before them counts.
 * Method: a good request, then junk, then a good one. */
static void test_malformed(void)
{
    uint8_t bytes[200], capability[32];
    struct aw_request r = {.number = 4, .op = AW_REQUEST_PROBE, .capability = capability};
    struct aw_buf buf = {bytes, sizeof bytes, 0};
    struct relay_bed bed;
    size_t used, good_len;

    open_one(&bed, &small, NULL);
    bed_capability(0, capability);
    T_REQUIRE(aw_request_encode(&r, &buf) == AW_OK);
    good_len = buf.len;
    bytes[buf.len++] = 0xff;
    T_EQ(aw_relay_feed(bed.relay, 0, (struct aw_bytes){bytes, buf.len}, &used, bed.now),
         AW_E_FORMAT);
    T_EQ(used, good_len);
    T_TRUE(!aw_relay_link_is_over(bed.relay, 0));
    T_EQ(aw_relay_feed(bed.relay, 0, (struct aw_bytes){bytes, good_len}, &used, bed.now),
         AW_E_FORMAT);
    T_EQ(used, 0);
    T_EQ(bed_recv(&bed, 0, FRAME, msgs, 4096), 2);
    T_EQ(msgs[0].status, AW_RELAY_OK);
    T_EQ(msgs[1].status, AW_RELAY_BAD);
    T_EQ(msgs[1].number, 0);
    T_TRUE(aw_relay_link_is_over(bed.relay, 0));
    bed_close(&bed);
}

/* Goal: readers who are away are woken at most every 10 s, at the end of that time if a cell came
 * meanwhile, after a restart, and not at all when online or when nothing waits.
 * Method: virtual time. */
static void test_wake(void)
{
    struct aw_relay_wake wake;
    struct relay_bed bed;
    uint64_t woken_ms;

    open_one(&bed, &small, "ring");
    T_TRUE(!aw_relay_wake_next(bed.relay, &wake));
    T_EQ(bed_deposit(&bed, 0, 0, 0, 1, 512), AW_OK);
    T_TRUE(!aw_relay_wake_next(bed.relay, &wake)); /* not before it is durable */
    bed_settle(&bed);
    T_TRUE(aw_relay_wake_next(bed.relay, &wake));
    woken_ms = bed.now.mono_ms - AW_RELAY_LAZY_MS - AW_RELAY_RETRY_MS;
    T_STR_EQ(wake.wake, "ring");
    T_TRUE(!aw_relay_wake_next(bed.relay, &wake));
    T_EQ(bed_deposit(&bed, 0, 0, 0, 2, 512), AW_OK);
    bed_begin(&bed);
    bed_end(&bed, AW_OK);
    T_TRUE(!aw_relay_wake_next(bed.relay, &wake));
    bed.now.mono_ms = aw_relay_deadline_ms(bed.relay);
    T_TRUE(bed.now.mono_ms >= woken_ms + AW_RELAY_WAKE_MS);
    aw_relay_tick(bed.relay, bed.now);
    T_TRUE(aw_relay_wake_next(bed.relay, &wake));
    bed.now.mono_ms += AW_RELAY_WAKE_MS;
    aw_relay_tick(bed.relay, bed.now);
    T_TRUE(!aw_relay_wake_next(bed.relay, &wake)); /* once is enough without a new cell */
    bed_crash(&bed);
    T_TRUE(aw_relay_wake_next(bed.relay, &wake));
    bed.now.mono_ms += AW_RELAY_WAKE_MS;
    T_EQ(bed_op(&bed, 1, 0, AW_REQUEST_SUBSCRIBE, 0, 0), AW_OK);
    T_EQ(bed_deposit(&bed, 0, 0, 0, 3, 512), AW_OK);
    bed_settle(&bed);
    T_TRUE(!aw_relay_wake_next(bed.relay, &wake));
    bed_close(&bed);
}

/* Goal: a relay needs at most 64 bytes for each further cell, and 340 for each mailbox with its
 * switch. Method: the difference of two sizes; both a power of two, where the tables are fullest.
 */
static void test_memory(void)
{
    struct aw_relay_config a = {.cell_count = 1 << 16}, b = {.cell_count = 1 << 20};
    struct aw_relay_config c = a;
    size_t cell, box, link;

    cell = (aw_relay_memory_len(&b) - aw_relay_memory_len(&a)) / ((1 << 20) - (1 << 16));
    T_TRUE(cell <= 64);
    c.mailbox_count = 1 << 20;
    box = (aw_relay_memory_len(&c) - aw_relay_memory_len(&a)) / (1 << 20);
    T_TRUE(box <= 340);
    c = a;
    c.link_count = 1 << 15;
    link = (aw_relay_memory_len(&c) - aw_relay_memory_len(&a)) / ((1 << 15) - 1024);
    printf("    bytes per cell %zu, mailbox %zu, link %zu; default relay %zu\n", cell, box, link,
           aw_relay_memory_len(&(struct aw_relay_config){0}));
    a.cell_count = UINT32_MAX;
    T_EQ(aw_relay_memory_len(&a), 0);
}

int main(void)
{
    T_RUN(test_durable_before_visible);
    T_RUN(test_flood);
    T_RUN(test_idempotent);
    T_RUN(test_bulk);
    T_RUN(test_failed_commit);
    T_RUN(test_crash_points);
    T_RUN(test_unknown);
    T_RUN(test_tokens);
    T_RUN(test_rate);
    T_RUN(test_attack_03_flood_at_the_limit);
    T_RUN(test_two_links);
    T_RUN(test_malformed);
    T_RUN(test_wake);
    T_RUN(test_memory);
    return t_end();
}
