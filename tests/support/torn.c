/* SPDX-License-Identifier: ISC */
#include "support/torn.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512

/* Room for `len` bytes, new ones zero. */
static void grow(struct torn_file *file, size_t len)
{
    if (len > file->cap) {
        file->cap = len * 2;
        file->bytes = realloc(file->bytes, file->cap);
        T_REQUIRE(file->bytes != NULL);
    }
    if (len > file->len) {
        memset(file->bytes + file->len, 0, len - file->len);
        file->len = len;
    }
}

struct torn_change torn_keep(const void *bytes, size_t at, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);

    T_REQUIRE(copy != NULL);
    memcpy(copy, bytes, len);
    return (struct torn_change){copy, at, len};
}

void torn_copy(struct torn_file *out, const struct torn_file *from)
{
    out->len = 0;
    grow(out, from->len);
    if (from->len > 0)
        memcpy(out->bytes, from->bytes, from->len);
}

void torn_apply(struct torn_file *file, const struct torn_change *change)
{
    if (change->bytes != NULL) {
        grow(file, change->at + change->len);
        memcpy(file->bytes + change->at, change->bytes, change->len);
    } else if (change->len <= file->len) {
        file->len = change->len;
    } else {
        grow(file, change->len);
    }
}

/*
 * A piece of what was not flushed: new, old, or, where it changes, garbage. Bytes beside those that
 * change are safe, as SQLite takes for granted (powersafe overwrite): what is written again over
 * itself, with something new behind it in the same sector, is not lost.
 */
static void apply_sector(struct torn_file *file, const struct torn_change *change, size_t from,
                         size_t len, struct t_rng *rng)
{
    uint64_t luck = t_rng_below(rng, 16);

    grow(file, change->at + from + len);
    if (luck < 8)
        memcpy(file->bytes + change->at + from, change->bytes + from, len);
    for (size_t i = from; luck == 8 && i < from + len; i++) {
        if (file->bytes[change->at + i] != change->bytes[i])
            t_rng_bytes(rng, file->bytes + change->at + i, 1);
    }
}

void torn_apply_some(struct torn_file *file, const struct torn_change *change, struct t_rng *rng)
{
    uint64_t luck = t_rng_below(rng, 3);

    if (luck == 0)
        return;
    if (luck == 1 || change->bytes == NULL) {
        torn_apply(file, change);
        return;
    }
    for (size_t from = 0; from < change->len;) {
        size_t len = SECTOR - (change->at + from) % SECTOR;

        if (len > change->len - from)
            len = change->len - from;
        apply_sector(file, change, from, len, rng);
        from += len;
    }
}

bool torn_read(struct torn_file *out, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return false;
    T_REQUIRE(fstat(fd, &st) == 0);
    out->len = 0;
    grow(out, (size_t)st.st_size);
    T_REQUIRE(read(fd, out->bytes, out->len) == (ssize_t)out->len);
    (void)close(fd);
    return true;
}

void torn_write(const struct torn_file *file, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    T_REQUIRE(fd >= 0);
    T_REQUIRE(write(fd, file->bytes, file->len) == (ssize_t)file->len);
    (void)close(fd);
}
