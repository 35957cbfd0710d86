/* SPDX-License-Identifier: ISC */
#include "message.h"
#include "wire/hello.h"

/* Input: one `hello`, perhaps padded. Property: see message.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aw_hello hello;

    fuzz_message(&aw_hello_map, &hello, data, size);
    return 0;
}
