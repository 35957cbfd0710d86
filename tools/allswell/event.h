/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_EVENT_H
#define TOOLS_ALLSWELL_EVENT_H

#include <allswell/action.h>
#include <jansson.h>

/**
 * @file
 * Events on their way to people: into the log in full, onto screens and into hooks as one neutral
 * line that is the same for all of them.
 */

/** The one line that a lock screen, a speaker or a hook may show. */
#define EVENT_NEUTRAL_TEXT "There is news. Please open Allswell."

/** Returns "quiet", "notice" or "ring". */
const char *event_urgency(enum aw_urgency urgency);

/** Returns whether people are told: ticks and changes of mailboxes are the machine's own. */
bool event_is_news(enum aw_event_kind kind);

/** Returns the entry of the log for an event. */
json_t *event_json(const struct aw_event *event);

/** Returns what an entry of the log means, in a phrase. */
const char *event_phrase(const char *name);

#endif /* TOOLS_ALLSWELL_EVENT_H */
