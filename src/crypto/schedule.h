/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_SCHEDULE_H
#define AW_CRYPTO_SCHEDULE_H

/* The key schedule of a channel: epochs, lanes, directions (spec/09-crypto.md §6). */

#include "crypto/noise.h"

/* Lanes and directions, as numbered in the key schedule. */
enum aw_lane { AW_LANE_CELL = 0, AW_LANE_SWITCH = 1, AW_LANE_BULK = 2, AW_LANE_SHORT = 3 };
#define AW_LANE_COUNT 4

/* OFFER: from the side that offers (the subject; between contacts the lower static key). */
enum aw_direction { AW_DIRECTION_OFFER = 0, AW_DIRECTION_ACCEPT = 1 };
#define AW_DIRECTION_COUNT 2

/* Keys of one lane in one direction. Secret: wipe. */
struct aw_lane_keys {
    uint8_t header_key[AW_KEY_LEN]; /* for aw_cell_peek(), the same for the whole epoch */
    uint8_t chain[AW_KEY_LEN];      /* chain key of index 0 */
};

/* Everything that one epoch starts with. Secret: wipe. */
struct aw_epoch_keys {
    uint8_t root[AW_KEY_LEN];       /* kept until the next epoch is derived */
    uint8_t resumption[AW_KEY_LEN]; /* pre-shared key of a restore handshake that names the epoch */
    struct aw_lane_keys lane[AW_LANE_COUNT][AW_DIRECTION_COUNT];
};

/*
 * Keys of the epoch with which a channel begins, after a finished pairing or restore handshake
 * (asserted).
 */
void aw_epoch_first(struct aw_epoch_keys *out, const struct aw_noise *noise, uint32_t epoch);

/*
 * Keys of epoch `epoch` (the new one) from the root of the one before. `dh` is
 * aw_dh(offer, accept); both public keys are mixed in as they were sent. `root` may lie in `out`.
 */
void aw_epoch_next(struct aw_epoch_keys *out, const uint8_t root[AW_KEY_LEN], uint32_t epoch,
                   const uint8_t dh[AW_KEY_LEN], const uint8_t offer_pk[AW_KEY_LEN],
                   const uint8_t accept_pk[AW_KEY_LEN]);

/* Names a channel for ever: hash of the handshake hash of its first pairing. */
void aw_channel_id(uint8_t out[AW_HASH_LEN], const uint8_t handshake_hash[AW_HASH_LEN]);

#endif /* AW_CRYPTO_SCHEDULE_H */
