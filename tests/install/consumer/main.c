/* SPDX-License-Identifier: ISC */
/* Somebody else's program: it sees the installed headers and archives, nothing of this tree. It
 * takes something of each of the three libraries, so that a missing dependency shows. */
#include <allswell/allswell.h>

#include <stdio.h>
#include <string.h>

static int count_records(void)
{
    static const uint8_t bytes[3] = {1, 2, 3};
    const struct aw_store_op op = {.space = 1, .key = 7, .value = {bytes, sizeof bytes}};
    struct aw_store store;
    int count = -1;

    if (aw_store_memory_open(&store) != AW_OK)
        return -1;
    if (store.vtable->commit(store.self, &op, 1) == AW_OK)
        count = (int)aw_store_memory_record_count(&store);
    store.vtable->close(store.self);
    return count;
}

int main(void)
{
    char message[AW_SQLITE_MESSAGE_CAP];
    uint8_t secret_key[AW_LINK_KEY_LEN], public_key[AW_LINK_KEY_LEN];
    struct aw_clock clock;
    struct aw_loop *loop;
    struct aw_store store;

    if (strcmp(aw_status_name(AW_E_REPLAY), "replay") != 0)
        return 1;
    if (aw_link_keypair(secret_key, public_key, aw_random_system()) != AW_OK) /* libsodium */
        return 2;
    if (count_records() != 1)
        return 3;
    if (aw_store_sqlite_open(&store, "/nowhere/at/all", 0, message) == AW_OK) /* SQLite */
        return 4;
    if (aw_clock_init(&clock, NULL) != AW_OK || aw_loop_open(&loop, &clock) != AW_OK) /* libuv */
        return 5;
    aw_loop_close(loop);
    if (aw_version() != AW_VERSION || strcmp(aw_version_text(), EXPECTED_VERSION) != 0)
        return 6;
    printf("allswell %s\n", aw_version_text());
    return 0;
}
