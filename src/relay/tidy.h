/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_TIDY_H
#define AW_RELAY_TIDY_H

#include "relay/state.h"

/* Housekeeping: mailboxes that nobody reads, and rows that a few old cells keep. */

/* The reader of `box` has come: its row will say so, once a day. */
void aw_tidy_seen(struct aw_relay *r, uint32_t box);

/* A cell that was moved is durable in its new place, the pending cell `cell`, which is freed. */
void aw_tidy_moved(struct aw_relay *r, uint32_t box, uint32_t cell);

/* When the host is to call aw_relay_tidy_next(), or AW_TIME_NEVER. */
uint64_t aw_tidy_deadline_ms(const struct aw_relay *r);

/* Begins, after loading. */
void aw_tidy_start(struct aw_relay *r);

#endif /* AW_RELAY_TIDY_H */
