/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_SERVER_H
#define ALLSWELL_SERVER_H

#include <allswell/loop.h>
#include <allswell/relay.h>
#include <allswell/store.h>

/**
 * @file
 * Server: a relay on the network (spec/08-relay.md): the relay engine, its store, and links over
 * TCP. Deposits of all links share commits, which run on a thread of their own.
 * Threads: the loop's, unless said otherwise.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Where the server keeps its own settings in the store: space and key of its secret key. */
#define AW_SERVER_SPACE      96
#define AW_SERVER_KEY_SECRET 1 /* its key */

/** Connections that have not proved yet that they know the relay's key. */
#define AW_SERVER_STRANGER_MAX 1024

/** The same from one IPv4 address or IPv6 /64; loopback (Tor) is not counted. */
#define AW_SERVER_STRANGER_ADDRESS_MAX 16

/** Time for the handshake, and for any frame from its first byte to its last, in ms. */
#define AW_SERVER_FRAME_MS 10000

/** Time in which a client must take at least some of what waits for it, in ms. */
#define AW_SERVER_WRITE_MS 30000

/** Time after which a link on which nothing arrives is closed, in ms. */
#define AW_SERVER_IDLE_MS 1800000

/** Time for what is under way when the server drains, in ms. */
#define AW_SERVER_DRAIN_MS 5000

/** Time limit of a wake command, in ms. */
#define AW_SERVER_WAKE_MS 30000

/** Room for the longest message, with its terminating zero. */
#define AW_SERVER_MESSAGE_CAP 512

/**
 * A command that tokens can name: run when a cell waits and its reader is not online.
 * Size: 16 bytes.
 */
struct aw_server_wake {
    const char *name;        /* as in struct aw_relay_token_info */
    const char *const *argv; /* ended by NULL; ALLSWELL_LABEL in its environment is the label */
};

/** All pointers are borrowed until aw_server_close(). Size: 120 bytes. */
struct aw_server_config {
    const char *host;       /* numeric address to listen on, such as "0.0.0.0" or "::" */
    uint16_t port;          /* 0: any free one */
    struct aw_store store;  /* closed by the caller, after aw_server_close() */
    struct aw_store reader; /* second connection of the store for this thread; self NULL: none,
                               then commits run on the loop's thread */
    void (*reader_rest)(struct aw_store *reader); /* aw_store_sqlite_rest, or NULL */
    const struct aw_server_wake *wakes;           /* that tokens can name */
    size_t wake_count;                            /* of them */
    struct aw_relay_config relay;                 /* sizes and quotas of the engine */
    uint64_t frame_ms; /* 0: AW_SERVER_FRAME_MS; shorter ones are for tests */
    uint64_t write_ms; /* 0: AW_SERVER_WRITE_MS */
    uint64_t idle_ms;  /* 0: AW_SERVER_IDLE_MS */
};

struct aw_server;

/**
 * Loads the relay from its store and listens. A relay without a key gets one.
 *
 * @param message  on failure one line with the remedy, without a newline
 * @return AW_OK
 *         AW_E_NETWORK  the address or port cannot be used
 *         AW_E_STORE, AW_E_DAMAGED, AW_E_VERSION, AW_E_LIMIT  the store cannot be used
 *         AW_E_ENTROPY  the random source failed
 *         AW_E_RANGE    `host` is not a numeric address, or a bound of `relay` is too large
 */
AW_API AW_MUST_USE enum aw_status aw_server_open(struct aw_server **out, struct aw_loop *loop,
                                                 const struct aw_server_config *config,
                                                 char message[AW_SERVER_MESSAGE_CAP]);

/** The port that the server listens on. */
AW_API uint16_t aw_server_port(const struct aw_server *server);

/** The relay's public key, for the address line that is handed out. */
AW_API void aw_server_public_key(const struct aw_server *server, uint8_t out[AW_RELAY_KEY_LEN]);

/** The engine, for tokens and counters. After a change call aw_server_when_durable(). */
AW_API struct aw_relay *aw_server_relay(struct aw_server *server);

/** Told once whether a change is on disk. */
typedef void aw_server_durable(void *ctx, enum aw_status status);

/**
 * Calls `call` once when everything that was changed in the engine before now is on disk, or
 * with the status of the commit that failed.
 *
 * @return AW_OK, or AW_E_BUSY: 64 calls are waiting
 */
AW_API AW_MUST_USE enum aw_status aw_server_when_durable(struct aw_server *server,
                                                         aw_server_durable *call, void *ctx);

/** Spans of commit times that are counted apart: up to 1, 3, 10, 30, 100, 300, 1000, 3000 ms, more.
 */
#define AW_SERVER_COMMIT_SPANS 9

/** What the network has seen since the start. Size: 168 bytes. */
struct aw_server_counters {
    uint64_t accepted;          /* connections */
    uint64_t refused;           /* closed at once: limits, or draining */
    uint64_t strangers;         /* now without a finished handshake */
    uint64_t links;             /* now ready */
    uint64_t handshakes;        /* done */
    uint64_t handshakes_failed; /* wrong bytes, or out of time */
    uint64_t junk;              /* links closed for a frame that did not open */
    uint64_t slow;              /* links closed for missing a time limit */
    uint64_t wakes_run;         /* wake commands that began */
    uint64_t wakes_failed;      /* no such command, not started, killed, ended with an error */
    uint64_t commit_us;         /* time that commits took in all, in microseconds */
    uint64_t commit_spans[AW_SERVER_COMMIT_SPANS]; /* commits, by the time that each took */
    uint64_t passed_ms; /* monotonic time of the last pass over the deadlines */
};

/** Upper bounds of the spans but the last, in ms. */
AW_API uint64_t aw_server_commit_span_ms(size_t span);

/** Copies what the network has seen. */
AW_API void aw_server_counters(const struct aw_server *server, struct aw_server_counters *out);

/**
 * Drains: accepts and reads no more, commits what was taken in, sends the answers, closes the
 * links, then calls `done`. After AW_SERVER_DRAIN_MS it gives up on links that do not take theirs.
 */
AW_API void aw_server_drain(struct aw_server *server, aw_loop_call *done, void *ctx);

/** Closes everything, drained or not, and wipes the keys. Waits for a commit under way. */
AW_API void aw_server_close(struct aw_server *server);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_SERVER_H */
