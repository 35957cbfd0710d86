/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_RELAY_HEALTH_H
#define TOOLS_RELAY_HEALTH_H

#include "relay_tool.h"

/**
 * @file
 * Tells the journal how a running relay does: a disk that fails, limits that come near, deadlines
 * that are missed, and figures of each hour. Nothing in it belongs to one token, mailbox or
 * address, and what people do is told by the hour.
 */

struct health;

/** Watches from now on. `host` outlives it. */
bool health_open(struct health **out, const struct relay_host *host, struct aw_loop *loop,
                 struct tool_fail *fail);

/** NULL is allowed. */
void health_close(struct health *health);

#endif /* TOOLS_RELAY_HEALTH_H */
