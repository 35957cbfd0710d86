/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_STORE_MEMORY_H
#define ALLSWELL_STORE_MEMORY_H

#include <allswell/store.h>

/**
 * @file
 * The memory store: the same interface as SQLite's, for tests and simulations, with faults to
 * order. Nothing survives the process.
 * Threads: one at a time per store.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Opens an empty store. AW_OK, or AW_E_STORE without memory. */
AW_API AW_MUST_USE enum aw_status aw_store_memory_open(struct aw_store *out);

/** Copies all records, durable or not, into a new store `out`. AW_OK, or AW_E_STORE. */
AW_API AW_MUST_USE enum aw_status aw_store_memory_clone(struct aw_store *out,
                                                        const struct aw_store *from);

/**
 * Makes commits fail with AW_E_STORE, changing nothing.
 *
 * @param nth      1: the next commit, 2: the one after, ...; 0: no fault from now on
 * @param forever  also every commit after that one, until this function is called again
 */
AW_API void aw_store_memory_fail_at(struct aw_store *store, uint64_t nth, bool forever);

/**
 * Begins or ends lying: while it lies, commits succeed but aw_store_memory_crash() forgets
 * them, as a disk does that acknowledges before it writes. Ending it makes all durable.
 */
AW_API AW_MUST_USE enum aw_status aw_store_memory_lie(struct aw_store *store, bool lying);

/** Loses what a power cut would lose: the commits made while lying. The store stays open. */
AW_API void aw_store_memory_crash(struct aw_store *store);

/** Number of commits that succeeded since the store was opened. */
AW_API uint64_t aw_store_memory_commit_count(const struct aw_store *store);

/** Number of records held. */
AW_API size_t aw_store_memory_record_count(const struct aw_store *store);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_STORE_MEMORY_H */
