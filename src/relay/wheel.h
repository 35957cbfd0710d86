/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_WHEEL_H
#define AW_RELAY_WHEEL_H

#include <allswell/base.h>

/*
 * A hierarchical timing wheel: up to 2^31 - 1 entries, each with one due time in ms.
 *
 * Four levels of 256 slots: a slot of level k is 256^k ms wide. An entry lies in the level of the
 * highest byte in which its due time differs from the wheel's own time; when that time reaches
 * the slot, the entries move down. Adding and removing cost a few memory accesses, whatever the
 * count. Entries name each other by index from 1, so that memory that is all zero is a valid
 * empty wheel. A due time lies at most AW_WHEEL_SPAN_MS ahead.
 */

#define AW_WHEEL_LEVELS  4
#define AW_WHEEL_SLOTS   256
#define AW_WHEEL_SPAN_MS UINT64_C(0xfeffffff) /* beyond it the slots of the last level run out */

/* prev is 0 in no list, else an entry, or AW_WHEEL_HEAD and the list. */
struct aw_wheel_link {
    uint32_t next, prev;
    uint32_t due; /* ms, modulo 2^32 */
};

#define AW_WHEEL_HEAD UINT32_C(0x80000000)

struct aw_wheel {
    struct aw_wheel_link *links; /* the caller's, index 0 is nobody */
    uint64_t now_ms;             /* the wheel's own time: behind while entries move down */
    uint64_t bits[AW_WHEEL_LEVELS][AW_WHEEL_SLOTS / 64];  /* slots that hold something */
    uint32_t heads[AW_WHEEL_LEVELS * AW_WHEEL_SLOTS + 1]; /* the last: taken out, in order */
    uint32_t due_tail;
};

/* Adds an entry that is in no list; due_ms is not before the wheel's own time. */
void aw_wheel_add(struct aw_wheel *w, uint32_t idx, uint64_t due_ms);

/* Takes an entry out of whatever list it is in, if any. */
void aw_wheel_remove(struct aw_wheel *w, uint32_t idx);

/*
 * Moves the time on, at most to `now_ms`, and takes out the next entry that is due by then. 0 when
 * there is none, or when `budget` moves are used up: then aw_wheel_next_ms() is not beyond now_ms.
 */
uint32_t aw_wheel_pop(struct aw_wheel *w, uint64_t now_ms, uint32_t *budget);

/* Returns a time before which no entry is due, the nearest that is cheaply known. */
uint64_t aw_wheel_next_ms(const struct aw_wheel *w);

/* The list of those taken out: first in, first out. aw_wheel_remove() works there, too. */
void aw_wheel_queue(struct aw_wheel *w, uint32_t idx);
uint32_t aw_wheel_queue_first(const struct aw_wheel *w);

#endif /* AW_RELAY_WHEEL_H */
