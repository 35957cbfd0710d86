/* SPDX-License-Identifier: ISC */
#include "bench.h"
#include "lab.h"
#include "sample.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/call.h"

#include <cbor.h>
#include <stdio.h>
#include <string.h>

/*
 * Codec: one check-in, all of its rules checked, beside libcbor's stream decoder running over
 * the same bytes with callbacks that do nothing. Under callgrind, --ours and --theirs count the
 * instructions of one side alone.
 */

struct input {
    struct aw_bytes bytes;
    struct aw_call call;
    uint8_t again[AW_CALL_LEN_MAX];
    unsigned item_count;
};

static void ours(void *ctx)
{
    struct input *in = ctx;
    enum aw_status st = aw_message_decode(&aw_call_map, &in->call, in->bytes);

    AW_ASSERT(st == AW_OK);
}

static void encode(void *ctx)
{
    struct input *in = ctx;
    struct aw_buf out = AW_BUF_OF(in->again);
    enum aw_status st = aw_message_encode(&aw_call_map, &in->call, &out);

    AW_ASSERT(st == AW_OK && out.len == in->bytes.len);
}

static void theirs(void *ctx)
{
    struct input *in = ctx;
    size_t at = 0;

    while (at < in->bytes.len) {
        struct cbor_decoder_result r =
            cbor_stream_decode(in->bytes.ptr + at, in->bytes.len - at, &cbor_empty_callbacks, NULL);

        AW_ASSERT(r.status == CBOR_DECODER_FINISHED);
        at += r.read;
        in->item_count++;
    }
}

static void find_checkin(struct aw_buf *out)
{
    const struct aw_wire_map *map;
    const char *name;
    size_t i;

    for (i = 0; sample_encode(i, &name, &map, out); i++) {
        if (strcmp(name, "call-checkin") == 0)
            return;
    }
    AW_UNREACHABLE();
}

int bench_codec(int argc, char **argv)
{
    static uint8_t space[SAMPLE_LEN_MAX];
    struct aw_buf buf = AW_BUF_OF(space);
    struct input in = {0};
    double a, b, c;

    find_checkin(&buf);
    in.bytes = aw_buf_bytes(&buf);
    if (argc == 2 && (strcmp(argv[1], "--ours") == 0 || strcmp(argv[1], "--theirs") == 0)) {
        unsigned i;

        for (i = 0; i < 10000; i++)
            (argv[1][2] == 'o' ? ours : theirs)(&in);
        return LAB_OK;
    }
    if (argc > 1)
        return bench_no_options("codec", argv[argc - 1]);
    a = bench_ns(ours, &in, 100000);
    b = bench_ns(theirs, &in, 100000);
    c = bench_ns(encode, &in, 100000);
    (void)printf("check-in of %zu bytes\n", in.bytes.len);
    (void)printf("  decode, strict             %7.0f ns\n", a);
    (void)printf("  libcbor stream decoder     %7.0f ns   ratio %.2f (target 1.30)\n", b, a / b);
    (void)printf("  encode                     %7.0f ns\n", c);
    return LAB_OK;
}
