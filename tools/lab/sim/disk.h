/* SPDX-License-Identifier: ISC */
#ifndef LAB_SIM_DISK_H
#define LAB_SIM_DISK_H

#include <allswell/store.h>
#include <stdint.h>

/*
 * The store of SQLite on a disk of which a power cut loses what was not flushed: each 512 bytes of
 * it are old, new or garbage (tests/support/torn.h). Files are real, in a folder of this process
 * alone; flushes are not made, only counted on.
 */

struct sim;
struct sim_disk;

void sim_disk_open(struct sim *w, struct aw_store *out, bool is_home);

/* NULL: another kind of store. */
struct sim_disk *sim_disk_of(const struct aw_store *store);

/* What store.h says of each. */
bool sim_disk_clone(struct aw_store *out, struct sim_disk *from);
bool sim_disk_lie(struct sim_disk *disk, bool lies);
void sim_disk_lose(struct sim_disk *disk);
size_t sim_disk_record_count(struct sim_disk *disk);
enum aw_status sim_disk_refuse(struct sim_disk *disk, const struct aw_store_op *ops, size_t count);
void sim_disk_tear(struct sim_disk *disk, const struct aw_store_op *ops, size_t count);

/* True: the power failed, and not only the process; after sim_disk_tear() it always did. A disk
 * that cannot be opened then says so at each call. */
bool sim_disk_cut(struct sim_disk *disk);

#endif /* LAB_SIM_DISK_H */
