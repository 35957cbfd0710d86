/* SPDX-License-Identifier: ISC */
#include "test.h"

#include <allswell/backup.h>

#include "base/bytes.h"
#include "store/sqlite.h"
#include "support/folder.h"

#define PLAIN_LEN 100
#define FILE_LEN  (PLAIN_LEN + AW_BACKUP_OVERHEAD)

static const uint8_t key[AW_PRESENCE_KEY_LEN] = {7};
static const uint8_t salt[AW_PRESENCE_SALT_LEN] = {1, 2, 3};

static void seal(uint8_t file[FILE_LEN])
{
    memset(file, 0xa5, FILE_LEN);
    T_EQ(aw_backup_seal(file, PLAIN_LEN, key, salt), AW_OK);
}

/* Goal: what was sealed comes back, with the key of this file only.
 * Method: another key, and the header of another salt. */
static void test_round_trip(void)
{
    static const uint8_t other_key[AW_PRESENCE_KEY_LEN] = {8};
    uint8_t file[FILE_LEN], want[PLAIN_LEN], got_salt[AW_PRESENCE_SALT_LEN];
    struct aw_bytes plain;

    memset(want, 0xa5, sizeof want);
    seal(file);
    T_TRUE(memcmp(file + AW_BACKUP_HEADER_LEN, want, PLAIN_LEN) != 0);
    T_EQ(aw_backup_check(got_salt, (struct aw_bytes){file, FILE_LEN}), AW_OK);
    T_MEM_EQ(got_salt, salt, sizeof salt);
    T_EQ(aw_backup_open(&plain, file, FILE_LEN, other_key), AW_E_AUTH);
    T_EQ(aw_backup_open(&plain, file, FILE_LEN, key), AW_OK);
    T_EQ(plain.len, PLAIN_LEN);
    T_MEM_EQ(plain.ptr, want, PLAIN_LEN);
}

/* Goal: no bit of a file can be changed, and none of its bytes left away or added; what is refused
 * is left as it was. Method: all of them. */
static void test_every_damage(void)
{
    uint8_t file[FILE_LEN + 1], copy[FILE_LEN + 1];
    struct aw_bytes plain;

    seal(file);
    file[FILE_LEN] = 0;
    for (size_t len = 0; len <= FILE_LEN + 1; len++) {
        if (len != FILE_LEN)
            T_EQ(aw_backup_open(&plain, file, len, key), AW_E_FORMAT);
    }
    for (size_t bit = 0; bit < (size_t)FILE_LEN * 8; bit++) {
        enum aw_status st;

        memcpy(copy, file, sizeof copy);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        st = aw_backup_open(&plain, copy, FILE_LEN, key);
        T_TRUE(st == AW_E_AUTH || st == AW_E_FORMAT || st == AW_E_VERSION);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        T_MEM_EQ(copy, file, FILE_LEN);
    }
    T_EQ(aw_backup_open(&plain, file, FILE_LEN, key), AW_OK);
}

/* Goal: lengths at the bounds. */
static void test_bounds(void)
{
    uint8_t file[FILE_LEN] = {0}, zeros[FILE_LEN] = {0};

    T_EQ(aw_backup_seal(file, 0, key, salt), AW_E_RANGE);
    T_EQ(aw_backup_seal(file, AW_BACKUP_PLAIN_MAX + 1, key, salt), AW_E_RANGE);
    T_MEM_EQ(file, zeros, sizeof file);
}

/* Goal: the image of an open store holds the last commit, also where it is still in the log, and
 * opens as a store. Method: without AW_SQLITE_SECURE the log is not moved by a commit. */
static void test_image(void)
{
    static const uint8_t value[] = "the last commit";
    const struct aw_store_op op = {120, 5, {value, sizeof value}};
    const char *folder = folder_new(), *from = folder_path(folder, "from.db");
    const char *to = folder_path(folder, "to.db");
    char message[AW_SQLITE_MESSAGE_CAP];
    uint8_t *image = NULL, got[sizeof value];
    struct aw_buf out = {.ptr = got, .cap = sizeof got};
    struct aw_store store;
    size_t len = 0;
    FILE *file;

    T_REQUIRE(aw_store_sqlite_open(&store, from, AW_SQLITE_CREATE, message) == AW_OK);
    T_EQ(store.vtable->commit(store.self, &op, 1), AW_OK);
    T_EQ(aw_store_sqlite_image(&store, 1, &image, &len), AW_E_LIMIT);
    T_TRUE(image == NULL);
    T_EQ(aw_store_sqlite_image(&store, AW_BACKUP_PLAIN_MAX, &image, &len), AW_OK);
    store.vtable->close(store.self);
    file = fopen(to, "wb");
    T_REQUIRE(file != NULL);
    T_EQ(fwrite(image, 1, len, file), len);
    (void)fclose(file);
    aw_store_sqlite_image_free(image, len);
    aw_store_sqlite_image_free(NULL, 0);

    T_REQUIRE(aw_store_sqlite_open(&store, to, 0, message) == AW_OK);
    T_EQ(store.vtable->read(store.self, 120, 5, 0, &out), AW_OK);
    T_MEM_EQ(got, value, sizeof value);
    store.vtable->close(store.self);
}

int main(void)
{
    T_RUN(test_round_trip);
    T_RUN(test_every_damage);
    T_RUN(test_bounds);
    T_RUN(test_image);
    return t_end();
}
