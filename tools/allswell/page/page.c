/* SPDX-License-Identifier: ISC */
#include "allswell/page/page.h"

#include "allswell/host_net.h"
#include "allswell/page/parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The daemon of the page on the loop of the agent: connections, event streams, what is new. */

#define LOOK_MS 1000 /* true time between two looks at what is new */
#define ROUNDS  16   /* of libmicrohttpd in one go, while it says that there is more */

/* Somebody who listens. */
struct page_stream {
    struct page *page;
    struct page_connection *connection;
    uint64_t session_number, version, told_ms;
    bool is_suspended, is_over;
};

uint64_t page_true_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_BOOTTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- Event streams ---- */

static bool stream_has_news(const struct page_stream *s)
{
    return s->is_over || s->version != s->page->version ||
           page_true_ms() >= s->told_ms + PAGE_ALIVE_MS;
}

/* An MHD_ContentReaderCallback. */
static ssize_t stream_read(void *ctx, uint64_t pos, char *out, size_t cap)
{
    struct page_stream *s = (struct page_stream *)ctx;
    int len;

    (void)pos;
    if (s->is_over)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (!stream_has_news(s)) {
        s->is_suspended = true;
        MHD_suspend_connection(s->connection->mhd);
        return 0;
    }
    if (s->version != s->page->version)
        len = snprintf(out, cap, "retry: 2000\nevent: change\ndata: %llu\n\n",
                       (unsigned long long)s->page->version);
    else
        len = snprintf(out, cap, "event: alive\ndata: 0\n\n");
    s->version = s->page->version;
    s->told_ms = page_true_ms();
    return len;
}

/* An MHD_ContentReaderFreeCallback. */
static void stream_free(void *ctx)
{
    struct page_stream *s = (struct page_stream *)ctx;

    s->connection->stream = NULL;
    free(s);
}

static struct page_connection *connection_of(struct page *page, const struct MHD_Connection *mhd)
{
    for (size_t i = 0; i < PAGE_CONNECTION_MAX; i++) {
        if (page->connections[i].mhd == mhd)
            return &page->connections[i];
    }
    return NULL;
}

static unsigned stream_count(const struct page *page)
{
    unsigned count = 0;

    for (size_t i = 0; i < PAGE_CONNECTION_MAX; i++)
        count += page->connections[i].stream != NULL;
    return count;
}

enum MHD_Result page_stream_start(struct page *page, struct MHD_Connection *connection,
                                  uint64_t session_number)
{
    struct page_connection *at = connection_of(page, connection);
    struct MHD_Response *response;
    struct page_stream *s;
    enum MHD_Result result;

    if (at == NULL || stream_count(page) >= PAGE_STREAM_MAX)
        return MHD_NO; /* the browser tries again by itself */
    s = calloc(1, sizeof *s);
    if (s == NULL)
        return MHD_NO;
    *s = (struct page_stream){.page = page, .connection = at, .session_number = session_number};
    response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 512, stream_read, s, stream_free);
    if (response == NULL) {
        free(s);
        return MHD_NO;
    }
    at->stream = s;
    page_headers(response, "text/event-stream");
    result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

static bool is_gone(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void wake_streams(struct page *page)
{
    for (size_t i = 0; i < PAGE_CONNECTION_MAX; i++) {
        struct page_stream *s = page->connections[i].stream;

        if (s == NULL)
            continue;
        s->is_over = s->is_over || is_gone(page->connections[i].fd) ||
                     !page_login_is_open(&page->login, s->session_number);
        if (s->is_suspended && stream_has_news(s)) {
            s->is_suspended = false;
            MHD_resume_connection(page->connections[i].mhd);
        }
    }
}

/* ---- The loop ---- */

static void look(struct page *page)
{
    char *state;

    if (stream_count(page) == 0)
        return;
    state = page_state_text(page->host);
    if (state == NULL || (page->state != NULL && strcmp(state, page->state) == 0)) {
        reply_text_free(state);
        return;
    }
    reply_text_free(page->state);
    page->state = state;
    page->version++;
}

/* Lets libmicrohttpd do what there is to do. Answers ask the host, and the host may come back to
 * the loop, but never to here. */
static void turn(struct page *page)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    unsigned rounds = 0;

    if (page->is_running)
        return;
    page->is_running = true;
    do {
        (void)MHD_run(page->daemon);
    } while (++rounds < ROUNDS && MHD_get_timeout(page->daemon, &wait_ms) == MHD_YES &&
             wait_ms == 0);
    page->is_running = false;
    aw_loop_timer_set(page->timer, host_net_after_ms(page->host, rounds < ROUNDS ? LOOK_MS : 0));
}

static void on_timer(void *ctx)
{
    struct page *page = (struct page *)ctx;
    uint64_t now_ms = page_true_ms();

    look(page);
    wake_streams(page);
    for (size_t i = 0; i < PAGE_CONNECTION_MAX; i++) {
        struct page_connection *c = &page->connections[i];

        if (c->mhd != NULL && c->stream == NULL && now_ms > c->opened_ms + PAGE_REQUEST_MS)
            (void)shutdown(c->fd, SHUT_RDWR);
    }
    turn(page);
}

static void on_ready(void *ctx, bool readable, bool writable)
{
    (void)readable;
    (void)writable;
    turn((struct page *)ctx);
}

void page_look_soon(struct page *page)
{
    aw_loop_timer_set(page->timer, 0);
}

/* An MHD_NotifyConnectionCallback. */
static void on_connection(void *ctx, struct MHD_Connection *mhd, void **socket_ctx,
                          enum MHD_ConnectionNotificationCode code)
{
    struct page *page = (struct page *)ctx;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct page_connection *at =
        connection_of(page, code == MHD_CONNECTION_NOTIFY_STARTED ? NULL : mhd);

    (void)socket_ctx;
    if (at == NULL || info == NULL)
        return;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *at = (struct page_connection){
            .mhd = mhd, .fd = info->connect_fd, .opened_ms = page_true_ms(), .stream = NULL};
    else
        at->mhd = NULL;
}

/* ---- Opening ---- */

static bool bad_address(const char *text, struct tool_fail *fail)
{
    return fail_set(fail, TOOL_USAGE,
                    "'%.60s' is no address and port in numbers: write 127.0.0.1:8317 or [::1]:8317",
                    text);
}

/* Reads "ADDRESS:PORT" or "[ADDRESS]:PORT". */
static bool read_address(const char *text, struct sockaddr_storage *out, socklen_t *len,
                         bool *is_loopback, struct tool_fail *fail)
{
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    const char *colon = strrchr(text, ':');
    char name[INET6_ADDRSTRLEN + 2];
    size_t name_len = colon == NULL ? 0 : (size_t)(colon - text);
    unsigned long port;

    if (name_len == 0 || name_len >= sizeof name || strlen(colon + 1) < 1 ||
        strlen(colon + 1) > 5 || strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return bad_address(text, fail);
    port = strtoul(colon + 1, NULL, 10);
    memcpy(name, text, name_len);
    name[name_len] = '\0';
    memset(out, 0, sizeof *out);
    if (port <= 65535 && name[0] == '[' && name[name_len - 1] == ']') {
        name[name_len - 1] = '\0';
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        *len = sizeof *six;
        if (inet_pton(AF_INET6, name + 1, &six->sin6_addr) == 1) {
            *is_loopback = IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
            return true;
        }
    } else if (port <= 65535 && inet_pton(AF_INET, name, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        *len = sizeof *four;
        *is_loopback = ntohl(four->sin_addr.s_addr) >> 24 == 127;
        return true;
    }
    return bad_address(text, fail);
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

static int open_socket(struct page *page, const char *listen_at, bool is_anywhere,
                       struct tool_fail *fail)
{
    struct sockaddr_storage at = {.ss_family = 0};
    const int on = 1;
    socklen_t len = 0;
    int fd;

    if (!read_address(listen_at, &at, &len, &page->is_loopback, fail))
        return -1;
    if (!page->is_loopback && !is_anywhere) {
        (void)fail_set(fail, TOOL_USAGE,
                       "at %s others can reach the page: use 127.0.0.1 and 'ssh -L', or say "
                       "--page-anywhere if it is meant",
                       listen_at);
        return -1;
    }
    fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd >= 0 && at.ss_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, len) != 0 || listen(fd, 64) != 0 ||
        port_of(fd) == 0) {
        (void)fail_set(fail, TOOL_ENVIRONMENT,
                       "the page cannot listen at %s: %s: choose another with --page", listen_at,
                       strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        return -1;
    }
    (void)snprintf(page->url, sizeof page->url, "http://%.*s:%u/",
                   (int)(strrchr(listen_at, ':') - listen_at), listen_at, port_of(fd));
    (void)snprintf(page->cookie_name, sizeof page->cookie_name, "allswell-%u", port_of(fd));
    return fd;
}

static bool start(struct page *page, int fd, bool is_six, struct tool_fail *fail)
{
    struct aw_loop *loop = host_net_loop(page->host);
    const union MHD_DaemonInfo *info;

    page->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (is_six ? MHD_USE_IPv6 : 0U), 0, NULL, NULL,
        page_handle, page, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)PAGE_CONNECTION_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)PAGE_HEAD_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, 2U * PAGE_REQUEST_MS / 1000, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_COMPLETED, page_handled, page, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, page, MHD_OPTION_END);
    if (page->daemon == NULL) {
        (void)close(fd);
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "the system has no room for the page: end other programs");
    }
    info = MHD_get_daemon_info(page->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    page->timer = aw_loop_timer_new(loop, on_timer, page);
    page->watch = info == NULL ? NULL : aw_loop_watch_new(loop, info->epoll_fd, on_ready, page);
    if (page->timer == NULL || page->watch == NULL ||
        aw_loop_watch_set(page->watch, true, false) != AW_OK)
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "the system has no room for the page: end other programs");
    aw_loop_timer_set(page->timer, 0);
    return true;
}

bool page_open(struct page **out, struct host *host, const char *listen_at, bool is_anywhere,
               struct tool_fail *fail)
{
    struct page *page = calloc(1, sizeof *page);
    int fd;

    *out = page;
    if (page == NULL)
        return fail_status(fail, AW_E_STORE, "no memory");
    page->host = host;
    page->version = 1;
    if (listen_at[0] == '\0')
        listen_at = PAGE_LISTEN_DEFAULT;
    fd = open_socket(page, listen_at, is_anywhere, fail);
    if (fd < 0)
        return false;
    if (!page_login_open(&page->login, host, fail)) {
        (void)close(fd);
        return false;
    }
    return start(page, fd, listen_at[0] == '[', fail);
}

void page_announce(const struct page *page)
{
    char token[PAGE_SECRET_TEXT + 1];

    (void)printf("page: %s\n", page->url);
    if (!page->is_loopback)
        (void)fprintf(stderr,
                      "%s: the page can be reached from other machines, and what it shows "
                      "is NOT encrypted on the way: better use 127.0.0.1 and 'ssh -L'\n",
                      tool_name);
    if (isatty(STDOUT_FILENO) != 1) { /* what is kept of the output must not hold the token */
        (void)printf("page: it asks once for the line in %s\n", page->login.file);
        return;
    }
    base64_encode(token, page->login.token, sizeof page->login.token);
    (void)printf("page: it asks once for this token: %s\n", token);
    explicit_bzero(token, sizeof token);
}

void page_close(struct page *page)
{
    if (page == NULL)
        return;
    for (size_t i = 0; i < PAGE_CONNECTION_MAX; i++) {
        if (page->connections[i].stream != NULL)
            page->connections[i].stream->is_over = true;
    }
    aw_loop_watch_free(page->watch);
    if (page->daemon != NULL) {
        wake_streams(page); /* a suspended connection cannot be closed */
        (void)MHD_run(page->daemon);
        MHD_stop_daemon(page->daemon);
    }
    if (page->timer != NULL)
        aw_loop_timer_free(page->timer);
    reply_text_free(page->state);
    explicit_bzero(page, sizeof *page);
    free(page);
}
