/* SPDX-License-Identifier: ISC */
#include "relay/uptime.h"

#include "base/bytes.h"
#include "base/time.h"

#define STAMP_WITH_MS  60000  /* a batch that is closed for another reason takes a record along */
#define STAMP_ALONE_MS 600000 /* without one, a batch is closed for it */
#define PAUSE_MS       180000 /* the host calls each 60 s while switches are armed */
#define SPAN_MAX_MS    (2 * STAMP_ALONE_MS)
#define DAY_MS         UINT64_C(86400000)

/* spec/08-relay.md §7: "After a pause of length d a relay MUST NOT fire a switch that was armed
 * before it earlier than d (6 h at most) plus one interval (6 h at most)" */
static void pause(struct aw_relay *r, uint64_t span_ms)
{
    uint64_t wait_ms = aw_time_min(span_ms, UINT64_C(1000) * AW_RELAY_PAUSE_MAX_S);

    r->pause_no++;
    r->settle_ms = aw_time_max(r->settle_ms, aw_time_add(r->run_ms, wait_ms));
}

void aw_uptime_advance(struct aw_relay *r, uint64_t mono_ms)
{
    uint64_t span_ms = aw_time_since(r->now.mono_ms, mono_ms);

    if (span_ms > PAUSE_MS && r->counters.armed > 0)
        pause(r, span_ms);
    else
        r->run_ms = aw_time_add(r->run_ms, aw_time_min(span_ms, SPAN_MAX_MS));
}

enum aw_status aw_uptime_load(struct aw_relay *r, struct aw_bytes value)
{
    if (value.len != AW_STAMP_LEN)
        return AW_E_DAMAGED;
    r->stamp_run_s = aw_time_max(r->stamp_run_s, aw_get_u32(value.ptr + 1));
    r->stamp_wall_s = aw_get_u32(value.ptr + 5);
    r->is_stamped = true;
    return AW_OK;
}

void aw_uptime_start(struct aw_relay *r)
{
    uint64_t wall_s = r->now.wall_ms / 1000;
    uint64_t span_ms = AW_TIME_NEVER; /* a clock that was set back tells nothing */

    r->run_ms = r->stamp_run_s * 1000;
    r->stamp_ms = r->now.mono_ms;
    if (r->counters.armed == 0)
        span_ms = 0;
    else if (r->is_stamped && wall_s >= r->stamp_wall_s)
        span_ms = (wall_s - r->stamp_wall_s) * 1000;
    pause(r, span_ms);
}

bool aw_uptime_wants_stamp(const struct aw_relay *r)
{
    return !r->is_stamped || r->now.mono_ms >= aw_time_add(r->stamp_ms, STAMP_WITH_MS);
}

uint64_t aw_uptime_stamp_due_ms(const struct aw_relay *r)
{
    return r->counters.mailboxes > 0 ? aw_time_add(r->stamp_ms, STAMP_ALONE_MS) : AW_TIME_NEVER;
}

void aw_uptime_encode(const struct aw_relay *r, uint8_t out[AW_STAMP_LEN])
{
    out[0] = AW_RECORD_VERSION;
    aw_put_u32(out + 1, (uint32_t)(r->run_ms / 1000));
    aw_put_u32(out + 5, (uint32_t)(r->now.wall_ms / 1000));
}

uint32_t aw_uptime_day(const struct aw_relay *r)
{
    return (uint32_t)(r->run_ms / DAY_MS);
}
