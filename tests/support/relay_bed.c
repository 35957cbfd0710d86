/* SPDX-License-Identifier: ISC */
#include "relay_bed.h"

#include "base/bytes.h"
#include "crypto/verify.h"

#define MESSAGE_MAX 4096

static enum aw_status load_one(void *ctx, uint64_t key, struct aw_bytes value)
{
    const void **args = ctx;

    return aw_relay_load((struct aw_relay *)(uintptr_t)args[0], *(const uint8_t *)args[1], key,
                         value);
}

/* The last block given back is kept: a trace of actions starts a hundred engines. */
static void *spare;
static size_t spare_len;

static void *memory_take(size_t len)
{
    void *memory = spare;

    spare = NULL;
    if (memory != NULL && spare_len == len) {
        memset(memory, 0, len);
    } else {
        free(memory);
        memory = calloc(1, len);
    }
    T_REQUIRE(memory != NULL);
    return memory;
}

static void memory_give(void *memory, size_t len)
{
    free(spare);
    spare = memory;
    spare_len = len;
}

static void start(struct relay_bed *bed)
{
    size_t len = aw_relay_memory_len(&bed->config);
    struct aw_random random = t_random(&bed->rng);

    bed->memory = memory_take(len);
    T_REQUIRE(aw_relay_init(&bed->relay, bed->memory, len, &bed->config, &random) == AW_OK);
    for (uint8_t space = 1; space <= AW_RELAY_SPACE_BLOCK; space++) {
        const void *args[2] = {bed->relay, &space};

        T_REQUIRE(bed->store.vtable->scan(bed->store.self, space, load_one, args) == AW_OK);
    }
    aw_relay_start(bed->relay, bed->now);
    for (uint32_t link = 0; link < bed->config.link_count; link++)
        aw_relay_link_open(bed->relay, link);
    bed->is_under_way = false;
}

void bed_open(struct relay_bed *bed, const struct aw_relay_config *config)
{
    *bed = (struct relay_bed){.config = *config, .rng = t_rng(7)};
    bed->now = (struct aw_now){.mono_ms = 1000000, .wall_ms = UINT64_C(1700000000000)};
    T_REQUIRE(aw_store_memory_open(&bed->store) == AW_OK);
    start(bed);
}

static void stop(struct relay_bed *bed)
{
    aw_relay_wipe(bed->relay);
    memory_give(bed->memory, aw_relay_memory_len(&bed->config));
}

void bed_close(struct relay_bed *bed)
{
    stop(bed);
    bed->store.vtable->close(bed->store.self);
}

void bed_crash(struct relay_bed *bed)
{
    stop(bed);
    start(bed);
}

enum aw_status bed_send(struct relay_bed *bed, uint32_t link, const struct aw_request *request)
{
    static uint8_t space[AW_REQUEST_LEN_MAX];
    struct aw_buf buf = AW_BUF_OF(space);
    enum aw_status status;
    size_t used;

    T_REQUIRE(aw_request_encode(request, &buf) == AW_OK);
    status = aw_relay_feed(bed->relay, link, aw_buf_bytes(&buf), &used, bed->now);
    T_REQUIRE(used == (status == AW_OK ? buf.len : 0));
    return status;
}

bool bed_begin(struct relay_bed *bed)
{
    bool begun = aw_relay_batch_next(bed->relay, &bed->batch, bed->now);

    T_REQUIRE(!(begun && bed->is_under_way));
    bed->is_under_way = bed->is_under_way || begun;
    return begun;
}

void bed_write(struct relay_bed *bed)
{
    T_REQUIRE(bed->is_under_way);
    T_REQUIRE(bed->store.vtable->commit(bed->store.self, bed->batch.ops, bed->batch.op_count) ==
              AW_OK);
}

void bed_end(struct relay_bed *bed, enum aw_status status)
{
    if (status == AW_OK)
        bed_write(bed);
    aw_relay_committed(bed->relay, status, bed->now);
    bed->is_under_way = false;
}

void bed_settle(struct relay_bed *bed)
{
    if (bed->is_under_way)
        bed_end(bed, AW_OK);
    for (int i = 0; i < 3; i++) {
        while (bed_begin(bed))
            bed_end(bed, AW_OK);
        bed->now.mono_ms += AW_RELAY_LAZY_MS + AW_RELAY_RETRY_MS;
    }
}

size_t bed_recv(struct relay_bed *bed, uint32_t link, size_t frame_len, struct aw_answer *out,
                size_t cap)
{
    static uint8_t bytes[MESSAGE_MAX * 600];
    size_t at = 0;
    size_t count = 0;

    for (;;) {
        struct aw_buf frame = {bytes + at, frame_len, 0};
        struct aw_relay_fetch fetch[4];
        size_t fetch_count;
        struct aw_bytes in;

        T_REQUIRE(at + frame_len <= sizeof bytes);
        fetch_count =
            aw_relay_output(bed->relay, link, &frame, fetch, sizeof fetch / sizeof fetch[0]);
        for (size_t i = 0; i < fetch_count; i++) {
            struct aw_buf dst = {fetch[i].dst, fetch[i].len, 0};

            T_REQUIRE(bed->store.vtable->read(bed->store.self, AW_RELAY_SPACE_BLOCK, fetch[i].key,
                                              fetch[i].offset, &dst) == AW_OK);
        }
        if (frame.len == 0)
            return count;
        in = aw_buf_bytes(&frame);
        while (in.len > 0) {
            T_REQUIRE(count < cap);
            T_REQUIRE(aw_answer_decode(&out[count++], &in) == AW_OK);
        }
        at += frame.len;
    }
}

size_t bed_tidy(struct relay_bed *bed, size_t most)
{
    struct aw_relay_fetch fetch;
    size_t count = 0;

    aw_relay_tick(bed->relay, bed->now);
    while (count < most && aw_relay_tidy_next(bed->relay, &fetch)) {
        struct aw_buf dst = {fetch.dst, fetch.len, 0};

        aw_relay_tidied(bed->relay, bed->store.vtable->read(bed->store.self, AW_RELAY_SPACE_BLOCK,
                                                            fetch.key, fetch.offset, &dst));
        count++;
    }
    return count;
}

void bed_token(struct relay_bed *bed, uint32_t quota, const char *wake, uint8_t token[32])
{
    struct aw_relay_token_info info = {.quota = quota, .label = "bed"};

    if (wake != NULL)
        memcpy(info.wake, wake, strlen(wake) + 1);
    T_REQUIRE(aw_relay_token_new(bed->relay, &info, token) == AW_OK);
    bed_settle(bed);
}

void bed_capability(uint32_t which, uint8_t out[32])
{
    memset(out, 0xc0, 32);
    aw_put_u32(out, which);
}

void bed_key(uint32_t which, uint8_t out[32])
{
    uint8_t capability[32];

    bed_capability(which, capability);
    aw_capability_hash(out, capability);
}

void bed_cell(uint32_t content, uint8_t *out, size_t len)
{
    memset(out, (int)(content & 0xff), len);
    aw_put_u32(out, content);
    aw_put_u32(out + len - 4, content);
}

uint32_t bed_content(struct aw_bytes cell)
{
    uint32_t content = aw_get_u32(cell.ptr);

    T_REQUIRE(aw_get_u32(cell.ptr + cell.len - 4) == content);
    T_REQUIRE(cell.ptr[cell.len / 2] == (content & 0xff));
    return content;
}

enum aw_status bed_create(struct relay_bed *bed, uint32_t link, uint32_t number, uint32_t box,
                          const uint8_t token[32])
{
    uint8_t read_key[32], deposit_key[32];
    struct aw_request r = {.number = number, .op = AW_REQUEST_CREATE, .token = token};

    bed_key(2 * box, read_key);
    bed_key(2 * box + 1, deposit_key);
    r.read_key = read_key;
    r.deposit_key = deposit_key;
    return bed_send(bed, link, &r);
}

enum aw_status bed_deposit(struct relay_bed *bed, uint32_t link, uint32_t number, uint32_t box,
                           uint32_t content, size_t len)
{
    static uint8_t cell[AW_RELAY_BULK_LEN];
    uint8_t capability[32];
    struct aw_request r = {
        .number = number, .op = AW_REQUEST_DEPOSIT, .capability = capability, .cell = {cell, len}};

    bed_capability(2 * box + 1, capability);
    bed_cell(content, cell, len);
    return bed_send(bed, link, &r);
}

enum aw_status bed_arm(struct relay_bed *bed, uint32_t link, uint32_t number, uint32_t box,
                       uint32_t content, uint32_t after_s)
{
    uint8_t cell[AW_RELAY_CELL_LEN];
    uint8_t capability[32];
    struct aw_request r = {.number = number,
                           .op = AW_REQUEST_ARM,
                           .capability = capability,
                           .cell = AW_BYTES_OF(cell),
                           .after_s = after_s};

    bed_capability(2 * box + 1, capability);
    bed_cell(content, cell, sizeof cell);
    return bed_send(bed, link, &r);
}

enum aw_status bed_op(struct relay_bed *bed, uint32_t link, uint32_t number, uint8_t op,
                      uint32_t box, uint64_t upto)
{
    uint8_t capability[32];
    struct aw_request r = {.number = number, .op = op, .capability = capability, .upto = upto};

    bed_capability(2 * box, capability);
    return bed_send(bed, link, &r);
}
