/* SPDX-License-Identifier: ISC */
#include "reach.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* NAT-PMP (RFC 6886), the two requests that are needed, to the gateway of the default route. */

#define PORT      5351
#define TRIES     3
#define FIRST_MS  250
#define LEASE_S   31536000u /* what is asked for; routers grant less */
#define VERSION   0
#define OP_PUBLIC 0
#define OP_TCP    2
#define OP_ANSWER 128

static bool find_gateway(struct in_addr *gateway)
{
    FILE *routes = fopen("/proc/self/net/route", "re");
    char line[256];
    bool found = false;

    if (routes == NULL)
        return false;
    while (!found && fgets(line, sizeof line, routes) != NULL) {
        unsigned destination = 1, via = 0, flags = 0;

        /* The kernel writes eight digits. NOLINTNEXTLINE(cert-err34-c) */
        found = sscanf(line, "%*s %x %x %x", &destination, &via, &flags) == 3 && destination == 0 &&
                via != 0;
        gateway->s_addr = via;
    }
    (void)fclose(routes);
    return found;
}

/* Sends until an answer to this operation comes, with growing waits; connected, so from nobody
 * else. */
static bool ask(int fd, const uint8_t *request, size_t len, uint8_t *answer, size_t want)
{
    uint8_t got[32];
    int wait_ms = FIRST_MS;

    for (unsigned i = 0; i < TRIES; i++, wait_ms *= 2) {
        struct pollfd p = {.fd = fd, .events = POLLIN, .revents = 0};

        if (send(fd, request, len, MSG_NOSIGNAL) != (ssize_t)len && errno != ECONNREFUSED)
            return false;
        if (poll(&p, 1, wait_ms) != 1)
            continue;
        if (recv(fd, got, sizeof got, 0) < (ssize_t)want || got[0] != VERSION ||
            got[1] != OP_ANSWER + request[1])
            continue;
        memcpy(answer, got, want);
        return true;
    }
    return false;
}

static unsigned get16(const uint8_t *p)
{
    return (unsigned)(p[0] << 8 | p[1]);
}

static void map(int fd, struct reach_router *router, uint16_t port)
{
    const uint8_t hi = (uint8_t)(port >> 8), lo = (uint8_t)port;
    const uint8_t request[12] = {VERSION,
                                 OP_TCP,
                                 0,
                                 0,
                                 hi,
                                 lo,
                                 hi,
                                 lo,
                                 LEASE_S >> 24,
                                 (LEASE_S >> 16) & 0xff,
                                 (LEASE_S >> 8) & 0xff,
                                 LEASE_S & 0xff};
    uint8_t answer[16];

    router->was_refused = true;
    if (!ask(fd, request, sizeof request, answer, sizeof answer) || get16(answer + 2) != 0 ||
        get16(answer + 8) != port || get16(answer + 10) == 0)
        return;
    router->was_refused = false;
    router->is_forwarded = true;
    router->external_port = (uint16_t)get16(answer + 10);
    router->lease_s = (uint32_t)get16(answer + 12) << 16 | get16(answer + 14);
}

bool forward_natpmp(struct reach_router *router, uint16_t port, bool forward)
{
    static const uint8_t request[2] = {VERSION, OP_PUBLIC};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    uint8_t answer[12];
    bool ok;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    ok = fd >= 0 && find_gateway(&to.sin_addr) &&
         connect(fd, (const struct sockaddr *)&to, sizeof to) == 0 &&
         ask(fd, request, sizeof request, answer, sizeof answer) && get16(answer + 2) == 0 &&
         inet_ntop(AF_INET, answer + 8, router->external, sizeof router->external) != NULL;
    if (ok) {
        router->protocol = "NAT-PMP";
        if (forward)
            map(fd, router, port);
    }
    if (fd >= 0)
        (void)close(fd);
    return ok;
}
