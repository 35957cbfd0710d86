/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_STATEMENT_H
#define AW_CORE_STATEMENT_H

/* Statements, acts and receipts: what is signed and what presence covers (spec/05-channel.md §6).
 */

#include "crypto/sign.h"
#include "crypto/verify.h"

/* One sentence of her device. No secrets. */
struct aw_statement {
    uint32_t seq;
    uint32_t issued_at;
    uint32_t valid_for;
    uint8_t kind; /* call_kind in spec/allswell.cddl */
    uint8_t log_head[AW_HASH_LEN];
};

/* What a statement is known by: receipts and acts refer to it. */
void aw_statement_hash(uint8_t out[AW_HASH_LEN], const struct aw_statement *statement);

void aw_statement_sign(uint8_t sig[AW_SIG_LEN], const struct aw_sign_key *key,
                       const struct aw_statement *statement);

/* AW_OK or AW_E_AUTH. */
AW_MUST_USE enum aw_status aw_statement_verify(const struct aw_statement *statement,
                                               const uint8_t signing_key[AW_KEY_LEN],
                                               const uint8_t sig[AW_SIG_LEN]);

/* Two authentic statements with one seq that differ: somebody else speaks with her keys. */
bool aw_statement_is_conflict(const struct aw_statement *a, const struct aw_statement *b);

/* What a presence MAC covers beside the statement. Fields that the kind does not use are zero. */
struct aw_act {
    uint32_t word;                  /* its number */
    uint32_t alarm_id;              /* sos, cancel */
    uint32_t reply_seen;            /* newest reply received when the word was made */
    uint8_t plan_hash[AW_HASH_LEN]; /* plan */
    uint32_t timer_id;              /* timer */
};

/* The act_hash of aw_presence_make() and aw_presence_judge(). */
void aw_act_hash(uint8_t out[AW_HASH_LEN], const uint8_t channel_id[AW_HASH_LEN],
                 const struct aw_statement *statement, const struct aw_act *act);

/* Receipt: a contact's signature over statement hash and time. */
void aw_receipt_sign(uint8_t sig[AW_SIG_LEN], const struct aw_sign_key *key,
                     const uint8_t statement_hash[AW_HASH_LEN], uint32_t receipt_at);

/* AW_OK or AW_E_AUTH. */
AW_MUST_USE enum aw_status aw_receipt_verify(const uint8_t receipt_key[AW_KEY_LEN],
                                             const uint8_t statement_hash[AW_HASH_LEN],
                                             uint32_t receipt_at, const uint8_t sig[AW_SIG_LEN]);

#endif /* AW_CORE_STATEMENT_H */
