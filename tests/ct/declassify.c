/* SPDX-License-Identifier: ISC */
/*
 * The functions of libsodium whose result is meant to be acted on (ld --wrap). CMakeLists.txt
 * reads the names off this file. Each wrapper says why its result may be known.
 */
#include "ct.h"

#include <sodium.h>

#define WRAPS(name) extern __typeof__(name) __real_##name, __wrap_##name

bool ct_compare_is_secret;
bool ct_zero_is_secret;
bool ct_plain_is_public;

/* The result depends on the point alone: zero exactly for one of small order, which is sent. */
WRAPS(crypto_scalarmult_curve25519);
int __wrap_crypto_scalarmult_curve25519(unsigned char *q, const unsigned char *n,
                                        const unsigned char *p)
{
    int rc = __real_crypto_scalarmult_curve25519(q, n, p);

    CT_PUBLIC(&rc, sizeof rc);
    return rc;
}

/* Whether a cell or frame verifies is seen by what follows. */
WRAPS(crypto_aead_chacha20poly1305_ietf_decrypt_detached);
int __wrap_crypto_aead_chacha20poly1305_ietf_decrypt_detached(
    unsigned char *m, unsigned char *nsec, const unsigned char *c, unsigned long long len,
    const unsigned char *mac, const unsigned char *ad, unsigned long long ad_len,
    const unsigned char *nonce, const unsigned char *k)
{
    int rc = __real_crypto_aead_chacha20poly1305_ietf_decrypt_detached(m, nsec, c, len, mac, ad,
                                                                       ad_len, nonce, k);

    CT_PUBLIC(&rc, sizeof rc);
    return rc;
}

/* Only after the tag has verified. */
WRAPS(crypto_stream_chacha20_ietf_xor_ic);
int __wrap_crypto_stream_chacha20_ietf_xor_ic(unsigned char *c, const unsigned char *m,
                                              unsigned long long len, const unsigned char *nonce,
                                              uint32_t ic, const unsigned char *k)
{
    int rc = __real_crypto_stream_chacha20_ietf_xor_ic(c, m, len, nonce, ic, k);

    if (ct_plain_is_public)
        CT_PUBLIC(c, len);
    return rc;
}

/* A shared secret of zero comes from the point that was sent, a scalar of zero from a source that
 * gives no random bytes: both end the operation. */
WRAPS(sodium_is_zero);
int __wrap_sodium_is_zero(const unsigned char *n, const size_t len)
{
    int rc = __real_sodium_is_zero(n, len);

    if (!ct_zero_is_secret)
        CT_PUBLIC(&rc, sizeof rc);
    return rc;
}

/* A head tag that does not fit, a scalar that is not canonical: seen by what follows. */
WRAPS(sodium_memcmp);
int __wrap_sodium_memcmp(const void *a, const void *b, size_t len)
{
    int rc = __real_sodium_memcmp(a, b, len);

    if (!ct_compare_is_secret)
        CT_PUBLIC(&rc, sizeof rc);
    return rc;
}
