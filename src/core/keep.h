/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_KEEP_H
#define AW_CORE_KEEP_H

#include <allswell/contact.h>

#include "crypto/share.h"

/*
 * Keep: the sealed states and shares that a contact holds (spec/07-contact.md §7). The newest
 * 16 of words, the newest 16 of beats, and of older beats the first of each of 24 hours of her
 * clock: the same choice at every contact, by what she said alone, so that shares match.
 */

#define AW_KEEP_WORDS 16
#define AW_KEEP_BEATS 16
#define AW_KEEP_HOURS 24
#define AW_KEEP_COUNT (AW_KEEP_WORDS + AW_KEEP_BEATS + AW_KEEP_HOURS)

/* Secret: wipe. */
struct aw_keep_item {
    uint32_t seq; /* 0: empty */
    uint32_t issued_at;
    uint8_t state[AW_STATE_SEALED_LEN];
    uint8_t share[AW_SHARE_LEN];
};

/* Secret: wipe. */
struct aw_keep {
    struct aw_keep_item items[AW_KEEP_COUNT]; /* words, beats, hours */
    uint64_t dirty;                           /* bit i: items[i] changed since it was stored */
};

/* Adds what came with a word or a beat. What is older than what is kept is dropped. */
void aw_keep_add(struct aw_keep *k, bool is_word, const struct aw_keep_item *item);

/*
 * Opens a state that this contact can open alone: with the key itself (index 0), or with its share
 * when `threshold` is 1. AW_E_STATE: sealed.
 */
AW_MUST_USE enum aw_status aw_keep_open(const struct aw_keep_item *item, uint8_t threshold,
                                        struct aw_state *state);

/* The newest item with a lower seq, or NULL. */
const struct aw_keep_item *aw_keep_before(const struct aw_keep *k, uint64_t seq);

/* The newest item with a share of one's own and a seq of at most `limit`, or NULL. */
const struct aw_keep_item *aw_keep_below(const struct aw_keep *k, uint32_t limit);

/* The item of `seq`, or NULL. */
const struct aw_keep_item *aw_keep_find(const struct aw_keep *k, uint32_t seq);

/* Newest statements of words and of beats whose shares are held, 0: none. */
void aw_keep_newest(const struct aw_keep *k, uint32_t *word, uint32_t *beat);

#define AW_KEEP_RECORD_MAX 192
AW_MUST_USE enum aw_status aw_keep_encode(const struct aw_keep *k, size_t item, struct aw_buf *out);
/* AW_E_DAMAGED. */
AW_MUST_USE enum aw_status aw_keep_load(struct aw_keep *k, uint64_t item, struct aw_bytes in);

#endif /* AW_CORE_KEEP_H */
