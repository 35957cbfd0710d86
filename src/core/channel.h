/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_CHANNEL_H
#define AW_CORE_CHANNEL_H

/*
 * Channel: the cells between one subject's device and one contact's device
 * (spec/05-channel.md). One code for both ends; the role decides who offers. Between two contacts
 * (spec/16-peers.md §3) the one with the lower key has the subject's role.
 *
 *   aw_channel_seal()  plaintext -> cell      aw_channel_open()  cell -> plaintext, and where
 *                                                                from (struct aw_opened)
 *
 * What the messages carry for the channel goes through the engine: the subject puts
 * aw_channel_offer() into each call and hands the accept of each reply to
 * aw_channel_on_accept(); the contact hands the offer of each call to aw_channel_on_offer()
 * and puts aw_channel_accept() into each reply.
 *
 * Every change must be stored (aw_channel_encode()) before a cell that was sealed after it
 * leaves. No clock: wall time comes in. A record has 1.2 KB at first and at most
 * AW_CHANNEL_RECORD_MAX.
 */

#include "core/epoch.h"
#include "crypto/cell.h"
#include "crypto/noise.h"
#include "crypto/words.h"
#include "wire/resume.h"

/* Accept keys that a contact keeps: presence made for an older epoch cannot be judged. */
#define AW_ACCEPT_KEEP 32
/* Resumption keys that both sides keep: the newest, and the anchor, the first of the channel. */
#define AW_RESUMPTION_KEEP 5
/* A channel without an answer for this long warns both humans. */
#define AW_CHANNEL_SILENT_MS (UINT64_C(30) * 24 * 3600 * 1000)

enum aw_role { AW_ROLE_SUBJECT = 0, AW_ROLE_CONTACT = 1 }; /* offers; accepts */

/* What an input made known, beside its result. Bits of `events`. */
enum aw_channel_event {
    AW_CHANNEL_EV_EPOCH = 1,       /* a new epoch is confirmed: copies of the old one are dead */
    AW_CHANNEL_EV_RESUMED = 2,     /* security event: the channel was re-established */
    AW_CHANNEL_EV_QUARANTINED = 4, /* security event: by a stale key; compare the words again */
    AW_CHANNEL_EV_FORK = 8,        /* security event: contradictory offer or accept: a clone? */
};

/* A handshake of re-establishment that this side began, or answered. Secret: wipe. */
struct aw_resume_side {
    bool live;
    uint32_t named_epoch;               /* whose resumption key is the pre-shared key */
    uint32_t own_epoch;                 /* asking: what the question said of this side */
    uint8_t noise[AW_NOISE_STATE_LEN];  /* asking: waits for the answer */
    uint8_t question_hash[AW_HASH_LEN]; /* answering: of the question answered */
    uint8_t cell[AW_CELL_LEN];          /* to be sent until the other side's next step */
};

/* The session that a re-establishment made, until it becomes the channel. Secret: wipe. */
struct aw_resumed {
    struct aw_epoch epoch; /* live or not stands here */
    bool is_stale;         /* quarantined: made with a key that was too old */
    bool is_confirmed;     /* the other side has shown that it has the keys, too */
    bool is_spoken;        /* this side asked: it sends in the new session already */
    bool has_got;          /* a cell came in lane cell */
    uint32_t got_index;
    uint32_t named_epoch;
    uint8_t words_hash[AW_HASH_LEN];
    uint8_t accept[AW_KEY_LEN]; /* accept key: secret half at a contact, public at a subject */
    struct aw_dh_key offer;     /* subject */
};

struct aw_accept_key {
    uint32_t epoch;
    uint8_t sk[AW_KEY_LEN];
};

struct aw_resumption_key {
    uint32_t epoch;
    uint8_t key[AW_KEY_LEN];
};

/* Private fields, visible only so that the caller can place the object. Size: 5744 bytes.
 * Secret: wipe. */
struct aw_channel {
    uint8_t role; /* enum aw_role */
    bool is_verified;
    uint8_t id[AW_HASH_LEN];
    struct aw_dh_key own_static; /* for this relationship only */
    uint8_t peer_static[AW_KEY_LEN];
    uint8_t words_hash[AW_HASH_LEN]; /* handshake hash that the words come from */
    uint64_t heard_wall_ms;          /* when the last valid cell came */

    struct aw_epoch cur;           /* a cell was received in it, or it is the first */
    struct aw_epoch next;          /* derived from offer and accept, no cell received yet */
    struct aw_resumed resumed;     /* re-established, not yet the channel */
    uint32_t floor_epoch;          /* lowest epoch whose resumption key is not stale */
    uint32_t got_epoch, got_index; /* newest cell received in lane cell */

    struct aw_dh_key offer;          /* subject: for the epoch after the newest */
    uint8_t peer_accept[AW_KEY_LEN]; /* subject: accept key of the newest epoch */
    uint8_t peer_offer[AW_KEY_LEN];  /* contact: the offer that `next` answers */

    struct aw_accept_key accepts[AW_ACCEPT_KEEP]; /* contact: ascending by epoch */
    uint8_t accept_count;
    uint8_t accept_pk[AW_KEY_LEN]; /* contact: public half of the newest */
    struct aw_resumption_key resumptions[AW_RESUMPTION_KEEP]; /* anchor, then oldest first */
    uint8_t resumption_count;

    struct aw_resume_side asking;
    struct aw_resume_side answering;
};

/*
 * Starts a channel from a finished handshake of pairing, or of two contacts. The initiator has the
 * contact's role, and its ephemeral key is the accept key of epoch 0.
 * Returns AW_OK or AW_E_ENTROPY; `ch` is then wiped.
 */
AW_MUST_USE enum aw_status aw_channel_init(struct aw_channel *ch, const struct aw_noise *noise,
                                           enum aw_role role, const struct aw_random *random,
                                           uint64_t wall_ms);

void aw_channel_wipe(struct aw_channel *ch);

/* ---- Cells ---- */

/* Which keys a cell was sealed under. A reply goes out under those that the call came in. */
enum aw_session {
    AW_SESSION_MAIN = 0,
    AW_SESSION_QUARANTINE = 1, /* no effect on deadlines, votes or plan until confirmed */
};

enum aw_opened_kind {
    AW_OPENED_MESSAGE = 1, /* a plaintext was appended */
    AW_OPENED_RESUME = 2,  /* it asks to begin anew: store, send aw_channel_resume_answer() */
    AW_OPENED_RESUMED = 3, /* it answered our beginning: go on in the new epoch */
};

struct aw_opened {
    enum aw_opened_kind kind;
    enum aw_session session;
    enum aw_lane lane;       /* MESSAGE */
    uint32_t epoch, index;   /* MESSAGE */
    struct aw_resume resume; /* RESUME, RESUMED: what the other side said of itself */
    unsigned events;         /* enum aw_channel_event */
};

struct aw_sealed {
    uint32_t epoch, index;
};

/* Length of a cell of `lane`. */
size_t aw_channel_cell_len(enum aw_lane lane);

/*
 * Seals `plain` as the next cell of `lane` (cell, bulk or short) and appends it to `cell`. The
 * message key is gone on return.
 * Returns AW_OK        store the channel, then send
 *         AW_E_SPACE   `plain` is too long for the lane, or no room in `cell`
 *         AW_E_STATE   lane not live in this direction, or there is no session of that kind
 *         AW_E_KEYS    2^32 cells were sealed in this epoch: re-establish
 *         AW_E_ENTROPY the random source failed
 * On failure nothing changed.
 */
AW_MUST_USE enum aw_status aw_channel_seal(struct aw_channel *ch, enum aw_lane lane,
                                           enum aw_session session, struct aw_bytes plain,
                                           struct aw_buf *cell, struct aw_sealed *at,
                                           const struct aw_random *random);

/*
 * Opens a cell and appends its padded plaintext to `plain`, which needs room for
 * cell.len - AW_CELL_OVERHEAD bytes. `own` is what this side says of itself if the cell turns out
 * to be a re-establishment (own->epoch is filled in here).
 * Returns AW_OK        `opened` tells what it was; store the channel before anything leaves
 *         AW_E_FORMAT  no cell has this length, or a handshake payload that the grammar refuses
 *         AW_E_AUTH    not of this channel, or damaged, or of keys that are gone
 *         AW_E_REPLAY  index already received or passed over, or a spent handshake
 *         AW_E_RANGE   jumps more than 2^20 ahead
 *         AW_E_SPACE   no room in `plain`
 *         AW_E_ENTROPY the random source failed
 * On failure nothing changed.
 */
AW_MUST_USE enum aw_status aw_channel_open(struct aw_channel *ch, struct aw_bytes cell,
                                           const struct aw_resume *own, uint64_t wall_ms,
                                           struct aw_buf *plain, struct aw_opened *opened,
                                           const struct aw_random *random);

/* ---- Epochs ---- */

/*
 * Subject: the offer for each call. `session` is here and below the one that the message will be
 * sealed in; QUARANTINE only while aw_channel_is_quarantined() (asserted).
 */
void aw_channel_offer(const struct aw_channel *ch, enum aw_session session, uint8_t pk[AW_KEY_LEN]);

/*
 * Subject: the newest accept key, for presence and key blobs, and its epoch: the call's
 * presence_epoch.
 */
void aw_channel_peer_accept(const struct aw_channel *ch, enum aw_session session,
                            uint8_t pk[AW_KEY_LEN], uint32_t *epoch);

/*
 * Contact: the offer of a call that came in under opened->session and opened->epoch.
 * Returns AW_OK        the next epoch is derived, or was already; see aw_channel_accept()
 *         AW_E_REPLAY  the call is of an older epoch, or quarantined: nothing to do
 *         AW_E_AUTH    contradicts the offer answered before (EV_FORK: report), or of small order
 *         AW_E_ENTROPY, AW_E_KEYS
 */
AW_MUST_USE enum aw_status aw_channel_on_offer(struct aw_channel *ch,
                                               const struct aw_opened *opened,
                                               const uint8_t offer_pk[AW_KEY_LEN], unsigned *events,
                                               const struct aw_random *random);

/* Contact: the accept and the accept_epoch for a reply: the newest; 0 until an offer came, and then
 * there is nothing to reply to. */
void aw_channel_accept(const struct aw_channel *ch, enum aw_session session, uint8_t pk[AW_KEY_LEN],
                       uint32_t *epoch);

/* Contact: key pair to judge presence made for `epoch`. AW_E_NOT_FOUND: cannot judge. */
AW_MUST_USE enum aw_status aw_channel_accept_key(const struct aw_channel *ch,
                                                 enum aw_session session, uint32_t epoch,
                                                 struct aw_dh_key *key);

/*
 * Subject: the accept of a reply that came in as `opened`.
 * Returns AW_OK        a new epoch was derived: cells go out in it from now on
 *         AW_E_REPLAY  known, older, or quarantined: nothing to do
 *         AW_E_AUTH    contradicts the accept used before (EV_FORK: report), or of small order
 *         AW_E_ENTROPY, AW_E_KEYS
 */
AW_MUST_USE enum aw_status aw_channel_on_accept(struct aw_channel *ch,
                                                const struct aw_opened *opened,
                                                uint32_t accept_epoch,
                                                const uint8_t accept_pk[AW_KEY_LEN],
                                                unsigned *events, const struct aw_random *random);

/*
 * Whether a cell that was refused as a replay is, in the main session, a copy of the newest one
 * that came in lane cell or switch, whose lane is then set: the same bytes go to several relays.
 */
bool aw_channel_copied(const struct aw_channel *ch, struct aw_bytes cell, enum aw_lane *lane);

/* Contact: cell_epoch and cell_index for a reply: the newest cell received in lane cell. */
void aw_channel_received(const struct aw_channel *ch, enum aw_session session, uint32_t *epoch,
                         uint32_t *index);

/*
 * Subject: compares what a reply names with what was sent.
 * Returns AW_OK, or AW_E_PEER_RESET when it names a cell that this state never sent: the state is
 * an old one (a backup), or a clone speaks: begin aw_channel_resume_ask() and report.
 */
AW_MUST_USE enum aw_status aw_channel_on_received(const struct aw_channel *ch,
                                                  const struct aw_opened *opened,
                                                  uint32_t cell_epoch, uint32_t cell_index);

/* The epoch that the next cell is sealed in. */
uint32_t aw_channel_epoch(const struct aw_channel *ch);

/* Whether no valid cell came for AW_CHANNEL_SILENT_MS. */
bool aw_channel_is_silent(const struct aw_channel *ch, uint64_t wall_ms);

/* ---- Re-establishment ---- */

/*
 * Begins to re-establish: after a restore, after AW_E_PEER_RESET, or when cells stay unanswered
 * or undecipherable. The channel goes on as it is until the other side answers. Store, then send
 * aw_channel_resume_cell() and repeat it with backoff. Begun already: AW_OK, nothing changed.
 * Returns AW_E_STATE (quarantined: humans decide first), AW_E_AUTH (a static key of small order),
 * AW_E_ENTROPY.
 */
AW_MUST_USE enum aw_status aw_channel_resume_ask(struct aw_channel *ch, const struct aw_resume *own,
                                                 const struct aw_random *random);

/*
 * The same when nothing that comes can be opened. A question that is under way already gives way to
 * one under the anchor, the first key of the channel, which a peer of any age has; that one to one
 * under the newest key again. Same statuses.
 */
AW_MUST_USE enum aw_status aw_channel_resume_deaf(struct aw_channel *ch,
                                                  const struct aw_resume *own,
                                                  const struct aw_random *random);

/*
 * The same for a channel of a backup that is `age_s` old, under the anchor unless it is fresh. What
 * the backup asked itself is forgotten.
 */
AW_MUST_USE enum aw_status aw_channel_resume_restored(struct aw_channel *ch,
                                                      const struct aw_resume *own, uint64_t age_s,
                                                      const struct aw_random *random);

/* Forgets the question: the peer was heard, nothing needs to be re-established. */
void aw_channel_resume_drop(struct aw_channel *ch);

/*
 * Appends the question to send (again), byte for byte the same each time, until it is answered.
 * AW_E_NOT_FOUND: this side asks for nothing.
 */
AW_MUST_USE enum aw_status aw_channel_resume_cell(const struct aw_channel *ch, struct aw_buf *cell);

/*
 * Appends the answer to send after each AW_OPENED_RESUME, and only then: who asks repeats the
 * question. AW_E_NOT_FOUND: nothing to answer.
 */
AW_MUST_USE enum aw_status aw_channel_resume_answer(const struct aw_channel *ch,
                                                    struct aw_buf *cell);

/* Whether a quarantined session exists: in it messages are shown, and have no effect. */
bool aw_channel_is_quarantined(const struct aw_channel *ch);

/* Whether the other side was not heard in it yet: it may not know that it exists. */
bool aw_channel_is_unheard(const struct aw_channel *ch);

/*
 * Humans compared the words of the quarantined session: it becomes the channel, and what was the
 * channel is erased. AW_E_STATE: nothing is quarantined.
 */
AW_MUST_USE enum aw_status aw_channel_quarantine_accept(struct aw_channel *ch);

/* The words do not match, or nobody knows of a restore: the quarantined session is erased. */
void aw_channel_quarantine_refuse(struct aw_channel *ch);

/* ---- Words that humans compare ---- */

/* Of the pairing, or of the quarantined session. AW_E_NOT_FOUND: no such session. */
AW_MUST_USE enum aw_status aw_channel_words(const struct aw_channel *ch, enum aw_session session,
                                            uint16_t words[AW_WORDS_COUNT]);
void aw_channel_set_verified(struct aw_channel *ch);

/* ---- Record ---- */

#define AW_CHANNEL_RECORD_MAX 6144

/* Appends the record. AW_E_SPACE. Secret. */
AW_MUST_USE enum aw_status aw_channel_encode(const struct aw_channel *ch, struct aw_buf *out);

/* AW_E_DAMAGED, with `ch` wiped, for bytes that aw_channel_encode() never wrote. */
AW_MUST_USE enum aw_status aw_channel_decode(struct aw_channel *ch, struct aw_bytes in);

#endif /* AW_CORE_CHANNEL_H */
