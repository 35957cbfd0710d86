/* SPDX-License-Identifier: ISC */
#include "relay_tool.h"

#include "reach.h"

#include <arpa/inet.h>
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

static bool has_port(const char *host)
{
    const char *colon = strrchr(host, ':');

    return colon != NULL && (host[0] != '[' || colon[-1] == ']');
}

bool listen_check_public(const char *public, struct tool_fail *fail)
{
    return public == NULL || public[0] != '\0' ||
           fail_set(fail, TOOL_USAGE,
                    "--public names no host: write a name, an IPv4 address or [IPv6], or leave it "
                    "out");
}

bool listen_endpoint(struct aw_endpoint *out, const char *public, const struct listen *on,
                     uint16_t port, const uint8_t key[AW_RELAY_KEY_LEN], struct tool_fail *fail)
{
    char host[AW_ADDRESS_LEN_MAX + 1], address[AW_ADDRESS_LEN_MAX + 8];
    struct reach reach;

    memset(out, 0, sizeof *out);
    memcpy(out->relay_key, key, AW_RELAY_KEY_LEN);
    if (public != NULL && public[0] != '\0') {
        (void)snprintf(host, sizeof host, "%s", public);
    } else {
        reach_look(&reach);
        reach_suggest(&reach, on->host, host, &port);
    }
    if (has_port(host)) /* a router forwards another port */
        (void)snprintf(address, sizeof address, "%s", host);
    else
        (void)snprintf(address, sizeof address, "%s:%u", host, port);
    if (!address_check(address, fail))
        return false;
    memcpy(out->address, address, strlen(address) + 1);
    return true;
}
