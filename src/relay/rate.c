/* SPDX-License-Identifier: ISC */
#include "relay/rate.h"

#include "base/time.h"
#include "wire/answer.h"

/*
 * A token bucket kept as one number: the time at which it will be full again. Each deposit moves
 * it one interval on; a bucket of `burst` is empty when it is burst intervals ahead of now.
 */
uint32_t aw_rate_take(const struct aw_relay *r, struct aw_box *m)
{
    uint64_t interval_ms = r->config.rate_interval_ms;
    uint64_t ahead_max_ms = (r->config.rate_burst - 1) * interval_ms;
    uint64_t full_ms = aw_time_max(m->rate_ms, r->now.mono_ms);
    uint64_t ahead_ms = full_ms - r->now.mono_ms;
    uint64_t wait_s;

    /* spec/08-relay.md §3: "Deposits MUST be limited per deposit capability: a burst, then a
     * rate. Beyond it the answer is `rate`." */
    if (ahead_ms > ahead_max_ms) {
        wait_s = (ahead_ms - ahead_max_ms + 999) / 1000;
        return (uint32_t)aw_time_min(wait_s, AW_ANSWER_RETRY_MAX);
    }
    m->rate_ms = full_ms + interval_ms;
    return 0;
}
