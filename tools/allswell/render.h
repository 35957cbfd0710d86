/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_RENDER_H
#define TOOLS_ALLSWELL_RENDER_H

#include <jansson.h>

/**
 * @file
 * Text for people, made from the same JSON that --json prints.
 */

/** Prints a text in lines of up to 79 columns; those after the first are indented by two more. */
void render_wrapped(unsigned indent, const char *text);

/** One more line about a person, wrapped. */
__attribute__((format(printf, 1, 2))) void render_line(const char *format, ...);

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

#endif /* TOOLS_ALLSWELL_RENDER_H */
