/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_STATE_H
#define ALLSWELL_STATE_H

#include <allswell/base.h>
#include <allswell/limits.h>

/**
 * @file
 * State: the last known state of her and her device, as it is sealed to her contacts
 * (spec/06-subject.md §5). Every field but the time may be missing. No clock of its own.
 */

/**
 * One state: `state` in spec/allswell.cddl. Secret while nobody may see it: wipe.
 * Size: 88 bytes.
 */
struct aw_state {
    uint32_t at;                    /* when it was measured, seconds since 1970-01-01 UTC */
    bool has_lat_e7;                /* both coordinates are there */
    bool has_lon_e7;                /* a place has both */
    bool has_accuracy_m;            /* accuracy_m is there */
    bool has_battery_pct;           /* battery_pct is there */
    bool has_charging;              /* charging is there */
    bool has_signal;                /* signal is there */
    bool charging;                  /* on a charger */
    uint8_t battery_pct;            /* 0 to 100 */
    uint8_t signal;                 /* 0 to 4 bars */
    int32_t lat_e7;                 /* degrees times 10^7, north positive */
    int32_t lon_e7;                 /* degrees times 10^7, east positive */
    uint32_t accuracy_m;            /* radius, in metres */
    char note[AW_NOTE_LEN_MAX + 1]; /* UTF-8, empty: none */
};

#endif /* ALLSWELL_STATE_H */
