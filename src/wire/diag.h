/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_DIAG_H
#define AW_WIRE_DIAG_H

#include "wire/message.h"

/*
 * Appends the diagnostic notation (RFC 8949 §8) of one item of the strict profile: one line per
 * pair of a map or item of an array, indented by two blanks per level. Text is escaped, so that
 * nothing in it reaches a terminal as control.
 *
 * With a table, the fields of the message are named in comments: `/ seq / 1: 7`. It need not
 * fit: a key without a field, or a field that is no map where the input has one, gets no name.
 *
 * Returns AW_OK        without a trailing newline or zero byte
 *         AW_E_FORMAT  aw_cbor_judge() refuses `in`; nothing was appended
 *         AW_E_SPACE   `out` is too small; nothing was appended
 */
AW_MUST_USE enum aw_status aw_cbor_diag(struct aw_bytes in, const struct aw_wire_map *map,
                                        struct aw_buf *out);

#endif /* AW_WIRE_DIAG_H */
