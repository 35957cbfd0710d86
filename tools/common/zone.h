/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_ZONE_H
#define TOOLS_COMMON_ZONE_H

#include <stdbool.h>

/**
 * @file
 * Time zones of this machine. Of a name that it does not know the C library makes UTC in silence.
 */

/** Returns whether there are rules for a name such as Europe/London. */
bool zone_has_rules(const char *name);

/** Returns whether a value of TZ means something: a name, a path, or rules such as CET-1CEST. */
bool zone_is_known(const char *tz);

/**
 * Says on standard error when TZ means nothing, in one line: times are then shown in UTC. It stops
 * nobody, for a call for help must not fail over how a time is shown.
 */
void zone_warn(void);

#endif /* TOOLS_COMMON_ZONE_H */
