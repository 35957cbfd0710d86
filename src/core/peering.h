/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_PEERING_H
#define AW_CORE_PEERING_H

/*
 * Peering: from an introduction to a channel between two contacts (spec/16-peers.md §3).
 *
 *   higher key                                  lower key
 *   aw_peering_ask() ------- question --------> aw_peering_answer(): channel, role SUBJECT
 *   aw_peering_finish() <---- answer ---------- p->cell, until the channel is heard
 *   channel, role CONTACT
 *
 * Both cells are stored before they leave, and sent again byte for byte the same (PE-4).
 */

#include "core/channel.h"

/* The keys of the two. Borrowed for each call. */
struct aw_peering_keys {
    const struct aw_dh_key *own;
    const uint8_t *peer; /* public, of the roster */
    const uint8_t *psk;  /* of the introduction */
};

/* The handshake of one pair, at one side. Secret: wipe. */
struct aw_peering {
    bool has_noise, has_question_hash, has_cell;
    uint8_t noise[AW_NOISE_STATE_LEN];  /* asking: waits for the answer */
    uint8_t question_hash[AW_HASH_LEN]; /* answered: of the question that made the channel */
    uint8_t cell[AW_CELL_LEN];          /* to be sent until the other side's next step */
};

/* Whether this side begins. Two equal keys are nobody's: aw_peering_ask() refuses them. */
bool aw_peering_begins(const uint8_t own_pk[AW_KEY_LEN], const uint8_t peer_pk[AW_KEY_LEN]);

/*
 * Makes the question, where this side begins. What `p` held is gone.
 * Returns AW_E_AUTH (a key of small order, or one's own), AW_E_ENTROPY; `p` is then wiped.
 */
AW_MUST_USE enum aw_status aw_peering_ask(struct aw_peering *p, const struct aw_peering_keys *keys,
                                          const struct aw_random *random);

/*
 * Opens the answer: `ch` is the channel, replaced, and `p` is wiped.
 * Returns AW_E_AUTH (not the answer to this question), AW_E_FORMAT, AW_E_RANGE (a payload that is
 * not empty), AW_E_ENTROPY. On failure nothing changed.
 */
AW_MUST_USE enum aw_status aw_peering_finish(struct aw_peering *p,
                                             const struct aw_peering_keys *keys,
                                             const uint8_t cell[AW_CELL_LEN], uint64_t wall_ms,
                                             struct aw_channel *ch, const struct aw_random *random);

/*
 * Opens a question: `ch` is the channel, replaced, and p->cell the answer.
 * Returns AW_E_REPLAY (the question answered before: nothing to do), otherwise as
 * aw_peering_finish(). On failure nothing changed.
 */
AW_MUST_USE enum aw_status aw_peering_answer(struct aw_peering *p,
                                             const struct aw_peering_keys *keys,
                                             const uint8_t cell[AW_CELL_LEN], uint64_t wall_ms,
                                             struct aw_channel *ch, const struct aw_random *random);

/* The channel was heard: nothing is sent any more, an old question stays known. */
void aw_peering_heard(struct aw_peering *p);

void aw_peering_wipe(struct aw_peering *p);

/* Whether what was read from a store can be gone on with. */
bool aw_peering_is_sound(const struct aw_peering *p);

#endif /* AW_CORE_PEERING_H */
