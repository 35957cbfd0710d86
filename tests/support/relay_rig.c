/* SPDX-License-Identifier: ISC */
#include "support/relay_rig.h"

#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void require(bool ok, const char *what)
{
    if (ok)
        return;
    (void)fprintf(stderr, "rig: %s\n", what);
    abort();
}

struct aw_loop *rig_loop(void)
{
    struct aw_clock clock;
    struct aw_loop *loop;

    require(aw_clock_init(&clock, NULL) == AW_OK, "clock");
    require(aw_loop_open(&loop, &clock) == AW_OK, "loop");
    return loop;
}

static void on_durable(void *ctx, enum aw_status status)
{
    require(status == AW_OK, "token is not durable");
    aw_loop_stop(ctx);
}

static void make_token(struct relay_rig *rig)
{
    struct aw_relay_token_info info = {.quota = 1000, .label = "rig", .wake = "wake"};

    require(aw_relay_token_new(aw_server_relay(rig->server), &info, rig->token) == AW_OK, "token");
    require(aw_server_when_durable(rig->server, on_durable, rig->loop) == AW_OK, "waiter");
    aw_loop_run(rig->loop);
}

void rig_open(struct relay_rig *rig, struct aw_loop *loop, const char *path,
              void (*change)(struct aw_server_config *config))
{
    char message[AW_SERVER_MESSAGE_CAP];
    struct aw_server_config config = {
        .host = "127.0.0.1",
        .reader_rest = aw_store_sqlite_rest,
        .relay = {.rate_burst = 1000000, .rate_interval_ms = 1},
    };

    *rig = (struct relay_rig){.loop = loop};
    require(aw_store_sqlite_open(&rig->store, path, AW_SQLITE_CREATE | AW_SQLITE_BACKGROUND,
                                 message) == AW_OK,
            message);
    require(aw_store_sqlite_reader(&rig->reader, &rig->store) == AW_OK, "reader");
    config.store = rig->store;
    config.reader = rig->reader;
    if (change != NULL)
        change(&config);
    require(aw_server_open(&rig->server, loop, &config, message) == AW_OK, message);
    rig->port = aw_server_port(rig->server);
    aw_server_public_key(rig->server, rig->key);
    make_token(rig);
}

void rig_close(struct relay_rig *rig)
{
    aw_server_close(rig->server);
    rig->reader.vtable->close(rig->reader.self);
    rig->store.vtable->close(rig->store.self);
}

void rig_capabilities(uint8_t seed, uint64_t number, uint8_t read[AW_RELAY_KEY_LEN],
                      uint8_t deposit[AW_RELAY_KEY_LEN])
{
    memset(read, seed, AW_RELAY_KEY_LEN);
    aw_put_u64(read, number);
    memcpy(deposit, read, AW_RELAY_KEY_LEN);
    read[8] = 'r';
    deposit[8] = 'd';
}

static void refill(struct rig_client *c)
{
    while (c->wants_refill && c->sent < c->goal && rig_client_deposit(c, c->sent))
        c->sent++;
}

static void on_delivered(struct rig_client *c, const struct aw_client_event *event)
{
    uint64_t n = aw_get_u64(event->cell.ptr);

    c->delivered++;
    require(event->cell.len == AW_RELAY_CELL_LEN && event->cell.ptr[511] == (uint8_t)n, "cell");
    if (c->seen != NULL && n < c->seen_len)
        c->seen[n / 8] |= (uint8_t)(1u << n % 8);
    if (c->takes)
        aw_client_take(&c->client, event->mailbox, event->cell_no);
}

static void deposited(struct rig_client *c, uint64_t n)
{
    c->ok++;
    if (c->acked != NULL && n < c->seen_len)
        c->acked[n / 8] |= (uint8_t)(1u << n % 8);
}

static void on_event(void *ctx, const struct aw_client_event *event)
{
    struct rig_client *c = ctx;
    bool is_ok = event->status == AW_RELAY_OK;

    if (!is_ok)
        c->answer = event->status;
    if (event->kind == AW_CLIENT_EV_DELIVERED)
        on_delivered(c, event);
    else if (event->kind == AW_CLIENT_EV_DEPOSITED && is_ok)
        deposited(c, event->id);
    else if (event->kind == AW_CLIENT_EV_DEPOSITED)
        c->not_ok++;
    else if (event->kind == AW_CLIENT_EV_CREATED)
        c->created += is_ok;
    else if (event->kind == AW_CLIENT_EV_SUBSCRIBED)
        c->subscribed += is_ok;
    refill(c);
    if ((c->expect != 0 && (c->ok + c->not_ok >= c->expect || c->delivered >= c->expect)) ||
        (c->expect_cleared != 0 && c->created + c->subscribed >= c->expect_cleared))
        aw_loop_stop(c->loop);
}

static void on_link(void *ctx, bool is_up)
{
    struct rig_client *c = ctx;

    if (is_up)
        c->ups++;
    else
        c->downs++;
    refill(c);
    if (!is_up && c->ends_with_link)
        aw_loop_stop(c->loop);
}

void rig_client_open_at(struct rig_client *c, struct aw_loop *loop, const char *host, uint16_t port,
                        const uint8_t key[AW_RELAY_KEY_LEN], const struct aw_proxy *proxy)
{
    const struct aw_client_config config = {.mailboxes = c->mailboxes,
                                            .deposits = c->deposits,
                                            .mailbox_cap = RIG_CLIENT_MAILBOXES,
                                            .deposit_cap = RIG_CLIENT_DEPOSITS};
    struct aw_dial_config dial = {.host = host,
                                  .port = port,
                                  .proxy = *proxy,
                                  .client = &c->client,
                                  .on_event = on_event,
                                  .on_link = on_link,
                                  .ctx = c};

    *c = (struct rig_client){.loop = loop};
    memcpy(dial.relay_key, key, sizeof dial.relay_key);
    aw_client_init(&c->client, &config, aw_loop_now(loop));
    require(aw_dial_open(&c->dial, loop, &dial) == AW_OK, "dial");
}

void rig_client_open(struct rig_client *c, struct aw_loop *loop, uint16_t port,
                     const uint8_t key[AW_RELAY_KEY_LEN])
{
    const struct aw_proxy none = {.port = 0};

    rig_client_open_at(c, loop, "127.0.0.1", port, key, &none);
}

void rig_client_close(struct rig_client *c)
{
    aw_dial_close(c->dial);
    aw_client_wipe(&c->client);
}

void rig_client_read(struct rig_client *c, uint8_t seed, uint64_t number, const uint8_t *token)
{
    uint8_t read[AW_RELAY_KEY_LEN], deposit[AW_RELAY_KEY_LEN];
    uint32_t mailbox;

    rig_capabilities(seed, number, read, deposit);
    require(aw_client_mailbox_add(&c->client, read, token != NULL ? deposit : NULL, token,
                                  &mailbox) == AW_OK,
            "mailbox");
    aw_dial_kick(c->dial);
}

bool rig_client_deposit(struct rig_client *c, uint64_t n)
{
    uint8_t read[AW_RELAY_KEY_LEN], deposit[AW_RELAY_KEY_LEN];
    uint8_t cell[AW_RELAY_CELL_LEN] = {0};

    rig_capabilities(c->seed, n % c->mailbox_count, read, deposit);
    aw_put_u64(cell, n);
    cell[511] = (uint8_t)n;
    return aw_client_deposit(&c->client, n, deposit, (struct aw_bytes){cell, sizeof cell}) == AW_OK;
}

struct limit {
    struct aw_loop *loop;
    bool is_over;
};

static void on_limit(void *ctx)
{
    struct limit *limit = ctx;

    limit->is_over = true;
    aw_loop_stop(limit->loop);
}

bool rig_run(struct aw_loop *loop, uint64_t limit_ms)
{
    struct limit limit = {.loop = loop};
    struct aw_loop_timer *timer = aw_loop_timer_new(loop, on_limit, &limit);

    require(timer != NULL, "timer");
    aw_loop_timer_set(timer, aw_loop_now(loop).mono_ms + limit_ms);
    aw_loop_run(loop);
    aw_loop_timer_free(timer);
    return !limit.is_over;
}
