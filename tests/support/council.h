/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_COUNCIL_H
#define AW_TESTS_COUNCIL_H

/* A circle whose contacts know one another, over relays of two operators. */

#include <allswell/peer.h>

#include "support/circle.h"

struct contact;

/* Seconds between two cells of a pair. */
#define COUNCIL_WITNESS_S 60

/*
 * Pairs `contacts` contacts over two relays, of contact 1 and of somebody outside, and fills
 * `plan`: as circle_plan(), with operators, a witness each minute, and shares from level 1
 * on. Change it, then council_begin().
 */
void council_init(struct circle *c, size_t contacts, uint64_t seed, struct aw_plan *plan);

/* Sets plan and secrets, with `inside` (bit n - 1: contact n) in the circle. */
void council_plan(struct circle *c, struct aw_plan *plan, uint16_t inside);

/* The same, and lets her device introduce everybody, and lets them meet. */
void council_begin(struct circle *c, struct aw_plan *plan, uint16_t inside);

/* Gives contact n the introductions of this version, of the persons in `of`. */
enum aw_status council_introduce(struct circle *c, size_t n, uint32_t version, uint16_t of);

/* What contact n knows of contact m, all zero when nothing. */
struct aw_contact_peer council_peer(const struct circle *c, size_t n, uint8_t m);

struct aw_contact_council council_view(const struct circle *c, size_t n);

/* The engine of contact n, inside. */
struct contact *council_engine(const struct circle *c, size_t n);

/* A card file that no plan binds; `n` makes it another one. */
struct aw_bytes council_card_junk(struct aw_buf *space, uint32_t version, uint8_t n);

/* Her call that removes the first of two contacts. */
enum aw_status council_remove_first(const struct circle *c);

/* A check-in with a place. */
void council_checkin(struct circle *c, const uint8_t key[AW_PRESENCE_KEY_LEN]);

#endif /* AW_TESTS_COUNCIL_H */
