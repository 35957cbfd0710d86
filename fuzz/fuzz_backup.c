/* SPDX-License-Identifier: ISC */
#include "take.h"

#include <allswell/backup.h>

#include <stdlib.h>

/*
 * Input: a file of somebody's, as it is; or an image that is sealed and damaged: places and what
 * is done there, a byte changed, the end cut off, a byte added. Property: what was sealed opens,
 * and only with its key; whatever else is refused, and left as it was.
 */

#define IMAGE_LEN_MAX 600
#define GROWTH_MAX    64

static const uint8_t key[AW_PRESENCE_KEY_LEN] = {7}, other_key[AW_PRESENCE_KEY_LEN] = {8};

static void refused(uint8_t *file, size_t len, const uint8_t with[AW_PRESENCE_KEY_LEN])
{
    uint8_t *before = malloc(len + 1), salt[AW_PRESENCE_SALT_LEN] = {0};
    static const uint8_t none[AW_PRESENCE_SALT_LEN];
    struct aw_bytes plain = {NULL, 0};
    enum aw_status checked, st;

    AW_ASSERT(before != NULL);
    if (len > 0)
        memcpy(before, file, len);
    checked = aw_backup_check(salt, (struct aw_bytes){file, len});
    AW_ASSERT(checked == AW_OK || checked == AW_E_FORMAT || checked == AW_E_VERSION);
    AW_ASSERT(checked == AW_OK || memcmp(salt, none, sizeof salt) == 0);
    st = aw_backup_open(&plain, file, len, with);
    AW_ASSERT(st == (checked == AW_OK ? AW_E_AUTH : checked));
    AW_ASSERT(plain.ptr == NULL && plain.len == 0);
    AW_ASSERT(len == 0 || memcmp(before, file, len) == 0);
    free(before);
}

/* In a block of its length, so that a byte read beyond it is seen. */
static void hostile(const uint8_t *bytes, size_t len, const uint8_t with[AW_PRESENCE_KEY_LEN])
{
    uint8_t *file = malloc(len > 0 ? len : 1);

    AW_ASSERT(file != NULL);
    if (len > 0)
        memcpy(file, bytes, len);
    refused(file, len, with);
    free(file);
}

static size_t damage(uint8_t *file, size_t len, struct take *in)
{
    size_t cap = len + GROWTH_MAX;

    while (in->len >= 4) {
        uint8_t what = take_byte(in);
        size_t place = (size_t)take_byte(in) << 8 | take_byte(in);
        uint8_t value = take_byte(in);

        if (what % 8 == 0 && len > 0)
            len -= 1 + place % len;
        else if (what % 8 == 1 && len < cap)
            file[len++] = value;
        else if (len > 0)
            file[place % len] ^= value;
    }
    return len;
}

static void sealed(struct take *in)
{
    static uint8_t file[AW_BACKUP_OVERHEAD + IMAGE_LEN_MAX + GROWTH_MAX], whole[sizeof file];
    struct aw_bytes salt = take_bytes(in, AW_PRESENCE_SALT_LEN);
    struct aw_bytes image = take_bytes(in, IMAGE_LEN_MAX), plain = {NULL, 0};
    uint8_t own_salt[AW_PRESENCE_SALT_LEN] = {0};
    size_t len = image.len + AW_BACKUP_OVERHEAD, damaged_len;

    if (salt.len > 0)
        memcpy(own_salt, salt.ptr, salt.len);
    if (image.len > 0)
        memcpy(file + AW_BACKUP_HEADER_LEN, image.ptr, image.len);
    must(aw_backup_seal(file, image.len, key, own_salt), image.len > 0 ? AW_OK : AW_E_RANGE);
    if (image.len == 0)
        return;
    memcpy(whole, file, len);
    refused(file, len, other_key);
    damaged_len = damage(file, len, in);
    if (damaged_len != len || memcmp(file, whole, len) != 0)
        hostile(file, damaged_len, key);
    must(aw_backup_open(&plain, whole, len, key), AW_OK);
    AW_ASSERT(plain.len == image.len && memcmp(plain.ptr, image.ptr, image.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct take in = {data, size};

    if ((take_byte(&in) & 1) == 0)
        sealed(&in);
    else
        hostile(in.ptr, in.len, other_key); /* what was sealed with the other one, it has seen */
    return 0;
}
