/* SPDX-License-Identifier: ISC */
#include "allswell/host_net.h"

#include <string.h>

/* Relays that have moved, of this home and of others: the key stays, and proves that it is the same
 * relay; the address that channels and invitations know is no longer good. */

/* The place that keeps the relay of this key, or NULL. */
static const struct aw_endpoint *find(const struct host *host, const struct aw_endpoint *endpoint)
{
    for (size_t i = 0; i < HOST_MOVED_MAX; i++) {
        if (host->moved[i].address[0] != '\0' &&
            memcmp(host->moved[i].relay_key, endpoint->relay_key, AW_RELAY_KEY_LEN) == 0)
            return &host->moved[i];
    }
    return NULL;
}

struct aw_endpoint host_endpoint_now(const struct host *host, const struct aw_endpoint *endpoint)
{
    const struct aw_endpoint *moved = find(host, endpoint);

    return moved != NULL ? *moved : *endpoint;
}

bool host_relay_moved(struct host *host, const json_t *request, json_t **reply,
                      struct tool_fail *fail)
{
    const char *line = reply_string(request, "address");
    const struct aw_endpoint *place;
    struct aw_endpoint now;
    size_t at;
    json_t *object;
    bool ok;

    if (!address_parse(&now, line == NULL ? "" : line, fail) || !address_check_onion(&now, fail))
        return false;
    place = find(host, &now);
    for (size_t i = 0; i < HOST_MOVED_MAX && place == NULL; i++) {
        if (host->moved[i].address[0] == '\0')
            place = &host->moved[i];
    }
    if (place == NULL)
        return fail_set(fail, TOOL_STATE, "%d relays have moved already: begin with a new home",
                        HOST_MOVED_MAX);
    at = (size_t)(place - host->moved);
    object = json_pack("{s:s}", "address", line);
    ok = host_record_store(host, HOST_SPACE_MOVED, at + 1, object, fail);
    json_decref(object);
    if (!ok)
        return false;
    host->moved[at] = now;
    if (!host_net_moved(host, &now, fail))
        return false;
    *reply = json_pack("{s:s}", "address", line);
    return true;
}

static enum aw_status load_one(void *ctx, uint64_t key, struct aw_bytes value)
{
    struct host *host = (struct host *)ctx;
    json_t *object = json_loadb((const char *)value.ptr, value.len, 0, NULL);
    const char *line = reply_string(object, "address");
    bool ok = key >= 1 && key <= HOST_MOVED_MAX && line != NULL &&
              address_parse(&host->moved[key - 1], line, NULL);

    json_decref(object);
    return ok ? AW_OK : AW_E_DAMAGED;
}

bool host_moved_load(struct host *host, struct tool_fail *fail)
{
    enum aw_status status =
        host->store.vtable->scan(host->store.self, HOST_SPACE_MOVED, load_one, host);

    return status == AW_OK ||
           fail_set(fail, TOOL_ENVIRONMENT,
                    "%s/allswell.db is not what was written (%s): restore a backup",
                    host->home.path, aw_status_name(status));
}
