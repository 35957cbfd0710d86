/* SPDX-License-Identifier: ISC */
#ifndef AW_STORE_ALLOC_H
#define AW_STORE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

/*
 * The one place from which store/ and net/ take memory, so that a test can count it, cap it
 * and make it fail. Threads: any.
 */

/* Zeroed memory, or NULL. A length of 0 gives a pointer that may be freed. */
void *aw_alloc(size_t len);

/* As realloc(), new bytes undefined; NULL leaves the old memory as it was. */
void *aw_realloc(void *ptr, size_t len);

void aw_free(void *ptr);

/* Number of calls that asked for memory, and of blocks not yet freed. */
uint64_t aw_alloc_count(void);
uint64_t aw_alloc_live_count(void);

/* The nth request from now fails (1: the next), and with `forever` all after it. 0: none. */
void aw_alloc_fail_at(uint64_t nth, int forever);

#endif /* AW_STORE_ALLOC_H */
