/* SPDX-License-Identifier: ISC */
#include "message.h"
#include "wire/invite.h"

/* Input: one `invite`, perhaps padded. Property: see message.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aw_invite invite;

    fuzz_message(&aw_invite_map, &invite, data, size);
    return 0;
}
