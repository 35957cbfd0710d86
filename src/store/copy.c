/* SPDX-License-Identifier: ISC */
#include "base/assert.h"
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A copy of an open database, as it is between two commits. SQLite writes it anew, so that nothing
 * is in it that was deleted, and on a connection of its own, which no commit waits for. */

static int copy_into(sqlite3 *db, const char *path)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, "VACUUM INTO ?1", -1, &stmt, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    (void)sqlite3_finalize(stmt);
    return rc;
}

enum aw_status aw_store_sqlite_copy(const struct aw_store *store, const char *path)
{
    const struct aw_sqlite *origin = store->self;
    sqlite3 *db = NULL;
    enum aw_status st;
    int fd;

    AW_ASSERT(store->vtable == &aw_sqlite_vtable);
    /* spec/10-storage.md §1: "The file of a store, its log and its lock MUST NOT be readable or
     * writable by another user." SQLite takes an empty file, and keeps its mode. */
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? AW_E_STATE : AW_E_STORE;
    st = aw_sqlite_status(aw_sqlite_connect(&db, origin->path));
    if (st == AW_OK)
        st = aw_sqlite_status(copy_into(db, path));
    (void)sqlite3_close(db);
    if (st == AW_OK && fsync(fd) != 0)
        st = AW_E_STORE;
    (void)close(fd);
    if (st != AW_OK)
        (void)unlink(path);
    return st;
}
