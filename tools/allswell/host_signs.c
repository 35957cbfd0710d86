/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"

#include "common/reply.h"

#include <string.h>

/*
 * Devices whose keys a second one speaks with, until people have settled it, and devices with which
 * the channel was made anew: the engine tells each sign once, and a line of the log is soon out of
 * sight.
 * spec/05-channel.md §4: "A sign of a clone MUST be shown wherever a human looks at that person,
 * with what to do, over restarts too, until that human says that it is settled, or the channel is
 * erased."
 */

/* The slot under which the contacts of the person here are kept. */
#define OWN_SLOT 0

/* So long a channel that was made anew is told of: until people have met or spoken. */
#define ANEW_S (UINT32_C(7) * 86400)

static const struct {
    uint8_t space;
    const char *key;
} records[HOST_SIGN_COUNT] = {
    [HOST_SIGN_COPY] = {HOST_SPACE_COPIES, "since"},
    [HOST_SIGN_ANEW] = {HOST_SPACE_ANEW, "at"},
};

static uint32_t slot_of(const struct host_who *who)
{
    return who->side == HOST_WATCHED ? who->watch->slot : OWN_SLOT;
}

static uint64_t key_of(const struct host_sign *sign)
{
    return (uint64_t)sign->slot << 8 | sign->person;
}

static uint32_t now_s(const struct host *host)
{
    return (uint32_t)(host_now(host).wall_ms / 1000);
}

static bool is_about(const struct host_sign *sign, const struct host_who *who)
{
    return sign->at_s != 0 && sign->slot == slot_of(who) &&
           (who->side == HOST_WATCHED || sign->person == who->person);
}

static bool is_over(const struct host *host, enum host_sign_kind kind, const struct host_sign *sign)
{
    return kind == HOST_SIGN_ANEW && now_s(host) > sign->at_s && now_s(host) - sign->at_s > ANEW_S;
}

/* In the place of an older sign about the same device, or where there is room. False: there is
 * none. */
static bool keep(struct host *host, enum host_sign_kind kind, const struct host_sign *sign)
{
    struct host_sign *room = NULL;

    for (size_t i = 0; i < HOST_SIGN_MAX; i++) {
        struct host_sign *at = &host->signs[kind][i];

        if (at->at_s != 0 && key_of(at) == key_of(sign)) {
            room = at;
            break;
        }
        if (room == NULL && (at->at_s == 0 || is_over(host, kind, at)))
            room = at;
    }
    if (room != NULL)
        *room = *sign;
    return room != NULL;
}

uint32_t host_sign_at(const struct host *host, enum host_sign_kind kind, const struct host_who *who,
                      uint8_t other)
{
    for (size_t i = 0; i < HOST_SIGN_MAX; i++) {
        const struct host_sign *sign = &host->signs[kind][i];

        if (is_about(sign, who) && (who->side == HOST_MINE || sign->person == other))
            return is_over(host, kind, sign) ? 0 : sign->at_s;
    }
    return 0;
}

void host_sign_note(struct host *host, enum host_sign_kind kind, const struct host_who *who,
                    uint8_t other)
{
    struct host_sign sign = {.slot = slot_of(who),
                             .person = who->side == HOST_WATCHED ? other : who->person,
                             .at_s = now_s(host)};
    struct tool_fail fail;
    json_t *object;

    if (who->side == HOST_NOBODY ||
        (kind == HOST_SIGN_COPY && host_sign_at(host, kind, who, other) != 0) ||
        !keep(host, kind, &sign))
        return;
    /* A full disk is told of by itself; until the next start it is shown all the same. */
    object = json_pack("{s:I}", records[kind].key, (json_int_t)sign.at_s);
    (void)host_record_store(host, records[kind].space, key_of(&sign), object, &fail);
    json_decref(object);
}

bool host_signs_end(struct host *host, enum host_sign_kind kind, const struct host_who *who,
                    size_t *count, struct tool_fail *fail)
{
    *count = 0;
    for (size_t i = 0; i < HOST_SIGN_MAX; i++) {
        struct host_sign *sign = &host->signs[kind][i];

        if (!is_about(sign, who))
            continue;
        if (!host_record_store(host, records[kind].space, key_of(sign), NULL, fail))
            return false;
        *sign = (struct host_sign){.at_s = 0};
        (*count)++;
    }
    return true;
}

bool host_settled(struct host *host, const json_t *request, json_t **reply, struct tool_fail *fail)
{
    struct host_who who;
    char name[AW_NAME_LEN_MAX + 1], id[HOST_ID_MAX];
    size_t count = 0;

    if (!host_find(host, reply_string(request, "person"), 1U << HOST_MINE | 1U << HOST_WATCHED,
                   &who, fail) ||
        !host_signs_end(host, HOST_SIGN_COPY, &who, &count, fail))
        return false;
    if (count == 0)
        return fail_set(fail, TOOL_STATE,
                        "no sign of a second device is open there: see 'allswell people'");
    host_log(host, &who, json_pack("{s:s}", "event", "settled"));
    host_id(id, &who);
    host_name(name, host, &who);
    *reply = json_pack("{s:s, s:s}", "person", id, "name", name);
    return true;
}

static enum aw_status load_one(struct host *host, enum host_sign_kind kind, uint64_t key,
                               struct aw_bytes value)
{
    json_t *object = json_loadb((const char *)value.ptr, value.len, 0, NULL);
    uint64_t at_s = reply_number(object, records[kind].key);
    struct host_sign sign = {
        .slot = (uint32_t)(key >> 8), .person = (uint8_t)key, .at_s = (uint32_t)at_s};

    json_decref(object);
    if (key >> 8 > UINT32_MAX || at_s == 0 || at_s > UINT32_MAX)
        return AW_E_DAMAGED;
    /* Signs that were over when others took their place may seem not to be, by another clock. */
    return keep(host, kind, &sign) || kind == HOST_SIGN_ANEW ? AW_OK : AW_E_DAMAGED;
}

static enum aw_status load_copy(void *ctx, uint64_t key, struct aw_bytes value)
{
    return load_one((struct host *)ctx, HOST_SIGN_COPY, key, value);
}

static enum aw_status load_anew(void *ctx, uint64_t key, struct aw_bytes value)
{
    return load_one((struct host *)ctx, HOST_SIGN_ANEW, key, value);
}

bool host_signs_load(struct host *host, struct tool_fail *fail)
{
    const struct aw_store *store = &host->store;
    enum aw_status status = store->vtable->scan(store->self, HOST_SPACE_COPIES, load_copy, host);

    if (status == AW_OK)
        status = store->vtable->scan(store->self, HOST_SPACE_ANEW, load_anew, host);
    return status == AW_OK ||
           fail_set(fail, TOOL_ENVIRONMENT,
                    "%s/allswell.db is not what was written (%s): restore a backup",
                    host->home.path, aw_status_name(status));
}
