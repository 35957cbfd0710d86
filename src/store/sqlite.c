/* SPDX-License-Identifier: ISC */
#include "store/sqlite.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "store/alloc.h"
#include "store/id.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum aw_status aw_sqlite_status(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
    case SQLITE_ROW:
        return AW_OK;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return AW_E_DAMAGED;
    default:
        return AW_E_STORE;
    }
}

enum aw_status aw_sqlite_prepare(struct aw_sqlite *s)
{
    static const char *const sql[AW_SQLITE_STATEMENT_COUNT] = {
        [AW_SQLITE_BEGIN] = "BEGIN IMMEDIATE",
        [AW_SQLITE_COMMIT] = "COMMIT",
        [AW_SQLITE_ROLLBACK] = "ROLLBACK",
        [AW_SQLITE_PUT] = "REPLACE INTO record(id, value) VALUES(?1, ?2)",
        [AW_SQLITE_DELETE] = "DELETE FROM record WHERE id = ?1",
        [AW_SQLITE_SCAN] = "SELECT id, value FROM record WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
    };
    size_t i;

    for (i = 0; i < AW_COUNT(sql); i++) {
        int rc = sqlite3_prepare_v3(s->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &s->statements[i],
                                    NULL);

        if (rc == SQLITE_ERROR) /* no such table, or other columns */
            return AW_E_DAMAGED;
        if (rc != SQLITE_OK)
            return aw_sqlite_status(rc);
    }
    return AW_OK;
}

static void rest(struct aw_sqlite *s)
{
    (void)sqlite3_blob_close(s->blob);
    s->blob = NULL;
}

/* One step of a statement that gives no rows. */
static int run(struct aw_sqlite *s, enum aw_sqlite_statement which)
{
    int rc = sqlite3_step(s->statements[which]);

    (void)sqlite3_reset(s->statements[which]);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int apply(struct aw_sqlite *s, const struct aw_store_op *op)
{
    bool is_put = op->value.ptr != NULL;
    enum aw_sqlite_statement which = is_put ? AW_SQLITE_PUT : AW_SQLITE_DELETE;
    sqlite3_stmt *stmt = s->statements[which];
    int rc = sqlite3_bind_int64(stmt, 1, (sqlite3_int64)aw_store_id(op->space, op->key));

    if (rc == SQLITE_OK && is_put)
        rc = sqlite3_bind_blob64(stmt, 2, op->value.ptr, op->value.len, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = run(s, which);
    (void)sqlite3_clear_bindings(stmt); /* the bytes were borrowed */
    return rc;
}

/* Whether what is written now will be found again. */
static bool is_in_place(struct aw_sqlite *s)
{
    int has_moved = 0;

    /* spec/10-storage.md §3: "A commit into a file that has been moved or deleted MUST fail." */
    (void)sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
    return has_moved == 0;
}

static enum aw_status sqlite_commit(void *self, const struct aw_store_op *ops, size_t count)
{
    struct aw_sqlite *s = self;
    size_t i;
    int rc;

    if (s->is_reader)
        return AW_E_STATE;
    rest(s);
    if (!is_in_place(s))
        return AW_E_STORE;
    rc = run(s, AW_SQLITE_BEGIN);
    for (i = 0; rc == SQLITE_OK && i < count; i++)
        rc = apply(s, &ops[i]);
    if (rc == SQLITE_OK)
        rc = run(s, AW_SQLITE_COMMIT);
    if (rc != SQLITE_OK) {
        /* spec/10-storage.md §3: "A commit that fails MUST leave the open store as it was before."
         * Some errors have rolled back already; then there is no transaction left. */
        if (sqlite3_get_autocommit(s->db) == 0)
            (void)run(s, AW_SQLITE_ROLLBACK);
        return aw_sqlite_status(rc);
    }
    aw_sqlite_after_commit(s);
    return AW_OK;
}

static enum aw_status scan_rows(sqlite3_stmt *stmt, aw_store_visit *visit, void *ctx)
{
    static const uint8_t empty[1] = {0};

    for (;;) {
        int rc = sqlite3_step(stmt);
        struct aw_bytes value;
        enum aw_status st;

        if (rc != SQLITE_ROW)
            return aw_sqlite_status(rc);
        value.ptr = sqlite3_column_blob(stmt, 1);
        value.len = (size_t)sqlite3_column_bytes(stmt, 1);
        if (value.ptr == NULL) {
            if (value.len > 0 || sqlite3_errcode(sqlite3_db_handle(stmt)) == SQLITE_NOMEM)
                return AW_E_STORE;
            value.ptr = empty; /* a record of no bytes is still a record */
        }
        st = visit(ctx, (uint64_t)sqlite3_column_int64(stmt, 0) & AW_STORE_KEY_MAX, value);
        if (st != AW_OK)
            return st;
    }
}

static enum aw_status sqlite_scan(void *self, uint8_t space, aw_store_visit *visit, void *ctx)
{
    struct aw_sqlite *s = self;
    sqlite3_stmt *stmt = s->statements[AW_SQLITE_SCAN];
    sqlite3_int64 first = (sqlite3_int64)aw_store_id(space, 0);
    sqlite3_int64 last = (sqlite3_int64)aw_store_id(space, AW_STORE_KEY_MAX);
    enum aw_status st = AW_E_STORE;

    if (sqlite3_bind_int64(stmt, 1, first) == SQLITE_OK &&
        sqlite3_bind_int64(stmt, 2, last) == SQLITE_OK)
        st = scan_rows(stmt, visit, ctx);
    (void)sqlite3_reset(stmt);
    return st;
}

/* Points s->blob at the record. Moving an open handle saves preparing a statement. */
static enum aw_status seek(struct aw_sqlite *s, sqlite3_int64 id)
{
    int rc = SQLITE_ABORT;

    if (s->blob != NULL)
        rc = sqlite3_blob_reopen(s->blob, id);
    if (rc != SQLITE_OK) {
        rest(s);
        rc = sqlite3_blob_open(s->db, "main", "record", "value", id, 0, &s->blob);
    }
    if (rc == SQLITE_OK)
        return AW_OK;
    rest(s);
    return rc == SQLITE_ERROR ? AW_E_NOT_FOUND : aw_sqlite_status(rc);
}

static enum aw_status sqlite_read(void *self, uint8_t space, uint64_t key, size_t offset,
                                  struct aw_buf *out)
{
    struct aw_sqlite *s = self;
    enum aw_status st = seek(s, (sqlite3_int64)aw_store_id(space, key));
    size_t len;
    int rc;

    if (st != AW_OK)
        return st;
    len = (size_t)sqlite3_blob_bytes(s->blob);
    if (offset > len || out->cap > len - offset)
        return AW_E_RANGE;
    rc = sqlite3_blob_read(s->blob, out->ptr, (int)out->cap, (int)offset);
    if (rc != SQLITE_OK) {
        rest(s);
        return aw_sqlite_status(rc);
    }
    out->len = out->cap;
    return AW_OK;
}

void aw_sqlite_close(void *self)
{
    struct aw_sqlite *s = self;
    size_t i;

    aw_sqlite_mover_stop(s);
    rest(s);
    for (i = 0; i < AW_COUNT(s->statements); i++)
        (void)sqlite3_finalize(s->statements[i]);
    (void)sqlite3_close(s->db);
    if (s->lock_fd >= 0)
        (void)close(s->lock_fd); /* last: the file is closed before somebody else may open it */
    aw_free(s->path);
    aw_free(s);
}

const struct aw_store_vtable aw_sqlite_vtable = {
    .commit = sqlite_commit, .scan = sqlite_scan, .read = sqlite_read, .close = aw_sqlite_close};

static struct aw_sqlite *sqlite_of(const struct aw_store *store)
{
    AW_ASSERT(store->vtable == &aw_sqlite_vtable);
    return store->self;
}

void aw_store_sqlite_rest(struct aw_store *store)
{
    rest(sqlite_of(store));
}

enum aw_status aw_store_sqlite_checkpoint(struct aw_store *store)
{
    struct aw_sqlite *s = sqlite_of(store);

    rest(s);
    return aw_sqlite_empty_log(s);
}

enum aw_status aw_store_sqlite_image(const struct aw_store *store, size_t len_max, uint8_t **image,
                                     size_t *len)
{
    struct aw_sqlite *s = sqlite_of(store);
    sqlite3_int64 total = 0;

    *image = NULL;
    *len = 0;
    rest(s);
    (void)sqlite3_serialize(s->db, "main", &total, SQLITE_SERIALIZE_NOCOPY); /* the length alone */
    if (total > 0 && (uint64_t)total > len_max)
        return AW_E_LIMIT;
    *image = sqlite3_serialize(s->db, "main", &total, 0);
    if (*image == NULL)
        return sqlite3_errcode(s->db) == SQLITE_OK ? AW_E_STORE
                                                   : aw_sqlite_status(sqlite3_errcode(s->db));
    *len = (size_t)total;
    return AW_OK;
}

void aw_store_sqlite_image_free(uint8_t *image, size_t len)
{
    if (image != NULL)
        aw_wipe(image, len);
    sqlite3_free(image);
}

uint64_t aw_store_sqlite_disk_len(const struct aw_store *store)
{
    static const char *const suffixes[] = {"", "-wal"};
    const struct aw_sqlite *s = sqlite_of(store);
    uint64_t total = 0;
    size_t i;

    for (i = 0; i < AW_COUNT(suffixes); i++) {
        char name[PATH_MAX];
        struct stat st;
        int len = snprintf(name, sizeof name, "%s%s", s->path, suffixes[i]);

        if (len > 0 && (size_t)len < sizeof name && stat(name, &st) == 0)
            total += (uint64_t)st.st_size;
    }
    return total;
}
