/* SPDX-License-Identifier: ISC */
#include "bench_load.h"

#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 20000

/* Acknowledgement times of one run. */
static uint64_t *times_ns;
static size_t time_count, time_cap;

static void note_time(uint64_t ns)
{
    if (time_count == time_cap) {
        time_cap = time_cap == 0 ? 65536 : time_cap * 2;
        times_ns = realloc(times_ns, time_cap * sizeof *times_ns);
        if (times_ns == NULL)
            bench_die("out of memory");
    }
    times_ns[time_count++] = ns;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static double quantile_us(double q)
{
    return time_count == 0 ? 0 : (double)times_ns[(size_t)(q * (double)(time_count - 1))] / 1000;
}

void bench_acked(struct bench_conn *c)
{
    note_time(bench_now_ns() - c->sent_ns[c->acked % BENCH_WINDOW_MAX]);
    c->acked++;
}

bool bench_open(struct bench_conn *c, const struct bench_peer *p, bool is_reader, unsigned index)
{
    *c = (struct bench_conn){.peer = p, .is_reader = is_reader, .index = index};
    c->fd = bench_connect(p->port, 3);
    if (c->fd < 0)
        return false;
    c->in = malloc(BENCH_IN_LEN);
    c->out = malloc(BENCH_OUT_LEN);
    c->wire = malloc(2 * BENCH_OUT_LEN);
    if (c->in == NULL || c->out == NULL || c->wire == NULL)
        bench_die("out of memory");
    if ((p->has_tls && !bench_tls_connect(c)) || !p->greet(c))
        return false;
    return fcntl(c->fd, F_SETFL, O_NONBLOCK) == 0;
}

void bench_close(struct bench_conn *c)
{
    bench_tls_close(c);
    if (c->fd >= 0)
        (void)close(c->fd);
    free(c->in);
    free(c->out);
    free(c->wire);
}

static ssize_t put_bytes(struct bench_conn *c, const uint8_t *bytes, size_t len)
{
    ssize_t sent;

    if (c->tls != NULL)
        return bench_tls_write(c, bytes, len);
    sent = send(c->fd, bytes, len, MSG_NOSIGNAL);
    return sent < 0 && errno == EAGAIN ? 0 : sent;
}

/* Our own frames are sealed when they are sent; the others go out as they are. */
static bool seal(struct bench_conn *c)
{
    size_t len;

    if (c->out_len == 0 || c->wire_len != c->wire_pos)
        return true;
    c->wire_pos = 0;
    if (aw_link_is_ready(&c->link)) {
        memcpy(c->wire + AW_LINK_HEADER_LEN, c->out, c->out_len);
        if (aw_link_seal(&c->link, c->wire, 2 * BENCH_OUT_LEN, c->out_len, &len) != AW_OK)
            return false;
        c->wire_len = len;
    } else {
        memcpy(c->wire, c->out, c->out_len);
        c->wire_len = c->out_len;
    }
    c->out_len = 0;
    return true;
}

bool bench_flush(struct bench_conn *c)
{
    for (;;) {
        ssize_t sent;

        if (!seal(c))
            return false;
        if (c->wire_pos == c->wire_len)
            return true;
        sent = put_bytes(c, c->wire + c->wire_pos, c->wire_len - c->wire_pos);
        if (sent < 0)
            return false;
        if (sent == 0)
            return true;
        c->wire_pos += (size_t)sent;
    }
}

static ssize_t get_bytes(struct bench_conn *c)
{
    ssize_t got;

    if (c->tls != NULL)
        return bench_tls_read(c, c->in + c->in_len, BENCH_IN_LEN - c->in_len);
    got = recv(c->fd, c->in + c->in_len, BENCH_IN_LEN - c->in_len, MSG_DONTWAIT);
    if (got == 0)
        return -1;
    return got < 0 && errno == EAGAIN ? 0 : got;
}

/* Reads all that is there and parses it. */
static bool take_in(struct bench_conn *c)
{
    for (;;) {
        ssize_t got = get_bytes(c);
        size_t used;

        if (got < 0)
            return false;
        if (got == 0)
            return true;
        c->in_len += (size_t)got;
        used = c->peer->parse(c);
        memmove(c->in, c->in + used, c->in_len - used);
        c->in_len -= used;
        if (c->tls == NULL && c->in_len + 16384 < BENCH_IN_LEN)
            return true; /* the rest at the next look */
    }
}

static bool wait_and_take(struct bench_conn *conns, unsigned count)
{
    struct pollfd fds[BENCH_CONN_MAX];
    unsigned i;
    int ready;

    for (i = 0; i < count; i++) {
        fds[i] = (struct pollfd){.fd = conns[i].fd, .events = POLLIN};
        if (conns[i].wire_pos != conns[i].wire_len || conns[i].out_len > 0)
            fds[i].events |= POLLOUT;
    }
    ready = poll(fds, count, PATIENCE_MS);
    for (i = 0; ready > 0 && i < count; i++) {
        if ((fds[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !take_in(&conns[i]))
            return false;
    }
    return ready > 0;
}

bool bench_step(struct bench_conn *c)
{
    return bench_flush(c) && wait_and_take(c, 1) && bench_flush(c);
}

static uint64_t refill(struct bench_conn *c, uint64_t next, uint64_t count, unsigned window)
{
    uint64_t now_ns = bench_now_ns();

    while (next < count && c->sent - c->acked < window &&
           c->out_len + 2 * BENCH_MESSAGE_LEN <= BENCH_OUT_LEN - 32) {
        c->sent_ns[c->sent++ % BENCH_WINDOW_MAX] = now_ns;
        c->peer->put(c, next++);
    }
    return next;
}

static void finish(struct bench_result *r, const struct bench_peer *p, uint64_t count,
                   uint64_t start_ns, double cpu_before_s)
{
    r->per_s = (double)count * 1e9 / (double)(bench_now_ns() - start_ns);
    r->cpu_us = (bench_cpu_s(p->pid) - cpu_before_s) * 1e6 / (double)count;
    r->is_ok = true;
    if (time_count == 0)
        return;
    qsort(times_ns, time_count, sizeof *times_ns, by_value);
    r->p50_us = quantile_us(0.5);
    r->p99_us = quantile_us(0.99);
}

struct bench_result bench_enqueue(const struct bench_peer *p, unsigned conns, unsigned window,
                                  uint64_t count)
{
    struct bench_result r = {0};
    struct bench_conn c[4];
    uint64_t next = 0, acked = 0, start_ns;
    double cpu_s = bench_cpu_s(p->pid);
    unsigned i;
    bool ok = true;

    time_count = 0;
    for (i = 0; i < conns; i++) {
        if (!bench_open(&c[i], p, false, i))
            bench_die("cannot connect to a peer that has just been started");
    }
    start_ns = bench_now_ns();
    while (ok && acked < count) {
        for (i = 0; i < conns; i++) {
            next = refill(&c[i], next, count, window);
            ok = ok && bench_flush(&c[i]);
        }
        ok = ok && wait_and_take(c, conns);
        for (acked = 0, i = 0; i < conns; i++)
            acked += c[i].acked;
    }
    if (ok)
        finish(&r, p, count, start_ns, cpu_s);
    for (i = 0; i < conns; i++)
        bench_close(&c[i]);
    return r;
}

struct bench_result bench_drain(const struct bench_peer *p, uint64_t count)
{
    struct bench_result r = {0};
    struct bench_conn c;
    uint64_t start_ns = bench_now_ns();
    double cpu_s = bench_cpu_s(p->pid);
    bool ok;

    time_count = 0;
    ok = bench_open(&c, p, true, 0);
    if (ok)
        p->fetch(&c);
    while (ok && c.delivered < count)
        ok = bench_step(&c);
    if (ok)
        finish(&r, p, count, start_ns, cpu_s);
    /* The last acknowledgements go out before the connection ends. */
    ok = ok && bench_flush(&c);
    (void)usleep(300000);
    bench_close(&c);
    return r;
}

double bench_idle(const struct bench_peer *p, unsigned count)
{
    static struct bench_conn conns[BENCH_CONN_MAX];
    double before = bench_rss_len(p->pid), after;
    unsigned i, opened = 0;

    for (i = 0; i < count && bench_open(&conns[i], p, false, 100 + i); i++) {
        free(conns[i].in); /* a thousand buffers of ours are not needed for doing nothing */
        free(conns[i].out);
        free(conns[i].wire);
        conns[i].in = conns[i].out = conns[i].wire = NULL;
        opened++;
    }
    (void)usleep(200000);
    after = bench_rss_len(p->pid);
    for (i = 0; i < opened; i++)
        bench_close(&conns[i]);
    return opened < count ? 0 : (after - before) / count;
}
