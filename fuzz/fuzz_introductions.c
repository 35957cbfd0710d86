/* SPDX-License-Identifier: ISC */
#include "message.h"
#include "wire/introductions.h"

/* Input: one `introductions`, perhaps padded. Property: see message.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aw_introductions introductions;

    fuzz_message(&aw_introductions_map, &introductions, data, size);
    return 0;
}
