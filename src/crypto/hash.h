/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_HASH_H
#define AW_CRYPTO_HASH_H

/* SHA-256, HMAC and HKDF as bricks; protocol code uses crypto/kdf.h and crypto/verify.h. */

#include "crypto/init.h"

#define AW_HKDF_LEN_MAX (255 * AW_HASH_LEN)

void aw_sha256(uint8_t out[AW_HASH_LEN], struct aw_bytes bytes);

/* SHA-256 of the concatenation of `count` parts. */
void aw_sha256_parts(uint8_t out[AW_HASH_LEN], const struct aw_bytes *parts, size_t count);

/* HMAC-SHA256 over the concatenation of `count` parts, each of which may be empty. */
void aw_hmac(uint8_t out[AW_HASH_LEN], struct aw_bytes key, const struct aw_bytes *parts,
             size_t count);

/* RFC 5869. An empty salt is the same as 32 zero bytes. */
void aw_hkdf_extract(uint8_t prk[AW_HASH_LEN], struct aw_bytes salt, struct aw_bytes ikm);

/*
 * RFC 5869, info = concatenation of `count` parts. `out_len` is 1..AW_HKDF_LEN_MAX (asserted).
 */
void aw_hkdf_expand(uint8_t *out, size_t out_len, const uint8_t prk[AW_HASH_LEN],
                    const struct aw_bytes *parts, size_t count);

#endif /* AW_CRYPTO_HASH_H */
