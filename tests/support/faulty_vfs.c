/* SPDX-License-Identifier: ISC */
#include "support/faulty_vfs.h"

#include "test.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

/* Our file object begins with SQLite's part; the real file lies right behind it. */
struct file {
    sqlite3_file base;
    sqlite3_file *real;
    const char *path; /* SQLite keeps it while the file is open */
};

struct fault {
    unsigned count, at;
    bool forever;
    int result;
};

static struct fault faults[FAULTY_OP_COUNT];
static sqlite3_vfs *real_vfs;
static sqlite3_vfs faulty_vfs;
static sqlite3_io_methods methods;
static bool spares_flushes;
static struct t_rng chance;
static void (*watcher)(const struct faulty_note *note);
static pthread_mutex_t watch_mutex = PTHREAD_MUTEX_INITIALIZER;

static int fault_of(enum faulty_op op)
{
    struct fault *f = &faults[op];

    f->count++;
    if (f->at != 0 && (f->count == f->at || (f->forever && f->count > f->at)))
        return f->result;
    return SQLITE_OK;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct file *)file)->real;
}

/* Ends an operation that began with begin(): in between nobody else changes a file, so that what
 * the observer sees has the order of what was done. */
static int end(int rc, struct faulty_note note)
{
    note.failed = rc != SQLITE_OK;
    if (watcher != NULL && note.path != NULL)
        watcher(&note);
    (void)pthread_mutex_unlock(&watch_mutex);
    return rc;
}

static int begin(enum faulty_op op)
{
    (void)pthread_mutex_lock(&watch_mutex);
    return fault_of(op);
}

static int on_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int on_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    int rc = begin(FAULTY_READ);

    (void)pthread_mutex_unlock(&watch_mutex);
    return rc != SQLITE_OK ? rc : real_of(file)->pMethods->xRead(real_of(file), out, len, at);
}

static int on_write(sqlite3_file *file, const void *in, int len, sqlite3_int64 at)
{
    int rc = begin(FAULTY_WRITE);

    if (rc == SQLITE_OK)
        rc = real_of(file)->pMethods->xWrite(real_of(file), in, len, at);
    return end(rc, (struct faulty_note){.op = FAULTY_WRITE,
                                        .path = ((struct file *)file)->path,
                                        .bytes = in,
                                        .at = at,
                                        .len = len});
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 len)
{
    int rc = begin(FAULTY_TRUNCATE);

    if (rc == SQLITE_OK)
        rc = real_of(file)->pMethods->xTruncate(real_of(file), len);
    return end(rc, (struct faulty_note){
                       .op = FAULTY_TRUNCATE, .path = ((struct file *)file)->path, .len = len});
}

static int on_sync(sqlite3_file *file, int flags)
{
    int rc = begin(FAULTY_SYNC);

    if (rc == SQLITE_OK && !spares_flushes)
        rc = real_of(file)->pMethods->xSync(real_of(file), flags);
    return end(rc, (struct faulty_note){.op = FAULTY_SYNC, .path = ((struct file *)file)->path});
}

static int on_file_size(sqlite3_file *file, sqlite3_int64 *len)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), len);
}

static int on_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int on_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int on_check_lock(sqlite3_file *file, int *is_reserved)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), is_reserved);
}

static int on_control(sqlite3_file *file, int op, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int on_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int on_character(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int on_shm_map(sqlite3_file *file, int page, int len, int extend, void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, len, extend, out);
}

static int on_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void on_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int on_shm_unmap(sqlite3_file *file, int erase)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), erase);
}

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *out, int flags, int *got)
{
    struct file *file = (struct file *)out;
    int rc;

    (void)vfs;
    (void)pthread_mutex_lock(&watch_mutex);
    file->real = (sqlite3_file *)(file + 1);
    file->path = name;
    rc = real_vfs->xOpen(real_vfs, name, file->real, flags, got);
    out->pMethods = file->real->pMethods != NULL ? &methods : NULL;
    return end(rc, (struct faulty_note){.op = FAULTY_READ, .path = name});
}

static int on_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    int rc = begin(FAULTY_DELETE);

    (void)vfs;
    if (rc == SQLITE_OK)
        rc = real_vfs->xDelete(real_vfs, name, sync_folder);
    return end(rc, (struct faulty_note){.op = FAULTY_DELETE, .path = name});
}

void faulty_vfs_install(void)
{
    if (real_vfs != NULL)
        return;
    real_vfs = sqlite3_vfs_find(NULL);
    methods = (sqlite3_io_methods){
        .iVersion = 2, /* no memory mapping: every write passes here */
        .xClose = on_close,
        .xRead = on_read,
        .xWrite = on_write,
        .xTruncate = on_truncate,
        .xSync = on_sync,
        .xFileSize = on_file_size,
        .xLock = on_lock,
        .xUnlock = on_unlock,
        .xCheckReservedLock = on_check_lock,
        .xFileControl = on_control,
        .xSectorSize = on_sector,
        .xDeviceCharacteristics = on_character,
        .xShmMap = on_shm_map,
        .xShmLock = on_shm_lock,
        .xShmBarrier = on_shm_barrier,
        .xShmUnmap = on_shm_unmap,
    };
    faulty_vfs = *real_vfs;
    faulty_vfs.zName = "faulty";
    faulty_vfs.pNext = NULL;
    faulty_vfs.szOsFile = real_vfs->szOsFile + (int)sizeof(struct file);
    faulty_vfs.xOpen = on_open;
    faulty_vfs.xDelete = on_delete;
    (void)sqlite3_vfs_register(&faulty_vfs, 1);
}

void faulty_vfs_spare_flushes(void)
{
    spares_flushes = true;
}

static int on_randomness(sqlite3_vfs *vfs, int len, char *out)
{
    (void)vfs;
    t_rng_bytes(&chance, (uint8_t *)out, (size_t)len);
    return len;
}

void faulty_vfs_seed(uint64_t seed)
{
    chance = t_rng(seed);
    faulty_vfs.xRandomness = on_randomness;
    sqlite3_randomness(0, NULL); /* what it drew before is no source any more */
}

void faulty_vfs_fail_at(enum faulty_op op, unsigned nth, bool forever, int result)
{
    faults[op].at = nth == 0 ? 0 : faults[op].count + nth;
    faults[op].forever = forever;
    faults[op].result = result;
}

unsigned faulty_vfs_count(enum faulty_op op)
{
    return faults[op].count;
}

void faulty_vfs_watch(void (*watch)(const struct faulty_note *note))
{
    watcher = watch;
}
