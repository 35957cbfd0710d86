/* SPDX-License-Identifier: ISC */
#ifndef AW_CRYPTO_NOISE_H
#define AW_CRYPTO_NOISE_H

/*
 * Noise handshakes NK, IKpsk1 and KKpsk0 with 25519, ChaChaPoly and SHA256 (Noise revision 34,
 * spec/09-crypto.md §4). Every handshake has two messages, the initiator's first.
 */

#include "crypto/dh.h"

#define AW_NOISE_MESSAGE_MAX 65535
/* Bytes that a message adds to its payload, at most (IKpsk1, first message). */
#define AW_NOISE_OVERHEAD_MAX (AW_KEY_LEN + AW_KEY_LEN + AW_MAC_LEN + AW_MAC_LEN)

enum aw_noise_pattern {
    AW_NOISE_NK = 1,     /* link to a relay */
    AW_NOISE_IKPSK1 = 2, /* pairing */
    AW_NOISE_KKPSK0 = 3  /* restore */
};

struct aw_noise_config {
    enum aw_noise_pattern pattern;
    bool initiator;
    struct aw_bytes prologue;
    const struct aw_dh_key *s; /* own static key; NULL: none (NK initiator) */
    const uint8_t *e;          /* own ephemeral secret key for test vectors; NULL: drawn by init */
    const uint8_t *rs;         /* peer's static public key, where the pattern knows it before */
    const uint8_t *psk;        /* pre-shared key, 32 bytes; NULL in NK */
};

/* One handshake. Holds no pointers: may be moved. Secret: wipe. */
struct aw_noise {
    uint8_t pattern;   /* enum aw_noise_pattern */
    uint8_t initiator; /* 0 or 1 */
    uint8_t step;      /* messages done: 0, 1, 2 */
    uint8_t has_key;   /* k is set */
    uint64_t n;
    uint8_t ck[AW_HASH_LEN];
    uint8_t h[AW_HASH_LEN];
    uint8_t k[AW_KEY_LEN];
    struct aw_dh_key s, e;
    uint8_t rs[AW_KEY_LEN];
    uint8_t re[AW_KEY_LEN];
    uint8_t psk[AW_KEY_LEN];
};

/*
 * Starts a handshake and draws its ephemeral key. Which of s, rs, psk must be given follows
 * from pattern and role, and is asserted.
 * Returns AW_OK or AW_E_ENTROPY (the object is wiped).
 */
AW_MUST_USE enum aw_status aw_noise_init(struct aw_noise *n, const struct aw_noise_config *config,
                                         const struct aw_random *random);

/* Bytes that the next message adds to its payload; 0 when the handshake is finished. */
size_t aw_noise_overhead(const struct aw_noise *n);

/*
 * Appends the next message, with `payload`, to `out`.
 * Returns AW_E_STATE  it is the peer's turn, or the handshake is finished
 *         AW_E_SPACE  `out` is too small, or the message would pass AW_NOISE_MESSAGE_MAX
 *         AW_E_AUTH   a key of the peer is of small order
 * On failure nothing has changed.
 */
AW_MUST_USE enum aw_status aw_noise_write(struct aw_noise *n, struct aw_bytes payload,
                                          struct aw_buf *out);

/*
 * Reads the peer's message and appends its payload to `payload`, whose free space may be the
 * last part of `message` itself (decryption in place).
 * Returns AW_E_STATE  not the peer's turn
 *         AW_E_FORMAT shorter than any message of this step, or longer than the maximum
 *         AW_E_SPACE  no room for the payload
 *         AW_E_AUTH   does not verify
 * On failure nothing has changed: the next message of the peer may still be the right one.
 */
AW_MUST_USE enum aw_status aw_noise_read(struct aw_noise *n, struct aw_bytes message,
                                         struct aw_buf *payload);

bool aw_noise_is_done(const struct aw_noise *n);

/* ---- Of a finished handshake only, which is asserted ---- */

/* The two transport keys, for the caller's own direction first. */
void aw_noise_split(const struct aw_noise *n, uint8_t send_key[AW_KEY_LEN],
                    uint8_t recv_key[AW_KEY_LEN]);

/* Handshake hash, for channel binding and words. */
void aw_noise_hash(const struct aw_noise *n, uint8_t out[AW_HASH_LEN]);

/*
 * The peer's public keys. The ephemeral pair of one's own is in n->e: the accept key of epoch 0 is
 * the pairing initiator's (spec/09 §10.4).
 */
void aw_noise_remote_static(const struct aw_noise *n, uint8_t out[AW_KEY_LEN]);
void aw_noise_remote_ephemeral(const struct aw_noise *n, uint8_t out[AW_KEY_LEN]);

/*
 * Stored form of a handshake that waits for its second message across a restart. Secret. Only
 * the initiator has such a state, between its two messages; save() asserts it. To store an
 * earlier one would be to send two first messages under one ephemeral key.
 */
#define AW_NOISE_STATE_LEN (4 + 8 + 10 * 32)
void aw_noise_save(const struct aw_noise *n, uint8_t out[AW_NOISE_STATE_LEN]);
/* AW_E_FORMAT, with `n` wiped, when `in` was never written by aw_noise_save(). */
AW_MUST_USE enum aw_status aw_noise_load(struct aw_noise *n, const uint8_t in[AW_NOISE_STATE_LEN]);

void aw_noise_wipe(struct aw_noise *n);

#endif /* AW_CRYPTO_NOISE_H */
