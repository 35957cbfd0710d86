/* SPDX-License-Identifier: ISC */
#include "crypto/hash.h"

#include <sodium.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"

void aw_sha256(uint8_t out[AW_HASH_LEN], struct aw_bytes bytes)
{
    aw_sha256_parts(out, &bytes, 1);
}

void aw_sha256_parts(uint8_t out[AW_HASH_LEN], const struct aw_bytes *parts, size_t count)
{
    crypto_hash_sha256_state st;
    int rc = crypto_hash_sha256_init(&st);

    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > 0)
            rc |= crypto_hash_sha256_update(&st, parts[i].ptr, parts[i].len);
    }
    rc |= crypto_hash_sha256_final(&st, out);
    AW_ASSERT(rc == 0);
    aw_wipe(&st, sizeof st);
}

void aw_hmac(uint8_t out[AW_HASH_LEN], struct aw_bytes key, const struct aw_bytes *parts,
             size_t count)
{
    crypto_auth_hmacsha256_state st;
    int rc = crypto_auth_hmacsha256_init(&st, key.ptr, key.len);

    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > 0)
            rc |= crypto_auth_hmacsha256_update(&st, parts[i].ptr, parts[i].len);
    }
    rc |= crypto_auth_hmacsha256_final(&st, out);
    AW_ASSERT(rc == 0);
    aw_wipe(&st, sizeof st);
}

void aw_hkdf_extract(uint8_t prk[AW_HASH_LEN], struct aw_bytes salt, struct aw_bytes ikm)
{
    static const uint8_t no_salt[AW_HASH_LEN];

    if (salt.len == 0)
        salt = AW_BYTES_OF(no_salt);
    aw_hmac(prk, salt, &ikm, 1);
}

/*
 * T(i) = HMAC(prk, T(i-1) || info || i). The key is scheduled once; `prk` and `out` may be the
 * same, since `prk` is not needed again after that.
 */
void aw_hkdf_expand(uint8_t *out, size_t out_len, const uint8_t prk[AW_HASH_LEN],
                    const struct aw_bytes *parts, size_t count)
{
    crypto_auth_hmacsha256_state keyed, st;
    uint8_t block[AW_HASH_LEN];
    uint8_t i = 0;
    int rc;

    AW_ASSERT(out_len > 0 && out_len <= AW_HKDF_LEN_MAX);
    rc = crypto_auth_hmacsha256_init(&keyed, prk, AW_HASH_LEN);
    while (out_len > 0) {
        size_t take = out_len < sizeof block ? out_len : sizeof block;

        st = keyed;
        if (i++ > 0)
            rc |= crypto_auth_hmacsha256_update(&st, block, sizeof block);
        for (size_t p = 0; p < count; p++) {
            if (parts[p].len > 0)
                rc |= crypto_auth_hmacsha256_update(&st, parts[p].ptr, parts[p].len);
        }
        rc |= crypto_auth_hmacsha256_update(&st, &i, 1);
        rc |= crypto_auth_hmacsha256_final(&st, block);
        memcpy(out, block, take);
        out += take;
        out_len -= take;
    }
    AW_ASSERT(rc == 0);
    aw_wipe(&keyed, sizeof keyed);
    aw_wipe(&st, sizeof st);
    aw_wipe(block, sizeof block);
}
