/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "fuzz.h"
#include "mutate.h"
#include "wire/answer.h"

#include <string.h>

/*
 * Input: the plaintext of a frame from a relay. Property: each answer or delivery that is read has
 * one encoding, and reading stops at the first fault.
 */
const struct fuzz_grammar fuzz_grammar = {.rule = NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t space[AW_DELIVERY_HEAD_MAX + 16384];
    struct aw_bytes in = {data, size};
    struct aw_answer answer;

    while (in.len > 0) {
        const uint8_t *start = in.ptr;
        struct aw_buf again = AW_BUF_OF(space);
        enum aw_status st = aw_answer_decode(&answer, &in);

        AW_ASSERT(st == AW_OK || in.ptr == start);
        if (st != AW_OK)
            return 0;
        st = aw_answer_encode(&answer, &again);
        AW_ASSERT(st == AW_OK);
        AW_ASSERT(again.len == (size_t)(in.ptr - start));
        AW_ASSERT(memcmp(space, start, again.len) == 0);
    }
    return 0;
}
