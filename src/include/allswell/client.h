/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_CLIENT_H
#define ALLSWELL_CLIENT_H

#include <allswell/base.h>
#include <allswell/relay.h>

/**
 * @file
 * Client: one device's end of the relay protocol, for one relay (spec/08-relay.md).
 *
 * A client knows which mailboxes its device reads there and which cells wait to be deposited
 * there. It outlives connections: after each reconnect it asks for everything again that was
 * not answered. It does no I/O and allocates nothing. The host's loop:
 *
 *     due            now >= aw_client_connect_ms(): connect. The first frame of the link
 *                    (allswell/link.h) may carry what aw_client_output() gives
 *     started        aw_client_connecting() before that aw_client_output()
 *     writable       aw_client_output() into a frame; if it appended anything, seal, send, repeat
 *     frame          plain = its plaintext; while aw_client_next_event() gives one: handle it
 *     closed         aw_client_disconnected(), for failed attempts too
 *     timer          aw_client_deadline_ms(): aw_client_tick(); AW_E_NETWORK: close, as above
 *
 * Time: both clocks of struct aw_now; monotonic for waiting, wall for what humans are told.
 * Threads: one at a time per client.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Default for how long a request may go unanswered before the link counts as dead, in ms. */
#define AW_CLIENT_ANSWER_MS 30000

/**
 * Default for how often a link is probed, in ms, whatever else passes over it: three probes are a
 * little more than the 90 s that two proofs of a silence lie apart (spec/07-contact.md §5.1).
 */
#define AW_CLIENT_PROBE_MS 31000

/** Shortest and longest wait between two attempts to connect, in ms. */
#define AW_CLIENT_BACKOFF_MIN_MS 1000
#define AW_CLIENT_BACKOFF_MAX_MS 60000 /* the longest */

/** "No mailbox". */
#define AW_CLIENT_NONE UINT32_MAX

/** One mailbox that this device reads. Size: 168 bytes. Private fields. Secret: wipe. */
struct aw_client_mailbox {
    uint8_t read[AW_RELAY_KEY_LEN];        /* capability */
    uint8_t deposit_key[AW_RELAY_KEY_LEN]; /* hash of the deposit capability */
    uint8_t token[AW_RELAY_KEY_LEN];       /* of the relay's operator, for creating it */
    struct aw_now asked;                   /* when the question was sent whose answer set `owed` */
    struct aw_now clear;   /* when a question was sent that was answered "nothing more" */
    uint64_t delivered_no; /* highest cell number on this link */
    uint64_t take_upto;    /* highest one handled on this link */
    uint64_t take_sent;    /* the last "handled" that was sent */
    uint32_t clear_as_of;  /* the relay's clock in that answer, seconds */
    uint32_t answer_as_of; /* likewise, in the newest answer */
    uint32_t owed;         /* cells that the relay has announced and not yet delivered */
    uint8_t state;         /* bits, see client.c */
    uint8_t want;          /* requests to send, one bit for each op */
    uint8_t sent;          /* requests that await an answer, likewise */
};

/** One cell to deposit or to arm. Size: 568 bytes. Private fields. Secret: wipe. */
struct aw_client_deposit {
    uint64_t id;                          /* the caller's, for the event */
    const uint8_t *bulk;                  /* caller's bytes, NULL for a small cell */
    uint32_t after_s;                     /* 0: a deposit */
    uint8_t state;                        /* free, waiting, sent, cancelled */
    uint8_t capability[AW_RELAY_KEY_LEN]; /* of the mailbox that it goes to */
    uint8_t cell[AW_RELAY_CELL_LEN];      /* a small one */
};

/** The caller's arrays and choices; the arrays must live as long as the client. Size: 40 bytes. */
struct aw_client_config {
    struct aw_client_mailbox *mailboxes; /* mailbox_cap of them */
    struct aw_client_deposit *deposits;  /* deposit_cap of them */
    uint32_t mailbox_cap;                /* at least 1 */
    uint32_t deposit_cap;                /* at least 1 */
    uint64_t answer_ms;                  /* 0: AW_CLIENT_ANSWER_MS */
    uint64_t probe_ms; /* 0: AW_CLIENT_PROBE_MS; AW_TIME_NEVER: no probes. It is the same always:
                          a relay sees when it is asked (spec/07-contact.md §5.1) */
};

/** Private fields, visible only so that the caller can place the object. Size: 144 bytes. */
struct aw_client {
    struct aw_client_config config; /* as given */
    uint64_t connect_ms;            /* when to connect; AW_TIME_NEVER while there is a link */
    uint64_t progress_ms;           /* last answer, or first unanswered request */
    uint64_t probe_due_ms;          /* when to probe, AW_TIME_NEVER without a link */
    uint64_t retry_ms;              /* when to ask again what the relay could not store */
    struct aw_now answered;         /* when the last answer came */
    struct aw_now answered_of;      /* when the question was sent that was answered last */
    uint32_t answered_as_of;        /* the relay's clock in it, seconds */
    uint32_t attempt;               /* to connect, since the last answer */
    uint32_t outstanding;           /* requests that await an answer */
    uint32_t want_count;            /* mailboxes with something to ask */
    uint32_t deposit_waiting;       /* cells to send */
    uint32_t mailbox_pos;           /* where the rounds go on: over mailboxes */
    uint32_t probe_pos;             /* over probes */
    uint32_t place_pos;             /* over subscriptions */
    uint32_t deposit_pos;           /* over deposits */
    bool is_linked;                 /* connecting or connected */
    bool is_healthy;                /* an answer has come on this link */
};

/** Kind of an event of a client, and which fields of the event it sets. */
enum aw_client_event_kind {
    AW_CLIENT_EV_NONE = 0,   /* the frame is used up */
    AW_CLIENT_EV_DELIVERED,  /* mailbox, cell_no, at, cell: then aw_client_take() */
    AW_CLIENT_EV_DEPOSITED,  /* id, status */
    AW_CLIENT_EV_CREATED,    /* mailbox, status */
    AW_CLIENT_EV_SUBSCRIBED, /* mailbox, status, at (as_of), waiting */
    AW_CLIENT_EV_PROBED,     /* mailbox, status, at (as_of), waiting: of aw_client_tick() */
    AW_CLIENT_EV_REMOVED,    /* mailbox, status; the slot is free again */
    AW_CLIENT_EV_MOVED,      /* mailbox: another link of its reader took the subscription */
};

/** One thing that the relay has said. Size: 56 bytes. */
struct aw_client_event {
    enum aw_client_event_kind kind; /* which of the others hold */
    enum aw_relay_answer status;    /* what the relay answered */
    uint32_t mailbox;               /* index, or AW_CLIENT_NONE */
    uint32_t at;                    /* deposited_at or as_of: the relay's wall clock, seconds */
    uint32_t waiting;               /* cells that will follow on this link, or that are waiting */
    uint32_t retry_after;           /* AW_RELAY_RATE: seconds until the next deposit may pass */
    uint64_t id;                    /* of the deposit */
    uint64_t cell_no;               /* for aw_client_take() */
    struct aw_bytes cell;           /* borrowed from the frame */
};

/** Starts with no mailbox and nothing to deposit; connecting is due at once. */
AW_API void aw_client_init(struct aw_client *client, const struct aw_client_config *config,
                           struct aw_now now);

/** Erases capabilities and cells. */
AW_API void aw_client_wipe(struct aw_client *client);

/**
 * Adds a mailbox to create (unless it exists) and to subscribe to.
 *
 * @param deposit  deposit capability, or NULL with `token`
 * @param token    access token of the relay's operator, or NULL: the mailbox exists already
 * @param mailbox  set to its index
 * @return AW_OK
 *         AW_E_LIMIT  no free slot
 */
AW_API AW_MUST_USE enum aw_status aw_client_mailbox_add(struct aw_client *client,
                                                        const uint8_t read[AW_RELAY_KEY_LEN],
                                                        const uint8_t *deposit,
                                                        const uint8_t *token, uint32_t *mailbox);

/** Asks the relay to forget a mailbox and all cells in it; ends with AW_CLIENT_EV_REMOVED. */
AW_API void aw_client_mailbox_remove(struct aw_client *client, uint32_t mailbox);

/**
 * Forgets a mailbox here only; what the relay still says about it is ignored. The slot is free
 * again when the link ends.
 */
AW_API void aw_client_mailbox_forget(struct aw_client *client, uint32_t mailbox);

/**
 * Tells that all cells up to `upto` are handled, durably: the relay deletes them. Numbers that
 * were not delivered on this link are ignored: a relay that was set back to an old backup counts
 * anew, and must not be told to delete what was never seen. What an earlier link has lost of
 * this is delivered again, and taken again.
 */
AW_API void aw_client_take(struct aw_client *client, uint32_t mailbox, uint64_t upto);

/**
 * Queues a cell. It is deposited, over reconnects if need be, until AW_CLIENT_EV_DEPOSITED
 * tells the status: only AW_RELAY_OK means that the relay has it on disk.
 *
 * @param id    chosen by the caller
 * @param cell  AW_RELAY_CELL_LEN bytes are copied. AW_RELAY_BULK_LEN bytes stay borrowed until
 *              the event, or aw_client_cancel()
 * @return AW_OK
 *         AW_E_RANGE  the length is neither
 *         AW_E_BUSY   the queue is full: handle events first
 */
AW_API AW_MUST_USE enum aw_status aw_client_deposit(struct aw_client *client, uint64_t id,
                                                    const uint8_t capability[AW_RELAY_KEY_LEN],
                                                    struct aw_bytes cell);

/**
 * Queues a cell for the switch of the mailbox that `capability` opens: the relay holds it, and
 * delivers it like a deposit if it hears no newer one in time (spec/08-relay.md §7). Each replaces
 * the one before and starts the time anew. Over reconnects and to the event as with
 * aw_client_deposit(): only AW_RELAY_OK means that the relay has it on disk.
 *
 * @param id       chosen by the caller, from the same numbers as those of deposits
 * @param cell     copied
 * @param after_s  1 to AW_RELAY_ARM_MAX_S seconds, counted by the relay from when it hears this
 * @return AW_OK
 *         AW_E_RANGE  after_s is out of range
 *         AW_E_BUSY   the queue is full, or holds such a cell for the same mailbox: wait for its
 *                     event or call aw_client_cancel(), then arm with what is newest
 */
AW_API AW_MUST_USE enum aw_status aw_client_arm(struct aw_client *client, uint64_t id,
                                                const uint8_t capability[AW_RELAY_KEY_LEN],
                                                const uint8_t cell[AW_RELAY_CELL_LEN],
                                                uint32_t after_s);

/**
 * Returns what an engine is told of a cell of its own that the relay answered so (event->status):
 * AW_OK, AW_E_NOT_FOUND, AW_E_LIMIT, AW_E_STORE, or AW_E_NETWORK for what a later try may change.
 */
AW_API AW_MUST_USE enum aw_status aw_client_status(enum aw_relay_answer answer);

/** Takes a cell out of the queue; no event follows. It may have been deposited already. */
AW_API void aw_client_cancel(struct aw_client *client, uint64_t id);

/** Returns when to connect, AW_TIME_NEVER while connecting or connected. */
AW_API uint64_t aw_client_connect_ms(const struct aw_client *client);

/** Connect now: for a user's wish, or when the network came back. */
AW_API void aw_client_connect_now(struct aw_client *client, struct aw_now now);

/** Tells that a new link begins: everything that matters is asked for again on it. */
AW_API void aw_client_connecting(struct aw_client *client, struct aw_now now);

/**
 * Tells that the link ended, or could not be made, and plans the next attempt.
 *
 * @param random  32 random bits, for the jitter
 */
AW_API void aw_client_disconnected(struct aw_client *client, uint32_t random, struct aw_now now);

/**
 * Returns how long to wait before attempt `attempt` (from 0): between half of and all of
 * 1 s * 2^attempt, at most a minute. Pure: the same arguments give the same wait.
 */
AW_API uint64_t aw_client_backoff_ms(uint32_t attempt, uint32_t random);

/** Returns whether aw_client_output() would append anything. */
AW_API bool aw_client_has_output(const struct aw_client *client);

/**
 * Appends requests to the plaintext of a frame, as many as fit and may be unanswered.
 * A bulk cell needs AW_RELAY_BULK_LEN + 64 bytes; with less room it waits.
 */
AW_API void aw_client_output(struct aw_client *client, struct aw_buf *plain, struct aw_now now);

/**
 * Reads the next message of a frame's plaintext.
 *
 * @param plain  moved over what was read
 * @param event  kind AW_CLIENT_EV_NONE when the frame is used up
 * @return AW_OK
 *         AW_E_FORMAT  not what a relay says: close the link, then aw_client_disconnected()
 */
AW_API AW_MUST_USE enum aw_status aw_client_next_event(struct aw_client *client,
                                                       struct aw_bytes *plain,
                                                       struct aw_client_event *event,
                                                       struct aw_now now);

/** Next monotonic time for aw_client_tick(), or AW_TIME_NEVER. */
AW_API uint64_t aw_client_deadline_ms(const struct aw_client *client);

/**
 * Lets time pass; may queue a probe.
 *
 * @return AW_OK
 *         AW_E_NETWORK  an answer is overdue: close the link, then aw_client_disconnected()
 */
AW_API AW_MUST_USE enum aw_status aw_client_tick(struct aw_client *client, struct aw_now now);

/** How well this relay can be heard. Size: 48 bytes. */
struct aw_client_health {
    bool is_connected;      /* an answer has come on this link */
    struct aw_now answered; /* when the last answer came; 0: never */
    struct aw_now asked;    /* when the request was sent that it answered at the latest */
    uint32_t as_of;         /* the relay's clock in its last word about it, seconds */
    uint32_t outstanding;   /* requests without answer */
};

/** Copies how well this relay can be heard. */
AW_API void aw_client_health(const struct aw_client *client, struct aw_client_health *out);

/**
 * Tells up to when it is known that nothing was waiting in a mailbox: "my link was healthy and
 * there was nothing for me". Counted from the moment of asking, on this device's clocks.
 *
 * @param asked  set to the time of the question; both 0 when it was never known
 * @param as_of  set to the relay's clock in the answer, seconds
 * @return whether the mailbox is subscribed now, with nothing announced and not yet delivered
 */
AW_API bool aw_client_is_clear(const struct aw_client *client, uint32_t mailbox,
                               struct aw_now *asked, uint32_t *as_of);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_CLIENT_H */
