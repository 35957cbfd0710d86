/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_RD_H
#define AW_WIRE_RD_H

#include <allswell/base.h>

/*
 * Reader: strict deterministic CBOR (spec/03-wire.md §2), one item per call.
 *
 * Sticky: the first error wins, later calls return 0, false or empty bytes and change
 * nothing, and one check at the end tells. A caller may therefore read a whole message before
 * it looks at the status, but must use no value before it did.
 *
 *   AW_E_FORMAT  not well formed, not deterministic, or not the type or key asked for
 *   AW_E_RANGE   well formed, but a value, length or count outside the bounds given
 *
 * A reader opens only the containers that the caller asks for, so the nesting is that of the
 * message, never that of the input. It allocates nothing and passes over each byte once.
 */

struct aw_rd {
    const uint8_t *ptr; /* next byte */
    const uint8_t *end;
    const uint8_t *start;
    enum aw_status status;
    size_t error_pos; /* offset of the item that was refused */
};

/* One open map: how many pairs are left, and the lowest key that may come next. */
struct aw_rd_map {
    uint32_t left;
    uint32_t key_min;
};

/* Starts at the first byte of `in`, which stays borrowed until the last value is used. */
void aw_rd_init(struct aw_rd *rd, struct aw_bytes in);

/* Opens a map. Its pairs are then read by aw_rd_key() and one value each. */
void aw_rd_map(struct aw_rd *rd, struct aw_rd_map *map);

/*
 * Reads the next key: an unsigned integer above the one before it. Returns false after the
 * last pair, and after an error. The caller fails an unknown key with aw_rd_fail().
 */
bool aw_rd_key(struct aw_rd *rd, struct aw_rd_map *map, uint32_t *key);

/* Opens an array and returns its count: that many items follow. */
size_t aw_rd_array(struct aw_rd *rd, size_t min, size_t max);

uint64_t aw_rd_uint(struct aw_rd *rd, uint64_t min, uint64_t max);
int64_t aw_rd_int(struct aw_rd *rd, int64_t min, int64_t max);
bool aw_rd_bool(struct aw_rd *rd);

/* Byte string of `min` to `max` bytes, borrowed from the input. */
struct aw_bytes aw_rd_bytes(struct aw_rd *rd, size_t min, size_t max);

/* Byte string of exactly `len` bytes, copied. `out` is untouched after an error. */
void aw_rd_bytes_fixed(struct aw_rd *rd, uint8_t *out, size_t len);

/* Valid UTF-8 of `min` to `max` bytes, borrowed from the input, not terminated. */
struct aw_bytes aw_rd_text(struct aw_rd *rd, size_t min, size_t max);

/* Refuses the message for a reason of the caller: a rule between fields, an unknown key. */
void aw_rd_fail(struct aw_rd *rd, enum aw_status status);

/* True while no error happened and bytes are left: the next item of a CBOR sequence. */
bool aw_rd_more(const struct aw_rd *rd);

/* Number of bytes read so far. */
size_t aw_rd_pos(const struct aw_rd *rd);

/* The status, with AW_E_FORMAT for bytes that nobody read. */
AW_MUST_USE enum aw_status aw_rd_end(struct aw_rd *rd);

/* The same for a cell: what is left must be zeros. */
AW_MUST_USE enum aw_status aw_rd_end_padded(struct aw_rd *rd);

#endif /* AW_WIRE_RD_H */
