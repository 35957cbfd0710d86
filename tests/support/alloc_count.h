/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_ALLOC_COUNT_H
#define AW_TESTS_ALLOC_COUNT_H

#include <stddef.h>

/*
 * Counts what the process asks of its allocator, shared libraries included: the program's own
 * malloc, calloc and realloc stand in front of those of libc. A test that links this file must
 * show that it counts before it relies on a zero.
 */
size_t alloc_count(void);

#endif /* AW_TESTS_ALLOC_COUNT_H */
