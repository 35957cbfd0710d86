/* SPDX-License-Identifier: ISC */
#include "allswell/host.h"
#include "allswell/host_net.h"
#include "allswell/notify/notify.h"

#include <allswell/agent.h>
#include <allswell/store_sqlite.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opening and closing a home, and the table of requests. */

static bool open_store(struct aw_store *store, const struct home *home, const char *name,
                       unsigned flags, struct tool_fail *fail)
{
    char path[HOME_FILE_MAX], message[AW_SQLITE_MESSAGE_CAP] = "";
    enum aw_status status;

    home_file(path, home, name);
    status = aw_store_sqlite_open(store, path, flags | AW_SQLITE_SECURE, message);
    if (status == AW_OK)
        return true;
    return fail_set(fail,
                    status == AW_E_BUSY        ? TOOL_STATE
                    : status == AW_E_NOT_FOUND ? TOOL_NOT_FOUND
                                               : TOOL_ENVIRONMENT,
                    "%s", message);
}

bool host_create(const struct home *home, const char *name, struct tool_fail *fail)
{
    struct host host;
    const struct aw_random *random = aw_random_system();
    char path[HOME_FILE_MAX];
    struct stat st;
    bool ok;

    memset(&host, 0, sizeof host);
    host.home = *home;
    home_file(path, home, HOST_FILE);
    if (stat(path, &st) == 0)
        return fail_set(fail, TOOL_STATE,
                        "there is a home at %s already: use it, or choose "
                        "another with --home",
                        home->path);
    (void)snprintf(host.settings.name, sizeof host.settings.name, "%s", name);
    if (!random->fill(random->ctx, host.settings.salt, sizeof host.settings.salt) ||
        !random->fill(random->ctx, host.settings.tweak, sizeof host.settings.tweak))
        return fail_status(fail, AW_E_ENTROPY, "the system gives no random numbers");
    host_part_remove(home);
    if (!open_store(&host.store, home, HOST_PART, AW_SQLITE_CREATE, fail))
        return false;
    ok = host_settings_store(&host, fail);
    host.store.vtable->close(host.store.self);
    explicit_bzero(&host, sizeof host);
    ok = ok && host_part_keep(home, fail);
    host_part_remove(home);
    return ok;
}

bool host_part_keep(const struct home *home, struct tool_fail *fail)
{
    char part[HOME_FILE_MAX], log[HOME_FILE_MAX], path[HOME_FILE_MAX];

    home_file(part, home, HOST_PART);
    home_file(log, home, HOST_PART "-wal");
    home_file(path, home, HOST_FILE);
    /* A log that is left when a store was closed holds what the disk had no room for. */
    if (access(log, F_OK) != 0 && rename(part, path) == 0) {
        if (home_sync(home->path))
            return true;
        (void)unlink(path);
    }
    return fail_set(fail, TOOL_ENVIRONMENT,
                    "the home at %s cannot be written: free some space, and try again", home->path);
}

void host_part_remove(const struct home *home)
{
    static const char *const names[] = {HOST_PART,        HOST_PART ".part", HOST_PART "-wal",
                                        HOST_PART "-shm", HOST_PART "-lock", HOST_PART "-journal"};
    char path[HOME_FILE_MAX];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        home_file(path, home, names[i]);
        (void)unlink(path);
    }
}

struct aw_now host_now(const struct host *host)
{
    return aw_clock_now(&host->clock);
}

struct host_watch *host_watch_new(struct host *host, uint32_t slot, enum aw_status *status)
{
    *status = AW_E_LIMIT;
    for (size_t i = 0; i < HOST_WATCH_MAX; i++) {
        struct host_watch *watch = &host->watches[i];

        if (watch->slot != 0)
            continue;
        watch->contact = aligned_alloc(64, sizeof *watch->contact);
        if (watch->contact == NULL) {
            *status = AW_E_STORE;
            return NULL;
        }
        *status = aw_agent_load_contact(watch->contact, slot, &host->store, host_now(host));
        if (*status != AW_OK) {
            free(watch->contact);
            watch->contact = NULL;
            return NULL;
        }
        watch->slot = slot;
        return watch;
    }
    return NULL;
}

void host_watch_free(struct host_watch *watch)
{
    if (watch->slot == 0)
        return;
    aw_contact_wipe(watch->contact);
    free(watch->contact);
    *watch = (struct host_watch){.slot = 0, .contact = NULL};
}

static enum aw_status load_engines(struct host *host)
{
    uint32_t slots[HOST_WATCH_MAX];
    size_t count = 0;
    enum aw_status status;

    host->subject = aligned_alloc(64, sizeof *host->subject);
    if (host->subject == NULL)
        return AW_E_STORE;
    status = aw_agent_load_subject(host->subject, &host->store, host_now(host));
    if (status == AW_OK)
        status = aw_agent_slots(&host->store, slots, HOST_WATCH_MAX, &count);
    for (size_t i = 0; status == AW_OK && i < count && i < HOST_WATCH_MAX; i++)
        (void)host_watch_new(host, slots[i], &status);
    return status;
}

static bool open_file(struct host **out, const struct home *home, const char *name,
                      struct tool_fail *fail)
{
    struct host *host = calloc(1, sizeof *host);
    enum aw_status status;

    *out = NULL;
    if (host == NULL)
        return fail_status(fail, AW_E_STORE, "no memory");
    host->home = *home;
    if (aw_clock_init(&host->clock, getenv("ALLSWELL_DEMO_CLOCK")) != AW_OK) {
        free(host);
        return fail_set(fail, TOOL_USAGE,
                        "ALLSWELL_DEMO_CLOCK is not MILLISECONDS:FACTOR: unset it");
    }
    if (!open_store(&host->store, home, name, 0, fail) || !host_records_load(host, fail)) {
        host_close(host);
        return false;
    }
    status = load_engines(host);
    if (status != AW_OK) {
        (void)fail_set(fail, TOOL_ENVIRONMENT,
                       "%s/allswell.db cannot be read (%s): restore a backup, do not go on "
                       "without what is missing",
                       home->path, aw_status_name(status));
        host_close(host);
        return false;
    }
    *out = host;
    return true;
}

bool host_open(struct host **out, const struct home *home, struct tool_fail *fail)
{
    return open_file(out, home, HOST_FILE, fail);
}

bool host_open_part(struct host **out, const struct home *home, struct tool_fail *fail)
{
    return open_file(out, home, HOST_PART, fail);
}

void host_close(struct host *host)
{
    if (host == NULL)
        return;
    if (host->net != NULL)
        host_net_close(host);
    for (size_t i = 0; i < HOST_WATCH_MAX; i++)
        host_watch_free(&host->watches[i]);
    if (host->subject != NULL)
        aw_subject_wipe(host->subject);
    free(host->subject);
    if (host->store.vtable != NULL)
        host->store.vtable->close(host->store.self);
    explicit_bzero(host, sizeof *host);
    free(host);
}

static const struct {
    const char *what;
    bool (*handle)(struct host *host, const json_t *request, json_t **reply,
                   struct tool_fail *fail);
    bool is_sign; /* that the person of this home is there */
} requests[] = {
    {"backup", host_backup, false},
    {"relay-add", host_relay_add, false},
    {"relay-list", host_relay_list, false},
    {"relay-find", host_relay_find, false},
    {"relay-remove", host_relay_remove, false},
    {"relay-moved", host_relay_moved, false},
    {"proxy", host_proxy, false},
    {"invite", host_invite, false},
    {"join", host_join, false},
    {"forget", host_forget, false},
    {"who", host_who_is, false},
    {"words", host_words, false},
    {"verify", host_verify, false},
    {"refuse", host_refuse, false},
    {"settled", host_settled, false},
    {"people", host_people, false},
    {"presence", host_presence, false},
    {"plan-show", host_plan_show, false},
    {"plan-check", host_plan_check, false},
    {"plan-set", host_plan_set, false},
    {"plan-waiting", host_plan_waiting, false},
    {"checkin", host_checkin, true},
    {"sos", host_sos, true},
    {"stop", host_stop, true},
    {"timer-start", host_timer_start, true},
    {"timer-extend", host_timer_extend, true},
    {"timer-end", host_timer_end, true},
    {"drill", host_drill, true},
    {"signal", host_signal, false},
    {"here", host_here, false},
    {"life", host_life, false},
    {"coverage", host_coverage, false},
    {"card-set", host_card_set, false},
    {"remove", host_remove, false},
    {"cancel", host_cancel, true},
    {"frame-make", host_frame_make, false},
    {"frame-take", host_frame_take, false},
    {"frame-read", host_frame_read, false},
    {"claim", host_claim, false},
    {"confirm", host_confirm, false},
    {"place", host_place, false},
    {"card-show", host_card_show, false},
    {"say", host_say, false},
    {"availability", host_availability, false},
    {"doctor", host_doctor, false},
    {"status", host_status, false},
    {"log", host_log_show, false},
    {"why", host_why, false},
    {"notify-add", host_notify_add, false},
    {"notify-list", host_notify_list, false},
    {"notify-find", host_notify_find, false},
    {"notify-remove", host_notify_remove, false},
    {"notify-test", host_notify_test, false},
    {"notify-tested", host_notify_tested, false},
    {"notify-log", host_notify_log, false},
};

bool host_request(void *ctx, const char *what, const json_t *request, json_t **reply,
                  struct tool_fail *fail)
{
    struct host *host = (struct host *)ctx;

    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        if (strcmp(requests[i].what, what) == 0) {
            bool ok = requests[i].handle(host, request, reply, fail);

            if (!ok) { /* an answer may have been begun when the store refused */
                json_decref(*reply);
                *reply = NULL;
            } else if (requests[i].is_sign) {
                host_net_answered(host, NULL);
            }
            host_net_kick(host); /* what the engines want done now */
            return ok;
        }
    }
    return fail_set(fail, TOOL_USAGE,
                    "'%.40s' is not known here: use the same version of both programs", what);
}
