/* SPDX-License-Identifier: ISC */
#include "relay/mailbox.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "relay/cells.h"
#include "relay/keys.h"
#include "relay/lazy.h"
#include "relay/links.h"
#include "relay/pool.h"
#include "relay/switch.h"
#include "relay/uptime.h"

#include <string.h>

#define V1_ROW_HEAD 78 /* without switch and reading day */

bool aw_box_may_dirty(const struct aw_relay *r)
{
    return r->dirty.count + r->row_count < AW_DIRTY_MAX;
}

void aw_box_dirty(struct aw_relay *r, uint32_t box)
{
    struct aw_box *m = &r->boxes[box];

    if ((m->flags & AW_BOX_DIRTY) != 0)
        return;
    m->flags |= AW_BOX_DIRTY;
    aw_list_push(&r->dirty, box, &m->dirty_next, &r->boxes[r->dirty.tail].dirty_next);
    aw_lazy_touch(r);
}

enum aw_status aw_record_check(struct aw_bytes record)
{
    if (record.len == 0 || record.ptr[0] == 0)
        return AW_E_DAMAGED;
    return record.ptr[0] <= AW_RECORD_VERSION ? AW_OK : AW_E_VERSION;
}

uint32_t aw_box_new(struct aw_relay *r, uint32_t token, const uint8_t read_key[AW_RELAY_KEY_LEN],
                    const uint8_t deposit_key[AW_RELAY_KEY_LEN])
{
    uint32_t box = aw_pool_take(&r->box_pool, &r->boxes[r->box_pool.free].dirty_next);
    struct aw_box *m = &r->boxes[box];

    if (box == 0)
        return 0;
    *m = (struct aw_box){
        .id = r->box_id_next++, .token = token, .next_no = 1, .read_day = aw_uptime_day(r)};
    memcpy(m->read_key, read_key, AW_RELAY_KEY_LEN);
    memcpy(m->deposit_key, deposit_key, AW_RELAY_KEY_LEN);
    aw_keys_add(r, AW_KEY_READ, box);
    aw_keys_add(r, AW_KEY_DEPOSIT, box);
    r->tokens[token].box_count++;
    r->counters.mailboxes++;
    return box;
}

void aw_box_unlisted(struct aw_relay *r, uint32_t box, uint8_t flag)
{
    struct aw_box *m = &r->boxes[box];

    m->flags &= (uint8_t)~flag;
    if ((m->flags & AW_BOX_GONE) != 0 && (m->flags & AW_BOX_LISTED) == 0) {
        m->flags = 0;
        aw_pool_give(&r->box_pool, box, &m->dirty_next);
    }
}

void aw_box_remove(struct aw_relay *r, uint32_t box)
{
    struct aw_box *m = &r->boxes[box];

    AW_ASSERT(r->removed_count < AW_REMOVED_MAX);
    r->removed[r->removed_count++] = m->id;
    aw_links_unsubscribe(r, box);
    aw_keys_remove(r, AW_KEY_READ, box);
    aw_keys_remove(r, AW_KEY_DEPOSIT, box);
    (void)aw_cells_take(r, m, UINT32_MAX);
    aw_switch_remove(r, box);
    r->tokens[m->token].box_count--;
    r->counters.mailboxes--;
    m->id = 0;
    m->flags |= AW_BOX_GONE;
    aw_box_unlisted(r, box, 0);
}

/*
 * The numbers of the cells that live when the filling batch is done, in ascending order: what
 * aw_cells_append() will leave of the lists and the pending cells, if no take comes before.
 */
static size_t live_after_batch(const struct aw_relay *r, const struct aw_box *m,
                               uint32_t out[AW_GAPS_MAX])
{
    uint32_t total = m->small_count;
    uint32_t pos = 0;
    size_t small_count = 0;
    size_t count;

    for (uint32_t c = m->pend_head; c != 0; c = r->cells[c].next)
        total += (r->cells[c].flags & AW_CELL_BULK) == 0 ? 1 : 0;
    for (int list = 0; list < 2; list++) {
        for (uint32_t c = list == 0 ? m->head : m->pend_head; c != 0; c = r->cells[c].next) {
            if ((r->cells[c].flags & AW_CELL_BULK) != 0)
                continue;
            if (pos < AW_RELAY_OLDEST || pos + AW_RELAY_NEWEST >= total)
                out[small_count++] = r->cells[c].no;
            pos++;
        }
    }
    count = small_count;
    for (int list = 0; list < 2; list++) {
        for (uint32_t c = list == 0 ? m->bulk_head : m->pend_head; c != 0; c = r->cells[c].next) {
            size_t at = count;

            if ((r->cells[c].flags & AW_CELL_BULK) == 0)
                continue;
            AW_ASSERT(count < AW_GAPS_MAX);
            for (; at > 0 && out[at - 1] > r->cells[c].no; at--)
                out[at] = out[at - 1];
            out[at] = r->cells[c].no;
            count++;
        }
    }
    return count;
}

/* What its switch has delivered last, or delivers in the filling batch. */
static void put_fired(const struct aw_relay *r, const struct aw_box *m, uint8_t out[12])
{
    uint32_t arm_no = m->fired, no = m->fired_no, at = m->fired_at;

    for (uint32_t c = m->pend_head; c != 0; c = r->cells[c].next) {
        if ((r->cells[c].flags & AW_CELL_FIRED) == 0)
            continue;
        arm_no = r->switches[m - r->boxes].no;
        no = r->cells[c].no;
        at = r->cells[c].at;
    }
    aw_put_u32(out, arm_no);
    aw_put_u32(out + 4, no);
    aw_put_u32(out + 8, at);
}

size_t aw_box_row_encode(const struct aw_relay *r, const struct aw_box *m,
                         uint8_t out[AW_BOX_ROW_MAX])
{
    uint32_t live[AW_GAPS_MAX];
    size_t live_count = live_after_batch(r, m, live);
    uint32_t last = m->taken;
    uint8_t gap_count = 0;
    uint8_t *p = out + AW_BOX_ROW_HEAD;

    out[0] = AW_RECORD_VERSION;
    memcpy(out + 1, m->read_key, AW_RELAY_KEY_LEN);
    memcpy(out + 33, m->deposit_key, AW_RELAY_KEY_LEN);
    aw_put_u64(out + 65, r->tokens[m->token].id);
    aw_put_u32(out + 73, m->taken);
    aw_put_u32(out + 77, m->read_day);
    put_fired(r, m, out + 81);
    for (size_t i = 0; i < live_count; i++) {
        if (live[i] != last + 1) {
            aw_put_u32(p, last + 1);
            aw_put_u32(p + 4, live[i] - 1);
            p += 8;
            gap_count++;
        }
        last = live[i];
    }
    out[AW_BOX_ROW_HEAD - 1] = gap_count;
    return (size_t)(p - out);
}

static uint32_t token_by_id(const struct aw_relay *r, uint64_t id)
{
    for (uint32_t i = 1; i <= r->token_count; i++)
        if (r->tokens[i].id == id)
            return i;
    return 0;
}

/* A gap waits in the pool of cells: from `no` to `at`. Each stands for a live cell after it. */
static enum aw_status load_gap(struct aw_relay *r, struct aw_box *m, const uint8_t *p,
                               uint32_t *last)
{
    uint32_t first = aw_get_u32(p);
    uint32_t end = aw_get_u32(p + 4);
    uint32_t gap;

    if (first <= *last || end < first)
        return AW_E_DAMAGED;
    gap = aw_pool_take(&r->cell_pool, &r->cells[r->cell_pool.free].next);
    if (gap == 0)
        return AW_E_LIMIT;
    r->cells[gap] = (struct aw_cell_ref){.no = first, .at = end};
    if (m->pend_head == 0)
        m->pend_head = gap;
    else
        r->cells[m->pend_tail].next = gap;
    m->pend_tail = gap;
    *last = end;
    return AW_OK;
}

enum aw_status aw_box_row_load(struct aw_relay *r, uint64_t id, struct aw_bytes row)
{
    const uint8_t *p = row.ptr;
    enum aw_status status = aw_record_check(row);
    size_t head_len = row.len > 0 && p[0] == 1 ? V1_ROW_HEAD : AW_BOX_ROW_HEAD;
    uint32_t token, box, last;
    struct aw_box *m;

    if (status != AW_OK)
        return status;
    if (row.len < head_len || row.len != head_len + (size_t)p[head_len - 1] * 8 ||
        p[head_len - 1] > AW_GAPS_MAX)
        return AW_E_DAMAGED;
    token = token_by_id(r, aw_get_u64(p + 65));
    if (token == 0 || id < r->box_id_next || !aw_keys_are_free(r, p + 1, p + 33))
        return AW_E_DAMAGED;
    box = aw_box_new(r, token, p + 1, p + 33);
    if (box == 0)
        return AW_E_LIMIT;
    m = &r->boxes[box];
    m->id = id;
    r->box_id_next = id + 1;
    m->taken = m->last_no = last = aw_get_u32(p + 73);
    if (head_len == AW_BOX_ROW_HEAD) {
        m->read_day = aw_get_u32(p + 77);
        m->arm_no = m->fired = aw_get_u32(p + 81);
        m->fired_no = aw_get_u32(p + 85);
        m->fired_at = aw_get_u32(p + 89);
    }
    for (size_t i = 0; i < p[head_len - 1] && status == AW_OK; i++)
        status = load_gap(r, m, p + head_len + i * 8, &last);
    return status;
}
