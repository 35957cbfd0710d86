/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_CONTROL_H
#define ALLSWELL_CONTROL_H

#include <allswell/loop.h>

/**
 * @file
 * Control: how a command of the user talks to the process that holds his store. A socket in the
 * file system, mode 0600, for the same user only; one line of text asks, one line answers. What
 * the lines say is not known here.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Longest line in either direction, in bytes, without its newline. */
#define AW_CONTROL_LINE_MAX 65536

/** Longest path of a socket, in bytes, without the terminating zero. */
#define AW_CONTROL_PATH_MAX 107

/** Clients at the same time. */
#define AW_CONTROL_CLIENT_MAX 16

struct aw_control;
struct aw_control_client;

/**
 * Called for each line. Answer now or later with aw_control_answer(), exactly once; the client
 * sends no second line before that.
 */
typedef void aw_control_line(void *ctx, struct aw_control_client *client, const char *line);

/**
 * Listens at `path`. A socket that a dead process left there is replaced.
 *
 * @return AW_OK
 *         AW_E_BUSY     a living process answers there
 *         AW_E_RANGE    the path is too long
 *         AW_E_NETWORK  not possible there: permission, no such folder
 */
AW_API AW_MUST_USE enum aw_status aw_control_open(struct aw_control **out, struct aw_loop *loop,
                                                  const char *path, aw_control_line *call,
                                                  void *ctx);

/** Answers the client's line; a client that has gone is no error. `line` has no newline. */
AW_API void aw_control_answer(struct aw_control_client *client, const char *line);

/** Stops listening, drops the clients and removes the socket. Answers owed are void. */
AW_API void aw_control_close(struct aw_control *control);

/**
 * Asks one line and waits for the answer: the client's side, without a loop.
 *
 * @param answer      set to the line, terminated; at least AW_CONTROL_LINE_MAX + 1 bytes
 * @param timeout_ms  true time for the whole exchange
 * @return AW_OK
 *         AW_E_NOT_FOUND  nobody listens there: no process is running
 *         AW_E_AUTH       the listener is another user's
 *         AW_E_RANGE      the line or the path is too long, or the line holds a newline
 *         AW_E_NETWORK    the connection broke, or time is up
 */
AW_API AW_MUST_USE enum aw_status aw_control_ask(const char *path, const char *line, char *answer,
                                                 uint64_t timeout_ms);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_CONTROL_H */
