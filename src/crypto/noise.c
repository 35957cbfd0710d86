/* SPDX-License-Identifier: ISC */
#include "crypto/noise.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

/*
 * The three patterns as data, token by token as in the Noise specification; one pair of
 * functions runs them. Writing and reading work on a copy of the state, which replaces the
 * original only when everything has succeeded.
 */
enum token { END = 0, E, S, EE, ES, SE, SS, PSK };

#define STEP_COUNT 2

struct pattern {
    const char *name;
    bool initiator_static; /* the initiator has a static key */
    bool responder_knows;  /* the responder knows it before (pre-message) */
    bool psk;
    uint8_t tokens[STEP_COUNT][6];
};

static const struct pattern patterns[] = {
    [AW_NOISE_NK] =
        {"Noise_NK_25519_ChaChaPoly_SHA256", false, false, false, {{E, ES, END}, {E, EE, END}}},
    [AW_NOISE_IKPSK1] = {"Noise_IKpsk1_25519_ChaChaPoly_SHA256",
                         true,
                         false,
                         true,
                         {{E, ES, S, SS, PSK, END}, {E, EE, SE, END}}},
    [AW_NOISE_KKPSK0] = {"Noise_KKpsk0_25519_ChaChaPoly_SHA256",
                         true,
                         true,
                         true,
                         {{PSK, E, ES, SS, END}, {E, EE, SE, END}}},
};

static const struct pattern *pattern_of(const struct aw_noise *n)
{
    AW_ASSERT(n->pattern >= AW_NOISE_NK && n->pattern <= AW_NOISE_KKPSK0);
    return &patterns[n->pattern];
}

/* ---- SymmetricState and CipherState of the Noise specification, §5.1 and §5.2 ---- */

static void mix_hash(struct aw_noise *n, struct aw_bytes data)
{
    uint8_t both[AW_HASH_LEN];
    const struct aw_bytes parts[] = {AW_BYTES_OF(n->h), data};

    aw_sha256_parts(both, parts, AW_COUNT(parts));
    memcpy(n->h, both, sizeof both);
}

static void mix_key(struct aw_noise *n, const uint8_t ikm[AW_KEY_LEN])
{
    uint8_t prk[AW_HASH_LEN], out[2 * AW_KEY_LEN];

    aw_hkdf_extract(prk, AW_BYTES_OF(n->ck), (struct aw_bytes){ikm, AW_KEY_LEN});
    aw_hkdf_expand(out, sizeof out, prk, NULL, 0);
    memcpy(n->ck, out, AW_KEY_LEN);
    memcpy(n->k, out + AW_KEY_LEN, AW_KEY_LEN);
    n->has_key = 1;
    n->n = 0;
    aw_wipe(prk, sizeof prk);
    aw_wipe(out, sizeof out);
}

static void mix_psk(struct aw_noise *n)
{
    uint8_t prk[AW_HASH_LEN], out[3 * AW_KEY_LEN];

    aw_hkdf_extract(prk, AW_BYTES_OF(n->ck), AW_BYTES_OF(n->psk));
    aw_hkdf_expand(out, sizeof out, prk, NULL, 0);
    memcpy(n->ck, out, AW_KEY_LEN);
    mix_hash(n, (struct aw_bytes){out + AW_KEY_LEN, AW_KEY_LEN});
    memcpy(n->k, out + 2 * AW_KEY_LEN, AW_KEY_LEN);
    n->has_key = 1;
    n->n = 0;
    aw_wipe(prk, sizeof prk);
    aw_wipe(out, sizeof out);
}

/* Four zero bytes, then the counter, little-endian. */
static void next_nonce(struct aw_noise *n, uint8_t nonce[AW_NONCE_LEN])
{
    AW_ASSERT(n->has_key);
    memset(nonce, 0, AW_NONCE_LEN);
    for (size_t i = 0; i < 8; i++)
        nonce[4 + i] = (uint8_t)(n->n >> (8 * i));
    n->n++;
}

/* Writes ciphertext and tag: plain.len + AW_MAC_LEN bytes. */
static void encrypt_and_hash(struct aw_noise *n, uint8_t *out, struct aw_bytes plain)
{
    uint8_t nonce[AW_NONCE_LEN];

    next_nonce(n, nonce);
    aw_aead_seal(out, out + plain.len, plain.ptr, plain.len, n->k, nonce, AW_BYTES_OF(n->h));
    mix_hash(n, (struct aw_bytes){out, plain.len + AW_MAC_LEN});
}

/* `out` may be cipher.ptr: the hash is taken before the ciphertext is overwritten. */
static enum aw_status decrypt_and_hash(struct aw_noise *n, uint8_t *out, struct aw_bytes cipher)
{
    size_t len = cipher.len - AW_MAC_LEN;
    uint8_t nonce[AW_NONCE_LEN], ad[AW_HASH_LEN];

    next_nonce(n, nonce);
    memcpy(ad, n->h, sizeof ad);
    mix_hash(n, cipher);
    return aw_aead_open(out, cipher.ptr, len, cipher.ptr + len, n->k, nonce, AW_BYTES_OF(ad));
}

/* ---- HandshakeState, §5.3 ---- */

static enum aw_status mix_dh(struct aw_noise *n, enum token token)
{
    /* In "es" the initiator's ephemeral key meets the responder's static one; "se" is the
     * mirror image. */
    bool own_static =
        token == SS || (token == ES && !n->initiator) || (token == SE && n->initiator);
    bool peer_static =
        token == SS || (token == ES && n->initiator) || (token == SE && !n->initiator);
    uint8_t shared[AW_KEY_LEN];
    enum aw_status st = aw_dh(shared, own_static ? n->s.sk : n->e.sk, peer_static ? n->rs : n->re);

    if (st == AW_OK)
        mix_key(n, shared);
    aw_wipe(shared, sizeof shared);
    return st;
}

/* An ephemeral key was sent or received; with a pre-shared key it is mixed in twice (§9.2). */
static void mix_ephemeral(struct aw_noise *n, const uint8_t pk[AW_KEY_LEN])
{
    mix_hash(n, (struct aw_bytes){pk, AW_KEY_LEN});
    if (pattern_of(n)->psk)
        mix_key(n, pk);
}

static bool is_my_turn(const struct aw_noise *n)
{
    return n->step < STEP_COUNT && (n->step == 0) == (n->initiator == 1);
}

static bool is_peers_turn(const struct aw_noise *n)
{
    return n->step < STEP_COUNT && !is_my_turn(n);
}

static void check_config(const struct aw_noise_config *c, const struct pattern *p)
{
    bool needs_s = !c->initiator || p->initiator_static;
    bool needs_rs = c->initiator || p->responder_knows;

    AW_ASSERT(needs_s == (c->s != NULL));
    AW_ASSERT(needs_rs == (c->rs != NULL));
    AW_ASSERT(p->psk == (c->psk != NULL));
}

enum aw_status aw_noise_init(struct aw_noise *n, const struct aw_noise_config *config,
                             const struct aw_random *random)
{
    const struct pattern *p;
    size_t name_len;
    enum aw_status st = AW_OK;

    memset(n, 0, sizeof *n);
    n->pattern = (uint8_t)config->pattern;
    n->initiator = config->initiator ? 1 : 0;
    p = pattern_of(n);
    check_config(config, p);
    if (config->e != NULL)
        aw_dh_from_secret(&n->e, config->e);
    else
        st = aw_dh_keypair(&n->e, random);
    if (st != AW_OK) {
        aw_noise_wipe(n);
        return st;
    }

    name_len = strlen(p->name);
    if (name_len <= sizeof n->h)
        memcpy(n->h, p->name, name_len); /* shorter names are zero padded */
    else
        aw_sha256(n->h, (struct aw_bytes){(const uint8_t *)p->name, name_len});
    memcpy(n->ck, n->h, sizeof n->ck);
    if (config->s != NULL)
        n->s = *config->s;
    if (config->rs != NULL)
        memcpy(n->rs, config->rs, sizeof n->rs);
    if (config->psk != NULL)
        memcpy(n->psk, config->psk, sizeof n->psk);

    /* Pre-messages: the initiator's static key first, where the responder knows it. */
    mix_hash(n, config->prologue);
    if (p->responder_knows)
        mix_hash(n, n->initiator ? AW_BYTES_OF(n->s.pk) : AW_BYTES_OF(n->rs));
    mix_hash(n, n->initiator ? AW_BYTES_OF(n->rs) : AW_BYTES_OF(n->s.pk));
    return AW_OK;
}

size_t aw_noise_overhead(const struct aw_noise *n)
{
    const uint8_t *token;
    size_t len = AW_MAC_LEN; /* the payload is encrypted in every message of these patterns */

    if (n->step >= STEP_COUNT)
        return 0;
    for (token = pattern_of(n)->tokens[n->step]; *token != END; token++)
        len += *token == E ? AW_KEY_LEN : *token == S ? AW_KEY_LEN + AW_MAC_LEN : 0;
    return len;
}

enum aw_status aw_noise_write(struct aw_noise *n, struct aw_bytes payload, struct aw_buf *out)
{
    size_t overhead = aw_noise_overhead(n);
    struct aw_noise t;
    uint8_t *at;
    enum aw_status st = AW_OK;

    if (!is_my_turn(n))
        return AW_E_STATE;
    if (payload.len > AW_NOISE_MESSAGE_MAX - overhead ||
        payload.len + overhead > out->cap - out->len)
        return AW_E_SPACE;

    t = *n;
    at = out->ptr + out->len;
    for (const uint8_t *token = pattern_of(n)->tokens[n->step]; *token != END; token++) {
        if (*token == E) {
            memcpy(at, t.e.pk, AW_KEY_LEN);
            mix_ephemeral(&t, at);
            at += AW_KEY_LEN;
        } else if (*token == S) {
            encrypt_and_hash(&t, at, AW_BYTES_OF(t.s.pk));
            at += AW_KEY_LEN + AW_MAC_LEN;
        } else if (*token == PSK) {
            mix_psk(&t);
        } else if ((st = mix_dh(&t, *token)) != AW_OK) {
            goto out;
        }
    }
    encrypt_and_hash(&t, at, payload);
    t.step++;
    out->len += payload.len + overhead;
    *n = t;
out:
    aw_wipe(&t, sizeof t);
    return st;
}

/* Runs the tokens of one message on `t`; `at` is left at the encrypted payload. */
static enum aw_status read_tokens(struct aw_noise *t, const uint8_t **at)
{
    enum aw_status st = AW_OK;

    for (const uint8_t *token = pattern_of(t)->tokens[t->step]; *token != END; token++) {
        if (*token == E) {
            memcpy(t->re, *at, AW_KEY_LEN);
            mix_ephemeral(t, t->re);
            *at += AW_KEY_LEN;
        } else if (*token == S) {
            st = decrypt_and_hash(t, t->rs, (struct aw_bytes){*at, AW_KEY_LEN + AW_MAC_LEN});
            *at += AW_KEY_LEN + AW_MAC_LEN;
        } else if (*token == PSK) {
            mix_psk(t);
        } else {
            st = mix_dh(t, *token);
        }
        if (st != AW_OK)
            return st;
    }
    return AW_OK;
}

enum aw_status aw_noise_read(struct aw_noise *n, struct aw_bytes message, struct aw_buf *payload)
{
    size_t overhead = aw_noise_overhead(n), len;
    const uint8_t *at = message.ptr;
    uint8_t *text;
    struct aw_noise t;
    enum aw_status st;

    if (!is_peers_turn(n))
        return AW_E_STATE;
    if (message.len < overhead || message.len > AW_NOISE_MESSAGE_MAX)
        return AW_E_FORMAT;
    len = message.len - overhead;
    if (len > payload->cap - payload->len)
        return AW_E_SPACE;

    /* spec/09-crypto.md §4: "A handshake MUST NOT change state before the whole message has
     * verified." A mailbox may hold junk in front of the true answer. */
    t = *n;
    text = payload->len > 0 ? payload->ptr + payload->len : payload->ptr; /* may be NULL */
    st = read_tokens(&t, &at);
    if (st == AW_OK)
        st = decrypt_and_hash(&t, text, (struct aw_bytes){at, len + AW_MAC_LEN});
    if (st == AW_OK) {
        t.step++;
        payload->len += len;
        *n = t;
    }
    aw_wipe(&t, sizeof t);
    return st;
}

bool aw_noise_is_done(const struct aw_noise *n)
{
    return n->step == STEP_COUNT;
}

void aw_noise_split(const struct aw_noise *n, uint8_t send_key[AW_KEY_LEN],
                    uint8_t recv_key[AW_KEY_LEN])
{
    uint8_t prk[AW_HASH_LEN], out[2 * AW_KEY_LEN];

    AW_ASSERT(aw_noise_is_done(n));
    aw_hkdf_extract(prk, AW_BYTES_OF(n->ck), (struct aw_bytes){NULL, 0});
    aw_hkdf_expand(out, sizeof out, prk, NULL, 0);
    memcpy(n->initiator ? send_key : recv_key, out, AW_KEY_LEN);
    memcpy(n->initiator ? recv_key : send_key, out + AW_KEY_LEN, AW_KEY_LEN);
    aw_wipe(prk, sizeof prk);
    aw_wipe(out, sizeof out);
}

void aw_noise_hash(const struct aw_noise *n, uint8_t out[AW_HASH_LEN])
{
    AW_ASSERT(aw_noise_is_done(n));
    memcpy(out, n->h, AW_HASH_LEN);
}

void aw_noise_remote_static(const struct aw_noise *n, uint8_t out[AW_KEY_LEN])
{
    AW_ASSERT(aw_noise_is_done(n));
    memcpy(out, n->rs, AW_KEY_LEN);
}

void aw_noise_remote_ephemeral(const struct aw_noise *n, uint8_t out[AW_KEY_LEN])
{
    AW_ASSERT(aw_noise_is_done(n));
    memcpy(out, n->re, AW_KEY_LEN);
}

/* ---- Stored form: the four small fields, the counter, then ten keys in this order ---- */

enum { FIELD_COUNT = 10 };

static void fields(struct aw_noise *n, uint8_t *out[FIELD_COUNT])
{
    uint8_t *const list[FIELD_COUNT] = {n->ck,   n->h,    n->k,  n->s.sk, n->s.pk,
                                        n->e.sk, n->e.pk, n->rs, n->re,   n->psk};

    memcpy(out, list, sizeof list);
}

void aw_noise_save(const struct aw_noise *n, uint8_t out[AW_NOISE_STATE_LEN])
{
    struct aw_noise t = *n;
    uint8_t *field[FIELD_COUNT];

    /* spec/09-crypto.md §4: "An initiator's ephemeral key MUST be fresh for every handshake. Only
     * a state that waits for its second message may be stored" */
    AW_ASSERT(n->initiator == 1 && n->step == 1 && n->has_key == 1);
    fields(&t, field);
    out[0] = t.pattern;
    out[1] = t.initiator;
    out[2] = t.step;
    out[3] = t.has_key;
    aw_put_u64(out + 4, t.n);
    for (size_t i = 0; i < FIELD_COUNT; i++)
        memcpy(out + 12 + i * AW_KEY_LEN, field[i], AW_KEY_LEN);
    aw_wipe(&t, sizeof t);
}

enum aw_status aw_noise_load(struct aw_noise *n, const uint8_t in[AW_NOISE_STATE_LEN])
{
    uint8_t *field[FIELD_COUNT];

    memset(n, 0, sizeof *n);
    if (in[0] < AW_NOISE_NK || in[0] > AW_NOISE_KKPSK0 || in[1] != 1 || in[2] != 1 || in[3] != 1)
        return AW_E_FORMAT;
    n->pattern = in[0];
    n->initiator = in[1];
    n->step = in[2];
    n->has_key = in[3];
    n->n = aw_get_u64(in + 4);
    fields(n, field);
    for (size_t i = 0; i < FIELD_COUNT; i++)
        memcpy(field[i], in + 12 + i * AW_KEY_LEN, AW_KEY_LEN);
    return AW_OK;
}

void aw_noise_wipe(struct aw_noise *n)
{
    aw_wipe(n, sizeof *n);
}
