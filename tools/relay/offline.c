/* SPDX-License-Identifier: ISC */
#include "relay_tool.h"

#include <allswell/store_sqlite.h>
#include <stdlib.h>
#include <string.h>

/* The relay's records without its network: for commands while it is not running. */

static const struct home_rule rule = {
    .variable = "ALLSWELL_RELAY_HOME",
    .directory = "allswell-relay",
    .create = "allswell-relay setup",
    .machine = RELAY_MACHINE_HOME,
};

bool relay_home(struct home *home, const struct args *args, bool create, struct tool_fail *fail)
{
    if (!home_find(home, &rule, args_option(args, "home"), fail))
        return false;
    if (create && !home_create(home, fail))
        return false;
    return home_check(home, &rule, fail);
}

bool relay_store_open(struct aw_store *store, const struct home *home, unsigned flags,
                      struct tool_fail *fail)
{
    return relay_store_open_file(store, home, "relay.db", flags, fail);
}

bool relay_store_open_file(struct aw_store *store, const struct home *home, const char *name,
                           unsigned flags, struct tool_fail *fail)
{
    char path[HOME_FILE_MAX], message[AW_SQLITE_MESSAGE_CAP] = "";
    enum aw_status status;

    home_file(path, home, name);
    status = aw_store_sqlite_open(store, path, flags, message);
    if (status == AW_OK)
        return true;
    if (status == AW_E_BUSY)
        return fail_set(fail, TOOL_STATE, "%s", message);
    if (status == AW_E_NOT_FOUND)
        return fail_set(fail, TOOL_NOT_FOUND, "%s", message);
    return fail_set(fail, TOOL_ENVIRONMENT, "%s", message);
}

void relay_endpoint_load(const struct aw_store *store, struct aw_endpoint *endpoint)
{
    struct aw_buf buf = {.ptr = (uint8_t *)endpoint, .cap = sizeof *endpoint, .len = 0};

    memset(endpoint, 0, sizeof *endpoint);
    if (store->vtable->read(store->self, RELAY_TOOL_SPACE, RELAY_TOOL_KEY_ENDPOINT, 0, &buf) !=
            AW_OK ||
        endpoint->address[AW_ADDRESS_LEN_MAX] != '\0')
        memset(endpoint, 0, sizeof *endpoint);
}

bool relay_endpoint_store(const struct aw_store *store, const struct aw_endpoint *endpoint,
                          struct tool_fail *fail)
{
    struct aw_store_op op = {.space = RELAY_TOOL_SPACE,
                             .key = RELAY_TOOL_KEY_ENDPOINT,
                             .value = {(const uint8_t *)endpoint, sizeof *endpoint}};
    enum aw_status status = store->vtable->commit(store->self, &op, 1);

    return status == AW_OK || fail_status(fail, status, "cannot write to the database");
}

void relay_settings_load(const struct aw_store *store, struct relay_settings *settings)
{
    struct aw_buf buf = {.ptr = (uint8_t *)settings, .cap = sizeof *settings, .len = 0};

    /* What was kept before there was `forward` ends before it. */
    memset(settings, 0, sizeof *settings);
    if (store->vtable->read(store->self, RELAY_TOOL_SPACE, RELAY_TOOL_KEY_SETTINGS, 0, &buf) !=
            AW_OK ||
        (buf.len != sizeof *settings && buf.len != offsetof(struct relay_settings, forward)) ||
        settings->listen[RELAY_LISTEN_MAX] != '\0' ||
        settings->public_host[AW_ADDRESS_LEN_MAX] != '\0')
        memset(settings, 0, sizeof *settings);
}

bool relay_settings_store(const struct aw_store *store, const struct relay_settings *settings,
                          struct tool_fail *fail)
{
    struct aw_store_op op = {.space = RELAY_TOOL_SPACE,
                             .key = RELAY_TOOL_KEY_SETTINGS,
                             .value = {(const uint8_t *)settings, sizeof *settings}};
    enum aw_status status = store->vtable->commit(store->self, &op, 1);

    return status == AW_OK || fail_status(fail, status, "cannot write to the database");
}

struct load {
    struct aw_relay *relay;
    uint8_t space;
};

static enum aw_status load_one(void *ctx, uint64_t key, struct aw_bytes value)
{
    const struct load *load = (const struct load *)ctx;

    return aw_relay_load(load->relay, load->space, key, value);
}

static enum aw_status load_all(struct relay_host *host)
{
    static const uint8_t spaces[] = {AW_RELAY_SPACE_META, AW_RELAY_SPACE_TOKEN,
                                     AW_RELAY_SPACE_MAILBOX, AW_RELAY_SPACE_BLOCK};
    struct aw_relay_config config = {0};
    size_t len = aw_relay_memory_len(&config);
    enum aw_status status;

    host->memory = calloc(1, len);
    if (host->memory == NULL)
        return AW_E_STORE;
    status = aw_relay_init(&host->relay, host->memory, len, &config, aw_random_system());
    for (size_t i = 0; status == AW_OK && i < sizeof spaces; i++) {
        struct load load = {.relay = host->relay, .space = spaces[i]};

        status = host->store.vtable->scan(host->store.self, spaces[i], load_one, &load);
    }
    return status;
}

static struct aw_now now(void)
{
    struct aw_clock clock;
    enum aw_status status = aw_clock_init(&clock, NULL);

    (void)status; /* true time is always to be had */
    return aw_clock_now(&clock);
}

bool relay_offline_open(struct relay_host *host, const struct home *home, struct tool_fail *fail)
{
    return relay_offline_open_file(host, home, "relay.db", fail);
}

bool relay_offline_open_file(struct relay_host *host, const struct home *home, const char *name,
                             struct tool_fail *fail)
{
    enum aw_status status;

    memset(host, 0, sizeof *host);
    home_file(host->path, home, name);
    if (!relay_store_open_file(&host->store, home, name, 0, fail))
        return false;
    relay_endpoint_load(&host->store, &host->endpoint);
    relay_settings_load(&host->store, &host->settings);
    status = load_all(host);
    if (status != AW_OK) {
        relay_offline_close(host);
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "%s cannot be read (%s): restore a backup, or move it away to start anew",
                        host->path, aw_status_name(status));
    }
    aw_relay_start(host->relay, now());
    return true;
}

bool relay_offline_commit(struct relay_host *host, struct tool_fail *fail)
{
    struct aw_relay_batch batch;

    while (aw_relay_batch_next(host->relay, &batch, now())) {
        enum aw_status status =
            host->store.vtable->commit(host->store.self, batch.ops, batch.op_count);

        aw_relay_committed(host->relay, status, now());
        if (status != AW_OK)
            return fail_set(fail, TOOL_ENVIRONMENT,
                            "%s cannot be written (%s): free space, check the disk, try again",
                            host->path, aw_status_name(status));
    }
    return true;
}

void relay_offline_close(struct relay_host *host)
{
    if (host->relay != NULL)
        aw_relay_wipe(host->relay);
    free(host->memory);
    if (host->store.vtable != NULL)
        host->store.vtable->close(host->store.self);
    host->relay = NULL;
    host->memory = NULL;
    host->store.vtable = NULL;
}
