/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_PAIR_H
#define AW_TESTS_PAIR_H

#include "core/channel.h"
#include "core/pairing.h"

/*
 * Two ends of one channel, and what an engine would do for them in one line each. `wall_ms` is
 * the one clock of both.
 */
#define PAIR_T0_MS UINT64_C(1800000000000)

struct t_rng;

struct pair {
    struct aw_channel subject, contact;
    struct aw_random random;
    uint64_t wall_ms;
};

/* A hello that the grammar allows, different for each `who`. */
struct aw_hello pair_hello(unsigned who);

/* A draft for aw_inviting_init() that expires a day after PAIR_T0_MS. */
struct aw_invite pair_draft(void);

/* Pairs through invite and both messages. False when any step fails. */
bool pair_init(struct pair *p, const struct aw_random *random);

/*
 * The same from a seed, then so many round trips. `rng` is the source, `random` how it is read;
 * both are the caller's, as long as the pair lives.
 */
bool pair_start(struct pair *p, struct t_rng *rng, struct aw_random *random, uint64_t seed,
                unsigned trips);

/* A message with the fields that the channel lives on; `id` is its content. */
struct pair_call {
    uint32_t id;
    uint8_t key[32];     /* offer or accept */
    uint32_t epoch;      /* accept_epoch */
    uint32_t cell_epoch; /* reply: newest cell received */
    uint32_t cell_index;
};

/* Seals the next message of an end, with its offer or accept, in `session`. */
enum aw_status pair_say(struct pair *p, struct aw_channel *from, enum aw_session session,
                        uint32_t id, uint8_t cell[AW_CELL_LEN], struct aw_sealed *at);

/*
 * Opens a cell at an end and does with offer, accept and received what an engine does.
 * `events` is the sum of all events. Unless AW_OK and MESSAGE, `call` is all zero.
 */
enum aw_status pair_hear(struct pair *p, struct aw_channel *to, const uint8_t cell[AW_CELL_LEN],
                         struct aw_opened *opened, struct pair_call *call, unsigned *events);

/* The same, where the status alone matters. */
enum aw_status pair_take(struct pair *p, struct aw_channel *to, const uint8_t cell[AW_CELL_LEN]);

/* One call and one reply, both delivered. */
bool pair_round_trip(struct pair *p);

/* Copies through the record, as a restart does. */
bool pair_restart(struct aw_channel *ch);

/* Whether two channels have the same record. */
bool pair_same(const struct aw_channel *a, const struct aw_channel *b);

#endif /* AW_TESTS_PAIR_H */
