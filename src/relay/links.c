/* SPDX-License-Identifier: ISC */
#include "relay/links.h"

#include "base/assert.h"
#include "relay/cells.h"
#include "relay/mailbox.h"
#include "relay/pool.h"

/* Puts the link among those that have output. */
static void touch(struct aw_relay *r, uint32_t link)
{
    struct aw_link_ref *l = &r->links[link];

    if ((l->flags & AW_LINK_READY) != 0 || (l->flags & AW_LINK_OPEN) == 0)
        return;
    l->flags |= AW_LINK_READY;
    aw_list_push(&r->ready, link, &l->ready_next, &r->links[r->ready.tail].ready_next);
}

/* Remembers that `link` has an answer that waits for `batch`. */
static void wait_for(struct aw_relay *r, uint32_t link, uint64_t batch)
{
    struct aw_link_ref *l = &r->links[link];
    unsigned odd = (unsigned)(batch & 1);
    uint8_t flag = (uint8_t)(AW_LINK_WAIT << odd);

    if ((l->flags & flag) != 0)
        return;
    l->flags |= flag;
    aw_list_push(&r->wait[odd], link, &l->wait_next[odd],
                 &r->links[r->wait[odd].tail].wait_next[odd]);
}

bool aw_links_have_room(const struct aw_relay *r, uint32_t link)
{
    return r->links[link].count < AW_RELAY_WINDOW;
}

void aw_links_reply(struct aw_relay *r, uint32_t link, const struct aw_reply *reply)
{
    uint32_t idx = aw_pool_take(&r->reply_pool, &r->replies[r->reply_pool.free].next);
    struct aw_link_ref *l = &r->links[link];

    AW_ASSERT(idx != 0 && l->count < AW_RELAY_WINDOW);
    /* spec/08-relay.md §1: "A relay MUST answer each request once, and on one link in the order of
     * the requests." */
    r->replies[idx] = *reply;
    r->replies[idx].next = 0;
    if (l->head == 0)
        l->head = idx;
    else
        r->replies[l->tail].next = idx;
    l->tail = idx;
    l->count++;
    if (reply->status != AW_RELAY_OK)
        r->counters.refused[reply->status]++;
    if (reply->batch > r->done_no)
        wait_for(r, link, reply->batch);
    else
        touch(r, link);
}

void aw_links_release(struct aw_relay *r, uint64_t batch, bool is_failed)
{
    unsigned odd = (unsigned)(batch & 1);
    struct aw_list *list = &r->wait[odd];
    uint32_t link;

    while ((link = aw_list_pop(list, &r->links[list->head].wait_next[odd])) != 0) {
        r->links[link].flags &= (uint8_t) ~(AW_LINK_WAIT << odd);
        touch(r, link);
        if (!is_failed)
            continue;
        for (uint32_t i = r->links[link].head; i != 0; i = r->replies[i].next) {
            struct aw_reply *reply = &r->replies[i];

            if (reply->batch != batch || reply->status != AW_RELAY_OK)
                continue;
            /* spec/08-relay.md §4: "If the commit fails, the answer MUST be `store`" */
            if (reply->kind == AW_REPLY_SUBSCRIBE && r->boxes[reply->box].id == reply->box_id &&
                r->boxes[reply->box].sub_link == link)
                aw_links_unsubscribe(r, reply->box);
            reply->status = AW_RELAY_STORE;
            reply->kind = AW_REPLY_PLAIN;
            r->counters.refused[AW_RELAY_STORE]++;
        }
    }
}

/* Takes `box` out of its link's list of mailboxes with something to deliver. */
static void unready(struct aw_relay *r, struct aw_link_ref *l, uint32_t box)
{
    uint32_t before = 0;

    if ((r->boxes[box].flags & AW_BOX_READY) == 0)
        return;
    for (uint32_t b = l->ready_head; b != box; b = r->boxes[b].ready_next)
        before = b;
    if (before == 0)
        l->ready_head = r->boxes[box].ready_next;
    else
        r->boxes[before].ready_next = r->boxes[box].ready_next;
    if (l->ready_tail == box)
        l->ready_tail = before;
    aw_box_unlisted(r, box, AW_BOX_READY);
}

void aw_links_unsubscribe(struct aw_relay *r, uint32_t box)
{
    struct aw_box *m = &r->boxes[box];
    struct aw_link_ref *l = &r->links[m->sub_link];

    if (m->sub_link == 0)
        return;
    unready(r, l, box);
    if (m->sub_prev == 0)
        l->subs = m->sub_next;
    else
        r->boxes[m->sub_prev].sub_next = m->sub_next;
    if (m->sub_next != 0)
        r->boxes[m->sub_next].sub_prev = m->sub_prev;
    m->sub_link = m->sub_prev = m->sub_next = 0;
}

void aw_links_subscribe(struct aw_relay *r, uint32_t link, uint32_t box, uint32_t number)
{
    struct aw_box *m = &r->boxes[box];
    struct aw_link_ref *l = &r->links[link];
    uint32_t old_link = m->sub_link;

    if (old_link != 0 && old_link != link) {
        const struct aw_reply moved = {.number = m->sub_number, .status = AW_RELAY_MOVED};

        /* spec/08-relay.md §5: "A newer one MUST end the older one, and the relay MUST say so by a
         * further answer `moved` with the older number. A link that has left so many answers
         * unread that there is no room for this one MUST be ended once it has read them." */
        if (aw_links_have_room(r, old_link))
            aw_links_reply(r, old_link, &moved);
        else
            r->links[old_link].flags |= AW_LINK_BAD;
    }
    aw_links_unsubscribe(r, box);
    m->sub_link = link;
    m->sub_number = number;
    m->sub_next = l->subs;
    if (l->subs != 0)
        r->boxes[l->subs].sub_prev = box;
    l->subs = box;
    m->sent_no = 0;
    if (aw_box_has_cells(m))
        aw_links_box_ready(r, box);
}

void aw_links_box_ready(struct aw_relay *r, uint32_t box)
{
    struct aw_box *m = &r->boxes[box];
    struct aw_link_ref *l = &r->links[m->sub_link];

    if (m->sub_link == 0)
        return;
    if ((m->flags & AW_BOX_READY) == 0) {
        m->flags |= AW_BOX_READY;
        m->ready_next = 0;
        if (l->ready_head == 0)
            l->ready_head = box;
        else
            r->boxes[l->ready_tail].ready_next = box;
        l->ready_tail = box;
    }
    touch(r, m->sub_link);
}

void aw_relay_link_open(struct aw_relay *relay, uint32_t link)
{
    struct aw_link_ref *l = &relay->links[1 + link];

    AW_ASSERT(relay->is_started && link < relay->config.link_count);
    AW_ASSERT((l->flags & AW_LINK_OPEN) == 0);
    l->flags |= AW_LINK_OPEN;
    relay->counters.links++;
}

void aw_relay_link_closed(struct aw_relay *relay, uint32_t link)
{
    struct aw_link_ref *l = &relay->links[1 + link];

    AW_ASSERT(link < relay->config.link_count && (l->flags & AW_LINK_OPEN) != 0);
    for (uint32_t box; (box = l->ready_head) != 0;) {
        l->ready_head = relay->boxes[box].ready_next;
        aw_box_unlisted(relay, box, AW_BOX_READY);
    }
    l->ready_tail = 0;
    while (l->subs != 0)
        aw_links_unsubscribe(relay, l->subs);
    while (l->head != 0) {
        uint32_t next = relay->replies[l->head].next;

        aw_pool_give(&relay->reply_pool, l->head, &relay->replies[l->head].next);
        l->head = next;
    }
    l->tail = l->count = 0;
    /* It may still stand in lists of links; there it does no harm, also when opened again. */
    l->flags &= (uint8_t) ~(AW_LINK_OPEN | AW_LINK_BAD);
    relay->counters.links--;
}

uint32_t aw_relay_ready_next(struct aw_relay *relay)
{
    struct aw_list *list = &relay->ready;
    uint32_t link;

    while ((link = aw_list_pop(list, &relay->links[list->head].ready_next)) != 0) {
        relay->links[link].flags &= (uint8_t)~AW_LINK_READY;
        if ((relay->links[link].flags & AW_LINK_OPEN) != 0)
            return link - 1;
    }
    return AW_RELAY_NONE;
}

bool aw_relay_link_is_over(const struct aw_relay *relay, uint32_t link)
{
    const struct aw_link_ref *l = &relay->links[1 + link];

    return (l->flags & AW_LINK_BAD) != 0 && l->head == 0;
}
