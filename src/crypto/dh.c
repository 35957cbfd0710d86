/* SPDX-License-Identifier: ISC */
#include "crypto/dh.h"

#include <sodium.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"

enum aw_status aw_dh_keypair(struct aw_dh_key *key, const struct aw_random *random)
{
    uint8_t sk[AW_KEY_LEN];
    enum aw_status st = aw_random_fill(random, sk, sizeof sk);

    memset(key, 0, sizeof *key);
    if (st == AW_OK)
        aw_dh_from_secret(key, sk);
    aw_wipe(sk, sizeof sk);
    return st;
}

void aw_dh_from_secret(struct aw_dh_key *key, const uint8_t sk[AW_KEY_LEN])
{
    int rc;

    memmove(key->sk, sk, AW_KEY_LEN);
    rc = crypto_scalarmult_curve25519_base(key->pk, key->sk);
    AW_ASSERT(rc == 0); /* a clamped scalar times the base point is never the identity */
}

enum aw_status aw_dh(uint8_t out[AW_KEY_LEN], const uint8_t sk[AW_KEY_LEN],
                     const uint8_t pk[AW_KEY_LEN])
{
    uint8_t shared[AW_KEY_LEN];
    enum aw_status st = AW_OK;

    /* spec/09-crypto.md §2.4: "A party MUST NOT use an X25519 result that is all zero; the
     * message that led to it is refused." The library reports it; the second look costs nothing
     * and holds whatever curve code the library was built with. */
    if (crypto_scalarmult_curve25519(shared, sk, pk) != 0 ||
        sodium_is_zero(shared, sizeof shared) == 1) {
        aw_wipe(shared, sizeof shared);
        st = AW_E_AUTH;
    }
    memcpy(out, shared, AW_KEY_LEN);
    aw_wipe(shared, sizeof shared);
    return st;
}
