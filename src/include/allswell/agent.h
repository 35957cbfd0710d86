/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_AGENT_H
#define ALLSWELL_AGENT_H

#include <allswell/client.h>
#include <allswell/contact.h>
#include <allswell/dial.h>
#include <allswell/loop.h>
#include <allswell/store.h>
#include <allswell/subject.h>

/**
 * @file
 * Agent: runs the engines of one home: commits what they want stored, deposits what they want
 * sent, reads their mailboxes, wakes them at their deadlines, and hands out their events.
 *
 * The engines stay the caller's. After each input that he gives one himself (a check-in, a
 * claim), he calls aw_agent_wake(); the agent does the rest before the loop waits again.
 * Threads: the loop's.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Relays that one agent talks to. */
#define AW_AGENT_RELAY_MAX 64

/** Mailboxes that one agent reads on one relay. */
#define AW_AGENT_MAILBOX_MAX 1024

/** Deposits that may wait for one relay. */
#define AW_AGENT_DEPOSIT_MAX 128

/** `slot` of an event of the subject engine. */
#define AW_AGENT_SUBJECT 0

/** Prepares, loads and starts the subject engine from its records; see aw_subject_load(). */
AW_API AW_MUST_USE enum aw_status
aw_agent_load_subject(struct aw_subject *subject, const struct aw_store *store, struct aw_now now);

/** The same for the contact engine of one slot. */
AW_API AW_MUST_USE enum aw_status aw_agent_load_contact(struct aw_contact *contact, uint32_t slot,
                                                        const struct aw_store *store,
                                                        struct aw_now now);

/**
 * Lists the slots of contact engines that have records, ascending.
 *
 * @param count  set to how many there are; at most `cap` are filled
 */
AW_API AW_MUST_USE enum aw_status aw_agent_slots(const struct aw_store *store, uint32_t *slots,
                                                 size_t cap, size_t *count);

/** All pointers are borrowed until aw_agent_close(). Size: 32 bytes. */
struct aw_agent_config {
    struct aw_store store; /* of the home; closed by the caller afterwards */

    /**
     * Called for each event of an engine.
     *
     * @param slot  AW_AGENT_SUBJECT, or the slot of the contact engine
     */
    void (*on_event)(void *ctx, uint32_t slot, const struct aw_event *event);
    void *ctx; /* handed to each callback */
};

struct aw_agent;

/** AW_OK, or AW_E_NETWORK without memory. */
AW_API AW_MUST_USE enum aw_status aw_agent_open(struct aw_agent **out, struct aw_loop *loop,
                                                const struct aw_agent_config *config);

/**
 * Names a relay on which mailboxes may be created, with the operator's token. Call it before
 * the engines are added; again to replace the token.
 *
 * @return AW_OK
 *         AW_E_FORMAT  the address is not "host:port"
 *         AW_E_LIMIT   too many relays, or no memory
 */
AW_API AW_MUST_USE enum aw_status aw_agent_relay_add(struct aw_agent *agent,
                                                     const struct aw_endpoint *relay,
                                                     const uint8_t token[AW_RELAY_KEY_LEN]);

/**
 * Reaches all relays through a proxy from now on, each channel over links of its own
 * (spec/08-relay.md §10). The links so far are ended, and made anew. Not within on_event.
 *
 * @param proxy  copied; an empty host: without a proxy, as at the start
 * @return AW_OK
 *         AW_E_FORMAT  its host is not an IPv4 or IPv6 address, or its port 0; nothing changed
 */
AW_API AW_MUST_USE enum aw_status aw_agent_proxy(struct aw_agent *agent,
                                                 const struct aw_proxy *proxy);

/**
 * Reaches the relay with this key at this address from now on, whatever address channels were made
 * with: it has moved, and its key proves that it is the same. The links so far are ended, and made
 * anew. Call it before the relays are added; not within on_event.
 *
 * @return AW_OK
 *         AW_E_FORMAT  the address is not "host:port"; nothing changed
 *         AW_E_LIMIT   AW_AGENT_RELAY_MAX relays have moved
 */
AW_API AW_MUST_USE enum aw_status aw_agent_relay_moved(struct aw_agent *agent,
                                                       const struct aw_endpoint *now);

/** Runs a started subject engine; at most one. AW_OK, AW_E_STATE, AW_E_LIMIT (memory). */
AW_API AW_MUST_USE enum aw_status aw_agent_subject_add(struct aw_agent *agent,
                                                       struct aw_subject *subject);

/** Runs a started contact engine. AW_OK, AW_E_STATE (slot is in use), AW_E_LIMIT (memory). */
AW_API AW_MUST_USE enum aw_status aw_agent_contact_add(struct aw_agent *agent,
                                                       struct aw_contact *contact, uint32_t slot);

/** Tells that an engine was given an input. Also from within on_event. */
AW_API void aw_agent_wake(struct aw_agent *agent);

/** Does all that can be done now: commits, hands out events, sends. Not within on_event. */
AW_API void aw_agent_flush(struct aw_agent *agent);

/** What is known of one relay. Size: 184 bytes. */
struct aw_agent_relay {
    struct aw_endpoint relay;       /* its address and key */
    struct aw_client_health health; /* how well it can be heard: of the worst of its links */
    uint32_t mailbox_count;         /* mailboxes that are read there */
    uint32_t send_count;            /* cells that wait for it */
    uint32_t link_count;            /* ways to it: one, or with a proxy one for each channel */
    uint32_t up_count;              /* those of them on which it has proved itself */
    enum aw_relay_answer answer; /* last answer about a mailbox: AW_RELAY_TOKEN needs a new token */
    enum aw_dial_fault why;      /* what keeps a link down, AW_DIAL_OK: nothing known */
    bool is_up;                  /* proved itself on every present link */
    bool has_token;              /* a token to create mailboxes is known */
};

/** Tells about the `idx`-th relay. AW_OK or AW_E_NOT_FOUND. */
AW_API AW_MUST_USE enum aw_status aw_agent_relay_at(const struct aw_agent *agent, size_t idx,
                                                    struct aw_agent_relay *out);

/**
 * Next time of the loop's clock at which an engine has work, AW_TIME_NEVER. The agent's timer is
 * set to it: that it lies far in the past tells that deadlines are not served.
 */
AW_API uint64_t aw_agent_deadline_ms(const struct aw_agent *agent);

/** Returns whether nothing waits to be stored or sent. */
AW_API bool aw_agent_is_idle(const struct aw_agent *agent);

/** Ends all links. What was not sent is sent after the next start. */
AW_API void aw_agent_close(struct aw_agent *agent);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_AGENT_H */
