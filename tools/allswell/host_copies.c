/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"

#include "common/reply.h"

#include <string.h>

/*
 * Devices whose keys a second one speaks with, until people have settled it: the engine tells each
 * sign once, and a line of the log is soon out of sight.
 * spec/05-channel.md §4: "A sign of a clone MUST be shown wherever a human looks at that person,
 * with what to do, over restarts too, until that human says that it is settled, or the channel is
 * erased."
 */

/* The slot under which the contacts of the person here are kept. */
#define OWN_SLOT 0

static uint32_t slot_of(const struct host_who *who)
{
    return who->side == HOST_WATCHED ? who->watch->slot : OWN_SLOT;
}

static uint64_t key_of(const struct host_copy *copy)
{
    return (uint64_t)copy->slot << 8 | copy->person;
}

static bool is_about(const struct host_copy *copy, const struct host_who *who)
{
    return copy->since_s != 0 && copy->slot == slot_of(who) &&
           (who->side == HOST_WATCHED || copy->person == who->person);
}

/* False: there is no room. */
static bool keep(struct host *host, const struct host_copy *copy)
{
    for (size_t i = 0; i < HOST_COPY_MAX; i++) {
        if (host->copies[i].since_s == 0) {
            host->copies[i] = *copy;
            return true;
        }
    }
    return false;
}

uint32_t host_copy_since(const struct host *host, const struct host_who *who, uint8_t other)
{
    for (size_t i = 0; i < HOST_COPY_MAX; i++) {
        const struct host_copy *copy = &host->copies[i];

        if (is_about(copy, who) && (who->side == HOST_MINE || copy->person == other))
            return copy->since_s;
    }
    return 0;
}

void host_copy_note(struct host *host, const struct host_who *who, uint8_t other)
{
    struct host_copy copy = {.slot = slot_of(who),
                             .person = who->side == HOST_WATCHED ? other : who->person,
                             .since_s = (uint32_t)(host_now(host).wall_ms / 1000)};
    struct tool_fail fail;
    json_t *object;

    if (who->side == HOST_NOBODY || host_copy_since(host, who, other) != 0 || !keep(host, &copy))
        return;
    /* A full disk is told of by itself; until the next start it is shown all the same. */
    object = json_pack("{s:I}", "since", (json_int_t)copy.since_s);
    (void)host_record_store(host, HOST_SPACE_COPIES, key_of(&copy), object, &fail);
    json_decref(object);
}

bool host_copies_end(struct host *host, const struct host_who *who, size_t *count,
                     struct tool_fail *fail)
{
    *count = 0;
    for (size_t i = 0; i < HOST_COPY_MAX; i++) {
        struct host_copy *copy = &host->copies[i];

        if (!is_about(copy, who))
            continue;
        if (!host_record_store(host, HOST_SPACE_COPIES, key_of(copy), NULL, fail))
            return false;
        *copy = (struct host_copy){.since_s = 0};
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
        !host_copies_end(host, &who, &count, fail))
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

static enum aw_status load_one(void *ctx, uint64_t key, struct aw_bytes value)
{
    struct host *host = (struct host *)ctx;
    json_t *object = json_loadb((const char *)value.ptr, value.len, 0, NULL);
    uint64_t since_s = reply_number(object, "since");
    struct host_copy copy = {
        .slot = (uint32_t)(key >> 8), .person = (uint8_t)key, .since_s = (uint32_t)since_s};
    bool ok = key >> 8 <= UINT32_MAX && since_s > 0 && since_s <= UINT32_MAX;

    json_decref(object);
    return ok && keep(host, &copy) ? AW_OK : AW_E_DAMAGED;
}

bool host_copies_load(struct host *host, struct tool_fail *fail)
{
    enum aw_status status =
        host->store.vtable->scan(host->store.self, HOST_SPACE_COPIES, load_one, host);

    return status == AW_OK ||
           fail_set(fail, TOOL_ENVIRONMENT,
                    "%s/allswell.db is not what was written (%s): restore a backup",
                    host->home.path, aw_status_name(status));
}
