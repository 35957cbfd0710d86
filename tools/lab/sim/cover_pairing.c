/* SPDX-License-Identifier: ISC */
#include "lab/sim/coverage.h"

#include "core/contact_impl.h"
#include "core/subject_impl.h"

/* Pairing with her (spec/04-pairing.md §6, 07 §1), and of two contacts (spec/16-peers.md §3). */

/* ---- Hers: one invite ---- */

enum { OPEN = 0, USED, DONE };
static const char *const hers_states[] = {"open", "used", "done"};

enum { HERS_FIRST = 0, HERS_LATE, HERS_SAME, HERS_OTHER, HERS_NONE, HERS_CELL };
static const struct sim_input_column hers_inputs[] = {
    [HERS_FIRST] = {"message 1", BIT(USED) | BIT(DONE), "then it is the same, or another"},
    [HERS_LATE] = {"message 1, too late", BIT(USED) | BIT(DONE), "likewise"},
    [HERS_SAME] = {"the same message 1", BIT(OPEN), "there was none yet"},
    [HERS_OTHER] = {"another message 1", BIT(OPEN), "likewise"},
    [HERS_NONE] = {"anything else", 0, NULL},
    [HERS_CELL] = {"first cell", BIT(OPEN) | BIT(DONE), "there is no channel yet; it came"},
};

const struct sim_table sim_table_pairing_hers =
    SIM_TABLE("pairing, hers", hers_states, hers_inputs);

AW_MUST_USE enum aw_status __real_aw_inviting_open(struct aw_inviting *inv, struct aw_bytes cell,
                                                   const struct aw_hello *own, uint64_t wall_ms,
                                                   enum aw_inviting_answer *answer,
                                                   struct aw_channel *ch, struct aw_hello *peer,
                                                   const struct aw_random *random);
AW_MUST_USE enum aw_status __wrap_aw_inviting_open(struct aw_inviting *inv, struct aw_bytes cell,
                                                   const struct aw_hello *own, uint64_t wall_ms,
                                                   enum aw_inviting_answer *answer,
                                                   struct aw_channel *ch, struct aw_hello *peer,
                                                   const struct aw_random *random);
enum aw_status __wrap_aw_inviting_open(struct aw_inviting *inv, struct aw_bytes cell,
                                       const struct aw_hello *own, uint64_t wall_ms,
                                       enum aw_inviting_answer *answer, struct aw_channel *ch,
                                       struct aw_hello *peer, const struct aw_random *random)
{
    uint8_t phase = inv->phase;
    enum aw_status st = __real_aw_inviting_open(inv, cell, own, wall_ms, answer, ch, peer, random);
    size_t input = st == AW_E_STALE ? HERS_LATE : HERS_NONE;

    if (st == AW_OK)
        input = *answer == AW_ANSWER_FIRST   ? HERS_FIRST
                : *answer == AW_ANSWER_AGAIN ? HERS_SAME
                                             : HERS_OTHER;
    sim_visit(&sim_table_pairing_hers, phase - AW_INVITING_OPEN + (size_t)OPEN, input);
    return st;
}

void __real_aw_inviting_done(struct aw_inviting *inv);
void __wrap_aw_inviting_done(struct aw_inviting *inv);
void __wrap_aw_inviting_done(struct aw_inviting *inv)
{
    sim_visit(&sim_table_pairing_hers, inv->phase - AW_INVITING_OPEN + (size_t)OPEN, HERS_CELL);
    __real_aw_inviting_done(inv);
}

/* ---- His ---- */

enum { NEW = AW_CONTACT_NEW, JOINING, PAIRED, VERIFIED };
static const char *const his_states[] = {"new", "joining", "paired", "verified"};

enum { HIS_JOIN = 0, HIS_MESSAGE, HIS_NONE, HIS_EXPIRED, HIS_VERIFY };
#define WHY_JOINING "it comes while he waits for it"
static const struct sim_input_column his_inputs[] = {
    [HIS_JOIN] = {"join", 0, NULL},
    [HIS_MESSAGE] = {"message 2", ~BIT(JOINING), WHY_JOINING},
    [HIS_NONE] = {"anything else", ~BIT(JOINING), WHY_JOINING},
    [HIS_EXPIRED] = {"expired", ~BIT(JOINING), WHY_JOINING},
    [HIS_VERIFY] = {"words compared", 0, NULL},
};

const struct sim_table sim_table_pairing_his = SIM_TABLE("pairing, his", his_states, his_inputs);

AW_MUST_USE enum aw_status __real_aw_contact_join(struct aw_contact *contact, struct aw_bytes uri,
                                                  const struct aw_endpoint *relays,
                                                  size_t relays_count, const char *name,
                                                  struct aw_now now);
AW_MUST_USE enum aw_status __wrap_aw_contact_join(struct aw_contact *contact, struct aw_bytes uri,
                                                  const struct aw_endpoint *relays,
                                                  size_t relays_count, const char *name,
                                                  struct aw_now now);
enum aw_status __wrap_aw_contact_join(struct aw_contact *contact, struct aw_bytes uri,
                                      const struct aw_endpoint *relays, size_t relays_count,
                                      const char *name, struct aw_now now)
{
    sim_visit(&sim_table_pairing_his, contact_of(contact)->who.phase, HIS_JOIN);
    return __real_aw_contact_join(contact, uri, relays, relays_count, name, now);
}

AW_MUST_USE enum aw_status __real_aw_joining_finish(struct aw_joining *join, struct aw_bytes cell,
                                                    uint64_t wall_ms, struct aw_channel *ch,
                                                    struct aw_hello *peer,
                                                    const struct aw_random *random);
AW_MUST_USE enum aw_status __wrap_aw_joining_finish(struct aw_joining *join, struct aw_bytes cell,
                                                    uint64_t wall_ms, struct aw_channel *ch,
                                                    struct aw_hello *peer,
                                                    const struct aw_random *random);
enum aw_status __wrap_aw_joining_finish(struct aw_joining *join, struct aw_bytes cell,
                                        uint64_t wall_ms, struct aw_channel *ch,
                                        struct aw_hello *peer, const struct aw_random *random)
{
    enum aw_status st = __real_aw_joining_finish(join, cell, wall_ms, ch, peer, random);

    sim_visit(&sim_table_pairing_his, JOINING, st == AW_OK ? HIS_MESSAGE : HIS_NONE);
    return st;
}

bool __real_aw_joining_is_stale(const struct aw_joining *join, uint64_t wall_ms);
bool __wrap_aw_joining_is_stale(const struct aw_joining *join, uint64_t wall_ms);
bool __wrap_aw_joining_is_stale(const struct aw_joining *join, uint64_t wall_ms)
{
    bool is_stale = __real_aw_joining_is_stale(join, wall_ms);

    if (is_stale)
        sim_visit(&sim_table_pairing_his, JOINING, HIS_EXPIRED);
    return is_stale;
}

AW_MUST_USE enum aw_status __real_aw_contact_verify(struct aw_contact *contact, struct aw_now now);
AW_MUST_USE enum aw_status __wrap_aw_contact_verify(struct aw_contact *contact, struct aw_now now);
enum aw_status __wrap_aw_contact_verify(struct aw_contact *contact, struct aw_now now)
{
    sim_visit(&sim_table_pairing_his, contact_of(contact)->who.phase, HIS_VERIFY);
    return __real_aw_contact_verify(contact, now);
}

/* ---- Of two contacts ---- */

#define MEET(state) ((size_t)(state)-AW_PEER_INTRODUCED)

/* As enum aw_peer_state; one of a new introduction goes on beside what was there before. */
static const char *const meeting_states[] = {"introduced", "asking", "answering", "linked",
                                             "quarantined"};

enum { MEET_QUESTION = 0, MEET_SAME, MEET_ANSWER, MEET_NONE, MEET_CELL };
static const struct sim_input_column meeting_inputs[] = {
    [MEET_QUESTION] = {"question", BIT(MEET(AW_PEER_ASKING)), "it is for the side that answers"},
    [MEET_SAME] = {"the same question", ~BIT(MEET(AW_PEER_ANSWERING)),
                   "who is linked is not asked again (PE-5)"},
    [MEET_ANSWER] = {"answer", BIT(MEET(AW_PEER_INTRODUCED)) | BIT(MEET(AW_PEER_ANSWERING)),
                     "it is for the side that asked"},
    [MEET_NONE] = {"anything else", 0, NULL},
    [MEET_CELL] = {"first cell", ~BIT(MEET(AW_PEER_ANSWERING)), "it is for the side that answered"},
};

const struct sim_table sim_table_meeting = SIM_TABLE("meeting", meeting_states, meeting_inputs);

static enum aw_peer_state meeting_of(const struct aw_peering *p)
{
    const uint8_t *bytes = (const void *)p;

    if (!sim_counts_visits)
        return AW_PEER_INTRODUCED; /* it is in no peer */
    return aw_peer_state((const void *)(bytes - offsetof(struct aw_peer, peering)));
}

static void visit_meeting(enum aw_peer_state state, size_t input)
{
    sim_visit(&sim_table_meeting, MEET(state), input);
}

AW_MUST_USE enum aw_status __real_aw_peering_finish(struct aw_peering *p,
                                                    const struct aw_peering_keys *keys,
                                                    const uint8_t cell[AW_CELL_LEN],
                                                    uint64_t wall_ms, struct aw_channel *ch,
                                                    const struct aw_random *random);
AW_MUST_USE enum aw_status __wrap_aw_peering_finish(struct aw_peering *p,
                                                    const struct aw_peering_keys *keys,
                                                    const uint8_t cell[AW_CELL_LEN],
                                                    uint64_t wall_ms, struct aw_channel *ch,
                                                    const struct aw_random *random);
enum aw_status __wrap_aw_peering_finish(struct aw_peering *p, const struct aw_peering_keys *keys,
                                        const uint8_t cell[AW_CELL_LEN], uint64_t wall_ms,
                                        struct aw_channel *ch, const struct aw_random *random)
{
    enum aw_peer_state before = meeting_of(p);
    enum aw_status st = __real_aw_peering_finish(p, keys, cell, wall_ms, ch, random);

    visit_meeting(before, st == AW_OK ? MEET_ANSWER : MEET_NONE);
    return st;
}

AW_MUST_USE enum aw_status __real_aw_peering_answer(struct aw_peering *p,
                                                    const struct aw_peering_keys *keys,
                                                    const uint8_t cell[AW_CELL_LEN],
                                                    uint64_t wall_ms, struct aw_channel *ch,
                                                    const struct aw_random *random);
AW_MUST_USE enum aw_status __wrap_aw_peering_answer(struct aw_peering *p,
                                                    const struct aw_peering_keys *keys,
                                                    const uint8_t cell[AW_CELL_LEN],
                                                    uint64_t wall_ms, struct aw_channel *ch,
                                                    const struct aw_random *random);
enum aw_status __wrap_aw_peering_answer(struct aw_peering *p, const struct aw_peering_keys *keys,
                                        const uint8_t cell[AW_CELL_LEN], uint64_t wall_ms,
                                        struct aw_channel *ch, const struct aw_random *random)
{
    enum aw_peer_state before = meeting_of(p);
    enum aw_status st = __real_aw_peering_answer(p, keys, cell, wall_ms, ch, random);

    visit_meeting(before, st == AW_OK ? MEET_QUESTION : st == AW_E_REPLAY ? MEET_SAME : MEET_NONE);
    return st;
}

void __real_aw_peering_heard(struct aw_peering *p);
void __wrap_aw_peering_heard(struct aw_peering *p);
void __wrap_aw_peering_heard(struct aw_peering *p)
{
    /* is_heard is set already. */
    if (p->has_cell && !p->has_noise)
        visit_meeting(AW_PEER_ANSWERING, MEET_CELL);
    __real_aw_peering_heard(p);
}
