/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_CLOCK_H
#define ALLSWELL_CLOCK_H

#include <allswell/base.h>

/**
 * @file
 * Clock: the only place that reads the time of the machine.
 *
 * A clock can be compressed: then days pass in minutes, alike in every process that was given the
 * same text. That is for demonstrations on one machine, never for real use.
 * Threads: any number, once initialised.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Largest factor by which a clock can be compressed. */
#define AW_CLOCK_FACTOR_MAX 10000

/** Private fields. Size: 24 bytes. */
struct aw_clock {
    uint64_t origin_wall_ms; /* where compressed and true wall time are the same */
    uint64_t origin_mono_ms; /* of the real clock, where the scale began */
    uint32_t factor;         /* 1: true time */
};

/**
 * Sets a clock up.
 *
 * @param scale  NULL or "" for true time, or "<origin wall ms>:<factor>", the content of
 *               ALLSWELL_DEMO_CLOCK
 * @return AW_OK
 *         AW_E_FORMAT  not of that form
 *         AW_E_RANGE   factor 0 or above the maximum, or an origin in the future
 *         On failure the clock shows true time.
 */
AW_API AW_MUST_USE enum aw_status aw_clock_init(struct aw_clock *clock, const char *scale);

/** Reads both clocks: CLOCK_BOOTTIME and CLOCK_REALTIME, compressed if so set up. */
AW_API struct aw_now aw_clock_now(const struct aw_clock *clock);

/** How long to sleep, in true ms and rounded up, for `span_ms` to pass on this clock. */
AW_API uint64_t aw_clock_true_span_ms(const struct aw_clock *clock, uint64_t span_ms);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_CLOCK_H */
