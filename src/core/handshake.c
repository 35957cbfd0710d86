/* SPDX-License-Identifier: ISC */
#include "core/handshake.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/kdf.h"

#define HEAD_LEN    (AW_NONCE_LEN + AW_CELL_HEAD_LEN)
#define MESSAGE_LEN (AW_CELL_LEN - HEAD_LEN)
#define PLAIN_LEN   (MESSAGE_LEN - AW_KEY_LEN - AW_MAC_LEN)

_Static_assert(AW_RESUME_LEN_MAX <= PLAIN_LEN, "both messages carry it");

static void header_key(uint8_t out[AW_KEY_LEN], const struct aw_handshake_at *at)
{
    const uint8_t context[2] = {(uint8_t)at->sender, (uint8_t)at->number};

    aw_kdf(out, AW_KEY_LEN, at->psk, at->label, AW_BYTES_OF(context));
}

bool aw_handshake_is(const uint8_t cell[AW_CELL_LEN], const struct aw_handshake_at *at)
{
    uint8_t key[AW_KEY_LEN];
    uint32_t index = 0;
    enum aw_status st;

    header_key(key, at);
    st = aw_cell_peek(cell, AW_CELL_LEN, key, &index);
    aw_wipe(key, sizeof key);
    return st == AW_OK && index == at->index;
}

enum aw_status aw_handshake_write(uint8_t cell[AW_CELL_LEN], struct aw_noise *noise,
                                  const struct aw_resume *say, const struct aw_handshake_at *at,
                                  const struct aw_random *random)
{
    struct aw_buf out = {cell, AW_CELL_LEN, HEAD_LEN};
    uint8_t plain[PLAIN_LEN], nonce[AW_NONCE_LEN], key[AW_KEY_LEN];
    struct aw_buf payload = AW_BUF_OF(plain);
    enum aw_status st = aw_message_encode_padded(&aw_resume_map, say, &payload, PLAIN_LEN);

    AW_ASSERT(st == AW_OK); /* it takes whatever its fields can hold */
    st = aw_random_fill(random, nonce, sizeof nonce);
    if (st == AW_OK) {
        header_key(key, at);
        aw_cell_head(cell, key, at->index, nonce);
        st = aw_noise_write(noise, aw_buf_bytes(&payload), &out);
    }
    aw_wipe(key, sizeof key);
    return st;
}

enum aw_status aw_handshake_read(struct aw_resume *said, struct aw_noise *noise,
                                 const uint8_t cell[AW_CELL_LEN])
{
    uint8_t plain[PLAIN_LEN];
    struct aw_buf payload = AW_BUF_OF(plain);
    enum aw_status st =
        aw_noise_read(noise, (struct aw_bytes){cell + HEAD_LEN, MESSAGE_LEN}, &payload);

    return st != AW_OK ? st
                       : aw_message_decode_padded(&aw_resume_map, said, aw_buf_bytes(&payload));
}
