/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include <allswell/store_sqlite.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Input: damage to a database and its log: a byte of what, a place, a byte; what 255 cuts off. The
 * files are those of a process that was killed. Property: opening, reading everything and a commit
 * end with a status of the store, and what was committed is there after it.
 */

#define SPACE   120
#define RECORDS 24

struct file {
    uint8_t *bytes;
    size_t len;
};

static struct file originals[2]; /* database, log */
static char paths[2][64], folder[] = "/tmp/aw-fuzz-store-XXXXXX";

static void read_file(const char *path, struct file *f)
{
    FILE *in = fopen(path, "rb");

    AW_ASSERT(in != NULL);
    f->bytes = malloc(1 << 20);
    AW_ASSERT(f->bytes != NULL);
    f->len = fread(f->bytes, 1, 1 << 20, in);
    (void)fclose(in);
}

static void write_file(const char *path, const struct file *f)
{
    FILE *out = fopen(path, "wb");
    size_t wrote;

    AW_ASSERT(out != NULL);
    wrote = fwrite(f->bytes, 1, f->len, out);
    AW_ASSERT(wrote == f->len);
    (void)fclose(out);
}

static enum aw_status put(struct aw_store *s, uint64_t key)
{
    static uint8_t value[300];
    struct aw_store_op op = {SPACE, key, {value, 100 + (size_t)key * 8}};

    memset(value, (int)key, sizeof value);
    return s->vtable->commit(s->self, &op, 1);
}

static void remove_files(void)
{
    static const char *const names[] = {"home.db", "home.db-wal", "home.db-shm", "home.db-lock"};
    char path[80];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
}

static void clean_up(void)
{
    remove_files();
    (void)rmdir(folder);
}

/* Half in the file, half in the log: as they are while a process runs. */
static void make_originals(void)
{
    char message[AW_SQLITE_MESSAGE_CAP];
    struct aw_store s;
    enum aw_status st;

    if (originals[0].bytes != NULL)
        return;
    AW_ASSERT(mkdtemp(folder) != NULL);
    (void)atexit(clean_up);
    (void)snprintf(paths[0], sizeof paths[0], "%s/home.db", folder);
    (void)snprintf(paths[1], sizeof paths[1], "%s/home.db-wal", folder);
    st = aw_store_sqlite_open(&s, paths[0], AW_SQLITE_CREATE, message);
    AW_ASSERT(st == AW_OK);
    for (uint64_t i = 0; i < RECORDS; i++) {
        st = i == RECORDS / 2 ? aw_store_sqlite_checkpoint(&s) : AW_OK;
        AW_ASSERT(st == AW_OK);
        st = put(&s, i);
        AW_ASSERT(st == AW_OK);
    }
    read_file(paths[0], &originals[0]);
    read_file(paths[1], &originals[1]);
    AW_ASSERT(originals[1].len > 0);
    s.vtable->close(s.self);
}

static void damage(struct file f[2], const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 4 <= size && i < 64; i += 4) {
        struct file *at = &f[data[i] & 1];
        size_t place = (size_t)data[i + 1] << 8 | data[i + 2];

        if (at->len == 0)
            continue;
        if (data[i] == 255)
            at->len = place * at->len >> 16;
        else
            at->bytes[place * (data[i] & 2 ? 1u : 7u) % at->len] = data[i + 3];
    }
}

static enum aw_status visit(void *ctx, uint64_t key, struct aw_bytes value)
{
    size_t *total = ctx;

    AW_ASSERT(key <= AW_STORE_KEY_MAX);
    for (size_t i = 0; i < value.len; i++)
        *total += value.ptr[i]; /* every byte can be read */
    return AW_OK;
}

static bool is_expected(enum aw_status st)
{
    return st == AW_OK || st == AW_E_STORE || st == AW_E_DAMAGED || st == AW_E_VERSION ||
           st == AW_E_FORMAT || st == AW_E_STATE;
}

static void check(void)
{
    char message[AW_SQLITE_MESSAGE_CAP];
    uint8_t value[300];
    struct aw_buf out = {value, 100, 0};
    struct aw_store s;
    size_t total = 0;
    enum aw_status st = aw_store_sqlite_open(&s, paths[0], 0, message);

    AW_ASSERT(is_expected(st));
    if (st != AW_OK) {
        AW_ASSERT(memchr(message, '\0', sizeof message) != NULL && message[0] != '\0');
        return;
    }
    for (uint8_t space = 1; space < 128; space++) {
        st = s.vtable->scan(s.self, space, visit, &total);
        AW_ASSERT(is_expected(st));
    }
    st = put(&s, RECORDS + 1);
    AW_ASSERT(is_expected(st));
    if (st == AW_OK) {
        st = s.vtable->read(s.self, SPACE, RECORDS + 1, 0, &out);
        AW_ASSERT(is_expected(st));
        AW_ASSERT(st != AW_OK || (out.len == 100 && value[0] == RECORDS + 1));
    }
    s.vtable->close(s.self);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct file copies[2];

    make_originals();
    for (size_t i = 0; i < 2; i++) {
        copies[i] = (struct file){malloc(originals[i].len), originals[i].len};
        AW_ASSERT(copies[i].bytes != NULL);
        memcpy(copies[i].bytes, originals[i].bytes, originals[i].len);
    }
    damage(copies, data, size);
    remove_files();
    write_file(paths[0], &copies[0]);
    write_file(paths[1], &copies[1]);
    free(copies[0].bytes);
    free(copies[1].bytes);
    check();
    return 0;
}
