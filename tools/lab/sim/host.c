/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"
#include "lab/sim/store.h"

#include "base/assert.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

/* After stores failed twice in one round, a host waits this long, as the agent does. */
#define STORE_RETRY_MS 1000

/* ---- Clocks ---- */

static uint64_t carried(const struct sim *w, const struct sim_host *h)
{
    int64_t span_ms = (int64_t)(w->now_ms - h->clock_ms);

    return (uint64_t)(span_ms + span_ms * h->drift_ppm / 1000000);
}

struct aw_now sim_host_now(const struct sim *w, const struct sim_host *h)
{
    uint64_t span_ms = carried(w, h);

    return (struct aw_now){.mono_ms = h->mono_ms + span_ms, .wall_ms = h->wall_ms + span_ms};
}

int64_t sim_host_off_ms(const struct sim *w, const struct sim_host *h)
{
    return (int64_t)sim_host_now(w, h).wall_ms - (int64_t)(SIM_T0_S * 1000 + w->now_ms);
}

uint64_t sim_human_ms(const struct sim *w, const struct sim_host *h)
{
    return h->is_astray ? SIM_T0_S * 1000 + w->now_ms : sim_host_now(w, h).wall_ms;
}

/* First world time at which the host's monotonic clock shows `mono_ms` or more. */
uint64_t sim_host_when(const struct sim *w, const struct sim_host *h, uint64_t mono_ms)
{
    uint64_t at_ms;

    if (mono_ms >= AW_TIME_MAX_MS)
        return AW_TIME_NEVER;
    if (mono_ms <= h->mono_ms)
        return w->now_ms;
    at_ms = h->clock_ms +
            (uint64_t)((double)(mono_ms - h->mono_ms) * 1e6 / (double)(1000000 + h->drift_ppm));
    while (at_ms + 0 < AW_TIME_MAX_MS) {
        int64_t span_ms = (int64_t)(at_ms - h->clock_ms);

        if (h->mono_ms + (uint64_t)(span_ms + span_ms * h->drift_ppm / 1000000) >= mono_ms)
            break;
        at_ms++;
    }
    return at_ms < w->now_ms ? w->now_ms : at_ms;
}

static bool fill(void *ctx, uint8_t *out, size_t len)
{
    struct sim_rng *rng = ctx;

    while (len > 0) {
        uint64_t word = sim_next(rng);
        size_t part = len < sizeof word ? len : sizeof word;

        memcpy(out, &word, part);
        out += part;
        len -= part;
    }
    return true;
}

/* ---- Processes ---- */

struct loading {
    struct sim_host *host;
    uint8_t space;
};

static enum aw_status load_one(void *ctx, uint64_t key, struct aw_bytes value)
{
    const struct loading *l = ctx;

    return l->host->is_hers ? aw_subject_load(l->host->subject, l->space, key, value)
                            : aw_contact_load(l->host->contact, l->space, key, value);
}

static enum aw_status load(struct sim *w, struct sim_host *h)
{
    struct aw_random random = {.fill = fill, .ctx = &h->rng};
    struct aw_now now = sim_host_now(w, h);
    uint8_t first = h->is_hers ? AW_SPACE_SUBJECT_FIRST : AW_SPACE_CONTACT_FIRST;
    uint8_t last = h->is_hers ? AW_SPACE_SUBJECT_LAST : AW_SPACE_CONTACT_LAST;
    struct loading l = {.host = h};
    enum aw_status st = h->is_hers ? aw_subject_init(h->subject, &random, now)
                                   : aw_contact_init(h->contact, &random, h->idx, now);

    for (l.space = first; st == AW_OK && l.space <= last; l.space++)
        st = h->store.vtable->scan(h->store.self, l.space, load_one, &l);
    if (st != AW_OK)
        return st;
    return h->is_hers ? aw_subject_start(h->subject, now) : aw_contact_start(h->contact, now);
}

bool sim_host_start(struct sim *w, struct sim_host *h)
{
    enum aw_status st;

    h->gen++;
    h->state = SIM_HOST_ON;
    h->up_ms = h->begun_ms = w->now_ms;
    h->needs_sync = true;
    h->pause_ms = 0;
    /* A new process, perhaps a new boot: the monotonic clock begins anew, the wall clock goes on.
     */
    h->wall_ms += carried(w, h);
    h->clock_ms = w->now_ms;
    h->mono_ms = sim_between(&w->rng, 1000, 1000000);
    sim_faults_boot(w, h);
    sim_port_init(w, h);
    if (sim_canary(w, SIM_I5_NONCE))
        h->rng.state = h->idx;
    if (sim_canary(w, SIM_I12_CLOCKS) && !h->is_hers)
        h->drift_ppm = -500000;
    st = load(w, h);
    sim_log(w, 'B', h->idx, h->gen, (uint64_t)st);
    if (st != AW_OK) {
        sim_fail(w, SIM_I4_DURABLE, "%s cannot start from its store: %s", sim_name(h->idx),
                 aw_status_name(st));
        return false;
    }
    sim_faults_booted(w, h);
    sim_check_restart(w, h);
    sim_host_pump(w, h);
    return true;
}

static void forget_waiting(struct sim_host *h)
{
    while (h->waiting != NULL) {
        struct sim_waiting *next = h->waiting->next;

        free(h->waiting);
        h->waiting = next;
    }
    h->waiting_end = &h->waiting;
}

void sim_host_stop(struct sim *w, struct sim_host *h)
{
    if (h->state == SIM_HOST_OFF)
        return;
    h->state = SIM_HOST_OFF;
    h->gen++;
    h->timer_ms = AW_TIME_NEVER;
    for (uint8_t i = 0; i < w->scene.relays; i++)
        sim_port_drop(w, h, i);
    forget_waiting(h);
    if (h->is_hers)
        aw_subject_wipe(h->subject);
    else
        aw_contact_wipe(h->contact);
}

void sim_host_crash(struct sim *w, struct sim_host *h, uint64_t down_ms)
{
    w->stats->crashes++;
    sim_host_stop(w, h);
    sim_log(w, 'X', h->idx, down_ms, 0);
    sim_store_cut(w, &h->store);
    sim_at(w, w->now_ms + down_ms,
           (struct sim_event){.kind = SIM_EV_START, .host = h->idx, .gen = h->gen});
}

void sim_host_backup(struct sim_host *h, uint64_t now_ms)
{
    if (h->has_backup)
        h->backup.vtable->close(h->backup.self);
    h->has_backup = sim_store_clone(&h->backup, &h->store);
    h->backup_ms = now_ms;
}

void sim_host_open(struct sim *w, size_t idx)
{
    struct sim_host *h = &w->hosts[idx];

    h->idx = (uint8_t)idx;
    h->is_hers = idx == 0 || idx > w->scene.contacts;
    h->rng.state = sim_next(&w->rng);
    h->clock_ms = w->now_ms;
    h->wall_ms = SIM_T0_S * 1000 + w->now_ms;
    h->timer_ms = AW_TIME_NEVER;
    h->waiting_end = &h->waiting;
    if (h->is_hers)
        h->subject = aligned_alloc(64, sizeof(struct aw_subject));
    else
        h->contact = aligned_alloc(64, sizeof(struct aw_contact));
    h->ports = calloc(w->scene.relays, sizeof *h->ports);
    AW_ASSERT(h->ports != NULL && (h->subject != NULL || h->contact != NULL));
    sim_store_open(w, &h->store, true);
    if (idx <= w->scene.contacts)
        (void)sim_host_start(w, h);
}

void sim_host_free(struct sim_host *h)
{
    forget_waiting(h);
    h->store.vtable->close(h->store.self);
    if (h->has_backup)
        h->backup.vtable->close(h->backup.self);
    free(h->subject);
    free(h->contact);
    free(h->ports);
}

void sim_host_doze(struct sim *w, struct sim_host *h, uint64_t span_ms)
{
    if (!sim_host_runs(h))
        return;
    h->state = SIM_HOST_DOZES;
    sim_at(w, w->now_ms + span_ms,
           (struct sim_event){.kind = SIM_EV_WAKE, .host = h->idx, .gen = h->gen});
}

void sim_host_wake(struct sim *w, struct sim_host *h)
{
    h->state = SIM_HOST_ON;
    h->up_ms = w->now_ms;
    for (uint8_t i = 0; i < w->scene.relays; i++)
        sim_port_fail(w, h, i, true); /* what lived so long ago is gone */
    h->timer_ms = h->due_ms = w->now_ms;
    sim_host_timer(w, h, w->now_ms);
}

/* ---- Actions ---- */

static bool next_action(struct sim_host *h, struct aw_action *action)
{
    return h->is_hers ? aw_subject_next_action(h->subject, action)
                      : aw_contact_next_action(h->contact, action);
}

static void done(struct sim *w, struct sim_host *h, uint64_t id, enum aw_status status)
{
    if (h->is_hers)
        aw_subject_done(h->subject, id, status, sim_host_now(w, h));
    else
        aw_contact_done(h->contact, id, status, sim_host_now(w, h));
}

static enum aw_status store(struct sim *w, struct sim_host *h, const struct aw_action *action)
{
    sim_log(w, 'S', h->idx, action->store.count, 0);
    if (sim_canary(w, SIM_I4_DURABLE) && h->idx > 0 && !w->options.is_on_disk)
        return AW_OK;
    if (sim_canary(w, SIM_I8_BOUNDED) && h->idx == 0) {
        const uint8_t one[1] = {0};
        struct aw_store_op more = {AW_SPACE_SUBJECT_LAST, w->order, {one, 1}};

        (void)!h->store.vtable->commit(h->store.self, &more, 1);
    }
    if (h->disk_bad > 0) {
        h->disk_bad--;
        sim_trouble(w, SIM_CAUSE_DEVICE);
        return sim_store_refuse(&h->store, action->store.ops, action->store.count);
    }
    return h->store.vtable->commit(h->store.self, action->store.ops, action->store.count);
}

/* Does one action; false: the process died. */
static bool perform(struct sim *w, struct sim_host *h, const struct aw_action *action,
                    unsigned *failures)
{
    enum aw_status st = AW_OK;
    bool dies = h->crash_in > 0 && --h->crash_in == 0;

    if (dies && !h->crash_is_after) {
        if (action->kind == AW_ACTION_STORE)
            sim_store_tear(&h->store, action->store.ops, action->store.count);
        return false;
    }
    switch (action->kind) {
    case AW_ACTION_STORE:
        st = store(w, h, action);
        *failures += st != AW_OK;
        break;
    case AW_ACTION_SEND:
        sim_check_sent(w, h, action);
        if (!dies)
            sim_port_send(w, h, action); /* reports for itself */
        return !dies;
    case AW_ACTION_EVENT:
        sim_log(w, 'E', h->idx, action->event.kind, action->event.seq);
        if (action->event.kind == AW_EVENT_MAILBOXES)
            h->needs_sync = true;
        if (sim_canary(w, SIM_I1_SILENCE) && h->idx == 1 &&
            action->event.urgency == AW_URGENCY_RING)
            break;
        sim_check_event(w, h, &action->event);
        sim_people_on_event(w, h, &action->event);
        break;
    }
    if (!dies)
        done(w, h, action->id, st);
    return !dies;
}

static bool run_actions(struct sim *w, struct sim_host *h)
{
    struct aw_action action;
    unsigned failures = 0;
    bool moved = false;
    uint32_t gen = h->gen;

    if (h->pause_ms > sim_host_now(w, h).mono_ms)
        return false;
    while (!w->is_failed && next_action(h, &action)) {
        moved = true;
        if (!perform(w, h, &action, &failures)) {
            sim_note(w, "%s: process dies %s an action", sim_name(h->idx),
                     h->crash_is_after ? "after" : "before");
            sim_trouble(w, SIM_CAUSE_DEVICE);
            sim_host_crash(w, h, sim_exp(&w->rng, 5 * SIM_MINUTE));
            return false;
        }
        if (h->gen != gen)
            return false;
        if (failures >= 2) {
            h->pause_ms = sim_host_now(w, h).mono_ms + STORE_RETRY_MS;
            break;
        }
    }
    return moved;
}

enum aw_status sim_host_feed(struct sim *w, struct sim_host *h, uint8_t relay, uint32_t box,
                             uint64_t cell_no, uint32_t at_s, struct aw_bytes cell)
{
    struct sim_box *b = &h->ports[relay].boxes[box];
    struct aw_now now = sim_host_now(w, h);
    enum aw_status st;

    if (!b->is_used || b->is_removing)
        return AW_OK;
    sim_check_before(w, h, b->id);
    st = h->is_hers ? aw_subject_feed(h->subject, b->id, cell, at_s, now)
                    : aw_contact_feed(h->contact, b->id, cell, at_s, now);
    sim_check_after(w, h, st);
    if (st == AW_E_BUSY)
        return st;
    sim_log(w, 'F', h->idx, b->id, (uint64_t)(int64_t)st);
    w->stats->refused += st != AW_OK;
    if (st != AW_OK && w->options.is_verbose)
        sim_note(w, "%s: refuses a cell of %zu: %s", sim_name(h->idx), cell.len,
                 aw_status_name(st));
    if (cell_no > b->fed_upto)
        b->fed_upto = cell_no;
    return st;
}

static bool feed_waiting(struct sim *w, struct sim_host *h)
{
    bool moved = false;

    while (h->waiting != NULL) {
        struct sim_waiting *c = h->waiting;

        if (sim_host_feed(w, h, c->relay, c->box, c->cell_no, c->at_s,
                          (struct aw_bytes){c->cell, c->len}) == AW_E_BUSY)
            break;
        moved = true;
        h->waiting = c->next;
        if (h->waiting == NULL)
            h->waiting_end = &h->waiting;
        free(c);
    }
    return moved;
}

static uint64_t deadline_ms(const struct sim *w, struct sim_host *h)
{
    uint64_t at_ms =
        h->is_hers ? aw_subject_deadline_ms(h->subject) : aw_contact_deadline_ms(h->contact);

    at_ms = aw_time_min(at_ms, sim_port_deadline_ms(w, h));
    if (h->pause_ms != 0)
        at_ms = aw_time_min(at_ms, h->pause_ms);
    return sim_host_when(w, h, at_ms);
}

static void set_timer(struct sim *w, struct sim_host *h)
{
    uint64_t at_ms = h->due_ms;

    if (at_ms == AW_TIME_NEVER)
        return;
    /* A deadline that stays in the past is an engine that never gets done. */
    if (at_ms <= w->now_ms)
        at_ms = w->now_ms + 1;
    if (at_ms >= h->timer_ms && h->timer_ms > w->now_ms)
        return;
    h->timer_ms = at_ms;
    sim_at(w, at_ms, (struct sim_event){.kind = SIM_EV_HOST, .host = h->idx});
}

void sim_host_pump(struct sim *w, struct sim_host *h)
{
    uint32_t gen = h->gen;
    unsigned rounds = 0;
    bool moved = true;

    if (!sim_host_runs(h))
        return;
    while (moved && !w->is_failed) {
        rounds++;
        AW_ASSERT(rounds < 100000);
        moved = run_actions(w, h);
        if (h->gen != gen || !sim_host_runs(h))
            return;
        moved = feed_waiting(w, h) || moved;
        if (h->needs_sync) {
            sim_port_sync(w, h);
            moved = true;
        }
        moved = sim_port_paths(w, h) || moved;
    }
    sim_port_take(w, h);
    sim_port_pump(w, h);
    sim_odd_backup(w, h);
    sim_check_host(w, h);
    h->due_ms = deadline_ms(w, h);
    set_timer(w, h);
}

void sim_host_timer(struct sim *w, struct sim_host *h, uint64_t at_ms)
{
    struct aw_now now;

    if (h->timer_ms != at_ms || !sim_host_runs(h))
        return;
    h->timer_ms = AW_TIME_NEVER;
    if (h->due_ms > w->now_ms) { /* what it was set for is settled */
        set_timer(w, h);
        return;
    }
    now = sim_host_now(w, h);
    if (h->pause_ms != 0 && h->pause_ms <= now.mono_ms)
        h->pause_ms = 0;
    sim_port_tick(w, h);
    if (h->is_hers)
        aw_subject_tick(h->subject, now);
    else
        aw_contact_tick(h->contact, now);
    sim_host_pump(w, h);
}
