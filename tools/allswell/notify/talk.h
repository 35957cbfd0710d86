/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_NOTIFY_TALK_H
#define TOOLS_ALLSWELL_NOTIFY_TALK_H

#include "allswell/notify/notice.h"

/**
 * @file
 * What agent and courier say to each other: one JSON object each way. Both may be of different
 * versions while a machine is being updated: fields are added, and never change their meaning.
 */

/** Longest of both, in bytes. */
#define TALK_MAX 8192

/** Writes what is to be carried; to free with reply_text_free(). NULL without memory. */
char *talk_request(const struct hook *hook, const struct notice *notice);

/** Reads it. Of the notice only what leaves this machine is set. */
bool talk_read_request(struct hook *hook, struct notice *notice, const char *text, size_t len);

/** Writes what came back; to free with reply_text_free(). NULL without memory. */
char *talk_answer(const struct answer *answer);

/** Reads it. */
bool talk_read_answer(struct answer *answer, const char *text, size_t len);

#endif /* TOOLS_ALLSWELL_NOTIFY_TALK_H */
