/* SPDX-License-Identifier: ISC */
#include "relay_tool.h"

#include <allswell/store_sqlite.h>
#include <string.h>
#include <unistd.h>

/* What setup does in a home. For the relay of the machine it runs in a process of its own, which
 * becomes the owner of the home. */

bool setup_look(void *ctx, json_t **reply, struct tool_fail *fail)
{
    const struct setup_apply *setup = (const struct setup_apply *)ctx;
    struct tool_fail why;
    struct home home;
    char path[HOME_FILE_MAX];
    json_t *ask, *tokens = NULL, *token, *labels;
    size_t i;
    bool ok;

    if (!relay_home(&home, setup->args, false, &why)) {
        if (why.code != TOOL_NOT_FOUND)
            return fail_set(fail, why.code, "%s", why.text);
        *reply = json_pack("{s:b}", "exists", 0);
        return true;
    }
    home_file(path, &home, "relay.db");
    if (access(path, F_OK) != 0) {
        *reply = json_pack("{s:b}", "exists", 0);
        return true;
    }
    ask = json_pack("{s:s}", "do", "status");
    ok = relay_ask_home(&home, ask, reply, fail);
    json_decref(ask);
    ask = json_pack("{s:s}", "do", "token-list");
    ok = ok && relay_ask_home(&home, ask, &tokens, fail);
    json_decref(ask);
    if (!ok) {
        json_decref(*reply);
        *reply = NULL;
        return false;
    }
    labels = json_array();
    json_array_foreach(json_object_get(tokens, "tokens"), i, token)
    {
        if (!reply_flag(token, "revoked"))
            (void)json_array_append(labels, json_object_get(token, "label"));
    }
    json_decref(tokens);
    /* A set-up that failed may have left a home in which nobody has listened yet. */
    (void)json_object_set_new(*reply, "exists",
                              json_boolean(reply_string(*reply, "address")[0] != '\0'));
    (void)json_object_set_new(*reply, "labels", labels);
    return true;
}

/* Listens for a moment, as `run` will: so the key is made, and a port in use is found now. */
static bool try_listen(struct aw_store *store, const struct relay_settings *settings,
                       struct tool_fail *fail)
{
    char message[AW_SERVER_MESSAGE_CAP] = "";
    struct aw_server_config config = {.store = *store};
    struct aw_server *server = NULL;
    struct aw_loop *loop = NULL;
    struct aw_endpoint endpoint;
    struct aw_clock clock;
    struct listen on;
    uint8_t key[AW_RELAY_KEY_LEN];
    bool ok = listen_parse(&on, settings->listen, fail);

    config.host = on.host;
    config.port = on.port;
    if (!ok || aw_clock_init(&clock, NULL) != AW_OK)
        return false;
    if (aw_loop_open(&loop, &clock) != AW_OK)
        return fail_set(fail, TOOL_ENVIRONMENT, "no room for an event loop: end other processes");
    if (aw_server_open(&server, loop, &config, message) != AW_OK)
        ok = fail_set(fail, TOOL_ENVIRONMENT, "%s", message);
    if (ok) {
        aw_server_public_key(server, key);
        ok = listen_endpoint(&endpoint, settings->public_host, &on, aw_server_port(server), key,
                             fail) &&
             relay_endpoint_store(store, &endpoint, fail);
        aw_server_close(server);
    }
    aw_loop_close(loop);
    return ok;
}

static bool make_token(const struct home *home, const char *label, json_t **reply,
                       struct tool_fail *fail)
{
    json_t *request = json_pack("{s:s, s:s, s:I}", "do", "token-new", "label", label, "quota",
                                (json_int_t)RELAY_QUOTA_DEFAULT);
    bool ok = relay_ask_home(home, request, reply, fail);

    json_decref(request);
    return ok;
}

bool setup_apply(void *ctx, json_t **reply, struct tool_fail *fail)
{
    const struct setup_apply *setup = (const struct setup_apply *)ctx;
    struct aw_store store;
    struct home home;
    bool ok = true;

    *reply = NULL;
    if (!relay_home(&home, setup->args, true, fail))
        return false;
    if (!setup->is_running) {
        if (!relay_store_open(&store, &home, AW_SQLITE_CREATE, fail))
            return false;
        ok = try_listen(&store, &setup->settings, fail) &&
             relay_settings_store(&store, &setup->settings, fail);
        store.vtable->close(store.self);
    }
    if (ok && setup->label != NULL)
        return make_token(&home, setup->label, reply, fail);
    *reply = ok ? json_object() : NULL;
    return ok;
}
