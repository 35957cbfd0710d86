/* SPDX-License-Identifier: ISC */
#include "net/socks.h"

#include "base/assert.h"
#include "base/bytes.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum {
    VERSION = 5,
    AUTH_VERSION = 1,
    METHOD_NONE = 0,
    METHOD_PASSWORD = 2,
    CONNECT = 1,
    TYPE_V4 = 1,
    TYPE_NAME = 3,
    TYPE_V6 = 4,
};

static void put(struct aw_buf *out, const void *bytes, size_t len)
{
    AW_ASSERT(out->cap - out->len >= len);
    memcpy(out->ptr + out->len, bytes, len);
    out->len += len;
}

static void put_byte(struct aw_buf *out, unsigned byte)
{
    const uint8_t b = (uint8_t)byte;

    put(out, &b, 1);
}

bool aw_host_is_onion(const char *host)
{
    static const char onion[] = "onion";
    const size_t last = sizeof onion - 1;
    size_t len = strlen(host);

    while (len > 0 && host[len - 1] == '.')
        len--;
    return len >= last && strncasecmp(host + len - last, onion, last) == 0 &&
           (len == last || host[len - last - 1] == '.');
}

void aw_socks_start(struct aw_socks *s, const char *host, uint16_t port,
                    const uint8_t circuit[AW_SOCKS_CIRCUIT_LEN], struct aw_buf *out)
{
    const size_t len = strlen(host);

    AW_ASSERT(len <= AW_DIAL_HOST_MAX);
    memset(s, 0, sizeof *s);
    memcpy(s->host, host, len + 1);
    memcpy(s->circuit, circuit, sizeof s->circuit);
    s->port = port;
    /* With a name first: a proxy that can keep links apart takes it. */
    put(out, (const uint8_t[]){VERSION, 2, METHOD_PASSWORD, METHOD_NONE}, 4);
}

/* spec/08-relay.md §10: "each attempt to make a link MUST offer a user name and password of its
 * own" */
static void put_circuit(const struct aw_socks *s, struct aw_buf *out)
{
    static const char digits[] = "0123456789abcdef";

    put_byte(out, AUTH_VERSION);
    put_byte(out, 2 * AW_SOCKS_CIRCUIT_LEN);
    for (size_t i = 0; i < AW_SOCKS_CIRCUIT_LEN; i++) {
        put_byte(out, (unsigned char)digits[s->circuit[i] >> 4]);
        put_byte(out, (unsigned char)digits[s->circuit[i] & 15]);
    }
    put(out, (const uint8_t[]){1, '0'}, 2); /* RFC 1929: no empty password */
}

/* spec/08-relay.md §10: "and MUST hand names to it unresolved" */
static void put_request(const struct aw_socks *s, struct aw_buf *out)
{
    const size_t len = strlen(s->host);
    uint8_t binary[16];

    put(out, (const uint8_t[]){VERSION, CONNECT, 0}, 3);
    if (inet_pton(AF_INET, s->host, binary) == 1) {
        put_byte(out, TYPE_V4);
        put(out, binary, 4);
    } else if (inet_pton(AF_INET6, s->host, binary) == 1) {
        put_byte(out, TYPE_V6);
        put(out, binary, 16);
    } else {
        put_byte(out, TYPE_NAME);
        put_byte(out, (unsigned)len);
        put(out, s->host, len);
    }
    put_byte(out, s->port >> 8);
    put_byte(out, s->port & 255);
}

static bool over(struct aw_socks *s, enum aw_dial_fault fault)
{
    s->state = AW_SOCKS_OVER;
    s->fault = fault;
    return false;
}

/* Replies of RFC 1928 §6; from 0xf0 on Tor's own, about onion services. */
static enum aw_dial_fault fault_of(uint8_t reply)
{
    static const enum aw_dial_fault faults[] = {
        AW_DIAL_OK,         AW_DIAL_PROXY_FAILED,  AW_DIAL_PROXY_RULES,
        AW_DIAL_PROXY_NET,  AW_DIAL_PROXY_HOST,    AW_DIAL_PROXY_REFUSED,
        AW_DIAL_PROXY_TIME, AW_DIAL_PROXY_COMMAND, AW_DIAL_PROXY_ADDRESS};

    if (reply < sizeof faults / sizeof faults[0])
        return faults[reply];
    return reply >= 0xf0 && reply <= 0xf7 ? AW_DIAL_PROXY_ONION : AW_DIAL_PROXY_STRANGE;
}

/* Bytes of the answer as far as can be told from those that have come: 0 where it is none. */
static size_t answer_len(const struct aw_socks *s)
{
    const uint8_t version = s->state == AW_SOCKS_AUTHENTICATING ? AUTH_VERSION : VERSION;

    if (s->got_len > 0 && s->got[0] != version)
        return 0;
    if (s->state != AW_SOCKS_ASKING || s->got_len < 2)
        return 2;
    if (s->got[1] != 0) /* refused; some end with that */
        return 2;
    if (s->got_len < 5)
        return 5;
    switch (s->got[3]) {
    case TYPE_V4:
        return 4 + 4 + 2;
    case TYPE_V6:
        return 4 + 16 + 2;
    case TYPE_NAME:
        return 4 + 1 + (size_t)s->got[4] + 2;
    default:
        return 0;
    }
}

/* A whole answer is there. */
static bool step(struct aw_socks *s, struct aw_buf *out)
{
    const uint8_t *got = s->got;

    s->got_len = 0;
    switch (s->state) {
    case AW_SOCKS_GREETING:
        if (got[1] == METHOD_PASSWORD) {
            s->state = AW_SOCKS_AUTHENTICATING;
            put_circuit(s, out);
            return true;
        }
        if (got[1] != METHOD_NONE)
            return over(s, got[1] == 0xff ? AW_DIAL_PROXY_AUTH : AW_DIAL_PROXY_STRANGE);
        break;
    case AW_SOCKS_AUTHENTICATING:
        if (got[1] != 0)
            return over(s, AW_DIAL_PROXY_AUTH);
        break;
    case AW_SOCKS_ASKING:
        if (got[1] != 0)
            return over(s, fault_of(got[1]));
        s->state = AW_SOCKS_THROUGH;
        return true;
    case AW_SOCKS_THROUGH:
    case AW_SOCKS_OVER:
        AW_ASSERT(false);
    }
    s->state = AW_SOCKS_ASKING;
    put_request(s, out);
    return true;
}

bool aw_socks_take(struct aw_socks *s, struct aw_bytes in, struct aw_buf *out)
{
    AW_ASSERT(s->state < AW_SOCKS_THROUGH);
    while (in.len > 0) {
        size_t need = answer_len(s), take;

        AW_ASSERT(need > s->got_len && need <= sizeof s->got);
        take = need - s->got_len < in.len ? need - s->got_len : in.len;
        memcpy(s->got + s->got_len, in.ptr, take);
        s->got_len += take;
        in = (struct aw_bytes){in.ptr + take, in.len - take};
        need = answer_len(s);
        if (need == 0)
            return over(s, AW_DIAL_PROXY_STRANGE);
        if (s->got_len < need)
            continue;
        if (!step(s, out))
            return false;
        if (in.len > 0) /* nobody has anything to say before he is asked, the relay neither */
            return over(s, AW_DIAL_PROXY_STRANGE);
    }
    return true;
}
