/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_LADDER_H
#define AW_CORE_LADDER_H

#include <allswell/contact.h>

#include "core/schedule.h"

/*
 * Ladder: what one contact's engine does about deadlines and words (spec/07-contact.md §5).
 * Every engine runs its own; there is no leader and no central timer.
 *
 * Pure: no keys, no bytes, no I/O. Times are engine seconds since 1970-01-01 UTC, none is
 * AW_NO_TIME. Each input first lets time pass, so that a late word does not erase lateness, and
 * serves every passed deadline in order.
 */

/* Most events of one input: LATE, all levels, the end of a claim, a ring, and what it does. */
#define AW_LADDER_OUT_MAX 24

struct aw_ladder_event {
    enum aw_event_kind kind;
    uint8_t level;
    uint64_t at_s;
};

/* Events of one input, in order; the caller takes them before the next one. */
struct aw_ladder_out {
    struct aw_ladder_event events[AW_LADDER_OUT_MAX];
    size_t count;
};

/* What the ladder goes by. Borrowed for each call; the plan has passed aw_plan_check(). */
struct aw_ladder_rules {
    const struct aw_plan *plan;
    uint8_t groups; /* of this contact, AW_GROUPS_ALL while they are not known */
};

/* No secrets inside, but under duress it is not for every eye. */
struct aw_ladder {
    enum aw_ladder_state state;
    enum aw_incident_kind incident;
    enum aw_why_cause cause;
    uint32_t incident_id; /* counts incidents */
    uint32_t trigger_seq; /* newest word that raised it, 0: a deadline did */
    uint32_t alarm_id;    /* newest SOS that was raised here */
    uint8_t level;        /* levels that began */
    uint8_t held_level;   /* level before which the last hold was given, from 1 */
    uint8_t claims_used;
    bool claim_holds;
    bool confirmed;
    bool safe_seen;
    bool cancelled;
    bool is_public; /* of an incident: she and outsiders know of it, a miss or an SOS */
    uint64_t now_s;
    uint64_t deadline_s;    /* next time with work to do */
    uint64_t checkin_due_s; /* watched deadlines */
    uint64_t beat_due_s;
    uint64_t late_s;    /* OVERDUE: the deadline that passed */
    uint64_t began_s;   /* of the incident */
    uint64_t decided_s; /* of the last move */
    uint64_t levels_s;  /* what the delays of the levels count from */
    uint64_t claim_s;   /* CLAIMED: until when */
    uint64_t ring_s;    /* next ring here, or in RESUMED the next reminder */
};

void aw_ladder_init(struct aw_ladder *l, uint64_t now_s);

/* Lets time pass. */
void aw_ladder_tick(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                    struct aw_ladder_out *out);

/* Watches these deadlines from now on: a statement came, or a plan. */
void aw_ladder_watch(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                     uint64_t checkin_due_s, uint64_t beat_due_s, uint64_t now_s,
                     struct aw_ladder_out *out);

/* An alarm (WRONG, SOS or DURESS) raised by statement `seq`. */
void aw_ladder_alarm(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                     enum aw_incident_kind kind, uint32_t seq, uint64_t now_s,
                     struct aw_ladder_out *out);

/* Her safe check-in with this seq, made at `made_s`, as this contact found it, after
 * aw_ladder_watch() for it. */
void aw_ladder_safe(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint32_t seq,
                    uint64_t made_s, uint64_t now_s, struct aw_ladder_out *out);

/* She took the SOS back: added to the record. */
void aw_ladder_cancel(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                      struct aw_ladder_out *out);

/* What the human here says. AW_E_STATE, AW_E_LIMIT (claim: noted, holds nothing). */
AW_MUST_USE enum aw_status aw_ladder_claim(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                                           uint64_t now_s, struct aw_ladder_out *out);
AW_MUST_USE enum aw_status aw_ladder_decline(struct aw_ladder *l,
                                             const struct aw_ladder_rules *rules, uint64_t now_s,
                                             struct aw_ladder_out *out);
AW_MUST_USE enum aw_status aw_ladder_confirm(struct aw_ladder *l,
                                             const struct aw_ladder_rules *rules, uint64_t now_s,
                                             struct aw_ladder_out *out);

/* After a restart: what should ring rings at once. */
void aw_ladder_resume(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                      struct aw_ladder_out *out);

/* When the next level begins, or AW_NO_TIME. */
uint64_t aw_ladder_next_level_s(const struct aw_ladder *l, const struct aw_ladder_rules *rules);

/* Highest level that began and rings here, 0: none. */
uint8_t aw_ladder_ringing(const struct aw_ladder *l, const struct aw_ladder_rules *rules);

/* Whether levels run, held or not, or a confirmation is wanted. */
bool aw_ladder_is_incident(const struct aw_ladder *l);

/* The invariants, for what was read from a store: false for a state that no moves lead to. */
bool aw_ladder_is_sound(const struct aw_ladder *l);

#endif /* AW_CORE_LADDER_H */
