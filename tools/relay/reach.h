/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_RELAY_REACH_H
#define TOOLS_RELAY_REACH_H

#include <allswell/invite.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
 * @file
 * Whether a relay can be reached from outside, as far as this machine, its router and, for a
 * name that is handed out, the name servers know. No other service is asked: who asks one tells it
 * that there is a relay. The proof is `allswell-relay check` on another network.
 */

/** Room for a numeric address. */
#define REACH_ADDRESS_MAX 46

/** What an address says about who can reach it. */
enum reach_kind {
    REACH_INVALID,
    REACH_LOOPBACK, /* this machine */
    REACH_LINK,     /* this cable; also unspecified, multicast and documentation */
    REACH_PRIVATE,  /* this network */
    REACH_SHARED,   /* one that a provider gives to many customers: 100.64.0.0/10 */
    REACH_PUBLIC,
};

/** Judges a numeric address. */
enum reach_kind reach_kind(const char *address);

/** What a router has said; all empty when none has answered. */
struct reach_router {
    const char *protocol; /* "UPnP" or "NAT-PMP", or NULL */
    char external[REACH_ADDRESS_MAX];
    bool is_forwarded;      /* to this machine */
    uint16_t external_port; /* when it is */
    uint32_t lease_s;       /* for how long it keeps that; 0: until it is told otherwise */
    bool was_refused;       /* it was asked to, and did not */
};

/** What is known. */
struct reach {
    char v4[REACH_ADDRESS_MAX]; /* best address of an interface, or "" */
    char v6[REACH_ADDRESS_MAX]; /* a public one, or "" */
    struct reach_router router;
};

/** Looks at the interfaces of this machine; empties what is known of the router. */
void reach_look(struct reach *reach);

/** What that means for IPv4. */
enum reach_verdict {
    REACH_ONLY_HERE,  /* it listens on loopback */
    REACH_DIRECT,     /* this machine has a public address */
    REACH_FORWARDED,  /* the router has one, and forwards */
    REACH_TO_FORWARD, /* the router has one, and does not forward */
    REACH_PROVIDER,   /* the router itself is behind another one, of the provider */
    REACH_UNKNOWN,    /* no router has answered */
    REACH_VERDICTS
};

/** Judges; `host` is where the relay listens. */
enum reach_verdict reach_judge(const struct reach *reach, const char *host);

/** Returns whether IPv6 reaches this machine, if no firewall is in between. */
bool reach_has_v6(const struct reach *reach, const char *host);

/** The word for a verdict in JSON. */
const char *reach_name(enum reach_verdict verdict);

/** The address under which others most likely reach this machine; `port` may be another one. */
void reach_suggest(const struct reach *reach, const char *host, char out[REACH_ADDRESS_MAX + 2],
                   uint16_t *port);

/** Who answers at the address that is handed out, when it is dialled from here. */
enum reach_answer {
    REACH_UNTRIED,
    REACH_RELAY, /* it has proved its key */
    REACH_NOBODY,
    REACH_OTHER,
    REACH_ANSWERS
};

/** What becomes of that address. */
struct reach_named {
    char host[AW_ADDRESS_LEN_MAX + 1];
    bool is_name;                  /* and no numeric address */
    char leads[REACH_ADDRESS_MAX]; /* where it leads, or "": the name is not known */
    bool leads_here;
    enum reach_answer answer;
};

/** The word for an answer in JSON, or NULL. */
const char *reach_answer_name(enum reach_answer answer);

/**
 * Says what is known, what is not, and what to do.
 *
 * @param named    NULL: its address was not tried
 * @param address  the line to hand out
 */
void reach_print(FILE *to, const struct reach *reach, const char *host, uint16_t port,
                 const struct reach_named *named, const char *address);

/** Asks the router for its address and, if `forward`, to forward `port`. Some seconds. */
void reach_ask_router(struct reach *reach, uint16_t port, bool forward);

/** The same by one protocol; false when no router speaks it. */
bool forward_upnp(struct reach_router *router, uint16_t port, bool forward);
bool forward_natpmp(struct reach_router *router, uint16_t port, bool forward);

#endif /* TOOLS_RELAY_REACH_H */
