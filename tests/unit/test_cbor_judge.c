/* SPDX-License-Identifier: ISC */
#include "base/assert.h"
#include "base/bytes.h"
#include "support/alloc_count.h"
#include "support/cbor_cases.h"
#include "wire/judge.h"
#include "wire/rd.h"

#include <cbor.h>

static enum aw_judge_reason judge_hex(const char *hex)
{
    uint8_t bytes[256];
    size_t len = t_unhex(hex, bytes, sizeof bytes);

    return aw_cbor_judge((struct aw_bytes){bytes, len}).reason;
}

/* Goal: [WI-1] all 94 examples of RFC 8949 Appendix F are refused.
 * Method: the file of examples. */
static void test_malformed(void)
{
    char *file = t_read_data("cbor-malformed-appendix-f.txt", NULL);
    const char *text = file;
    struct cbor_case c;
    unsigned count = 0;

    for (; cbor_case_next(&text, &c); count++) {
        struct aw_judgement v = aw_cbor_judge((struct aw_bytes){c.bytes, c.len});

        if (v.reason == AW_JUDGE_ACCEPTED)
            printf("    accepted: %s (%s)\n", c.hex, c.note);
        T_TRUE(v.reason != AW_JUDGE_ACCEPTED);
        T_TRUE(v.offset <= c.len);
        T_TRUE(v.item_count <= c.len + 1);
    }
    T_EQ(count, 94);
    free(file);
}

/* Whether the profile takes a well-formed case: deterministic, and nothing it leaves out. */
static bool is_in_profile(const struct cbor_case *c)
{
    bool is_other_simple = c->bytes[0] >> 5 == 7 && c->bytes[0] != 0xf4 && c->bytes[0] != 0xf5;

    return strstr(c->note, "det=yes") != NULL && strstr(c->note, "tags=0") != NULL &&
           strstr(c->note, "floats=0") != NULL && !is_other_simple;
}

/* Goal: [WI-1] to [WI-3] of the well-formed examples exactly those in the profile are accepted.
 * Method: the file says of each whether it is deterministic, and what is in it. */
static void test_wellformed(void)
{
    char *file = t_read_data("cbor-wellformed.txt", NULL);
    const char *text = file;
    struct cbor_case c;
    unsigned counts[2] = {0, 0};

    while (cbor_case_next(&text, &c)) {
        enum aw_judge_reason reason = aw_cbor_judge((struct aw_bytes){c.bytes, c.len}).reason;

        if ((reason == AW_JUDGE_ACCEPTED) != is_in_profile(&c))
            printf("    %s: %s (%s)\n", c.hex, aw_judge_reason_text(reason), c.note);
        T_EQ(reason == AW_JUDGE_ACCEPTED, is_in_profile(&c));
        T_TRUE(reason != AW_JUDGE_MALFORMED && reason != AW_JUDGE_TRAILING);
        counts[is_in_profile(&c)]++;
    }
    T_EQ(counts[1], 36);
    T_TRUE(counts[0] > 30);
    free(file);
}

/* Goal: what the decoder does not know is named, where it is whole, and malformed where it is not.
 * Method: tags and simple values of each width, alone and in an array, whole and a byte short, in
 * memory of exactly their length. */
static void test_unknown(void)
{
    static const struct {
        const char *hex;
        enum aw_judge_reason reason;
    } cases[] = {
        {"c6", AW_JUDGE_TAG},
        {"d7", AW_JUDGE_TAG},
        {"d8", AW_JUDGE_MALFORMED},
        {"d820", AW_JUDGE_TAG},
        {"d920", AW_JUDGE_MALFORMED},
        {"d92000", AW_JUDGE_TAG},
        {"da0000", AW_JUDGE_MALFORMED},
        {"da00000020", AW_JUDGE_TAG},
        {"db00000000000000", AW_JUDGE_MALFORMED},
        {"db0000000000000020", AW_JUDGE_TAG},
        {"dc", AW_JUDGE_MALFORMED},
        {"df", AW_JUDGE_MALFORMED},
        {"e0", AW_JUDGE_SIMPLE},
        {"f3", AW_JUDGE_SIMPLE},
        {"f6", AW_JUDGE_SIMPLE},
        {"f7", AW_JUDGE_SIMPLE},
        {"f8", AW_JUDGE_MALFORMED},
        {"f81f", AW_JUDGE_MALFORMED},
        {"f820", AW_JUDGE_SIMPLE},
        {"f8ff", AW_JUDGE_SIMPLE},
        {"f93c", AW_JUDGE_MALFORMED},
        {"f93c00", AW_JUDGE_FLOAT},
        {"fa000000", AW_JUDGE_MALFORMED},
        {"fb00000000000000", AW_JUDGE_MALFORMED},
        {"fc", AW_JUDGE_MALFORMED},
        {"fe", AW_JUDGE_MALFORMED},
        {"1c", AW_JUDGE_MALFORMED},
        {"1a0000", AW_JUDGE_MALFORMED},
    };

    for (size_t i = 0; i < AW_COUNT(cases); i++) {
        for (size_t before = 0; before < 2; before++) {
            uint8_t bytes[10] = {0x81}, *exact;
            size_t len = before + t_unhex(cases[i].hex, bytes + before, sizeof bytes - before);
            struct aw_judgement v;

            exact = malloc(len);
            T_REQUIRE(exact != NULL);
            memcpy(exact, bytes, len);
            v = aw_cbor_judge((struct aw_bytes){exact, len});
            if (v.reason != cases[i].reason)
                printf("    %s, %zu before: %s\n", cases[i].hex, before,
                       aw_judge_reason_text(v.reason));
            T_EQ(v.reason, cases[i].reason);
            T_EQ(v.offset, before);
            free(exact);
        }
    }
}

/* Goal: [WI-7] an announced size costs nothing: each bomb is refused by its first head, without
 * any allocation, by the judge and by the reader.
 * Method: calls of the stream decoder and of the allocator are counted, not time. */
static void test_bombs(void)
{
    char *file = t_read_data("cbor-bombs.txt", NULL);
    const char *text = file;
    struct cbor_case c;
    unsigned count = 0;

    for (; cbor_case_next(&text, &c); count++) {
        struct aw_bytes in = {c.bytes, c.len};
        size_t before = alloc_count();
        struct aw_judgement v = aw_cbor_judge(in);
        struct aw_rd_map map;
        struct aw_rd rd;

        T_EQ(v.reason, AW_JUDGE_MALFORMED);
        T_EQ(v.item_count, 1);
        aw_rd_init(&rd, in);
        T_EQ(aw_rd_array(&rd, 0, SIZE_MAX), 0);
        T_EQ(aw_rd_end(&rd), AW_E_FORMAT);
        aw_rd_init(&rd, in);
        aw_rd_map(&rd, &map);
        T_EQ(map.left, 0);
        T_EQ(alloc_count(), before);
    }
    T_EQ(count, 6);
    free(file);
}

/* Goal: the test above would notice an allocation.
 * Method: libcbor makes an item of its own, which takes a shared library's way to the allocator. */
static void test_allocations_are_counted(void)
{
    size_t before = alloc_count();
    void *item;

    if (t_under_valgrind())
        return; /* valgrind's allocator stands before ours: only the native run counts */
    item = cbor_build_uint8(1); /* one block, with the number inside */
    T_TRUE(item != NULL);
    T_EQ(alloc_count(), before + 1);
    free(item);
}

/* Goal: each reason is given for its fault, at the item that has it.
 * Method: one fault each. */
static void test_reasons(void)
{
    static const struct {
        const char *hex;
        enum aw_judge_reason reason;
    } cases[] = {
        {"", AW_JUDGE_MALFORMED},
        {"0000", AW_JUDGE_TRAILING},
        {"8000", AW_JUDGE_TRAILING},
        {"1817", AW_JUDGE_NOT_SHORTEST},
        {"1818", AW_JUDGE_ACCEPTED},
        {"1900ff", AW_JUDGE_NOT_SHORTEST},
        {"1a0000ffff", AW_JUDGE_NOT_SHORTEST},
        {"1b00000000ffffffff", AW_JUDGE_NOT_SHORTEST},
        {"3817", AW_JUDGE_NOT_SHORTEST},
        {"5800", AW_JUDGE_NOT_SHORTEST},
        {"580100", AW_JUDGE_NOT_SHORTEST},
        {"7800", AW_JUDGE_NOT_SHORTEST},
        {"9800", AW_JUDGE_NOT_SHORTEST},
        {"b800", AW_JUDGE_NOT_SHORTEST},
        {"9f00ff", AW_JUDGE_INDEFINITE},
        {"ff", AW_JUDGE_INDEFINITE},
        {"c000", AW_JUDGE_TAG},
        {"d9d9f700", AW_JUDGE_TAG},
        {"c600", AW_JUDGE_TAG},
        {"f97e00", AW_JUDGE_FLOAT},
        {"fa00000000", AW_JUDGE_FLOAT},
        {"f6", AW_JUDGE_SIMPLE},
        {"f7", AW_JUDGE_SIMPLE},
        {"e0", AW_JUDGE_SIMPLE},
        {"f820", AW_JUDGE_SIMPLE},
        {"f814", AW_JUDGE_MALFORMED},
        {"62c328", AW_JUDGE_UTF8},
        {"a1400000", AW_JUDGE_KEY_TYPE},
        {"a1f400", AW_JUDGE_KEY_TYPE},
        {"a1800000", AW_JUDGE_KEY_TYPE},
        {"a201000000", AW_JUDGE_KEY_ORDER},
        {"a200000000", AW_JUDGE_KEY_TWICE},
        {"a26161006161ff", AW_JUDGE_KEY_TWICE},
        {"a2181800170000", AW_JUDGE_KEY_ORDER},
        {"a217001818001900ff", AW_JUDGE_TRAILING},
        {"a2200000ff", AW_JUDGE_KEY_ORDER}, /* 0x20 stands behind 0x00 */
        {"a200002000", AW_JUDGE_ACCEPTED},
        {"a2616200626161ff", AW_JUDGE_INDEFINITE},
        {"a2626161006162ff", AW_JUDGE_KEY_ORDER}, /* the shorter text first */
        {"8181818180", AW_JUDGE_DEPTH},
        {"81818180", AW_JUDGE_ACCEPTED},
        {"8181818100", AW_JUDGE_ACCEPTED},
        {"a100a100a100a10000", AW_JUDGE_ACCEPTED},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (judge_hex(cases[i].hex) != cases[i].reason)
            printf("    %s: %s\n", cases[i].hex, aw_judge_reason_text(judge_hex(cases[i].hex)));
        T_EQ(judge_hex(cases[i].hex), cases[i].reason);
    }
    for (int r = AW_JUDGE_ACCEPTED; r <= AW_JUDGE_DEPTH; r++)
        T_TRUE(strcmp(aw_judge_reason_text((enum aw_judge_reason)r), "unknown") != 0);
    T_STR_EQ(aw_judge_reason_text((enum aw_judge_reason)(AW_JUDGE_DEPTH + 1)), "unknown");
}

/* Goal: [WI-1] every head that is longer than needed is refused, for every type.
 * Method: each value at an edge of the widths, in each width that is too long for it. */
static void test_every_long_head(void)
{
    static const uint64_t values[] = {0, 1, 23, 24, 255, 256, 65535, 65536, UINT32_MAX};
    static const uint8_t widths[] = {1, 2, 4, 8};

    for (unsigned major = 0; major < 6; major++) {
        for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
            uint64_t v = values[i];
            size_t need = v < 24 ? 0 : v <= 255 ? 1 : v <= 65535 ? 2 : 4;

            for (size_t w = 0; w < 4; w++) {
                static uint8_t bytes[1 << 18]; /* zeros: content enough for the shorter ones */
                struct aw_judgement verdict;

                if (widths[w] <= need || (major >= 2 && v > 65536))
                    continue;
                bytes[0] = (uint8_t)(major << 5 | (24 + w));
                for (size_t b = 0; b < widths[w]; b++)
                    bytes[1 + b] = (uint8_t)(v >> (8 * (widths[w] - 1 - b)));
                verdict = aw_cbor_judge((struct aw_bytes){bytes, sizeof bytes});
                T_EQ(verdict.reason, AW_JUDGE_NOT_SHORTEST);
                T_EQ(verdict.item_count, 1);
                memset(bytes, 0, 16);
            }
        }
    }
}

/* Goal: the time is linear: no input makes more calls of the decoder than it has bytes.
 * Method: the inputs with the most items per byte, and keys that share a long beginning. */
static void test_work_is_bounded(void)
{
    static uint8_t bytes[4 + 65535];
    struct aw_judgement v;

    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, "\x99\xff\xff", 3);
    v = aw_cbor_judge((struct aw_bytes){bytes, 3 + 65535});
    T_EQ(v.reason, AW_JUDGE_ACCEPTED);
    T_EQ(v.item_count, 1 + 65535);
    memset(bytes + 3, 0x80, sizeof bytes - 3);
    v = aw_cbor_judge((struct aw_bytes){bytes, 3 + 65535});
    T_EQ(v.reason, AW_JUDGE_ACCEPTED);
    T_EQ(v.item_count, 1 + 65535);
}

/* Goal: no bytes at all are refused, wherever they are not. Method: a null pointer, which
 * UndefinedBehaviorSanitizer watches for arithmetic. */
static void test_nothing(void)
{
    struct aw_judgement j = aw_cbor_judge((struct aw_bytes){NULL, 0});

    T_EQ(j.reason, AW_JUDGE_MALFORMED);
    T_EQ(j.offset, 0);
}

int main(void)
{
    T_RUN(test_malformed);
    T_RUN(test_wellformed);
    T_RUN(test_unknown);
    T_RUN(test_bombs);
    T_RUN(test_allocations_are_counted);
    T_RUN(test_reasons);
    T_RUN(test_every_long_head);
    T_RUN(test_work_is_bounded);
    T_RUN(test_nothing);
    return t_end();
}
