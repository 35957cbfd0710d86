/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_DIAL_H
#define ALLSWELL_DIAL_H

#include <allswell/client.h>
#include <allswell/link.h>
#include <allswell/loop.h>

/**
 * @file
 * Dial: the network under one aw_client: connects to its relay, connects again when that
 * breaks, with the client's growing waits, and moves its frames.
 * Threads: the loop's.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Time for looking the name up, connecting and the handshake together, true ms. */
#define AW_DIAL_CONNECT_MS 20000

/** Longest host name, in bytes. */
#define AW_DIAL_HOST_MAX 255

struct aw_dial;

/** What a dial needs to know; copied, except for the client. */
struct aw_dial_config {
    const char *host;                   /* name or address */
    uint16_t port;                      /* TCP */
    uint8_t relay_key[AW_LINK_KEY_LEN]; /* that it must prove to hold */
    struct aw_client *client;           /* initialised; must outlive the dial and stay in place */

    /** Called for each event of the client. `event` and its cell are borrowed for the call. */
    void (*on_event)(void *ctx, const struct aw_client_event *event);

    /** Called when the relay has proved itself (true), and when a link has ended or an attempt has
     * failed (false). May be NULL. */
    void (*on_link)(void *ctx, bool is_up);
    void *ctx; /* handed to each callback */
};

/** Starts; the first attempt is made at aw_client_connect_ms(). AW_OK, or AW_E_NETWORK. */
AW_API AW_MUST_USE enum aw_status aw_dial_open(struct aw_dial **out, struct aw_loop *loop,
                                               const struct aw_dial_config *config);

/** Tells that the client was given something to do. Also from within on_event. */
AW_API void aw_dial_kick(struct aw_dial *dial);

/** Returns whether the relay has proved itself on the present link. */
AW_API bool aw_dial_is_up(const struct aw_dial *dial);

/** Returns whether there is no link, and none is being made before aw_client_connect_ms(). */
AW_API bool aw_dial_is_waiting(const struct aw_dial *dial);

/** Ends the link and the dial; no callback follows. Also from within on_event. */
AW_API void aw_dial_close(struct aw_dial *dial);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_DIAL_H */
