/* SPDX-License-Identifier: ISC */
#include "core/ladder.h"
#include "fuzz.h"

/*
 * Input: a trace, three bytes an action: what, and how much time passes before it. Property: the
 * invariants of core/ladder.c (asserted there) hold, an incident ends only when a safe check-in
 * and a confirmation were both given since the last alarm, and what is running rings here in the
 * end.
 */

struct world {
    struct aw_plan plan;
    struct aw_ladder ladder;
    struct aw_ladder_rules rules;
    uint64_t now_s;
    uint32_t seq;
    bool was_safe, was_confirmed;
};

static void act(struct world *w, unsigned what, struct aw_ladder_out *out)
{
    enum aw_incident_kind before = w->ladder.incident;
    enum aw_status st = AW_OK;

    switch (what % 8) {
    case 0:
        aw_ladder_tick(&w->ladder, &w->rules, w->now_s, out);
        break;
    case 1:
        aw_ladder_watch(&w->ladder, &w->rules, w->now_s + (what >> 3) * 600, w->now_s + 9000,
                        w->now_s, out);
        break;
    case 2:
        aw_ladder_alarm(&w->ladder, &w->rules, AW_INCIDENT_WRONG + (what >> 3) % 3, ++w->seq,
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
    default:
        w->was_confirmed = true;
        st = aw_ladder_confirm(&w->ladder, &w->rules, w->now_s, out);
        break;
    }
    AW_ASSERT(st == AW_OK || st == AW_E_STATE || st == AW_E_LIMIT);
    for (size_t i = 0; i < out->count; i++) {
        if (out->events[i].kind == AW_EVENT_CLOSED)
            AW_ASSERT(w->was_safe && w->was_confirmed);
    }
    if (before == AW_INCIDENT_NONE || what % 8 == 2) {
        w->was_safe = w->was_safe && what % 8 == 3;
        w->was_confirmed = w->was_confirmed && what % 8 == 7; /* it may have begun in this call */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world w = {.now_s = 1790000000, .seq = 0};
    struct aw_ladder_out out = {.count = 0};

    aw_plan_default(&w.plan, 2);
    w.rules = (struct aw_ladder_rules){&w.plan, size > 0 && data[0] % 2 == 0 ? 1 : 2};
    w.plan.levels[0].groups = 1;
    aw_ladder_init(&w.ladder, w.now_s);
    for (size_t i = 0; i + 2 < size; i += 3) {
        out.count = 0;
        w.now_s += (uint64_t)data[i + 1] * data[i + 2];
        act(&w, data[i], &out);
        AW_ASSERT(aw_ladder_is_sound(&w.ladder));
    }
    if (w.ladder.state == AW_LADDER_MISSED || w.ladder.state == AW_LADDER_ALARM) {
        out.count = 0;
        aw_ladder_tick(&w.ladder, &w.rules, w.now_s + 86400, &out);
        AW_ASSERT(aw_ladder_ringing(&w.ladder, &w.rules) > 0);
    }
    return 0;
}
