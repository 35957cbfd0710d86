/* SPDX-License-Identifier: ISC */
#include "support/alloc_count.h"

#include <stdint.h>
#include <stdlib.h>

static size_t count;

size_t alloc_count(void)
{
    return count;
}

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif

#ifdef UNDER_SANITIZER

/* The sanitizers bring their own allocator, and hooks into it. */
void __sanitizer_malloc_hook(const volatile void *ptr, size_t len);
void __sanitizer_malloc_hook(const volatile void *ptr, size_t len)
{
    (void)ptr;
    (void)len;
    count++;
}

#else

void *__libc_malloc(size_t len);
void *__libc_calloc(size_t item_count, size_t len);
void *__libc_realloc(void *ptr, size_t len);

void *malloc(size_t len)
{
    count++;
    return __libc_malloc(len);
}

void *calloc(size_t item_count, size_t len)
{
    count++;
    return __libc_calloc(item_count, len);
}

void *realloc(void *ptr, size_t len)
{
    count++;
    return __libc_realloc(ptr, len);
}

#endif
