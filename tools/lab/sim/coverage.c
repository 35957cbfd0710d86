/* SPDX-License-Identifier: ISC */
#include "lab/sim/coverage.h"

#include "core/ladder.h"

#include <string.h>

/*
 * Which cells of the ladder's table were visited. The linker puts these functions between the
 * engines and the ladder (--wrap), so that the product knows nothing of it.
 */

static uint64_t ladder_cells[SIM_LADDER_STATES][SIM_LADDER_INPUTS];

enum ladder_input {
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

const char *sim_ladder_state_name(size_t state)
{
    static const char *const names[SIM_LADDER_STATES] = {"idle",   "fine",  "overdue", "suspect",
                                                         "missed", "alarm", "claimed", "resumed"};

    return names[state];
}

const char *sim_ladder_input_name(size_t input)
{
    static const char *const names[SIM_LADDER_INPUTS] = {
        "time",  "deadlines", "proof",   "others",     "alarm",        "safe", "cancel",
        "claim", "decline",   "confirm", "peer claim", "peer confirm", "start"};

    return names[input];
}

void sim_coverage_into(struct sim_stats *stats)
{
    memcpy(stats->ladder, ladder_cells, sizeof ladder_cells);
}

static void visit(const struct aw_ladder *l, enum ladder_input input)
{
    ladder_cells[l->state][input]++;
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
