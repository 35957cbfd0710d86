/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_RELAY_METRICS_H
#define TOOLS_RELAY_METRICS_H

#include "relay_tool.h"

/**
 * @file
 * Figures of a running relay for Prometheus, text format 0.0.4, at /metrics of a port of its own.
 *
 * No figure belongs to one token, mailbox or address. What people do is shown as it was at the
 * last whole five minutes of uptime, and what is urgent for somebody (switches, wake-ups) as at
 * the last whole hour, so that who scrapes each second does not see when somebody did something.
 */

#define METRICS_STEP_S  300
#define METRICS_QUIET_S 3600

struct metrics;

/**
 * Reads what the command line says of metrics, and listens.
 *
 * @param out  NULL when no metrics are wanted; otherwise metrics_close() in any case
 */
bool metrics_listen(struct metrics **out, const struct args *args, struct tool_fail *fail);

/** Serves from now on. `host` and `clock` outlive the metrics; NULL `metrics` is allowed. */
bool metrics_open(struct metrics *metrics, const struct relay_host *host, struct aw_loop *loop,
                  const struct aw_clock *clock, struct tool_fail *fail);

/** NULL is allowed. */
void metrics_close(struct metrics *metrics);

#endif /* TOOLS_RELAY_METRICS_H */
