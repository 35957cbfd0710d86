/* SPDX-License-Identifier: ISC */
#include "net/agent.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "store/alloc.h"

#include <string.h>

static void on_timer(uv_timer_t *timer);

static void do_store(struct aw_agent *a, struct agent_engine *e, const struct aw_action *action,
                     unsigned *failures)
{
    const struct aw_store *store = &a->config.store;
    enum aw_status st = store->vtable->commit(store->self, action->store.ops, action->store.count);

    if (st != AW_OK)
        ++*failures;
    aw_engine_done(e, action->id, st, aw_loop_now(a->loop));
}

static void do_event(struct aw_agent *a, struct agent_engine *e, const struct aw_action *action)
{
    uint32_t slot = e->slot;
    struct aw_event event = action->event;

    if (event.kind == AW_EVENT_MAILBOXES)
        a->needs_sync = true;
    a->config.on_event(a->config.ctx, slot, &event);
    e = aw_agent_engine(a, slot); /* the caller may have added engines */
    if (e != NULL)
        aw_engine_done(e, action->id, AW_OK, aw_loop_now(a->loop));
}

/* Does what one engine wants done; true when there was something. */
static bool run_engine(struct aw_agent *a, size_t idx)
{
    struct aw_action action;
    unsigned failures = 0;
    bool moved = false;

    a->engines[idx].is_dirty = false;
    while (!a->is_closed && aw_engine_next_action(&a->engines[idx], &action)) {
        struct agent_engine *e = &a->engines[idx];

        moved = true;
        switch (action.kind) {
        case AW_ACTION_STORE:
            do_store(a, e, &action, &failures);
            break;
        case AW_ACTION_SEND:
            aw_agent_send(a, e, &action);
            break;
        case AW_ACTION_EVENT:
            do_event(a, e, &action);
            break;
        }
        aw_wipe(&action, sizeof action);
        if (failures >= 2) { /* the disk does not recover within one round: let time pass */
            a->engines[idx].paused_until_ms =
                aw_time_add(aw_loop_now(a->loop).mono_ms, AGENT_STORE_RETRY_MS);
            break;
        }
    }
    return moved;
}

static bool run_engines(struct aw_agent *a)
{
    uint64_t now_ms = aw_loop_now(a->loop).mono_ms;
    bool moved = false;
    size_t i;

    for (i = 0; i < a->engine_count && !a->is_closed; i++) {
        struct agent_engine *e = &a->engines[i];

        if (!e->is_dirty || e->paused_until_ms > now_ms)
            continue;
        e->paused_until_ms = 0;
        moved = run_engine(a, i) || moved;
    }
    return moved;
}

uint64_t aw_agent_deadline_ms(const struct aw_agent *a)
{
    uint64_t at_ms = AW_TIME_NEVER;
    size_t i;

    for (i = 0; i < a->engine_count; i++) {
        const struct agent_engine *e = &a->engines[i];

        at_ms = aw_time_min(at_ms, aw_engine_deadline_ms(e));
        if (e->paused_until_ms != 0)
            at_ms = aw_time_min(at_ms, e->paused_until_ms);
    }
    return at_ms;
}

static void set_timer(struct aw_agent *a)
{
    aw_loop_arm(a->loop, &a->timer, on_timer, aw_agent_deadline_ms(a));
}

static void pump(struct aw_agent *a)
{
    bool moved;
    size_t i;

    do {
        a->needs_pump = false;
        moved = run_engines(a);
        moved = aw_agent_feed_held(a) || moved;
        moved = aw_agent_tell_paths(a) || moved;
        if (a->needs_sync && !a->is_closed)
            aw_agent_sync_mailboxes(a);
    } while (moved && !a->is_closed);
    if (a->is_closed)
        return;
    aw_agent_take(a);
    for (i = 0; i < a->link_count; i++) {
        if (a->links[i]->needs_kick) {
            a->links[i]->needs_kick = false;
            aw_dial_kick(a->links[i]->dial);
        }
    }
    set_timer(a);
}

static void on_timer(uv_timer_t *timer)
{
    struct aw_agent *a = timer->data;
    struct aw_now now = aw_loop_now(a->loop);
    size_t i;

    for (i = 0; i < a->engine_count; i++) {
        if (aw_engine_deadline_ms(&a->engines[i]) <= now.mono_ms)
            aw_engine_tick(&a->engines[i], now);
    }
    a->needs_pump = true;
}

static void on_prepare(uv_prepare_t *prepare)
{
    struct aw_agent *a = prepare->data;

    if (a->needs_pump)
        pump(a);
}

enum aw_status aw_agent_open(struct aw_agent **out, struct aw_loop *loop,
                             const struct aw_agent_config *config)
{
    struct aw_agent *a = aw_alloc(sizeof *a);

    if (a == NULL)
        return AW_E_NETWORK;
    a->loop = loop;
    a->config = *config;
    a->held_end = &a->held;
    a->next_send_id = 1;
    (void)uv_prepare_init(&loop->uv, &a->prepare);
    (void)uv_timer_init(&loop->uv, &a->timer);
    a->prepare.data = a->timer.data = a;
    a->open_handles = 2;
    (void)uv_prepare_start(&a->prepare, on_prepare);
    *out = a;
    return AW_OK;
}

static enum aw_status add_engine(struct aw_agent *a, const struct agent_engine *engine)
{
    if (aw_agent_engine(a, engine->slot) != NULL)
        return AW_E_STATE;
    if (a->engine_count == a->engine_cap) {
        size_t cap = a->engine_cap == 0 ? 8 : a->engine_cap * 2;
        struct agent_engine *grown = aw_realloc(a->engines, cap * sizeof *grown);

        if (grown == NULL)
            return AW_E_LIMIT;
        a->engines = grown;
        a->engine_cap = cap;
    }
    a->engines[a->engine_count++] = *engine;
    a->needs_sync = a->needs_pump = true;
    return AW_OK;
}

enum aw_status aw_agent_subject_add(struct aw_agent *agent, struct aw_subject *subject)
{
    const struct agent_engine e = {.subject = subject, .slot = AW_AGENT_SUBJECT, .is_dirty = true};

    return add_engine(agent, &e);
}

enum aw_status aw_agent_contact_add(struct aw_agent *agent, struct aw_contact *contact,
                                    uint32_t slot)
{
    const struct agent_engine e = {.contact = contact, .slot = slot, .is_dirty = true};

    AW_ASSERT(slot != AW_AGENT_SUBJECT);
    return add_engine(agent, &e);
}

void aw_agent_wake(struct aw_agent *agent)
{
    size_t i;

    for (i = 0; i < agent->engine_count; i++)
        agent->engines[i].is_dirty = true;
    agent->needs_pump = true;
}

void aw_agent_flush(struct aw_agent *agent)
{
    aw_agent_wake(agent);
    pump(agent);
}

bool aw_agent_is_idle(const struct aw_agent *agent)
{
    size_t i;

    if (agent->sends != NULL || agent->held != NULL || agent->needs_pump)
        return false;
    for (i = 0; i < agent->engine_count; i++) {
        if (!aw_engine_is_stored(&agent->engines[i]))
            return false;
    }
    for (i = 0; i < agent->link_count; i++) {
        struct aw_client_health health;

        aw_client_health(&agent->links[i]->client, &health);
        if (health.outstanding > 0 || aw_client_has_output(&agent->links[i]->client))
            return false;
    }
    return true;
}

static void on_closed(uv_handle_t *handle)
{
    struct aw_agent *a = handle->data;

    if (--a->open_handles == 0)
        aw_free(a);
}

void aw_agent_close(struct aw_agent *agent)
{
    if (agent == NULL)
        return;
    agent->is_closed = true;
    agent->engine_count = 0; /* they are told no more */
    aw_agent_relays_free(agent);
    aw_free(agent->engines);
    agent->engines = NULL;
    uv_close((uv_handle_t *)&agent->prepare, on_closed);
    uv_close((uv_handle_t *)&agent->timer, on_closed);
}
