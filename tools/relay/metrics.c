/* SPDX-License-Identifier: ISC */
#include "metrics_parts.h"

#include "common/journal.h"
#include "common/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who may read the metrics, and where. */

#define TYPE "text/plain; version=0.0.4; charset=utf-8"

/* ---- Serving ---- */

static enum MHD_Result answer(struct MHD_Connection *c, unsigned code, const char *type,
                              struct MHD_Response *response)
{
    enum MHD_Result result;

    if (response == NULL)
        return MHD_NO;
    (void)http.add_response_header(response, "Content-Type", type);
    (void)http.add_response_header(response, "Cache-Control", "no-store");
    (void)http.add_response_header(response, "Connection", "close");
    if (code == MHD_HTTP_UNAUTHORIZED)
        (void)http.add_response_header(response, "WWW-Authenticate", "Bearer");
    result = http.queue_response(c, code, response);
    http.destroy_response(response);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *c, unsigned code, const char *text)
{
    return answer(c, code, "text/plain; charset=utf-8",
                  http.create_response_from_buffer(strlen(text), (void *)(uintptr_t)text,
                                                   MHD_RESPMEM_PERSISTENT));
}

static bool may_read(const struct metrics *m, struct MHD_Connection *c)
{
    static const char scheme[] = "Bearer ";
    const char *given = http.lookup_connection_value(c, MHD_HEADER_KIND, "Authorization");

    if (m->token_len == 0)
        return true;
    if (given == NULL || strncmp(given, scheme, sizeof scheme - 1) != 0)
        return false;
    given += sizeof scheme - 1;
    return strlen(given) == m->token_len &&
           secret_is_equal((const uint8_t *)given, (const uint8_t *)m->token, m->token_len);
}

enum MHD_Result metrics_handle(void *ctx, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_len, void **state)
{
    const struct metrics *m = (const struct metrics *)ctx;
    const char *host = http.lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    struct MHD_Response *response;
    size_t len = 0;
    char *text;

    (void)version;
    (void)upload;
    (void)state;
    if (*upload_len != 0)
        return MHD_NO;
    if (m->on.is_loopback && !httpd_host_is_ours(host, true)) /* a foreign page's name for it */
        return refuse(connection, MHD_HTTP_FORBIDDEN, "Use the address in numbers.\n");
    if (!may_read(m, connection))
        return refuse(connection, MHD_HTTP_UNAUTHORIZED,
                      "A token is needed: --metrics-token-file.\n");
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET only.\n");
    if (strcmp(url, "/metrics") != 0)
        return refuse(connection, MHD_HTTP_NOT_FOUND, "/metrics is here, and nothing else.\n");
    text = metrics_text(m, &len);
    response =
        text == NULL ? NULL : http.create_response_from_buffer(len, text, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        free(text);
    return answer(connection, MHD_HTTP_OK, TYPE, response);
}

/* ---- Opening ---- */

static bool bad_token(const char *path, const char *why, struct tool_fail *fail)
{
    return fail_set(fail, TOOL_USAGE,
                    "%.200s %s: make one with 'umask 077; openssl rand -hex 32 >FILE'", path, why);
}

/* One line, kept from everybody else. */
static bool read_token(struct metrics *m, const char *path, struct tool_fail *fail)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    ssize_t got = -1;
    bool is_private = false;

    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        is_private = (st.st_mode & (S_IRWXG | S_IRWXO)) == 0;
        got = read(fd, m->token, sizeof m->token);
    }
    if (fd >= 0)
        (void)close(fd);
    if (got < 0)
        return bad_token(path, "cannot be read", fail);
    if (!is_private)
        return bad_token(path, "can be read by others", fail);
    if (got > 0 && m->token[got - 1] == '\n')
        got--;
    m->token[(size_t)got < sizeof m->token ? (size_t)got : METRICS_TOKEN_MAX] = '\0';
    m->token_len = strlen(m->token);
    for (size_t i = 0; i < m->token_len; i++) {
        if (m->token[i] <= ' ' || m->token[i] > '~')
            m->token_len = 0;
    }
    if (m->token_len < METRICS_TOKEN_MIN || got > METRICS_TOKEN_MAX)
        return bad_token(path, "holds no line of 32 to 200 characters", fail);
    return true;
}

bool metrics_listen(struct metrics **out, const struct args *args, struct tool_fail *fail)
{
    static const struct httpd_words words = {.what = "the metrics",
                                             .option = "--metrics",
                                             .anywhere = "--metrics-public",
                                             .example = "127.0.0.1:9744 or [::1]:9744"};
    const char *text = args_option(args, "metrics"),
               *path = args_option(args, "metrics-token-file");
    bool is_public = args_option(args, "metrics-public") != NULL;
    struct metrics *m;

    *out = NULL;
    if (text == NULL) {
        return (path == NULL && !is_public) ||
               fail_set(fail, TOOL_USAGE,
                        "there are no metrics without --metrics: add --metrics 127.0.0.1:9744");
    }
    m = calloc(1, sizeof *m);
    if (m == NULL)
        return fail_set(fail, TOOL_ENVIRONMENT, "out of memory: end other processes");
    m->on.fd = -1;
    *out = m;
    if (is_public && path == NULL)
        return fail_set(fail, TOOL_USAGE,
                        "--metrics-public needs a token that scrapers have to show: add "
                        "--metrics-token-file FILE");
    return (path == NULL || read_token(m, path, fail)) &&
           httpd_listen(&m->on, text, is_public, &words, fail);
}

bool metrics_open(struct metrics *metrics, const struct relay_host *host, struct aw_loop *loop,
                  const struct aw_clock *clock, struct tool_fail *fail)
{
    const struct httpd_calls calls = {metrics_handle, NULL, metrics_tick, metrics};
    char says[120];
    bool ok;

    if (metrics == NULL)
        return true;
    metrics->host = host;
    metrics->started_ms = httpd_true_ms();
    metrics_tick(metrics);
    ok = httpd_open(&metrics->httpd, loop, clock, &metrics->on, &calls, fail);
    metrics->on.fd = -1;
    if (ok) {
        (void)snprintf(says, sizeof says, "Metrics are at %smetrics", metrics->on.url);
        journal_event(JOURNAL_NOTICE, "metrics", says, NULL, 0);
    }
    if (ok && !metrics->on.is_loopback)
        journal_event(JOURNAL_WARNING, "metrics-unencrypted",
                      "They are NOT encrypted on the way: better use 127.0.0.1 and a tunnel.", NULL,
                      0);
    return ok;
}

void metrics_close(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    httpd_close(&metrics->httpd);
    if (metrics->on.fd >= 0)
        (void)close(metrics->on.fd);
    explicit_bzero(metrics, sizeof *metrics);
    free(metrics);
}
