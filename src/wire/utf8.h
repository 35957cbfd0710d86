/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_UTF8_H
#define AW_WIRE_UTF8_H

#include <allswell/base.h>

/* Well-formed UTF-8 (RFC 3629): shortest forms, no surrogates, nothing above U+10FFFF. */
bool aw_utf8_is_valid(struct aw_bytes text);

/* No control characters (C0, DEL, C1), no bidirectional controls, no line separators in text that
 * is well formed. Of other bytes it may say either, and reads none outside. */
bool aw_utf8_is_printable(struct aw_bytes text);

#endif /* AW_WIRE_UTF8_H */
