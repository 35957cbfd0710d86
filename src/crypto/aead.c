/* SPDX-License-Identifier: ISC */
#include "crypto/aead.h"

#include <sodium.h>

#include "base/assert.h"

void aw_aead_seal(uint8_t *out, uint8_t mac[AW_MAC_LEN], const uint8_t *plain, size_t len,
                  const uint8_t key[AW_KEY_LEN], const uint8_t nonce[AW_NONCE_LEN],
                  struct aw_bytes ad)
{
    int rc = crypto_aead_chacha20poly1305_ietf_encrypt_detached(out, mac, NULL, plain, len, ad.ptr,
                                                                ad.len, NULL, nonce, key);

    AW_ASSERT(rc == 0);
}

/*
 * spec/09-crypto.md §2.2: "A receiver MUST NOT release any plaintext before its tag has verified."
 * Two calls instead of one, since the library's own decryption zeroes the output when the tag
 * does not verify, and ours must leave it alone. Without an output buffer it checks the tag
 * only; the key stream of the text begins at block 1 (RFC 8439 §2.8).
 */
enum aw_status aw_aead_open(uint8_t *out, const uint8_t *cipher, size_t len,
                            const uint8_t mac[AW_MAC_LEN], const uint8_t key[AW_KEY_LEN],
                            const uint8_t nonce[AW_NONCE_LEN], struct aw_bytes ad)
{
    int rc;

    if (crypto_aead_chacha20poly1305_ietf_decrypt_detached(NULL, NULL, cipher, len, mac, ad.ptr,
                                                           ad.len, nonce, key) != 0)
        return AW_E_AUTH;
    if (len == 0)
        return AW_OK; /* `out` may be NULL */
    rc = crypto_stream_chacha20_ietf_xor_ic(out, cipher, len, nonce, 1, key);
    AW_ASSERT(rc == 0);
    return AW_OK;
}
