/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_REPLY_H
#define AW_WIRE_REPLY_H

#include <allswell/limits.h>

#include "wire/message.h"

/* Reply: what a contact's device says to the subject (spec/03-wire.md §5). */

/* Longest encoding. */
#define AW_REPLY_LEN_MAX 245

enum aw_reply_claim {
    AW_REPLY_CLAIM_NONE = 0,
    AW_REPLY_CLAIM_ACTING = 1,
    AW_REPLY_CLAIM_DECLINED = 2,
};

struct aw_reply {
    uint32_t number;
    uint32_t seq_device;
    uint32_t seq_human;
    uint32_t words;
    uint64_t words_more; /* bit i: word words + 2 + i has been processed too */
    uint8_t accept[32];
    uint32_t accept_epoch;
    uint32_t cell_epoch;
    uint32_t cell_index;
    uint8_t receipt_key[32];
    uint8_t receipt[64];
    uint32_t receipt_at;
    uint8_t claim; /* enum aw_reply_claim */
    uint32_t plan_version;
    bool has_away_until;
    uint32_t away_until;
    uint8_t ext[AW_EXT_LEN_MAX];
    uint8_t ext_len; /* 0: none */
};

extern const struct aw_wire_map aw_reply_map;

#endif /* AW_WIRE_REPLY_H */
