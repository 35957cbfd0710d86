/* SPDX-License-Identifier: ISC */
/* base/time.h: what each sum and span is, over all times. See README.md. */
#include <stdint.h>

/*@ assigns \nothing;
    ensures a_ms + b_ms <= UINT64_MAX ==> \result == a_ms + b_ms;
    ensures a_ms + b_ms > UINT64_MAX ==> \result == UINT64_MAX; */
static inline uint64_t aw_time_add(uint64_t a_ms, uint64_t b_ms);

/*@ assigns \nothing;
    ensures from_ms <= to_ms ==> \result == to_ms - from_ms;
    ensures from_ms > to_ms ==> \result == 0; */
static inline uint64_t aw_time_since(uint64_t from_ms, uint64_t to_ms);

/*@ assigns \nothing;
    ensures \result == \min(a_ms, b_ms); */
static inline uint64_t aw_time_min(uint64_t a_ms, uint64_t b_ms);

/*@ assigns \nothing;
    ensures \result == \max(a_ms, b_ms); */
static inline uint64_t aw_time_max(uint64_t a_ms, uint64_t b_ms);

#include "base/time.h"
