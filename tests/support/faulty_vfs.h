/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_FAULTY_VFS_H
#define AW_TESTS_FAULTY_VFS_H

#include <stdbool.h>

/*
 * A layer under SQLite that passes everything to the real file system, until it is told to
 * fail: the nth write, flush or truncation from now, once or for ever.
 */
enum faulty_op { FAULTY_WRITE = 0, FAULTY_SYNC, FAULTY_TRUNCATE, FAULTY_OP_COUNT };

/* Makes it the default of this process. */
void faulty_vfs_install(void);

/* nth 1 is the next operation, 0 none; `result` is the SQLITE_... code that it gives. */
void faulty_vfs_fail_at(enum faulty_op op, unsigned nth, bool forever, int result);

/* Operations so far, failed ones included. */
unsigned faulty_vfs_count(enum faulty_op op);

#endif /* AW_TESTS_FAULTY_VFS_H */
