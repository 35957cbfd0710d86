/* SPDX-License-Identifier: ISC */
#include "net/frames.h"
#include "net/loop.h"
#include "net/socks.h"

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
 *   WAITING     the same, with a proxy   CONNECTING  begin(): no name is looked up
 *   CONNECTING  connected                PROVING     on_connected(), first frame sent
 *   CONNECTING  connected with a proxy   ASKING      on_connected(), greeting sent
 *   ASKING      the proxy leads on       PROVING     take_proxy(), first frame sent
 *   CONNECTING  refused, more addresses  CONNECTING  try_next()
 *   PROVING     the relay's answer       UP          take_frame()
 *   all but WAITING  any failure         WAITING     fail(): the client plans the next attempt
 */
enum dial_state {
    DIAL_WAITING = 0,
    DIAL_LOOKING_UP,
    DIAL_CONNECTING,
    DIAL_ASKING,
    DIAL_PROVING,
    DIAL_UP
};

/* One attempt and the link that it leads to. It outlives its dial until libuv lets go of it. */
struct attempt {
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_getaddrinfo_t lookup;
    struct aw_dial *dial; /* NULL: given up */
    struct addrinfo *addresses, *next_address;
    struct aw_link crypto; /* secret: wipe */
    struct aw_frames frames;
    struct aw_socks socks; /* with a proxy */
    uint32_t write_count;  /* requests that libuv holds */
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
    enum aw_dial_fault why;
    uint32_t open_handles;
    bool is_closed;
};

static bool has_proxy(const struct aw_dial *d)
{
    return d->config.proxy.host[0] != '\0';
}

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
static void fail(struct aw_dial *d, enum aw_dial_fault why)
{
    struct attempt *a = d->attempt;
    uint8_t random[4] = {0};

    if (d->state == DIAL_WAITING)
        return;
    d->state = DIAL_WAITING;
    d->why = why;
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

/* Whose fault it is when the other end is gone. */
static enum aw_dial_fault ended(const struct aw_dial *d)
{
    if (d->state == DIAL_ASKING)
        return AW_DIAL_PROXY_ENDED;
    return d->state == DIAL_PROVING ? AW_DIAL_KEY : AW_DIAL_ENDED;
}

static void on_written(uv_write_t *request, int status)
{
    struct attempt *a = request->handle->data;

    aw_free(request->data);
    a->write_count--;
    if (a->dial == NULL)
        return;
    if (status != 0)
        fail(a->dial, ended(a->dial));
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
    fail(d, ended(d));
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
            fail(d, AW_DIAL_ENDED);
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
            fail(d, AW_DIAL_ENDED);
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
            fail(d, AW_DIAL_KEY);
            return false;
        }
        d->state = DIAL_UP;
        d->why = AW_DIAL_OK;
        (void)uv_timer_stop(&d->limit);
        if (d->config.on_link != NULL)
            d->config.on_link(d->config.ctx, true);
    } else if (aw_link_open(&a->crypto, frame, len, &plain) != AW_OK) {
        fail(d, AW_DIAL_ENDED);
    } else {
        take_messages(d, a, plain);
    }
    return a->dial != NULL;
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
        fail(d, AW_DIAL_LOCAL);
    else
        (void)send_bytes(d, d->frame_buf, out.len);
}

/* Says hello to the proxy, with a name under which nothing else of this device comes. */
static void greet(struct aw_dial *d)
{
    uint8_t circuit[AW_SOCKS_CIRCUIT_LEN], bytes[AW_SOCKS_SEND_MAX];
    struct aw_buf out = AW_BUF_OF(bytes);

    if (!aw_random_system()->fill(NULL, circuit, sizeof circuit)) {
        fail(d, AW_DIAL_LOCAL);
        return;
    }
    aw_socks_start(&d->attempt->socks, d->host, d->config.port, circuit, &out);
    (void)send_bytes(d, out.ptr, out.len);
}

static void take_proxy(struct aw_dial *d, struct aw_bytes in)
{
    struct aw_socks *socks = &d->attempt->socks;
    uint8_t bytes[AW_SOCKS_SEND_MAX];
    struct aw_buf out = AW_BUF_OF(bytes);

    if (!aw_socks_take(socks, in, &out)) {
        fail(d, socks->fault);
    } else if (socks->state == AW_SOCKS_THROUGH) {
        d->state = DIAL_PROVING;
        send_first(d);
    } else if (out.len > 0) {
        (void)send_bytes(d, out.ptr, out.len);
    }
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
        fail(a->dial, ended(a->dial));
        return;
    }
    if (a->dial->state == DIAL_ASKING) {
        take_proxy(a->dial, (struct aw_bytes){(const uint8_t *)buf->base, (size_t)got});
        return;
    }
    if (aw_frames_take(&a->frames, &a->crypto, (uint8_t *)buf->base, (size_t)got, take_frame, a,
                       &left) != AW_OK &&
        a->dial != NULL)
        fail(a->dial, ended(a->dial));
    if (a->dial != NULL)
        flush(a->dial);
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
    d->state = has_proxy(d) ? DIAL_ASKING : DIAL_PROVING;
    (void)uv_tcp_nodelay(&a->tcp, 1);
    if (uv_read_start((uv_stream_t *)&a->tcp, on_alloc, on_read) != 0)
        fail(d, AW_DIAL_LOCAL);
    else if (has_proxy(d))
        greet(d);
    else
        send_first(d);
}

static void connect_to(struct attempt *a, const struct sockaddr *address)
{
    a->tcp.data = a;
    a->is_open = true;
    if (uv_tcp_connect(&a->connect, &a->tcp, address, on_connected) != 0)
        uv_close((uv_handle_t *)&a->tcp, on_attempt_closed);
}

static void try_next(struct attempt *a)
{
    const struct addrinfo *address = a->next_address;

    if (address == NULL) {
        fail(a->dial, has_proxy(a->dial) ? AW_DIAL_PROXY_DOWN : AW_DIAL_CONNECT);
        return;
    }
    if (uv_tcp_init(&a->dial->loop->uv, &a->tcp) != 0) {
        fail(a->dial, AW_DIAL_LOCAL);
        return;
    }
    a->next_address = address->ai_next;
    connect_to(a, address->ai_addr);
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
    a->dial->state = DIAL_CONNECTING;
    if (status != 0)
        fail(a->dial, AW_DIAL_NAME);
    else
        try_next(a);
}

static void on_limit(uv_timer_t *timer)
{
    struct aw_dial *d = timer->data;

    fail(d, d->state == DIAL_ASKING ? AW_DIAL_PROXY_ENDED : AW_DIAL_TIME);
}

/* In digits, so that nothing is looked up. */
static bool proxy_address(const struct aw_proxy *proxy, struct sockaddr_storage *out)
{
    return uv_ip4_addr(proxy->host, proxy->port, (struct sockaddr_in *)out) == 0 ||
           uv_ip6_addr(proxy->host, proxy->port, (struct sockaddr_in6 *)out) == 0;
}

/* spec/08-relay.md §10: "A client with a proxy MUST open every link through it" */
static void connect_proxy(struct attempt *a)
{
    struct sockaddr_storage address;

    a->dial->state = DIAL_CONNECTING;
    if (!proxy_address(&a->dial->config.proxy, &address) ||
        uv_tcp_init(&a->dial->loop->uv, &a->tcp) != 0)
        fail(a->dial, AW_DIAL_LOCAL);
    else
        connect_to(a, (const struct sockaddr *)&address);
}

static void look_up(struct attempt *a)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct aw_dial *d = a->dial;
    char port[8];

    /* spec/08-relay.md §10: "A name whose last label is `onion` MUST NOT be looked up in DNS" */
    if (aw_host_is_onion(d->host)) {
        fail(d, AW_DIAL_ONION);
        return;
    }
    a->lookup.data = a;
    (void)snprintf(port, sizeof port, "%u", (unsigned)d->config.port);
    if (uv_getaddrinfo(&d->loop->uv, &a->lookup, on_addresses, d->host, port, &hints) != 0)
        fail(d, AW_DIAL_LOCAL);
    else
        a->is_looking_up = true;
}

static void begin(struct aw_dial *d)
{
    struct attempt *a = aw_alloc(sizeof *a);

    d->state = DIAL_LOOKING_UP;
    aw_client_connecting(d->config.client, aw_loop_now(d->loop));
    if (a == NULL) {
        fail(d, AW_DIAL_LOCAL);
        return;
    }
    d->attempt = a;
    a->dial = d;
    (void)uv_timer_start(&d->limit, on_limit, has_proxy(d) ? AW_DIAL_PROXY_MS : AW_DIAL_CONNECT_MS,
                         0);
    if (has_proxy(d))
        connect_proxy(a);
    else
        look_up(a);
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
        fail(d, AW_DIAL_ENDED);
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

bool aw_proxy_check(const struct aw_proxy *proxy)
{
    struct sockaddr_storage address;

    return proxy->host[0] == '\0' || (proxy->port != 0 && proxy_address(proxy, &address));
}

enum aw_status aw_dial_open(struct aw_dial **out, struct aw_loop *loop,
                            const struct aw_dial_config *config)
{
    struct aw_dial *d;

    if (strlen(config->host) > AW_DIAL_HOST_MAX || !aw_proxy_check(&config->proxy))
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

enum aw_dial_fault aw_dial_why(const struct aw_dial *dial)
{
    return dial->why;
}

const char *aw_dial_fault_text(enum aw_dial_fault fault)
{
    static const char *const texts[] = {
        [AW_DIAL_OK] = "",
        [AW_DIAL_LOCAL] = "this machine has no room for a connection",
        [AW_DIAL_NAME] = "the name is not known",
        [AW_DIAL_CONNECT] = "nobody answers there",
        [AW_DIAL_TIME] = "no answer in time",
        [AW_DIAL_KEY] = "what answers is not the relay with this key",
        [AW_DIAL_ENDED] = "the connection broke",
        [AW_DIAL_ONION] = "an onion address needs a proxy, such as Tor",
        [AW_DIAL_PROXY_DOWN] = "no proxy answers",
        [AW_DIAL_PROXY_STRANGE] = "what answers is no SOCKS5 proxy",
        [AW_DIAL_PROXY_ENDED] = "the proxy hung up, or said nothing in time",
        [AW_DIAL_PROXY_AUTH] = "the proxy refuses: it wants another user name",
        [AW_DIAL_PROXY_FAILED] = "the proxy refuses: it failed",
        [AW_DIAL_PROXY_RULES] = "the proxy refuses: its rules forbid it",
        [AW_DIAL_PROXY_NET] = "the proxy refuses: no way to that network",
        [AW_DIAL_PROXY_HOST] = "the proxy refuses: it cannot find or reach the host",
        [AW_DIAL_PROXY_REFUSED] = "the proxy refuses: nobody answers there",
        [AW_DIAL_PROXY_TIME] = "the proxy refuses: no answer in time",
        [AW_DIAL_PROXY_COMMAND] = "the proxy refuses: it does not connect",
        [AW_DIAL_PROXY_ADDRESS] = "the proxy refuses: it does not take such addresses",
        [AW_DIAL_PROXY_ONION] = "the proxy refuses: this onion service is not to be had"};

    return (size_t)fault < AW_COUNT(texts) ? texts[fault] : "";
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
    fail(dial, AW_DIAL_ENDED);
    uv_close((uv_handle_t *)&dial->timer, on_closed);
    uv_close((uv_handle_t *)&dial->limit, on_closed);
}
