/* SPDX-License-Identifier: ISC */
#include "message.h"
#include "wire/file.h"

/* Input: one `file`, perhaps padded. Property: see message.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aw_file file;

    fuzz_message(&aw_file_map, &file, data, size);
    return 0;
}
