/* SPDX-License-Identifier: ISC */
#ifndef AW_NET_AGENT_H
#define AW_NET_AGENT_H

#include "net/loop.h"

#include <allswell/agent.h>
#include <allswell/dial.h>

/* After a commit failed twice in one round, an engine waits this long for the next; loop time. */
#define AGENT_STORE_RETRY_MS 1000

/* A relay that could not be reached is tried out of turn for something new after this; loop time.
 */
#define AGENT_RETRY_MS 10000

/* Cells that wait because an engine was busy; more are left on the relay until it is read anew. */
#define AGENT_HELD_MAX 256

/* Links of one channel each. */
#define AGENT_LINK_MAX 256

/* Mailboxes of one channel at one relay, with those that are being removed, and cells for it. */
#define AGENT_CHANNEL_MAILBOX_MAX 64
#define AGENT_CHANNEL_DEPOSIT_MAX 32

struct agent_engine {
    struct aw_subject *subject; /* one of the two is set */
    struct aw_contact *contact;
    uint32_t slot;
    uint64_t paused_until_ms; /* 0: not paused */
    bool is_dirty;            /* may have actions */
};

enum agent_mailbox_state { AGENT_MAILBOX_FREE = 0, AGENT_MAILBOX_READ, AGENT_MAILBOX_REMOVING };

/* Beside each mailbox of a client: whose it is, and how far it has been handled. */
struct agent_mailbox {
    uint32_t slot; /* of the engine */
    uint32_t id;   /* the engine's */
    enum agent_mailbox_state state;
    bool is_wanted;
    uint64_t fed_upto, taken_upto; /* numbers of cells */
};

struct agent_relay {
    struct aw_agent *agent;
    struct aw_endpoint endpoint;
    uint8_t token[AW_RELAY_KEY_LEN]; /* secret: wipe */
    bool has_token;
    enum aw_relay_answer answer;
    uint32_t link_count;
};

/* A way to a relay. Without a proxy one is enough for each relay; with one, each channel has its
 * own, so that the operator does not see which of them are of one device. */
struct agent_link {
    struct aw_agent *agent;
    struct agent_relay *relay;
    uint32_t slot;   /* of the engine, and */
    uint8_t channel; /* its channel: what the link is for, unless */
    bool is_shared;  /* it is for all */
    struct aw_dial *dial;
    struct aw_client client; /* secret: wipe */
    struct aw_client_mailbox *client_mailboxes;
    struct aw_client_deposit *client_deposits;
    struct agent_mailbox *mailboxes; /* by the client's index */
    uint32_t mailbox_cap;
    uint32_t send_count;
    uint64_t down_ms; /* when the last link or attempt ended */
    bool needs_kick;
    bool has_answer; /* to a subscribe or a probe, of which the engines do not know yet */
};

/* A cell on its way to a relay: who is told when it is there. */
struct agent_send {
    struct agent_send *next;
    struct agent_link *link;
    uint64_t id;     /* the client's */
    uint64_t action; /* the engine's */
    uint32_t slot;
};

/* A delivered cell that its engine could not take yet. */
struct agent_held {
    struct agent_held *next;
    struct agent_link *link;
    uint32_t mailbox;
    uint32_t at;
    uint64_t cell_no;
    size_t cell_len;
    uint8_t cell[];
};

struct aw_agent {
    struct aw_loop *loop;
    struct aw_agent_config config;
    struct agent_engine *engines;
    size_t engine_count, engine_cap;
    struct agent_relay *relays[AW_AGENT_RELAY_MAX];
    size_t relay_count;
    struct aw_endpoint moved[AW_AGENT_RELAY_MAX]; /* where relays with these keys are now */
    size_t moved_count;
    struct aw_proxy proxy;                                         /* its host "": none */
    struct agent_link *links[AGENT_LINK_MAX + AW_AGENT_RELAY_MAX]; /* of one channel, and shared */
    size_t link_count, own_count;                                  /* all, and of one channel */
    struct agent_send *sends;
    uint64_t next_send_id;
    struct agent_held *held, **held_end;
    size_t held_count;
    uv_prepare_t prepare;
    uv_timer_t timer;
    uint32_t open_handles;
    bool needs_pump, needs_sync, is_closed;
};

/* agent_engine.c: the two kinds of engine behind one face */
struct agent_engine *aw_agent_engine(struct aw_agent *a, uint32_t slot);
bool aw_engine_next_action(struct agent_engine *e, struct aw_action *action);
void aw_engine_done(struct agent_engine *e, uint64_t id, enum aw_status status, struct aw_now now);
AW_MUST_USE enum aw_status aw_engine_feed(struct agent_engine *e, uint32_t mailbox_id,
                                          struct aw_bytes cell, uint32_t at_s, struct aw_now now);
bool aw_engine_is_stored(const struct agent_engine *e);
size_t aw_engine_mailboxes(const struct agent_engine *e, struct aw_mailbox *out);
uint64_t aw_engine_deadline_ms(const struct agent_engine *e);
void aw_engine_tick(struct agent_engine *e, struct aw_now now);
void aw_engine_kick(struct agent_engine *e, struct aw_now now);

/* agent_relay.c: the relays */
/* "host:port" or "[v6]:port"; false for anything else. */
bool aw_agent_split_address(const char *address, char host[AW_DIAL_HOST_MAX + 1], uint16_t *port);
/* The relay of this address and key; NULL: none can be kept. */
/* The address at which a relay is now. */
const char *aw_agent_address(const struct aw_agent *a, const struct aw_endpoint *endpoint);
struct agent_relay *aw_agent_relay_get(struct aw_agent *a, const struct aw_endpoint *endpoint);
void aw_agent_relays_free(struct aw_agent *a);

/* agent_link.c: links, mailboxes, cells in both directions */
/* The link of a channel to a relay; NULL: none can be made. May end links that nothing uses. */
struct agent_link *aw_agent_link_get(struct agent_relay *relay, uint32_t slot, uint8_t channel);
/* Ends the links to a relay if none is in use; false: one is. */
bool aw_agent_links_drop(struct agent_relay *relay);
void aw_agent_link_end(struct aw_agent *a, size_t idx);
void aw_agent_send(struct aw_agent *a, struct agent_engine *e, const struct aw_action *action);
void aw_agent_sync_mailboxes(struct aw_agent *a);
/* Feeds what was held back; true when something was taken. */
bool aw_agent_feed_held(struct aw_agent *a);
/* Tells the engines which relays have nothing for them; true when there was something to tell. */
bool aw_agent_tell_paths(struct aw_agent *a);
/* Tells the relays what is handled durably. */
void aw_agent_take(struct aw_agent *a);

#endif /* AW_NET_AGENT_H */
