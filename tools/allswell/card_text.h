/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_ALLSWELL_CARD_TEXT_H
#define TOOLS_ALLSWELL_CARD_TEXT_H

#include "common/fail.h"

#include <allswell/card.h>
#include <jansson.h>

/**
 * @file
 * Card files: `key = text` lines, as allswell-plan(5) describes them, to and from struct aw_card.
 */

/** Longest card file, in bytes. */
#define CARD_TEXT_MAX 32768

/**
 * Reads a card; its version is 0: the engine's to give. Messages name file and line.
 *
 * @param file  for messages
 * @param text  zero terminated
 */
bool card_text_read(struct aw_card *card, const char *file, const char *text,
                    struct tool_fail *fail);

/**
 * Writes a card as a file that reads back as the same sections.
 *
 * @return text to free, or NULL without memory
 */
char *card_text_write(const struct aw_card *card);

/** Returns the key of a kind in card files, "?" for a kind that there is not. */
const char *card_text_key(uint8_t kind);

/** Returns the heading of a kind for a screen: "What not to do"; "?". */
const char *card_text_heading(uint8_t kind);

/** Returns the sections as a JSON array. */
json_t *card_text_json(const struct aw_card *card);

#endif /* TOOLS_ALLSWELL_CARD_TEXT_H */
