/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_UPTIME_H
#define AW_RELAY_UPTIME_H

#include "relay/state.h"

/* Running time: the time that the relay was up. It stands still in a pause (a restart, a suspend),
 * and so no switch runs out while nobody could re-arm it. */

/* Longest record of the running time. */
#define AW_STAMP_LEN 9

/* Goes on to `mono_ms`, before r->now does. A gap with switches armed is a pause. */
void aw_uptime_advance(struct aw_relay *r, uint64_t mono_ms);

/* Takes the stored record: version checked, the rest not. AW_OK or AW_E_DAMAGED. */
AW_MUST_USE enum aw_status aw_uptime_load(struct aw_relay *r, struct aw_bytes value);

/* Begins, after loading: what lies between is a pause. */
void aw_uptime_start(struct aw_relay *r);

/* Returns whether the batch that is closed anyway takes a record along. */
bool aw_uptime_wants_stamp(const struct aw_relay *r);

/* When a batch is to be closed for its sake, or AW_TIME_NEVER. */
uint64_t aw_uptime_stamp_due_ms(const struct aw_relay *r);

void aw_uptime_encode(const struct aw_relay *r, uint8_t out[AW_STAMP_LEN]);

/* The running day, from 0. */
uint32_t aw_uptime_day(const struct aw_relay *r);

#endif /* AW_RELAY_UPTIME_H */
