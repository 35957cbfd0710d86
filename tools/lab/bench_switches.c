/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "bench.h"
#include "bench_load.h"
#include "crypto/verify.h"
#include "lab.h"
#include "lab/call.h"
#include "lab/number.h"
#include "relay/wheel.h"
#include "wire/answer.h"
#include "wire/request.h"

#include <allswell/loop.h>
#include <allswell/relay.h>
#include <allswell/store_sqlite.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * A relay engine with very many armed switches, over SQLite, without sockets: what a switch costs
 * in memory and time, how late it is, and how long a restart takes.
 */

#define LINKS      4
#define CHUNK      (LINKS * AW_RELAY_WINDOW)
#define READER     LINKS /* a link that takes deliveries only */
#define STORM      5000
#define LATE       2000
#define FRAME_CAP  (AW_RELAY_WINDOW * 640)
#define REARM_WAIT 3600

struct host {
    struct aw_relay *relay;
    void *memory;
    struct aw_store store;
    uint8_t token[32];
    uint64_t delivered;
    double longest_ms; /* one call of the engine */
    bool is_volatile;  /* batches are not written */
};

static uint8_t frame[FRAME_CAP];

static struct aw_now now(void)
{
    return (struct aw_now){.mono_ms = bench_now_ns() / 1000000,
                           .wall_ms = (uint64_t)time(NULL) * 1000};
}

static double ms_since(uint64_t start_ns)
{
    return (double)(bench_now_ns() - start_ns) / 1e6;
}

static void note(struct host *h, uint64_t start_ns)
{
    double ms = ms_since(start_ns);

    if (ms > h->longest_ms)
        h->longest_ms = ms;
}

static void output(struct host *h, uint32_t link)
{
    struct aw_relay_fetch fetch[128];
    size_t count;

    for (;;) {
        struct aw_buf plain = {frame, AW_LINK_PLAIN_MAX, 0};
        struct aw_bytes in;

        count = aw_relay_output(h->relay, link, &plain, fetch, 128);
        for (size_t i = 0; i < count; i++) {
            struct aw_buf dst = {fetch[i].dst, fetch[i].len, 0};

            if (h->store.vtable->read(h->store.self, AW_RELAY_SPACE_BLOCK, fetch[i].key,
                                      fetch[i].offset, &dst) != AW_OK)
                bench_die("a cell cannot be read");
        }
        if (plain.len == 0)
            return;
        in = aw_buf_bytes(&plain);
        while (in.len > 0) {
            struct aw_answer a;

            if (aw_answer_decode(&a, &in) != AW_OK ||
                (a.kind == AW_ANSWER_PLAIN && a.status != AW_RELAY_OK))
                bench_die("a request was refused");
            h->delivered += a.kind == AW_ANSWER_DELIVERY;
        }
    }
}

static bool commit_one(struct host *h)
{
    struct aw_relay_batch batch;
    uint64_t start_ns = bench_now_ns();
    bool is_there = aw_relay_batch_next(h->relay, &batch, now());

    note(h, start_ns);
    if (!is_there)
        return false;
    if (!h->is_volatile &&
        h->store.vtable->commit(h->store.self, batch.ops, batch.op_count) != AW_OK)
        bench_die("the disk refuses");
    start_ns = bench_now_ns();
    aw_relay_committed(h->relay, AW_OK, now());
    note(h, start_ns);
    return true;
}

static void settle(struct host *h)
{
    while (commit_one(h))
        ;
    for (uint32_t link = 0; link <= READER; link++)
        output(h, link);
}

static void capability(uint32_t box, char kind, uint8_t out[32])
{
    memset(out, kind, 32);
    aw_put_u32(out, box);
}

/* One request about a mailbox. */
static void encode(const struct host *h, uint8_t op, uint32_t box, uint32_t after_s,
                   struct aw_buf *out)
{
    static uint32_t serial;
    uint8_t cap[32], read[32], deposit[32], cell[AW_RELAY_CELL_LEN] = {0};
    struct aw_request r = {.number = box, .op = op, .capability = cap, .after_s = after_s};

    aw_put_u32(cell, ++serial);
    r.cell = (struct aw_bytes){cell, sizeof cell};
    capability(box, op == AW_REQUEST_SUBSCRIBE ? 'r' : 'd', cap);
    if (op == AW_REQUEST_CREATE) {
        uint8_t bytes[32];

        capability(box, 'r', bytes);
        aw_capability_hash(read, bytes);
        capability(box, 'd', bytes);
        aw_capability_hash(deposit, bytes);
        r.token = h->token;
        r.read_key = read;
        r.deposit_key = deposit;
    }
    if (aw_request_encode(&r, out) != AW_OK)
        bench_die("a request does not fit");
}

/* The same request about mailboxes `from` to `to` - 1. Returns ns of the engine alone, for all. */
static double ask_all(struct host *h, uint8_t op, uint32_t from, uint32_t to, uint32_t after_s)
{
    double engine_ns = 0;

    for (uint32_t box = from; box < to;) {
        for (uint32_t link = 0; link < LINKS && box < to; link++) {
            struct aw_buf plain = {frame, sizeof frame, 0};
            uint64_t start_ns;
            size_t used;

            for (uint32_t n = 0; n < AW_RELAY_WINDOW && box < to; n++)
                encode(h, op, box++, after_s, &plain);
            start_ns = bench_now_ns();
            if (aw_relay_feed(h->relay, link, aw_buf_bytes(&plain), &used, now()) != AW_OK)
                bench_die("the engine takes no more");
            engine_ns += (double)(bench_now_ns() - start_ns);
        }
        while (commit_one(h))
            ;
        for (uint32_t link = 0; link < LINKS; link++)
            output(h, link);
    }
    return engine_ns;
}

static enum aw_status load_record(void *ctx, uint64_t key, struct aw_bytes value)
{
    const void **args = ctx;

    return aw_relay_load((struct aw_relay *)(uintptr_t)args[0], *(const uint8_t *)args[1], key,
                         value);
}

static void start(struct host *h, uint32_t count)
{
    const struct aw_relay_config config = {.link_count = READER + 1,
                                           .mailbox_count = count,
                                           .cell_count = count + 4096,
                                           .rate_burst = 1u << 20};
    size_t len = aw_relay_memory_len(&config);

    h->memory = calloc(1, len);
    if (h->memory == NULL ||
        aw_relay_init(&h->relay, h->memory, len, &config, aw_random_system()) != AW_OK)
        bench_die("out of memory");
    for (uint8_t space = 1; space <= AW_RELAY_SPACE_BLOCK; space++) {
        const void *args[2] = {h->relay, &space};

        if (h->store.vtable->scan(h->store.self, space, load_record, args) != AW_OK)
            bench_die("the records do not load");
    }
    aw_relay_start(h->relay, now());
    for (uint32_t link = 0; link <= READER; link++)
        aw_relay_link_open(h->relay, link);
}

static void stop(struct host *h)
{
    aw_relay_wipe(h->relay);
    free(h->memory);
}

/* Re-arming in the wheel alone: entries in random order, times as of check-ins. */
static void bench_wheel(uint32_t count)
{
    static struct aw_wheel w;
    uint64_t start_ns, x = 88172645463325252u;

    w.links = calloc(count + 1, sizeof *w.links);
    if (w.links == NULL)
        bench_die("out of memory");
    for (int round = 0; round < 2; round++) {
        start_ns = bench_now_ns();
        for (uint32_t i = 1; i <= count; i++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            if (round == 1)
                aw_wheel_remove(&w, 1 + (uint32_t)x % count);
            if (round == 1)
                aw_wheel_add(&w, 1 + (uint32_t)x % count, 600000 + (x >> 32) % 86400000);
            else
                aw_wheel_add(&w, i, 600000 + (x >> 32) % 86400000);
        }
    }
    printf("  re-arm in the wheel alone %37.0f ns   (target below 100)\n",
           ms_since(start_ns) * 1e6 / count);
    free(w.links);
}

static int by_size(const void *a, const void *b)
{
    double x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* Some run out one after the other; how long after its time each is handed to the store. */
static void bench_lateness(struct host *h)
{
    static double late_ms[LATE];
    struct aw_relay_counters c;
    uint64_t before, start_ms;
    uint32_t seen = 0;

    h->is_volatile = true;
    aw_relay_counters(h->relay, &c);
    before = c.fired;
    for (uint32_t i = 0; i < LATE; i++) {
        struct aw_buf plain = {frame, sizeof frame, 0};
        size_t used;

        encode(h, AW_REQUEST_ARM, STORM + i, 2, &plain);
        if (aw_relay_feed(h->relay, i % LINKS, aw_buf_bytes(&plain), &used, now()) != AW_OK)
            bench_die("the engine takes no more");
        late_ms[i] = (double)bench_now_ns() / 1e6 + 2000; /* due, to begin with */
        settle(h);
        (void)usleep(500);
    }
    start_ms = now().mono_ms;
    while (seen < LATE && now().mono_ms < start_ms + 10000) {
        uint64_t at_ms = aw_relay_deadline_ms(h->relay), mono_ms = now().mono_ms;

        if (at_ms > mono_ms)
            (void)poll(NULL, 0, (int)(at_ms - mono_ms));
        aw_relay_tick(h->relay, now());
        settle(h);
        aw_relay_counters(h->relay, &c);
        for (; seen < c.fired - before; seen++)
            late_ms[seen] = (double)bench_now_ns() / 1e6 - late_ms[seen];
    }
    qsort(late_ms, seen, sizeof *late_ms, by_size);
    printf("  lateness of %u that run out in turn, p50 / p99 %11.2f / %.2f ms   (target p99 2)\n",
           (unsigned)seen, late_ms[seen / 2], late_ms[seen * 99 / 100]);
    h->is_volatile = false;
}

/* Many run out in the same moment, with their reader online. */
static void bench_storm(struct host *h)
{
    uint64_t start_ns, delivered;

    for (uint32_t box = 0; box < STORM; box++) {
        struct aw_buf plain = {frame, sizeof frame, 0};
        size_t used;

        encode(h, AW_REQUEST_SUBSCRIBE, box, 0, &plain);
        if (aw_relay_feed(h->relay, READER, aw_buf_bytes(&plain), &used, now()) != AW_OK)
            bench_die("the engine takes no more");
        if (box % 200 == 199)
            settle(h);
    }
    (void)ask_all(h, AW_REQUEST_ARM, 0, STORM, 3);
    settle(h);
    (void)usleep(3100000); /* the host is late on purpose: all at once */
    delivered = h->delivered;
    h->longest_ms = 0;
    start_ns = bench_now_ns();
    while (h->delivered < delivered + STORM && ms_since(start_ns) < 20000) {
        aw_relay_tick(h->relay, now());
        settle(h);
    }
    printf("  %d due at once: durable and out %30.1f ms   (target 100)\n"
           "  longest call of the engine in it %30.2f ms   (target 50)\n",
           STORM, ms_since(start_ns), h->longest_ms);
}

static void run(const char *path, uint32_t count)
{
    char message[AW_SQLITE_MESSAGE_CAP];
    struct aw_relay_token_info info = {.quota = count};
    struct host h = {.relay = NULL};
    double before, engine_ns, cpu_s;
    uint64_t start_ns;

    if (aw_store_sqlite_open(&h.store, path, AW_SQLITE_CREATE | AW_SQLITE_BACKGROUND, message) !=
        AW_OK)
        bench_die(message);
    start(&h, count);
    if (aw_relay_token_new(h.relay, &info, h.token) != AW_OK)
        bench_die("no token");
    settle(&h);
    (void)ask_all(&h, AW_REQUEST_CREATE, 0, count, 0);
    before = bench_rss_len(getpid());
    start_ns = bench_now_ns();
    (void)ask_all(&h, AW_REQUEST_ARM, 0, count, REARM_WAIT);
    printf("%u switches armed durably in %.1f s, SQLite FULL\n", count, ms_since(start_ns) / 1000);
    printf("  memory for each, beside its mailbox %27.0f B    (target 64)\n",
           (bench_rss_len(getpid()) - before) / count);
    bench_wheel(count);
    h.is_volatile = true;
    engine_ns = ask_all(&h, AW_REQUEST_ARM, 0, count < 200000 ? count : 200000, REARM_WAIT);
    h.is_volatile = false;
    printf("  one arm through the engine, hash and copy of the cell included %.0f ns\n",
           engine_ns / (count < 200000 ? count : 200000));
    (void)ask_all(&h, AW_REQUEST_ARM, 0, count < 200000 ? count : 200000, REARM_WAIT);
    bench_storm(&h);
    (void)ask_all(&h, AW_REQUEST_DEPOSIT, 0, count, 0);
    bench_lateness(&h);
    stop(&h);
    start_ns = bench_now_ns();
    cpu_s = bench_cpu_s(getpid());
    start(&h, count);
    printf("  restart with all of them and %u cells %26.2f s    (target 3)\n"
           "  CPU in it %53.2f s\n",
           count, ms_since(start_ns) / 1000, bench_cpu_s(getpid()) - cpu_s);
    stop(&h);
    h.store.vtable->close(h.store.self);
}

int aw_bench_switches(int argc, char **argv)
{
    uint64_t count = 1000000;
    char dir[] = "/var/tmp/allswell-bench-XXXXXX", path[300];

    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        (void)puts("Usage: allswell-lab bench switches [COUNT]   14000 to 4000000 [1000000]");
        return LAB_OK;
    }
    if (argc > 2)
        return lab_wrong("allswell-lab bench switches", argv[2], "is one word too many");
    if (argc == 2 && !lab_number("COUNT", argv[1], 2 * (STORM + LATE), 4000000, &count))
        return LAB_USAGE;
    if (mkdtemp(dir) == NULL) {
        (void)fprintf(stderr, "allswell-lab: bench switches: no folder in /var/tmp: %s\n",
                      strerror(errno));
        return LAB_FAILED;
    }
    (void)snprintf(path, sizeof path, "%s/relay.db", dir);
    run(path, (uint32_t)count);
    bench_remove(dir);
    return LAB_OK;
}
