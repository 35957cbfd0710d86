/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_REPLY_H
#define AW_WIRE_REPLY_H

#include <allswell/limits.h>

#include "wire/message.h"

/* Reply: what a contact's device says to the subject (spec/03-wire.md §5). */

/* Longest encoding. */
#define AW_REPLY_LEN_MAX 437
/* Marks of words, and the most that fit. */
#define AW_REPLY_MARK_LEN  4
#define AW_REPLY_MARKS_LEN 96

enum aw_reply_claim {
    AW_REPLY_CLAIM_NONE = 0,
    AW_REPLY_CLAIM_ACTING = 1,
    AW_REPLY_CLAIM_DECLINED = 2,
};

/* "Are you OK?": answered by a word with her secret that names this reply, or a later one. */
struct aw_ask {
    uint32_t id; /* rises with each question */
    uint32_t within_s;
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
    bool has_ask;
    struct aw_ask ask;
    uint8_t peer_key[32];              /* X25519, for the channels with her other contacts */
    uint8_t peer_seed[32];             /* of the deposit capabilities of the mailboxes for them */
    bool always_on;                    /* this device sleeps never */
    bool leaves;                       /* this contact withdraws */
    uint32_t drill;                    /* seq of the newest drill that a human answered, 0: none */
    uint8_t marks[AW_REPLY_MARKS_LEN]; /* of the words that came last, newest first */
    uint8_t marks_len;                 /* in bytes, AW_REPLY_MARK_LEN each */
    uint8_t ext[AW_EXT_LEN_MAX];
    uint8_t ext_len;    /* 0: none */
    uint32_t keys_word; /* newest word with keys that was processed, 0: none */
};

extern const struct aw_wire_map aw_reply_map;

#endif /* AW_WIRE_REPLY_H */
