/* SPDX-License-Identifier: ISC */
#include "relay/tidy.h"

#include "base/assert.h"
#include "base/time.h"
#include "relay/batch.h"
#include "relay/blocks.h"
#include "relay/cells.h"
#include "relay/mailbox.h"
#include "relay/uptime.h"

/*
 * Once in a while all mailboxes are passed over, a bounded number at a time.
 *
 * A row is written once, and deleted when none of its cells is live, so that one cell which waits
 * for weeks keeps a row of 40 KB. Such a cell is moved: a copy goes into the filling batch, and
 * when that is durable, the index names the copy. A crash finds one of them or both, which
 * load.c knows. Bulk cells stay: there are few, and two of them fill a row.
 */

#define PASS_MS       3600000
#define PACE_MS       AW_RELAY_LAZY_MS
#define BOXES_AT_ONCE 1024
#define SMALL_LEN     (AW_ENTRY_HEAD_LEN + AW_RELAY_CELL_LEN)

/* A row is sparse when it is from before the last pass and less than a quarter of it is live. */
static bool is_sparse(const struct aw_relay *r, uint32_t block)
{
    const struct aw_block_ref *b = &r->blocks[block];

    return b->key < r->tidy.old_key && (uint64_t)b->live * SMALL_LEN * 4 < b->len;
}

void aw_tidy_seen(struct aw_relay *r, uint32_t box)
{
    struct aw_box *m = &r->boxes[box];

    if (m->read_day == aw_uptime_day(r) || !aw_box_may_dirty(r))
        return;
    m->read_day = aw_uptime_day(r);
    aw_box_dirty(r, box);
}

/* spec/08-relay.md §2: "A relay MUST keep a mailbox and what is in it while its reader has come
 * within 90 days in which the relay ran, and while its switch is armed." */
static bool has_expired(const struct aw_relay *r, uint32_t box)
{
    const struct aw_box *m = &r->boxes[box];

    return aw_uptime_day(r) >= m->read_day + AW_RELAY_UNREAD_MAX_D &&
           r->switches[box].after_s == 0 && m->arm_pend == 0;
}

/* Names the next cell of a mailbox that is to be moved: its switch's first, then by number. */
static bool next_cell(struct aw_relay *r, uint32_t box)
{
    const struct aw_switch *s = &r->switches[box];
    struct aw_tidy *t = &r->tidy;

    if (!t->is_armed_done) {
        t->is_armed_done = true;
        if (s->after_s != 0 && (s->flags & AW_SWITCH_FIRING) == 0 && is_sparse(r, s->block)) {
            t->ref = (struct aw_cell_ref){.hash = {0, s->after_s},
                                          .no = s->no,
                                          .at = s->armed_s,
                                          .block = s->block,
                                          .offset = s->offset,
                                          .flags = AW_CELL_ARM};
            return true;
        }
    }
    for (uint32_t c = r->boxes[box].head; c != 0; c = r->cells[c].next) {
        if (r->cells[c].no <= t->cell_no || !is_sparse(r, r->cells[c].block))
            continue;
        t->ref = r->cells[c];
        t->ref.flags = 0;
        t->cell_no = t->ref.no;
        return true;
    }
    return false;
}

static void next_box(struct aw_relay *r)
{
    r->tidy.box++;
    r->tidy.cell_no = 0;
    r->tidy.is_armed_done = false;
}

static void end_pass(struct aw_relay *r)
{
    struct aw_tidy *t = &r->tidy;

    t->due_ms = aw_time_add(r->now.mono_ms, PASS_MS);
    t->old_key = r->block_key_next; /* for the next one: an hour old by then */
    t->box = 0;
    next_box(r);
}

bool aw_relay_tidy_next(struct aw_relay *relay, struct aw_relay_fetch *out)
{
    struct aw_tidy *t = &relay->tidy;

    AW_ASSERT(!t->is_asked);
    if (relay->now.mono_ms < t->due_ms)
        return false;
    for (uint32_t n = 0; n < BOXES_AT_ONCE && t->box <= relay->box_pool.used; n++) {
        uint32_t box = t->box;

        if (!aw_blocks_have_room(relay, AW_RELAY_CELL_LEN) || !aw_cells_have_room(relay) ||
            relay->removed_count == AW_REMOVED_MAX)
            break;
        if (relay->boxes[box].id != 0 && relay->boxes[box].sub_link != 0)
            aw_tidy_seen(relay, box);
        if (relay->boxes[box].id != 0 && has_expired(relay, box)) {
            aw_box_remove(relay, box);
            relay->counters.expired++;
        }
        if (relay->boxes[box].id != 0 && next_cell(relay, box)) {
            *out = (struct aw_relay_fetch){.key = relay->blocks[t->ref.block].key,
                                           .offset = t->ref.offset,
                                           .len = AW_RELAY_CELL_LEN,
                                           .dst = t->bytes};
            t->is_asked = true;
            return true;
        }
        next_box(relay);
    }
    if (t->box > relay->box_pool.used)
        end_pass(relay);
    else
        t->due_ms = aw_time_add(relay->now.mono_ms, PACE_MS);
    return false;
}

void aw_relay_tidied(struct aw_relay *relay, enum aw_status status)
{
    struct aw_tidy *t = &relay->tidy;

    AW_ASSERT(t->is_asked);
    t->is_asked = false;
    if (status == AW_OK)
        aw_batch_move(relay, t->box, &t->ref, (struct aw_bytes){t->bytes, sizeof t->bytes});
}

void aw_tidy_moved(struct aw_relay *r, uint32_t box, uint32_t cell)
{
    const struct aw_cell_ref *c = &r->cells[cell];
    struct aw_switch *s = &r->switches[box];
    uint32_t there = r->boxes[box].head;

    if ((c->flags & AW_CELL_ARM) != 0 && s->after_s != 0 && s->no == c->no) {
        aw_blocks_leave(r, s->block);
        s->block = c->block;
        s->offset = c->offset;
        r->blocks[c->block].live++;
        r->counters.moved++;
    }
    while (there != 0 && r->cells[there].no < c->no)
        there = r->cells[there].next;
    if ((c->flags & AW_CELL_ARM) == 0 && there != 0 && r->cells[there].no == c->no) {
        aw_blocks_leave(r, r->cells[there].block);
        r->cells[there].block = c->block;
        r->cells[there].offset = c->offset;
        r->blocks[c->block].live++;
        r->counters.moved++;
    }
    aw_cells_free(r, cell); /* taken, dropped or re-armed meanwhile: then the copy dies with it */
}

uint64_t aw_tidy_deadline_ms(const struct aw_relay *r)
{
    return r->counters.mailboxes > 0 ? r->tidy.due_ms : AW_TIME_NEVER;
}

void aw_tidy_start(struct aw_relay *r)
{
    end_pass(r);
}
