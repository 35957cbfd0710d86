/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_CELL_H
#define AW_CRYPTO_CELL_H

/*
 * The cell: nonce(12) | head(8) | ciphertext | mac(16), of one of three fixed lengths
 * (spec/09-crypto.md §8). Keys come from crypto/schedule.h and aw_chain_step().
 */

#include "crypto/aead.h"

#define AW_CELL_LEN       512   /* everything interactive, and the switch */
#define AW_CELL_BULK_LEN  16384 /* files */
#define AW_CELL_SHORT_LEN 106   /* a frame for small bearers (spec/14-small-bearers.md) */

#define AW_CELL_HEAD_LEN  8
#define AW_CELL_OVERHEAD  (AW_NONCE_LEN + AW_CELL_HEAD_LEN + AW_MAC_LEN)

/* Length of the padded plaintext of each. */
#define AW_CELL_PLAIN_LEN       (AW_CELL_LEN - AW_CELL_OVERHEAD)
#define AW_CELL_BULK_PLAIN_LEN  (AW_CELL_BULK_LEN - AW_CELL_OVERHEAD)
#define AW_CELL_SHORT_PLAIN_LEN (AW_CELL_SHORT_LEN - AW_CELL_OVERHEAD)

/* Whether some cell has this length; what arrives with another is refused before anything else. */
bool aw_cell_is_len(size_t cell_len);

/*
 * Finds out whether a cell belongs to the lane of `header_key`, and its index there. Costs two
 * SipHashes. The index counts only after aw_cell_open() has verified.
 * Returns AW_OK, or AW_E_AUTH (another lane, or junk) with `index` untouched.
 */
AW_MUST_USE enum aw_status aw_cell_peek(const uint8_t *cell, size_t cell_len,
                                        const uint8_t header_key[AW_KEY_LEN], uint32_t *index);

/*
 * Writes nonce and head of a cell whose rest is no AEAD of a chain: a restore handshake, whose
 * index field names an epoch (spec/05-channel.md §8).
 */
void aw_cell_head(uint8_t *cell, const uint8_t header_key[AW_KEY_LEN], uint32_t index,
                  const uint8_t nonce[AW_NONCE_LEN]);

/*
 * Seals `plain`, padded with zero bytes, into `cell_len` bytes at `cell`. `nonce` is fresh from
 * the random source for every call. `plain` must not overlap `cell`.
 * Returns AW_E_SPACE, with `cell` untouched, when `plain` is longer than this cell carries.
 */
AW_MUST_USE enum aw_status aw_cell_seal(uint8_t *cell, size_t cell_len,
                                        const uint8_t header_key[AW_KEY_LEN],
                                        const uint8_t message_key[AW_KEY_LEN], uint32_t index,
                                        const uint8_t nonce[AW_NONCE_LEN], struct aw_bytes plain);

/*
 * Opens a cell into `plain`, which takes cell_len - AW_CELL_OVERHEAD bytes: the whole padded
 * plaintext. That everything after the content is zero is checked by the decoder of the content.
 * Returns AW_E_AUTH, with `plain` untouched, when the cell does not verify.
 */
AW_MUST_USE enum aw_status aw_cell_open(uint8_t *plain, const uint8_t *cell, size_t cell_len,
                                        const uint8_t message_key[AW_KEY_LEN]);

#endif /* AW_CRYPTO_CELL_H */
