/* SPDX-License-Identifier: ISC */
#include "base/assert.h"
#include "base/bytes.h"
#include "fuzz.h"
#include "wire/answer.h"
#include "wire/request.h"

#include <string.h>

/* Input: the plaintext of a frame, of either direction. Property: a message that is accepted is
 * the only encoding of its meaning, so encoding it gives the same bytes. */

static uint8_t space[AW_REQUEST_LEN_MAX];

static void requests(struct aw_bytes in)
{
    while (in.len > 0) {
        struct aw_buf again = AW_BUF_OF(space);
        const uint8_t *start = in.ptr;
        struct aw_request request;
        enum aw_status status;

        if (aw_request_decode(&request, &in) != AW_OK)
            return;
        status = aw_request_encode(&request, &again);
        AW_ASSERT(status == AW_OK && again.len == (size_t)(in.ptr - start));
        AW_ASSERT(memcmp(space, start, again.len) == 0);
    }
}

static void answers(struct aw_bytes in)
{
    while (in.len > 0) {
        struct aw_buf again = AW_BUF_OF(space);
        const uint8_t *start = in.ptr;
        struct aw_answer answer;
        enum aw_status status;

        if (aw_answer_decode(&answer, &in) != AW_OK)
            return;
        status = aw_answer_encode(&answer, &again);
        AW_ASSERT(status == AW_OK && again.len == (size_t)(in.ptr - start));
        AW_ASSERT(memcmp(space, start, again.len) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    requests((struct aw_bytes){data, size});
    answers((struct aw_bytes){data, size});
    return 0;
}
