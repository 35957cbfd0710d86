/* SPDX-License-Identifier: ISC */
#ifndef AW_FUZZ_MESSAGE_H
#define AW_FUZZ_MESSAGE_H

#include "base/bytes.h"
#include "fuzz.h"
#include "wire/judge.h"
#include "wire/message.h"

#include <string.h>

#define FUZZ_MESSAGE_MAX 16384

/*
 * Property of every message with a table: what the decoder accepts is in the profile, and is
 * the only encoding of its meaning (spec/03-wire.md), so encoding the structure gives the input
 * back. What it refuses leaves the structure empty. With padding the same holds for the part in
 * front of the zeros.
 */
static inline void fuzz_message(const struct aw_wire_map *map, void *out, const uint8_t *data,
                                size_t size)
{
    static uint8_t space[FUZZ_MESSAGE_MAX];
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

#endif /* AW_FUZZ_MESSAGE_H */
