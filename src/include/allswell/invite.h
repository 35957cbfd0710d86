/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_INVITE_H
#define ALLSWELL_INVITE_H

#include <allswell/base.h>
#include <allswell/limits.h>

/**
 * @file
 * Invite: what a subject hands to one person, as a QR code or a link (spec/04-pairing.md §2).
 *
 * An invite is a secret: who reads it first can answer it. Show it on a screen, face to face,
 * or send it over a messenger that both trust; then compare the words. No clock of its own.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** The version of the protocol that this library speaks. */
#define AW_INVITE_VERSION 1

/** Start of every invite URI. */
#define AW_INVITE_SCHEME "allswell:"

/** One relay. Size: 103 bytes. */
struct aw_endpoint {
    uint8_t relay_key[32];                /* its static X25519 key */
    char address[AW_ADDRESS_LEN_MAX + 1]; /* "host:port", "[v6]:port" or "name.onion:port" */
};

/** One invite. Size: 448 bytes. Secret: wipe. */
struct aw_invite {
    uint8_t version;         /* AW_INVITE_VERSION */
    uint8_t subject_key[32]; /* her static key for this relationship */
    uint8_t psk[32];         /* pre-shared key */
    uint8_t seed[32];        /* of the deposit capabilities of the pairing mailbox */
    struct aw_endpoint relays[AW_ENDPOINT_COUNT_MAX]; /* in the order in which they are tried */
    uint8_t relays_count;                             /* 1 to AW_ENDPOINT_COUNT_MAX */
    uint32_t expires_at;                              /* since 1970-01-01 UTC */
    char name[AW_NAME_LEN_MAX + 1];                   /* how the subject wants to be called */
};

/**
 * Appends the URI of an invite to `uri`, which is also the content of the QR code. It is
 * ASCII, at most AW_INVITE_URI_MAX characters, without a terminating zero.
 *
 * @return AW_OK
 *         AW_E_SPACE   `uri` is too small; nothing was appended
 *         AW_E_FORMAT  a name or address is not UTF-8
 *         AW_E_RANGE   a name, an address or the number of relays is outside its limits, or another
 * version
 */
AW_API AW_MUST_USE enum aw_status aw_invite_encode(const struct aw_invite *invite,
                                                   struct aw_buf *uri);

/**
 * Reads a URI that was scanned or pasted. White space around it is ignored.
 *
 * @param wall_ms  now, since 1970-01-01 UTC
 * @return AW_OK
 *         AW_E_FORMAT   not an invite, or damaged on the way: ask for it again
 *         AW_E_VERSION  made by a newer version: update
 *         AW_E_STALE    expired: ask for a new one; `invite` is filled, so that she can be named
 *         In every other case `invite` is all zero.
 */
AW_API AW_MUST_USE enum aw_status aw_invite_decode(struct aw_invite *invite, struct aw_bytes uri,
                                                   uint64_t wall_ms);

/** Erases an invite. */
AW_API void aw_invite_wipe(struct aw_invite *invite);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_INVITE_H */
