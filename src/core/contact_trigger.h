/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_CONTACT_TRIGGER_H
#define AW_CORE_CONTACT_TRIGGER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/ladder.h"
#include "wire/call.h"
#include "wire/reply.h"

/*
 * What a contact keeps beside her check-ins: her timers, its question, drills, signals and signs
 * of life (spec/07-contact.md §10). Pure: no keys, no bytes, no I/O.
 */

/* She runs one at a time; the others are for words that come in another order, or are lies. */
#define CONTACT_TIMERS 4
/* A second drill within this time does not ring. */
#define CONTACT_DRILL_QUIET_S 3600

struct contact_timer {
    uint32_t id;
    uint32_t due_s;    /* with the extension, once it was extended */
    uint32_t extend_s; /* what its one extension adds */
    uint8_t kind;      /* enum aw_timer_kind */
    bool is_extended;
};

struct contact_ask {
    uint32_t id; /* newest question, 0: none yet */
    bool is_open;
    uint32_t asked_at_s;
    uint32_t within_s;
    uint32_t reply;        /* first one that carried it, 0: none left yet */
    uint32_t reached_at_s; /* when her device had it, 0: not that it is known */
    uint32_t answered_at_s;
    uint32_t day_s; /* when the day began of which day_count are the questions */
    uint8_t day_count;
};

struct contact_triggers {
    uint8_t version; /* of the record */
    struct contact_timer timers[CONTACT_TIMERS];
    uint8_t timers_count;
    uint32_t ended_id; /* newest timer that she ended */
    struct contact_ask ask;
    uint32_t drill_seq; /* newest drill, 0: none yet */
    uint32_t drill_at_s;
    uint32_t drill_rang_at_s;
    uint32_t drill_answered;
    uint32_t signal_seq; /* of the newest signal, 0: none yet */
    uint32_t signal_at_s;
    uint8_t signal;     /* enum aw_signal */
    uint32_t life_at_s; /* newest sign of life, 0: none yet */
    uint8_t alarm_kind; /* enum aw_alarm_kind of the newest alarm, 0: none yet */
    uint32_t alarm_id;  /* its id */
    uint32_t alarm_since_s;
};

/* Her timer: `base_s` is that of the call; `counts`: its presence was typed and not wrong. */
void aw_trigger_timer(struct contact_triggers *t, const struct aw_call *call, uint32_t base_s,
                      uint32_t grace_s, bool counts);

/* The earliest running timer, or NULL. */
const struct contact_timer *aw_trigger_next_timer(const struct contact_triggers *t);

/* A signal, a sign of life, or an alarm that a call carries. */
void aw_trigger_notice(struct contact_triggers *t, const struct aw_call *call, uint32_t base_s);

/* She typed a secret: who does is alive. */
void aw_trigger_typed(struct contact_triggers *t, uint32_t base_s);

/* Takes note of a drill; returns whether it rings. `may_ring`: no incident is open. */
bool aw_trigger_drill(struct contact_triggers *t, uint32_t seq, bool may_ring, uint32_t now_s);

/* The human answers the newest drill. AW_E_STATE: there is none that was not answered. */
AW_MUST_USE enum aw_status aw_trigger_drill_answer(struct contact_triggers *t);

/* Whether the human may ask in such an incident; `me`: the own entry in the roster, or NULL. */
bool aw_trigger_may_ask(const struct aw_plan *plan, const struct aw_member *me,
                        enum aw_incident_kind incident);

/* Asks. AW_E_STATE (one is open), AW_E_LIMIT (asks_max). */
AW_MUST_USE enum aw_status aw_trigger_ask(struct contact_triggers *t, const struct aw_pace *pace,
                                          uint32_t now_s);

/* A reply of this number was made. Returns whether it is the first that carries the question. */
bool aw_trigger_replied(struct contact_triggers *t, uint32_t number);

/* What a call says about the question; `counts` as above. */
void aw_trigger_answer(struct contact_triggers *t, const struct aw_call *call, uint32_t base_s,
                       bool counts);

/* An incident was closed by humans: what was overdue then is settled, too. */
void aw_trigger_settle(struct contact_triggers *t, uint64_t now_s);

/* Fills the deadlines of timer, question and life; `floor_s`: two humans had spoken to her. */
void aw_trigger_due(const struct contact_triggers *t, const struct aw_plan *plan, uint64_t floor_s,
                    struct aw_ladder_due *due);

#endif /* AW_CORE_CONTACT_TRIGGER_H */
