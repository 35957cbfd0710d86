/* SPDX-License-Identifier: ISC */
#include "relay/wake.h"

#include "base/time.h"
#include "relay/mailbox.h"
#include "relay/pool.h"

#include <string.h>

/*
 *   from       on                          to         does
 *   -          cell, no reader             WAKE       joins the list to hand out
 *   WAKE       handed out                  COOLING    for 10 s
 *   COOLING    cell, no reader             + AGAIN    -
 *   COOLING    10 s over                   -          -
 *   + AGAIN    10 s over                   WAKE       joins the list to hand out
 *
 * A mailbox is in one of the two lists at most. All rest equally long, so the list of those
 * that rest is in the order of their ends.
 */

static bool has_wake(const struct aw_relay *r, const struct aw_box *m)
{
    return m->sub_link == 0 && (m->flags & AW_BOX_GONE) == 0 && r->tokens[m->token].wake[0] != '\0';
}

static void push(struct aw_relay *r, struct aw_list *list, uint32_t box, uint8_t flag)
{
    r->boxes[box].flags |= flag;
    aw_list_push(list, box, &r->boxes[box].wake_next, &r->boxes[list->tail].wake_next);
}

void aw_wake_want(struct aw_relay *r, uint32_t box)
{
    struct aw_box *m = &r->boxes[box];

    if (!has_wake(r, m) || (m->flags & AW_BOX_WAKE) != 0)
        return;
    if ((m->flags & AW_BOX_COOLING) != 0)
        m->flags |= AW_BOX_AGAIN;
    else
        push(r, &r->wake, box, AW_BOX_WAKE);
}

bool aw_relay_wake_next(struct aw_relay *relay, struct aw_relay_wake *out)
{
    struct aw_list *list = &relay->wake;
    uint32_t box;

    while ((box = aw_list_pop(list, &relay->boxes[list->head].wake_next)) != 0) {
        struct aw_box *m = &relay->boxes[box];
        const struct aw_token_ref *t = &relay->tokens[m->token];
        bool is_wanted = has_wake(relay, m) && aw_box_has_cells(m);

        aw_box_unlisted(relay, box, AW_BOX_WAKE);
        if (!is_wanted)
            continue;
        /* spec/08-relay.md §6: "Between two wake-ups for one mailbox at least 10 s MUST pass" */
        m->cool_ms = aw_time_add(relay->now.mono_ms, AW_RELAY_WAKE_MS);
        push(relay, &relay->cool, box, AW_BOX_COOLING);
        /* spec/08-relay.md §6: "A wake-up MUST carry nothing that depends on the cell, its sender
         * or its number." */
        *out = (struct aw_relay_wake){.token_id = t->id};
        memcpy(out->label, t->label, sizeof out->label);
        memcpy(out->wake, t->wake, sizeof out->wake);
        relay->counters.wakes++;
        return true;
    }
    return false;
}

void aw_wake_tick(struct aw_relay *r)
{
    struct aw_list *list = &r->cool;

    while (list->head != 0 && r->boxes[list->head].cool_ms <= r->now.mono_ms) {
        uint32_t box = aw_list_pop(list, &r->boxes[list->head].wake_next);
        bool again = (r->boxes[box].flags & AW_BOX_AGAIN) != 0;

        r->boxes[box].flags &= (uint8_t)~AW_BOX_AGAIN;
        aw_box_unlisted(r, box, AW_BOX_COOLING);
        if (again)
            aw_wake_want(r, box);
    }
}

uint64_t aw_wake_deadline_ms(const struct aw_relay *r)
{
    return r->cool.head == 0 ? AW_TIME_NEVER : r->boxes[r->cool.head].cool_ms;
}
