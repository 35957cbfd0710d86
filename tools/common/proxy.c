/* SPDX-License-Identifier: ISC */
#include "common/proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part after the scheme, NULL when it is another one. */
static const char *after_scheme(const char *text)
{
    static const char *const schemes[] = {"socks5://", "socks5h://"};

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (strncmp(text, schemes[i], strlen(schemes[i])) == 0)
            return text + strlen(schemes[i]);
    }
    return NULL;
}

static bool read_port(struct aw_proxy *proxy, const char *text)
{
    size_t len = strspn(text, "0123456789");
    unsigned long port;

    if (len == 0 || len > 5 || (text[len] != '\0' && strcmp(text + len, "/") != 0))
        return false;
    port = strtoul(text, NULL, 10);
    proxy->port = (uint16_t)port;
    return port >= 1 && port <= UINT16_MAX;
}

static bool read_host(struct aw_proxy *proxy, const char *host, size_t len)
{
    if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
        host++;
        len -= 2;
    } else if (memchr(host, ':', len) != NULL) {
        return false;
    }
    if (len == strlen("localhost") && memcmp(host, "localhost", len) == 0) {
        host = "127.0.0.1";
        len = strlen(host);
    }
    if (len == 0 || len > AW_PROXY_HOST_MAX)
        return false;
    memcpy(proxy->host, host, len);
    return aw_proxy_check(proxy);
}

bool proxy_parse(struct aw_proxy *proxy, const char *text, struct tool_fail *fail)
{
    const char *host = after_scheme(text), *colon;

    memset(proxy, 0, sizeof *proxy);
    if (strcmp(text, "none") == 0)
        return true;
    if (host != NULL && strchr(host, '@') != NULL)
        return fail_set(fail, TOOL_USAGE,
                        "a proxy is given without a user name: each link takes one of its own, "
                        "so that Tor keeps it apart; write socks5://127.0.0.1:9050");
    colon = host != NULL ? strrchr(host, ':') : NULL;
    if (colon == NULL || !read_port(proxy, colon + 1) ||
        !read_host(proxy, host, (size_t)(colon - host))) {
        memset(proxy, 0, sizeof *proxy);
        return fail_set(fail, TOOL_USAGE,
                        "'%.80s' is no SOCKS5 proxy at a numeric address: write it as "
                        "socks5://127.0.0.1:9050, or 'none'",
                        text);
    }
    return true;
}

void proxy_write(char out[PROXY_TEXT_MAX], const struct aw_proxy *proxy)
{
    bool is_v6 = strchr(proxy->host, ':') != NULL;

    if (proxy->host[0] == '\0')
        (void)snprintf(out, PROXY_TEXT_MAX, "none");
    else
        (void)snprintf(out, PROXY_TEXT_MAX, "socks5://%s%s%s:%u", is_v6 ? "[" : "", proxy->host,
                       is_v6 ? "]" : "", (unsigned)proxy->port);
}

const char *proxy_remedy(enum aw_dial_fault fault)
{
    static const char *const remedies[] = {
        [AW_DIAL_OK] = "",
        [AW_DIAL_LOCAL] = "end other programs",
        [AW_DIAL_NAME] = "see whether this machine is on the network, and the address is right",
        [AW_DIAL_CONNECT] = "see whether this machine is on the network, and the relay runs",
        [AW_DIAL_TIME] = "see whether this machine is on the network, and the relay runs",
        [AW_DIAL_KEY] = "see whether the relay runs, and ask its operator for the address line",
        [AW_DIAL_ENDED] = "it is tried again by itself",
        [AW_DIAL_ONION] = "start Tor, then 'allswell proxy socks5://127.0.0.1:9050'",
        [AW_DIAL_PROXY_DOWN] = "start it (Tor: 'systemctl start tor'), or see 'allswell proxy'",
        [AW_DIAL_PROXY_STRANGE] = "name another with 'allswell proxy'",
        [AW_DIAL_PROXY_ENDED] = "see its log; Tor may still be on its way into its network",
        [AW_DIAL_PROXY_AUTH] = "use one that leaves the user name to its clients, as Tor does",
        [AW_DIAL_PROXY_FAILED] = "see its log; Tor may still be on its way into its network",
        [AW_DIAL_PROXY_RULES] = "have its owner allow the address and port of the relay",
        [AW_DIAL_PROXY_NET] = "see whether this machine is on the network",
        [AW_DIAL_PROXY_HOST] = "see whether the relay runs, and its address is right",
        [AW_DIAL_PROXY_REFUSED] = "see whether the relay runs",
        [AW_DIAL_PROXY_TIME] = "see whether the relay runs; it is tried again by itself",
        [AW_DIAL_PROXY_COMMAND] = "name another with 'allswell proxy'",
        [AW_DIAL_PROXY_ADDRESS] = "name another with 'allswell proxy'; Tor takes all addresses",
        [AW_DIAL_PROXY_ONION] = "see whether the relay and its Tor run, and the address is right"};

    return (size_t)fault < sizeof remedies / sizeof remedies[0] ? remedies[fault] : "";
}
