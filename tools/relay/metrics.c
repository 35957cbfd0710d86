/* SPDX-License-Identifier: ISC */
#include "metrics.h"

#include "common/httpd.h"
#include "common/journal.h"
#include "common/secret.h"

#include <allswell/store_sqlite.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN_MIN 32
#define TOKEN_MAX 200
#define TYPE      "text/plain; version=0.0.4; charset=utf-8"
#define PREFIX    "allswell_relay_"

/* What is shown, as it was at one time. */
struct figures {
    struct aw_relay_counters engine;
    struct aw_server_counters net;
    struct aw_relay_config bounds;
    struct relay_tokens tokens;
    uint64_t disk_bytes;
};

/* Secret: wipe (the token). */
struct metrics {
    const struct relay_host *host;
    struct httpd_listen on;
    struct httpd httpd;
    struct figures step, quiet;
    uint64_t started_ms, step_no, quiet_no; /* true time; steps that have passed, from 1 */
    size_t token_len;                       /* 0: none is wanted */
    char token[TOKEN_MAX + 1];
};

/* ---- The figures ---- */

static void gather(const struct metrics *m, struct figures *out)
{
    memset(out, 0, sizeof *out);
    aw_relay_counters(m->host->relay, &out->engine);
    aw_server_counters(m->host->server, &out->net);
    aw_relay_bounds(m->host->relay, &out->bounds);
    out->disk_bytes = aw_store_sqlite_disk_len(&m->host->store);
    relay_tokens_count(m->host->relay, &out->tokens);
}

static void on_tick(void *ctx)
{
    struct metrics *m = (struct metrics *)ctx;
    uint64_t up_s = (httpd_true_ms() - m->started_ms) / 1000;

    if (up_s / METRICS_STEP_S + 1 == m->step_no)
        return;
    m->step_no = up_s / METRICS_STEP_S + 1;
    gather(m, &m->step);
    if (up_s / METRICS_QUIET_S + 1 == m->quiet_no)
        return;
    m->quiet_no = up_s / METRICS_QUIET_S + 1;
    m->quiet = m->step;
}

/* ---- The text ---- */

static void write_head(FILE *out, const char *name, const char *type, const char *help)
{
    (void)fprintf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name, type);
}

static void write_one(FILE *out, const char *name, const char *type, const char *help,
                      uint64_t value)
{
    write_head(out, name, type, help);
    (void)fprintf(out, PREFIX "%s %" PRIu64 "\n", name, value);
}

struct row {
    const char *name, *type, *help;
    uint64_t value;
};

static void write_rows(FILE *out, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        write_one(out, rows[i].name, rows[i].type, rows[i].help, rows[i].value);
}

static void write_engine(FILE *out, const struct figures *f)
{
    const struct aw_relay_counters *c = &f->engine;
    const struct row rows[] = {
        {"mailboxes", "gauge", "Mailboxes that exist.", c->mailboxes},
        {"cells_waiting", "gauge", "Cells that wait for their readers.", c->cells},
        {"requests_total", "counter", "Requests of any kind.", c->requests},
        {"cells_deposited_total", "counter", "Cells taken in.", c->deposited},
        {"cells_duplicate_total", "counter", "Cells that were waiting already.", c->duplicates},
        {"cells_delivered_total", "counter", "Cells handed out.", c->delivered},
        {"cells_taken_total", "counter", "Cells taken by their readers.", c->taken},
        {"cells_dropped_total", "counter", "Cells dropped from full mailboxes.", c->dropped},
        {"mailboxes_expired_total", "counter", "Mailboxes that nobody read.", c->expired},
        {"commits_failed_total", "counter", "Commits that the disk refused.", c->commits_failed},
        {"disk_bytes", "gauge", "Size of the database with its log.", f->disk_bytes},
        {"tokens", "gauge", "Access tokens that are not revoked.", f->tokens.living},
        {"quota_mailboxes", "gauge", "Mailboxes that these tokens may create.", f->tokens.quota},
    };

    write_rows(out, rows, sizeof rows / sizeof rows[0]);
}

static void write_net(FILE *out, const struct figures *f)
{
    const struct aw_server_counters *c = &f->net;
    const struct row rows[] = {
        {"links", "gauge", "Links that are open.", c->links},
        {"strangers", "gauge", "Connections without a finished handshake.", c->strangers},
        {"connections_total", "counter", "Connections accepted.", c->accepted},
        {"connections_refused_total", "counter", "Connections closed at once.", c->refused},
        {"handshakes_total", "counter", "Handshakes done.", c->handshakes},
        {"handshakes_failed_total", "counter", "Handshakes failed.", c->handshakes_failed},
        {"links_junk_total", "counter", "Links closed for bytes that did not open.", c->junk},
        {"links_slow_total", "counter", "Links closed for missing a time limit.", c->slow},
    };

    write_rows(out, rows, sizeof rows / sizeof rows[0]);
}

static void write_quiet(FILE *out, const struct figures *f)
{
    const struct row rows[] = {
        {"switches_armed", "gauge", "Switches that are armed.", f->engine.armed},
        {"arms_total", "counter", "Times that a switch was armed.", f->engine.arms},
        {"switches_fired_total", "counter", "Switches that ran out.", f->engine.fired},
        {"wakes_total", "counter", "Times that a reader was to be woken.", f->engine.wakes},
        {"wakes_failed_total", "counter", "Wake commands that failed.", f->net.wakes_failed},
    };

    write_rows(out, rows, sizeof rows / sizeof rows[0]);
}

static void write_bounds(FILE *out, const struct figures *f)
{
    const struct row rows[] = {
        {"links_limit", "gauge", "Links at once.", f->bounds.link_count},
        {"mailboxes_limit", "gauge", "Mailboxes of all tokens.", f->bounds.mailbox_count},
        {"cells_limit", "gauge", "Cells that may wait.", f->bounds.cell_count},
        {"tokens_limit", "gauge", "Access tokens.", f->bounds.token_count},
    };

    write_rows(out, rows, sizeof rows / sizeof rows[0]);
}

static void write_refused(FILE *out, const struct aw_relay_counters *c)
{
    static const struct {
        enum aw_relay_answer answer;
        const char *reason;
    } rows[] = {{AW_RELAY_UNKNOWN, "unknown"}, {AW_RELAY_FULL, "full"},   {AW_RELAY_RATE, "rate"},
                {AW_RELAY_TOKEN, "token"},     {AW_RELAY_LIMIT, "limit"}, {AW_RELAY_STORE, "disk"},
                {AW_RELAY_BAD, "bad"}};

    write_head(out, "requests_refused_total", "counter", "Requests refused, by reason.");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        (void)fprintf(out, PREFIX "requests_refused_total{reason=\"%s\"} %" PRIu64 "\n",
                      rows[i].reason, c->refused[rows[i].answer]);
}

static void write_commits(FILE *out, const struct aw_server_counters *c)
{
    uint64_t sum = 0;

    write_head(out, "commit_seconds", "histogram", "Time that commits to the disk took.");
    for (size_t i = 0; i + 1 < AW_SERVER_COMMIT_SPANS; i++) {
        sum += c->commit_spans[i];
        (void)fprintf(out, PREFIX "commit_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
                      (double)aw_server_commit_span_ms(i) / 1000, sum);
    }
    sum += c->commit_spans[AW_SERVER_COMMIT_SPANS - 1];
    (void)fprintf(out, PREFIX "commit_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", sum);
    (void)fprintf(out, PREFIX "commit_seconds_sum %.6f\n", (double)c->commit_us / 1e6);
    (void)fprintf(out, PREFIX "commit_seconds_count %" PRIu64 "\n", sum);
}

/* How the relay itself is: nobody's doing, and shown as it is now. */
static void write_now(FILE *out, const struct metrics *m)
{
    uint64_t now_ms = aw_loop_now(m->httpd.loop).mono_ms;
    uint64_t due_ms = aw_relay_deadline_ms(m->host->relay);
    struct aw_server_counters net;
    struct aw_relay_counters engine;
    const uint64_t up_s = (httpd_true_ms() - m->started_ms) / 1000;

    aw_relay_counters(m->host->relay, &engine);
    aw_server_counters(m->host->server, &net);
    write_head(out, "build_info", "gauge", "The program that runs.");
    (void)fprintf(out, PREFIX "build_info{version=\"%s\"} 1\n", ALLSWELL_VERSION);
    write_one(out, "uptime_seconds", "gauge", "Time since the start.", up_s);
    write_one(out, "disk_failing", "gauge", "1 while the disk refuses writes.", engine.is_degraded);
    write_one(out, "last_pass_age_seconds", "gauge", "Time since the last pass over the deadlines.",
              (now_ms - net.passed_ms) / 1000);
    write_one(out, "overdue_seconds", "gauge", "Time by which the next deadline is missed.",
              due_ms < now_ms ? (now_ms - due_ms) / 1000 : 0);
}

static char *text_of(const struct metrics *m, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);

    if (out == NULL)
        return NULL;
    write_now(out, m);
    write_net(out, &m->step);
    write_engine(out, &m->step);
    write_refused(out, &m->step.engine);
    write_commits(out, &m->step.net);
    write_bounds(out, &m->step);
    write_quiet(out, &m->quiet);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

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

/* An MHD_AccessHandlerCallback; it fixes this signature. */
static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_len, void **state)
{
    const struct metrics *m = (const struct metrics *)ctx;
    const char *host = http.lookup_connection_value(c, MHD_HEADER_KIND, "Host");
    struct MHD_Response *response;
    size_t len = 0;
    char *text;

    (void)version;
    (void)upload;
    (void)state;
    if (*upload_len != 0)
        return MHD_NO;
    if (m->on.is_loopback && !httpd_host_is_ours(host, true)) /* a foreign page's name for it */
        return refuse(c, MHD_HTTP_FORBIDDEN, "Use the address in numbers.\n");
    if (!may_read(m, c))
        return refuse(c, MHD_HTTP_UNAUTHORIZED, "A token is needed: --metrics-token-file.\n");
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return refuse(c, MHD_HTTP_METHOD_NOT_ALLOWED, "GET only.\n");
    if (strcmp(url, "/metrics") != 0)
        return refuse(c, MHD_HTTP_NOT_FOUND, "/metrics is here, and nothing else.\n");
    text = text_of(m, &len);
    response =
        text == NULL ? NULL : http.create_response_from_buffer(len, text, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        free(text);
    return answer(c, MHD_HTTP_OK, TYPE, response);
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
    m->token[(size_t)got < sizeof m->token ? (size_t)got : TOKEN_MAX] = '\0';
    m->token_len = strlen(m->token);
    for (size_t i = 0; i < m->token_len; i++) {
        if (m->token[i] <= ' ' || m->token[i] > '~')
            m->token_len = 0;
    }
    if (m->token_len < TOKEN_MIN || got > TOKEN_MAX)
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
    const struct httpd_calls calls = {on_request, NULL, on_tick, metrics};
    char says[120];
    bool ok;

    if (metrics == NULL)
        return true;
    metrics->host = host;
    metrics->started_ms = httpd_true_ms();
    on_tick(metrics);
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
