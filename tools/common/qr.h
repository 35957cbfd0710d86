/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_QR_H
#define TOOLS_COMMON_QR_H

#include <stdbool.h>
#include <stdio.h>

/**
 * Draws `text` as a QR code with half-block characters, dark on light with a quiet zone of
 * four modules, so that a phone can read it off a terminal of any colour.
 *
 * @return false when the text is too long or memory is short
 */
bool qr_print(FILE *to, const char *text);

#endif /* TOOLS_COMMON_QR_H */
