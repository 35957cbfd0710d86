/* SPDX-License-Identifier: ISC */
/*
 * Damaged stores of a relay: each byte of each of its rows, their lengths and keys. It starts with
 * what it can read whole, or not at all; it never dies of a row, and never serves from one that
 * another one contradicts.
 */
#include "support/relay_bed.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "relay/mailbox.h"
#include "relay/state.h"

static const struct aw_relay_config small = {
    .link_count = 3, .mailbox_count = 8, .cell_count = 512, .token_count = 4, .rate_burst = 100000};

#define ROWS_MAX 64

struct row {
    uint8_t space;
    uint64_t key;
    uint8_t *value;
    size_t len;
};

static struct row rows[ROWS_MAX];
static size_t row_count;

static enum aw_status keep_row(void *ctx, uint64_t key, struct aw_bytes value)
{
    struct row *r = &rows[row_count++];

    T_REQUIRE(row_count < ROWS_MAX);
    *r = (struct row){.space = *(const uint8_t *)ctx, .key = key, .len = value.len};
    r->value = malloc(value.len + 1);
    T_REQUIRE(r->value != NULL);
    memcpy(r->value, value.ptr, value.len);
    return AW_OK;
}

/* Two tokens, one that wakes; mailboxes with cells of both sizes, with some taken, dropped out of a
 * flood, or armed. */
static void make_rows(void)
{
    static struct aw_answer msgs[4096];
    struct relay_bed bed;
    uint8_t tokens[2][32];

    bed_open(&bed, &small);
    bed_token(&bed, 4, "ring", tokens[0]);
    bed_token(&bed, 4, NULL, tokens[1]);
    for (uint32_t box = 0; box < 4; box++)
        T_REQUIRE(bed_create(&bed, 0, 1, box, tokens[box % 2]) == AW_OK);
    bed_settle(&bed);
    (void)bed_recv(&bed, 0, 65000, msgs, 4096);
    for (uint32_t i = 0; i < 80; i++) {
        T_REQUIRE(bed_deposit(&bed, 0, i, i < 70 ? 0 : 1, i,
                              i % 20 == 19 ? AW_RELAY_BULK_LEN : AW_RELAY_CELL_LEN) == AW_OK);
        if (i % 16 == 0)
            bed_settle(&bed);
    }
    bed_settle(&bed);
    for (uint32_t i = 0; i < 3; i++)
        T_REQUIRE(bed_arm(&bed, 0, i, 1 + i, 100 + i, 3600) == AW_OK);
    bed_settle(&bed);
    for (uint8_t space = 1; space <= AW_RELAY_SPACE_BLOCK; space++)
        T_REQUIRE(bed.store.vtable->scan(bed.store.self, space, keep_row, &space) == AW_OK);
    bed_close(&bed);
}

static void *memory;
static struct aw_relay_config config;

/* Starts a relay from the rows, row `at` being another one. What it says; then it serves. */
static enum aw_status start(size_t at, uint64_t key, struct aw_bytes value, bool is_twice)
{
    struct t_rng rng = t_rng(3);
    struct aw_random random = t_random(&rng);
    const struct aw_now now = {.mono_ms = 1000000, .wall_ms = UINT64_C(1700000000000)};
    size_t len = aw_relay_memory_len(&config);
    enum aw_status st = AW_OK;
    struct aw_relay *relay;

    memset(memory, 0, len);
    T_REQUIRE(aw_relay_init(&relay, memory, len, &config, &random) == AW_OK);
    for (size_t i = 0; i < row_count && st == AW_OK; i++) {
        struct aw_bytes own = {rows[i].value, rows[i].len};

        if (i == at && value.ptr == NULL)
            continue;
        st =
            aw_relay_load(relay, rows[i].space, i == at ? key : rows[i].key, i == at ? value : own);
        if (st == AW_OK && i == at && is_twice)
            st = aw_relay_load(relay, rows[i].space, key + 1, value);
    }
    if (st == AW_OK) {
        struct aw_relay_batch batch;
        struct aw_now later = now;

        aw_relay_start(relay, now);
        for (unsigned round = 0; round < 3; round++) {
            later.mono_ms += 3600 * UINT64_C(1000) + 1;
            later.wall_ms += 3600 * UINT64_C(1000) + 1;
            aw_relay_tick(relay, later);
            while (aw_relay_batch_next(relay, &batch, later))
                aw_relay_committed(relay, AW_OK, later);
        }
    }
    aw_relay_wipe(relay);
    return st;
}

static unsigned tried, refused;

static void try_row(size_t at, uint64_t key, struct aw_bytes value, bool is_twice)
{
    enum aw_status st = start(at, key, value, is_twice);

    T_TRUE(st == AW_OK || st == AW_E_DAMAGED || st == AW_E_VERSION || st == AW_E_LIMIT);
    tried++;
    refused += st != AW_OK;
}

/* Goal: as above. Method: a relay with all kinds of rows; each byte near the beginning of a row,
 * and around each entry of a block, to the values beside it and to the ends of its range; each
 * length; keys out of range, out of order and twice. */
static void test_damage(void)
{
    static uint8_t space[1 << 17];
    const uint64_t keys[] = {0, 1, AW_STORE_KEY_MAX, AW_STORE_KEY_MAX + 1};
    struct aw_bytes none = {NULL, 0};

    for (size_t at = 0; at < row_count; at++) {
        const struct row *r = &rows[at];
        const size_t head_len = r->len < 140 ? r->len : 40;
        const uint8_t values[] = {0, 1, 2, 3, 0xff};

        for (size_t i = 0; i < head_len; i += t_step(5)) {
            memcpy(space, r->value, r->len);
            for (size_t v = 0; v < AW_COUNT(values) + 2; v++) {
                space[i] = v < AW_COUNT(values) ? values[v]
                                                : (uint8_t)(r->value[i] + (v % 2 == 0 ? 1 : -1));
                try_row(at, r->key, (struct aw_bytes){space, r->len}, false);
            }
        }
        memcpy(space, r->value, r->len);
        space[r->len] = 0;
        for (size_t len = 0; len <= head_len; len++)
            try_row(at, r->key, (struct aw_bytes){space, len}, false);
        try_row(at, r->key, (struct aw_bytes){space, r->len - 1}, false);
        try_row(at, r->key, (struct aw_bytes){space, r->len + 1}, false);
        for (size_t k = 0; k < AW_COUNT(keys); k++)
            try_row(at, keys[k], (struct aw_bytes){space, r->len}, false);
        try_row(at, r->key, (struct aw_bytes){space, r->len}, true);
        try_row(at, r->key, none, false);
    }
    T_TRUE(refused > tried / 10);
    T_EQ(start(ROWS_MAX, 0, none, false), AW_OK);
}

/* Goal: a relay that was given less room than its store needs says so, and serves nothing.
 * Method: tables that just hold the rows, and one place less each. */
static void test_room(void)
{
    const struct aw_bytes none = {NULL, 0};

    for (int what = 0; what < 3; what++) {
        enum aw_status st = AW_OK;

        config = small;
        while (st == AW_OK) {
            uint32_t *count = what == 0   ? &config.token_count
                              : what == 1 ? &config.mailbox_count
                                          : &config.cell_count;

            T_REQUIRE(*count > 1);
            --*count;
            st = start(ROWS_MAX, 0, none, false);
        }
        T_EQ(st, AW_E_LIMIT);
    }
    config = small;
}

/* Goal: two mailboxes with one key, a key that is both of a mailbox's, more gaps than there can
 * be: each contradicts what the relay wrote.
 * Method: keys copied within and between the rows of mailboxes. */
static void test_keys(void)
{
    static uint8_t space[1 << 17];
    const struct row *first = NULL;

    for (size_t at = 0; at < row_count; at++) {
        const struct row *r = &rows[at];

        if (r->space != AW_RELAY_SPACE_MAILBOX)
            continue;
        for (size_t what = 0; what < 4; what++) {
            if (first == NULL && what >= 2)
                continue;
            memcpy(space, r->value, r->len);
            if (what < 2)
                memcpy(space + 1 + 32 * what, r->value + 33 - 32 * what, 32);
            else
                memcpy(space + 1 + 32 * (what - 2), first->value + 1, 32);
            T_EQ(start(at, r->key, (struct aw_bytes){space, r->len}, false), AW_E_DAMAGED);
        }
        memset(space, 0, sizeof space);
        memcpy(space, r->value, AW_BOX_ROW_HEAD);
        space[AW_BOX_ROW_HEAD - 1] = AW_GAPS_MAX + 1;
        T_EQ(start(at, r->key,
                   (struct aw_bytes){space, AW_BOX_ROW_HEAD + 8 * ((size_t)AW_GAPS_MAX + 1)},
                   false),
             AW_E_DAMAGED);
        first = r;
    }
    T_TRUE(first != NULL);
}

/* Goal: what a relay cannot be made of is refused before anything is touched.
 * Method: each number of its configuration beyond its bound, too little memory, no random numbers;
 * then tokens that cannot be. */
static void test_limits(void)
{
    struct t_rng rng = t_rng(4);
    struct aw_random random = t_random(&rng);
    size_t len = aw_relay_memory_len(&small);
    struct aw_relay_token_info info = {.quota = 1, .label = "a"};
    struct aw_relay *relay;
    uint8_t token[AW_RELAY_KEY_LEN];

    for (int what = 0; what < 6; what++) {
        struct aw_relay_config bad = small;
        uint32_t *numbers[] = {&bad.link_count,  &bad.mailbox_count, &bad.cell_count,
                               &bad.token_count, &bad.rate_burst,    &bad.rate_interval_ms};

        *numbers[what] = UINT32_MAX;
        T_EQ(aw_relay_init(&relay, memory, len, &bad, &random), AW_E_RANGE);
    }
    T_EQ(aw_relay_init(&relay, memory, len - 1, &small, &random), AW_E_SPACE);
    rng.fills_left = 0;
    T_EQ(aw_relay_init(&relay, memory, len, &small, &random), AW_E_ENTROPY);
    rng.fills_left = UINT64_MAX;
    memset(memory, 0, len);
    T_EQ(aw_relay_init(&relay, memory, len, &small, &random), AW_OK);
    aw_relay_start(relay, (struct aw_now){1000000, UINT64_C(1700000000000)});
    info.quota = 0;
    T_EQ(aw_relay_token_new(relay, &info, token), AW_E_RANGE);
    info.quota = 1;
    memset(info.label, 'a', sizeof info.label);
    T_EQ(aw_relay_token_new(relay, &info, token), AW_E_RANGE);
    memset(info.label, 0, sizeof info.label);
    memset(info.wake, 'a', sizeof info.wake);
    T_EQ(aw_relay_token_new(relay, &info, token), AW_E_RANGE);
    memset(info.wake, 0, sizeof info.wake);
    rng.fills_left = 0;
    T_EQ(aw_relay_token_new(relay, &info, token), AW_E_ENTROPY);
    rng.fills_left = UINT64_MAX;
    for (uint32_t i = 0; i < small.token_count; i++)
        T_EQ(aw_relay_token_new(relay, &info, token), AW_OK);
    T_EQ(aw_relay_token_new(relay, &info, token), AW_E_LIMIT);
    aw_relay_wipe(relay);
}

/* Goal: what is no table of a relay is none. Method: spaces around the known ones. */
static void test_spaces(void)
{
    struct row kept = rows[0];

    for (unsigned space = 0; space < 256; space++) {
        if (space >= 1 && space <= AW_RELAY_SPACE_BLOCK)
            continue;
        rows[0].space = (uint8_t)space;
        T_EQ(start(ROWS_MAX, 0, (struct aw_bytes){NULL, 0}, false), AW_E_DAMAGED);
    }
    rows[0] = kept;
}

int main(void)
{
    memory = calloc(1, aw_relay_memory_len(&small));
    T_REQUIRE(memory != NULL);
    config = small;
    make_rows();
    T_RUN(test_damage);
    T_RUN(test_spaces);
    T_RUN(test_room);
    T_RUN(test_keys);
    T_RUN(test_limits);
    for (size_t i = 0; i < row_count; i++)
        free(rows[i].value);
    free(memory);
    return t_end();
}
