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
 *
 * ladder.c has the state and what time does, ladder_input.c what people and cells do.
 */

/* Most events of one input: LATE, UNSURE, all levels, the end of a claim, a ring, and its own. */
#define AW_LADDER_OUT_MAX 24

/* Whoever finds that it slept gives the relays this long before it says that it cannot tell. */
#define AW_LADDER_WAKE_S 60

/* What a path must have been good for before its silence is hers: after an outage of a relay her
 * device, too, needs a moment to come back. */
#define AW_LADDER_SETTLE_S 90

/* Time that a relay gets to answer before a human hears that it did not: it is asked every 31 s. */
#define AW_LADDER_PROBE_S 40

/* How far ahead the clock of another contact may be. */
#define AW_LADDER_SKEW_S 600

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
    uint8_t empty;  /* bit i: everybody of level i + 1 is away, so it is over as it begins */
    bool is_away;   /* the human here is: only the last level rings here */
    bool is_doubt;  /* the age of her newest statement is explained by no clock: silence proves
                       nothing, only others or the ceiling raise */
};

/* Another human of the plan in force, as the ladder needs to know him. */
struct aw_ladder_peer {
    uint8_t human;  /* 1 to AW_PLAN_MEMBER_MAX */
    uint8_t groups; /* bit set */
    bool is_fellow; /* of the duress circle, by his badge: he knows what the circle knows */
};

/* Deadlines that are watched: the causes AW_WHY_CHECKIN to AW_WHY_BEAT. */
#define AW_LADDER_DUES       5
#define AW_LADDER_DUE(cause) ((cause)-AW_WHY_CHECKIN)

struct aw_ladder_due {
    uint64_t at_s[AW_LADDER_DUES]; /* by cause, AW_WHY_CHECKIN first; AW_NO_TIME: not watched */
};

/* Whether it is her silence. */
struct aw_ladder_path {
    bool is_blind;      /* missed by the ceiling alone: nothing proves that it is hers */
    bool is_told;       /* missed by the word of others: no path of this contact's own is proved */
    bool was_unsure;    /* SUSPECT: the human heard of it */
    uint64_t suspect_s; /* SUSPECT: when grace was used up */
    /* Proofs that nothing of hers waited; not kept. */
    uint64_t first_s;  /* the first one that counts for this silence, 0: none */
    uint64_t proved_s; /* the newest one, 0: none */
};

/* What other humans of the plan said in this incident. */
struct aw_ladder_peers {
    uint8_t level[AW_PLAN_MEMBER_MAX];  /* by human: level before which his hold was given */
    uint8_t groups[AW_PLAN_MEMBER_MAX]; /* by human: groups of who spoke to her, 0: did not */
    uint64_t claim_s;                   /* until when they hold the next level, 0: they do not */
    uint64_t raised_s;                  /* newest trigger: what they confirm counts from then on */
    uint64_t spoken_s; /* when an incident last closed because two had spoken to her */
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
    uint8_t held_level;   /* level before which the last own hold was given, from 1 */
    uint8_t claims_used;  /* holds in this incident, own and others' */
    bool claim_holds;
    bool confirmed;
    bool safe_seen;
    bool cancelled;
    uint64_t now_s;
    uint64_t deadline_s; /* next time with work to do */
    uint64_t late_s;     /* OVERDUE: the deadline that passed */
    uint64_t wake_s;     /* when this engine last found that it had slept; not kept */
    uint64_t began_s;    /* of the incident */
    uint64_t decided_s;  /* of the last move */
    uint64_t levels_s;   /* what the delays of the levels count from */
    uint64_t claim_s;    /* CLAIMED: until when */
    uint64_t ring_s;     /* next ring here, or in RESUMED the next reminder */
    struct aw_ladder_due due;
    struct aw_ladder_path path;
    struct aw_ladder_peers peers;
};

void aw_ladder_init(struct aw_ladder *l, uint64_t now_s);

/* Lets time pass. */
void aw_ladder_tick(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                    struct aw_ladder_out *out);

/* Watches these deadlines from now on, by cause: a statement came, or a plan. */
void aw_ladder_watch(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                     const struct aw_ladder_due *due, uint64_t now_s, struct aw_ladder_out *out);

/* At `proof_s` (engine time of the question) a relay had nothing of hers for this contact. */
void aw_ladder_path(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t proof_s,
                    uint64_t now_s, struct aw_ladder_out *out);

/* Whether it is open whose silence it is: suspected, or raised by the ceiling alone. */
bool aw_ladder_is_unsure(const struct aw_ladder *l);

/* Somebody of the plan in force validly finds a statement missed that is not older than mine. */
void aw_ladder_others(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                      struct aw_ladder_out *out);

/* An alarm (WRONG, SOS or DURESS) raised by statement `seq`, made at `made_s`. */
void aw_ladder_alarm(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                     enum aw_incident_kind kind, uint32_t seq, uint64_t made_s, uint64_t now_s,
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

/*
 * Another human acts, by his own word until `until_s`: holds the next level here if his groups
 * and mine meet, once per human and level, within claims_max. Saying it again changes nothing.
 */
void aw_ladder_peer_claim(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                          const struct aw_ladder_peer *peer, uint64_t until_s, uint64_t now_s,
                          struct aw_ladder_out *out);

/* Another human says that at `at_s`, his clock, he had spoken to her. Likewise. */
void aw_ladder_peer_confirm(struct aw_ladder *l, const struct aw_ladder_rules *rules,
                            const struct aw_ladder_peer *peer, uint64_t at_s, uint64_t now_s,
                            struct aw_ladder_out *out);

/* After a restart: what should ring rings at once. */
void aw_ladder_resume(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                      struct aw_ladder_out *out);

/* When the next level begins, or AW_NO_TIME. */
uint64_t aw_ladder_next_level_s(const struct aw_ladder *l, const struct aw_ladder_rules *rules);

/* Highest level that began and rings here, 0: none. */
uint8_t aw_ladder_ringing(const struct aw_ladder *l, const struct aw_ladder_rules *rules);

/* Whether there is an incident: levels run, held or not, or a confirmation is wanted. */
bool aw_ladder_is_incident(const struct aw_ladder *l);

/* The earliest watched deadline, or AW_NO_TIME; and which one it is. */
uint64_t aw_ladder_due_s(const struct aw_ladder *l);
enum aw_why_cause aw_ladder_due_cause(const struct aw_ladder *l);

/* The invariants, for what was read from a store: false for a state that no moves lead to. */
bool aw_ladder_is_sound(const struct aw_ladder *l);

/* ---- Between ladder.c and ladder_input.c ---- */

void aw_ladder_advance(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t now_s,
                       struct aw_ladder_out *out);
void aw_ladder_enter(struct aw_ladder *l, enum aw_ladder_state to, uint64_t at_s);
void aw_ladder_emit(struct aw_ladder_out *out, enum aw_event_kind kind, uint8_t level,
                    uint64_t at_s);
/* Begins an incident, or lets a higher kind replace a lower one. */
void aw_ladder_open(struct aw_ladder *l, enum aw_incident_kind kind, enum aw_why_cause cause,
                    uint32_t seq, uint64_t at_s);
/* When the silence that is watched has used its grace up, AW_NO_TIME: none is. */
uint64_t aw_ladder_gate_s(const struct aw_ladder *l, const struct aw_ladder_rules *rules);
/* Whether a proof of that time tells of the silence that is watched; whether the proofs so far do.
 */
bool aw_ladder_path_counts(const struct aw_ladder *l, const struct aw_ladder_rules *rules,
                           uint64_t proof_s);
bool aw_ladder_path_is_proved(const struct aw_ladder *l, const struct aw_ladder_rules *rules);
/* Whether the proofs so far tell of a silence whose grace was used up then. */
bool aw_ladder_path_tells(const struct aw_ladder *l, uint64_t gate_s);
/* Grace was used up at `at_s`, and it is known, or the ceiling says so, that she is silent. */
void aw_ladder_miss(struct aw_ladder *l, uint64_t at_s, bool is_blind);
void aw_ladder_end_claim(struct aw_ladder *l, const struct aw_ladder_rules *rules, uint64_t at_s,
                         struct aw_ladder_out *out);
/* Whether levels run, held or not; and whether all is there that closes the incident. */
bool aw_ladder_is_running(const struct aw_ladder *l);
bool aw_ladder_can_close(const struct aw_ladder *l, const struct aw_ladder_rules *rules);

#endif /* AW_CORE_LADDER_H */
