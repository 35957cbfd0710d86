/* SPDX-License-Identifier: ISC */
#include "lab/sim/store.h"

#include "base/assert.h"
#include "lab/sim/disk.h"
#include "lab/sim/sim.h"

void sim_store_open(struct sim *w, struct aw_store *out, bool is_home)
{
    if (w->options.is_on_disk)
        sim_disk_open(w, out, is_home);
    else if (aw_store_memory_open(out) != AW_OK)
        AW_UNREACHABLE();
}

bool sim_store_clone(struct aw_store *out, const struct aw_store *from)
{
    struct sim_disk *disk = sim_disk_of(from);

    return disk != NULL ? sim_disk_clone(out, disk) : aw_store_memory_clone(out, from) == AW_OK;
}

bool sim_store_lie(struct aw_store *store, bool lies)
{
    struct sim_disk *disk = sim_disk_of(store);

    if (disk != NULL)
        return sim_disk_lie(disk, lies);
    return aw_store_memory_lie(store, lies) == AW_OK && lies;
}

void sim_store_lose(struct aw_store *store)
{
    struct sim_disk *disk = sim_disk_of(store);

    if (disk != NULL)
        sim_disk_lose(disk);
    else
        aw_store_memory_crash(store);
}

size_t sim_store_record_count(const struct aw_store *store)
{
    struct sim_disk *disk = sim_disk_of(store);

    return disk != NULL ? sim_disk_record_count(disk) : aw_store_memory_record_count(store);
}

enum aw_status sim_store_refuse(struct aw_store *store, const struct aw_store_op *ops, size_t count)
{
    struct sim_disk *disk = sim_disk_of(store);

    return disk != NULL ? sim_disk_refuse(disk, ops, count) : AW_E_STORE;
}

void sim_store_tear(struct aw_store *store, const struct aw_store_op *ops, size_t count)
{
    struct sim_disk *disk = sim_disk_of(store);

    if (disk != NULL)
        sim_disk_tear(disk, ops, count);
}

void sim_store_cut(struct sim *w, struct aw_store *store)
{
    struct sim_disk *disk = sim_disk_of(store);

    if (disk != NULL && sim_disk_cut(disk))
        w->stats->power_cuts++;
}
