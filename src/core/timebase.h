/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_TIMEBASE_H
#define AW_CORE_TIMEBASE_H

#include <allswell/base.h>

/*
 * Engine time: seconds since 1970-01-01 UTC as the wall clock said at start, carried on by the
 * monotonic clock (spec/07-contact.md §4). A step of the wall clock while the engine runs moves
 * no deadline. The only place where the two clocks meet.
 *
 * Over a restart the wall clock counts, but never less than what was stored; while it lies
 * behind that (a dead battery, before the network time came), it may catch up by a step.
 */
struct aw_timebase {
    uint64_t mono_ms; /* at the anchor */
    uint64_t base_ms; /* engine time at the anchor */
    uint64_t last_ms; /* engine time of the last reading: it never decreases */
    bool is_behind;
};

/* Anchors. `stored_s` is engine time at the last store, 0 when there is none. */
void aw_timebase_init(struct aw_timebase *tb, uint64_t stored_s, struct aw_now now);

/* Engine time of this input, in seconds. */
uint64_t aw_timebase_read(struct aw_timebase *tb, struct aw_now now);

/* The clock was set: engine time becomes the wall clock, if that is ahead. */
void aw_timebase_set(struct aw_timebase *tb, struct aw_now now);

/* The last reading. */
uint64_t aw_timebase_s(const struct aw_timebase *tb);
uint64_t aw_timebase_mono_ms(const struct aw_timebase *tb);

/* Monotonic time at which engine time reaches `at_s`; AW_TIME_NEVER for UINT64_MAX. */
uint64_t aw_timebase_when_ms(const struct aw_timebase *tb, uint64_t at_s);

#endif /* AW_CORE_TIMEBASE_H */
