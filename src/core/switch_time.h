/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_SWITCH_TIME_H
#define AW_CORE_SWITCH_TIME_H

#include <allswell/plan.h>

/* How long a blind switch waits (spec/06-subject.md §14). Pure. */

/*
 * Seconds from `now_s` until a switch fires that is armed then. `overdue_s` is when grace after the
 * next check-in is used up, AW_NO_TIME: none is due. With slots it does not count.
 */
uint32_t aw_switch_after_s(const struct aw_plan *plan, bool has_slots, uint64_t overdue_s,
                           uint64_t now_s);

/* The longest of these under a plan (spec/07-contact.md §13). */
uint32_t aw_switch_longest_s(const struct aw_plan *plan);

/* From a call on, until its switch is withheld that waits for so long at most. */
uint32_t aw_switch_withheld_s(uint32_t longest_s);

#endif /* AW_CORE_SWITCH_TIME_H */
