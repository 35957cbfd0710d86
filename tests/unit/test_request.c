/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "base/bytes.h"
#include "wire/answer.h"
#include "wire/rd.h"
#include "wire/request.h"

static uint8_t keys[3][32];
static uint8_t bulk[AW_REQUEST_BULK_LEN];

static struct aw_request sample(uint8_t op, uint32_t number)
{
    struct aw_request r = {.number = number, .op = op};

    if (op == AW_REQUEST_CREATE) {
        r.token = keys[0];
        r.read_key = keys[1];
        r.deposit_key = keys[2];
    } else {
        r.capability = keys[0];
    }
    if (op == AW_REQUEST_DEPOSIT)
        r.cell = (struct aw_bytes){bulk, number % 2 != 0 ? AW_REQUEST_BULK_LEN : 512};
    if (op == AW_REQUEST_ARM) {
        r.cell = (struct aw_bytes){bulk, AW_REQUEST_CELL_LEN};
        r.after_s = 1 + number % AW_REQUEST_ARM_MAX_S;
    }
    if (op == AW_REQUEST_TAKE)
        r.upto = number * UINT64_C(77777777777);
    return r;
}

static void same_key(const uint8_t *a, const uint8_t *b)
{
    T_EQ(a == NULL, b == NULL);
    if (a != NULL && b != NULL)
        T_MEM_EQ(a, b, 32);
}

/* Goal: each op with each width of number comes back as it was, and the reader stops behind it.
 * Method: encode, decode, encode; numbers on both sides of each head width. */
static void test_request_round_trip(void)
{
    static const uint32_t numbers[] = {
        0,     1,     22,    23,       24, 25,    255,   256,   257,        65534,
        65535, 65536, 65537, 1u << 29, 8,  10000, 99999, 12345, UINT32_MAX, UINT32_MAX - 1};
    static uint8_t space[AW_REQUEST_LEN_MAX + 1], again[AW_REQUEST_LEN_MAX + 1];

    for (uint8_t op = 1; op <= 7; op++) {
        for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
            struct aw_request r = sample(op, numbers[i]), got;
            struct aw_buf buf = AW_BUF_OF(space), buf2 = AW_BUF_OF(again);
            struct aw_bytes in;

            T_REQUIRE(aw_request_encode(&r, &buf) == AW_OK);
            if (op != AW_REQUEST_DEPOSIT && op != AW_REQUEST_ARM)
                T_TRUE(buf.len <= AW_REQUEST_SMALL_MAX);
            space[buf.len] = 0xff; /* what follows is not looked at */
            in = (struct aw_bytes){space, buf.len + 1};
            T_REQUIRE(aw_request_decode(&got, &in) == AW_OK);
            T_EQ(in.len, 1);
            in = (struct aw_bytes){space, buf.len}; /* nor needed */
            T_REQUIRE(aw_request_decode(&got, &in) == AW_OK);
            T_EQ(in.len, 0);
            T_EQ(got.number, r.number);
            T_EQ(got.op, r.op);
            T_EQ(got.upto, r.upto);
            T_EQ(got.after_s, r.after_s);
            same_key(got.capability, r.capability);
            same_key(got.token, r.token);
            same_key(got.read_key, r.read_key);
            same_key(got.deposit_key, r.deposit_key);
            T_TRUE(aw_bytes_equal(got.cell, r.cell));
            T_REQUIRE(aw_request_encode(&got, &buf2) == AW_OK);
            T_EQ(buf2.len, buf.len);
            T_MEM_EQ(space, again, buf.len);
            buf2 = (struct aw_buf){again, buf.len - 1, 0};
            T_EQ(aw_request_encode(&got, &buf2), AW_E_SPACE);
            T_EQ(buf2.len, 0);
        }
    }
}

/* Goal: exactly the fields of the op: one missing, one too many, an unknown one are refused.
 * Method: build the map of each op key by key, with every subset of the nine keys. */
static void test_request_fields(void)
{
    static const unsigned want[8] = {0, 0x73, 0x0f, 0x07, 0x87, 0x07, 0x07, 0x10f};
    static uint8_t space[1024];

    for (uint8_t op = 0; op <= 8; op++) {
        for (unsigned set = 0; set < 512; set++) {
            size_t len = 1;
            struct aw_request got;
            struct aw_bytes in;
            bool good;

            space[0] = 0xa0;
            for (uint8_t key = 0; key < 9; key++) {
                if ((set >> key & 1) == 0)
                    continue;
                space[0]++;
                space[len++] = key;
                if (key == 0 || key >= 7) {
                    space[len++] = 5;
                } else if (key == 1) {
                    space[len++] = op;
                } else if (key == 3) {
                    memcpy(space + len, "\x59\x02\x00", 3);
                    memset(space + len + 3, 7, 512);
                    len += 515;
                } else {
                    memcpy(space + len, "\x58\x20", 2);
                    memset(space + len + 2, key, 32);
                    len += 34;
                }
            }
            in = (struct aw_bytes){space, len};
            good = op >= 1 && op <= 7 && set == want[op];
            T_EQ(aw_request_decode(&got, &in) == AW_OK, good);
            T_EQ(in.len, good ? 0 : len);
        }
    }
}

/* Goal: a switch holds a small cell, for 1 s to 31 days; all else is refused, nothing is read.
 * Method: encode what is at each bound, change the bytes to what lies beyond. */
static void test_arm_range(void)
{
    static const uint32_t good[] = {1, 23, 24, 300, 65536, AW_REQUEST_ARM_MAX_S};
    static uint8_t space[20000];
    struct aw_request r = sample(AW_REQUEST_ARM, 5), got;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct aw_buf buf = AW_BUF_OF(space);
        struct aw_bytes in;

        r.after_s = good[i];
        T_REQUIRE(aw_request_encode(&r, &buf) == AW_OK);
        in = aw_buf_bytes(&buf);
        T_EQ(aw_request_decode(&got, &in), AW_OK);
        T_EQ(got.after_s, good[i]);
        if (good[i] != 1 && good[i] != AW_REQUEST_ARM_MAX_S)
            continue;
        space[buf.len - 1] = (uint8_t)(space[buf.len - 1] + (good[i] == 1 ? -1 : 1));
        in = aw_buf_bytes(&buf);
        T_EQ(aw_request_decode(&got, &in), AW_E_RANGE);
        T_EQ(in.len, buf.len);
        T_EQ(got.number, 5);
    }
    for (int is_bulk = 0; is_bulk < 2; is_bulk++) {
        struct aw_buf buf = AW_BUF_OF(space);
        struct aw_bytes in;

        r.after_s = 1;
        r.cell.len = is_bulk != 0 ? AW_REQUEST_BULK_LEN : AW_REQUEST_CELL_LEN;
        T_REQUIRE(aw_request_encode(&r, &buf) == AW_OK);
        in = aw_buf_bytes(&buf);
        T_EQ(aw_request_decode(&got, &in), is_bulk != 0 ? AW_E_RANGE : AW_OK);
    }
}

/* Goal: the short way for deposits refuses and accepts what the general way does.
 * Method: every single-byte change and every cut of a deposit; an accepted one must encode to the
 * same bytes. */
static void test_deposit_bytes(void)
{
    static uint8_t space[1024], again[1024];
    struct aw_request r = sample(AW_REQUEST_DEPOSIT, 0x10000), got;
    struct aw_buf buf = AW_BUF_OF(space);

    T_REQUIRE(aw_request_encode(&r, &buf) == AW_OK);
    for (size_t i = 0; i < 60; i++) {
        for (unsigned v = 0; v < 256; v++) {
            uint8_t old = space[i];
            struct aw_bytes in = {space, buf.len};
            struct aw_buf buf2 = AW_BUF_OF(again);

            space[i] = (uint8_t)v;
            if (aw_request_decode(&got, &in) == AW_OK) {
                T_REQUIRE(aw_request_encode(&got, &buf2) == AW_OK);
                T_EQ(buf2.len, buf.len - in.len);
                T_MEM_EQ(space, again, buf2.len);
            } else {
                T_EQ(in.len, buf.len);
            }
            space[i] = old;
        }
    }
    for (size_t len = 0; len < buf.len; len++) {
        uint8_t *exact = malloc(len + 1);
        struct aw_bytes in = {exact, len};

        T_REQUIRE(exact != NULL);
        memcpy(exact, space, len);
        T_TRUE(aw_request_decode(&got, &in) != AW_OK);
        free(exact);
    }
}

/* Goal: answers and deliveries come back as they were; the statuses that a kind may not carry
 * are refused.
 * Method: encode, decode; then hand-made bytes. */
static void test_answers(void)
{
    static const struct aw_answer samples[] = {
        {.number = 0, .kind = AW_ANSWER_PLAIN, .status = 0},
        {.number = UINT32_MAX, .kind = AW_ANSWER_PLAIN, .status = 8},
        {.number = 77, .kind = AW_ANSWER_COUNTED, .at = UINT32_MAX, .waiting = UINT32_MAX},
        {.number = UINT32_MAX, .kind = AW_ANSWER_COUNTED, .at = UINT32_MAX, .waiting = UINT32_MAX},
        {.number = 1000, .kind = AW_ANSWER_RETRY, .status = 3, .retry_after = 3600},
        {.number = UINT32_MAX,
         .kind = AW_ANSWER_DELIVERY,
         .cell_no = UINT64_MAX,
         .at = UINT32_MAX,
         .cell = {bulk, 512}},
        {.number = 24, .kind = AW_ANSWER_DELIVERY, .cell_no = 1, .at = 1, .cell = {bulk, 16384}},
    };
    static const char *const bad[] = {
        "a20000 0109",            /* status 9 */
        "a4 0000 0101 0200 0300", /* counted, not ok */
        "a3 0000 0101 0705",      /* retry, not rate */
        "a3 0000 0103 0700",      /* retry at once */
        "a3 0000 0103 07190e11",  /* retry after 3601 s */
        "a1 0000",                /* nothing said */
        "a3 0000 0100 0200",      /* half of a count */
        "a2 0100 0000",           /* keys out of order */
        "a2 180000 0100",         /* longer than needed */
        "a3 0000 0100 0800",      /* unknown key */
    };
    static uint8_t space[20000], again[20000];
    struct aw_answer got;

    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct aw_buf buf = AW_BUF_OF(space), buf2 = AW_BUF_OF(again);
        struct aw_bytes in;

        T_REQUIRE(aw_answer_encode(&samples[i], &buf) == AW_OK);
        T_TRUE(buf.len - samples[i].cell.len <= AW_DELIVERY_HEAD_MAX);
        if (samples[i].kind != AW_ANSWER_DELIVERY)
            T_TRUE(buf.len <= AW_ANSWER_LEN_MAX);
        in = aw_buf_bytes(&buf);
        T_REQUIRE(aw_answer_decode(&got, &in) == AW_OK);
        T_EQ(in.len, 0);
        T_EQ(got.kind, samples[i].kind);
        T_EQ(got.at, samples[i].at);
        T_EQ(got.waiting, samples[i].waiting);
        T_EQ(got.cell_no, samples[i].cell_no);
        T_REQUIRE(aw_answer_encode(&got, &buf2) == AW_OK);
        T_EQ(buf2.len, buf.len);
        T_MEM_EQ(space, again, buf.len);
        for (size_t cap = 0; cap < buf.len && cap < 64; cap++) {
            buf2 = (struct aw_buf){again, cap, 0};
            T_EQ(aw_answer_encode(&samples[i], &buf2), AW_E_SPACE);
            T_EQ(buf2.len, 0);
        }
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct aw_bytes in = {space, t_unhex(bad[i], space, sizeof space)};

        T_TRUE(aw_answer_decode(&got, &in) != AW_OK);
    }
}

int main(void)
{
    struct t_rng rng = t_rng(1);

    t_rng_bytes(&rng, keys[0], sizeof keys);
    t_rng_bytes(&rng, bulk, sizeof bulk);
    T_RUN(test_request_round_trip);
    T_RUN(test_request_fields);
    T_RUN(test_arm_range);
    T_RUN(test_deposit_bytes);
    T_RUN(test_answers);
    return t_end();
}
