/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_PLAN_AUDIT_H
#define ALLSWELL_PLAN_AUDIT_H

#include <allswell/plan.h>

/**
 * @file
 * Audit: what a plan means over the year ahead (spec/15-plan.md §6). aw_plan_check() says whether a
 * plan is one; the audit says how long it leaves her alone, and what in it does not work.
 *
 * A pure function of a plan and a time. No clock, no threads.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Span that an audit looks at: a year with both changes of the clock. */
#define AW_PLAN_AUDIT_S (UINT32_C(366) * 86400)

/** Most findings of one audit. */
#define AW_PLAN_FINDING_MAX 64

/** How bad a finding is. */
enum aw_severity {
    AW_SEVERITY_NOTE = 1, /* as she may have meant it */
    AW_SEVERITY_WEAK = 2, /* weaker than it looks */
    AW_SEVERITY_HOLE = 3, /* a time in which nobody finds out */
};

/** What a finding is about. */
enum aw_plan_finding_kind {
    AW_FINDING_GAP = 1,       /* HOLE: for more than a day no check-in is expected */
    AW_FINDING_PAUSE,         /* NOTE: a pause is ahead; `where` */
    AW_FINDING_QUIET,         /* WEAK: more than 12 quiet hours in a row */
    AW_FINDING_ZONE_END,      /* WEAK: changes of the clock are known until then only */
    AW_FINDING_GRACE,         /* WEAK: an hour or more passes before the first ring */
    AW_FINDING_EVERYBODY,     /* WEAK: 6 hours or more pass before everybody is rung */
    AW_FINDING_CEILING,       /* WEAK: "cannot tell" waits longer than 2 hours */
    AW_FINDING_SILENCED,      /* WEAK: a silenced device is missed after more than a day */
    AW_FINDING_WARNING_NEVER, /* NOTE: a warning before the last check-in; `where` */
    AW_FINDING_NO_WARNING,    /* NOTE: nothing reminds her */
    AW_FINDING_LEVEL_IDLE,    /* NOTE: a level that changes nothing; `where` */
    AW_FINDING_GROUP_EMPTY,   /* NOTE: a level names a group that nobody is in; `where` */
    AW_FINDING_SHARES_NEVER,  /* WEAK: no level releases shares: silence hides her place */
    AW_FINDING_OPERATOR_ONE,  /* NOTE: one operator: silence opens her place only if others agree */
    AW_FINDING_OPERATOR_RELAY, /* WEAK: one contact runs every relay that is named; `where` */
    AW_FINDING_NO_RELEASE,     /* WEAK: silence will not reveal her place, SOS will */
    AW_FINDING_NO_LOOKER,      /* WEAK: nobody may learn her place at all */
    AW_FINDING_QUORUM_ALL,     /* NOTE: it takes every contact to find a miss */
    AW_FINDING_THRESHOLD_ALL,  /* NOTE: it takes every contact to open her place */
    AW_FINDING_ONE_CONTACT,    /* NOTE: one contact, who alone can open her place */
    AW_FINDING_RELAXED,        /* WEAK: her phone alone closes a missed check-in */
    AW_FINDING_LOOSEN_SHORT,   /* WEAK: who forces her loosens the plan within a day */
    AW_FINDING_ANNOUNCE,       /* WEAK: a loosening is announced to nobody */
    AW_FINDING_ASK_NEVER,      /* NOTE: may ask, but the plan has no time to answer; `where` */
    AW_FINDING_SOS_WAITS,      /* NOTE: SOS waits for its slot; `span_s` */
    AW_FINDING_GRACE_SLOT,     /* WEAK: grace is hardly longer than a slot, for which a check-in
                                  waits; `span_s` */
    AW_FINDING_CIRCLE_SMALL,   /* WEAK: under duress the circle cannot open her place; only by
                                  aw_plan_audit_circle() */
    AW_FINDING_KIND_COUNT,
};

/** One finding of an audit. Size: 32 bytes. */
struct aw_plan_finding {
    enum aw_plan_finding_kind kind; /* what it is about */
    enum aw_severity severity;      /* how bad it is */
    uint8_t where;   /* index of the pause, warning, level or member, where the kind names one */
    uint64_t at_s;   /* when it begins, 0 where that means nothing */
    uint64_t span_s; /* how long, 0 likewise */
};

/**
 * The result. An attack is whatever makes her miss the next check-in; `worst` is the one right
 * after the check-in that leaves the longest time to the next. Size: 2152 bytes.
 */
struct aw_plan_audit {
    uint64_t from_s;        /* the time that it looked at */
    uint64_t until_s;       /* the end of it */
    uint64_t worst_at_s;    /* when that check-in is */
    uint64_t gap_s;         /* from it to the next one that is due */
    uint64_t quiet_at_s;    /* the longest stretch in which none may fall due */
    uint64_t quiet_s;       /* 0: none */
    uint64_t best_s;        /* from an attack right before a deadline to the first ring */
    uint64_t typical_s;     /* the mean over the year, if she checks in when it is due */
    uint64_t worst_s;       /* from the worst attack to the first ring */
    uint64_t blind_s;       /* likewise, where no contact can tell whether she is silent */
    uint64_t everybody_s;   /* from the worst attack until everybody is rung */
    uint64_t silenced_s;    /* from silencing her device to the first ring, whatever is due */
    uint32_t due_count;     /* check-ins in the year, if she checks in when it is due */
    uint8_t findings_count; /* of findings */
    struct aw_plan_finding findings[AW_PLAN_FINDING_MAX]; /* the worst first */
};

/** Looks at a plan that aw_plan_check() found good, over AW_PLAN_AUDIT_S from `from_s` on. */
AW_API void aw_plan_audit(const struct aw_plan *plan, uint64_t from_s, struct aw_plan_audit *out);

/**
 * Adds what a duress circle shows that she names: no plan and no record says who is in it.
 *
 * @param circle  bit n - 1: person n; who is not in the roster does not count
 * @param out     of aw_plan_audit() for the same plan, or all zero
 */
AW_API void aw_plan_audit_circle(const struct aw_plan *plan, uint16_t circle,
                                 struct aw_plan_audit *out);

/** Returns what a finding says in one English phrase, never NULL. */
AW_API const char *aw_plan_finding_text(enum aw_plan_finding_kind kind);

/** Returns a short name of a finding, such as "no-release", for programs; never NULL. */
AW_API const char *aw_plan_finding_name(enum aw_plan_finding_kind kind);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_PLAN_AUDIT_H */
