/* SPDX-License-Identifier: ISC */
#include "core/ratchet.h"

#include <string.h>

#include "base/bytes.h"
#include "crypto/kdf.h"

#define INDEX_END (UINT64_C(1) << 32)

void aw_ratchet_init(struct aw_ratchet *r, const struct aw_lane_keys *keys)
{
    memcpy(r->header_key, keys->header_key, AW_KEY_LEN);
    memcpy(r->chain, keys->chain, AW_KEY_LEN);
    r->next_index = 0;
    r->live = true;
}

void aw_ratchet_kill(struct aw_ratchet *r)
{
    aw_wipe(r->header_key, sizeof r->header_key);
    aw_wipe(r->chain, sizeof r->chain);
    r->live = false;
}

enum aw_status aw_ratchet_seal(struct aw_ratchet *r, uint8_t *cell, size_t cell_len,
                               struct aw_bytes plain, uint32_t *index,
                               const struct aw_random *random)
{
    uint8_t nonce[AW_NONCE_LEN], key[AW_KEY_LEN];
    enum aw_status st;

    if (!r->live)
        return AW_E_STATE;
    /* spec/05-channel.md §3: "When index 2^32 - 1 has been used, a sender MUST NOT seal in that
     * epoch any more." */
    if (r->next_index >= INDEX_END)
        return AW_E_KEYS;
    if (plain.len > cell_len - AW_CELL_OVERHEAD)
        return AW_E_SPACE;
    /* spec/09-crypto.md §8.1: "The nonce MUST be drawn afresh for every cell." */
    st = aw_random_fill(random, nonce, sizeof nonce);
    if (st != AW_OK)
        return st;

    /* spec/05-channel.md §3: "A sender MUST erase the message key of a cell, and the chain key
     * that it came from, before the cell leaves." */
    aw_chain_step(r->chain, key);
    st = aw_cell_seal(cell, cell_len, r->header_key, key, (uint32_t)r->next_index, nonce, plain);
    aw_wipe(key, sizeof key);
    *index = (uint32_t)r->next_index++;
    return st;
}

enum aw_status aw_ratchet_open(struct aw_ratchet *r, uint8_t *plain, const uint8_t *cell,
                               size_t cell_len, uint32_t *index)
{
    uint8_t chain[AW_KEY_LEN], key[AW_KEY_LEN];
    uint32_t at;
    enum aw_status st;

    if (!r->live)
        return AW_E_AUTH;
    st = aw_cell_peek(cell, cell_len, r->header_key, &at);
    if (st != AW_OK)
        return st;
    /* spec/05-channel.md §3: "A receiver MUST refuse an index below the lowest acceptable one,
     * and one that lies more than 2^20 above it." */
    if (at < r->next_index)
        return AW_E_REPLAY;
    if (at - r->next_index > AW_INDEX_JUMP_MAX)
        return AW_E_RANGE;

    /* spec/05-channel.md §3: "A receiver MUST NOT change any state before the MAC of the cell
     * has verified." */
    memcpy(chain, r->chain, sizeof chain);
    aw_chain_skip(chain, (uint32_t)(at - r->next_index));
    aw_chain_step(chain, key);
    st = aw_cell_open(plain, cell, cell_len, key);
    /* spec/09-crypto.md §6.5: "MUST be erased before the cell leaves, or when it has been opened,
     * and `ck(i)` with it." A cell that does not open leaves the chain as it was. */
    if (st == AW_OK) {
        memcpy(r->chain, chain, sizeof chain);
        r->next_index = (uint64_t)at + 1;
        *index = at;
    }
    aw_wipe(chain, sizeof chain);
    aw_wipe(key, sizeof key);
    return st;
}
