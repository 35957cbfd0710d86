/* SPDX-License-Identifier: ISC */
#include "base/bytes.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/words.h"

#define WORD_BITS 11

void aw_words_derive(uint16_t out[AW_WORDS_COUNT], const uint8_t handshake_hash[AW_HASH_LEN])
{
    uint8_t bits[(AW_WORDS_COUNT * WORD_BITS + 7) / 8];

    aw_kdf(bits, sizeof bits, handshake_hash, AW_LABEL_WORDS, (struct aw_bytes){NULL, 0});
    for (size_t i = 0; i < AW_WORDS_COUNT; i++) {
        uint16_t word = 0;

        for (size_t bit = i * WORD_BITS; bit < (i + 1) * WORD_BITS; bit++)
            word = (uint16_t)(word << 1 | (bits[bit / 8] >> (7 - bit % 8) & 1));
        out[i] = word;
    }
    aw_wipe(bits, sizeof bits);
}
