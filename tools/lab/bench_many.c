/* SPDX-License-Identifier: ISC */
#include "bench.h"
#include "bench_load.h"

#include <poll.h>
#include <unistd.h>

#define SENDERS 4

/* Many readers who come back, and a few who are online. */

bool bench_readers_prepare(const struct bench_peer *p, unsigned count)
{
    unsigned i;
    bool ok = true;

    for (i = 0; ok && i < count; i++)
        ok = p->enroll(p, i);
    return ok;
}

double bench_readers(const struct bench_peer *p, unsigned count, unsigned each)
{
    struct bench_conn c;
    uint64_t start_ns;
    unsigned i;
    bool ok = bench_open(&c, p, false, 0);

    for (i = 0; ok && i < count * each; i++) {
        c.sent_ns[c.sent++ % BENCH_WINDOW_MAX] = bench_now_ns();
        p->put_to(&c, i % count, i);
        while (ok && (c.sent - c.acked >= BENCH_WINDOW_MAX || i + 1 == count * each) &&
               c.acked < c.sent)
            ok = bench_step(&c);
    }
    bench_close(&c);
    start_ns = bench_now_ns();
    for (i = 0; ok && i < count; i++) {
        ok = bench_open(&c, p, true, 1 + i);
        if (ok)
            p->join(&c, i, true);
        while (ok && c.delivered < each)
            ok = bench_step(&c);
        ok = ok && bench_flush(&c);
        bench_close(&c);
    }
    return ok ? (double)count * 1e9 / (double)(bench_now_ns() - start_ns) : 0;
}

/* Sends what waits, then takes in what has come, without waiting for any one of them. */
static bool step_all(struct bench_conn *conns, unsigned count)
{
    struct pollfd fds[SENDERS + BENCH_FAN];
    unsigned i;
    bool ok = true;

    for (i = 0; ok && i < count; i++) {
        ok = bench_flush(&conns[i]);
        fds[i] = (struct pollfd){.fd = conns[i].fd, .events = POLLIN};
    }
    if (!ok || poll(fds, count, 20000) <= 0)
        return false;
    for (i = 0; ok && i < count; i++) {
        if (fds[i].revents != 0)
            ok = bench_step(&conns[i]);
    }
    return ok;
}

/* Check-ins, in turn from each sender, as long as few enough are in flight. */
static void send_more(struct bench_conn *senders, unsigned *sent, unsigned most, unsigned window)
{
    const struct bench_peer *p = senders->peer;
    unsigned puts = p->is_fanning ? 1 : BENCH_FAN;

    for (; *sent < most; ++*sent) {
        struct bench_conn *c = &senders[*sent % SENDERS];

        if (c->sent - c->acked + puts > (uint64_t)window * puts)
            return;
        for (unsigned i = 0; i < puts; i++) {
            c->sent_ns[c->sent++ % BENCH_WINDOW_MAX] = bench_now_ns();
            p->put_to(c, i, *sent);
        }
    }
}

double bench_fan_out(const struct bench_peer *p, unsigned count, unsigned window)
{
    static struct bench_conn conns[SENDERS + BENCH_FAN];
    unsigned opened = 0, sent = 0, i;
    uint64_t start_ns, end_ns, delivered = 0;
    bool ok = true;

    for (; ok && opened < SENDERS + BENCH_FAN; opened++) {
        struct bench_conn *c = &conns[opened];
        bool is_reader = opened >= SENDERS;

        ok = bench_open(c, p, is_reader && !p->is_fanning, 2000 + opened);
        if (ok && is_reader)
            p->join(c, p->is_fanning ? 0 : opened - SENDERS, false);
        ok = ok && (!is_reader || bench_step(c));
        c->delivered = c->acked = 0;
    }
    start_ns = bench_now_ns();
    while (ok && delivered < (uint64_t)count * BENCH_FAN) {
        send_more(conns, &sent, count, window);
        ok = step_all(conns, SENDERS + BENCH_FAN);
        for (delivered = 0, i = SENDERS; i < SENDERS + BENCH_FAN; i++)
            delivered += conns[i].delivered;
    }
    end_ns = bench_now_ns();
    for (i = 0; i < opened; i++)
        ok = bench_flush(&conns[i]) && ok; /* the last acknowledgements */
    (void)usleep(300000);
    for (i = 0; i < opened; i++)
        bench_close(&conns[i]);
    return ok ? (double)delivered * 1e9 / (double)(end_ns - start_ns) : 0;
}
