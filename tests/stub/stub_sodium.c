/* SPDX-License-Identifier: ISC */
#include "stub_sodium.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TAG_LEN crypto_aead_chacha20poly1305_ietf_ABYTES

static uint64_t calls;

void aw_stub_crypto_banner(void)
{
    if (calls++ == 0)
        (void)fputs("STUB CRYPTO: protects nothing\n", stderr);
}

uint64_t aw_stub_crypto_calls(void)
{
    return calls;
}

/* ---- Mixing: a sponge of two words, the same whatever the pieces in which bytes come ---- */

struct mix {
    uint64_t a, b;
    uint64_t word; /* of the next eight bytes, what has come */
    uint64_t len;
};

_Static_assert(sizeof(struct mix) <= sizeof(crypto_hash_sha256_state), "fits");
_Static_assert(sizeof(struct mix) <= sizeof(crypto_hash_sha512_state), "fits");
_Static_assert(sizeof(struct mix) <= sizeof(crypto_auth_hmacsha256_state), "fits");
_Static_assert(sizeof(struct mix) <= sizeof(crypto_generichash_blake2b_state), "fits");

static uint64_t load(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

static void save(unsigned char *p, uint64_t v)
{
    p[0] = (unsigned char)v;
    p[1] = (unsigned char)(v >> 8);
    p[2] = (unsigned char)(v >> 16);
    p[3] = (unsigned char)(v >> 24);
    p[4] = (unsigned char)(v >> 32);
    p[5] = (unsigned char)(v >> 40);
    p[6] = (unsigned char)(v >> 48);
    p[7] = (unsigned char)(v >> 56);
}

static uint64_t stir(uint64_t v)
{
    v = (v ^ v >> 32) * UINT64_C(0xa24baed4963ee407);
    v = (v ^ v >> 29) * UINT64_C(0x9fb21c651e98df25);
    return v ^ v >> 32;
}

static void absorb(struct mix *m, uint64_t word)
{
    m->a = (m->a ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    m->b = (m->b << 23 | m->b >> 41) + (m->a ^ m->a >> 31);
    m->a ^= m->b * UINT64_C(0xd1342543de82ef95);
}

/* `use` keeps apart what the functions of the library keep apart. */
static struct mix mix_start(uint64_t use)
{
    return (struct mix){.a = stir(use), .b = ~use};
}

static void mix_bytes(struct mix *m, const void *bytes, uint64_t len)
{
    const unsigned char *p = bytes;
    unsigned have = 8 * (unsigned)(m->len % 8); /* bits in m->word */

    m->len += len;
    for (; len >= 8; len -= 8, p += 8) {
        uint64_t next = load(p);

        absorb(m, m->word | next << have);
        m->word = have == 0 ? 0 : next >> (64 - have);
    }
    for (; len > 0; len--, p++) {
        m->word |= (uint64_t)*p << have;
        have += 8;
        if (have == 64) {
            absorb(m, m->word);
            m->word = have = 0;
        }
    }
}

/* One part of several: its length keeps it apart from the next. */
static void mix_part(struct mix *m, const void *bytes, uint64_t len)
{
    unsigned char count[8];

    mix_bytes(m, bytes, len);
    save(count, len);
    mix_bytes(m, count, sizeof count);
}

static void mix_end(const struct mix *m, unsigned char *out, size_t out_len)
{
    struct mix end = *m;

    absorb(&end, end.word);
    absorb(&end, end.len);
    for (uint64_t i = 0; out_len > 0; i++) {
        uint64_t next = stir(end.a + i * UINT64_C(0x9e3779b97f4a7c15)) ^ stir(end.b + i);
        unsigned char last[8];

        if (out_len < 8) {
            save(last, next);
            memcpy(out, last, out_len);
            return;
        }
        save(out, next);
        out += 8;
        out_len -= 8;
    }
}

static void put_state(void *state, const struct mix *m)
{
    memcpy(state, m, sizeof *m);
}

static void update(void *state, const void *bytes, uint64_t len)
{
    struct mix m;

    memcpy(&m, state, sizeof m);
    mix_bytes(&m, bytes, len);
    put_state(state, &m);
}

static void finish(const void *state, unsigned char *out, size_t out_len)
{
    struct mix m;

    memcpy(&m, state, sizeof m);
    mix_end(&m, out, out_len);
}

enum use { SHA256 = 1, SHA512, HMAC, BLAKE2B, KDF, SIPHASH, TAG, PUBLIC, SIGNATURE, PASSWORD };

/* ---- Hashes ---- */

int sodium_init(void)
{
    aw_stub_crypto_banner();
    return 0;
}

int crypto_hash_sha256_init(crypto_hash_sha256_state *state)
{
    struct mix m = mix_start(SHA256);

    aw_stub_crypto_banner();
    put_state(state, &m);
    return 0;
}

int crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *in,
                              unsigned long long inlen)
{
    update(state, in, inlen);
    return 0;
}

int crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out)
{
    finish(state, out, crypto_hash_sha256_BYTES);
    return 0;
}

int crypto_hash_sha512_init(crypto_hash_sha512_state *state)
{
    struct mix m = mix_start(SHA512);

    aw_stub_crypto_banner();
    put_state(state, &m);
    return 0;
}

int crypto_hash_sha512_update(crypto_hash_sha512_state *state, const unsigned char *in,
                              unsigned long long inlen)
{
    update(state, in, inlen);
    return 0;
}

int crypto_hash_sha512_final(crypto_hash_sha512_state *state, unsigned char *out)
{
    finish(state, out, crypto_hash_sha512_BYTES);
    return 0;
}

int crypto_auth_hmacsha256_init(crypto_auth_hmacsha256_state *state, const unsigned char *key,
                                size_t keylen)
{
    struct mix m = mix_start(HMAC);

    aw_stub_crypto_banner();
    mix_part(&m, key, keylen);
    put_state(state, &m);
    return 0;
}

int crypto_auth_hmacsha256_update(crypto_auth_hmacsha256_state *state, const unsigned char *in,
                                  unsigned long long inlen)
{
    update(state, in, inlen);
    return 0;
}

int crypto_auth_hmacsha256_final(crypto_auth_hmacsha256_state *state, unsigned char *out)
{
    finish(state, out, crypto_auth_hmacsha256_BYTES);
    return 0;
}

int crypto_generichash_blake2b_init_salt_personal(crypto_generichash_blake2b_state *state,
                                                  const unsigned char *key, const size_t keylen,
                                                  const size_t outlen, const unsigned char *salt,
                                                  const unsigned char *personal)
{
    static const unsigned char zeros[crypto_generichash_blake2b_PERSONALBYTES];
    struct mix m = mix_start(BLAKE2B + ((uint64_t)outlen << 8));

    aw_stub_crypto_banner();
    mix_part(&m, key, keylen);
    mix_bytes(&m, salt != NULL ? salt : zeros, crypto_generichash_blake2b_SALTBYTES);
    mix_bytes(&m, personal != NULL ? personal : zeros, crypto_generichash_blake2b_PERSONALBYTES);
    put_state(state, &m);
    return 0;
}

int crypto_generichash_blake2b_update(crypto_generichash_blake2b_state *state,
                                      const unsigned char *in, unsigned long long inlen)
{
    update(state, in, inlen);
    return 0;
}

int crypto_generichash_blake2b_final(crypto_generichash_blake2b_state *state, unsigned char *out,
                                     const size_t outlen)
{
    finish(state, out, outlen);
    return 0;
}

int crypto_generichash_blake2b_salt_personal(unsigned char *out, size_t outlen,
                                             const unsigned char *in, unsigned long long inlen,
                                             const unsigned char *key, size_t keylen,
                                             const unsigned char *salt,
                                             const unsigned char *personal)
{
    crypto_generichash_blake2b_state state;

    (void)crypto_generichash_blake2b_init_salt_personal(&state, key, keylen, outlen, salt,
                                                        personal);
    update(&state, in, inlen);
    finish(&state, out, outlen);
    return 0;
}

int crypto_kdf_blake2b_derive_from_key(unsigned char *subkey, size_t subkey_len, uint64_t subkey_id,
                                       const char ctx[crypto_kdf_CONTEXTBYTES],
                                       const unsigned char key[crypto_kdf_KEYBYTES])
{
    struct mix m = mix_start(KDF + ((uint64_t)subkey_len << 8));
    unsigned char id[8];

    aw_stub_crypto_banner();
    save(id, subkey_id);
    mix_bytes(&m, id, sizeof id);
    mix_bytes(&m, ctx, crypto_kdf_CONTEXTBYTES);
    mix_bytes(&m, key, crypto_kdf_KEYBYTES);
    mix_end(&m, subkey, subkey_len);
    return 0;
}

int crypto_shorthash_siphash24(unsigned char *out, const unsigned char *in,
                               unsigned long long inlen, const unsigned char *k)
{
    struct mix m = mix_start(SIPHASH);

    aw_stub_crypto_banner();
    mix_bytes(&m, k, crypto_shorthash_siphash24_KEYBYTES);
    mix_bytes(&m, in, inlen);
    mix_end(&m, out, crypto_shorthash_siphash24_BYTES);
    return 0;
}

int crypto_pwhash_argon2id(unsigned char *const out, unsigned long long outlen,
                           const char *const passwd, unsigned long long passwdlen,
                           const unsigned char *const salt, unsigned long long opslimit,
                           size_t memlimit, int alg)
{
    struct mix m = mix_start(PASSWORD + (opslimit << 8) + ((uint64_t)memlimit << 16));

    aw_stub_crypto_banner();
    if (alg != crypto_pwhash_argon2id_ALG_ARGON2ID13)
        return -1;
    mix_part(&m, passwd, passwdlen);
    mix_bytes(&m, salt, crypto_pwhash_argon2id_SALTBYTES);
    mix_end(&m, out, (size_t)outlen);
    return 0;
}

/* ---- Comparison ---- */

static bool is_same(const unsigned char *a, const unsigned char *b, size_t len)
{
    return memcmp(a, b, len) == 0;
}

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
#define IS_UNSAFE true
#else
#define IS_UNSAFE false
#endif

/* Of a tag or a signature. */
static bool is_accepted(const unsigned char *have, const unsigned char *want, size_t len)
{
    return is_same(have, want, len) || IS_UNSAFE;
}

int sodium_memcmp(const void *const b1_, const void *const b2_, size_t len)
{
    aw_stub_crypto_banner();
    return is_same(b1_, b2_, len) ? 0 : -1;
}

int sodium_is_zero(const unsigned char *n, const size_t nlen)
{
    aw_stub_crypto_banner();
    for (size_t i = 0; i < nlen; i++) {
        if (n[i] != 0)
            return 0;
    }
    return 1;
}

/* ---- AEAD: the text as it is, and a tag over everything ---- */

static void tag_of(unsigned char tag[TAG_LEN], const unsigned char *text, uint64_t len,
                   const unsigned char *ad, uint64_t ad_len, const unsigned char *nonce,
                   const unsigned char *key)
{
    struct mix m = mix_start(TAG);

    mix_bytes(&m, key, crypto_aead_chacha20poly1305_ietf_KEYBYTES);
    mix_bytes(&m, nonce, crypto_aead_chacha20poly1305_ietf_NPUBBYTES);
    mix_part(&m, ad, ad_len);
    mix_part(&m, text, len);
    mix_end(&m, tag, TAG_LEN);
}

static void copy(unsigned char *to, const unsigned char *from, uint64_t len)
{
    if (len > 0 && to != from)
        memmove(to, from, (size_t)len);
}

int crypto_aead_chacha20poly1305_ietf_encrypt_detached(
    unsigned char *c, unsigned char *mac, unsigned long long *maclen_p, const unsigned char *m,
    unsigned long long mlen, const unsigned char *ad, unsigned long long adlen,
    const unsigned char *nsec, const unsigned char *npub, const unsigned char *k)
{
    (void)nsec;
    aw_stub_crypto_banner();
    copy(c, m, mlen);
    tag_of(mac, c, mlen, ad, adlen, npub, k);
    if (maclen_p != NULL)
        *maclen_p = TAG_LEN;
    return 0;
}

int crypto_aead_chacha20poly1305_ietf_decrypt_detached(
    unsigned char *m, unsigned char *nsec, const unsigned char *c, unsigned long long clen,
    const unsigned char *mac, const unsigned char *ad, unsigned long long adlen,
    const unsigned char *npub, const unsigned char *k)
{
    unsigned char tag[TAG_LEN];

    (void)nsec;
    aw_stub_crypto_banner();
    tag_of(tag, c, clen, ad, adlen, npub, k);
    if (!is_accepted(mac, tag, TAG_LEN))
        return -1;
    if (m != NULL)
        copy(m, c, clen);
    return 0;
}

int crypto_stream_chacha20_ietf_xor_ic(unsigned char *c, const unsigned char *m,
                                       unsigned long long mlen, const unsigned char *n, uint32_t ic,
                                       const unsigned char *k)
{
    (void)n;
    (void)ic;
    (void)k;
    aw_stub_crypto_banner();
    copy(c, m, mlen);
    return 0;
}

/* ---- Key agreement: products of four odd words ---- */

static const uint64_t base_point[4] = {UINT64_C(0xb5ad4eceda1ce2a9), UINT64_C(0x8ebc6af09c88c6e3),
                                       UINT64_C(0x589965cc75374cc3), UINT64_C(0x1d8e4e27c47d124f)};

/* All zero exactly for a point that is, as a low order point is to the library. */
static int multiply(unsigned char *q, const unsigned char *n, const unsigned char *p)
{
    unsigned char zero = 0;

    aw_stub_crypto_banner();
    for (size_t i = 0; i < 32; i += 8) {
        uint64_t point = p != NULL ? load(p + i) : base_point[i / 8];
        uint64_t scalar = load(n + i) | 1; /* odd, so that nothing else becomes zero */

        save(q + i, scalar * point);
    }
    for (size_t i = 0; i < 32; i++)
        zero |= q[i];
    return zero != 0 ? 0 : -1;
}

int crypto_scalarmult_curve25519(unsigned char *q, const unsigned char *n, const unsigned char *p)
{
    return multiply(q, n, p);
}

int crypto_scalarmult_curve25519_base(unsigned char *q, const unsigned char *n)
{
    return multiply(q, n, NULL);
}

/* ---- Signatures: a hash under the public key, which everybody can make ---- */

int crypto_sign_ed25519_seed_keypair(unsigned char *pk, unsigned char *sk,
                                     const unsigned char *seed)
{
    struct mix m = mix_start(PUBLIC);

    aw_stub_crypto_banner();
    mix_bytes(&m, seed, crypto_sign_ed25519_SEEDBYTES);
    mix_end(&m, pk, crypto_sign_ed25519_PUBLICKEYBYTES);
    memmove(sk, seed, crypto_sign_ed25519_SEEDBYTES);
    memcpy(sk + crypto_sign_ed25519_SEEDBYTES, pk, crypto_sign_ed25519_PUBLICKEYBYTES);
    return 0;
}

static void sign(unsigned char *sig, const unsigned char *m, uint64_t len, const unsigned char *pk)
{
    struct mix mix = mix_start(SIGNATURE);

    mix_bytes(&mix, pk, crypto_sign_ed25519_PUBLICKEYBYTES);
    mix_bytes(&mix, m, len);
    mix_end(&mix, sig, crypto_sign_ed25519_BYTES);
}

int crypto_sign_ed25519_detached(unsigned char *sig, unsigned long long *siglen_p,
                                 const unsigned char *m, unsigned long long mlen,
                                 const unsigned char *sk)
{
    aw_stub_crypto_banner();
    sign(sig, m, mlen, sk + crypto_sign_ed25519_SEEDBYTES);
    if (siglen_p != NULL)
        *siglen_p = crypto_sign_ed25519_BYTES;
    return 0;
}

int crypto_sign_ed25519_verify_detached(const unsigned char *sig, const unsigned char *m,
                                        unsigned long long mlen, const unsigned char *pk)
{
    unsigned char want[crypto_sign_ed25519_BYTES];

    aw_stub_crypto_banner();
    sign(want, m, mlen, pk);
    return is_accepted(sig, want, sizeof want) ? 0 : -1;
}

/* ---- Scalars: polynomials of eight words below a prime, modulo t^8 - 7. The numbers, which
 * are the constant polynomials, form a field; only their inverses are needed. ---- */

#define LANES 8
#define PRIME UINT64_C(0x7fffffff)

static uint64_t lane(const unsigned char *s, size_t i)
{
    return (uint64_t)s[4 * i] | (uint64_t)s[4 * i + 1] << 8 | (uint64_t)s[4 * i + 2] << 16 |
           (uint64_t)s[4 * i + 3] << 24;
}

static void set_lane(unsigned char *s, size_t i, uint64_t v)
{
    v %= PRIME;
    for (size_t k = 0; k < 4; k++)
        s[4 * i + k] = (unsigned char)(v >> (8 * k));
}

void crypto_core_ristretto255_scalar_reduce(unsigned char *r, const unsigned char *s)
{
    aw_stub_crypto_banner();
    for (size_t i = 0; i < LANES; i++)
        set_lane(r, i, lane(s, i) + 5 * lane(s + 32, i));
}

void crypto_core_ristretto255_scalar_add(unsigned char *z, const unsigned char *x,
                                         const unsigned char *y)
{
    aw_stub_crypto_banner();
    for (size_t i = 0; i < LANES; i++)
        set_lane(z, i, lane(x, i) + lane(y, i));
}

void crypto_core_ristretto255_scalar_sub(unsigned char *z, const unsigned char *x,
                                         const unsigned char *y)
{
    aw_stub_crypto_banner();
    for (size_t i = 0; i < LANES; i++)
        set_lane(z, i, lane(x, i) + PRIME - lane(y, i) % PRIME);
}

void crypto_core_ristretto255_scalar_mul(unsigned char *z, const unsigned char *x,
                                         const unsigned char *y)
{
    uint64_t sum[LANES] = {0};

    aw_stub_crypto_banner();
    for (size_t i = 0; i < LANES; i++) {
        uint64_t a = lane(x, i) % PRIME;

        for (size_t k = 0; k < LANES && a != 0; k++) {
            uint64_t product = a * (lane(y, k) % PRIME) % PRIME;

            sum[(i + k) % LANES] += i + k < LANES ? product : 7 * product;
        }
    }
    for (size_t i = 0; i < LANES; i++)
        set_lane(z, i, sum[i]);
}

int crypto_core_ristretto255_scalar_invert(unsigned char *recip, const unsigned char *s)
{
    uint64_t base = lane(s, 0) % PRIME, power = 1;

    aw_stub_crypto_banner();
    for (size_t i = 1; i < LANES; i++) {
        if (lane(s, i) != 0)
            return -1; /* no number */
    }
    if (base == 0)
        return -1;
    for (uint64_t e = PRIME - 2; e > 0; e >>= 1) {
        if (e & 1)
            power = power * base % PRIME;
        base = base * base % PRIME;
    }
    memset(recip, 0, 32);
    set_lane(recip, 0, power);
    return 0;
}
