/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_NOTIFY_NOTICE_H
#define TOOLS_ALLSWELL_NOTIFY_NOTICE_H

#include "allswell/notify/hook.h"
#include "allswell/notify/schedule.h"

#include <allswell/limits.h>

/**
 * @file
 * What is said through a hook, and what came back.
 */

#define NOTICE_TEXT_MAX 200

/** What is said. `text` is all that leaves this machine, beside urgency and number. */
struct notice {
    char text[NOTICE_TEXT_MAX + 1]; /* one line of UTF-8 */
    enum aw_urgency urgency;
    uint64_t nonce; /* the same for every try of a delivery */
    uint64_t at_s;  /* now, for the date of a mail */

    /* For programs; "" and 0 unless the hook is with text. */
    char name[AW_NAME_LEN_MAX + 1];
    char who[12];
    uint8_t level;
    bool is_contact; /* somebody who is watched here is concerned */
};

#define ANSWER_TEXT_MAX 160

/** What came back. No secret in it. */
struct answer {
    enum try_end end;
    uint64_t wait_ms; /* what the other side asks for, 0: nothing */
    char text[ANSWER_TEXT_MAX + 1];
};

/** Called once for each try that was begun, never from within what begins it. */
typedef void answer_call(void *ctx, const struct answer *answer);

#endif /* TOOLS_ALLSWELL_NOTIFY_NOTICE_H */
