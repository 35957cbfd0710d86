/* SPDX-License-Identifier: ISC */
#include "lab/sim/coverage.h"

#include "core/ladder.h"

/* The ladder, and the shown one (spec/07-contact.md §5 and §8). */

static const char *const states[] = {"idle",   "fine",  "overdue", "suspect",
                                     "missed", "alarm", "claimed", "resumed"};

enum input {
    INPUT_TICK = 0,
    INPUT_WATCH,
    INPUT_PATH,
    INPUT_OTHERS,
    INPUT_ALARM,
    INPUT_SAFE,
    INPUT_CANCEL,
    INPUT_CLAIM,
    INPUT_DECLINE,
    INPUT_CONFIRM,
    INPUT_PEER_CLAIM,
    INPUT_PEER_CONFIRM,
    INPUT_RESUME,
};

#define IDLE BIT(AW_LADDER_IDLE)
#define CALM (IDLE | BIT(AW_LADDER_FINE) | BIT(AW_LADDER_OVERDUE))

static const struct sim_input_column inputs[] = {
    [INPUT_TICK] = {"time", 0, NULL},
    [INPUT_WATCH] = {"deadlines", 0, NULL},
    [INPUT_PATH] = {"proof", 0, NULL},
    [INPUT_OTHERS] = {"others", CALM | BIT(AW_LADDER_ALARM),
                      "only who cannot tell goes by what others found"},
    [INPUT_ALARM] = {"alarm", 0, NULL},
    [INPUT_SAFE] = {"safe", 0, NULL},
    [INPUT_CANCEL] = {"cancel", 0, NULL},
    [INPUT_CLAIM] = {"claim", 0, NULL},
    [INPUT_DECLINE] = {"decline", 0, NULL},
    [INPUT_CONFIRM] = {"confirm", 0, NULL},
    [INPUT_PEER_CLAIM] = {"peer claim", IDLE, "idle is without a plan, which brings the peers"},
    [INPUT_PEER_CONFIRM] = {"peer confirm", IDLE, "likewise"},
    [INPUT_RESUME] = {"start", 0, NULL},
};

const struct sim_table sim_table_ladder = SIM_TABLE("ladder", states, inputs);

static void visit(const struct aw_ladder *l, enum input input)
{
    sim_visit(&sim_table_ladder, l->state, input);
}

#define RULES const struct aw_ladder_rules *rules
#define OUT   struct aw_ladder_out *out

void __real_aw_ladder_tick(struct aw_ladder *l, RULES, uint64_t now_s, OUT);
void __wrap_aw_ladder_tick(struct aw_ladder *l, RULES, uint64_t now_s, OUT);
void __wrap_aw_ladder_tick(struct aw_ladder *l, RULES, uint64_t now_s, OUT)
{
    visit(l, INPUT_TICK);
    __real_aw_ladder_tick(l, rules, now_s, out);
}

void __real_aw_ladder_watch(struct aw_ladder *l, RULES, const struct aw_ladder_due *due,
                            uint64_t now_s, OUT);
void __wrap_aw_ladder_watch(struct aw_ladder *l, RULES, const struct aw_ladder_due *due,
                            uint64_t now_s, OUT);
void __wrap_aw_ladder_watch(struct aw_ladder *l, RULES, const struct aw_ladder_due *due,
                            uint64_t now_s, OUT)
{
    visit(l, INPUT_WATCH);
    __real_aw_ladder_watch(l, rules, due, now_s, out);
}

void __real_aw_ladder_path(struct aw_ladder *l, RULES, uint64_t proof_s, uint64_t now_s, OUT);
void __wrap_aw_ladder_path(struct aw_ladder *l, RULES, uint64_t proof_s, uint64_t now_s, OUT);
void __wrap_aw_ladder_path(struct aw_ladder *l, RULES, uint64_t proof_s, uint64_t now_s, OUT)
{
    visit(l, INPUT_PATH);
    __real_aw_ladder_path(l, rules, proof_s, now_s, out);
}

void __real_aw_ladder_others(struct aw_ladder *l, RULES, uint64_t now_s, OUT);
void __wrap_aw_ladder_others(struct aw_ladder *l, RULES, uint64_t now_s, OUT);
void __wrap_aw_ladder_others(struct aw_ladder *l, RULES, uint64_t now_s, OUT)
{
    visit(l, INPUT_OTHERS);
    __real_aw_ladder_others(l, rules, now_s, out);
}

void __real_aw_ladder_alarm(struct aw_ladder *l, RULES, enum aw_incident_kind kind, uint32_t seq,
                            uint64_t made_s, uint64_t now_s, OUT);
void __wrap_aw_ladder_alarm(struct aw_ladder *l, RULES, enum aw_incident_kind kind, uint32_t seq,
                            uint64_t made_s, uint64_t now_s, OUT);
void __wrap_aw_ladder_alarm(struct aw_ladder *l, RULES, enum aw_incident_kind kind, uint32_t seq,
                            uint64_t made_s, uint64_t now_s, OUT)
{
    visit(l, INPUT_ALARM);
    __real_aw_ladder_alarm(l, rules, kind, seq, made_s, now_s, out);
}

void __real_aw_ladder_safe(struct aw_ladder *l, RULES, uint32_t seq, uint64_t made_s,
                           uint64_t now_s, OUT);
void __wrap_aw_ladder_safe(struct aw_ladder *l, RULES, uint32_t seq, uint64_t made_s,
                           uint64_t now_s, OUT);
void __wrap_aw_ladder_safe(struct aw_ladder *l, RULES, uint32_t seq, uint64_t made_s,
                           uint64_t now_s, OUT)
{
    visit(l, INPUT_SAFE);
    __real_aw_ladder_safe(l, rules, seq, made_s, now_s, out);
}

void __real_aw_ladder_cancel(struct aw_ladder *l, RULES, uint64_t now_s, OUT);
void __wrap_aw_ladder_cancel(struct aw_ladder *l, RULES, uint64_t now_s, OUT);
void __wrap_aw_ladder_cancel(struct aw_ladder *l, RULES, uint64_t now_s, OUT)
{
    visit(l, INPUT_CANCEL);
    __real_aw_ladder_cancel(l, rules, now_s, out);
}

AW_MUST_USE enum aw_status __real_aw_ladder_claim(struct aw_ladder *l, RULES, uint64_t now_s, OUT);
AW_MUST_USE enum aw_status __wrap_aw_ladder_claim(struct aw_ladder *l, RULES, uint64_t now_s, OUT);
enum aw_status __wrap_aw_ladder_claim(struct aw_ladder *l, RULES, uint64_t now_s, OUT)
{
    visit(l, INPUT_CLAIM);
    return __real_aw_ladder_claim(l, rules, now_s, out);
}

AW_MUST_USE enum aw_status __real_aw_ladder_decline(struct aw_ladder *l, RULES, uint64_t now_s,
                                                    OUT);
AW_MUST_USE enum aw_status __wrap_aw_ladder_decline(struct aw_ladder *l, RULES, uint64_t now_s,
                                                    OUT);
enum aw_status __wrap_aw_ladder_decline(struct aw_ladder *l, RULES, uint64_t now_s, OUT)
{
    visit(l, INPUT_DECLINE);
    return __real_aw_ladder_decline(l, rules, now_s, out);
}

AW_MUST_USE enum aw_status __real_aw_ladder_confirm(struct aw_ladder *l, RULES, uint64_t now_s,
                                                    OUT);
AW_MUST_USE enum aw_status __wrap_aw_ladder_confirm(struct aw_ladder *l, RULES, uint64_t now_s,
                                                    OUT);
enum aw_status __wrap_aw_ladder_confirm(struct aw_ladder *l, RULES, uint64_t now_s, OUT)
{
    visit(l, INPUT_CONFIRM);
    return __real_aw_ladder_confirm(l, rules, now_s, out);
}

void __real_aw_ladder_peer_claim(struct aw_ladder *l, RULES, const struct aw_ladder_peer *peer,
                                 uint64_t until_s, uint64_t now_s, OUT);
void __wrap_aw_ladder_peer_claim(struct aw_ladder *l, RULES, const struct aw_ladder_peer *peer,
                                 uint64_t until_s, uint64_t now_s, OUT);
void __wrap_aw_ladder_peer_claim(struct aw_ladder *l, RULES, const struct aw_ladder_peer *peer,
                                 uint64_t until_s, uint64_t now_s, OUT)
{
    visit(l, INPUT_PEER_CLAIM);
    __real_aw_ladder_peer_claim(l, rules, peer, until_s, now_s, out);
}

void __real_aw_ladder_peer_confirm(struct aw_ladder *l, RULES, const struct aw_ladder_peer *peer,
                                   uint64_t at_s, uint64_t now_s, OUT);
void __wrap_aw_ladder_peer_confirm(struct aw_ladder *l, RULES, const struct aw_ladder_peer *peer,
                                   uint64_t at_s, uint64_t now_s, OUT);
void __wrap_aw_ladder_peer_confirm(struct aw_ladder *l, RULES, const struct aw_ladder_peer *peer,
                                   uint64_t at_s, uint64_t now_s, OUT)
{
    visit(l, INPUT_PEER_CONFIRM);
    __real_aw_ladder_peer_confirm(l, rules, peer, at_s, now_s, out);
}

void __real_aw_ladder_resume(struct aw_ladder *l, RULES, uint64_t now_s, OUT);
void __wrap_aw_ladder_resume(struct aw_ladder *l, RULES, uint64_t now_s, OUT);
void __wrap_aw_ladder_resume(struct aw_ladder *l, RULES, uint64_t now_s, OUT)
{
    visit(l, INPUT_RESUME);
    __real_aw_ladder_resume(l, rules, now_s, out);
}
