/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_WORDS_H
#define AW_CRYPTO_WORDS_H

/* Words that two humans compare after pairing (spec/09-crypto.md §5.4). */

#include "crypto/init.h"

#define AW_WORDS_COUNT      6 /* 66 bits */
#define AW_WORDS_LIST_COUNT 2048
#define AW_WORDS_WORD_MAX   8 /* letters of the longest word */

/* Six indices into the list, the same on both sides exactly when the handshake was one. */
void aw_words_derive(uint16_t out[AW_WORDS_COUNT], const uint8_t handshake_hash[AW_HASH_LEN]);

/* Word `index` (below AW_WORDS_LIST_COUNT, asserted): lower-case ASCII, never NULL. */
const char *aw_words_get(uint16_t index);

#endif /* AW_CRYPTO_WORDS_H */
