/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/bytes.h"
#include "wire/judge.h"
#include "wire/rd.h"
#include "wire/utf8.h"
#include "wire/wr.h"

static uint8_t space[256];

static struct aw_rd reader(const char *hex)
{
    static uint8_t bytes[256];
    struct aw_rd rd;

    aw_rd_init(&rd, (struct aw_bytes){bytes, t_unhex(hex, bytes, sizeof bytes)});
    return rd;
}

/* Goal: unsigned integers at every edge of the head widths, and one beside each bound.
 * Method: written, then read with bounds that just hold, and that just do not. */
static void test_uint(void)
{
    static const uint64_t values[] = {
        0, 1, 23, 24, 255, 256, 65535, 65536, 1u << 31, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX};

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        uint64_t v = values[i];
        struct aw_buf buf = AW_BUF_OF(space);
        struct aw_wr wr;
        struct aw_rd rd;

        aw_wr_init(&wr, &buf);
        aw_wr_uint(&wr, v);
        T_EQ(aw_wr_end(&wr), AW_OK);
        aw_rd_init(&rd, aw_buf_bytes(&buf));
        T_TRUE(aw_rd_uint(&rd, v, v) == v);
        T_EQ(aw_rd_end(&rd), AW_OK);
        if (v > 0) {
            aw_rd_init(&rd, aw_buf_bytes(&buf));
            T_TRUE(aw_rd_uint(&rd, 0, v - 1) == 0);
            T_EQ(aw_rd_end(&rd), AW_E_RANGE);
        }
        if (v < UINT64_MAX) {
            aw_rd_init(&rd, aw_buf_bytes(&buf));
            T_TRUE(aw_rd_uint(&rd, v + 1, UINT64_MAX) == 0);
            T_EQ(aw_rd_end(&rd), AW_E_RANGE);
        }
    }
}

/* Goal: signed integers over their whole range, and nothing beyond.
 * Method: both ends, both sides of 0, and the first numbers that no int64_t holds. */
static void test_int(void)
{
    static const int64_t values[] = {0, 1, -1, 23, -24, -25, 255, -256, -257, INT64_MAX, INT64_MIN};
    struct aw_rd rd;

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct aw_buf buf = AW_BUF_OF(space);
        struct aw_wr wr;

        aw_wr_init(&wr, &buf);
        aw_wr_int(&wr, values[i]);
        T_EQ(aw_wr_end(&wr), AW_OK);
        aw_rd_init(&rd, aw_buf_bytes(&buf));
        T_EQ(aw_rd_int(&rd, INT64_MIN, INT64_MAX), values[i]);
        T_EQ(aw_rd_end(&rd), AW_OK);
    }
    rd = reader("1b8000000000000000");
    T_EQ(aw_rd_int(&rd, INT64_MIN, INT64_MAX), 0);
    T_EQ(aw_rd_end(&rd), AW_E_RANGE);
    rd = reader("3b8000000000000000");
    T_EQ(aw_rd_int(&rd, INT64_MIN, INT64_MAX), 0);
    T_EQ(aw_rd_end(&rd), AW_E_RANGE);
    rd = reader("29");
    T_EQ(aw_rd_int(&rd, -9, 9), 0);
    T_EQ(aw_rd_end(&rd), AW_E_RANGE);
    rd = reader("0a");
    T_EQ(aw_rd_int(&rd, -9, 9), 0);
    T_EQ(aw_rd_end(&rd), AW_E_RANGE);
    rd = reader("40");
    T_EQ(aw_rd_int(&rd, -9, 9), 0);
    T_EQ(aw_rd_end(&rd), AW_E_FORMAT);
    rd = reader("3801");
    T_EQ(aw_rd_int(&rd, -9, 9), 0);
    T_EQ(aw_rd_end(&rd), AW_E_FORMAT);
}

/* Goal: a map is walked to its end, and its keys must ascend.
 * Method: good, equal and descending keys; a key of another type. */
static void test_map(void)
{
    struct aw_rd rd = reader("a3 00 f5 05 41 aa 18 64 61 7a");
    struct aw_rd_map map;
    uint32_t key = 99;

    aw_rd_map(&rd, &map);
    T_TRUE(aw_rd_key(&rd, &map, &key));
    T_EQ(key, 0);
    T_TRUE(aw_rd_bool(&rd));
    T_TRUE(aw_rd_key(&rd, &map, &key));
    T_EQ(key, 5);
    T_EQ(aw_rd_bytes(&rd, 0, 9).ptr[0], 0xaa);
    T_TRUE(aw_rd_key(&rd, &map, &key));
    T_EQ(key, 100);
    T_EQ(aw_rd_text(&rd, 1, 1).ptr[0], 'z');
    T_TRUE(!aw_rd_key(&rd, &map, &key));
    T_EQ(aw_rd_end(&rd), AW_OK);

    static const char *const bad[] = {"a205000500", "a205000400", "a120 00", "a1617a00"};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        rd = reader(bad[i]);
        aw_rd_map(&rd, &map);
        while (aw_rd_key(&rd, &map, &key))
            (void)aw_rd_uint(&rd, 0, 9);
        T_EQ(aw_rd_end(&rd), AW_E_FORMAT);
    }
}

/* Goal: the first error stays, what follows returns nothing and moves nothing.
 * Method: a range error, then reads that would succeed, then one that would fail otherwise. */
static void test_sticky(void)
{
    struct aw_rd rd = reader("01 07 02 03 f5 41 00");
    uint8_t untouched[1] = {0x55};
    struct aw_rd_map map;
    uint32_t key;

    T_EQ(aw_rd_uint(&rd, 0, 9), 1);
    T_EQ(aw_rd_uint(&rd, 0, 5), 0);
    T_EQ(rd.error_pos, 1);
    T_EQ(aw_rd_uint(&rd, 0, 9), 0);
    T_EQ(aw_rd_int(&rd, 0, 9), 0);
    T_TRUE(!aw_rd_bool(&rd));
    T_EQ(aw_rd_array(&rd, 0, 9), 0);
    T_TRUE(aw_rd_bytes(&rd, 0, 9).ptr == NULL);
    T_TRUE(aw_rd_text(&rd, 0, 9).ptr == NULL);
    aw_rd_bytes_fixed(&rd, untouched, 1);
    T_EQ(untouched[0], 0x55);
    aw_rd_map(&rd, &map);
    T_TRUE(!aw_rd_key(&rd, &map, &key));
    aw_rd_fail(&rd, AW_E_FORMAT);
    T_TRUE(!aw_rd_more(&rd));
    T_EQ(aw_rd_end(&rd), AW_E_RANGE);
    T_EQ(aw_rd_end_padded(&rd), AW_E_RANGE);
    T_EQ(rd.error_pos, 1);
}

/* Goal: the three ways to end: nothing behind, zeros behind, the next item of a sequence.
 * Method: the same bytes with each. */
static void test_ends(void)
{
    struct aw_rd rd = reader("01 00 00");

    T_EQ(aw_rd_uint(&rd, 0, 9), 1);
    T_TRUE(aw_rd_more(&rd));
    T_EQ(aw_rd_pos(&rd), 1);
    T_EQ(aw_rd_end_padded(&rd), AW_OK);
    rd = reader("01 00 00");
    T_EQ(aw_rd_uint(&rd, 0, 9), 1);
    T_EQ(aw_rd_end(&rd), AW_E_FORMAT);
    rd = reader("01 00 01");
    T_EQ(aw_rd_uint(&rd, 0, 9), 1);
    T_EQ(aw_rd_end_padded(&rd), AW_E_FORMAT);
    T_EQ(rd.error_pos, 2);
    aw_rd_init(&rd, (struct aw_bytes){NULL, 0});
    T_TRUE(!aw_rd_more(&rd));
    T_EQ(aw_rd_end(&rd), AW_OK);
    T_EQ(aw_rd_uint(&rd, 0, 9), 0);
    T_EQ(aw_rd_end(&rd), AW_E_FORMAT);
}

/* Goal: strings and arrays within their bounds, of the type asked for.
 * Method: one fault each, with the status that it has. */
static void test_strings(void)
{
    struct aw_rd rd = reader("42 0102");
    uint8_t out[2] = {9, 9};

    aw_rd_bytes_fixed(&rd, out, 2);
    T_EQ(aw_rd_end(&rd), AW_OK);
    T_MEM_EQ(out, "\x01\x02", 2);
    rd = reader("43 010203");
    aw_rd_bytes_fixed(&rd, out, 2);
    T_EQ(aw_rd_end(&rd), AW_E_RANGE);
    rd = reader("62 0102");
    (void)aw_rd_bytes(&rd, 0, 9);
    T_EQ(rd.status, AW_E_FORMAT);
    rd = reader("42 6161");
    (void)aw_rd_text(&rd, 0, 9);
    T_EQ(rd.status, AW_E_FORMAT);
    rd = reader("62 c328");
    (void)aw_rd_text(&rd, 0, 9);
    T_EQ(rd.status, AW_E_FORMAT);
    rd = reader("62 6161");
    (void)aw_rd_text(&rd, 0, 1);
    T_EQ(rd.status, AW_E_RANGE);
    rd = reader("83 00 00 00");
    T_EQ(aw_rd_array(&rd, 0, 3), 3);
    rd = reader("83 00 00 00");
    T_EQ(aw_rd_array(&rd, 0, 2), 0);
    T_EQ(rd.status, AW_E_RANGE);
    rd = reader("83 00 00");
    T_EQ(aw_rd_array(&rd, 0, 9), 0);
    T_EQ(rd.status, AW_E_FORMAT);
    rd = reader("f6");
    T_TRUE(!aw_rd_bool(&rd));
    T_EQ(rd.status, AW_E_FORMAT);
}

static void write_sample(struct aw_wr *wr)
{
    aw_wr_map(wr, 2);
    aw_wr_uint(wr, 0);
    aw_wr_array(wr, 3);
    aw_wr_int(wr, -500);
    aw_wr_bool(wr, true);
    aw_wr_text(wr, (struct aw_bytes){(const uint8_t *)"hi", 2});
    aw_wr_uint(wr, 1);
    aw_wr_bytes(wr, (struct aw_bytes){(const uint8_t *)"\0\1", 2});
}

/* Goal: the writer appends exactly this, or nothing.
 * Method: every capacity from 0 to enough, with bytes in front that must stay. */
static void test_writer(void)
{
    size_t need_len;
    struct aw_wr wr;
    struct aw_buf buf = AW_BUF_OF(space);

    aw_wr_init(&wr, &buf);
    write_sample(&wr);
    T_EQ(aw_wr_end(&wr), AW_OK);
    T_HEX_EQ(space, buf.len, "a20083 3901f3 f5 626869 01420001");
    T_EQ(aw_cbor_judge(aw_buf_bytes(&buf)).reason, AW_JUDGE_ACCEPTED);
    need_len = buf.len;
    for (size_t room = 0; room <= need_len; room++) {
        buf = (struct aw_buf){space, 3 + room, 3};
        memset(space, 0xee, sizeof space);
        aw_wr_init(&wr, &buf);
        write_sample(&wr);
        T_EQ(aw_wr_end(&wr), room < need_len ? AW_E_SPACE : AW_OK);
        T_EQ(buf.len, room < need_len ? 3 : 3 + need_len);
        T_EQ(space[3 + room], 0xee);
        T_EQ(space[2], 0xee);
    }
    buf = (struct aw_buf){NULL, 0, 0};
    aw_wr_init(&wr, &buf);
    write_sample(&wr);
    T_EQ(aw_wr_end(&wr), AW_E_SPACE);
}

/* Goal: padding fills a cell, and never cuts; the first failure stays.
 * Method: exact, one too short, beyond the buffer; text that is not UTF-8, then much else. */
static void test_writer_pad_and_fail(void)
{
    struct aw_buf buf = {space, 32, 0};
    struct aw_wr wr;

    memset(space, 0xee, sizeof space);
    aw_wr_init(&wr, &buf);
    aw_wr_uint(&wr, 1000);
    aw_wr_pad(&wr, 8);
    T_EQ(aw_wr_end(&wr), AW_OK);
    T_HEX_EQ(space, buf.len, "1903e80000000000");
    T_EQ(space[8], 0xee);
    aw_wr_init(&wr, &buf);
    aw_wr_uint(&wr, 1000);
    aw_wr_pad(&wr, 2);
    T_EQ(aw_wr_end(&wr), AW_E_SPACE);
    T_EQ(buf.len, 8);
    aw_wr_init(&wr, &buf);
    aw_wr_pad(&wr, 25);
    T_EQ(aw_wr_end(&wr), AW_E_SPACE);
    aw_wr_init(&wr, &buf);
    aw_wr_text(&wr, (struct aw_bytes){(const uint8_t *)"\xc3", 1});
    aw_wr_fail(&wr, AW_E_RANGE);
    aw_wr_uint(&wr, 1);
    T_EQ(aw_wr_end(&wr), AW_E_FORMAT);
    T_EQ(buf.len, 8);
}

/* Goal: a reader that has failed gives nothing any more, whatever is asked of it, and keeps its
 * first failure and the place of it. spec/03-wire.md §2: "Keys of a map MUST be in ascending order,
 * each at most once." Method: failed by hand, by a wrong type, and by the order of keys; then every
 * getter. */
static void test_failed_reader(void)
{
    static const char *const good[] = {"a10102", "02", "21", "f5", "8101", "4101", "6161"};
    struct aw_rd_map map = {5, 7};
    struct aw_bytes value;
    uint8_t byte = 9;
    uint32_t key = 77;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct aw_rd rd = reader(good[i]);

        aw_rd_fail(&rd, AW_E_VERSION);
        aw_rd_fail(&rd, AW_E_RANGE); /* too late */
        map = (struct aw_rd_map){5, 0};
        T_TRUE(!aw_rd_key(&rd, &map, &key));
        T_EQ(map.left, 5);
        T_EQ(key, 77);
        aw_rd_map(&rd, &map);
        T_TRUE(map.left == 0 && map.key_min == 0);
        T_EQ(aw_rd_uint(&rd, 0, 9), 0);
        T_EQ(aw_rd_int(&rd, -9, 9), 0);
        T_TRUE(!aw_rd_bool(&rd));
        T_EQ(aw_rd_array(&rd, 0, 9), 0);
        value = aw_rd_bytes(&rd, 0, 9);
        T_TRUE(value.ptr == NULL && value.len == 0);
        value = aw_rd_text(&rd, 0, 9);
        T_TRUE(value.ptr == NULL && value.len == 0);
        aw_rd_bytes_fixed(&rd, &byte, 1);
        T_EQ(byte, 9);
        T_TRUE(!aw_rd_more(&rd));
        T_EQ(aw_rd_pos(&rd), 0);
        T_EQ(rd.error_pos, 0);
        T_EQ(aw_rd_end(&rd), AW_E_VERSION);
        T_EQ(aw_rd_end_padded(&rd), AW_E_VERSION);
    }
}

/* Goal: each kind of item read as another one is a fault of form, at its place.
 * Method: behind a first item, so that the place is not the start. */
static void test_wrong_kind(void)
{
    struct aw_bytes value;
    struct aw_rd_map map = {5, 7};
    struct aw_rd rd = reader("016161");

    T_EQ(aw_rd_uint(&rd, 1, 1), 1);
    T_EQ(aw_rd_int(&rd, -9, 9), 0);
    T_EQ(rd.error_pos, 1);
    T_EQ(aw_rd_end(&rd), AW_E_FORMAT);
    rd = reader("0101");
    T_EQ(aw_rd_uint(&rd, 1, 1), 1);
    T_TRUE(!aw_rd_bool(&rd));
    T_EQ(rd.error_pos, 1);
    T_EQ(aw_rd_end(&rd), AW_E_FORMAT);
    rd = reader("0161ff"); /* text, but not UTF-8 */
    T_EQ(aw_rd_uint(&rd, 1, 1), 1);
    value = aw_rd_text(&rd, 0, 9);
    T_TRUE(value.ptr == NULL && value.len == 0);
    T_EQ(rd.error_pos, 1);
    T_EQ(aw_rd_end(&rd), AW_E_FORMAT);
    rd = reader("01");
    aw_rd_map(&rd, &map);
    T_TRUE(map.left == 0 && map.key_min == 0);
    T_EQ(aw_rd_end(&rd), AW_E_FORMAT);
}

/* Goal: booleans, empty maps, the largest key, and keys out of order.
 * Method: each, and what is one beside it. */
static void test_maps_and_bools(void)
{
    struct aw_rd_map map;
    uint32_t key = 77;
    uint8_t byte = 0;
    struct aw_rd rd = reader("f4f5");

    T_TRUE(!aw_rd_bool(&rd));
    T_TRUE(aw_rd_bool(&rd));
    T_EQ(aw_rd_end(&rd), AW_OK);

    rd = reader("a0");
    aw_rd_map(&rd, &map);
    T_TRUE(!aw_rd_key(&rd, &map, &key));
    T_EQ(aw_rd_end(&rd), AW_OK);

    rd = reader("a11afffffffe4107");
    aw_rd_map(&rd, &map);
    T_TRUE(aw_rd_key(&rd, &map, &key));
    T_EQ(key, UINT32_MAX - 1);
    aw_rd_bytes_fixed(&rd, &byte, 1);
    T_EQ(byte, 7);
    T_EQ(aw_rd_end(&rd), AW_OK);
    rd = reader("a11affffffff00");
    aw_rd_map(&rd, &map);
    T_TRUE(!aw_rd_key(&rd, &map, &key));
    T_EQ(aw_rd_end(&rd), AW_E_RANGE);

    for (int is_twice = 0; is_twice < 2; is_twice++) {
        rd = reader(is_twice == 1 ? "a202000200" : "a202000100");
        aw_rd_map(&rd, &map);
        T_TRUE(aw_rd_key(&rd, &map, &key));
        T_EQ(aw_rd_uint(&rd, 0, 0), 0);
        T_TRUE(!aw_rd_key(&rd, &map, &key));
        T_EQ(key, 2);
        T_EQ(rd.error_pos, 3);
        T_EQ(aw_rd_end(&rd), AW_E_FORMAT);
    }

    rd = reader("01000000"); /* what is behind is padding, and is read */
    T_EQ(aw_rd_uint(&rd, 1, 1), 1);
    T_EQ(aw_rd_end_padded(&rd), AW_OK);
    T_EQ(aw_rd_pos(&rd), 4);
    T_EQ(aw_rd_end(&rd), AW_OK);
}

/* Goal: text that ends within a character is looked at no further than it goes.
 * Method: cut off where each rule would look at a byte behind; what lies there would be let
 * through. */
static void test_text_cut_off(void)
{
    static const char *const whole[] = {"c2a9", "d881", "e28281", "e28080"};

    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        uint8_t bytes[3];
        size_t len = t_unhex(whole[i], bytes, sizeof bytes);

        T_TRUE(aw_utf8_is_printable((struct aw_bytes){bytes, len}));
        for (size_t cut = 1; cut < len; cut++)
            T_TRUE(!aw_utf8_is_printable((struct aw_bytes){bytes, cut}));
    }
}

int main(void)
{
    T_RUN(test_uint);
    T_RUN(test_int);
    T_RUN(test_map);
    T_RUN(test_sticky);
    T_RUN(test_ends);
    T_RUN(test_strings);
    T_RUN(test_writer);
    T_RUN(test_writer_pad_and_fail);
    T_RUN(test_failed_reader);
    T_RUN(test_wrong_kind);
    T_RUN(test_maps_and_bools);
    T_RUN(test_text_cut_off);
    return t_end();
}
