/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_RATCHET_H
#define AW_CORE_RATCHET_H

/* Ratchet: one lane in one direction of one epoch (spec/05-channel.md §3). */

#include <allswell/limits.h>

#include "crypto/cell.h"
#include "crypto/schedule.h"

/* Secret: wipe. One that is not live seals and opens nothing. */
struct aw_ratchet {
    uint8_t header_key[AW_KEY_LEN];
    uint8_t chain[AW_KEY_LEN]; /* chain key of next_index */
    uint64_t next_index;       /* to send, or lowest still acceptable; 2^32: used up */
    bool live;
};

void aw_ratchet_init(struct aw_ratchet *r, const struct aw_lane_keys *keys);

/* Erases the keys and keeps the count: what was sent can still be told. */
void aw_ratchet_kill(struct aw_ratchet *r);

/* Seals the next cell into `cell_len` bytes. AW_E_STATE (not live), _SPACE, _KEYS, _ENTROPY: no
 * change. */
AW_MUST_USE enum aw_status aw_ratchet_seal(struct aw_ratchet *r, uint8_t *cell, size_t cell_len,
                                           struct aw_bytes plain, uint32_t *index,
                                           const struct aw_random *random);

/*
 * Opens a cell, which takes all keys up to its index away.
 * Returns AW_E_AUTH    not of this lane, or damaged
 *         AW_E_REPLAY  index below the lowest acceptable
 *         AW_E_RANGE   index beyond AW_INDEX_JUMP_MAX
 * On failure nothing changed, `plain` included.
 */
AW_MUST_USE enum aw_status aw_ratchet_open(struct aw_ratchet *r, uint8_t *plain,
                                           const uint8_t *cell, size_t cell_len, uint32_t *index);

#endif /* AW_CORE_RATCHET_H */
