/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_BATCH_H
#define AW_RELAY_BATCH_H

#include "relay/state.h"

/* Group commit: one batch fills while the one before is committed. */

/* Puts a new cell of `box` into the filling batch. False: the index of cells is full. */
AW_MUST_USE bool aw_batch_deposit(struct aw_relay *r, uint32_t box, uint64_t hash,
                                  struct aw_bytes cell);

/* The same for a cell to arm; its time starts now. */
AW_MUST_USE bool aw_batch_arm(struct aw_relay *r, uint32_t box, uint32_t after_s,
                              struct aw_bytes cell);

/* Another place for a cell that is stored; there is room. `ref` is what the index says of it, with
 * AW_CELL_ARM for that of a switch. */
void aw_batch_move(struct aw_relay *r, uint32_t box, const struct aw_cell_ref *ref,
                   struct aw_bytes cell);

/* The batch that a pending cell is part of; done_no for a waiting one. */
uint64_t aw_batch_of(const struct aw_relay *r, const struct aw_cell_ref *c);

/* When a batch is to be taken although nobody waits for it, or AW_TIME_NEVER. */
uint64_t aw_batch_deadline_ms(const struct aw_relay *r);

#endif /* AW_RELAY_BATCH_H */
