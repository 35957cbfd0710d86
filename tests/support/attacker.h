/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_ATTACKER_H
#define AW_TESTS_ATTACKER_H

/*
 * What an attacker holds of a circle: images of devices, every cell that left them, a second phone
 * that was made from an image, and all that he can compute from these.
 */

#include "core/subject_impl.h"
#include "support/circle.h"

/* ---- Images: the records of a device, copied ---- */

struct image {
    struct circle_record *records;
    size_t count;
};

struct image image_take(const struct circle *c, size_t host);
void image_free(struct image *image);

/* Puts it back and starts the device from it; `image` is then empty. */
void image_restore(struct circle *c, size_t host, struct image *image);

/* ---- Tape: every cell that a device handed to a relay; deposited_at_s is 0 for a switch ---- */

struct tape {
    struct circle_cell *cells;
    size_t count;
};

/* From now on `tape` records; it must outlive the circle, or tape_free() it before. */
void tape_start(struct tape *tape, struct circle *c);
void tape_free(struct tape *tape);

/* Deposits a cell, as anybody can who knows the capability. */
void relay_deposit(struct circle *c, const uint8_t capability[32], struct aw_bytes cell);

/* ---- Clone: her phone once more, in other hands ---- */

struct clone {
    struct aw_subject *subject;
    struct t_rng rng;
    size_t heard; /* cells of the tape that it has read from her mailboxes */
    uint64_t sent_count;
    size_t events[AW_EVENT_CHEAT + 1];
};

void clone_start(struct clone *clone, const struct circle *c, const struct image *image,
                 uint64_t seed);
void clone_free(struct clone *clone);

/* Lets it do what it has to: its cells go to the relay, where contacts find them. With a tape it
 * reads her mailboxes, too. */
void clone_run(struct clone *clone, struct circle *c, const struct tape *tape);

/* ---- What can be computed ---- */

/* Opens a cell with the sending keys of her phone that `ch` still holds, without changing them. */
bool attacker_open(const struct aw_channel *ch, const struct circle_cell *cell,
                   uint8_t plain[AW_CELL_BULK_PLAIN_LEN]);

/* The same for a call. */
bool attacker_open_call(const struct aw_channel *ch, const struct circle_cell *cell,
                        struct aw_call *call);

/* Every string of 32 bytes that he holds, once, in order. */
struct hoard {
    uint8_t (*strings)[32];
    size_t count, cap;
};

void hoard_add(struct hoard *h, struct aw_bytes bytes);
void hoard_add_image(struct hoard *h, const struct image *image);
void hoard_sort(struct hoard *h);
bool hoard_has(const struct hoard *h, const uint8_t string[32]);
void hoard_free(struct hoard *h);

/* Whether some string is the secret half of an X25519 key. */
bool hoard_has_secret_of(const struct hoard *h, const uint8_t *const *pks, size_t count);

/* spec/09-crypto.md §10.4, from the shared secrets that somebody has, or thinks he has. */
void attacker_presence_mac(uint8_t mac[AW_PRESENCE_MAC_LEN], const uint8_t dh_accept[32],
                           const uint8_t dh_point[32], const uint8_t e_pk[32],
                           const uint8_t accept_pk[32], const uint8_t point_pk[32],
                           const uint8_t contact_key[32], const uint8_t act_hash[32]);

/* What the presence MAC of this call covers. */
void attacker_act_hash(uint8_t out[AW_HASH_LEN], const uint8_t channel_id[AW_HASH_LEN],
                       const struct aw_call *call);

#endif /* AW_TESTS_ATTACKER_H */
