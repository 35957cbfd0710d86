/* SPDX-License-Identifier: ISC */
#ifndef LAB_BENCH_LOAD_H
#define LAB_BENCH_LOAD_H

#include <allswell/link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The same load for every peer: a few connections of one process, each with a window of messages
 * that are not acknowledged yet. What has become sendable since the last look is sent with one
 * write. Peers differ only in how a message and its acknowledgement look.
 */

#define BENCH_MESSAGE_LEN 512
#define BENCH_WINDOW_MAX  64
#define BENCH_CONN_MAX    1000
#define BENCH_IN_LEN      1048576
#define BENCH_OUT_LEN     65536
#define BENCH_FAN         5    /* contacts of one check-in */
#define BENCH_BOXES       1000 /* readers at which messages are spread, where a peer has such */

struct bench_peer;

struct bench_conn {
    const struct bench_peer *peer;
    int fd;
    void *tls;           /* libssl's object, or NULL */
    struct aw_link link; /* our own */
    uint8_t *in, *out;   /* BENCH_IN_LEN, BENCH_OUT_LEN; plaintext */
    uint8_t *wire;       /* sealed bytes that the kernel has not taken */
    size_t in_len, out_len, wire_len, wire_pos;
    uint64_t sent, acked, delivered;
    uint64_t sent_ns[BENCH_WINDOW_MAX];
    unsigned index;
    bool is_reader;
};

struct bench_peer {
    const char *name, *durable, *encrypted;
    pid_t pid; /* 0: not running */
    uint16_t port;
    bool has_tls;
    uint8_t key[AW_LINK_KEY_LEN], token[32];
    char dir[256];

    /* Starts the server in `dir`. False: not installed, or it does not start; says why. */
    bool (*start)(struct bench_peer *p);
    /* Prepares what readers need once; false on failure. */
    bool (*prepare)(struct bench_peer *p);
    /* Handshake of the protocol on a connected socket; false on failure. */
    bool (*greet)(struct bench_conn *c);
    /* Appends message `n` to c->out. */
    void (*put)(struct bench_conn *c, uint64_t n);
    /* Appends what makes a reader get what waits for it. */
    void (*fetch)(struct bench_conn *c);
    /* For reader `box`, of BENCH_BOXES: makes it known; sends to it; lets it come, back or new. */
    bool (*enroll)(const struct bench_peer *p, unsigned box);
    void (*put_to)(struct bench_conn *c, unsigned box, uint64_t n);
    void (*join)(struct bench_conn *c, unsigned box, bool is_back);
    bool is_fanning; /* one message reaches all that have joined one box */
    /* Reads c->in, counts acknowledgements and deliveries, answers deliveries. Returns bytes used.
     */
    size_t (*parse)(struct bench_conn *c);
};

struct bench_result {
    double per_s;
    double p50_us, p99_us;
    double cpu_us; /* of the server, per message */
    bool is_ok;
};

void bench_die(const char *what);

bool bench_open(struct bench_conn *c, const struct bench_peer *p, bool is_reader, unsigned index);
void bench_close(struct bench_conn *c);
/* Sends c->out; false when the connection broke. */
bool bench_flush(struct bench_conn *c);
/* Waits for bytes and parses them; false when the connection broke or nothing came for 20 s. */
bool bench_step(struct bench_conn *c);
/* Acknowledged: the oldest unacknowledged message. */
void bench_acked(struct bench_conn *c);

struct bench_result bench_enqueue(const struct bench_peer *p, unsigned conns, unsigned window,
                                  uint64_t count);
struct bench_result bench_drain(const struct bench_peer *p, uint64_t count);
/* Resident bytes of the server per idle connection, or 0. */
double bench_idle(const struct bench_peer *p, unsigned count);

/* bench_many.c. Readers that reconnect and drain `each` messages, per second; 0: failed. */
bool bench_readers_prepare(const struct bench_peer *p, unsigned count);
double bench_readers(const struct bench_peer *p, unsigned count, unsigned each);
/* Deliveries per second of check-ins to BENCH_FAN contacts who are online, `window` in flight. */
double bench_fan_out(const struct bench_peer *p, unsigned count, unsigned window);

/* bench_proc.c */
pid_t bench_spawn(const char *const *argv, const char *log_path);
void bench_stop(struct bench_peer *p);
double bench_cpu_s(pid_t pid);
double bench_rss_len(pid_t pid);
double bench_own_len(pid_t pid); /* of that what is no page of a file */
uint16_t bench_free_port(void);
int bench_connect(uint16_t port, unsigned tries);

/* bench_tls.c: libssl, if this machine has it */
bool bench_tls_connect(struct bench_conn *c);
void bench_tls_close(struct bench_conn *c);
/* Bytes, 0: would block, -1: broken. */
ssize_t bench_tls_read(struct bench_conn *c, void *out, size_t len);
ssize_t bench_tls_write(struct bench_conn *c, const void *bytes, size_t len);

/* The peers. */
struct bench_peer bench_allswell(void);
struct bench_peer bench_mosquitto(bool tls);
struct bench_peer bench_redis(bool always);

#endif /* LAB_BENCH_LOAD_H */
