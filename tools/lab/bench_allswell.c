/* SPDX-License-Identifier: ISC */
#include "bench_load.h"

#include "base/bytes.h"
#include "crypto/verify.h"
#include "wire/answer.h"
#include "wire/request.h"

#include <allswell/server.h>
#include <allswell/store_sqlite.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Our own relay, in a child process, as the tool runs it: SQLite, synchronous=FULL. */

static void on_durable(void *ctx, enum aw_status status)
{
    if (status != AW_OK)
        bench_die("the token is not durable");
    aw_loop_stop(ctx);
}

static struct aw_server *running;

static void on_drained(void *ctx)
{
    aw_loop_stop(ctx);
}

static void on_term(void *ctx)
{
    aw_server_drain(running, on_drained, ctx);
}

static void serve(struct bench_peer *p, int out_fd)
{
    char path[300], message[AW_SERVER_MESSAGE_CAP] = "no clock";
    struct aw_relay_token_info info = {.quota = 2 * BENCH_BOXES};
    struct aw_server_config config = {
        .host = "127.0.0.1",
        .reader_rest = aw_store_sqlite_rest,
        .relay = {.link_count = 2 * BENCH_CONN_MAX,
                  .mailbox_count = 2 * BENCH_BOXES,
                  .cell_count = 1u << 17,
                  .rate_burst = 1u << 24,
                  .rate_interval_ms = 1},
    };
    struct aw_clock clock;
    struct aw_loop *loop = NULL;

    (void)snprintf(path, sizeof path, "%.255s/relay.db", p->dir);
    if (aw_clock_init(&clock, NULL) != AW_OK || aw_loop_open(&loop, &clock) != AW_OK ||
        aw_store_sqlite_open(&config.store, path, AW_SQLITE_CREATE | AW_SQLITE_BACKGROUND,
                             message) != AW_OK ||
        aw_store_sqlite_reader(&config.reader, &config.store) != AW_OK ||
        aw_server_open(&running, loop, &config, message) != AW_OK)
        bench_die(message);
    p->port = aw_server_port(running);
    aw_server_public_key(running, p->key);
    if (aw_relay_token_new(aw_server_relay(running), &info, p->token) != AW_OK ||
        aw_server_when_durable(running, on_durable, loop) != AW_OK ||
        aw_loop_on_signal(loop, on_term, loop) != AW_OK)
        bench_die("the relay cannot start");
    aw_loop_run(loop);
    if (write(out_fd, p, sizeof *p) != (ssize_t)sizeof *p)
        bench_die("the parent is gone");
    aw_loop_run(loop);
    aw_server_close(running);
    config.reader.vtable->close(config.reader.self);
    config.store.vtable->close(config.store.self);
    aw_loop_close(loop);
}

static bool start(struct bench_peer *p)
{
    int fds[2];
    pid_t pid;
    bool ok;

    if (pipe(fds) != 0)
        return false;
    pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)close(fds[0]);
        serve(p, fds[1]);
        _exit(0);
    }
    (void)close(fds[1]);
    ok = pid > 0 && read(fds[0], p, sizeof *p) == (ssize_t)sizeof *p;
    (void)close(fds[0]);
    p->pid = pid;
    return ok;
}

static void capability(uint64_t box, uint8_t kind, uint8_t out[32])
{
    memset(out, kind, 32);
    aw_put_u64(out, box);
}

static void request(struct bench_conn *c, const struct aw_request *r)
{
    struct aw_buf out = {.ptr = c->out, .cap = BENCH_OUT_LEN, .len = c->out_len};

    if (aw_request_encode(r, &out) != AW_OK)
        bench_die("a request does not fit");
    c->out_len = out.len;
}

static bool read_all(int fd, uint8_t *out, size_t len)
{
    while (len > 0) {
        ssize_t got = read(fd, out, len);

        if (got <= 0)
            return false;
        out += got;
        len -= (size_t)got;
    }
    return true;
}

static bool greet(struct bench_conn *c)
{
    uint8_t frame[AW_LINK_FIRST_FRAME_MAX], answer[AW_LINK_ANSWER_LEN];
    struct aw_buf out = AW_BUF_OF(frame);

    return aw_link_client_init(&c->link, c->peer->key, aw_random_system(),
                               (struct aw_bytes){frame, 0}, &out) == AW_OK &&
           write(c->fd, frame, out.len) == (ssize_t)out.len &&
           read_all(c->fd, answer, sizeof answer) &&
           aw_link_finish(&c->link, answer, sizeof answer) == AW_OK;
}

static uint64_t serial; /* equal cells would be kept once only */

static void put_to(struct bench_conn *c, unsigned box, uint64_t n)
{
    uint8_t deposit[32], cell[BENCH_MESSAGE_LEN] = {0};
    const struct aw_request r = {.number = (uint32_t)n,
                                 .op = AW_REQUEST_DEPOSIT,
                                 .capability = deposit,
                                 .cell = {cell, sizeof cell}};

    capability(box, 'd', deposit);
    aw_put_u64(cell, serial++);
    request(c, &r);
}

static void put(struct bench_conn *c, uint64_t n)
{
    put_to(c, (unsigned)(serial % BENCH_BOXES), n);
}

static bool enroll(const struct bench_peer *p, unsigned box)
{
    (void)p;
    return box < BENCH_BOXES; /* prepare() has made the mailbox */
}

/* What waits in a mailbox is taken as a whole, when its last cell has come. */
static uint32_t box_count[BENCH_BOXES];

static void join(struct bench_conn *c, unsigned box, bool is_back)
{
    uint8_t read[32];
    const struct aw_request r = {.number = box, .op = AW_REQUEST_SUBSCRIBE, .capability = read};

    (void)is_back;
    capability(box, 'r', read);
    request(c, &r);
    box_count[box] = 0;
}

static void fetch(struct bench_conn *c)
{
    for (uint32_t box = 0; box < BENCH_BOXES; box++) {
        join(c, box, true);
        if (c->out_len > BENCH_OUT_LEN - 1024 && !bench_flush(c))
            bench_die("the relay has closed the link");
    }
}

/* What one frame has brought up to, in the mailbox that it spoke of last. */
struct taken {
    uint32_t box;
    uint64_t upto; /* 0: nothing to take */
};

static void take(struct bench_conn *c, struct taken *t)
{
    uint8_t read[32];
    const struct aw_request r = {
        .number = t->box, .op = AW_REQUEST_TAKE, .capability = read, .upto = t->upto};

    if (t->upto == 0)
        return;
    t->upto = 0;
    capability(t->box, 'r', read);
    if (c->out_len < BENCH_OUT_LEN - 1024)
        request(c, &r);
}

static void on_delivery(struct bench_conn *c, const struct aw_answer *a, struct taken *t)
{
    c->delivered++;
    if (a->number >= BENCH_BOXES || (box_count[a->number] > 0 && --box_count[a->number] > 0))
        return;
    if (t->box != a->number)
        take(c, t);
    *t = (struct taken){a->number, a->cell_no};
}

static size_t parse(struct bench_conn *c)
{
    size_t used = 0, len;

    while (c->in_len - used >= AW_LINK_HEADER_LEN) {
        struct taken taken = {0};
        struct aw_bytes plain;
        struct aw_answer a;

        if (aw_link_frame_len(&c->link, c->in + used, &len) != AW_OK)
            bench_die("the relay sent something else than a frame");
        if (c->in_len - used < len)
            break;
        if (aw_link_open(&c->link, c->in + used, len, &plain) != AW_OK)
            bench_die("a frame of the relay does not open");
        used += len;
        while (plain.len > 0) {
            if (aw_answer_decode(&a, &plain) != AW_OK)
                bench_die("the relay sent something else than an answer");
            if (a.kind == AW_ANSWER_DELIVERY)
                on_delivery(c, &a, &taken);
            else if (a.status != AW_RELAY_OK)
                bench_die("the relay has refused a request");
            else if (c->is_reader && a.kind == AW_ANSWER_COUNTED && a.number < BENCH_BOXES)
                box_count[a.number] = a.waiting;
            else if (!c->is_reader)
                bench_acked(c);
        }
        take(c, &taken);
    }
    return used;
}

/* The mailboxes are made once; a reader of them is not there until the drain. */
static bool prepare(struct bench_peer *p)
{
    struct bench_conn c;
    uint64_t box;
    bool ok = bench_open(&c, p, false, 0);

    for (box = 0; ok && box < BENCH_BOXES; box++) {
        uint8_t read[32], deposit[32];
        struct aw_request r = {.number = 0,
                               .op = AW_REQUEST_CREATE,
                               .token = p->token,
                               .read_key = read,
                               .deposit_key = deposit};
        uint8_t capability_bytes[32];

        capability(box, 'r', capability_bytes);
        aw_capability_hash(read, capability_bytes);
        capability(box, 'd', capability_bytes);
        aw_capability_hash(deposit, capability_bytes);
        c.sent++;
        request(&c, &r);
        if (c.sent % 64 == 0 || box + 1 == BENCH_BOXES) {
            while (ok && c.acked < c.sent)
                ok = bench_step(&c);
        }
    }
    bench_close(&c);
    return ok;
}

struct bench_peer bench_allswell(void)
{
    return (struct bench_peer){.name = "allswell, SQLite FULL",
                               .durable = "yes",
                               .encrypted = "yes",
                               .start = start,
                               .prepare = prepare,
                               .greet = greet,
                               .put = put,
                               .fetch = fetch,
                               .enroll = enroll,
                               .put_to = put_to,
                               .join = join,
                               .parse = parse};
}
