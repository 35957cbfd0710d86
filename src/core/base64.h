/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_BASE64_H
#define AW_CORE_BASE64_H

#include <allswell/base.h>

/* base64url without padding (RFC 4648 §5), one text for each byte string. */

/* Characters for `len` bytes. */
#define AW_BASE64_LEN(len) (((len)*4 + 2) / 3)

/* Appends the text. AW_E_SPACE: nothing was appended. */
AW_MUST_USE enum aw_status aw_base64_encode(struct aw_bytes in, struct aw_buf *out);

/* Appends the bytes. AW_E_FORMAT, AW_E_SPACE: out->len is as before. */
AW_MUST_USE enum aw_status aw_base64_decode(struct aw_bytes in, struct aw_buf *out);

#endif /* AW_CORE_BASE64_H */
