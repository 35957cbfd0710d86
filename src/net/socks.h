/* SPDX-License-Identifier: ISC */
#ifndef AW_NET_SOCKS_H
#define AW_NET_SOCKS_H

#include <allswell/base.h>
#include <allswell/dial.h>

/*
 * The client's side of SOCKS5 (RFC 1928, RFC 1929): asks a proxy for one connection. Pure: bytes
 * in, bytes out (spec/08-relay.md §10 has the table).
 */

/* Random bytes of a user name: what comes with another one travels over another circuit. */
#define AW_SOCKS_CIRCUIT_LEN 16

/* Most bytes that are sent at once: the request for a name of AW_DIAL_HOST_MAX bytes. */
#define AW_SOCKS_SEND_MAX (4 + 1 + AW_DIAL_HOST_MAX + 2)

/* Most bytes of one answer: the bound address may be a name. */
#define AW_SOCKS_ANSWER_MAX (4 + 1 + 255 + 2)

enum aw_socks_state {
    AW_SOCKS_GREETING = 0,
    AW_SOCKS_AUTHENTICATING,
    AW_SOCKS_ASKING,
    AW_SOCKS_THROUGH, /* all that follows is the relay's */
    AW_SOCKS_OVER,    /* `fault` says why */
};

struct aw_socks {
    enum aw_socks_state state;
    enum aw_dial_fault fault;
    uint16_t port;
    uint8_t circuit[AW_SOCKS_CIRCUIT_LEN];
    uint8_t got[AW_SOCKS_ANSWER_MAX]; /* the answer, as far as it has come */
    size_t got_len;
    char host[AW_DIAL_HOST_MAX + 1];
};

/*
 * Starts; `out` gets the greeting, as every `out` here has room for AW_SOCKS_SEND_MAX bytes.
 * `host` is a numeric address or a name of at most AW_DIAL_HOST_MAX bytes, `circuit` random.
 */
void aw_socks_start(struct aw_socks *s, const char *host, uint16_t port,
                    const uint8_t circuit[AW_SOCKS_CIRCUIT_LEN], struct aw_buf *out);

/*
 * Takes what the proxy sent, in whatever pieces; `out` gets what is to be sent now, if anything.
 * False: the proxy does not lead on, and `s->fault` says why.
 */
AW_MUST_USE bool aw_socks_take(struct aw_socks *s, struct aw_bytes in, struct aw_buf *out);

#endif /* AW_NET_SOCKS_H */
