/* SPDX-License-Identifier: ISC */
#include "backup.h"
#include "health.h"
#include "metrics.h"
#include "relay_tool.h"

#include "common/journal.h"
#include "common/sandbox.h"
#include "common/supervisor.h"

#include <allswell/control.h>
#include <allswell/store_sqlite.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* allswell-relay run: the server, and the control socket through which other commands reach it. */

#define WAKE_MAX 16

struct run {
    struct relay_host host;
    struct aw_store reader;
    struct aw_loop *loop;
    struct aw_control *control;
    struct supervisor *supervisor;
    struct metrics *metrics;
    struct health *health;
    struct backup *backup;
    struct home home;
    struct aw_clock clock;
    struct aw_server_wake wakes[WAKE_MAX];
    const char *wake_argv[WAKE_MAX][4];
    char wake_name[WAKE_MAX][AW_RELAY_LABEL_MAX + 1];
    size_t wake_count;
    bool draining;
};

/* A reply that waits until the change that it reports is on disk. */
struct owed {
    struct aw_control_client *client;
    char *text;
};

static void on_durable(void *ctx, enum aw_status status)
{
    struct owed *owed = (struct owed *)ctx;

    if (status != AW_OK) {
        struct tool_fail fail;
        json_t *reply;

        reply_text_free(owed->text);
        (void)fail_set(&fail, TOOL_ENVIRONMENT,
                       "the disk refused the change (%s): free space and try again",
                       aw_status_name(status));
        reply = reply_failed(&fail);
        owed->text = reply_text(reply);
        json_decref(reply);
    } else {
        journal_event(JOURNAL_NOTICE, "tokens-changed", "A token was made or revoked.", NULL, 0);
    }
    aw_control_answer(owed->client, owed->text == NULL ? "{}" : owed->text);
    reply_text_free(owed->text);
    free(owed);
}

static void on_line(void *ctx, struct aw_control_client *client, const char *line)
{
    struct run *run = (struct run *)ctx;
    json_t *request = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    const char *what = reply_string(request, "do");
    struct owed *owed = NULL;
    bool ok = false;
    char *text;

    if (what != NULL && strcmp(what, "backup") == 0) {
        json_decref(request);
        backup_begin(run->backup, client);
        return;
    }
    text = reply_serve(relay_request, &run->host, line, &ok);
    if (ok && relay_request_is_change(request))
        owed = malloc(sizeof *owed);
    json_decref(request);
    if (owed != NULL) {
        *owed = (struct owed){.client = client, .text = text};
        if (aw_server_when_durable(run->host.server, on_durable, owed) == AW_OK)
            return;
        free(owed);
    }
    aw_control_answer(client, text == NULL ? "{}" : text);
    reply_text_free(text);
}

static void on_drained(void *ctx)
{
    struct run *run = (struct run *)ctx;

    aw_loop_stop(run->loop);
}

static void on_signal(void *ctx)
{
    struct run *run = (struct run *)ctx;

    if (run->draining)
        return;
    run->draining = true;
    journal_event(JOURNAL_NOTICE, "stopping", "Asked to stop: finishing what was begun.", NULL, 0);
    if (run->control != NULL)
        aw_control_close(run->control);
    run->control = NULL;
    aw_server_drain(run->host.server, on_drained, run);
}

/* NAME=COMMAND; the command goes through the shell, as its author typed it for one. */
static bool add_wakes(struct run *run, const struct args *args, struct tool_fail *fail)
{
    const char *text;

    for (size_t i = 0; (text = args_option_at(args, "wake", i)) != NULL; i++) {
        size_t len = strcspn(text, "=");

        if (text[len] != '=' || text[len + 1] == '\0' || len == 0 || len > AW_RELAY_LABEL_MAX)
            return fail_set(fail, TOOL_USAGE,
                            "--wake '%.60s' is not NAME=COMMAND: write "
                            "--wake phone='command' and name it in 'token new --wake phone'",
                            text);
        for (size_t k = 0; k < i; k++) {
            if (strlen(run->wake_name[k]) == len && memcmp(run->wake_name[k], text, len) == 0)
                return fail_set(fail, TOOL_USAGE,
                                "--wake names '%s' twice: join the two commands with ';'",
                                run->wake_name[k]);
        }
        if (run->wake_count == WAKE_MAX)
            return fail_set(fail, TOOL_USAGE, "more than %d wake commands: join some", WAKE_MAX);
        memcpy(run->wake_name[i], text, len);
        run->wake_name[i][len] = '\0';
        run->wake_argv[i][0] = "/bin/sh";
        run->wake_argv[i][1] = "-c";
        run->wake_argv[i][2] = text + len + 1;
        run->wake_argv[i][3] = NULL;
        run->wakes[i].name = run->wake_name[i];
        run->wakes[i].argv = run->wake_argv[i];
        run->wake_count++;
    }
    run->host.wakes = run->wakes;
    run->host.wake_count = run->wake_count;
    return true;
}

static bool open_server(struct run *run, const struct listen *on, struct tool_fail *fail)
{
    char message[AW_SERVER_MESSAGE_CAP] = "";
    struct aw_server_config config = {
        .host = on->host,
        .port = on->port,
        .store = run->host.store,
        .reader = run->reader,
        .reader_rest = aw_store_sqlite_rest,
        .wakes = run->wakes,
        .wake_count = run->wake_count,
    };
    enum aw_status status = aw_server_open(&run->host.server, run->loop, &config, message);

    if (status == AW_OK) {
        run->host.relay = aw_server_relay(run->host.server);
        return true;
    }
    return fail_set(fail, status == AW_E_RANGE ? TOOL_USAGE : TOOL_ENVIRONMENT, "%s", message);
}

/* The endpoint is known only now: the port may have been 0, and the first run makes the key. */
static bool announce(struct run *run, const char *named, const struct listen *on,
                     struct tool_fail *fail)
{
    struct aw_endpoint *e = &run->host.endpoint;
    char line[ADDRESS_LINE_MAX];
    uint8_t key[AW_RELAY_KEY_LEN];

    aw_server_public_key(run->host.server, key);
    if (!listen_endpoint(e, named, on, aw_server_port(run->host.server), key, fail) ||
        !relay_endpoint_store(&run->host.store, e, fail))
        return false;
    address_write(line, e);
    if (printf("%s\n", line) < 0 || fflush(stdout) != 0)
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "cannot print the address line: check where the output goes");
    if (named == NULL && (strcmp(on->host, "0.0.0.0") == 0 || strcmp(on->host, "::") == 0))
        journal_event(JOURNAL_NOTICE, "address-guessed",
                      "This is the address line to hand out. The host in it is a guess: give "
                      "--public HOST if others reach this machine under another name.",
                      NULL, 0);
    return true;
}

/* What the command line says wins over what `setup` was told, and both over the default. What is
 * wrong with the database is found when it is opened to be used. */
static bool choose(struct run *run, const struct args *args, const struct home *home,
                   struct listen *on, struct tool_fail *fail)
{
    const char *text = args_option(args, "listen"), *kept = run->host.settings.listen;
    struct tool_fail later;
    struct aw_store store;

    if (text != NULL && !listen_parse(on, text, fail))
        return false;
    if (relay_store_open(&store, home, 0, &later)) {
        relay_settings_load(&store, &run->host.settings);
        store.vtable->close(store.self);
    }
    return text != NULL || listen_parse(on, kept[0] != '\0' ? kept : RELAY_LISTEN_DEFAULT, fail);
}

static bool open_all(struct run *run, const struct home *home, const struct listen *on,
                     struct tool_fail *fail)
{
    char path[HOME_FILE_MAX];
    enum aw_status status = aw_clock_init(&run->clock, getenv("ALLSWELL_DEMO_CLOCK"));

    if (status != AW_OK)
        return fail_set(fail, TOOL_USAGE,
                        "ALLSWELL_DEMO_CLOCK is not MILLISECONDS:FACTOR: unset it");
    if (!relay_store_open(&run->host.store, home, AW_SQLITE_CREATE | AW_SQLITE_BACKGROUND, fail))
        return false;
    home_file(run->host.path, home, "relay.db");
    home_file(path, home, "control.sock");
    if (aw_store_sqlite_reader(&run->reader, &run->host.store) != AW_OK)
        return fail_set(fail, TOOL_ENVIRONMENT, "%s cannot be opened twice: check its permissions",
                        run->host.path);
    if (aw_loop_open(&run->loop, &run->clock) != AW_OK)
        return fail_set(fail, TOOL_ENVIRONMENT, "no room for an event loop: end other processes");
    run->host.started_wall_ms = aw_loop_now(run->loop).wall_ms;
    if (!open_server(run, on, fail))
        return false;
    if (!backup_open(&run->backup, run->loop, &run->host.store, &run->home, fail))
        return false;
    if (aw_loop_on_signal(run->loop, on_signal, run) != AW_OK)
        return fail_set(fail, TOOL_ENVIRONMENT, "signals cannot be watched: end other processes");
    if (aw_control_open(&run->control, run->loop, path, on_line, run) != AW_OK)
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "cannot listen at %s: check the permissions of the home", path);
    return true;
}

static uint64_t next_deadline(void *ctx)
{
    const struct run *run = (const struct run *)ctx;

    return aw_relay_deadline_ms(run->host.relay);
}

static void close_all(struct run *run)
{
    supervisor_close(run->supervisor);
    backup_close(run->backup);
    metrics_close(run->metrics);
    health_close(run->health);
    if (run->control != NULL)
        aw_control_close(run->control);
    if (run->host.server != NULL)
        aw_server_close(run->host.server);
    if (run->loop != NULL)
        aw_loop_close(run->loop);
    if (run->reader.vtable != NULL)
        run->reader.vtable->close(run->reader.self);
    if (run->host.store.vtable != NULL)
        run->host.store.vtable->close(run->host.store.self);
}

/* Commands inherit what the relay gives up, and nobody knows what they need. */
static bool is_confined(const struct run *run, const struct args *args)
{
    if (args_option(args, "no-sandbox") != NULL)
        return false;
    if (run->wake_count > 0)
        journal_event(JOURNAL_NOTICE, "unconfined",
                      "With --wake the relay is not confined: its commands would be, too.", NULL,
                      0);
    return run->wake_count == 0;
}

/* What the router was asked for is the port that `setup` was told. */
static bool renews(const struct run *run, const struct args *args)
{
    return run->host.settings.forward != 0 && args_option(args, "listen") == NULL;
}

int cmd_run(const struct args *args)
{
    static const struct journal_field about_version = {"version", ALLSWELL_VERSION, 0};
    const char *named = args_option(args, "public");
    struct tool_fail fail;
    struct listen on;
    struct run *run = calloc(1, sizeof *run);
    bool ok, confined;

    if (run == NULL) {
        (void)fail_set(&fail, TOOL_ENVIRONMENT, "out of memory: end other processes");
        return fail_print(&fail);
    }
    ok = journal_setup(args_option(args, "log"), args_option(args, "log-level"), &fail) &&
         listen_check_public(named, &fail) && add_wakes(run, args, &fail);
    confined = ok && is_confined(run, args);
    ok = ok && metrics_listen(&run->metrics, args, &fail) &&
         relay_home(&run->home, args, true, &fail) && choose(run, args, &run->home, &on, &fail) &&
         (!renews(run, args) || renew_start(&run->host.settings, on.port, &fail)) &&
         (!confined || sandbox_files(&run->home, on.port, &fail));
    if (ok && named == NULL && run->host.settings.public_host[0] != '\0')
        named = run->host.settings.public_host;
    ok = ok && open_all(run, &run->home, &on, &fail) && announce(run, named, &on, &fail) &&
         metrics_open(run->metrics, &run->host, run->loop, &run->clock, &fail) &&
         health_open(&run->health, &run->host, run->loop, &fail) &&
         supervisor_open(&run->supervisor, run->loop, next_deadline, run, &fail) &&
         (!confined || sandbox_calls(&fail));
    if (ok) {
        journal_event(JOURNAL_NOTICE, "ready", "The relay runs.", &about_version, 1);
        aw_loop_run(run->loop);
    }
    close_all(run);
    free(run);
    if (!ok)
        return journal_fail(&fail);
    journal_event(JOURNAL_NOTICE, "stopped", "The relay has stopped.", NULL, 0);
    return TOOL_OK;
}
