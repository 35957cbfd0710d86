/* SPDX-License-Identifier: ISC */
#include "net/agent.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "store/alloc.h"

#include <string.h>

static void on_deposited(struct agent_link *l, const struct aw_client_event *event)
{
    struct agent_send **at = &l->agent->sends;

    while (*at != NULL && (*at)->id != event->id)
        at = &(*at)->next;
    if (*at != NULL) {
        struct agent_send *send = *at;
        struct agent_engine *e = aw_agent_engine(l->agent, send->slot);

        *at = send->next;
        l->send_count--;
        if (e != NULL)
            aw_engine_done(e, send->action, aw_client_status(event->status),
                           aw_loop_now(l->agent->loop));
        aw_free(send);
    }
}

/*
 * A relay that cannot be reached must not hold an engine up: the same cell may be at another relay
 * already, and the next word waits for the end of this one. The engine sends again by itself,
 * at the latest when the link is back.
 */
static void fail_sends(struct agent_link *l)
{
    struct agent_send **at = &l->agent->sends;

    while (*at != NULL) {
        struct agent_send *send = *at;
        struct agent_engine *e = aw_agent_engine(l->agent, send->slot);

        if (send->link != l) {
            at = &send->next;
            continue;
        }
        *at = send->next;
        aw_client_cancel(&l->client, send->id);
        if (e != NULL)
            aw_engine_done(e, send->action, AW_E_NETWORK, aw_loop_now(l->agent->loop));
        aw_free(send);
    }
    l->send_count = 0;
}

static bool hold(struct agent_link *l, uint32_t mailbox, uint64_t cell_no, uint32_t at,
                 struct aw_bytes cell)
{
    struct aw_agent *a = l->agent;
    struct agent_held *held;

    if (a->held_count == AGENT_HELD_MAX)
        return false;
    held = aw_alloc(sizeof *held + cell.len);
    if (held == NULL)
        return false;
    *held = (struct agent_held){
        .link = l, .mailbox = mailbox, .at = at, .cell_no = cell_no, .cell_len = cell.len};
    memcpy(held->cell, cell.ptr, cell.len);
    *a->held_end = held;
    a->held_end = &held->next;
    a->held_count++;
    return true;
}

/* Gives a cell to its engine. AW_E_BUSY: not now. */
static enum aw_status deliver(struct agent_link *l, uint32_t mailbox, uint64_t cell_no, uint32_t at,
                              struct aw_bytes cell)
{
    struct agent_mailbox *m = &l->mailboxes[mailbox];
    struct agent_engine *e = aw_agent_engine(l->agent, m->slot);
    enum aw_status st;

    if (m->state != AGENT_MAILBOX_READ || e == NULL)
        return AW_OK;
    st = aw_engine_feed(e, m->id, cell, at, aw_loop_now(l->agent->loop));
    if (st != AW_E_BUSY && cell_no > m->fed_upto)
        m->fed_upto = cell_no; /* refused or not, it has been seen */
    return st;
}

/* Cells keep their order: while some are held, the next ones wait behind them. A cell that cannot
 * be held is not taken either, nor any behind it, so the relay delivers it again on the next link.
 */
static void on_delivered(struct agent_link *l, const struct aw_client_event *event)
{
    struct aw_agent *a = l->agent;

    if (event->mailbox >= l->mailbox_cap)
        return;
    if (a->held_count == 0 &&
        deliver(l, event->mailbox, event->cell_no, event->at, event->cell) != AW_E_BUSY)
        return;
    if (!hold(l, event->mailbox, event->cell_no, event->at, event->cell)) {
        l->mailboxes[event->mailbox].state = AGENT_MAILBOX_FREE;
        aw_client_mailbox_forget(&l->client, event->mailbox); /* it is added anew then */
    }
}

static void on_event(void *ctx, const struct aw_client_event *event)
{
    struct agent_link *l = ctx;

    l->agent->needs_pump = true;
    switch (event->kind) {
    case AW_CLIENT_EV_DELIVERED:
        on_delivered(l, event);
        break;
    case AW_CLIENT_EV_DEPOSITED:
        on_deposited(l, event);
        break;
    case AW_CLIENT_EV_CREATED:
        l->relay->answer = event->status;
        break;
    case AW_CLIENT_EV_SUBSCRIBED:
        if (l->relay->answer !=
            AW_RELAY_TOKEN) /* the mailbox is unknown because its token was refused */
            l->relay->answer = event->status;
        l->has_answer = true;
        break;
    case AW_CLIENT_EV_PROBED:
        l->has_answer = true;
        break;
    case AW_CLIENT_EV_REMOVED:
        if (event->mailbox < l->mailbox_cap)
            l->mailboxes[event->mailbox] = (struct agent_mailbox){0};
        break;
    case AW_CLIENT_EV_MOVED: /* the client subscribes again */
    case AW_CLIENT_EV_NONE:
        break;
    }
}

/* spec/08-relay.md §5: "A reader MUST NOT take by numbers of an earlier link": a relay that was set
 * back to a backup counts anew. What is held is heard, but taken when it is delivered again. */
static void forget_numbers(struct agent_link *l)
{
    for (size_t i = 0; i < l->mailbox_cap; i++)
        l->mailboxes[i].fed_upto = l->mailboxes[i].taken_upto = 0;
    for (struct agent_held *h = l->agent->held; h != NULL; h = h->next) {
        if (h->link == l)
            h->cell_no = 0;
    }
}

static void on_link(void *ctx, bool is_up)
{
    struct agent_link *l = ctx;
    struct aw_agent *a = l->agent;
    size_t i;

    a->needs_pump = true;
    if (!is_up) {
        l->down_ms = aw_loop_now(a->loop).mono_ms;
        forget_numbers(l);
        fail_sends(l);
        return;
    }
    a->needs_sync = true; /* mailboxes that could not be read on before are tried again */
    for (i = 0; i < a->engine_count; i++)
        aw_engine_kick(&a->engines[i], aw_loop_now(a->loop));
}

/* A link of one channel has little to carry. */
static enum aw_status make_client(struct agent_link *l)
{
    struct aw_client_config client = {
        .mailbox_cap = l->is_shared ? AW_AGENT_MAILBOX_MAX : AGENT_CHANNEL_MAILBOX_MAX,
        .deposit_cap = l->is_shared ? AW_AGENT_DEPOSIT_MAX : AGENT_CHANNEL_DEPOSIT_MAX};

    l->mailboxes = aw_alloc(client.mailbox_cap * sizeof *l->mailboxes);
    l->client_mailboxes = aw_alloc(client.mailbox_cap * sizeof *l->client_mailboxes);
    l->client_deposits = aw_alloc(client.deposit_cap * sizeof *l->client_deposits);
    if (l->mailboxes == NULL || l->client_mailboxes == NULL || l->client_deposits == NULL)
        return AW_E_LIMIT;
    l->mailbox_cap = client.mailbox_cap;
    client.mailboxes = l->client_mailboxes;
    client.deposits = l->client_deposits;
    aw_client_init(&l->client, &client, aw_loop_now(l->agent->loop));
    return AW_OK;
}

static enum aw_status start_link(struct agent_link *l)
{
    struct aw_dial_config dial = {.client = &l->client,
                                  .on_event = on_event,
                                  .on_link = on_link,
                                  .proxy = l->agent->proxy,
                                  .ctx = l};
    const struct aw_endpoint *endpoint = &l->relay->endpoint;
    char host[AW_DIAL_HOST_MAX + 1];

    if (!aw_agent_split_address(aw_agent_address(l->agent, endpoint), host, &dial.port))
        return AW_E_FORMAT;
    if (make_client(l) != AW_OK)
        return AW_E_LIMIT;
    dial.host = host;
    memcpy(dial.relay_key, endpoint->relay_key, sizeof dial.relay_key);
    return aw_dial_open(&l->dial, l->agent->loop, &dial);
}

static void link_free(struct agent_link *l)
{
    aw_dial_close(l->dial);
    if (l->mailbox_cap > 0)
        aw_client_wipe(&l->client);
    aw_free(l->mailboxes);
    aw_free(l->client_mailboxes);
    aw_free(l->client_deposits);
    aw_wipe(l, sizeof *l);
    aw_free(l);
}

static struct agent_link *link_new(struct agent_relay *relay, uint32_t slot, uint8_t channel,
                                   bool is_shared)
{
    struct aw_agent *a = relay->agent;
    struct agent_link *l = aw_alloc(sizeof *l);

    AW_ASSERT(a->link_count < AW_COUNT(a->links));
    if (l == NULL)
        return NULL;
    *l = (struct agent_link){
        .agent = a, .relay = relay, .slot = slot, .channel = channel, .is_shared = is_shared};
    if (start_link(l) != AW_OK) {
        link_free(l);
        return NULL;
    }
    a->links[a->link_count++] = l;
    a->own_count += !is_shared;
    relay->link_count++;
    return l;
}

/* What came over it and is not handled yet is not taken either, so the relay delivers it again. */
static void drop_held(struct agent_link *l)
{
    struct agent_held **at = &l->agent->held;

    while (*at != NULL) {
        struct agent_held *held = *at;

        if (held->link != l) {
            at = &held->next;
            continue;
        }
        *at = held->next;
        l->agent->held_count--;
        aw_free(held);
    }
    l->agent->held_end = at;
}

void aw_agent_link_end(struct aw_agent *a, size_t idx)
{
    struct agent_link *l = a->links[idx];

    fail_sends(l);
    drop_held(l);
    a->own_count -= !l->is_shared;
    l->relay->link_count--;
    a->links[idx] = a->links[--a->link_count];
    link_free(l);
}

static bool is_in_use(const struct agent_link *l)
{
    for (uint32_t i = 0; i < l->mailbox_cap; i++) {
        if (l->mailboxes[i].state != AGENT_MAILBOX_FREE)
            return true;
    }
    return l->send_count > 0;
}

/* Channels end, and relays are left: their links make room. */
static bool make_room(struct aw_agent *a)
{
    for (size_t i = 0; i < a->link_count; i++) {
        if (!a->links[i]->is_shared && !is_in_use(a->links[i])) {
            aw_agent_link_end(a, i);
            return true;
        }
    }
    return false;
}

bool aw_agent_links_drop(struct agent_relay *relay)
{
    struct aw_agent *a = relay->agent;

    for (size_t i = 0; i < a->link_count; i++) {
        if (a->links[i]->relay == relay && is_in_use(a->links[i]))
            return false;
    }
    for (size_t i = a->link_count; i > 0; i--) {
        if (a->links[i - 1]->relay == relay)
            aw_agent_link_end(a, i - 1);
    }
    return true;
}

static struct agent_link *find_link(const struct aw_agent *a, const struct agent_relay *relay,
                                    uint32_t slot, uint8_t channel, bool is_shared)
{
    for (size_t i = 0; i < a->link_count; i++) {
        struct agent_link *l = a->links[i];

        if (l->relay == relay && l->is_shared == is_shared &&
            (is_shared || (l->slot == slot && l->channel == channel)))
            return l;
    }
    return NULL;
}

struct agent_link *aw_agent_link_get(struct agent_relay *relay, uint32_t slot, uint8_t channel)
{
    struct aw_agent *a = relay->agent;
    bool is_shared = a->proxy.host[0] == '\0';
    struct agent_link *l = find_link(a, relay, slot, channel, is_shared);

    /* spec/08-relay.md §10: "Only a client that has 256 links already lets further channels to one
     * relay share one." */
    if (l == NULL && !is_shared && a->own_count == AGENT_LINK_MAX && !make_room(a)) {
        is_shared = true;
        l = find_link(a, relay, slot, channel, is_shared);
    }
    return l != NULL ? l : link_new(relay, slot, channel, is_shared);
}

/* Whether a cell given to this relay now is sent, or fails, within the time of one attempt. */
static bool is_worth_trying(struct agent_link *l, struct aw_now now)
{
    if (!aw_dial_is_waiting(l->dial))
        return true;
    if (aw_time_since(l->down_ms, now.mono_ms) < AGENT_RETRY_MS)
        return false;
    aw_client_connect_now(&l->client, now);
    return true;
}

static enum aw_status queue(struct agent_link *l, uint64_t id, const struct aw_action *action)
{
    struct aw_bytes cell = action->send.cell;

    if (action->send.arm_after_s == 0)
        return aw_client_deposit(&l->client, id, action->send.capability, cell);
    AW_ASSERT(cell.len == AW_RELAY_CELL_LEN);
    return aw_client_arm(&l->client, id, action->send.capability, cell.ptr,
                         action->send.arm_after_s);
}

void aw_agent_send(struct aw_agent *a, struct agent_engine *e, const struct aw_action *action)
{
    struct agent_relay *relay = aw_agent_relay_get(a, &action->send.relay);
    struct agent_link *l =
        relay != NULL ? aw_agent_link_get(relay, e->slot, action->send.channel) : NULL;
    const struct aw_now now = aw_loop_now(a->loop);
    struct agent_send *send = NULL;

    if (l != NULL && is_worth_trying(l, now))
        send = aw_alloc(sizeof *send);
    if (send == NULL || queue(l, a->next_send_id, action) != AW_OK) {
        aw_free(send);
        aw_engine_done(e, action->id, AW_E_NETWORK, now);
        return;
    }
    *send = (struct agent_send){.next = a->sends,
                                .link = l,
                                .id = a->next_send_id++,
                                .action = action->id,
                                .slot = e->slot};
    a->sends = send;
    l->send_count++;
    l->needs_kick = true;
}

static struct agent_mailbox *find_mailbox(struct agent_link *l, uint32_t slot, uint32_t id)
{
    uint32_t i;

    for (i = 0; i < l->mailbox_cap; i++) {
        struct agent_mailbox *m = &l->mailboxes[i];

        if (m->state == AGENT_MAILBOX_READ && m->slot == slot && m->id == id)
            return m;
    }
    return NULL;
}

/* A mailbox stays on the link that it is read on: removing it here must not remove it there. */
static struct agent_mailbox *find_anywhere(struct aw_agent *a, const struct agent_relay *relay,
                                           uint32_t slot, uint32_t id)
{
    struct agent_mailbox *m = NULL;

    for (size_t i = 0; i < a->link_count && m == NULL; i++) {
        if (a->links[i]->relay == relay)
            m = find_mailbox(a->links[i], slot, id);
    }
    return m;
}

static struct agent_mailbox *add_mailbox(struct agent_relay *relay, const struct agent_engine *e,
                                         const struct aw_mailbox *mailbox)
{
    struct agent_link *l = aw_agent_link_get(relay, e->slot, mailbox->channel);
    uint32_t idx;

    if (l == NULL ||
        aw_client_mailbox_add(&l->client, mailbox->read_capability, mailbox->deposit_capability,
                              relay->has_token ? relay->token : NULL, &idx) != AW_OK)
        return NULL;
    l->mailboxes[idx] =
        (struct agent_mailbox){.slot = e->slot, .id = mailbox->id, .state = AGENT_MAILBOX_READ};
    l->needs_kick = true;
    return &l->mailboxes[idx];
}

static void want_mailbox(struct aw_agent *a, const struct agent_engine *e,
                         const struct aw_mailbox *mailbox)
{
    struct agent_relay *relay = aw_agent_relay_get(a, &mailbox->relay);
    struct agent_mailbox *m;

    if (relay == NULL)
        return;
    m = find_anywhere(a, relay, e->slot, mailbox->id);
    if (m == NULL)
        m = add_mailbox(relay, e, mailbox);
    if (m != NULL)
        m->is_wanted = true;
}

static void drop_unwanted(struct agent_link *l)
{
    uint32_t i;

    for (i = 0; i < l->mailbox_cap; i++) {
        struct agent_mailbox *m = &l->mailboxes[i];

        if (m->state == AGENT_MAILBOX_READ && !m->is_wanted) {
            m->state = AGENT_MAILBOX_REMOVING;
            aw_client_mailbox_remove(&l->client, i);
            l->needs_kick = true;
        }
    }
}

void aw_agent_sync_mailboxes(struct aw_agent *a)
{
    struct aw_mailbox *list = aw_alloc(AW_SUBJECT_MAILBOX_MAX * sizeof *list);
    size_t i, j;

    AW_ASSERT(AW_SUBJECT_MAILBOX_MAX >= AW_CONTACT_MAILBOX_MAX);
    if (list == NULL)
        return;
    a->needs_sync = false;
    for (i = 0; i < a->link_count; i++) {
        for (j = 0; j < a->links[i]->mailbox_cap; j++)
            a->links[i]->mailboxes[j].is_wanted = false;
    }
    for (i = 0; i < a->engine_count; i++) {
        size_t count = aw_engine_mailboxes(&a->engines[i], list);

        for (j = 0; j < count; j++)
            want_mailbox(a, &a->engines[i], &list[j]);
    }
    for (i = 0; i < a->link_count; i++)
        drop_unwanted(a->links[i]);
    aw_wipe(list, AW_SUBJECT_MAILBOX_MAX * sizeof *list);
    aw_free(list);
}

bool aw_agent_feed_held(struct aw_agent *a)
{
    bool moved = false;

    while (a->held != NULL) {
        struct agent_held *h = a->held;

        if (deliver(h->link, h->mailbox, h->cell_no, h->at,
                    (struct aw_bytes){h->cell, h->cell_len}) == AW_E_BUSY)
            break;
        moved = true;
        a->held = h->next;
        if (a->held == NULL)
            a->held_end = &a->held;
        a->held_count--;
        aw_free(h);
    }
    return moved;
}

/* One answer speaks for every mailbox of its link that is subscribed and caught up. */
bool aw_agent_tell_paths(struct aw_agent *a)
{
    bool moved = false;

    for (size_t i = 0; i < a->link_count && a->held == NULL; i++) {
        struct agent_link *l = a->links[i];
        struct aw_now asked;
        uint32_t as_of;

        for (uint32_t j = 0; l->has_answer && j < l->mailbox_cap; j++) {
            struct agent_mailbox *m = &l->mailboxes[j];
            struct agent_engine *e;

            if (m->state != AGENT_MAILBOX_READ ||
                !aw_client_is_clear(&l->client, j, &asked, &as_of))
                continue;
            e = aw_agent_engine(a, m->slot);
            if (e == NULL || e->contact == NULL)
                continue;
            aw_contact_path(e->contact, m->id, as_of, 0, aw_loop_now(a->loop));
            e->is_dirty = moved = true;
        }
        l->has_answer = false;
    }
    return moved;
}

void aw_agent_take(struct aw_agent *a)
{
    size_t i;
    uint32_t j;

    for (i = 0; i < a->link_count; i++) {
        struct agent_link *l = a->links[i];

        for (j = 0; j < l->mailbox_cap; j++) {
            struct agent_mailbox *m = &l->mailboxes[j];
            const struct agent_engine *e;

            if (m->state != AGENT_MAILBOX_READ || m->fed_upto == m->taken_upto)
                continue;
            e = aw_agent_engine(a, m->slot);
            /* spec/10-storage.md §3: "A reader MUST NOT acknowledge a cell to its relay before
             * the changes that the cell caused are committed." */
            if (e == NULL || !aw_engine_is_stored(e))
                continue;
            m->taken_upto = m->fed_upto;
            aw_client_take(&l->client, j, m->fed_upto);
            l->needs_kick = true;
        }
    }
}
