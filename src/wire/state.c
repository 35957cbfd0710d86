/* SPDX-License-Identifier: ISC */
#include "wire/state.h"

#include "base/assert.h"
#include "base/bytes.h"

#define LAT_MAX_E7  900000000
#define LON_MAX_E7  1800000000
#define BATTERY_MAX 100
#define SIGNAL_MAX  4

static const struct aw_wire_field state_fields[] = {
    AW_ROW_UINT(0, aw_state, at, 0, UINT32_MAX),
    AW_ROW_INT_OPT(1, aw_state, lat_e7, -LAT_MAX_E7, LAT_MAX_E7),
    AW_ROW_INT_OPT(2, aw_state, lon_e7, -LON_MAX_E7, LON_MAX_E7),
    AW_ROW_UINT_OPT(3, aw_state, accuracy_m, 0, AW_ACCURACY_MAX_M),
    AW_ROW_UINT_OPT(4, aw_state, battery_pct, 0, BATTERY_MAX),
    AW_ROW_BOOL_OPT(5, aw_state, charging),
    AW_ROW_UINT_OPT(6, aw_state, signal, 0, SIGNAL_MAX),
    AW_ROW_TEXT_NONZERO(7, aw_state, note),
};

static enum aw_status check_state(const void *message)
{
    const struct aw_state *s = message;

    /* spec/03-wire.md §6: "A state MUST carry both coordinates or none, and an accuracy only with
     * them." */
    if (s->has_lat_e7 != s->has_lon_e7 || (s->has_accuracy_m && !s->has_lat_e7))
        return AW_E_RANGE;
    return AW_OK;
}

const struct aw_wire_map aw_state_map = AW_WIRE_TABLE("state", aw_state, state_fields, check_state);
