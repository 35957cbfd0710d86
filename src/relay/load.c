/* SPDX-License-Identifier: ISC */
#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "relay/blocks.h"
#include "relay/cells.h"
#include "relay/mailbox.h"
#include "relay/pool.h"
#include "relay/switch.h"
#include "relay/tidy.h"
#include "relay/token.h"
#include "relay/uptime.h"
#include "relay/wake.h"

#include <string.h>

/* Rebuilding the index at start: mailboxes say which numbers live, blocks where they are. */

static enum aw_status load_meta(struct aw_relay *r, uint64_t key, struct aw_bytes value)
{
    enum aw_status status = aw_record_check(value);

    if (status != AW_OK)
        return status;
    if (key == AW_META_TIME)
        return aw_uptime_load(r, value);
    if (key != AW_META_KEY || value.len != 1 + sizeof r->hash_key)
        return AW_E_DAMAGED;
    memcpy(r->hash_key, value.ptr + 1, sizeof r->hash_key);
    r->is_meta_dirty = false;
    return AW_OK;
}

/*
 * Ids rise with the index while loading, so that an id lies at the place that it would have if none
 * were missing, or below by as many as are: the search begins there and goes down in growing steps.
 */
static struct aw_box *box_by_id(struct aw_relay *r, uint64_t id)
{
    uint32_t low, high, step = 1;

    if (r->box_pool.used == 0 || id < r->boxes[1].id)
        return NULL;
    high = (uint32_t)aw_time_min(id - r->boxes[1].id + 1, r->box_pool.used);
    low = high;
    while (r->boxes[low].id > id) {
        high = low;
        low = low > step ? low - step : 1;
        step *= 2;
    }
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;

        if (r->boxes[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return r->boxes[low].id == id ? &r->boxes[low] : NULL;
}

/* Taken, dropped, or of a mailbox that was removed: such a cell is left behind in its row. */
static bool is_live(const struct aw_relay *r, const struct aw_box *m, uint32_t no)
{
    if (no <= m->taken)
        return false;
    for (uint32_t gap = m->pend_head; gap != 0; gap = r->cells[gap].next)
        if (no >= r->cells[gap].no && no <= r->cells[gap].at)
            return false;
    return true;
}

/* One cell of one mailbox may lie in two rows, and later than newer ones: it was moved. */
static enum aw_status load_cell(struct aw_relay *r, struct aw_box *m, const struct aw_cell_ref *ref)
{
    bool is_bulk = (ref->flags & AW_CELL_BULK) != 0;
    uint32_t before = is_bulk ? m->bulk_tail : m->tail;
    uint32_t cell;

    if (!is_live(r, m, ref->no))
        return AW_OK;
    if (is_bulk && m->bulk_count == AW_RELAY_BULK_MAX)
        return AW_OK; /* of a commit that was reported failed: nobody counts on it */
    if (before != 0 && r->cells[before].no >= ref->no)
        before = aw_cells_before(r, is_bulk ? m->bulk_head : m->head, ref->no);
    cell = before != 0 ? r->cells[before].next : is_bulk ? m->bulk_head : m->head;
    if (cell != 0 && r->cells[cell].no == ref->no)
        return AW_OK;
    cell = aw_cells_new(r, ref);
    if (cell == 0)
        return AW_E_LIMIT;
    aw_cells_insert(r, m, before, cell);
    if ((ref->flags & AW_CELL_FIRED) != 0)
        r->switches[m - r->boxes].flags |= AW_SWITCH_UNREAD;
    return AW_OK;
}

/* `len` of the cell; `ref` holds block, offset and what the head of the entry says. */
static enum aw_status load_arm(struct aw_relay *r, struct aw_box *m, struct aw_cell_ref *ref)
{
    const struct aw_switch s = {.after_s = ref->hash[1],
                                .armed_s = ref->at,
                                .no = ref->no,
                                .block = ref->block,
                                .offset = ref->offset};

    if (s.after_s == 0 || s.after_s > AW_RELAY_ARM_MAX_S || s.no == 0)
        return AW_E_DAMAGED;
    if (m->arm_no < s.no)
        m->arm_no = s.no;
    if (s.no > m->fired) {
        aw_switch_load(r, (uint32_t)(m - r->boxes), &s);
        return AW_OK;
    }
    if (s.no < m->fired)
        return AW_OK; /* replaced, before another one was fired */
    ref->hash[0] = ref->hash[1] = 0;
    ref->no = m->fired_no;
    ref->at = m->fired_at;
    ref->flags = AW_CELL_FIRED;
    return load_cell(r, m, ref);
}

static enum aw_status load_entry(struct aw_relay *r, uint32_t block, const uint8_t *row,
                                 size_t offset, bool is_armed)
{
    const uint8_t *p = row + offset;
    uint64_t id = aw_get_u64(p);
    struct aw_box *m = box_by_id(r, id);
    struct aw_cell_ref ref = {.hash = {aw_get_u32(p + 20), aw_get_u32(p + 16)},
                              .no = aw_get_u32(p + 8),
                              .at = aw_get_u32(p + 12),
                              .block = block,
                              .offset = (uint16_t)(offset + AW_ENTRY_HEAD_LEN)};

    if (id >= r->box_id_next)
        r->box_id_next = id + 1; /* it must not be given to another while this row is there */
    if (m == NULL)
        return AW_OK;
    if (is_armed)
        return load_arm(r, m, &ref);
    if (aw_get_u16(p + 24) == AW_RELAY_BULK_LEN)
        ref.flags = AW_CELL_BULK;
    else if (m->fired != 0 && ref.no == m->fired_no)
        ref.flags = AW_CELL_FIRED; /* moved since */
    return load_cell(r, m, &ref);
}

static enum aw_status load_block(struct aw_relay *r, uint64_t key, struct aw_bytes row)
{
    enum aw_status status = aw_record_check(row);
    size_t offset = AW_BLOCK_HEAD_LEN;
    uint32_t block;

    if (status != AW_OK)
        return status;
    if (row.len <= AW_BLOCK_HEAD_LEN || row.len > AW_RELAY_RECORD_MAX || key < r->block_key_next)
        return AW_E_DAMAGED;
    r->block_key_next = key + 1;
    block = aw_blocks_load(r, key, row.len);
    if (block == 0)
        return AW_E_LIMIT;
    r->blocks[block].live = 1; /* ours, so that it does not die before all are seen */
    while (status == AW_OK && offset < row.len) {
        bool is_armed;
        size_t len;

        if (row.len - offset < AW_ENTRY_HEAD_LEN)
            return AW_E_DAMAGED;
        len = aw_get_u16(row.ptr + offset + 24);
        is_armed = len == (AW_RELAY_CELL_LEN | AW_ENTRY_ARMED);
        len = is_armed ? AW_RELAY_CELL_LEN : len;
        if ((len != AW_RELAY_CELL_LEN && len != AW_RELAY_BULK_LEN) ||
            row.len - offset - AW_ENTRY_HEAD_LEN < len)
            return AW_E_DAMAGED;
        status = load_entry(r, block, row.ptr, offset, is_armed);
        offset += AW_ENTRY_HEAD_LEN + len;
    }
    aw_blocks_leave(r, block);
    return status;
}

enum aw_status aw_relay_load(struct aw_relay *relay, uint8_t space, uint64_t key,
                             struct aw_bytes value)
{
    AW_ASSERT(!relay->is_started);
    if (key == 0 || key > AW_STORE_KEY_MAX)
        return AW_E_DAMAGED;
    switch (space) {
    case AW_RELAY_SPACE_META:
        return load_meta(relay, key, value);
    case AW_RELAY_SPACE_TOKEN:
        return aw_token_row_load(relay, key, value);
    case AW_RELAY_SPACE_MAILBOX:
        return aw_box_row_load(relay, key, value);
    case AW_RELAY_SPACE_BLOCK:
        return load_block(relay, key, value);
    default:
        return AW_E_DAMAGED;
    }
}

static void drop_gaps(struct aw_relay *r, struct aw_box *m)
{
    while (m->pend_head != 0) {
        uint32_t gap = m->pend_head;

        m->pend_head = r->cells[gap].next;
        aw_pool_give(&r->cell_pool, gap, &r->cells[gap].next);
    }
    m->pend_tail = 0;
}

void aw_relay_start(struct aw_relay *relay, struct aw_now now)
{
    AW_ASSERT(!relay->is_started);
    relay->is_started = true;
    relay->now = now;
    if (relay->lazy_ms != AW_TIME_NEVER)
        relay->lazy_ms = now.mono_ms;
    for (uint32_t box = 1; box <= relay->box_pool.used; box++) {
        struct aw_box *m = &relay->boxes[box];

        drop_gaps(relay, m);
        aw_cells_settle(relay, m);
        m->next_no = m->last_no + 1;
        /* spec/08-relay.md §6: "After a restart a relay MUST wake readers for whom cells are
         * waiting." */
        if (aw_box_has_cells(m))
            aw_wake_want(relay, box);
    }
    aw_uptime_start(relay);
    aw_switch_start(relay);
    aw_tidy_start(relay);
    relay->counters.dropped = 0;
}
