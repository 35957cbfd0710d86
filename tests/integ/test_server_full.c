/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/bytes.h"
#include "net/frames.h"
#include "net/loop.h"
#include "store/alloc.h"
#include "support/folder.h"
#include "support/relay_rig.h"
#include "wire/answer.h"
#include "wire/request.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* A relay that is given more than it can take: what it does with the rest. */

#define SEED       11
#define FRAMES_MAX 4
#define MAILBOXES  40 /* of 64 cells each */
#define TALKERS    6  /* one window each is more than one batch takes */

/* The client's end of a link, made by hand: it asks for more than an honest one would. */
struct talker {
    struct aw_loop *loop;
    struct aw_link link;
    struct aw_frames frames;
    uint8_t *space; /* AW_NET_READ_LEN */
    int fd;
    uint32_t asked, answered; /* requests are numbered from 1 */
    uint32_t ok, bad;
    bool is_closed, is_out_of_order;
};

static uint64_t cells_made; /* each is another one */

/* Every frame that came, until there is none. */
static bool on_frame(void *ctx, uint8_t *frame, size_t len)
{
    struct talker *t = ctx;
    struct aw_answer answer;
    struct aw_bytes plain;

    T_EQ(aw_link_open(&t->link, frame, len, &plain), AW_OK);
    while (plain.len > 0) {
        T_REQUIRE(aw_answer_decode(&answer, &plain) == AW_OK);
        t->bad += answer.status == AW_RELAY_BAD;
        t->ok += answer.status == AW_RELAY_OK;
        if (answer.status == AW_RELAY_BAD)
            continue;
        t->is_out_of_order |= answer.number != t->answered + 1;
        t->answered++;
    }
    return true;
}

/* Lets the relay work for a while, and takes what it says. */
static void listen_for(struct talker *t, uint64_t span_ms)
{
    ssize_t got;

    (void)rig_run(t->loop, span_ms);
    do {
        uv_buf_t buf = aw_frames_buf(&t->frames, t->space, AW_NET_READ_LEN);
        size_t left;

        got = recv(t->fd, buf.base, buf.len, MSG_DONTWAIT);
        if (got > 0)
            T_EQ(aw_frames_take(&t->frames, &t->link, (uint8_t *)buf.base, (size_t)got, on_frame, t,
                                &left),
                 AW_OK);
    } while (got > 0);
    t->is_closed = got == 0;
}

static void listen_until(struct talker *t, uint32_t answers)
{
    for (int i = 0; i < 500 && t->answered < answers && !t->is_closed; i++)
        listen_for(t, 5);
}

static void talker_open(struct talker *t, const struct relay_rig *rig)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(rig->port)};
    uint8_t frame[AW_LINK_FIRST_FRAME_MAX];
    struct aw_buf out = AW_BUF_OF(frame);

    *t = (struct talker){.loop = rig->loop, .fd = socket(AF_INET, SOCK_STREAM, 0)};
    t->space = malloc(AW_NET_READ_LEN);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    T_REQUIRE(t->fd >= 0 && t->space != NULL);
    T_REQUIRE(connect(t->fd, (const struct sockaddr *)&address, sizeof address) == 0);
    T_EQ(aw_link_client_init(&t->link, rig->key, aw_random_system(), (struct aw_bytes){NULL, 0},
                             &out),
         AW_OK);
    T_EQ(send(t->fd, frame, out.len, MSG_NOSIGNAL), (ssize_t)out.len);
    for (int i = 0; i < 100 && recv(t->fd, frame, AW_LINK_ANSWER_LEN, MSG_DONTWAIT | MSG_PEEK) !=
                                   AW_LINK_ANSWER_LEN;
         i++)
        (void)rig_run(t->loop, 5);
    T_EQ(recv(t->fd, frame, AW_LINK_ANSWER_LEN, MSG_DONTWAIT), AW_LINK_ANSWER_LEN);
    T_EQ(aw_link_finish(&t->link, frame, AW_LINK_ANSWER_LEN), AW_OK);
}

static void talker_close(struct talker *t)
{
    aw_frames_wipe(&t->frames);
    aw_link_wipe(&t->link);
    free(t->space);
    (void)close(t->fd);
}

/* Appends requests up to `len_max` bytes in all. */
static void add_requests(struct talker *t, enum aw_request_op op, struct aw_buf *plain)
{
    uint8_t cell[AW_RELAY_CELL_LEN] = {0}, read[AW_RELAY_KEY_LEN], put[AW_RELAY_KEY_LEN];
    struct aw_request q = {.op = (uint8_t)op};
    enum aw_status st;

    do {
        rig_capabilities(SEED, cells_made % MAILBOXES, read, put);
        q.capability = op == AW_REQUEST_DEPOSIT ? put : read;
        q.number = t->asked + 1;
        aw_put_u64(cell, cells_made);
        if (op == AW_REQUEST_DEPOSIT)
            q.cell = AW_BYTES_OF(cell);
        st = aw_request_encode(&q, plain);
        cells_made += st == AW_OK;
        t->asked += st == AW_OK;
    } while (st == AW_OK);
}

/* Sends frames full of requests, and with `ends_in_junk` one more of something else, all in one
 * piece. */
static void ask(struct talker *t, enum aw_request_op op, int frame_count, size_t len_max,
                bool ends_in_junk)
{
    static uint8_t bytes[(FRAMES_MAX + 1) * AW_LINK_FRAME_MAX];
    size_t at = 0, len;

    T_REQUIRE(frame_count <= FRAMES_MAX);
    for (int i = 0; i < frame_count + (ends_in_junk ? 1 : 0); i++) {
        struct aw_buf plain = {bytes + at + AW_LINK_HEADER_LEN, len_max, 0};

        if (i < frame_count) {
            add_requests(t, op, &plain);
        } else {
            plain.ptr[0] = 0xff;
            plain.len = 1;
        }
        T_EQ(aw_link_seal(&t->link, bytes + at, AW_LINK_FRAME_MAX, plain.len, &len), AW_OK);
        at += len;
    }
    T_EQ(send(t->fd, bytes, at, MSG_NOSIGNAL), (ssize_t)at);
}

/* A store whose commits wait until the test lets them go. */
static struct {
    struct aw_store inner;
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    bool is_shut;
} gate = {.mutex = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER};

static void gate_shut(bool is_shut)
{
    (void)pthread_mutex_lock(&gate.mutex);
    gate.is_shut = is_shut;
    (void)pthread_cond_broadcast(&gate.cond);
    (void)pthread_mutex_unlock(&gate.mutex);
}

static enum aw_status gate_commit(void *self, const struct aw_store_op *ops, size_t count)
{
    (void)self;
    (void)pthread_mutex_lock(&gate.mutex);
    while (gate.is_shut)
        (void)pthread_cond_wait(&gate.cond, &gate.mutex);
    (void)pthread_mutex_unlock(&gate.mutex);
    return gate.inner.vtable->commit(gate.inner.self, ops, count);
}

static enum aw_status gate_scan(void *self, uint8_t space, aw_store_visit *visit, void *ctx)
{
    (void)self;
    return gate.inner.vtable->scan(gate.inner.self, space, visit, ctx);
}

static enum aw_status gate_read(void *self, uint8_t space, uint64_t key, size_t offset,
                                struct aw_buf *out)
{
    (void)self;
    return gate.inner.vtable->read(gate.inner.self, space, key, offset, out);
}

static void with_gate(struct aw_server_config *config)
{
    static const struct aw_store_vtable vtable = {gate_commit, gate_scan, gate_read, NULL};

    gate.inner = config->store;
    config->store = (struct aw_store){&vtable, &gate};
}

static void make_mailboxes(struct relay_rig *rig)
{
    static struct rig_client c;

    rig_client_open(&c, rig->loop, rig->port, rig->key);
    for (unsigned i = 0; i < MAILBOXES; i++)
        rig_client_read(&c, SEED, i, rig->token);
    c.expect_cleared = 2 * MAILBOXES;
    T_TRUE(rig_run(rig->loop, 5000));
    T_EQ(c.created, MAILBOXES);
    rig_client_close(&c);
}

/* Goal: a link that asks for more than the window, in several frames that arrive together, is
 * answered each request once and in order; nothing is left behind.
 * spec/08-relay.md §1: "A relay that cannot take more requests of a link now MUST stop reading
 * from it, and MUST NOT drop them."
 * Method: frames of many windows each, read in one piece; small frames behind them; then the same
 * with something malformed at its end, which is answered last. */
static void test_beyond_the_window(void)
{
    uint64_t live_before = aw_alloc_live_count();
    struct aw_loop *loop = rig_loop();
    struct relay_rig rig;
    struct talker t;

    rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), NULL);
    talker_open(&t, &rig);
    ask(&t, AW_REQUEST_PROBE, 3, AW_LINK_PLAIN_MAX, false);
    T_TRUE(t.asked > 3 * 4 * AW_RELAY_WINDOW);
    ask(&t, AW_REQUEST_PROBE, 2, 300, false);
    listen_until(&t, t.asked);
    T_EQ(t.answered, t.asked);
    T_TRUE(!t.is_out_of_order);
    T_TRUE(!t.is_closed);
    ask(&t, AW_REQUEST_PROBE, 1, 300, false); /* and it is heard again */
    listen_until(&t, t.asked);
    T_EQ(t.answered, t.asked);

    ask(&t, AW_REQUEST_PROBE, 2, AW_LINK_PLAIN_MAX, true);
    listen_until(&t, t.asked + 1);
    T_EQ(t.answered, t.asked);
    T_TRUE(!t.is_out_of_order);
    T_EQ(t.bad, 1);
    T_TRUE(t.is_closed);
    talker_close(&t);
    rig_close(&rig);
    aw_loop_close(loop);
    T_EQ(aw_alloc_live_count(), live_before);
}

/* Goal: while the disk is slow, links that deposit more than one commit can hold wait, and lose
 * nothing; one that has gone meanwhile costs nothing.
 * Method: a commit that does not return; a window of deposits and more from each of several links,
 * one of which is closed; then it returns. */
static void test_slow_disk(void)
{
    uint64_t live_before = aw_alloc_live_count(), asked = 0;
    struct aw_loop *loop = rig_loop();
    struct aw_relay_counters counters;
    struct talker talkers[TALKERS];
    struct relay_rig rig;

    rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), with_gate);
    make_mailboxes(&rig);
    for (int i = 0; i < TALKERS; i++)
        talker_open(&talkers[i], &rig);
    gate_shut(true);
    for (int i = 0; i < TALKERS; i++) {
        ask(&talkers[i], AW_REQUEST_DEPOSIT, 3, AW_LINK_PLAIN_MAX, false);
        listen_for(&talkers[i], 20);
    }
    for (int i = 0; i < TALKERS; i++) {
        listen_for(&talkers[i], 1);
        T_EQ(talkers[i].answered, 0); /* durable before visible */
    }
    talker_close(&talkers[0]);
    gate_shut(false);
    for (int i = 1; i < TALKERS; i++) {
        listen_until(&talkers[i], talkers[i].asked);
        T_EQ(talkers[i].ok, talkers[i].asked);
        T_TRUE(!talkers[i].is_out_of_order && !talkers[i].is_closed);
        asked += talkers[i].asked;
        talker_close(&talkers[i]);
    }
    (void)rig_run(loop, 50);
    aw_relay_counters(aw_server_relay(rig.server), &counters);
    T_TRUE(counters.cells >= asked);
    rig_close(&rig);
    aw_loop_close(loop);
    T_EQ(aw_alloc_live_count(), live_before);
}

static void on_drained(void *ctx)
{
    aw_loop_stop(ctx);
}

/* Goal: a relay that is told to end while links are held back commits and answers what it took,
 * in order, and ends. Method: as above; drain, then the commit returns. */
static void test_drain_with_links_held(void)
{
    uint64_t live_before = aw_alloc_live_count();
    struct aw_loop *loop = rig_loop();
    struct relay_rig rig;
    struct talker t;

    rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), with_gate);
    make_mailboxes(&rig);
    talker_open(&t, &rig);
    gate_shut(true);
    ask(&t, AW_REQUEST_DEPOSIT, 3, AW_LINK_PLAIN_MAX, false);
    listen_for(&t, 30);
    T_EQ(t.answered, 0);
    aw_server_drain(rig.server, on_drained, loop);
    gate_shut(false);
    T_TRUE(rig_run(loop, 4000));
    listen_for(&t, 10);
    T_EQ(t.ok, AW_RELAY_WINDOW);
    T_TRUE(!t.is_out_of_order);
    T_TRUE(t.is_closed);
    talker_close(&t);
    rig_close(&rig);
    aw_loop_close(loop);
    T_EQ(aw_alloc_live_count(), live_before);
}

/* Goal: without memory to keep what it cannot take, the relay ends the link rather than drop a
 * part; the client, who has no answer, asks again on the next one.
 * Method: the nth request for memory fails while more comes than the window. */
static void test_no_memory_to_hold(void)
{
    uint64_t live_before = aw_alloc_live_count();
    struct aw_loop *loop = rig_loop();
    unsigned closed = 0;
    struct relay_rig rig;
    struct talker t;

    rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), NULL);
    for (uint64_t n = 2; n <= 8; n++) { /* the first is the timer of rig_run() */
        talker_open(&t, &rig);
        ask(&t, AW_REQUEST_PROBE, 3, AW_LINK_PLAIN_MAX, false);
        aw_alloc_fail_at(n, false);
        (void)rig_run(loop, 20);
        aw_alloc_fail_at(0, false);
        listen_until(&t, t.asked);
        T_TRUE(!t.is_out_of_order);
        T_TRUE(t.is_closed || t.answered == t.asked);
        closed += t.is_closed;
        talker_close(&t);
    }
    T_TRUE(closed >= 2);
    talker_open(&t, &rig);
    ask(&t, AW_REQUEST_PROBE, 3, AW_LINK_PLAIN_MAX, false);
    listen_until(&t, t.asked);
    T_EQ(t.answered, t.asked);
    talker_close(&t);
    rig_close(&rig);
    aw_loop_close(loop);
    T_EQ(aw_alloc_live_count(), live_before);
}

int main(void)
{
    T_RUN(test_beyond_the_window);
    T_RUN(test_slow_disk);
    T_RUN(test_drain_with_links_held);
    T_RUN(test_no_memory_to_hold);
    return t_end();
}
