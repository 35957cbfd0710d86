/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_FAULTY_VFS_H
#define AW_TESTS_FAULTY_VFS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A layer under SQLite that passes everything to the real file system, until it is told to
 * fail: the nth read, write, flush, truncation or deletion from now, once or for ever. An observer
 * may see what changes a file.
 */
enum faulty_op {
    FAULTY_WRITE = 0,
    FAULTY_SYNC,
    FAULTY_TRUNCATE,
    FAULTY_READ,
    FAULTY_DELETE,
    FAULTY_OP_COUNT
};

/* Makes it the default of this process. */
void faulty_vfs_install(void);

/* From now on a flush is noted and not made: for an observer who keeps account of what is durable.
 */
void faulty_vfs_spare_flushes(void);

/* From now on what SQLite draws by chance (the salts of a log) follows from the seed. */
void faulty_vfs_seed(uint64_t seed);

/* nth 1 is the next operation, 0 none; `result` is the SQLITE_... code that it gives. */
void faulty_vfs_fail_at(enum faulty_op op, unsigned nth, bool forever, int result);

/* Operations so far, failed ones included. */
unsigned faulty_vfs_count(enum faulty_op op);

/* What has just been done to the file at `path`, or was refused. */
struct faulty_note {
    enum faulty_op op; /* FAULTY_READ: none of them, it was opened */
    const char *path;
    const void *bytes; /* borrowed; of a write */
    int64_t at, len;   /* of a write; len of a truncation */
    bool failed;
};

/*
 * The observer of all later operations, NULL for none. It is called by the thread that did the
 * operation, one at a time. Set it while no file is open.
 */
void faulty_vfs_watch(void (*watch)(const struct faulty_note *note));

#endif /* AW_TESTS_FAULTY_VFS_H */
