/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_SHARE_H
#define AW_CRYPTO_SHARE_H

/*
 * Threshold shares of a key, and the state that is sealed under it (spec/09-crypto.md §7).
 * A key is a scalar of the ristretto255 group, 32 bytes little-endian, canonical.
 */

#include "crypto/init.h"

#define AW_SHARE_LEN        33 /* index, then scalar; index 0: the key itself */
#define AW_SHARE_COUNT_MAX  16 /* shares made for one key, and shares tried in one opening */

#define AW_STATE_LEN        96 /* padded state */
#define AW_STATE_SEALED_LEN (AW_STATE_LEN + AW_MAC_LEN)

/* Draws a key. AW_E_ENTROPY, with `key` all zero, when the source fails. */
AW_MUST_USE enum aw_status aw_share_key(uint8_t key[AW_KEY_LEN], const struct aw_random *random);

/*
 * Splits `key` so that any `k` of `n` shares give it back, 1 <= k <= n <= AW_SHARE_COUNT_MAX.
 * shares[i] gets index indices[i]; indices are distinct and not 0 (all this is asserted).
 * Returns AW_E_RANGE when the key is not canonical or zero, AW_E_ENTROPY; then `shares` is all
 * zero.
 */
AW_MUST_USE enum aw_status aw_share_split(uint8_t (*shares)[AW_SHARE_LEN], const uint8_t *indices,
                                          size_t n, size_t k, const uint8_t key[AW_KEY_LEN],
                                          const struct aw_random *random);

/* The key itself in the form of a share: index 0. */
void aw_share_whole(uint8_t share[AW_SHARE_LEN], const uint8_t key[AW_KEY_LEN]);

/* A share of `index` that opens nothing, for contacts who must not notice that it does not. */
AW_MUST_USE enum aw_status aw_share_decoy(uint8_t share[AW_SHARE_LEN], uint8_t index,
                                          const struct aw_random *random);

/* Whether the scalar is canonical (any index, 0 included). */
bool aw_share_is_valid(const uint8_t share[AW_SHARE_LEN]);

/*
 * Combines exactly `k` shares. What comes out is the key only if all are genuine.
 * Returns AW_E_RANGE, with `key` untouched, when one is not canonical, has index 0, or two have
 * the same index.
 */
AW_MUST_USE enum aw_status aw_share_combine(uint8_t key[AW_KEY_LEN],
                                            uint8_t (*shares)[AW_SHARE_LEN], size_t k);

/* Seals a padded state under a key that is used for nothing else. */
void aw_state_seal(uint8_t sealed[AW_STATE_SEALED_LEN], const uint8_t state[AW_STATE_LEN],
                   const uint8_t key[AW_KEY_LEN]);

/* The same for who may learn a coarse place only: one key seals both, each once. */
void aw_state_seal_coarse(uint8_t sealed[AW_STATE_SEALED_LEN], const uint8_t state[AW_STATE_LEN],
                          const uint8_t key[AW_KEY_LEN]);

/* Opens either. AW_E_AUTH, with `state` untouched, when the key is not the right one. */
AW_MUST_USE enum aw_status aw_state_open(uint8_t state[AW_STATE_LEN],
                                         const uint8_t sealed[AW_STATE_SEALED_LEN],
                                         const uint8_t key[AW_KEY_LEN]);

/*
 * Tries subsets of `k` of `n` shares until one opens the seal. Forged, repeated, index-0 and
 * non-canonical shares only cost time: at most 12,870 subsets, each a few microseconds. A share
 * of index 0 is not tried here: see aw_state_open().
 * Returns AW_OK        `state` is open
 *         AW_E_NOT_FOUND  no subset opens it; `state` is untouched
 *         AW_E_RANGE   k is 0 or n is above AW_SHARE_COUNT_MAX
 */
AW_MUST_USE enum aw_status aw_share_open_any(uint8_t state[AW_STATE_LEN],
                                             uint8_t (*shares)[AW_SHARE_LEN], size_t n, size_t k,
                                             const uint8_t sealed[AW_STATE_SEALED_LEN]);

/* What a sealed card is longer than the card. */
#define AW_CARD_SEAL_LEN (AW_STATE_SEALED_LEN + AW_MAC_LEN)

/*
 * Seals an encoded card into card.len + AW_CARD_SEAL_LEN bytes, under a fresh card key, which is
 * sealed under `key`. AW_E_ENTROPY.
 */
AW_MUST_USE enum aw_status aw_card_seal(uint8_t *sealed, struct aw_bytes card,
                                        const uint8_t key[AW_KEY_LEN],
                                        const struct aw_random *random);

/*
 * Opens a sealed card with shares of which some may be bad, as aw_share_open_any() does. `card`
 * takes sealed.len - AW_CARD_SEAL_LEN bytes.
 * Returns AW_OK, AW_E_NOT_FOUND, AW_E_RANGE, AW_E_FORMAT (too short), AW_E_AUTH (the shares are
 * right, the card is damaged); `card` is then untouched.
 */
AW_MUST_USE enum aw_status aw_card_open_any(uint8_t *card, uint8_t (*shares)[AW_SHARE_LEN],
                                            size_t n, size_t k, struct aw_bytes sealed);

#endif /* AW_CRYPTO_SHARE_H */
