/* SPDX-License-Identifier: ISC */
#include "net/frames.h"
#include "net/loop.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "store/alloc.h"

#include <allswell/dial.h>
#include <stdio.h>
#include <string.h>

/*
 *   from        on                       to          function
 *   WAITING     the client's time        LOOKING_UP  begin()
 *   LOOKING_UP  addresses                CONNECTING  on_addresses()
 *   CONNECTING  connected                PROVING     on_connected(), first frame sent
 *   CONNECTING  refused, more addresses  CONNECTING  try_next()
 *   PROVING     the relay's answer       UP          take_frame()
 *   all but WAITING  any failure         WAITING     fail(): the client plans the next attempt
 */
enum dial_state { DIAL_WAITING = 0, DIAL_LOOKING_UP, DIAL_CONNECTING, DIAL_PROVING, DIAL_UP };

/* One attempt and the link that it leads to. It outlives its dial until libuv lets go of it. */
struct attempt {
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_getaddrinfo_t lookup;
    struct aw_dial *dial; /* NULL: given up */
    struct addrinfo *addresses, *next_address;
    struct aw_link crypto; /* secret: wipe */
    struct aw_frames frames;
    uint32_t write_count; /* requests that libuv holds */
    bool is_looking_up, is_open;
};

struct aw_dial {
    struct aw_loop *loop;
    struct aw_dial_config config;
    char host[AW_DIAL_HOST_MAX + 1];
    enum dial_state state;
    struct attempt *attempt;
    uv_timer_t timer;   /* the client's deadlines */
    uv_timer_t limit;   /* of an attempt */
    uint8_t *frame_buf; /* AW_LINK_FRAME_MAX bytes */
    uint32_t open_handles;
    bool is_closed;
};

static void schedule(struct aw_dial *d);
static void try_next(struct attempt *a);

static void attempt_free(struct attempt *a)
{
    if (a->is_open || a->is_looking_up)
        return;
    uv_freeaddrinfo(a->addresses);
    aw_free(a);
}

static void on_attempt_closed(uv_handle_t *handle)
{
    struct attempt *a = handle->data;

    a->is_open = false;
    if (a->dial != NULL)
        try_next(a); /* this address was refused, there may be another */
    else
        attempt_free(a);
}

static void attempt_close(struct attempt *a)
{
    a->dial = NULL;
    aw_link_wipe(&a->crypto);
    aw_frames_wipe(&a->frames);
    if (a->is_looking_up)
        (void)uv_cancel((uv_req_t *)&a->lookup);
    if (!a->is_open)
        attempt_free(a);
    else if (!uv_is_closing((uv_handle_t *)&a->tcp))
        uv_close((uv_handle_t *)&a->tcp, on_attempt_closed);
}

/* The link has ended, or could not be made. */
static void fail(struct aw_dial *d)
{
    struct attempt *a = d->attempt;
    uint8_t random[4] = {0};

    if (d->state == DIAL_WAITING)
        return;
    d->state = DIAL_WAITING;
    d->attempt = NULL;
    (void)uv_timer_stop(&d->limit);
    if (a != NULL)
        attempt_close(a);
    /* Without randomness all clients would come back together, which is bad but not wrong. */
    (void)aw_random_system()->fill(NULL, random, sizeof random);
    aw_client_disconnected(d->config.client, aw_get_u32(random), aw_loop_now(d->loop));
    if (d->config.on_link != NULL)
        d->config.on_link(d->config.ctx, false);
    if (!d->is_closed)
        schedule(d);
}

struct pending {
    uv_write_t request;
    uint8_t bytes[];
};

static void flush(struct aw_dial *d);

static void on_written(uv_write_t *request, int status)
{
    struct attempt *a = request->handle->data;

    aw_free(request->data);
    a->write_count--;
    if (a->dial == NULL)
        return;
    if (status != 0)
        fail(a->dial);
    else
        flush(a->dial);
}

/* False: the attempt is over. */
static bool send_bytes(struct aw_dial *d, const uint8_t *bytes, size_t len)
{
    struct attempt *a = d->attempt;
    uv_stream_t *stream = (uv_stream_t *)&a->tcp;
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)len);
    int sent = uv_try_write(stream, &buf, 1);
    struct pending *rest;

    if (sent == (int)len)
        return true;
    if (sent >= 0 || sent == UV_EAGAIN) {
        size_t done = sent > 0 ? (size_t)sent : 0;

        rest = aw_alloc(sizeof *rest + len - done);
        if (rest != NULL) {
            memcpy(rest->bytes, bytes + done, len - done);
            rest->request.data = rest;
            buf = uv_buf_init((char *)rest->bytes, (unsigned)(len - done));
            if (uv_write(&rest->request, stream, &buf, 1, on_written) == 0) {
                a->write_count++;
                return true;
            }
            aw_free(rest);
        }
    }
    fail(d);
    return false;
}

/* Sends what the client has to say, as far as the kernel takes it. */
static void flush(struct aw_dial *d)
{
    while (d->state == DIAL_UP && d->attempt->write_count == 0 &&
           aw_client_has_output(d->config.client)) {
        struct aw_buf plain = {.ptr = d->frame_buf + AW_LINK_HEADER_LEN, .cap = AW_LINK_PLAIN_MAX};
        size_t len;

        aw_client_output(d->config.client, &plain, aw_loop_now(d->loop));
        if (plain.len == 0)
            break;
        if (aw_link_seal(&d->attempt->crypto, d->frame_buf, AW_LINK_FRAME_MAX, plain.len, &len) !=
            AW_OK) {
            fail(d);
            return;
        }
        if (!send_bytes(d, d->frame_buf, len))
            return;
    }
    if (!d->is_closed)
        schedule(d);
}

/* Hands the messages of a frame to the client, and its events to the owner. */
static void take_messages(struct aw_dial *d, struct attempt *a, struct aw_bytes plain)
{
    while (a->dial != NULL) { /* the owner may close the dial, the client may end the link */
        struct aw_client_event event;

        if (aw_client_next_event(d->config.client, &plain, &event, aw_loop_now(d->loop)) != AW_OK) {
            fail(d);
            return;
        }
        if (event.kind == AW_CLIENT_EV_NONE)
            return;
        d->config.on_event(d->config.ctx, &event);
    }
}

static bool take_frame(void *ctx, uint8_t *frame, size_t len)
{
    struct attempt *a = ctx;
    struct aw_dial *d = a->dial;
    struct aw_bytes plain;

    if (d->state == DIAL_PROVING) {
        if (aw_link_finish(&a->crypto, frame, len) != AW_OK) {
            fail(d);
            return false;
        }
        d->state = DIAL_UP;
        (void)uv_timer_stop(&d->limit);
        if (d->config.on_link != NULL)
            d->config.on_link(d->config.ctx, true);
    } else if (aw_link_open(&a->crypto, frame, len, &plain) != AW_OK) {
        fail(d);
    } else {
        take_messages(d, a, plain);
    }
    return a->dial != NULL;
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buf)
{
    struct attempt *a = handle->data;

    (void)hint;
    *buf = a->dial == NULL ? uv_buf_init(NULL, 0)
                           : aw_frames_buf(&a->frames, a->dial->loop->read_buf, AW_NET_READ_LEN);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
    struct attempt *a = stream->data;
    size_t left;

    if (a->dial == NULL || got == 0)
        return;
    if (got < 0) {
        fail(a->dial);
        return;
    }
    if (aw_frames_take(&a->frames, &a->crypto, (uint8_t *)buf->base, (size_t)got, take_frame, a,
                       &left) != AW_OK &&
        a->dial != NULL)
        fail(a->dial);
    if (a->dial != NULL)
        flush(a->dial);
}

/* The first frame goes out at once and carries what fits: no round trip is lost. */
static void send_first(struct aw_dial *d)
{
    uint8_t first[AW_LINK_FIRST_MAX];
    struct aw_buf plain = AW_BUF_OF(first);
    struct aw_buf out = {.ptr = d->frame_buf, .cap = AW_LINK_FRAME_MAX};
    enum aw_status st;

    /* spec/08-relay.md §1: "The plaintext of the first frame of a link MUST carry only requests" */
    aw_client_output(d->config.client, &plain, aw_loop_now(d->loop));
    st = aw_link_client_init(&d->attempt->crypto, d->config.relay_key, aw_random_system(),
                             aw_buf_bytes(&plain), &out);
    aw_wipe(first, sizeof first);
    if (st != AW_OK)
        fail(d);
    else
        (void)send_bytes(d, d->frame_buf, out.len);
}

static void on_connected(uv_connect_t *request, int status)
{
    struct attempt *a = request->handle->data;
    struct aw_dial *d = a->dial;

    if (d == NULL)
        return;
    if (status != 0) {
        uv_close((uv_handle_t *)&a->tcp, on_attempt_closed);
        return;
    }
    d->state = DIAL_PROVING;
    (void)uv_tcp_nodelay(&a->tcp, 1);
    if (uv_read_start((uv_stream_t *)&a->tcp, on_alloc, on_read) != 0)
        fail(d);
    else
        send_first(d);
}

static void try_next(struct attempt *a)
{
    const struct addrinfo *address = a->next_address;

    if (address == NULL || uv_tcp_init(&a->dial->loop->uv, &a->tcp) != 0) {
        fail(a->dial);
        return;
    }
    a->next_address = address->ai_next;
    a->tcp.data = a;
    a->is_open = true;
    if (uv_tcp_connect(&a->connect, &a->tcp, address->ai_addr, on_connected) != 0)
        uv_close((uv_handle_t *)&a->tcp, on_attempt_closed);
}

static void on_addresses(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
{
    struct attempt *a = request->data;

    a->is_looking_up = false;
    a->addresses = a->next_address = addresses;
    if (a->dial == NULL) {
        attempt_free(a);
        return;
    }
    if (status != 0)
        a->next_address = NULL;
    a->dial->state = DIAL_CONNECTING;
    try_next(a);
}

static void on_limit(uv_timer_t *timer)
{
    fail(timer->data);
}

static void begin(struct aw_dial *d)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct attempt *a = aw_alloc(sizeof *a);
    char port[8];

    d->state = DIAL_LOOKING_UP;
    aw_client_connecting(d->config.client, aw_loop_now(d->loop));
    if (a == NULL) {
        fail(d);
        return;
    }
    d->attempt = a;
    a->dial = d;
    a->lookup.data = a;
    (void)snprintf(port, sizeof port, "%u", (unsigned)d->config.port);
    (void)uv_timer_start(&d->limit, on_limit, AW_DIAL_CONNECT_MS, 0);
    if (uv_getaddrinfo(&d->loop->uv, &a->lookup, on_addresses, d->host, port, &hints) != 0) {
        fail(d);
        return;
    }
    a->is_looking_up = true;
}

static void on_timer(uv_timer_t *timer)
{
    struct aw_dial *d = timer->data;
    struct aw_now now = aw_loop_now(d->loop);

    if (d->state == DIAL_WAITING) {
        if (now.mono_ms >= aw_client_connect_ms(d->config.client))
            begin(d);
    } else if (now.mono_ms >= aw_client_deadline_ms(d->config.client) &&
               aw_client_tick(d->config.client, now) != AW_OK) {
        fail(d);
        return;
    }
    flush(d);
}

static void schedule(struct aw_dial *d)
{
    uint64_t at_ms = d->state == DIAL_WAITING ? aw_client_connect_ms(d->config.client)
                                              : aw_client_deadline_ms(d->config.client);

    aw_loop_arm(d->loop, &d->timer, on_timer, at_ms);
}

enum aw_status aw_dial_open(struct aw_dial **out, struct aw_loop *loop,
                            const struct aw_dial_config *config)
{
    struct aw_dial *d;

    if (strlen(config->host) > AW_DIAL_HOST_MAX)
        return AW_E_NETWORK;
    d = aw_alloc(sizeof *d);
    if (d == NULL)
        return AW_E_NETWORK;
    d->frame_buf = aw_alloc(AW_LINK_FRAME_MAX);
    if (d->frame_buf == NULL) {
        aw_free(d);
        return AW_E_NETWORK;
    }
    d->loop = loop;
    d->config = *config;
    memcpy(d->host, config->host, strlen(config->host) + 1);
    d->config.host = d->host;
    (void)uv_timer_init(&loop->uv, &d->timer);
    (void)uv_timer_init(&loop->uv, &d->limit);
    d->timer.data = d->limit.data = d;
    d->open_handles = 2;
    schedule(d);
    *out = d;
    return AW_OK;
}

void aw_dial_kick(struct aw_dial *dial)
{
    flush(dial);
}

bool aw_dial_is_up(const struct aw_dial *dial)
{
    return dial->state == DIAL_UP;
}

bool aw_dial_is_waiting(const struct aw_dial *dial)
{
    return dial->state == DIAL_WAITING &&
           aw_client_connect_ms(dial->config.client) > aw_loop_now(dial->loop).mono_ms;
}

static void on_closed(uv_handle_t *handle)
{
    struct aw_dial *d = handle->data;

    if (--d->open_handles > 0)
        return;
    aw_free(d->frame_buf);
    aw_free(d);
}

void aw_dial_close(struct aw_dial *dial)
{
    if (dial == NULL)
        return;
    dial->is_closed = true;
    dial->config.on_link = NULL;
    fail(dial);
    uv_close((uv_handle_t *)&dial->timer, on_closed);
    uv_close((uv_handle_t *)&dial->limit, on_closed);
}
