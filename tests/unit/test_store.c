/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "store/alloc.h"
#include "support/folder.h"

#include <allswell/store_memory.h>
#include <allswell/store_sqlite.h>

/*
 * What every store must do, run over each of them.
 */

#define SPACE 120

enum kind { MEMORY = 0, SQLITE, SQLITE_SECURE, SQLITE_BACKGROUND, KIND_COUNT };

static struct aw_store open_store(enum kind kind)
{
    static const unsigned flags[KIND_COUNT] = {
        [SQLITE] = AW_SQLITE_CREATE,
        [SQLITE_SECURE] = AW_SQLITE_CREATE | AW_SQLITE_SECURE,
        [SQLITE_BACKGROUND] = AW_SQLITE_CREATE | AW_SQLITE_BACKGROUND,
    };
    char message[AW_SQLITE_MESSAGE_CAP];
    struct aw_store store;

    if (kind == MEMORY)
        T_REQUIRE(aw_store_memory_open(&store) == AW_OK);
    else
        T_REQUIRE(aw_store_sqlite_open(&store, folder_path(folder_new(), "x.db"), flags[kind],
                                       message) == AW_OK);
    return store;
}

static struct aw_store_op put(uint64_t key, const char *text)
{
    return (struct aw_store_op){SPACE, key, {(const uint8_t *)text, strlen(text)}};
}

static struct aw_store_op erase(uint64_t key)
{
    return (struct aw_store_op){.space = SPACE, .key = key};
}

static enum aw_status commit(struct aw_store *s, const struct aw_store_op *ops, size_t count)
{
    return s->vtable->commit(s->self, ops, count);
}

struct seen {
    char text[256];
    unsigned stop_after;
};

static enum aw_status see(void *ctx, uint64_t key, struct aw_bytes value)
{
    struct seen *seen = ctx;
    size_t used = strlen(seen->text);

    T_TRUE(value.ptr != NULL);
    (void)snprintf(seen->text + used, sizeof seen->text - used, "%" PRIu64 "=%.*s ", key,
                   (int)value.len, (const char *)value.ptr);
    return seen->stop_after > 0 && --seen->stop_after == 0 ? AW_E_LIMIT : AW_OK;
}

static const char *scan(struct aw_store *s, uint8_t space)
{
    static struct seen seen;

    seen = (struct seen){0};
    T_EQ(s->vtable->scan(s->self, space, see, &seen), AW_OK);
    return seen.text;
}

/* Goal: records come back in the order of their keys, a later change of a list wins, deleting
 * what is absent is no error, and spaces do not touch each other, not even at their ends.
 * Method: one list with everything, then a second one. */
static void check_changes(enum kind kind)
{
    struct aw_store s = open_store(kind);
    const struct aw_store_op first[] = {put(7, "seven"), put(AW_STORE_KEY_MAX, "last"),
                                        put(0, "zero"), put(7, "Seven"), erase(3)};
    const struct aw_store_op second[] = {erase(0), put(8, ""), put(AW_STORE_KEY_MAX, "end")};
    struct aw_store_op other = put(0, "next");

    other.space = SPACE + 1;
    T_EQ(commit(&s, first, 5), AW_OK);
    T_EQ(commit(&s, &other, 1), AW_OK);
    T_STR_EQ(scan(&s, SPACE), "0=zero 7=Seven 36028797018963967=last ");
    T_EQ(commit(&s, second, 3), AW_OK);
    T_STR_EQ(scan(&s, SPACE), "7=Seven 8= 36028797018963967=end ");
    T_STR_EQ(scan(&s, SPACE + 1), "0=next ");
    T_STR_EQ(scan(&s, 1), "");
    T_EQ(commit(&s, NULL, 0), AW_OK);
    s.vtable->close(s.self);
}

/* Goal: a visitor ends a scan with its own status, and the store goes on working.
 * Method: stop after the second record, then commit. */
static void check_visitor(enum kind kind)
{
    struct aw_store s = open_store(kind);
    const struct aw_store_op ops[] = {put(1, "a"), put(2, "b"), put(3, "c")};
    struct seen seen = {.stop_after = 2};

    T_EQ(commit(&s, ops, 3), AW_OK);
    T_EQ(s.vtable->scan(s.self, SPACE, see, &seen), AW_E_LIMIT);
    T_STR_EQ(seen.text, "1=a 2=b ");
    T_EQ(commit(&s, ops, 1), AW_OK);
    s.vtable->close(s.self);
}

/* Goal: read() gives exactly the asked part, also of a record of many pages and after the
 * record was replaced, and refuses what is not there.
 * Method: a pattern of 100,000 bytes, offsets at both ends and beyond. */
static void check_read(enum kind kind)
{
    struct aw_store s = open_store(kind);
    static uint8_t big[100000];
    uint8_t out[64];
    struct aw_buf buf = {.ptr = out, .cap = sizeof out};
    struct aw_store_op op = {SPACE, 5, {big, sizeof big}};
    size_t i;

    for (i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)(i * 7 + i / 256);
    T_EQ(commit(&s, &op, 1), AW_OK);
    for (i = 0; i + sizeof out <= sizeof big; i += 4999) {
        buf.len = 0;
        T_EQ(s.vtable->read(s.self, SPACE, 5, i, &buf), AW_OK);
        T_EQ(buf.len, sizeof out);
        T_MEM_EQ(out, big + i, sizeof out);
    }
    buf.len = 0;
    T_EQ(s.vtable->read(s.self, SPACE, 5, sizeof big - 64, &buf), AW_OK);
    T_EQ(s.vtable->read(s.self, SPACE, 5, sizeof big - 63, &buf), AW_E_RANGE);
    T_EQ(s.vtable->read(s.self, SPACE, 5, SIZE_MAX, &buf), AW_E_RANGE);
    T_EQ(s.vtable->read(s.self, SPACE, 6, 0, &buf), AW_E_NOT_FOUND);
    big[0] ^= 0xff;
    T_EQ(commit(&s, &op, 1), AW_OK);
    T_EQ(s.vtable->read(s.self, SPACE, 5, 0, &buf), AW_OK);
    T_MEM_EQ(out, big, sizeof out);
    op.value.ptr = NULL;
    T_EQ(commit(&s, &op, 1), AW_OK);
    T_EQ(s.vtable->read(s.self, SPACE, 5, 0, &buf), AW_E_NOT_FOUND);
    s.vtable->close(s.self);
}

/* Goal: a store without memory says so and has changed nothing, at every allocation.
 * Method: the nth request fails, for n from 1 until a commit passes; then nothing is left. */
static void check_no_memory(enum kind kind)
{
    uint64_t live_before = aw_alloc_live_count();
    struct aw_store s = open_store(kind);
    const struct aw_store_op ops[] = {put(1, "a"), put(2, "b"), erase(9)};
    enum aw_status st = AW_E_STORE;
    uint64_t n;

    for (n = 1; st != AW_OK && n < 100; n++) {
        aw_alloc_fail_at(n, false);
        st = commit(&s, ops, 3);
        aw_alloc_fail_at(0, false);
        T_TRUE(st == AW_OK || st == AW_E_STORE);
        T_STR_EQ(scan(&s, SPACE), st == AW_OK ? "1=a 2=b " : "");
    }
    T_EQ(st, AW_OK);
    s.vtable->close(s.self);
    T_EQ(aw_alloc_live_count(), live_before);
}

static void test_memory(void)
{
    check_changes(MEMORY);
    check_visitor(MEMORY);
    check_read(MEMORY);
    check_no_memory(MEMORY);
}

static void test_sqlite(void)
{
    check_changes(SQLITE);
    check_visitor(SQLITE);
    check_read(SQLITE);
    check_no_memory(SQLITE);
}

static void test_sqlite_secure(void)
{
    check_changes(SQLITE_SECURE);
    check_visitor(SQLITE_SECURE);
    check_read(SQLITE_SECURE);
}

static void test_sqlite_background(void)
{
    check_changes(SQLITE_BACKGROUND);
    check_visitor(SQLITE_BACKGROUND);
    check_read(SQLITE_BACKGROUND);
}

/* Goal: the faults that the memory store offers to other tests do what they say.
 * Method: one failing commit, then failing for ever, then none. */
static void test_memory_failing(void)
{
    struct aw_store s = open_store(MEMORY);
    const struct aw_store_op one = put(1, "a"), two = put(2, "b");

    aw_store_memory_fail_at(&s, 2, false);
    T_EQ(commit(&s, &one, 1), AW_OK);
    T_EQ(commit(&s, &two, 1), AW_E_STORE);
    T_STR_EQ(scan(&s, SPACE), "1=a ");
    T_EQ(commit(&s, &two, 1), AW_OK);
    aw_store_memory_fail_at(&s, 1, true);
    T_EQ(commit(&s, &one, 1), AW_E_STORE);
    T_EQ(commit(&s, &one, 1), AW_E_STORE);
    aw_store_memory_fail_at(&s, 0, false);
    T_EQ(commit(&s, &one, 1), AW_OK);
    T_EQ(aw_store_memory_commit_count(&s), 3);
    T_EQ(aw_store_memory_record_count(&s), 2);
    s.vtable->close(s.self);
}

/* Goal: a crash loses what was acknowledged while lying and nothing else; a clone is
 * independent of its origin.
 * Method: commits before and while lying, crash, compare. */
static void test_memory_crash_and_clone(void)
{
    uint64_t live_before = aw_alloc_live_count();
    struct aw_store s = open_store(MEMORY), copy;
    const struct aw_store_op one = put(1, "a"), two = put(2, "b"), gone = erase(1);

    T_EQ(commit(&s, &one, 1), AW_OK);
    aw_store_memory_crash(&s);
    T_STR_EQ(scan(&s, SPACE), "1=a ");
    T_EQ(aw_store_memory_lie(&s, true), AW_OK);
    T_EQ(commit(&s, &two, 1), AW_OK);
    T_EQ(commit(&s, &gone, 1), AW_OK);
    T_STR_EQ(scan(&s, SPACE), "2=b ");
    T_EQ(aw_store_memory_clone(&copy, &s), AW_OK);
    aw_store_memory_crash(&s);
    T_STR_EQ(scan(&s, SPACE), "1=a ");
    T_STR_EQ(scan(&copy, SPACE), "2=b ");
    T_EQ(aw_store_memory_lie(&s, true), AW_OK);
    T_EQ(commit(&s, &two, 1), AW_OK);
    T_EQ(aw_store_memory_lie(&s, false), AW_OK);
    aw_store_memory_crash(&s);
    T_STR_EQ(scan(&s, SPACE), "1=a 2=b ");
    s.vtable->close(s.self);
    copy.vtable->close(copy.self);
    T_EQ(aw_alloc_live_count(), live_before);
}

int main(void)
{
    T_RUN(test_memory);
    T_RUN(test_sqlite);
    T_RUN(test_sqlite_secure);
    T_RUN(test_sqlite_background);
    T_RUN(test_memory_failing);
    T_RUN(test_memory_crash_and_clone);
    return t_end();
}
