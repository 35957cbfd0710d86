/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_POOL_H
#define AW_RELAY_POOL_H

#include "relay/state.h"

/*
 * Pools and lists of indices. The links between the members are fields of the objects, so the
 * callers pass a pointer to that field.
 */

/* Takes an index, or 0 when all are in use. `link_of` is the field of pool->free, if any. */
static inline uint32_t aw_pool_take(struct aw_pool *p, const uint32_t *next_of_free)
{
    uint32_t idx = p->free;

    if (idx != 0) {
        p->free = *next_of_free;
        return idx;
    }
    return p->used < p->cap ? ++p->used : 0;
}

static inline void aw_pool_give(struct aw_pool *p, uint32_t idx, uint32_t *next)
{
    *next = p->free;
    p->free = idx;
}

static inline bool aw_pool_is_empty(const struct aw_pool *p)
{
    return p->free == 0 && p->used == p->cap;
}

/* Appends `idx`; `next` is its link, `tail_next` the link of the list's tail. */
static inline void aw_list_push(struct aw_list *l, uint32_t idx, uint32_t *next,
                                uint32_t *tail_next)
{
    *next = 0;
    if (l->head == 0)
        l->head = idx;
    else
        *tail_next = idx;
    l->tail = idx;
    l->count++;
}

/* Takes the first, 0 when there is none; `head_next` is its link. */
static inline uint32_t aw_list_pop(struct aw_list *l, const uint32_t *head_next)
{
    uint32_t idx = l->head;

    if (idx == 0)
        return 0;
    l->head = *head_next;
    if (l->head == 0)
        l->tail = 0;
    l->count--;
    return idx;
}

#endif /* AW_RELAY_POOL_H */
