/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_REPLY_H
#define TOOLS_COMMON_REPLY_H

#include "common/fail.h"
#include "common/home.h"

#include <jansson.h>

/**
 * @file
 * Requests and replies between a command and the process that holds the store: one JSON object
 * on one line each way. A failed reply is {"ok": false, "code": exit code, "error": text}.
 */

/** How json_dumps() is to write a real: degrees to 1e-7, without the noise of binary fractions. */
#define REPLY_REALS JSON_REAL_PRECISION(10)

/** Handles one request against an open store; on false `fail` is set and `reply` NULL. */
typedef bool reply_handler(void *ctx, const char *what, const json_t *request, json_t **reply,
                           struct tool_fail *fail);

/** Returns a new failed reply. */
json_t *reply_failed(const struct tool_fail *fail);

/** Turns a failed reply into `fail`; true when it says "ok". */
bool reply_check(const json_t *reply, struct tool_fail *fail);

/**
 * Writes a JSON object as one line.
 *
 * @return text to wipe and free with reply_text_free(), or NULL when it is too long for a line
 */
char *reply_text(const json_t *object);

/** Wipes and frees; NULL is allowed. */
void reply_text_free(char *text);

/**
 * Answers `line` with a handler.
 *
 * @param ok  set to whether the request was done; may be NULL
 * @return the reply as one line for reply_text_free(), NULL without memory
 */
char *reply_serve(reply_handler *handler, void *ctx, const char *line, bool *ok);

/** What came of asking a running process. */
enum reply_asked {
    REPLY_ANSWERED,    /* `reply` is set, and it is "ok" */
    REPLY_NOT_RUNNING, /* nobody holds the store: open it */
    REPLY_FAILED,      /* `fail` is set */
};

/** Sends a request to the process that listens in the home, and waits for its reply. */
enum reply_asked reply_ask(const struct home *home, const json_t *request, unsigned timeout_s,
                           json_t **reply, struct tool_fail *fail);

/** Prints a reply as --json does: sorted, indented, with a newline. Returns TOOL_OK or an error. */
int reply_print(const json_t *reply);

/** Makes a reply ready for people: on a terminal all its strings are isolated, text_isolate(). */
void reply_for_screen(json_t *reply);

/** Returns a string field, or NULL. */
const char *reply_string(const json_t *object, const char *key);

/** Returns a number field, or 0. */
uint64_t reply_number(const json_t *object, const char *key);

/** Returns whether a field is true. */
bool reply_flag(const json_t *object, const char *key);

#endif /* TOOLS_COMMON_REPLY_H */
