/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_LINK_H
#define ALLSWELL_LINK_H

#include <allswell/base.h>
#include <allswell/limits.h>

/**
 * @file
 * Link: the encrypted connection between a client and a relay (spec/09-crypto.md §9).
 *
 * A link turns a byte stream (TCP, perhaps through SOCKS5) into a sequence of private,
 * authentic frames. It is Noise NK: the client knows the relay by its key, the relay does not
 * know the client. It does no I/O and allocates nothing: the caller reads bytes, cuts them
 * into frames with aw_link_frame_len(), and opens each frame where it lies.
 *
 * On the wire a frame is a length (2 bytes, big-endian, not counting itself) and that many bytes
 * of ciphertext, the handshake messages included:
 *
 *     client                                    relay
 *     aw_link_client_init()  -- first frame ->  aw_link_accept()
 *     aw_link_finish()       <- its answer  --
 *     aw_link_seal()         <- frames ------>  aw_link_open()
 *
 * The first frame may already carry requests. Whoever recorded it can send it again, and whoever
 * later steals the relay's key can read it: put only idempotent requests there, no secrets that
 * must outlive the relay's key.
 *
 * After AW_E_AUTH or AW_E_FORMAT the link is closed and the connection must be, too: every later
 * call returns AW_E_KEYS. To the peer, all failures look the same: the connection ends.
 *
 * Threads: one at a time per link; separate links are independent. No clock: limit the time that
 * a handshake may take outside.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Length of a relay's key, secret or public, in bytes. */
#define AW_LINK_KEY_LEN 32

/** Length of the header of a frame, in bytes. */
#define AW_LINK_HEADER_LEN 2

/** What sealing adds behind the plaintext, in bytes. */
#define AW_LINK_MAC_LEN 16

/** Longest first frame, its header included, in bytes. */
#define AW_LINK_FIRST_FRAME_MAX (AW_LINK_HEADER_LEN + 32 + AW_LINK_FIRST_MAX + AW_LINK_MAC_LEN)

/** Length of the relay's answer to the first frame, its header included, in bytes. */
#define AW_LINK_ANSWER_LEN (AW_LINK_HEADER_LEN + 32 + AW_LINK_MAC_LEN)

/** Longest frame, its header included, in bytes. */
#define AW_LINK_FRAME_MAX (AW_LINK_HEADER_LEN + AW_LINK_PLAIN_MAX + AW_LINK_MAC_LEN)

/**
 * Private fields, visible only so that the caller can place the object. Size: 344 bytes.
 * Secret: wipe.
 */
struct aw_link {
    uint64_t phase; /* which member of u holds */
    union {
        struct {
            uint8_t secret_key[AW_LINK_KEY_LEN], public_key[AW_LINK_KEY_LEN];
        } server;               /* before the handshake */
        uint8_t handshake[332]; /* client, between its first frame and the answer */
        struct {
            uint8_t send_key[AW_LINK_KEY_LEN], recv_key[AW_LINK_KEY_LEN];
            uint64_t send_count, recv_count;
        } ready;
    } u; /* by phase */
};

/**
 * Draws the static key pair of a relay: the secret half for the relay's own store, the public
 * half for invites.
 *
 * @return AW_OK
 *         AW_E_ENTROPY  both halves are all zero
 */
AW_API AW_MUST_USE enum aw_status aw_link_keypair(uint8_t secret_key[AW_LINK_KEY_LEN],
                                                  uint8_t public_key[AW_LINK_KEY_LEN],
                                                  const struct aw_random *random);

/** Computes the public half of a stored secret key. */
AW_API AW_MUST_USE enum aw_status aw_link_public_key(uint8_t public_key[AW_LINK_KEY_LEN],
                                                     const uint8_t secret_key[AW_LINK_KEY_LEN]);

/**
 * Starts the client's side and appends the first frame to `out`; send it.
 *
 * @param relay_key  the relay's public key, from the invite
 * @param first      plaintext of the first frame, at most AW_LINK_FIRST_MAX bytes; may be empty
 * @return AW_OK         next comes aw_link_finish()
 *         AW_E_SPACE    `first` is too long, or `out` has not first.len + 50 bytes of room
 *         AW_E_AUTH     the relay's key is of small order: the invite is broken
 *         AW_E_ENTROPY  the random source failed
 *         On failure `out` is untouched and the link is wiped.
 */
AW_API AW_MUST_USE enum aw_status aw_link_client_init(struct aw_link *link,
                                                      const uint8_t relay_key[AW_LINK_KEY_LEN],
                                                      const struct aw_random *random,
                                                      struct aw_bytes first, struct aw_buf *out);

/**
 * Starts the relay's side for one accepted connection, with its static key pair. Cheap: nothing
 * is drawn or computed before a first frame has come.
 *
 * @return AW_OK         next comes aw_link_accept()
 *         AW_E_ENTROPY  the library cannot start; the link is wiped
 */
AW_API AW_MUST_USE enum aw_status aw_link_server_init(struct aw_link *link,
                                                      const uint8_t secret_key[AW_LINK_KEY_LEN],
                                                      const uint8_t public_key[AW_LINK_KEY_LEN]);

/**
 * Tells the length of the frame that begins with `header`, the header included, before it is
 * read: allocate and wait for no more than that.
 *
 * @param frame_len  set on success
 * @return AW_OK
 *         AW_E_FORMAT  no frame of this length is possible now (a relay takes no more than
 *                      AW_LINK_FIRST_FRAME_MAX from a stranger); the link is closed
 *         AW_E_KEYS    the link is closed
 */
AW_API AW_MUST_USE enum aw_status aw_link_frame_len(struct aw_link *link,
                                                    const uint8_t header[AW_LINK_HEADER_LEN],
                                                    size_t *frame_len);

/**
 * Relay: opens the client's first frame in place and appends the answer to `out`; send it.
 *
 * @param frame      whole frame, header included; overwritten
 * @param plain      set to the plaintext inside `frame`; may be empty
 * @param out        needs AW_LINK_ANSWER_LEN bytes of room
 * @return AW_OK        the link is ready
 *         AW_E_SPACE   `out` is too small; nothing changed
 *         AW_E_STATE   not a relay's link, or not its first frame; nothing changed
 *         AW_E_ENTROPY the random source failed; nothing changed
 *         AW_E_FORMAT, AW_E_AUTH  not a client of this relay; the link is closed
 *         AW_E_KEYS    the link is closed
 */
AW_API AW_MUST_USE enum aw_status aw_link_accept(struct aw_link *link, uint8_t *frame,
                                                 size_t frame_len, const struct aw_random *random,
                                                 struct aw_bytes *plain, struct aw_buf *out);

/**
 * Client: reads the relay's answer to the first frame.
 *
 * @return AW_OK        the link is ready, and the relay is the one whose key we know
 *         AW_E_STATE   not a client's link, or already finished; nothing changed
 *         AW_E_FORMAT, AW_E_AUTH  not that relay; the link is closed
 *         AW_E_KEYS    the link is closed
 */
AW_API AW_MUST_USE enum aw_status aw_link_finish(struct aw_link *link, const uint8_t *frame,
                                                 size_t frame_len);

/** Returns whether aw_link_seal() and aw_link_open() may be used. */
AW_API bool aw_link_is_ready(const struct aw_link *link);

/**
 * Seals a frame in place.
 *
 * The plaintext already lies at frame + AW_LINK_HEADER_LEN; header and tag are written around
 * it, so that the frame is AW_LINK_HEADER_LEN + plain_len + AW_LINK_MAC_LEN bytes. Frames must
 * be sent in the order in which they were sealed.
 *
 * @param frame_cap  room at `frame`, in bytes
 * @param frame_len  set to the length of the frame
 * @return AW_OK
 *         AW_E_SPACE  plain_len above AW_LINK_PLAIN_MAX, or frame_cap too small; nothing changed
 *         AW_E_STATE  the handshake is not finished; nothing changed
 *         AW_E_KEYS   the link is closed or its keys are used up: connect again
 */
AW_API AW_MUST_USE enum aw_status aw_link_seal(struct aw_link *link, uint8_t *frame,
                                               size_t frame_cap, size_t plain_len,
                                               size_t *frame_len);

/**
 * Opens the next frame in place, without copying.
 *
 * @param frame  whole frame, header included; overwritten by the plaintext
 * @param plain  set to the plaintext, at frame + AW_LINK_HEADER_LEN; may be empty
 * @return AW_OK
 *         AW_E_STATE  the handshake is not finished; nothing changed
 *         AW_E_FORMAT, AW_E_AUTH  damaged, replayed, reordered or forged; the link is closed
 *         AW_E_KEYS   the link is closed or its keys are used up
 */
AW_API AW_MUST_USE enum aw_status aw_link_open(struct aw_link *link, uint8_t *frame,
                                               size_t frame_len, struct aw_bytes *plain);

/** Erases all keys. The link may be initialised again. */
AW_API void aw_link_wipe(struct aw_link *link);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_LINK_H */
