/* SPDX-License-Identifier: ISC */
#ifndef AW_STORE_ID_H
#define AW_STORE_ID_H

#include "base/assert.h"

#include <allswell/store.h>

#define AW_STORE_KEY_BITS 55

/* spec/10-storage.md §2: "The row identifier of a record MUST be space * 2^55 + key." */
static inline uint64_t aw_store_id(uint8_t space, uint64_t key)
{
    AW_ASSERT(space >= 1 && space <= 127);
    AW_ASSERT(key <= AW_STORE_KEY_MAX);
    return (uint64_t)space << AW_STORE_KEY_BITS | key;
}

#endif /* AW_STORE_ID_H */
