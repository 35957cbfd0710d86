/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "fuzz.h"
#include "support/cbor_oracle.h"
#include "wire/diag.h"
#include "wire/judge.h"
#include "wire/tables.h"

/*
 * Input: any bytes. Property: the judge agrees with a second program that shares no code with
 * it, libcbor takes what it accepts, its work is bounded by the length, and the notation of what
 * it accepts can be printed, with the names of any message.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t space[1 << 20];
    const struct aw_wire_map *map = aw_map_at(size > 0 ? data[size - 1] % 8 : 0);
    struct aw_judgement v = aw_cbor_judge((struct aw_bytes){data, size});
    struct aw_buf out = AW_BUF_OF(space);
    enum aw_status st;

    AW_ASSERT((v.reason == AW_JUDGE_ACCEPTED) == cbor_oracle_accepts(data, size));
    AW_ASSERT(v.reason != AW_JUDGE_ACCEPTED || cbor_libcbor_accepts(data, size));
    AW_ASSERT(v.item_count <= size + 1);
    AW_ASSERT(v.offset <= size);
    st = aw_cbor_diag((struct aw_bytes){data, size}, map, &out);
    AW_ASSERT((st == AW_E_FORMAT) == (v.reason != AW_JUDGE_ACCEPTED));
    for (size_t i = 0; i < out.len; i++)
        AW_ASSERT((space[i] >= 0x20 && space[i] != 0x7f) || space[i] == '\n');
    return 0;
}
