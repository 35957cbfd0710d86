/* SPDX-License-Identifier: ISC */
#include "core/coarse.h"

#include <string.h>

#include "wire/state.h"

/* To the nearest line of the grid, halves away from zero. The ends of the range are on it. */
static int32_t to_grid(int32_t e7)
{
    int32_t half = e7 < 0 ? -AW_COARSE_E7 / 2 : AW_COARSE_E7 / 2;

    return (e7 + half) / AW_COARSE_E7 * AW_COARSE_E7;
}

void aw_coarse_state(struct aw_state *state)
{
    memset(state->note, 0, sizeof state->note); /* it may say where she is */
    if (!state->has_lat_e7)
        return;
    state->lat_e7 = to_grid(state->lat_e7);
    state->lon_e7 = to_grid(state->lon_e7);
    state->accuracy_m = (state->has_accuracy_m ? state->accuracy_m : 0) + AW_COARSE_M;
    state->has_accuracy_m = true;
    if (state->accuracy_m > AW_ACCURACY_MAX_M)
        state->accuracy_m = AW_ACCURACY_MAX_M;
}
