/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"

#include "common/base64.h"
#include "common/proxy.h"
#include "common/text.h"

#include <allswell/store_sqlite.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tool's own records: settings, relays and the log. Each is one JSON object. */

static enum aw_status commit_json(struct host *host, uint8_t space, uint64_t key,
                                  const json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    struct aw_store_op op = {.space = space, .key = key, .value = {NULL, 0}};
    enum aw_status status = AW_E_STORE;

    if (text != NULL) {
        op.value = (struct aw_bytes){(const uint8_t *)text, strlen(text)};
        status = host->store.vtable->commit(host->store.self, &op, 1);
    }
    reply_text_free(text);
    return status;
}

static bool stored(const struct host *host, enum aw_status status, struct tool_fail *fail)
{
    if (status == AW_OK)
        return true;
    return fail_set(fail, TOOL_ENVIRONMENT,
                    "%s/allswell.db cannot be written (%s): free some space, check the disk",
                    host->home.path, aw_status_name(status));
}

bool host_commit(struct host *host, const struct aw_store_op *ops, size_t count,
                 struct tool_fail *fail)
{
    return stored(host, host->store.vtable->commit(host->store.self, ops, count), fail);
}

bool host_record_store(struct host *host, uint8_t space, uint64_t key, const json_t *object,
                       struct tool_fail *fail)
{
    const struct aw_store_op gone = {.space = space, .key = key, .value = {NULL, 0}};

    if (object == NULL)
        return host_commit(host, &gone, 1, fail);
    return stored(host, commit_json(host, space, key, object), fail);
}

bool host_bytes(const json_t *request, const char *key, uint8_t *out, size_t len)
{
    const char *text = reply_string(request, key);

    return text != NULL && base64_decode(out, len, text, strlen(text));
}

bool host_settings_store(struct host *host, struct tool_fail *fail)
{
    const struct host_settings *s = &host->settings;
    char salt[BASE64_LEN(AW_PRESENCE_SALT_LEN) + 1], tweak[BASE64_LEN(AW_PRESENCE_TWEAK_LEN) + 1];
    char proxy[PROXY_TEXT_MAX];
    json_t *object;
    bool ok;

    proxy_write(proxy, &s->proxy);
    base64_encode(salt, s->salt, sizeof s->salt);
    base64_encode(tweak, s->tweak, sizeof s->tweak);
    object =
        json_pack("{s:s, s:s, s:s, s:b, s:s, s:I, s:s*}", "name", s->name, "salt", salt, "tweak",
                  tweak, "has_secrets", (int)s->has_secrets, "zone", s->zone, "zone_version",
                  (json_int_t)s->zone_version, "proxy", s->proxy.host[0] != '\0' ? proxy : NULL);
    ok = host_record_store(host, HOST_SPACE_SETTINGS, 1, object, fail);
    json_decref(object);
    return ok;
}

static enum aw_status load_settings(void *ctx, uint64_t key, struct aw_bytes value)
{
    struct host *host = (struct host *)ctx;
    struct host_settings *s = &host->settings;
    json_t *object = json_loadb((const char *)value.ptr, value.len, 0, NULL);
    const char *name = reply_string(object, "name"), *zone = reply_string(object, "zone");
    const char *proxy = reply_string(object, "proxy"); /* NULL: none */
    bool ok = key == 1 && name != NULL && text_is_plain(name, 1, AW_NAME_LEN_MAX) && zone != NULL &&
              strlen(zone) <= PLAN_ZONE_MAX &&
              host_bytes(object, "salt", s->salt, sizeof s->salt) &&
              host_bytes(object, "tweak", s->tweak, sizeof s->tweak) &&
              proxy_parse(&s->proxy, proxy == NULL ? "none" : proxy, NULL);

    if (ok) {
        (void)snprintf(s->name, sizeof s->name, "%s", name);
        (void)snprintf(s->zone, sizeof s->zone, "%s", zone);
        s->has_secrets = reply_flag(object, "has_secrets");
        s->zone_version = (uint32_t)reply_number(object, "zone_version");
    }
    json_decref(object);
    return ok ? AW_OK : AW_E_DAMAGED;
}

bool host_relay_store(struct host *host, const struct host_relay *relay, struct tool_fail *fail)
{
    char line[ADDRESS_LINE_MAX], token[BASE64_LEN(32) + 1];
    json_t *object;
    bool ok;

    address_write(line, &relay->endpoint);
    base64_encode(token, relay->token, sizeof relay->token);
    object = json_pack("{s:s, s:s}", "address", line, "token", token);
    explicit_bzero(token, sizeof token);
    ok = host_record_store(host, HOST_SPACE_RELAYS, relay->number, object, fail);
    json_decref(object);
    return ok;
}

bool host_relay_forget(struct host *host, struct host_relay *relay, struct tool_fail *fail)
{
    if (!host_record_store(host, HOST_SPACE_RELAYS, relay->number, NULL, fail))
        return false;
    explicit_bzero(relay, sizeof *relay);
    return true;
}

static enum aw_status load_relay(void *ctx, uint64_t key, struct aw_bytes value)
{
    struct host *host = (struct host *)ctx;
    json_t *object = json_loadb((const char *)value.ptr, value.len, 0, NULL);
    const char *line = reply_string(object, "address");
    enum aw_status status = AW_E_DAMAGED;

    for (size_t i = 0; i < HOST_RELAY_MAX && line != NULL; i++) {
        struct host_relay *relay = &host->relays[i];

        if (relay->number != 0)
            continue;
        if (key <= UINT32_MAX && address_parse(&relay->endpoint, line, NULL) &&
            host_bytes(object, "token", relay->token, sizeof relay->token)) {
            relay->number = (uint32_t)key;
            status = AW_OK;
        }
        break;
    }
    json_decref(object);
    return status;
}

static enum aw_status load_log(void *ctx, uint64_t key, struct aw_bytes value)
{
    struct host *host = (struct host *)ctx;

    (void)value;
    if (host->log_next == 0)
        host->log_first = key;
    host->log_next = key + 1;
    return AW_OK;
}

bool host_records_load(struct host *host, struct tool_fail *fail)
{
    static const struct {
        uint8_t space;
        aw_store_visit *visit;
    } spaces[] = {{HOST_SPACE_SETTINGS, load_settings},
                  {HOST_SPACE_RELAYS, load_relay},
                  {HOST_SPACE_LOG, load_log}};

    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        enum aw_status status =
            host->store.vtable->scan(host->store.self, spaces[i].space, spaces[i].visit, host);

        if (status != AW_OK)
            return fail_set(fail, TOOL_ENVIRONMENT,
                            "%s/allswell.db is not what was written (%s): restore a backup",
                            host->home.path, aw_status_name(status));
    }
    if (host->settings.name[0] == '\0')
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "%s/allswell.db has no settings: restore a backup, or begin with "
                        "'allswell init' in another home",
                        host->home.path);
    if (!host_moved_load(host, fail) || !host_signs_load(host, fail))
        return false;
    if (host->log_next == 0)
        host->log_next = host->log_first = 1;
    return true;
}

void host_log(struct host *host, const struct host_who *who, json_t *entry)
{
    char id[HOST_ID_MAX], name[AW_NAME_LEN_MAX + 1];
    char *text;
    struct aw_store_op ops[2];
    size_t count = 1;

    if (who != NULL && who->side != HOST_NOBODY) {
        host_id(id, who);
        host_name(name, host, who);
        (void)json_object_set_new(entry, "person", json_string(id));
        (void)json_object_set_new(entry, "name", json_string(name));
    }
    (void)json_object_set_new(entry, "at",
                              json_integer((json_int_t)(host_now(host).wall_ms / 1000)));
    text = json_dumps(entry, JSON_COMPACT);
    json_decref(entry);
    if (text == NULL)
        return;
    ops[0] = (struct aw_store_op){.space = HOST_SPACE_LOG,
                                  .key = host->log_next,
                                  .value = {(const uint8_t *)text, strlen(text)}};
    if (host->log_next - host->log_first >= HOST_LOG_MAX)
        ops[count++] = (struct aw_store_op){
            .space = HOST_SPACE_LOG, .key = host->log_first, .value = {NULL, 0}};
    /* The log is a convenience: a full disk must not stop what it would have told about. */
    if (host->store.vtable->commit(host->store.self, ops, count) == AW_OK) {
        host->log_next++;
        host->log_first += count - 1;
    }
    reply_text_free(text);
}

struct log_read {
    const char *id;
    size_t count;
    json_t *list;
};

static enum aw_status read_log(void *ctx, uint64_t key, struct aw_bytes value)
{
    struct log_read *read = (struct log_read *)ctx;
    json_t *entry = json_loadb((const char *)value.ptr, value.len, 0, NULL);
    const char *id = reply_string(entry, "person");

    (void)key;
    if (entry == NULL)
        return AW_E_DAMAGED;
    if (read->id != NULL && (id == NULL || strcmp(id, read->id) != 0)) {
        json_decref(entry);
        return AW_OK;
    }
    if (json_array_size(read->list) == read->count)
        (void)json_array_remove(read->list, 0);
    (void)json_array_append_new(read->list, entry);
    return AW_OK;
}

bool host_log_read(struct host *host, const char *id, size_t count, json_t **list,
                   struct tool_fail *fail)
{
    struct log_read read = {.id = id, .count = count, .list = json_array()};
    enum aw_status status =
        host->store.vtable->scan(host->store.self, HOST_SPACE_LOG, read_log, &read);

    *list = read.list;
    if (status == AW_OK)
        return true;
    json_decref(read.list);
    *list = NULL;
    return fail_set(fail, TOOL_ENVIRONMENT, "the log cannot be read (%s): restore a backup",
                    aw_status_name(status));
}
