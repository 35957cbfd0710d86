/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_WATCH_H
#define AW_CORE_WATCH_H

#include <allswell/contact.h>

#include "core/schedule.h"

/* Watch: from a statement and three clocks to a deadline (spec/07-contact.md §4). Pure. */

/* A clock that is off by more than this is named. */
#define AW_SKEW_MAX_S 600

/* Clocks that are wrong. Bits. */
enum aw_skew {
    AW_SKEW_HERS_FAST = 1,
    AW_SKEW_HERS_SLOW = 2,
    AW_SKEW_RELAY_FAST = 4,
    AW_SKEW_RELAY_SLOW = 8,
};

/* What a deadline rests on. */
struct aw_watch {
    struct aw_contact_call call;
    uint32_t replied_at_s; /* when the reply that the call names was made, 0: none */
    enum aw_why_clock clock;
    uint32_t base_s; /* 0: no statement yet */
};

/*
 * Takes a statement: base is the earliest of the three times of `call`, but not earlier than the
 * reply that it names, nor than the base of the statement before it.
 */
void aw_watch_take(struct aw_watch *w, const struct aw_contact_call *call, uint32_t replied_at_s);

/* Deadline of the next check-in, and of the next sign of the device. AW_NO_TIME without plan.
 * `floor_s`: when two humans last had spoken to her, 0: they had not. */
uint64_t aw_watch_checkin_due_s(const struct aw_watch *w, const struct aw_plan *plan,
                                uint64_t floor_s);
uint64_t aw_watch_beat_due_s(const struct aw_watch *w, const struct aw_plan *plan,
                             uint64_t floor_s);

/* When a call was made at the earliest: its base, without regard to the statement before it. */
uint32_t aw_watch_base_s(const struct aw_contact_call *call, uint32_t replied_at_s,
                         enum aw_why_clock *clock);

/* Whether her clock or the relay's has it that the statement was made long after its base: one of
 * the clocks is wrong, or somebody held it back. */
bool aw_watch_is_doubtful(const struct aw_watch *w);

/* Which clocks contradict the time of arrival or the reply that the call names. */
unsigned aw_watch_skew(const struct aw_contact_call *call, uint32_t replied_at_s);

#endif /* AW_CORE_WATCH_H */
