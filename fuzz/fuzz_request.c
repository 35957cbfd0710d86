/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "fuzz.h"
#include "mutate.h"
#include "wire/request.h"

#include <string.h>

/*
 * Input: the plaintext of a frame from a client. Property: each request that is read, by the
 * short way or the general one, has one encoding, and reading stops at the first fault.
 */
const struct fuzz_grammar fuzz_grammar = {.rule = NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t space[AW_REQUEST_LEN_MAX];
    struct aw_bytes in = {data, size};
    struct aw_request request;

    while (in.len > 0) {
        const uint8_t *start = in.ptr;
        struct aw_buf again = AW_BUF_OF(space);
        enum aw_status st = aw_request_decode(&request, &in);

        AW_ASSERT(st == AW_OK || in.ptr == start);
        if (st != AW_OK)
            return 0;
        st = aw_request_encode(&request, &again);
        AW_ASSERT(st == AW_OK);
        AW_ASSERT(again.len == (size_t)(in.ptr - start));
        AW_ASSERT(memcmp(space, start, again.len) == 0);
    }
    return 0;
}
