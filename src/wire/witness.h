/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_WITNESS_H
#define AW_WIRE_WITNESS_H

#include <allswell/limits.h>

#include "wire/message.h"

/* Witness: what one contact's device says to another's, always (spec/16-peers.md). */

/* Longest encoding. */
#define AW_WITNESS_LEN_MAX 467

/* What a contact's engine finds about her. */
enum aw_witness_state {
    AW_WITNESS_NONE = 0,
    AW_WITNESS_FINE = 1,
    AW_WITNESS_OVERDUE = 2,
    AW_WITNESS_MISSED = 3,
    AW_WITNESS_CANNOT_TELL = 4,
};

enum aw_witness_claim {
    AW_WITNESS_CLAIM_NONE = 0,
    AW_WITNESS_CLAIM_ACTING = 1,
    AW_WITNESS_CLAIM_DECLINED = 2,
    AW_WITNESS_CLAIM_HANDED = 3, /* to the person hand_to */
};

enum aw_witness_confirm {
    AW_WITNESS_CONFIRM_NONE = 0,
    AW_WITNESS_CONFIRM_SPOKEN = 1,      /* this human has spoken to her: she is safe */
    AW_WITNESS_CONFIRM_UNREACHABLE = 2, /* this human cannot reach her otherwise */
};

/* A verdict about the statement `seq`: any newer statement makes it void. */
struct aw_witness_verdict {
    uint32_t seq;
    uint8_t state;     /* enum aw_witness_state */
    uint8_t incident;  /* enum aw_incident_kind */
    uint32_t safe_seq; /* newest check-in that was found safe, or outside the circle: claimed */
};

/* A statement of hers that is passed on. */
struct aw_witness_statement {
    uint32_t seq;
    uint32_t issued_at;
    uint32_t valid_for;
    uint8_t kind;
    uint8_t log_head[32];
    uint8_t signature[64];
    uint8_t signing_key[32];
};

/* Secret: wipe. */
struct aw_witness {
    uint32_t number; /* rises with each */
    uint32_t seen;   /* newest number of the other side's, 0: none */
    bool has_offer, has_accept, has_accept_epoch, has_statement, has_share, has_away_until;
    uint8_t offer[32];
    uint8_t accept[32];
    uint32_t accept_epoch;
    uint32_t cell_epoch, cell_index; /* newest cell received */
    uint32_t plan_version;           /* in force here, 0: none */
    struct aw_witness_statement statement;
    struct aw_witness_verdict verdict;
    uint8_t claim;   /* enum aw_witness_claim */
    uint8_t hand_to; /* person, 0: nobody */
    uint8_t confirm; /* enum aw_witness_confirm */
    uint32_t confirm_at;
    uint32_t share_seq; /* statement whose share this is, 0: the card's */
    uint8_t share[33];
    uint32_t held_word, held_beat; /* newest statements whose shares are held here */
    uint32_t away_until;
    uint32_t words_at; /* when the words were last compared with her, 0: never */
    uint8_t badge[16]; /* proof of the circle for who is in it, random bytes outside */
    char note[AW_WITNESS_NOTE_MAX + 1];
    uint8_t ext[AW_EXT_LEN_MAX];
    uint8_t ext_len; /* 0: none */
    bool has_signature;
    uint8_t signature[64];
};

/* The message without its signature is what is signed. */
extern const struct aw_wire_map aw_witness_map;

#endif /* AW_WIRE_WITNESS_H */
