/* SPDX-License-Identifier: ISC */
#ifndef AW_STORE_SQLITE_H
#define AW_STORE_SQLITE_H

#include <allswell/store_sqlite.h>
#include <pthread.h>
#include <sqlite3.h>

/* "AWst": marks a file as ours, also for file(1). */
#define AW_SQLITE_APPLICATION_ID 0x41577374

/* Pages of 4 KiB: the thread is woken at the first, the writer helps at the second when the
 * thread is not at work, and at the third waits for it and helps then. */
#define AW_SQLITE_WAL_WAKE_PAGES 1000
#define AW_SQLITE_WAL_HELP_PAGES 8000
#define AW_SQLITE_WAL_WAIT_PAGES 12000

/* Above this size an open checks header and schema only, so that a restart stays fast. */
#define AW_SQLITE_CHECK_LEN_MAX (INT64_C(64) << 20)

#define AW_SQLITE_BUSY_MS       5000

/* The thread that moves the log into the file, on a connection of its own. */
struct aw_sqlite_mover {
    pthread_t thread;
    pthread_mutex_t work;  /* held while the log is being moved, by anybody */
    pthread_mutex_t mutex; /* guards `wanted` and `stop` */
    pthread_cond_t cond;
    sqlite3 *db;
    bool wanted, stop, running;
};

enum aw_sqlite_statement {
    AW_SQLITE_BEGIN = 0,
    AW_SQLITE_COMMIT,
    AW_SQLITE_ROLLBACK,
    AW_SQLITE_PUT,
    AW_SQLITE_DELETE,
    AW_SQLITE_SCAN,
    AW_SQLITE_STATEMENT_COUNT
};

struct aw_sqlite {
    sqlite3 *db;
    sqlite3_stmt *statements[AW_SQLITE_STATEMENT_COUNT];
    sqlite3_blob *blob; /* kept by read(); a view of the file that must not last */
    char *path;
    unsigned flags;
    int lock_fd;   /* -1 in a reader */
    int wal_pages; /* in the log after the last commit */
    bool is_reader;
    struct aw_sqlite_mover mover;
};

/* What the store says for a result of SQLite: AW_OK, AW_E_DAMAGED or AW_E_STORE. */
AW_MUST_USE enum aw_status aw_sqlite_status(int rc);

/* Prepares the statements; a missing table is damage. */
AW_MUST_USE enum aw_status aw_sqlite_prepare(struct aw_sqlite *s);

/* Releases everything that is set; `s` itself too. */
void aw_sqlite_close(void *self);

/* Connection of the settings that every one of ours has. */
AW_MUST_USE int aw_sqlite_connect(sqlite3 **db, const char *path);

AW_MUST_USE enum aw_status aw_sqlite_mover_start(struct aw_sqlite *s);
void aw_sqlite_mover_stop(struct aw_sqlite *s);

/* Moves the log into the file and empties it, after the mover if that one is busy. */
AW_MUST_USE enum aw_status aw_sqlite_empty_log(struct aw_sqlite *s);

/* Called after each commit: keeps the log short. Never fails a commit. */
void aw_sqlite_after_commit(struct aw_sqlite *s);

extern const struct aw_store_vtable aw_sqlite_vtable;

#endif /* AW_STORE_SQLITE_H */
