/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_DISK_H
#define AW_TESTS_DISK_H

#include "test.h"

/*
 * What a disk may hold after a power cut. Between disk_record() and disk_stop() everything that
 * SQLite does to the files of one database is noted, and each flush of their folder. Then
 * disk_cut() writes, for any point of that time, files as they may be found after the power
 * failed there: what was flushed is there; of what was not, each 512 bytes are old, new or
 * garbage, in any order; names that were made or removed and not flushed are there or not.
 *
 * What a state of the database is worth is the caller's: a number, noted with each operation.
 */

/* At each operation: the content that was promised, and what may be found instead. */
#define DISK_MAYBE 6
struct disk_promise {
    uint64_t kept;
    uint64_t maybe[DISK_MAYBE]; /* 0: no other */
};

/* A disk that acknowledges a flush and does nothing. */
enum disk_kind { DISK_HONEST = 0, DISK_LIES };

/* Starts from what lies at `path` (x.db and beside it), all of it durable. */
void disk_record(const char *path, enum disk_kind kind);

/* The process goes on elsewhere with what the system would show it: files are copied to `path`,
 * and noting goes on there with the same disk below. */
void disk_move(const char *path);

/* Ends noting. Returns the number of operations. */
size_t disk_stop(void);

/* What holds from now on. */
void disk_promise(struct disk_promise promise);

/*
 * The power fails behind operation `n` (0: before the first); call with rising n after
 * disk_rewind(). Writes the files at `path`, where there must be none, and tells what was promised.
 */
void disk_rewind(void);
struct disk_promise disk_cut(size_t n, const char *path, struct t_rng *rng);

/* Forgets all that was noted. */
void disk_free(void);

/* Removes the files of the database at `path`. */
void disk_remove(const char *path);

#endif /* AW_TESTS_DISK_H */
