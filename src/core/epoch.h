/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_EPOCH_H
#define AW_CORE_EPOCH_H

/*
 * Epoch: the keys of one generation of a channel, as far as they are still needed
 * (spec/05-channel.md §4). The lanes cell and bulk go both ways, switch and short only from the
 * side that offers.
 */

#include "core/ratchet.h"

#define AW_EPOCH_LANE_COUNT AW_LANE_COUNT

/* Secret: wipe. */
struct aw_epoch {
    bool live;
    uint32_t number;
    uint8_t root[AW_KEY_LEN];       /* what the next epoch grows from; zero once it has */
    uint8_t resumption[AW_KEY_LEN]; /* pre-shared key of a re-establishment that names it */
    struct aw_ratchet send[AW_EPOCH_LANE_COUNT];
    struct aw_ratchet recv[AW_EPOCH_LANE_COUNT];
};

/* Place of `lane` in send and recv. */
size_t aw_epoch_lane(enum aw_lane lane);

/* Whether the lane at `place` carries anything in this direction: else its chain is not live. */
bool aw_epoch_goes(size_t place, enum aw_direction direction);

/* Takes over what is needed of `keys` for the side that sends in direction `own`. */
void aw_epoch_set(struct aw_epoch *epoch, uint32_t number, const struct aw_epoch_keys *keys,
                  enum aw_direction own);

void aw_epoch_wipe(struct aw_epoch *epoch);

#endif /* AW_CORE_EPOCH_H */
