/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_COVERAGE_H
#define ALLSWELL_COVERAGE_H

#include <allswell/plan.h>

/**
 * @file
 * Coverage: who of the plan would hear now, and how soon (spec/15-plan.md §7), so that she knows
 * before she leaves the house. A pure function of a plan, what is known of each device, and a time.
 */

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What is known of one contact's device. Times are seconds since 1970-01-01 UTC.
 * Size: 32 bytes.
 */
struct aw_coverage_device {
    uint64_t heard_s;      /* when it was heard last, 0: never */
    uint64_t away_until_s; /* its human said so, 0: not away */
    uint32_t drill_s;      /* how long its human took to answer the newest drill, 0: not known */
    uint32_t plan_version; /* newest plan that it has, 0: none */
    bool always_on;        /* a machine at home rather than a phone that sleeps */
    bool verified;         /* the words were compared */
};

/** Why a device does not count, or counts less. A bit set. */
enum aw_coverage_reason {
    AW_COVER_NEVER = 1,      /* never heard: does not count */
    AW_COVER_SILENT = 2,     /* not heard for too long: does not count */
    AW_COVER_AWAY = 4,       /* away beyond the time at which it would be rung: does not count */
    AW_COVER_UNVERIFIED = 8, /* words not compared: does not count */
    AW_COVER_NO_PLAN = 16,   /* has no plan: does not count */
    AW_COVER_OLD_PLAN = 32,  /* has an older plan than this one */
    AW_COVER_SLEEPS = 64,    /* a phone: perhaps "cannot tell" first, which waits for the ceiling */
    AW_COVER_UNTESTED = 128, /* no human answered a drill there: nobody knows how long that takes */
};

/** How long a human takes who never answered a drill: longer than those who do. */
#define AW_COVER_UNTESTED_S 600

/** The bits that keep a device from counting. */
#define AW_COVER_OUT                                                                               \
    (AW_COVER_NEVER | AW_COVER_SILENT | AW_COVER_AWAY | AW_COVER_UNVERIFIED | AW_COVER_NO_PLAN)

/** Who would hear of an attack right now, and how soon. Size: 56 bytes. */
struct aw_coverage {
    uint8_t humans;    /* of the plan */
    uint8_t reachable; /* of them, by a device that counts */
    uint64_t due_s;    /* when the next check-in is due, if she checks in now */
    uint64_t hears_s;  /* from now until a human hears of an attack right now; UINT64_MAX: nobody */
    uint64_t after_due_s; /* the part of it after the deadline; likewise */
    uint8_t levels_empty; /* bit i: level i would ring nobody who counts */
    bool can_find;        /* enough of them for the quorum */
    bool can_open;        /* enough of them for the threshold, and one who may look */
    uint8_t reasons[AW_PLAN_MEMBER_MAX]; /* enum aw_coverage_reason; of person i + 1 */
};

/**
 * Computes the coverage of a plan that aw_plan_check() found good.
 *
 * @param devices  of person i + 1; those outside the roster are not read
 */
AW_API void aw_plan_coverage(const struct aw_plan *plan,
                             const struct aw_coverage_device devices[AW_PLAN_MEMBER_MAX],
                             uint64_t now_s, struct aw_coverage *out);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_COVERAGE_H */
