/* SPDX-License-Identifier: ISC */
#include "crypto/cell.h"

#include <sodium.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/verify.h"

#define HEAD_AT   AW_NONCE_LEN
#define CIPHER_AT (AW_NONCE_LEN + AW_CELL_HEAD_LEN)
#define HALF_KEY  16

_Static_assert(AW_CELL_PLAIN_LEN == 476 && AW_CELL_BULK_PLAIN_LEN == 16348 &&
                   AW_CELL_SHORT_PLAIN_LEN == 70,
               "as in spec/09-crypto.md §8");

bool aw_cell_is_len(size_t cell_len)
{
    return cell_len == AW_CELL_LEN || cell_len == AW_CELL_BULK_LEN || cell_len == AW_CELL_SHORT_LEN;
}

/* First four bytes of SipHash-2-4 under one half of the header key. */
static void mask(uint8_t out[4], const uint8_t *in, size_t in_len, const uint8_t key[HALF_KEY])
{
    uint8_t hash[crypto_shorthash_siphash24_BYTES];
    int rc = crypto_shorthash_siphash24(hash, in, in_len, key);

    AW_ASSERT(rc == 0);
    memcpy(out, hash, 4);
    aw_wipe(hash, sizeof hash);
}

/* head[0..4) hides the index and is its own inverse; `to` and `from` may be the same. */
static void hide_index(uint8_t to[4], const uint8_t from[4], const uint8_t nonce[AW_NONCE_LEN],
                       const uint8_t header_key[AW_KEY_LEN])
{
    uint8_t pad[4];

    mask(pad, nonce, AW_NONCE_LEN, header_key);
    for (size_t i = 0; i < 4; i++)
        to[i] = (uint8_t)(from[i] ^ pad[i]);
    aw_wipe(pad, sizeof pad);
}

/* head[4..8) binds index and nonce to the header key. */
static void head_tag(uint8_t out[4], const uint8_t index_be[4], const uint8_t nonce[AW_NONCE_LEN],
                     const uint8_t header_key[AW_KEY_LEN])
{
    uint8_t in[AW_NONCE_LEN + 4];

    memcpy(in, nonce, AW_NONCE_LEN);
    memcpy(in + AW_NONCE_LEN, index_be, 4);
    mask(out, in, sizeof in, header_key + HALF_KEY);
}

enum aw_status aw_cell_peek(const uint8_t *cell, size_t cell_len,
                            const uint8_t header_key[AW_KEY_LEN], uint32_t *index)
{
    uint8_t index_be[4], tag[4];
    bool ours;

    AW_ASSERT(aw_cell_is_len(cell_len));
    hide_index(index_be, cell + HEAD_AT, cell, header_key);
    head_tag(tag, index_be, cell, header_key);
    /* spec/09-crypto.md §8.2: "A receiver MUST compare the head tag in constant time, and MUST
     * NOT use the index before the cell has been opened with the message key of that index." */
    ours = aw_secret_equal(tag, cell + HEAD_AT + 4, sizeof tag);
    aw_wipe(tag, sizeof tag); /* of a foreign cell it is the tag of a forgery */
    if (!ours)
        return AW_E_AUTH;
    *index = aw_get_u32(index_be);
    return AW_OK;
}

void aw_cell_head(uint8_t *cell, const uint8_t header_key[AW_KEY_LEN], uint32_t index,
                  const uint8_t nonce[AW_NONCE_LEN])
{
    uint8_t *head = cell + HEAD_AT;
    uint8_t index_be[4];

    memcpy(cell, nonce, AW_NONCE_LEN);
    aw_put_u32(index_be, index);
    hide_index(head, index_be, cell, header_key);
    head_tag(head + 4, index_be, cell, header_key);
}

enum aw_status aw_cell_seal(uint8_t *cell, size_t cell_len, const uint8_t header_key[AW_KEY_LEN],
                            const uint8_t message_key[AW_KEY_LEN], uint32_t index,
                            const uint8_t nonce[AW_NONCE_LEN], struct aw_bytes plain)
{
    uint8_t *head = cell + HEAD_AT, *text = cell + CIPHER_AT;
    size_t text_len;

    AW_ASSERT(aw_cell_is_len(cell_len));
    text_len = cell_len - AW_CELL_OVERHEAD;
    if (plain.len > text_len)
        return AW_E_SPACE;

    aw_cell_head(cell, header_key, index, nonce);
    if (plain.len > 0)
        memcpy(text, plain.ptr, plain.len);
    memset(text + plain.len, 0, text_len - plain.len);
    aw_aead_seal(text, text + text_len, text, text_len, message_key, cell,
                 (struct aw_bytes){head, AW_CELL_HEAD_LEN});
    return AW_OK;
}

enum aw_status aw_cell_open(uint8_t *plain, const uint8_t *cell, size_t cell_len,
                            const uint8_t message_key[AW_KEY_LEN])
{
    AW_ASSERT(aw_cell_is_len(cell_len));
    return aw_aead_open(plain, cell + CIPHER_AT, cell_len - AW_CELL_OVERHEAD,
                        cell + cell_len - AW_MAC_LEN, message_key, cell,
                        (struct aw_bytes){cell + HEAD_AT, AW_CELL_HEAD_LEN});
}
