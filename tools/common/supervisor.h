/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_SUPERVISOR_H
#define TOOLS_COMMON_SUPERVISOR_H

#include "common/fail.h"

#include <allswell/loop.h>

/**
 * @file
 * What systemd, or whoever else starts a service and waits at NOTIFY_SOCKET, is told: that it is
 * ready, that it is alive, that it ends. The protocol is that of sd_notify(3), whose page says that
 * it may be spoken without its library; one less to link with what holds secrets.
 */

struct supervisor;

/**
 * The next deadline of what is supervised, on the loop's clock. While it lies more than
 * SUPERVISOR_LATE_MS in the past nobody is told that the program is alive: a loop that still turns
 * and serves no deadlines must be started anew.
 */
typedef uint64_t supervisor_deadline(void *ctx);

#define SUPERVISOR_LATE_MS 20000

/**
 * Tells that the program is ready, and from now on that it is alive as often as WATCHDOG_USEC wants
 * it. Takes the variables out of the environment, so that hooks do not inherit them.
 *
 * @param out  NULL when nobody waits for it; end with supervisor_close()
 */
bool supervisor_open(struct supervisor **out, struct aw_loop *loop, supervisor_deadline *deadline,
                     void *ctx, struct tool_fail *fail);

/** Tells that the program ends. NULL is nothing. */
void supervisor_close(struct supervisor *supervisor);

#endif /* TOOLS_COMMON_SUPERVISOR_H */
