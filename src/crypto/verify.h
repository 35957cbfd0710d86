/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_VERIFY_H
#define AW_CRYPTO_VERIFY_H

/*
 * What a party without secrets of its own needs, the relay engine above all: comparing,
 * hashing, checking a signature (spec/09-crypto.md §2). No function here allocates or fails.
 */

#include "crypto/init.h"

#define AW_CAPABILITY_LEN    32
#define AW_SHORTHASH_KEY_LEN 16

/* Compares in constant time. For everything of which a part may be secret. */
AW_MUST_USE bool aw_secret_equal(const void *a, const void *b, size_t len);

/* True when all `len` bytes are zero, in constant time. */
AW_MUST_USE bool aw_secret_is_zero(const void *a, size_t len);

/* BLAKE2b-256 of `bytes`, personalised by `label` (AW_LABEL_HASH_..., at most 16 bytes). */
void aw_hash(uint8_t out[AW_HASH_LEN], const char *label, struct aw_bytes bytes);

/*
 * The same hash over parts that arrive one after the other, such as a file. May be moved or
 * copied between calls. final() wipes it.
 */
struct aw_hasher {
    _Alignas(64) uint8_t opaque[384];
};

void aw_hasher_init(struct aw_hasher *h, const char *label);
void aw_hasher_update(struct aw_hasher *h, struct aw_bytes bytes);
void aw_hasher_final(struct aw_hasher *h, uint8_t out[AW_HASH_LEN]);

/* What a relay stores and looks up instead of the capability itself. */
void aw_capability_hash(uint8_t out[AW_HASH_LEN], const uint8_t capability[AW_CAPABILITY_LEN]);

/*
 * Checks an Ed25519 signature by `key` over `message` under `label` (AW_LABEL_SIGN_...).
 * Returns AW_OK or AW_E_AUTH; small-order keys and non-canonical signatures do not verify.
 */
AW_MUST_USE enum aw_status aw_verify(const uint8_t key[AW_KEY_LEN], const char *label,
                                     struct aw_bytes message, const uint8_t sig[AW_SIG_LEN]);

/* SipHash-2-4 as a number, for hash tables; the key is drawn once per table. */
AW_MUST_USE uint64_t aw_shorthash(const uint8_t key[AW_SHORTHASH_KEY_LEN], struct aw_bytes bytes);

#endif /* AW_CRYPTO_VERIFY_H */
