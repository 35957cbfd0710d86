/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_INIT_H
#define AW_CRYPTO_INIT_H

#include <allswell/base.h>

#define AW_KEY_LEN  32 /* every symmetric key, X25519 key, Ed25519 public key, scalar */
#define AW_HASH_LEN 32 /* SHA-256 and BLAKE2b-256 */
#define AW_MAC_LEN  16 /* Poly1305 tag */
#define AW_SIG_LEN  64 /* Ed25519 signature */

/*
 * Prepares libsodium. Idempotent and safe to call from several threads; every public init
 * function calls it before anything else.
 * Returns AW_E_ENTROPY when the library cannot start (it found no system random source).
 */
AW_MUST_USE enum aw_status aw_crypto_init(void);

/*
 * Fills `out` from the caller's random source, or wipes it and returns AW_E_ENTROPY.
 */
AW_MUST_USE enum aw_status aw_random_fill(const struct aw_random *random, uint8_t *out, size_t len);

#endif /* AW_CRYPTO_INIT_H */
