/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_SECURITY_H
#define AW_CORE_SECURITY_H

#include <allswell/action.h>

/*
 * What a channel made known, as events for the human of either engine (spec/05-channel.md §8).
 * Takes one event out of `events`, a set of enum aw_channel_event; false when none is left.
 */
bool aw_security_next(unsigned *events, enum aw_event_kind *kind);

#endif /* AW_CORE_SECURITY_H */
