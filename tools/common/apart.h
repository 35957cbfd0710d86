/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_APART_H
#define TOOLS_COMMON_APART_H

#include "common/fail.h"

#include <jansson.h>

/**
 * @file
 * Work in a process of its own: what becomes another user, or reads what strangers in the network
 * say, does not touch the process that waits for it.
 */

/** Does the work; on false `fail` is set and `reply` NULL. */
typedef bool apart_work(void *ctx, json_t **reply, struct tool_fail *fail);

/** Runs `work` in a child and brings its reply. Call before any thread is started. */
bool apart_run(apart_work *work, void *ctx, json_t **reply, struct tool_fail *fail);

#endif /* TOOLS_COMMON_APART_H */
