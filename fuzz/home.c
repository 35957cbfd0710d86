/* SPDX-License-Identifier: ISC */
#include "home.h"

#include "allswell/host_net.h"
#include "allswell/notify/courier.h"
#include "allswell/notify/notify.h"
#include "allswell/notify/program.h"
#include "support/circle.h"
#include "take.h"

#include <allswell/agent.h>
#include <allswell/store_memory.h>
#include <allswell/store_sqlite.h>
#include <stdlib.h>

const char *const tool_name = "fuzz";
const char home_token_text[] = "WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo"; /* 32 times 0x5a */

#define WAIT_MAX_S (31 * 24 * HOUR_S)

/* A scene as it was made. The engines were loaded from the store: no pointer leads inside. */
struct scene {
    bool is_made;
    struct aw_now now;
    struct aw_store store;
    struct aw_subject *subject;
    struct aw_contact *contact; /* NULL: nobody is watched */
};

static struct scene scenes[HOME_SCENE_COUNT];

/* The home that is open. */
static struct {
    const struct scene *scene;
    struct host *host;
    struct notify *notify;
    struct aw_loop *loop;
    struct aw_now now;
    struct count random;
    bool is_clean; /* no engine was exchanged */
} home;

/* ---- What the linker puts in place of the system's (--wrap) ---- */

struct aw_now __wrap_aw_clock_now(const struct aw_clock *clock);
const struct aw_random *__wrap_aw_random_system(void);
enum aw_status __wrap_aw_store_sqlite_image(const struct aw_store *store, size_t len_max,
                                            uint8_t **image, size_t *len);

struct aw_now __wrap_aw_clock_now(const struct aw_clock *clock)
{
    (void)clock;
    return home.now;
}

const struct aw_random *__wrap_aw_random_system(void)
{
    static const struct aw_random random = {.fill = count_fill, .ctx = &home.random};

    return &random;
}

/* The store is no file: what a backup would seal. */
enum aw_status __wrap_aw_store_sqlite_image(const struct aw_store *store, size_t len_max,
                                            uint8_t **image, size_t *len)
{
    (void)store;
    (void)len_max;
    (void)image;
    (void)len;
    return AW_E_STORE;
}

/* ---- In place of host_net.c: no relay is ever reached ---- */

static void store_or_fail(const struct aw_action *a, enum aw_status *status)
{
    *status = AW_OK;
    if (a->kind == AW_ACTION_STORE)
        *status =
            home.host->store.vtable->commit(home.host->store.self, a->store.ops, a->store.count);
}

/* An engine whose store refuses asks again later: it gets one answer a turn. */
static void pump(struct aw_subject *subject, struct aw_contact *contact)
{
    enum aw_status status = AW_OK;
    struct aw_action a;

    while (status == AW_OK && (subject != NULL ? aw_subject_next_action(subject, &a)
                                               : aw_contact_next_action(contact, &a))) {
        store_or_fail(&a, &status);
        if (subject != NULL)
            aw_subject_done(subject, a.id, status, home.now);
        else
            aw_contact_done(contact, a.id, status, home.now);
    }
}

void host_net_kick(struct host *host)
{
    pump(host->subject, NULL);
    for (size_t i = 0; i < HOST_WATCH_MAX; i++) {
        if (host->watches[i].slot != 0)
            pump(NULL, host->watches[i].contact);
    }
}

bool host_net_watch(struct host *host, struct host_watch *watch, struct tool_fail *fail)
{
    (void)host;
    (void)watch;
    (void)fail;
    home.is_clean = false;
    return true;
}

bool host_net_relay(struct host *host, const struct host_relay *relay, struct tool_fail *fail)
{
    (void)host;
    (void)relay;
    (void)fail;
    return true;
}

bool host_net_proxy(struct host *host, struct tool_fail *fail)
{
    (void)host;
    (void)fail;
    return true;
}

bool host_net_moved(struct host *host, const struct aw_endpoint *now, struct tool_fail *fail)
{
    (void)host;
    (void)now;
    (void)fail;
    return true;
}

/* One relay is known, the first of the circle. */
bool host_net_relay_no(const struct host *host, size_t idx, struct aw_agent_relay *out)
{
    if (idx > 0)
        return false;
    *out = (struct aw_agent_relay){.relay = host->relays[0].endpoint, .mailbox_count = 1};
    return true;
}

bool host_net_relay_at(const struct host *host, const struct aw_endpoint *endpoint,
                       struct aw_agent_relay *out)
{
    return host_net_relay_no(host, 0, out) && strcmp(out->relay.address, endpoint->address) == 0;
}

bool host_net_is_settled(const struct host *host)
{
    (void)host;
    return true;
}

void host_net_answered(struct host *host, const struct host_who *who)
{
    char id[HOST_ID_MAX] = "";

    (void)host;
    if (who != NULL)
        host_id(id, who);
    notify_answered(home.notify, id);
}

struct notify *host_net_notify(struct host *host)
{
    (void)host;
    return home.notify;
}

struct aw_loop *host_net_loop(struct host *host)
{
    (void)host;
    return home.loop;
}

void host_net_close(struct host *host)
{
    host->net = NULL;
}

/* ---- In place of program.c and courier.c ---- */

bool program_run(struct aw_loop *loop, const struct hook *hook, const struct notice *notice,
                 answer_call *call, void *ctx, struct answer *out_answer)
{
    (void)loop;
    (void)hook;
    (void)notice;
    (void)call;
    (void)ctx;
    *out_answer = (struct answer){.end = TRY_REFUSED, .text = "no programs here"};
    return false;
}

struct errand *courier_send(struct aw_loop *loop, const struct hook *hook,
                            const struct notice *notice, answer_call *call, void *ctx,
                            struct answer *out_answer)
{
    (void)loop;
    (void)hook;
    (void)notice;
    (void)call;
    (void)ctx;
    *out_answer = (struct answer){.end = TRY_LATER, .text = "no network here"};
    return NULL;
}

bool courier_is_there(void)
{
    return true;
}

void courier_cancel(struct errand *errand)
{
    (void)errand;
    AW_ASSERT(false); /* none is ever begun */
}

/* ---- Scenes ---- */

static void need(bool is_so)
{
    if (!is_so)
        abort(); /* the scene, not the input */
}

static void take_records(struct aw_store *store, const struct circle_host *from)
{
    for (size_t i = 0; i < from->record_count; i++) {
        const struct circle_record *r = &from->records[i];
        struct aw_store_op op = {.space = r->space, .key = r->key, .value = {r->value, r->len}};

        need(store->vtable->commit(store->self, &op, 1) == AW_OK);
    }
}

/* Her phone and contact 1, who live in one home from now on. */
static void live(struct scene *scene, bool is_alarm)
{
    static struct circle circle;
    const struct aw_card card = {
        .version = 1,
        .sections = {{.kind = AW_CARD_FIRST, .text = "Ring the neighbour."}},
        .sections_count = 1};
    const struct aw_state place = {.at = (uint32_t)CIRCLE_T0_S,
                                   .has_lat_e7 = true,
                                   .has_lon_e7 = true,
                                   .lat_e7 = 525200000,
                                   .lon_e7 = 134050000,
                                   .note = "by the lake"};

    circle_init(&circle, 2, 1);
    circle_set_up(&circle);
    need(aw_subject_card_set(circle.hosts[0].subject, &card, circle_safe, circle_now(&circle, 0)) ==
         AW_OK);
    circle_run(&circle, 120);
    circle_checkin(&circle, circle_safe);
    circle_run(&circle, 60);
    if (is_alarm) {
        need(aw_subject_sos(circle.hosts[0].subject, &place, NULL, circle_now(&circle, 0)) ==
             AW_OK);
        circle_run(&circle, 15 * MIN_S);
    }
    take_records(&scene->store, &circle.hosts[0]);
    take_records(&scene->store, &circle.hosts[1]);
    scene->now = circle_now(&circle, 0);
    circle_free(&circle);
}

static void add_settings(struct host *host)
{
    struct host_relay *relay = &host->relays[0];

    (void)snprintf(host->settings.name, sizeof host->settings.name, "Subject");
    *relay = (struct host_relay){.number = 1, .endpoint = {.relay_key = {9}}};
    (void)snprintf(relay->endpoint.address, sizeof relay->endpoint.address, "relay0.example:7447");
    memset(relay->token, 0x5a, sizeof relay->token);
    need(host_settings_store(host, NULL) && host_relay_store(host, relay, NULL));
}

static void load_engines(struct host *host)
{
    uint32_t slots[HOST_WATCH_MAX];
    enum aw_status status;
    size_t count = 0;

    must(aw_agent_load_subject(host->subject, &host->store, home.now), AW_OK);
    must(aw_agent_slots(&host->store, slots, HOST_WATCH_MAX, &count), AW_OK);
    for (size_t i = 0; i < count; i++)
        AW_ASSERT(host_watch_new(host, slots[i], &status) != NULL);
}

static void *room(size_t len)
{
    void *memory = aligned_alloc(64, len);

    need(memory != NULL);
    return memory;
}

static const struct scene *make(enum home_scene which)
{
    struct scene *scene = &scenes[which];
    static struct host host;

    if (scene->is_made)
        return scene;
    scene->is_made = true;
    scene->now = (struct aw_now){.mono_ms = 1000, .wall_ms = CIRCLE_T0_S * 1000};
    need(aw_store_memory_open(&scene->store) == AW_OK);
    if (which != HOME_NEW)
        live(scene, which == HOME_ALARM);
    home.now = scene->now;
    host = (struct host){.store = scene->store, .subject = room(sizeof *host.subject)};
    add_settings(&host);
    load_engines(&host);
    host_net_kick(home.host = &host);
    scene->subject = host.subject;
    scene->contact = host.watches[0].contact;
    return scene;
}

/* ---- Open and close ---- */

static void open_rest(struct host *host)
{
    home.host = host;
    (void)snprintf(host->home.path, sizeof host->home.path, "/nonexistent/allswell");
    host->clock = (struct aw_clock){.factor = 1};
    host->is_agent = true;
    AW_ASSERT(host_records_load(host, NULL));
    AW_ASSERT(notify_open(&home.notify, host, home.loop, NULL));
}

struct host *home_open(enum home_scene which)
{
    static const struct aw_clock clock = {.factor = 1};
    struct host *host = calloc(1, sizeof *host);

    home.random = (struct count){.fills_max = UINT64_MAX};
    if (home.loop == NULL)
        need(aw_loop_open(&home.loop, &clock) == AW_OK);
    home.scene = make(which);
    home.random = (struct count){.fills = 1u << 20, .fills_max = UINT64_MAX};
    home.now = home.scene->now;
    home.is_clean = true;
    need(host != NULL && aw_store_memory_clone(&host->store, &home.scene->store) == AW_OK);
    host->subject = room(sizeof *host->subject);
    memcpy(host->subject, home.scene->subject, sizeof *host->subject);
    if (home.scene->contact != NULL) {
        host->watches[0] =
            (struct host_watch){.slot = 1, .contact = room(sizeof *host->watches[0].contact)};
        memcpy(host->watches[0].contact, home.scene->contact, sizeof *host->watches[0].contact);
    }
    open_rest(host);
    return host;
}

void home_close(void)
{
    notify_free(home.notify);
    home.notify = NULL;
    host_close(home.host);
    home.host = NULL;
}

struct host *home_restart(void)
{
    struct host *host = calloc(1, sizeof *host);

    need(host != NULL);
    host->store = home.host->store;
    home.host->store.vtable = NULL; /* it stays open */
    home_close();
    aw_store_memory_fail_at(&host->store, 0, false);
    host->subject = room(sizeof *host->subject);
    load_engines(host);
    home.is_clean = false;
    open_rest(host);
    return host;
}

void home_wait(uint64_t seconds)
{
    uint64_t ms = (seconds < WAIT_MAX_S ? seconds : WAIT_MAX_S) * 1000;
    struct host *host = home.host;

    home.is_clean = false;
    home.now.mono_ms += ms;
    home.now.wall_ms += ms;
    aw_subject_tick(host->subject, home.now);
    for (size_t i = 0; i < HOST_WATCH_MAX; i++) {
        if (host->watches[i].slot != 0)
            aw_contact_tick(host->watches[i].contact, home.now);
    }
    host_net_kick(host);
}

bool home_is_untouched(void)
{
    const struct host *host = home.host;

    return home.is_clean && aw_store_memory_commit_count(&host->store) == 0 &&
           memcmp(host->subject, home.scene->subject, sizeof *host->subject) == 0 &&
           (home.scene->contact == NULL || memcmp(host->watches[0].contact, home.scene->contact,
                                                  sizeof *host->watches[0].contact) == 0);
}

struct aw_loop *home_loop(void)
{
    return home.loop;
}
