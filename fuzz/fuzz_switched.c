/* SPDX-License-Identifier: ISC */
#include "message.h"
#include "wire/switched.h"

/* Input: one `switched`, perhaps padded. Property: see message.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aw_switched switched;

    fuzz_message(&aw_switched_map, &switched, data, size);
    return 0;
}
