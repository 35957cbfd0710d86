/* SPDX-License-Identifier: ISC */
#include <allswell/link.h>

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/labels.h"
#include "crypto/noise.h"

/*
 *   phase        on                      to      function
 *   -            -                       ANSWER  aw_link_client_init()
 *   -            -                       FIRST   aw_link_server_init()
 *   FIRST        first frame             READY   aw_link_accept()
 *   ANSWER       answer                  READY   aw_link_finish()
 *   READY        frame                   READY   aw_link_open(), aw_link_seal()
 *   any          a frame that is wrong   CLOSED  refuse()
 */
enum phase { CLOSED = 0, FIRST, ANSWER, READY };

_Static_assert(AW_NOISE_STATE_LEN == sizeof((struct aw_link *)NULL)->u.handshake, "it fits");
_Static_assert(AW_LINK_KEY_LEN == AW_KEY_LEN && AW_LINK_MAC_LEN == AW_MAC_LEN, "same lengths");

#define ANSWER_LEN    ((size_t)AW_LINK_ANSWER_LEN - AW_LINK_HEADER_LEN)
#define FIRST_LEN_MIN ANSWER_LEN
#define FIRST_LEN_MAX ((size_t)AW_LINK_FIRST_FRAME_MAX - AW_LINK_HEADER_LEN)

static struct aw_bytes prologue(void)
{
    static const char text[] = AW_LABEL_PROLOGUE_LINK;

    return (struct aw_bytes){(const uint8_t *)text, sizeof text - 1};
}

/* spec/09-crypto.md §9.4: "After a frame that does not verify, a party MUST close the
 * connection and MUST NOT say why." */
static enum aw_status refuse(struct aw_link *link, enum aw_status why)
{
    aw_link_wipe(link);
    return why;
}

/* AW_OK in `phase`, otherwise what the call has to return. */
static enum aw_status expect(const struct aw_link *link, enum phase phase)
{
    if (link->phase == CLOSED)
        return AW_E_KEYS;
    return link->phase == phase ? AW_OK : AW_E_STATE;
}

static void enter_ready(struct aw_link *link, const struct aw_noise *noise)
{
    aw_link_wipe(link);
    aw_noise_split(noise, link->u.ready.send_key, link->u.ready.recv_key);
    link->phase = READY;
}

enum aw_status aw_link_keypair(uint8_t secret_key[AW_LINK_KEY_LEN],
                               uint8_t public_key[AW_LINK_KEY_LEN], const struct aw_random *random)
{
    struct aw_dh_key key = {{0}, {0}};
    enum aw_status st = aw_crypto_init();

    if (st == AW_OK)
        st = aw_dh_keypair(&key, random);
    memcpy(secret_key, key.sk, AW_KEY_LEN);
    memcpy(public_key, key.pk, AW_KEY_LEN);
    aw_wipe(&key, sizeof key);
    return st;
}

enum aw_status aw_link_public_key(uint8_t public_key[AW_LINK_KEY_LEN],
                                  const uint8_t secret_key[AW_LINK_KEY_LEN])
{
    struct aw_dh_key key;
    enum aw_status st = aw_crypto_init();

    if (st != AW_OK)
        return st;
    aw_dh_from_secret(&key, secret_key);
    memcpy(public_key, key.pk, AW_KEY_LEN);
    aw_wipe(&key, sizeof key);
    return AW_OK;
}

enum aw_status aw_link_client_init(struct aw_link *link, const uint8_t relay_key[AW_LINK_KEY_LEN],
                                   const struct aw_random *random, struct aw_bytes first,
                                   struct aw_buf *out)
{
    const struct aw_noise_config config = {
        .pattern = AW_NOISE_NK, .initiator = true, .prologue = prologue(), .rs = relay_key};
    struct aw_noise noise;
    struct aw_buf rest;
    enum aw_status st = aw_crypto_init();

    aw_link_wipe(link);
    if (st != AW_OK)
        return st;
    if (first.len > AW_LINK_FIRST_MAX ||
        out->cap - out->len < AW_LINK_HEADER_LEN + FIRST_LEN_MIN + first.len)
        return AW_E_SPACE;
    st = aw_noise_init(&noise, &config, random);
    if (st != AW_OK)
        return st;

    rest = *out;
    rest.len += AW_LINK_HEADER_LEN;
    st = aw_noise_write(&noise, first, &rest);
    if (st == AW_OK) {
        aw_put_u16(out->ptr + out->len, (uint16_t)(rest.len - out->len - AW_LINK_HEADER_LEN));
        *out = rest;
        aw_noise_save(&noise, link->u.handshake);
        link->phase = ANSWER;
    }
    aw_noise_wipe(&noise);
    return st;
}

enum aw_status aw_link_server_init(struct aw_link *link, const uint8_t secret_key[AW_LINK_KEY_LEN],
                                   const uint8_t public_key[AW_LINK_KEY_LEN])
{
    enum aw_status st = aw_crypto_init();

    aw_link_wipe(link);
    if (st != AW_OK)
        return st;
    memcpy(link->u.server.secret_key, secret_key, AW_KEY_LEN);
    memcpy(link->u.server.public_key, public_key, AW_KEY_LEN);
    link->phase = FIRST;
    return AW_OK;
}

/* Whether a frame with `len` bytes behind the header can be the next one. */
static bool is_len_possible(const struct aw_link *link, size_t len)
{
    switch ((enum phase)link->phase) {
    case FIRST:
        /* spec/09-crypto.md §9.2: "A relay MUST NOT wait for, or store, more than 4146 bytes of a
         * client before the first frame has verified." */
        return len >= FIRST_LEN_MIN && len <= FIRST_LEN_MAX;
    case ANSWER:
        return len == ANSWER_LEN;
    case READY:
        return len >= AW_LINK_MAC_LEN && len <= AW_LINK_FRAME_MAX - AW_LINK_HEADER_LEN;
    case CLOSED:
        break;
    }
    return false;
}

enum aw_status aw_link_frame_len(struct aw_link *link, const uint8_t header[AW_LINK_HEADER_LEN],
                                 size_t *frame_len)
{
    size_t len = aw_get_u16(header);

    if (link->phase == CLOSED)
        return AW_E_KEYS;
    if (!is_len_possible(link, len))
        return refuse(link, AW_E_FORMAT);
    *frame_len = AW_LINK_HEADER_LEN + len;
    return AW_OK;
}

static bool is_whole(const struct aw_link *link, const uint8_t *frame, size_t frame_len)
{
    return frame_len >= AW_LINK_HEADER_LEN && aw_get_u16(frame) == frame_len - AW_LINK_HEADER_LEN &&
           is_len_possible(link, frame_len - AW_LINK_HEADER_LEN);
}

/* Reads the first message in place, then appends the answer with its header. */
static enum aw_status answer(struct aw_noise *noise, uint8_t *frame, size_t frame_len,
                             struct aw_bytes *plain, struct aw_buf *out)
{
    const struct aw_bytes message = {frame + AW_LINK_HEADER_LEN, frame_len - AW_LINK_HEADER_LEN};
    struct aw_buf text = {.ptr = frame + AW_LINK_HEADER_LEN + AW_KEY_LEN,
                          .cap = message.len - AW_KEY_LEN - AW_MAC_LEN};
    struct aw_buf rest = *out;
    enum aw_status st = aw_noise_read(noise, message, &text);

    if (st != AW_OK)
        return st;
    rest.len += AW_LINK_HEADER_LEN;
    st = aw_noise_write(noise, (struct aw_bytes){NULL, 0}, &rest);
    if (st != AW_OK)
        return st;
    aw_put_u16(out->ptr + out->len, (uint16_t)ANSWER_LEN);
    *out = rest;
    *plain = aw_buf_bytes(&text);
    return AW_OK;
}

enum aw_status aw_link_accept(struct aw_link *link, uint8_t *frame, size_t frame_len,
                              const struct aw_random *random, struct aw_bytes *plain,
                              struct aw_buf *out)
{
    struct aw_noise_config config = {.pattern = AW_NOISE_NK, .prologue = prologue()};
    struct aw_noise noise;
    struct aw_dh_key s;
    enum aw_status st = expect(link, FIRST);

    if (st != AW_OK)
        return st;
    if (out->cap - out->len < AW_LINK_ANSWER_LEN)
        return AW_E_SPACE;
    if (!is_whole(link, frame, frame_len))
        return refuse(link, AW_E_FORMAT);

    memcpy(s.sk, link->u.server.secret_key, AW_KEY_LEN);
    memcpy(s.pk, link->u.server.public_key, AW_KEY_LEN);
    config.s = &s;
    st = aw_noise_init(&noise, &config, random);
    if (st == AW_OK) {
        st = answer(&noise, frame, frame_len, plain, out);
        if (st == AW_OK)
            enter_ready(link, &noise);
        else
            st = refuse(link, st);
    }
    aw_noise_wipe(&noise);
    aw_wipe(&s, sizeof s);
    return st;
}

enum aw_status aw_link_finish(struct aw_link *link, const uint8_t *frame, size_t frame_len)
{
    struct aw_noise noise;
    struct aw_buf nothing = {NULL, 0, 0}; /* the answer's length leaves no room for a payload */
    enum aw_status st = expect(link, ANSWER);

    if (st != AW_OK)
        return st;
    if (!is_whole(link, frame, frame_len))
        return refuse(link, AW_E_FORMAT);
    st = aw_noise_load(&noise, link->u.handshake);
    AW_ASSERT(st == AW_OK);
    st = aw_noise_read(
        &noise, (struct aw_bytes){frame + AW_LINK_HEADER_LEN, frame_len - AW_LINK_HEADER_LEN},
        &nothing);
    if (st == AW_OK)
        enter_ready(link, &noise);
    else
        st = refuse(link, st);
    aw_noise_wipe(&noise);
    return st;
}

bool aw_link_is_ready(const struct aw_link *link)
{
    return link->phase == READY;
}

/* The nonce of a Noise transport message. */
static void nonce_of(uint8_t nonce[AW_NONCE_LEN], uint64_t count)
{
    memset(nonce, 0, 4);
    for (size_t i = 0; i < 8; i++)
        nonce[4 + i] = (uint8_t)(count >> (8 * i));
}

enum aw_status aw_link_seal(struct aw_link *link, uint8_t *frame, size_t frame_cap,
                            size_t plain_len, size_t *frame_len)
{
    uint8_t *text = frame + AW_LINK_HEADER_LEN;
    uint8_t nonce[AW_NONCE_LEN];
    enum aw_status st = expect(link, READY);

    if (st != AW_OK)
        return st;
    if (plain_len > AW_LINK_PLAIN_MAX ||
        frame_cap < AW_LINK_HEADER_LEN + plain_len + AW_LINK_MAC_LEN)
        return AW_E_SPACE;
    /* spec/09-crypto.md §9.3: "A party MUST NOT seal or open more than 2^60 frames in one
     * direction of a link." */
    if (link->u.ready.send_count >= AW_LINK_COUNT_MAX)
        return AW_E_KEYS;

    nonce_of(nonce, link->u.ready.send_count++);
    aw_aead_seal(text, text + plain_len, text, plain_len, link->u.ready.send_key, nonce,
                 (struct aw_bytes){NULL, 0});
    aw_put_u16(frame, (uint16_t)(plain_len + AW_LINK_MAC_LEN));
    *frame_len = AW_LINK_HEADER_LEN + plain_len + AW_LINK_MAC_LEN;
    return AW_OK;
}

enum aw_status aw_link_open(struct aw_link *link, uint8_t *frame, size_t frame_len,
                            struct aw_bytes *plain)
{
    uint8_t *text = frame + AW_LINK_HEADER_LEN;
    uint8_t nonce[AW_NONCE_LEN];
    size_t text_len;
    enum aw_status st = expect(link, READY);

    if (st != AW_OK)
        return st;
    if (!is_whole(link, frame, frame_len))
        return refuse(link, AW_E_FORMAT);
    if (link->u.ready.recv_count >= AW_LINK_COUNT_MAX)
        return AW_E_KEYS;

    text_len = frame_len - AW_LINK_HEADER_LEN - AW_LINK_MAC_LEN;
    nonce_of(nonce, link->u.ready.recv_count++);
    st = aw_aead_open(text, text, text_len, text + text_len, link->u.ready.recv_key, nonce,
                      (struct aw_bytes){NULL, 0});
    if (st != AW_OK)
        return refuse(link, st);
    *plain = (struct aw_bytes){text, text_len};
    return AW_OK;
}

void aw_link_wipe(struct aw_link *link)
{
    aw_wipe(link, sizeof *link);
}
