/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_WAKE_H
#define AW_RELAY_WAKE_H

#include "relay/state.h"

/* Wake-ups for readers who are away. */

/* A cell has become visible in `box`. */
void aw_wake_want(struct aw_relay *r, uint32_t box);

/* Lets those rest no longer whose time has passed. */
void aw_wake_tick(struct aw_relay *r);

/* When aw_wake_tick() has something to do, or AW_TIME_NEVER. */
uint64_t aw_wake_deadline_ms(const struct aw_relay *r);

#endif /* AW_RELAY_WAKE_H */
