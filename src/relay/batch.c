/* SPDX-License-Identifier: ISC */
#include "relay/batch.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "relay/blocks.h"
#include "relay/cells.h"
#include "relay/links.h"
#include "relay/mailbox.h"
#include "relay/pool.h"
#include "relay/switch.h"
#include "relay/tidy.h"
#include "relay/token.h"
#include "relay/uptime.h"
#include "relay/wake.h"

#include <string.h>

/*
 *   from         on                         to           function
 *   filling      host asks, none under way  under way    aw_relay_batch_next()
 *   under way    commit done                done         apply()
 *   under way    commit failed              forgotten    forget()
 *
 * Invariants:
 *   (1) Cells of a batch are in no mailbox list before it is done: nothing is to be undone, and
 *       spec/08-relay.md §4: "A relay MUST NOT deliver a cell before it is on stable storage."
 *   (2) Every mailbox whose durable row is behind what is in memory is in the dirty list or in
 *       the batch under way, and a batch takes all of the dirty list.
 *   (3) A row of the store is deleted only by a batch after its last cell died, and so, by (2),
 *       not before the mailbox rows that say so.
 */

static void pend(struct aw_relay *r, uint32_t box, uint32_t cell)
{
    struct aw_buffer *b = &r->buffers[r->fill];

    b->pends[b->pend_count++] =
        (struct aw_pend){.box_id = r->boxes[box].id, .box = box, .cell = cell};
}

/* A cell of the mailbox: it will have a number, and counts for its row. */
static void pend_numbered(struct aw_relay *r, uint32_t box, uint32_t cell)
{
    struct aw_box *m = &r->boxes[box];

    m->next_no++;
    if (m->pend_head == 0)
        m->pend_head = cell;
    else
        r->cells[m->pend_tail].next = cell;
    m->pend_tail = cell;
    pend(r, box, cell);
}

static uint16_t pending_flags(const struct aw_relay *r)
{
    return (r->batch_no & 1) != 0 ? AW_CELL_PENDING | AW_CELL_ODD : AW_CELL_PENDING;
}

bool aw_batch_deposit(struct aw_relay *r, uint32_t box, uint64_t hash, struct aw_bytes cell)
{
    struct aw_box *m = &r->boxes[box];
    struct aw_cell_ref ref = {.hash = {(uint32_t)hash, (uint32_t)(hash >> 32)},
                              .no = m->next_no,
                              .at = (uint32_t)(r->now.wall_ms / 1000),
                              .flags = pending_flags(r)};
    uint32_t idx;

    if (!aw_cells_have_room(r))
        return false;
    if (cell.len == AW_RELAY_BULK_LEN) {
        ref.flags |= AW_CELL_BULK;
        m->bulk_pend++;
    }
    aw_blocks_put(r, m->id, &ref, cell);
    idx = aw_cells_new(r, &ref);
    AW_ASSERT(idx != 0);
    pend_numbered(r, box, idx);
    return true;
}

bool aw_batch_arm(struct aw_relay *r, uint32_t box, uint32_t after_s, struct aw_bytes cell)
{
    struct aw_box *m = &r->boxes[box];
    struct aw_cell_ref ref = {.hash = {(uint32_t)r->run_ms, after_s},
                              .no = m->arm_no + 1,
                              .at = (uint32_t)((r->run_ms + 999) / 1000),
                              .flags = pending_flags(r) | AW_CELL_ARM};
    uint32_t idx;

    if (!aw_cells_have_room(r))
        return false;
    aw_blocks_put(r, m->id, &ref, cell);
    idx = aw_cells_new(r, &ref);
    AW_ASSERT(idx != 0);
    m->arm_no++;
    m->arm_pend++;
    pend(r, box, idx);
    return true;
}

void aw_batch_move(struct aw_relay *r, uint32_t box, const struct aw_cell_ref *ref,
                   struct aw_bytes cell)
{
    struct aw_cell_ref copy = *ref;
    uint32_t idx;

    copy.flags |= pending_flags(r) | AW_CELL_MOVED;
    aw_blocks_put(r, r->boxes[box].id, &copy, cell);
    idx = aw_cells_new(r, &copy);
    AW_ASSERT(idx != 0);
    pend(r, box, idx);
}

/*
 * Delivers what switches have become due, as many as the batch has room for: the bytes are in
 * the store already, so that the row of the mailbox says all that is new.
 */
static void fire(struct aw_relay *r)
{
    const struct aw_buffer *b = &r->buffers[r->fill];
    uint32_t box;

    while (b->pend_count < AW_BATCH_CELLS_MAX && aw_box_may_dirty(r) &&
           (box = aw_switch_next(r)) != 0) {
        struct aw_box *m = &r->boxes[box];
        const struct aw_switch *s = &r->switches[box];
        struct aw_cell_ref ref = {.no = m->next_no,
                                  .at = (uint32_t)(r->now.wall_ms / 1000),
                                  .block = s->block,
                                  .offset = s->offset,
                                  .flags = pending_flags(r) | AW_CELL_FIRED};
        uint32_t cell = aw_cells_new(r, &ref);

        if (cell == 0) { /* only while removed mailboxes still have theirs under way */
            aw_switch_not_fired(r, box);
            return;
        }
        pend_numbered(r, box, cell);
        aw_box_dirty(r, box);
    }
}

uint64_t aw_batch_of(const struct aw_relay *r, const struct aw_cell_ref *c)
{
    bool is_odd = (c->flags & AW_CELL_ODD) != 0;

    if ((c->flags & AW_CELL_PENDING) == 0)
        return aw_relay_no_batch(r);
    return is_odd == ((r->batch_no & 1) != 0) ? r->batch_no : r->batch_no - 1;
}

static bool is_due(const struct aw_relay *r)
{
    if (r->buffers[r->fill].pend_count > 0 || r->is_urgent || r->removed_count > 0 ||
        aw_wheel_queue_first(&r->wheel) != 0 || r->now.mono_ms >= aw_uptime_stamp_due_ms(r))
        return true;
    /* Half of what may wait is enough company; and nobody waits longer than the limit. */
    return r->dirty.count >= AW_DIRTY_MAX / 2 || r->dead.count >= AW_DELETE_MAX / 2 ||
           aw_time_add(r->lazy_ms, AW_RELAY_LAZY_MS) <= r->now.mono_ms;
}

uint64_t aw_batch_deadline_ms(const struct aw_relay *r)
{
    if (r->is_under_way)
        return AW_TIME_NEVER;
    if (is_due(r)) /* since the engine last heard of the time, and not for as long as it lives */
        return aw_time_max(r->retry_ms, r->now.mono_ms);
    return aw_time_max(r->retry_ms, aw_time_min(aw_time_add(r->lazy_ms, AW_RELAY_LAZY_MS),
                                                aw_uptime_stamp_due_ms(r)));
}

static void add_op(struct aw_relay *r, size_t *count, uint8_t space, uint64_t key,
                   struct aw_bytes value)
{
    r->ops[(*count)++] = (struct aw_store_op){.space = space, .key = key, .value = value};
}

static void add_meta_and_tokens(struct aw_relay *r, size_t *count, uint8_t **bytes)
{
    if (aw_uptime_wants_stamp(r)) {
        aw_uptime_encode(r, *bytes);
        add_op(r, count, AW_RELAY_SPACE_META, AW_META_TIME,
               (struct aw_bytes){*bytes, AW_STAMP_LEN});
        *bytes += AW_STAMP_LEN;
        r->is_stamp_under_way = true;
    }
    if (r->is_meta_dirty) {
        (*bytes)[0] = AW_RECORD_VERSION;
        memcpy(*bytes + 1, r->hash_key, sizeof r->hash_key);
        add_op(r, count, AW_RELAY_SPACE_META, AW_META_KEY,
               (struct aw_bytes){*bytes, 1 + sizeof r->hash_key});
        *bytes += 1 + sizeof r->hash_key;
    }
    if (!r->is_urgent)
        return;
    for (uint32_t i = 1; i <= r->token_count; i++) {
        struct aw_token_ref *t = &r->tokens[i];
        size_t len;

        if (!t->is_dirty)
            continue;
        len = aw_token_row_encode(t, *bytes);
        add_op(r, count, AW_RELAY_SPACE_TOKEN, t->id, (struct aw_bytes){*bytes, len});
        *bytes += len;
        t->is_dirty = false;
        t->is_under_way = true;
    }
}

static void add_row(struct aw_relay *r, size_t *count, uint8_t **bytes, const struct aw_box *m)
{
    size_t len = aw_box_row_encode(r, m, *bytes);

    add_op(r, count, AW_RELAY_SPACE_MAILBOX, m->id, (struct aw_bytes){*bytes, len});
    *bytes += len;
}

/* Rows of the dirty list, then those of mailboxes that will drop cells when this batch is done. */
static void add_rows(struct aw_relay *r, size_t *count, uint8_t **bytes)
{
    struct aw_buffer *b = &r->buffers[r->fill];
    uint32_t box;

    r->row_count = 0;
    while ((box = aw_list_pop(&r->dirty, &r->boxes[r->dirty.head].dirty_next)) != 0) {
        struct aw_box *m = &r->boxes[box];

        if (m->id != 0) {
            m->flags |= AW_BOX_ROWED;
            add_row(r, count, bytes, m);
            AW_ASSERT(r->row_count < AW_DIRTY_MAX);
            r->rows[r->row_count++] = (struct aw_box_name){.id = m->id, .box = box};
        }
        aw_box_unlisted(r, box, AW_BOX_DIRTY);
    }
    for (uint32_t i = 0; i < b->pend_count; i++) {
        struct aw_box *m = &r->boxes[b->pends[i].box];
        uint32_t small_count = m->small_count;

        if (m->id != b->pends[i].box_id || (m->flags & AW_BOX_ROWED) != 0 || m->pend_head == 0)
            continue;
        for (uint32_t c = m->pend_head; c != 0; c = r->cells[c].next)
            small_count += (r->cells[c].flags & AW_CELL_BULK) == 0 ? 1 : 0;
        if (small_count > AW_SMALL_MAX)
            add_row(r, count, bytes, m);
        m->pend_head = m->pend_tail = 0; /* counted: the later cells of this batch, too */
    }
    for (uint32_t i = 0; i < r->row_count; i++) {
        struct aw_box *m = &r->boxes[r->rows[i].box];

        m->flags &= (uint8_t)~AW_BOX_ROWED;
        m->pend_head = m->pend_tail = 0;
    }
}

static void add_deletions(struct aw_relay *r, size_t *count)
{
    const struct aw_bytes nothing = {NULL, 0};
    uint32_t block;

    for (uint32_t i = 0; i < r->removed_count; i++)
        add_op(r, count, AW_RELAY_SPACE_MAILBOX, r->removed[i], nothing);
    r->removed_under_way = r->removed_count;
    r->delete_count = 0;
    while (r->delete_count < AW_DELETE_MAX &&
           (block = aw_list_pop(&r->dead, &r->blocks[r->dead.head].live)) != 0) {
        r->blocks[block].live = 0;
        add_op(r, count, AW_RELAY_SPACE_BLOCK, r->blocks[block].key, nothing);
        r->deletes[r->delete_count++] = block;
    }
}

bool aw_relay_batch_next(struct aw_relay *relay, struct aw_relay_batch *out, struct aw_now now)
{
    struct aw_buffer *b = &relay->buffers[relay->fill];
    uint8_t *bytes = relay->row_bytes;
    size_t count = 0;

    aw_relay_tick(relay, now);
    if (relay->is_under_way || relay->now.mono_ms < relay->retry_ms || !is_due(relay))
        return false;
    fire(relay);
    add_meta_and_tokens(relay, &count, &bytes);
    add_rows(relay, &count, &bytes);
    for (uint32_t row = 0; row < b->block_count; row++)
        add_op(relay, &count, AW_RELAY_SPACE_BLOCK, relay->blocks[b->blocks[row]].key,
               (struct aw_bytes){relay->buffer_bytes + relay->fill * AW_BUFFER_LEN +
                                     row * AW_RELAY_RECORD_MAX,
                                 b->lens[row]});
    add_deletions(relay, &count);
    relay->is_urgent = false;
    relay->is_under_way = true;
    relay->lazy_ms = relay->dead.count > 0 ? relay->now.mono_ms : AW_TIME_NEVER;
    relay->batch_no++;
    relay->fill = (relay->fill + 1) % AW_BUFFER_COUNT;
    aw_blocks_recycle(relay, relay->fill);
    *out = (struct aw_relay_batch){.ops = relay->ops, .op_count = count};
    return true;
}

/* The cells of the batch are durable: now they exist. */
static void apply(struct aw_relay *r, const struct aw_buffer *b)
{
    for (uint32_t i = 0; i < b->pend_count; i++) {
        const struct aw_pend *pend = &b->pends[i];
        struct aw_box *m = &r->boxes[pend->box];

        if (m->id != pend->box_id) { /* removed meanwhile */
            aw_cells_free(r, pend->cell);
            continue;
        }
        if ((r->cells[pend->cell].flags & AW_CELL_MOVED) != 0) {
            aw_tidy_moved(r, pend->box, pend->cell);
            continue;
        }
        if ((r->cells[pend->cell].flags & AW_CELL_ARM) != 0) {
            aw_switch_armed(r, pend->box, pend->cell);
            continue;
        }
        if ((r->cells[pend->cell].flags & AW_CELL_FIRED) != 0)
            aw_switch_fired(r, pend->box, &r->cells[pend->cell]);
        else
            r->counters.deposited++;
        if ((r->cells[pend->cell].flags & AW_CELL_BULK) != 0)
            m->bulk_pend--;
        aw_cells_append(r, m, pend->cell);
        aw_links_box_ready(r, pend->box);
        aw_wake_want(r, pend->box);
    }
    for (uint32_t i = 0; i < r->delete_count; i++)
        aw_blocks_release(r, r->deletes[i]);
    r->removed_count -= r->removed_under_way;
    memmove(r->removed, r->removed + r->removed_under_way, r->removed_count * sizeof *r->removed);
    r->is_meta_dirty = false;
    for (uint32_t i = 1; i <= r->token_count; i++)
        r->tokens[i].is_under_way = false;
}

/* Nothing of the batch is durable. Its cells go; whatever else it held goes into the next one. */
static void forget(struct aw_relay *r, const struct aw_buffer *b)
{
    for (uint32_t row = 0; row < b->block_count; row++)
        r->blocks[b->blocks[row]].live++; /* ours: there is no row to delete */
    for (uint32_t i = 0; i < b->pend_count; i++) {
        const struct aw_pend *pend = &b->pends[i];
        struct aw_box *m = &r->boxes[pend->box];
        uint16_t flags = m->id == pend->box_id ? r->cells[pend->cell].flags : 0;

        if ((flags & AW_CELL_BULK) != 0)
            m->bulk_pend--;
        if ((flags & (AW_CELL_ARM | AW_CELL_MOVED)) == AW_CELL_ARM)
            aw_switch_not_armed(r, pend->box);
        if ((flags & AW_CELL_FIRED) != 0)
            aw_switch_not_fired(r, pend->box);
        aw_cells_free(r, pend->cell);
    }
    for (uint32_t row = 0; row < b->block_count; row++)
        aw_blocks_release(r, b->blocks[row]);
    for (uint32_t i = 0; i < r->delete_count; i++)
        aw_blocks_died(r, r->deletes[i]);
    for (uint32_t i = 0; i < r->row_count; i++) {
        if (r->boxes[r->rows[i].box].id != r->rows[i].id)
            continue;
        /* Perhaps its creation: who asks for it again waits for the next batch. */
        r->boxes[r->rows[i].box].batch = r->batch_no;
        r->is_urgent = true;
        aw_box_dirty(r, r->rows[i].box);
    }
    for (uint32_t i = 1; i <= r->token_count; i++) {
        if (!r->tokens[i].is_under_way)
            continue;
        r->tokens[i].is_under_way = false;
        r->tokens[i].is_dirty = r->is_urgent = true;
    }
    r->retry_ms = aw_time_add(r->now.mono_ms, AW_RELAY_RETRY_MS);
}

void aw_relay_committed(struct aw_relay *relay, enum aw_status status, struct aw_now now)
{
    uint32_t done = (relay->fill + AW_BUFFER_COUNT - 1) % AW_BUFFER_COUNT;

    AW_ASSERT(relay->is_under_way);
    aw_relay_tick(relay, now);
    if (status == AW_OK)
        apply(relay, &relay->buffers[done]);
    else
        forget(relay, &relay->buffers[done]);
    relay->counters.commits += status == AW_OK ? 1 : 0;
    relay->counters.commits_failed += status == AW_OK ? 0 : 1;
    relay->counters.is_degraded = status != AW_OK;
    relay->row_count = relay->delete_count = relay->removed_under_way = 0;
    if (status == AW_OK && relay->is_stamp_under_way) {
        relay->stamp_ms = relay->now.mono_ms;
        relay->is_stamped = true;
    }
    relay->is_stamp_under_way = relay->is_under_way = false;
    relay->done_no++;
    aw_links_release(relay, relay->done_no, status != AW_OK);
}
