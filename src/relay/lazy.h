/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_LAZY_H
#define AW_RELAY_LAZY_H

#include "relay/state.h"

/*
 * What may wait for company: takes and deletions. A lost take costs a second delivery, so it is
 * not worth a commit of its own; what is durable only later is never visible earlier.
 */
static inline void aw_lazy_touch(struct aw_relay *r)
{
    if (r->lazy_ms == AW_TIME_NEVER)
        r->lazy_ms = r->now.mono_ms;
}

#endif /* AW_RELAY_LAZY_H */
