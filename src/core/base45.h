/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_BASE45_H
#define AW_CORE_BASE45_H

#include <allswell/base.h>

/* base45 (RFC 9285), one text for each byte string (spec/14-small-bearers.md §1). */

/* Characters for `len` bytes. */
#define AW_BASE45_LEN(len) ((len) / 2 * 3 + (len) % 2 * 2)

/* Appends the text. AW_E_SPACE: nothing was appended. */
AW_MUST_USE enum aw_status aw_base45_encode(struct aw_bytes in, struct aw_buf *out);

/* Appends the bytes. AW_E_FORMAT, AW_E_SPACE: out->len is as before. */
AW_MUST_USE enum aw_status aw_base45_decode(struct aw_bytes in, struct aw_buf *out);

#endif /* AW_CORE_BASE45_H */
