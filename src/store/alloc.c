/* SPDX-License-Identifier: ISC */
#include "store/alloc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

static atomic_uint_fast64_t total, live;
static atomic_uint_fast64_t fail_at; /* value of `total` at which a request fails; 0: never */
static atomic_bool fail_forever;

static bool refused(void)
{
    uint64_t nth = atomic_fetch_add(&total, 1) + 1;
    uint64_t at = atomic_load(&fail_at);

    return at != 0 && (nth == at || (nth > at && atomic_load(&fail_forever)));
}

void *aw_alloc(size_t len)
{
    void *ptr;

    if (refused())
        return NULL;
    ptr = calloc(1, len == 0 ? 1 : len);
    if (ptr != NULL)
        atomic_fetch_add(&live, 1);
    return ptr;
}

void *aw_realloc(void *ptr, size_t len)
{
    void *grown;

    if (refused())
        return NULL;
    grown = realloc(ptr, len == 0 ? 1 : len);
    if (grown != NULL && ptr == NULL)
        atomic_fetch_add(&live, 1);
    return grown;
}

void aw_free(void *ptr)
{
    if (ptr == NULL)
        return;
    atomic_fetch_sub(&live, 1);
    free(ptr);
}

uint64_t aw_alloc_count(void)
{
    return atomic_load(&total);
}

uint64_t aw_alloc_live_count(void)
{
    return atomic_load(&live);
}

void aw_alloc_fail_at(uint64_t nth, int forever)
{
    atomic_store(&fail_forever, forever != 0);
    atomic_store(&fail_at, nth == 0 ? 0 : atomic_load(&total) + nth);
}
