/* SPDX-License-Identifier: ISC */
#include "base/assert.h"
#include "relay/blocks.h"
#include "relay/cells.h"
#include "relay/links.h"
#include "relay/mailbox.h"
#include "relay/pool.h"
#include "wire/answer.h"

#include <string.h>

/* What goes out: answers first, in order, then deliveries. */

static uint32_t wall_s(const struct aw_relay *r)
{
    return (uint32_t)(r->now.wall_ms / 1000);
}

/* spec/08-relay.md §5: "`waiting` MUST count, at that place of the stream, the cells that the link
 * will be sent for a subscription of its own, and all waiting cells otherwise." */
static void count_waiting(const struct aw_relay *r, uint32_t link, const struct aw_reply *reply,
                          struct aw_answer *out)
{
    const struct aw_box *m = &r->boxes[reply->box];

    out->kind = AW_ANSWER_COUNTED;
    out->at = wall_s(r);
    if (m->id != reply->box_id)
        return; /* removed meanwhile */
    out->waiting = aw_cells_count_after(r, m, m->sub_link == link ? m->sent_no : 0);
}

static void to_answer(const struct aw_relay *r, uint32_t link, const struct aw_reply *reply,
                      struct aw_answer *out)
{
    *out = (struct aw_answer){.number = reply->number, .status = reply->status};
    switch (reply->kind) {
    case AW_REPLY_PLAIN:
        out->kind = AW_ANSWER_PLAIN;
        break;
    case AW_REPLY_RETRY:
        out->kind = AW_ANSWER_RETRY;
        out->retry_after = reply->retry_after;
        break;
    default:
        count_waiting(r, link, reply, out);
    }
}

/* Returns whether all answers that may go out did. */
static bool put_answers(struct aw_relay *r, uint32_t link, struct aw_buf *plain)
{
    struct aw_link_ref *l = &r->links[link];

    while (l->head != 0) {
        struct aw_reply *reply = &r->replies[l->head];
        struct aw_answer answer;
        uint32_t idx = l->head;

        /* spec/08-relay.md §4: "A relay MUST NOT answer `ok` to a deposit, an arm, a create or a
         * remove before the change is on stable storage." */
        if (reply->batch > r->done_no)
            return true;
        to_answer(r, link, reply, &answer);
        if (aw_answer_encode(&answer, plain) != AW_OK)
            return false;
        l->head = reply->next;
        if (l->head == 0)
            l->tail = 0;
        l->count--;
        aw_pool_give(&r->reply_pool, idx, &reply->next);
    }
    return true;
}

/* Delivers one cell. False when it does not fit. */
static bool put_cell(struct aw_relay *r, const struct aw_box *m, const struct aw_cell_ref *c,
                     struct aw_buf *plain, struct aw_relay_fetch *fetch, size_t *fetch_count)
{
    const uint8_t *bytes = aw_blocks_bytes(r, c);
    size_t len = (c->flags & AW_CELL_BULK) != 0 ? AW_RELAY_BULK_LEN : AW_RELAY_CELL_LEN;
    const struct aw_answer answer = {.number = m->sub_number,
                                     .kind = AW_ANSWER_DELIVERY,
                                     .at = c->at,
                                     .cell_no = c->no,
                                     .cell = {NULL, len}};
    uint8_t *dst;

    if (aw_answer_encode_open(&answer, plain, &dst) != AW_OK)
        return false;
    if (bytes != NULL)
        memcpy(dst, bytes, len);
    else
        fetch[(*fetch_count)++] = (struct aw_relay_fetch){
            .key = r->blocks[c->block].key, .offset = c->offset, .len = len, .dst = dst};
    r->counters.delivered++;
    return true;
}

size_t aw_relay_output(struct aw_relay *relay, uint32_t link, struct aw_buf *plain,
                       struct aw_relay_fetch *fetch, size_t fetch_cap)
{
    struct aw_link_ref *l = &relay->links[1 + link];
    size_t fetch_count = 0;
    uint32_t box;

    AW_ASSERT(link < relay->config.link_count && (l->flags & AW_LINK_OPEN) != 0);
    AW_ASSERT(fetch_cap > 0 && plain->cap - plain->len >= AW_RELAY_OUTPUT_MIN);
    if (!put_answers(relay, 1 + link, plain))
        return 0;
    while ((box = l->ready_head) != 0) {
        struct aw_box *m = &relay->boxes[box];
        /* spec/08-relay.md §5: "After `subscribe` a relay MUST deliver all waiting cells of the
         * mailbox, then each new one at once, by ascending number." */
        uint32_t cell = aw_cells_after(relay, m, m->sent_no);

        while (cell != 0) {
            const struct aw_cell_ref *c = &relay->cells[cell];

            if (fetch_count == fetch_cap || !put_cell(relay, m, c, plain, fetch, &fetch_count))
                return fetch_count;
            m->sent_no = c->no;
            /* Without bulk cells the next one of the list is the next of the mailbox. */
            cell = m->bulk_head == 0 ? c->next : aw_cells_after(relay, m, m->sent_no);
        }
        l->ready_head = m->ready_next;
        if (l->ready_head == 0)
            l->ready_tail = 0;
        aw_box_unlisted(relay, box, AW_BOX_READY);
    }
    return fetch_count;
}
