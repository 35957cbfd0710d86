/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_NOTIFY_PROGRAM_H
#define TOOLS_ALLSWELL_NOTIFY_PROGRAM_H

#include "allswell/notify/notice.h"

#include <allswell/loop.h>

/**
 * @file
 * Programs that carry a notice: of the user's own, and notify-send(1) for the desktop.
 */

/** True time that a program may take. */
#define PROGRAM_LIMIT_MS 60000

/**
 * Runs the program of a hook, with the notice in its environment.
 *
 * @param out_answer  filled when it could not be run; then `call` is not called
 * @return whether it runs
 */
bool program_run(struct aw_loop *loop, const struct hook *hook, const struct notice *notice,
                 answer_call *call, void *ctx, struct answer *out_answer);

#endif /* TOOLS_ALLSWELL_NOTIFY_PROGRAM_H */
