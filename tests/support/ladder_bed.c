/* SPDX-License-Identifier: ISC */
#include "support/ladder_bed.h"

#include <string.h>

void ladder_timer_behind(struct ladder_bed *b, struct aw_ladder_due *due)
{
    *due = (struct aw_ladder_due){
        {LADDER_T0 + 3600, LADDER_T0 + 3650, AW_NO_TIME, AW_NO_TIME, LADDER_T0 + 86400}};
    ladder_set_up(b);
    aw_ladder_watch(&b->ladder, &b->rules, due, LADDER_T0, &b->out);
    (void)ladder_tick(b, LADDER_T0 + 3900);
    T_EQ(b->ladder.cause, AW_WHY_CHECKIN);
    T_EQ(aw_ladder_confirm(&b->ladder, &b->rules, LADDER_T0 + 3905, &b->out), AW_OK);
}

void ladder_watch(struct ladder_bed *b, uint64_t checkin_s, uint64_t beat_s, uint64_t now_s)
{
    const struct aw_ladder_due due = {{checkin_s, AW_NO_TIME, AW_NO_TIME, AW_NO_TIME, beat_s}};

    aw_ladder_watch(&b->ladder, &b->rules, &due, now_s, &b->out);
}

void ladder_set_up(struct ladder_bed *b)
{
    memset(b, 0, sizeof *b);
    aw_plan_default(&b->plan, 2);
    b->plan.grace_s = 300;
    b->plan.levels_count = 3;
    b->plan.levels[0] = (struct aw_level){.delay_s = 0, .groups = 1};
    b->plan.levels[1] = (struct aw_level){.delay_s = 600, .groups = 1};
    b->plan.levels[2] = (struct aw_level){.delay_s = 1200, .groups = AW_GROUPS_ALL};
    b->plan.claim_s = 900;
    b->plan.ring_s = 120;
    b->rules = (struct aw_ladder_rules){.plan = &b->plan, .groups = 1};
    aw_ladder_init(&b->ladder, LADDER_T0);
    ladder_watch(b, LADDER_T0 + 3600, LADDER_T0 + 86400, LADDER_T0);
}

size_t ladder_tick(struct ladder_bed *b, uint64_t at_s)
{
    b->out.count = 0;
    if (at_s > b->ladder.now_s + AW_LADDER_SETTLE_S)
        aw_ladder_path(&b->ladder, &b->rules, at_s - AW_LADDER_SETTLE_S, at_s - AW_LADDER_SETTLE_S,
                       &b->out);
    aw_ladder_tick(&b->ladder, &b->rules, at_s, &b->out);
    aw_ladder_path(&b->ladder, &b->rules, at_s, at_s, &b->out);
    return b->out.count;
}

size_t ladder_prove(struct ladder_bed *b, uint64_t at_s)
{
    b->out.count = 0;
    aw_ladder_path(&b->ladder, &b->rules, at_s, at_s, &b->out);
    return b->out.count;
}
