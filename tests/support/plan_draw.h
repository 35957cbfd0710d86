/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_PLAN_DRAW_H
#define AW_TESTS_PLAN_DRAW_H

#include <allswell/plan.h>

#include "test.h"

/* Plans as people make them, drawn; and changes of a plan. */

/* A Wednesday, 18 March 2026, 12:00 UTC: eleven days before clocks change in Europe. */
#define PLAN_DRAW_NOW UINT32_C(1773835200)

/* Fills a plan that aw_plan_check() finds good. */
void plan_draw(struct aw_plan *plan, struct t_rng *rng);

/* Changes one thing. The plan may break a rule afterwards. */
void plan_change(struct aw_plan *plan, struct t_rng *rng);

#endif /* AW_TESTS_PLAN_DRAW_H */
