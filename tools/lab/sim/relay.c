/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "lab/sim/store.h"
#include "relay/batch.h"
#include "relay/tidy.h"
#include "relay/wake.h"
#include "wire/answer.h"
#include "wire/request.h"

#include <stdlib.h>
#include <string.h>

/*
 * A relay: the engine, its store, its links, and, where its operator is hostile, what he does with
 * cells between the link and the engine.
 */

#define FETCH_MAX 128
/* Link of the operator himself, through which he deposits what he kept. */
#define OWN_LINK (2 * SIM_HOST_MAX)
/* The host of a relay looks each minute while switches are armed, and may be late: from 3 min on
 * its engine would take it for a pause (08 §7). */
#define BEAT_MS 150000
/* What its monotonic clock shows at the beginning. */
#define MONO_MS 1000

static bool fill(void *ctx, uint8_t *out, size_t len)
{
    struct sim_rng *rng = ctx;

    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(sim_next(rng) >> 56);
    return true;
}

static struct aw_now now_at(const struct sim_relay *r, uint64_t at_ms)
{
    int64_t wall_ms = (int64_t)(SIM_T0_S * 1000 + at_ms) + r->skew_s * 1000;

    return (struct aw_now){.mono_ms = at_ms + MONO_MS, .wall_ms = (uint64_t)wall_ms};
}

static struct aw_now now_of(const struct sim *w, const struct sim_relay *r)
{
    return now_at(r, w->now_ms);
}

struct loading {
    struct sim_relay *relay;
    uint8_t space;
};

static enum aw_status load_one(void *ctx, uint64_t key, struct aw_bytes value)
{
    const struct loading *l = ctx;

    return aw_relay_load(l->relay->engine, l->space, key, value);
}

static void relay_pump(struct sim *w, struct sim_relay *r);

void sim_relay_start(struct sim *w, struct sim_relay *r)
{
    size_t len = aw_relay_memory_len(&r->config);
    struct aw_random random = {.fill = fill, .ctx = &r->rng};
    struct loading l = {.relay = r};
    enum aw_status st;

    free(r->memory);
    r->memory = calloc(1, len);
    AW_ASSERT(r->memory != NULL);
    st = aw_relay_init(&r->engine, r->memory, len, &r->config, &random);
    for (l.space = 1; st == AW_OK && l.space <= AW_RELAY_SPACE_BLOCK; l.space++)
        st = r->store.vtable->scan(r->store.self, l.space, load_one, &l);
    if (st != AW_OK) {
        sim_fail(w, SIM_I4_DURABLE, "relay %u cannot start from its store: %s", r->idx + 1u,
                 aw_status_name(st));
        return;
    }
    aw_relay_start(r->engine, now_of(w, r));
    aw_relay_link_open(r->engine, OWN_LINK);
    r->is_up = true;
    r->is_committing = r->is_full = false;
    r->timer_ms = AW_TIME_NEVER;
    relay_pump(w, r);
}

void sim_relay_open(struct sim *w, size_t idx)
{
    struct sim_relay *r = &w->relays[idx];
    struct aw_relay_token_info info = {.quota = SIM_QUOTA, .label = "circle"};
    struct aw_relay_batch batch;

    r->idx = (uint8_t)idx;
    r->rng.state = sim_next(&w->rng);
    r->inputs_end = &r->inputs;
    r->config = (struct aw_relay_config){.link_count = 2 * SIM_HOST_MAX + 1,
                                         .mailbox_count = 1000,
                                         .cell_count = 8000,
                                         .token_count = 2,
                                         .rate_burst = 128,
                                         .rate_interval_ms = 1000};
    sim_store_open(w, &r->store, false);
    sim_relay_start(w, r);
    if (aw_relay_token_new(r->engine, &info, r->token) != AW_OK ||
        !aw_relay_batch_next(r->engine, &batch, now_of(w, r)) ||
        r->store.vtable->commit(r->store.self, batch.ops, batch.op_count) != AW_OK)
        AW_UNREACHABLE();
    aw_relay_committed(r->engine, AW_OK, now_of(w, r));
    w->endpoints[idx].relay_key[0] = (uint8_t)(9 + idx);
    (void)snprintf(w->endpoints[idx].address, sizeof w->endpoints[idx].address,
                   "relay%zu.example:7447", idx + 1);
}

static void forget_inputs(struct sim_relay *r)
{
    while (r->inputs != NULL) {
        struct sim_input *next = r->inputs->next;

        free(r->inputs);
        r->inputs = next;
    }
    r->inputs_end = &r->inputs;
}

void sim_relay_free(struct sim_relay *r)
{
    forget_inputs(r);
    r->store.vtable->close(r->store.self);
    if (r->has_backup)
        r->backup.vtable->close(r->backup.self);
    free(r->memory);
}

void sim_relay_crash(struct sim *w, struct sim_relay *r, uint64_t down_ms, bool is_rolled_back)
{
    if (!r->is_up)
        return;
    sim_relay_idle(w, r);
    r->is_up = false;
    r->gen++;
    r->is_committing = false;
    forget_inputs(r);
    aw_relay_wipe(r->engine);
    if (is_rolled_back && r->has_backup) {
        r->store.vtable->close(r->store.self);
        r->store = r->backup;
        r->has_backup = false;
    } else {
        sim_store_cut(w, &r->store);
    }
    for (size_t i = 0; i < OWN_LINK; i++) {
        struct sim_link *l = &r->links[i];

        if (!l->is_open)
            continue;
        l->is_open = false;
        sim_at(w, w->now_ms + sim_latency(w),
               (struct sim_event){
                   .kind = SIM_EV_BROKEN, .host = l->host, .relay = r->idx, .gen = l->gen});
    }
    sim_at(w, w->now_ms + down_ms,
           (struct sim_event){.kind = SIM_EV_RELAY_UP, .relay = r->idx, .gen = r->gen});
}

/* ---- Links ---- */

/* A host has two places: a link that it gave up may live on here for a while. */
static uint32_t link_of(uint8_t host, uint32_t gen)
{
    return 2u * host + (gen & 1);
}

void sim_relay_close_link(struct sim *w, struct sim_relay *r, uint8_t host, uint32_t gen)
{
    struct sim_link *l = &r->links[link_of(host, gen)];

    (void)w;
    if (!r->is_up || !l->is_open || l->gen != gen)
        return;
    l->is_open = false;
    aw_relay_link_closed(r->engine, link_of(host, gen));
}

static void open_link(struct sim_relay *r, uint8_t host, uint32_t gen)
{
    struct sim_link *l = &r->links[link_of(host, gen)];

    if (l->is_open)
        aw_relay_link_closed(r->engine, link_of(host, gen));
    *l = (struct sim_link){.is_open = true, .host = host, .gen = gen};
    aw_relay_link_open(r->engine, link_of(host, gen));
}

static void send_frame(struct sim *w, struct sim_relay *r, uint32_t link,
                       const struct aw_buf *plain)
{
    struct sim_link *l = &r->links[link];
    struct sim_port *p = &w->hosts[l->host].ports[r->idx];
    uint64_t at_ms = w->now_ms + sim_latency(w);
    struct sim_frame *frame;

    if (p->is_cut || p->gen != l->gen) {
        if (p->gen == l->gen)
            p->is_dead = true;
        return;
    }
    p->is_stuck_in = p->is_stuck_in || p->is_deaf;
    if (p->is_stuck_in)
        return;
    at_ms = aw_time_max(at_ms, p->to_host_ms);
    p->to_host_ms = at_ms;
    frame = malloc(sizeof *frame + plain->len);
    AW_ASSERT(frame != NULL);
    frame->len = plain->len;
    memcpy(frame->bytes, plain->ptr, plain->len);
    sim_at(w, at_ms,
           (struct sim_event){.kind = SIM_EV_TO_HOST,
                              .host = l->host,
                              .relay = r->idx,
                              .gen = l->gen,
                              .frame = frame});
}

static bool fetch_all(struct sim_relay *r, const struct aw_relay_fetch *fetch, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct aw_buf out = {fetch[i].dst, fetch[i].len, 0};

        if (r->store.vtable->read(r->store.self, AW_RELAY_SPACE_BLOCK, fetch[i].key,
                                  fetch[i].offset, &out) != AW_OK)
            return false;
    }
    return true;
}

static void flush(struct sim *w, struct sim_relay *r, uint32_t link)
{
    static uint8_t space[AW_LINK_PLAIN_MAX];
    AW_UNSET struct aw_relay_fetch fetch[FETCH_MAX];

    for (;;) {
        struct aw_buf plain = {space, sizeof space, 0};
        size_t count = aw_relay_output(r->engine, link, &plain, fetch, FETCH_MAX);

        if (plain.len == 0)
            return;
        if (!fetch_all(r, fetch, count)) {
            sim_fail(w, SIM_I4_DURABLE, "relay %u lost a cell that it had on disk", r->idx + 1u);
            return;
        }
        if (link != OWN_LINK)
            send_frame(w, r, link, &plain);
    }
}

/* ---- What a hostile operator does ---- */

static void keep_for_later(struct sim *w, struct sim_relay *r, const struct aw_request *request,
                           uint64_t span_ms, bool is_forged)
{
    struct sim_frame *frame = malloc(sizeof *frame + request->cell.len);

    AW_ASSERT(frame != NULL);
    frame->len = request->cell.len;
    memcpy(frame->capability, request->capability, sizeof frame->capability);
    memcpy(frame->bytes, request->cell.ptr, frame->len);
    if (is_forged) {
        frame->bytes[sim_below(&r->rng, frame->len)] ^= (uint8_t)sim_between(&r->rng, 1, 255);
        w->stats->forged++;
    }
    sim_at(w, w->now_ms + span_ms,
           (struct sim_event){.kind = SIM_EV_HELD, .relay = r->idx, .frame = frame});
}

static void answer_ok(struct sim *w, struct sim_relay *r, uint32_t link, uint32_t number)
{
    uint8_t space[AW_ANSWER_LEN_MAX];
    struct aw_buf plain = AW_BUF_OF(space);
    struct aw_answer answer = {.number = number, .kind = AW_ANSWER_PLAIN, .status = AW_RELAY_OK};

    if (aw_answer_encode(&answer, &plain) == AW_OK)
        send_frame(w, r, link, &plain);
}

/* Returns whether the engine is to see this request. */
static bool meddle(struct sim *w, struct sim_relay *r, uint32_t link, const struct aw_request *q)
{
    uint64_t span_ms = sim_exp(&r->rng, r->hold_ms);

    if (q->op != AW_REQUEST_DEPOSIT || w->is_calm)
        return true;
    if (w->odd.is_losing && q->cell.len == AW_CELL_LEN) {
        answer_ok(w, r, link, q->number);
        return false;
    }
    if (!r->is_hostile)
        return true;
    if (sim_chance(&r->rng, r->twice_pm))
        keep_for_later(w, r, q, span_ms, false);
    if (sim_chance(&r->rng, r->forge_pm))
        keep_for_later(w, r, q, span_ms, true);
    if (sim_chance(&r->rng, r->drop_pm)) {
        w->stats->fault_counts[SIM_FAULT_HOSTILE]++;
        sim_trouble(w, SIM_CAUSE_HOSTILE);
        answer_ok(w, r, link, q->number);
        return false;
    }
    if (sim_chance(&r->rng, r->hold_pm)) {
        w->stats->fault_counts[SIM_FAULT_HOSTILE]++;
        sim_trouble(w, SIM_CAUSE_HOSTILE);
        keep_for_later(w, r, q, span_ms, false);
        answer_ok(w, r, link, q->number);
        return false;
    }
    return true;
}

/* ---- Input ---- */

/* Returns how much was taken. */
static size_t feed_engine(struct sim *w, struct sim_relay *r, uint32_t link, struct aw_bytes plain)
{
    size_t used = 0;
    enum aw_status st = aw_relay_feed(r->engine, link, plain, &used, now_of(w, r));

    if (st == AW_E_FORMAT) {
        sim_fail(w, SIM_I11_DEFINED, "relay %u refuses what a client says", r->idx + 1u);
        return plain.len;
    }
    return used;
}

static size_t feed_hostile(struct sim *w, struct sim_relay *r, uint32_t link, struct aw_bytes plain)
{
    struct aw_bytes rest = plain;

    while (rest.len > 0) {
        struct aw_bytes one = rest;
        struct aw_request request;

        if (aw_request_decode(&request, &rest) != AW_OK)
            return plain.len;
        one.len -= rest.len;
        if (meddle(w, r, link, &request) && feed_engine(w, r, link, one) < one.len)
            return (size_t)(one.ptr - plain.ptr);
    }
    return plain.len;
}

static void feed(struct sim *w, struct sim_relay *r, uint32_t link, struct aw_bytes plain)
{
    bool is_meddling = r->is_hostile || w->odd.is_losing;
    size_t used = r->inputs != NULL                 ? 0
                  : is_meddling && link != OWN_LINK ? feed_hostile(w, r, link, plain)
                                                    : feed_engine(w, r, link, plain);
    struct sim_input *in;

    if (used == plain.len)
        return;
    in = malloc(sizeof *in + plain.len - used);
    AW_ASSERT(in != NULL);
    *in = (struct sim_input){.link = (uint8_t)link, .len = plain.len - used};
    memcpy(in->bytes, plain.ptr + used, in->len);
    *r->inputs_end = in;
    r->inputs_end = &in->next;
}

static bool resume_inputs(struct sim *w, struct sim_relay *r)
{
    bool moved = false;

    while (r->inputs != NULL) {
        struct sim_input *in = r->inputs;
        bool is_open = in->link == OWN_LINK || r->links[in->link].is_open;
        size_t used =
            is_open ? feed_engine(w, r, in->link, (struct aw_bytes){in->bytes, in->len}) : in->len;

        if (used < in->len) {
            memmove(in->bytes, in->bytes + used, in->len - used);
            in->len -= used;
            return moved || used > 0;
        }
        moved = true;
        r->inputs = in->next;
        if (r->inputs == NULL)
            r->inputs_end = &r->inputs;
        free(in);
    }
    return moved;
}

/* Whether what waits for the disk may be what a switch lets go, or the arm that holds it. */
static bool is_delicate(const struct sim_relay *r)
{
    for (uint32_t box = 1; box <= r->engine->box_pool.used; box++) {
        if ((r->engine->switches[box].flags & (AW_SWITCH_FIRING | AW_SWITCH_HELD)) != 0)
            return true;
    }
    return false;
}

/* A flaw. */
static void keep_row(struct sim *w, struct sim_relay *r)
{
    const uint8_t one[1] = {0};
    struct aw_store_op more = {AW_RELAY_SPACE_BLOCK, w->order + (UINT64_C(1) << 40), {one, 1}};

    (void)!r->store.vtable->commit(r->store.self, &more, 1);
}

static void commit(struct sim *w, struct sim_relay *r)
{
    enum aw_status st = AW_E_STORE;

    if (r->disk_bad > 0) {
        r->disk_bad--;
        sim_trouble(w, SIM_CAUSE_PATH);
        st = sim_store_refuse(&r->store, r->batch.ops, r->batch.op_count);
    } else if (w->scene.strength[SIM_FAULT_DISK] > 0 && sim_odd_chance(w, 100) && is_delicate(r)) {
        sim_trouble(w, SIM_CAUSE_PATH);
    } else {
        st = r->store.vtable->commit(r->store.self, r->batch.ops, r->batch.op_count);
    }
    aw_relay_committed(r->engine, st, now_of(w, r));
    r->is_committing = false;
    if (sim_canary(w, SIM_FLAW_RELAY_ROWS) && r->idx == 0)
        keep_row(w, r);
    if (st == AW_OK)
        sim_check_relay(w, r);
}

static void send_ready(struct sim *w, struct sim_relay *r)
{
    uint32_t link;

    while ((link = aw_relay_ready_next(r->engine)) != AW_RELAY_NONE)
        flush(w, r, link);
}

static void housekeep(struct sim_relay *r)
{
    struct aw_relay_fetch fetch;
    struct aw_relay_wake wake;

    while (aw_relay_wake_next(r->engine, &wake)) {
    }
    for (int n = 0; n < 64 && aw_relay_tidy_next(r->engine, &fetch); n++)
        aw_relay_tidied(r->engine, fetch_all(r, &fetch, 1) ? AW_OK : AW_E_STORE);
}

/* ---- Room ---- */

/* Others have used it up: what is taken makes room for as much and no more, and the token is good
 * for no other mailbox. */
void sim_relay_fill(struct sim *w, struct sim_relay *r, uint32_t room)
{
    sim_relay_idle(w, r);
    r->is_full = true;
    r->engine->config.cell_count = r->engine->plain_count + room;
    for (uint32_t i = 1; i <= r->engine->token_count; i++)
        r->engine->tokens[i].quota = r->engine->tokens[i].box_count;
}

void sim_relay_make_room(struct sim_relay *r)
{
    r->is_full = false;
    r->engine->config.cell_count = r->config.cell_count;
    for (uint32_t i = 1; i <= r->engine->token_count; i++)
        r->engine->tokens[i].quota = SIM_QUOTA;
}

/* ---- Time ---- */

/*
 * A relay wakes each minute, mostly for itself: its running time, its rows. What nobody else can
 * see is done when the next one comes, at the times that it would have had; only what is to be seen
 * gets an event.
 */
void sim_relay_idle(struct sim *w, struct sim_relay *r)
{
    while (r->is_up && !w->is_failed) {
        uint64_t at_ms =
            aw_time_min(aw_tidy_deadline_ms(r->engine), aw_wake_deadline_ms(r->engine));

        at_ms = aw_time_min(at_ms, aw_batch_deadline_ms(r->engine));
        if (r->engine->counters.armed > 0)
            at_ms = aw_time_min(at_ms, r->engine->now.mono_ms + BEAT_MS);
        at_ms = aw_time_max(at_ms, r->engine->now.mono_ms);
        if (at_ms > w->now_ms + MONO_MS)
            return;
        aw_relay_tick(r->engine, now_at(r, at_ms - MONO_MS));
        housekeep(r);
        if (!r->is_committing &&
            aw_relay_batch_next(r->engine, &r->batch, now_at(r, at_ms - MONO_MS)))
            commit(w, r);
    }
}

static void arm_timer(struct sim *w, struct sim_relay *r)
{
    const struct aw_relay *e = r->engine;
    uint64_t at_ms = AW_TIME_NEVER;

    if (e->counters.armed > 0)
        at_ms = aw_time_add(e->now.mono_ms, aw_time_since(e->run_ms, e->look_ms));
    if (!e->is_under_way && e->retry_ms > e->now.mono_ms)
        at_ms = aw_time_min(at_ms, e->retry_ms); /* the store refused what others wait for */
    if (at_ms == AW_TIME_NEVER)
        return;
    at_ms = at_ms <= w->now_ms + MONO_MS ? w->now_ms + 1 : at_ms - MONO_MS;
    if (at_ms >= r->timer_ms && r->timer_ms > w->now_ms)
        return;
    r->timer_ms = at_ms;
    sim_at(w, at_ms, (struct sim_event){.kind = SIM_EV_RELAY, .relay = r->idx});
}

static void relay_pump(struct sim *w, struct sim_relay *r)
{
    bool moved = true;

    while (moved && !w->is_failed) {
        send_ready(w, r);
        moved = resume_inputs(w, r);
        housekeep(r);
        if (r->is_committing || !aw_relay_batch_next(r->engine, &r->batch, now_of(w, r)))
            continue;
        r->is_committing = true;
        if (w->scene.commit_ms == 0) {
            commit(w, r);
            moved = true;
        } else {
            sim_at(w, w->now_ms + 1 + sim_exp(&r->rng, w->scene.commit_ms),
                   (struct sim_event){.kind = SIM_EV_COMMIT, .relay = r->idx, .gen = r->gen});
        }
    }
    send_ready(w, r);
    arm_timer(w, r);
}

void sim_relay_on_commit(struct sim *w, const struct sim_event *event)
{
    struct sim_relay *r = &w->relays[event->relay];

    if (r->gen != event->gen || !r->is_committing)
        return;
    sim_relay_idle(w, r);
    commit(w, r);
    relay_pump(w, r);
}

void sim_relay_on_frame(struct sim *w, const struct sim_event *event)
{
    struct sim_relay *r = &w->relays[event->relay];
    uint32_t link = link_of(event->host, event->gen);

    if (!r->is_up || w->hosts[event->host].ports[event->relay].is_cut) {
        sim_at(w, w->now_ms + 1 + sim_latency(w),
               (struct sim_event){.kind = SIM_EV_BROKEN,
                                  .host = event->host,
                                  .relay = event->relay,
                                  .gen = event->gen});
        return;
    }
    sim_relay_idle(w, r);
    if (sim_canary(w, SIM_I11_DEFINED))
        aw_relay_link_open(r->engine, OWN_LINK);
    if (event->kind == SIM_EV_DIAL)
        open_link(r, event->host, event->gen);
    if (!r->links[link].is_open || r->links[link].gen != event->gen)
        return;
    if (event->kind == SIM_EV_DIAL) {
        uint8_t nothing[1] = {0};

        send_frame(w, r, link, &(struct aw_buf){nothing, 1, 0}); /* the handshake's answer */
    }
    feed(w, r, link, (struct aw_bytes){event->frame->bytes, event->frame->len});
    relay_pump(w, r);
}

void sim_relay_on_held(struct sim *w, const struct sim_event *event)
{
    static uint8_t space[AW_REQUEST_LEN_MAX];
    struct sim_relay *r = &w->relays[event->relay];
    struct aw_buf plain = {space, sizeof space, 0};
    struct aw_request request = {.number = 1,
                                 .op = AW_REQUEST_DEPOSIT,
                                 .capability = event->frame->capability,
                                 .cell = {event->frame->bytes, event->frame->len}};

    if (!r->is_up || aw_request_encode(&request, &plain) != AW_OK)
        return;
    sim_relay_idle(w, r);
    feed(w, r, OWN_LINK, aw_buf_bytes(&plain));
    relay_pump(w, r);
}

void sim_relay_tick(struct sim *w, struct sim_relay *r, uint64_t at_ms)
{
    if (!r->is_up || r->timer_ms != at_ms)
        return;
    r->timer_ms = AW_TIME_NEVER;
    sim_relay_idle(w, r);
    aw_relay_tick(r->engine, now_of(w, r));
    relay_pump(w, r);
}
