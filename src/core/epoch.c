/* SPDX-License-Identifier: ISC */
#include "core/epoch.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"

/* Those of the first BOTH_WAYS places are answered. */
static const enum aw_lane lanes[AW_EPOCH_LANE_COUNT] = {AW_LANE_CELL, AW_LANE_BULK, AW_LANE_SWITCH,
                                                        AW_LANE_SHORT};
#define BOTH_WAYS 2

size_t aw_epoch_lane(enum aw_lane lane)
{
    size_t i = 0;

    while (i < AW_EPOCH_LANE_COUNT - 1 && lanes[i] != lane)
        i++;
    AW_ASSERT(lanes[i] == lane);
    return i;
}

bool aw_epoch_goes(size_t place, enum aw_direction direction)
{
    return place < BOTH_WAYS || direction == AW_DIRECTION_OFFER;
}

void aw_epoch_set(struct aw_epoch *epoch, uint32_t number, const struct aw_epoch_keys *keys,
                  enum aw_direction own)
{
    enum aw_direction peer = own == AW_DIRECTION_OFFER ? AW_DIRECTION_ACCEPT : AW_DIRECTION_OFFER;

    epoch->live = true;
    epoch->number = number;
    memcpy(epoch->root, keys->root, AW_KEY_LEN);
    memcpy(epoch->resumption, keys->resumption, AW_KEY_LEN);
    for (size_t i = 0; i < AW_EPOCH_LANE_COUNT; i++) {
        if (aw_epoch_goes(i, own))
            aw_ratchet_init(&epoch->send[i], &keys->lane[lanes[i]][own]);
        if (aw_epoch_goes(i, peer))
            aw_ratchet_init(&epoch->recv[i], &keys->lane[lanes[i]][peer]);
    }
}

void aw_epoch_wipe(struct aw_epoch *epoch)
{
    aw_wipe(epoch, sizeof *epoch);
}
