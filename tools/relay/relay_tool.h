/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_RELAY_RELAY_TOOL_H
#define TOOLS_RELAY_RELAY_TOOL_H

#include "common/address.h"
#include "common/args.h"
#include "common/home.h"
#include "common/reply.h"

#include <allswell/server.h>

/**
 * @file
 * allswell-relay: what its commands share.
 *
 * One process owns the database. While `run` is up, the other commands ask it through its control
 * socket; otherwise they open the database themselves. Both ways end in relay_request().
 */

/** Keys of the options in the table of main.c. */
enum relay_option_key {
    OPT_HOME = ARGS_KEY,
    OPT_JSON,
    OPT_LISTEN,
    OPT_PUBLIC,
    OPT_WAKE,
    OPT_QUOTA,
};

/** Where the tool keeps its own record: the address line that `run` printed last. */
#define RELAY_TOOL_SPACE        97
#define RELAY_TOOL_KEY_ENDPOINT 1

/** Mailboxes that a token may create when nothing is said. */
#define RELAY_QUOTA_DEFAULT 64

/** An open relay: its engine, and what else `status` tells. */
struct relay_host {
    struct aw_relay *relay;
    struct aw_server *server; /* NULL when it is not running */
    struct aw_store store;
    struct aw_endpoint endpoint; /* address "" when it was never running */
    char path[HOME_FILE_MAX];    /* of the database */
    uint64_t started_wall_ms;
    void *memory; /* of the engine, when it is not running */
};

/** Finds the home; `create` makes it too. */
bool relay_home(struct home *home, const struct args *args, bool create, struct tool_fail *fail);

/** Opens the database of a home. */
bool relay_store_open(struct aw_store *store, const struct home *home, unsigned flags,
                      struct tool_fail *fail);

/** Reads the endpoint that `run` kept; address "" when there is none. */
void relay_endpoint_load(const struct aw_store *store, struct aw_endpoint *endpoint);

/** Keeps the endpoint for commands that come when the relay is down. */
bool relay_endpoint_store(const struct aw_store *store, const struct aw_endpoint *endpoint,
                          struct tool_fail *fail);

/** Opens the relay without the network, loading its records. */
bool relay_offline_open(struct relay_host *host, const struct home *home, struct tool_fail *fail);

/** Commits what requests have changed. */
bool relay_offline_commit(struct relay_host *host, struct tool_fail *fail);

/** Closes what relay_offline_open() opened. */
void relay_offline_close(struct relay_host *host);

/** Answers "token-new", "token-list", "token-revoke", "status". A reply_handler. */
bool relay_request(void *ctx, const char *what, const json_t *request, json_t **reply,
                   struct tool_fail *fail);

/** Returns whether a request changes the relay: its answer must wait for the disk. */
bool relay_request_is_change(const json_t *request);

/** Asks the running relay, or opens it and does the work here. */
bool relay_ask(const struct args *args, json_t *request, json_t **reply, struct tool_fail *fail);

/** Splits ADDR:PORT, and finds the host to hand out. */
struct listen {
    char host[64];
    uint16_t port;
};
bool listen_parse(struct listen *out, const char *text, struct tool_fail *fail);
void listen_public_host(char out[64], const struct listen *on, bool *guessed);

int cmd_run(const struct args *args);
int cmd_token_new(const struct args *args);
int cmd_token_list(const struct args *args);
int cmd_token_revoke(const struct args *args);
int cmd_status(const struct args *args);

#endif /* TOOLS_RELAY_RELAY_TOOL_H */
