/* SPDX-License-Identifier: ISC */
#include "core/keep.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/state.h"

_Static_assert(AW_KEEP_WORDS == AW_KEEP_BEATS, "add() treats them alike");
_Static_assert(AW_KEEP_COUNT <= 64, "one bit for each item");
_Static_assert(AW_STATE_LEN == AW_STATE_PADDED_LEN, "what is sealed is what is encoded");

static const struct aw_wire_field item_fields[] = {
    AW_ROW_UINT(0, aw_keep_item, seq, 1, UINT32_MAX),
    AW_ROW_UINT(1, aw_keep_item, issued_at, 0, UINT32_MAX),
    AW_ROW_FIXED(2, aw_keep_item, state),
    AW_ROW_FIXED(3, aw_keep_item, share),
};

static const struct aw_wire_map item_map =
    AW_WIRE_TABLE("keep_item", aw_keep_item, item_fields, NULL);

static size_t lowest_seq(const struct aw_keep *k, size_t from, size_t count)
{
    size_t lowest = from;

    for (size_t i = from + 1; i < from + count; i++) {
        if (k->items[i].seq < k->items[lowest].seq)
            lowest = i;
    }
    return lowest;
}

static void put(struct aw_keep *k, size_t at, const struct aw_keep_item *item)
{
    k->items[at] = *item;
    k->dirty |= UINT64_C(1) << at;
}

static bool is_held(const struct aw_keep *k, size_t from, size_t count, uint32_t seq)
{
    for (size_t i = from; i < from + count; i++) {
        if (k->items[i].seq == seq)
            return true;
    }
    return false;
}

/* The first beat of each hour, as far as it was seen. */
static void add_hour(struct aw_keep *k, const struct aw_keep_item *item)
{
    const size_t from = AW_KEEP_WORDS + AW_KEEP_BEATS;
    size_t lowest = lowest_seq(k, from, AW_KEEP_HOURS);

    if (item->seq == 0)
        return;
    for (size_t i = from; i < from + AW_KEEP_HOURS; i++) {
        const struct aw_keep_item *held = &k->items[i];

        if (held->seq == 0 || held->issued_at / 3600 != item->issued_at / 3600)
            continue;
        if (item->seq < held->seq)
            put(k, i, item);
        return;
    }
    if (item->seq > k->items[lowest].seq)
        put(k, lowest, item);
}

/* spec/07-contact.md §7: "A report of another contact or of a relay MUST NOT delete a share." Only
 * what she said later pushes one out. */
void aw_keep_add(struct aw_keep *k, bool is_word, const struct aw_keep_item *item)
{
    size_t from = is_word ? 0 : AW_KEEP_WORDS;
    const size_t count = AW_KEEP_WORDS; /* of each */
    size_t lowest = lowest_seq(k, from, count);
    struct aw_keep_item evicted = k->items[lowest];

    AW_ASSERT(item->seq != 0);
    if (is_held(k, from, count, item->seq))
        return;
    if (item->seq > evicted.seq)
        put(k, lowest, item);
    if (!is_word)
        add_hour(k, item->seq > evicted.seq ? &evicted : item);
    aw_wipe(&evicted, sizeof evicted);
}

enum aw_status aw_keep_open(const struct aw_keep_item *item, uint8_t threshold,
                            struct aw_state *state)
{
    uint8_t shares[1][AW_SHARE_LEN], plain[AW_STATE_LEN];
    enum aw_status st = AW_E_STATE;

    for (size_t i = 0; i < AW_SHARE_LEN; i++)
        shares[0][i] = item->share[i];
    if (item->share[0] == 0 && aw_share_is_valid(item->share))
        st = aw_state_open(plain, item->state, item->share + 1);
    else if (threshold == 1)
        st = aw_share_open_any(plain, shares, 1, 1, item->state);
    if (st == AW_OK)
        st = aw_message_decode_padded(&aw_state_map, state, AW_BYTES_OF(plain));
    aw_wipe(plain, sizeof plain);
    aw_wipe(shares, sizeof shares);
    return st == AW_OK ? AW_OK : AW_E_STATE;
}

const struct aw_keep_item *aw_keep_before(const struct aw_keep *k, uint64_t seq)
{
    const struct aw_keep_item *found = NULL;

    for (size_t i = 0; i < AW_KEEP_COUNT; i++) {
        const struct aw_keep_item *item = &k->items[i];

        if (item->seq != 0 && item->seq < seq && (found == NULL || item->seq > found->seq))
            found = item;
    }
    return found;
}

const struct aw_keep_item *aw_keep_below(const struct aw_keep *k, uint32_t limit)
{
    const struct aw_keep_item *found = NULL;

    for (size_t i = 0; i < AW_KEEP_COUNT; i++) {
        const struct aw_keep_item *item = &k->items[i];

        if (item->seq != 0 && item->seq <= limit && item->share[0] != 0 &&
            (found == NULL || item->seq > found->seq))
            found = item;
    }
    return found;
}

const struct aw_keep_item *aw_keep_find(const struct aw_keep *k, uint32_t seq)
{
    for (size_t i = 0; i < AW_KEEP_COUNT; i++) {
        if (seq != 0 && k->items[i].seq == seq)
            return &k->items[i];
    }
    return NULL;
}

void aw_keep_newest(const struct aw_keep *k, uint32_t *word, uint32_t *beat)
{
    *word = *beat = 0;
    for (size_t i = 0; i < AW_KEEP_COUNT; i++) {
        uint32_t *newest = i < AW_KEEP_WORDS ? word : beat;

        if (k->items[i].seq > *newest)
            *newest = k->items[i].seq;
    }
}

enum aw_status aw_keep_encode(const struct aw_keep *k, size_t item, struct aw_buf *out)
{
    AW_ASSERT(item < AW_KEEP_COUNT);
    return aw_message_encode(&item_map, &k->items[item], out);
}

enum aw_status aw_keep_load(struct aw_keep *k, uint64_t item, struct aw_bytes in)
{
    if (item >= AW_KEEP_COUNT || aw_message_decode(&item_map, &k->items[item], in) != AW_OK)
        return AW_E_DAMAGED;
    return AW_OK;
}
