/* SPDX-License-Identifier: ISC */
#include "message.h"
#include "wire/resume.h"

/* Input: one `resume`, perhaps padded. Property: see message.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aw_resume resume;

    fuzz_message(&aw_resume_map, &resume, data, size);
    return 0;
}
