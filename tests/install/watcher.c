/* SPDX-License-Identifier: ISC */
/*
 * watcher: a contact's side in one file, to read and to copy. It plays against phone.c.
 *
 *     watcher <folder>    The folder is the relay: every cell is a file in it.
 *
 * What touches the world is in this file, and an app replaces it: fill() and now(), the store,
 * deposit() and receive() (allswell/client.h speaks to a real relay), show() and command().
 * serve() and the loop in main() stay as they are. An app that watches several people places
 * one engine for each, with a slot of its own; all share one store.
 */
#include <allswell/contact.h>
#include <allswell/store_memory.h>

#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define SLOT 1

static struct aw_contact watcher;
static struct aw_store store;
static const char *folder;
static uint64_t skipped_ms; /* by "wait" */

/* ---- Random bytes and time ---- */

static bool fill(void *ctx, uint8_t *out, size_t len)
{
    (void)ctx;
    return len <= 256 && getrandom(out, len, 0) == (ssize_t)len;
}

static const struct aw_random random_source = {fill, NULL};

static struct aw_now now(void)
{
    struct timespec boot, wall;

    clock_gettime(CLOCK_BOOTTIME, &boot); /* goes on while the device sleeps */
    clock_gettime(CLOCK_REALTIME, &wall);
    return (struct aw_now){
        .mono_ms = (uint64_t)boot.tv_sec * 1000 + (uint64_t)boot.tv_nsec / 1000000 + skipped_ms,
        .wall_ms = (uint64_t)wall.tv_sec * 1000 + (uint64_t)wall.tv_nsec / 1000000 + skipped_ms,
    };
}

/* ---- The relay: <folder>/<capability>.<deposited at, ms>.<process>.<number>[.switch] ---- */

static void mailbox_path(char path[256], const uint8_t capability[32])
{
    int len = snprintf(path, 160, "%.140s/", folder);

    for (size_t i = 0; i < 16; i++)
        len += snprintf(path + len, 3, "%02x", capability[i]);
}

/* Takes the switch back that was armed before: a mailbox has one. */
static void disarm(const char *path)
{
    char pattern[256];
    glob_t found;

    (void)snprintf(pattern, sizeof pattern, "%.230s.*.switch", path);
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            (void)unlink(found.gl_pathv[i]);
    }
    globfree(&found);
}

/* AW_OK only when the relay has it on disk; else AW_E_NETWORK, and it is handed out again. */
static enum aw_status deposit(const struct aw_action *action)
{
    static unsigned number;
    uint64_t at_ms = now().wall_ms + (uint64_t)action->send.arm_after_s * 1000;
    char path[256], part[200];
    FILE *file;
    bool ok;

    mailbox_path(path, action->send.capability);
    if (action->send.arm_after_s != 0) /* a switch: due later, unless it is armed again */
        disarm(path);
    (void)snprintf(path + strlen(path), 64, ".%014llu.%07ld.%06u%s", (unsigned long long)at_ms,
                   (long)getpid(), number++, action->send.arm_after_s != 0 ? ".switch" : "");
    (void)snprintf(part, sizeof part, "%.140s/.part-%ld", folder, (long)getpid());
    file = fopen(part, "wb");
    if (file == NULL)
        return AW_E_NETWORK;
    ok = fwrite(action->send.cell.ptr, action->send.cell.len, 1, file) == 1;
    ok = fclose(file) == 0 && ok;
    return ok && rename(part, path) == 0 ? AW_OK : AW_E_NETWORK;
}

/* ---- Events ---- */

/* The lock screen shows one line for every alarm: who looks over his shoulder learns nothing. */
static void show(const struct aw_event *event)
{
    if (event->urgency == AW_URGENCY_RING)
        puts("RING. There is news. Please open the app.");
    else
        printf("event %s\n", aw_event_name(event->kind));
}

/* ---- The engine's loop ---- */

/* After every input: take the actions, do them, report each. */
static void serve(void)
{
    enum aw_status st = AW_OK;
    struct aw_action action;

    while (aw_contact_next_action(&watcher, &action)) {
        switch (action.kind) {
        case AW_ACTION_STORE: /* all of them or none, on disk before it returns */
            st = store.vtable->commit(store.self, action.store.ops, action.store.count);
            break;
        case AW_ACTION_SEND:
            st = deposit(&action);
            break;
        case AW_ACTION_EVENT:
            show(&action.event);
            st = AW_OK;
            break;
        }
        aw_contact_done(&watcher, action.id, st, now());
    }
}

/* One cell. The relay may forget it when it is refused, or when what came of it is stored. */
static void receive_one(const struct aw_mailbox *box, const char *path)
{
    unsigned long long deposited_at_ms = 0;
    uint8_t cell[16384];
    struct aw_bytes bytes = {cell, 0};
    FILE *file = fopen(path, "rb");
    enum aw_status st;

    if (file == NULL)
        return;
    bytes.len = fread(cell, 1, sizeof cell, file);
    fclose(file);
    (void)sscanf(path + strlen(folder) + 1, "%*[0-9a-f].%llu", &deposited_at_ms);
    if (deposited_at_ms > now().wall_ms)
        return; /* a switch that is not due */
    while ((st = aw_contact_feed(&watcher, box->id, bytes, (uint32_t)(deposited_at_ms / 1000),
                                 now())) == AW_E_BUSY)
        serve();
    serve();
    if (st != AW_OK || aw_contact_is_stored(&watcher))
        (void)unlink(path);
}

static void receive(void)
{
    struct aw_mailbox boxes[AW_CONTACT_MAILBOX_MAX];
    size_t count = aw_contact_mailboxes(&watcher, boxes);

    for (size_t i = 0; i < count; i++) {
        char path[256];
        glob_t found;

        mailbox_path(path, boxes[i].deposit_capability);
        (void)snprintf(path + strlen(path), 3, ".*");
        if (glob(path, 0, NULL, &found) == 0) { /* in order of time */
            for (size_t n = 0; n < found.gl_pathc; n++)
                receive_one(&boxes[i], found.gl_pathv[n]);
        }
        globfree(&found);
        /* The relay answered, and nothing waits: so it is she who is silent, if she is. */
        aw_contact_path(&watcher, boxes[i].id, (uint32_t)(now().wall_ms / 1000), 0, now());
    }
    serve();
    explicit_bzero(boxes, sizeof boxes);
}

/* Lets time pass: what a timer does, only faster. */
static void wait_s(uint64_t seconds)
{
    uint64_t end_ms = now().mono_ms + seconds * 1000;

    do {
        uint64_t at_ms = aw_contact_deadline_ms(&watcher);

        if (at_ms > end_ms)
            at_ms = end_ms;
        if (at_ms > now().mono_ms)
            skipped_ms += at_ms - now().mono_ms;
        aw_contact_tick(&watcher, now());
        serve();
        receive();
    } while (now().mono_ms < end_ms);
}

/* Start, and start again after a crash: init, load the records of this slot, start. */
static uint8_t loading;

static enum aw_status load(void *ctx, uint64_t key, struct aw_bytes value)
{
    (void)ctx;
    return aw_contact_slot(key) == SLOT ? aw_contact_load(&watcher, loading, key, value) : AW_OK;
}

static enum aw_status start(void)
{
    enum aw_status st = aw_contact_init(&watcher, &random_source, SLOT, now());

    for (loading = AW_SPACE_CONTACT_FIRST; st == AW_OK && loading <= AW_SPACE_CONTACT_LAST;
         loading++)
        st = store.vtable->scan(store.self, loading, load, NULL);
    return st == AW_OK ? aw_contact_start(&watcher, now()) : st;
}

/* ---- What the human does ---- */

static enum aw_status join(const char *uri)
{
    /* Where this device reads: the address and key of the contact's relay. */
    static const struct aw_endpoint relay = {.relay_key = {7}, .address = "folder.example:7440"};
    struct aw_bytes bytes = {(const uint8_t *)uri, strlen(uri)};

    return aw_contact_join(&watcher, bytes, &relay, 1, "Contact", now());
}

static enum aw_status words(void)
{
    uint8_t text[128];
    struct aw_buf buf = {text, sizeof text, 0};
    enum aw_status st = aw_contact_words(&watcher, &buf);

    if (st == AW_OK)
        printf("words: %.*s\n", (int)buf.len, (const char *)buf.ptr);
    return st;
}

static const char *state_text(enum aw_ladder_state state)
{
    switch (state) {
    case AW_LADDER_IDLE:
        return "nothing to watch yet";
    case AW_LADDER_FINE:
        return "all is well";
    case AW_LADDER_OVERDUE:
        return "overdue, grace runs";
    case AW_LADDER_SUSPECT:
        return "cannot tell whether she or the path is silent";
    case AW_LADDER_MISSED:
        return "missed";
    case AW_LADDER_ALARM:
        return "alarm";
    case AW_LADDER_CLAIMED:
        return "you are acting";
    case AW_LADDER_RESUMED:
        return "she is back: speak to her, then confirm";
    }
    return "?";
}

static const char *incident_text(enum aw_incident_kind incident)
{
    switch (incident) {
    case AW_INCIDENT_NONE:
        return "";
    case AW_INCIDENT_MISSED:
        return ", no check-in";
    case AW_INCIDENT_WRONG:
        return ", wrong secrets";
    case AW_INCIDENT_SOS:
        return ", SOS";
    case AW_INCIDENT_DURESS:
        return ", duress";
    }
    return "?";
}

/* What to do comes first. Only behind the screen lock: it shows a forced check-in as forced. */
static void status(void)
{
    struct aw_contact_view view;
    struct aw_plan plan;

    aw_contact_view(&watcher, &view);
    if (view.do_not_call)
        puts("Do not call her phone. Whoever holds it must not learn that you know.");
    printf("\"%s\": %s%s, level %d of %d\n", view.name, state_text(view.state),
           incident_text(view.incident), view.level, view.level_count);
    if (view.level > 0 && aw_contact_plan(&watcher, &plan) == AW_OK &&
        plan.levels[view.level - 1].text[0] != 0)
        printf("to do: %s\n", plan.levels[view.level - 1].text);
    if (view.phase != AW_CONTACT_VERIFIED || view.quarantined)
        puts("compare the words with her");
    if (view.gap)
        puts("words are missing: cannot exclude duress");
    if (view.checkin_due_s != UINT64_MAX)
        printf("a check-in is due within %lld s\n",
               (long long)view.checkin_due_s - (long long)(now().wall_ms / 1000));
}

static enum aw_status command(char *line)
{
    const char *what = strtok(line, " \n"), *a = strtok(NULL, " \n");

    if (what == NULL)
        return AW_OK;
    if (strcmp(what, "join") == 0 && a != NULL)
        return join(a);
    if (strcmp(what, "words") == 0)
        return words();
    if (strcmp(what, "verify") == 0)
        return aw_contact_verify(&watcher, now());
    if (strcmp(what, "seen") == 0)
        return aw_contact_seen(&watcher, now());
    if (strcmp(what, "claim") == 0) /* "I am acting": holds the next level for a while */
        return aw_contact_claim(&watcher, now());
    if (strcmp(what, "confirm") == 0) /* "I have spoken to her" */
        return aw_contact_confirm(&watcher, now());
    if (strcmp(what, "restart") == 0)
        return start();
    if (strcmp(what, "status") == 0)
        status();
    else if (strcmp(what, "wait") == 0 && a != NULL)
        wait_s(strtoull(a, NULL, 10));
    else
        puts("join INVITE | words | verify | seen | claim | confirm\n"
             "status | wait SECONDS | restart");
    return AW_OK;
}

int main(int argc, char **argv)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    char line[1024];

    if (argc != 2 || strlen(argv[1]) > 140) {
        (void)fputs("Usage: watcher <folder>\n", stderr);
        return 2;
    }
    folder = argv[1];
    setvbuf(stdin, NULL, _IONBF, 0); /* poll() must see all that there is */
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (aw_store_memory_open(&store) != AW_OK || start() != AW_OK)
        return 1;
    for (;;) {
        uint64_t now_ms = now().mono_ms, at_ms = aw_contact_deadline_ms(&watcher);
        uint64_t left_ms = at_ms > now_ms ? at_ms - now_ms : 0;

        serve();
        receive();
        /* A folder does not wake anybody: look again soon. With a relay, sleep until at_ms. */
        if (poll(&in, 1, left_ms < 200 ? (int)left_ms : 200) > 0) {
            if (fgets(line, sizeof line, stdin) == NULL)
                break;
            enum aw_status st = command(line);

            serve();
            receive();
            printf("> %s\n", aw_status_name(st));
        }
        aw_contact_tick(&watcher, now());
    }
    aw_contact_wipe(&watcher);
    store.vtable->close(store.self);
    return 0;
}
