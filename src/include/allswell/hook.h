/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_HOOK_H
#define ALLSWELL_HOOK_H

#include <allswell/loop.h>

/**
 * @file
 * Hook: runs a command of the user when something has happened. No shell is involved: the
 * command is an argument vector, and what it may know is in its environment.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Commands that run at the same time on one loop. */
#define AW_HOOK_RUNNING_MAX 24

/** How a command ended. Size: 12 bytes. */
struct aw_hook_result {
    int exit_code;  /* -1 when it was ended by a signal */
    int signal;     /* 0 when it exited by itself */
    bool timed_out; /* it ran into its time limit and was killed */
};

/** `result` is valid for the call. */
typedef void aw_hook_done(void *ctx, const struct aw_hook_result *result);

/**
 * Starts a command.
 *
 * It gets /dev/null as input, the output and error of this process, no other file, and as its
 * environment `env` together with PATH, HOME, LANG and TZ of this process.
 *
 * @param argv        program (looked up in PATH) and arguments, ended by NULL; copied
 * @param env         "NAME=value", ended by NULL, or NULL for none; copied
 * @param timeout_ms  true time; then it and its process group get SIGKILL
 * @param done        called once when it has ended, or NULL
 * @return AW_OK         it runs
 *         AW_E_BUSY     AW_HOOK_RUNNING_MAX are running
 *         AW_E_STATE    it cannot be run: no such program, or no permission; done is not called
 */
AW_API AW_MUST_USE enum aw_status aw_hook_run(struct aw_loop *loop, const char *const *argv,
                                              const char *const *env, uint64_t timeout_ms,
                                              aw_hook_done *done, void *ctx);

/**
 * Starts a command that is talked to: as aw_hook_run(), but its input and its output are `fd`.
 *
 * @param fd  one end of a pair of sockets, say; stays the caller's, who may close it after the call
 */
AW_API AW_MUST_USE enum aw_status aw_hook_talk(struct aw_loop *loop, int fd,
                                               const char *const *argv, const char *const *env,
                                               uint64_t timeout_ms, aw_hook_done *done, void *ctx);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_HOOK_H */
