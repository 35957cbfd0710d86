/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_RELAY_H
#define ALLSWELL_RELAY_H

#include <allswell/base.h>
#include <allswell/limits.h>
#include <allswell/store.h>

/**
 * @file
 * Relay: the engine of a store-and-forward relay (spec/08-relay.md).
 *
 * The engine decides everything and does nothing: the host opens and seals link frames
 * (allswell/link.h), commits batches to a store (allswell/store.h) and runs wake hooks. It
 * allocates nothing, reads no clock and opens no socket. The host's loop:
 *
 *     a frame arrived     aw_relay_feed(), with what an earlier call could not take yet first
 *     a commit is done    aw_relay_committed()
 *     then always         while ((link = aw_relay_ready_next()) != AW_RELAY_NONE)
 *                             aw_relay_output() until it appends nothing; seal, send
 *                         aw_relay_wake_next() until false
 *                         aw_relay_tidy_next() a few times
 *                         no commit under way: aw_relay_batch_next(); hand it to the store
 *                         set the timer to aw_relay_deadline_ms(), then aw_relay_tick()
 *
 * Deliver before the next batch is taken: the cells of the last commits are still in memory.
 *
 * Durable before visible: the answer to a deposit, and the delivery of its cell, come out of
 * aw_relay_output() only after the commit that holds the cell was reported done. While one
 * batch is being committed, perhaps by another thread, the next one fills.
 *
 * Threads: one at a time per relay. The bytes of a batch may be read by another thread until
 * aw_relay_committed().
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Length of a capability, of its hash and of an access token, in bytes. */
#define AW_RELAY_KEY_LEN 32

/** Longest time that takes and deletions wait for company in a batch, in ms. */
#define AW_RELAY_LAZY_MS 200

/** Time after a failed commit before the next batch is handed out, in ms. */
#define AW_RELAY_RETRY_MS 1000

/** Longest record of a relay: one block row, in bytes. */
#define AW_RELAY_RECORD_MAX 40960

/** Smallest buffer for aw_relay_output(): one delivery of a bulk cell, in bytes. */
#define AW_RELAY_OUTPUT_MIN (AW_RELAY_BULK_LEN + 32)

/** "No link". */
#define AW_RELAY_NONE UINT32_MAX

/** Spaces of the relay's records, in the order in which aw_relay_load() wants them. */
enum aw_relay_space {
    AW_RELAY_SPACE_META = 1,
    AW_RELAY_SPACE_TOKEN = 2,
    AW_RELAY_SPACE_MAILBOX = 3,
    AW_RELAY_SPACE_BLOCK = 4, /* cells: one row for those of one commit, up to the record limit */
};

/** Statuses on the wire (spec/13-statuses.md §2). */
enum aw_relay_answer {
    AW_RELAY_OK = 0,      /* done; for deposit, create and remove: durable */
    AW_RELAY_UNKNOWN = 1, /* no such mailbox, or not its capability */
    AW_RELAY_FULL = 2,    /* nothing more can be kept there; deposit again later */
    AW_RELAY_RATE = 3,    /* too many deposits; again after retry_after seconds */
    AW_RELAY_TOKEN = 4,   /* token unknown or revoked, or keys of a foreign mailbox */
    AW_RELAY_LIMIT = 5,   /* quota of the token or of the relay is used up */
    AW_RELAY_STORE = 6,   /* the disk refused: nothing was kept */
    AW_RELAY_BAD = 7,     /* malformed request; the link is closed after this answer */
    AW_RELAY_MOVED = 8,   /* another link has subscribed; this subscription has ended */
};

/** Bounds of one relay, fixed at init. Zero means the default in brackets. Size: 24 bytes. */
struct aw_relay_config {
    uint32_t link_count;       /* link indices are 0 to link_count - 1 [1024] */
    uint32_t mailbox_count;    /* [4096] */
    uint32_t cell_count;       /* waiting cells of all mailboxes [65536] */
    uint32_t token_count;      /* [64] */
    uint32_t rate_burst;       /* deposits at once per deposit capability [128] */
    uint32_t rate_interval_ms; /* then one deposit each [1000] */
};

/** Private, at the start of the caller's memory. Holds one secret: a hash key. */
struct aw_relay;

/**
 * Returns how many bytes aw_relay_init() needs for `config`, 0 when a bound is out of range:
 * about 3.8 MB, 52 per cell, 310 per mailbox with its switch, 8,232 per link; for cells up to 60
 * and mailboxes up to 330 where a count is just above a power of two. Pages that were never needed
 * were never touched: an idle relay has some 100 KB of them resident.
 */
AW_API size_t aw_relay_memory_len(const struct aw_relay_config *config);

/**
 * Places a relay in the caller's memory.
 *
 * @param memory  `len` bytes, all zero (calloc, or fresh mmap), aligned for any object; it must
 *                stay where it is. To release the relay, call aw_relay_wipe(), then free it
 * @param random  used during the call and kept for aw_relay_token_new()
 * @return AW_OK         load the records, then aw_relay_start()
 *         AW_E_SPACE    `len` is less than aw_relay_memory_len()
 *         AW_E_RANGE    a bound in `config` is above 2^26 (links: 65,534)
 *         AW_E_ENTROPY  the random source failed
 */
AW_API AW_MUST_USE enum aw_status aw_relay_init(struct aw_relay **out, void *memory, size_t len,
                                                const struct aw_relay_config *config,
                                                const struct aw_random *random);

/**
 * Takes one stored record: every record of the four spaces, in the order of enum
 * aw_relay_space, by ascending key. `value` is borrowed for the call.
 *
 * @return AW_OK
 *         AW_E_DAMAGED  not what a relay has written
 *         AW_E_VERSION  written by a later version
 *         AW_E_LIMIT    the bounds of the config are too small for what is stored
 *         After a failure, give up this relay object; the store is unchanged.
 */
AW_API AW_MUST_USE enum aw_status aw_relay_load(struct aw_relay *relay, uint8_t space, uint64_t key,
                                                struct aw_bytes value);

/** Ends the loading. From now on links may be opened. */
AW_API void aw_relay_start(struct aw_relay *relay, struct aw_now now);

/** Erases the secrets of the relay. */
AW_API void aw_relay_wipe(struct aw_relay *relay);

/** Tells that link `link` exists now. It was closed before (asserted). */
AW_API void aw_relay_link_open(struct aw_relay *relay, uint32_t link);

/** Tells that link `link` is gone: its answers are dropped, its subscriptions end. */
AW_API void aw_relay_link_closed(struct aw_relay *relay, uint32_t link);

/**
 * Takes requests: the plaintext of one frame, or the rest of it.
 *
 * @param used  set to the bytes that were taken, always whole requests
 * @return AW_OK        all of it
 *         AW_E_BUSY    a part; keep the rest, read no more from this link, and call again with
 *                      the rest after aw_relay_committed() and after aw_relay_output()
 *         AW_E_FORMAT  malformed. The answer AW_RELAY_BAD is waiting; send it, then close.
 *                      Later calls take nothing and return the same
 */
AW_API AW_MUST_USE enum aw_status aw_relay_feed(struct aw_relay *relay, uint32_t link,
                                                struct aw_bytes plain, size_t *used,
                                                struct aw_now now);

/** Lets time pass. Due at the deadline; an early or late call does no harm. */
AW_API void aw_relay_tick(struct aw_relay *relay, struct aw_now now);

/** Next monotonic time at which there is something to do, or AW_TIME_NEVER. */
AW_API uint64_t aw_relay_deadline_ms(const struct aw_relay *relay);

/** Changes to commit as a whole. Borrowed until aw_relay_committed(). Size: 16 bytes. */
struct aw_relay_batch {
    const struct aw_store_op *ops; /* to commit, all or none */
    size_t op_count;               /* of them */
};

/**
 * Closes the batch that was filling and hands it out.
 *
 * @return true   commit it, then call aw_relay_committed()
 *         false  one is under way, or nothing is to be written yet
 */
AW_API bool aw_relay_batch_next(struct aw_relay *relay, struct aw_relay_batch *out,
                                struct aw_now now);

/**
 * Tells how the commit ended. After AW_OK its answers and cells become visible. After any
 * other status its deposits are answered AW_RELAY_STORE and forgotten, and the relay is
 * degraded until a commit succeeds.
 */
AW_API void aw_relay_committed(struct aw_relay *relay, enum aw_status status, struct aw_now now);

/**
 * Takes the next link that has output, or AW_RELAY_NONE. A link comes up again when more
 * arrives for it after aw_relay_output() has appended nothing: a host that cannot send now
 * remembers it.
 */
AW_API uint32_t aw_relay_ready_next(struct aw_relay *relay);

/** Bytes of a frame that lie in the store: fill them before the frame is sealed. Size: 32 bytes. */
struct aw_relay_fetch {
    uint64_t key;  /* record in AW_RELAY_SPACE_BLOCK */
    size_t offset; /* in the record */
    size_t len;    /* AW_RELAY_CELL_LEN or AW_RELAY_BULK_LEN */
    uint8_t *dst;  /* in the caller's buffer */
};

/**
 * Appends answers and deliveries of `link` to `plain`, as many as fit.
 *
 * The bytes of a cell that is not in memory any more are left out and listed in `fetch`: read
 * them from the store straight into the frame, before the next aw_relay_batch_next(). If one
 * cannot be read, send nothing and close the link: nothing is lost, the cell stays.
 *
 * @param plain      at least AW_RELAY_OUTPUT_MIN bytes of room (asserted)
 * @param fetch      room for `fetch_cap` entries, at least 1; 128 are never too few
 * @return number of entries used
 */
AW_API size_t aw_relay_output(struct aw_relay *relay, uint32_t link, struct aw_buf *plain,
                              struct aw_relay_fetch *fetch, size_t fetch_cap);

/**
 * Does a bounded piece of housekeeping: removes mailboxes that nobody reads, and finds a cell that
 * alone keeps a long row, to be copied into the filling batch. Due at the deadline.
 *
 * @param out  the bytes that it wants: read them from the store, then call aw_relay_tidied(), both
 *             before any other call
 * @return true   see above; there may be more
 *         false  nothing now
 */
AW_API bool aw_relay_tidy_next(struct aw_relay *relay, struct aw_relay_fetch *out);

/** Tells whether the bytes were read. Without them the cell stays where it is. */
AW_API void aw_relay_tidied(struct aw_relay *relay, enum aw_status status);

/** Returns whether all answers are out and the link is to be closed because of AW_RELAY_BAD. */
AW_API bool aw_relay_link_is_over(const struct aw_relay *relay, uint32_t link);

/** What an operator says about a token when he makes it. Size: 88 bytes. */
struct aw_relay_token_info {
    uint64_t id;                        /* key of its record, from 1 */
    char label[AW_RELAY_LABEL_MAX + 1]; /* for the operator; may be empty */
    char wake[AW_RELAY_LABEL_MAX + 1];  /* name of a wake command; empty for none */
    uint32_t quota;                     /* mailboxes that it may create, at least 1 */
    uint32_t mailbox_count;             /* mailboxes that it has created; 0 in input */
    bool is_revoked;                    /* creates no more; its mailboxes go on */
};

/**
 * Makes an access token. It is part of the next batch: show it after that one is committed.
 *
 * @param info   label, wake and quota; the id is set
 * @param token  the secret, 32 random bytes, for the reader; only its hash is kept. Wipe it
 * @return AW_OK
 *         AW_E_RANGE    quota 0, or a label that is not terminated
 *         AW_E_LIMIT    token_count is reached
 *         AW_E_BUSY     too many changes wait for a commit
 *         AW_E_ENTROPY  the random source failed
 */
AW_API AW_MUST_USE enum aw_status aw_relay_token_new(struct aw_relay *relay,
                                                     struct aw_relay_token_info *info,
                                                     uint8_t token[AW_RELAY_KEY_LEN]);

/** Revokes a token, as part of the next batch. AW_OK, AW_E_NOT_FOUND or AW_E_BUSY. */
AW_API AW_MUST_USE enum aw_status aw_relay_token_revoke(struct aw_relay *relay, uint64_t id);

/** Fills `out` with the `idx`-th token, by ascending id. AW_OK or AW_E_NOT_FOUND. */
AW_API AW_MUST_USE enum aw_status aw_relay_token_at(const struct aw_relay *relay, uint32_t idx,
                                                    struct aw_relay_token_info *out);

/**
 * A mailbox of this token has got a cell, and no reader is online. Says nothing else.
 * Size: 80 bytes.
 */
struct aw_relay_wake {
    uint64_t token_id;                  /* of the mailbox's token */
    char label[AW_RELAY_LABEL_MAX + 1]; /* of the token */
    char wake[AW_RELAY_LABEL_MAX + 1];  /* what the token names to be run */
};

/** Takes the next wake-up. False when there is none. */
AW_API bool aw_relay_wake_next(struct aw_relay *relay, struct aw_relay_wake *out);

/** What has happened since the start; the first four are what is so now. Size: 216 bytes. */
struct aw_relay_counters {
    uint64_t cells;          /* waiting */
    uint64_t mailboxes;      /* existing */
    uint64_t links;          /* open */
    uint64_t armed;          /* switches that wait for their time */
    uint64_t requests;       /* of any kind */
    uint64_t deposited;      /* kept and durable */
    uint64_t arms;           /* likewise, for switches */
    uint64_t fired;          /* switches that ran out: their cells were delivered */
    uint64_t duplicates;     /* already waiting, acknowledged without being kept twice */
    uint64_t delivered;      /* cells sent to readers */
    uint64_t taken;          /* cells that readers have handled */
    uint64_t dropped;        /* from the middle of a full mailbox */
    uint64_t refused[9];     /* by enum aw_relay_answer; [0] is not used */
    uint64_t commits;        /* batches */
    uint64_t commits_failed; /* of them refused by the store */
    uint64_t wakes;          /* asked for */
    uint64_t expired;        /* mailboxes that nobody read */
    uint64_t moved;          /* cells that were copied so that their row could go */
    bool is_degraded;        /* the last commit failed: cells are refused until one succeeds */
};

/** Copies what was counted since the start. */
AW_API void aw_relay_counters(const struct aw_relay *relay, struct aw_relay_counters *out);

/** Copies the bounds in force: those of the config, with its defaults. */
AW_API void aw_relay_bounds(const struct aw_relay *relay, struct aw_relay_config *out);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_RELAY_H */
