/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_WR_H
#define AW_WIRE_WR_H

#include <allswell/base.h>

/*
 * Writer: deterministic CBOR (spec/03-wire.md §2) appended to a caller's buffer.
 *
 * Sticky: after the first error nothing more is written, and aw_wr_end() tells and takes
 * back what was. Heads are always the shortest. Order and number of keys are the caller's
 * duty: messages come from the tables of wire/message.h, whose order is tested.
 */

struct aw_wr {
    struct aw_buf *buf;
    size_t start_len; /* buf->len before the first item */
    enum aw_status status;
};

/* Starts to append after buf->len. `buf` stays borrowed until aw_wr_end(). */
void aw_wr_init(struct aw_wr *wr, struct aw_buf *buf);

/* Starts a map: `pair_count` times a key (ascending, see aw_wr_uint()) and a value follow. */
void aw_wr_map(struct aw_wr *wr, size_t pair_count);

/* Starts an array: `item_count` items follow. */
void aw_wr_array(struct aw_wr *wr, size_t item_count);

/* Writes an unsigned integer: a value, or the key of the next pair. */
void aw_wr_uint(struct aw_wr *wr, uint64_t value);
void aw_wr_int(struct aw_wr *wr, int64_t value);
void aw_wr_bool(struct aw_wr *wr, bool value);
void aw_wr_bytes(struct aw_wr *wr, struct aw_bytes value);

/* Writes a text string. One that is not UTF-8 is AW_E_FORMAT. */
void aw_wr_text(struct aw_wr *wr, struct aw_bytes utf8);

/* Refuses to encode for a reason of the caller. */
void aw_wr_fail(struct aw_wr *wr, enum aw_status status);

/* Fills a cell: appends zeros until `total_len` bytes stand since aw_wr_init(). */
void aw_wr_pad(struct aw_wr *wr, size_t total_len);

/*
 * Ends the writing.
 *
 * @return AW_OK       everything was appended
 *         AW_E_SPACE  it did not fit; buf->len is what it was before
 *         other       what aw_wr_fail() was told; buf->len likewise
 */
AW_MUST_USE enum aw_status aw_wr_end(struct aw_wr *wr);

#endif /* AW_WIRE_WR_H */
