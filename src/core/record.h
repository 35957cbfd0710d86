/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_RECORD_H
#define AW_CORE_RECORD_H

/*
 * What the records of core/ have in common: arrays of the strict CBOR profile whose first item is
 * a version. A record that does not read is damaged: it was written by this library alone.
 */

#include "wire/rd.h"
#include "wire/wr.h"

#define AW_RECORD_VERSION 1

static inline void aw_record_put(struct aw_wr *wr, const uint8_t *bytes, size_t len)
{
    aw_wr_bytes(wr, (struct aw_bytes){bytes, len});
}

/* An array of exactly `count` items, the first of which is the version. */
static inline void aw_record_begin(struct aw_wr *wr, struct aw_buf *out, size_t count)
{
    aw_wr_init(wr, out);
    aw_wr_array(wr, count);
    aw_wr_uint(wr, AW_RECORD_VERSION);
}

static inline void aw_record_open(struct aw_rd *rd, struct aw_bytes in, size_t count)
{
    aw_rd_init(rd, in);
    (void)aw_rd_array(rd, count, count);
    (void)aw_rd_uint(rd, AW_RECORD_VERSION, AW_RECORD_VERSION);
}

static inline uint32_t aw_record_u32(struct aw_rd *rd)
{
    return (uint32_t)aw_rd_uint(rd, 0, UINT32_MAX);
}

/* Fails the reading unless a rule between fields holds. */
static inline void aw_record_require(struct aw_rd *rd, bool rule)
{
    if (!rule)
        aw_rd_fail(rd, AW_E_DAMAGED);
}

#endif /* AW_CORE_RECORD_H */
