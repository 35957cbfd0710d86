/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_NOTIFY_INSIDE_H
#define TOOLS_ALLSWELL_NOTIFY_INSIDE_H

#include "allswell/notify/courier.h"
#include "allswell/notify/notify.h"

/**
 * @file
 * The inside of struct notify, for the files of this folder.
 */

/** The numbers of --on-event and hooks/on-event, behind those of records. */
#define NOTIFY_COMMAND 0xfffffffeU
#define NOTIFY_FILE    0xffffffffU

/** One try that is under way. */
struct attempt {
    struct notify *notify;
    bool is_used;
    uint32_t hook;
    struct delivery *delivery; /* NULL: a test, or what it was for is gone */
    struct errand *errand;     /* NULL: a program */
    bool is_test;
};

/** How the last test of a hook went. */
struct test {
    bool is_running, is_known;
    uint64_t at_s; /* begun */
    struct answer answer;
};

/** What came of a hook last. */
struct last {
    uint64_t at_s; /* 0: nothing yet */
    char state[12];
    char answer[ANSWER_TEXT_MAX + 1];
    uint64_t accepted_at_s;
};

struct notify {
    struct host *host;
    struct aw_loop *loop;
    struct aw_loop_timer *timer; /* NULL: does not deliver */
    bool is_closing;
    struct hook hooks[NOTIFY_ALL_MAX]; /* those with records first */
    struct test tests[NOTIFY_HOOK_MAX];
    struct last lasts[NOTIFY_ALL_MAX];
    struct schedule schedule;
    struct attempt attempts[2 * NOTIFY_ALL_MAX + NOTIFY_HOOK_MAX];
    uint64_t record_first, record_next;
};

/** Finds a hook by number; its place in `hooks` is that of its test and last. NULL: none. */
struct hook *notify_hook(struct notify *notify, uint32_t number);

/** The word for how a try ended. */
const char *notify_end_word(enum try_end end);

/* ---- notify_record.c ---- */

/** Reads hooks and deliveries. */
bool notify_load(struct notify *notify, struct tool_fail *fail);

/** Stores or removes the record of a hook. */
bool notify_hook_store(struct notify *notify, const struct hook *hook, struct tool_fail *fail);
bool notify_hook_forget(struct notify *notify, uint32_t number, struct tool_fail *fail);

/**
 * Writes how a delivery stands. A disk that refuses must not stop a ring: then it is not in the
 * record, and rings.
 *
 * @param state   word of the record
 * @param answer  or ""
 */
void notify_record(struct notify *notify, const struct delivery *delivery, const char *state,
                   const char *answer);

/** Writes how the test of a hook went, which began at `at_s`. */
void notify_record_test(struct notify *notify, const struct hook *hook, uint64_t at_s,
                        const struct answer *answer);

/** Returns the newest records, oldest first. */
bool notify_record_read(struct notify *notify, size_t count, json_t **list, struct tool_fail *fail);

/* ---- notify_want.c ---- */

/** What ends the ringing for a kind of event. */
enum delivery_until notify_until(enum aw_event_kind kind);

/** Whether a delivery is still wanted: nobody answered, and nothing ended it. */
bool notify_wanted(const struct notify *notify, const struct delivery *delivery);

/** Whether this home is being rung for somebody who is watched. */
bool notify_rings(const struct host_watch *watch, uint8_t *level);

/* ---- notify.c ---- */

/** Begins a test; false when the hook is being tested or cannot be. */
bool notify_test(struct notify *notify, struct hook *hook);

/** Ends all that was for a hook. */
void notify_forget(struct notify *notify, uint32_t number);

#endif /* TOOLS_ALLSWELL_NOTIFY_INSIDE_H */
