/* SPDX-License-Identifier: ISC */
#include "allswell/commands.h"
#include "allswell/host_net.h"
#include "allswell/page/page.h"
#include "allswell/session.h"
#include "common/supervisor.h"

#include <allswell/control.h>
#include <stdio.h>
#include <string.h>

/* allswell run: the host of a home for as long as the machine is up. */

#define CLOCK_LOOK_MS  10000
#define CLOCK_YOUNG_MS (UINT64_C(3600) * 1000)
#define CLOCK_STEP_MS  60000

struct agent {
    struct host *host;
    struct aw_control *control;
    struct supervisor *supervisor;
    struct page *page;
    struct aw_loop_timer *clock;
    uint64_t ahead_ms; /* of the wall clock before the time since the start of the machine */
};

static void on_line(void *ctx, struct aw_control_client *client, const char *line)
{
    struct agent *agent = (struct agent *)ctx;
    char *text = reply_serve(host_request, agent->host, line, NULL);

    aw_control_answer(client, text == NULL ? "{}" : text);
    reply_text_free(text);
}

static void on_signal(void *ctx)
{
    struct agent *agent = (struct agent *)ctx;

    aw_loop_stop(host_net_loop(agent->host));
}

static bool open_agent(struct agent *agent, const struct home *home, struct tool_fail *fail)
{
    char path[HOME_FILE_MAX];
    enum aw_status status;

    if (!host_open(&agent->host, home, fail))
        return false;
    agent->host->is_agent = true;
    if (!host_net_open(agent->host, fail))
        return false;
    home_file(path, home, "control.sock");
    status = aw_control_open(&agent->control, host_net_loop(agent->host), path, on_line, agent);
    if (status != AW_OK)
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "cannot listen at %s: check the permissions of the home", path);
    if (aw_loop_on_signal(host_net_loop(agent->host), on_signal, agent) != AW_OK)
        return fail_set(fail, TOOL_ENVIRONMENT, "signals cannot be watched: end other programs");
    return true;
}

static uint64_t next_deadline(void *ctx)
{
    const struct agent *agent = (const struct agent *)ctx;

    return host_net_deadline_ms(agent->host);
}

static uint64_t ahead_ms(struct aw_now now)
{
    return now.wall_ms > now.mono_ms ? now.wall_ms - now.mono_ms : 0;
}

/* spec/07-contact.md §4: "A host MUST tell its engines that the clock was set when, within an hour
 * after the machine began to run, the wall clock went ahead by more than a minute". */
static void on_clock(void *ctx)
{
    struct agent *agent = (struct agent *)ctx;
    struct host *host = agent->host;
    struct aw_now now = host_now(host);

    if (now.mono_ms > CLOCK_YOUNG_MS)
        return;
    if (ahead_ms(now) > agent->ahead_ms + CLOCK_STEP_MS) {
        host_log(host, NULL, json_pack("{s:s}", "event", "clock-set"));
        aw_subject_clock_set(host->subject, now);
        for (size_t i = 0; i < HOST_WATCH_MAX; i++) {
            if (host->watches[i].slot != 0)
                aw_contact_clock_set(host->watches[i].contact, now);
        }
        host_net_kick(host);
    }
    agent->ahead_ms = ahead_ms(now);
    aw_loop_timer_set(agent->clock, now.mono_ms + CLOCK_LOOK_MS);
}

static bool open_clock(struct agent *agent, struct tool_fail *fail)
{
    agent->clock = aw_loop_timer_new(host_net_loop(agent->host), on_clock, agent);
    if (agent->clock == NULL)
        return fail_set(fail, TOOL_ENVIRONMENT, "out of memory: end other programs");
    agent->ahead_ms = ahead_ms(host_now(agent->host));
    on_clock(agent);
    return true;
}

static bool open_page(struct agent *agent, const struct args *args, struct tool_fail *fail)
{
    const char *listen = args_option(args, "page");
    bool is_anywhere = args_option(args, "page-anywhere") != NULL;

    if (listen == NULL)
        return !is_anywhere ||
               fail_set(fail, TOOL_USAGE, "--page-anywhere needs a page: add --page=ADDRESS:PORT");
    return page_open(&agent->page, agent->host, listen, is_anywhere, fail);
}

static bool check_command(const char *command, struct tool_fail *fail)
{
    return command == NULL || command[0] != '\0' ||
           fail_set(fail, TOOL_USAGE, "--on-event names no command: write one, or leave it out");
}

int cmd_run(const struct args *args)
{
    struct agent agent = {.host = NULL};
    struct tool_fail fail;
    struct home home;
    const char *command = args_option(args, "on-event");
    bool ok =
        check_command(command, &fail) &&
        home_find(&home, &session_home_rule, args_option(args, "home"), &fail) &&
        home_check(&home, &session_home_rule, &fail) && open_agent(&agent, &home, &fail) &&
        open_clock(&agent, &fail) && open_page(&agent, args, &fail) &&
        supervisor_open(&agent.supervisor, host_net_loop(agent.host), next_deadline, &agent, &fail);

    if (ok) {
        (void)printf("running: %s\n", home.path);
        if (agent.page != NULL)
            page_announce(agent.page);
        (void)fflush(stdout);
        host_log(agent.host, NULL, json_pack("{s:s}", "event", "agent-started"));
        host_net_notify_start(agent.host, command);
        host_net_kick(agent.host);
        aw_loop_run(host_net_loop(agent.host));
        host_log(agent.host, NULL, json_pack("{s:s}", "event", "agent-ended"));
    }
    supervisor_close(agent.supervisor);
    page_close(agent.page);
    if (agent.clock != NULL)
        aw_loop_timer_free(agent.clock);
    if (agent.control != NULL)
        aw_control_close(agent.control);
    host_close(agent.host);
    return ok ? TOOL_OK : fail_print(&fail);
}
