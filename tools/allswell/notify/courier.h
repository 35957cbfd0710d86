/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_NOTIFY_COURIER_H
#define TOOLS_ALLSWELL_NOTIFY_COURIER_H

#include "allswell/notify/notice.h"

#include <allswell/loop.h>

/**
 * @file
 * Courier: carries notices to servers, with libcurl on the loop. Nothing in it blocks, a try has
 * a limit, and what servers answer is read up to a kilobyte.
 */

/** True time that one try may take; longer through a proxy, and for mail, whose servers wait. */
#define COURIER_LIMIT_MS      10000
#define COURIER_SLOW_LIMIT_MS 30000

struct courier;
struct parcel;

/** `clock` is borrowed: the loop's. NULL without memory. */
struct courier *courier_open(struct aw_loop *loop, const struct aw_clock *clock);

/** Ends all tries; nobody is told. NULL is allowed. */
void courier_close(struct courier *courier);

/**
 * Begins a try.
 *
 * @param hook  borrowed for the call
 * @return to be cancelled as long as `call` was not called; NULL without memory
 */
struct parcel *courier_send(struct courier *courier, const struct hook *hook,
                            const struct notice *notice, answer_call *call, void *ctx);

/** Ends a try; nobody is told. */
void courier_cancel(struct parcel *parcel);

#endif /* TOOLS_ALLSWELL_NOTIFY_COURIER_H */
