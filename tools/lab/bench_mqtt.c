/* SPDX-License-Identifier: ISC */
#include "bench_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * mosquitto: MQTT 3.1.1, QoS 1, a persistent session of an absent reader. As packaged it saves its
 * database now and then, so an acknowledgement says nothing about the disk.
 */

enum {
    MQTT_CONNECT = 0x10,
    MQTT_CONNACK = 0x20,
    MQTT_PUBLISH_QOS1 = 0x32,
    MQTT_PUBACK = 0x40,
    MQTT_SUBSCRIBE = 0x82,
    MQTT_DISCONNECT = 0xe0
};

#define TOPIC "box"

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        bench_die("cannot write the configuration of mosquitto");
}

static bool make_certificate(const char *dir)
{
    char key[300], certificate[300], log[300];
    const char *const argv[] = {"openssl", "req",   "-x509",  "-newkey",   "rsa:2048",
                                "-nodes",  "-subj", "/CN=lo", "-days",     "1",
                                "-keyout", key,     "-out",   certificate, NULL};
    int status;
    pid_t pid;

    (void)snprintf(key, sizeof key, "%.255s/key.pem", dir);
    (void)snprintf(certificate, sizeof certificate, "%.255s/cert.pem", dir);
    (void)snprintf(log, sizeof log, "%.255s/openssl.log", dir);
    pid = bench_spawn(argv, log);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool start(struct bench_peer *p)
{
    char config[300], log[300], text[2048];
    const char *const argv[] = {"/usr/sbin/mosquitto", "-c", config, NULL};
    int fd;

    if (access(argv[0], X_OK) != 0 || (p->has_tls && !make_certificate(p->dir)))
        return false;
    p->port = bench_free_port();
    (void)snprintf(config, sizeof config, "%.255s/mosquitto.conf", p->dir);
    (void)snprintf(log, sizeof log, "%.255s/mosquitto.log", p->dir);
    (void)snprintf(text, sizeof text,
                   "listener %u 127.0.0.1\nallow_anonymous true\npersistence true\n"
                   "persistence_location %.255s/\nmax_queued_messages 0\n"
                   "max_inflight_messages 1000\nset_tcp_nodelay true\nuser root\n",
                   (unsigned)p->port, p->dir);
    if (p->has_tls)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text),
                       "certfile %.255s/cert.pem\nkeyfile %.255s/key.pem\n", p->dir, p->dir);
    write_text(config, text);
    p->pid = bench_spawn(argv, log);
    fd = bench_connect(p->port, 100);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

static void append(struct bench_conn *c, const void *bytes, size_t len)
{
    memcpy(c->out + c->out_len, bytes, len);
    c->out_len += len;
}

static bool exchange(struct bench_conn *c, uint8_t want_kind, size_t want_len)
{
    uint8_t answer[8];
    size_t have = 0;

    if (!bench_flush(c))
        return false;
    while (have < want_len) {
        ssize_t got = c->tls != NULL ? bench_tls_read(c, answer + have, want_len - have)
                                     : read(c->fd, answer + have, want_len - have);

        if (got <= 0)
            return false;
        have += (size_t)got;
    }
    return answer[0] == want_kind && answer[want_len - 1] < 0x80;
}

static bool greet(struct bench_conn *c)
{
    char id[16];
    uint8_t head[14] = {MQTT_CONNECT, 0, 0, 4, 'M', 'Q', 'T',
                        'T',          4, 2, 0, 0,   0,   0}; /* clean session, no keep-alive */

    if (c->is_reader && c->index == 0)
        (void)snprintf(id, sizeof id, "reader");
    else
        (void)snprintf(id, sizeof id, c->is_reader ? "r%u" : "c%u", c->index);
    head[1] = (uint8_t)(12 + strlen(id));
    head[9] = c->is_reader ? 0 : 2;
    head[13] = (uint8_t)strlen(id);
    append(c, head, sizeof head);
    append(c, id, strlen(id));
    return exchange(c, MQTT_CONNACK, 4);
}

/* Topic of one box: seven bytes with their length. */
static void topic_of(unsigned box, uint8_t out[9])
{
    char text[8];

    (void)snprintf(text, sizeof text, "box%04u", box % 10000);
    out[0] = 0;
    out[1] = 7;
    memcpy(out + 2, text, 7);
}

static void join(struct bench_conn *c, unsigned box, bool is_back)
{
    uint8_t subscribe[14] = {MQTT_SUBSCRIBE, 12, 0, 1};

    if (is_back)
        return; /* the session knows */
    topic_of(box, subscribe + 4);
    subscribe[13] = 1;
    append(c, subscribe, sizeof subscribe);
}

static bool enroll(const struct bench_peer *p, unsigned box)
{
    static const uint8_t disconnect[] = {MQTT_DISCONNECT, 0};
    struct bench_conn c;
    bool ok = bench_open(&c, p, true, 1 + box);

    if (ok) {
        join(&c, box, false);
        ok = bench_step(&c); /* its answer */
        append(&c, disconnect, sizeof disconnect);
        ok = ok && bench_flush(&c);
    }
    bench_close(&c);
    return ok;
}

static bool prepare(struct bench_peer *p)
{
    static const uint8_t subscribe[] = {MQTT_SUBSCRIBE, 8, 0, 1, 0, 3, 'b', 'o', 'x', 1};
    static const uint8_t disconnect[] = {MQTT_DISCONNECT, 0};
    struct bench_conn c;
    bool ok = bench_open(&c, p, true, 0);

    if (ok) {
        append(&c, subscribe, sizeof subscribe);
        append(&c, disconnect, sizeof disconnect);
        ok = bench_flush(&c);
        (void)usleep(200000);
    }
    bench_close(&c);
    return ok;
}

static void put(struct bench_conn *c, uint64_t n)
{
    uint16_t id = (uint16_t)(c->sent % 60000 + 1);
    const uint8_t head[] = {MQTT_PUBLISH_QOS1,
                            0x80 | ((7 + BENCH_MESSAGE_LEN) & 0x7f),
                            (7 + BENCH_MESSAGE_LEN) >> 7,
                            0,
                            3,
                            'b',
                            'o',
                            'x',
                            (uint8_t)(id >> 8),
                            (uint8_t)id};
    uint8_t message[BENCH_MESSAGE_LEN] = {0};

    memcpy(message, &n, sizeof n);
    append(c, head, sizeof head);
    append(c, message, sizeof message);
}

static void put_to(struct bench_conn *c, unsigned box, uint64_t n)
{
    uint16_t id = (uint16_t)(c->sent % 60000 + 1);
    uint8_t head[14] = {MQTT_PUBLISH_QOS1, 0x80 | ((11 + BENCH_MESSAGE_LEN) & 0x7f),
                        (11 + BENCH_MESSAGE_LEN) >> 7};
    uint8_t message[BENCH_MESSAGE_LEN] = {0};

    topic_of(box, head + 3);
    head[12] = (uint8_t)(id >> 8);
    head[13] = (uint8_t)id;
    memcpy(message, &n, sizeof n);
    append(c, head, sizeof head);
    append(c, message, sizeof message);
}

/* Nothing to ask for: the session is resumed by the greeting. */
static void fetch(struct bench_conn *c)
{
    (void)c;
}

static void on_publish(struct bench_conn *c, const uint8_t *body, size_t len)
{
    size_t topic_len;
    uint8_t ack[4] = {MQTT_PUBACK, 2, 0, 0};

    if (len < 4)
        return;
    topic_len = (size_t)body[0] << 8 | body[1];
    if (topic_len + 4 > len)
        return;
    memcpy(ack + 2, body + 2 + topic_len, 2);
    c->delivered++;
    if (c->out_len + sizeof ack > BENCH_OUT_LEN && !bench_flush(c))
        bench_die("mosquitto has closed the connection");
    append(c, ack, sizeof ack);
}

static size_t parse(struct bench_conn *c)
{
    size_t used = 0;

    while (c->in_len - used >= 2) {
        const uint8_t *packet = c->in + used;
        size_t len = 0, at = 1, have = c->in_len - used;
        unsigned shift = 0;

        do {
            len |= (size_t)(packet[at] & 0x7f) << shift;
            shift += 7;
        } while ((packet[at++] & 0x80) != 0 && at < have && at < 5);
        if ((packet[at - 1] & 0x80) != 0 || have < at + len)
            break;
        if (packet[0] == MQTT_PUBACK)
            bench_acked(c);
        else if ((packet[0] & 0xf0) == 0x30)
            on_publish(c, packet + at, len);
        used += at + len;
    }
    return used;
}

struct bench_peer bench_mosquitto(bool tls)
{
    return (struct bench_peer){.name = tls ? "mosquitto QoS 1, TLS" : "mosquitto QoS 1",
                               .durable = "no",
                               .encrypted = tls ? "yes" : "no",
                               .has_tls = tls,
                               .start = start,
                               .prepare = prepare,
                               .greet = greet,
                               .put = put,
                               .fetch = fetch,
                               .enroll = enroll,
                               .put_to = put_to,
                               .join = join,
                               .is_fanning = true,
                               .parse = parse};
}
