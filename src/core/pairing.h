/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_PAIRING_H
#define AW_CORE_PAIRING_H

/*
 * Pairing: from an invite to a channel, through mailboxes, both sides offline in turn
 * (spec/04-pairing.md §5).
 *
 *   subject                                     contact
 *   aw_inviting_init() -- invite, out of band -> aw_joining_init()
 *   aw_inviting_open() <- message 1 (pairing mailbox) --
 *                      -- message 2 (contact's mailbox) -> aw_joining_finish()
 *
 * Each message is one cell of AW_CELL_LEN bytes, stored before it leaves, and sent again, byte
 * for byte the same, until the other side's next step is seen: message 1 until message 2 came,
 * message 2 until the first valid cell came on the channel. No clock: wall time comes in.
 */

#include "core/channel.h"
#include "wire/hello.h"

/* ---- Subject ---- */

enum aw_inviting_phase {
    AW_INVITING_OPEN = 1, /* nobody answered yet */
    AW_INVITING_USED = 2, /* one contact answered; message 2 is sent until he is heard */
    AW_INVITING_DONE = 3, /* he was heard; kept to recognise a second answer */
};

/* An open invite. Secret: wipe. */
struct aw_inviting {
    uint8_t phase; /* enum aw_inviting_phase */
    struct aw_invite invite;
    uint8_t static_key[AW_KEY_LEN];   /* secret half of invite.subject_key */
    uint8_t answer_hash[AW_HASH_LEN]; /* of the message 1 that used it; zero while OPEN */
    uint8_t cell[AW_CELL_LEN];        /* message 2, while USED */
};

/*
 * Makes an invite: name, relays, relays_count, seed (whose pairing mailbox the caller creates) and
 * expires_at are taken from `draft`, subject_key and psk are drawn.
 * Returns AW_E_RANGE, AW_E_FORMAT (as aw_invite_encode()), AW_E_ENTROPY; `inv` is then wiped.
 */
AW_MUST_USE enum aw_status aw_inviting_init(struct aw_inviting *inv, const struct aw_invite *draft,
                                            const struct aw_random *random);

/* What arrived in the pairing mailbox. */
enum aw_inviting_answer {
    AW_ANSWER_FIRST = 1,  /* `ch` and `peer` are filled: store both and `inv`, send message 2 */
    AW_ANSWER_AGAIN = 2,  /* the same message 1: send message 2 again */
    AW_ANSWER_SECOND = 3, /* somebody else holds the invite: tell her, serve nothing */
};

/*
 * Opens message 1. `own` goes into message 2.
 * Returns AW_OK        see `answer`
 *         AW_E_STALE   valid, but the invite has expired: tell her, serve nothing
 *         AW_E_AUTH    not an answer to this invite
 *         AW_E_FORMAT  wrong length, or a payload that the grammar refuses
 *         AW_E_RANGE, AW_E_ENTROPY  `own` cannot be encoded; no randomness
 * On failure nothing changed and `ch` is wiped.
 */
AW_MUST_USE enum aw_status aw_inviting_open(struct aw_inviting *inv, struct aw_bytes cell,
                                            const struct aw_hello *own, uint64_t wall_ms,
                                            enum aw_inviting_answer *answer, struct aw_channel *ch,
                                            struct aw_hello *peer, const struct aw_random *random);

/* Appends message 2 to send (again). AW_E_NOT_FOUND unless USED. */
AW_MUST_USE enum aw_status aw_inviting_cell(const struct aw_inviting *inv, struct aw_buf *cell);

/* The first valid cell came on the channel: message 2 has arrived. */
void aw_inviting_done(struct aw_inviting *inv);

void aw_inviting_wipe(struct aw_inviting *inv);

#define AW_INVITING_RECORD_MAX 1280
AW_MUST_USE enum aw_status aw_inviting_encode(const struct aw_inviting *inv, struct aw_buf *out);
/* AW_E_DAMAGED, `inv` wiped. */
AW_MUST_USE enum aw_status aw_inviting_decode(struct aw_inviting *inv, struct aw_bytes in);

/* ---- Contact ---- */

/* An answered invite that waits for message 2. Secret: wipe. */
struct aw_joining {
    struct aw_invite invite;           /* where message 1 goes, until when */
    uint8_t noise[AW_NOISE_STATE_LEN]; /* waits for message 2 */
    uint8_t cell[AW_CELL_LEN];         /* message 1 */
};

/*
 * Answers an invite that aw_invite_decode() found good. `own` names the mailbox for message 2,
 * which the caller creates.
 * Returns AW_E_AUTH (the invite's key is of small order), AW_E_RANGE, AW_E_FORMAT (own),
 * AW_E_ENTROPY; `join` is then wiped.
 */
AW_MUST_USE enum aw_status aw_joining_init(struct aw_joining *join, const struct aw_invite *invite,
                                           const struct aw_hello *own,
                                           const struct aw_random *random);

/* Message 1, to send (again) until aw_joining_finish() succeeds. */
void aw_joining_cell(const struct aw_joining *join, uint8_t cell[AW_CELL_LEN]);

/*
 * Opens message 2.
 * Returns AW_OK        `ch` and `peer` are filled: store both, then wipe `join`
 *         AW_E_AUTH    not message 2 of this pairing
 *         AW_E_FORMAT  wrong length, or a payload that the grammar refuses
 *         AW_E_ENTROPY
 * On failure nothing changed and `ch` is wiped.
 */
AW_MUST_USE enum aw_status aw_joining_finish(struct aw_joining *join, struct aw_bytes cell,
                                             uint64_t wall_ms, struct aw_channel *ch,
                                             struct aw_hello *peer, const struct aw_random *random);

/* Whether the invite has expired without message 2: tell him. */
bool aw_joining_is_stale(const struct aw_joining *join, uint64_t wall_ms);

void aw_joining_wipe(struct aw_joining *join);

#define AW_JOINING_RECORD_MAX 1536
AW_MUST_USE enum aw_status aw_joining_encode(const struct aw_joining *join, struct aw_buf *out);
/* AW_E_DAMAGED, `join` wiped. */
AW_MUST_USE enum aw_status aw_joining_decode(struct aw_joining *join, struct aw_bytes in);

#endif /* AW_CORE_PAIRING_H */
