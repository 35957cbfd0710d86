/* SPDX-License-Identifier: ISC */
#include "relay/wheel.h"

#include "base/assert.h"
#include "base/time.h"

#define QUEUE (AW_WHEEL_LEVELS * AW_WHEEL_SLOTS)

static uint32_t slot_at(uint64_t ms, unsigned level)
{
    return (uint32_t)(ms >> (8 * level)) & 0xff;
}

static void mark(struct aw_wheel *w, uint32_t list, bool is_used)
{
    uint64_t *word = &w->bits[list / AW_WHEEL_SLOTS][list % AW_WHEEL_SLOTS / 64];
    uint64_t bit = UINT64_C(1) << (list % 64);

    *word = is_used ? *word | bit : *word & ~bit;
}

static void push(struct aw_wheel *w, uint32_t list, uint32_t idx)
{
    struct aw_wheel_link *l = &w->links[idx];

    l->prev = AW_WHEEL_HEAD | list;
    l->next = w->heads[list];
    if (l->next != 0)
        w->links[l->next].prev = idx;
    else
        mark(w, list, true);
    w->heads[list] = idx;
}

/* Into the slot of an entry whose `due` is set and not passed. */
static void place(struct aw_wheel *w, uint32_t idx)
{
    uint32_t due = w->links[idx].due;
    uint32_t differ = due ^ (uint32_t)w->now_ms;
    unsigned level = 0;

    while (level < AW_WHEEL_LEVELS - 1 && differ >> (8 * level) > 0xff)
        level++;
    push(w, level * AW_WHEEL_SLOTS + slot_at(due, level), idx);
}

void aw_wheel_add(struct aw_wheel *w, uint32_t idx, uint64_t due_ms)
{
    AW_ASSERT(w->links[idx].prev == 0);
    AW_ASSERT(due_ms >= w->now_ms && due_ms - w->now_ms <= AW_WHEEL_SPAN_MS);
    w->links[idx].due = (uint32_t)due_ms;
    place(w, idx);
}

void aw_wheel_remove(struct aw_wheel *w, uint32_t idx)
{
    struct aw_wheel_link *l = &w->links[idx];
    uint32_t list = l->prev & ~AW_WHEEL_HEAD;

    if (l->prev == 0)
        return;
    if (w->due_tail == idx)
        w->due_tail = (l->prev & AW_WHEEL_HEAD) != 0 ? 0 : l->prev;
    if (l->next != 0)
        w->links[l->next].prev = l->prev;
    if ((l->prev & AW_WHEEL_HEAD) == 0) {
        w->links[l->prev].next = l->next;
    } else {
        w->heads[list] = l->next;
        if (l->next == 0 && list != QUEUE)
            mark(w, list, false);
    }
    l->next = l->prev = 0;
}

static uint32_t lowest_bit(uint64_t bits)
{
    uint32_t at = 0;

    for (uint32_t step = 32; step > 0; step /= 2) {
        if ((bits & ((UINT64_C(1) << step) - 1)) != 0)
            continue;
        bits >>= step;
        at += step;
    }
    return at;
}

/* Returns the first used slot of a level from `from` on, AW_WHEEL_SLOTS for none. */
static uint32_t used_from(const struct aw_wheel *w, unsigned level, uint32_t from)
{
    for (uint32_t word = from / 64; word < AW_WHEEL_SLOTS / 64; word++) {
        uint64_t bits = w->bits[level][word];

        if (word == from / 64)
            bits &= ~UINT64_C(0) << (from % 64);
        if (bits != 0)
            return word * 64 + lowest_bit(bits);
    }
    return AW_WHEEL_SLOTS;
}

static uint32_t here(const struct aw_wheel *w, unsigned level)
{
    return w->heads[level * AW_WHEEL_SLOTS + slot_at(w->now_ms, level)];
}

uint64_t aw_wheel_next_ms(const struct aw_wheel *w)
{
    for (unsigned level = 0; level < AW_WHEEL_LEVELS; level++)
        if (here(w, level) != 0)
            return w->now_ms;
    /* A used slot of a level comes before every one of the levels above. */
    for (unsigned level = 0; level < AW_WHEEL_LEVELS; level++) {
        unsigned shift = 8 * level;
        uint64_t turn_ms = w->now_ms >> (shift + 8) << (shift + 8);
        uint32_t slot = used_from(w, level, slot_at(w->now_ms, level) + 1);

        if (slot == AW_WHEEL_SLOTS && level == AW_WHEEL_LEVELS - 1) {
            slot = used_from(w, level, 0);
            turn_ms += UINT64_C(1) << (shift + 8);
        }
        if (slot != AW_WHEEL_SLOTS)
            return turn_ms + ((uint64_t)slot << shift);
    }
    return AW_TIME_NEVER;
}

/* Moves what lies in the slots of now to lower levels. */
static void move_down(struct aw_wheel *w, uint32_t *budget)
{
    for (unsigned level = AW_WHEEL_LEVELS - 1; level > 0; level--) {
        uint32_t idx;

        while (*budget > 0 && (idx = here(w, level)) != 0) {
            aw_wheel_remove(w, idx);
            place(w, idx);
            --*budget;
        }
    }
}

uint32_t aw_wheel_pop(struct aw_wheel *w, uint64_t now_ms, uint32_t *budget)
{
    while (*budget > 0) {
        uint64_t next_ms;
        uint32_t idx;

        move_down(w, budget);
        if (*budget == 0)
            return 0;
        idx = here(w, 0);
        if (idx != 0) {
            aw_wheel_remove(w, idx);
            --*budget;
            return idx;
        }
        next_ms = aw_wheel_next_ms(w);
        w->now_ms = aw_time_max(w->now_ms, aw_time_min(next_ms, now_ms));
        if (next_ms > now_ms)
            return 0;
    }
    return 0;
}

void aw_wheel_queue(struct aw_wheel *w, uint32_t idx)
{
    struct aw_wheel_link *l = &w->links[idx];

    AW_ASSERT(l->prev == 0);
    l->next = 0;
    if (w->due_tail == 0) {
        l->prev = AW_WHEEL_HEAD | QUEUE;
        w->heads[QUEUE] = idx;
    } else {
        l->prev = w->due_tail;
        w->links[w->due_tail].next = idx;
    }
    w->due_tail = idx;
}

uint32_t aw_wheel_queue_first(const struct aw_wheel *w)
{
    return w->heads[QUEUE];
}
