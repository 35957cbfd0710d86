/* SPDX-License-Identifier: ISC */
#include "disk.h"

#include "base/assert.h"
#include "support/faulty_vfs.h"
#include "support/torn.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define INODE_MAX 64

enum { NAME_DB = 0, NAME_WAL, NAME_JOURNAL, NAME_COUNT };

static const char *const suffixes[NAME_COUNT] = {"", "-wal", "-journal"};

enum op_kind { OP_WRITE = 0, OP_TRUNCATE, OP_SYNC, OP_SYNC_FAILED, OP_NAMES, OP_FOLDER };

/* Which inode each name has; -1: none. */
struct names {
    int8_t inode[NAME_COUNT];
};

struct op {
    enum op_kind kind;
    uint8_t inode;
    struct torn_change change; /* of a write or a truncation; its bytes are owned */
    struct names names;        /* afterwards */
    struct disk_promise promise;
};

static struct {
    char path[PATH_MAX];
    enum disk_kind kind;
    bool is_recording;
    struct op *ops;
    size_t count, cap;
    struct names names;
    struct disk_promise promise;
    struct names first_names;
    struct torn_file first[NAME_COUNT]; /* of inode n, at the start */
    int inode_count;
} disk;

/* Where disk_cut() has got to. */
static struct {
    size_t pos;
    struct names names; /* durable */
    struct torn_file durable[INODE_MAX];
    uint32_t pending[INODE_MAX][8192]; /* indices of operations that are not durable */
    uint32_t pending_count[INODE_MAX];
} at;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static const char *name_of(const char *path, int which)
{
    static char out[PATH_MAX + 16];

    (void)snprintf(out, sizeof out, "%s%s", path, suffixes[which]);
    return out;
}

static struct op *add(enum op_kind kind)
{
    if (disk.count == disk.cap) {
        disk.cap = disk.cap == 0 ? 4096 : disk.cap * 2;
        disk.ops = realloc(disk.ops, disk.cap * sizeof *disk.ops);
        T_REQUIRE(disk.ops != NULL);
    }
    disk.ops[disk.count] = (struct op){.kind = kind, .names = disk.names, .promise = disk.promise};
    return &disk.ops[disk.count++];
}

/* Files come and go by open() and unlink(), of the product and of SQLite alike. */
static void look_at_names(void)
{
    struct names now = disk.names;

    for (int i = 0; i < NAME_COUNT; i++) {
        bool is_there = access(name_of(disk.path, i), F_OK) == 0;

        if (is_there && now.inode[i] < 0) {
            T_REQUIRE(disk.inode_count < INODE_MAX);
            now.inode[i] = (int8_t)disk.inode_count++;
        } else if (!is_there) {
            now.inode[i] = -1;
        }
    }
    if (memcmp(&now, &disk.names, sizeof now) != 0) {
        disk.names = now;
        (void)add(OP_NAMES);
    }
}

static int which(const char *path)
{
    size_t len = strlen(disk.path);

    if (strncmp(path, disk.path, len) != 0)
        return -1;
    for (int i = 0; i < NAME_COUNT; i++) {
        if (strcmp(path + len, suffixes[i]) == 0)
            return i;
    }
    return -1;
}

static void note_change(const struct faulty_note *note, uint8_t inode)
{
    struct op *op;

    if (note->op == FAULTY_WRITE && !note->failed) {
        op = add(OP_WRITE);
        op->change = torn_keep(note->bytes, (size_t)note->at, (size_t)note->len);
    } else if (note->op == FAULTY_TRUNCATE && !note->failed) {
        op = add(OP_TRUNCATE);
        op->change.len = (size_t)note->len;
    } else if (note->op == FAULTY_SYNC && (disk.kind == DISK_HONEST || note->failed)) {
        op = add(note->failed ? OP_SYNC_FAILED : OP_SYNC);
    } else {
        return;
    }
    op->inode = inode;
}

static void watch(const struct faulty_note *note)
{
    int name = which(note->path);

    (void)pthread_mutex_lock(&mutex);
    if (disk.is_recording && name >= 0) {
        look_at_names();
        if (note->op != FAULTY_READ && disk.names.inode[name] >= 0)
            note_change(note, (uint8_t)disk.names.inode[name]);
    }
    (void)pthread_mutex_unlock(&mutex);
}

/* A file of ours that is open without SQLite: what was written there is what it holds now. */
static void note_file(const struct stat *st)
{
    struct torn_file c = {0};
    struct stat named;

    for (int i = 0; i < NAME_COUNT; i++) {
        struct op *op;

        if (stat(name_of(disk.path, i), &named) != 0 || named.st_ino != st->st_ino)
            continue;
        T_REQUIRE(torn_read(&c, name_of(disk.path, i)));
        op = add(OP_WRITE);
        op->change = torn_keep(c.bytes, 0, c.len);
        free(c.bytes);
        op->inode = (uint8_t)disk.names.inode[i];
        add(OP_SYNC)->inode = (uint8_t)disk.names.inode[i];
        return;
    }
}

static void note_flush(int fd)
{
    struct stat st;

    (void)pthread_mutex_lock(&mutex);
    if (disk.is_recording && disk.kind == DISK_HONEST && fstat(fd, &st) == 0) {
        look_at_names();
        if (S_ISDIR(st.st_mode))
            (void)add(OP_FOLDER);
        else
            note_file(&st);
    }
    (void)pthread_mutex_unlock(&mutex);
}

/* In place of libc's, for SQLite and for the product. */
int fsync(int fd)
{
    note_flush(fd);
    return (int)syscall(SYS_fsync, fd);
}

/* SQLite flushes its files and their folder with this one; files are noted above. */
int fdatasync(int fd)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        note_flush(fd);
    return (int)syscall(SYS_fdatasync, fd);
}

void disk_record(const char *path, enum disk_kind kind)
{
    (void)snprintf(disk.path, sizeof disk.path, "%s", path);
    disk.kind = kind;
    disk.inode_count = 0;
    for (int i = 0; i < NAME_COUNT; i++) {
        disk.names.inode[i] = -1;
        if (torn_read(&disk.first[disk.inode_count], name_of(path, i)))
            disk.names.inode[i] = (int8_t)disk.inode_count++;
    }
    disk.first_names = disk.names;
    disk.count = 0;
    disk.is_recording = true;
    faulty_vfs_watch(watch);
}

void disk_move(const char *path)
{
    struct torn_file c = {0};

    (void)pthread_mutex_lock(&mutex);
    for (int i = 0; i < NAME_COUNT; i++) {
        if (torn_read(&c, name_of(disk.path, i)))
            torn_write(&c, name_of(path, i));
    }
    (void)snprintf(disk.path, sizeof disk.path, "%s", path);
    (void)pthread_mutex_unlock(&mutex);
    free(c.bytes);
}

size_t disk_stop(void)
{
    (void)pthread_mutex_lock(&mutex);
    disk.is_recording = false;
    (void)pthread_mutex_unlock(&mutex);
    return disk.count;
}

void disk_promise(struct disk_promise promise)
{
    (void)pthread_mutex_lock(&mutex);
    disk.promise = promise;
    (void)pthread_mutex_unlock(&mutex);
}

void disk_rewind(void)
{
    for (int i = 0; i < INODE_MAX; i++) {
        at.durable[i].len = 0;
        at.pending_count[i] = 0;
    }
    for (int i = 0; i < NAME_COUNT; i++) {
        if (disk.first_names.inode[i] >= 0)
            torn_copy(&at.durable[disk.first_names.inode[i]],
                      &disk.first[disk.first_names.inode[i]]);
    }
    at.names = disk.first_names;
    at.pos = 0;
}

static const struct torn_change *pending(int inode, uint32_t i)
{
    return &disk.ops[at.pending[inode][i]].change;
}

/* Moves on by one operation. A flush that fails loses for good what it should have written, or
 * not, and the system believes that it has nothing left to write. */
static void advance(struct t_rng *rng)
{
    const struct op *op = &disk.ops[at.pos];
    uint32_t *count = &at.pending_count[op->inode];
    uint32_t i;

    switch (op->kind) {
    case OP_WRITE:
    case OP_TRUNCATE:
        T_REQUIRE(*count < AW_COUNT(at.pending[0]));
        at.pending[op->inode][(*count)++] = (uint32_t)at.pos;
        break;
    case OP_SYNC:
        for (i = 0; i < *count; i++)
            torn_apply(&at.durable[op->inode], pending(op->inode, i));
        *count = 0;
        break;
    case OP_SYNC_FAILED:
        for (i = 0; i < *count; i++)
            torn_apply_some(&at.durable[op->inode], pending(op->inode, i), rng);
        *count = 0;
        break;
    case OP_FOLDER:
        at.names = op->names;
        break;
    case OP_NAMES:
        break;
    }
    at.pos++;
}

struct disk_promise disk_cut(size_t n, const char *path, struct t_rng *rng)
{
    static struct torn_file c;
    const struct names *now;

    while (at.pos < n)
        advance(rng);
    now = n == 0 ? &disk.first_names : &disk.ops[n - 1].names;
    for (int i = 0; i < NAME_COUNT; i++) {
        int inode = t_rng_below(rng, 2) == 0 ? now->inode[i] : at.names.inode[i];

        if (inode < 0)
            continue;
        torn_copy(&c, &at.durable[inode]);
        for (uint32_t k = 0; k < at.pending_count[inode]; k++)
            torn_apply_some(&c, pending(inode, k), rng);
        torn_write(&c, name_of(path, i));
    }
    /* Noted with the next operation: what was promised after this one and before that. */
    return n < disk.count ? disk.ops[n].promise : disk.promise;
}

void disk_free(void)
{
    faulty_vfs_watch(NULL);
    for (size_t i = 0; i < disk.count; i++)
        free(disk.ops[i].change.bytes);
    disk.count = 0;
}

void disk_remove(const char *path)
{
    static const char *const more[] = {"-shm", "-lock"};
    char name[PATH_MAX + 16];

    for (int i = 0; i < NAME_COUNT; i++)
        (void)unlink(name_of(path, i));
    for (size_t i = 0; i < AW_COUNT(more); i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, more[i]);
        (void)unlink(name);
    }
}
