/* SPDX-License-Identifier: ISC */
#include "core/pairing.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "core/pairing_internal.h"
#include "crypto/hash.h"
#include "crypto/labels.h"
#include "wire/invite.h"

#define PROLOGUE     AW_LABEL_PROLOGUE_PAIR
#define PROLOGUE_LEN (sizeof PROLOGUE - 1 + AW_HASH_LEN)

_Static_assert(AW_HELLO_LEN_MAX <= AW_CELL_LEN - AW_NOISE_OVERHEAD_MAX, "message 1 carries it");

/* The whole invite is bound into the handshake: nobody can change its relays or its name. */
static void make_prologue(uint8_t out[PROLOGUE_LEN], const struct aw_invite *invite)
{
    uint8_t space[AW_INVITE_LEN_MAX];
    struct aw_buf buf = AW_BUF_OF(space);
    enum aw_status st = aw_message_encode(&aw_invite_map, invite, &buf);

    AW_ASSERT(st == AW_OK); /* it was encoded, or decoded, when it was taken */
    memcpy(out, PROLOGUE, sizeof PROLOGUE - 1);
    aw_sha256(out + sizeof PROLOGUE - 1, aw_buf_bytes(&buf));
    aw_wipe(space, sizeof space);
}

enum aw_status aw_pairing_noise(struct aw_noise *noise, const struct aw_invite *invite,
                                const struct aw_dh_key *own, bool initiator,
                                const struct aw_random *random)
{
    uint8_t prologue[PROLOGUE_LEN];
    const struct aw_noise_config config = {.pattern = AW_NOISE_IKPSK1,
                                           .initiator = initiator,
                                           .prologue = AW_BYTES_OF(prologue),
                                           .s = own,
                                           .rs = initiator ? invite->subject_key : NULL,
                                           .psk = invite->psk};

    make_prologue(prologue, invite);
    return aw_noise_init(noise, &config, random);
}

enum aw_status aw_pairing_write(uint8_t cell[AW_CELL_LEN], struct aw_noise *noise,
                                const struct aw_hello *own)
{
    size_t plain_len = AW_CELL_LEN - aw_noise_overhead(noise);
    struct aw_buf out = {cell, AW_CELL_LEN, 0};
    uint8_t plain[AW_CELL_LEN];
    struct aw_buf payload = AW_BUF_OF(plain);
    enum aw_status st = aw_message_encode_padded(&aw_hello_map, own, &payload, plain_len);

    if (st == AW_OK)
        st = aw_noise_write(noise, aw_buf_bytes(&payload), &out);
    AW_ASSERT(st != AW_OK || out.len == AW_CELL_LEN);
    aw_wipe(plain, sizeof plain);
    return st;
}

enum aw_status aw_pairing_read(struct aw_hello *peer, struct aw_noise *noise, struct aw_bytes cell)
{
    uint8_t plain[AW_CELL_LEN];
    struct aw_buf payload = AW_BUF_OF(plain);
    enum aw_status st;

    if (cell.len != AW_CELL_LEN)
        return AW_E_FORMAT;
    st = aw_noise_read(noise, cell, &payload);
    if (st == AW_OK &&
        aw_message_decode_padded(&aw_hello_map, peer, aw_buf_bytes(&payload)) != AW_OK)
        st = AW_E_FORMAT;
    aw_wipe(plain, sizeof plain);
    return st;
}
