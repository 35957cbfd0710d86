/* SPDX-License-Identifier: ISC */
#include "message.h"
#include "wire/card_file.h"

/* Input: one `card_file`, perhaps padded. Property: see message.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aw_card_file card_file;

    fuzz_message(&aw_card_file_map, &card_file, data, size);
    return 0;
}
