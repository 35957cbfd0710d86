/* SPDX-License-Identifier: ISC */
#include "allswell/host_net.h"
#include "allswell/notify/hook.h"
#include "common/proxy.h"

#include <string.h>

/* Whether relays are reached through a proxy. */

/* Hooks have proxies of their own: those that would show where this machine is are named. */
static enum aw_status add_open(void *ctx, uint64_t key, struct aw_bytes value)
{
    json_t *list = (json_t *)ctx;
    json_t *object = json_loadb((const char *)value.ptr, value.len, 0, NULL);
    struct hook hook = {.number = 0};

    (void)key;
    if (hook_read(&hook, object, NULL) && hook.host[0] != '\0' && !hook.is_loopback &&
        hook.proxy[0] == '\0')
        (void)json_array_append_new(list, json_string(hook.name));
    hook_wipe(&hook);
    json_decref(object);
    return AW_OK;
}

static bool change(struct host *host, const char *text, struct tool_fail *fail)
{
    const struct aw_proxy before = host->settings.proxy;

    if (!proxy_parse(&host->settings.proxy, text, fail) || !host_settings_store(host, fail)) {
        host->settings.proxy = before;
        return false;
    }
    return host_net_proxy(host, fail);
}

bool host_proxy(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    const char *text = reply_string(request, "set");
    char proxy[PROXY_TEXT_MAX];
    json_t *list;

    if (text != NULL && !change(host, text, fail))
        return false;
    list = json_array();
    proxy_write(proxy, &host->settings.proxy);
    (void)host->store.vtable->scan(host->store.self, HOST_SPACE_HOOKS, add_open, list);
    *reply = json_pack("{s:s, s:o}", "proxy", proxy, "open_hooks", list);
    return true;
}
