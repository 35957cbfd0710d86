/* SPDX-License-Identifier: ISC */
#include "metrics_parts.h"

#include <allswell/store_sqlite.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "allswell_relay_"

/* ---- The figures ---- */

static void gather(const struct metrics *m, struct metrics_figures *out)
{
    memset(out, 0, sizeof *out);
    aw_relay_counters(m->host->relay, &out->engine);
    aw_server_counters(m->host->server, &out->net);
    aw_relay_bounds(m->host->relay, &out->bounds);
    out->disk_bytes = aw_store_sqlite_disk_len(&m->host->store);
    relay_tokens_count(m->host->relay, &out->tokens);
}

void metrics_tick(void *ctx)
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

static void write_engine(FILE *out, const struct metrics_figures *f)
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

static void write_net(FILE *out, const struct metrics_figures *f)
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

static void write_quiet(FILE *out, const struct metrics_figures *f)
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

static void write_bounds(FILE *out, const struct metrics_figures *f)
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

char *metrics_text(const struct metrics *metrics, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);

    if (out == NULL)
        return NULL;
    write_now(out, metrics);
    write_net(out, &metrics->step);
    write_engine(out, &metrics->step);
    write_refused(out, &metrics->step.engine);
    write_commits(out, &metrics->step.net);
    write_bounds(out, &metrics->step);
    write_quiet(out, &metrics->quiet);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
