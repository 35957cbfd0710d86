/* SPDX-License-Identifier: ISC */
#include "net/server.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "store/alloc.h"

#include <stdio.h>
#include <string.h>

#define BACKLOG 511

static const struct aw_relay_config defaults = {
    .link_count = 1024,
    .mailbox_count = 4096,
    .cell_count = 65536,
    .token_count = 64,
    .rate_burst = 128,
    .rate_interval_ms = 1000,
};

void aw_server_list_add(struct server_list *list, struct server_link *link)
{
    link->next = NULL;
    link->prev = list->last;
    if (list->last != NULL)
        list->last->next = link;
    else
        list->first = link;
    list->last = link;
    list->count++;
}

void aw_server_list_remove(struct server_list *list, struct server_link *link)
{
    if (link->prev != NULL)
        link->prev->next = link->next;
    else
        list->first = link->next;
    if (link->next != NULL)
        link->next->prev = link->prev;
    else
        list->last = link->prev;
    link->prev = link->next = NULL;
    list->count--;
}

void aw_server_handle_closed(struct aw_server *s)
{
    AW_ASSERT(s->open_handles > 0);
    if (--s->open_handles == 0 && s->is_closing)
        aw_free(s);
}

static void on_closed(uv_handle_t *handle)
{
    aw_server_handle_closed(handle->data);
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct aw_server *s = stream->data;

    if (status != 0) /* out of descriptors: libuv has closed the connection */
        return;
    /* libuv does not listen on while one waits to be accepted. */
    s->has_caller = s->accepted_now == AW_SERVER_ACCEPT_MAX;
    if (!s->has_caller)
        aw_server_accept(s);
}

static void on_engine_timer(uv_timer_t *timer)
{
    struct aw_server *s = timer->data;

    aw_relay_tick(s->relay, aw_loop_now(s->loop));
}

/* Runs before each wait, so once for all that the last wait brought. */
static void on_prepare(uv_prepare_t *prepare)
{
    struct aw_server *s = prepare->data;

    aw_server_pump(s);
    s->accepted_now = 0;
    if (s->has_caller && !s->is_closing && !s->is_draining)
        aw_server_accept(s);
    if (!s->is_closing)
        aw_loop_arm(s->loop, &s->engine_timer, on_engine_timer, aw_relay_deadline_ms(s->relay));
}

static void on_sweep(uv_timer_t *timer)
{
    aw_server_sweep(timer->data);
}

struct loading {
    struct aw_relay *relay;
    uint8_t space;
};

static enum aw_status load_record(void *ctx, uint64_t key, struct aw_bytes value)
{
    const struct loading *l = ctx;

    return aw_relay_load(l->relay, l->space, key, value);
}

static enum aw_status load_engine(struct aw_server *s)
{
    static const uint8_t spaces[] = {AW_RELAY_SPACE_META, AW_RELAY_SPACE_TOKEN,
                                     AW_RELAY_SPACE_MAILBOX, AW_RELAY_SPACE_BLOCK};
    const struct aw_store *store = &s->config.store;
    size_t len = aw_relay_memory_len(&s->config.relay), i;
    enum aw_status st;

    s->relay_memory = aw_alloc(len);
    if (s->relay_memory == NULL)
        return AW_E_LIMIT;
    st = aw_relay_init(&s->relay, s->relay_memory, len, &s->config.relay, aw_random_system());
    if (st != AW_OK)
        s->relay = NULL;
    for (i = 0; st == AW_OK && i < AW_COUNT(spaces); i++) {
        struct loading loading = {s->relay, spaces[i]};

        st = store->vtable->scan(store->self, spaces[i], load_record, &loading);
    }
    if (st == AW_OK)
        aw_relay_start(s->relay, aw_loop_now(s->loop));
    return st;
}

static enum aw_status load_key(struct aw_server *s)
{
    const struct aw_store *store = &s->config.store;
    struct aw_buf buf = AW_BUF_OF(s->secret_key);
    const struct aw_store_op op = {AW_SERVER_SPACE, AW_SERVER_KEY_SECRET,
                                   AW_BYTES_OF(s->secret_key)};
    enum aw_status st =
        store->vtable->read(store->self, AW_SERVER_SPACE, AW_SERVER_KEY_SECRET, 0, &buf);

    if (st == AW_OK)
        return aw_link_public_key(s->public_key, s->secret_key);
    if (st != AW_E_NOT_FOUND)
        return st == AW_E_RANGE ? AW_E_DAMAGED : st;
    st = aw_link_keypair(s->secret_key, s->public_key, aw_random_system());
    return st == AW_OK ? store->vtable->commit(store->self, &op, 1) : st;
}

static enum aw_status make_address(const struct aw_server_config *c, struct sockaddr_storage *out)
{
    int rc = strchr(c->host, ':') != NULL
                 ? uv_ip6_addr(c->host, c->port, (struct sockaddr_in6 *)(void *)out)
                 : uv_ip4_addr(c->host, c->port, (struct sockaddr_in *)(void *)out);

    return rc == 0 ? AW_OK : AW_E_RANGE;
}

static enum aw_status start_listening(struct aw_server *s, char *message)
{
    struct sockaddr_storage address = {0};
    const struct sockaddr_in *in = (const void *)&address; /* the port is in the same place */
    int len = sizeof address;
    int rc;

    if (make_address(&s->config, &address) != AW_OK) {
        (void)snprintf(
            message, AW_SERVER_MESSAGE_CAP,
            "%.100s: not a numeric address; use one such as 0.0.0.0 or ::", s->config.host);
        return AW_E_RANGE;
    }
    rc = uv_tcp_bind(&s->listener, (const struct sockaddr *)&address, 0);
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)&s->listener, BACKLOG, on_connection);
    if (rc == 0)
        rc = uv_tcp_getsockname(&s->listener, (struct sockaddr *)&address, &len);
    if (rc != 0) {
        (void)snprintf(message, AW_SERVER_MESSAGE_CAP, "%.100s port %u: %s; %s", s->config.host,
                       (unsigned)s->config.port, uv_strerror(rc),
                       rc == UV_EADDRINUSE ? "stop the other program or choose another port"
                       : rc == UV_EACCES   ? "choose a port above 1023"
                                           : "choose an address of this machine");
        return AW_E_NETWORK;
    }
    s->port = ntohs(in->sin_port);
    return AW_OK;
}

static void init_handle(struct aw_server *s, uv_handle_t *handle)
{
    handle->data = s;
    s->open_handles++;
}

static void init_handles(struct aw_server *s)
{
    uv_loop_t *uv = &s->loop->uv;

    (void)uv_tcp_init(uv, &s->listener);
    (void)uv_prepare_init(uv, &s->prepare);
    (void)uv_timer_init(uv, &s->engine_timer);
    (void)uv_timer_init(uv, &s->sweep_timer);
    (void)uv_timer_init(uv, &s->drain_timer);
    init_handle(s, (uv_handle_t *)&s->listener);
    init_handle(s, (uv_handle_t *)&s->prepare);
    init_handle(s, (uv_handle_t *)&s->engine_timer);
    init_handle(s, (uv_handle_t *)&s->sweep_timer);
    init_handle(s, (uv_handle_t *)&s->drain_timer);
}

static enum aw_status make_slots(struct aw_server *s)
{
    uint32_t count = s->config.relay.link_count, i;

    s->slots = aw_alloc(count * sizeof *s->slots);
    s->free_slots = aw_alloc(count * sizeof *s->free_slots);
    s->frame_buf = aw_alloc(AW_LINK_FRAME_MAX);
    if (s->slots == NULL || s->free_slots == NULL || s->frame_buf == NULL)
        return AW_E_LIMIT;
    for (i = 0; i < count; i++)
        s->free_slots[i] = count - 1 - i; /* the lowest is taken first */
    s->free_count = count;
    return AW_OK;
}

static void set_defaults(struct aw_server_config *c)
{
    struct aw_relay_config *r = &c->relay;

    c->frame_ms = c->frame_ms != 0 ? c->frame_ms : AW_SERVER_FRAME_MS;
    c->write_ms = c->write_ms != 0 ? c->write_ms : AW_SERVER_WRITE_MS;
    c->idle_ms = c->idle_ms != 0 ? c->idle_ms : AW_SERVER_IDLE_MS;
    r->link_count = r->link_count != 0 ? r->link_count : defaults.link_count;
    r->mailbox_count = r->mailbox_count != 0 ? r->mailbox_count : defaults.mailbox_count;
    r->cell_count = r->cell_count != 0 ? r->cell_count : defaults.cell_count;
    r->token_count = r->token_count != 0 ? r->token_count : defaults.token_count;
    r->rate_burst = r->rate_burst != 0 ? r->rate_burst : defaults.rate_burst;
    if (r->rate_interval_ms == 0)
        r->rate_interval_ms = defaults.rate_interval_ms;
}

static enum aw_status explain(enum aw_status st, char *message)
{
    const char *text = "out of memory or of system resources; free some";

    if (st == AW_E_DAMAGED)
        text = "the relay's records are damaged; restore a backup";
    else if (st == AW_E_VERSION)
        text = "written by a newer version; install that one";
    else if (st == AW_E_LIMIT)
        text = "more is stored than the limits allow, or out of memory; raise the limits";
    else if (st == AW_E_STORE)
        text = "the store cannot be read or written; check the disk";
    else if (st == AW_E_ENTROPY)
        text = "the system gives no random bytes; try again later";
    if (message[0] == '\0')
        (void)snprintf(message, AW_SERVER_MESSAGE_CAP, "%s", text);
    return st;
}

enum aw_status aw_server_open(struct aw_server **out, struct aw_loop *loop,
                              const struct aw_server_config *config,
                              char message[AW_SERVER_MESSAGE_CAP])
{
    struct aw_server *s = aw_alloc(sizeof *s);
    uint64_t sweep_ms;
    enum aw_status st;

    message[0] = '\0';
    if (s == NULL)
        return explain(AW_E_LIMIT, message);
    s->loop = loop;
    s->config = *config;
    set_defaults(&s->config);
    init_handles(s);
    st = make_slots(s);
    if (st == AW_OK)
        st = load_key(s);
    if (st == AW_OK)
        st = load_engine(s);
    if (st == AW_OK)
        st = aw_server_commit_start(s);
    if (st == AW_OK)
        st = start_listening(s, message);
    if (st != AW_OK) {
        aw_server_close(s);
        return explain(st, message);
    }
    (void)uv_prepare_start(&s->prepare, on_prepare);
    uv_unref((uv_handle_t *)&s->prepare);
    sweep_ms = aw_time_min(AW_SERVER_SWEEP_MS, s->config.frame_ms);
    (void)uv_timer_start(&s->sweep_timer, on_sweep, sweep_ms, sweep_ms);
    uv_unref((uv_handle_t *)&s->sweep_timer);
    *out = s;
    return AW_OK;
}

uint16_t aw_server_port(const struct aw_server *server)
{
    return server->port;
}

void aw_server_public_key(const struct aw_server *server, uint8_t out[AW_RELAY_KEY_LEN])
{
    memcpy(out, server->public_key, AW_RELAY_KEY_LEN);
}

struct aw_relay *aw_server_relay(struct aw_server *server)
{
    return server->relay;
}

enum aw_status aw_server_when_durable(struct aw_server *server, aw_server_durable *call, void *ctx)
{
    if (server->waiter_count == AW_SERVER_WAITER_MAX)
        return AW_E_BUSY;
    server->waiters[server->waiter_count++] = (struct server_waiter){.call = call, .ctx = ctx};
    return AW_OK;
}

void aw_server_counters(const struct aw_server *server, struct aw_server_counters *out)
{
    *out = server->counters;
}

static void close_links(struct aw_server *s)
{
    uint32_t i;

    while (s->strangers.first != NULL)
        aw_server_link_close(s->strangers.first);
    for (i = 0; s->slots != NULL && i < s->config.relay.link_count; i++) {
        if (s->slots[i] != NULL)
            aw_server_link_close(s->slots[i]);
    }
}

static void finish_drain(struct aw_server *s)
{
    aw_loop_call *call = s->on_drained;

    close_links(s);
    (void)uv_timer_stop(&s->drain_timer);
    s->on_drained = NULL;
    if (call != NULL)
        call(s->on_drained_ctx);
}

/* Not before the takes that wait for company in a batch have had their commit. */
void aw_server_drain_check(struct aw_server *s)
{
    uint32_t i;

    if (s->on_drained == NULL || s->is_committing ||
        aw_loop_true_ms(s->loop) < s->drain_since_ms + AW_RELAY_LAZY_MS)
        return;
    for (i = 0; i < s->config.relay.link_count; i++) {
        if (s->slots[i] != NULL && s->slots[i]->write_left > 0)
            return;
    }
    finish_drain(s);
}

static void on_drain_timer(uv_timer_t *timer)
{
    struct aw_server *s = timer->data;

    if (aw_loop_true_ms(s->loop) >= s->drain_since_ms + AW_SERVER_DRAIN_MS)
        finish_drain(s);
}

void aw_server_drain(struct aw_server *server, aw_loop_call *done, void *ctx)
{
    uint32_t i;

    if (server->is_draining)
        return;
    server->is_draining = true;
    server->on_drained = done;
    server->on_drained_ctx = ctx;
    server->drain_since_ms = aw_loop_true_ms(server->loop);
    uv_close((uv_handle_t *)&server->listener, on_closed);
    while (server->strangers.first != NULL)
        aw_server_link_close(server->strangers.first);
    for (i = 0; i < server->config.relay.link_count; i++) {
        if (server->slots[i] != NULL)
            (void)uv_read_stop((uv_stream_t *)&server->slots[i]->tcp);
    }
    (void)uv_timer_start(&server->drain_timer, on_drain_timer, AW_RELAY_LAZY_MS, 50);
}

void aw_server_close(struct aw_server *server)
{
    if (server == NULL)
        return;
    aw_server_commit_stop(server);
    close_links(server);
    server->is_closing = true;
    if (server->relay != NULL)
        aw_relay_wipe(server->relay);
    aw_free(server->relay_memory);
    aw_free(server->slots);
    aw_free(server->free_slots);
    aw_free(server->frame_buf);
    aw_wipe(server->secret_key, sizeof server->secret_key);
    if (!server->is_draining)
        uv_close((uv_handle_t *)&server->listener, on_closed);
    uv_close((uv_handle_t *)&server->prepare, on_closed);
    uv_close((uv_handle_t *)&server->engine_timer, on_closed);
    uv_close((uv_handle_t *)&server->sweep_timer, on_closed);
    uv_close((uv_handle_t *)&server->drain_timer, on_closed);
    if (server->committer.done.data != NULL)
        uv_close((uv_handle_t *)&server->committer.done, on_closed);
}
