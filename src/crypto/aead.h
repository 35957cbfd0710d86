/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_AEAD_H
#define AW_CRYPTO_AEAD_H

/* ChaCha20-Poly1305 of RFC 8439 with a detached tag (spec/09-crypto.md §2.2). */

#include "crypto/init.h"

#define AW_NONCE_LEN 12

/* Encrypts `len` bytes from `plain` to `out` (the same address, or apart) and writes the tag. */
void aw_aead_seal(uint8_t *out, uint8_t mac[AW_MAC_LEN], const uint8_t *plain, size_t len,
                  const uint8_t key[AW_KEY_LEN], const uint8_t nonce[AW_NONCE_LEN],
                  struct aw_bytes ad);

/*
 * Checks the tag, then decrypts from `cipher` to `out` (the same address, or apart).
 * Returns AW_E_AUTH, with `out` untouched, when the tag does not verify.
 */
AW_MUST_USE enum aw_status aw_aead_open(uint8_t *out, const uint8_t *cipher, size_t len,
                                        const uint8_t mac[AW_MAC_LEN],
                                        const uint8_t key[AW_KEY_LEN],
                                        const uint8_t nonce[AW_NONCE_LEN], struct aw_bytes ad);

#endif /* AW_CRYPTO_AEAD_H */
