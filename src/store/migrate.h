/* SPDX-License-Identifier: ISC */
#ifndef AW_STORE_MIGRATE_H
#define AW_STORE_MIGRATE_H

#include <allswell/base.h>
#include <sqlite3.h>

/*
 * Upgrades of the schema: step n (from 0) takes a file from user_version n to n + 1. Steps are
 * only ever appended.
 */
struct aw_migration {
    const char *sql;
};

extern const struct aw_migration aw_migrations[];
extern const size_t aw_migration_count;

/*
 * Runs the missing steps in one transaction. AW_E_VERSION when the file is newer than the
 * list; on any failure the file is as it was.
 */
AW_MUST_USE enum aw_status aw_migrate(sqlite3 *db, const struct aw_migration *steps, size_t count);

/* Reads an integer pragma or expression, or -1. */
int64_t aw_sqlite_number(sqlite3 *db, const char *sql);

#endif /* AW_STORE_MIGRATE_H */
