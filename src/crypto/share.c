/* SPDX-License-Identifier: ISC */
#include "crypto/share.h"

#include <sodium.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/verify.h"

_Static_assert(crypto_core_ristretto255_SCALARBYTES == AW_KEY_LEN, "a key is a scalar");

/* Small number as a scalar, little-endian. */
static void scalar_of(uint8_t out[AW_KEY_LEN], uint8_t v)
{
    memset(out, 0, AW_KEY_LEN);
    out[0] = v;
}

/* The library accepts s + L for s almost everywhere; only reducing and comparing tells. */
static bool is_canonical(const uint8_t scalar[AW_KEY_LEN])
{
    uint8_t wide[crypto_core_ristretto255_NONREDUCEDSCALARBYTES] = {0};
    uint8_t reduced[AW_KEY_LEN];
    bool same;

    memcpy(wide, scalar, AW_KEY_LEN);
    crypto_core_ristretto255_scalar_reduce(reduced, wide);
    same = aw_secret_equal(reduced, scalar, AW_KEY_LEN);
    aw_wipe(wide, sizeof wide);
    aw_wipe(reduced, sizeof reduced);
    return same;
}

/* Uniform but for a part in 2^259: 64 random bytes, reduced. Never zero in practice. */
static enum aw_status scalar_random(uint8_t out[AW_KEY_LEN], const struct aw_random *random)
{
    uint8_t wide[crypto_core_ristretto255_NONREDUCEDSCALARBYTES];
    enum aw_status st = aw_random_fill(random, wide, sizeof wide);

    crypto_core_ristretto255_scalar_reduce(out, wide);
    aw_wipe(wide, sizeof wide);
    if (st == AW_OK && aw_secret_is_zero(out, AW_KEY_LEN))
        st = AW_E_ENTROPY; /* a source that gives zeros is no source */
    if (st != AW_OK)
        aw_wipe(out, AW_KEY_LEN);
    return st;
}

enum aw_status aw_share_key(uint8_t key[AW_KEY_LEN], const struct aw_random *random)
{
    return scalar_random(key, random);
}

static void check_indices(const uint8_t *indices, size_t n, size_t k)
{
    AW_ASSERT(k >= 1 && k <= n && n <= AW_SHARE_COUNT_MAX);
    for (size_t i = 0; i < n; i++) {
        AW_ASSERT(indices[i] != 0);
        for (size_t j = 0; j < i; j++)
            AW_ASSERT(indices[i] != indices[j]);
    }
}

/* share = index || f(index), by Horner's rule from the highest coefficient down. */
static void evaluate(uint8_t share[AW_SHARE_LEN], uint8_t index, uint8_t (*coef)[AW_KEY_LEN],
                     size_t k)
{
    uint8_t x[AW_KEY_LEN], y[AW_KEY_LEN];

    scalar_of(x, index);
    memcpy(y, coef[k - 1], AW_KEY_LEN);
    for (size_t i = k - 1; i-- > 0;) {
        crypto_core_ristretto255_scalar_mul(y, y, x);
        crypto_core_ristretto255_scalar_add(y, y, coef[i]);
    }
    share[0] = index;
    memcpy(share + 1, y, AW_KEY_LEN);
    aw_wipe(y, sizeof y);
}

enum aw_status aw_share_split(uint8_t (*shares)[AW_SHARE_LEN], const uint8_t *indices, size_t n,
                              size_t k, const uint8_t key[AW_KEY_LEN],
                              const struct aw_random *random)
{
    uint8_t coef[AW_SHARE_COUNT_MAX][AW_KEY_LEN] = {{0}};
    enum aw_status st = AW_OK;

    check_indices(indices, n, k);
    if (!is_canonical(key) || aw_secret_is_zero(key, AW_KEY_LEN))
        st = AW_E_RANGE;
    memcpy(coef[0], key, AW_KEY_LEN);
    for (size_t i = 1; i < k && st == AW_OK; i++)
        st = scalar_random(coef[i], random);
    for (size_t i = 0; i < n; i++) {
        if (st == AW_OK)
            evaluate(shares[i], indices[i], coef, k);
        else
            aw_wipe(shares[i], AW_SHARE_LEN);
    }
    aw_wipe(coef, sizeof coef);
    return st;
}

void aw_share_whole(uint8_t share[AW_SHARE_LEN], const uint8_t key[AW_KEY_LEN])
{
    share[0] = 0;
    memcpy(share + 1, key, AW_KEY_LEN);
}

enum aw_status aw_share_decoy(uint8_t share[AW_SHARE_LEN], uint8_t index,
                              const struct aw_random *random)
{
    share[0] = index;
    return scalar_random(share + 1, random);
}

bool aw_share_is_valid(const uint8_t share[AW_SHARE_LEN])
{
    return is_canonical(share + 1);
}

/* Weight x_j / (x_j - x_i) of the pair; indices are public and distinct. */
static void ratio(uint8_t out[AW_KEY_LEN], uint8_t index_i, uint8_t index_j)
{
    uint8_t xi[AW_KEY_LEN], xj[AW_KEY_LEN], inverse[AW_KEY_LEN];
    int rc;

    scalar_of(xi, index_i);
    scalar_of(xj, index_j);
    crypto_core_ristretto255_scalar_sub(xi, xj, xi);
    rc = crypto_core_ristretto255_scalar_invert(inverse, xi);
    AW_ASSERT(rc == 0); /* fails for zero only, and the indices differ */
    crypto_core_ristretto255_scalar_mul(out, xj, inverse);
}

/* sum += y * product of the weights of this share against the others: Lagrange at zero. */
static void add_term(uint8_t sum[AW_KEY_LEN], const uint8_t y[AW_KEY_LEN],
                     const uint8_t (*weights)[AW_KEY_LEN], const uint8_t *pick, size_t k,
                     size_t self)
{
    uint8_t term[AW_KEY_LEN];

    memcpy(term, y, AW_KEY_LEN);
    for (size_t j = 0; j < k; j++) {
        if (pick[j] != self)
            crypto_core_ristretto255_scalar_mul(term, term, weights[pick[j]]);
    }
    crypto_core_ristretto255_scalar_add(sum, sum, term);
    aw_wipe(term, sizeof term);
}

enum aw_status aw_share_combine(uint8_t key[AW_KEY_LEN], uint8_t (*shares)[AW_SHARE_LEN], size_t k)
{
    uint8_t pick[AW_SHARE_COUNT_MAX], sum[AW_KEY_LEN] = {0};
    uint8_t weights[AW_SHARE_COUNT_MAX][AW_KEY_LEN];

    AW_ASSERT(k >= 1 && k <= AW_SHARE_COUNT_MAX);
    /* spec/09-crypto.md §7.2: "Whoever combines shares MUST refuse a share with index 0, a
     * scalar that is not canonical, and two shares with one index." */
    for (size_t i = 0; i < k; i++) {
        pick[i] = (uint8_t)i;
        if (shares[i][0] == 0 || !aw_share_is_valid(shares[i]))
            return AW_E_RANGE;
        for (size_t j = 0; j < i; j++) {
            if (shares[i][0] == shares[j][0])
                return AW_E_RANGE;
        }
    }
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++) {
            if (i != j)
                ratio(weights[j], shares[i][0], shares[j][0]);
        }
        add_term(sum, shares[i] + 1, (const uint8_t(*)[AW_KEY_LEN])weights, pick, k, i);
    }
    memcpy(key, sum, AW_KEY_LEN);
    aw_wipe(sum, sizeof sum);
    return AW_OK;
}

/* ---- Sealed state ---- */

/* spec/09-crypto.md §7.2: "Every sealed state MUST have a fresh key and fresh coefficients." So the
 * nonce may be constant. */
static const uint8_t zero_nonce[AW_NONCE_LEN];

static void seal(uint8_t sealed[AW_STATE_SEALED_LEN], const uint8_t state[AW_STATE_LEN],
                 const uint8_t key[AW_KEY_LEN], const char *label)
{
    uint8_t aead_key[AW_KEY_LEN];

    aw_kdf(aead_key, AW_KEY_LEN, key, label, (struct aw_bytes){NULL, 0});
    aw_aead_seal(sealed, sealed + AW_STATE_LEN, state, AW_STATE_LEN, aead_key, zero_nonce,
                 (struct aw_bytes){NULL, 0});
    aw_wipe(aead_key, sizeof aead_key);
}

static enum aw_status unseal(uint8_t state[AW_STATE_LEN], const uint8_t sealed[AW_STATE_SEALED_LEN],
                             const uint8_t key[AW_KEY_LEN], const char *label)
{
    uint8_t aead_key[AW_KEY_LEN];
    enum aw_status st;

    aw_kdf(aead_key, AW_KEY_LEN, key, label, (struct aw_bytes){NULL, 0});
    st = aw_aead_open(state, sealed, AW_STATE_LEN, sealed + AW_STATE_LEN, aead_key, zero_nonce,
                      (struct aw_bytes){NULL, 0});
    aw_wipe(aead_key, sizeof aead_key);
    return st;
}

void aw_state_seal(uint8_t sealed[AW_STATE_SEALED_LEN], const uint8_t state[AW_STATE_LEN],
                   const uint8_t key[AW_KEY_LEN])
{
    seal(sealed, state, key, AW_LABEL_STATE);
}

void aw_state_seal_coarse(uint8_t sealed[AW_STATE_SEALED_LEN], const uint8_t state[AW_STATE_LEN],
                          const uint8_t key[AW_KEY_LEN])
{
    seal(sealed, state, key, AW_LABEL_STATE_COARSE);
}

/* Which of the two it is nobody says: the plan that she sealed by may not be in force here. */
enum aw_status aw_state_open(uint8_t state[AW_STATE_LEN], const uint8_t sealed[AW_STATE_SEALED_LEN],
                             const uint8_t key[AW_KEY_LEN])
{
    enum aw_status st = unseal(state, sealed, key, AW_LABEL_STATE);

    return st == AW_OK ? st : unseal(state, sealed, key, AW_LABEL_STATE_COARSE);
}

/* ---- Opening with shares of which some are bad ---- */

/* Usable shares, each once, and the weights of every pair. Secret: wipe. */
struct trial {
    uint8_t share[AW_SHARE_COUNT_MAX][AW_SHARE_LEN];
    uint8_t weight[AW_SHARE_COUNT_MAX][AW_SHARE_COUNT_MAX][AW_KEY_LEN];
    size_t count;
};

static bool is_known(const struct trial *t, const uint8_t share[AW_SHARE_LEN])
{
    for (size_t i = 0; i < t->count; i++) {
        if (aw_secret_equal(t->share[i], share, AW_SHARE_LEN))
            return true;
    }
    return false;
}

static void collect(struct trial *t, uint8_t (*shares)[AW_SHARE_LEN], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (shares[i][0] == 0 || !aw_share_is_valid(shares[i]) || is_known(t, shares[i]))
            continue;
        memcpy(t->share[t->count++], shares[i], AW_SHARE_LEN);
    }
    for (size_t i = 0; i < t->count; i++) {
        for (size_t j = 0; j < t->count; j++) {
            if (t->share[i][0] != t->share[j][0])
                ratio(t->weight[i][j], t->share[i][0], t->share[j][0]);
        }
    }
}

static bool is_distinct(const struct trial *t, const uint8_t *pick, size_t k)
{
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < i; j++) {
            if (t->share[pick[i]][0] == t->share[pick[j]][0])
                return false;
        }
    }
    return true;
}

static enum aw_status try_subset(const struct trial *t, const uint8_t *pick, size_t k,
                                 uint8_t state[AW_STATE_LEN],
                                 const uint8_t sealed[AW_STATE_SEALED_LEN])
{
    uint8_t key[AW_KEY_LEN] = {0};
    enum aw_status st;

    if (!is_distinct(t, pick, k))
        return AW_E_AUTH;
    for (size_t i = 0; i < k; i++)
        add_term(key, t->share[pick[i]] + 1, t->weight[pick[i]], pick, k, pick[i]);
    st = aw_state_open(state, sealed, key);
    aw_wipe(key, sizeof key);
    return st;
}

/* The next k-subset of {0..count-1} in lexicographic order; false after the last. */
static bool next_subset(uint8_t *pick, size_t k, size_t count)
{
    for (size_t i = k; i-- > 0;) {
        if (pick[i] < count - k + i) {
            pick[i]++;
            for (size_t j = i + 1; j < k; j++)
                pick[j] = (uint8_t)(pick[j - 1] + 1);
            return true;
        }
    }
    return false;
}

enum aw_status aw_share_open_any(uint8_t state[AW_STATE_LEN], uint8_t (*shares)[AW_SHARE_LEN],
                                 size_t n, size_t k, const uint8_t sealed[AW_STATE_SEALED_LEN])
{
    struct trial t;
    uint8_t pick[AW_SHARE_COUNT_MAX];
    enum aw_status st = AW_E_NOT_FOUND;
    bool more;

    if (k == 0 || n > AW_SHARE_COUNT_MAX)
        return AW_E_RANGE;
    memset(&t, 0, sizeof t);
    collect(&t, shares, n);
    for (size_t i = 0; i < AW_SHARE_COUNT_MAX; i++)
        pick[i] = (uint8_t)i;
    for (more = k <= t.count; more; more = next_subset(pick, k, t.count)) {
        if (try_subset(&t, pick, k, state, sealed) == AW_OK) {
            st = AW_OK;
            break;
        }
    }
    aw_wipe(&t, sizeof t);
    return st;
}

/* ---- Sealed card ---- */

enum aw_status aw_card_seal(uint8_t *sealed, struct aw_bytes card, const uint8_t key[AW_KEY_LEN],
                            const struct aw_random *random)
{
    uint8_t state[AW_STATE_LEN] = {0}, aead_key[AW_KEY_LEN];
    uint8_t *text = sealed + AW_STATE_SEALED_LEN;
    enum aw_status st = aw_random_fill(random, state, AW_KEY_LEN);

    if (st != AW_OK)
        return st;
    aw_state_seal(sealed, state, key);
    aw_kdf(aead_key, AW_KEY_LEN, state, AW_LABEL_CARD, (struct aw_bytes){NULL, 0});
    aw_aead_seal(text, text + card.len, card.ptr, card.len, aead_key, zero_nonce,
                 (struct aw_bytes){NULL, 0});
    aw_wipe(aead_key, sizeof aead_key);
    aw_wipe(state, sizeof state);
    return AW_OK;
}

enum aw_status aw_card_open_any(uint8_t *card, uint8_t (*shares)[AW_SHARE_LEN], size_t n, size_t k,
                                struct aw_bytes sealed)
{
    uint8_t state[AW_STATE_LEN], aead_key[AW_KEY_LEN];
    const uint8_t *text = sealed.ptr + AW_STATE_SEALED_LEN;
    enum aw_status st;

    if (sealed.len <= AW_CARD_SEAL_LEN)
        return AW_E_FORMAT;
    st = aw_share_open_any(state, shares, n, k, sealed.ptr);
    if (st == AW_OK) {
        size_t len = sealed.len - AW_CARD_SEAL_LEN;

        aw_kdf(aead_key, AW_KEY_LEN, state, AW_LABEL_CARD, (struct aw_bytes){NULL, 0});
        st = aw_aead_open(card, text, len, text + len, aead_key, zero_nonce,
                          (struct aw_bytes){NULL, 0});
        aw_wipe(aead_key, sizeof aead_key);
        aw_wipe(state, sizeof state);
    }
    return st;
}
