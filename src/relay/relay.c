/* SPDX-License-Identifier: ISC */
#include "base/assert.h"
#include "base/time.h"
#include "crypto/verify.h"
#include "relay/batch.h"
#include "relay/blocks.h"
#include "relay/cells.h"
#include "relay/keys.h"
#include "relay/links.h"
#include "relay/mailbox.h"
#include "relay/rate.h"
#include "relay/switch.h"
#include "relay/tidy.h"
#include "relay/token.h"
#include "relay/uptime.h"
#include "relay/wake.h"
#include "wire/request.h"

#include <string.h>

/*
 * Requests. Each is looked at once: either there is room for all that it may need (answer, row,
 * bytes in the filling batch), or it is left where it is and nothing has changed.
 */

static uint32_t find_box(const struct aw_relay *r, const uint8_t *capability, enum aw_key_kind kind)
{
    uint8_t hash[AW_RELAY_KEY_LEN];

    aw_capability_hash(hash, capability);
    return aw_keys_find(r, hash, kind);
}

/* Not before the mailbox itself is durable. */
static uint64_t box_batch(const struct aw_relay *r, const struct aw_box *m)
{
    return m->batch > r->done_no ? m->batch : aw_relay_no_batch(r);
}

static uint8_t create(struct aw_relay *r, const struct aw_request *q, struct aw_reply *reply)
{
    uint32_t box = aw_keys_find(r, q->read_key, AW_KEY_READ);
    enum aw_relay_answer answer;
    uint32_t token;

    /* spec/08-relay.md §2: "Creating a mailbox again with the same read key and deposit key MUST
     * be answered `ok` and change nothing." */
    if (box != 0 && box == aw_keys_find(r, q->deposit_key, AW_KEY_DEPOSIT)) {
        reply->batch = box_batch(r, &r->boxes[box]);
        return AW_RELAY_OK;
    }
    answer = aw_token_check(r, q->token, &token);
    if (answer != AW_RELAY_OK)
        return (uint8_t)answer;
    if (!aw_keys_are_free(r, q->read_key, q->deposit_key))
        return AW_RELAY_TOKEN;
    box = aw_box_new(r, token, q->read_key, q->deposit_key);
    if (box == 0)
        return AW_RELAY_LIMIT;
    aw_box_dirty(r, box);
    r->is_urgent = true;
    r->boxes[box].batch = reply->batch = r->batch_no;
    return AW_RELAY_OK;
}

static uint8_t deposit(struct aw_relay *r, const struct aw_request *q, struct aw_reply *reply)
{
    uint32_t box = find_box(r, q->capability, AW_KEY_DEPOSIT);
    struct aw_box *m = &r->boxes[box];
    uint32_t retry_after;
    uint32_t cell;
    uint64_t hash;

    if (box == 0)
        return AW_RELAY_UNKNOWN;
    retry_after = aw_rate_take(r, m);
    if (retry_after > 0) {
        reply->kind = AW_REPLY_RETRY;
        reply->retry_after = (uint16_t)retry_after;
        return AW_RELAY_RATE;
    }
    hash = aw_cells_hash(r, m, q->cell);
    cell = aw_cells_find(r, hash);
    /* spec/08-relay.md §3: "A cell that is already waiting in the same mailbox MUST be answered
     * `ok` and not be kept twice." */
    if (cell != 0) {
        reply->batch = aw_batch_of(r, &r->cells[cell]);
        r->counters.duplicates++;
        return AW_RELAY_OK;
    }
    if (m->next_no == UINT32_MAX)
        return AW_RELAY_LIMIT;
    /* spec/08-relay.md §3: "A mailbox that holds 8 bulk cells MUST refuse another with `full`" */
    if (q->cell.len == AW_RELAY_BULK_LEN && m->bulk_count + m->bulk_pend >= AW_RELAY_BULK_MAX)
        return AW_RELAY_FULL;
    if (!aw_batch_deposit(r, box, hash, q->cell))
        return AW_RELAY_FULL;
    reply->batch = r->batch_no;
    return AW_RELAY_OK;
}

static uint8_t arm(struct aw_relay *r, const struct aw_request *q, struct aw_reply *reply)
{
    uint32_t box = find_box(r, q->capability, AW_KEY_DEPOSIT);
    uint32_t retry_after;

    if (box == 0)
        return AW_RELAY_UNKNOWN;
    retry_after = aw_rate_take(r, &r->boxes[box]);
    if (retry_after > 0) {
        reply->kind = AW_REPLY_RETRY;
        reply->retry_after = (uint16_t)retry_after;
        return AW_RELAY_RATE;
    }
    if (r->boxes[box].arm_no == UINT32_MAX)
        return AW_RELAY_LIMIT;
    if (!aw_batch_arm(r, box, q->after_s, q->cell))
        return AW_RELAY_FULL;
    reply->batch = r->batch_no;
    return AW_RELAY_OK;
}

static void take(struct aw_relay *r, uint32_t box, uint64_t upto)
{
    struct aw_box *m = &r->boxes[box];
    uint32_t no = upto < m->last_no ? (uint32_t)upto : m->last_no;

    if (no <= m->taken)
        return;
    m->taken = no;
    r->counters.taken += aw_cells_take(r, m, no);
    aw_box_dirty(r, box);
}

static uint8_t read_op(struct aw_relay *r, uint32_t link, const struct aw_request *q,
                       struct aw_reply *reply)
{
    uint32_t box = find_box(r, q->capability, AW_KEY_READ);

    /* spec/08-relay.md §2: "A capability that is unknown and one that is of the wrong kind MUST get
     * the same answer, `unknown`, after the same work." */
    if (box == 0)
        return AW_RELAY_UNKNOWN;
    reply->box = box;
    reply->box_id = r->boxes[box].id;
    reply->batch = box_batch(r, &r->boxes[box]);
    if (q->op != AW_REQUEST_REMOVE)
        aw_tidy_seen(r, box);
    switch (q->op) {
    case AW_REQUEST_SUBSCRIBE:
        reply->kind = AW_REPLY_SUBSCRIBE;
        aw_links_subscribe(r, link, box, q->number);
        break;
    case AW_REQUEST_TAKE:
        take(r, box, q->upto);
        break;
    case AW_REQUEST_PROBE:
        reply->kind = AW_REPLY_PROBE;
        break;
    default:
        aw_box_remove(r, box);
        reply->batch = r->batch_no;
    }
    return AW_RELAY_OK;
}

static bool has_room(const struct aw_relay *r, const struct aw_request *q)
{
    switch (q->op) {
    case AW_REQUEST_CREATE:
    case AW_REQUEST_TAKE:
        return aw_box_may_dirty(r);
    case AW_REQUEST_DEPOSIT:
    case AW_REQUEST_ARM:
        return aw_blocks_have_room(r, q->cell.len);
    case AW_REQUEST_REMOVE:
        return r->removed_count < AW_REMOVED_MAX;
    default:
        return true;
    }
}

static void serve(struct aw_relay *r, uint32_t link, const struct aw_request *q)
{
    struct aw_reply reply = {.number = q->number, .batch = aw_relay_no_batch(r)};

    switch (q->op) {
    case AW_REQUEST_CREATE:
        reply.status = create(r, q, &reply);
        break;
    case AW_REQUEST_DEPOSIT:
        reply.status = deposit(r, q, &reply);
        break;
    case AW_REQUEST_ARM:
        reply.status = arm(r, q, &reply);
        break;
    default:
        reply.status = read_op(r, link, q, &reply);
    }
    if (reply.status != AW_RELAY_OK && reply.kind != AW_REPLY_RETRY)
        reply.kind = AW_REPLY_PLAIN;
    aw_links_reply(r, link, &reply);
    r->counters.requests++;
}

enum aw_status aw_relay_feed(struct aw_relay *relay, uint32_t link, struct aw_bytes plain,
                             size_t *used, struct aw_now now)
{
    struct aw_link_ref *l = &relay->links[1 + link];
    struct aw_bytes rest = plain;

    AW_ASSERT(link < relay->config.link_count && (l->flags & AW_LINK_OPEN) != 0);
    *used = 0;
    aw_relay_tick(relay, now);
    if ((l->flags & AW_LINK_BAD) != 0)
        return AW_E_FORMAT;
    while (rest.len > 0) {
        struct aw_request q;
        enum aw_status status;

        if (!aw_links_have_room(relay, 1 + link))
            return AW_E_BUSY;
        status = aw_request_decode(&q, &rest);
        if (status != AW_OK) {
            /* spec/08-relay.md §1: "A malformed request MUST be answered with status `bad`" */
            const struct aw_reply bad = {.number = q.number, .status = AW_RELAY_BAD};

            aw_links_reply(relay, 1 + link, &bad);
            l->flags |= AW_LINK_BAD;
            return AW_E_FORMAT;
        }
        /* spec/08-relay.md §1: "A relay that cannot take more requests of a link now MUST stop
         * reading from it, and MUST NOT drop them." */
        if (!has_room(relay, &q))
            return AW_E_BUSY;
        serve(relay, 1 + link, &q);
        *used = plain.len - rest.len;
    }
    return AW_OK;
}

void aw_relay_tick(struct aw_relay *relay, struct aw_now now)
{
    AW_ASSERT(relay->is_started && now.mono_ms <= AW_TIME_MAX_MS);
    aw_uptime_advance(relay, now.mono_ms);
    relay->now.mono_ms = aw_time_max(relay->now.mono_ms, now.mono_ms);
    relay->now.wall_ms = now.wall_ms;
    aw_switch_tick(relay);
    aw_wake_tick(relay);
}

uint64_t aw_relay_deadline_ms(const struct aw_relay *relay)
{
    uint64_t due_ms = aw_time_min(aw_switch_deadline_ms(relay), aw_tidy_deadline_ms(relay));

    due_ms = aw_time_min(due_ms, aw_wake_deadline_ms(relay));
    return aw_time_min(due_ms, aw_batch_deadline_ms(relay));
}

void aw_relay_counters(const struct aw_relay *relay, struct aw_relay_counters *out)
{
    *out = relay->counters;
}

void aw_relay_bounds(const struct aw_relay *relay, struct aw_relay_config *out)
{
    *out = relay->config;
}
