/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/bytes.h"

/*
 * What calm would be (spec/07-contact.md §8): a second ladder, which knows what those outside the
 * circle know. Every secret counts for it, duress and wrong secrets raise nothing. It rings nobody;
 * what her phone and those outside are told is read from it.
 */

void aw_co_shown_flush(struct contact *c, const struct aw_ladder_out *out)
{
    struct contact_told *told = &c->own.told;

    if (out->count > 0)
        aw_co_touch(c, CONTACT_DIRTY_LADDER | CONTACT_DIRTY_OWN);
    for (size_t i = 0; i < out->count; i++) {
        enum aw_event_kind kind = out->events[i].kind;

        if (kind != AW_EVENT_CLOSED && kind != AW_EVENT_CLAIM_ENDED)
            continue;
        told->claim = CONTACT_CLAIM_NONE;
        told->hand_to = 0;
        /* Only to take back what was told. */
        c->wants_reply = c->wants_reply || c->claim_told != AW_REPLY_CLAIM_NONE;
        if (kind == AW_EVENT_CLOSED) {
            memset(told->note, 0, sizeof told->note);
            aw_trigger_settle(&c->outside, aw_timebase_s(&c->time));
            aw_co_touch(c, CONTACT_DIRTY_PEERS);
        }
    }
}

/* ---- The plan ---- */

const struct aw_plan *aw_co_shown_plan(const struct contact *c)
{
    return c->has_shown_plan ? &c->shown_plan : &c->plan; /* until there is one, the default */
}

static bool is_setup(const struct contact *c, uint64_t now_s)
{
    return c->shown_plan.change.setup && !c->shown_change.setup_over && c->shown.incident_id == 0 &&
           now_s < c->shown_change.setup_since_s + CONTACT_SETUP_MAX_S;
}

static void adopt(struct contact *c, const struct aw_plan *plan)
{
    struct contact_shown_change *g = &c->shown_change;

    if (!c->has_shown_plan)
        g->setup_since_s = (uint32_t)aw_timebase_s(&c->time);
    g->setup_over = g->setup_over || !plan->change.setup;
    c->shown_plan = *plan;
    c->has_shown_plan = true;
    g->waits = 0; /* it was this one, or came before it: CO-98 */
    c->shown_pending_len = 0;
    aw_co_touch(c, CONTACT_DIRTY_SHOWN);
    aw_co_shown_watch(c);
}

/* What those outside do with a plan whatever her presence over it is, as they cannot judge it. */
void aw_co_shown_plan_arrived(struct contact *c, const struct aw_plan *plan, struct aw_bytes body)
{
    struct contact_shown_change *g = &c->shown_change;
    uint64_t now_s = aw_timebase_s(&c->time);
    enum aw_plan_field what;

    if (c->has_shown_plan && (plan->version <= c->shown_plan.version ||
                              plan->version - c->shown_plan.version > CONTACT_VERSION_JUMP))
        return;
    if (!c->has_shown_plan || !aw_plan_loosens(&c->shown_plan, plan, now_s, &what) ||
        is_setup(c, now_s)) {
        adopt(c, plan);
        return;
    }
    if (plan->version == g->waits)
        return;
    g->waits = plan->version;
    g->effective_at_s = (uint32_t)now_s + c->shown_plan.change.loosen_s;
    memcpy(c->shown_pending, body.ptr, body.len);
    c->shown_pending_len = (uint16_t)body.len;
    aw_co_touch(c, CONTACT_DIRTY_SHOWN);
}

uint64_t aw_co_shown_change_s(const struct contact *c)
{
    return c->shown_pending_len != 0 ? c->shown_change.effective_at_s : AW_NO_TIME;
}

static void adopt_pending(struct contact *c)
{
    struct aw_plan plan;

    if (aw_message_decode(&aw_plan_map, &plan,
                          (struct aw_bytes){c->shown_pending, c->shown_pending_len}) == AW_OK) {
        adopt(c, &plan);
    } else { /* it was decoded when it came: a damaged record */
        c->shown_change.waits = 0;
        c->shown_pending_len = 0;
        aw_co_touch(c, CONTACT_DIRTY_SHOWN);
    }
}

void aw_co_shown_tick(struct contact *c)
{
    if (aw_co_shown_change_s(c) <= aw_timebase_s(&c->time))
        adopt_pending(c);
}

/* ---- The ladder ---- */

/* A question is between the contact who asked and her: it is not shown. */
void aw_co_shown_watch(struct contact *c)
{
    const struct aw_watch *claimed = &c->peers.book.claimed;
    uint64_t floor_s = c->shown.peers.spoken_s;
    struct aw_ladder_rules rules = aw_co_shown_rules(c);
    struct aw_ladder_out out = {.count = 0};
    struct aw_ladder_due due;

    for (size_t i = 0; i < AW_LADDER_DUES; i++)
        due.at_s[i] = AW_NO_TIME;
    if (c->has_shown_plan && claimed->call.seq != 0) {
        due.at_s[AW_LADDER_DUE(AW_WHY_CHECKIN)] =
            aw_watch_checkin_due_s(claimed, &c->shown_plan, floor_s);
        due.at_s[AW_LADDER_DUE(AW_WHY_BEAT)] = aw_co_beat_due_s(c, &c->shown_plan, floor_s);
        aw_trigger_due(&c->outside, &c->shown_plan, floor_s, &due);
    }
    aw_ladder_watch(&c->shown, &rules, &due, aw_timebase_s(&c->time), &out);
    aw_co_shown_flush(c, &out);
}

/* A check-in, whatever its presence was found to be. */
void aw_co_shown_checkin(struct contact *c, uint32_t seq)
{
    struct aw_ladder_rules rules = aw_co_shown_rules(c);
    struct aw_ladder_out out = {.count = 0};

    aw_ladder_safe(&c->shown, &rules, seq, c->peers.book.claimed.base_s, aw_timebase_s(&c->time),
                   &out);
    aw_co_shown_flush(c, &out);
}

void aw_co_shown_sos(struct contact *c, uint32_t id, uint32_t base_s)
{
    struct aw_ladder_rules rules = aw_co_shown_rules(c);
    struct aw_ladder_out out = {.count = 0};

    aw_ladder_alarm(&c->shown, &rules, AW_INCIDENT_SOS, id, base_s, aw_timebase_s(&c->time), &out);
    aw_co_shown_flush(c, &out);
}

/* What the human said, if it can be about what those outside know: whether it may be told. */
bool aw_co_shown_human(struct contact *c, aw_co_say *say)
{
    struct aw_ladder_rules rules = aw_co_shown_rules(c);
    struct aw_ladder_out out = {.count = 0};
    enum aw_status st;

    if (!aw_ladder_is_incident(&c->shown))
        return false;
    st = say(&c->shown, &rules, aw_timebase_s(&c->time), &out);
    aw_co_shown_flush(c, &out);
    aw_co_touch(c, CONTACT_DIRTY_LADDER | CONTACT_DIRTY_OWN);
    return st == AW_OK || st == AW_E_LIMIT;
}
