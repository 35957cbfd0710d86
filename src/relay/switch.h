/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_SWITCH_H
#define AW_RELAY_SWITCH_H

#include "relay/state.h"

/* Blind switches: the armed cell of a mailbox, and its delivery when nobody re-arms it. */

/* The cell of a pending arm is durable: it replaces the one before. Frees the pending cell. */
void aw_switch_armed(struct aw_relay *r, uint32_t box, uint32_t cell);

/* A pending arm was not stored; the caller frees its cell. */
void aw_switch_not_armed(struct aw_relay *r, uint32_t box);

/* Takes the next that is due and may fire: 0 for none. The caller puts it into a batch. */
uint32_t aw_switch_next(struct aw_relay *r);

/* The batch with its delivery is done, or failed. */
void aw_switch_fired(struct aw_relay *r, uint32_t box, const struct aw_cell_ref *c);
void aw_switch_not_fired(struct aw_relay *r, uint32_t box);

/* What it had delivered is taken or dropped. */
void aw_switch_read(struct aw_relay *r, uint32_t box);

/* Its mailbox is removed. */
void aw_switch_remove(struct aw_relay *r, uint32_t box);

/* Finds those that are due, a bounded number at a time. */
void aw_switch_tick(struct aw_relay *r);

/* When to call aw_switch_tick(), monotonic, or AW_TIME_NEVER. */
uint64_t aw_switch_deadline_ms(const struct aw_relay *r);

/* Takes a stored arm: the newest that was not fired counts. */
void aw_switch_load(struct aw_relay *r, uint32_t box, const struct aw_switch *s);

/* Begins, after loading. */
void aw_switch_start(struct aw_relay *r);

#endif /* AW_RELAY_SWITCH_H */
