/* SPDX-License-Identifier: ISC */
#include "common/httpd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 1000 /* true time between two ticks */
#define ROUNDS  16   /* of libmicrohttpd in one go, while it says that there is more */

uint64_t httpd_true_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_BOOTTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- Listening ---- */

static bool bad_address(const char *text, const struct httpd_words *words, struct tool_fail *fail)
{
    return fail_set(fail, TOOL_USAGE, "'%.60s' is no address and port in numbers: write %s", text,
                    words->example);
}

/* Reads "ADDRESS:PORT" or "[ADDRESS]:PORT". */
static bool read_address(struct httpd_listen *out, const char *text, struct sockaddr_storage *at,
                         socklen_t *len)
{
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)at;
    struct sockaddr_in *four = (struct sockaddr_in *)at;
    const char *colon = strrchr(text, ':');
    char name[INET6_ADDRSTRLEN + 2];
    size_t name_len = colon == NULL ? 0 : (size_t)(colon - text);
    unsigned long port;

    if (name_len == 0 || name_len >= sizeof name || strlen(colon + 1) < 1 ||
        strlen(colon + 1) > 5 || strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    port = strtoul(colon + 1, NULL, 10);
    memcpy(name, text, name_len);
    name[name_len] = '\0';
    memset(at, 0, sizeof *at);
    if (port <= 65535 && name[0] == '[' && name[name_len - 1] == ']') {
        name[name_len - 1] = '\0';
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        *len = sizeof *six;
        if (inet_pton(AF_INET6, name + 1, &six->sin6_addr) == 1) {
            out->is_loopback = IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
            out->is_six = true;
            return true;
        }
    } else if (port <= 65535 && inet_pton(AF_INET, name, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        *len = sizeof *four;
        out->is_loopback = ntohl(four->sin_addr.s_addr) >> 24 == 127;
        return true;
    }
    return false;
}

/* Returns the port that it got, 0 when it cannot. */
static unsigned port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } at = {.six = {.sin6_port = 0}};
    socklen_t len = sizeof at;

    if (getsockname(fd, &at.any, &len) != 0)
        return 0;
    return ntohs(at.any.sa_family == AF_INET6 ? at.six.sin6_port : at.four.sin_port);
}

bool httpd_listen(struct httpd_listen *out, const char *text, bool is_anywhere,
                  const struct httpd_words *words, struct tool_fail *fail)
{
    struct sockaddr_storage at = {.ss_family = 0};
    const int on = 1;
    socklen_t len = 0;
    int fd;

    *out = (struct httpd_listen){.fd = -1};
    if (!http_load(fail))
        return false;
    if (!read_address(out, text, &at, &len))
        return bad_address(text, words, fail);
    if (!out->is_loopback && !is_anywhere)
        return fail_set(fail, TOOL_USAGE,
                        "at %s others can reach %s: use 127.0.0.1 and 'ssh -L', or say %s if it is "
                        "meant",
                        text, words->what, words->anywhere);
    fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd >= 0 && out->is_six)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, len) != 0 || listen(fd, 64) != 0 ||
        (out->port = port_of(fd)) == 0) {
        (void)fail_set(fail, TOOL_ENVIRONMENT, "%s cannot listen at %s: %s: choose another with %s",
                       words->what, text, strerror(errno), words->option);
        if (fd >= 0)
            (void)close(fd);
        return false;
    }
    out->fd = fd;
    (void)snprintf(out->url, sizeof out->url, "http://%.*s:%u/", (int)(strrchr(text, ':') - text),
                   text, out->port);
    return true;
}

/* ---- Who is meant ---- */

static bool number_is_ours(const char *name, bool is_loopback)
{
    struct in6_addr six;
    struct in_addr four;

    if (inet_pton(AF_INET, name, &four) == 1)
        return !is_loopback || ntohl(four.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, name, &six) == 1 && (!is_loopback || IN6_IS_ADDR_LOOPBACK(&six));
}

/* A foreign name that was made to point here (DNS rebinding) is a name; a number cannot be. */
bool httpd_host_is_ours(const char *host, bool is_loopback)
{
    const char *end, *port;
    char name[INET6_ADDRSTRLEN];
    size_t len;

    if (host == NULL)
        return false;
    if (host[0] == '[')
        end = strchr(++host, ']');
    else
        end = host + strcspn(host, ":");
    if (end == NULL || (len = (size_t)(end - host)) >= sizeof name)
        return false;
    port = *end == ']' ? end + 1 : end;
    if (*port != '\0' && (*port != ':' || strspn(port + 1, "0123456789") != strlen(port + 1)))
        return false;
    memcpy(name, host, len);
    name[len] = '\0';
    if (*end == ']')
        return strchr(name, ':') != NULL && number_is_ours(name, is_loopback);
    return strcasecmp(name, "localhost") == 0 ||
           (strchr(name, ':') == NULL && number_is_ours(name, is_loopback));
}

/* ---- The loop ---- */

/* The loop's clock may be compressed; patience is in true time. */
static uint64_t after_ms(const struct httpd *h, uint64_t ms)
{
    uint64_t span = 1000000, true_ms = aw_clock_true_span_ms(h->clock, span);

    return aw_loop_now(h->loop).mono_ms + ms * span / (true_ms == 0 ? 1 : true_ms);
}

/* Lets libmicrohttpd do what there is to do. Answers may come back to the loop, but never to
 * here. */
static void turn(struct httpd *h)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    unsigned rounds = 0;

    if (h->is_running)
        return;
    h->is_running = true;
    do {
        (void)http.run(h->daemon);
    } while (++rounds < ROUNDS && http.get_timeout(h->daemon, &wait_ms) == MHD_YES && wait_ms == 0);
    h->is_running = false;
    aw_loop_timer_set(h->timer, after_ms(h, rounds < ROUNDS ? TICK_MS : 0));
}

static void on_timer(void *ctx)
{
    struct httpd *h = (struct httpd *)ctx;
    uint64_t now_ms = httpd_true_ms();

    if (h->tick != NULL)
        h->tick(h->ctx);
    for (size_t i = 0; i < HTTPD_CONNECTION_MAX; i++) {
        struct httpd_connection *c = &h->connections[i];

        if (c->mhd != NULL && c->stream == NULL && now_ms > c->opened_ms + HTTPD_REQUEST_MS)
            (void)shutdown(c->fd, SHUT_RDWR);
    }
    turn(h);
}

static void on_ready(void *ctx, bool readable, bool writable)
{
    (void)readable;
    (void)writable;
    turn((struct httpd *)ctx);
}

struct httpd_connection *httpd_connection(struct httpd *httpd, const struct MHD_Connection *mhd)
{
    for (size_t i = 0; i < HTTPD_CONNECTION_MAX; i++) {
        if (httpd->connections[i].mhd == mhd)
            return &httpd->connections[i];
    }
    return NULL;
}

/* An MHD_NotifyConnectionCallback. */
static void on_connection(void *ctx, struct MHD_Connection *mhd, void **socket_ctx,
                          enum MHD_ConnectionNotificationCode code)
{
    struct httpd *h = (struct httpd *)ctx;
    const union MHD_ConnectionInfo *info =
        http.get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct httpd_connection *at =
        httpd_connection(h, code == MHD_CONNECTION_NOTIFY_STARTED ? NULL : mhd);

    (void)socket_ctx;
    if (at == NULL || info == NULL)
        return;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *at = (struct httpd_connection){
            .mhd = mhd, .fd = info->connect_fd, .opened_ms = httpd_true_ms(), .stream = NULL};
    else
        at->mhd = NULL;
}

bool httpd_open(struct httpd *httpd, struct aw_loop *loop, const struct aw_clock *clock,
                const struct httpd_listen *on, const struct httpd_calls *calls,
                struct tool_fail *fail)
{
    const union MHD_DaemonInfo *info;

    httpd->loop = loop;
    httpd->clock = clock;
    httpd->tick = calls->tick;
    httpd->ctx = calls->ctx;
    httpd->daemon = http.start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (on->is_six ? MHD_USE_IPv6 : 0U), 0, NULL, NULL,
        calls->handle, calls->ctx, MHD_OPTION_LISTEN_SOCKET, on->fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)HTTPD_CONNECTION_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTPD_HEAD_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, 2U * HTTPD_REQUEST_MS / 1000, MHD_OPTION_STRICT_FOR_CLIENT,
        1, MHD_OPTION_NOTIFY_COMPLETED, calls->handled, calls->ctx, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, httpd, MHD_OPTION_END);
    if (httpd->daemon == NULL) {
        (void)close(on->fd);
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "the system has no room for a web server: end other programs");
    }
    info = http.get_daemon_info(httpd->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    httpd->timer = aw_loop_timer_new(loop, on_timer, httpd);
    httpd->watch = info == NULL ? NULL : aw_loop_watch_new(loop, info->epoll_fd, on_ready, httpd);
    if (httpd->timer == NULL || httpd->watch == NULL ||
        aw_loop_watch_set(httpd->watch, true, false) != AW_OK)
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "the system has no room for a web server: end other programs");
    aw_loop_timer_set(httpd->timer, 0);
    return true;
}

void httpd_soon(struct httpd *httpd)
{
    aw_loop_timer_set(httpd->timer, 0);
}

void httpd_close(struct httpd *httpd)
{
    aw_loop_watch_free(httpd->watch);
    if (httpd->daemon != NULL) {
        (void)http.run(httpd->daemon);
        http.stop_daemon(httpd->daemon);
    }
    if (httpd->timer != NULL)
        aw_loop_timer_free(httpd->timer);
    *httpd = (struct httpd){.daemon = NULL};
}
