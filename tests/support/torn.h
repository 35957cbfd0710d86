/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_TORN_H
#define AW_TESTS_TORN_H

#include "test.h"

/*
 * What a power cut leaves of changes to a file that were not flushed: each 512 bytes are old, new
 * or garbage.
 */

/* Content of a file; zero-initialised it is empty. Owned: free(bytes). */
struct torn_file {
    uint8_t *bytes;
    size_t len, cap;
};

struct torn_change {
    uint8_t *bytes; /* NULL: the file is cut off, or filled up with zeros, at `len` */
    size_t at, len;
};

/* A write, with a copy of its bytes: free(bytes). */
struct torn_change torn_keep(const void *bytes, size_t at, size_t len);

void torn_copy(struct torn_file *out, const struct torn_file *from);

/* The change as it was meant. */
void torn_apply(struct torn_file *file, const struct torn_change *change);

/* A third of changes get through, a third do not, a third do in part. */
void torn_apply_some(struct torn_file *file, const struct torn_change *change, struct t_rng *rng);

/* False: there is no such file. */
bool torn_read(struct torn_file *out, const char *path);

/* Over what is there, if anything is. */
void torn_write(const struct torn_file *file, const char *path);

#endif /* AW_TESTS_TORN_H */
