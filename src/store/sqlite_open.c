/* SPDX-License-Identifier: ISC */
#include "base/assert.h"
#include "store/alloc.h"
#include "store/migrate.h"
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* One opening, from the path to the store. */
struct opening {
    struct aw_sqlite *s;
    char *message;
    bool is_new;
    int64_t file_len;
};

#define DAMAGE_REMEDY "move it away together with its -wal file, and restore a backup"

__attribute__((format(printf, 3, 4))) static enum aw_status
refuse(struct opening *o, enum aw_status st, const char *format, ...)
{
    size_t used;
    va_list args;

    (void)snprintf(o->message, AW_SQLITE_MESSAGE_CAP, "%.255s: ", o->s->path);
    used = strlen(o->message);
    va_start(args, format);
    (void)vsnprintf(o->message + used, AW_SQLITE_MESSAGE_CAP - used, format, args);
    va_end(args);
    return st;
}

static enum aw_status refuse_errno(struct opening *o, int error)
{
    const char *remedy = "check the disk, then try again";

    if (error == EACCES || error == EPERM)
        remedy = "give this user read and write permission on it and its folder";
    else if (error == ENOENT || error == ENOTDIR)
        remedy = "create its folder first";
    else if (error == EROFS)
        remedy = "the file system must be writable";
    else if (error == ENOSPC || error == EDQUOT)
        remedy = "make room on the disk";
    return refuse(o, AW_E_STORE, "%s; %s", strerror(error), remedy);
}

static enum aw_status refuse_rc(struct opening *o, int rc)
{
    enum aw_status st = aw_sqlite_status(rc);

    if (st == AW_OK) /* SQLite is content, but we are not */
        st = AW_E_DAMAGED;
    if (st == AW_E_DAMAGED)
        return refuse(o, st, "the database is damaged (%s); " DAMAGE_REMEDY, sqlite3_errstr(rc));
    if ((rc & 0xff) == SQLITE_FULL)
        return refuse(o, st, "the disk is full; make room and try again");
    return refuse(o, st, "%s; check permissions and disk, then try again", sqlite3_errstr(rc));
}

/* Length of the file with this suffix, or -1 with errno. */
static int64_t length_of(const char *path, const char *suffix)
{
    char name[PATH_MAX];
    struct stat st;
    int len = snprintf(name, sizeof name, "%s%s", path, suffix);

    if (len < 0 || (size_t)len >= sizeof name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (stat(name, &st) != 0)
        return -1;
    if (!S_ISREG(st.st_mode)) {
        errno = EINVAL;
        return -1;
    }
    return (int64_t)st.st_size;
}

/*
 * A lock file, and not SQLite's exclusive mode: that one would keep our own second
 * connection (the mover's, a reader's) out as well. The file stays, since removing it would
 * race with the next process.
 */
static enum aw_status take_lock(struct opening *o)
{
    char name[PATH_MAX];
    int len = snprintf(name, sizeof name, "%s-lock", o->s->path);

    if (len < 0 || (size_t)len >= sizeof name)
        return refuse_errno(o, ENAMETOOLONG);
    o->s->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (o->s->lock_fd < 0)
        return refuse_errno(o, errno);
    if (flock(o->s->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return AW_OK;
    if (errno != EWOULDBLOCK)
        return refuse_errno(o, errno);
    /* spec/10-storage.md §1: "A store MUST NOT be open in two processes at once." */
    return refuse(o, AW_E_BUSY, "in use by another process; stop that one first");
}

static int sync_folder(const char *path)
{
    char copy[PATH_MAX];
    int fd, rc;

    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
        return -1;
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    rc = fsync(fd);
    (void)close(fd);
    return rc;
}

static enum aw_status create_file(struct opening *o)
{
    int fd = open(o->s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return refuse_errno(o, errno);
    (void)close(fd);
    if (sync_folder(o->s->path) != 0)
        return refuse_errno(o, errno);
    o->is_new = true;
    return AW_OK;
}

static bool has_magic(const char *path)
{
    static const char magic[16] = "SQLite format 3";
    char head[16];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;

    if (fd >= 0) {
        got = read(fd, head, sizeof head);
        (void)close(fd);
    }
    return got == (ssize_t)sizeof head && memcmp(head, magic, sizeof magic) == 0;
}

/* Judges the file before SQLite sees it: SQLite takes an empty file for a new database, and
 * throws a log away that has no database. */
static enum aw_status check_file(struct opening *o)
{
    bool may_create = (o->s->flags & AW_SQLITE_CREATE) != 0;
    bool is_missing = o->file_len < 0;

    if (o->file_len <= 0) {
        /* spec/10-storage.md §5: "A missing or empty file beside a log that is not empty MUST be
         * refused as damaged." */
        if (length_of(o->s->path, "-wal") > 0)
            return refuse(o, AW_E_DAMAGED, "the file is %s but its log is there; " DAMAGE_REMEDY,
                          is_missing ? "missing" : "empty");
        if (may_create)
            return create_file(o);
        return refuse(o, AW_E_DAMAGED, "the file is empty; " DAMAGE_REMEDY);
    }
    /* A power cut may have torn the head while it was made, or while the log was moved: then the
     * journal or the log has what it needs, and SQLite judges. */
    if (!has_magic(o->s->path) && length_of(o->s->path, "-wal") <= 0 &&
        length_of(o->s->path, "-journal") <= 0)
        return refuse(o, AW_E_DAMAGED, "not a database; " DAMAGE_REMEDY);
    /* spec/10-storage.md §1: "The file of a store, its log and its lock MUST NOT be readable or
     * writable by another user." */
    if (chmod(o->s->path, 0600) != 0)
        return refuse_errno(o, errno);
    return AW_OK;
}

/* One buffer from the file and back into its place. Returns its length, 0 at the end, or -1. */
static ssize_t write_again(int fd, uint8_t *buf, size_t cap, off_t at)
{
    ssize_t len, done = 0, got;

    do
        len = pread(fd, buf, cap, at);
    while (len < 0 && errno == EINTR);
    while (done < len) {
        got = pwrite(fd, buf + done, (size_t)(len - done), at + done);
        if (got < 0 && errno != EINTR)
            return -1;
        if (got > 0)
            done += got;
    }
    return len;
}

/*
 * spec/10-storage.md §3: "The bytes of a log that is found when a store is opened MUST be written
 * again and flushed before the log is used."
 */
static enum aw_status flush_log(struct opening *o)
{
    char name[PATH_MAX];
    uint8_t buf[16384];
    ssize_t len;
    off_t at = 0;
    int fd, error;

    if (length_of(o->s->path, "-wal") <= 0)
        return AW_OK;
    (void)snprintf(name, sizeof name, "%s-wal", o->s->path); /* fits: length_of() */
    fd = open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return refuse_errno(o, errno);
    do {
        len = write_again(fd, buf, sizeof buf, at);
        at += len;
    } while (len > 0);
    error = len < 0 || fsync(fd) != 0 ? errno : 0;
    (void)close(fd);
    return error == 0 ? AW_OK : refuse_errno(o, error);
}

int aw_sqlite_connect(sqlite3 **db, const char *path)
{
    int rc = sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

    if (rc != SQLITE_OK)
        return rc;
    (void)sqlite3_extended_result_codes(*db, 1);
    (void)sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    /* spec/10-storage.md §5: "A program MUST NOT repair, recreate or replace a database that it
     * cannot trust." Nor move a log into it. */
    (void)sqlite3_db_config(*db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    (void)sqlite3_busy_timeout(*db, AW_SQLITE_BUSY_MS);
    /* spec/10-storage.md §2: "The database MUST be in WAL mode with `synchronous` at least `FULL`."
     */
    return sqlite3_exec(*db,
                        "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;"
                        "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"
                        "PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0;",
                        NULL, NULL, NULL);
}

static enum aw_status check_owner(struct opening *o)
{
    sqlite3 *db = o->s->db;
    int64_t id, tables, version;

    /* One after the other: a later one that works hides why an earlier one did not, and out of
     * memory is not damage. */
    if ((id = aw_sqlite_number(db, "PRAGMA application_id")) < 0 ||
        (tables = aw_sqlite_number(db, "SELECT count(*) FROM sqlite_schema")) < 0 ||
        (version = aw_sqlite_number(db, "PRAGMA user_version")) < 0)
        return refuse_rc(o, sqlite3_errcode(db));
    /* A crash between creating the file and its first commit leaves it without content. */
    if (id == 0 && tables == 0 && version == 0 && (o->s->flags & AW_SQLITE_CREATE) != 0)
        return AW_OK;
    if (id != AW_SQLITE_APPLICATION_ID)
        return refuse(o, AW_E_DAMAGED, "a database of another program; name the right file");
    if (version > (int64_t)aw_migration_count)
        return refuse(o, AW_E_VERSION,
                      "written by a newer version (format %lld, this program knows %zu);"
                      " install the newer version",
                      (long long)version, aw_migration_count);
    return AW_OK;
}

static int check_row(void *ctx, int columns, char **values, char **names)
{
    bool *is_ok = ctx;

    (void)names;
    *is_ok = columns == 1 && values[0] != NULL && strcmp(values[0], "ok") == 0;
    return 0;
}

static enum aw_status check_content(struct opening *o)
{
    bool is_ok = false;
    int rc;

    if (o->is_new || o->file_len > AW_SQLITE_CHECK_LEN_MAX)
        return AW_OK;
    rc = sqlite3_exec(o->s->db, "PRAGMA quick_check(1)", check_row, &is_ok, NULL);
    if (rc != SQLITE_OK)
        return refuse_rc(o, rc);
    if (!is_ok)
        return refuse_rc(o, SQLITE_CORRUPT);
    return AW_OK;
}

static int wal_row(void *ctx, int columns, char **values, char **names)
{
    bool *is_wal = ctx;

    (void)names;
    *is_wal = columns == 1 && values[0] != NULL && strcmp(values[0], "wal") == 0;
    return 0;
}

static int on_wal(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct aw_sqlite *s = ctx;

    (void)db;
    (void)name;
    s->wal_pages = pages;
    return SQLITE_OK;
}

static enum aw_status set_modes(struct opening *o)
{
    struct aw_sqlite *s = o->s;
    bool is_wal = false;
    int rc = sqlite3_exec(s->db, "PRAGMA journal_mode = WAL", wal_row, &is_wal, NULL);

    if (rc == SQLITE_OK && (s->flags & AW_SQLITE_SECURE) != 0)
        rc = sqlite3_exec(s->db, "PRAGMA secure_delete = ON", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return refuse_rc(o, rc);
    if (!is_wal)
        return refuse(o, AW_E_STORE, "the file system has no shared memory; use a local disk");
    (void)sqlite3_wal_hook(s->db, on_wal, s);
    return AW_OK;
}

static enum aw_status open_database(struct opening *o)
{
    struct aw_sqlite *s = o->s;
    int rc = aw_sqlite_connect(&s->db, s->path);
    enum aw_status st;

    if (rc != SQLITE_OK)
        return refuse_rc(o, rc);
    st = check_owner(o);
    if (st == AW_OK)
        st = check_content(o);
    if (st == AW_OK)
        st = set_modes(o);
    if (st != AW_OK)
        return st;
    st = aw_migrate(s->db, aw_migrations, aw_migration_count);
    if (st == AW_E_STORE) /* what SQLite says last is how it has rolled back */
        return refuse(o, st, "it cannot be set up; make room on the disk and in memory, try again");
    if (st != AW_OK)
        return refuse_rc(o, sqlite3_extended_errcode(s->db));
    st = aw_sqlite_prepare(s);
    if (st == AW_E_DAMAGED)
        return refuse(o, st, "its table is missing or changed; " DAMAGE_REMEDY);
    if (st == AW_OK && (s->flags & AW_SQLITE_BACKGROUND) != 0)
        st = aw_sqlite_mover_start(s);
    if (st == AW_OK)
        (void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return st == AW_OK ? AW_OK : refuse(o, st, "out of memory or threads; free some");
}

static struct aw_sqlite *new_sqlite(const char *path, unsigned flags)
{
    struct aw_sqlite *s = aw_alloc(sizeof *s);

    if (s == NULL)
        return NULL;
    s->path = aw_alloc(strlen(path) + 1);
    if (s->path == NULL) {
        aw_free(s);
        return NULL;
    }
    memcpy(s->path, path, strlen(path) + 1);
    s->flags = flags;
    s->lock_fd = -1;
    return s;
}

enum aw_status aw_store_sqlite_open(struct aw_store *out, const char *path, unsigned flags,
                                    char message[AW_SQLITE_MESSAGE_CAP])
{
    struct opening o = {.message = message};
    enum aw_status st;

    message[0] = '\0';
    o.s = new_sqlite(path, flags);
    if (o.s == NULL) {
        (void)snprintf(message, AW_SQLITE_MESSAGE_CAP, "%.255s: out of memory", path);
        return AW_E_STORE;
    }
    o.file_len = length_of(path, "");
    if (o.file_len < 0 && errno != ENOENT)
        st = refuse_errno(&o, errno);
    else if (o.file_len < 0 && (flags & AW_SQLITE_CREATE) == 0)
        st = refuse(&o, AW_E_NOT_FOUND, "no such file; check the path, or set it up first");
    else
        st = take_lock(&o);
    if (st == AW_OK)
        st = check_file(&o);
    if (st == AW_OK)
        st = flush_log(&o);
    if (st == AW_OK)
        st = open_database(&o);
    if (st != AW_OK) {
        aw_sqlite_close(o.s);
        return st;
    }
    *out = (struct aw_store){&aw_sqlite_vtable, o.s};
    return AW_OK;
}

enum aw_status aw_store_sqlite_reader(struct aw_store *out, const struct aw_store *main)
{
    const struct aw_sqlite *origin = main->self;
    struct aw_sqlite *s;
    enum aw_status st;

    AW_ASSERT(main->vtable == &aw_sqlite_vtable);
    s = new_sqlite(origin->path, 0);
    if (s == NULL)
        return AW_E_STORE;
    s->is_reader = true;
    st = aw_sqlite_status(aw_sqlite_connect(&s->db, s->path));
    if (st == AW_OK)
        st = aw_sqlite_status(sqlite3_exec(s->db, "PRAGMA query_only = ON", NULL, NULL, NULL));
    if (st == AW_OK)
        st = aw_sqlite_prepare(s);
    if (st != AW_OK) {
        aw_sqlite_close(s);
        return st;
    }
    *out = (struct aw_store){&aw_sqlite_vtable, s};
    return AW_OK;
}
