/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_NOTIFY_NOTIFY_H
#define TOOLS_ALLSWELL_NOTIFY_NOTIFY_H

#include "allswell/host.h"

/**
 * @file
 * Notify: wakes the person of a home through its hooks. README.md says how.
 */

/** Deliveries that the record keeps. */
#define NOTIFY_RECORD_MAX 1000

struct notify;

/** Loads hooks and what is under way. Delivers nothing yet. */
bool notify_open(struct notify **out, struct host *host, struct aw_loop *loop,
                 struct tool_fail *fail);

/**
 * Begins to deliver: what waited when the last agent ended, and a ring for everybody for whom this
 * home is being rung.
 *
 * @param command  a command line for every event, or NULL; borrowed
 */
void notify_start(struct notify *notify, const char *command);

/** Ends all that waits on the loop, before it is closed; programs that run may still end. */
void notify_stop(struct notify *notify);

/** Wipes and frees, after the loop was closed. NULL is allowed. */
void notify_free(struct notify *notify);

/** Tells of an event. `who` as in the log. */
void notify_event(struct notify *notify, const struct host_who *who, const struct aw_event *event);

/** The person here answered for `id`: "w1", or "" for what concerns himself. */
void notify_answered(struct notify *notify, const char *id);

/** Looks again at what is due, and whether it is still wanted. */
void notify_look(struct notify *notify);

/* ---- Requests: notify_host.c ---- */

bool host_notify_add(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail);
bool host_notify_list(struct host *host, const json_t *request, json_t **reply,
                      struct tool_fail *fail);
bool host_notify_find(struct host *host, const json_t *request, json_t **reply,
                      struct tool_fail *fail);
bool host_notify_remove(struct host *host, const json_t *request, json_t **reply,
                        struct tool_fail *fail);
bool host_notify_test(struct host *host, const json_t *request, json_t **reply,
                      struct tool_fail *fail);
bool host_notify_tested(struct host *host, const json_t *request, json_t **reply,
                        struct tool_fail *fail);
bool host_notify_log(struct host *host, const json_t *request, json_t **reply,
                     struct tool_fail *fail);

#endif /* TOOLS_ALLSWELL_NOTIFY_NOTIFY_H */
