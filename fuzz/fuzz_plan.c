/* SPDX-License-Identifier: ISC */
#include "message.h"
#include "wire/plan.h"

/* Input: one `plan`, perhaps padded. Property: see message.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aw_plan plan;

    fuzz_message(&aw_plan_map, &plan, data, size);
    return 0;
}
