/* SPDX-License-Identifier: ISC */
#include "reach.h"

#include "common/again.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

/* IPv4 blocks that are not public (RFC 6890), the narrower ones first. */
static enum reach_kind kind_v4(uint32_t a)
{
    static const struct {
        uint32_t block;
        unsigned bits;
        enum reach_kind kind;
    } blocks[] = {
        {0x7f000000, 8, REACH_LOOPBACK}, {0x00000000, 8, REACH_LINK},
        {0x0a000000, 8, REACH_PRIVATE},  {0xac100000, 12, REACH_PRIVATE},
        {0xc0a80000, 16, REACH_PRIVATE}, {0x64400000, 10, REACH_SHARED},
        {0xa9fe0000, 16, REACH_LINK},    {0xc0000000, 24, REACH_SHARED},
        {0xc0000200, 24, REACH_LINK},    {0xc6120000, 15, REACH_PRIVATE},
        {0xc6336400, 24, REACH_LINK},    {0xcb007100, 24, REACH_LINK},
        {0xe0000000, 3, REACH_LINK},
    };

    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        if ((a ^ blocks[i].block) >> (32 - blocks[i].bits) == 0)
            return blocks[i].kind;
    }
    return REACH_PUBLIC;
}

static enum reach_kind kind_v6(const uint8_t a[16])
{
    static const uint8_t loopback[16] = {[15] = 1}, mapped[12] = {[10] = 0xff, [11] = 0xff};

    if (memcmp(a, loopback, 16) == 0)
        return REACH_LOOPBACK;
    if (memcmp(a, mapped, 12) == 0)
        return kind_v4((uint32_t)a[12] << 24 | (uint32_t)a[13] << 16 | (uint32_t)a[14] << 8 |
                       a[15]);
    if ((a[0] & 0xfe) == 0xfc)
        return REACH_PRIVATE;
    if ((a[0] & 0xe0) != 0x20 || (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8))
        return REACH_LINK;
    return REACH_PUBLIC;
}

enum reach_kind reach_kind(const char *address)
{
    struct in_addr v4;
    uint8_t v6[16];

    if (inet_pton(AF_INET, address, &v4) == 1)
        return kind_v4(ntohl(v4.s_addr));
    if (inet_pton(AF_INET6, address, v6) == 1)
        return kind_v6(v6);
    return REACH_INVALID;
}

static void take(struct reach *reach, const struct sockaddr *sa)
{
    char text[REACH_ADDRESS_MAX];
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (sa->sa_family == AF_INET) {
        memcpy(&in, sa, sizeof in);
        if (inet_ntop(AF_INET, &in.sin_addr, text, sizeof text) != NULL &&
            reach_kind(text) > (reach->v4[0] == '\0' ? REACH_LOOPBACK : reach_kind(reach->v4)))
            memcpy(reach->v4, text, sizeof text);
    } else if (sa->sa_family == AF_INET6) {
        memcpy(&in6, sa, sizeof in6);
        if (reach->v6[0] == '\0' && inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof text) &&
            reach_kind(text) == REACH_PUBLIC)
            memcpy(reach->v6, text, sizeof text);
    }
}

void reach_look(struct reach *reach)
{
    struct ifaddrs *list = NULL;

    memset(reach, 0, sizeof *reach);
    if (getifaddrs(&list) != 0)
        return;
    for (const struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
        if (i->ifa_addr != NULL && (i->ifa_flags & IFF_UP) != 0)
            take(reach, i->ifa_addr);
    }
    freeifaddrs(list);
}

enum reach_verdict reach_judge(const struct reach *reach, const char *host)
{
    bool is_v6_only = strchr(host, ':') != NULL && strcmp(host, "::") != 0;
    bool is_any = strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;

    if (reach_kind(host) == REACH_LOOPBACK)
        return REACH_ONLY_HERE;
    if (!is_v6_only && reach_kind(is_any ? reach->v4 : host) == REACH_PUBLIC)
        return REACH_DIRECT;
    if (reach->router.protocol == NULL || reach_kind(reach->router.external) == REACH_INVALID)
        return REACH_UNKNOWN;
    if (reach_kind(reach->router.external) != REACH_PUBLIC)
        return REACH_PROVIDER;
    return reach->router.is_forwarded ? REACH_FORWARDED : REACH_TO_FORWARD;
}

bool reach_has_v6(const struct reach *reach, const char *host)
{
    if (strcmp(host, "::") == 0)
        return reach->v6[0] != '\0';
    return strchr(host, ':') != NULL && reach_kind(host) == REACH_PUBLIC;
}

const char *reach_name(enum reach_verdict verdict)
{
    static const char *const names[REACH_VERDICTS] = {"only-here",  "direct",   "forwarded",
                                                      "to-forward", "provider", "unknown"};

    return names[verdict];
}

void reach_suggest(const struct reach *reach, const char *host, char out[REACH_ADDRESS_MAX + 2],
                   uint16_t *port)
{
    enum reach_verdict verdict = reach_judge(reach, host);
    bool is_any = strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
    const char *best = is_any ? reach->v4 : host;

    if (verdict == REACH_FORWARDED) {
        best = reach->router.external;
        *port = reach->router.external_port;
    } else if (is_any && verdict != REACH_DIRECT && reach_has_v6(reach, host)) {
        best = reach->v6;
    }
    if (best[0] == '\0')
        best = "127.0.0.1";
    (void)snprintf(out, REACH_ADDRESS_MAX + 2, strchr(best, ':') != NULL ? "[%s]" : "%s", best);
}

static void print_verdict(FILE *to, const struct reach *reach, const char *host, uint16_t port)
{
    const struct reach_router *r = &reach->router;

    switch (reach_judge(reach, host)) {
    case REACH_ONLY_HERE:
        (void)fputs("It listens for this machine only: that serves Tor, and nobody else.\n", to);
        break;
    case REACH_DIRECT:
        (void)fputs("This machine has a public address. What can still be in the way is a "
                    "firewall:\n",
                    to);
        (void)fprintf(to, "it must let TCP port %u in.\n", port);
        break;
    case REACH_FORWARDED:
        (void)fprintf(to,
                      "The router (%s) says that its address is %s and that it forwards port "
                      "%u to here.\n",
                      r->protocol, r->external, r->external_port);
        if (r->lease_s != 0)
            (void)fprintf(to,
                          "It forgets that after %u hours: forward the port for good in its "
                          "pages.\n",
                          r->lease_s / 3600);
        break;
    case REACH_TO_FORWARD:
        (void)fprintf(to,
                      "The router (%s) says that its address is %s. It does not forward port "
                      "%u to here%s:\n",
                      r->protocol, r->external, port, r->was_refused ? " and refused to" : "");
        if (!r->was_refused)
            (void)fprintf(to, "'%s setup --forward' asks it to, or ", again());
        (void)fprintf(to, "forward TCP port %u to %s in the pages of the router.\n", port,
                      reach->v4);
        break;
    case REACH_PROVIDER:
        (void)fprintf(to,
                      "The router (%s) says that its address is %s: that is not a public one, "
                      "the provider shares\nit among customers. No forwarding here helps. Ask "
                      "the provider for a public address, or use\nTor (below)%s.\n",
                      r->protocol, r->external, reach->v6[0] != '\0' ? " or IPv6" : "");
        break;
    case REACH_UNKNOWN:
    case REACH_VERDICTS:
        (void)fprintf(to,
                      "Not known: this machine has no public IPv4 address, and no router has "
                      "answered (UPnP, NAT-PMP).\nIf there is a router, forward TCP port %u to "
                      "%s in its pages.\n",
                      port, reach->v4[0] == '\0' ? "this machine" : reach->v4);
        break;
    }
}

const char *reach_answer_name(enum reach_answer answer)
{
    static const char *const names[REACH_ANSWERS] = {NULL, "relay", "nobody", "other"};

    return names[answer];
}

/* The address that a name should lead to, or NULL. */
static const char *outside(const struct reach *reach)
{
    if (reach_kind(reach->v4) == REACH_PUBLIC)
        return reach->v4;
    if (reach_kind(reach->router.external) == REACH_PUBLIC)
        return reach->router.external;
    return reach->v6[0] != '\0' ? reach->v6 : NULL;
}

static void print_name(FILE *to, const struct reach *reach, const struct reach_named *named)
{
    const char *best = outside(reach);

    if (named->leads[0] == '\0')
        (void)fprintf(to,
                      "The name %s is not known here. Have it lead to %s, where the domain\nis "
                      "kept or at a service of dynamic names, or give 'setup --public' another "
                      "one.\n",
                      named->host, best != NULL ? best : "the router's address to the outside");
    else if (named->leads_here)
        (void)fprintf(to, "The name %s leads here: to %s.\n", named->host, named->leads);
    else if (best != NULL)
        (void)fprintf(to,
                      "The name %s leads to %s, and not to %s: correct that where the\ndomain is "
                      "kept, unless another machine passes on to this one.\n",
                      named->host, named->leads, best);
    else
        (void)fprintf(to, "The name %s leads to %s: is that the router's address to the outside?\n",
                      named->host, named->leads);
}

static void print_named(FILE *to, const struct reach *reach, const struct reach_named *named)
{
    if (named->is_name)
        print_name(to, reach, named);
    if (named->answer == REACH_RELAY)
        (void)fputs("Dialled from here by the address line, the relay has proved its key.\n", to);
    else if (named->answer == REACH_OTHER)
        (void)fputs("Dialled from here by the address line, somebody answers who is not this "
                    "relay: is the port\nforwarded to this machine?\n",
                    to);
    else if (named->answer == REACH_NOBODY)
        (void)fputs("Dialled from here by the address line, nobody answers. Many routers do not "
                    "lead from inside\nto themselves, so that this says little: try it from "
                    "outside.\n",
                    to);
}

void reach_print(FILE *to, const struct reach *reach, const char *host, uint16_t port,
                 const struct reach_named *named, const char *address)
{
    enum reach_verdict verdict = reach_judge(reach, host);

    (void)fputs("\nFrom outside:\n", to);
    print_verdict(to, reach, host, port);
    if (reach_has_v6(reach, host))
        (void)fprintf(to,
                      "IPv6: this machine has the public address %s. Most routers let nothing "
                      "in by IPv6 before\ntheir firewall is told to: TCP port %u.\n",
                      strcmp(host, "::") == 0 ? reach->v6 : host, port);
    if (named != NULL)
        print_named(to, reach, named);
    if (verdict != REACH_DIRECT && verdict != REACH_FORWARDED)
        (void)fprintf(to,
                      "Tor works behind every router: install tor, and write into "
                      "/etc/tor/torrc\n"
                      "  HiddenServiceDir /var/lib/tor/allswell-relay\n"
                      "  HiddenServicePort 7440 127.0.0.1:%u\n"
                      "then run '%s setup --public' with the name in "
                      "/var/lib/tor/allswell-relay/hostname and ':7440'.\n",
                      port, again());
    (void)fprintf(to,
                  "None of this is proof. Proof is, on a machine in another network:\n"
                  "  allswell-relay check %s\n",
                  address);
}
