/* SPDX-License-Identifier: ISC */
#include "common/proxy.h"
#include "relay_tool.h"

#include <allswell/dial.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* allswell-relay check: whether a relay answers from here, and is the one whose key was handed
 * out. It speaks the handshake of the link and nothing after it. */

#define CONNECT_MS 10000

static void on_link(void *ctx, bool is_up)
{
    (void)is_up; /* aw_dial_why() knows more */
    aw_loop_stop((struct aw_loop *)ctx);
}

static void on_event(void *ctx, const struct aw_client_event *event)
{
    (void)ctx;
    (void)event;
}

uint16_t check_split(char host[AW_ADDRESS_LEN_MAX + 1], const char *address)
{
    const char *colon = strrchr(address, ':');
    int len = (int)(colon - address);

    if (address[0] == '[')
        (void)snprintf(host, AW_ADDRESS_LEN_MAX + 1, "%.*s", len - 2, address + 1);
    else
        (void)snprintf(host, AW_ADDRESS_LEN_MAX + 1, "%.*s", len, address);
    return (uint16_t)strtoul(colon + 1, NULL, 10);
}

static bool connects(const struct addrinfo *at, int connect_ms)
{
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error = 0;
    struct pollfd p = {.fd = fd, .events = POLLOUT, .revents = 0};
    socklen_t len = sizeof error;
    bool ok = fd >= 0;

    if (ok && connect(fd, at->ai_addr, at->ai_addrlen) != 0)
        ok = poll(&p, 1, connect_ms) == 1 &&
             getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0;
    if (fd >= 0)
        (void)close(fd);
    return ok;
}

/* Whether anybody at all answers there: that is a different trouble from a wrong key. */
static bool answers(const char *host, uint16_t port, int connect_ms, struct tool_fail *fail)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    char text[8];
    bool ok = false;

    (void)snprintf(text, sizeof text, "%u", port);
    if (getaddrinfo(host, text, &hints, &list) != 0)
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "the name %.80s is not known here: check it, and the network", host);
    for (const struct addrinfo *i = list; i != NULL && !ok; i = i->ai_next)
        ok = connects(i, connect_ms);
    freeaddrinfo(list);
    return ok || fail_set(fail, TOOL_ENVIRONMENT,
                          "nobody answers at %.80s port %u: is the relay running, is the port "
                          "forwarded, does a firewall let it in?",
                          host, port);
}

/* Why there is no link to it, AW_DIAL_OK: there is one. `proxy` NULL: the direct way. */
static bool try_dial(const struct aw_endpoint *endpoint, const struct aw_proxy *proxy,
                     enum aw_dial_fault *why, struct tool_fail *fail)
{
    char host[AW_ADDRESS_LEN_MAX + 1];
    struct aw_dial_config config = {.host = host,
                                    .port = check_split(host, endpoint->address),
                                    .on_event = on_event,
                                    .on_link = on_link};
    const struct aw_client_config none = {.mailbox_cap = 0};
    struct aw_loop *loop = NULL;
    struct aw_client client;
    struct aw_dial *dial = NULL;
    struct aw_clock clock;

    if (proxy != NULL)
        config.proxy = *proxy;
    memcpy(config.relay_key, endpoint->relay_key, sizeof config.relay_key);
    if (aw_clock_init(&clock, NULL) != AW_OK || aw_loop_open(&loop, &clock) != AW_OK)
        return fail_set(fail, TOOL_ENVIRONMENT, "no room for an event loop: end other processes");
    aw_client_init(&client, &none, aw_loop_now(loop));
    config.client = &client;
    config.ctx = loop;
    *why = AW_DIAL_LOCAL;
    if (aw_dial_open(&dial, loop, &config) == AW_OK) {
        aw_loop_run(loop);
        *why = aw_dial_why(dial);
        aw_dial_close(dial);
    }
    aw_loop_close(loop);
    aw_client_wipe(&client);
    return true;
}

static bool is_other(const char *host, uint16_t port, struct tool_fail *fail)
{
    return fail_set(fail, TOOL_REFUSED,
                    "somebody answers at %.80s port %u, but is not the relay with this key: "
                    "is the port forwarded to the right machine, is the address line whole?",
                    host, port);
}

bool check_relay(const struct aw_endpoint *endpoint, int connect_ms, struct tool_fail *fail)
{
    char host[AW_ADDRESS_LEN_MAX + 1];
    uint16_t port = check_split(host, endpoint->address);
    enum aw_dial_fault why = AW_DIAL_TIME;

    if (aw_host_is_onion(host))
        return fail_set(fail, TOOL_STATE,
                        "an onion address is reached through Tor: start it, and give "
                        "--proxy socks5://127.0.0.1:9050");
    return answers(host, port, connect_ms, fail) && try_dial(endpoint, NULL, &why, fail) &&
           (why == AW_DIAL_OK || is_other(host, port, fail));
}

/* Nothing goes past the proxy, nor is a name asked for: it alone can tell who answers. */
static bool check_through(const struct aw_endpoint *endpoint, const struct aw_proxy *proxy,
                          struct tool_fail *fail)
{
    char host[AW_ADDRESS_LEN_MAX + 1];
    uint16_t port = check_split(host, endpoint->address);
    enum aw_dial_fault why = AW_DIAL_TIME;

    if (!try_dial(endpoint, proxy, &why, fail))
        return false;
    if (why == AW_DIAL_OK)
        return true;
    if (why == AW_DIAL_KEY)
        return is_other(host, port, fail);
    return fail_set(fail, TOOL_ENVIRONMENT,
                    "%.80s port %u is not reached, for %s: do proxy and relay run, is the address "
                    "right? Their logs may tell more",
                    host, port, aw_dial_fault_text(why));
}

int cmd_check(const struct args *args)
{
    const char *through = args_option(args, "proxy");
    struct aw_proxy proxy = {.host = ""};
    struct aw_endpoint endpoint;
    struct tool_fail fail;

    if (!address_parse(&endpoint, args_word(args, 0), &fail) ||
        (through != NULL && !proxy_parse(&proxy, through, &fail)) ||
        !(proxy.host[0] != '\0' ? check_through(&endpoint, &proxy, &fail)
                                : check_relay(&endpoint, CONNECT_MS, &fail)))
        return fail_print(&fail);
    if (args_option(args, "json") != NULL) {
        json_t *reply = json_pack("{s:b, s:s}", "reached", 1, "address", endpoint.address);
        int code = reply_print(reply);

        json_decref(reply);
        return code;
    }
    (void)printf("Reached: the relay at %s has proved its key.\n"
                 "That holds for %s.\n",
                 endpoint.address,
                 proxy.host[0] != '\0' ? "whoever comes by this proxy"
                                       : "the network that this machine is in now");
    return TOOL_OK;
}
