/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_RATE_H
#define AW_RELAY_RATE_H

#include "relay/state.h"

/*
 * Takes one deposit from the allowance of a mailbox. Returns 0, or after how many seconds the
 * next one may pass.
 */
uint32_t aw_rate_take(const struct aw_relay *r, struct aw_box *m);

#endif /* AW_RELAY_RATE_H */
