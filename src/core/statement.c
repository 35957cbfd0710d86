/* SPDX-License-Identifier: ISC */
#include "core/statement.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/labels.h"

/*
 * What is hashed and signed has a fixed layout, so that two different sentences never have the
 * same bytes (spec/05-channel.md §6).
 */

#define STATEMENT_LEN (3 * 4 + 1 + AW_HASH_LEN)
#define RECEIPT_LEN   (AW_HASH_LEN + 4)

static void lay_out(uint8_t out[STATEMENT_LEN], const struct aw_statement *s)
{
    aw_put_u32(out, s->seq);
    aw_put_u32(out + 4, s->issued_at);
    aw_put_u32(out + 8, s->valid_for);
    out[12] = s->kind;
    memcpy(out + 13, s->log_head, AW_HASH_LEN);
}

void aw_statement_hash(uint8_t out[AW_HASH_LEN], const struct aw_statement *statement)
{
    uint8_t bytes[STATEMENT_LEN];

    lay_out(bytes, statement);
    aw_hash(out, AW_LABEL_HASH_STATEMENT, AW_BYTES_OF(bytes));
}

void aw_statement_sign(uint8_t sig[AW_SIG_LEN], const struct aw_sign_key *key,
                       const struct aw_statement *statement)
{
    uint8_t bytes[STATEMENT_LEN];

    lay_out(bytes, statement);
    aw_sign(sig, key, AW_LABEL_SIGN_STATEMENT, AW_BYTES_OF(bytes));
}

enum aw_status aw_statement_verify(const struct aw_statement *statement,
                                   const uint8_t signing_key[AW_KEY_LEN],
                                   const uint8_t sig[AW_SIG_LEN])
{
    uint8_t bytes[STATEMENT_LEN];

    lay_out(bytes, statement);
    return aw_verify(signing_key, AW_LABEL_SIGN_STATEMENT, AW_BYTES_OF(bytes), sig);
}

bool aw_statement_is_conflict(const struct aw_statement *a, const struct aw_statement *b)
{
    uint8_t a_bytes[STATEMENT_LEN], b_bytes[STATEMENT_LEN];

    lay_out(a_bytes, a);
    lay_out(b_bytes, b);
    return a->seq == b->seq && memcmp(a_bytes, b_bytes, STATEMENT_LEN) != 0;
}

void aw_act_hash(uint8_t out[AW_HASH_LEN], const uint8_t channel_id[AW_HASH_LEN],
                 const struct aw_statement *statement, const struct aw_act *act)
{
    uint8_t statement_hash[AW_HASH_LEN], numbers[12], timer_id[4];
    struct aw_hasher h;

    aw_statement_hash(statement_hash, statement);
    aw_put_u32(numbers, act->word);
    aw_put_u32(numbers + 4, act->alarm_id);
    aw_put_u32(numbers + 8, act->reply_seen);
    aw_hasher_init(&h, AW_LABEL_HASH_ACT);
    aw_hasher_update(&h, (struct aw_bytes){channel_id, AW_HASH_LEN});
    aw_hasher_update(&h, AW_BYTES_OF(statement_hash));
    aw_hasher_update(&h, AW_BYTES_OF(numbers));
    aw_hasher_update(&h, AW_BYTES_OF(act->plan_hash));
    aw_put_u32(timer_id, act->timer_id);
    aw_hasher_update(&h, AW_BYTES_OF(timer_id));
    aw_hasher_final(&h, out);
}

static void lay_out_receipt(uint8_t out[RECEIPT_LEN], const uint8_t statement_hash[AW_HASH_LEN],
                            uint32_t receipt_at)
{
    memcpy(out, statement_hash, AW_HASH_LEN);
    aw_put_u32(out + AW_HASH_LEN, receipt_at);
}

void aw_receipt_sign(uint8_t sig[AW_SIG_LEN], const struct aw_sign_key *key,
                     const uint8_t statement_hash[AW_HASH_LEN], uint32_t receipt_at)
{
    uint8_t bytes[RECEIPT_LEN];

    lay_out_receipt(bytes, statement_hash, receipt_at);
    aw_sign(sig, key, AW_LABEL_SIGN_RECEIPT, AW_BYTES_OF(bytes));
}

enum aw_status aw_receipt_verify(const uint8_t receipt_key[AW_KEY_LEN],
                                 const uint8_t statement_hash[AW_HASH_LEN], uint32_t receipt_at,
                                 const uint8_t sig[AW_SIG_LEN])
{
    uint8_t bytes[RECEIPT_LEN];

    lay_out_receipt(bytes, statement_hash, receipt_at);
    return aw_verify(receipt_key, AW_LABEL_SIGN_RECEIPT, AW_BYTES_OF(bytes), sig);
}
