/* SPDX-License-Identifier: ISC */
#include "message.h"
#include "wire/reply.h"

/* Input: one `reply`, perhaps padded. Property: see message.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aw_reply reply;

    fuzz_message(&aw_reply_map, &reply, data, size);
    return 0;
}
