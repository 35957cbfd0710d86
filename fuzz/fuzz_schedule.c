/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "mutate.h"

#include <allswell/plan_audit.h>

#include <string.h>

#include "core/schedule.h"
#include "wire/plan.h"

/*
 * Input: a base in 4 bytes, then one `plan`. Properties, of every plan that decodes: due times come
 * after their base and never earlier for a later one; a plan does not loosen itself. Of one that
 * the check finds good: no check-in is due in quiet hours or a pause, and the audit ends, has the
 * wait that it names, and no longer one at the base.
 */

static void check_good(const struct aw_plan *plan, uint64_t base_s)
{
    static struct aw_plan_audit audit;
    uint64_t due_s = aw_plan_due_s(plan, base_s);
    struct aw_plan slower = *plan;

    AW_ASSERT(aw_schedule_free_s(plan, due_s) == due_s);
    for (size_t i = 0; i < plan->pauses_count; i++)
        AW_ASSERT(due_s < plan->pauses[i].from || due_s >= plan->pauses[i].until);
    aw_plan_audit(plan, base_s, &audit);
    AW_ASSERT(audit.gap_s > 0 && audit.gap_s <= AW_SPAN_MAX_S && audit.due_count > 0);
    AW_ASSERT(audit.gap_s == AW_SPAN_MAX_S ||
              aw_plan_due_s(plan, audit.worst_at_s) == audit.worst_at_s + audit.gap_s);
    AW_ASSERT(due_s - base_s <= audit.gap_s || audit.gap_s == AW_SPAN_MAX_S);
    AW_ASSERT(audit.typical_s <= audit.worst_s && audit.best_s <= audit.typical_s);
    slower.grace_s++;
    AW_ASSERT(aw_plan_loosens(plan, &slower, base_s, NULL));
    AW_ASSERT(!aw_plan_loosens(&slower, plan, base_s, NULL));
}

const struct fuzz_grammar fuzz_grammar = {.rule = "plan", .skip = 4};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aw_plan plan;
    uint64_t base_s = 0, due_s, later_s;

    if (size < 4)
        return 0;
    for (size_t i = 0; i < 4; i++)
        base_s = base_s << 8 | data[i];
    if (aw_message_decode(&aw_plan_map, &plan, (struct aw_bytes){data + 4, size - 4}) != AW_OK)
        return 0;
    due_s = aw_plan_due_s(&plan, base_s);
    later_s = aw_plan_due_s(&plan, base_s + 1);
    AW_ASSERT(due_s > base_s);
    AW_ASSERT(aw_plan_asked_s(&plan, base_s) > base_s);
    AW_ASSERT(aw_plan_asked_s(&plan, base_s) <= due_s || plan.quiet_count + plan.pauses_count > 0);
    AW_ASSERT(later_s >= due_s || plan.quiet_count + plan.pauses_count > 0);
    AW_ASSERT(!aw_plan_loosens(&plan, &plan, base_s, NULL));
    if (aw_plan_check(&plan, NULL) == AW_PLAN_GOOD) {
        AW_ASSERT(later_s >= due_s);
        check_good(&plan, base_s);
    }
    return 0;
}
