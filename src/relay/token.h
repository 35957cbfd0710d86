/* SPDX-License-Identifier: ISC */
#ifndef AW_RELAY_TOKEN_H
#define AW_RELAY_TOKEN_H

#include "relay/state.h"

/* Access tokens of the operator: who may create mailboxes, and how many. */

/* Says whether the token allows one more mailbox, and which one it is. */
enum aw_relay_answer aw_token_check(const struct aw_relay *r, const uint8_t *token, uint32_t *idx);

size_t aw_token_row_encode(const struct aw_token_ref *t, uint8_t out[AW_TOKEN_ROW_MAX]);

AW_MUST_USE enum aw_status aw_token_row_load(struct aw_relay *r, uint64_t id, struct aw_bytes row);

#endif /* AW_RELAY_TOKEN_H */
