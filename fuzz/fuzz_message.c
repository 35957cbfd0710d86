/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "fuzz.h"
#include "mutate.h"
#include "support/wire_fill.h"
#include "wire/judge.h"
#include "wire/tables.h"

/*
 * Input: one message of the rule FUZZ_RULE, perhaps padded; one target for each rule with a table.
 * Property: what the decoder accepts is in the profile, and is the only encoding of its meaning
 * (spec/03-wire.md), so encoding the structure gives the input back. What it refuses leaves the
 * structure empty. With padding the same holds for the part in front of the zeros.
 */

const struct fuzz_grammar fuzz_grammar = {.rule = FUZZ_RULE};

static void check(const struct aw_wire_map *map, void *out, const uint8_t *data, size_t size)
{
    static uint8_t space[WIRE_ENCODED_MAX];
    struct aw_buf again = AW_BUF_OF(space);
    struct aw_bytes in = {data, size};
    size_t used_len = 0;
    enum aw_status first = aw_message_decode_first(map, out, in, &used_len);
    enum aw_status exact, padded, st;

    for (size_t i = 0; first != AW_OK && i < map->struct_len; i++)
        AW_ASSERT(((const uint8_t *)out)[i] == 0);
    exact = aw_message_decode(map, out, in);
    AW_ASSERT((exact == AW_OK) == (first == AW_OK && used_len == size));
    padded = aw_message_decode_padded(map, out, in);
    AW_ASSERT(exact != AW_OK || padded == AW_OK);
    AW_ASSERT(first == AW_OK || padded == first);
    if (padded != AW_OK)
        return;
    st = aw_message_encode(map, out, &again);
    AW_ASSERT(st == AW_OK);
    AW_ASSERT(again.len == used_len);
    AW_ASSERT(memcmp(space, data, used_len) == 0);
    AW_ASSERT(aw_cbor_judge(aw_buf_bytes(&again)).reason == AW_JUDGE_ACCEPTED);
    for (size_t i = used_len; i < size; i++)
        AW_ASSERT(data[i] == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct aw_wire_map *map = aw_map_find(FUZZ_RULE);
    void *out; /* of exactly its size, so that a sanitizer sees beyond it */

    AW_ASSERT(map != NULL && map->struct_len <= WIRE_STRUCT_MAX);
    out = malloc(map->struct_len);
    AW_ASSERT(out != NULL);
    memset(out, 0xa5, map->struct_len);
    check(map, out, data, size);
    free(out);
    return 0;
}
