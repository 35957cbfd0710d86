/* SPDX-License-Identifier: ISC */
#include "trace.h"

/* Input: a trace of actions on a circle, the contact attacked. Property: see trace.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    trace_play(1, data, size);
    return 0;
}
