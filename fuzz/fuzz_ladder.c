/* SPDX-License-Identifier: ISC */
#include "core/ladder.h"
#include "fuzz.h"

/*
 * Input: one byte for who this contact is, then a trace, three bytes an action: what, and how
 * much time passes before it. Property: the invariants of core/ladder.c (asserted there) hold; an
 * incident ends only when, since the last trigger, a safe check-in and a confirmation were given,
 * or two confirmations of different groups; what time does is in order; and what is running or
 * suspected rings here in the end.
 */

struct world {
    struct aw_plan plan;
    struct aw_ladder ladder;
    struct aw_ladder_rules rules;
    uint64_t now_s;
    uint32_t seq;
    bool was_safe;
    unsigned confirmed; /* groups of those who did, as far as they count */
};

static void watch(struct world *w, unsigned arg, struct aw_ladder_out *out)
{
    struct aw_ladder_due due;

    for (unsigned i = 0; i < AW_LADDER_DUES; i++)
        due.at_s[i] = i == arg % AW_LADDER_DUES ? w->now_s + (uint64_t)arg * 600 : w->now_s + 9000;
    aw_ladder_watch(&w->ladder, &w->rules, &due, w->now_s, out);
}

static void peer(struct world *w, bool confirms, unsigned arg, struct aw_ladder_out *out)
{
    const struct aw_ladder_peer him = {.human = (uint8_t)(arg % 8 + 1),
                                       .groups = (uint8_t)(arg % 3 + 1),
                                       .is_fellow = arg % 2 == 0};

    if (!confirms) {
        aw_ladder_peer_claim(&w->ladder, &w->rules, &him, w->now_s + 900, w->now_s, out);
        return;
    }
    w->confirmed |= him.groups;
    aw_ladder_peer_confirm(&w->ladder, &w->rules, &him, w->now_s, w->now_s, out);
}

static void act(struct world *w, unsigned what, struct aw_ladder_out *out)
{
    unsigned arg = what >> 4;
    enum aw_status st = AW_OK;

    switch (what & 15) {
    case 1:
        watch(w, arg, out);
        break;
    case 2:
        aw_ladder_alarm(&w->ladder, &w->rules, AW_INCIDENT_WRONG + arg % 3, ++w->seq, w->now_s,
                        w->now_s, out);
        break;
    case 3:
        w->was_safe = true;
        aw_ladder_safe(&w->ladder, &w->rules, ++w->seq, w->now_s, w->now_s, out);
        break;
    case 4:
        aw_ladder_cancel(&w->ladder, &w->rules, w->now_s, out);
        break;
    case 5:
        st = aw_ladder_claim(&w->ladder, &w->rules, w->now_s, out);
        break;
    case 6:
        st = aw_ladder_decline(&w->ladder, &w->rules, w->now_s, out);
        break;
    case 7:
        w->confirmed |= w->rules.groups;
        st = aw_ladder_confirm(&w->ladder, &w->rules, w->now_s, out);
        break;
    case 8:
        aw_ladder_path(&w->ladder, &w->rules, w->now_s - (uint64_t)arg * 60, w->now_s, out);
        break;
    case 9:
        aw_ladder_others(&w->ladder, &w->rules, w->now_s, out);
        break;
    case 10:
    case 11:
        peer(w, (what & 1) != 0, arg, out);
        break;
    case 12:
        w->rules.empty = (uint8_t)(arg & 3);
        w->rules.is_away = (arg & 4) != 0;
        w->rules.is_doubt = (arg & 8) != 0;
        break;
    case 13:
        aw_ladder_resume(&w->ladder, &w->rules, w->now_s, out);
        break;
    default:
        aw_ladder_tick(&w->ladder, &w->rules, w->now_s, out);
        break;
    }
    AW_ASSERT(st == AW_OK || st == AW_E_STATE || st == AW_E_LIMIT);
}

static void look(struct world *w, uint32_t incident_id, unsigned what,
                 const struct aw_ladder_out *out)
{
    bool is_time = (what & 15) == 0 || (what & 15) > 13;
    bool is_anew = w->ladder.incident_id != incident_id || (what & 15) == 2;

    for (size_t i = 0; i < out->count; i++) {
        if (is_time && i > 0 && out->events[i].kind != AW_EVENT_RING &&
            out->events[i].kind != AW_EVENT_OTHERS) /* levels count from when grace was used up */
            AW_ASSERT(out->events[i].at_s >= out->events[i - 1].at_s);
        if (out->events[i].kind == AW_EVENT_CLOSED)
            AW_ASSERT(w->confirmed != 0 && (w->was_safe || (w->confirmed & 3) == 3));
    }
    if (is_anew || w->ladder.incident == AW_INCIDENT_NONE) { /* it may have begun in this call */
        w->was_safe = w->was_safe && (what & 15) == 3;
        if ((what & 15) != 7 && (what & 15) != 11)
            w->confirmed = 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world w = {.now_s = 1790000000, .seq = 0};
    struct aw_ladder_out out = {.count = 0};
    uint64_t end_s;

    if (size == 0)
        return 0;
    aw_plan_default(&w.plan, 2);
    w.rules = (struct aw_ladder_rules){.plan = &w.plan, .groups = data[0] % 2 == 0 ? 1 : 2};
    w.plan.levels[0].groups = 1;
    aw_ladder_init(&w.ladder, w.now_s);
    for (size_t i = 1; i + 2 < size; i += 3) {
        uint32_t incident_id = w.ladder.incident_id;

        out.count = 0;
        w.now_s += (uint64_t)data[i + 1] * data[i + 2];
        act(&w, data[i], &out);
        AW_ASSERT(aw_ladder_is_sound(&w.ladder));
        look(&w, incident_id, data[i], &out);
    }
    if (w.ladder.state < AW_LADDER_SUSPECT || w.ladder.state > AW_LADDER_ALARM)
        return 0;
    end_s = w.now_s + w.plan.council.ceiling_s + AW_PLAN_DAY_MAX_S + AW_LADDER_WAKE_S;
    out.count = 0;
    aw_ladder_tick(&w.ladder, &w.rules, end_s, &out);
    AW_ASSERT(aw_ladder_ringing(&w.ladder, &w.rules) > 0);
    return 0;
}
