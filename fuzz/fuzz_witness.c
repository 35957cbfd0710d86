/* SPDX-License-Identifier: ISC */
#include "message.h"
#include "wire/witness.h"

/* Input: one `witness`, perhaps padded. Property: see message.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aw_witness witness;

    fuzz_message(&aw_witness_map, &witness, data, size);
    return 0;
}
