/* SPDX-License-Identifier: ISC */
#ifndef AW_NET_SERVER_H
#define AW_NET_SERVER_H

#include "net/frames.h"
#include "net/loop.h"

#include <allswell/link.h>
#include <allswell/server.h>
#include <pthread.h>

/* Calls of aw_server_when_durable() that may wait. */
#define AW_SERVER_WAITER_MAX 64

/* spec/08-relay.md §1: "A relay MUST read what waits on the connections that it has before it takes
 * more than 64 new ones." One turn of the loop does both. */
#define AW_SERVER_ACCEPT_MAX 64

/* How often the time limits of links are looked at; true time. */
#define AW_SERVER_SWEEP_MS 1000

/*
 * One connection. While it is idle it owns nothing but this: reads go to a buffer that all
 * links share, frames are built in another one, and memory for a part of a frame is taken
 * only while that part waits. Secret: wipe (the keys of the link).
 *
 *   from      on                     to        function
 *   -         connection             STRANGER  aw_server_accept()
 *   STRANGER  first frame opens      READY     first_frame()
 *   READY     engine cannot take     READY, held_plain or held_raw set
 *   any       end, error, limit      CLOSING   aw_server_link_close()
 */
enum server_link_state { SERVER_LINK_STRANGER = 0, SERVER_LINK_READY, SERVER_LINK_CLOSING };

struct server_bytes {
    uint8_t *ptr; /* owned */
    size_t len, pos;
};

struct server_link {
    uv_tcp_t tcp;
    struct aw_server *server;
    struct server_link *prev, *next; /* among the strangers, oldest first; or among the held */
    struct aw_link crypto;
    struct aw_frames frames;
    struct server_bytes held_plain; /* opened, but not yet taken by the engine */
    struct server_bytes held_raw;   /* read, but not yet opened */
    uint64_t frame_since_ms;        /* first byte of what is incomplete; stranger: the start */
    uint64_t write_since_ms;        /* last progress of what waits to be sent */
    uint64_t read_ms;               /* when something arrived last */
    uint64_t address;               /* of a stranger: IPv4, or the IPv6 /64; 0: not counted */
    uint32_t write_left;            /* bytes that the kernel has not taken */
    uint32_t slot;                  /* index for the engine; AW_RELAY_NONE: stranger */
    enum server_link_state state;
    bool is_held, is_over;
};

struct server_list {
    struct server_link *first, *last;
    uint32_t count;
};

struct server_waiter {
    aw_server_durable *call;
    void *ctx;
    bool is_handed; /* its changes are in the batch under way */
};

/* The thread that commits. The loop hands over a batch, the thread hands back a status. */
struct server_committer {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    uv_async_t done;
    struct aw_relay_batch batch;
    enum aw_status status;
    bool has_batch, is_done, stop, running;
};

struct aw_server {
    struct aw_loop *loop;
    struct aw_server_config config;
    struct aw_relay *relay;
    void *relay_memory;
    uint8_t secret_key[AW_LINK_KEY_LEN], public_key[AW_LINK_KEY_LEN];
    uv_tcp_t listener;
    uv_prepare_t prepare;
    uv_timer_t engine_timer, sweep_timer, drain_timer;
    uint16_t port;
    struct server_link **slots; /* config.relay.link_count; NULL: free */
    uint32_t *free_slots;
    uint32_t free_count;
    struct server_list strangers, held;
    uint8_t *frame_buf; /* AW_LINK_FRAME_MAX bytes: the frame that is being built */
    struct server_committer committer;
    bool is_committing;
    uint64_t commit_since_us; /* true time */
    struct server_waiter waiters[AW_SERVER_WAITER_MAX];
    uint32_t waiter_count;
    struct aw_server_counters counters;
    unsigned accepted_now; /* connections in this turn of the loop */
    bool has_caller;       /* one waits: for memory, or for the next turn */
    bool is_draining, is_closing;
    uint64_t drain_since_ms;
    aw_loop_call *on_drained;
    void *on_drained_ctx;
    uint32_t open_handles; /* of the server itself and its links */
};

/* server_link.c: the life of a connection, and what is sent */
void aw_server_accept(struct aw_server *s);
void aw_server_link_close(struct server_link *link);
void aw_server_link_write(struct server_link *link, const uint8_t *bytes, size_t len);
/* Sends what the engine has for the link, as far as the kernel takes it. */
void aw_server_link_flush(struct server_link *link);
/* Reads cells that are not in memory any more to where they are wanted. */
AW_MUST_USE bool aw_server_fetch(struct aw_server *s, const struct aw_relay_fetch *fetch,
                                 size_t count);
/* Closes the links that have run into a time limit. */
void aw_server_sweep(struct aw_server *s);

/* server_read.c: what arrives */
AW_MUST_USE int aw_server_link_read(struct server_link *link);
/* Feeds what was held back; true when the engine took something. */
bool aw_server_link_resume(struct server_link *link);

/* server_commit.c: the engine's batches */
AW_MUST_USE enum aw_status aw_server_commit_start(struct aw_server *s);
void aw_server_commit_stop(struct aw_server *s);
/* Moves everything that can move: output, wake-ups, the next commit, the timer. */
void aw_server_pump(struct aw_server *s);

/* server.c */
void aw_server_list_add(struct server_list *list, struct server_link *link);
void aw_server_list_remove(struct server_list *list, struct server_link *link);
void aw_server_handle_closed(struct aw_server *s);
/* Ends the draining when nothing is under way any more. */
void aw_server_drain_check(struct aw_server *s);

#endif /* AW_NET_SERVER_H */
