/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_CELLS_H
#define AW_RELAY_CELLS_H

#include "relay/state.h"

/* The index of cells: who waits, in which mailbox, where the bytes are. */

/* Hash of a cell of one mailbox, under the relay's secret key. */
uint64_t aw_cells_hash(const struct aw_relay *r, const struct aw_box *m, struct aw_bytes cell);

/* Returns a cell with this hash, pending or waiting, or 0. What switches deliver has none: its
 * bytes are in the store only. */
uint32_t aw_cells_find(const struct aw_relay *r, uint64_t hash);

/* Returns whether one more cell may come in, from outside. */
bool aw_cells_have_room(const struct aw_relay *r);

/* Takes a cell into the index; 0 when it is full. No list holds it yet. */
uint32_t aw_cells_new(struct aw_relay *r, const struct aw_cell_ref *ref);

/* Gives a cell back that no list holds any more. Its block may be dead then. */
void aw_cells_free(struct aw_relay *r, uint32_t cell);

/* Puts a cell that is durable at the end of its mailbox, and drops the 33rd of 65. */
void aw_cells_append(struct aw_relay *r, struct aw_box *m, uint32_t cell);

/* While loading: the last cell of a list below number `no`, 0 for none. */
uint32_t aw_cells_before(const struct aw_relay *r, uint32_t head, uint32_t no);

/* While loading: puts a cell behind `before` (0: at the head) of its list, in whatever order. */
void aw_cells_insert(struct aw_relay *r, struct aw_box *m, uint32_t before, uint32_t cell);

/* After loading: finds the middle again, and drops what may not stay. */
void aw_cells_settle(struct aw_relay *r, struct aw_box *m);

/* Frees all cells up to number `upto`; returns how many. */
uint32_t aw_cells_take(struct aw_relay *r, struct aw_box *m, uint32_t upto);

/* Returns the first cell above number `no`, small or bulk, or 0. */
uint32_t aw_cells_after(const struct aw_relay *r, const struct aw_box *m, uint32_t no);

/* Counts the cells above number `no`. */
uint32_t aw_cells_count_after(const struct aw_relay *r, const struct aw_box *m, uint32_t no);

#endif /* AW_RELAY_CELLS_H */
