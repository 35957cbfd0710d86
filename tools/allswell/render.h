/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_RENDER_H
#define TOOLS_ALLSWELL_RENDER_H

#include "common/screen.h"

#include <jansson.h>

/**
 * @file
 * Text for people, made from the same JSON that --json prints.
 */

/** Prints a text, wrapped; lines after the first are indented by two more. */
void render_wrapped(unsigned indent, const char *text);

/** What was found in a plan, a paragraph each, with its severity before it. */
void render_findings(const char *severity, const json_t *texts);

/** Between two people, on a terminal. */
void render_gap(void);

/** Above a list. */
void render_heading(const char *text);

/** One more line about a person, wrapped. */
__attribute__((format(printf, 1, 2))) void render_line(const char *format, ...);

/** As render_line(), in a mood. */
__attribute__((format(printf, 2, 3))) void render_mood(enum screen_mood mood, const char *format,
                                                       ...);

/** A line that is about nobody in particular, in a mood. */
__attribute__((format(printf, 2, 3))) void render_notice(enum screen_mood mood, const char *format,
                                                         ...);

/** The first thing that is read about somebody under duress: a call may give her away. */
void render_do_not_call(void);

/** Where somebody who is watched stands in a list: 0 is first, and most urgent. */
unsigned render_rank(const json_t *watched);

/** One more than the greatest of render_rank(). */
#define RENDER_RANKS 4

/** One line about somebody who watches over this person. */
void render_contact(const json_t *contact);

/** One line about somebody who is watched. */
void render_watched_line(const json_t *watched);

/** One line about each other contact of somebody who is watched. */
void render_others(const json_t *watched);

/** What the contacts decide together, if there is anything to decide. */
void render_council(const json_t *watched);

/** All about somebody who is watched; begins with what not to do. */
void render_watched(const json_t *watched);

/** Who would hear of an attack now, and of each who does not count, or counts less, why. */
void render_coverage(const json_t *reply);

#endif /* TOOLS_ALLSWELL_RENDER_H */
