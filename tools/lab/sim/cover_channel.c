/* SPDX-License-Identifier: ISC */
#include "lab/sim/coverage.h"

#include "core/channel.h"
#include "crypto/hash.h"

#include <string.h>

/*
 * Re-establishment (spec/05-channel.md §8.2), of the side that offers, which is hers, and of the
 * one that accepts, which is his. Channels of two contacts have both, too.
 */

enum state { IDLE = 0, ASKING, ANSWERING, SPOKEN, QUARANTINED };
static const char *const states[] = {"idle", "asking", "answering", "spoken", "quarantined"};

enum input {
    INPUT_NEED = 0,
    INPUT_DEAF,
    INPUT_QUESTION,
    INPUT_STALE_QUESTION,
    INPUT_SAME_QUESTION,
    INPUT_ANSWER,
    INPUT_STALE_ANSWER,
    INPUT_CELL,
    INPUT_STALE_CELL,
    INPUT_STEP,
    INPUT_ACCEPT,
    INPUT_REFUSE,
};

#define ALL        (BIT(QUARANTINED + 1) - 1)
#define ONLY(in)   (ALL & ~(uint32_t)(in))

#define WHY_ANSWER "an answer is for who asks"
#define WHY_CELL   "a session is heard of once, and first by who answered, or was answered"
#define WHY_HUMAN  "people are asked where there is a quarantine"

static const struct sim_input_column inputs[] = {
    [INPUT_NEED] = {"need", 0, NULL},
    [INPUT_DEAF] = {"eight unread", 0, NULL},
    [INPUT_QUESTION] = {"question", 0, NULL},
    [INPUT_STALE_QUESTION] = {"stale question", 0, NULL},
    [INPUT_SAME_QUESTION] = {"same question", 0, NULL},
    [INPUT_ANSWER] = {"answer", BIT(IDLE), WHY_ANSWER},
    [INPUT_STALE_ANSWER] = {"stale answer", BIT(IDLE), WHY_ANSWER},
    [INPUT_CELL] = {"first cell", ONLY(BIT(ANSWERING) | BIT(SPOKEN)), WHY_CELL},
    [INPUT_STALE_CELL] = {"stale first cell", ONLY(BIT(ANSWERING)), WHY_CELL},
    [INPUT_STEP] = {"epoch step", 0, NULL},
    [INPUT_ACCEPT] = {"words compared", ONLY(BIT(QUARANTINED)), WHY_HUMAN},
    [INPUT_REFUSE] = {"refused", ONLY(BIT(QUARANTINED)), WHY_HUMAN},
};

const struct sim_table sim_table_session_hers = SIM_TABLE("session, hers", states, inputs);
const struct sim_table sim_table_session_his = SIM_TABLE("session, his", states, inputs);

static enum state state_of(const struct aw_channel *ch)
{
    bool lives = ch->resumed.epoch.live;

    if (aw_channel_is_quarantined(ch))
        return QUARANTINED;
    if (lives && ch->resumed.is_spoken)
        return SPOKEN;
    if (lives)
        return ANSWERING; /* it may ask as well */
    return ch->asking.live ? ASKING : IDLE;
}

static void visit(const struct aw_channel *ch, enum state state, enum input input)
{
    sim_visit(ch->role == AW_ROLE_SUBJECT ? &sim_table_session_hers : &sim_table_session_his, state,
              input);
}

AW_MUST_USE enum aw_status __real_aw_channel_resume_ask(struct aw_channel *ch,
                                                        const struct aw_resume *own,
                                                        const struct aw_random *random);
AW_MUST_USE enum aw_status __wrap_aw_channel_resume_ask(struct aw_channel *ch,
                                                        const struct aw_resume *own,
                                                        const struct aw_random *random);
enum aw_status __wrap_aw_channel_resume_ask(struct aw_channel *ch, const struct aw_resume *own,
                                            const struct aw_random *random)
{
    visit(ch, state_of(ch), INPUT_NEED);
    return __real_aw_channel_resume_ask(ch, own, random);
}

AW_MUST_USE enum aw_status __real_aw_channel_resume_deaf(struct aw_channel *ch,
                                                         const struct aw_resume *own,
                                                         const struct aw_random *random);
AW_MUST_USE enum aw_status __wrap_aw_channel_resume_deaf(struct aw_channel *ch,
                                                         const struct aw_resume *own,
                                                         const struct aw_random *random);
enum aw_status __wrap_aw_channel_resume_deaf(struct aw_channel *ch, const struct aw_resume *own,
                                             const struct aw_random *random)
{
    visit(ch, state_of(ch), INPUT_DEAF);
    return __real_aw_channel_resume_deaf(ch, own, random);
}

/* What a cell was, from what it did. */
static void note_opened(const struct aw_channel *ch, enum state before, bool was_stale,
                        const struct aw_opened *opened)
{
    bool is_stale = opened->session == AW_SESSION_QUARANTINE;

    switch (opened->kind) {
    case AW_OPENED_RESUME:
        visit(ch, before,
              opened->epoch == 0 ? INPUT_SAME_QUESTION
              : is_stale         ? INPUT_STALE_QUESTION
                                 : INPUT_QUESTION);
        break;
    case AW_OPENED_RESUMED:
        visit(ch, before, is_stale ? INPUT_STALE_ANSWER : INPUT_ANSWER);
        break;
    case AW_OPENED_MESSAGE:
        if ((opened->events & AW_CHANNEL_EV_EPOCH) != 0)
            visit(ch, before, INPUT_STEP);
        else if (before != QUARANTINED && state_of(ch) == QUARANTINED)
            visit(ch, before, INPUT_STALE_CELL);
        else if (before >= ANSWERING && before != QUARANTINED && !was_stale &&
                 !ch->resumed.epoch.live)
            visit(ch, before, INPUT_CELL);
        break;
    }
}

AW_MUST_USE enum aw_status __real_aw_channel_open(struct aw_channel *ch, struct aw_bytes cell,
                                                  const struct aw_resume *own, uint64_t wall_ms,
                                                  struct aw_buf *plain, struct aw_opened *opened,
                                                  const struct aw_random *random);
AW_MUST_USE enum aw_status __wrap_aw_channel_open(struct aw_channel *ch, struct aw_bytes cell,
                                                  const struct aw_resume *own, uint64_t wall_ms,
                                                  struct aw_buf *plain, struct aw_opened *opened,
                                                  const struct aw_random *random);
enum aw_status __wrap_aw_channel_open(struct aw_channel *ch, struct aw_bytes cell,
                                      const struct aw_resume *own, uint64_t wall_ms,
                                      struct aw_buf *plain, struct aw_opened *opened,
                                      const struct aw_random *random)
{
    enum state before = state_of(ch);
    bool was_stale = ch->resumed.is_stale;
    enum aw_status st = __real_aw_channel_open(ch, cell, own, wall_ms, plain, opened, random);

    if (st == AW_OK)
        note_opened(ch, before, was_stale, opened);
    return st;
}

/* Questions that change nothing are told apart inside. */
AW_MUST_USE enum aw_status __real_aw_resume_open(struct aw_channel *ch, struct aw_bytes cell,
                                                 const struct aw_resume *own,
                                                 struct aw_opened *opened,
                                                 const struct aw_random *random);
AW_MUST_USE enum aw_status __wrap_aw_resume_open(struct aw_channel *ch, struct aw_bytes cell,
                                                 const struct aw_resume *own,
                                                 struct aw_opened *opened,
                                                 const struct aw_random *random);
enum aw_status __wrap_aw_resume_open(struct aw_channel *ch, struct aw_bytes cell,
                                     const struct aw_resume *own, struct aw_opened *opened,
                                     const struct aw_random *random)
{
    uint8_t hash[AW_HASH_LEN];
    enum aw_status st = __real_aw_resume_open(ch, cell, own, opened, random);

    if (st == AW_E_REPLAY) { /* nothing has changed */
        aw_sha256(hash, cell);
        visit(ch, state_of(ch),
              memcmp(hash, ch->answering.question_hash, sizeof hash) == 0 ? INPUT_SAME_QUESTION
                                                                          : INPUT_STALE_QUESTION);
    }
    return st;
}

AW_MUST_USE enum aw_status
__real_aw_channel_on_accept(struct aw_channel *ch, const struct aw_opened *opened,
                            uint32_t accept_epoch, const uint8_t accept_pk[AW_KEY_LEN],
                            unsigned *events, const struct aw_random *random);
AW_MUST_USE enum aw_status
__wrap_aw_channel_on_accept(struct aw_channel *ch, const struct aw_opened *opened,
                            uint32_t accept_epoch, const uint8_t accept_pk[AW_KEY_LEN],
                            unsigned *events, const struct aw_random *random);
enum aw_status __wrap_aw_channel_on_accept(struct aw_channel *ch, const struct aw_opened *opened,
                                           uint32_t accept_epoch,
                                           const uint8_t accept_pk[AW_KEY_LEN], unsigned *events,
                                           const struct aw_random *random)
{
    enum state before = state_of(ch);
    enum aw_status st =
        __real_aw_channel_on_accept(ch, opened, accept_epoch, accept_pk, events, random);

    if (st == AW_OK)
        visit(ch, before, INPUT_STEP);
    return st;
}

AW_MUST_USE enum aw_status __real_aw_channel_quarantine_accept(struct aw_channel *ch);
AW_MUST_USE enum aw_status __wrap_aw_channel_quarantine_accept(struct aw_channel *ch);
enum aw_status __wrap_aw_channel_quarantine_accept(struct aw_channel *ch)
{
    visit(ch, state_of(ch), INPUT_ACCEPT);
    return __real_aw_channel_quarantine_accept(ch);
}

void __real_aw_channel_quarantine_refuse(struct aw_channel *ch);
void __wrap_aw_channel_quarantine_refuse(struct aw_channel *ch);
void __wrap_aw_channel_quarantine_refuse(struct aw_channel *ch)
{
    visit(ch, state_of(ch), INPUT_REFUSE);
    __real_aw_channel_quarantine_refuse(ch);
}
