/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_WITNESS_SIGN_H
#define AW_CORE_WITNESS_SIGN_H

#include "core/channel.h"
#include "crypto/presence.h"
#include "crypto/sign.h"
#include "wire/witness.h"

/* What makes a witness count: its badge and its signature (spec/09-crypto.md §10.6, 03 §8). */

/* The badge of witness `number` on this channel: of this side, or of the other one. */
void aw_badge_make(uint8_t out[AW_BADGE_LEN], const uint8_t circle_key[AW_KEY_LEN],
                   const struct aw_channel *ch, bool is_own, uint32_t number);

/* Signs all fields for this channel. AW_E_SPACE: the message is too long. */
AW_MUST_USE enum aw_status aw_witness_sign(struct aw_witness *w, const struct aw_sign_key *key,
                                           const struct aw_channel *ch);

/* AW_E_AUTH: not signed, or not with this key for this channel. */
AW_MUST_USE enum aw_status aw_witness_verify(const struct aw_witness *w,
                                             const uint8_t pk[AW_KEY_LEN],
                                             const struct aw_channel *ch);

#endif /* AW_CORE_WITNESS_SIGN_H */
