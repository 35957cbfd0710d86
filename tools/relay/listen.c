/* SPDX-License-Identifier: ISC */
#include "relay_tool.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool listen_parse(struct listen *out, const char *text, struct tool_fail *fail)
{
    const char *colon = strrchr(text, ':');
    uint8_t binary[16];
    long port = 0;
    int len;

    if (colon == NULL || (text[0] == '[' && (colon == text || colon[-1] != ']')))
        return fail_set(fail, TOOL_USAGE, "'%.60s' has no port: write ADDR:PORT, as 0.0.0.0:7440",
                        text);
    if (!args_number(colon + 1, "port", 0, 65535, 0, &port, fail))
        return false;
    len = (int)(colon - text);
    if (text[0] == '[')
        (void)snprintf(out->host, sizeof out->host, "%.*s", len - 2, text + 1);
    else
        (void)snprintf(out->host, sizeof out->host, "%.*s", len, text);
    if (inet_pton(AF_INET, out->host, binary) != 1 && inet_pton(AF_INET6, out->host, binary) != 1)
        return fail_set(fail, TOOL_USAGE,
                        "'%.60s' is no numeric address: write one of this "
                        "machine, or 0.0.0.0 or [::] for all",
                        out->host);
    out->port = (uint16_t)port;
    return true;
}

static bool is_wildcard(const char *host)
{
    return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
}

/* The first address of this machine that is not only its own. */
static bool first_address(char out[64])
{
    struct ifaddrs *list = NULL;
    bool found = false;

    if (getifaddrs(&list) != 0)
        return false;
    for (const struct ifaddrs *i = list; i != NULL && !found; i = i->ifa_next) {
        if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET ||
            (i->ifa_flags & IFF_LOOPBACK) != 0 || (i->ifa_flags & IFF_UP) == 0)
            continue;
        struct sockaddr_in in;

        memcpy(&in, i->ifa_addr, sizeof in);
        found = inet_ntop(AF_INET, &in.sin_addr, out, 64) != NULL;
    }
    freeifaddrs(list);
    return found;
}

void listen_public_host(char out[64], const struct listen *on, bool *guessed)
{
    char host[64];

    *guessed = is_wildcard(on->host);
    if (!*guessed)
        (void)snprintf(host, sizeof host, "%s", on->host);
    else if (!first_address(host))
        (void)snprintf(host, sizeof host, "127.0.0.1");
    if (strchr(host, ':') != NULL)
        (void)snprintf(out, 64, "[%.61s]", host);
    else
        (void)snprintf(out, 64, "%s", host);
}
