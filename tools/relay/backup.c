/* SPDX-License-Identifier: ISC */
#include "backup.h"

#include "common/journal.h"

#include <allswell/store_sqlite.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_CAP 32

struct backup {
    const struct aw_store *store;
    const struct home *home;
    struct aw_loop_watch *watch;
    struct aw_control_client *client; /* who waits for it; NULL: none is under way */
    pthread_t thread;
    int done_fd; /* the thread writes it when it has ended */
    unsigned number;
    char name[NAME_CAP];
    struct tool_fail fail;
    bool ok;
};

bool backup_copy(const struct aw_store *store, const struct home *home, const char *name,
                 struct tool_fail *fail)
{
    char path[HOME_FILE_MAX];
    enum aw_status status;

    home_file(path, home, name);
    (void)unlink(path); /* of somebody who did not come for it */
    status = aw_store_sqlite_copy(store, path);
    return status == AW_OK ||
           fail_set(fail, TOOL_ENVIRONMENT,
                    "the database cannot be copied (%s): a copy needs as much room in the home as "
                    "the database itself; free it, then try again",
                    aw_status_name(status));
}

static void *work(void *ctx)
{
    struct backup *b = (struct backup *)ctx;
    const uint64_t one = 1;

    b->ok = backup_copy(b->store, b->home, b->name, &b->fail);
    (void)!write(b->done_fd, &one, sizeof one);
    return NULL;
}

static void answer(struct aw_control_client *client, json_t *reply)
{
    char *text = reply_text(reply);

    aw_control_answer(client, text == NULL ? "{}" : text);
    reply_text_free(text);
    json_decref(reply);
}

static void finish(struct backup *b)
{
    struct aw_control_client *client = b->client;
    char path[HOME_FILE_MAX];
    struct stat st;
    uint64_t count;

    (void)pthread_join(b->thread, NULL);
    (void)!read(b->done_fd, &count, sizeof count);
    b->client = NULL;
    home_file(path, b->home, b->name);
    if (b->ok && stat(path, &st) != 0)
        b->ok = fail_set(&b->fail, TOOL_ENVIRONMENT, "the copy is gone: leave the home alone");
    if (b->ok) {
        const struct journal_field field = {"bytes", NULL, (uint64_t)st.st_size};

        journal_event(JOURNAL_NOTICE, "backup-made", "A backup was made.", &field, 1);
        answer(client, json_pack("{s:b, s:s, s:I}", "ok", 1, "name", b->name, "bytes",
                                 (json_int_t)st.st_size));
        return;
    }
    journal_event(JOURNAL_ERROR, "backup-failed", b->fail.text, NULL, 0);
    answer(client, reply_failed(&b->fail));
}

static void on_done(void *ctx, bool readable, bool writable)
{
    struct backup *b = (struct backup *)ctx;

    (void)readable;
    (void)writable;
    if (b->client != NULL)
        finish(b);
}

void backup_begin(struct backup *backup, struct aw_control_client *client)
{
    char path[HOME_FILE_MAX];
    struct tool_fail fail;

    if (backup->client != NULL) {
        (void)fail_set(&fail, TOOL_STATE, "a backup is being made: try again when it is done");
        answer(client, reply_failed(&fail));
        return;
    }
    home_file(path, backup->home, backup->name);
    if (backup->number > 0)
        (void)unlink(path); /* its client has long come for it */
    (void)snprintf(backup->name, sizeof backup->name, "backup-%u.part", ++backup->number);
    backup->client = client;
    if (pthread_create(&backup->thread, NULL, work, backup) == 0)
        return;
    backup->client = NULL;
    (void)fail_set(&fail, TOOL_ENVIRONMENT, "no room for a thread: end other processes");
    answer(client, reply_failed(&fail));
}

bool backup_open(struct backup **out, struct aw_loop *loop, const struct aw_store *store,
                 const struct home *home, struct tool_fail *fail)
{
    struct backup *b = calloc(1, sizeof *b);

    *out = b;
    if (b == NULL)
        return fail_set(fail, TOOL_ENVIRONMENT, "out of memory: end other processes");
    b->store = store;
    b->home = home;
    b->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (b->done_fd >= 0)
        b->watch = aw_loop_watch_new(loop, b->done_fd, on_done, b);
    return (b->watch != NULL && aw_loop_watch_set(b->watch, true, false) == AW_OK) ||
           fail_set(fail, TOOL_ENVIRONMENT, "no room for an event: end other processes");
}

void backup_close(struct backup *backup)
{
    if (backup == NULL)
        return;
    if (backup->client != NULL)
        finish(backup);
    aw_loop_watch_free(backup->watch);
    if (backup->done_fd >= 0)
        (void)close(backup->done_fd);
    free(backup);
}
