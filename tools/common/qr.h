/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_QR_H
#define TOOLS_COMMON_QR_H

#include <stdio.h>

/**
 * Draws `text` as a QR code with half-block characters, dark on light with a quiet zone of
 * four modules, so that a phone can read it off a terminal of any colour. A terminal that is
 * narrower than the code would fold it: one line on standard error says so instead.
 *
 * @param instead  what to use when there is no code: "use the line below"
 */
void qr_print(FILE *to, const char *text, const char *instead);

#endif /* TOOLS_COMMON_QR_H */
