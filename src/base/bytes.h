/* SPDX-License-Identifier: ISC */
#ifndef AW_BASE_BYTES_H
#define AW_BASE_BYTES_H

#include <allswell/base.h>

/* Borrowed bytes of an array whose length the compiler knows. */
#define AW_BYTES_OF(array) ((struct aw_bytes){(array), sizeof(array)})

/* Empty buffer over an array whose length the compiler knows. */
#define AW_BUF_OF(array) ((struct aw_buf){(array), sizeof(array), 0})

/*
 * A large array of which only what was written is read, as a buffer counts it: the compiler shall
 * not set all of it to zero first (-ftrivial-auto-var-init), for each small cell again.
 */
#if defined(__has_attribute)
#if __has_attribute(uninitialized)
#define AW_UNSET __attribute__((uninitialized))
#endif
#endif
#ifndef AW_UNSET
#define AW_UNSET
#endif

static inline struct aw_bytes aw_buf_bytes(const struct aw_buf *b)
{
    return (struct aw_bytes){b->ptr, b->len};
}

/* Appends, or changes nothing and returns AW_E_SPACE. */
AW_MUST_USE enum aw_status aw_buf_put(struct aw_buf *b, struct aw_bytes bytes);

/* Equal length and content. Not for secrets: see crypto/ for constant time. */
bool aw_bytes_equal(struct aw_bytes a, struct aw_bytes b);

/* Overwrites secrets in a way that the compiler may not leave out. */
void aw_wipe(void *secret, size_t len);

/* Big-endian integers at fixed offsets of cells. */
void aw_put_u16(uint8_t out[2], uint16_t v);
void aw_put_u32(uint8_t out[4], uint32_t v);
void aw_put_u64(uint8_t out[8], uint64_t v);
uint16_t aw_get_u16(const uint8_t in[2]);
uint32_t aw_get_u32(const uint8_t in[4]);
uint64_t aw_get_u64(const uint8_t in[8]);

#endif /* AW_BASE_BYTES_H */
