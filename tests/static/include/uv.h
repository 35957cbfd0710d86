/* SPDX-License-Identifier: ISC */
#ifndef AW_STATIC_UV_H
#define AW_STATIC_UV_H

/* What net/frames.c takes from libuv, for Eva, which cannot read all that <uv.h> includes. */
#include <stddef.h>

struct uv_buf {
    char *base;
    size_t len;
};
#define uv_buf_t struct uv_buf

static inline uv_buf_t uv_buf_init(char *base, unsigned int len)
{
    return (uv_buf_t){base, len};
}

#endif /* AW_STATIC_UV_H */
