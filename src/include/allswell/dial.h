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

/** The same through a proxy: a circuit is built meanwhile. */
#define AW_DIAL_PROXY_MS 60000

/** Longest host name, in bytes. */
#define AW_DIAL_HOST_MAX 255

/** Longest numeric address, in bytes. */
#define AW_PROXY_HOST_MAX 45

/** A SOCKS5 proxy, such as Tor's. Size: 48 bytes. */
struct aw_proxy {
    char host[AW_PROXY_HOST_MAX + 1]; /* IPv4 or IPv6 in digits, "": no proxy */
    uint16_t port;                    /* TCP */
};

/** Returns whether a name belongs to Tor, in whatever case and with a dot at its end: it must not
 * be looked up. */
AW_API bool aw_host_is_onion(const char *host);

/** Returns whether this is a proxy, or none: an empty host, or one in digits and a port. */
AW_API bool aw_proxy_check(const struct aw_proxy *proxy);

/** Why there is no link; see aw_dial_fault_text(). */
enum aw_dial_fault {
    AW_DIAL_OK = 0,        /* there is one, or nothing was tried yet */
    AW_DIAL_LOCAL,         /* this machine has no memory, descriptor or randomness */
    AW_DIAL_NAME,          /* the name is not known */
    AW_DIAL_CONNECT,       /* nobody answers at any of its addresses */
    AW_DIAL_TIME,          /* no answer in time */
    AW_DIAL_KEY,           /* what answers has not proved the relay's key */
    AW_DIAL_ENDED,         /* the link broke */
    AW_DIAL_ONION,         /* an onion service, and no proxy */
    AW_DIAL_PROXY_DOWN,    /* nobody answers where the proxy should be */
    AW_DIAL_PROXY_STRANGE, /* what answers there is no SOCKS5 proxy */
    AW_DIAL_PROXY_ENDED,   /* the proxy hung up, or said nothing in time */
    AW_DIAL_PROXY_AUTH,    /* the proxy refuses: the rest */
    AW_DIAL_PROXY_FAILED,
    AW_DIAL_PROXY_RULES,
    AW_DIAL_PROXY_NET,
    AW_DIAL_PROXY_HOST,
    AW_DIAL_PROXY_REFUSED,
    AW_DIAL_PROXY_TIME,
    AW_DIAL_PROXY_COMMAND,
    AW_DIAL_PROXY_ADDRESS,
    AW_DIAL_PROXY_ONION,
};

struct aw_dial;

/** What a dial needs to know; copied, except for the client. Size: 128 bytes. */
struct aw_dial_config {
    const char *host;                   /* name or address */
    uint16_t port;                      /* TCP */
    uint8_t relay_key[AW_LINK_KEY_LEN]; /* that it must prove to hold */
    struct aw_client *client;           /* initialised; must outlive the dial and stay in place */

    /** Through which every attempt goes, each with a user name of its own; names are left to it. */
    struct aw_proxy proxy;

    /** Called for each event of the client. `event` and its cell are borrowed for the call. */
    void (*on_event)(void *ctx, const struct aw_client_event *event);

    /** Called when the relay has proved itself (true), and when a link has ended or an attempt has
     * failed (false). May be NULL. */
    void (*on_link)(void *ctx, bool is_up);
    void *ctx; /* handed to each callback */
};

/** Starts; the first attempt is made at aw_client_connect_ms(). AW_OK, or AW_E_NETWORK: no memory,
 * or a host or proxy that is none. */
AW_API AW_MUST_USE enum aw_status aw_dial_open(struct aw_dial **out, struct aw_loop *loop,
                                               const struct aw_dial_config *config);

/** Tells that the client was given something to do. Also from within on_event. */
AW_API void aw_dial_kick(struct aw_dial *dial);

/** Returns whether the relay has proved itself on the present link. */
AW_API bool aw_dial_is_up(const struct aw_dial *dial);

/** Returns whether there is no link, and none is being made before aw_client_connect_ms(). */
AW_API bool aw_dial_is_waiting(const struct aw_dial *dial);

/** Returns why there is no link: what ended the last attempt or link. AW_DIAL_OK on a link. */
AW_API enum aw_dial_fault aw_dial_why(const struct aw_dial *dial);

/** Returns half a sentence for people, "" for AW_DIAL_OK, never NULL. */
AW_API const char *aw_dial_fault_text(enum aw_dial_fault fault);

/** Ends the link and the dial; no callback follows. Also from within on_event. */
AW_API void aw_dial_close(struct aw_dial *dial);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_DIAL_H */
