/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_PLAN_H
#define ALLSWELL_PLAN_H

#include <allswell/base.h>
#include <allswell/limits.h>

/**
 * @file
 * Plan: when she checks in, and what her contacts do when she does not (spec/06-subject.md §6).
 *
 * A plan is plain data: fill it, aw_plan_check() it, give it to aw_subject_plan_set(). Times
 * are seconds since 1970-01-01 UTC, spans are seconds. No clock, no secrets but what the
 * instructions say.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** From `from` on, local time is UTC plus `offset_s`. */
struct aw_zone_rule {
    uint32_t from;
    int32_t offset_s; /* -86400 to 86400 */
};

/** Either `every_s`, or `days` and `minute` with `has_minute`. */
struct aw_schedule_line {
    uint32_t every_s; /* since the last check-in; 0: this line is a daily time */
    uint16_t minute;  /* of the local day, 0 to 1439 */
    uint8_t days;     /* bit 0 Monday .. bit 6 Sunday */
    bool has_minute;
};

/** A reminder to her, before the check-in is due. */
struct aw_warning {
    uint32_t before_s;
    bool loud;
};

/** One step of the ladder. */
struct aw_level {
    uint32_t delay_s; /* after the incident became missed; an alarm rings level 1 at once */
    uint8_t groups;   /* bit set of the groups that ring, AW_GROUPS_ALL in the last level */
    bool shares;      /* shares of her place may be released from this level on */
    char text[AW_PLAN_TEXT_LEN_MAX + 1]; /* what to do, UTF-8, may be empty */
};

/** One contact person. */
struct aw_member {
    uint8_t person; /* 1 to AW_PLAN_MEMBER_MAX: number of the contact, index of its share */
    uint8_t groups; /* bit set */
    uint8_t data;   /* enum aw_data_level */
    char name[AW_NAME_LEN_MAX + 1];
};

/** What a contact may learn of her place. */
enum aw_data_level { AW_DATA_NONE = 0, AW_DATA_ALARM = 1, AW_DATA_EXACT = 2 };

/** Every group. */
#define AW_GROUPS_ALL 255

/** One plan: `plan` in spec/allswell.cddl. */
struct aw_plan {
    uint32_t version;                                   /* given by aw_subject_plan_set() */
    uint32_t made_at;                                   /* likewise */
    struct aw_zone_rule zone[AW_PLAN_ZONE_MAX];         /* ascending by `from`; none: UTC */
    struct aw_schedule_line schedule[AW_PLAN_LINE_MAX]; /* due when any line says so */
    uint32_t beat_s;       /* longest pause between beats of the device */
    uint32_t beat_grace_s; /* silence of the device beyond that which is bearable */
    uint32_t grace_s;      /* after a deadline, before contacts are rung */
    struct aw_warning warnings[AW_PLAN_WARNING_MAX]; /* descending by before_s */
    struct aw_level levels[AW_PLAN_LEVEL_MAX];       /* ascending by delay_s */
    struct aw_member roster[AW_PLAN_MEMBER_MAX];     /* ascending by person */
    uint8_t zone_count;
    uint8_t schedule_count;
    uint8_t warnings_count;
    uint8_t levels_count;
    uint8_t roster_count;
    uint8_t threshold;  /* shares that open her sealed state */
    uint8_t claims_max; /* holds in one incident */
    bool relaxed;       /* low risk: her safe check-in alone closes a missed check-in */
    uint32_t ring_s;    /* pause between rings of a level */
    uint32_t claim_s;   /* how long one claim holds the next level */
};

/** First problem of a plan, in the order of its fields. */
enum aw_plan_problem {
    AW_PLAN_GOOD = 0,
    AW_PLAN_ZONE_COUNT,     /* more zone rules than fit */
    AW_PLAN_ZONE_ORDER,     /* zone rules must ascend by time */
    AW_PLAN_ZONE_OFFSET,    /* an offset of more than a day */
    AW_PLAN_NO_SCHEDULE,    /* no schedule line, or more than fit */
    AW_PLAN_LINE_KIND,      /* a line is neither an interval nor a daily time, or both */
    AW_PLAN_LINE_EVERY,     /* an interval below 300 s or above 31 days */
    AW_PLAN_LINE_DAYS,      /* a daily time without a day, or with an eighth one */
    AW_PLAN_LINE_MINUTE,    /* no such minute of the day */
    AW_PLAN_BEAT,           /* beat_s outside 60 s to 1 day */
    AW_PLAN_BEAT_GRACE,     /* beat_grace_s outside 1 s to 31 days */
    AW_PLAN_GRACE,          /* grace_s above 1 day */
    AW_PLAN_WARNING_COUNT,  /* more warnings than fit */
    AW_PLAN_WARNING_ORDER,  /* warnings must descend by before_s, at most 1 day */
    AW_PLAN_NO_LEVEL,       /* no level, or more than fit */
    AW_PLAN_LEVEL_ORDER,    /* levels must ascend by delay_s, at most 1 day */
    AW_PLAN_LEVEL_GROUPS,   /* a level that rings nobody */
    AW_PLAN_LEVEL_EMPTY,    /* a level whose groups no contact is in */
    AW_PLAN_LEVEL_TEXT,     /* an instruction that is not terminated */
    AW_PLAN_LAST_LEVEL,     /* the last level must ring everybody: it cannot be switched off */
    AW_PLAN_NO_MEMBER,      /* no contact, or more than fit */
    AW_PLAN_MEMBER_ORDER,   /* contacts must ascend by person, 1 to 16 */
    AW_PLAN_MEMBER_GROUPS,  /* a contact in no group */
    AW_PLAN_MEMBER_DATA,    /* no such data level */
    AW_PLAN_MEMBER_NAME,    /* a name that is empty or not terminated */
    AW_PLAN_THRESHOLD_ONE,  /* with two contacts or more, one alone must not open her place */
    AW_PLAN_THRESHOLD_MANY, /* more shares than contacts: nobody could ever open her place */
    AW_PLAN_RING,           /* ring_s outside 30 s to 1 hour */
    AW_PLAN_CLAIM,          /* claim_s outside 60 s to 2 hours */
    AW_PLAN_CLAIMS,         /* claims_max outside 1 to 8 */
    AW_PLAN_PROBLEM_COUNT,
};

/**
 * Fills a plan for `roster_count` contacts without names: a check-in every 24 hours, warnings
 * 60 and 10 minutes before and when it is due, 15 minutes of grace, then group 1, and everybody
 * 15 minutes later. Name the contacts, then change what is to be different.
 *
 * @param roster_count  1 to AW_PLAN_MEMBER_MAX; persons are numbered from 1
 */
AW_API void aw_plan_default(struct aw_plan *plan, size_t roster_count);

/**
 * Finds the first rule that a plan breaks, without regard to version and made_at.
 *
 * @param where  set to the index of the line, warning, level or member; may be NULL
 */
AW_API enum aw_plan_problem aw_plan_check(const struct aw_plan *plan, size_t *where);

/** Returns what is wrong in one English phrase, never NULL. */
AW_API const char *aw_plan_problem_text(enum aw_plan_problem problem);

/**
 * Finds when the next check-in is due.
 *
 * @param base_s  when she last checked in, seconds since 1970-01-01 UTC
 * @return the first due time after base_s, or UINT64_MAX for a plan without a schedule line
 */
AW_API uint64_t aw_plan_due_s(const struct aw_plan *plan, uint64_t base_s);

/** Returns local time minus UTC at `at_s`, in seconds, by the zone rules of the plan. */
AW_API int32_t aw_plan_offset_s(const struct aw_plan *plan, uint64_t at_s);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_PLAN_H */
