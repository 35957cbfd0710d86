/* SPDX-License-Identifier: ISC */
#include "message.h"
#include "wire/state.h"

/* Input: one `state`, perhaps padded. Property: see message.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aw_state state;

    fuzz_message(&aw_state_map, &state, data, size);
    return 0;
}
