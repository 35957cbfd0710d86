/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMMON_BASE64_H
#define TOOLS_COMMON_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * base64url without padding (RFC 4648 §5), for 32-byte keys and tokens on paper and screen.
 */

/** Characters of `len` bytes, without the terminating zero. */
#define BASE64_LEN(len) (((len)*4 + 2) / 3)

/** Writes BASE64_LEN(len) characters and a terminating zero. Timing depends on `len` only. */
void base64_encode(char *out, const uint8_t *bytes, size_t len);

/** Fills exactly `len` bytes, or returns false: other length, other character, loose bits. */
bool base64_decode(uint8_t *bytes, size_t len, const char *text, size_t text_len);

#endif /* TOOLS_COMMON_BASE64_H */
