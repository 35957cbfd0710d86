/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_CAPABILITY_H
#define AW_CORE_CAPABILITY_H

/* Capabilities of one mailbox at one relay (spec/04-pairing.md §3). */

#include "crypto/verify.h"

/* The right to deposit: from the seed that the reader gives to his peer. */
void aw_capability_deposit(uint8_t out[AW_CAPABILITY_LEN], const uint8_t seed[AW_KEY_LEN],
                           const uint8_t relay_key[AW_KEY_LEN]);

/* The right to read: from a seed that never leaves the reader. */
void aw_capability_read(uint8_t out[AW_CAPABILITY_LEN], const uint8_t read_seed[AW_KEY_LEN],
                        const uint8_t relay_key[AW_KEY_LEN]);

#endif /* AW_CORE_CAPABILITY_H */
