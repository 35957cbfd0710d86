/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "base/assert.h"
#include "base/time.h"
#include "support/proofs.h"

#include <stdlib.h>
#include <string.h>

/*
 * A host's end of the links: what src/net does with sockets, with frames that arrive later, in
 * order, or not at all. Frames are not sealed: a link hides them, and that is tested elsewhere.
 */

/* As in the agent: a relay is tried out of turn after this, and asked this often. */
#define RETRY_MS      10000
#define PROBE_MS      5000

#define DIAL_LIMIT_MS 10000

static void done(struct sim *w, struct sim_host *h, uint64_t id, enum aw_status status)
{
    if (h->is_hers)
        aw_subject_done(h->subject, id, status, sim_host_now(w, h));
    else
        aw_contact_done(h->contact, id, status, sim_host_now(w, h));
}

uint64_t sim_latency(struct sim *w)
{
    uint64_t at_ms = w->scene.latency_ms == 0 ? 0 : sim_exp(&w->rng, w->scene.latency_ms);
    uint32_t tail_pm = w->is_calm ? 0 : w->scene.strength[SIM_FAULT_DELAY] / 20;

    if (tail_pm > 0 && sim_chance(&w->rng, tail_pm)) {
        w->stats->fault_counts[SIM_FAULT_DELAY]++;
        at_ms += sim_exp(&w->rng, 5000);
        if (at_ms > 10000)
            sim_trouble(w, SIM_CAUSE_PATH);
    }
    return at_ms;
}

void sim_port_init(struct sim *w, struct sim_host *h)
{
    for (uint8_t i = 0; i < w->scene.relays; i++) {
        struct sim_port *p = &h->ports[i];
        struct aw_client_config config = {.mailboxes = p->client_boxes,
                                          .deposits = p->client_deposits,
                                          .mailbox_cap = w->scene.box_cap,
                                          .deposit_cap = w->scene.deposit_cap,
                                          .probe_ms = w->scene.probe_ms};

        memset(p->client_boxes, 0, sizeof p->client_boxes);
        memset(p->client_deposits, 0, sizeof p->client_deposits);
        memset(p->boxes, 0, sizeof p->boxes);
        memset(p->sends, 0, sizeof p->sends);
        p->state = SIM_LINK_DOWN;
        p->gen++;
        p->is_dead = p->is_stuck_out = p->is_stuck_in = p->has_answer = false;
        p->probe_phase_ms = (uint32_t)sim_below(&w->rng, AW_CLIENT_PROBE_MS);
        p->down_ms = 0;
        aw_client_init(&p->client, &config, sim_host_now(w, h));
    }
}

/* Whether a new link can come up. */
static bool is_open(const struct sim_port *p)
{
    return !p->is_cut && !p->is_mute && !p->is_deaf;
}

bool sim_port_is_whole(const struct sim_port *p)
{
    return is_open(p) && !p->is_dead && !p->is_stuck_out && !p->is_stuck_in;
}

static struct sim_frame *frame_of(const uint8_t *bytes, size_t len)
{
    struct sim_frame *frame = malloc(sizeof *frame + len);

    AW_ASSERT(frame != NULL);
    frame->len = len;
    memcpy(frame->bytes, bytes, len);
    return frame;
}

static void emit(struct sim *w, struct sim_host *h, uint8_t relay, enum sim_kind kind,
                 const struct aw_buf *plain)
{
    struct sim_port *p = &h->ports[relay];
    uint64_t at_ms = w->now_ms + sim_latency(w);

    if (p->is_cut || p->is_dead) {
        p->is_dead = true; /* and this end finds out when no answer comes */
        return;
    }
    p->is_stuck_out = p->is_stuck_out || p->is_mute;
    if (p->is_stuck_out)
        return; /* likewise: nothing passes after what was lost */
    at_ms = aw_time_max(at_ms, p->to_relay_ms);
    p->to_relay_ms = at_ms;
    sim_at(w, at_ms,
           (struct sim_event){.kind = kind,
                              .host = h->idx,
                              .relay = relay,
                              .gen = p->gen,
                              .frame = frame_of(plain->ptr, plain->len)});
}

static void fail_sends(struct sim *w, struct sim_host *h, struct sim_port *p)
{
    for (size_t i = 0; i < w->scene.deposit_cap; i++) {
        struct sim_send *s = &p->sends[i];

        if (!s->is_used)
            continue;
        s->is_used = false;
        aw_client_cancel(&p->client, s->id);
        done(w, h, s->action, AW_E_NETWORK);
    }
}

static void close_at_relay(struct sim *w, struct sim_host *h, uint8_t relay, uint32_t gen)
{
    const struct sim_port *p = &h->ports[relay];

    if (!p->is_cut && !p->is_mute && !p->is_stuck_out && w->relays[relay].is_up)
        sim_relay_close_link(w, &w->relays[relay], h->idx, gen);
}

/* A relay that comes back with an older state counts its cells anew. */
static void forget_numbers(struct sim_host *h, uint8_t relay)
{
    for (size_t i = 0; i < SIM_BOX_MAX; i++)
        h->ports[relay].boxes[i].fed_upto = h->ports[relay].boxes[i].taken_upto = 0;
    for (struct sim_waiting *c = h->waiting; c != NULL; c = c->next) {
        if (c->relay == relay)
            c->cell_no = 0;
    }
}

/* The link ends; `is_told`: this end knows, and tells its engine. */
void sim_port_fail(struct sim *w, struct sim_host *h, uint8_t relay, bool is_told)
{
    struct sim_port *p = &h->ports[relay];

    if (p->state == SIM_LINK_DOWN || h->state == SIM_HOST_OFF)
        return;
    if (!is_told) {
        p->is_dead = true;
        return;
    }
    close_at_relay(w, h, relay, p->gen);
    p->gen++;
    p->state = SIM_LINK_DOWN;
    p->is_dead = p->is_stuck_out = p->is_stuck_in = false;
    p->down_ms = sim_host_now(w, h).mono_ms;
    forget_numbers(h, relay);
    aw_client_disconnected(&p->client, (uint32_t)sim_next(&h->rng), sim_host_now(w, h));
    fail_sends(w, h, p);
}

void sim_port_drop(struct sim *w, struct sim_host *h, uint8_t relay)
{
    struct sim_port *p = &h->ports[relay];

    if (p->state != SIM_LINK_DOWN)
        close_at_relay(w, h, relay, p->gen);
    p->state = SIM_LINK_DOWN;
    p->gen++;
}

void sim_port_on_broken(struct sim *w, const struct sim_event *event)
{
    struct sim_host *h = &w->hosts[event->host];

    if (h->ports[event->relay].gen != event->gen || !sim_host_runs(h))
        return;
    sim_port_fail(w, h, event->relay, true);
    sim_host_pump(w, h);
}

/* ---- Sending ---- */

static bool is_worth_trying(struct sim *w, struct sim_host *h, struct sim_port *p)
{
    struct aw_now now = sim_host_now(w, h);

    if (p->state != SIM_LINK_DOWN)
        return true;
    if (p->down_ms != 0 && aw_time_since(p->down_ms, now.mono_ms) < RETRY_MS)
        return false;
    aw_client_connect_now(&p->client, now);
    return true;
}

static int relay_of(const struct sim *w, const struct aw_endpoint *endpoint)
{
    for (int i = 0; i < w->scene.relays; i++) {
        if (memcmp(w->endpoints[i].relay_key, endpoint->relay_key, AW_RELAY_KEY_LEN) == 0)
            return i;
    }
    return -1;
}

static struct sim_send *free_send(const struct sim *w, struct sim_port *p)
{
    for (size_t i = 0; i < w->scene.deposit_cap; i++) {
        if (!p->sends[i].is_used)
            return &p->sends[i];
    }
    return NULL;
}

void sim_port_send(struct sim *w, struct sim_host *h, const struct aw_action *action)
{
    int relay = relay_of(w, &action->send.relay);
    struct sim_port *p = relay < 0 ? NULL : &h->ports[relay];
    struct sim_send *s = NULL;
    enum aw_status st = AW_E_NETWORK;
    uint64_t id = ++h->send_id;

    if (sim_canary(w, SIM_I2_CALM) && h->idx == 0) {
        done(w, h, action->id, AW_OK);
        return;
    }
    if (p != NULL && is_worth_trying(w, h, p))
        s = free_send(w, p);
    if (s != NULL && action->send.arm_after_s == 0)
        st = aw_client_deposit(&p->client, id, action->send.capability, action->send.cell);
    else if (s != NULL)
        st = aw_client_arm(&p->client, id, action->send.capability, action->send.cell.ptr,
                           action->send.arm_after_s);
    if (s == NULL || st != AW_OK) {
        done(w, h, action->id, AW_E_NETWORK);
        return;
    }
    *s = (struct sim_send){.is_used = true, .id = id, .action = action->id};
}

static void dial(struct sim *w, struct sim_host *h, uint8_t relay)
{
    static uint8_t space[AW_LINK_FIRST_MAX];
    struct sim_port *p = &h->ports[relay];
    struct aw_buf plain = {space, sizeof space, 0};

    p->gen++;
    p->state = SIM_LINK_DIALING;
    p->is_dead = p->is_stuck_out = p->is_stuck_in = false;
    p->to_relay_ms = p->to_host_ms = w->now_ms;
    aw_client_connecting(&p->client, sim_host_now(w, h));
    aw_client_output(&p->client, &plain, sim_host_now(w, h));
    if (!is_open(p) || !w->relays[relay].is_up) {
        uint64_t span_ms = !is_open(p) ? DIAL_LIMIT_MS : 1 + sim_latency(w);

        sim_at(w, w->now_ms + span_ms,
               (struct sim_event){
                   .kind = SIM_EV_BROKEN, .host = h->idx, .relay = relay, .gen = p->gen});
        return;
    }
    emit(w, h, relay, SIM_EV_DIAL, &plain);
}

void sim_port_pump(struct sim *w, struct sim_host *h)
{
    static uint8_t space[AW_LINK_PLAIN_MAX];
    struct aw_now now = sim_host_now(w, h);

    for (uint8_t i = 0; i < w->scene.relays; i++) {
        struct sim_port *p = &h->ports[i];

        if (p->state == SIM_LINK_DOWN && aw_client_connect_ms(&p->client) <= now.mono_ms)
            dial(w, h, i);
        while (p->state == SIM_LINK_UP && aw_client_has_output(&p->client)) {
            struct aw_buf plain = {space, sizeof space, 0};

            aw_client_output(&p->client, &plain, now);
            if (plain.len == 0)
                break;
            emit(w, h, i, SIM_EV_TO_RELAY, &plain);
        }
    }
}

/* ---- Receiving ---- */

static void hold(struct sim_host *h, uint8_t relay, const struct aw_client_event *event)
{
    struct sim_waiting *c = malloc(sizeof *c + event->cell.len);

    AW_ASSERT(c != NULL);
    *c = (struct sim_waiting){.relay = relay,
                              .box = event->mailbox,
                              .at_s = event->at,
                              .cell_no = event->cell_no,
                              .len = event->cell.len};
    memcpy(c->cell, event->cell.ptr, event->cell.len);
    *h->waiting_end = c;
    h->waiting_end = &c->next;
}

static void on_deposited(struct sim *w, struct sim_host *h, struct sim_port *p,
                         const struct aw_client_event *event)
{
    for (size_t i = 0; i < w->scene.deposit_cap; i++) {
        struct sim_send *s = &p->sends[i];

        if (!s->is_used || s->id != event->id)
            continue;
        s->is_used = false;
        done(w, h, s->action, aw_client_status(event->status));
        return;
    }
}

static void on_client_event(struct sim *w, struct sim_host *h, uint8_t relay,
                            const struct aw_client_event *event)
{
    struct sim_port *p = &h->ports[relay];

    switch (event->kind) {
    case AW_CLIENT_EV_DELIVERED:
        if (h->waiting != NULL || sim_host_feed(w, h, relay, event->mailbox, event->cell_no,
                                                event->at, event->cell) == AW_E_BUSY)
            hold(h, relay, event);
        break;
    case AW_CLIENT_EV_DEPOSITED:
        on_deposited(w, h, p, event);
        break;
    case AW_CLIENT_EV_SUBSCRIBED:
    case AW_CLIENT_EV_PROBED:
        p->has_answer = true;
        break;
    case AW_CLIENT_EV_REMOVED:
        if (event->mailbox < w->scene.box_cap)
            p->boxes[event->mailbox] = (struct sim_box){0};
        break;
    case AW_CLIENT_EV_CREATED:
    case AW_CLIENT_EV_MOVED:
    case AW_CLIENT_EV_NONE:
        break;
    }
}

static void come_up(struct sim *w, struct sim_host *h, struct sim_port *p)
{
    p->state = SIM_LINK_UP;
    h->needs_sync = true;
    if (h->is_hers)
        aw_subject_kick(h->subject, sim_host_now(w, h));
    else
        aw_contact_kick(h->contact, sim_host_now(w, h));
}

void sim_port_on_frame(struct sim *w, const struct sim_event *event)
{
    struct sim_host *h = &w->hosts[event->host];
    struct sim_port *p = &h->ports[event->relay];
    struct aw_bytes plain = {event->frame->bytes, event->frame->len};

    if (p->gen != event->gen || p->state == SIM_LINK_DOWN || !sim_host_runs(h))
        return;
    if (p->is_cut || p->is_dead) {
        p->is_dead = true;
        return;
    }
    if (p->state == SIM_LINK_DIALING)
        come_up(w, h, p);
    while (plain.len > 0) {
        struct aw_client_event e;

        if (aw_client_next_event(&p->client, &plain, &e, sim_host_now(w, h)) != AW_OK) {
            sim_note(w, "%s: relay %u does not speak as a relay does", sim_name(h->idx),
                     event->relay + 1u);
            if (!w->relays[event->relay].is_hostile)
                sim_fail(w, SIM_I11_DEFINED, "an honest relay was not understood");
            sim_port_fail(w, h, event->relay, true);
            break;
        }
        on_client_event(w, h, event->relay, &e);
    }
    sim_host_pump(w, h);
}

/* ---- Mailboxes ---- */

static void want_box(struct sim *w, struct sim_host *h, const struct aw_mailbox *mailbox)
{
    int relay = relay_of(w, &mailbox->relay);
    struct sim_port *p = relay < 0 ? NULL : &h->ports[relay];
    uint32_t idx;

    if (p == NULL)
        return;
    for (size_t i = 0; i < w->scene.box_cap; i++) {
        if (p->boxes[i].is_used && !p->boxes[i].is_removing && p->boxes[i].id == mailbox->id) {
            p->boxes[i].is_wanted = true;
            return;
        }
    }
    if (aw_client_mailbox_add(&p->client, mailbox->read_capability, mailbox->deposit_capability,
                              w->relays[relay].token, &idx) != AW_OK)
        return;
    p->boxes[idx] = (struct sim_box){.is_used = true, .is_wanted = true, .id = mailbox->id};
}

void sim_port_sync(struct sim *w, struct sim_host *h)
{
    static struct aw_mailbox list[AW_SUBJECT_MAILBOX_MAX];
    size_t count = h->is_hers ? aw_subject_mailboxes(h->subject, list)
                              : aw_contact_mailboxes(h->contact, list);

    h->needs_sync = false;
    for (uint8_t r = 0; r < w->scene.relays; r++) {
        for (size_t i = 0; i < w->scene.box_cap; i++)
            h->ports[r].boxes[i].is_wanted = false;
    }
    for (size_t i = 0; i < count; i++)
        want_box(w, h, &list[i]);
    for (uint8_t r = 0; r < w->scene.relays; r++) {
        for (uint32_t i = 0; i < w->scene.box_cap; i++) {
            struct sim_box *b = &h->ports[r].boxes[i];

            if (!b->is_used || b->is_wanted || b->is_removing)
                continue;
            b->is_removing = true;
            aw_client_mailbox_remove(&h->ports[r].client, i);
        }
    }
}

void sim_port_take(struct sim *w, struct sim_host *h)
{
    bool is_stored =
        h->is_hers ? aw_subject_is_stored(h->subject) : aw_contact_is_stored(h->contact);

    for (uint8_t r = 0; is_stored && r < w->scene.relays; r++) {
        for (uint32_t i = 0; i < w->scene.box_cap; i++) {
            struct sim_box *b = &h->ports[r].boxes[i];

            if (!b->is_used || b->is_removing || b->fed_upto == b->taken_upto)
                continue;
            b->taken_upto = b->fed_upto;
            aw_client_take(&h->ports[r].client, i, b->fed_upto);
        }
    }
}

/* ---- Silence: hers, or the path's? ---- */

bool sim_port_paths(struct sim *w, struct sim_host *h)
{
    bool moved = false;

    for (uint8_t r = 0; !h->is_hers && h->waiting == NULL && r < w->scene.relays; r++) {
        struct sim_port *p = &h->ports[r];
        struct aw_now asked;
        uint32_t as_of;

        for (uint32_t i = 0; p->has_answer && i < w->scene.box_cap; i++) {
            if (p->boxes[i].is_used && !p->boxes[i].is_removing &&
                aw_client_is_clear(&p->client, i, &asked, &as_of)) {
                aw_contact_path(h->contact, p->boxes[i].id, as_of, 0, sim_host_now(w, h));
                moved = true;
            }
        }
        p->has_answer = false;
    }
    return moved;
}

/*
 * Hosts ask every 31 s (07 §5.1). Most answers change nothing: only those are played that matter to
 * the engine, or that find a dead link, each at the time that its turn would have come.
 */
static void plan_probe(const struct sim *w, struct sim_host *h)
{
    struct aw_now now = sim_host_now(w, h);
    uint64_t want_ms = h->is_hers ? AW_TIME_NEVER : proofs_matter_ms(h->contact);

    for (uint8_t r = 0; r < w->scene.relays; r++) {
        struct sim_port *p = &h->ports[r];
        uint64_t at_ms = sim_port_is_whole(p) ? want_ms : 0;

        if (p->state != SIM_LINK_UP || at_ms == AW_TIME_NEVER)
            continue;
        at_ms = aw_time_max(at_ms, now.mono_ms + 1);
        at_ms += (p->probe_phase_ms + AW_CLIENT_PROBE_MS - at_ms % AW_CLIENT_PROBE_MS) %
                 AW_CLIENT_PROBE_MS;
        p->client.probe_due_ms = aw_time_min(p->client.probe_due_ms, at_ms);
    }
}

void sim_port_tick(struct sim *w, struct sim_host *h)
{
    struct aw_now now = sim_host_now(w, h);

    for (uint8_t r = 0; r < w->scene.relays; r++) {
        struct sim_port *p = &h->ports[r];

        if (aw_client_deadline_ms(&p->client) <= now.mono_ms &&
            aw_client_tick(&p->client, now) != AW_OK)
            sim_port_fail(w, h, r, true);
    }
}

uint64_t sim_port_deadline_ms(const struct sim *w, struct sim_host *h)
{
    uint64_t at_ms = AW_TIME_NEVER;

    plan_probe(w, h);

    for (uint8_t r = 0; r < w->scene.relays; r++) {
        const struct sim_port *p = &h->ports[r];

        at_ms = aw_time_min(at_ms, aw_client_deadline_ms(&p->client));
        if (p->state == SIM_LINK_DOWN)
            at_ms = aw_time_min(at_ms, aw_client_connect_ms(&p->client));
    }
    return at_ms;
}
