/* SPDX-License-Identifier: ISC */
#include "net/agent.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "store/alloc.h"

#include <stdlib.h>
#include <string.h>

bool aw_agent_split_address(const char *address, char host[AW_DIAL_HOST_MAX + 1], uint16_t *port)
{
    const char *colon = strrchr(address, ':');
    const char *from = address;
    size_t len;
    unsigned long number;
    char *end;

    if (colon == NULL || colon[1] < '0' || colon[1] > '9')
        return false;
    number = strtoul(colon + 1, &end, 10);
    len = (size_t)(colon - address);
    if (len >= 2 && address[0] == '[' && colon[-1] == ']') {
        from++;
        len -= 2;
    }
    if (*end != '\0' || number == 0 || number > UINT16_MAX || len == 0 || len > AW_DIAL_HOST_MAX)
        return false;
    memcpy(host, from, len);
    host[len] = '\0';
    *port = (uint16_t)number;
    return true;
}

static enum aw_status status_of(enum aw_relay_answer answer)
{
    switch (answer) {
    case AW_RELAY_OK:
        return AW_OK;
    case AW_RELAY_UNKNOWN:
        return AW_E_NOT_FOUND;
    case AW_RELAY_FULL:
    case AW_RELAY_RATE:
    case AW_RELAY_LIMIT:
        return AW_E_LIMIT;
    case AW_RELAY_STORE:
        return AW_E_STORE;
    case AW_RELAY_TOKEN:
    case AW_RELAY_BAD:
    case AW_RELAY_MOVED:
        break;
    }
    return AW_E_NETWORK;
}

static void on_deposited(struct agent_relay *r, const struct aw_client_event *event)
{
    struct agent_send **at = &r->agent->sends;

    while (*at != NULL && (*at)->id != event->id)
        at = &(*at)->next;
    if (*at != NULL) {
        struct agent_send *send = *at;
        struct agent_engine *e = aw_agent_engine(r->agent, send->slot);

        *at = send->next;
        r->send_count--;
        if (e != NULL)
            aw_engine_done(e, send->action, status_of(event->status), aw_loop_now(r->agent->loop));
        aw_free(send);
    }
}

/*
 * A relay that cannot be reached must not hold an engine up: the same cell may be at another relay
 * already, and the next word waits for the end of this one. The engine sends again by itself,
 * at the latest when the link is back.
 */
static void fail_sends(struct agent_relay *r)
{
    struct agent_send **at = &r->agent->sends;

    while (*at != NULL) {
        struct agent_send *send = *at;
        struct agent_engine *e = aw_agent_engine(r->agent, send->slot);

        if (send->relay != r) {
            at = &send->next;
            continue;
        }
        *at = send->next;
        aw_client_cancel(&r->client, send->id);
        if (e != NULL)
            aw_engine_done(e, send->action, AW_E_NETWORK, aw_loop_now(r->agent->loop));
        aw_free(send);
    }
    r->send_count = 0;
}

static bool hold(struct agent_relay *r, uint32_t mailbox, uint64_t cell_no, uint32_t at,
                 struct aw_bytes cell)
{
    struct aw_agent *a = r->agent;
    struct agent_held *held;

    if (a->held_count == AGENT_HELD_MAX)
        return false;
    held = aw_alloc(sizeof *held + cell.len);
    if (held == NULL)
        return false;
    *held = (struct agent_held){
        .relay = r, .mailbox = mailbox, .at = at, .cell_no = cell_no, .cell_len = cell.len};
    memcpy(held->cell, cell.ptr, cell.len);
    *a->held_end = held;
    a->held_end = &held->next;
    a->held_count++;
    return true;
}

/* Gives a cell to its engine. AW_E_BUSY: not now. */
static enum aw_status deliver(struct agent_relay *r, uint32_t mailbox, uint64_t cell_no,
                              uint32_t at, struct aw_bytes cell)
{
    struct agent_mailbox *m = &r->mailboxes[mailbox];
    struct agent_engine *e = aw_agent_engine(r->agent, m->slot);
    enum aw_status st;

    if (m->state != AGENT_MAILBOX_READ || e == NULL)
        return AW_OK;
    st = aw_engine_feed(e, m->id, cell, at, aw_loop_now(r->agent->loop));
    if (st != AW_E_BUSY && cell_no > m->fed_upto)
        m->fed_upto = cell_no; /* refused or not, it has been seen */
    return st;
}

/* Cells keep their order: while some are held, the next ones wait behind them. A cell that cannot
 * be held is not taken either, nor any behind it, so the relay delivers it again on the next link.
 */
static void on_delivered(struct agent_relay *r, const struct aw_client_event *event)
{
    struct aw_agent *a = r->agent;

    if (event->mailbox >= AW_AGENT_MAILBOX_MAX)
        return;
    if (a->held_count == 0 &&
        deliver(r, event->mailbox, event->cell_no, event->at, event->cell) != AW_E_BUSY)
        return;
    if (!hold(r, event->mailbox, event->cell_no, event->at, event->cell)) {
        r->mailboxes[event->mailbox].state = AGENT_MAILBOX_FREE;
        aw_client_mailbox_forget(&r->client, event->mailbox); /* it is added anew then */
    }
}

static void on_event(void *ctx, const struct aw_client_event *event)
{
    struct agent_relay *r = ctx;

    r->agent->needs_pump = true;
    switch (event->kind) {
    case AW_CLIENT_EV_DELIVERED:
        on_delivered(r, event);
        break;
    case AW_CLIENT_EV_DEPOSITED:
        on_deposited(r, event);
        break;
    case AW_CLIENT_EV_CREATED:
        r->answer = event->status;
        break;
    case AW_CLIENT_EV_SUBSCRIBED:
        if (r->answer != AW_RELAY_TOKEN) /* the mailbox is unknown because its token was refused */
            r->answer = event->status;
        r->has_answer = true;
        break;
    case AW_CLIENT_EV_PROBED:
        r->has_answer = true;
        break;
    case AW_CLIENT_EV_REMOVED:
        if (event->mailbox < AW_AGENT_MAILBOX_MAX)
            r->mailboxes[event->mailbox] = (struct agent_mailbox){0};
        break;
    case AW_CLIENT_EV_MOVED: /* the client subscribes again */
    case AW_CLIENT_EV_NONE:
        break;
    }
}

/* spec/08-relay.md §5: "A reader MUST NOT take by numbers of an earlier link": a relay that was set
 * back to a backup counts anew. What is held is heard, but taken when it is delivered again. */
static void forget_numbers(struct agent_relay *r)
{
    for (size_t i = 0; i < AW_AGENT_MAILBOX_MAX; i++)
        r->mailboxes[i].fed_upto = r->mailboxes[i].taken_upto = 0;
    for (struct agent_held *h = r->agent->held; h != NULL; h = h->next) {
        if (h->relay == r)
            h->cell_no = 0;
    }
}

static void on_link(void *ctx, bool is_up)
{
    struct agent_relay *r = ctx;
    struct aw_agent *a = r->agent;
    size_t i;

    a->needs_pump = true;
    if (!is_up) {
        r->down_ms = aw_loop_now(a->loop).mono_ms;
        forget_numbers(r);
        fail_sends(r);
        return;
    }
    a->needs_sync = true; /* mailboxes that could not be read on before are tried again */
    for (i = 0; i < a->engine_count; i++)
        aw_engine_kick(&a->engines[i], aw_loop_now(a->loop));
}

static bool start_relay(struct agent_relay *r, const struct aw_endpoint *endpoint)
{
    struct aw_client_config client = {.mailbox_cap = AW_AGENT_MAILBOX_MAX,
                                      .deposit_cap = AW_AGENT_DEPOSIT_MAX};
    struct aw_dial_config dial = {
        .client = &r->client, .on_event = on_event, .on_link = on_link, .ctx = r};
    char host[AW_DIAL_HOST_MAX + 1];

    r->endpoint = *endpoint;
    if (!aw_agent_split_address(endpoint->address, host, &dial.port))
        return false;
    r->mailboxes = aw_alloc(AW_AGENT_MAILBOX_MAX * sizeof *r->mailboxes);
    r->client_mailboxes = aw_alloc(AW_AGENT_MAILBOX_MAX * sizeof *r->client_mailboxes);
    r->client_deposits = aw_alloc(AW_AGENT_DEPOSIT_MAX * sizeof *r->client_deposits);
    if (r->mailboxes == NULL || r->client_mailboxes == NULL || r->client_deposits == NULL)
        return false;
    client.mailboxes = r->client_mailboxes;
    client.deposits = r->client_deposits;
    aw_client_init(&r->client, &client, aw_loop_now(r->agent->loop));
    dial.host = host;
    memcpy(dial.relay_key, endpoint->relay_key, sizeof dial.relay_key);
    return aw_dial_open(&r->dial, r->agent->loop, &dial) == AW_OK;
}

void aw_agent_relay_free(struct agent_relay *r)
{
    aw_dial_close(r->dial);
    if (r->client_mailboxes != NULL && r->client_deposits != NULL)
        aw_client_wipe(&r->client);
    aw_free(r->mailboxes);
    aw_free(r->client_mailboxes);
    aw_free(r->client_deposits);
    aw_wipe(r, sizeof *r);
    aw_free(r);
}

struct agent_relay *aw_agent_relay_get(struct aw_agent *a, const struct aw_endpoint *endpoint)
{
    struct agent_relay *r;
    size_t i;

    for (i = 0; i < a->relay_count; i++) {
        r = a->relays[i];
        if (memcmp(r->endpoint.relay_key, endpoint->relay_key, AW_RELAY_KEY_LEN) == 0 &&
            strcmp(r->endpoint.address, endpoint->address) == 0)
            return r;
    }
    if (a->relay_count == AW_AGENT_RELAY_MAX)
        return NULL;
    r = aw_alloc(sizeof *r);
    if (r == NULL)
        return NULL;
    r->agent = a;
    if (!start_relay(r, endpoint)) {
        aw_agent_relay_free(r);
        return NULL;
    }
    a->relays[a->relay_count++] = r;
    return r;
}

/* Whether a cell given to this relay now is sent, or fails, within the time of one attempt. */
static bool is_worth_trying(struct agent_relay *r, struct aw_now now)
{
    if (!aw_dial_is_waiting(r->dial))
        return true;
    if (aw_time_since(r->down_ms, now.mono_ms) < AGENT_RETRY_MS)
        return false;
    aw_client_connect_now(&r->client, now);
    return true;
}

static enum aw_status queue(struct agent_relay *r, uint64_t id, const struct aw_action *action)
{
    struct aw_bytes cell = action->send.cell;

    if (action->send.arm_after_s == 0)
        return aw_client_deposit(&r->client, id, action->send.capability, cell);
    AW_ASSERT(cell.len == AW_RELAY_CELL_LEN);
    return aw_client_arm(&r->client, id, action->send.capability, cell.ptr,
                         action->send.arm_after_s);
}

void aw_agent_send(struct aw_agent *a, struct agent_engine *e, const struct aw_action *action)
{
    struct agent_relay *r = aw_agent_relay_get(a, &action->send.relay);
    const struct aw_now now = aw_loop_now(a->loop);
    struct agent_send *send = NULL;

    if (r != NULL && is_worth_trying(r, now))
        send = aw_alloc(sizeof *send);
    if (send == NULL || queue(r, a->next_send_id, action) != AW_OK) {
        aw_free(send);
        aw_engine_done(e, action->id, AW_E_NETWORK, now);
        return;
    }
    *send = (struct agent_send){.next = a->sends,
                                .relay = r,
                                .id = a->next_send_id++,
                                .action = action->id,
                                .slot = e->slot};
    a->sends = send;
    r->send_count++;
    r->needs_kick = true;
}

static struct agent_mailbox *find_mailbox(struct agent_relay *r, uint32_t slot, uint32_t id)
{
    uint32_t i;

    for (i = 0; i < AW_AGENT_MAILBOX_MAX; i++) {
        struct agent_mailbox *m = &r->mailboxes[i];

        if (m->state == AGENT_MAILBOX_READ && m->slot == slot && m->id == id)
            return m;
    }
    return NULL;
}

static void want_mailbox(struct aw_agent *a, const struct agent_engine *e,
                         const struct aw_mailbox *mailbox)
{
    struct agent_relay *r = aw_agent_relay_get(a, &mailbox->relay);
    struct agent_mailbox *m = r != NULL ? find_mailbox(r, e->slot, mailbox->id) : NULL;
    uint32_t idx;

    if (r == NULL)
        return;
    if (m == NULL) {
        if (aw_client_mailbox_add(&r->client, mailbox->read_capability, mailbox->deposit_capability,
                                  r->has_token ? r->token : NULL, &idx) != AW_OK)
            return;
        m = &r->mailboxes[idx];
        *m =
            (struct agent_mailbox){.slot = e->slot, .id = mailbox->id, .state = AGENT_MAILBOX_READ};
        r->needs_kick = true;
    }
    m->is_wanted = true;
}

static void drop_unwanted(struct agent_relay *r)
{
    uint32_t i;

    for (i = 0; i < AW_AGENT_MAILBOX_MAX; i++) {
        struct agent_mailbox *m = &r->mailboxes[i];

        if (m->state == AGENT_MAILBOX_READ && !m->is_wanted) {
            m->state = AGENT_MAILBOX_REMOVING;
            aw_client_mailbox_remove(&r->client, i);
            r->needs_kick = true;
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
    for (i = 0; i < a->relay_count; i++) {
        for (j = 0; j < AW_AGENT_MAILBOX_MAX; j++)
            a->relays[i]->mailboxes[j].is_wanted = false;
    }
    for (i = 0; i < a->engine_count; i++) {
        size_t count = aw_engine_mailboxes(&a->engines[i], list);

        for (j = 0; j < count; j++)
            want_mailbox(a, &a->engines[i], &list[j]);
    }
    for (i = 0; i < a->relay_count; i++)
        drop_unwanted(a->relays[i]);
    aw_wipe(list, AW_SUBJECT_MAILBOX_MAX * sizeof *list);
    aw_free(list);
}

bool aw_agent_feed_held(struct aw_agent *a)
{
    bool moved = false;

    while (a->held != NULL) {
        struct agent_held *h = a->held;

        if (deliver(h->relay, h->mailbox, h->cell_no, h->at,
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

    for (size_t i = 0; i < a->relay_count && a->held == NULL; i++) {
        struct agent_relay *r = a->relays[i];
        struct aw_now asked;
        uint32_t as_of;

        for (uint32_t j = 0; r->has_answer && j < AW_AGENT_MAILBOX_MAX; j++) {
            struct agent_mailbox *m = &r->mailboxes[j];
            struct agent_engine *e;

            if (m->state != AGENT_MAILBOX_READ ||
                !aw_client_is_clear(&r->client, j, &asked, &as_of))
                continue;
            e = aw_agent_engine(a, m->slot);
            if (e == NULL || e->contact == NULL)
                continue;
            aw_contact_path(e->contact, m->id, as_of, 0, aw_loop_now(a->loop));
            e->is_dirty = moved = true;
        }
        r->has_answer = false;
    }
    return moved;
}

void aw_agent_take(struct aw_agent *a)
{
    size_t i;
    uint32_t j;

    for (i = 0; i < a->relay_count; i++) {
        struct agent_relay *r = a->relays[i];

        for (j = 0; j < AW_AGENT_MAILBOX_MAX; j++) {
            struct agent_mailbox *m = &r->mailboxes[j];
            const struct agent_engine *e;

            if (m->state != AGENT_MAILBOX_READ || m->fed_upto == m->taken_upto)
                continue;
            e = aw_agent_engine(a, m->slot);
            /* spec/10-storage.md §3: "A reader MUST NOT acknowledge a cell to its relay before
             * the changes that the cell caused are committed." */
            if (e == NULL || !aw_engine_is_stored(e))
                continue;
            m->taken_upto = m->fed_upto;
            aw_client_take(&r->client, j, m->fed_upto);
            r->needs_kick = true;
        }
    }
}
