/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include "core/switch_time.h"
#include "wire/switched.h"

/* What relays hold for her, and how they keep to it (spec/07-contact.md §13). */

static struct contact_switch *fed(struct contact *c)
{
    return c->fed_from == 0 ? NULL : &c->book.switches[c->fed_from - 1];
}

static void tell(struct contact *c, enum aw_event_kind kind, uint8_t relay, uint32_t seq)
{
    struct aw_event event = {.kind = kind,
                             .urgency = AW_URGENCY_NOTICE,
                             .relay = relay,
                             .seq = seq,
                             .at_s = (uint32_t)aw_timebase_s(&c->time)};

    aw_co_touch(c, CONTACT_DIRTY_BOOK);
    aw_outbox_event(&c->outbox, &event, c->outbox.change);
}

/* That relay holds the switch of the newest call. */
static void hold(struct contact *c, struct contact_switch *sw)
{
    sw->due_s = c->armed_due_s;
    sw->was_withheld = false;
    aw_co_touch(c, CONTACT_DIRTY_BOOK);
}

void aw_co_switch_armed(struct contact *c, const struct aw_call *call)
{
    struct contact_switch *sw = fed(c);
    uint32_t longest_s = AW_RELAY_ARM_MAX_S;

    if (sw == NULL || call->plan_version == 0)
        return;
    /* spec/07-contact.md §13: "The longest time is `beat_s` + `beat_grace_s` + 120 s (at least 300
     * s) where that call names the plan in force, 31 days otherwise." */
    if (c->has_plan && call->plan_version == c->plan.version)
        longest_s = aw_switch_longest_s(&c->plan);
    c->armed_due_s = (uint32_t)(aw_timebase_s(&c->time) + aw_switch_withheld_s(longest_s));
    hold(c, sw);
}

void aw_co_switch_unknown(struct contact *c)
{
    struct contact_switch *sw = fed(c);

    if (sw == NULL || sw->due_s == 0)
        return;
    sw->due_s = 0;
    aw_co_touch(c, CONTACT_DIRTY_BOOK);
}

/* What a switch that came from the mailbox that is fed tells of its relay, and of her. */
static void judge(struct contact *c, struct contact_switch *sw, const struct aw_switched *switched)
{
    const struct aw_watch *newest = &c->book.newest;

    if (newest->call.seq == 0 || switched->seq < newest->call.seq)
        return;
    /* spec/07-contact.md §13: "A release MUST NOT be called early but by the contact's own clock at
     * arrival" */
    if (aw_timebase_s(&c->time) < (uint64_t)newest->base_s + switched->after) {
        sw->was_early = true;
        tell(c, AW_EVENT_CHEAT, c->fed_from, switched->seq);
    }
    if (switched->seq > newest->call.seq && switched->seq > c->book.unheard_seq) {
        c->book.unheard_seq = switched->seq;
        tell(c, AW_EVENT_UNHEARD, c->fed_from, switched->seq);
    }
}

/* spec/07-contact.md §13: "A switch MUST NOT move a deadline, nor raise, hold or end anything." */
enum aw_status aw_co_switched(struct contact *c, const struct aw_opened *opened,
                              struct aw_bytes plain)
{
    struct contact_switch *sw = fed(c);
    struct aw_switched switched;
    enum aw_status st = aw_message_decode_padded(&aw_switched_map, &switched, plain);

    if (st != AW_OK)
        return st;
    aw_co_switch_unknown(c);
    /* spec/07-contact.md §13: "A switch of a quarantined session MUST NOT have any effect." */
    if (sw == NULL || opened->session != AW_SESSION_MAIN)
        return AW_OK;
    c->released = switched;
    judge(c, sw, &switched);
    return AW_OK;
}

/* spec/07-contact.md §13: "A copy of the newest call or switch, which another relay delivered
 * first, MUST count for the relay that it comes from." What was known of it is lost with a restart:
 * then nothing is held against anybody. */
void aw_co_switch_copied(struct contact *c, struct aw_bytes cell)
{
    struct contact_switch *sw = fed(c);
    enum aw_lane lane;
    bool is_copy = aw_channel_copied(&c->channel, cell, &lane);

    if (sw == NULL)
        return;
    if (is_copy && lane == AW_LANE_CELL) {
        hold(c, sw);
        return;
    }
    aw_co_switch_unknown(c);
    if (is_copy && c->released.seq != 0)
        judge(c, sw, &c->released);
}

void aw_co_switch_proved(struct contact *c, uint32_t mailbox_id, uint64_t proof_s)
{
    struct contact_switch *sw = &c->book.switches[mailbox_id];

    if (sw->due_s == 0 || proof_s < sw->due_s)
        return;
    sw->due_s = 0;
    sw->was_withheld = true;
    tell(c, AW_EVENT_CHEAT, (uint8_t)(mailbox_id + 1), c->book.newest.call.seq);
}
