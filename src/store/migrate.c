/* SPDX-License-Identifier: ISC */
#include "store/migrate.h"

#include "store/sqlite.h"

#include <stdio.h>

const struct aw_migration aw_migrations[] = {
    /* 0 to 1: one clustered table. 1096250228 is AW_SQLITE_APPLICATION_ID. */
    {"PRAGMA application_id = 1096250228;"
     "CREATE TABLE record(id INTEGER PRIMARY KEY, value BLOB NOT NULL) STRICT;"},
};
const size_t aw_migration_count = sizeof aw_migrations / sizeof aw_migrations[0];

int64_t aw_sqlite_number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int64_t number = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        number = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return number;
}

static int run_steps(sqlite3 *db, const struct aw_migration *steps, size_t from, size_t count)
{
    char set_version[64];
    size_t i;
    int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

    for (i = from; rc == SQLITE_OK && i < count; i++)
        rc = sqlite3_exec(db, steps[i].sql, NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return rc;
    (void)snprintf(set_version, sizeof set_version, "PRAGMA user_version = %zu", count);
    rc = sqlite3_exec(db, set_version, NULL, NULL, NULL);
    return rc == SQLITE_OK ? sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) : rc;
}

enum aw_status aw_migrate(sqlite3 *db, const struct aw_migration *steps, size_t count)
{
    int64_t version = aw_sqlite_number(db, "PRAGMA user_version");
    int rc;

    if (version < 0)
        return aw_sqlite_status(sqlite3_errcode(db) == SQLITE_OK ? SQLITE_CORRUPT
                                                                 : sqlite3_errcode(db));
    /* spec/10-storage.md §4: "A store whose version is above the newest that the program knows
     * MUST NOT be opened or changed." */
    if (version > (int64_t)count)
        return AW_E_VERSION;
    if (version == (int64_t)count)
        return AW_OK;
    rc = run_steps(db, steps, (size_t)version, count);
    /* spec/10-storage.md §4: "An upgrade that fails MUST leave the file as it was." */
    if (rc != SQLITE_OK && sqlite3_get_autocommit(db) == 0)
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return aw_sqlite_status(rc);
}
