/* SPDX-License-Identifier: ISC */
#include "crypto/verify.h"

#include <sodium.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/labels.h"
#include "crypto/prehash.h"

_Static_assert(sizeof(crypto_generichash_blake2b_state) <= sizeof(struct aw_hasher),
               "a hasher holds the state of the library");
_Static_assert(_Alignof(struct aw_hasher) >= _Alignof(crypto_generichash_blake2b_state),
               "and is aligned for it");

/* spec/09-crypto.md §1: "A comparison in which one side is secret or computed from a secret MUST
 * take the same time for every value." */
bool aw_secret_equal(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}

bool aw_secret_is_zero(const void *a, size_t len)
{
    return sodium_is_zero(a, len) == 1;
}

static void personal(uint8_t out[crypto_generichash_blake2b_PERSONALBYTES], const char *label)
{
    size_t len = strlen(label);

    AW_ASSERT(len > 0 && len <= crypto_generichash_blake2b_PERSONALBYTES);
    memset(out, 0, crypto_generichash_blake2b_PERSONALBYTES);
    memcpy(out, label, len);
}

void aw_hash(uint8_t out[AW_HASH_LEN], const char *label, struct aw_bytes bytes)
{
    uint8_t pers[crypto_generichash_blake2b_PERSONALBYTES];
    int rc;

    personal(pers, label);
    rc = crypto_generichash_blake2b_salt_personal(out, AW_HASH_LEN, bytes.ptr, bytes.len, NULL, 0,
                                                  NULL, pers);
    AW_ASSERT(rc == 0);
}

void aw_hasher_init(struct aw_hasher *h, const char *label)
{
    uint8_t pers[crypto_generichash_blake2b_PERSONALBYTES];
    int rc;

    personal(pers, label);
    rc = crypto_generichash_blake2b_init_salt_personal((void *)h, NULL, 0, AW_HASH_LEN, NULL, pers);
    AW_ASSERT(rc == 0);
}

void aw_hasher_update(struct aw_hasher *h, struct aw_bytes bytes)
{
    int rc = crypto_generichash_blake2b_update((void *)h, bytes.ptr, bytes.len);

    AW_ASSERT(rc == 0);
}

void aw_hasher_final(struct aw_hasher *h, uint8_t out[AW_HASH_LEN])
{
    int rc = crypto_generichash_blake2b_final((void *)h, out, AW_HASH_LEN);

    AW_ASSERT(rc == 0);
    aw_wipe(h, sizeof *h);
}

void aw_capability_hash(uint8_t out[AW_HASH_LEN], const uint8_t capability[AW_CAPABILITY_LEN])
{
    aw_hash(out, AW_LABEL_HASH_CAPABILITY, (struct aw_bytes){capability, AW_CAPABILITY_LEN});
}

void aw_prehash(uint8_t out[AW_PREHASH_LEN], const char *label, struct aw_bytes message)
{
    static const char prefix[] = AW_LABEL_PREFIX;
    crypto_hash_sha512_state st;
    int rc;

    AW_ASSERT(label[0] != '\0');
    rc = crypto_hash_sha512_init(&st);
    rc |= crypto_hash_sha512_update(&st, (const uint8_t *)prefix, sizeof prefix - 1);
    rc |= crypto_hash_sha512_update(&st, (const uint8_t *)label, strlen(label) + 1);
    if (message.len > 0)
        rc |= crypto_hash_sha512_update(&st, message.ptr, message.len);
    rc |= crypto_hash_sha512_final(&st, out);
    AW_ASSERT(rc == 0);
    aw_wipe(&st, sizeof st);
}

enum aw_status aw_verify(const uint8_t key[AW_KEY_LEN], const char *label, struct aw_bytes message,
                         const uint8_t sig[AW_SIG_LEN])
{
    uint8_t hash[AW_PREHASH_LEN];

    aw_prehash(hash, label, message);
    return crypto_sign_ed25519_verify_detached(sig, hash, sizeof hash, key) == 0 ? AW_OK
                                                                                 : AW_E_AUTH;
}

uint64_t aw_shorthash(const uint8_t key[AW_SHORTHASH_KEY_LEN], struct aw_bytes bytes)
{
    uint8_t out[crypto_shorthash_siphash24_BYTES];
    int rc = crypto_shorthash_siphash24(out, bytes.ptr, bytes.len, key);

    AW_ASSERT(rc == 0);
    return aw_get_u64(out);
}
