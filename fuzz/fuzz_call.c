/* SPDX-License-Identifier: ISC */
#include "message.h"
#include "wire/call.h"

/* Input: one `call`, perhaps padded. Property: see message.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aw_call call;

    fuzz_message(&aw_call_map, &call, data, size);
    return 0;
}
