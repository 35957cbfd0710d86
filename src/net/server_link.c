/* SPDX-License-Identifier: ISC */
#include "net/server.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "store/alloc.h"

#include <string.h>

/* Fetches of one frame: "128 are never too few". */
#define FETCH_MAX   128

#define KEEPALIVE_S 60

/* What the kernel may hold for one reader; left alone it takes megabytes. */
#define SEND_BUFFER_LEN 262144

static void on_closed(uv_handle_t *handle)
{
    struct server_link *link = handle->data;
    struct aw_server *s = link->server;

    aw_free(link);
    aw_server_handle_closed(s);
}

void aw_server_link_close(struct server_link *link)
{
    struct aw_server *s = link->server;

    if (link->state == SERVER_LINK_CLOSING)
        return;
    if (link->state == SERVER_LINK_STRANGER) {
        aw_server_list_remove(&s->strangers, link);
        s->counters.strangers--;
    } else {
        aw_relay_link_closed(s->relay, link->slot);
        s->slots[link->slot] = NULL;
        s->free_slots[s->free_count++] = link->slot;
        s->counters.links--;
    }
    if (link->is_held)
        aw_server_list_remove(&s->held, link);
    link->is_held = false;
    link->state = SERVER_LINK_CLOSING;
    aw_frames_wipe(&link->frames);
    if (link->held_plain.ptr != NULL)
        aw_wipe(link->held_plain.ptr, link->held_plain.len);
    aw_free(link->held_plain.ptr);
    aw_free(link->held_raw.ptr);
    link->held_plain = link->held_raw = (struct server_bytes){0};
    aw_link_wipe(&link->crypto);
    uv_close((uv_handle_t *)&link->tcp, on_closed);
}

/* The IPv4 address or IPv6 /64 of the peer; 0 for loopback, which stands for Tor and proxies. */
static uint64_t address_of(const uv_tcp_t *tcp)
{
    struct sockaddr_storage peer = {0};
    int len = sizeof peer;
    uint64_t address = 0;

    if (uv_tcp_getpeername(tcp, (struct sockaddr *)&peer, &len) != 0)
        return 0;
    if (peer.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)&peer;

        address = ntohl(in->sin_addr.s_addr);
        return address >> 24 == 127 ? 0 : address;
    }
    if (peer.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const void *)&peer;
        const uint8_t *b = in->sin6_addr.s6_addr;

        if (IN6_IS_ADDR_LOOPBACK(&in->sin6_addr))
            return 0;
        if (IN6_IS_ADDR_V4MAPPED(&in->sin6_addr))
            return b[12] == 127 ? 0 : aw_get_u32(b + 12);
        return aw_get_u64(b);
    }
    return 0;
}

static bool address_is_over(const struct aw_server *s, uint64_t address)
{
    const struct server_link *link;
    unsigned count = 0;

    if (address == 0)
        return false;
    for (link = s->strangers.first; link != NULL; link = link->next)
        count += link->address == address;
    return count >= AW_SERVER_STRANGER_ADDRESS_MAX;
}

void aw_server_accept(struct aw_server *s)
{
    struct server_link *link = aw_alloc(sizeof *link);
    int send_len = SEND_BUFFER_LEN;

    s->has_caller = link == NULL;
    if (link == NULL)
        return;
    s->accepted_now++;
    s->counters.accepted++;
    *link = (struct server_link){.server = s, .slot = AW_RELAY_NONE};
    (void)uv_tcp_init(&s->loop->uv, &link->tcp);
    s->open_handles++;
    link->tcp.data = link;
    link->read_ms = link->frame_since_ms = aw_loop_true_ms(s->loop);
    aw_server_list_add(&s->strangers, link);
    s->counters.strangers++;
    if (uv_accept((uv_stream_t *)&s->listener, (uv_stream_t *)&link->tcp) != 0 || s->is_draining ||
        address_is_over(s, address_of(&link->tcp)) ||
        aw_link_server_init(&link->crypto, s->secret_key, s->public_key) != AW_OK) {
        s->counters.refused++;
        aw_server_link_close(link);
        return;
    }
    link->address = address_of(&link->tcp);
    (void)uv_send_buffer_size((uv_handle_t *)&link->tcp, &send_len);
    (void)uv_tcp_nodelay(&link->tcp, 1);
    (void)uv_tcp_keepalive(&link->tcp, 1, KEEPALIVE_S);
    /* A flood of silent connections ages itself out: an honest client needs one round trip, and the
     * oldest stranger is the one that has had the most time for it. */
    if (s->strangers.count > AW_SERVER_STRANGER_MAX) {
        s->counters.refused++;
        aw_server_link_close(s->strangers.first);
    }
    if (aw_server_link_read(link) != 0)
        aw_server_link_close(link);
}

struct pending {
    uv_write_t request;
    uint8_t bytes[];
};

static void on_written(uv_write_t *request, int status)
{
    struct server_link *link = request->handle->data;

    aw_free(request->data);
    if (link->state == SERVER_LINK_CLOSING)
        return;
    if (status != 0) {
        aw_server_link_close(link);
        return;
    }
    link->write_left = (uint32_t)uv_stream_get_write_queue_size((uv_stream_t *)&link->tcp);
    link->write_since_ms = aw_loop_true_ms(link->server->loop);
    if (link->write_left == 0 && link->state == SERVER_LINK_READY)
        aw_server_link_flush(link);
}

void aw_server_link_write(struct server_link *link, const uint8_t *bytes, size_t len)
{
    uv_stream_t *stream = (uv_stream_t *)&link->tcp;
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)len);
    int sent = uv_try_write(stream, &buf, 1);
    struct pending *rest;

    if (sent == (int)len)
        return;
    if (sent < 0 && sent != UV_EAGAIN) {
        aw_server_link_close(link);
        return;
    }
    if (sent > 0) {
        bytes += sent;
        len -= (size_t)sent;
    }
    rest = aw_alloc(sizeof *rest + len);
    if (rest == NULL) {
        aw_server_link_close(link);
        return;
    }
    memcpy(rest->bytes, bytes, len);
    rest->request.data = rest;
    buf = uv_buf_init((char *)rest->bytes, (unsigned)len);
    if (uv_write(&rest->request, stream, &buf, 1, on_written) != 0) {
        aw_free(rest);
        aw_server_link_close(link);
        return;
    }
    link->write_left = (uint32_t)uv_stream_get_write_queue_size(stream);
    link->write_since_ms = aw_loop_true_ms(link->server->loop);
}

bool aw_server_fetch(struct aw_server *s, const struct aw_relay_fetch *fetch, size_t count)
{
    struct aw_store *from = s->config.reader.self != NULL ? &s->config.reader : &s->config.store;
    size_t i;

    for (i = 0; i < count; i++) {
        struct aw_buf out = {.ptr = fetch[i].dst, .cap = fetch[i].len};

        if (from->vtable->read(from->self, AW_RELAY_SPACE_BLOCK, fetch[i].key, fetch[i].offset,
                               &out) != AW_OK)
            return false;
    }
    return true;
}

void aw_server_link_flush(struct server_link *link)
{
    struct aw_server *s = link->server;
    struct aw_relay_fetch fetch[FETCH_MAX];

    /* One frame waits for the kernel at most: a slow reader costs 64 KiB, not more. */
    while (link->state == SERVER_LINK_READY && link->write_left == 0) {
        struct aw_buf plain = {.ptr = s->frame_buf + AW_LINK_HEADER_LEN, .cap = AW_LINK_PLAIN_MAX};
        size_t count = aw_relay_output(s->relay, link->slot, &plain, fetch, FETCH_MAX);
        size_t len;

        if (plain.len == 0) {
            if (aw_relay_link_is_over(s->relay, link->slot))
                aw_server_link_close(link);
            return;
        }
        if (!aw_server_fetch(s, fetch, count) ||
            aw_link_seal(&link->crypto, s->frame_buf, AW_LINK_FRAME_MAX, plain.len, &len) != AW_OK)
            aw_server_link_close(link);
        else
            aw_server_link_write(link, s->frame_buf, len);
    }
}

static bool has_passed(uint64_t since_ms, uint64_t limit_ms, uint64_t now_ms)
{
    return aw_time_since(since_ms, now_ms) >= limit_ms;
}

static bool is_slow(struct server_link *link, uint64_t now_ms)
{
    const struct aw_server_config *c = &link->server->config;
    uint32_t left = (uint32_t)uv_stream_get_write_queue_size((uv_stream_t *)&link->tcp);

    if (left != link->write_left) {
        link->write_left = left;
        link->write_since_ms = now_ms;
    }
    if (left > 0)
        return has_passed(link->write_since_ms, c->write_ms, now_ms);
    if (link->frames.part != NULL && has_passed(link->frame_since_ms, c->frame_ms, now_ms))
        return true;
    return !link->is_held && has_passed(link->read_ms, c->idle_ms, now_ms);
}

void aw_server_sweep(struct aw_server *s)
{
    uint64_t now_ms = aw_loop_true_ms(s->loop);
    uint32_t i;

    while (s->strangers.first != NULL &&
           has_passed(s->strangers.first->frame_since_ms, s->config.frame_ms, now_ms)) {
        s->counters.handshakes_failed++;
        aw_server_link_close(s->strangers.first);
    }
    for (i = 0; i < s->config.relay.link_count; i++) {
        if (s->slots[i] != NULL && is_slow(s->slots[i], now_ms)) {
            s->counters.slow++;
            aw_server_link_close(s->slots[i]);
        }
    }
}
