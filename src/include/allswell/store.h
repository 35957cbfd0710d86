/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_STORE_H
#define ALLSWELL_STORE_H

#include <allswell/base.h>

/**
 * @file
 * Store: the one interface between the engines and whatever keeps their records
 * (spec/10-storage.md).
 *
 * A record is bytes under (space, key). Engines ask for changes as lists of aw_store_op,
 * each list to be applied whole or not at all; the host applies them through an aw_store and
 * reports back. At start the host scans every space and hands each record to the engine.
 * Threads: an aw_store is used by one thread at a time.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Largest key: space and key share one 64-bit number in SQLite, space in the top byte. */
#define AW_STORE_KEY_MAX ((UINT64_C(1) << 55) - 1)

/** One change. An op with value.ptr NULL deletes the record; absent is no error. Size: 32 bytes. */
struct aw_store_op {
    uint8_t space;         /* 1 to 127 */
    uint64_t key;          /* at most AW_STORE_KEY_MAX */
    struct aw_bytes value; /* ptr NULL: delete */
};

/** Called for each record in ascending key order; a status other than AW_OK ends the scan. */
typedef enum aw_status aw_store_visit(void *ctx, uint64_t key, struct aw_bytes value);

/**
 * What a store can do. Every function may block; none is called by the engines themselves.
 * Size: 32 bytes.
 */
struct aw_store_vtable {
    /** Applies all ops in order, durable when it returns AW_OK; else nothing and AW_E_STORE. */
    enum aw_status (*commit)(void *self, const struct aw_store_op *ops, size_t count);

    /** Visits all records of `space`. AW_E_STORE, AW_E_DAMAGED, or the visitor's own status. */
    enum aw_status (*scan)(void *self, uint8_t space, aw_store_visit *visit, void *ctx);

    /** Fills out->cap bytes from `offset` of a record. AW_E_NOT_FOUND, AW_E_RANGE, AW_E_STORE. */
    enum aw_status (*read)(void *self, uint8_t space, uint64_t key, size_t offset,
                           struct aw_buf *out);

    /** Releases the store and everything that it holds. */
    void (*close)(void *self);
};

/** One store: close it through its vtable. Size: 16 bytes. */
struct aw_store {
    const struct aw_store_vtable *vtable; /* what it can do */
    void *self;                           /* handed to each of its functions */
};

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_STORE_H */
