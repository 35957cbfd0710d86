/* SPDX-License-Identifier: ISC */
#include "relay/switch.h"

#include "base/assert.h"
#include "base/time.h"
#include "relay/blocks.h"
#include "relay/cells.h"

/*
 *   from      on                                   to       does
 *   none      arm durable                          armed    into the wheel
 *   armed     arm durable                          armed    replaced, time starts anew
 *   armed     time over, within a pause's wait     armed    waits on
 *   armed     time over                            due      joins the queue
 *   due       an arm is pending, or an earlier
 *             delivery is still waiting            held     out of the queue
 *   held      arm durable                          armed    replaced
 *   held      arm failed, or that delivery is gone due      back into the queue
 *   due       batch closed, with room              firing   a cell with the next number, PENDING
 *   firing    batch done                           none     the cell is waiting
 *   firing    batch failed                         due      the cell is forgotten
 *   any       mailbox removed                      none     -
 *
 * Invariants: an armed switch is a live cell of its block; it is in the wheel when armed, in the
 * wheel's queue when due, and in no list when held or firing.
 */

#define MOVES_PER_TICK 16384 /* a millisecond or two */
#define HEARTBEAT_MS   60000 /* what is longer without a call is a pause: see uptime.c */

static uint64_t interval_ms(const struct aw_switch *s)
{
    return (uint64_t)s->after_s * 1000;
}

/* Not before this, because of a pause; 0 for no such reason. */
static uint64_t wait_ms(const struct aw_relay *r, const struct aw_switch *s)
{
    uint64_t most_ms = UINT64_C(1000) * AW_RELAY_PAUSE_MAX_S;

    if (s->pause_no == r->pause_no)
        return 0; /* armed after it */
    return aw_time_add(r->settle_ms, aw_time_min(interval_ms(s), most_ms));
}

static void add(struct aw_relay *r, uint32_t box, uint64_t due_ms)
{
    due_ms = aw_time_max(due_ms, r->wheel.now_ms);
    aw_wheel_add(&r->wheel, box, due_ms);
    r->look_ms = aw_time_min(r->look_ms, due_ms);
}

/* Forgets what is armed; its cell may live on as a delivery. */
static void clear(struct aw_relay *r, uint32_t box)
{
    struct aw_switch *s = &r->switches[box];

    if (s->after_s == 0)
        return;
    aw_wheel_remove(&r->wheel, box);
    aw_blocks_leave(r, s->block);
    s->after_s = 0;
    s->flags &= AW_SWITCH_UNREAD;
    r->counters.armed--;
}

void aw_switch_armed(struct aw_relay *r, uint32_t box, uint32_t cell)
{
    const struct aw_cell_ref *c = &r->cells[cell];
    struct aw_switch *s = &r->switches[box];

    AW_ASSERT((s->flags & AW_SWITCH_FIRING) == 0);
    r->boxes[box].arm_pend--;
    clear(r, box);
    *s = (struct aw_switch){.after_s = c->hash[1],
                            .armed_s = c->at,
                            .no = c->no,
                            .pause_no = r->pause_no,
                            .block = c->block,
                            .offset = c->offset,
                            .flags = s->flags};
    r->blocks[s->block].live++;
    add(r, box, r->run_ms - (uint32_t)((uint32_t)r->run_ms - c->hash[0]) + interval_ms(s));
    r->counters.armed++;
    r->counters.arms++;
    aw_cells_free(r, cell);
}

/* Back into the queue, when there is no reason left to hold it. */
static void unhold(struct aw_relay *r, uint32_t box)
{
    struct aw_switch *s = &r->switches[box];

    if ((s->flags & AW_SWITCH_HELD) == 0 || (s->flags & AW_SWITCH_UNREAD) != 0 ||
        r->boxes[box].arm_pend > 0)
        return;
    s->flags &= (uint16_t)~AW_SWITCH_HELD;
    aw_wheel_queue(&r->wheel, box);
}

void aw_switch_not_armed(struct aw_relay *r, uint32_t box)
{
    r->boxes[box].arm_pend--;
    unhold(r, box);
}

/* spec/08-relay.md §7: "A relay MUST deliver an armed cell like a deposit when no newer arm of its
 * mailbox came within its time, once." */
uint32_t aw_switch_next(struct aw_relay *r)
{
    uint32_t box;

    while ((box = aw_wheel_queue_first(&r->wheel)) != 0) {
        struct aw_switch *s = &r->switches[box];

        aw_wheel_remove(&r->wheel, box);
        /* spec/08-relay.md §7: "While a cell that a switch delivered is waiting, the next one of
         * that mailbox MUST wait until it is taken or dropped." */
        if (r->boxes[box].arm_pend == 0 && (s->flags & AW_SWITCH_UNREAD) == 0 &&
            r->boxes[box].next_no < UINT32_MAX) {
            s->flags |= AW_SWITCH_FIRING;
            return box;
        }
        s->flags |= AW_SWITCH_HELD;
    }
    return 0;
}

void aw_switch_fired(struct aw_relay *r, uint32_t box, const struct aw_cell_ref *c)
{
    struct aw_box *m = &r->boxes[box];

    m->fired = r->switches[box].no;
    m->fired_no = c->no;
    m->fired_at = c->at;
    clear(r, box);
    r->switches[box].flags |= AW_SWITCH_UNREAD;
    r->counters.fired++;
}

void aw_switch_not_fired(struct aw_relay *r, uint32_t box)
{
    r->switches[box].flags &= (uint16_t)~AW_SWITCH_FIRING;
    aw_wheel_queue(&r->wheel, box);
}

void aw_switch_read(struct aw_relay *r, uint32_t box)
{
    r->switches[box].flags &= (uint16_t)~AW_SWITCH_UNREAD;
    unhold(r, box);
}

void aw_switch_remove(struct aw_relay *r, uint32_t box)
{
    clear(r, box);
    r->switches[box] = (struct aw_switch){.after_s = 0};
}

/* spec/08-relay.md §7: see uptime.c. A pause is looked at only here: it costs nothing per switch,
 * and those that are re-armed in time never see it. */
void aw_switch_tick(struct aw_relay *r)
{
    uint32_t budget = MOVES_PER_TICK;
    uint32_t box;

    if (r->run_ms < r->look_ms)
        return;
    while ((box = aw_wheel_pop(&r->wheel, r->run_ms, &budget)) != 0) {
        uint64_t due_ms = wait_ms(r, &r->switches[box]);

        if (due_ms > r->run_ms)
            aw_wheel_add(&r->wheel, box, due_ms);
        else
            aw_wheel_queue(&r->wheel, box);
    }
    r->look_ms = aw_wheel_next_ms(&r->wheel);
}

uint64_t aw_switch_deadline_ms(const struct aw_relay *r)
{
    uint64_t in_ms = aw_time_min(aw_time_since(r->run_ms, r->look_ms), HEARTBEAT_MS);

    return r->counters.armed > 0 ? aw_time_add(r->now.mono_ms, in_ms) : AW_TIME_NEVER;
}

void aw_switch_load(struct aw_relay *r, uint32_t box, const struct aw_switch *stored)
{
    struct aw_switch *s = &r->switches[box];
    uint16_t flags = s->flags; /* what it has delivered may have been loaded before */

    r->stamp_run_s = aw_time_max(r->stamp_run_s, stored->armed_s);
    if (s->after_s != 0 && s->no > stored->no)
        return;
    if (s->after_s != 0)
        aw_blocks_leave(r, s->block);
    else
        r->counters.armed++;
    *s = *stored;
    s->flags = flags;
    r->blocks[s->block].live++;
}

void aw_switch_start(struct aw_relay *r)
{
    r->wheel.now_ms = r->run_ms;
    for (uint32_t box = 1; box <= r->box_pool.used; box++) {
        const struct aw_switch *s = &r->switches[box];
        uint64_t due_ms = ((uint64_t)s->armed_s + s->after_s) * 1000;

        if (s->after_s != 0)
            add(r, box, aw_time_max(due_ms, wait_ms(r, s)));
    }
}
