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

/* A question is between the contact who asked and her: it is not shown. */
void aw_co_shown_watch(struct contact *c)
{
    const struct aw_watch *claimed = &c->peers.book.claimed;
    uint64_t floor_s = c->shown.peers.spoken_s;
    struct aw_ladder_rules rules = aw_co_rules(c);
    struct aw_ladder_out out = {.count = 0};
    struct aw_ladder_due due;

    for (size_t i = 0; i < AW_LADDER_DUES; i++)
        due.at_s[i] = AW_NO_TIME;
    if (c->has_plan && claimed->call.seq != 0) {
        due.at_s[AW_LADDER_DUE(AW_WHY_CHECKIN)] =
            aw_watch_checkin_due_s(claimed, &c->plan, floor_s);
        due.at_s[AW_LADDER_DUE(AW_WHY_BEAT)] = aw_co_beat_due_s(c, floor_s);
        aw_trigger_due(&c->outside, &c->plan, floor_s, &due);
    }
    aw_ladder_watch(&c->shown, &rules, &due, aw_timebase_s(&c->time), &out);
    aw_co_shown_flush(c, &out);
}

/* A check-in, whatever its presence was found to be. */
void aw_co_shown_checkin(struct contact *c, uint32_t seq)
{
    struct aw_ladder_rules rules = aw_co_rules(c);
    struct aw_ladder_out out = {.count = 0};

    aw_ladder_safe(&c->shown, &rules, seq, c->peers.book.claimed.base_s, aw_timebase_s(&c->time),
                   &out);
    aw_co_shown_flush(c, &out);
}

void aw_co_shown_sos(struct contact *c, uint32_t id, uint32_t base_s)
{
    struct aw_ladder_rules rules = aw_co_rules(c);
    struct aw_ladder_out out = {.count = 0};

    aw_ladder_alarm(&c->shown, &rules, AW_INCIDENT_SOS, id, base_s, aw_timebase_s(&c->time), &out);
    aw_co_shown_flush(c, &out);
}

/* What the human said, if it can be about what those outside know: whether it may be told. */
bool aw_co_shown_human(struct contact *c, aw_co_say *say)
{
    struct aw_ladder_rules rules = aw_co_rules(c);
    struct aw_ladder_out out = {.count = 0};
    enum aw_status st;

    if (!aw_ladder_is_incident(&c->shown))
        return false;
    st = say(&c->shown, &rules, aw_timebase_s(&c->time), &out);
    aw_co_shown_flush(c, &out);
    aw_co_touch(c, CONTACT_DIRTY_LADDER | CONTACT_DIRTY_OWN);
    return st == AW_OK || st == AW_E_LIMIT;
}
