/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_BLOCKS_H
#define AW_RELAY_BLOCKS_H

#include "relay/state.h"

/* Block rows: the bytes of cells, in the buffers of the last batches and in the store. */

/* Returns whether the filling batch has room for a cell of this length now. */
bool aw_blocks_have_room(const struct aw_relay *r, size_t cell_len);

/*
 * Copies a cell into the filling batch. There was room. Sets block and offset of `ref`, the
 * rest of which goes into the head of the entry.
 */
void aw_blocks_put(struct aw_relay *r, uint64_t box_id, struct aw_cell_ref *ref,
                   struct aw_bytes cell);

/* Returns the bytes of a cell, NULL when they are in the store only. */
const uint8_t *aw_blocks_bytes(const struct aw_relay *r, const struct aw_cell_ref *c);

/* Forgets which blocks lie in buffer `idx`, before it is filled again. */
void aw_blocks_recycle(struct aw_relay *r, uint32_t idx);

/* One cell of a block less. With the last, the next batch deletes the row. */
void aw_blocks_leave(struct aw_relay *r, uint32_t block);

/* No cell of a block is left: the next batch deletes the row. */
void aw_blocks_died(struct aw_relay *r, uint32_t block);

/* Takes a row that was stored; 0 when the index is full. */
uint32_t aw_blocks_load(struct aw_relay *r, uint64_t key, size_t len);

/* The row is deleted: the slot is free again. */
void aw_blocks_release(struct aw_relay *r, uint32_t block);

#endif /* AW_RELAY_BLOCKS_H */
