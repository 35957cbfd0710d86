/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_KDF_H
#define AW_CRYPTO_KDF_H

/* The labelled KDF and the message chain (spec/09-crypto.md §2.3, §6.5). */

#include "crypto/init.h"

/*
 * HKDF-Expand-SHA256 with PRK = key and info = "allswell/1 " || label || 00 || context.
 * `label` is one of AW_LABEL_...; `out_len` is 1..8160 (asserted). `out` may be `key`.
 */
void aw_kdf(uint8_t *out, size_t out_len, const uint8_t key[AW_KEY_LEN], const char *label,
            struct aw_bytes context);

/* Mixes new material into a key: HKDF-Extract-SHA256(salt, ikm). `out` may be either input. */
void aw_kdf_extract(uint8_t out[AW_KEY_LEN], struct aw_bytes salt, struct aw_bytes ikm);

/*
 * The capability to deposit at the relay with `relay_key`, from the seed that the owner of the
 * mailbox gave away in an invite or hello.
 */
void aw_capability_derive(uint8_t out[AW_KEY_LEN], const uint8_t seed[AW_KEY_LEN],
                          const uint8_t relay_key[AW_KEY_LEN]);

/*
 * One step of a chain: writes the message key of the current index into `message_key` and
 * replaces `chain` by the chain key of the next index.
 */
void aw_chain_step(uint8_t chain[AW_KEY_LEN], uint8_t message_key[AW_KEY_LEN]);

/* Advances `chain` by `count` indices without deriving their message keys. */
void aw_chain_skip(uint8_t chain[AW_KEY_LEN], uint32_t count);

#endif /* AW_CRYPTO_KDF_H */
