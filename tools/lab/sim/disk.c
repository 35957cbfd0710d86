/* SPDX-License-Identifier: ISC */
#include "lab/sim/disk.h"

#include "base/assert.h"
#include "lab/lab.h"
#include "lab/sim/sim.h"
#include "store/migrate.h"
#include "store/sqlite.h"
#include "support/faulty_vfs.h"
#include "support/torn.h"

#include <allswell/store_sqlite.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The layer under SQLite (faulty_vfs) tells of each write and each flush. So this knows at any
 * time what of a file is durable, and which changes came after it.
 */

enum { FILE_DATABASE = 0, FILE_LOG, FILE_COUNT };

static const char *const suffixes[FILE_COUNT] = {"", "-wal"};

struct file {
    struct torn_file durable;
    struct torn_change *changes; /* not flushed */
    size_t count, cap;
};

struct sim_disk {
    struct sim_disk *next; /* of all that are there */
    char path[PATH_MAX];
    unsigned flags;
    struct aw_store inner; /* vtable NULL: it could not be opened */
    enum aw_status why;    /* then */
    struct file files[FILE_COUNT];
    struct t_rng rng;
    size_t record_count; /* SIZE_MAX: not counted since the last commit */
    bool keeps_nothing;  /* it takes a flush for done */
    bool is_lying;       /* what it had when that began is beside it */
};

static struct sim_disk *disks;
static struct sim_disk *dying; /* the power fails with the next operation that does */
static bool is_off;            /* nothing reaches a disk any more */
static char folder[PATH_MAX];

static const char *name_of(const struct sim_disk *disk, const char *suffix)
{
    static char out[PATH_MAX + 16];

    (void)snprintf(out, sizeof out, "%s%s", disk->path, suffix);
    return out;
}

static void remove_files(const struct sim_disk *disk)
{
    static const char *const all[] = {"", "-wal", "-shm", "-journal", "-lock", ".kept"};

    for (size_t i = 0; i < AW_COUNT(all); i++)
        (void)unlink(name_of(disk, all[i]));
}

/* Those of a life that ended with an assertion, too. */
static void remove_folder(void)
{
    for (const struct sim_disk *disk = disks; disk != NULL; disk = disk->next)
        remove_files(disk);
    (void)rmdir(folder);
}

/* ---- What is durable ---- */

static void forget_changes(struct file *file)
{
    for (size_t i = 0; i < file->count; i++)
        free(file->changes[i].bytes);
    file->count = 0;
}

static void add_change(struct file *file, struct torn_change change)
{
    if (file->count == file->cap) {
        size_t cap = file->cap == 0 ? 64 : 2 * file->cap;
        struct torn_change *more = realloc(file->changes, cap * sizeof *more);

        AW_ASSERT(more != NULL);
        file->changes = more;
        file->cap = cap;
    }
    file->changes[file->count++] = change;
}

static void settle(struct file *file)
{
    for (size_t i = 0; i < file->count; i++)
        torn_apply(&file->durable, &file->changes[i]);
    forget_changes(file);
}

static void settle_some(struct file *file, struct t_rng *rng)
{
    for (size_t i = 0; i < file->count; i++)
        torn_apply_some(&file->durable, &file->changes[i], rng);
    forget_changes(file);
}

static void power_off(void)
{
    static const enum faulty_op ops[] = {FAULTY_WRITE, FAULTY_SYNC, FAULTY_TRUNCATE, FAULTY_DELETE};

    is_off = true;
    for (size_t i = 0; i < AW_COUNT(ops); i++)
        faulty_vfs_fail_at(ops[i], 1, true, SQLITE_IOERR);
}

static void power_on(void)
{
    for (int op = 0; op < FAULTY_OP_COUNT; op++)
        faulty_vfs_fail_at((enum faulty_op)op, 0, false, 0);
    dying = NULL;
    is_off = false;
}

static void note(struct sim_disk *disk, struct file *file, const struct faulty_note *what)
{
    if (what->op == FAULTY_WRITE && !what->failed)
        add_change(file, torn_keep(what->bytes, (size_t)what->at, (size_t)what->len));
    else if (what->op == FAULTY_TRUNCATE && !what->failed)
        add_change(file, (struct torn_change){.len = (size_t)what->len});
    else if (what->op == FAULTY_SYNC && what->failed)
        settle_some(file, &disk->rng); /* for good: the system believes that all is written */
    else if (what->op == FAULTY_SYNC && !disk->keeps_nothing)
        settle(file);
}

static void watch(const struct faulty_note *what)
{
    if (is_off)
        return;
    if (dying != NULL && what->failed) {
        power_off();
        return;
    }
    for (struct sim_disk *disk = disks; disk != NULL; disk = disk->next) {
        size_t len = strlen(disk->path);

        if (strncmp(what->path, disk->path, len) != 0)
            continue;
        for (size_t i = 0; i < FILE_COUNT; i++) {
            if (strcmp(what->path + len, suffixes[i]) == 0)
                note(disk, &disk->files[i], what);
        }
    }
}

/* ---- Open and close ---- */

static void start(struct sim_disk *disk)
{
    char message[AW_SQLITE_MESSAGE_CAP];

    disk->record_count = SIZE_MAX;
    disk->why = aw_store_sqlite_open(&disk->inner, disk->path, disk->flags, message);
    if (disk->why == AW_OK)
        return;
    disk->inner = (struct aw_store){0};
    (void)fprintf(stderr, "simulate: %s\n", message);
}

static void stop(struct sim_disk *disk)
{
    if (disk->inner.vtable != NULL) {
        power_off(); /* nobody has time to tidy up */
        disk->inner.vtable->close(disk->inner.self);
        disk->inner = (struct aw_store){0};
    }
    power_on();
}

/* The files as they are found, all of them durable. */
static void begin(struct sim_disk *disk)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        forget_changes(&disk->files[i]);
        if (!torn_read(&disk->files[i].durable, name_of(disk, suffixes[i])))
            disk->files[i].durable.len = 0;
    }
    start(disk);
}

static enum aw_status commit(void *self, const struct aw_store_op *ops, size_t count)
{
    struct sim_disk *disk = self;

    disk->record_count = SIZE_MAX;
    return disk->inner.vtable == NULL ? disk->why
                                      : disk->inner.vtable->commit(disk->inner.self, ops, count);
}

static enum aw_status scan(void *self, uint8_t space, aw_store_visit *visit, void *ctx)
{
    struct sim_disk *disk = self;

    return disk->inner.vtable == NULL
               ? disk->why
               : disk->inner.vtable->scan(disk->inner.self, space, visit, ctx);
}

static enum aw_status read_part(void *self, uint8_t space, uint64_t key, size_t offset,
                                struct aw_buf *out)
{
    struct sim_disk *disk = self;

    return disk->inner.vtable == NULL
               ? disk->why
               : disk->inner.vtable->read(disk->inner.self, space, key, offset, out);
}

static void close_disk(void *self)
{
    struct sim_disk *disk = self, **at = &disks;

    stop(disk);
    remove_files(disk);
    while (*at != disk)
        at = &(*at)->next;
    *at = disk->next;
    for (size_t i = 0; i < FILE_COUNT; i++) {
        forget_changes(&disk->files[i]);
        free(disk->files[i].changes);
        free(disk->files[i].durable.bytes);
    }
    free(disk);
}

static const struct aw_store_vtable vtable = {commit, scan, read_part, close_disk};

static void make_folder(void)
{
    const char *place = getenv("TMPDIR");

    if (folder[0] != '\0')
        return;
    (void)snprintf(folder, sizeof folder, "%s/allswell-lab.XXXXXX", place != NULL ? place : "/tmp");
    if (mkdtemp(folder) == NULL) {
        (void)fprintf(stderr, "allswell-lab: cannot make a folder like %s: %s; set TMPDIR\n",
                      folder, strerror(errno));
        exit(LAB_FAILED);
    }
    (void)atexit(remove_folder);
    faulty_vfs_install();
    faulty_vfs_spare_flushes();
    faulty_vfs_watch(watch);
}

static struct sim_disk *new_disk(unsigned flags, uint64_t seed, struct aw_store *out)
{
    static unsigned number;
    struct sim_disk *disk;

    make_folder();
    disk = calloc(1, sizeof *disk);
    AW_ASSERT(disk != NULL);
    (void)snprintf(disk->path, sizeof disk->path, "%.4000s/%u.db", folder, number++);
    disk->flags = flags;
    disk->rng = t_rng(seed);
    disk->next = disks;
    disks = disk;
    *out = (struct aw_store){&vtable, disk};
    return disk;
}

void sim_disk_open(struct sim *w, struct aw_store *out, bool is_home)
{
    unsigned flags = AW_SQLITE_CREATE | (is_home ? AW_SQLITE_SECURE : 0);
    struct sim_disk *disk = new_disk(flags, w->options.seed * 64 + w->disk_count++, out);

    if (w->disk_count == 1)
        faulty_vfs_seed(w->options.seed); /* torn writes hold what SQLite drew by chance */
    disk->keeps_nothing = is_home && w->options.canary == 1 + SIM_I4_DURABLE;
    begin(disk);
    AW_ASSERT(disk->inner.vtable != NULL);
}

struct sim_disk *sim_disk_of(const struct aw_store *store)
{
    return store->vtable == &vtable ? store->self : NULL;
}

/* ---- Faults ---- */

bool sim_disk_clone(struct aw_store *out, struct sim_disk *from)
{
    struct sim_disk *disk;

    if (from->inner.vtable == NULL)
        return false;
    disk = new_disk(from->flags, t_rng_next(&from->rng), out);
    if (aw_store_sqlite_copy(&from->inner, disk->path) != AW_OK) {
        close_disk(disk);
        return false;
    }
    begin(disk);
    return true;
}

bool sim_disk_lie(struct sim_disk *disk, bool lies)
{
    if (lies && !disk->is_lying && disk->inner.vtable != NULL)
        disk->is_lying = aw_store_sqlite_copy(&disk->inner, name_of(disk, ".kept")) == AW_OK;
    else if (!lies)
        disk->is_lying = unlink(name_of(disk, ".kept")) != 0 && disk->is_lying;
    return disk->is_lying;
}

/* All of it, in the order in which it was written: a disk that lies and mixes, too, leaves a
 * database that nobody trusts, and its owner a backup to restore. */
void sim_disk_lose(struct sim_disk *disk)
{
    char kept[PATH_MAX + 16];

    if (!disk->is_lying)
        return;
    stop(disk);
    (void)snprintf(kept, sizeof kept, "%s", name_of(disk, ".kept"));
    (void)unlink(name_of(disk, "-wal"));
    if (rename(kept, disk->path) != 0)
        AW_UNREACHABLE();
    disk->is_lying = false;
    begin(disk);
}

size_t sim_disk_record_count(struct sim_disk *disk)
{
    const struct aw_sqlite *sqlite = disk->inner.self;

    if (disk->record_count == SIZE_MAX && disk->inner.vtable != NULL)
        disk->record_count = (size_t)aw_sqlite_number(sqlite->db, "SELECT count(*) FROM record");
    return disk->record_count;
}

/* One of the next operations fails; which ones a commit has is SQLite's matter. */
static void plan_fault(struct sim_disk *disk, bool forever)
{
    if (t_rng_below(&disk->rng, 2) == 0)
        faulty_vfs_fail_at(FAULTY_WRITE, 1 + (unsigned)t_rng_below(&disk->rng, 6), forever,
                           SQLITE_FULL);
    else
        faulty_vfs_fail_at(FAULTY_SYNC, 1 + (unsigned)t_rng_below(&disk->rng, 2), forever,
                           SQLITE_IOERR_FSYNC);
}

enum aw_status sim_disk_refuse(struct sim_disk *disk, const struct aw_store_op *ops, size_t count)
{
    enum aw_status status;

    plan_fault(disk, false);
    status = commit(disk, ops, count);
    power_on();
    return status;
}

void sim_disk_tear(struct sim_disk *disk, const struct aw_store_op *ops, size_t count)
{
    enum aw_status status;

    dying = disk;
    plan_fault(disk, true);
    status = commit(disk, ops, count);
    (void)status; /* nobody is there any more to hear it */
    power_off();
}

bool sim_disk_cut(struct sim_disk *disk)
{
    bool is_power = dying == disk || t_rng_below(&disk->rng, 2) == 0;

    stop(disk);
    if (!is_power) {
        settle(&disk->files[FILE_LOG]); /* it is flushed before it is used: 10 §3 */
        start(disk);
        return false;
    }
    for (size_t i = 0; i < FILE_COUNT; i++) {
        struct file *file = &disk->files[i];
        const char *path = name_of(disk, suffixes[i]);

        settle_some(file, &disk->rng);
        if (access(path, F_OK) == 0)
            torn_write(&file->durable, path);
    }
    begin(disk);
    return true;
}
