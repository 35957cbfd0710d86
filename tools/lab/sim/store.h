/* SPDX-License-Identifier: ISC */
#ifndef LAB_SIM_STORE_H
#define LAB_SIM_STORE_H

#include <allswell/store.h>
#include <stdint.h>

/* Where devices and relays of a life keep their records: in memory, or on a disk (disk.h). */

struct sim;

void sim_store_open(struct sim *w, struct aw_store *out, bool is_home);

/* A backup. False: it cannot be made. */
bool sim_store_clone(struct aw_store *out, const struct aw_store *from);

/* From now on what is stored can be lost, for the disk lies; or no more, and nothing is. */
bool sim_store_lie(struct aw_store *store, bool lies);

/* What it lied about is lost. Call it when the process has died. */
void sim_store_lose(struct aw_store *store);

size_t sim_store_record_count(const struct aw_store *store);

/* A commit that is refused. In memory it always is; a disk fails at one write or flush of it, and
 * the store says what came of that. */
enum aw_status sim_store_refuse(struct aw_store *store, const struct aw_store_op *ops,
                                size_t count);

/* The process dies over a commit. In memory that changes nothing. */
void sim_store_tear(struct aw_store *store, const struct aw_store_op *ops, size_t count);

/* The process has died; on a disk perhaps because the power failed. */
void sim_store_cut(struct sim *w, struct aw_store *store);

#endif /* LAB_SIM_STORE_H */
