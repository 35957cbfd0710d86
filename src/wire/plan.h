/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_PLAN_H
#define AW_WIRE_PLAN_H

#include <allswell/plan.h>

#include "wire/message.h"

/* Plan: the body of a file of kind plan (spec/15-plan.md §1). */

/* Longest encoding. */
#define AW_PLAN_ENCODED_MAX 4157

extern const struct aw_wire_map aw_plan_map;

/* The entry of a person, NULL: the plan does not name him. */
const struct aw_member *aw_plan_member(const struct aw_plan *plan, uint8_t person);

#endif /* AW_WIRE_PLAN_H */
