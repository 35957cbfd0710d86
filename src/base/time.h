/* SPDX-License-Identifier: ISC */
#ifndef AW_BASE_TIME_H
#define AW_BASE_TIME_H

#include <allswell/base.h>

/* Saturating: NEVER plus anything is NEVER, and no sum passes it. */
static inline uint64_t aw_time_add(uint64_t a_ms, uint64_t b_ms)
{
    return a_ms > AW_TIME_NEVER - b_ms ? AW_TIME_NEVER : a_ms + b_ms;
}

/* Span from `from_ms` to `to_ms`, 0 when it lies in the future. */
static inline uint64_t aw_time_since(uint64_t from_ms, uint64_t to_ms)
{
    return to_ms > from_ms ? to_ms - from_ms : 0;
}

static inline uint64_t aw_time_min(uint64_t a_ms, uint64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

static inline uint64_t aw_time_max(uint64_t a_ms, uint64_t b_ms)
{
    return a_ms > b_ms ? a_ms : b_ms;
}

#endif /* AW_BASE_TIME_H */
