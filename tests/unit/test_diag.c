/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/bytes.h"
#include "wire/diag.h"
#include "wire/plan.h"
#include "wire/resume.h"
#include "wire/tables.h"

static uint8_t space[16384];

static const char *diag(const char *hex, const struct aw_wire_map *map)
{
    uint8_t bytes[256];
    size_t len = t_unhex(hex, bytes, sizeof bytes);
    struct aw_buf buf = {space, sizeof space - 1, 0};

    T_EQ(aw_cbor_diag((struct aw_bytes){bytes, len}, map, &buf), AW_OK);
    space[buf.len] = 0;
    return (const char *)space;
}

/* Goal: each kind of item in the notation of RFC 8949 §8.
 * Method: one of each, the ends of the number range among them. */
static void test_items(void)
{
    T_STR_EQ(diag("00", NULL), "0");
    T_STR_EQ(diag("1bffffffffffffffff", NULL), "18446744073709551615");
    T_STR_EQ(diag("20", NULL), "-1");
    T_STR_EQ(diag("3bfffffffffffffffe", NULL), "-18446744073709551615");
    T_STR_EQ(diag("3bffffffffffffffff", NULL), "-18446744073709551616");
    T_STR_EQ(diag("40", NULL), "h''");
    T_STR_EQ(diag("4300ff10", NULL), "h'00ff10'");
    T_STR_EQ(diag("63 c3a9 61", NULL), "\"\xc3\xa9"
                                       "a\"");
    T_STR_EQ(diag("f5", NULL), "true");
    T_STR_EQ(diag("f4", NULL), "false");
    T_STR_EQ(diag("80", NULL), "[]");
    T_STR_EQ(diag("a0", NULL), "{}");
    T_STR_EQ(diag("82018102", NULL), "[\n  1,\n  [\n    2\n  ]\n]");
    T_STR_EQ(diag("a2 01 02 617a 80", NULL), "{\n  1: 2,\n  \"z\": []\n}");
}

/* Goal: nothing in a text reaches a terminal as control.
 * Method: quotes, a backslash, an escape sequence, DEL and a C1 character; the first one after
 * those is passed on. */
static void test_escapes(void)
{
    T_STR_EQ(diag("62 c2a0", NULL), "\"\xc2\xa0\"");
    T_STR_EQ(diag("68 22 5c 1b 5b 7f c285 41", NULL), "\"\\\"\\\\\\u001b[\\u007f\\u0085A\"");
}

/* Goal: fields have names, at every depth, and bytes that do not fit a table have none.
 * Method: a message with its own table, one with lists, an unknown key, a wrong type. */
static void test_names(void)
{
    T_STR_EQ(diag("a4 00 05 01 06 02 07 03 f4", &aw_resume_map),
             "{\n  / epoch / 0: 5,\n  / seq / 1: 6,\n  / word / 2: 7,\n  / stale / 3: false\n}");
    T_STR_EQ(diag("a2 02 81 a1 01 20 18 63 00", &aw_plan_map),
             "{\n  / zone / 2: [\n    {\n      / offset_s / 1: -1\n    }\n  ],\n  99: 0\n}");
    T_STR_EQ(diag("81 a1 00 00", NULL), "[\n  {\n    0: 0\n  }\n]");
    T_STR_EQ(diag("a1 00 a1 00 00", &aw_resume_map), "{\n  / epoch / 0: {\n    0: 0\n  }\n}");
}

/* Goal: what the judge refuses is not printed, and a small buffer stays as it was.
 * Method: a refused item; every capacity below the need. */
static void test_refusals(void)
{
    static const uint8_t bad[] = {0x18, 0x17};
    static const uint8_t good[] = {0x82, 0x01, 0x41, 0xff};
    struct aw_buf buf = {space, sizeof space, 0};
    size_t need_len;

    T_EQ(aw_cbor_diag(AW_BYTES_OF(bad), NULL, &buf), AW_E_FORMAT);
    T_EQ(aw_cbor_diag(AW_BYTES_OF(good), NULL, &buf), AW_OK);
    need_len = buf.len;
    for (size_t cap = 0; cap < need_len; cap++) {
        buf = (struct aw_buf){space, cap, 0};
        T_EQ(aw_cbor_diag(AW_BYTES_OF(good), NULL, &buf), AW_E_SPACE);
        T_EQ(buf.len, 0);
    }
}

int main(void)
{
    T_RUN(test_items);
    T_RUN(test_escapes);
    T_RUN(test_names);
    T_RUN(test_refusals);
    return t_end();
}
