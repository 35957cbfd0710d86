/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_NOTIFY_COURIER_H
#define TOOLS_ALLSWELL_NOTIFY_COURIER_H

#include "allswell/notify/notice.h"

#include <allswell/loop.h>

/**
 * @file
 * Courier: carries a notice to a server, in a process of its own for each try. So what servers say
 * is read where no key of the home is, nothing in it can block the loop, and the agent needs the
 * memory of a client for HTTP, mail and TLS only while one is at work.
 */

struct errand;

/**
 * Begins a try.
 *
 * @param hook        borrowed for the call
 * @param out_answer  filled when it could not begin; then `call` is not called
 * @return to be cancelled as long as `call` was not called, or NULL
 */
struct errand *courier_send(struct aw_loop *loop, const struct hook *hook,
                            const struct notice *notice, answer_call *call, void *ctx,
                            struct answer *out_answer);

/** Whether its program is there and may be run: without it nothing is delivered. */
bool courier_is_there(void);

/** Ends a try; nobody is told. */
void courier_cancel(struct errand *errand);

#endif /* TOOLS_ALLSWELL_NOTIFY_COURIER_H */
