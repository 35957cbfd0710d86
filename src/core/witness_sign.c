/* SPDX-License-Identifier: ISC */
#include "core/witness_sign.h"

#include <string.h>

#include "base/bytes.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/verify.h"

void aw_badge_make(uint8_t out[AW_BADGE_LEN], const uint8_t circle_key[AW_KEY_LEN],
                   const struct aw_channel *ch, bool is_own, uint32_t number)
{
    uint8_t context[AW_HASH_LEN + 1 + 4];
    bool is_offer = (ch->role == AW_ROLE_SUBJECT) == is_own;

    memcpy(context, ch->id, AW_HASH_LEN);
    context[AW_HASH_LEN] = is_offer ? AW_DIRECTION_OFFER : AW_DIRECTION_ACCEPT;
    aw_put_u32(context + AW_HASH_LEN + 1, number);
    aw_kdf(out, AW_BADGE_LEN, circle_key, AW_LABEL_BADGE, AW_BYTES_OF(context));
}

/* The channel's id and the message without its signature: what is signed. */
static enum aw_status signed_bytes(const struct aw_witness *w, const struct aw_channel *ch,
                                   struct aw_buf *out)
{
    struct aw_witness bare = *w;
    enum aw_status st;

    memcpy(out->ptr, ch->id, sizeof ch->id);
    out->len = sizeof ch->id;
    bare.has_signature = false;
    st = aw_message_encode(&aw_witness_map, &bare, out);
    aw_wipe(&bare, sizeof bare);
    return st;
}

enum aw_status aw_witness_sign(struct aw_witness *w, const struct aw_sign_key *key,
                               const struct aw_channel *ch)
{
    uint8_t space[AW_HASH_LEN + AW_WITNESS_LEN_MAX];
    struct aw_buf bytes = AW_BUF_OF(space);
    enum aw_status st = signed_bytes(w, ch, &bytes);

    if (st == AW_OK) {
        aw_sign(w->signature, key, AW_LABEL_SIGN_WITNESS, aw_buf_bytes(&bytes));
        w->has_signature = true;
    }
    aw_wipe(space, sizeof space);
    return st;
}

/* spec/03-wire.md §8 [WI-25]: "A witness MUST carry its signature." */
enum aw_status aw_witness_verify(const struct aw_witness *w, const uint8_t pk[AW_KEY_LEN],
                                 const struct aw_channel *ch)
{
    uint8_t space[AW_HASH_LEN + AW_WITNESS_LEN_MAX];
    struct aw_buf bytes = AW_BUF_OF(space);
    enum aw_status st = w->has_signature ? signed_bytes(w, ch, &bytes) : AW_E_AUTH;

    if (st == AW_OK)
        st = aw_verify(pk, AW_LABEL_SIGN_WITNESS, aw_buf_bytes(&bytes), w->signature);
    aw_wipe(space, sizeof space);
    return st;
}
