/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_LOOP_H
#define ALLSWELL_LOOP_H

#include <allswell/base.h>
#include <allswell/clock.h>

/**
 * @file
 * Loop: waits for sockets, timers, signals and children; servers, agents and control sockets
 * hang on it. One thread runs it and all their callbacks.
 */

#ifdef __cplusplus
extern "C" {
#endif

struct aw_loop;

/**
 * Opens a loop. `clock` is copied. SIGPIPE is ignored from now on, unless the process has a
 * handler for it. AW_OK, or AW_E_NETWORK when the system has no room.
 */
AW_API AW_MUST_USE enum aw_status aw_loop_open(struct aw_loop **out, const struct aw_clock *clock);

/** Runs until aw_loop_stop(), or until nothing is left to wait for. */
AW_API void aw_loop_run(struct aw_loop *loop);

/** Ends aw_loop_run() soon. For any thread, and from callbacks. */
AW_API void aw_loop_stop(struct aw_loop *loop);

/** Closes the loop. All that hangs on it was closed before; it runs on until that is done. */
AW_API void aw_loop_close(struct aw_loop *loop);

/** Reads the loop's clock. */
AW_API struct aw_now aw_loop_now(const struct aw_loop *loop);

/** The system's random source: getrandom(2). Lives for ever. */
AW_API const struct aw_random *aw_random_system(void);

/** Called on the loop's thread. */
typedef void aw_loop_call(void *ctx);

/** Calls `call` for each SIGTERM or SIGINT, instead of ending the process. AW_E_NETWORK. */
AW_API AW_MUST_USE enum aw_status aw_loop_on_signal(struct aw_loop *loop, aw_loop_call *call,
                                                    void *ctx);

struct aw_loop_timer;

/**
 * Makes a timer that calls `call` each time that it falls due. It is not set yet.
 *
 * @return NULL without memory
 */
AW_API struct aw_loop_timer *aw_loop_timer_new(struct aw_loop *loop, aw_loop_call *call, void *ctx);

/** Sets the timer to `mono_ms` of the loop's clock, in the past: soon. AW_TIME_NEVER: not. */
AW_API void aw_loop_timer_set(struct aw_loop_timer *timer, uint64_t mono_ms);

/** Releases the timer. It calls no more. */
AW_API void aw_loop_timer_free(struct aw_loop_timer *timer);

struct aw_loop_watch;

/** Called on the loop's thread. A broken descriptor is both readable and writable. */
typedef void aw_loop_ready(void *ctx, bool readable, bool writable);

/**
 * Makes a watch of a socket or pipe that somebody else reads and writes. It watches nothing yet.
 * The descriptor is made non-blocking, and stays the caller's: close it after
 * aw_loop_watch_free().
 *
 * @return NULL without memory, or for what cannot be watched
 */
AW_API struct aw_loop_watch *aw_loop_watch_new(struct aw_loop *loop, int fd, aw_loop_ready *call,
                                               void *ctx);

/** Sets what to wait for, instead of what was set before. AW_OK, or AW_E_NETWORK: it cannot. */
AW_API AW_MUST_USE enum aw_status aw_loop_watch_set(struct aw_loop_watch *watch, bool readable,
                                                    bool writable);

/** Releases the watch. It calls no more. NULL is allowed. */
AW_API void aw_loop_watch_free(struct aw_loop_watch *watch);

/**
 * Makes the process safer to hold secrets: no core file, no tracing by other processes of the user,
 * SIGPIPE ignored. Call it first. AW_OK, or AW_E_STATE when the system refuses.
 */
AW_API AW_MUST_USE enum aw_status aw_process_harden(void);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_LOOP_H */
