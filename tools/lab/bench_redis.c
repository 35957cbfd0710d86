/* SPDX-License-Identifier: ISC */
#include "bench_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Redis: one stream, one consumer group; appendfsync always writes before it answers. */

#define READ_COUNT 100

static bool start_with(struct bench_peer *p, const char *fsync)
{
    char port[8], log[300];
    const char *const argv[] = {"redis-server", "--port",       port,  "--bind",
                                "127.0.0.1",    "--appendonly", "yes", "--appendfsync",
                                fsync,          "--save",       "",    "--dir",
                                p->dir,         "--daemonize",  "no",  NULL};
    int fd;

    if (access("/usr/bin/redis-server", X_OK) != 0)
        return false;
    p->port = bench_free_port();
    (void)snprintf(port, sizeof port, "%u", (unsigned)p->port);
    (void)snprintf(log, sizeof log, "%.255s/redis.log", p->dir);
    p->pid = bench_spawn(argv, log);
    fd = bench_connect(p->port, 100);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

static bool start_always(struct bench_peer *p)
{
    return start_with(p, "always");
}

static bool start_everysec(struct bench_peer *p)
{
    return start_with(p, "everysec");
}

static void append(struct bench_conn *c, const char *text, size_t len)
{
    memcpy(c->out + c->out_len, text, len);
    c->out_len += len;
}

static bool greet(struct bench_conn *c)
{
    (void)c;
    return true;
}

static bool prepare(struct bench_peer *p)
{
    static const char create[] = "XGROUP CREATE box readers 0 MKSTREAM\r\n";
    struct bench_conn c;
    bool ok = bench_open(&c, p, false, 0);

    if (ok) {
        append(&c, create, sizeof create - 1);
        ok = bench_flush(&c);
        (void)usleep(100000);
    }
    bench_close(&c);
    return ok;
}

static void put(struct bench_conn *c, uint64_t n)
{
    static const char head[] = "*5\r\n$4\r\nXADD\r\n$3\r\nbox\r\n$1\r\n*\r\n$1\r\nf\r\n$512\r\n";
    char message[BENCH_MESSAGE_LEN] = {0};

    memcpy(message, &n, sizeof n);
    append(c, head, sizeof head - 1);
    append(c, message, sizeof message);
    append(c, "\r\n", 2);
}

static void ask(struct bench_conn *c)
{
    char text[128];
    int len =
        snprintf(text, sizeof text,
                 "XREADGROUP GROUP readers r COUNT %d BLOCK 1000 STREAMS box >\r\n", READ_COUNT);

    append(c, text, (size_t)len);
}

static void fetch(struct bench_conn *c)
{
    ask(c);
}

/* One reply of the protocol: its length, or 0 while it is incomplete. Identifiers of entries
 * (digits, '-', digits) are counted and acknowledged when `acks` is set. */
struct reply {
    const char *text;
    size_t len, at, id_count;
    char *acks;
    size_t acks_len;
};

static bool line_number(struct reply *r, long *number)
{
    const char *end = memchr(r->text + r->at, '\n', r->len - r->at);

    if (end == NULL)
        return false;
    *number = strtol(r->text + r->at + 1, NULL, 10);
    r->at = (size_t)(end - r->text) + 1;
    return true;
}

static void on_string(struct reply *r, const char *text, size_t len)
{
    if (len > 40 || memchr(text, '-', len) == NULL || text[0] < '0' || text[0] > '9')
        return;
    r->id_count++;
    if (r->acks != NULL) {
        memcpy(r->acks + r->acks_len, text, len);
        r->acks[r->acks_len + len] = ' ';
        r->acks_len += len + 1;
    }
}

static bool whole_reply(struct reply *r)
{
    long open = 1;

    while (open > 0) {
        char kind;
        long number;

        if (r->at >= r->len)
            return false;
        kind = r->text[r->at];
        if (!line_number(r, &number))
            return false;
        open--;
        if (kind == '*') {
            open += number > 0 ? number : 0;
        } else if (kind == '$' && number >= 0) {
            if (r->len - r->at < (size_t)number + 2)
                return false;
            on_string(r, r->text + r->at, (size_t)number);
            r->at += (size_t)number + 2;
        } else if (kind == '-') {
            bench_die("Redis has refused a command");
        }
    }
    return true;
}

static void on_entries(struct bench_conn *c, const char *ids, size_t len, size_t count)
{
    static const char head[] = "XACK box readers ";

    c->delivered += count;
    append(c, head, sizeof head - 1);
    append(c, ids, len - 1);
    append(c, "\r\n", 2);
    ask(c);
}

static size_t parse(struct bench_conn *c)
{
    static char ids[READ_COUNT * 48];
    size_t used = 0;

    while (used < c->in_len) {
        struct reply r = {.text = (const char *)c->in + used,
                          .len = c->in_len - used,
                          .acks = c->is_reader ? ids : NULL};

        if (!whole_reply(&r))
            break;
        used += r.at;
        if (c->is_reader && r.id_count > 0)
            on_entries(c, ids, r.acks_len, r.id_count);
        else if (!c->is_reader && c->acked < c->sent)
            bench_acked(c);
    }
    return used;
}

struct bench_peer bench_redis(bool always)
{
    return (struct bench_peer){.name =
                                   always ? "Redis stream, fsync always" : "Redis stream, everysec",
                               .durable = always ? "yes" : "no",
                               .encrypted = "no",
                               .start = always ? start_always : start_everysec,
                               .prepare = prepare,
                               .greet = greet,
                               .put = put,
                               .fetch = fetch,
                               .parse = parse};
}
