/* SPDX-License-Identifier: ISC */
#include "relay/client.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "crypto/verify.h"
#include "wire/request.h"

#include <string.h>

/*
 * What the client wants of the relay, and when.
 *
 *   from       on                  to         does
 *   waiting    host connects       linked     everything unanswered is wanted again
 *   linked     first answer        healthy    the next wait starts small again
 *   linked,
 *   healthy    link ends           waiting    half to all of 1 s * 2^attempt, at most 60 s
 */

void aw_client_init(struct aw_client *client, const struct aw_client_config *config,
                    struct aw_now now)
{
    AW_ASSERT(config->mailbox_cap <= AW_CLIENT_IDX_MASK);
    AW_ASSERT(config->deposit_cap <= AW_CLIENT_IDX_MASK);
    *client = (struct aw_client){.config = *config,
                                 .connect_ms = now.mono_ms,
                                 .probe_due_ms = AW_TIME_NEVER,
                                 .retry_ms = AW_TIME_NEVER};
    if (client->config.answer_ms == 0)
        client->config.answer_ms = AW_CLIENT_ANSWER_MS;
    if (client->config.probe_ms == 0)
        client->config.probe_ms = AW_CLIENT_PROBE_MS;
    for (uint32_t i = 0; i < config->mailbox_cap; i++)
        config->mailboxes[i] = (struct aw_client_mailbox){.state = 0};
    for (uint32_t i = 0; i < config->deposit_cap; i++)
        config->deposits[i].state = AW_CD_FREE;
}

void aw_client_wipe(struct aw_client *client)
{
    aw_wipe(client->config.mailboxes,
            client->config.mailbox_cap * sizeof *client->config.mailboxes);
    aw_wipe(client->config.deposits, client->config.deposit_cap * sizeof *client->config.deposits);
    client->want_count = client->deposit_waiting = client->outstanding = 0;
}

static struct aw_client_mailbox *mailbox_at(const struct aw_client *client, uint32_t mailbox)
{
    AW_ASSERT(mailbox < client->config.mailbox_cap);
    AW_ASSERT((client->config.mailboxes[mailbox].state & AW_CM_USED) != 0);
    return &client->config.mailboxes[mailbox];
}

/* What is asked first on a link about each mailbox. */
static void want_all(struct aw_client *client, struct aw_client_mailbox *m)
{
    if ((m->state & AW_CM_REMOVING) != 0) {
        aw_client_want(client, m, AW_REQUEST_REMOVE);
        return;
    }
    if ((m->state & AW_CM_TOKEN) != 0 && (m->state & AW_CM_CREATED) == 0)
        aw_client_want(client, m, AW_REQUEST_CREATE);
    aw_client_want(client, m, AW_REQUEST_SUBSCRIBE);
}

enum aw_status aw_client_mailbox_add(struct aw_client *client, const uint8_t read[AW_RELAY_KEY_LEN],
                                     const uint8_t *deposit, const uint8_t *token,
                                     uint32_t *mailbox)
{
    AW_ASSERT(token == NULL || deposit != NULL);
    for (uint32_t i = 0; i < client->config.mailbox_cap; i++) {
        struct aw_client_mailbox *m = &client->config.mailboxes[i];

        if ((m->state & AW_CM_USED) != 0)
            continue;
        *m = (struct aw_client_mailbox){.state = AW_CM_USED};
        memcpy(m->read, read, AW_RELAY_KEY_LEN);
        if (token != NULL) {
            m->state |= AW_CM_TOKEN;
            memcpy(m->token, token, AW_RELAY_KEY_LEN);
            aw_capability_hash(m->deposit_key, deposit);
        }
        want_all(client, m);
        *mailbox = i;
        return AW_OK;
    }
    return AW_E_LIMIT;
}

void aw_client_mailbox_remove(struct aw_client *client, uint32_t mailbox)
{
    struct aw_client_mailbox *m = mailbox_at(client, mailbox);

    aw_client_want_not(client, m, UINT8_MAX);
    m->state |= AW_CM_REMOVING;
    if ((m->sent & AW_CM_BIT(AW_REQUEST_REMOVE)) == 0)
        aw_client_want(client, m, AW_REQUEST_REMOVE);
}

static void free_mailbox(struct aw_client *client, struct aw_client_mailbox *m)
{
    aw_client_want_not(client, m, UINT8_MAX);
    aw_wipe(m, sizeof *m);
}

void aw_client_mailbox_forget(struct aw_client *client, uint32_t mailbox)
{
    struct aw_client_mailbox *m = mailbox_at(client, mailbox);

    m->state |= AW_CM_FORGOTTEN;
    aw_client_want_not(client, m, UINT8_MAX);
    if (!client->is_linked)
        free_mailbox(client, m);
}

void aw_client_take(struct aw_client *client, uint32_t mailbox, uint64_t upto)
{
    struct aw_client_mailbox *m = mailbox_at(client, mailbox);

    if (upto > m->delivered_no || upto <= m->take_upto ||
        (m->state & (AW_CM_REMOVING | AW_CM_FORGOTTEN)) != 0)
        return;
    m->take_upto = upto;
    if ((m->sent & AW_CM_BIT(AW_REQUEST_TAKE)) == 0)
        aw_client_want(client, m, AW_REQUEST_TAKE);
}

static enum aw_status queue(struct aw_client *client, uint64_t id,
                            const uint8_t capability[AW_RELAY_KEY_LEN], struct aw_bytes cell,
                            uint32_t after_s)
{
    uint32_t cap = client->config.deposit_cap;

    for (uint32_t n = 0; n < cap; n++) {
        uint32_t pos = (client->place_pos + n) % cap;
        struct aw_client_deposit *d = &client->config.deposits[pos];

        if (d->state != AW_CD_FREE)
            continue;
        d->id = id;
        d->state = AW_CD_WAITING;
        d->after_s = after_s;
        d->bulk = cell.len == AW_RELAY_BULK_LEN ? cell.ptr : NULL;
        memcpy(d->capability, capability, AW_RELAY_KEY_LEN);
        if (d->bulk == NULL)
            memcpy(d->cell, cell.ptr, AW_RELAY_CELL_LEN);
        client->deposit_waiting++;
        client->place_pos = (pos + 1) % cap;
        return AW_OK;
    }
    return AW_E_BUSY;
}

enum aw_status aw_client_deposit(struct aw_client *client, uint64_t id,
                                 const uint8_t capability[AW_RELAY_KEY_LEN], struct aw_bytes cell)
{
    if (cell.len != AW_RELAY_CELL_LEN && cell.len != AW_RELAY_BULK_LEN)
        return AW_E_RANGE;
    return queue(client, id, capability, cell, 0);
}

/* Two in the queue could change places when a link is lost, and the older one would stay. */
enum aw_status aw_client_arm(struct aw_client *client, uint64_t id,
                             const uint8_t capability[AW_RELAY_KEY_LEN],
                             const uint8_t cell[AW_RELAY_CELL_LEN], uint32_t after_s)
{
    if (after_s == 0 || after_s > AW_RELAY_ARM_MAX_S)
        return AW_E_RANGE;
    for (uint32_t i = 0; i < client->config.deposit_cap; i++) {
        const struct aw_client_deposit *d = &client->config.deposits[i];

        if ((d->state == AW_CD_WAITING || d->state == AW_CD_SENT) && d->after_s != 0 &&
            aw_secret_equal(d->capability, capability, AW_RELAY_KEY_LEN))
            return AW_E_BUSY;
    }
    return queue(client, id, capability, (struct aw_bytes){cell, AW_RELAY_CELL_LEN}, after_s);
}

enum aw_status aw_client_status(enum aw_relay_answer answer)
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

void aw_client_cancel(struct aw_client *client, uint64_t id)
{
    for (uint32_t i = 0; i < client->config.deposit_cap; i++) {
        struct aw_client_deposit *d = &client->config.deposits[i];

        if (d->id != id || (d->state != AW_CD_WAITING && d->state != AW_CD_SENT))
            continue;
        if (d->state == AW_CD_WAITING)
            client->deposit_waiting--;
        d->state = d->state == AW_CD_SENT ? AW_CD_CANCELLED : AW_CD_FREE;
        d->bulk = NULL;
    }
}

uint64_t aw_client_connect_ms(const struct aw_client *client)
{
    return client->connect_ms;
}

void aw_client_connect_now(struct aw_client *client, struct aw_now now)
{
    if (!client->is_linked)
        client->connect_ms = aw_time_min(client->connect_ms, now.mono_ms);
}

/* Nothing is known of what the last link was told but not answered. */
static void forget_link(struct aw_client *client)
{
    for (uint32_t i = 0; i < client->config.mailbox_cap; i++) {
        struct aw_client_mailbox *m = &client->config.mailboxes[i];

        if ((m->state & AW_CM_USED) == 0)
            continue;
        if ((m->state & AW_CM_FORGOTTEN) != 0) {
            free_mailbox(client, m);
            continue;
        }
        aw_client_want_not(client, m, UINT8_MAX);
        m->state &= (uint8_t) ~(AW_CM_SUBSCRIBED | AW_CM_RECREATED | AW_CM_RETRY);
        m->sent = 0;
        m->owed = 0;
        m->delivered_no = m->take_upto = m->take_sent = 0;
        want_all(client, m);
    }
    for (uint32_t i = 0; i < client->config.deposit_cap; i++) {
        struct aw_client_deposit *d = &client->config.deposits[i];

        if (d->state == AW_CD_SENT) {
            d->state = AW_CD_WAITING;
            client->deposit_waiting++;
        } else if (d->state == AW_CD_CANCELLED) {
            d->state = AW_CD_FREE;
        }
    }
    client->outstanding = 0;
    client->is_healthy = false;
    client->retry_ms = AW_TIME_NEVER;
}

void aw_client_connecting(struct aw_client *client, struct aw_now now)
{
    AW_ASSERT(!client->is_linked);
    forget_link(client);
    client->is_linked = true;
    client->connect_ms = AW_TIME_NEVER;
    client->progress_ms = now.mono_ms;
    client->probe_due_ms = aw_time_add(now.mono_ms, client->config.probe_ms);
}

/* spec/08-relay.md §1: "A client whose link ended MUST try again within 60 s" */
uint64_t aw_client_backoff_ms(uint32_t attempt, uint32_t random)
{
    uint64_t span_ms = AW_CLIENT_BACKOFF_MAX_MS;

    if (attempt < 16)
        span_ms = aw_time_min(span_ms, (uint64_t)AW_CLIENT_BACKOFF_MIN_MS << attempt);
    /* Half is fixed so that nobody storms; half is random so that not all come at once. */
    return span_ms / 2 + (span_ms - span_ms / 2) * random / UINT32_MAX;
}

void aw_client_disconnected(struct aw_client *client, uint32_t random, struct aw_now now)
{
    AW_ASSERT(client->is_linked);
    forget_link(client);
    client->is_linked = false;
    client->connect_ms = aw_time_add(now.mono_ms, aw_client_backoff_ms(client->attempt, random));
    client->probe_due_ms = AW_TIME_NEVER;
    if (client->attempt < UINT32_MAX)
        client->attempt++;
}

uint64_t aw_client_deadline_ms(const struct aw_client *client)
{
    uint64_t due_ms = aw_time_min(client->probe_due_ms, client->retry_ms);

    if (!client->is_linked)
        return AW_TIME_NEVER;
    if (client->outstanding > 0)
        due_ms = aw_time_min(due_ms, aw_time_add(client->progress_ms, client->config.answer_ms));
    return due_ms;
}

static void probe(struct aw_client *client, struct aw_client_mailbox *m)
{
    if (((m->sent | m->want) & AW_CM_BIT(AW_REQUEST_SUBSCRIBE)) != 0)
        return; /* that answer will say the same */
    if ((m->sent & AW_CM_BIT(AW_REQUEST_PROBE)) == 0 &&
        (m->state & (AW_CM_REMOVING | AW_CM_FORGOTTEN)) == 0)
        aw_client_want(client, m, AW_REQUEST_PROBE);
}

/* One of those subscribed, in turn: its answer tells of the whole link. */
static void probe_next(struct aw_client *client)
{
    for (uint32_t n = 0; n < client->config.mailbox_cap; n++) {
        uint32_t pos = (client->probe_pos + n) % client->config.mailbox_cap;

        if ((client->config.mailboxes[pos].state & AW_CM_SUBSCRIBED) == 0)
            continue;
        probe(client, &client->config.mailboxes[pos]);
        client->probe_pos = pos + 1;
        return;
    }
}

enum aw_status aw_client_tick(struct aw_client *client, struct aw_now now)
{
    if (!client->is_linked)
        return AW_OK;
    if (client->outstanding > 0 &&
        now.mono_ms >= aw_time_add(client->progress_ms, client->config.answer_ms))
        return AW_E_NETWORK;
    /* spec/07-contact.md §5.1: "Relays MUST be asked for proofs at a fixed interval" */
    if (now.mono_ms >= client->probe_due_ms) {
        client->probe_due_ms = aw_time_add(now.mono_ms, client->config.probe_ms);
        probe_next(client);
    }
    if (now.mono_ms < client->retry_ms)
        return AW_OK;
    client->retry_ms = AW_TIME_NEVER;
    for (uint32_t i = 0; i < client->config.mailbox_cap; i++) {
        struct aw_client_mailbox *m = &client->config.mailboxes[i];

        if ((m->state & AW_CM_RETRY) == 0)
            continue;
        m->state &= (uint8_t)~AW_CM_RETRY;
        if ((m->state & AW_CM_SUBSCRIBED) == 0)
            m->delivered_no = 0; /* what was not taken comes again */
        want_all(client, m);
    }
    return AW_OK;
}

void aw_client_health(const struct aw_client *client, struct aw_client_health *out)
{
    *out = (struct aw_client_health){.is_connected = client->is_linked && client->is_healthy,
                                     .answered = client->answered,
                                     .asked = client->answered_of,
                                     .as_of = client->answered_as_of,
                                     .outstanding = client->outstanding};
}

bool aw_client_is_clear(const struct aw_client *client, uint32_t mailbox, struct aw_now *asked,
                        uint32_t *as_of)
{
    const struct aw_client_mailbox *m = mailbox_at(client, mailbox);
    bool is_clear = (m->state & AW_CM_SUBSCRIBED) != 0 && m->owed == 0;

    *asked = m->clear;
    *as_of = m->clear_as_of;
    /* Subscribed and caught up: whatever the link was asked since then speaks for this one, too. */
    if (is_clear && client->answered_of.mono_ms > m->clear.mono_ms) {
        *asked = client->answered_of;
        *as_of = client->answered_as_of;
    }
    return is_clear;
}
