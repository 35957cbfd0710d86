/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_STORE_SQLITE_H
#define ALLSWELL_STORE_SQLITE_H

#include <allswell/store.h>

/**
 * @file
 * The SQLite store: one file, one table, durable when a commit returns (spec/10-storage.md).
 *
 * One process at a time: a lock file beside the database keeps every other one out for as
 * long as the store is open. Opening never repairs and never recreates: what cannot be
 * trusted is refused, with a message that names the file and the remedy.
 * Threads: one at a time per store; a store and its reader are two stores.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Creates the file when it does not exist; without it a missing file is AW_E_NOT_FOUND. */
#define AW_SQLITE_CREATE 0x1u

/**
 * For homes: erased and replaced records are overwritten in the file, and each commit also
 * empties the write-ahead log, so that no older copy of a key stays behind in either.
 */
#define AW_SQLITE_SECURE 0x2u

/** For relays: a thread of the store moves the log into the file, off the commit path. */
#define AW_SQLITE_BACKGROUND 0x4u

/** Room for the longest message of aw_store_sqlite_open(), with its terminating zero. */
#define AW_SQLITE_MESSAGE_CAP 512

/**
 * Opens the database at `path`, and upgrades it when an older version wrote it.
 *
 * @param out      set on success only; release it with out->vtable->close(out->self)
 * @param flags    AW_SQLITE_... or 0
 * @param message  on failure one line with the path and the remedy, without a newline
 * @return AW_OK
 *         AW_E_NOT_FOUND  no such file, and AW_SQLITE_CREATE is not given
 *         AW_E_BUSY       another process has it open
 *         AW_E_VERSION    a newer version of this program wrote it; nothing was changed
 *         AW_E_DAMAGED    not a database of this program, or not what was written
 *         AW_E_STORE      permission, disk full, input or output error, out of memory
 */
AW_API AW_MUST_USE enum aw_status aw_store_sqlite_open(struct aw_store *out, const char *path,
                                                       unsigned flags,
                                                       char message[AW_SQLITE_MESSAGE_CAP]);

/**
 * Opens a second connection that only reads what is committed, for another thread.
 *
 * @param main  an open SQLite store; it must be closed after the reader
 * @return AW_OK, or AW_E_STORE; commit() of a reader returns AW_E_STATE
 */
AW_API AW_MUST_USE enum aw_status aw_store_sqlite_reader(struct aw_store *out,
                                                         const struct aw_store *main);

/**
 * Ends a batch of reads: read() keeps its view of the file open for speed, and while it does
 * the log cannot be reused, and a reader sees what was committed at its first read. Call it
 * when a batch is over, and in a reader after each commit whose records it is to see.
 */
AW_API void aw_store_sqlite_rest(struct aw_store *store);

/** Moves the log into the file now. AW_OK, or AW_E_STORE or AW_E_DAMAGED (commits stay safe). */
AW_API AW_MUST_USE enum aw_status aw_store_sqlite_checkpoint(struct aw_store *store);

/**
 * Copies the database as of now, with what still lies in the log, while the store stays open: the
 * bytes are a file that aw_store_sqlite_open() opens. In secure stores too the image holds all
 * secrets.
 *
 * @param len_max  refuses a longer one, before memory is taken
 * @param image    set on success only; release it with aw_store_sqlite_image_free()
 * @return AW_OK
 *         AW_E_LIMIT  longer than `len_max`
 *         AW_E_STORE, AW_E_DAMAGED  the file or the memory did not give what was needed
 */
AW_API AW_MUST_USE enum aw_status
aw_store_sqlite_image(const struct aw_store *store, size_t len_max, uint8_t **image, size_t *len);

/** Wipes and frees an image; NULL is allowed. */
AW_API void aw_store_sqlite_image_free(uint8_t *image, size_t len);

/**
 * Copies the database as of now, with what still lies in its log and without what was deleted, to a
 * new file for this user only, and flushes it. The store stays open and may be written meanwhile:
 * for any thread, until the store is closed.
 *
 * @param path  of the copy, which aw_store_sqlite_open() opens; flush its folder
 * @return AW_OK
 *         AW_E_STATE  there is a file with this name; it was left alone
 *         AW_E_STORE, AW_E_DAMAGED  the database or the disk did not do; no file is left
 */
AW_API AW_MUST_USE enum aw_status aw_store_sqlite_copy(const struct aw_store *store,
                                                       const char *path);

/** Size of the database and its log on disk, in bytes; 0 when unknown. */
AW_API uint64_t aw_store_sqlite_disk_len(const struct aw_store *store);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_STORE_SQLITE_H */
