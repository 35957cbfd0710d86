/* SPDX-License-Identifier: ISC */
/*
 * The store when memory runs out: at each request of SQLite or of the store itself, once and for
 * ever. A clear status, nothing acknowledged lost, nothing leaked. (Wire, core and crypto take no
 * memory at all: tests/symbols.)
 */
#include "test.h"

#include "store/alloc.h"
#include "support/folder.h"

#include <allswell/store_sqlite.h>
#include <sqlite3.h>
#include <unistd.h>

#define SPACE 120

static sqlite3_mem_methods real;
static uint64_t count, fail_at; /* 0: never */
static bool fail_forever;

static bool is_refused(void)
{
    count++;
    return fail_at != 0 && (count == fail_at || (fail_forever && count > fail_at));
}

static void *on_malloc(int len)
{
    return is_refused() ? NULL : real.xMalloc(len);
}

static void *on_realloc(void *ptr, int len)
{
    return is_refused() ? NULL : real.xRealloc(ptr, len);
}

static enum aw_status add(void *ctx, uint64_t key, struct aw_bytes value)
{
    (void)value;
    *(uint64_t *)ctx += UINT64_C(1) << key;
    return AW_OK;
}

/* A life: three commits, each of two records, a scan and a read. Returns the bits of the records
 * whose commit was acknowledged. */
static uint64_t live(const char *path, unsigned flags)
{
    static const uint8_t value[9000] = {1};
    char message[AW_SQLITE_MESSAGE_CAP];
    uint8_t out[16];
    struct aw_buf buf = {.ptr = out, .cap = sizeof out};
    uint64_t acked = 0, seen = 0;
    struct aw_store s;
    enum aw_status st = aw_store_sqlite_open(&s, path, flags, message);

    if (st != AW_OK) {
        if (st != AW_E_STORE)
            printf("    request %" PRIu64 "%s: %s\n", fail_at, fail_forever ? " and on" : "",
                   message);
        T_EQ(st, AW_E_STORE);
        T_TRUE(message[0] != '\0' && strchr(message, '\n') == NULL);
        return 0;
    }
    for (uint64_t i = 0; i < 3; i++) {
        const struct aw_store_op ops[2] = {{SPACE, 2 * i, {value, 100}},
                                           {SPACE, 2 * i + 1, {value, sizeof value}}};

        st = s.vtable->commit(s.self, ops, 2);
        T_TRUE(st == AW_OK || st == AW_E_STORE);
        if (st == AW_OK)
            acked |= UINT64_C(3) << 2 * i;
    }
    st = s.vtable->scan(s.self, SPACE, add, &seen);
    T_TRUE(st == AW_E_STORE || (st == AW_OK && seen == acked));
    st = s.vtable->read(s.self, SPACE, 1, 8000, &buf);
    T_TRUE(st == AW_E_STORE || st == ((acked & 2) != 0 ? AW_OK : AW_E_NOT_FOUND));
    s.vtable->close(s.self);
    return acked;
}

/* Afterwards, with memory: what was acknowledged is there, and no half of a commit. */
static void judge(const char *path, unsigned flags, uint64_t acked)
{
    char message[AW_SQLITE_MESSAGE_CAP];
    uint64_t seen = 0;
    struct aw_store s;

    T_REQUIRE(aw_store_sqlite_open(&s, path, flags, message) == AW_OK);
    T_EQ(s.vtable->scan(s.self, SPACE, add, &seen), AW_OK);
    T_EQ(acked & ~seen, 0);
    T_EQ((seen ^ seen >> 1) & 0x15, 0);
    s.vtable->close(s.self);
}

static void forget(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", "-lock"};
    char name[4200];

    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        (void)unlink(name);
    }
}

/* Until a life passes that had all the memory it asked for. Returns the number of points. */
static uint64_t sweep(bool of_sqlite, bool forever, bool is_there, unsigned flags)
{
    const char *path = folder_path(folder_new(), "x.db");
    uint64_t n = 0, requests, acked, live_before = aw_alloc_live_count();
    bool was_hit;

    do {
        if (is_there)
            judge(path, flags, 0); /* makes it */
        n++;
        count = 0;
        fail_at = of_sqlite ? n : 0;
        fail_forever = forever;
        aw_alloc_fail_at(of_sqlite ? 0 : n, forever);
        requests = aw_alloc_count();
        acked = live(path, flags);
        was_hit = (of_sqlite ? count : aw_alloc_count() - requests) >= n;
        fail_at = 0;
        aw_alloc_fail_at(0, false);
        T_EQ(aw_alloc_live_count(), live_before);
        T_EQ(sqlite3_memory_used(), 0);
        judge(path, flags, acked);
        forget(path);
    } while (was_hit && t_state.fail_count == 0);
    T_EQ(acked, 0x3f);
    return n - 1;
}

int main(void)
{
    static const unsigned flags[] = {0, AW_SQLITE_SECURE};
    sqlite3_mem_methods ours;
    uint64_t points = 0;

    if (access("/dev/shm", W_OK) == 0)
        (void)setenv("TMPDIR", "/dev/shm", 0);
    T_REQUIRE(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) == SQLITE_OK);
    ours = real;
    ours.xMalloc = on_malloc;
    ours.xRealloc = on_realloc;
    T_REQUIRE(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK);
    T_REQUIRE(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK);
    for (int way = 0; way < 8; way++) {
        for (size_t i = 0; i < 2; i++)
            points +=
                sweep((way & 1) != 0, (way & 2) != 0, (way & 4) != 0, AW_SQLITE_CREATE | flags[i]);
    }
    printf("%" PRIu64 " fail points, %u failed\n", points, t_state.fail_count);
    return t_state.fail_count == 0 ? 0 : 1;
}
