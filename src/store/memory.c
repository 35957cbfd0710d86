/* SPDX-License-Identifier: ISC */
#include "base/assert.h"
#include "store/alloc.h"
#include "store/id.h"

#include <allswell/store_memory.h>
#include <string.h>

struct record {
    uint64_t id;
    uint8_t *value; /* owned */
    size_t len;
};

/* Sorted by id: a scan of one space is a slice. */
struct table {
    struct record *records;
    size_t count, cap;
};

struct memory {
    struct table now;
    struct table durable; /* what a crash goes back to, while lying */
    bool lying;
    uint64_t fail_in; /* commits until the fault; 0: none */
    bool fail_forever;
    uint64_t commit_count;
};

static void table_free(struct table *t)
{
    size_t i;

    for (i = 0; i < t->count; i++)
        aw_free(t->records[i].value);
    aw_free(t->records);
    *t = (struct table){0};
}

/* Position of `id`, or of the first record after it. */
static size_t table_find(const struct table *t, uint64_t id)
{
    size_t low = 0, high = t->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (t->records[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool table_grow(struct table *t, size_t more)
{
    size_t cap = t->cap == 0 ? 64 : t->cap;
    struct record *grown;

    while (cap < t->count + more)
        cap *= 2;
    if (cap == t->cap)
        return true;
    grown = aw_realloc(t->records, cap * sizeof *grown);
    if (grown == NULL)
        return false;
    t->records = grown;
    t->cap = cap;
    return true;
}

static enum aw_status table_copy(struct table *out, const struct table *from)
{
    struct table t = {0};
    size_t i;

    if (!table_grow(&t, from->count))
        return AW_E_STORE;
    for (i = 0; i < from->count; i++) {
        const struct record *r = &from->records[i];
        uint8_t *value = aw_alloc(r->len);

        if (value == NULL) {
            table_free(&t);
            return AW_E_STORE;
        }
        if (r->len > 0)
            memcpy(value, r->value, r->len);
        t.records[t.count++] = (struct record){r->id, value, r->len};
    }
    *out = t;
    return AW_OK;
}

/* Takes over `value`. Cannot fail: room was made before. */
static void table_put(struct table *t, uint64_t id, uint8_t *value, size_t len)
{
    size_t at = table_find(t, id);

    if (at < t->count && t->records[at].id == id) {
        aw_free(t->records[at].value);
    } else {
        AW_ASSERT(t->count < t->cap);
        memmove(&t->records[at + 1], &t->records[at], (t->count - at) * sizeof *t->records);
        t->count++;
    }
    t->records[at] = (struct record){id, value, len};
}

static void table_delete(struct table *t, uint64_t id)
{
    size_t at = table_find(t, id);

    if (at == t->count || t->records[at].id != id)
        return;
    aw_free(t->records[at].value);
    t->count--;
    memmove(&t->records[at], &t->records[at + 1], (t->count - at) * sizeof *t->records);
}

static bool fault_is_due(struct memory *m)
{
    if (m->fail_in == 0)
        return false;
    if (m->fail_in > 1) {
        m->fail_in--;
        return false;
    }
    if (!m->fail_forever)
        m->fail_in = 0;
    return true;
}

/* All memory is taken before the first change, so a list is applied whole or not at all. */
static enum aw_status memory_commit(void *self, const struct aw_store_op *ops, size_t count)
{
    struct memory *m = self;
    uint8_t **values;
    size_t i, ready;

    if (fault_is_due(m) || !table_grow(&m->now, count))
        return AW_E_STORE;
    values = aw_alloc(count * sizeof *values);
    if (values == NULL)
        return AW_E_STORE;
    for (ready = 0; ready < count; ready++) {
        const struct aw_bytes *v = &ops[ready].value;

        if (v->ptr == NULL)
            continue;
        values[ready] = aw_alloc(v->len);
        if (values[ready] == NULL)
            break;
        if (v->len > 0)
            memcpy(values[ready], v->ptr, v->len);
    }
    if (ready < count) {
        for (i = 0; i < ready; i++)
            aw_free(values[i]);
        aw_free(values);
        return AW_E_STORE;
    }
    for (i = 0; i < count; i++) {
        uint64_t id = aw_store_id(ops[i].space, ops[i].key);

        if (values[i] == NULL)
            table_delete(&m->now, id);
        else
            table_put(&m->now, id, values[i], ops[i].value.len);
    }
    aw_free(values);
    m->commit_count++;
    return AW_OK;
}

static enum aw_status memory_scan(void *self, uint8_t space, aw_store_visit *visit, void *ctx)
{
    const struct memory *m = self;
    size_t at = table_find(&m->now, aw_store_id(space, 0));

    for (; at < m->now.count; at++) {
        const struct record *r = &m->now.records[at];
        enum aw_status st;

        if (r->id > aw_store_id(space, AW_STORE_KEY_MAX))
            break;
        st = visit(ctx, r->id & AW_STORE_KEY_MAX, (struct aw_bytes){r->value, r->len});
        if (st != AW_OK)
            return st;
    }
    return AW_OK;
}

static enum aw_status memory_read(void *self, uint8_t space, uint64_t key, size_t offset,
                                  struct aw_buf *out)
{
    const struct memory *m = self;
    uint64_t id = aw_store_id(space, key);
    size_t at = table_find(&m->now, id);

    if (at == m->now.count || m->now.records[at].id != id)
        return AW_E_NOT_FOUND;
    if (offset > m->now.records[at].len || out->cap > m->now.records[at].len - offset)
        return AW_E_RANGE;
    if (out->cap > 0)
        memcpy(out->ptr, m->now.records[at].value + offset, out->cap);
    out->len = out->cap;
    return AW_OK;
}

static void memory_close(void *self)
{
    struct memory *m = self;

    table_free(&m->now);
    table_free(&m->durable);
    aw_free(m);
}

static const struct aw_store_vtable memory_vtable = {
    .commit = memory_commit, .scan = memory_scan, .read = memory_read, .close = memory_close};

static struct memory *memory_of(const struct aw_store *store)
{
    AW_ASSERT(store->vtable == &memory_vtable);
    return store->self;
}

enum aw_status aw_store_memory_open(struct aw_store *out)
{
    struct memory *m = aw_alloc(sizeof *m);

    if (m == NULL)
        return AW_E_STORE;
    *out = (struct aw_store){&memory_vtable, m};
    return AW_OK;
}

enum aw_status aw_store_memory_clone(struct aw_store *out, const struct aw_store *from)
{
    struct aw_store copy;
    enum aw_status st = aw_store_memory_open(&copy);

    if (st != AW_OK)
        return st;
    st = table_copy(&memory_of(&copy)->now, &memory_of(from)->now);
    if (st != AW_OK) {
        memory_close(copy.self);
        return st;
    }
    *out = copy;
    return AW_OK;
}

void aw_store_memory_fail_at(struct aw_store *store, uint64_t nth, bool forever)
{
    memory_of(store)->fail_in = nth;
    memory_of(store)->fail_forever = forever;
}

enum aw_status aw_store_memory_lie(struct aw_store *store, bool lying)
{
    struct memory *m = memory_of(store);

    if (lying && !m->lying) {
        enum aw_status st = table_copy(&m->durable, &m->now);

        if (st != AW_OK)
            return st;
    } else if (!lying) {
        table_free(&m->durable);
    }
    m->lying = lying;
    return AW_OK;
}

void aw_store_memory_crash(struct aw_store *store)
{
    struct memory *m = memory_of(store);

    if (!m->lying)
        return;
    table_free(&m->now);
    m->now = m->durable;
    m->durable = (struct table){0};
    m->lying = false;
}

uint64_t aw_store_memory_commit_count(const struct aw_store *store)
{
    return memory_of(store)->commit_count;
}

size_t aw_store_memory_record_count(const struct aw_store *store)
{
    return memory_of(store)->now.count;
}
