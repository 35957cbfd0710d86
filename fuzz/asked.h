/* SPDX-License-Identifier: ISC */
#ifndef AW_FUZZ_ASKED_H
#define AW_FUZZ_ASKED_H

#include "common/reply.h"

/* What came of one line of a control socket. */
struct asked {
    bool is_done;
    enum tool_exit code; /* TOOL_OK, or why not */
    json_t *reply;       /* to be released */
};

/*
 * Asks, as both programs do for a line of their control sockets. Property: one object on one line
 * comes back, done or refused with a code and a message of one line, and it does not hold
 * `secret` (NULL: none).
 */
struct asked ask_line(reply_handler *handler, void *ctx, const char *line, const char *secret);

/* A refusal for what was asked, not for how things stand: nothing may have changed. */
bool asked_is_bad(const struct asked *asked);

#endif /* AW_FUZZ_ASKED_H */
