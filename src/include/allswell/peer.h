/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_PEER_H
#define ALLSWELL_PEER_H

#include <allswell/contact.h>

/**
 * @file
 * Peer: what a contact engine knows of her other contacts, and what they decide together
 * (spec/16-peers.md).
 *
 * The engines speak with one another by themselves, one cell for each other contact in every
 * plan.council.witness_s, whatever happens. Nothing here needs a call of the host, but what its
 * human says: aw_contact_claim(), aw_contact_confirm(), aw_contact_unreachable(), ...
 *
 * What fellows of the duress circle say is for unlocked screens only, as the view of contact.h.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** How far two contacts have come. */
enum aw_peer_state {
    AW_PEER_INTRODUCED = 1, /* waits for the introduction, or for the other side to begin */
    AW_PEER_ASKING,         /* has asked; the other side did not answer yet */
    AW_PEER_ANSWERING,      /* has answered; the other side was not heard yet */
    AW_PEER_LINKED,
    AW_PEER_QUARANTINED, /* linked, and an old key of his was used, too: has no effect (05 §8.2) */
};

/** What a contact's engine finds about her newest statement. */
enum aw_finding {
    AW_FINDING_NONE = 0,
    AW_FINDING_FINE,
    AW_FINDING_OVERDUE,     /* a deadline passed, grace runs */
    AW_FINDING_MISSED,      /* and she is silent: a path to her was proved */
    AW_FINDING_CANNOT_TELL, /* grace is used up, but it may be the path */
};

/** What a contact's human says of acting. */
enum aw_peer_claim {
    AW_PEER_CLAIM_NONE = 0,
    AW_PEER_CLAIM_ACTING,
    AW_PEER_CLAIM_DECLINED,
    AW_PEER_CLAIM_HANDED, /* to the person hand_to */
};

/** What a contact's human says of her. */
enum aw_peer_confirm {
    AW_PEER_CONFIRM_NONE = 0,
    AW_PEER_CONFIRM_SPOKEN,      /* has spoken to her: she is safe */
    AW_PEER_CONFIRM_UNREACHABLE, /* cannot reach her otherwise */
};

/**
 * Another contact of hers, and the newest that his device said. Nothing of it is proof.
 * Size: 120 bytes.
 */
struct aw_contact_peer {
    uint8_t person; /* his number in her roster */
    uint8_t human;  /* whose device it is, as in the plan; 0: not in the plan any more */
    char name[AW_NAME_LEN_MAX + 1];     /* from the plan */
    enum aw_peer_state state;           /* of the channel between */
    uint32_t heard_at_s;                /* 0: never */
    bool counts;                        /* his voice counts: linked, in the plan in force, heard */
    bool is_fellow;                     /* of the duress circle. Unlocked only. */
    uint32_t plan_version;              /* in force there, 0: none */
    enum aw_finding finding;            /* what he finds of her */
    uint32_t finding_seq;               /* the statement that it is about */
    enum aw_incident_kind incident;     /* open there */
    uint32_t safe_seq;                  /* newest check-in that he finds safe */
    enum aw_peer_claim claim;           /* whether he acts */
    uint8_t hand_to;                    /* person, with AW_PEER_CLAIM_HANDED */
    enum aw_peer_confirm confirm;       /* whether he has reached her */
    uint32_t confirm_at_s;              /* 0: never */
    uint32_t away_until_s;              /* 0: available */
    uint32_t words_at_s;                /* when he last compared words with her, 0: unknown */
    char note[AW_WITNESS_NOTE_MAX + 1]; /* his comment */
};

/**
 * Copies what is known of the i-th other contact, in no order.
 * @return AW_OK, or AW_E_NOT_FOUND: there are only i
 */
AW_API AW_MUST_USE enum aw_status aw_contact_peer(const struct aw_contact *c, size_t i,
                                                  struct aw_contact_peer *out);

/** Whether shares of her place go out from here, or the first thing that stands in the way. */
enum aw_release {
    AW_RELEASE_NOT_MISSED = 0, /* nothing is missed */
    AW_RELEASE_YES,            /* they go out */
    AW_RELEASE_DURESS,         /* they go out, within the circle */
    AW_RELEASE_BLIND,          /* cannot tell: no path was proved since the deadline */
    AW_RELEASE_QUORUM,         /* too few find it missed */
    AW_RELEASE_LEVEL,          /* no level with shares has begun */
    AW_RELEASE_CONFIRM,        /* one operator: too few confirmed that she cannot be reached */
    AW_RELEASE_PATH,           /* the silence was seen through relays of one operator only */
    AW_RELEASE_NEVER,          /* one operator, and too few others: silence reveals no place */
    AW_RELEASE_UNREAD,         /* relays may still hold something that says otherwise */
};

/** Returns it in one English phrase, never NULL. */
AW_API const char *aw_release_text(enum aw_release release);

/** What the contacts decide together, as seen from here. Unlocked only. Size: 16 bytes. */
struct aw_contact_council {
    uint8_t votes;           /* humans who find it missed */
    uint8_t quorum;          /* that are needed */
    uint8_t unreachable;     /* humans who confirmed that she cannot be reached otherwise */
    uint8_t threshold;       /* shares that open her place */
    uint8_t peers;           /* other devices in the plan in force, and of them ... */
    uint8_t linked;          /* ... with a working channel */
    uint8_t fellows;         /* of the duress circle */
    enum aw_release release; /* of shares from here */
    bool vouched;            /* her device was heard by others only: the beat is postponed, once */
};

AW_API void aw_contact_council(const struct aw_contact *c, struct aw_contact_council *out);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_PEER_H */
