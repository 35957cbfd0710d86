/* SPDX-License-Identifier: ISC */
#include "core/timebase.h"

#include "base/assert.h"
#include "base/time.h"

void aw_timebase_init(struct aw_timebase *tb, uint64_t stored_s, struct aw_now now)
{
    AW_ASSERT(now.mono_ms <= AW_TIME_MAX_MS && now.wall_ms <= AW_TIME_MAX_MS);
    tb->mono_ms = now.mono_ms;
    tb->base_ms = aw_time_max(now.wall_ms, stored_s * 1000);
    tb->last_ms = tb->base_ms;
    tb->is_behind = now.wall_ms < stored_s * 1000;
}

uint64_t aw_timebase_read(struct aw_timebase *tb, struct aw_now now)
{
    uint64_t at_ms;

    AW_ASSERT(now.mono_ms <= AW_TIME_MAX_MS && now.wall_ms <= AW_TIME_MAX_MS);
    at_ms = tb->base_ms + aw_time_since(tb->mono_ms, now.mono_ms);
    if (tb->is_behind && now.wall_ms >= at_ms) {
        tb->base_ms += now.wall_ms - at_ms;
        at_ms = now.wall_ms;
        tb->is_behind = false;
    }
    tb->last_ms = aw_time_max(tb->last_ms, at_ms);
    return tb->last_ms / 1000;
}

void aw_timebase_set(struct aw_timebase *tb, struct aw_now now)
{
    uint64_t ahead_ms;

    (void)aw_timebase_read(tb, now);
    ahead_ms = aw_time_since(tb->last_ms, now.wall_ms);
    tb->base_ms += ahead_ms;
    tb->last_ms += ahead_ms;
}

uint64_t aw_timebase_s(const struct aw_timebase *tb)
{
    return tb->last_ms / 1000;
}

uint64_t aw_timebase_mono_ms(const struct aw_timebase *tb)
{
    return tb->mono_ms + (tb->last_ms - tb->base_ms);
}

uint64_t aw_timebase_when_ms(const struct aw_timebase *tb, uint64_t at_s)
{
    if (at_s == UINT64_MAX)
        return AW_TIME_NEVER;
    return tb->mono_ms + aw_time_since(tb->base_ms, at_s * 1000);
}
