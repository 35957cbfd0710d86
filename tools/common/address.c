/* SPDX-License-Identifier: ISC */
#include "common/address.h"

#include "common/base64.h"

#include <allswell/dial.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

/* A name does not end in a number: what does is meant as an address of IPv4. */
static bool ends_in_number(const char *host)
{
    const char *dot = strrchr(host, '.'), *last = dot == NULL ? host : dot + 1;

    return last[0] != '\0' && last[strspn(last, "0123456789")] == '\0';
}

static bool check_host(const char *host, size_t len)
{
    char text[AW_ADDRESS_LEN_MAX + 1];
    struct in6_addr v6;
    struct in_addr v4;

    if (len == 0 || len > AW_ADDRESS_LEN_MAX)
        return false;
    if (host[0] == '[') {
        if (len < 4 || host[len - 1] != ']')
            return false;
        memcpy(text, host + 1, len - 2);
        text[len - 2] = '\0';
        return inet_pton(AF_INET6, text, &v6) == 1;
    }
    for (size_t i = 0; i < len; i++) {
        if (!is_host_char(host[i]))
            return false;
    }
    memcpy(text, host, len);
    text[len] = '\0';
    if (ends_in_number(text))
        return inet_pton(AF_INET, text, &v4) == 1;
    return host[0] != '-' && host[0] != '.';
}

bool address_check(const char *address, struct tool_fail *fail)
{
    const char *colon = strrchr(address, ':');
    long port = 0;

    if (colon == NULL || colon[1] == '\0' || strlen(colon + 1) > 5 ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return fail_set(fail, TOOL_USAGE,
                        "'%.80s' has no port: write host:port, such as relay.example:7440",
                        address);
    port = strtol(colon + 1, NULL, 10);
    if (port < 1 || port > 65535)
        return fail_set(fail, TOOL_USAGE, "port %ld does not exist: use one from 1 to 65535", port);
    if (strlen(address) > AW_ADDRESS_LEN_MAX)
        return fail_set(fail, TOOL_USAGE,
                        "the address is longer than %d characters: use an IP "
                        "address or a shorter name",
                        AW_ADDRESS_LEN_MAX);
    if (!check_host(address, (size_t)(colon - address)))
        return fail_set(fail, TOOL_USAGE,
                        "'%.80s' names no host: write a name, an IPv4 address or [IPv6]", address);
    return true;
}

bool address_parse(struct aw_endpoint *endpoint, const char *line, struct tool_fail *fail)
{
    const char *slash = strchr(line, '/');
    char address[200];
    size_t len = slash == NULL ? strlen(line) : (size_t)(slash - line);

    memset(endpoint, 0, sizeof *endpoint);
    (void)snprintf(address, sizeof address, "%.*s", len > 199 ? 199 : (int)len, line);
    if (!address_check(address, fail))
        return false;
    if (slash == NULL)
        return fail_set(fail, TOOL_USAGE,
                        "the address has no key: copy the whole line that "
                        "allswell-relay prints, host:port/KEY");
    if (!base64_decode(endpoint->relay_key, sizeof endpoint->relay_key, slash + 1,
                       strlen(slash + 1)))
        return fail_set(fail, TOOL_USAGE,
                        "the key after '/' is not 43 characters of base64url: "
                        "copy the whole line that allswell-relay prints");
    memcpy(endpoint->address, address, len + 1);
    return true;
}

void address_write(char out[ADDRESS_LINE_MAX], const struct aw_endpoint *endpoint)
{
    char key[BASE64_LEN(32) + 1];

    base64_encode(key, endpoint->relay_key, sizeof endpoint->relay_key);
    (void)snprintf(out, ADDRESS_LINE_MAX, "%s/%s", endpoint->address, key);
}

bool address_check_onion(const struct aw_endpoint *endpoint, struct tool_fail *fail)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const char *colon = strrchr(endpoint->address, ':');
    const size_t last = strlen(".onion"), key = 56;
    size_t len = colon != NULL ? (size_t)(colon - endpoint->address) : 0;
    char host[AW_ADDRESS_LEN_MAX + 1];

    memcpy(host, endpoint->address, len);
    host[len] = '\0';
    if (!aw_host_is_onion(host) || (len == key + last && strspn(host, digits) == key))
        return true;
    return fail_set(fail, TOOL_USAGE,
                    "'%.80s' is no onion address of version 3: copy the 62 characters of Tor's "
                    "file 'hostname', and the port",
                    endpoint->address);
}
