/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_BACKUP_H
#define ALLSWELL_BACKUP_H

#include <allswell/presence.h>

/**
 * @file
 * Backup: the sealed image of a home (spec/10-storage.md §7).
 *
 * The key comes from a passphrase: aw_presence_derive() with the salt of the file and no keystore
 * key. One key seals one file: draw a new salt for each.
 *
 * Threads: all functions are reentrant. No clock, no memory of their own.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes before the image. */
#define AW_BACKUP_HEADER_LEN 36

/** Bytes of the tag behind it. */
#define AW_BACKUP_MAC_LEN 16

/** What a file has more than its image, in bytes. */
#define AW_BACKUP_OVERHEAD (AW_BACKUP_HEADER_LEN + AW_BACKUP_MAC_LEN)

/** Longest image, in bytes. */
#define AW_BACKUP_PLAIN_MAX ((size_t)64 << 20)

/**
 * Seals an image in place.
 *
 * @param file       plain_len + AW_BACKUP_OVERHEAD bytes; the image begins at
 *                   file + AW_BACKUP_HEADER_LEN and is overwritten; header and tag are filled in
 * @param plain_len  1..AW_BACKUP_PLAIN_MAX
 * @return AW_OK
 *         AW_E_RANGE    another length; nothing was changed
 *         AW_E_ENTROPY  the library cannot start
 */
AW_API AW_MUST_USE enum aw_status aw_backup_seal(uint8_t *file, size_t plain_len,
                                                 const uint8_t key[AW_PRESENCE_KEY_LEN],
                                                 const uint8_t salt[AW_PRESENCE_SALT_LEN]);

/**
 * Looks at the header, before the passphrase is asked for.
 *
 * @param salt  filled on success: what the key is to be derived with
 * @return AW_OK
 *         AW_E_FORMAT   no such file, or a part of one: its length is not what its header says
 *         AW_E_VERSION  made by a newer version: install that one
 */
AW_API AW_MUST_USE enum aw_status aw_backup_check(uint8_t salt[AW_PRESENCE_SALT_LEN],
                                                  struct aw_bytes file);

/**
 * Opens a file in place.
 *
 * @param plain  on success the image, inside `file`; wipe it after use
 * @return AW_OK
 *         AW_E_FORMAT, AW_E_VERSION  as aw_backup_check()
 *         AW_E_AUTH     wrong passphrase, or a file that was changed; `file` is as it was
 *         AW_E_ENTROPY  the library cannot start
 */
AW_API AW_MUST_USE enum aw_status aw_backup_open(struct aw_bytes *plain, uint8_t *file,
                                                 size_t file_len,
                                                 const uint8_t key[AW_PRESENCE_KEY_LEN]);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_BACKUP_H */
