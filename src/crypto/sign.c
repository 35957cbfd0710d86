/* SPDX-License-Identifier: ISC */
#include "crypto/sign.h"

#include <sodium.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/prehash.h"

enum aw_status aw_sign_keypair(struct aw_sign_key *key, const struct aw_random *random)
{
    uint8_t seed[AW_KEY_LEN];
    enum aw_status st = aw_random_fill(random, seed, sizeof seed);

    memset(key, 0, sizeof *key);
    if (st == AW_OK)
        aw_sign_from_seed(key, seed);
    aw_wipe(seed, sizeof seed);
    return st;
}

void aw_sign_from_seed(struct aw_sign_key *key, const uint8_t seed[AW_KEY_LEN])
{
    uint8_t sk[crypto_sign_ed25519_SECRETKEYBYTES];
    int rc = crypto_sign_ed25519_seed_keypair(key->pk, sk, seed);

    AW_ASSERT(rc == 0);
    memmove(key->seed, seed, AW_KEY_LEN);
    aw_wipe(sk, sizeof sk);
}

void aw_sign(uint8_t sig[AW_SIG_LEN], const struct aw_sign_key *key, const char *label,
             struct aw_bytes message)
{
    uint8_t hash[AW_PREHASH_LEN];
    uint8_t sk[crypto_sign_ed25519_SECRETKEYBYTES];
    int rc;

    aw_prehash(hash, label, message);
    memcpy(sk, key->seed, AW_KEY_LEN); /* the library's form: seed, then public key */
    memcpy(sk + AW_KEY_LEN, key->pk, AW_KEY_LEN);
    rc = crypto_sign_ed25519_detached(sig, NULL, hash, sizeof hash, sk);
    AW_ASSERT(rc == 0);
    aw_wipe(sk, sizeof sk);
}
