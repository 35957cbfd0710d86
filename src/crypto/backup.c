/* SPDX-License-Identifier: ISC */
#include <allswell/backup.h>

#include <string.h>

#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"

/* Offsets in the header: magic, version, strength of the passphrase, salt, length of the image. */
#define AT_VERSION  8
#define AT_STRENGTH 10
#define AT_SALT     12
#define AT_LEN      28

#define VERSION     1

static const uint8_t magic[AT_VERSION] = "awbackup"; /* without a terminating zero */

_Static_assert(AT_LEN + 8 == AW_BACKUP_HEADER_LEN, "the header ends with the length");
_Static_assert(AW_BACKUP_MAC_LEN == AW_MAC_LEN, "one length of tags");

/* spec/10-storage.md §7: "The salt of a backup MUST be drawn anew for each." So the key is new
 * too, and the nonce may be zero; the header is in the key and in the associated data. */
static void derive(uint8_t out[AW_KEY_LEN], const uint8_t *file,
                   const uint8_t key[AW_PRESENCE_KEY_LEN])
{
    aw_kdf(out, AW_KEY_LEN, key, AW_LABEL_BACKUP, (struct aw_bytes){file, AW_BACKUP_HEADER_LEN});
}

enum aw_status aw_backup_seal(uint8_t *file, size_t plain_len,
                              const uint8_t key[AW_PRESENCE_KEY_LEN],
                              const uint8_t salt[AW_PRESENCE_SALT_LEN])
{
    static const uint8_t nonce[AW_NONCE_LEN];
    uint8_t *plain = file + AW_BACKUP_HEADER_LEN, own[AW_KEY_LEN];
    enum aw_status st = aw_crypto_init();

    if (st != AW_OK)
        return st;
    if (plain_len == 0 || plain_len > AW_BACKUP_PLAIN_MAX)
        return AW_E_RANGE;
    memcpy(file, magic, sizeof magic);
    aw_put_u16(file + AT_VERSION, VERSION);
    aw_put_u16(file + AT_STRENGTH, AW_PRESENCE_STANDARD);
    memcpy(file + AT_SALT, salt, AW_PRESENCE_SALT_LEN);
    aw_put_u64(file + AT_LEN, plain_len);
    derive(own, file, key);
    aw_aead_seal(plain, plain + plain_len, plain, plain_len, own, nonce,
                 (struct aw_bytes){file, AW_BACKUP_HEADER_LEN});
    aw_wipe(own, sizeof own);
    return AW_OK;
}

enum aw_status aw_backup_check(uint8_t salt[AW_PRESENCE_SALT_LEN], struct aw_bytes file)
{
    if (file.len < AW_BACKUP_HEADER_LEN || memcmp(file.ptr, magic, sizeof magic) != 0)
        return AW_E_FORMAT;
    if (aw_get_u16(file.ptr + AT_VERSION) != VERSION ||
        aw_get_u16(file.ptr + AT_STRENGTH) != AW_PRESENCE_STANDARD)
        return AW_E_VERSION;
    if (file.len <= AW_BACKUP_OVERHEAD || file.len - AW_BACKUP_OVERHEAD > AW_BACKUP_PLAIN_MAX ||
        aw_get_u64(file.ptr + AT_LEN) != file.len - AW_BACKUP_OVERHEAD)
        return AW_E_FORMAT;
    memcpy(salt, file.ptr + AT_SALT, AW_PRESENCE_SALT_LEN);
    return AW_OK;
}

enum aw_status aw_backup_open(struct aw_bytes *plain, uint8_t *file, size_t file_len,
                              const uint8_t key[AW_PRESENCE_KEY_LEN])
{
    static const uint8_t nonce[AW_NONCE_LEN];
    uint8_t *text = file + AW_BACKUP_HEADER_LEN, salt[AW_PRESENCE_SALT_LEN], own[AW_KEY_LEN];
    enum aw_status st = aw_crypto_init();

    if (st == AW_OK)
        st = aw_backup_check(salt, (struct aw_bytes){file, file_len});
    if (st != AW_OK)
        return st;
    derive(own, file, key);
    st = aw_aead_open(text, text, file_len - AW_BACKUP_OVERHEAD, file + file_len - AW_MAC_LEN, own,
                      nonce, (struct aw_bytes){file, AW_BACKUP_HEADER_LEN});
    aw_wipe(own, sizeof own);
    if (st == AW_OK)
        *plain = (struct aw_bytes){text, file_len - AW_BACKUP_OVERHEAD};
    return st;
}
