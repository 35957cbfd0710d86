/* SPDX-License-Identifier: ISC */
#include "crypto/schedule.h"

#include <string.h>

#include "base/bytes.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/verify.h"

/*
 * Everything of an epoch comes from its secret, and nothing leads back: the root that is kept
 * for the next epoch does not give the keys of this one, so a copy of the state opens no cell
 * that was received before.
 */
static void fan_out(struct aw_epoch_keys *out, const uint8_t secret[AW_KEY_LEN])
{
    const struct aw_bytes none = {NULL, 0};

    aw_kdf(out->root, AW_KEY_LEN, secret, AW_LABEL_ROOT, none);
    aw_kdf(out->resumption, AW_KEY_LEN, secret, AW_LABEL_RESUMPTION, none);
    for (uint8_t lane = 0; lane < AW_LANE_COUNT; lane++) {
        for (uint8_t dir = 0; dir < AW_DIRECTION_COUNT; dir++) {
            const uint8_t context[2] = {lane, dir};
            struct aw_lane_keys *keys = &out->lane[lane][dir];
            uint8_t both[2 * AW_KEY_LEN];

            aw_kdf(both, sizeof both, secret, AW_LABEL_LANE, AW_BYTES_OF(context));
            memcpy(keys->header_key, both, AW_KEY_LEN);
            memcpy(keys->chain, both + AW_KEY_LEN, AW_KEY_LEN);
            aw_wipe(both, sizeof both);
        }
    }
}

void aw_epoch_first(struct aw_epoch_keys *out, const struct aw_noise *noise, uint32_t epoch)
{
    uint8_t hash[AW_HASH_LEN], secret[AW_KEY_LEN];
    uint8_t keys[2 * AW_KEY_LEN]; /* of the initiator's direction, then of the responder's */
    uint8_t context[4];
    uint8_t *own = noise->initiator ? keys : keys + AW_KEY_LEN;
    uint8_t *peer = noise->initiator ? keys + AW_KEY_LEN : keys;

    aw_noise_hash(noise, hash);
    aw_noise_split(noise, own, peer);
    aw_put_u32(context, epoch);
    aw_kdf_extract(secret, AW_BYTES_OF(hash), AW_BYTES_OF(keys));
    aw_kdf(secret, sizeof secret, secret, AW_LABEL_EPOCH, AW_BYTES_OF(context));
    fan_out(out, secret);
    aw_wipe(secret, sizeof secret);
    aw_wipe(keys, sizeof keys);
}

void aw_epoch_next(struct aw_epoch_keys *out, const uint8_t root[AW_KEY_LEN], uint32_t epoch,
                   const uint8_t dh[AW_KEY_LEN], const uint8_t offer_pk[AW_KEY_LEN],
                   const uint8_t accept_pk[AW_KEY_LEN])
{
    uint8_t context[4 + 2 * AW_KEY_LEN], secret[AW_KEY_LEN];

    aw_put_u32(context, epoch);
    memcpy(context + 4, offer_pk, AW_KEY_LEN);
    memcpy(context + 4 + AW_KEY_LEN, accept_pk, AW_KEY_LEN);
    aw_kdf_extract(secret, (struct aw_bytes){root, AW_KEY_LEN}, (struct aw_bytes){dh, AW_KEY_LEN});
    aw_kdf(secret, sizeof secret, secret, AW_LABEL_EPOCH_STEP, AW_BYTES_OF(context));
    fan_out(out, secret);
    aw_wipe(secret, sizeof secret);
}

void aw_channel_id(uint8_t out[AW_HASH_LEN], const uint8_t handshake_hash[AW_HASH_LEN])
{
    aw_hash(out, AW_LABEL_HASH_CHANNEL, (struct aw_bytes){handshake_hash, AW_HASH_LEN});
}
