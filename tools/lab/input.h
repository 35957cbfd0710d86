/* SPDX-License-Identifier: ISC */
#ifndef LAB_INPUT_H
#define LAB_INPUT_H

#include <allswell/base.h>
#include <stdio.h>

/*
 * Reads all of `file` into `out`: binary, or hexadecimal text with white space anywhere. Text is
 * taken as hexadecimal when it consists of nothing else, unless `binary` is set.
 * Returns AW_OK, AW_E_SPACE when it does not fit, AW_E_FORMAT for an odd number of digits,
 * AW_E_STORE when it cannot be read.
 */
enum aw_status lab_input(FILE *file, bool binary, struct aw_buf *out);

/* Reads `len` bytes of hexadecimal from the first characters of `text`. */
bool lab_hex(const char *text, uint8_t *out, size_t len);

#endif /* LAB_INPUT_H */
