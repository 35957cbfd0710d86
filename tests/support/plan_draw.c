/* SPDX-License-Identifier: ISC */
#include "support/plan_draw.h"

#define DAY_S 86400

static const char *const words[] = {"Ring her door.", "Go there.", "Call the police."};

static uint64_t below(struct t_rng *rng, uint64_t count)
{
    return t_rng_below(rng, count);
}

static struct aw_schedule_line draw_line(struct t_rng *rng)
{
    if (below(rng, 3) == 0)
        return (struct aw_schedule_line){.every_s = (uint32_t)(3600 * (1 + below(rng, 60)))};
    return (struct aw_schedule_line){.days = (uint8_t)(1 + below(rng, 127)),
                                     .has_minute = true,
                                     .minute = (uint16_t)(30 * below(rng, 48))};
}

static struct aw_quiet draw_quiet(struct t_rng *rng)
{
    uint16_t from = (uint16_t)(30 * below(rng, 48));

    return (struct aw_quiet){.days = (uint8_t)(1 + below(rng, 127)),
                             .from = from,
                             .until = (uint16_t)((from + 30 * (1 + below(rng, 20))) % 1440)};
}

static void draw_zone(struct aw_plan *plan, struct t_rng *rng)
{
    plan->zone_count = (uint8_t)below(rng, 3);
    plan->zone[0] = (struct aw_zone_rule){0, (int32_t)(3600 * below(rng, 3))};
    plan->zone[1] =
        (struct aw_zone_rule){PLAN_DRAW_NOW + 11 * DAY_S - 11 * 3600,
                              plan->zone[0].offset_s + (below(rng, 2) == 0 ? 3600 : -3600)};
}

static void draw_levels(struct aw_plan *plan, struct t_rng *rng)
{
    uint32_t delay_s = 0;

    plan->levels_count = (uint8_t)(1 + below(rng, 4));
    for (size_t i = 0; i < plan->levels_count; i++) {
        struct aw_level *level = &plan->levels[i];

        memset(level, 0, sizeof *level);
        level->delay_s = delay_s;
        level->groups = (uint8_t)(i + 1 == plan->levels_count ? AW_GROUPS_ALL : 1 + below(rng, 3));
        level->shares = i + 1 == plan->levels_count;
        (void)snprintf(level->text, sizeof level->text, "%s", words[below(rng, 3)]);
        delay_s += (uint32_t)(60 * (1 + below(rng, 60)));
    }
}

void plan_draw(struct aw_plan *plan, struct t_rng *rng)
{
    aw_plan_default(plan, 2 + below(rng, 4));
    for (size_t i = 0; i < plan->roster_count; i++) {
        plan->roster[i].name[0] = (char)('a' + i);
        plan->roster[i].groups = (uint8_t)(1 << (i % 2));
    }
    plan->schedule_count = (uint8_t)(1 + below(rng, 3));
    for (size_t i = 0; i < plan->schedule_count; i++)
        plan->schedule[i] = draw_line(rng);
    draw_zone(plan, rng);
    draw_levels(plan, rng);
    plan->grace_s = (uint32_t)(60 * below(rng, 60));
    plan->quiet_count = (uint8_t)below(rng, 3);
    for (size_t i = 0; i < plan->quiet_count; i++)
        plan->quiet[i] = draw_quiet(rng);
    plan->pauses_count = (uint8_t)below(rng, 2);
    plan->pauses[0].from = (uint32_t)(PLAN_DRAW_NOW + below(rng, 20 * DAY_S));
    plan->pauses[0].until = (uint32_t)(plan->pauses[0].from + 3600 * (1 + below(rng, 100)));
    if (aw_plan_check(plan, NULL) == AW_PLAN_QUIET_LONG)
        plan->quiet_count = 1;
}

/* A little more or a little less. */
static void nudge(uint32_t *value_s, struct t_rng *rng)
{
    uint32_t by_s = (uint32_t)(1 + below(rng, 1800));

    if (below(rng, 3) == 0)
        *value_s += by_s;
    else
        *value_s -= *value_s < by_s ? *value_s : by_s;
}

static void change_time(struct aw_plan *plan, struct t_rng *rng)
{
    struct aw_schedule_line *line = &plan->schedule[below(rng, plan->schedule_count)];

    switch (below(rng, 5)) {
    case 0:
        if (plan->schedule_count < AW_PLAN_LINE_MAX)
            plan->schedule[plan->schedule_count++] = draw_line(rng);
        return;
    case 1:
        plan->schedule_count--;
        return;
    case 2:
        if (line->every_s > 0)
            nudge(&line->every_s, rng);
        else
            line->days |= (uint8_t)(1 << below(rng, 7));
        return;
    case 3:
        *line = draw_line(rng);
        return;
    default:
        draw_zone(plan, rng);
    }
}

static void change_rest(struct aw_plan *plan, struct t_rng *rng)
{
    struct aw_quiet *window = &plan->quiet[below(rng, AW_PLAN_QUIET_MAX)];

    switch (below(rng, 6)) {
    case 0:
        if (plan->quiet_count > 0)
            plan->quiet_count--;
        return;
    case 1:
        if (plan->quiet_count < AW_PLAN_QUIET_MAX)
            plan->quiet[plan->quiet_count++] = draw_quiet(rng);
        return;
    case 2:
        window->from = (uint16_t)((window->from + below(rng, 120)) % 1440);
        return;
    case 3:
        window->until = (uint16_t)((window->until + 1440 - below(rng, 120)) % 1440);
        return;
    case 4:
        plan->pauses_count = !plan->pauses_count;
        return;
    default:
        nudge(&plan->pauses[0].until, rng);
    }
}

static void change_ladder(struct aw_plan *plan, struct t_rng *rng)
{
    struct aw_level *level = &plan->levels[below(rng, plan->levels_count)];

    switch (below(rng, 6)) {
    case 0:
        nudge(&level->delay_s, rng);
        return;
    case 1:
        level->groups |= (uint8_t)(1 << below(rng, 3));
        return;
    case 2:
        if (plan->levels_count < AW_PLAN_LEVEL_MAX) {
            memmove(level + 1, level,
                    sizeof *level * (size_t)(&plan->levels[plan->levels_count] - level));
            plan->levels_count++;
            level->delay_s /= 2;
            level->shares = false;
        }
        return;
    case 3:
        memmove(level, level + 1,
                sizeof *level * (size_t)(&plan->levels[plan->levels_count] - (level + 1)));
        plan->levels_count--;
        return;
    case 4:
        (void)snprintf(level->text, sizeof level->text, "%s", words[below(rng, 3)]);
        return;
    default:
        plan->roster[0].groups = (uint8_t)(1 + below(rng, 3));
    }
}

void plan_change(struct aw_plan *plan, struct t_rng *rng)
{
    switch (below(rng, 7)) {
    case 0:
    case 1:
        if (plan->schedule_count > 0)
            change_time(plan, rng);
        return;
    case 2:
    case 3:
        change_rest(plan, rng);
        return;
    case 4:
        if (plan->levels_count > 0)
            change_ladder(plan, rng);
        return;
    case 5:
        nudge(below(rng, 2) == 0 ? &plan->grace_s : &plan->ring_s, rng);
        return;
    default:
        nudge(below(rng, 2) == 0 ? &plan->beat_s : &plan->beat_grace_s, rng);
    }
}
