/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_PLAN_H
#define ALLSWELL_PLAN_H

#include <allswell/base.h>
#include <allswell/limits.h>

/**
 * @file
 * Plan: when she checks in, and what her contacts do when she does not (spec/15-plan.md).
 *
 * A plan is plain data: fill it, aw_plan_check() it, give it to aw_subject_plan_set(). Times
 * are seconds since 1970-01-01 UTC, spans are seconds. No clock, no secrets but what the
 * instructions say.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** From `from` on, local time is UTC plus `offset_s`. Size: 8 bytes. */
struct aw_zone_rule {
    uint32_t from;    /* seconds since 1970-01-01 UTC */
    int32_t offset_s; /* -86400 to 86400 */
};

/** Either `every_s`, or `days` and `minute` with `has_minute`. Size: 8 bytes. */
struct aw_schedule_line {
    uint32_t every_s; /* since the last check-in; 0: this line is a daily time */
    uint16_t minute;  /* of the local day, 0 to 1439 */
    uint8_t days;     /* bit 0 Monday .. bit 6 Sunday */
    bool has_minute;  /* minute and days count */
};

/** A reminder to her, before the check-in is due. Size: 8 bytes. */
struct aw_warning {
    uint32_t before_s; /* seconds before it is due */
    bool loud;         /* it rings rather than shows */
};

/** One step of the ladder. Size: 128 bytes. */
struct aw_level {
    uint32_t delay_s; /* after the incident became missed; an alarm rings level 1 at once */
    uint8_t groups;   /* bit set of the groups that ring, AW_GROUPS_ALL in the last level */
    bool shares;      /* shares of her place may be released from this level on */
    char text[AW_PLAN_TEXT_LEN_MAX + 1]; /* what to do, UTF-8, may be empty */
};

/**
 * One contact's device. Devices of one human have one vote, one share, whose index is `human`,
 * and one claim. Size: 102 bytes.
 */
struct aw_member {
    uint8_t person; /* 1 to AW_PLAN_MEMBER_MAX: number of the contact */
    uint8_t groups; /* bit set */
    uint8_t data;   /* enum aw_data_level */
    uint8_t human;  /* person whose human holds this device, too; the member's own by default */
    bool asks;      /* may ask "are you OK?" */
    char name[AW_NAME_LEN_MAX + 1]; /* UTF-8, not empty */
    uint8_t key[32];      /* X25519, for channels between contacts; all zeros: not introduced */
    uint8_t sign_key[32]; /* Ed25519, of receipts and witnesses; likewise */
};

/**
 * Local hours in which no check-in falls due: what would be due in them is due at their end.
 * `until` is of the next day unless it is later than `from`. Size: 6 bytes.
 */
struct aw_quiet {
    uint8_t days;   /* on which the window begins: bit 0 Monday .. bit 6 Sunday */
    uint16_t from;  /* minutes of the local day, 0 to 1439 */
    uint16_t until; /* likewise; of the next day unless later than `from` */
};

/**
 * A pause, which ends by itself: what would be due in it is due at its end. Beats go on.
 * Size: 8 bytes.
 */
struct aw_pause {
    uint32_t from;  /* seconds since 1970-01-01 UTC */
    uint32_t until; /* at most AW_SPAN_MAX_S later */
};

/** Whose relay it is. Relays that no plan names count as one operator together. Size: 33 bytes. */
struct aw_operator {
    uint8_t relay_key[32]; /* X25519, as in aw_endpoint */
    uint8_t person;        /* 0: somebody outside the roster */
};

/** What contacts decide together. Size: 12 bytes. */
struct aw_council {
    uint8_t quorum;     /* humans who must find a miss before shares of her place are released */
    uint32_t witness_s; /* from one cell between two contacts to the next, whatever happens */
    uint32_t ceiling_s; /* after a miss, until "cannot tell" rings like the miss */
};

/** How the next plan comes into force. Size: 8 bytes. */
struct aw_change {
    uint32_t loosen_s; /* delay of a loosening */
    uint8_t announce;  /* bit set of the groups that hear of a loosening */
    bool setup;        /* the set-up phase has not ended */
};

/** What her device does by itself. Size: 24 bytes. */
struct aw_pace {
    uint32_t cadence_s;    /* one cell per slot and contact, whatever happens; 0: no slots */
    bool sos_now;          /* SOS does not wait for its slot */
    uint32_t alarm_beat_s; /* pause between beats while an alarm is active */
    uint32_t life_s;       /* without a sign of life, until that counts as a missed check-in; 0 */
    uint32_t ask_s;        /* to answer "are you OK?"; 0: nobody may ask */
    uint8_t asks_max;      /* a day and a contact */
};

/** What a contact may learn of her place, in an alarm or by a release, and never else. */
enum aw_data_level {
    AW_DATA_NONE = 0,
    AW_DATA_EXACT = 1,
    AW_DATA_COARSE = 2 /* on a grid of 0.01 degrees, and no note: more than none, less than exact */
};

/** Every group. */
#define AW_GROUPS_ALL 255

/** One plan: `plan` in spec/allswell.cddl. Size: 3616 bytes. */
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
    uint8_t zone_count;                              /* used elements of zone */
    uint8_t schedule_count;                          /* of schedule */
    uint8_t warnings_count;                          /* of warnings */
    uint8_t levels_count;                            /* of levels */
    uint8_t roster_count;                            /* of roster */
    uint8_t threshold;                               /* shares that open her sealed state */
    uint8_t claims_max;                              /* holds in one incident */
    bool relaxed;     /* low risk: her safe check-in alone closes a missed check-in */
    uint32_t ring_s;  /* pause between rings of a level */
    uint32_t claim_s; /* how long one claim holds the next level */
    struct aw_quiet quiet[AW_PLAN_QUIET_MAX];           /* hours without a deadline */
    struct aw_pause pauses[AW_PLAN_PAUSE_MAX];          /* ascending, apart */
    struct aw_operator operators[AW_PLAN_OPERATOR_MAX]; /* ascending by relay_key */
    struct aw_council council;                          /* what contacts decide together */
    struct aw_change change;                            /* how the next plan comes into force */
    struct aw_pace pace;                                /* what her device does by itself */
    uint8_t quiet_count;                                /* of quiet */
    uint8_t pauses_count;                               /* of pauses */
    uint8_t operators_count;                            /* of operators */
    bool has_card_hash;                                 /* there is a plan card */
    uint8_t card_hash[32];                              /* of the plan card's file */
    uint16_t decoys; /* bit person - 1: removed quietly, the others still witness to them */
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
    AW_PLAN_MEMBER_HUMAN,   /* human is no member that stands for itself */
    AW_PLAN_MEMBER_KEY,     /* one key without the other, or the key of another member */
    AW_PLAN_THRESHOLD_ONE,  /* with two contacts or more, one alone must not open her place */
    AW_PLAN_THRESHOLD_MANY, /* more shares than contacts: nobody could ever open her place */
    AW_PLAN_RING,           /* ring_s outside 30 s to 1 hour */
    AW_PLAN_CLAIM,          /* claim_s outside 60 s to 2 hours */
    AW_PLAN_CLAIMS,         /* claims_max outside 1 to 8 */
    AW_PLAN_QUIET_COUNT,    /* more windows of quiet hours than fit */
    AW_PLAN_QUIET_WINDOW,   /* quiet hours without a day, or no such minute */
    AW_PLAN_QUIET_LONG,     /* quiet hours of more than 24 hours in a row */
    AW_PLAN_PAUSE_COUNT,    /* more pauses than fit */
    AW_PLAN_PAUSE_ORDER,    /* pauses must ascend and not touch */
    AW_PLAN_PAUSE_LONG,     /* a pause that is empty or longer than 31 days */
    AW_PLAN_OPERATOR_COUNT, /* more operators than fit */
    AW_PLAN_OPERATOR_ORDER, /* operators must ascend by relay_key */
    AW_PLAN_OPERATOR_WHO,   /* an operator who is no member */
    AW_PLAN_QUORUM,         /* a quorum of nobody, or of more than there are humans */
    AW_PLAN_WITNESS,        /* witness_s outside 10 s to 1 hour */
    AW_PLAN_CEILING,        /* ceiling_s above 1 day */
    AW_PLAN_LOOSEN,         /* loosen_s above 31 days */
    AW_PLAN_CADENCE,        /* cadence_s neither 0 nor 10 s to 1 hour */
    AW_PLAN_ALARM_BEAT,     /* alarm_beat_s outside 10 s to 1 hour */
    AW_PLAN_LIFE,           /* life_s above 31 days */
    AW_PLAN_ASK,            /* ask_s neither 0 nor 60 s to 1 day, or asks_max above 16 */
    AW_PLAN_DECOYS,         /* somebody is a member and a decoy */
    AW_PLAN_PROBLEM_COUNT,
};

/**
 * Fills a plan for `roster_count` contacts without names: a check-in every 24 hours, warnings
 * 60 and 10 minutes before and when it is due, 15 minutes of grace, then group 1, and everybody
 * 15 minutes later. A majority finds a miss, "cannot tell" rings after 30 minutes, a loosening
 * waits 48 hours, and the set-up phase is on. Name the contacts, then change what is to be
 * different.
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

/** From how long before it on a check-in counts for a daily time, at most, in seconds. */
#define AW_PLAN_EARLY_MAX_S 5400

/**
 * Finds when the next check-in is due, as contacts count. One made up to AW_PLAN_EARLY_MAX_S before
 * a daily time counts for it, but not for two (spec/15-plan.md §4).
 *
 * @param base_s  when she last checked in, seconds since 1970-01-01 UTC
 * @return the first due time after base_s, or UINT64_MAX for a plan without a schedule line
 */
AW_API uint64_t aw_plan_due_s(const struct aw_plan *plan, uint64_t base_s);

/**
 * Finds when her device asks for the next check-in: as aw_plan_due_s(), but an early one counts
 * from two thirds of that time on only, because contacts count from the earliest of three clocks.
 * Never later than aw_plan_due_s().
 */
AW_API uint64_t aw_plan_asked_s(const struct aw_plan *plan, uint64_t base_s);

/** Fields of a plan by their number on the wire. */
enum aw_plan_field {
    AW_PLAN_FIELD_NONE = 0,
    AW_PLAN_FIELD_ZONE = 2,
    AW_PLAN_FIELD_SCHEDULE = 3,
    AW_PLAN_FIELD_BEAT = 4,
    AW_PLAN_FIELD_BEAT_GRACE = 5,
    AW_PLAN_FIELD_GRACE = 6,
    AW_PLAN_FIELD_WARNINGS = 7,
    AW_PLAN_FIELD_LEVELS = 8,
    AW_PLAN_FIELD_ROSTER = 9,
    AW_PLAN_FIELD_THRESHOLD = 10,
    AW_PLAN_FIELD_RING = 11,
    AW_PLAN_FIELD_CLAIM = 12,
    AW_PLAN_FIELD_CLAIMS = 13,
    AW_PLAN_FIELD_RELAXED = 14,
    AW_PLAN_FIELD_QUIET = 15,
    AW_PLAN_FIELD_PAUSES = 16,
    AW_PLAN_FIELD_OPERATORS = 17,
    AW_PLAN_FIELD_COUNCIL = 18,
    AW_PLAN_FIELD_CHANGE = 19,
    AW_PLAN_FIELD_PACE = 20,
    AW_PLAN_FIELD_DECOYS = 21,
    AW_PLAN_FIELD_CARD = 22,
};

/**
 * Finds whether a new plan loosens an old one: whether it is not, field by field, as tight as
 * before or provably tighter. Both plans have passed aw_plan_check().
 *
 * @param now_s  of who asks, seconds since 1970-01-01 UTC: what is past does not count
 * @param what   set to the first field that is looser, left alone if none is; may be NULL
 */
AW_API bool aw_plan_loosens(const struct aw_plan *from, const struct aw_plan *to, uint64_t now_s,
                            enum aw_plan_field *what);

/** Returns what a field is about in one English phrase, never NULL. */
AW_API const char *aw_plan_field_text(enum aw_plan_field field);

/**
 * Gives a plan the rules of another time zone from `at_s` on, for a subject who travels. What was
 * due before keeps its local time. Rules that do not fit are those farthest ahead.
 *
 * @param rules  strictly ascending by `from`; the first one holds before it, too; none is UTC
 */
AW_API void aw_plan_rezone(struct aw_plan *plan, const struct aw_zone_rule *rules,
                           size_t rule_count, uint32_t at_s);

/** Returns local time minus UTC at `at_s`, in seconds, by the zone rules of the plan. */
AW_API int32_t aw_plan_offset_s(const struct aw_plan *plan, uint64_t at_s);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_PLAN_H */
