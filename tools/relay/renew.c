/* SPDX-License-Identifier: ISC */
#include "common/again.h"
#include "common/apart.h"
#include "common/journal.h"
#include "common/sandbox.h"
#include "reach.h"
#include "relay_tool.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The router's forwarding, as `setup` had it made, kept for as long as the relay runs: leases end,
 * and routers forget when they are started anew. A process beside the relay, so that the relay
 * needs no network but its port, and what a router says is read by neither of them: each question
 * has a process of its own, confined, which may as well die of the answer. */

/* Until a router has said for how long it grants; and at most, for one that was started anew. */
#define FIRST_S   60
#define LONGEST_S 1200

struct question {
    struct reach *reach;
    uint16_t port;
    bool forward;
};

static bool ask(void *ctx, json_t **reply, struct tool_fail *fail)
{
    const struct question *q = (const struct question *)ctx;
    const struct reach_router *r = &q->reach->router;

    if (!service_step_down(fail) || !sandbox_files(NULL, 0, fail))
        return false;
    reach_ask_router(q->reach, q->port, q->forward);
    *reply =
        json_pack("{s:s*, s:s, s:b, s:i, s:I, s:b}", "protocol", r->protocol, "external",
                  r->external, "forwarded", (int)r->is_forwarded, "port", (int)r->external_port,
                  "lease_s", (json_int_t)r->lease_s, "refused", (int)r->was_refused);
    return *reply != NULL;
}

bool renew_ask(struct reach *reach, uint16_t port, bool forward, struct tool_fail *fail)
{
    struct question q = {.reach = reach, .port = port, .forward = forward};
    struct reach_router *r = &reach->router;
    const char *protocol;
    json_t *said = NULL;

    if (!apart_run(ask, &q, &said, fail))
        return false;
    protocol = reply_string(said, "protocol");
    if (protocol != NULL)
        r->protocol = protocol[0] == 'U' ? "UPnP" : "NAT-PMP";
    (void)snprintf(r->external, sizeof r->external, "%s", reply_string(said, "external"));
    r->is_forwarded = reply_flag(said, "forwarded");
    r->external_port = (uint16_t)reply_number(said, "port");
    r->lease_s = (uint32_t)reply_number(said, "lease_s");
    r->was_refused = reply_flag(said, "refused");
    json_decref(said);
    return true;
}

/* Half of the lease, as RFC 6886 §3.3 has it. */
static uint32_t half_s(uint32_t lease_s)
{
    if (lease_s == 0 || lease_s / 2 > LONGEST_S)
        return LONGEST_S;
    return lease_s / 2 == 0 ? 1 : lease_s / 2;
}

/* Whose address was handed out as a number finds it changed by nobody but us. */
static void compare(const struct reach_router *router, char *handed_out, size_t cap)
{
    char now[REACH_ADDRESS_MAX + 8], says[600];

    (void)snprintf(now, sizeof now, "%s:%u", router->external, router->external_port);
    if (handed_out[0] == '\0' || handed_out[strspn(handed_out, "0123456789.:")] != '\0' ||
        strncmp(now, handed_out, strlen(handed_out)) == 0)
        return;
    (void)snprintf(says, sizeof says,
                   "The router is %s to the outside now, and no longer %s: run '%s setup --public "
                   "%s', and hand the new address line out.",
                   now, handed_out, again(), now);
    journal_event(JOURNAL_WARNING, "address-changed", says, NULL, 0);
    (void)snprintf(handed_out, cap, "%s", now);
}

static void tell(bool forwards, uint16_t port)
{
    char says[80];

    (void)snprintf(says, sizeof says, "The router %s port %u to here%s.",
                   forwards ? "forwards" : "does not forward", port,
                   forwards ? " again" : ": it is asked again");
    journal_event(forwards ? JOURNAL_NOTICE : JOURNAL_WARNING,
                  forwards ? "forwarded" : "not-forwarded", says, NULL, 0);
}

/* Until the other end of a pipe is closed, by the end of the relay: a signal at its death would not
 * reach a process outside of what the relay confines itself to. */
static void renew(const struct relay_settings *settings, uint16_t port, int relay_fd)
{
    struct pollfd relay = {.fd = relay_fd, .events = POLLIN};
    char handed_out[AW_ADDRESS_LEN_MAX + 1];
    uint32_t rest_s = FIRST_S;
    struct tool_fail fail;
    struct reach reach;
    bool failed = false;

    memcpy(handed_out, settings->public_host, sizeof handed_out);
    do {
        bool ok;

        reach_look(&reach);
        ok = renew_ask(&reach, port, true, &fail) && reach.router.is_forwarded;
        if (ok) {
            rest_s = half_s(reach.router.lease_s);
            compare(&reach.router, handed_out, sizeof handed_out);
        }
        if (ok == failed)
            tell(ok, port);
        failed = !ok;
    } while (poll(&relay, 1, (int)rest_s * 1000) == 0);
}

bool renew_start(const struct relay_settings *settings, uint16_t port, struct tool_fail *fail)
{
    pid_t child = -1;
    int ends[2]; /* the relay keeps the second until it ends */

    (void)fflush(NULL);
    if (pipe2(ends, O_CLOEXEC) == 0)
        child = fork();
    if (child < 0)
        return fail_set(fail, TOOL_ENVIRONMENT, "no second process: end other processes");
    if (child > 0)
        return close(ends[0]) == 0;
    (void)close(ends[1]);
    (void)close(STDIN_FILENO);
    (void)close(STDOUT_FILENO); /* whoever reads the relay's output waits for its end */
    renew(settings, port, ends[0]);
    _exit(0);
}
