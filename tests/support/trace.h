/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_TRACE_H
#define AW_TESTS_TRACE_H

#include "support/circle.h"

/* What relays see of a circle, or all that her phone does, cell by cell and action by action. */

/* What a relay sees of one cell, or the phone of one action. */
struct seen {
    uint64_t at_ms;
    uint8_t host, kind;
    uint8_t capability[32];
    size_t len;
    uint32_t arm_after_s;
    uint64_t more[3]; /* STORE: space, key; EVENT: kind, person, time */
};

struct trace {
    struct seen *seen; /* free() */
    size_t count;
    bool has_actions; /* everything that her phone does, not only what relays see */
    size_t bulk_count;
};

/* From now on; `has_actions` is the caller's. */
void trace_begin(struct trace *t, struct circle *c);

/* Fails, and says where, unless both are the same. */
void trace_same(const char *what, const struct trace *a, const struct trace *b);

#endif /* AW_TESTS_TRACE_H */
