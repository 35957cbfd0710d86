/* SPDX-License-Identifier: ISC */
#include "base/assert.h"
#include "base/time.h"
#include "crypto/verify.h"
#include "relay/client.h"
#include "wire/answer.h"
#include "wire/request.h"

/* What the client says to the relay, and what it makes of the answers. */

#define RETRY_MS 5000

bool aw_client_has_output(const struct aw_client *client)
{
    return client->is_linked && client->outstanding < AW_RELAY_WINDOW &&
           (client->want_count > 0 || client->deposit_waiting > 0);
}

static bool send(struct aw_client *c, struct aw_request *q, uint32_t idx, struct aw_buf *plain,
                 struct aw_now now)
{
    q->number = (uint32_t)q->op << AW_CLIENT_OP_SHIFT | idx;
    if (aw_request_encode(q, plain) != AW_OK)
        return false;
    if (c->outstanding++ == 0)
        c->progress_ms = now.mono_ms;
    return true;
}

/* Asks one thing about a mailbox. False when it does not fit. */
static bool ask(struct aw_client *c, uint32_t idx, uint8_t op, struct aw_buf *plain,
                struct aw_now now)
{
    struct aw_client_mailbox *m = &c->config.mailboxes[idx];
    struct aw_request q = {.op = op, .capability = m->read, .upto = m->take_upto};
    uint8_t read_key[AW_RELAY_KEY_LEN];

    if (op == AW_REQUEST_CREATE) {
        aw_capability_hash(read_key, m->read);
        q.capability = NULL;
        q.token = m->token;
        q.read_key = read_key;
        q.deposit_key = m->deposit_key;
    }
    if (!send(c, &q, idx, plain, now))
        return false;
    aw_client_want_not(c, m, AW_CM_BIT(op));
    m->sent |= AW_CM_BIT(op);
    if (op == AW_REQUEST_SUBSCRIBE || op == AW_REQUEST_PROBE)
        m->asked = now;
    if (op == AW_REQUEST_TAKE)
        m->take_sent = m->take_upto;
    return true;
}

/* Says what is wanted of mailboxes. False when the frame or the window is full. */
static bool put_asks(struct aw_client *c, struct aw_buf *plain, struct aw_now now)
{
    static const uint8_t order[] = {AW_REQUEST_CREATE, AW_REQUEST_SUBSCRIBE, AW_REQUEST_TAKE,
                                    AW_REQUEST_PROBE, AW_REQUEST_REMOVE};

    for (uint32_t n = 0; n < c->config.mailbox_cap && c->want_count > 0; n++) {
        uint32_t idx = c->mailbox_pos % c->config.mailbox_cap;
        struct aw_client_mailbox *m = &c->config.mailboxes[idx];

        for (size_t i = 0; i < AW_COUNT(order) && m->want != 0; i++) {
            if ((m->want & AW_CM_BIT(order[i])) == 0)
                continue;
            if (c->outstanding == AW_RELAY_WINDOW || !ask(c, idx, order[i], plain, now))
                return false;
        }
        c->mailbox_pos = idx + 1;
    }
    return true;
}

static uint8_t op_of(const struct aw_client_deposit *d)
{
    return d->after_s != 0 ? AW_REQUEST_ARM : AW_REQUEST_DEPOSIT;
}

static void put_deposits(struct aw_client *c, struct aw_buf *plain, struct aw_now now)
{
    uint32_t cap = c->config.deposit_cap;
    uint32_t start = c->deposit_pos;

    for (uint32_t n = 0; n < cap && c->deposit_waiting > 0; n++) {
        uint32_t idx = (start + n) % cap;
        struct aw_client_deposit *d = &c->config.deposits[idx];
        struct aw_request q = {.op = op_of(d), .capability = d->capability, .after_s = d->after_s};

        if (d->state != AW_CD_WAITING)
            continue;
        q.cell = (struct aw_bytes){d->cell, AW_RELAY_CELL_LEN};
        if (d->bulk != NULL)
            q.cell = (struct aw_bytes){d->bulk, AW_RELAY_BULK_LEN};
        if (c->outstanding == AW_RELAY_WINDOW)
            return;
        if (!send(c, &q, idx, plain, now)) {
            if (d->bulk == NULL)
                return;
            continue; /* a small one may still fit */
        }
        d->state = AW_CD_SENT;
        c->deposit_waiting--;
        c->deposit_pos = (idx + 1) % cap;
    }
}

void aw_client_output(struct aw_client *client, struct aw_buf *plain, struct aw_now now)
{
    AW_ASSERT(client->is_linked);
    if (put_asks(client, plain, now))
        put_deposits(client, plain, now);
}

static void caught_up(struct aw_client_mailbox *m)
{
    m->clear = m->asked;
    m->clear_as_of = m->answer_as_of;
}

/* The relay had this mailbox and has it no more: make it again, once per link. */
static bool recreate(struct aw_client *c, struct aw_client_mailbox *m)
{
    const unsigned bits = AW_CM_TOKEN | AW_CM_CREATED | AW_CM_RECREATED | AW_CM_REMOVING;

    if ((m->state & bits) != (AW_CM_TOKEN | AW_CM_CREATED))
        return false;
    m->delivered_no = m->take_upto = m->take_sent = 0; /* it will count from 1 again */
    m->state |= AW_CM_RECREATED;
    m->state &= (uint8_t)~AW_CM_CREATED;
    aw_client_want(c, m, AW_REQUEST_CREATE);
    aw_client_want(c, m, AW_REQUEST_SUBSCRIBE);
    return true;
}

static void retry_later(struct aw_client *c, struct aw_client_mailbox *m, struct aw_now now)
{
    m->state |= AW_CM_RETRY;
    c->retry_ms = aw_time_min(c->retry_ms, aw_time_add(now.mono_ms, RETRY_MS));
}

static void on_counted(struct aw_client *c, struct aw_client_mailbox *m, const struct aw_answer *a)
{
    m->owed = (m->state & AW_CM_SUBSCRIBED) != 0 ? a->waiting : m->owed;
    m->answer_as_of = a->at;
    c->answered_of = m->asked;
    c->answered_as_of = a->at;
    if (a->waiting == 0)
        caught_up(m);
}

/* Returns whether the host is to hear of it. */
static bool on_subscribed(struct aw_client *c, struct aw_client_mailbox *m,
                          const struct aw_answer *a, struct aw_now now)
{
    if (a->kind == AW_ANSWER_COUNTED) {
        m->state |= AW_CM_SUBSCRIBED;
        on_counted(c, m, a);
    } else if (a->status == AW_RELAY_UNKNOWN && recreate(c, m)) {
        return false;
    } else if (a->status == AW_RELAY_STORE) {
        retry_later(c, m, now);
    }
    return true;
}

static bool on_created(struct aw_client *c, struct aw_client_mailbox *m, const struct aw_answer *a,
                       struct aw_now now)
{
    if (a->status == AW_RELAY_OK)
        m->state |= AW_CM_CREATED;
    else if (a->status == AW_RELAY_STORE)
        retry_later(c, m, now);
    return true;
}

/* What a mailbox's answer of each op comes to. Returns whether the host is to hear of it. */
static bool on_mailbox_op(struct aw_client *c, uint8_t op, struct aw_client_mailbox *m,
                          const struct aw_answer *a, struct aw_client_event *event,
                          struct aw_now now)
{
    switch (op) {
    case AW_REQUEST_CREATE:
        event->kind = AW_CLIENT_EV_CREATED;
        return on_created(c, m, a, now);
    case AW_REQUEST_SUBSCRIBE:
        event->kind = AW_CLIENT_EV_SUBSCRIBED;
        return on_subscribed(c, m, a, now);
    case AW_REQUEST_PROBE:
        event->kind = AW_CLIENT_EV_PROBED;
        /* `asked` is the time of the newest question; this may not be its answer. */
        if (a->kind == AW_ANSWER_COUNTED && (m->sent & AW_CM_BIT(AW_REQUEST_SUBSCRIBE)) == 0)
            on_counted(c, m, a);
        return true;
    case AW_REQUEST_REMOVE:
        event->kind = AW_CLIENT_EV_REMOVED;
        if (a->status == AW_RELAY_OK || a->status == AW_RELAY_UNKNOWN)
            m->state |= AW_CM_FORGOTTEN; /* the slot waits for the end of the link */
        else
            retry_later(c, m, now);
        return true;
    default: /* take */
        if (m->take_upto > m->take_sent)
            aw_client_want(c, m, AW_REQUEST_TAKE);
        return false;
    }
}

static enum aw_status on_mailbox(struct aw_client *c, uint8_t op, uint32_t idx,
                                 const struct aw_answer *a, struct aw_client_event *event,
                                 struct aw_now now)
{
    struct aw_client_mailbox *m;
    bool is_counted = a->kind == AW_ANSWER_COUNTED;
    bool may_count = op == AW_REQUEST_SUBSCRIBE || op == AW_REQUEST_PROBE;

    if (idx >= c->config.mailbox_cap || a->kind == AW_ANSWER_RETRY)
        return AW_E_FORMAT;
    m = &c->config.mailboxes[idx];
    event->mailbox = idx;
    event->at = a->at;
    event->waiting = a->waiting;
    if (op == AW_REQUEST_SUBSCRIBE && a->status == AW_RELAY_MOVED &&
        (m->state & AW_CM_SUBSCRIBED) != 0) {
        m->state &= (uint8_t)~AW_CM_SUBSCRIBED;
        event->kind = (m->state & AW_CM_FORGOTTEN) != 0 ? AW_CLIENT_EV_NONE : AW_CLIENT_EV_MOVED;
        /* spec/08-relay.md §5: "A reader whose subscription is ended while its link lives MUST
         * subscribe again": else a replayed first frame would make it deaf. */
        if ((m->state & (AW_CM_FORGOTTEN | AW_CM_REMOVING)) == 0)
            retry_later(c, m, now);
        return AW_OK;
    }
    if ((m->sent & AW_CM_BIT(op)) == 0 || is_counted != (may_count && a->status == AW_RELAY_OK))
        return AW_E_FORMAT;
    m->sent &= (uint8_t)~AW_CM_BIT(op);
    c->outstanding--;
    if ((m->state & AW_CM_FORGOTTEN) != 0 || !on_mailbox_op(c, op, m, a, event, now))
        event->kind = AW_CLIENT_EV_NONE;
    return AW_OK;
}

static enum aw_status on_deposited(struct aw_client *c, uint8_t op, uint32_t idx,
                                   const struct aw_answer *a, struct aw_client_event *event)
{
    struct aw_client_deposit *d;

    if (idx >= c->config.deposit_cap || a->kind == AW_ANSWER_COUNTED)
        return AW_E_FORMAT;
    d = &c->config.deposits[idx];
    if ((d->state != AW_CD_SENT && d->state != AW_CD_CANCELLED) || op != op_of(d))
        return AW_E_FORMAT;
    if (d->state == AW_CD_SENT) {
        event->kind = AW_CLIENT_EV_DEPOSITED;
        event->id = d->id;
        event->retry_after = a->retry_after;
    }
    d->state = AW_CD_FREE;
    d->bulk = NULL;
    c->outstanding--;
    return AW_OK;
}

static enum aw_status on_delivered(struct aw_client *c, uint32_t idx, const struct aw_answer *a,
                                   struct aw_client_event *event)
{
    struct aw_client_mailbox *m;

    if (idx >= c->config.mailbox_cap)
        return AW_E_FORMAT;
    m = &c->config.mailboxes[idx];
    if ((m->state & AW_CM_FORGOTTEN) != 0)
        return AW_OK;
    /* A delivery may overtake the answer to its subscription. */
    if ((m->state & AW_CM_SUBSCRIBED) == 0 && (m->sent & AW_CM_BIT(AW_REQUEST_SUBSCRIBE)) == 0)
        return AW_E_FORMAT;
    if (a->cell_no <= m->delivered_no)
        return AW_E_FORMAT;
    m->delivered_no = a->cell_no;
    if (m->owed > 0 && --m->owed == 0)
        caught_up(m);
    *event = (struct aw_client_event){.kind = AW_CLIENT_EV_DELIVERED,
                                      .mailbox = idx,
                                      .at = a->at,
                                      .cell_no = a->cell_no,
                                      .cell = a->cell};
    return AW_OK;
}

static enum aw_status on_answer(struct aw_client *c, const struct aw_answer *a,
                                struct aw_client_event *event, struct aw_now now)
{
    uint8_t op = (uint8_t)(a->number >> AW_CLIENT_OP_SHIFT);
    uint32_t idx = a->number & AW_CLIENT_IDX_MASK;

    if (a->kind == AW_ANSWER_DELIVERY)
        return op == AW_REQUEST_SUBSCRIBE ? on_delivered(c, idx, a, event) : AW_E_FORMAT;
    event->status = (enum aw_relay_answer)a->status;
    if (op < AW_REQUEST_CREATE || op > AW_REQUEST_ARM || a->status == AW_RELAY_BAD)
        return AW_E_FORMAT;
    c->progress_ms = now.mono_ms;
    c->answered = now;
    c->is_healthy = true;
    c->attempt = 0;
    if (op == AW_REQUEST_DEPOSIT || op == AW_REQUEST_ARM)
        return on_deposited(c, op, idx, a, event);
    return on_mailbox(c, op, idx, a, event, now);
}

enum aw_status aw_client_next_event(struct aw_client *client, struct aw_bytes *plain,
                                    struct aw_client_event *event, struct aw_now now)
{
    AW_ASSERT(client->is_linked);
    *event = (struct aw_client_event){.kind = AW_CLIENT_EV_NONE, .mailbox = AW_CLIENT_NONE};
    while (plain->len > 0 && event->kind == AW_CLIENT_EV_NONE) {
        struct aw_answer answer;
        enum aw_status status = aw_answer_decode(&answer, plain);

        if (status == AW_OK)
            status = on_answer(client, &answer, event, now);
        if (status != AW_OK) {
            *event = (struct aw_client_event){.kind = AW_CLIENT_EV_NONE, .mailbox = AW_CLIENT_NONE};
            return AW_E_FORMAT;
        }
    }
    return AW_OK;
}
