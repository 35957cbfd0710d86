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
    OPT_TOKEN,
    OPT_NO_TOKEN,
    OPT_NO_SERVICE,
    OPT_FORWARD,
    OPT_NO_FORWARD,
    OPT_YES,
    OPT_NO_SANDBOX,
    OPT_METRICS,
    OPT_METRICS_PUBLIC,
    OPT_METRICS_TOKEN_FILE,
    OPT_LOG,
    OPT_LOG_LEVEL,
    OPT_WATCH,
    OPT_PROXY,
};

/** Where the tool keeps its own records: the address line that `run` printed last, and what
 * `setup` was told. */
#define RELAY_TOOL_SPACE        97
#define RELAY_TOOL_KEY_ENDPOINT 1
#define RELAY_TOOL_KEY_SETTINGS 2

/** Where `run` listens when nobody has said anything. */
#define RELAY_LISTEN_DEFAULT "0.0.0.0:7440"

/** Home of the relay of the machine: the folder of its service. */
#define RELAY_MACHINE_HOME "/var/lib/allswell-relay"

/** Longest ADDR:PORT to listen on. */
#define RELAY_LISTEN_MAX 71

/** Mailboxes that a token may create when nothing is said. */
#define RELAY_QUOTA_DEFAULT 64

/** What `setup` was told, for `run`: "" is nothing. Kept as it is. */
struct relay_settings {
    char listen[RELAY_LISTEN_MAX + 1];
    char public_host[AW_ADDRESS_LEN_MAX + 1];
    uint8_t forward; /* 1: the router forwards because we have asked it to */
};

/** An open relay: its engine, and what else `status` tells. */
struct relay_host {
    struct aw_relay *relay;
    struct aw_server *server;           /* NULL when it is not running */
    const struct aw_server_wake *wakes; /* that it was started with */
    size_t wake_count;
    struct aw_store store;
    struct aw_endpoint endpoint; /* address "" when it was never running */
    struct relay_settings settings;
    char path[HOME_FILE_MAX]; /* of the database */
    uint64_t started_wall_ms;
    void *memory; /* of the engine, when it is not running */
};

/** Access tokens of a relay. */
struct relay_tokens {
    uint64_t places; /* taken of those that there can be: revoked ones keep theirs */
    uint64_t living; /* not revoked */
    uint64_t quota;  /* mailboxes that the living ones may create */
};
void relay_tokens_count(const struct aw_relay *relay, struct relay_tokens *out);

/** Finds the home; `create` makes it too. */
bool relay_home(struct home *home, const struct args *args, bool create, struct tool_fail *fail);

/** Opens the database of a home. */
bool relay_store_open(struct aw_store *store, const struct home *home, unsigned flags,
                      struct tool_fail *fail);

/** The same for another file of the home, of which `name` is the name. */
bool relay_store_open_file(struct aw_store *store, const struct home *home, const char *name,
                           unsigned flags, struct tool_fail *fail);

/** Reads the endpoint that `run` kept; address "" when there is none. */
void relay_endpoint_load(const struct aw_store *store, struct aw_endpoint *endpoint);

/** Keeps the endpoint for commands that come when the relay is down. */
bool relay_endpoint_store(const struct aw_store *store, const struct aw_endpoint *endpoint,
                          struct tool_fail *fail);

/** The same for what `setup` was told. */
void relay_settings_load(const struct aw_store *store, struct relay_settings *settings);
bool relay_settings_store(const struct aw_store *store, const struct relay_settings *settings,
                          struct tool_fail *fail);

/** Opens the relay without the network, loading its records. */
bool relay_offline_open(struct relay_host *host, const struct home *home, struct tool_fail *fail);

/** The same for another file of the home. */
bool relay_offline_open_file(struct relay_host *host, const struct home *home, const char *name,
                             struct tool_fail *fail);

/** Commits what requests have changed. */
bool relay_offline_commit(struct relay_host *host, struct tool_fail *fail);

/** Closes what relay_offline_open() opened. */
void relay_offline_close(struct relay_host *host);

/** Answers "token-new", "token-list", "token-find" (one that can be revoked), "token-revoke",
 * "status". A reply_handler. */
bool relay_request(void *ctx, const char *what, const json_t *request, json_t **reply,
                   struct tool_fail *fail);

/** Returns whether a request changes the relay: its answer must wait for the disk. */
bool relay_request_is_change(const json_t *request);

/** Asks the running relay, or opens it and does the work here. */
bool relay_ask_home(const struct home *home, json_t *request, json_t **reply,
                    struct tool_fail *fail);

/** The same in the home that the command line says. Once: root has become its owner then. */
bool relay_ask(const struct args *args, json_t *request, json_t **reply, struct tool_fail *fail);

/** Splits ADDR:PORT, and finds the host to hand out. */
struct listen {
    char host[64];
    uint16_t port;
};
bool listen_parse(struct listen *out, const char *text, struct tool_fail *fail);

/** Refuses an option --public that names no host; NULL: it was not given. */
bool listen_check_public(const char *public, struct tool_fail *fail);

/**
 * Makes the address to hand out. `public` is HOST or HOST:PORT, or NULL or "" for a guess.
 *
 * @param port  the relay listens on it
 */
bool listen_endpoint(struct aw_endpoint *out, const char *public, const struct listen *on,
                     uint16_t port, const uint8_t key[AW_RELAY_KEY_LEN], struct tool_fail *fail);

struct reach;

/**
 * Asks the router in a confined process of its own; `reach` is from reach_look(). Call before any
 * thread is started.
 */
bool renew_ask(struct reach *reach, uint16_t port, bool forward, struct tool_fail *fail);

/** Starts a process that keeps the router forwarding until this one ends. Call before any thread is
 * started and before anything is open that another process must not have. */
bool renew_start(const struct relay_settings *settings, uint16_t port, struct tool_fail *fail);

/** The service of the machine (for root) or of this user. */
enum service_state {
    SERVICE_NONE, /* no systemd that answers, or it has no unit for the relay */
    SERVICE_OFF,
    SERVICE_ON,
};
enum service_state service_look(bool is_machine);

/** Makes the user of the machine's service, and the home for it. */
bool service_home(struct tool_fail *fail);

/** Starts it now and at every boot; returns when it is ready. */
bool service_start(bool is_machine, struct tool_fail *fail);

/** Stops it, for changes to be made. */
bool service_stop(bool is_machine, struct tool_fail *fail);

/** Becomes the user of the service, or nobody, if this is root. */
bool service_step_down(struct tool_fail *fail);

/** What `setup` has decided to do to a home. */
struct setup_apply {
    const struct args *args;
    struct relay_settings settings;
    const char *label; /* of the token to make, or NULL */
    bool is_running;   /* then the settings stay as they are */
};

/** Tells what there is: an apart_work over `struct setup_apply`, of which it uses the args. */
bool setup_look(void *ctx, json_t **reply, struct tool_fail *fail);

/** Makes the home, the key and the token, and keeps the settings: an apart_work. */
bool setup_apply(void *ctx, json_t **reply, struct tool_fail *fail);

/** Takes host:port of an endpoint apart, and returns the port; the address has passed
 * address_check(). */
uint16_t check_split(char host[AW_ADDRESS_LEN_MAX + 1], const char *address);

/** Dials a relay and has it prove its key. TOOL_REFUSED: somebody else answers;
 * TOOL_ENVIRONMENT: nobody does. `connect_ms` is for each address of its name. */
bool check_relay(const struct aw_endpoint *endpoint, int connect_ms, struct tool_fail *fail);

struct reach_named;

/**
 * Looks the name of an address line up and, when the relay is running, dials it from here, in a
 * process of its own; some seconds. False: not to be tried (Tor, loopback), or it could not be.
 */
bool named_ask(struct reach_named *named, const struct reach *reach, const char *line,
               bool is_running);

int cmd_setup(const struct args *args);
int cmd_check(const struct args *args);
int cmd_run(const struct args *args);
int cmd_token_new(const struct args *args);
int cmd_token_list(const struct args *args);
int cmd_token_revoke(const struct args *args);
int cmd_status(const struct args *args);
int cmd_backup(const struct args *args);
int cmd_restore(const struct args *args);

#endif /* TOOLS_RELAY_RELAY_TOOL_H */
