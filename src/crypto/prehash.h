/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_PREHASH_H
#define AW_CRYPTO_PREHASH_H

/* What Ed25519 really signs; shared by aw_sign() and aw_verify(), used by nothing else. */

#include <allswell/base.h>

#define AW_PREHASH_LEN 64

/* SHA-512("allswell/1 " || label || 00 || message): a message of any length, no buffer. */
void aw_prehash(uint8_t out[AW_PREHASH_LEN], const char *label, struct aw_bytes message);

#endif /* AW_CRYPTO_PREHASH_H */
