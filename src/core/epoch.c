/* SPDX-License-Identifier: ISC */
#include "core/epoch.h"

#include <string.h>

#include "base/bytes.h"

static const enum aw_lane lanes[AW_EPOCH_LANE_COUNT] = {AW_LANE_CELL, AW_LANE_BULK};

size_t aw_epoch_lane(enum aw_lane lane)
{
    size_t i = 0;

    while (i < AW_EPOCH_LANE_COUNT && lanes[i] != lane)
        i++;
    return i;
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
        aw_ratchet_init(&epoch->send[i], &keys->lane[lanes[i]][own]);
        aw_ratchet_init(&epoch->recv[i], &keys->lane[lanes[i]][peer]);
    }
}

void aw_epoch_wipe(struct aw_epoch *epoch)
{
    aw_wipe(epoch, sizeof *epoch);
}
