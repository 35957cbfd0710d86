/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "store/migrate.h"
#include "store/sqlite.h"
#include "support/folder.h"

#include <sys/stat.h>
#include <unistd.h>

#define SPACE 120

static char message[AW_SQLITE_MESSAGE_CAP];

static enum aw_status open_at(struct aw_store *out, const char *path, unsigned flags)
{
    return aw_store_sqlite_open(out, path, flags, message);
}

static enum aw_status commit(struct aw_store *s, uint64_t key, const void *value, size_t len)
{
    struct aw_store_op op = {SPACE, key, {value, len}};

    return s->vtable->commit(s->self, &op, 1);
}

static void make(const char *path, unsigned count)
{
    struct aw_store s;
    uint8_t value[700] = {1};
    unsigned i;

    T_REQUIRE(open_at(&s, path, AW_SQLITE_CREATE) == AW_OK);
    for (i = 0; i < count; i++)
        T_EQ(commit(&s, i, value, sizeof value), AW_OK);
    s.vtable->close(s.self);
}

static enum aw_status add_one(void *ctx, uint64_t key, struct aw_bytes value)
{
    (void)key;
    (void)value;
    ++*(unsigned *)ctx;
    return AW_OK;
}

static unsigned count_of(struct aw_store *s)
{
    unsigned count = 0;

    T_EQ(s->vtable->scan(s->self, SPACE, add_one, &count), AW_OK);
    return count;
}

static void write_file(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");

    T_REQUIRE(file != NULL);
    T_EQ(fwrite(bytes, 1, len, file), len);
    (void)fclose(file);
}

/* Opens, expects a refusal, and that one line names the path and holds `words`. */
static void refused(const char *path, unsigned flags, enum aw_status want, const char *words)
{
    struct aw_store s;

    T_EQ(open_at(&s, path, flags), want);
    T_TRUE(strstr(message, path) == message);
    T_TRUE(strchr(message, '\n') == NULL);
    if (strstr(message, words) == NULL)
        printf("    message: %s\n", message);
    T_TRUE(strstr(message, words) != NULL);
}

/* Goal: a file is made only when asked for (ST-15), private, and is there again at the next start.
 * Method: open without and with the flag, look at the mode, open again. */
static void test_create_and_reopen(void)
{
    const char *folder = folder_new(), *path = folder_path(folder, "home.db");
    static const char *const names[] = {"home.db", "home.db-wal", "home.db-shm", "home.db-lock"};
    struct aw_store s;
    struct stat st;
    size_t i;

    refused(path, 0, AW_E_NOT_FOUND, "no such file");
    T_EQ(access(folder_path(folder, "home.db-lock"), F_OK), -1);
    (void)umask(0);
    T_EQ(open_at(&s, path, AW_SQLITE_CREATE), AW_OK);
    T_EQ(commit(&s, 1, "a", 1), AW_OK);
    for (i = 0; i < 4; i++) {
        T_EQ(stat(folder_path(folder, names[i]), &st), 0);
        T_EQ(st.st_mode & 0777, 0600);
    }
    T_TRUE(aw_store_sqlite_disk_len(&s) > 8192);
    s.vtable->close(s.self);
    T_EQ(chmod(path, 0644), 0);
    T_EQ(open_at(&s, path, 0), AW_OK);
    T_EQ(stat(path, &st), 0);
    T_EQ(st.st_mode & 0777, 0600);
    T_EQ(count_of(&s), 1);
    s.vtable->close(s.self);
}

/* Goal: a second opening is told who is in the way, and works once the first has closed.
 * Method: two stores on one path. */
static void test_one_at_a_time(void)
{
    const char *path = folder_path(folder_new(), "home.db");
    struct aw_store s, second;

    T_EQ(open_at(&s, path, AW_SQLITE_CREATE), AW_OK);
    refused(path, AW_SQLITE_CREATE, AW_E_BUSY, "in use by another process");
    T_EQ(commit(&s, 1, "a", 1), AW_OK);
    s.vtable->close(s.self);
    T_EQ(open_at(&second, path, 0), AW_OK);
    T_EQ(count_of(&second), 1);
    second.vtable->close(second.self);
}

/* Goal: what is not our database, or not what we wrote, is refused and left alone (ST-13).
 * Method: one damaged file for each rule; its bytes are the same afterwards. */
static void test_damage(void)
{
    const char *folder = folder_new();
    const char *path = folder_path(folder, "a.db"), *wal = folder_path(folder, "a.db-wal");
    size_t len, len_after, i;
    char *good, *bad, *after;

    write_file(path, "", 0);
    refused(path, 0, AW_E_DAMAGED, "empty");
    write_file(wal, "x", 1);
    refused(path, AW_SQLITE_CREATE, AW_E_DAMAGED, "its log is there");
    T_EQ(unlink(path), 0);
    refused(path, AW_SQLITE_CREATE, AW_E_DAMAGED, "missing but its log is there");
    T_EQ(unlink(wal), 0);

    make(path, 40);
    good = t_read_path(path, &len);
    T_REQUIRE(len > 8192);
    bad = malloc(len);
    T_REQUIRE(bad != NULL);

    write_file(path, "once upon a time there was a file", 33);
    refused(path, AW_SQLITE_CREATE, AW_E_DAMAGED, "not a database");
    write_file(path, good, len - 4096);
    refused(path, 0, AW_E_DAMAGED, "damaged");
    for (i = 100; i < len; i += 4096) { /* the head of each tree page in turn */
        memcpy(bad, good, len);
        memset(bad + (i == 100 ? 100 : i - 100), 0xa5, 12);
        write_file(path, bad, len);
        refused(path, 0, AW_E_DAMAGED, "restore a backup");
        after = t_read_path(path, &len_after);
        T_EQ(len_after, len);
        T_MEM_EQ(after, bad, 100);
        free(after);
    }
    free(good);
    free(bad);
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db;

    T_REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
    T_EQ(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
}

/* Goal: what would be written into a file that is no longer there is refused, and works again when
 * the file is back. spec/10-storage.md §3: "A commit into a file that has been moved or deleted
 * MUST fail." Method: move the file away under an open store, then back; then delete it. */
static void test_file_moved_away(void)
{
    const char *folder = folder_new();
    const char *path = folder_path(folder, "a.db"), *away = folder_path(folder, "away.db");
    struct aw_store s;

    T_REQUIRE(open_at(&s, path, AW_SQLITE_CREATE) == AW_OK);
    T_EQ(commit(&s, 1, "a", 1), AW_OK);
    T_EQ(rename(path, away), 0);
    T_EQ(commit(&s, 2, "b", 1), AW_E_STORE);
    T_EQ(rename(away, path), 0);
    T_EQ(commit(&s, 3, "c", 1), AW_OK);
    T_EQ(count_of(&s), 2);
    T_EQ(unlink(path), 0);
    T_EQ(commit(&s, 4, "d", 1), AW_E_STORE);
    s.vtable->close(s.self);
}

/* Goal: a refused file and its log stay as they are. spec/10-storage.md §5: "A program MUST NOT
 * repair, recreate or replace a database that it cannot trust."
 * Method: a damaged page behind a log that has nothing to do with it. */
static void test_refused_stays(void)
{
    const char *folder = folder_new();
    const char *path = folder_path(folder, "a.db"), *copy = folder_path(folder, "b.db");
    size_t len, log_len, after_len;
    struct aw_store s;
    char *db, *log, *after;

    make(path, 40);
    T_REQUIRE(open_at(&s, path, 0) == AW_OK);
    T_EQ(commit(&s, 1, "a", 1), AW_OK);
    db = t_read_path(path, &len);
    log = t_read_path(folder_path(folder, "a.db-wal"), &log_len);
    T_TRUE(log_len > 0);
    memset(db + len - 4096, 0xa5, 12);
    write_file(copy, db, len);
    write_file(folder_path(folder, "b.db-wal"), log, log_len);
    refused(copy, 0, AW_E_DAMAGED, "damaged");
    after = t_read_path(copy, &after_len);
    T_EQ(after_len, len);
    T_MEM_EQ(after, db, len);
    free(after);
    after = t_read_path(folder_path(folder, "b.db-wal"), &after_len);
    T_EQ(after_len, log_len);
    free(after);
    free(log);
    free(db);
    s.vtable->close(s.self);
}

/* Goal: databases of others, of the future, or without our table are refused, unchanged.
 * Method: made with SQLite itself; the version is read again afterwards. */
static void test_wrong_database(void)
{
    const char *folder = folder_new();
    const char *path = folder_path(folder, "a.db");
    sqlite3 *db;

    run_sql(path, "CREATE TABLE bookmark(url TEXT)");
    refused(path, AW_SQLITE_CREATE, AW_E_DAMAGED, "another program");
    run_sql(path, "DROP TABLE bookmark; PRAGMA user_version = 3");
    refused(path, AW_SQLITE_CREATE, AW_E_DAMAGED, "another program");

    path = folder_path(folder, "b.db");
    make(path, 1);
    run_sql(path, "PRAGMA user_version = 99");
    refused(path, AW_SQLITE_CREATE, AW_E_VERSION, "newer version");
    T_REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
    T_EQ(aw_sqlite_number(db, "PRAGMA user_version"), 99);
    T_EQ(aw_sqlite_number(db, "SELECT count(*) FROM record"), 1);
    (void)sqlite3_close(db);

    path = folder_path(folder, "c.db");
    make(path, 1);
    run_sql(path, "DROP TABLE record");
    refused(path, AW_SQLITE_CREATE, AW_E_DAMAGED, "table is missing");
}

/* Goal: a folder that is missing or closed to us gives one line with the remedy.
 * Method: a path in a folder that does not exist, and a folder in the file's place. */
static void test_bad_path(void)
{
    const char *folder = folder_new();

    refused(folder_path(folder, "no/a.db"), AW_SQLITE_CREATE, AW_E_STORE, "create its folder");
    T_EQ(mkdir(folder_path(folder, "d.db"), 0700), 0);
    refused(folder_path(folder, "d.db"), AW_SQLITE_CREATE, AW_E_STORE, "d.db");
}

/* Goal: steps run in order from the version found, all or none; an empty file counts as
 * version 0, and a version-1 file keeps its records.
 * Method: a list of three steps on three files; then a list whose last step fails. */
static void test_migrations(void)
{
    static const struct aw_migration steps[] = {
        {"CREATE TABLE t(a INTEGER); INSERT INTO t VALUES(1)"},
        {"ALTER TABLE t ADD COLUMN b INTEGER; UPDATE t SET b = a + 1"},
        {"INSERT INTO t VALUES(10, 20)"},
    };
    static const struct aw_migration failing[] = {
        {"SELECT 1"}, {"SELECT 1"}, {"SELECT 1"}, {"DELETE FROM t"}, {"nonsense"}};
    const char *folder = folder_new();
    sqlite3 *db;

    T_REQUIRE(sqlite3_open(folder_path(folder, "zero.db"), &db) == SQLITE_OK);
    T_EQ(aw_migrate(db, steps, 3), AW_OK);
    T_EQ(aw_sqlite_number(db, "PRAGMA user_version"), 3);
    T_EQ(aw_sqlite_number(db, "SELECT sum(a * 100 + b) FROM t"), 1122);
    T_EQ(aw_migrate(db, steps, 3), AW_OK);
    T_EQ(aw_sqlite_number(db, "SELECT count(*) FROM t"), 2);
    T_EQ(aw_migrate(db, failing, 5), AW_E_STORE);
    T_EQ(aw_sqlite_number(db, "PRAGMA user_version"), 3);
    T_EQ(aw_sqlite_number(db, "SELECT count(*) FROM t"), 2);
    T_EQ(aw_migrate(db, steps, 2), AW_E_VERSION);
    (void)sqlite3_close(db);

    run_sql(folder_path(folder, "one.db"),
            "CREATE TABLE t(a INTEGER); INSERT INTO t VALUES(7); PRAGMA user_version = 1");
    T_REQUIRE(sqlite3_open(folder_path(folder, "one.db"), &db) == SQLITE_OK);
    T_EQ(aw_migrate(db, steps, 3), AW_OK);
    T_EQ(aw_sqlite_number(db, "SELECT sum(a * 100 + b) FROM t"), 708 + 1020);
    (void)sqlite3_close(db);
}

/* Goal: an empty SQLite file (version 0, as a crash before the first commit leaves it) becomes a
 * store when asked for, and the real list leaves what the spec says.
 * Method: such a file, opened; the pragmas of spec/10-storage.md. */
static void test_version_zero(void)
{
    const char *path = folder_path(folder_new(), "a.db");
    struct aw_store s;
    sqlite3 *db;

    run_sql(path, "PRAGMA journal_mode = WAL; CREATE TABLE x(y); DROP TABLE x; VACUUM");
    refused(path, 0, AW_E_DAMAGED, "another program");
    T_EQ(open_at(&s, path, AW_SQLITE_CREATE), AW_OK);
    T_EQ(commit(&s, 5, "five", 4), AW_OK);
    s.vtable->close(s.self);
    T_REQUIRE(sqlite3_open(path, &db) == SQLITE_OK);
    T_EQ(aw_sqlite_number(db, "PRAGMA user_version"), 1);
    T_EQ(aw_sqlite_number(db, "PRAGMA application_id"), 0x41577374);
    /* spec/10-storage.md §2: "The row identifier of a record MUST be space * 2^55 + key." */
    T_EQ(aw_sqlite_number(db, "SELECT id FROM record"), (INT64_C(120) << 55) + 5);
    (void)sqlite3_close(db);
}

static bool folder_holds(const char *folder, const char *needle)
{
    static const char *const names[] = {"home.db", "home.db-wal"};
    bool found = false;

    for (size_t i = 0; i < 2; i++) {
        size_t len;
        char *bytes = t_read_path(folder_path(folder, names[i]), &len);

        found = found || memmem(bytes, len, needle, strlen(needle)) != NULL;
        free(bytes);
    }
    return found;
}

/* Goal: a key that a home erased or replaced is in neither file when the commit returns.
 * Method: search both files for its bytes, with small and with large records; the relay's
 * way, which keeps them, shows that the search can find something. */
static void test_erased_is_gone(void)
{
    static char small[] = "key-number-one", large[20000];

    for (int secure = 0; secure < 2; secure++) {
        const char *folder = folder_new();
        struct aw_store s;

        memset(large, 'x', sizeof large);
        memcpy(large + 9000, "key-number-two", 14);
        T_EQ(open_at(&s, folder_path(folder, "home.db"),
                     AW_SQLITE_CREATE | (secure ? AW_SQLITE_SECURE : 0)),
             AW_OK);
        T_EQ(commit(&s, 1, small, sizeof small), AW_OK);
        T_EQ(commit(&s, 2, large, sizeof large), AW_OK);
        T_TRUE(folder_holds(folder, "key-number-one"));
        T_TRUE(folder_holds(folder, "key-number-two"));
        T_EQ(commit(&s, 1, "another", 7), AW_OK);
        T_EQ(commit(&s, 2, NULL, 0), AW_OK);
        T_EQ(folder_holds(folder, "key-number-one"), !secure);
        T_EQ(folder_holds(folder, "key-number-two"), !secure);
        s.vtable->close(s.self);
    }
}

/* Goal: a reader sees what is committed, while the writer goes on, and cannot write.
 * Method: both open; a log long enough to wake the mover and to start again. */
static void test_reader_and_long_log(void)
{
    const char *path = folder_path(folder_new(), "relay.db");
    static uint8_t block[64000];
    uint8_t out[8];
    struct aw_buf buf = {.ptr = out, .cap = sizeof out};
    struct aw_store s, reader;
    uint64_t i, disk_len;

    T_EQ(open_at(&s, path, AW_SQLITE_CREATE | AW_SQLITE_BACKGROUND), AW_OK);
    T_EQ(aw_store_sqlite_reader(&reader, &s), AW_OK);
    T_EQ(commit(&reader, 1, "a", 1), AW_E_STATE);
    for (i = 0; i < 1500; i++) { /* 96 MB through a log that must stay below 56 */
        memset(block, (int)(i & 0xff), sizeof block);
        T_EQ(commit(&s, i % 4, block, sizeof block), AW_OK);
        if (i % 100 == 99) {
            T_EQ(reader.vtable->read(reader.self, SPACE, i % 4, 500, &buf), AW_OK);
            T_EQ(out[0], i & 0xff);
            aw_store_sqlite_rest(&reader);
        }
    }
    disk_len = aw_store_sqlite_disk_len(&s);
    T_TRUE(disk_len < 56u << 20);
    T_EQ(aw_store_sqlite_checkpoint(&s), AW_OK);
    T_TRUE(aw_store_sqlite_disk_len(&s) < 1u << 20);
    T_EQ(count_of(&reader), 4);
    reader.vtable->close(reader.self);
    s.vtable->close(s.self);
}

/* Goal: a copy is the database as of now, also what lies in its log, and nothing that was deleted;
 * a name that is taken is left alone, and a failure leaves no file.
 * Method: copy while a commit is in the log only; open the copy as any other; look for the bytes.
 */
static void test_copy(void)
{
    static const char gone[] = "this was erased";
    const char *folder = folder_new(), *apart = folder_new(), *to = folder_path(apart, "copy.db");
    const struct aw_store_op op = {SPACE, 1, {NULL, 0}};
    struct aw_store s, copy;
    struct stat st;
    size_t len;
    char *bytes;

    T_REQUIRE(open_at(&s, folder_path(folder, "home.db"), AW_SQLITE_CREATE) == AW_OK);
    T_EQ(commit(&s, 1, gone, sizeof gone), AW_OK);
    T_EQ(commit(&s, 2, "kept", 4), AW_OK);
    T_EQ(s.vtable->commit(s.self, &op, 1), AW_OK);
    T_TRUE(folder_holds(folder, gone));
    T_EQ(aw_store_sqlite_copy(&s, to), AW_OK);
    T_EQ(aw_store_sqlite_copy(&s, to), AW_E_STATE);
    T_EQ(aw_store_sqlite_copy(&s, folder_path(apart, "nowhere/b.db")), AW_E_STORE);
    T_EQ(commit(&s, 3, "later", 5), AW_OK);
    T_EQ(count_of(&s), 2);
    T_EQ(stat(to, &st), 0);
    T_EQ(st.st_mode & 0777, 0600);
    bytes = t_read_path(to, &len);
    T_TRUE(memmem(bytes, len, gone, sizeof gone) == NULL);
    free(bytes);
    T_REQUIRE(open_at(&copy, to, 0) == AW_OK);
    T_EQ(count_of(&copy), 1);
    copy.vtable->close(copy.self);
    s.vtable->close(s.self);
}

int main(void)
{
    T_RUN(test_create_and_reopen);
    T_RUN(test_one_at_a_time);
    T_RUN(test_damage);
    T_RUN(test_file_moved_away);
    T_RUN(test_refused_stays);
    T_RUN(test_wrong_database);
    T_RUN(test_bad_path);
    T_RUN(test_migrations);
    T_RUN(test_version_zero);
    T_RUN(test_erased_is_gone);
    T_RUN(test_reader_and_long_log);
    T_RUN(test_copy);
    return t_end();
}
