/* SPDX-License-Identifier: ISC */
#include "allswell/notify/notify.h"

#include "allswell/event.h"
#include "allswell/notify/inside.h"
#include "allswell/notify/program.h"
#include "common/text.h"

#include <allswell/agent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* From events to deliveries, from deliveries to tries, and what came of them. */

#define TEST_TEXT "This is a test. If you read it, it works."

/* After a start: no second ring for what was rung just before. */
#define START_PAUSE_S 60

struct hook *notify_hook(struct notify *notify, uint32_t number)
{
    for (size_t i = 0; i < NOTIFY_ALL_MAX; i++) {
        if (notify->hooks[i].number == number && number != 0)
            return &notify->hooks[i];
    }
    return NULL;
}

static bool is_own(const struct hook *hook)
{
    return hook->number < NOTIFY_COMMAND;
}

static uint64_t mono_ms(const struct notify *n)
{
    return aw_loop_now(n->loop).mono_ms;
}

static uint64_t wall_s(const struct notify *n)
{
    return aw_loop_now(n->loop).wall_ms / 1000;
}

static uint64_t draw(void)
{
    const struct aw_random *random = aw_random_system();
    uint64_t bits = 0;

    /* Without random numbers pauses are at their shortest, and numbers the same: it still rings. */
    if (!random->fill(random->ctx, (uint8_t *)&bits, sizeof bits))
        return 0;
    return bits;
}

static void set_timer(struct notify *n)
{
    if (n->timer != NULL)
        aw_loop_timer_set(n->timer, schedule_deadline_ms(&n->schedule));
}

/* ---- What is said ---- */

static void write_name(const struct notify *n, const struct delivery *d, struct notice *notice)
{
    struct host_who who = {.side = HOST_MINE, .person = 0, .watch = NULL};

    (void)snprintf(notice->who, sizeof notice->who, "%s", d->who);
    notice->is_contact = d->who[0] == 'w';
    if (d->who[0] == '\0')
        return;
    if (!notice->is_contact)
        who.person = (uint8_t)strtoul(d->who, NULL, 10);
    for (size_t i = 0; notice->is_contact && i < HOST_WATCH_MAX; i++) {
        struct host_watch *watch = &n->host->watches[i];

        if (watch->slot != 0 && watch->slot == strtoul(d->who + 1, NULL, 10))
            who = (struct host_who){.side = HOST_WATCHED, .person = 0, .watch = watch};
    }
    if (who.side == HOST_MINE && who.person == 0)
        return;
    host_name(notice->name, n->host, &who);
    text_clean(notice->name);
}

static struct notice notice_of(const struct notify *n, const struct hook *hook,
                               const struct delivery *d)
{
    struct notice notice = {.urgency = d->urgency, .nonce = d->nonce, .at_s = wall_s(n)};
    char level[24] = "", name[TEXT_ISOLATED(AW_NAME_LEN_MAX)];

    if (hook->with_text) {
        write_name(n, d, &notice);
        notice.level = d->urgency == AW_URGENCY_RING ? d->level : 0;
        if (notice.level != 0)
            (void)snprintf(level, sizeof level, ", level %u", (unsigned)notice.level);
    }
    /* Lock screens turn lines, too. A program gets the name in a variable of its own. */
    text_isolate(name, sizeof name, notice.name);
    if (hook->with_text && hook->kind != NOTIFY_EXEC)
        (void)snprintf(notice.text, sizeof notice.text, "%s%s%s%s", name,
                       name[0] == '\0' ? "" : ": ",
                       event_phrase(aw_event_name((enum aw_event_kind)d->event)), level);
    else
        (void)snprintf(notice.text, sizeof notice.text, "%s",
                       hook->say[0] != '\0' ? hook->say : EVENT_NEUTRAL_TEXT);
    return notice;
}

/* ---- Tries ---- */

static void note_last(struct notify *n, uint32_t number, const char *state, const char *answer)
{
    const struct hook *hook = notify_hook(n, number);
    struct last *last;

    if (hook == NULL)
        return;
    last = &n->lasts[hook - n->hooks];
    last->at_s = wall_s(n);
    if (strcmp(state, "accepted") == 0)
        last->accepted_at_s = last->at_s;
    (void)snprintf(last->state, sizeof last->state, "%s", state);
    (void)snprintf(last->answer, sizeof last->answer, "%s", answer);
}

static void end(struct notify *n, struct delivery *d, const char *state, const char *answer)
{
    for (size_t i = 0; i < sizeof n->attempts / sizeof n->attempts[0]; i++) {
        struct attempt *a = &n->attempts[i];

        if (!a->is_used || a->delivery != d)
            continue;
        a->delivery = NULL;
        if (a->errand != NULL) {
            courier_cancel(a->errand);
            a->is_used = false;
        }
    }
    d->state = DELIVERY_FREE;
    notify_record(n, d, state, answer);
}

/* A round is one line of the record: the next one begins a new line. */
static void next_round(struct notify *n, struct delivery *d, unsigned tries, const char *answer)
{
    struct delivery done = *d;

    done.state = DELIVERY_FREE;
    done.tries = tries;
    notify_record(n, &done, "accepted", answer);
    d->id = n->record_next++;
    d->nonce = draw();
    notify_record(n, d, d->state == DELIVERY_RESTING ? "answered" : "again", "");
}

const char *notify_end_word(enum try_end end)
{
    static const char *const words[] = {"accepted", "failed", "refused"};

    return words[end];
}

static void tried(struct notify *n, struct delivery *d, const struct answer *answer)
{
    unsigned tries = d->tries;
    enum try_next next =
        schedule_tried(d, answer->end, answer->wait_ms, (uint32_t)draw(), mono_ms(n));
    const char *state = next == NEXT_RETRY ? "retry" : next == NEXT_GAVE_UP ? "failed" : "accepted";

    note_last(n, d->hook, state, answer->text);
    if (next == NEXT_REPEAT)
        next_round(n, d, tries, answer->text);
    else
        notify_record(n, d, state, answer->text);
}

static void tested(struct notify *n, const struct hook *hook, const struct answer *answer)
{
    struct test *test = &n->tests[hook - n->hooks];

    test->is_running = false;
    test->is_known = true;
    test->answer = *answer;
    note_last(n, hook->number, notify_end_word(answer->end), answer->text);
    notify_record_test(n, hook, test->at_s, answer);
}

static void on_answer(void *ctx, const struct answer *answer)
{
    struct attempt *a = (struct attempt *)ctx;
    struct notify *n = a->notify;
    const struct hook *hook = notify_hook(n, a->hook);

    a->is_used = false;
    if (a->is_test && hook != NULL)
        tested(n, hook, answer);
    if (a->delivery != NULL)
        tried(n, a->delivery, answer);
    set_timer(n);
}

/* False with the answer: it could not even begin. */
static bool begin(struct notify *n, const struct hook *hook, const struct notice *notice,
                  const struct attempt *wanted, struct answer *answer)
{
    struct attempt *a = NULL;

    *answer = (struct answer){.end = TRY_LATER, .text = "no room: end other programs"};
    for (size_t i = 0; i < sizeof n->attempts / sizeof n->attempts[0] && a == NULL; i++) {
        if (!n->attempts[i].is_used)
            a = &n->attempts[i];
    }
    if (a == NULL || n->is_closing)
        return false;
    *a = *wanted;
    a->notify = n;
    a->hook = hook->number;
    a->is_used = true;
    if (hook->kind == NOTIFY_EXEC || hook->kind == NOTIFY_DESKTOP) {
        a->is_used = program_run(n->loop, hook, notice, on_answer, a, answer);
        return a->is_used;
    }
    a->errand = courier_send(n->loop, hook, notice, on_answer, a, answer);
    a->is_used = a->errand != NULL;
    return a->is_used;
}

static void try_one(struct notify *n, struct delivery *d)
{
    const struct hook *hook = notify_hook(n, d->hook);
    const struct attempt wanted = {.delivery = d};
    struct answer answer;
    struct notice notice;

    if (hook == NULL) {
        end(n, d, "removed", "");
        return;
    }
    notice = notice_of(n, hook, d);
    if (!begin(n, hook, &notice, &wanted, &answer))
        tried(n, d, &answer);
}

void notify_look(struct notify *notify)
{
    struct delivery *d;

    if (notify == NULL || notify->timer == NULL || notify->is_closing)
        return;
    for (size_t i = 0; i < SCHEDULE_MAX; i++) {
        d = &notify->schedule.items[i];
        /* What the engine said first is tried once, whatever has happened since. */
        if (d->state == DELIVERY_FREE || d->state == DELIVERY_TRYING ||
            (d->tries == 0 && !d->is_repeat && d->state != DELIVERY_RESTING) ||
            notify_wanted(notify, d))
            continue;
        end(notify, d, d->state == DELIVERY_RESTING ? "answered" : "over", "");
    }
    while ((d = schedule_next(&notify->schedule, mono_ms(notify))) != NULL)
        try_one(notify, d);
    set_timer(notify);
}

static void on_timer(void *ctx)
{
    notify_look((struct notify *)ctx);
}

/* ---- Events ---- */

static void put(struct notify *n, const struct hook *hook, const struct delivery *model)
{
    struct delivery dropped, *d = NULL;

    if (is_own(hook) && model->until != UNTIL_ACCEPTED)
        d = schedule_ring(&n->schedule, hook->number, model->who, model->until);
    if (d != NULL) {
        d->event = model->event;
        d->at_s = model->at_s;
        schedule_rung(d, model->level, mono_ms(n));
        notify_record(n, d, "waiting", "");
        return;
    }
    d = schedule_put(&n->schedule, model, &dropped);
    if (dropped.state != DELIVERY_FREE) {
        dropped.state = DELIVERY_FREE;
        notify_record(n, &dropped, "dropped", "too much waits");
    }
    if (d == NULL)
        return;
    d->id = n->record_next++;
    d->nonce = draw();
    d->hook = hook->number;
    if (is_own(hook)) {
        d->again_ms = (uint64_t)hook->again_s * 1000;
    } else {
        d->tries_max = 1; /* what such commands end with was never looked at */
        d->until = UNTIL_ACCEPTED;
    }
    if (d->urgency != AW_URGENCY_QUIET)
        notify_record(n, d, "waiting", "");
}

void notify_event(struct notify *notify, const struct host_who *who, const struct aw_event *event)
{
    struct delivery model = {.state = DELIVERY_WAITING,
                             .urgency = event->urgency,
                             .event = (unsigned)event->kind,
                             .level = event->level,
                             .at_s = wall_s(notify),
                             .born_ms = mono_ms(notify),
                             .next_ms = mono_ms(notify)};

    if (notify->timer == NULL)
        return;
    if (who->side != HOST_NOBODY)
        host_id(model.who, who);
    if (event->urgency == AW_URGENCY_RING)
        model.until = notify_until(event->kind);
    for (size_t i = 0; i < NOTIFY_ALL_MAX; i++) {
        const struct hook *hook = &notify->hooks[i];

        model.hook = hook->number;
        if (hook->number == 0 || event->urgency < hook->least ||
            (hook->number == NOTIFY_FILE && access(hook->address, X_OK) != 0))
            continue;
        put(notify, hook, &model);
    }
    notify_look(notify);
}

void notify_answered(struct notify *notify, const char *id)
{
    if (notify == NULL || notify->timer == NULL)
        return;
    for (size_t i = 0; i < SCHEDULE_MAX; i++) {
        struct delivery *d = &notify->schedule.items[i];

        if (d->state == DELIVERY_FREE || d->until == UNTIL_ACCEPTED ||
            (id[0] == '\0' ? d->who[0] == 'w' : strcmp(d->who, id) != 0))
            continue;
        if (d->until != UNTIL_INCIDENT) {
            end(notify, d, "answered", "");
            continue;
        }
        schedule_answered(d);
        if (d->state == DELIVERY_RESTING)
            notify_record(notify, d, "answered", "");
    }
    set_timer(notify);
}

/* ---- Start and end ---- */

bool notify_open(struct notify **out, struct host *host, struct aw_loop *loop,
                 struct tool_fail *fail)
{
    struct notify *n = calloc(1, sizeof *n);

    *out = n;
    if (n == NULL)
        return fail_status(fail, AW_E_STORE, "no memory");
    n->host = host;
    n->loop = loop;
    return notify_load(n, fail);
}

/* --on-event and hooks/on-event are told everything, and stay what they were. */
static void add_program(struct notify *n, uint32_t number, const char *name, const char *command)
{
    struct hook *hook = &n->hooks[number == NOTIFY_FILE ? NOTIFY_ALL_MAX - 1 : NOTIFY_ALL_MAX - 2];

    hook_wipe(hook);
    hook->number = number;
    hook->kind = NOTIFY_EXEC;
    hook->least = AW_URGENCY_QUIET;
    hook->with_text = true;
    hook->command = command;
    (void)snprintf(hook->name, sizeof hook->name, "%s", name);
}

/* A ring that fell between the engine's state and ours is made up for. */
static void ring_open(struct notify *n)
{
    struct delivery model = {.state = DELIVERY_WAITING,
                             .urgency = AW_URGENCY_RING,
                             .until = UNTIL_INCIDENT,
                             .event = AW_EVENT_RING,
                             .at_s = wall_s(n),
                             .born_ms = mono_ms(n)};

    for (size_t i = 0; i < HOST_WATCH_MAX; i++) {
        struct host_who who = {.side = HOST_WATCHED, .watch = &n->host->watches[i]};

        if (who.watch->slot == 0 || !notify_rings(who.watch, &model.level))
            continue;
        host_id(model.who, &who);
        for (size_t h = 0; h < NOTIFY_HOOK_MAX; h++) {
            const struct hook *hook = &n->hooks[h];
            uint64_t since_s = model.at_s - n->lasts[h].accepted_at_s;

            if (hook->number == 0 ||
                schedule_ring(&n->schedule, hook->number, model.who, UNTIL_INCIDENT) != NULL)
                continue;
            model.hook = hook->number;
            model.next_ms = mono_ms(n);
            if (n->lasts[h].accepted_at_s <= model.at_s && since_s < START_PAUSE_S)
                model.next_ms += (START_PAUSE_S - since_s) * 1000;
            put(n, hook, &model);
        }
    }
}

void notify_start(struct notify *notify, const char *command)
{
    char file[HOME_FILE_MAX];

    home_file(file, &notify->host->home, "hooks/on-event");
    add_program(notify, NOTIFY_FILE, "hooks/on-event", NULL);
    (void)snprintf(notify->hooks[NOTIFY_ALL_MAX - 1].address, HOOK_ADDRESS_MAX + 1, "%s", file);
    if (command != NULL)
        add_program(notify, NOTIFY_COMMAND, "--on-event", command);
    notify->timer = aw_loop_timer_new(notify->loop, on_timer, notify);
    if (notify->timer == NULL)
        return;
    ring_open(notify);
    notify_look(notify);
}

void notify_stop(struct notify *notify)
{
    if (notify == NULL)
        return;
    notify->is_closing = true;
    for (size_t i = 0; i < sizeof notify->attempts / sizeof notify->attempts[0]; i++) {
        if (notify->attempts[i].is_used && notify->attempts[i].errand != NULL)
            courier_cancel(notify->attempts[i].errand);
    }
    aw_loop_timer_free(notify->timer);
    notify->timer = NULL;
}

void notify_free(struct notify *notify)
{
    if (notify == NULL)
        return;
    explicit_bzero(notify, sizeof *notify);
    free(notify);
}

/* ---- For requests ---- */

bool notify_test(struct notify *notify, struct hook *hook)
{
    const struct attempt wanted = {.is_test = true};
    struct notice notice = {
        .text = TEST_TEXT, .urgency = AW_URGENCY_RING, .nonce = draw(), .at_s = wall_s(notify)};
    struct test *test = &notify->tests[hook - notify->hooks];
    struct answer answer;

    if (test->is_running)
        return false;
    if (hook->say[0] != '\0')
        (void)snprintf(notice.text, sizeof notice.text, "%s", hook->say);
    *test = (struct test){.is_running = true, .at_s = notice.at_s};
    if (!begin(notify, hook, &notice, &wanted, &answer))
        tested(notify, hook, &answer);
    return true;
}

void notify_forget(struct notify *notify, uint32_t number)
{
    for (size_t i = 0; i < SCHEDULE_MAX; i++) {
        struct delivery *d = &notify->schedule.items[i];

        if (d->state != DELIVERY_FREE && d->hook == number)
            end(notify, d, "removed", "");
    }
    for (size_t i = 0; i < sizeof notify->attempts / sizeof notify->attempts[0]; i++) {
        struct attempt *a = &notify->attempts[i];

        if (!a->is_used || a->hook != number)
            continue;
        a->hook = 0; /* nobody waits for what a program ends with */
        if (a->errand != NULL) {
            courier_cancel(a->errand);
            a->is_used = false;
        }
    }
}
