/* SPDX-License-Identifier: ISC */
#include "core/switch_time.h"

#include "base/time.h"
#include "core/schedule.h"
#include "wire/switched.h"

/* A relay that paused waits so long, once more so long (spec/08-relay.md RE-31), and then some.
 * spec/07-contact.md CO-83. */
#define PAUSE_S (12 * 3600 + 600)

uint32_t aw_switch_after_s(const struct aw_plan *plan, bool has_slots, uint64_t overdue_s,
                           uint64_t now_s)
{
    uint64_t after_s = (uint64_t)plan->beat_s + plan->beat_grace_s;

    /* Her deadline moves when she checks in: not for the eyes of a relay that is to see a cadence.
     */
    if (!has_slots && overdue_s != AW_NO_TIME)
        after_s = aw_time_min(after_s, aw_time_since(now_s, overdue_s));
    return (uint32_t)aw_time_min(aw_time_max(after_s + AW_SWITCH_MARGIN_S, AW_SWITCH_LEAST_S),
                                 AW_SPAN_MAX_S);
}

uint32_t aw_switch_longest_s(const struct aw_plan *plan)
{
    return aw_switch_after_s(plan, true, AW_NO_TIME, 0);
}

uint32_t aw_switch_withheld_s(uint32_t longest_s)
{
    return longest_s + PAUSE_S;
}
