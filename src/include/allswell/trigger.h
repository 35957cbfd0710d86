/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_TRIGGER_H
#define ALLSWELL_TRIGGER_H

/**
 * @file
 * Triggers: what makes her device speak beside the schedule of the plan (spec/17-triggers.md).
 * Numbers are those of the wire, spec/allswell.cddl.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** What raised an alarm. */
enum aw_alarm_kind {
    AW_ALARM_SOS = 1,     /* she called for help */
    AW_ALARM_FELL = 2,    /* her device felt a fall, and she did not object */
    AW_ALARM_CRASHED = 3, /* likewise a crash */
    AW_ALARM_STALLED = 4, /* on a journey she stopped moving, and did not answer */
};

/** A time that she set herself. */
enum aw_timer_kind {
    AW_TIMER_MEETING = 1, /* a meeting: over by then */
    AW_TIMER_JOURNEY = 2, /* a way: there by then */
};

/** What an app tells the engine about her device; none of them ends anything. */
enum aw_signal {
    AW_SIGNAL_BATTERY_LOW = 1,
    AW_SIGNAL_LAST_GASP = 2,   /* the device goes off now: the battery is empty */
    AW_SIGNAL_POWERED_OFF = 3, /* switched off by hand */
    AW_SIGNAL_STALLED = 4,     /* no progress on a journey */
    AW_SIGNAL_MOVING = 5,      /* progress again */
};

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_TRIGGER_H */
