/* SPDX-License-Identifier: ISC */
#include <allswell/coverage.h>

#include "base/assert.h"
#include "core/plan_find.h"

#define HOUR_S 3600

/* What one device adds to the time of a human: the first level that rings it, and what follows. */
static uint64_t rung_s(const struct aw_plan *plan, const struct aw_member *member)
{
    size_t i = 0;

    /* The last level rings every group. */
    while ((plan->levels[i].groups & member->groups) == 0)
        i++;
    return (uint64_t)plan->grace_s + plan->levels[i].delay_s;
}

/* How long a device may say nothing and still count: it answers each beat, unless it sleeps. */
static uint64_t bearable_s(const struct aw_plan *plan, const struct aw_coverage_device *device)
{
    uint64_t beats_s = UINT64_C(3) * plan->beat_s;
    uint64_t least_s = device->always_on ? HOUR_S / 2 : 2 * HOUR_S;

    return beats_s > least_s ? beats_s : least_s;
}

static uint8_t reasons_of(const struct aw_plan *plan, const struct aw_coverage_device *device,
                          uint64_t rings_at_s, uint64_t now_s)
{
    unsigned reasons = 0;

    /* spec/15-plan.md §7: "A device MUST NOT count that was not heard, is silent, away or
     * unverified, or has no plan." */
    if (device->heard_s == 0)
        reasons |= AW_COVER_NEVER;
    else if (device->heard_s + bearable_s(plan, device) < now_s)
        reasons |= AW_COVER_SILENT;
    if (device->away_until_s > rings_at_s)
        reasons |= AW_COVER_AWAY;
    if (!device->verified)
        reasons |= AW_COVER_UNVERIFIED;
    if (device->plan_version == 0)
        reasons |= AW_COVER_NO_PLAN;
    else if (device->plan_version < plan->version)
        reasons |= AW_COVER_OLD_PLAN;
    if (!device->always_on)
        reasons |= AW_COVER_SLEEPS;
    if (device->drill_s == 0)
        reasons |= AW_COVER_UNTESTED;
    return (uint8_t)reasons;
}

/* After the deadline, until the human of a device that counts hears. */
static uint64_t hears_after_s(const struct aw_plan *plan, const struct aw_member *member,
                              const struct aw_coverage_device *device)
{
    uint64_t after_s = rung_s(plan, member);
    uint64_t ceiling_s = (uint64_t)plan->grace_s + plan->council.ceiling_s;

    /* A phone may have slept through the silence: "cannot tell" rings like it at the ceiling. */
    if (!device->always_on && ceiling_s > after_s)
        after_s = ceiling_s;
    return after_s + (device->drill_s != 0 ? device->drill_s : AW_COVER_UNTESTED_S);
}

void aw_plan_coverage(const struct aw_plan *plan,
                      const struct aw_coverage_device devices[AW_PLAN_MEMBER_MAX], uint64_t now_s,
                      struct aw_coverage *out)
{
    uint32_t humans = 0, lookers = 0, voters;
    uint8_t groups = 0, operator_human;
    unsigned operator_count;

    AW_ASSERT(aw_plan_check(plan, NULL) == AW_PLAN_GOOD);
    *out = (struct aw_coverage){.humans = (uint8_t)aw_plan_count_bits(aw_plan_humans(plan)),
                                .due_s = aw_plan_due_s(plan, now_s),
                                .hears_s = UINT64_MAX,
                                .after_due_s = UINT64_MAX};
    for (size_t i = 0; i < plan->roster_count; i++) {
        const struct aw_member *member = &plan->roster[i];
        const struct aw_coverage_device *device = &devices[member->person - 1];
        uint64_t after_s = hears_after_s(plan, member, device);
        uint8_t reasons = reasons_of(plan, device, out->due_s + rung_s(plan, member), now_s);

        out->reasons[member->person - 1] = reasons;
        if ((reasons & AW_COVER_OUT) != 0)
            continue;
        groups |= member->groups;
        humans |= UINT32_C(1) << member->human;
        if (member->data != AW_DATA_NONE)
            lookers |= UINT32_C(1) << member->human;
        if (after_s < out->after_due_s)
            out->after_due_s = after_s;
    }
    out->reachable = (uint8_t)aw_plan_count_bits(humans);
    if (humans != 0)
        out->hears_s = out->due_s - now_s + out->after_due_s;
    for (size_t i = 0; i < plan->levels_count; i++) {
        if ((plan->levels[i].groups & groups) == 0)
            out->levels_empty |= (uint8_t)(1U << i);
    }
    /* spec/15-plan.md §7: who runs the only relay counts for neither. */
    operator_human = aw_plan_only_operator(plan, &operator_count);
    voters = operator_human == 0 ? humans : humans & ~(UINT32_C(1) << operator_human);
    out->can_find = aw_plan_count_bits(voters) >= plan->council.quorum;
    out->can_open = aw_plan_count_bits(voters) >= plan->threshold && (voters & lookers) != 0;
}
