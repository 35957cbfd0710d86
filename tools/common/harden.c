/* SPDX-License-Identifier: ISC */
#include "common/harden.h"

#include <allswell/loop.h>
#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* Requests carry presence keys and tokens; a copy must not stay behind on the heap. */
static void wiping_free(void *p)
{
    if (p == NULL)
        return;
    explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

/* Whether memory can be locked without a limit: there is none, or more than it can be locked. */
static bool has_no_limit(void)
{
    struct rlimit limit;
    size_t len;
    void *more;
    bool can;

    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
        return false;
    if (limit.rlim_cur == RLIM_INFINITY)
        return true;
    len = (size_t)limit.rlim_cur + 1;
    more = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (more == MAP_FAILED)
        return false;
    can = mlock2(more, len, MLOCK_ONFAULT) == 0;
    (void)munmap(more, len);
    return can;
}

/* Keys must not come to lie on a disk by way of swap. Under a limit nothing is locked: what is
 * asked for later would be refused, and who gets no memory calls nobody. Nothing is filled for it:
 * what is locked is what is used. */
static void lock_memory(void)
{
    if (has_no_limit())
        (void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

void harden_process(void)
{
    /* A system that refuses (a container, a tracer at start) is no reason to refuse help. */
    enum aw_status status = aw_process_harden();

    (void)status;
    lock_memory();
    (void)umask(077);
    json_set_alloc_funcs(malloc, wiping_free);
}
