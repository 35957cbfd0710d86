/* SPDX-License-Identifier: ISC */
#ifndef AW_FUZZ_FUZZ_H
#define AW_FUZZ_FUZZ_H

#include "base/assert.h"

#include <stddef.h>
#include <stdint.h>

/*
 * A target states a property of every input with AW_ASSERT and returns 0. It is deterministic:
 * no clock, no random source but what it seeds from the input, nothing kept between calls.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif /* AW_FUZZ_FUZZ_H */
