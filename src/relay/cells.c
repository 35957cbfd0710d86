/* SPDX-License-Identifier: ISC */
#include "relay/cells.h"

#include "base/assert.h"
#include "crypto/verify.h"
#include "relay/blocks.h"
#include "relay/pool.h"
#include "relay/switch.h"

#define UNHASHED (AW_CELL_ARM | AW_CELL_FIRED | AW_CELL_MOVED)

uint64_t aw_cells_hash(const struct aw_relay *r, const struct aw_box *m, struct aw_bytes cell)
{
    /* An odd factor keeps mailboxes apart; who cannot see the hash cannot make two meet. */
    return aw_shorthash(r->hash_key, cell) ^ m->id * UINT64_C(0x9e3779b97f4a7c15);
}

uint32_t aw_cells_find(const struct aw_relay *r, uint64_t hash)
{
    const struct aw_table *t = &r->cell_table;

    for (uint32_t pos = (uint32_t)hash & t->mask; t->slots[pos] != 0; pos = (pos + 1) & t->mask)
        if (aw_cell_hash(&r->cells[t->slots[pos]]) == hash)
            return t->slots[pos];
    return 0;
}

static void table_add(struct aw_relay *r, uint32_t cell)
{
    struct aw_table *t = &r->cell_table;
    uint32_t pos = r->cells[cell].hash[0] & t->mask;

    while (t->slots[pos] != 0)
        pos = (pos + 1) & t->mask;
    t->slots[pos] = cell;
}

static void table_remove(struct aw_relay *r, uint32_t cell)
{
    struct aw_table *t = &r->cell_table;
    uint32_t hole = r->cells[cell].hash[0] & t->mask;

    while (t->slots[hole] != cell) {
        AW_ASSERT(t->slots[hole] != 0);
        hole = (hole + 1) & t->mask;
    }
    for (uint32_t pos = (hole + 1) & t->mask; t->slots[pos] != 0; pos = (pos + 1) & t->mask) {
        uint32_t home = r->cells[t->slots[pos]].hash[0] & t->mask;

        if (((pos - home) & t->mask) >= ((pos - hole) & t->mask)) {
            t->slots[hole] = t->slots[pos];
            hole = pos;
        }
    }
    t->slots[hole] = 0;
}

bool aw_cells_have_room(const struct aw_relay *r)
{
    return r->plain_count < r->config.cell_count && !aw_pool_is_empty(&r->cell_pool);
}

uint32_t aw_cells_new(struct aw_relay *r, const struct aw_cell_ref *ref)
{
    uint32_t cell = 0;

    if ((ref->flags & AW_CELL_FIRED) != 0 || aw_cells_have_room(r))
        cell = aw_pool_take(&r->cell_pool, &r->cells[r->cell_pool.free].next);
    if (cell == 0)
        return 0;
    r->cells[cell] = *ref;
    r->blocks[ref->block].live++;
    if ((ref->flags & AW_CELL_FIRED) == 0)
        r->plain_count++;
    if ((ref->flags & UNHASHED) == 0)
        table_add(r, cell);
    return cell;
}

void aw_cells_free(struct aw_relay *r, uint32_t cell)
{
    uint32_t block = r->cells[cell].block;

    if ((r->cells[cell].flags & UNHASHED) == 0)
        table_remove(r, cell);
    if ((r->cells[cell].flags & AW_CELL_FIRED) == 0)
        r->plain_count--;
    aw_pool_give(&r->cell_pool, cell, &r->cells[cell].next);
    aw_blocks_leave(r, block);
}

/* Frees a cell of a list: its switch may wait for that. */
static void let_go(struct aw_relay *r, const struct aw_box *m, uint32_t cell)
{
    bool is_fired = (r->cells[cell].flags & AW_CELL_FIRED) != 0;

    aw_cells_free(r, cell);
    r->counters.cells--;
    if (is_fired)
        aw_switch_read(r, (uint32_t)(m - r->boxes));
}

/* spec/08-relay.md §3: "A mailbox MUST keep the 32 oldest and the 32 newest small cells that wait
 * in it, and drop those between." */
static void drop_middle(struct aw_relay *r, struct aw_box *m)
{
    struct aw_cell_ref *mid = &r->cells[m->mid];
    uint32_t victim = mid->next;

    mid->next = r->cells[victim].next;
    m->small_count--;
    let_go(r, m, victim);
    r->counters.dropped++;
}

void aw_cells_append(struct aw_relay *r, struct aw_box *m, uint32_t cell)
{
    struct aw_cell_ref *c = &r->cells[cell];
    bool is_bulk = (c->flags & AW_CELL_BULK) != 0;
    uint32_t *tail = is_bulk ? &m->bulk_tail : &m->tail;
    uint32_t *head = is_bulk ? &m->bulk_head : &m->head;

    /* spec/08-relay.md §3: "The numbers of the cells of one mailbox MUST rise, from 1, and MUST NOT
     * be used again once delivered." */
    AW_ASSERT(c->no > m->last_no);
    c->next = 0;
    c->flags &= AW_CELL_BULK | AW_CELL_FIRED;
    if (*head == 0)
        *head = cell;
    else
        r->cells[*tail].next = cell;
    *tail = cell;
    m->last_no = c->no;
    r->counters.cells++;
    if (is_bulk) {
        m->bulk_count++;
        return;
    }
    if (++m->small_count == AW_RELAY_OLDEST)
        m->mid = cell;
    if (m->small_count > AW_SMALL_MAX)
        drop_middle(r, m);
}

uint32_t aw_cells_before(const struct aw_relay *r, uint32_t head, uint32_t no)
{
    uint32_t before = 0;

    for (uint32_t c = head; c != 0 && r->cells[c].no < no; c = r->cells[c].next)
        before = c;
    return before;
}

void aw_cells_insert(struct aw_relay *r, struct aw_box *m, uint32_t before, uint32_t cell)
{
    struct aw_cell_ref *c = &r->cells[cell];
    bool is_bulk = (c->flags & AW_CELL_BULK) != 0;
    uint32_t *head = is_bulk ? &m->bulk_head : &m->head;
    uint32_t *tail = is_bulk ? &m->bulk_tail : &m->tail;
    uint32_t *link = before == 0 ? head : &r->cells[before].next;

    c->next = *link;
    *link = cell;
    if (c->next == 0)
        *tail = cell;
    if (c->no > m->last_no)
        m->last_no = c->no;
    r->counters.cells++;
    if (is_bulk)
        m->bulk_count++;
    else
        m->small_count++;
}

void aw_cells_settle(struct aw_relay *r, struct aw_box *m)
{
    uint32_t cell = m->head;

    if (m->small_count < AW_RELAY_OLDEST)
        return;
    for (uint32_t i = 1; i < AW_RELAY_OLDEST; i++)
        cell = r->cells[cell].next;
    m->mid = cell;
    while (m->small_count > AW_SMALL_MAX)
        drop_middle(r, m);
}

/* spec/08-relay.md §5: "A cell MUST stay until a `take` at or above its number, or until it is
 * dropped." */
uint32_t aw_cells_take(struct aw_relay *r, struct aw_box *m, uint32_t upto)
{
    uint32_t count = 0;
    uint32_t cell;

    while ((cell = m->head) != 0 && r->cells[cell].no <= upto) {
        m->head = r->cells[cell].next;
        /* The oldest 32 begin one later now, and so end one later, if there is one. */
        if (m->small_count > AW_RELAY_OLDEST)
            m->mid = r->cells[m->mid].next;
        m->small_count--;
        let_go(r, m, cell);
        count++;
    }
    while ((cell = m->bulk_head) != 0 && r->cells[cell].no <= upto) {
        m->bulk_head = r->cells[cell].next;
        m->bulk_count--;
        let_go(r, m, cell);
        count++;
    }
    return count;
}

static uint32_t first_above(const struct aw_relay *r, uint32_t cell, uint32_t no)
{
    while (cell != 0 && r->cells[cell].no <= no)
        cell = r->cells[cell].next;
    return cell;
}

uint32_t aw_cells_after(const struct aw_relay *r, const struct aw_box *m, uint32_t no)
{
    uint32_t small = 0;
    uint32_t bulk = first_above(r, m->bulk_head, no);

    if (m->head != 0 && r->cells[m->tail].no > no)
        small = first_above(r, m->head, no);
    if (small == 0 || bulk == 0)
        return small != 0 ? small : bulk;
    return r->cells[small].no < r->cells[bulk].no ? small : bulk;
}

uint32_t aw_cells_count_after(const struct aw_relay *r, const struct aw_box *m, uint32_t no)
{
    uint32_t count = 0;

    for (uint32_t c = first_above(r, m->head, no); c != 0; c = r->cells[c].next)
        count++;
    for (uint32_t c = first_above(r, m->bulk_head, no); c != 0; c = r->cells[c].next)
        count++;
    return count;
}
