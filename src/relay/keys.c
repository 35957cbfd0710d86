/* SPDX-License-Identifier: ISC */
#include "relay/keys.h"

#include "base/assert.h"
#include "crypto/verify.h"

#include <string.h>

/* A slot is the kind in the upper bits and the index below. */
#define KIND_SHIFT 28
#define IDX_MASK   ((UINT32_C(1) << KIND_SHIFT) - 1)

static const uint8_t *key_of(const struct aw_relay *r, uint32_t slot)
{
    uint32_t idx = slot & IDX_MASK;

    switch (slot >> KIND_SHIFT) {
    case AW_KEY_READ:
        return r->boxes[idx].read_key;
    case AW_KEY_DEPOSIT:
        return r->boxes[idx].deposit_key;
    default:
        return r->tokens[idx].hash;
    }
}

/* The table key is secret and new at each start: nobody can aim at one chain of slots. */
static uint32_t home_of(const struct aw_relay *r, const uint8_t *key)
{
    struct aw_bytes bytes = {key, AW_RELAY_KEY_LEN};

    return (uint32_t)aw_shorthash(r->table_key, bytes) & r->key_table.mask;
}

/* Returns the slot's value, 0 when there is none of `kind`, or of any kind when that is 0. */
static uint32_t find(const struct aw_relay *r, const uint8_t *key, uint32_t kind)
{
    const struct aw_table *t = &r->key_table;

    for (uint32_t pos = home_of(r, key); t->slots[pos] != 0; pos = (pos + 1) & t->mask) {
        uint32_t slot = t->slots[pos];

        if ((kind == 0 || slot >> KIND_SHIFT == kind) &&
            aw_secret_equal(key_of(r, slot), key, AW_RELAY_KEY_LEN))
            return slot;
    }
    return 0;
}

uint32_t aw_keys_find(const struct aw_relay *r, const uint8_t key[AW_RELAY_KEY_LEN],
                      enum aw_key_kind kind)
{
    return find(r, key, (uint32_t)kind) & IDX_MASK;
}

bool aw_keys_is_known(const struct aw_relay *r, const uint8_t key[AW_RELAY_KEY_LEN])
{
    return find(r, key, 0) != 0;
}

void aw_keys_add(struct aw_relay *r, enum aw_key_kind kind, uint32_t idx)
{
    uint32_t slot = (uint32_t)kind << KIND_SHIFT | idx;
    struct aw_table *t = &r->key_table;
    uint32_t pos = home_of(r, key_of(r, slot));

    while (t->slots[pos] != 0)
        pos = (pos + 1) & t->mask;
    t->slots[pos] = slot;
}

void aw_keys_remove(struct aw_relay *r, enum aw_key_kind kind, uint32_t idx)
{
    uint32_t slot = (uint32_t)kind << KIND_SHIFT | idx;
    struct aw_table *t = &r->key_table;
    uint32_t hole = home_of(r, key_of(r, slot));

    while (t->slots[hole] != slot) {
        AW_ASSERT(t->slots[hole] != 0);
        hole = (hole + 1) & t->mask;
    }
    /* Whoever was pushed beyond the hole moves up, so that no chain is cut. */
    for (uint32_t pos = (hole + 1) & t->mask; t->slots[pos] != 0; pos = (pos + 1) & t->mask) {
        uint32_t home = home_of(r, key_of(r, t->slots[pos]));

        if (((pos - home) & t->mask) >= ((pos - hole) & t->mask)) {
            t->slots[hole] = t->slots[pos];
            hole = pos;
        }
    }
    t->slots[hole] = 0;
}
