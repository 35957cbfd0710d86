/* SPDX-License-Identifier: ISC */
#ifndef AW_FUZZ_ESCALATION_H
#define AW_FUZZ_ESCALATION_H

#include <allswell/contact.h>

#include "core/ladder.h"

/*
 * A second opinion on spec/07-contact.md §5, §5.1 and §6, written from the text: it knows no next
 * deadline, but looks at every ten seconds in turn and asks of each rule whether it applies then.
 * All times are multiples of ten seconds. It shares types with core/ladder.h and no code.
 */
/* How long relays have to answer; another time for the canary: that the comparison can fail. */
#ifdef MODEL_CANARY
#define MODEL_ANSWER_S 50
#else
#define MODEL_ANSWER_S 40
#endif

#define MODEL_STEP_S  10
#define MODEL_OUT_MAX 512
#define MODEL_MEMBERS 16

struct model {
    enum aw_ladder_state state;
    enum aw_incident_kind incident;
    unsigned level; /* levels that began */
    uint64_t now_s, due_s[AW_LADDER_DUES];
    uint64_t late_s;   /* the deadline that passed */
    uint64_t gate_s;   /* suspect: when grace was used up */
    uint64_t levels_s; /* what levels count from */
    bool said_unsure, is_blind, is_told;
    uint64_t first_proof_s, last_proof_s, woke_s;
    uint64_t ring_s, claim_end_s, peer_hold_s; /* AW_NO_TIME, or 0: none */
    bool holds;
    unsigned holds_used, own_held, peer_held[MODEL_MEMBERS + 1];
    bool confirmed, safe_seen, cancelled;
    unsigned spoke[MODEL_MEMBERS + 1]; /* groups of others who have spoken to her */
    uint64_t raised_s;
    uint32_t trigger_seq;
    unsigned cause; /* index of the deadline that was missed, AW_LADDER_DUES: a word */
    struct aw_ladder_event out[MODEL_OUT_MAX];
    size_t out_count;
};

void model_init(struct model *m, uint64_t now_s);
void model_tick(struct model *m, const struct aw_ladder_rules *r, uint64_t now_s);
void model_watch(struct model *m, const struct aw_ladder_rules *r, const struct aw_ladder_due *due);
void model_path(struct model *m, const struct aw_ladder_rules *r, uint64_t proof_s);
void model_others(struct model *m, const struct aw_ladder_rules *r);
void model_alarm(struct model *m, const struct aw_ladder_rules *r, enum aw_incident_kind kind,
                 uint32_t seq, uint64_t made_s);
void model_safe(struct model *m, const struct aw_ladder_rules *r, uint32_t seq, uint64_t made_s);
void model_cancel(struct model *m);
bool model_claim(struct model *m, const struct aw_ladder_rules *r);
void model_decline(struct model *m, const struct aw_ladder_rules *r);
void model_confirm(struct model *m, const struct aw_ladder_rules *r);
void model_peer_claim(struct model *m, const struct aw_ladder_rules *r,
                      const struct aw_ladder_peer *p, uint64_t until_s);
void model_peer_confirm(struct model *m, const struct aw_ladder_rules *r,
                        const struct aw_ladder_peer *p, uint64_t at_s);

#endif /* AW_FUZZ_ESCALATION_H */
