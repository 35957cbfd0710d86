/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_INTRODUCTIONS_H
#define AW_WIRE_INTRODUCTIONS_H

#include <allswell/invite.h>
#include <allswell/limits.h>

#include "wire/message.h"

/* Introductions: what a contact needs to reach her other contacts (spec/16-peers.md §2). */

/* Longest encoding. */
#define AW_INTRODUCTIONS_LEN_MAX 6162

/* Every contact may read at other relays. */
#define AW_INTRODUCED_RELAY_MAX ((AW_PLAN_MEMBER_MAX - 1) * AW_ENDPOINT_COUNT_MAX)

/* One of them. Secret: wipe. */
struct aw_introduction {
    uint8_t person;
    uint64_t relays;  /* bit i: that contact reads at relays[i]; 1 to AW_ENDPOINT_COUNT_MAX bits */
    uint8_t seed[32]; /* of the deposit capabilities of the mailbox that is kept for the reader */
    uint8_t psk[32];  /* for the handshake of the two */
};

/* The body of a file of kind introductions. Secret: wipe. */
struct aw_introductions {
    uint32_t version; /* of the plan whose roster it belongs to */
    struct aw_introduction peers[AW_PLAN_MEMBER_MAX - 1]; /* ascending by person */
    uint8_t peers_count;
    struct aw_endpoint relays[AW_INTRODUCED_RELAY_MAX];
    uint8_t relays_count;
};

extern const struct aw_wire_map aw_introductions_map;

#endif /* AW_WIRE_INTRODUCTIONS_H */
