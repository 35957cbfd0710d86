/* SPDX-License-Identifier: ISC */
#include "health.h"

#include "common/journal.h"

#include <allswell/store_sqlite.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS      10000
#define HOUR_MS      3600000
#define LATE_MS      60000
#define NEAR         90 /* percent of a limit at which it is said */
#define FAR          80 /* and below which it may be said again */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum limit { LIMIT_LINKS, LIMIT_MAILBOXES, LIMIT_CELLS, LIMIT_TOKENS, LIMIT_COUNT };

struct seen {
    struct aw_relay_counters engine;
    struct aw_server_counters net;
};

struct health {
    const struct relay_host *host;
    struct aw_loop *loop;
    struct aw_loop_timer *timer;
    struct seen last, hour; /* at the last look; at the start of this hour */
    uint64_t hour_since_ms;
    bool is_failing, is_late, is_near[LIMIT_COUNT];
};

static void look(const struct health *h, struct seen *out)
{
    aw_relay_counters(h->host->relay, &out->engine);
    aw_server_counters(h->host->server, &out->net);
}

static void tell_disk(struct health *h, const struct seen *now)
{
    const struct journal_field fields[] = {
        {"commits_failed", NULL, now->engine.commits_failed},
        {"disk_bytes", NULL, aw_store_sqlite_disk_len(&h->host->store)},
    };
    bool has_failed = now->engine.commits_failed != h->last.engine.commits_failed;

    if (!h->is_failing && has_failed)
        journal_event(JOURNAL_ERROR, "disk-failing",
                      "The disk refuses writes: new cells are refused until there is space again.",
                      fields, COUNT(fields));
    if ((h->is_failing || has_failed) && !now->engine.is_degraded)
        journal_event(JOURNAL_NOTICE, "disk-works", "The disk takes writes again.", fields,
                      COUNT(fields));
    h->is_failing = now->engine.is_degraded;
}

static void tell_limits(struct health *h, const struct seen *now)
{
    static const char *const names[LIMIT_COUNT] = {"links", "mailboxes", "cells", "tokens"};
    uint64_t used[LIMIT_COUNT] = {now->engine.links, now->engine.mailboxes, now->engine.cells};
    struct aw_relay_config bounds;
    struct relay_tokens tokens;
    uint64_t most[LIMIT_COUNT];

    relay_tokens_count(h->host->relay, &tokens);
    used[LIMIT_TOKENS] = tokens.places;
    aw_relay_bounds(h->host->relay, &bounds);
    most[LIMIT_LINKS] = bounds.link_count;
    most[LIMIT_MAILBOXES] = bounds.mailbox_count;
    most[LIMIT_CELLS] = bounds.cell_count;
    most[LIMIT_TOKENS] = bounds.token_count;
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        const struct journal_field fields[] = {
            {"what", names[i], 0}, {"used", NULL, used[i]}, {"limit", NULL, most[i]}};
        bool is_near = used[i] * 100 >= most[i] * (h->is_near[i] ? FAR : NEAR);

        if (is_near && !h->is_near[i])
            journal_event(JOURNAL_WARNING, "limit-near",
                          "A limit of the relay is nearly reached: more will be refused.", fields,
                          COUNT(fields));
        else if (!is_near && h->is_near[i])
            journal_event(JOURNAL_NOTICE, "limit-far", "There is room again.", fields,
                          COUNT(fields));
        h->is_near[i] = is_near;
    }
}

static void tell_late(struct health *h)
{
    uint64_t now_ms = aw_loop_now(h->loop).mono_ms, due_ms = aw_relay_deadline_ms(h->host->relay);
    bool is_late = due_ms < now_ms && now_ms - due_ms > LATE_MS;

    if (is_late && !h->is_late) {
        const struct journal_field field = {"late_s", NULL, (now_ms - due_ms) / 1000};

        journal_event(JOURNAL_ERROR, "overdue", "A deadline is missed: the machine is too slow.",
                      &field, 1);
    }
    h->is_late = is_late;
}

static void tell_hour(struct health *h, const struct seen *now)
{
    const struct aw_relay_counters *e = &now->engine, *e0 = &h->hour.engine;
    const struct aw_server_counters *n = &now->net, *n0 = &h->hour.net;
    const uint64_t dropped = e->dropped - e0->dropped, wakes = n->wakes_failed - n0->wakes_failed;
    const struct journal_field fields[] = {
        {"links", NULL, e->links},
        {"mailboxes", NULL, e->mailboxes},
        {"cells", NULL, e->cells},
        {"deposited", NULL, e->deposited - e0->deposited},
        {"taken", NULL, e->taken - e0->taken},
        {"dropped", NULL, dropped},
        {"expired", NULL, e->expired - e0->expired},
        {"connections", NULL, n->accepted - n0->accepted},
        {"connections_refused", NULL, n->refused - n0->refused},
        {"handshakes_failed", NULL, n->handshakes_failed - n0->handshakes_failed},
        {"links_junk", NULL, n->junk - n0->junk},
        {"links_slow", NULL, n->slow - n0->slow},
        {"wakes_failed", NULL, wakes},
        {"disk_bytes", NULL, aw_store_sqlite_disk_len(&h->host->store)},
    };

    journal_event(JOURNAL_INFO, "hour", "The last hour.", fields, COUNT(fields));
    if (dropped > 0)
        journal_event(JOURNAL_WARNING, "cells-dropped",
                      "Cells were dropped from full mailboxes: their readers stay away.",
                      &fields[5], 1);
    if (wakes > 0)
        journal_event(JOURNAL_WARNING, "wakes-failed", "Wake commands have failed: try them.",
                      &fields[12], 1);
}

static void on_tick(void *ctx)
{
    struct health *h = (struct health *)ctx;
    uint64_t now_ms = aw_loop_now(h->loop).mono_ms;
    struct seen now;

    look(h, &now);
    tell_disk(h, &now);
    tell_limits(h, &now);
    tell_late(h);
    h->last = now;
    if (now_ms - h->hour_since_ms >= HOUR_MS) {
        tell_hour(h, &now);
        h->hour = now;
        h->hour_since_ms = now_ms;
    }
    aw_loop_timer_set(h->timer, now_ms + TICK_MS);
}

bool health_open(struct health **out, const struct relay_host *host, struct aw_loop *loop,
                 struct tool_fail *fail)
{
    struct health *h = calloc(1, sizeof *h);

    *out = h;
    if (h != NULL)
        h->timer = aw_loop_timer_new(loop, on_tick, h);
    if (h == NULL || h->timer == NULL)
        return fail_set(fail, TOOL_ENVIRONMENT, "out of memory: end other processes");
    h->host = host;
    h->loop = loop;
    h->hour_since_ms = aw_loop_now(loop).mono_ms;
    look(h, &h->last);
    h->hour = h->last;
    aw_loop_timer_set(h->timer, h->hour_since_ms);
    return true;
}

void health_close(struct health *health)
{
    if (health == NULL)
        return;
    if (health->timer != NULL)
        aw_loop_timer_free(health->timer);
    free(health);
}
