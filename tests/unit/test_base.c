/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"

#include <allswell/store.h>
#include <allswell/version.h>

/* Goal: the class of a status says what to do, also for values that do not exist yet.
 * Method: both ends of every range. */
static void test_status_ranges(void)
{
    static const struct {
        int status;
        enum aw_status_class want;
    } cases[] = {
        {0, AW_CLASS_OK},
        {-1, AW_CLASS_USAGE},
        {-19, AW_CLASS_USAGE},
        {-20, AW_CLASS_REFUSED},
        {-39, AW_CLASS_REFUSED},
        {-40, AW_CLASS_SESSION},
        {-59, AW_CLASS_SESSION},
        {-60, AW_CLASS_ENVIRONMENT},
        {-79, AW_CLASS_ENVIRONMENT},
        {AW_E_SPACE, AW_CLASS_USAGE},
        {AW_E_FORMAT, AW_CLASS_REFUSED},
        {AW_E_KEYS, AW_CLASS_SESSION},
        {AW_E_DAMAGED, AW_CLASS_ENVIRONMENT},
    };

    for (size_t i = 0; i < AW_COUNT(cases); i++)
        T_EQ(aw_status_class((enum aw_status)cases[i].status), cases[i].want);
}

/* Goal: every status has a name of its own, and what has none is "unknown".
 * Method: walk all numbers from 0 to -100; names must be unique, none empty. */
static void test_status_names(void)
{
    const char *seen[128];
    size_t seen_count = 0;

    for (int status = 0; status >= -100; status--) {
        const char *name = aw_status_name((enum aw_status)status);

        T_TRUE(name != NULL && *name != '\0');
        if (strcmp(name, "unknown") == 0)
            continue;
        for (size_t i = 0; i < seen_count; i++)
            T_TRUE(strcmp(seen[i], name) != 0);
        seen[seen_count++] = name;
    }
    T_EQ(seen_count, 18);
    T_STR_EQ(aw_status_name(AW_OK), "ok");
    T_STR_EQ(aw_status_name(AW_E_PEER_RESET), "peer-reset");
}

/* Goal: a buffer takes what fits to the last byte, and a refusal changes nothing.
 * Method: fill to the brim, then one byte more; canary behind the capacity. */
static void test_buf_put(void)
{
    uint8_t space[5] = {0, 0, 0, 0, 0xcc};
    struct aw_buf buf = {.ptr = space, .cap = 4, .len = 0};
    const uint8_t three[3] = {1, 2, 3};
    const uint8_t want[5] = {1, 2, 3, 9, 0xcc};
    const uint8_t nine[1] = {9};

    T_EQ(aw_buf_put(&buf, AW_BYTES_OF(three)), AW_OK);
    T_EQ(aw_buf_put(&buf, AW_BYTES_OF(three)), AW_E_SPACE);
    T_EQ(buf.len, 3);
    T_EQ(aw_buf_put(&buf, (struct aw_bytes){NULL, 0}), AW_OK);
    T_EQ(aw_buf_put(&buf, AW_BYTES_OF(nine)), AW_OK);
    T_EQ(aw_buf_put(&buf, AW_BYTES_OF(nine)), AW_E_SPACE);
    T_EQ(aw_buf_put(&buf, (struct aw_bytes){NULL, 0}), AW_OK);
    T_EQ(buf.len, 4);
    T_MEM_EQ(space, want, sizeof want);
    T_TRUE(aw_buf_bytes(&buf).ptr == space);
    T_EQ(aw_buf_bytes(&buf).len, 4);
}

/* Goal: equality is of length and content; empty equals empty wherever it points. */
static void test_bytes_equal(void)
{
    const uint8_t a[3] = {1, 2, 3};
    const uint8_t b[3] = {1, 2, 4};
    const struct aw_bytes none = {NULL, 0};

    T_TRUE(aw_bytes_equal(AW_BYTES_OF(a), AW_BYTES_OF(a)));
    T_TRUE(!aw_bytes_equal(AW_BYTES_OF(a), AW_BYTES_OF(b)));
    T_TRUE(!aw_bytes_equal(AW_BYTES_OF(a), (struct aw_bytes){a, 2}));
    T_TRUE(aw_bytes_equal(none, (struct aw_bytes){a, 0}));
    T_TRUE(!aw_bytes_equal(none, AW_BYTES_OF(a)));
}

/* Goal: integers are big-endian and survive the round trip.
 * Method: one known layout each, then 1000 seeded values. */
static void test_integers(void)
{
    struct t_rng rng = t_rng(7);
    uint8_t out[8];

    aw_put_u16(out, 0x0102);
    T_HEX_EQ(out, 2, "0102");
    aw_put_u32(out, UINT32_C(0x80010203));
    T_HEX_EQ(out, 4, "80010203");
    aw_put_u64(out, UINT64_C(0xff01020304050607));
    T_HEX_EQ(out, 8, "ff01020304050607");
    T_EQ(aw_get_u16(out), 0xff01);
    T_EQ(aw_get_u32(out), UINT32_C(0xff010203));
    T_TRUE(aw_get_u64(out) == UINT64_C(0xff01020304050607));
    for (int i = 0; i < 1000; i++) {
        uint64_t v = t_rng_next(&rng);

        aw_put_u64(out, v);
        T_TRUE(aw_get_u64(out) == v);
        aw_put_u32(out, (uint32_t)v);
        T_EQ(aw_get_u32(out), (uint32_t)v);
        aw_put_u16(out, (uint16_t)v);
        T_EQ(aw_get_u16(out), (uint16_t)v);
    }
}

/* Goal: a wipe clears what it was given, and not a byte beside it. */
static void test_wipe(void)
{
    uint8_t secret[34];
    static const uint8_t zero[32];

    memset(secret, 0xa5, sizeof secret);
    aw_wipe(secret + 1, 32);
    T_MEM_EQ(secret + 1, zero, 32);
    T_EQ(secret[0], 0xa5);
    T_EQ(secret[33], 0xa5);
    aw_wipe(secret, 0);
    T_EQ(secret[0], 0xa5);
}

/* Goal: no sum of times wraps, NEVER stays NEVER, and no span is negative. */
static void test_time(void)
{
    T_EQ(aw_time_add(1, 2), 3);
    T_TRUE(aw_time_add(AW_TIME_NEVER, 0) == AW_TIME_NEVER);
    T_TRUE(aw_time_add(AW_TIME_NEVER, 1) == AW_TIME_NEVER);
    T_TRUE(aw_time_add(1, AW_TIME_NEVER) == AW_TIME_NEVER);
    T_TRUE(aw_time_add(AW_TIME_NEVER - 1, 1) == AW_TIME_NEVER);
    T_TRUE(aw_time_add(AW_TIME_NEVER - 2, 1) == AW_TIME_NEVER - 1);
    T_TRUE(aw_time_add(AW_TIME_NEVER, AW_TIME_NEVER) == AW_TIME_NEVER);
    T_TRUE(aw_time_add(AW_TIME_MAX_MS, AW_TIME_MAX_MS) == 2 * AW_TIME_MAX_MS);
    T_EQ(aw_time_since(5, 7), 2);
    T_EQ(aw_time_since(7, 7), 0);
    T_EQ(aw_time_since(7, 5), 0);
    T_EQ(aw_time_min(3, 4), 3);
    T_EQ(aw_time_min(4, 3), 3);
    T_EQ(aw_time_max(3, 4), 4);
    T_EQ(aw_time_max(4, 3), 4);
}

/* Goal: space and key of a record share one signed 64-bit number and never touch.
 * Method: the largest of both, put together as spec/10-storage.md has it. */
static void test_store_key(void)
{
    const uint64_t space_max = 127;
    const uint64_t rowid = (space_max << 56) | AW_STORE_KEY_MAX;
    const struct aw_store_op op = {.space = 127, .key = AW_STORE_KEY_MAX, .value = {NULL, 0}};

    T_TRUE(rowid <= (uint64_t)INT64_MAX);
    T_EQ(rowid >> 56, op.space);
    T_TRUE((rowid & ((UINT64_C(1) << 56) - 1)) == op.key);
    T_EQ(AW_STORE_KEY_MAX & (AW_STORE_KEY_MAX + 1), 0);
}

/* Goal: an assertion that holds costs nothing and evaluates its condition once. */
static void test_assert_once(void)
{
    int calls = 0;

    AW_ASSERT(++calls == 1);
    T_EQ(calls, 1);
}

/* Goal: a newer version is a larger number, and number and words are of one version.
 * Method: each part decides over the ones after it; the words are made from the macros. */
static void test_version(void)
{
    char text[32];

    T_TRUE(AW_VERSION_OF(1, 0, 0) > AW_VERSION_OF(0, 255, 255));
    T_TRUE(AW_VERSION_OF(0, 2, 0) > AW_VERSION_OF(0, 1, 255));
    T_TRUE(AW_VERSION_OF(0, 1, 1) > AW_VERSION_OF(0, 1, 0));
    T_TRUE(AW_VERSION_MAJOR < 256 && AW_VERSION_MINOR < 256 && AW_VERSION_PATCH < 256);
    T_EQ(aw_version(), AW_VERSION);
    (void)snprintf(text, sizeof text, "%d.%d.%d", AW_VERSION_MAJOR, AW_VERSION_MINOR,
                   AW_VERSION_PATCH);
    T_STR_EQ(aw_version_text(), text);
}

int main(void)
{
    T_RUN(test_status_ranges);
    T_RUN(test_status_names);
    T_RUN(test_buf_put);
    T_RUN(test_bytes_equal);
    T_RUN(test_integers);
    T_RUN(test_wipe);
    T_RUN(test_time);
    T_RUN(test_store_key);
    T_RUN(test_assert_once);
    T_RUN(test_version);
    return t_end();
}
