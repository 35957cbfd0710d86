/* SPDX-License-Identifier: ISC */
/*
 * phone: the subject's side in one file, to read and to copy. It plays against watcher.c.
 *
 *     phone <folder>      The folder is the relay: every cell is a file in it.
 *
 * The engine computes; what touches the world is in this file, and an app replaces it:
 *
 *     fill()     random bytes          the system's generator
 *     now()      both clocks           the same, without the jumps
 *     store      an aw_store           aw_store_sqlite_open(), or your own four functions
 *     deposit()  a cell to a relay     allswell/client.h over allswell/link.h and your sockets
 *     receive()  cells from a relay    likewise
 *     show()     an event for her      a notification
 *     command()  what she does         your screens
 *
 * serve() and the loop in main() stay as they are.
 */
#include <allswell/store_memory.h>
#include <allswell/subject.h>

#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static struct aw_subject phone; /* AW_SUBJECT_LEN bytes: static or on the heap, not on the stack */
static struct aw_store store;
static const char *folder;
static uint64_t skipped_ms; /* by "wait" */

/* To be kept with the app's settings; neither of them is secret. */
static uint8_t salt[AW_PRESENCE_SALT_LEN], tweak[AW_PRESENCE_TWEAK_LEN];

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

    clock_gettime(CLOCK_BOOTTIME, &boot); /* goes on while the phone sleeps */
    clock_gettime(CLOCK_REALTIME, &wall);
    return (struct aw_now){
        .mono_ms = (uint64_t)boot.tv_sec * 1000 + (uint64_t)boot.tv_nsec / 1000000 + skipped_ms,
        .wall_ms = (uint64_t)wall.tv_sec * 1000 + (uint64_t)wall.tv_nsec / 1000000 + skipped_ms,
    };
}

/* ---- The relay: <folder>/<capability>.<deposited at, ms>.<process>.<number>[.switch] ---- */

/* Where cells of a mailbox lie. A real relay is only ever told the hash of a capability. */
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

static void show(const struct aw_event *event)
{
    printf("event %s", aw_event_name(event->kind));
    if (event->person != 0)
        printf(" contact %d", event->person);
    if (event->status != AW_OK)
        printf(" (%s)", aw_status_name(event->status));
    printf("%s\n", event->urgency == AW_URGENCY_RING ? ", loud" : "");
}

/* ---- The engine's loop ---- */

/* After every input: take the actions, do them, report each. */
static void serve(void)
{
    enum aw_status st = AW_OK;
    struct aw_action action;

    while (aw_subject_next_action(&phone, &action)) {
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
        aw_subject_done(&phone, action.id, st, now());
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
    while ((st = aw_subject_feed(&phone, box->id, bytes, (uint32_t)(deposited_at_ms / 1000),
                                 now())) == AW_E_BUSY)
        serve();
    serve();
    if (st != AW_OK || aw_subject_is_stored(&phone))
        (void)unlink(path);
}

static void receive(void)
{
    static struct aw_mailbox boxes[AW_SUBJECT_MAILBOX_MAX];
    size_t count = aw_subject_mailboxes(&phone, boxes);

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
    }
}

/* Lets time pass: what a timer does, only faster. */
static void wait_s(uint64_t seconds)
{
    uint64_t end_ms = now().mono_ms + seconds * 1000;

    do {
        uint64_t at_ms = aw_subject_deadline_ms(&phone);

        if (at_ms > end_ms)
            at_ms = end_ms;
        if (at_ms > now().mono_ms)
            skipped_ms += at_ms - now().mono_ms;
        aw_subject_tick(&phone, now());
        serve();
        receive();
    } while (now().mono_ms < end_ms);
}

/* Start, and start again after a crash: init, load every record, start. */
static uint8_t loading;

static enum aw_status load(void *ctx, uint64_t key, struct aw_bytes value)
{
    (void)ctx;
    return aw_subject_load(&phone, loading, key, value);
}

static enum aw_status start(void)
{
    enum aw_status st = aw_subject_init(&phone, &random_source, now());

    for (loading = AW_SPACE_SUBJECT_FIRST; st == AW_OK && loading <= AW_SPACE_SUBJECT_LAST;
         loading++)
        st = store.vtable->scan(store.self, loading, load, NULL);
    return st == AW_OK ? aw_subject_start(&phone, now()) : st;
}

/* ---- What she does ---- */

static enum aw_status invite(void)
{
    /* Where her own device reads: the address and key of her relay. */
    static const struct aw_endpoint relay = {.relay_key = {9}, .address = "folder.example:7440"};
    uint8_t text[AW_INVITE_URI_MAX];
    struct aw_buf uri = {text, sizeof text, 0};
    uint8_t person;
    enum aw_status st = aw_subject_invite(&phone, &relay, 1, "Subject", 3600, &uri, &person, now());

    if (st == AW_OK) /* as a QR code, face to face */
        printf("contact %d: %.*s\n", person, (int)uri.len, (const char *)uri.ptr);
    return st;
}

static enum aw_status words(uint8_t person)
{
    uint8_t text[128];
    struct aw_buf buf = {text, sizeof text, 0};
    enum aw_status st = aw_subject_words(&phone, person, &buf);

    if (st == AW_OK)
        printf("words: %.*s\n", (int)buf.len, (const char *)buf.ptr);
    return st;
}

/* Takes a good part of a second and 64 MiB: not on the thread that draws the screen. */
static enum aw_status key_of(uint8_t key[AW_PRESENCE_KEY_LEN], const char *secret)
{
    struct aw_bytes bytes = {(const uint8_t *)secret, strlen(secret)};

    return aw_presence_derive(key, bytes, salt, NULL, AW_PRESENCE_STANDARD);
}

/* Everybody with whom the words were compared; the first learns of duress. */
static enum aw_status plan(const char *safe, const char *duress)
{
    struct aw_secrets secrets = {.circle = 1};
    struct aw_person person;
    struct aw_plan plan;
    enum aw_status st;
    size_t count = 0;

    while (count < AW_PLAN_MEMBER_MAX &&
           aw_subject_person(&phone, (uint8_t)(count + 1), &person) == AW_OK &&
           person.phase == AW_PERSON_VERIFIED)
        count++;
    if (count == 0)
        return AW_E_STATE;
    aw_plan_default(&plan, count); /* a check-in every 24 h, 15 min of grace */
    plan.levels_count = 3;         /* the last one always rings everybody */
    plan.levels[0] = (struct aw_level){.delay_s = 0, .groups = 1, .text = "Call."};
    plan.levels[1] = (struct aw_level){.delay_s = 900, .groups = 1, .text = "Go there."};
    plan.levels[2] = (struct aw_level){
        .delay_s = 1800, .groups = AW_GROUPS_ALL, .text = "Call the police. Say where."};
    for (size_t i = 0; i < count; i++)
        (void)snprintf(plan.roster[i].name, sizeof plan.roster[i].name, "Contact %d", (int)i + 1);
    st = key_of(secrets.safe_key, safe);
    if (st == AW_OK)
        st = key_of(secrets.duress_key, duress);
    if (st == AW_OK)
        st = aw_presence_tweak_find(tweak, secrets.safe_key, secrets.duress_key, &random_source);
    if (st == AW_OK)
        st = aw_subject_plan_set(&phone, &plan, &secrets, secrets.safe_key, now());
    explicit_bzero(&secrets, sizeof secrets);
    return st;
}

/* The phone does not know which secret this is. A picture that she does not know is a typo. */
static enum aw_status checkin(const char *secret)
{
    uint8_t key[AW_PRESENCE_KEY_LEN];
    enum aw_status st = key_of(key, secret);

    if (st == AW_OK) {
        printf("picture %u\n", aw_presence_picture(key, tweak));
        st = aw_subject_checkin(&phone, key, NULL, 0, NULL, now());
    }
    explicit_bzero(key, sizeof key);
    return st;
}

static void status(void)
{
    struct aw_subject_view view;
    struct aw_person person;

    aw_subject_view(&phone, &view);
    printf("plan %u, newest statement %u\n", view.plan_version, view.seq_last);
    if (view.due_s != UINT64_MAX)
        printf("check in within %lld s\n",
               (long long)view.due_s - (long long)(now().wall_ms / 1000));
    for (uint8_t i = 1; i <= AW_PLAN_MEMBER_MAX; i++) {
        if (aw_subject_person(&phone, i, &person) != AW_OK)
            continue; /* there is no "sent": his device has it, or it has not */
        printf("contact %d \"%s\": %s, has plan %u, device has %u, human has seen %u%s\n", i,
               person.name, person.phase == AW_PERSON_VERIFIED ? "verified" : "not verified",
               person.plan_version, person.seq_device, person.seq_human,
               person.claim == 1 ? ", is acting" : "");
    }
}

static enum aw_status command(char *line)
{
    const char *what = strtok(line, " \n"), *a = strtok(NULL, " \n"), *b = strtok(NULL, " \n");
    uint8_t person = a == NULL ? 1 : (uint8_t)atoi(a);

    if (what == NULL)
        return AW_OK;
    if (strcmp(what, "invite") == 0)
        return invite();
    if (strcmp(what, "words") == 0)
        return words(person);
    if (strcmp(what, "verify") == 0)
        return aw_subject_verify(&phone, person, now());
    if (strcmp(what, "plan") == 0 && b != NULL)
        return plan(a, b);
    if (strcmp(what, "checkin") == 0 && a != NULL)
        return checkin(a);
    if (strcmp(what, "sos") == 0)
        return aw_subject_sos(&phone, NULL, NULL, now());
    if (strcmp(what, "restart") == 0)
        return start();
    if (strcmp(what, "status") == 0)
        status();
    else if (strcmp(what, "wait") == 0 && a != NULL)
        wait_s(strtoull(a, NULL, 10));
    else
        puts("invite | words [N] | verify [N] | plan SAFE DURESS | checkin SECRET | sos\n"
             "status | wait SECONDS | restart");
    return AW_OK;
}

int main(int argc, char **argv)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    char line[1024];

    if (argc != 2 || strlen(argv[1]) > 140) {
        (void)fputs("Usage: phone <folder>\n", stderr);
        return 2;
    }
    folder = argv[1];
    setvbuf(stdin, NULL, _IONBF, 0); /* poll() must see all that there is */
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!fill(NULL, salt, sizeof salt) || aw_store_memory_open(&store) != AW_OK || start() != AW_OK)
        return 1;
    for (;;) {
        uint64_t now_ms = now().mono_ms, at_ms = aw_subject_deadline_ms(&phone);
        uint64_t left_ms = at_ms > now_ms ? at_ms - now_ms : 0;

        serve();
        receive();
        /* A folder does not wake anybody: look again soon. With a relay, sleep until at_ms. */
        if (poll(&in, 1, left_ms < 200 ? (int)left_ms : 200) > 0) {
            if (fgets(line, sizeof line, stdin) == NULL)
                break;
            enum aw_status st = command(line);

            explicit_bzero(line, sizeof line); /* perhaps a secret was typed */
            serve();
            receive();
            printf("> %s\n", aw_status_name(st));
        }
        aw_subject_tick(&phone, now());
    }
    aw_subject_wipe(&phone);
    store.vtable->close(store.self);
    return 0;
}
