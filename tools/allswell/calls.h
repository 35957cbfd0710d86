/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_CALLS_H
#define TOOLS_ALLSWELL_CALLS_H

#include "allswell/session.h"

/**
 * @file
 * What the commands share that say something: state, secret, waiting for the ticks.
 */

/** Adds --place, --note, --battery and --charging to a request. */
bool calls_add_state(json_t *request, const struct args *args, struct tool_fail *fail);

/** Asks for the secret and adds its key. */
bool calls_add_key(json_t *request, struct session *session, const struct args *args,
                   struct tool_fail *fail);

/** Adds the state, asks for the secret if need be, asks the host, waits. Takes `request` over. */
int calls_say(const struct args *args, json_t *request, bool needs_secret, const char *what);

/** Makes a request with the name and the text of the file that word `nth` names; NULL. */
json_t *calls_file(const struct args *args, size_t nth, const char *what, struct tool_fail *fail);

/** Asks for the secret so far, for both new ones and for the circle. */
bool calls_new_secrets(const struct args *args, struct session *session, json_t *request,
                       struct tool_fail *fail);

#endif /* TOOLS_ALLSWELL_CALLS_H */
