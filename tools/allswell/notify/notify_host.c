/* SPDX-License-Identifier: ISC */
#include "allswell/host_net.h"
#include "allswell/notify/inside.h"

#include <stdio.h>
#include <string.h>

/* Requests about hooks. */

static struct hook *find(struct notify *notify, const char *name)
{
    for (size_t i = 0; name != NULL && i < NOTIFY_HOOK_MAX; i++) {
        if (notify->hooks[i].number != 0 && strcmp(notify->hooks[i].name, name) == 0)
            return &notify->hooks[i];
    }
    return NULL;
}

static struct hook *find_named(struct notify *notify, const json_t *request, struct tool_fail *fail)
{
    const char *name = reply_string(request, "name");
    struct hook *hook = find(notify, name);

    if (hook == NULL)
        (void)fail_set(fail, TOOL_NOT_FOUND,
                       "no hook is called '%.40s': see 'allswell notify list'",
                       name == NULL ? "" : name);
    return hook;
}

static bool add(struct notify *notify, struct hook *added, struct tool_fail *fail)
{
    struct hook *place = NULL;

    if (find(notify, added->name) != NULL)
        return fail_set(fail, TOOL_STATE,
                        "there is a hook called '%s': remove it, or choose another --name",
                        added->name);
    added->number = 1;
    for (size_t i = 0; i < NOTIFY_HOOK_MAX; i++) {
        if (notify->hooks[i].number == 0)
            place = &notify->hooks[i];
        else if (notify->hooks[i].number >= added->number)
            added->number = notify->hooks[i].number + 1;
    }
    if (place == NULL)
        return fail_set(fail, TOOL_STATE, "there are %d hooks already: remove one first",
                        NOTIFY_HOOK_MAX);
    if (!notify_hook_store(notify, added, fail))
        return false;
    *place = *added;
    notify->tests[place - notify->hooks] = (struct test){.is_running = false};
    notify->lasts[place - notify->hooks] = (struct last){.at_s = 0};
    return true;
}

bool host_notify_add(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail)
{
    struct hook added;
    bool ok = hook_read(&added, json_object_get(request, "hook"), fail) &&
              hook_check_way(&added, fail) && add(host_net_notify(host), &added, fail);

    if (ok)
        *reply = json_pack("{s:o}", "hook", hook_json(&added));
    hook_wipe(&added);
    return ok;
}

bool host_notify_list(struct host *host, const json_t *request, json_t **reply,
                      struct tool_fail *fail)
{
    struct notify *notify = host_net_notify(host);
    json_t *list = json_array();

    (void)request;
    (void)fail;
    for (size_t i = 0; i < NOTIFY_HOOK_MAX; i++) {
        const struct last *last = &notify->lasts[i];
        json_t *object;
        int waiting = 0;

        if (notify->hooks[i].number == 0)
            continue;
        for (size_t d = 0; d < SCHEDULE_MAX; d++) {
            const struct delivery *item = &notify->schedule.items[d];

            waiting += item->hook == notify->hooks[i].number &&
                       (item->state == DELIVERY_WAITING || item->state == DELIVERY_TRYING);
        }
        object = hook_json(&notify->hooks[i]);
        (void)json_object_set_new(object, "waiting", json_integer(waiting));
        if (last->at_s != 0)
            (void)json_object_set_new(object, "last",
                                      json_pack("{s:I, s:s, s:s}", "at", (json_int_t)last->at_s,
                                                "state", last->state, "answer", last->answer));
        (void)json_array_append_new(list, object);
    }
    *reply = json_pack("{s:o}", "hooks", list);
    return true;
}

static int count_hooks(const struct notify *notify)
{
    int count = 0;

    for (size_t i = 0; i < NOTIFY_HOOK_MAX; i++)
        count += notify->hooks[i].number != 0;
    return count;
}

bool host_notify_find(struct host *host, const json_t *request, json_t **reply,
                      struct tool_fail *fail)
{
    struct notify *notify = host_net_notify(host);
    const struct hook *hook = find_named(notify, request, fail);

    if (hook == NULL)
        return false;
    *reply = json_pack("{s:o, s:b}", "hook", hook_json(hook), "only", count_hooks(notify) == 1);
    return true;
}

bool host_notify_remove(struct host *host, const json_t *request, json_t **reply,
                        struct tool_fail *fail)
{
    struct notify *notify = host_net_notify(host);
    struct hook *hook = find_named(notify, request, fail);

    if (hook == NULL || !notify_hook_forget(notify, hook->number, fail))
        return false;
    notify_forget(notify, hook->number);
    *reply = json_pack("{s:s}", "name", hook->name);
    hook_wipe(hook);
    return true;
}

bool host_notify_test(struct host *host, const json_t *request, json_t **reply,
                      struct tool_fail *fail)
{
    struct notify *notify = host_net_notify(host);
    const char *name = reply_string(request, "name");
    json_t *names = json_array();

    if (name != NULL && find_named(notify, request, fail) == NULL) {
        json_decref(names);
        return false;
    }
    for (size_t i = 0; i < NOTIFY_HOOK_MAX; i++) {
        struct hook *hook = &notify->hooks[i];

        if (hook->number == 0 || (name != NULL && strcmp(hook->name, name) != 0))
            continue;
        (void)notify_test(notify, hook); /* one that runs already will do */
        (void)json_array_append_new(names, json_string(hook->name));
    }
    if (json_array_size(names) == 0) {
        json_decref(names);
        return fail_set(fail, TOOL_STATE,
                        "there is no hook yet: 'allswell notify add KIND' makes one");
    }
    *reply = json_pack("{s:o}", "names", names);
    return true;
}

bool host_notify_tested(struct host *host, const json_t *request, json_t **reply,
                        struct tool_fail *fail)
{
    struct notify *notify = host_net_notify(host);
    const struct hook *hook = find_named(notify, request, fail);
    const struct test *test;

    if (hook == NULL)
        return false;
    test = &notify->tests[hook - notify->hooks];
    *reply = json_pack("{s:s, s:s, s:b, s:s, s:s}", "name", hook->name, "kind",
                       hook_kind(hook->kind), "running", (int)test->is_running, "state",
                       test->is_known ? notify_end_word(test->answer.end) : "none", "answer",
                       test->answer.text);
    return true;
}

bool host_notify_log(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail)
{
    struct notify *notify = host_net_notify(host);
    uint64_t count = reply_number(request, "count");
    json_t *list = NULL;

    if (!notify_record_read(notify, count == 0 ? 50 : (size_t)count, &list, fail))
        return false;
    *reply = json_pack("{s:o, s:i}", "entries", list, "hooks", count_hooks(notify));
    return true;
}
