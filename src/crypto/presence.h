/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_PRESENCE_H
#define AW_CRYPTO_PRESENCE_H

/*
 * Presence inside the engines: keys per contact, the MAC that only a contact can judge, and the
 * key blob (spec/09-crypto.md §10). Deriving a presence key is <allswell/presence.h>.
 */

#include <allswell/presence.h>

#include "crypto/dh.h"

#define AW_PRESENCE_MAC_LEN  16
#define AW_BADGE_LEN         16  /* proof of the circle in a witness (§10.6) */
#define AW_PRESENCE_BLOB_LEN 113 /* circle flag, safe, duress and circle key, tag */

/* The key for one contact; what a circle contact holds as its safe or duress key. */
void aw_presence_contact_key(uint8_t out[AW_KEY_LEN], const uint8_t presence_key[AW_KEY_LEN],
                             const uint8_t channel_id[AW_HASH_LEN]);

/* What a contact is given for her: inside the circle her keys for it, outside it noise. */
struct aw_presence_keys { /* Secret: wipe. */
    bool circle;
    uint8_t safe_key[AW_KEY_LEN];
    uint8_t duress_key[AW_KEY_LEN];
    uint8_t circle_key[AW_KEY_LEN]; /* the same for all of the circle: fellows know one another */
};

/*
 * The point of a circle contact: who does not hold its secret half cannot test a guess, not even
 * with the accept key. Her phone keeps the public half for everybody; for contacts outside the
 * circle nobody has the secret half.
 */
void aw_presence_point(struct aw_dh_key *point, const uint8_t circle_key[AW_KEY_LEN],
                       const uint8_t channel_id[AW_HASH_LEN]);

/*
 * Makes the presence field of a word for the contact whose accept key is `accept_pk` and whose
 * point is `point_pk`: a fresh
 * ephemeral key `e_pk`, one MAC for each of the hashes in `acts`, in their order, and, when `keys`
 * is given, `blob`: the keys sealed under the same ephemeral key. Its secret half is gone on
 * return. `keys` and `blob` are both given or both NULL.
 * Returns AW_E_ENTROPY, or AW_E_AUTH when a public key is of small order; outputs are then zero.
 */
AW_MUST_USE enum aw_status
aw_presence_make(uint8_t e_pk[AW_KEY_LEN], uint8_t *macs, uint8_t *blob,
                 const uint8_t accept_pk[AW_KEY_LEN], const uint8_t point_pk[AW_KEY_LEN],
                 const uint8_t contact_key[AW_KEY_LEN], const uint8_t *acts, size_t act_count,
                 const struct aw_presence_keys *keys, const struct aw_random *random);

enum aw_presence_verdict {
    AW_PRESENCE_WRONG = 0, /* neither key: a wrong secret, or noise */
    AW_PRESENCE_SAFE = 1,
    AW_PRESENCE_DURESS = 2
};

/*
 * Judges a presence field with both keys of a circle contact. Both MACs are always computed and
 * compared in constant time, without a branch on the outcome. Should both match, it is DURESS.
 */
AW_MUST_USE enum aw_presence_verdict
aw_presence_judge(const struct aw_dh_key *accept, const uint8_t e_pk[AW_KEY_LEN],
                  const uint8_t mac[AW_PRESENCE_MAC_LEN], const struct aw_presence_keys *keys,
                  const uint8_t channel_id[AW_HASH_LEN], const uint8_t act_hash[AW_HASH_LEN]);

/*
 * Opens the blob that came with the presence field whose ephemeral key is `e_pk`. Returns
 * AW_E_AUTH when it does not verify, AW_E_FORMAT when the circle flag is neither 0 nor 1; `keys`
 * is then untouched.
 */
AW_MUST_USE enum aw_status aw_presence_blob_open(struct aw_presence_keys *keys,
                                                 const struct aw_dh_key *accept,
                                                 const uint8_t e_pk[AW_KEY_LEN],
                                                 const uint8_t blob[AW_PRESENCE_BLOB_LEN]);

#endif /* AW_CRYPTO_PRESENCE_H */
