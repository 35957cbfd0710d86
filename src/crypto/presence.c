/* SPDX-License-Identifier: ISC */
#include "crypto/presence.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/verify.h"

#define BLOB_TEXT_LEN (1 + 3 * AW_KEY_LEN)

_Static_assert(BLOB_TEXT_LEN + AW_MAC_LEN == AW_PRESENCE_BLOB_LEN, "flag, three keys, tag");

static const uint8_t zero_nonce[AW_NONCE_LEN]; /* every blob has a key of its own */

void aw_presence_contact_key(uint8_t out[AW_KEY_LEN], const uint8_t presence_key[AW_KEY_LEN],
                             const uint8_t channel_id[AW_HASH_LEN])
{
    aw_kdf(out, AW_KEY_LEN, presence_key, AW_LABEL_PRESENCE_CONTACT,
           (struct aw_bytes){channel_id, AW_HASH_LEN});
}

void aw_presence_point(struct aw_dh_key *point, const uint8_t circle_key[AW_KEY_LEN],
                       const uint8_t channel_id[AW_HASH_LEN])
{
    uint8_t sk[AW_KEY_LEN];

    aw_kdf(sk, sizeof sk, circle_key, AW_LABEL_PRESENCE_POINT,
           (struct aw_bytes){channel_id, AW_HASH_LEN});
    aw_dh_from_secret(point, sk);
    aw_wipe(sk, sizeof sk);
}

/* What both sides of a MAC share but the contact key. Secret: wipe. */
struct shared {
    uint8_t dh[2 * AW_KEY_LEN];      /* DH(e, A), DH(e, P) */
    uint8_t context[3 * AW_KEY_LEN]; /* E, A, P: X25519 has more than one encoding of a point */
};

static enum aw_status share(struct shared *s, const uint8_t *sk_for_accept,
                            const uint8_t *pk_for_accept, const uint8_t *sk_for_point,
                            const uint8_t *pk_for_point, const uint8_t e_pk[AW_KEY_LEN],
                            const uint8_t accept_pk[AW_KEY_LEN], const uint8_t point_pk[AW_KEY_LEN])
{
    enum aw_status st = aw_dh(s->dh, sk_for_accept, pk_for_accept);

    if (st == AW_OK)
        st = aw_dh(s->dh + AW_KEY_LEN, sk_for_point, pk_for_point);
    memcpy(s->context, e_pk, AW_KEY_LEN);
    memcpy(s->context + AW_KEY_LEN, accept_pk, AW_KEY_LEN);
    memcpy(s->context + 2 * AW_KEY_LEN, point_pk, AW_KEY_LEN);
    return st;
}

/* MAC key and MAC in one. */
static void compute_mac(uint8_t mac[AW_PRESENCE_MAC_LEN], const struct shared *s,
                        const uint8_t contact_key[AW_KEY_LEN], const uint8_t act_hash[AW_HASH_LEN])
{
    uint8_t context[sizeof s->context + AW_HASH_LEN], key[AW_KEY_LEN];

    memcpy(context, s->context, sizeof s->context);
    memcpy(context + sizeof s->context, act_hash, AW_HASH_LEN);
    aw_kdf_extract(key, (struct aw_bytes){contact_key, AW_KEY_LEN}, AW_BYTES_OF(s->dh));
    aw_kdf(mac, AW_PRESENCE_MAC_LEN, key, AW_LABEL_PRESENCE_MAC, AW_BYTES_OF(context));
    aw_wipe(key, sizeof key);
}

static void blob_key(uint8_t out[AW_KEY_LEN], const uint8_t dh[AW_KEY_LEN],
                     const uint8_t e_pk[AW_KEY_LEN], const uint8_t accept_pk[AW_KEY_LEN])
{
    uint8_t context[2 * AW_KEY_LEN];

    memcpy(context, e_pk, AW_KEY_LEN);
    memcpy(context + AW_KEY_LEN, accept_pk, AW_KEY_LEN);
    aw_kdf_extract(out, (struct aw_bytes){NULL, 0}, (struct aw_bytes){dh, AW_KEY_LEN});
    aw_kdf(out, AW_KEY_LEN, out, AW_LABEL_PRESENCE_KEYS, AW_BYTES_OF(context));
}

static void seal_blob(uint8_t blob[AW_PRESENCE_BLOB_LEN], const uint8_t key[AW_KEY_LEN],
                      const struct aw_presence_keys *keys)
{
    blob[0] = keys->circle ? 1 : 0;
    memcpy(blob + 1, keys->safe_key, AW_KEY_LEN);
    memcpy(blob + 1 + AW_KEY_LEN, keys->duress_key, AW_KEY_LEN);
    memcpy(blob + 1 + 2 * AW_KEY_LEN, keys->circle_key, AW_KEY_LEN);
    aw_aead_seal(blob, blob + BLOB_TEXT_LEN, blob, BLOB_TEXT_LEN, key, zero_nonce,
                 (struct aw_bytes){NULL, 0});
}

enum aw_status aw_presence_make(uint8_t e_pk[AW_KEY_LEN], uint8_t *macs, uint8_t *blob,
                                const uint8_t accept_pk[AW_KEY_LEN],
                                const uint8_t point_pk[AW_KEY_LEN],
                                const uint8_t contact_key[AW_KEY_LEN], const uint8_t *acts,
                                size_t act_count, const struct aw_presence_keys *keys,
                                const struct aw_random *random)
{
    struct aw_dh_key e;
    struct shared s = {.dh = {0}};
    uint8_t key[AW_KEY_LEN];
    enum aw_status st;

    AW_ASSERT((keys == NULL) == (blob == NULL));
    memset(macs, 0, act_count * AW_PRESENCE_MAC_LEN);
    if (blob != NULL)
        memset(blob, 0, AW_PRESENCE_BLOB_LEN);
    st = aw_dh_keypair(&e, random);
    if (st == AW_OK)
        st = share(&s, e.sk, accept_pk, e.sk, point_pk, e.pk, accept_pk, point_pk);
    memset(e_pk, 0, AW_KEY_LEN);
    if (st == AW_OK) {
        memcpy(e_pk, e.pk, AW_KEY_LEN);
        for (size_t i = 0; i < act_count; i++)
            compute_mac(macs + i * AW_PRESENCE_MAC_LEN, &s, contact_key, acts + i * AW_HASH_LEN);
        if (blob != NULL) {
            blob_key(key, s.dh, e.pk, accept_pk);
            seal_blob(blob, key, keys);
            aw_wipe(key, sizeof key);
        }
    }
    /* spec/09-crypto.md §10.4: "The subject MUST erase the secret half of E before the word is
     * stored." Nothing that stays on the phone can then test a guess. */
    aw_wipe(&e, sizeof e);
    aw_wipe(&s, sizeof s);
    return st;
}

enum aw_presence_verdict
aw_presence_judge(const struct aw_dh_key *accept, const uint8_t e_pk[AW_KEY_LEN],
                  const uint8_t mac[AW_PRESENCE_MAC_LEN], const struct aw_presence_keys *keys,
                  const uint8_t channel_id[AW_HASH_LEN], const uint8_t act_hash[AW_HASH_LEN])
{
    uint8_t expected[AW_PRESENCE_MAC_LEN];
    unsigned safe, duress, verdict;
    struct aw_dh_key point;
    struct shared s;
    enum aw_status st;

    aw_presence_point(&point, keys->circle_key, channel_id);
    st = share(&s, accept->sk, e_pk, point.sk, e_pk, e_pk, accept->pk, point.pk);
    aw_wipe(&point, sizeof point);
    /* E is public: nothing is given away by leaving here. */
    if (st != AW_OK)
        return AW_PRESENCE_WRONG;
    compute_mac(expected, &s, keys->safe_key, act_hash);
    safe = aw_secret_equal(expected, mac, sizeof expected);
    compute_mac(expected, &s, keys->duress_key, act_hash);
    duress = aw_secret_equal(expected, mac, sizeof expected);
    /* spec/09-crypto.md §10.4: "A circle contact MUST compute both MACs for every word, compare
     * both in constant time, and take a word that verifies under both keys as duress." */
    verdict = duress * AW_PRESENCE_DURESS + (safe & ~duress) * AW_PRESENCE_SAFE;
    aw_wipe(&s, sizeof s);
    aw_wipe(expected, sizeof expected);
    return (enum aw_presence_verdict)verdict;
}

enum aw_status aw_presence_blob_open(struct aw_presence_keys *keys, const struct aw_dh_key *accept,
                                     const uint8_t e_pk[AW_KEY_LEN],
                                     const uint8_t blob[AW_PRESENCE_BLOB_LEN])
{
    uint8_t dh[AW_KEY_LEN], key[AW_KEY_LEN], text[BLOB_TEXT_LEN];
    enum aw_status st = aw_dh(dh, accept->sk, e_pk);

    if (st != AW_OK)
        return st;
    blob_key(key, dh, e_pk, accept->pk);
    st = aw_aead_open(text, blob, BLOB_TEXT_LEN, blob + BLOB_TEXT_LEN, key, zero_nonce,
                      (struct aw_bytes){NULL, 0});
    /* spec/09-crypto.md §10.5: "A receiver MUST refuse a blob whose first byte is neither 0 nor 1."
     */
    if (st == AW_OK && text[0] > 1)
        st = AW_E_FORMAT;
    if (st == AW_OK) {
        keys->circle = text[0] == 1;
        memcpy(keys->safe_key, text + 1, AW_KEY_LEN);
        memcpy(keys->duress_key, text + 1 + AW_KEY_LEN, AW_KEY_LEN);
        memcpy(keys->circle_key, text + 1 + 2 * AW_KEY_LEN, AW_KEY_LEN);
    }
    aw_wipe(dh, sizeof dh);
    aw_wipe(key, sizeof key);
    aw_wipe(text, sizeof text);
    return st;
}
