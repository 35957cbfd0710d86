/* SPDX-License-Identifier: ISC */
#include "common/harden.h"

#include <allswell/loop.h>
#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Requests carry presence keys and tokens; a copy must not stay behind on the heap. */
static void wiping_free(void *p)
{
    if (p == NULL)
        return;
    explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

void harden_process(void)
{
    /* A system that refuses (a container, a tracer at start) is no reason to refuse help. */
    enum aw_status status = aw_process_harden();

    (void)status;
    (void)umask(077);
    json_set_alloc_funcs(malloc, wiping_free);
}
