/* SPDX-License-Identifier: ISC */
#include "allswell/notify/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALL   "abcdefghijklmnopqrstuvwxyz"
#define LARGE   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LETTERS SMALL LARGE "0123456789-._%"

static bool copy(char *out, size_t cap, const char *text, size_t len)
{
    if (len >= cap)
        return false;
    memcpy(out, text, len);
    out[len] = '\0';
    return true;
}

/* Returns what is behind the scheme and its one to three slashes, as libcurl has it, or NULL. */
static const char *split_scheme(struct url *out, const char *text)
{
    size_t len = strcspn(text, ":"), slashes = text[len] == ':' ? strspn(text + len + 1, "/") : 0;

    if (len == 0 || slashes < 1 || slashes > 3 || !copy(out->scheme, sizeof out->scheme, text, len))
        return NULL;
    for (char *c = out->scheme; *c != '\0'; c++) {
        const char *large = strchr(LARGE, *c);

        if (large != NULL)
            *c = SMALL[large - LARGE];
    }
    return text + len + 1 + slashes;
}

static bool split_port(struct url *out, const char *text, size_t len)
{
    if (len == 0)
        return true;
    return text[0] == ':' && strspn(text + 1, "0123456789") >= len - 1 &&
           copy(out->port, sizeof out->port, text + 1, len - 1) &&
           strtoul(out->port, NULL, 10) <= 65535;
}

/* Length of a name or number, or of what stands in brackets with them. */
static size_t host_len_of(const char *text)
{
    size_t len = strspn(text, LETTERS);

    if (text[0] != '[')
        return len;
    len = 1 + strspn(text + 1, LETTERS ":");
    return text[len] == ']' ? len + 1 : 0;
}

bool url_split(struct url *out, const char *text)
{
    const char *host;
    size_t len, host_len;

    *out = (struct url){.scheme = ""};
    host = split_scheme(out, text);
    if (host == NULL)
        return false;
    len = strcspn(host, "/?#");
    host_len = host_len_of(host);
    return host_len > 0 && copy(out->host, sizeof out->host, host, host_len) &&
           split_port(out, host + host_len, len - host_len);
}
