/* SPDX-License-Identifier: ISC */
#include "core/mailbox.h"

#include "crypto/kdf.h"
#include "crypto/verify.h"

void aw_mailbox_make(struct aw_mailbox *out, uint32_t id, uint8_t channel,
                     const struct aw_endpoint *relay, const uint8_t read_seed[AW_KEY_LEN],
                     const uint8_t deposit_seed[AW_KEY_LEN])
{
    out->id = id;
    out->channel = channel;
    out->relay = *relay;
    aw_capability_derive(out->read_capability, read_seed, relay->relay_key);
    aw_capability_derive(out->deposit_capability, deposit_seed, relay->relay_key);
    aw_capability_hash(out->read_key, out->read_capability);
    aw_capability_hash(out->deposit_key, out->deposit_capability);
}
