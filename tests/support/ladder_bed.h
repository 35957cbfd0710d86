/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_LADDER_BED_H
#define AW_TESTS_LADDER_BED_H

#include "core/ladder.h"

#include "test.h"

/* A ladder, its plan, and what it says: for tests of core/ladder.h without an engine around it. */

#define LADDER_T0 UINT64_C(1790000000)

struct ladder_bed {
    struct aw_plan plan;
    struct aw_ladder_rules rules;
    struct aw_ladder ladder;
    struct aw_ladder_out out;
};

/* Levels at 0, 10 and 20 min, grace 5 min, a deadline at LADDER_T0 + 60 min. */
void ladder_set_up(struct ladder_bed *b);

/* A check-in is missed and confirmed, and a timer 50 s behind it is watched, too; `due` says so. */
void ladder_timer_behind(struct ladder_bed *b, struct aw_ladder_due *due);

/* Watches a check-in and the device. */
void ladder_watch(struct ladder_bed *b, uint64_t checkin_s, uint64_t beat_s, uint64_t now_s);

/* Lets time pass on a healthy path: it was proved a while before, too. Returns how much is said. */
size_t ladder_tick(struct ladder_bed *b, uint64_t at_s);

/* One proof of the path. Returns how much is said. */
size_t ladder_prove(struct ladder_bed *b, uint64_t at_s);

#endif /* AW_TESTS_LADDER_BED_H */
