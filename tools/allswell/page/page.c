/* SPDX-License-Identifier: ISC */
#include "allswell/page/page.h"

#include "allswell/host_net.h"
#include "allswell/page/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The page on the loop of the agent: event streams, and what is new. */

/* Somebody who listens. */
struct page_stream {
    struct page *page;
    struct httpd_connection *connection;
    uint64_t session_number, version, told_ms;
    bool is_suspended, is_over;
};

/* ---- Event streams ---- */

static bool stream_has_news(const struct page_stream *s)
{
    return s->is_over || s->version != s->page->version ||
           httpd_true_ms() >= s->told_ms + PAGE_ALIVE_MS;
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
        http.suspend_connection(s->connection->mhd);
        return 0;
    }
    if (s->version != s->page->version)
        len = snprintf(out, cap, "retry: 2000\nevent: change\ndata: %llu\n\n",
                       (unsigned long long)s->page->version);
    else
        len = snprintf(out, cap, "event: alive\ndata: 0\n\n");
    s->version = s->page->version;
    s->told_ms = httpd_true_ms();
    return len;
}

/* An MHD_ContentReaderFreeCallback. */
static void stream_free(void *ctx)
{
    struct page_stream *s = (struct page_stream *)ctx;

    s->connection->stream = NULL;
    free(s);
}

static unsigned stream_count(const struct page *page)
{
    unsigned count = 0;

    for (size_t i = 0; i < HTTPD_CONNECTION_MAX; i++)
        count += page->httpd.connections[i].stream != NULL;
    return count;
}

enum MHD_Result page_stream_start(struct page *page, struct MHD_Connection *connection,
                                  uint64_t session_number)
{
    struct httpd_connection *at = httpd_connection(&page->httpd, connection);
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
        http.create_response_from_callback(MHD_SIZE_UNKNOWN, 512, stream_read, s, stream_free);
    if (response == NULL) {
        free(s);
        return MHD_NO;
    }
    at->stream = s;
    page_headers(response, "text/event-stream");
    result = http.queue_response(connection, MHD_HTTP_OK, response);
    http.destroy_response(response);
    return result;
}

static bool is_gone(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void wake_streams(struct page *page)
{
    for (size_t i = 0; i < HTTPD_CONNECTION_MAX; i++) {
        struct page_stream *s = (struct page_stream *)page->httpd.connections[i].stream;

        if (s == NULL)
            continue;
        s->is_over = s->is_over || is_gone(page->httpd.connections[i].fd) ||
                     !page_login_is_open(&page->login, s->session_number);
        if (s->is_suspended && stream_has_news(s)) {
            s->is_suspended = false;
            http.resume_connection(page->httpd.connections[i].mhd);
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

static void on_tick(void *ctx)
{
    struct page *page = (struct page *)ctx;

    look(page);
    wake_streams(page);
}

void page_look_soon(struct page *page)
{
    httpd_soon(&page->httpd);
}

/* ---- Opening ---- */

bool page_open(struct page **out, struct host *host, const char *listen_at, bool is_anywhere,
               struct tool_fail *fail)
{
    static const struct httpd_words words = {.what = "the page",
                                             .option = "--page",
                                             .anywhere = "--page-anywhere",
                                             .example = "127.0.0.1:8317 or [::1]:8317"};
    struct page *page = calloc(1, sizeof *page);
    struct httpd_calls calls = {page_handle, page_handled, on_tick, page};
    struct httpd_listen on;

    *out = page;
    if (page == NULL)
        return fail_status(fail, AW_E_STORE, "no memory");
    page->host = host;
    page->version = 1;
    if (listen_at[0] == '\0')
        listen_at = PAGE_LISTEN_DEFAULT;
    if (!httpd_listen(&on, listen_at, is_anywhere, &words, fail))
        return false;
    page->is_loopback = on.is_loopback;
    memcpy(page->url, on.url, sizeof page->url);
    (void)snprintf(page->cookie_name, sizeof page->cookie_name, "allswell-%u", on.port);
    if (!page_login_open(&page->login, host, fail)) {
        (void)close(on.fd);
        return false;
    }
    return httpd_open(&page->httpd, host_net_loop(host), &host->clock, &on, &calls, fail);
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
    for (size_t i = 0; i < HTTPD_CONNECTION_MAX; i++) {
        struct page_stream *s = (struct page_stream *)page->httpd.connections[i].stream;

        if (s != NULL)
            s->is_over = true;
    }
    if (page->httpd.daemon != NULL)
        wake_streams(page); /* a suspended connection cannot be closed */
    httpd_close(&page->httpd);
    reply_text_free(page->state);
    explicit_bzero(page, sizeof *page);
    free(page);
}
