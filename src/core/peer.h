/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_PEER_H
#define AW_CORE_PEER_H

#include <allswell/peer.h>

#include "core/council.h"
#include "core/deaf.h"
#include "core/gather.h"
#include "core/outbox.h"
#include "core/peering.h"
#include "core/watch.h"
#include "crypto/share.h"
#include "wire/introductions.h"
#include "wire/witness.h"

/* What a contact engine holds of her other contacts (spec/16-peers.md). */

#define AW_PEER_MAX (AW_PLAN_MEMBER_MAX - 1)

/* One other contact's device. Secret: wipe. */
struct aw_peer {
    uint8_t version; /* of the record */
    uint8_t person;  /* 0: this place is free */
    bool is_decoy;   /* removed quietly: he is told nothing, and nothing that he says counts */
    uint8_t key[AW_KEY_LEN];
    uint8_t sign_key[AW_KEY_LEN];
    uint32_t intro; /* version of the introduction that follows, 0: none came */
    uint8_t psk[AW_KEY_LEN];
    uint8_t seed[AW_KEY_LEN];
    struct aw_endpoint relays[AW_ENDPOINT_COUNT_MAX];
    uint8_t relays_count;
    uint32_t met;        /* intro that the channel was made under, 0: there is none */
    bool is_heard;       /* a cell came on the channel */
    uint32_t offset_s;   /* where his slots lie */
    uint32_t sent_at_s;  /* newest slot served */
    uint32_t number;     /* of the newest witness sent */
    uint32_t got;        /* newest number of his, in this channel */
    uint32_t heard_at_s; /* when it came */
    bool is_fellow;      /* its badge was that of the circle */
    bool has_said;
    struct aw_witness said; /* the newest, without share and statement */
    bool has_badge_key;     /* a decoy that was a fellow goes on seeing badges under his key */
    uint8_t badge_key[AW_KEY_LEN];
    uint8_t told_confirm;       /* a decoy: what the human here had confirmed when he became one */
    uint32_t told_confirm_at_s; /* 0: nothing */
    uint32_t share_top;         /* newest statement whose share went to him in this incident */
    uint32_t share_low;         /* and the last one of this round */
    struct aw_peering peering;

    /* Of this run only. */
    bool is_due, owes_answer, had_witness, is_silent;
    bool hand_waits;      /* he handed over to the human here before there was an incident here */
    uint32_t vouches_seq; /* statement under a key that was never heard here, which he passed on */
    uint8_t vouches_key[8]; /* and the beginning of that key */
    struct aw_deaf deaf;    /* to his cells */
    uint8_t deaf_rounds;    /* how often eight of them came, since he was heard */
    uint64_t next_s;        /* his next slot */
    uint64_t
        path_s[AW_ENDPOINT_COUNT_MAX]; /* by own relay: newest proof that he had nothing there */
    struct aw_parcel parcel;
    uint8_t cell[AW_CELL_LEN];

    struct aw_channel channel; /* a record of its own */
};

/* Signing keys of hers that were heard directly: a replaced one vouches for nothing. */
#define AW_PEERS_KEYS 16

/* What is known and drawn once, not for each. Secret: wipe. */
struct aw_peers_book {
    uint8_t version;      /* of the record */
    struct aw_dh_key key; /* its public half is derived when it is read */
    uint8_t seed[AW_KEY_LEN];
    uint8_t read_seed[AW_KEY_LEN];
    uint32_t intro; /* version of the newest introductions that were taken */
    bool has_statement;
    struct aw_witness_statement statement; /* newest that was heard from her directly */
    uint8_t keys_seen[AW_PEERS_KEYS][8];   /* beginnings of her signing keys, oldest first */
    uint8_t keys_seen_count;
    struct aw_watch claimed; /* newest check-in or plan, whatever its presence was found to be */
    uint32_t safe_seq;       /* newest check-in that was found safe */
    uint32_t safe_claimed;   /* newest check-in of whatever presence */
    uint32_t vouched_seq;    /* of a statement that others passed on, 0: none */
    uint32_t vouched_at_s;   /* base of the beat that it stands for */
    uint32_t vouched_for_s;
    bool is_vouched;      /* it counts: once until she is heard directly */
    uint32_t incident_id; /* that the fields below belong to */
    bool is_released;     /* the human was told */
    bool has_next_key;
    uint8_t
        next_key[AW_KEY_LEN]; /* secret half of a key that replies tell, and no plan names yet */
    uint32_t lacks_intro;     /* version of a plan whose introductions have not come yet, 0: none */
    uint32_t key_plan;        /* version of the plan that brought `key`, 0: it is the first one */
};

/* What the shares of others opened, and their shares of her plan card. Secret: wipe. */
struct aw_peers_place {
    uint8_t version; /* of the record */
    uint32_t seq;    /* of her last known state, 0: none */
    uint16_t from;   /* bit human - 1: whose share was there */
    uint8_t state[AW_STATE_LEN];
    uint16_t has_card; /* bit human - 1: whose share of the card is there */
    uint8_t card_hash[AW_HASH_LEN];
    uint8_t card[AW_PLAN_MEMBER_MAX][AW_SHARE_LEN];
};

/* Shares are to go out on silence, once what relays hold for this contact is read. */
struct aw_release_wait {
    uint64_t since_s; /* when all else was there, 0: it is not */
    bool is_over;     /* it is read, or that took too long */
};

/* Peers with changes that no STORE under way or done covers, at most: what a STORE has room for. */
#define AW_PEERS_DIRTY_MAX 2

/* Secret: wipe. */
struct aw_peers {
    bool has_book;
    struct aw_peers_book book;
    struct aw_peers_place place;
    struct aw_release_wait wait[2]; /* in the shown view, in the own one; of this run only */
    struct aw_gather gather;        /* shares of others, of this run only: they come again */
    uint8_t intro[AW_INTRODUCTIONS_LEN_MAX]; /* introductions that wait for their plan */
    uint16_t intro_len;
    uint32_t intro_version;
    uint32_t settled;                 /* version of the plan that `list` was made for, 0: none */
    bool is_settled;                  /* nothing to do for this plan and these introductions */
    uint32_t dirty;                   /* bit i: list[i] */
    uint32_t dirty_flight;            /* that the STORE under way covers */
    uint32_t gone, gone_flight;       /* bit person: its records are to be erased */
    uint8_t used;                     /* places of `list` that were ever used in this run */
    struct aw_peer list[AW_PEER_MAX]; /* last: those not used are never touched */
};

/* Begins without touching the list. */
void aw_peers_init(struct aw_peers *p);

/* Place of a person, or NULL. */
struct aw_peer *aw_peers_find(struct aw_peers *p, uint8_t person);
const struct aw_peer *aw_peers_find_const(const struct aw_peers *p, uint8_t person);

/* A fresh place for a person who has none; NULL: there is no room. */
struct aw_peer *aw_peers_add(struct aw_peers *p, uint8_t person);
void aw_peers_remove(struct aw_peers *p, struct aw_peer *peer);

/* There is a channel in which he was heard, be a session in quarantine beside it or not. */
bool aw_peer_is_linked(const struct aw_peer *peer);

/* How far the two have come. */
enum aw_peer_state aw_peer_state(const struct aw_peer *peer);

/* ---- Records ---- */

#define AW_PEERS_BOOK_MAX  2048
#define AW_PEERS_PLACE_MAX 768
#define AW_PEER_RECORD_MAX 2048

/* What they take of one STORE. */
#define AW_PEERS_STORE_MAX                                                                         \
    (AW_PEERS_BOOK_MAX + AW_PEERS_PLACE_MAX + AW_INTRODUCTIONS_LEN_MAX +                           \
     AW_PEERS_DIRTY_MAX * (AW_PEER_RECORD_MAX + AW_CHANNEL_RECORD_MAX))
#define AW_PEERS_OPS_MAX (4 + 2 * AW_PEERS_DIRTY_MAX + 2 * AW_PLAN_MEMBER_MAX)

AW_MUST_USE enum aw_status aw_peers_book_encode(const struct aw_peers_book *b, struct aw_buf *out);
/* Nothing when there is nothing. */
AW_MUST_USE enum aw_status aw_peers_place_encode(const struct aw_peers_place *p,
                                                 struct aw_buf *out);
AW_MUST_USE enum aw_status aw_peer_encode(const struct aw_peer *p, struct aw_buf *out);
/* AW_E_DAMAGED. The record of a peer comes before its channel. */
AW_MUST_USE enum aw_status aw_peers_book_load(struct aw_peers *p, struct aw_bytes in);
AW_MUST_USE enum aw_status aw_peers_place_load(struct aw_peers *p, struct aw_bytes in);
AW_MUST_USE enum aw_status aw_peers_intro_load(struct aw_peers *p, struct aw_bytes in);
AW_MUST_USE enum aw_status aw_peer_load(struct aw_peers *p, uint64_t person, struct aw_bytes in);
AW_MUST_USE enum aw_status aw_peer_channel_load(struct aw_peers *p, uint64_t person,
                                                struct aw_bytes in);
/* Whether the records that were read belong together. */
bool aw_peers_is_whole(const struct aw_peers *p);

#endif /* AW_CORE_PEER_H */
