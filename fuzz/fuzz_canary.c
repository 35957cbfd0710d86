/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

/* Input: anything. Property: a false one, that no input begins with "call". The driver must
 * find the seed one bit away from it; a driver that does not would find nothing elsewhere. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AW_ASSERT(!(size >= 4 && data[0] == 'c' && data[1] == 'a' && data[2] == 'l' && data[3] == 'l'));
    return 0;
}
