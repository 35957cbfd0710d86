/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include <allswell/plan.h>

#include <string.h>

#include "base/bytes.h"
#include "wire/plan.h"

/*
 * Input: bytes of a struct aw_plan over a good one, and a base. Property: the check ends; a plan
 * that it finds good has an encoding that decodes to a good plan, and is due after the base.
 */

static void spoil(struct aw_plan *plan, const uint8_t *data, size_t size)
{
    uint8_t *bytes = (uint8_t *)plan;

    for (size_t i = 0; i + 2 < size; i += 3)
        bytes[(data[i] * 256U + data[i + 1]) % sizeof *plan] = data[i + 2];
    /* A bool holds 0 or 1, whoever fills it in. */
    memset(&plan->relaxed, 0, sizeof plan->relaxed);
    memset(&plan->has_card_hash, 0, sizeof plan->has_card_hash);
    memset(&plan->change.setup, 0, sizeof plan->change.setup);
    memset(&plan->pace.sos_now, 0, sizeof plan->pace.sos_now);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        memset(&plan->roster[i].asks, 0, sizeof plan->roster[i].asks);
    for (size_t i = 0; i < AW_PLAN_LEVEL_MAX; i++)
        memset(&plan->levels[i].shares, 0, sizeof plan->levels[i].shares);
    for (size_t i = 0; i < AW_PLAN_WARNING_MAX; i++)
        memset(&plan->warnings[i].loud, 0, sizeof plan->warnings[i].loud);
    for (size_t i = 0; i < AW_PLAN_LINE_MAX; i++)
        memset(&plan->schedule[i].has_minute, 0, sizeof plan->schedule[i].has_minute);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t space[AW_PLAN_ENCODED_MAX];
    struct aw_buf buf = AW_BUF_OF(space);
    struct aw_plan plan, again;
    uint64_t base_s = 1790000000 + (size > 0 ? data[0] * 3600U : 0);
    enum aw_status st;

    aw_plan_default(&plan, 1 + size % AW_PLAN_MEMBER_MAX);
    for (size_t i = 0; i < plan.roster_count; i++)
        plan.roster[i].name[0] = 'a';
    spoil(&plan, data, size);
    if (aw_plan_check(&plan, NULL) != AW_PLAN_GOOD)
        return 0;
    AW_ASSERT(aw_plan_due_s(&plan, base_s) > base_s);
    plan.version = 1;
    st = aw_message_encode(&aw_plan_map, &plan, &buf);
    AW_ASSERT(st == AW_OK || st == AW_E_FORMAT || st == AW_E_RANGE); /* the texts */
    if (st != AW_OK)
        return 0;
    st = aw_message_decode(&aw_plan_map, &again, aw_buf_bytes(&buf));
    AW_ASSERT(st == AW_OK);
    AW_ASSERT(aw_plan_check(&again, NULL) == AW_PLAN_GOOD);
    return 0;
}
