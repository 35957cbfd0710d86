/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_HOST_NET_H
#define TOOLS_ALLSWELL_HOST_NET_H

#include "allswell/host.h"

#include <allswell/agent.h>

struct notify;

/**
 * @file
 * Host on the network: the loop that drives the engines of a home, the links to its relays, and
 * what happens on events.
 */

/** Connects the engines of an open host to its relays. */
bool host_net_open(struct host *host, struct tool_fail *fail);

/** Ends the links; what waits stays in the store. */
void host_net_close(struct host *host);

/** Stores and sends what an input has made. Without a network it does nothing. */
void host_net_kick(struct host *host);

/** Tells that a watched person was added. */
bool host_net_watch(struct host *host, struct host_watch *watch, struct tool_fail *fail);

/** Tells that a relay was added, or its token replaced. */
bool host_net_relay(struct host *host, const struct host_relay *relay, struct tool_fail *fail);

/** Tells that the proxy of the settings changed: links are made anew, through it. */
bool host_net_proxy(struct host *host, struct tool_fail *fail);

/** Tells where a relay is now: links are made anew. */
bool host_net_moved(struct host *host, const struct aw_endpoint *now, struct tool_fail *fail);

/** The loop, for the control socket and signals. */
struct aw_loop *host_net_loop(struct host *host);

/** The time of the loop's clock that is true time `ms` from now: for what has nothing to do with
 * it. */
uint64_t host_net_after_ms(const struct host *host, uint64_t ms);

/** Next time of the loop's clock at which an engine has work. */
uint64_t host_net_deadline_ms(const struct host *host);

/** Tells what is known of the `idx`-th relay that the home talks to, also for others. */
bool host_net_relay_no(const struct host *host, size_t idx, struct aw_agent_relay *out);

/** Tells what is known of a relay; false when nothing is. */
bool host_net_relay_at(const struct host *host, const struct aw_endpoint *endpoint,
                       struct aw_agent_relay *out);

/** Returns whether nothing is under way: all asked, all deposited, all stored. */
bool host_net_is_settled(const struct host *host);

/** Returns whether no relay can be reached before somebody here does something: no proxy is there,
 * or one is needed. */
bool host_net_is_hopeless(const struct host *host);

/**
 * Runs the loop until `until` says so, or true time `ms` has passed.
 *
 * @return what `until` said last
 */
bool host_net_run(struct host *host, bool (*until)(const struct host *host, void *ctx), void *ctx,
                  unsigned ms);

/**
 * Begins to tell people: from now on events go out through the hooks of the home.
 *
 * @param command  run for every event, NULL for none; borrowed
 */
void host_net_notify_start(struct host *host, const char *command);

/** The person here answered for somebody who is watched, or, NULL, for himself: no ring comes again
 * by itself. */
void host_net_answered(struct host *host, const struct host_who *who);

/** The hooks of the home. */
struct notify *host_net_notify(struct host *host);

/* ---- host.c ---- */

/** Makes the engine of one slot, with what is stored of it; NULL when it cannot. */
struct host_watch *host_watch_new(struct host *host, uint32_t slot, enum aw_status *status);

/** Wipes and frees it. */
void host_watch_free(struct host_watch *watch);

#endif /* TOOLS_ALLSWELL_HOST_NET_H */
