/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "support/relay_model.h"

/* Input: a trace, one byte one action (deposits, takes, commits that fail,
 * crashes at any point). Property: engine and model never differ (tests/support/relay_model.h). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)relay_model_play(data, size < 1000 ? size : 1000);
    return 0;
}
