/* SPDX-License-Identifier: ISC */
/*
 * MemorySanitizer sees our own code only: what libsodium and libcbor write, it takes for not
 * written. Each function of theirs that the layers import is wrapped here (ld --wrap): inputs
 * must be initialised, outputs are declared so. tests/CMakeLists.txt reads the names off this
 * file.
 */
#include <cbor.h>
#include <sanitizer/msan_interface.h>
#include <sodium.h>
#include <stdint.h>

#define WRAPS(name) extern __typeof__(name) __real_##name, __wrap_##name

static void needs(const void *bytes, unsigned long long len)
{
    if (bytes != NULL)
        __msan_check_mem_is_initialized(bytes, (size_t)len);
}

static void gives(const volatile void *bytes, unsigned long long len)
{
    if (bytes != NULL)
        __msan_unpoison((const volatile void *)bytes, (size_t)len);
}

WRAPS(crypto_aead_chacha20poly1305_ietf_encrypt_detached);
int __wrap_crypto_aead_chacha20poly1305_ietf_encrypt_detached(
    unsigned char *c, unsigned char *mac, unsigned long long *mac_len, const unsigned char *m,
    unsigned long long len, const unsigned char *ad, unsigned long long ad_len,
    const unsigned char *nsec, const unsigned char *npub, const unsigned char *k)
{
    int result;

    needs(m, len);
    needs(ad, ad_len);
    needs(npub, 12);
    needs(k, 32);
    result = __real_crypto_aead_chacha20poly1305_ietf_encrypt_detached(c, mac, mac_len, m, len, ad,
                                                                       ad_len, nsec, npub, k);
    gives(c, len);
    gives(mac, 16);
    return result;
}

WRAPS(crypto_aead_chacha20poly1305_ietf_decrypt_detached);
int __wrap_crypto_aead_chacha20poly1305_ietf_decrypt_detached(
    unsigned char *m, unsigned char *nsec, const unsigned char *c, unsigned long long len,
    const unsigned char *mac, const unsigned char *ad, unsigned long long ad_len,
    const unsigned char *npub, const unsigned char *k)
{
    int result;

    needs(c, len);
    needs(mac, 16);
    needs(ad, ad_len);
    needs(npub, 12);
    needs(k, 32);
    result = __real_crypto_aead_chacha20poly1305_ietf_decrypt_detached(m, nsec, c, len, mac, ad,
                                                                       ad_len, npub, k);
    gives(m, len);
    return result;
}

WRAPS(crypto_stream_chacha20_ietf_xor_ic);
int __wrap_crypto_stream_chacha20_ietf_xor_ic(unsigned char *c, const unsigned char *m,
                                              unsigned long long len, const unsigned char *n,
                                              uint32_t ic, const unsigned char *k)
{
    int result;

    needs(m, len);
    needs(n, 12);
    needs(k, 32);
    result = __real_crypto_stream_chacha20_ietf_xor_ic(c, m, len, n, ic, k);
    gives(c, len);
    return result;
}

WRAPS(crypto_shorthash_siphash24);
int __wrap_crypto_shorthash_siphash24(unsigned char *out, const unsigned char *in,
                                      unsigned long long len, const unsigned char *k)
{
    int result;

    needs(in, len);
    needs(k, 16);
    result = __real_crypto_shorthash_siphash24(out, in, len, k);
    gives(out, 8);
    return result;
}

WRAPS(crypto_scalarmult_curve25519_base);
int __wrap_crypto_scalarmult_curve25519_base(unsigned char *q, const unsigned char *n)
{
    int result;

    needs(n, 32);
    result = __real_crypto_scalarmult_curve25519_base(q, n);
    gives(q, 32);
    return result;
}

WRAPS(crypto_scalarmult_curve25519);
int __wrap_crypto_scalarmult_curve25519(unsigned char *q, const unsigned char *n,
                                        const unsigned char *p)
{
    int result;

    needs(n, 32);
    needs(p, 32);
    result = __real_crypto_scalarmult_curve25519(q, n, p);
    gives(q, 32);
    return result;
}

WRAPS(crypto_hash_sha256_init);
int __wrap_crypto_hash_sha256_init(crypto_hash_sha256_state *s)
{
    int result;

    result = __real_crypto_hash_sha256_init(s);
    gives(s, sizeof *s);
    return result;
}

WRAPS(crypto_hash_sha256_update);
int __wrap_crypto_hash_sha256_update(crypto_hash_sha256_state *s, const unsigned char *in,
                                     unsigned long long len)
{
    int result;

    needs(in, len);
    result = __real_crypto_hash_sha256_update(s, in, len);
    gives(s, sizeof *s);
    return result;
}

WRAPS(crypto_hash_sha256_final);
int __wrap_crypto_hash_sha256_final(crypto_hash_sha256_state *s, unsigned char *out)
{
    int result;

    result = __real_crypto_hash_sha256_final(s, out);
    gives(out, 32);
    return result;
}

WRAPS(crypto_hash_sha512_init);
int __wrap_crypto_hash_sha512_init(crypto_hash_sha512_state *s)
{
    int result;

    result = __real_crypto_hash_sha512_init(s);
    gives(s, sizeof *s);
    return result;
}

WRAPS(crypto_hash_sha512_update);
int __wrap_crypto_hash_sha512_update(crypto_hash_sha512_state *s, const unsigned char *in,
                                     unsigned long long len)
{
    int result;

    needs(in, len);
    result = __real_crypto_hash_sha512_update(s, in, len);
    gives(s, sizeof *s);
    return result;
}

WRAPS(crypto_hash_sha512_final);
int __wrap_crypto_hash_sha512_final(crypto_hash_sha512_state *s, unsigned char *out)
{
    int result;

    result = __real_crypto_hash_sha512_final(s, out);
    gives(out, 64);
    return result;
}

WRAPS(crypto_auth_hmacsha256_init);
int __wrap_crypto_auth_hmacsha256_init(crypto_auth_hmacsha256_state *s, const unsigned char *k,
                                       size_t len)
{
    int result;

    needs(k, len);
    result = __real_crypto_auth_hmacsha256_init(s, k, len);
    gives(s, sizeof *s);
    return result;
}

WRAPS(crypto_auth_hmacsha256_update);
int __wrap_crypto_auth_hmacsha256_update(crypto_auth_hmacsha256_state *s, const unsigned char *in,
                                         unsigned long long len)
{
    int result;

    needs(in, len);
    result = __real_crypto_auth_hmacsha256_update(s, in, len);
    gives(s, sizeof *s);
    return result;
}

WRAPS(crypto_auth_hmacsha256_final);
int __wrap_crypto_auth_hmacsha256_final(crypto_auth_hmacsha256_state *s, unsigned char *out)
{
    int result;

    result = __real_crypto_auth_hmacsha256_final(s, out);
    gives(out, 32);
    return result;
}

WRAPS(crypto_kdf_blake2b_derive_from_key);
int __wrap_crypto_kdf_blake2b_derive_from_key(unsigned char *out, size_t len, uint64_t id,
                                              const char *ctx, const unsigned char *k)
{
    int result;

    needs(ctx, 8);
    needs(k, 32);
    result = __real_crypto_kdf_blake2b_derive_from_key(out, len, id, ctx, k);
    gives(out, len);
    return result;
}

WRAPS(crypto_pwhash_argon2id);
int __wrap_crypto_pwhash_argon2id(unsigned char *const out, unsigned long long len,
                                  const char *const secret, unsigned long long secret_len,
                                  const unsigned char *const salt, unsigned long long ops,
                                  size_t mem, int alg)
{
    int result;

    needs(secret, secret_len);
    needs(salt, 16);
    result = __real_crypto_pwhash_argon2id(out, len, secret, secret_len, salt, ops, mem, alg);
    gives(out, len);
    return result;
}

WRAPS(crypto_core_ristretto255_scalar_reduce);
void __wrap_crypto_core_ristretto255_scalar_reduce(unsigned char *r, const unsigned char *s)
{
    needs(s, 64);
    __real_crypto_core_ristretto255_scalar_reduce(r, s);
    gives(r, 32);
}

WRAPS(crypto_core_ristretto255_scalar_add);
void __wrap_crypto_core_ristretto255_scalar_add(unsigned char *r, const unsigned char *x,
                                                const unsigned char *y)
{
    needs(x, 32);
    needs(y, 32);
    __real_crypto_core_ristretto255_scalar_add(r, x, y);
    gives(r, 32);
}

WRAPS(crypto_core_ristretto255_scalar_sub);
void __wrap_crypto_core_ristretto255_scalar_sub(unsigned char *r, const unsigned char *x,
                                                const unsigned char *y)
{
    needs(x, 32);
    needs(y, 32);
    __real_crypto_core_ristretto255_scalar_sub(r, x, y);
    gives(r, 32);
}

WRAPS(crypto_core_ristretto255_scalar_mul);
void __wrap_crypto_core_ristretto255_scalar_mul(unsigned char *r, const unsigned char *x,
                                                const unsigned char *y)
{
    needs(x, 32);
    needs(y, 32);
    __real_crypto_core_ristretto255_scalar_mul(r, x, y);
    gives(r, 32);
}

WRAPS(crypto_core_ristretto255_scalar_invert);
int __wrap_crypto_core_ristretto255_scalar_invert(unsigned char *r, const unsigned char *s)
{
    int result;

    needs(s, 32);
    result = __real_crypto_core_ristretto255_scalar_invert(r, s);
    gives(r, 32);
    return result;
}

WRAPS(crypto_sign_ed25519_seed_keypair);
int __wrap_crypto_sign_ed25519_seed_keypair(unsigned char *pk, unsigned char *sk,
                                            const unsigned char *seed)
{
    int result;

    needs(seed, 32);
    result = __real_crypto_sign_ed25519_seed_keypair(pk, sk, seed);
    gives(pk, 32);
    gives(sk, 64);
    return result;
}

WRAPS(crypto_sign_ed25519_detached);
int __wrap_crypto_sign_ed25519_detached(unsigned char *sig, unsigned long long *sig_len,
                                        const unsigned char *m, unsigned long long len,
                                        const unsigned char *sk)
{
    int result;

    needs(m, len);
    needs(sk, 64);
    result = __real_crypto_sign_ed25519_detached(sig, sig_len, m, len, sk);
    gives(sig, 64);
    return result;
}

WRAPS(crypto_sign_ed25519_verify_detached);
int __wrap_crypto_sign_ed25519_verify_detached(const unsigned char *sig, const unsigned char *m,
                                               unsigned long long len, const unsigned char *pk)
{
    needs(sig, 64);
    needs(m, len);
    needs(pk, 32);
    return __real_crypto_sign_ed25519_verify_detached(sig, m, len, pk);
}

WRAPS(crypto_generichash_blake2b_salt_personal);
int __wrap_crypto_generichash_blake2b_salt_personal(unsigned char *out, size_t out_len,
                                                    const unsigned char *in, unsigned long long len,
                                                    const unsigned char *k, size_t k_len,
                                                    const unsigned char *salt,
                                                    const unsigned char *personal)
{
    int result;

    needs(in, len);
    needs(k, k_len);
    result = __real_crypto_generichash_blake2b_salt_personal(out, out_len, in, len, k, k_len, salt,
                                                             personal);
    gives(out, out_len);
    return result;
}

WRAPS(crypto_generichash_blake2b_init_salt_personal);
int __wrap_crypto_generichash_blake2b_init_salt_personal(crypto_generichash_blake2b_state *s,
                                                         const unsigned char *k, const size_t k_len,
                                                         const size_t out_len,
                                                         const unsigned char *salt,
                                                         const unsigned char *personal)
{
    int result;

    needs(k, k_len);
    result =
        __real_crypto_generichash_blake2b_init_salt_personal(s, k, k_len, out_len, salt, personal);
    gives(s, sizeof *s);
    return result;
}

WRAPS(crypto_generichash_blake2b_update);
int __wrap_crypto_generichash_blake2b_update(crypto_generichash_blake2b_state *s,
                                             const unsigned char *in, unsigned long long len)
{
    int result;

    needs(in, len);
    result = __real_crypto_generichash_blake2b_update(s, in, len);
    gives(s, sizeof *s);
    return result;
}

WRAPS(crypto_generichash_blake2b_final);
int __wrap_crypto_generichash_blake2b_final(crypto_generichash_blake2b_state *s, unsigned char *out,
                                            const size_t len)
{
    int result;

    result = __real_crypto_generichash_blake2b_final(s, out, len);
    gives(out, len);
    return result;
}

WRAPS(cbor_encode_uint);
size_t __wrap_cbor_encode_uint(uint64_t value, unsigned char *out, size_t cap)
{
    size_t len = __real_cbor_encode_uint(value, out, cap);

    gives(out, len);
    return len;
}

WRAPS(cbor_encode_negint);
size_t __wrap_cbor_encode_negint(uint64_t value, unsigned char *out, size_t cap)
{
    size_t len = __real_cbor_encode_negint(value, out, cap);

    gives(out, len);
    return len;
}

WRAPS(cbor_encode_bool);
size_t __wrap_cbor_encode_bool(bool value, unsigned char *out, size_t cap)
{
    size_t len = __real_cbor_encode_bool(value, out, cap);

    gives(out, len);
    return len;
}

WRAPS(cbor_encode_bytestring_start);
size_t __wrap_cbor_encode_bytestring_start(size_t value, unsigned char *out, size_t cap)
{
    size_t len = __real_cbor_encode_bytestring_start(value, out, cap);

    gives(out, len);
    return len;
}

WRAPS(cbor_encode_string_start);
size_t __wrap_cbor_encode_string_start(size_t value, unsigned char *out, size_t cap)
{
    size_t len = __real_cbor_encode_string_start(value, out, cap);

    gives(out, len);
    return len;
}

WRAPS(cbor_encode_array_start);
size_t __wrap_cbor_encode_array_start(size_t value, unsigned char *out, size_t cap)
{
    size_t len = __real_cbor_encode_array_start(value, out, cap);

    gives(out, len);
    return len;
}

WRAPS(cbor_encode_map_start);
size_t __wrap_cbor_encode_map_start(size_t value, unsigned char *out, size_t cap)
{
    size_t len = __real_cbor_encode_map_start(value, out, cap);

    gives(out, len);
    return len;
}

WRAPS(cbor_stream_decode);
struct cbor_decoder_result __wrap_cbor_stream_decode(cbor_data in, size_t len,
                                                     const struct cbor_callbacks *callbacks,
                                                     void *context)
{
    struct cbor_decoder_result result;

    needs(in, len);
    result = __real_cbor_stream_decode(in, len, callbacks, context);
    gives(&result, sizeof result);
    return result;
}
