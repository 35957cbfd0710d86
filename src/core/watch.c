/* SPDX-License-Identifier: ISC */
#include "core/watch.h"

static uint32_t earlier(uint32_t a_s, uint32_t b_s)
{
    return a_s < b_s ? a_s : b_s;
}

uint32_t aw_watch_base_s(const struct aw_contact_call *call, uint32_t replied_at_s,
                         enum aw_why_clock *clock)
{
    uint32_t base_s = call->received_at_s;

    *clock = AW_CLOCK_MINE;

    /* spec/07-contact.md §4: "The base of a deadline MUST be the earliest of the time at which she
     * issued the statement, the time at which the relay took the cell, and the time at which the
     * contact first received it". So neither her phone's holder nor a relay moves it later. */
    if (call->deposited_at_s < base_s) {
        base_s = call->deposited_at_s;
        *clock = AW_CLOCK_RELAY;
    }
    if (call->issued_at_s < base_s) {
        base_s = call->issued_at_s;
        *clock = AW_CLOCK_HERS;
    }
    /* She cannot have named a reply before it was made: a slow clock is harmless. */
    replied_at_s = earlier(replied_at_s, call->received_at_s);
    if (base_s < replied_at_s) {
        base_s = replied_at_s;
        *clock = AW_CLOCK_REPLY;
    }
    return base_s;
}

void aw_watch_take(struct aw_watch *w, const struct aw_contact_call *call, uint32_t replied_at_s)
{
    enum aw_why_clock clock;
    uint32_t base_s = aw_watch_base_s(call, replied_at_s, &clock);

    /* A newer statement is not older than the one before it. */
    if (base_s < w->base_s) {
        base_s = w->base_s;
        clock = w->clock;
    }
    w->call = *call;
    w->replied_at_s = earlier(replied_at_s, call->received_at_s);
    w->base_s = base_s;
    w->clock = clock;
}

static uint64_t counted_from_s(const struct aw_watch *w, uint64_t floor_s)
{
    return w->base_s > floor_s ? w->base_s : floor_s;
}

uint64_t aw_watch_checkin_due_s(const struct aw_watch *w, const struct aw_plan *plan,
                                uint64_t floor_s)
{
    uint64_t base_s = counted_from_s(w, floor_s), said_s = base_s + w->call.valid_for_s, planned_s;

    if (w->call.seq == 0)
        return AW_NO_TIME;
    /* spec/07-contact.md §4: "The due time MUST be the earlier of what the plan in force says for
     * the base, and the base plus valid_for." */
    planned_s = aw_plan_due_s(plan, base_s);
    return planned_s < said_s ? planned_s : said_s;
}

uint64_t aw_watch_beat_due_s(const struct aw_watch *w, const struct aw_plan *plan, uint64_t floor_s)
{
    if (w->call.seq == 0)
        return AW_NO_TIME;
    return counted_from_s(w, floor_s) + earlier(w->call.valid_for_s, plan->beat_s) +
           plan->beat_grace_s;
}

bool aw_watch_is_doubtful(const struct aw_watch *w)
{
    uint32_t hers_s = earlier(w->call.issued_at_s, w->call.received_at_s);
    uint32_t relays_s = earlier(w->call.deposited_at_s, w->call.received_at_s);
    uint64_t base_s = (uint64_t)w->base_s + AW_SKEW_MAX_S;

    return hers_s > base_s || relays_s > base_s;
}

unsigned aw_watch_skew(const struct aw_contact_call *call, uint32_t replied_at_s)
{
    uint64_t latest_s = (uint64_t)call->received_at_s + AW_SKEW_MAX_S;
    uint64_t reply_s = earlier(replied_at_s, call->received_at_s);
    unsigned skew = 0;

    if (call->issued_at_s > latest_s)
        skew |= AW_SKEW_HERS_FAST;
    if ((uint64_t)call->issued_at_s + AW_SKEW_MAX_S < reply_s)
        skew |= AW_SKEW_HERS_SLOW;
    if (call->deposited_at_s > latest_s)
        skew |= AW_SKEW_RELAY_FAST;
    if ((uint64_t)call->deposited_at_s + AW_SKEW_MAX_S < reply_s)
        skew |= AW_SKEW_RELAY_SLOW;
    return skew;
}
