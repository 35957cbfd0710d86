/* SPDX-License-Identifier: ISC */
#include "allswell/event.h"
#include "allswell/notify/inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Hooks and deliveries in the home's store. A delivery's record is what people read, too. */

static enum aw_status load_hook(void *ctx, uint64_t key, struct aw_bytes value)
{
    struct notify *n = (struct notify *)ctx;
    json_t *object = json_loadb((const char *)value.ptr, value.len, 0, NULL);
    enum aw_status status = AW_E_DAMAGED;

    for (size_t i = 0; i < NOTIFY_HOOK_MAX; i++) {
        struct hook *hook = &n->hooks[i];

        if (hook->number != 0)
            continue;
        if (key > 0 && key < NOTIFY_COMMAND && hook_read(hook, object, NULL)) {
            hook->number = (uint32_t)key;
            status = AW_OK;
        } else {
            hook_wipe(hook);
        }
        break;
    }
    json_decref(object);
    return status;
}

static bool text_field(char *out, size_t cap, const json_t *object, const char *key)
{
    const char *text = reply_string(object, key);

    (void)snprintf(out, cap, "%s", text == NULL ? "" : text);
    return text != NULL && strlen(text) < cap;
}

/* Kept as words in the record, which outlives a version of the program. */
static enum aw_urgency urgency_of(const char *word)
{
    return strcmp(word, "ring") == 0     ? AW_URGENCY_RING
           : strcmp(word, "notice") == 0 ? AW_URGENCY_NOTICE
                                         : AW_URGENCY_QUIET;
}

/* A clock that was set back must not put off a ring. */
static uint64_t due_ms(const struct notify *n, uint64_t at_s)
{
    struct aw_now now = aw_loop_now(n->loop);
    uint64_t now_s = now.wall_ms / 1000;

    if (at_s <= now_s || at_s > now_s + SCHEDULE_NOTICE_MS / 1000)
        return now.mono_ms;
    return now.mono_ms + (at_s - now_s) * 1000;
}

static bool read_delivery(const struct notify *n, struct delivery *d, uint64_t id,
                          const json_t *object)
{
    char live[12], urgency[12], nonce[20];
    uint64_t until = reply_number(object, "until"), level = reply_number(object, "level");

    memset(d, 0, sizeof *d);
    if (!text_field(live, sizeof live, object, "live") ||
        !text_field(urgency, sizeof urgency, object, "urgency") ||
        !text_field(nonce, sizeof nonce, object, "nonce") ||
        !text_field(d->who, sizeof d->who, object, "person") || until > UNTIL_MAX ||
        level > UINT8_MAX)
        return false;
    d->state = strcmp(live, "resting") == 0 ? DELIVERY_RESTING : DELIVERY_WAITING;
    d->id = id;
    d->nonce = strtoull(nonce, NULL, 16);
    d->hook = (uint32_t)reply_number(object, "hook_number");
    d->urgency = urgency_of(urgency);
    d->until = (enum delivery_until)until;
    d->event = (unsigned)reply_number(object, "kind_number");
    d->level = (uint8_t)level;
    d->at_s = reply_number(object, "at");
    d->tries = (unsigned)reply_number(object, "tries");
    d->tries_max = (unsigned)reply_number(object, "tries_max");
    d->again_ms = reply_number(object, "again_s") * 1000;
    d->is_repeat = reply_flag(object, "repeat");
    d->is_answered = reply_flag(object, "answered");
    d->born_ms = aw_loop_now(n->loop).mono_ms;
    d->next_ms = due_ms(n, reply_number(object, "next_at"));
    return true;
}

/* How each hook did last is known again after a restart. */
static void note_record(struct notify *n, const json_t *object)
{
    const struct hook *hook = notify_hook(n, (uint32_t)reply_number(object, "hook_number"));
    uint64_t at_s = reply_number(object, "tried_at");
    struct last *last;
    char state[12];

    if (hook == NULL || at_s == 0 || !text_field(state, sizeof state, object, "state"))
        return;
    last = &n->lasts[hook - n->hooks];
    last->at_s = at_s;
    if (strcmp(state, "accepted") == 0 && !reply_flag(object, "test")) /* that was no ring */
        last->accepted_at_s = at_s;
    (void)snprintf(last->state, sizeof last->state, "%s", state);
    (void)text_field(last->answer, sizeof last->answer, object, "answer");
}

static enum aw_status load_delivery(void *ctx, uint64_t key, struct aw_bytes value)
{
    struct notify *n = (struct notify *)ctx;
    json_t *object = json_loadb((const char *)value.ptr, value.len, 0, NULL);
    struct delivery delivery, dropped;

    if (n->record_next == 0)
        n->record_first = key;
    n->record_next = key + 1;
    note_record(n, object);
    if (read_delivery(n, &delivery, key, object))
        (void)schedule_put(&n->schedule, &delivery, &dropped);
    json_decref(object);
    return AW_OK;
}

bool notify_load(struct notify *notify, struct tool_fail *fail)
{
    const struct aw_store *store = &notify->host->store;
    enum aw_status status = store->vtable->scan(store->self, HOST_SPACE_HOOKS, load_hook, notify);

    if (status == AW_OK)
        status = store->vtable->scan(store->self, HOST_SPACE_DELIVERIES, load_delivery, notify);
    if (notify->record_next == 0)
        notify->record_next = notify->record_first = 1;
    return status == AW_OK ||
           fail_set(fail, TOOL_ENVIRONMENT, "the hooks of %s cannot be read (%s): restore a backup",
                    notify->host->home.path, aw_status_name(status));
}

static bool commit_text(struct notify *n, uint8_t space, uint64_t key, const json_t *object,
                        struct tool_fail *fail)
{
    char *text = json_dumps(object, JSON_COMPACT);
    struct aw_store_op op = {.space = space, .key = key, .value = {NULL, 0}};
    bool ok = false;

    if (text != NULL) {
        op.value = (struct aw_bytes){(const uint8_t *)text, strlen(text)};
        ok = host_commit(n->host, &op, 1, fail);
    }
    reply_text_free(text);
    return ok;
}

bool notify_hook_store(struct notify *notify, const struct hook *hook, struct tool_fail *fail)
{
    json_t *object = hook_record(hook);
    bool ok = commit_text(notify, HOST_SPACE_HOOKS, hook->number, object, fail);

    json_decref(object);
    return ok;
}

bool notify_hook_forget(struct notify *notify, uint32_t number, struct tool_fail *fail)
{
    const struct aw_store_op op = {.space = HOST_SPACE_HOOKS, .key = number, .value = {NULL, 0}};

    return host_commit(notify->host, &op, 1, fail);
}

static const char *live_word(const struct delivery *d)
{
    return d->state == DELIVERY_FREE ? NULL : d->state == DELIVERY_RESTING ? "resting" : "waiting";
}

static json_t *delivery_json(struct notify *n, const struct delivery *d, const char *state,
                             const char *answer)
{
    const struct hook *hook = notify_hook(n, d->hook);
    struct aw_now now = aw_loop_now(n->loop);
    uint64_t now_s = now.wall_ms / 1000;
    uint64_t next_s =
        now_s + (d->next_ms > now.mono_ms ? (d->next_ms - now.mono_ms + 999) / 1000 : 0);
    char nonce[20];
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:s*}", "hook",
                  hook == NULL ? "" : hook->name, "kind", hook == NULL ? "" : hook_kind(hook->kind),
                  "urgency", event_urgency(d->urgency), "person", d->who, "level",
                  (json_int_t)d->level, "at", (json_int_t)d->at_s, "tries", (json_int_t)d->tries,
                  "state", state, "answer", answer, "live", live_word(d));

    if (answer[0] != '\0' || d->tries > 0)
        (void)json_object_set_new(object, "tried_at", json_integer((json_int_t)now_s));
    (void)json_object_set_new(object, "hook_number", json_integer((json_int_t)d->hook));
    if (live_word(d) == NULL)
        return object;
    (void)snprintf(nonce, sizeof nonce, "%016" PRIx64, d->nonce);
    (void)json_object_update_new(
        object,
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:s}", "until", (json_int_t)d->until,
                  "kind_number", (json_int_t)d->event, "tries_max", (json_int_t)d->tries_max,
                  "again_s", (json_int_t)(d->again_ms / 1000), "next_at", (json_int_t)next_s,
                  "repeat", (int)d->is_repeat, "answered", (int)d->is_answered, "nonce", nonce));
    return object;
}

static bool is_live(const struct notify *n, uint64_t id)
{
    for (size_t i = 0; i < SCHEDULE_MAX; i++) {
        if (n->schedule.items[i].state != DELIVERY_FREE && n->schedule.items[i].id == id)
            return true;
    }
    return false;
}

static void store(struct notify *notify, uint64_t id, const json_t *object)
{
    struct aw_store_op op = {.space = HOST_SPACE_DELIVERIES, .value = {NULL, 0}};

    (void)commit_text(notify, HOST_SPACE_DELIVERIES, id, object, NULL);
    /* What is under way stays, however old. */
    for (op.key = notify->record_first;
         notify->record_next - notify->record_first > NOTIFY_RECORD_MAX &&
         !is_live(notify, op.key) && host_commit(notify->host, &op, 1, NULL);
         op.key = notify->record_first)
        notify->record_first++;
}

void notify_record(struct notify *notify, const struct delivery *delivery, const char *state,
                   const char *answer)
{
    json_t *object = delivery_json(notify, delivery, state, answer);

    store(notify, delivery->id, object);
    json_decref(object);
}

void notify_record_test(struct notify *notify, const struct hook *hook, uint64_t at_s,
                        const struct answer *answer)
{
    const struct delivery test = {.state = DELIVERY_FREE,
                                  .id = notify->record_next++,
                                  .hook = hook->number,
                                  .urgency = AW_URGENCY_RING,
                                  .at_s = at_s,
                                  .tries = 1};
    json_t *object = delivery_json(notify, &test, notify_end_word(answer->end), answer->text);

    (void)json_object_set_new(object, "test", json_true());
    store(notify, test.id, object);
    json_decref(object);
}

struct record_read {
    size_t count;
    json_t *list;
};

/* What only the machine needs is left out. */
static enum aw_status read_record(void *ctx, uint64_t key, struct aw_bytes value)
{
    static const char *const inner[] = {"until",   "kind_number", "tries_max",
                                        "again_s", "repeat",      "answered",
                                        "nonce",   "live",        "hook_number"};
    struct record_read *read = (struct record_read *)ctx;
    json_t *object = json_loadb((const char *)value.ptr, value.len, 0, NULL);

    if (object == NULL)
        return AW_E_DAMAGED;
    if (reply_string(object, "live") == NULL)
        (void)json_object_del(object, "next_at");
    for (size_t i = 0; i < sizeof inner / sizeof inner[0]; i++)
        (void)json_object_del(object, inner[i]);
    (void)json_object_set_new(object, "number", json_integer((json_int_t)key));
    if (json_array_size(read->list) == read->count)
        (void)json_array_remove(read->list, 0);
    (void)json_array_append_new(read->list, object);
    return AW_OK;
}

bool notify_record_read(struct notify *notify, size_t count, json_t **list, struct tool_fail *fail)
{
    struct record_read read = {.count = count, .list = json_array()};
    const struct aw_store *store = &notify->host->store;
    enum aw_status status =
        store->vtable->scan(store->self, HOST_SPACE_DELIVERIES, read_record, &read);

    *list = read.list;
    if (status == AW_OK)
        return true;
    json_decref(read.list);
    *list = NULL;
    return fail_set(fail, TOOL_ENVIRONMENT, "the record cannot be read (%s): restore a backup",
                    aw_status_name(status));
}
