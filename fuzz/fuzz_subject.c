/* SPDX-License-Identifier: ISC */
#include "trace.h"

/* Input: a trace of actions on a circle, the subject attacked. Property: see trace.h. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    trace_play(0, data, size);
    return 0;
}
