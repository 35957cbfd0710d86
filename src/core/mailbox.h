/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_MAILBOX_H
#define AW_CORE_MAILBOX_H

#include <allswell/action.h>

#include "crypto/init.h"

/* One mailbox at one relay, from the seeds of its two capabilities (spec/09-crypto.md §2.5). */
void aw_mailbox_make(struct aw_mailbox *out, uint32_t id, uint8_t channel,
                     const struct aw_endpoint *relay, const uint8_t read_seed[AW_KEY_LEN],
                     const uint8_t deposit_seed[AW_KEY_LEN]);

#endif /* AW_CORE_MAILBOX_H */
