/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_DH_H
#define AW_CRYPTO_DH_H

/* X25519 (spec/09-crypto.md §2.4). */

#include "crypto/init.h"

/* Secret: wipe. */
struct aw_dh_key {
    uint8_t sk[AW_KEY_LEN];
    uint8_t pk[AW_KEY_LEN];
};

/* Draws a fresh key pair. On AW_E_ENTROPY `key` is all zero. */
AW_MUST_USE enum aw_status aw_dh_keypair(struct aw_dh_key *key, const struct aw_random *random);

/* Completes a key pair from its stored secret half. */
void aw_dh_from_secret(struct aw_dh_key *key, const uint8_t sk[AW_KEY_LEN]);

/*
 * Shared secret of `sk` and the peer's `pk`. Returns AW_E_AUTH, with `out` all zero, when the
 * result is all zero: the peer sent a point of small order.
 */
AW_MUST_USE enum aw_status aw_dh(uint8_t out[AW_KEY_LEN], const uint8_t sk[AW_KEY_LEN],
                                 const uint8_t pk[AW_KEY_LEN]);

#endif /* AW_CRYPTO_DH_H */
