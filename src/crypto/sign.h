/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_SIGN_H
#define AW_CRYPTO_SIGN_H

/* Ed25519 over a labelled SHA-512 hash (spec/09-crypto.md §2.6); aw_verify() is in verify.h. */

#include "crypto/init.h"

/* Secret: wipe. A type of its own: spec/09-crypto.md §2.6: "A signing key MUST NOT also be used as
 * an X25519 key." */
struct aw_sign_key {
    uint8_t seed[AW_KEY_LEN]; /* all that needs to be stored */
    uint8_t pk[AW_KEY_LEN];
};

/* Draws a fresh key. On AW_E_ENTROPY `key` is all zero. */
AW_MUST_USE enum aw_status aw_sign_keypair(struct aw_sign_key *key, const struct aw_random *random);

/* Completes a key from its stored seed. */
void aw_sign_from_seed(struct aw_sign_key *key, const uint8_t seed[AW_KEY_LEN]);

/* Signs `message` under `label` (AW_LABEL_SIGN_...). Deterministic. */
void aw_sign(uint8_t sig[AW_SIG_LEN], const struct aw_sign_key *key, const char *label,
             struct aw_bytes message);

#endif /* AW_CRYPTO_SIGN_H */
