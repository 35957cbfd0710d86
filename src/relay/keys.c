/* SPDX-License-Identifier: ISC */
#include "relay/keys.h"

#include "base/assert.h"
#include "crypto/verify.h"

#include <string.h>

/* A slot is the kind, three bits of the hash, and the index. Whose bits differ is another key: in
 * seven of eight cases a neighbour in a chain costs no look at its key, which is far away. */
#define KIND_SHIFT 30
#define TAG_MASK   (UINT32_C(7) << 27)
#define IDX_MASK   ((UINT32_C(1) << 27) - 1)

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
static uint64_t hash_of(const struct aw_relay *r, const uint8_t *key)
{
    return aw_shorthash(r->table_key, (struct aw_bytes){key, AW_RELAY_KEY_LEN});
}

static uint32_t home_of(const struct aw_relay *r, uint64_t hash)
{
    return (uint32_t)hash & r->key_table.mask;
}

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32) & TAG_MASK;
}

/* Returns the slot's value, 0 when there is none of `kind`, or of any kind when that is 0. */
static uint32_t find(const struct aw_relay *r, const uint8_t *key, uint64_t hash, uint32_t kind)
{
    const struct aw_table *t = &r->key_table;

    for (uint32_t pos = home_of(r, hash); t->slots[pos] != 0; pos = (pos + 1) & t->mask) {
        uint32_t slot = t->slots[pos];

        if ((kind == 0 || slot >> KIND_SHIFT == kind) && (slot & TAG_MASK) == tag_of(hash) &&
            aw_secret_equal(key_of(r, slot), key, AW_RELAY_KEY_LEN))
            return slot;
    }
    return 0;
}

/* The slot of what is in the table already, or comes in. */
static uint32_t slot_of(const struct aw_relay *r, enum aw_key_kind kind, uint32_t idx,
                        uint64_t *hash)
{
    uint32_t slot = (uint32_t)kind << KIND_SHIFT | idx;

    AW_ASSERT(idx <= IDX_MASK);
    *hash = hash_of(r, key_of(r, slot));
    return slot | tag_of(*hash);
}

uint32_t aw_keys_find(const struct aw_relay *r, const uint8_t key[AW_RELAY_KEY_LEN],
                      enum aw_key_kind kind)
{
    return find(r, key, hash_of(r, key), (uint32_t)kind) & IDX_MASK;
}

bool aw_keys_is_known(const struct aw_relay *r, const uint8_t key[AW_RELAY_KEY_LEN])
{
    return find(r, key, hash_of(r, key), 0) != 0;
}

/* Both hashes first: the slots are far away, and so can be fetched at the same time. */
bool aw_keys_are_free(const struct aw_relay *r, const uint8_t read_key[AW_RELAY_KEY_LEN],
                      const uint8_t deposit_key[AW_RELAY_KEY_LEN])
{
    uint64_t read_hash = hash_of(r, read_key), deposit_hash = hash_of(r, deposit_key);

    return find(r, read_key, read_hash, 0) == 0 && find(r, deposit_key, deposit_hash, 0) == 0 &&
           memcmp(read_key, deposit_key, AW_RELAY_KEY_LEN) != 0;
}

void aw_keys_add(struct aw_relay *r, enum aw_key_kind kind, uint32_t idx)
{
    struct aw_table *t = &r->key_table;
    uint64_t hash;
    uint32_t slot = slot_of(r, kind, idx, &hash);
    uint32_t pos = home_of(r, hash);

    while (t->slots[pos] != 0)
        pos = (pos + 1) & t->mask;
    t->slots[pos] = slot;
}

void aw_keys_remove(struct aw_relay *r, enum aw_key_kind kind, uint32_t idx)
{
    struct aw_table *t = &r->key_table;
    uint64_t hash;
    uint32_t slot = slot_of(r, kind, idx, &hash);
    uint32_t hole = home_of(r, hash);

    while (t->slots[hole] != slot) {
        AW_ASSERT(t->slots[hole] != 0);
        hole = (hole + 1) & t->mask;
    }
    /* Whoever was pushed beyond the hole moves up, so that no chain is cut. */
    for (uint32_t pos = (hole + 1) & t->mask; t->slots[pos] != 0; pos = (pos + 1) & t->mask) {
        uint32_t home = home_of(r, hash_of(r, key_of(r, t->slots[pos])));

        if (((pos - home) & t->mask) >= ((pos - hole) & t->mask)) {
            t->slots[hole] = t->slots[pos];
            hole = pos;
        }
    }
    t->slots[hole] = 0;
}
