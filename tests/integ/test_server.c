/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/assert.h"
#include "net/loop.h"
#include "store/alloc.h"
#include "support/folder.h"
#include "support/relay_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEED 7

static uint8_t seen_map[4096];

/* Creates `count` mailboxes and leaves them; nothing is subscribed afterwards. */
static void make_mailboxes(struct relay_rig *rig, unsigned count)
{
    static struct rig_client reader;

    rig_client_open(&reader, rig->loop, rig->port, rig->key);
    for (unsigned i = 0; i < count; i++)
        rig_client_read(&reader, SEED, i, rig->token);
    reader.expect_cleared = 2 * count;
    T_TRUE(rig_run(rig->loop, 5000));
    T_EQ(reader.created, count);
    T_EQ(reader.subscribed, count);
    rig_client_close(&reader);
}

static uint64_t deposit_all(struct relay_rig *rig, uint64_t goal, uint64_t mailbox_count)
{
    static struct rig_client sender;

    rig_client_open(&sender, rig->loop, rig->port, rig->key);
    sender.seed = SEED;
    sender.goal = sender.expect = goal;
    sender.mailbox_count = mailbox_count;
    sender.wants_refill = true;
    T_TRUE(rig_run(rig->loop, 10000));
    rig_client_close(&sender);
    return sender.ok;
}

static uint64_t seen_count(uint64_t len)
{
    uint64_t count = 0;

    for (uint64_t n = 0; n < len; n++)
        count += (seen_map[n / 8] & 1U << n % 8) != 0;
    return count;
}

/* Reads until `expect` cells came or nothing does for a while; counts different ones. */
static uint64_t read_all(struct relay_rig *rig, unsigned mailboxes, uint64_t expect, bool takes)
{
    static struct rig_client reader;

    memset(seen_map, 0, sizeof seen_map);
    rig_client_open(&reader, rig->loop, rig->port, rig->key);
    reader.seen = seen_map;
    reader.seen_len = sizeof seen_map * 8;
    reader.expect = expect;
    reader.takes = takes;
    for (unsigned i = 0; i < mailboxes; i++)
        rig_client_read(&reader, SEED, i, NULL);
    (void)rig_run(rig->loop, expect == 0 ? 500 : 10000);
    if (takes) { /* let the takes go out and be committed */
        reader.expect = 0;
        (void)rig_run(rig->loop, 400);
    }
    rig_client_close(&reader);
    return seen_count(reader.seen_len);
}

/* Goal: what is acknowledged is delivered, also after a restart; what was taken is not.
 * Method: 32 mailboxes with 60 cells each over one link, a reader without takes, a restart, a
 * reader with takes, a restart, a reader. */
static void test_deposit_restart_deliver(void)
{
    const char *path = folder_path(folder_new(), "relay.db");
    struct aw_loop *loop = rig_loop();
    uint64_t live_before;
    struct relay_rig rig;
    struct aw_relay_counters counters;

    rig_open(&rig, loop, path, NULL);
    make_mailboxes(&rig, 32);
    T_EQ(deposit_all(&rig, 32 * 60, 32), 32 * 60);
    T_EQ(read_all(&rig, 32, 32 * 60, false), 32 * 60);
    aw_relay_counters(aw_server_relay(rig.server), &counters);
    T_EQ(counters.cells, 32 * 60);
    T_TRUE(counters.commits < 32 * 60 / 4); /* they shared commits */
    rig_close(&rig);

    rig_open(&rig, loop, path, NULL);
    T_EQ(read_all(&rig, 32, 32 * 60, true), 32 * 60);
    rig_close(&rig);

    rig_open(&rig, loop, path, NULL);
    T_EQ(read_all(&rig, 32, 0, false), 0);
    rig_close(&rig);
    aw_loop_close(loop);

    live_before = aw_alloc_live_count();
    loop = rig_loop();
    rig_open(&rig, loop, path, NULL);
    T_EQ(deposit_all(&rig, 10, 1), 10);
    rig_close(&rig);
    aw_loop_close(loop);
    T_EQ(aw_alloc_live_count(), live_before);
}

/* Goal: over real links a switch fires when its time is over, not before, for a reader online, and
 * is in the store until he takes it.
 * Method: arm for a second; nothing comes for most of it, then the cell does; restart, again. */
static void test_switch(void)
{
    const char *path = folder_path(folder_new(), "relay.db");
    struct aw_loop *loop = rig_loop();
    static struct rig_client c;
    uint8_t read[32], deposit[32], cell[AW_RELAY_CELL_LEN] = {[7] = 9, [511] = 9};
    struct relay_rig rig;

    rig_open(&rig, loop, path, NULL);
    make_mailboxes(&rig, 1);
    rig_client_open(&c, loop, rig.port, rig.key);
    rig_capabilities(SEED, 0, read, deposit);
    rig_client_read(&c, SEED, 0, NULL);
    T_EQ(aw_client_arm(&c.client, 1, deposit, cell, 1), AW_OK);
    aw_dial_kick(c.dial);
    c.expect = 1; /* the answer */
    T_TRUE(rig_run(loop, 10000));
    T_EQ(c.ok, 1);
    c.ok = 0;
    T_TRUE(!rig_run(loop, 500));
    T_EQ(c.delivered, 0);
    T_TRUE(rig_run(loop, 10000));
    T_EQ(c.delivered, 1);
    rig_client_close(&c);
    rig_close(&rig);
    rig_open(&rig, loop, path, NULL);
    T_EQ(read_all(&rig, 1, 1, true), 1);
    rig_close(&rig);
    aw_loop_close(loop);
}

static void stop(void *ctx)
{
    aw_loop_stop(ctx);
}

static struct relay_rig child_rig;

static void drain(void *ctx)
{
    aw_server_drain(child_rig.server, stop, ctx);
}

/* A relay in a process of its own; never returns. Tells port, key and token through the pipe. */
static void child_relay(const char *path, int out_fd)
{
    struct aw_loop *loop = rig_loop();

    rig_open(&child_rig, loop, path, NULL);
    if (aw_loop_on_signal(loop, drain, loop) != AW_OK ||
        write(out_fd, &child_rig, sizeof child_rig) != (ssize_t)sizeof child_rig)
        _exit(1);
    aw_loop_run(loop);
    rig_close(&child_rig);
    aw_loop_close(loop);
    _exit(0);
}

static pid_t start_child(const char *path, struct relay_rig *remote)
{
    int fds[2];
    pid_t child;

    T_REQUIRE(pipe(fds) == 0);
    child = fork();
    T_REQUIRE(child >= 0);
    if (child == 0)
        child_relay(path, fds[1]);
    (void)close(fds[1]);
    T_REQUIRE(read(fds[0], remote, sizeof *remote) == (ssize_t)sizeof *remote);
    (void)close(fds[0]);
    return child;
}

struct killer {
    pid_t child;
    int number;
    struct aw_loop *loop;
};

static void on_kill(void *ctx)
{
    const struct killer *k = ctx;

    (void)kill(k->child, k->number);
}

/* One round: deposits until the child is hit by a signal, then reads with a new relay. Returns
 * how many were acknowledged; `seen_map` has what was found. */
static uint64_t signal_round(int number, unsigned after_ms, int *status)
{
    const char *path = folder_path(folder_new(), "relay.db");
    static struct rig_client sender;
    struct relay_rig remote, rig;
    struct killer killer = {.number = number};
    struct aw_loop_timer *timer;

    killer.child = start_child(path, &remote);
    killer.loop = remote.loop = rig_loop();
    make_mailboxes(&remote, 32);
    rig_client_open(&sender, remote.loop, remote.port, remote.key);
    sender.seed = SEED;
    sender.goal = 32 * 64;
    sender.mailbox_count = 32;
    sender.wants_refill = true;
    timer = aw_loop_timer_new(remote.loop, on_kill, &killer);
    T_REQUIRE(timer != NULL);
    aw_loop_timer_set(timer, aw_loop_now(remote.loop).mono_ms + after_ms);
    while (sender.downs == 0 && sender.ok + sender.not_ok < sender.goal)
        (void)rig_run(remote.loop, 20);
    aw_loop_timer_free(timer);
    rig_client_close(&sender);
    (void)kill(killer.child, number); /* where all was sent before the time came */
    T_EQ(waitpid(killer.child, status, 0), killer.child);
    T_EQ(sender.not_ok, 0);

    rig_open(&rig, remote.loop, path, NULL);
    (void)read_all(&rig, 32, sender.ok == 0 ? 0 : sender.ok, false);
    T_TRUE(seen_count(sizeof seen_map * 8) >= sender.ok);
    rig_close(&rig);
    aw_loop_close(remote.loop);
    return sender.ok;
}

/* Goal: a relay that is killed at any moment has every cell that it acknowledged.
 * Method: SIGKILL in the middle of deposits, at growing times. */
static void test_kill(void)
{
    uint64_t ok = 0;
    int status;

    for (unsigned i = 0; i < 6; i++) {
        ok += signal_round(SIGKILL, 1 + 3 * i, &status);
        T_TRUE(WIFSIGNALED(status));
    }
    T_TRUE(ok > 0);
}

/* Goal: SIGTERM ends the relay by itself, with exit status 0, and what it took in was committed and
 * answered. Method: SIGTERM in the middle of deposits. */
static void test_terminate(void)
{
    int status;

    for (unsigned i = 0; i < 2; i++) {
        (void)signal_round(SIGTERM, 3 + 4 * i, &status);
        T_TRUE(WIFEXITED(status));
        T_EQ(WEXITSTATUS(status), 0);
    }
}

static int raw_connect(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    T_REQUIRE(fd >= 0);
    T_REQUIRE(connect(fd, (const struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

/* Whether the other side has closed; what it sent before is dropped. */
static bool is_closed(int fd)
{
    char bytes[256];
    ssize_t got;

    do {
        got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    } while (got > 0);
    return got == 0 || (errno != EAGAIN);
}

static void shorten(struct aw_server_config *config)
{
    config->frame_ms = 300;
    config->write_ms = 300;
    config->relay.link_count = 4;
}

/* Goal: junk, silence and half a frame cost the relay nothing but the connection.
 * Method: raw sockets that say nothing, too much, an impossible length, and the beginning of a
 * frame; an honest client beside them works. */
static void test_junk(void)
{
    struct aw_loop *loop = rig_loop();
    struct aw_server_counters counters;
    struct relay_rig rig;
    uint8_t junk[3000];
    int fds[4];

    memset(junk, 0x11, sizeof junk);
    rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), shorten);
    for (int i = 0; i < 4; i++)
        fds[i] = raw_connect(rig.port);
    junk[0] = 0x01; /* a first frame of 273 bytes, then more */
    T_EQ(send(fds[1], junk, sizeof junk, MSG_NOSIGNAL), (ssize_t)sizeof junk);
    T_EQ(send(fds[2], "\xff\xff", 2, MSG_NOSIGNAL), 2);
    T_EQ(send(fds[3], junk, 100, MSG_NOSIGNAL), 100);
    (void)rig_run(loop, 50);
    T_TRUE(!is_closed(fds[0]));
    T_TRUE(is_closed(fds[1]));
    T_TRUE(is_closed(fds[2]));
    T_TRUE(!is_closed(fds[3]));
    make_mailboxes(&rig, 2);
    T_EQ(deposit_all(&rig, 10, 2), 10);
    (void)rig_run(loop, 800);
    T_TRUE(is_closed(fds[0]));
    T_TRUE(is_closed(fds[3]));
    aw_server_counters(rig.server, &counters);
    T_EQ(counters.handshakes_failed, 4);
    T_EQ(counters.strangers, 0);
    for (int i = 0; i < 4; i++)
        (void)close(fds[i]);
    rig_close(&rig);
    aw_loop_close(loop);
}

/* Goal: a burst of callers does not keep the relay from reading what those have sent whom it has
 * taken. Method: 200 connections at once; one turn of the loop takes 64 of them. */
static void test_burst(void)
{
    struct aw_loop *loop = rig_loop();
    struct aw_server_counters counters;
    struct relay_rig rig;
    int fds[200];

    rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), NULL);
    (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    for (size_t i = 0; i < AW_COUNT(fds); i++)
        fds[i] = raw_connect(rig.port);
    for (uint64_t taken = 64; taken <= 192; taken += 64) {
        (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
        aw_server_counters(rig.server, &counters);
        T_EQ(counters.accepted, taken);
    }
    (void)rig_run(loop, 50);
    aw_server_counters(rig.server, &counters);
    T_EQ(counters.accepted, AW_COUNT(fds));
    T_EQ(counters.strangers, AW_COUNT(fds));
    for (size_t i = 0; i < AW_COUNT(fds); i++)
        (void)close(fds[i]);
    rig_close(&rig);
    aw_loop_close(loop);
}

/* Goal: beyond the number of links an honest client is turned away, and comes in by itself when
 * there is room. Method: 4 links at most, a fifth client, one of the four leaves. */
static void test_too_many_links(void)
{
    static struct rig_client clients[5];
    struct aw_loop *loop = rig_loop();
    struct aw_server_counters counters;
    struct relay_rig rig;

    rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), shorten);
    for (int i = 0; i < 4; i++)
        rig_client_open(&clients[i], loop, rig.port, rig.key);
    (void)rig_run(loop, 100);
    rig_client_open(&clients[4], loop, rig.port, rig.key);
    (void)rig_run(loop, 100);
    aw_server_counters(rig.server, &counters);
    T_EQ(counters.links, 4);
    T_TRUE(counters.refused >= 1);
    T_EQ(clients[4].ups, 0);
    rig_client_close(&clients[0]);
    (void)rig_run(loop, 2500);
    T_EQ(clients[4].ups, 1);
    for (int i = 1; i < 5; i++)
        rig_client_close(&clients[i]);
    rig_close(&rig);
    aw_loop_close(loop);
}

/* A client whose kernel buffer is small and who stops reading: made by hand. */
static int slow_client(const struct relay_rig *rig)
{
    struct aw_link link;
    uint8_t plain[AW_LINK_FIRST_MAX], frame[AW_LINK_FIRST_FRAME_MAX];
    struct aw_buf requests = {plain, sizeof plain, 0}, out = {frame, sizeof frame, 0};
    static struct aw_client client;
    static struct aw_client_mailbox mailboxes[RIG_CLIENT_MAILBOXES];
    static struct aw_client_deposit deposit;
    const struct aw_client_config config = {.mailboxes = mailboxes,
                                            .deposits = &deposit,
                                            .mailbox_cap = RIG_CLIENT_MAILBOXES,
                                            .deposit_cap = 1};
    const struct aw_now now = aw_loop_now(rig->loop);
    int fd = raw_connect(rig->port), small = 4096;

    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    aw_client_init(&client, &config, now);
    for (unsigned i = 0; i < 60; i++) {
        uint8_t read[AW_RELAY_KEY_LEN], put[AW_RELAY_KEY_LEN];
        uint32_t idx;

        rig_capabilities(SEED, i, read, put);
        T_EQ(aw_client_mailbox_add(&client, read, NULL, NULL, &idx), AW_OK);
    }
    aw_client_connecting(&client, now);
    aw_client_output(&client, &requests, now);
    T_EQ(aw_link_client_init(&link, rig->key, aw_random_system(),
                             (struct aw_bytes){plain, requests.len}, &out),
         AW_OK);
    T_EQ(send(fd, frame, out.len, MSG_NOSIGNAL), (ssize_t)out.len);
    aw_link_wipe(&link);
    return fd;
}

/* Goal: a reader that stops reading holds nobody up, costs a bounded amount of memory, and is cut
 * off; its cells stay. Method: megabytes wait for it while another client deposits. */
static void test_slow_reader(void)
{
    struct aw_loop *loop = rig_loop();
    struct aw_server_counters counters;
    struct relay_rig rig;
    uint64_t live_before;
    int fd;

    rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), shorten);
    make_mailboxes(&rig, 60);
    T_EQ(deposit_all(&rig, 60 * 64, 60), 60 * 64);
    (void)rig_run(loop, 50);
    live_before = aw_alloc_live_count();
    fd = slow_client(&rig);
    (void)rig_run(loop, 100);
    T_TRUE(aw_alloc_live_count() <= live_before + 3); /* the link and one frame */
    aw_server_counters(rig.server, &counters);
    T_EQ(counters.links, 1);
    T_EQ(deposit_all(&rig, 60 * 2, 60), 60 * 2);
    (void)rig_run(loop, 900);
    aw_server_counters(rig.server, &counters);
    T_EQ(counters.links, 0);
    T_EQ(counters.slow, 1);
    T_EQ(read_all(&rig, 60, 60 * 64, false), 60 * 64);
    (void)close(fd);
    rig_close(&rig);
    aw_loop_close(loop);
}

/* Goal: a relay that was short of memory for a moment serves who comes then, and afterwards.
 * Method: the nth request for memory fails while a client connects and deposits; the first is the
 * timer of rig_run(). */
static void test_short_of_memory(void)
{
    struct aw_loop *loop = rig_loop();
    static struct rig_client c;
    struct relay_rig rig;

    rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), NULL);
    make_mailboxes(&rig, 1);
    for (uint64_t n = 2; n <= 12; n++) {
        rig_client_open(&c, loop, rig.port, rig.key);
        c.seed = SEED;
        c.mailbox_count = 1;
        T_TRUE(rig_client_deposit(&c, n));
        c.expect = 1;
        aw_alloc_fail_at(n, false);
        T_TRUE(rig_run(loop, 10000));
        aw_alloc_fail_at(0, false);
        T_EQ(c.ok, 1);
        rig_client_close(&c);
    }
    rig_close(&rig);
    aw_loop_close(loop);
}

int main(void)
{
    T_RUN(test_kill); /* fork: first, while there is one thread */
    T_RUN(test_terminate);
    T_RUN(test_deposit_restart_deliver);
    T_RUN(test_switch);
    T_RUN(test_junk);
    T_RUN(test_burst);
    T_RUN(test_too_many_links);
    T_RUN(test_slow_reader);
    T_RUN(test_short_of_memory);
    return t_end();
}
