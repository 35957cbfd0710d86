/* SPDX-License-Identifier: ISC */
#include "allswell/host_net.h"

#include "allswell/event.h"
#include "allswell/notify/notify.h"

#include <allswell/agent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The network under a home: the agent, events on their way to people, and waiting for it all. */

#define STEP_MS 25 /* true time between two looks at whether to go on waiting */

struct host_net {
    struct host *host;
    struct aw_loop *loop;
    struct aw_agent *agent;
    struct notify *notify;

    /* host_net_run() */
    struct aw_loop_timer *timer;
    bool (*until)(const struct host *host, void *ctx);
    void *until_ctx;
    unsigned steps_left;
};

static struct host_who who_of(struct host *host, uint32_t slot, const struct aw_event *event)
{
    struct host_who who = {.side = HOST_NOBODY, .person = 0, .watch = NULL};

    if (slot == AW_AGENT_SUBJECT) {
        who.side = event->person == 0 ? HOST_NOBODY : HOST_MINE;
        who.person = event->person;
        return who;
    }
    for (size_t i = 0; i < HOST_WATCH_MAX; i++) {
        if (host->watches[i].slot == slot) {
            who.side = HOST_WATCHED;
            who.watch = &host->watches[i];
        }
    }
    return who;
}

static void on_event(void *ctx, uint32_t slot, const struct aw_event *event)
{
    struct host_net *net = (struct host_net *)ctx;
    struct host_who who = who_of(net->host, slot, event);
    json_t *entry;

    if (!event_is_news(event->kind))
        return;
    entry = event_json(event);
    if (who.side == HOST_WATCHED && event->person != 0)
        (void)json_object_set_new(entry, "contact", json_integer(event->person));
    host_log(net->host, &who, entry);
    if (event->kind == AW_EVENT_FORK || event->kind == AW_EVENT_RESUMED)
        host_sign_note(net->host, event->kind == AW_EVENT_FORK ? HOST_SIGN_COPY : HOST_SIGN_ANEW,
                       &who, event->person);
    if (!net->host->is_agent)
        return;
    notify_event(net->notify, &who, event);
    if (event->urgency != AW_URGENCY_QUIET) {
        char name[AW_NAME_LEN_MAX + 1];

        host_name(name, net->host, &who);
        (void)printf("%s: %s%s%s\n", event_urgency(event->urgency), name,
                     name[0] != '\0' ? ": " : "", EVENT_NEUTRAL_TEXT);
        (void)fflush(stdout);
    }
}

/* Channels from before a relay has moved know it by its old address, those since by the new one;
 * the token is good for both. */
static enum aw_status add_relay(struct host *host, const struct host_relay *relay)
{
    const struct aw_endpoint now = host_endpoint_now(host, &relay->endpoint);
    enum aw_status status = aw_agent_relay_add(host->net->agent, &relay->endpoint, relay->token);

    if (status == AW_OK && strcmp(now.address, relay->endpoint.address) != 0)
        status = aw_agent_relay_add(host->net->agent, &now, relay->token);
    return status;
}

static bool add_engines(struct host *host, struct tool_fail *fail)
{
    struct host_net *net = host->net;
    /* First of all, so that nothing goes past it. */
    enum aw_status status = aw_agent_proxy(net->agent, &host->settings.proxy);

    for (size_t i = 0; status == AW_OK && i < HOST_MOVED_MAX; i++) {
        if (host->moved[i].address[0] != '\0')
            status = aw_agent_relay_moved(net->agent, &host->moved[i]);
    }
    for (size_t i = 0; status == AW_OK && i < HOST_RELAY_MAX; i++) {
        if (host->relays[i].number != 0)
            status = add_relay(host, &host->relays[i]);
    }
    if (status == AW_OK)
        status = aw_agent_subject_add(net->agent, host->subject);
    for (size_t i = 0; status == AW_OK && i < HOST_WATCH_MAX; i++) {
        if (host->watches[i].slot != 0)
            status =
                aw_agent_contact_add(net->agent, host->watches[i].contact, host->watches[i].slot);
    }
    return status == AW_OK || fail_status(fail, status, "the network cannot be started");
}

bool host_net_open(struct host *host, struct tool_fail *fail)
{
    struct aw_agent_config config = {.store = host->store, .on_event = on_event, .ctx = NULL};
    struct host_net *net = calloc(1, sizeof *net);

    if (net == NULL)
        return fail_status(fail, AW_E_STORE, "no memory");
    net->host = host;
    host->net = net;
    config.ctx = net;
    if (aw_loop_open(&net->loop, &host->clock) != AW_OK ||
        aw_agent_open(&net->agent, net->loop, &config) != AW_OK)
        return fail_set(fail, TOOL_ENVIRONMENT,
                        "the system has no room for the network: end other programs");
    return notify_open(&net->notify, host, net->loop, fail) && add_engines(host, fail);
}

void host_net_close(struct host *host)
{
    struct host_net *net = host->net;

    if (net->agent != NULL)
        aw_agent_flush(net->agent);
    notify_stop(net->notify);
    if (net->timer != NULL)
        aw_loop_timer_free(net->timer);
    if (net->agent != NULL)
        aw_agent_close(net->agent);
    if (net->loop != NULL)
        aw_loop_close(net->loop);
    notify_free(net->notify);
    free(net);
    host->net = NULL;
}

void host_net_kick(struct host *host)
{
    if (host->net == NULL)
        return;
    aw_agent_wake(host->net->agent);
    aw_agent_flush(host->net->agent); /* durable before the answer is visible */
    notify_look(host->net->notify);   /* a claim ends the ringing here */
}

bool host_net_watch(struct host *host, struct host_watch *watch, struct tool_fail *fail)
{
    enum aw_status status;

    if (host->net == NULL)
        return true;
    status = aw_agent_contact_add(host->net->agent, watch->contact, watch->slot);
    return status == AW_OK || fail_status(fail, status, "this person cannot be watched");
}

bool host_net_relay(struct host *host, const struct host_relay *relay, struct tool_fail *fail)
{
    enum aw_status status;

    if (host->net == NULL)
        return true;
    status = add_relay(host, relay);
    return status == AW_OK || fail_status(fail, status, "this relay cannot be used");
}

bool host_net_moved(struct host *host, const struct aw_endpoint *now, struct tool_fail *fail)
{
    enum aw_status status;

    if (host->net == NULL)
        return true;
    status = aw_agent_relay_moved(host->net->agent, now);
    for (size_t i = 0; status == AW_OK && i < HOST_RELAY_MAX; i++) {
        if (host->relays[i].number != 0 &&
            memcmp(host->relays[i].endpoint.relay_key, now->relay_key, AW_RELAY_KEY_LEN) == 0)
            status = add_relay(host, &host->relays[i]);
    }
    return status == AW_OK || fail_status(fail, status, "this relay cannot be used");
}

bool host_net_proxy(struct host *host, struct tool_fail *fail)
{
    enum aw_status status;

    if (host->net == NULL)
        return true;
    status = aw_agent_proxy(host->net->agent, &host->settings.proxy);
    return status == AW_OK || fail_status(fail, status, "this proxy cannot be used");
}

struct aw_loop *host_net_loop(struct host *host)
{
    return host->net->loop;
}

uint64_t host_net_deadline_ms(const struct host *host)
{
    return aw_agent_deadline_ms(host->net->agent);
}

bool host_net_relay_no(const struct host *host, size_t idx, struct aw_agent_relay *out)
{
    return host->net != NULL && aw_agent_relay_at(host->net->agent, idx, out) == AW_OK;
}

bool host_net_relay_at(const struct host *host, const struct aw_endpoint *endpoint,
                       struct aw_agent_relay *out)
{
    for (size_t i = 0; host_net_relay_no(host, i, out); i++) {
        if (strcmp(out->relay.address, endpoint->address) == 0 &&
            memcmp(out->relay.relay_key, endpoint->relay_key, 32) == 0)
            return true;
    }
    return false;
}

static bool is_needed(const struct aw_agent_relay *relay)
{
    return relay->mailbox_count > 0 || relay->send_count > 0;
}

bool host_net_is_settled(const struct host *host)
{
    struct aw_agent_relay relay;

    if (host->net == NULL)
        return true;
    if (!aw_agent_is_idle(host->net->agent))
        return false;
    for (size_t i = 0; host_net_relay_no(host, i, &relay); i++) {
        if (is_needed(&relay) && (!relay.is_up || relay.health.outstanding > 0))
            return false;
    }
    return true;
}

bool host_net_is_hopeless(const struct host *host)
{
    struct aw_agent_relay relay;
    bool is_hopeless = false;

    for (size_t i = 0; host_net_relay_no(host, i, &relay); i++) {
        if (!is_needed(&relay))
            continue;
        if (relay.why != AW_DIAL_ONION && relay.why != AW_DIAL_PROXY_DOWN &&
            relay.why != AW_DIAL_PROXY_STRANGE && relay.why != AW_DIAL_PROXY_AUTH)
            return false;
        is_hopeless = true;
    }
    return is_hopeless;
}

/* The loop's clock may be compressed; patience is in true time. */
uint64_t host_net_after_ms(const struct host *host, uint64_t ms)
{
    uint64_t span = 1000000, true_ms = aw_clock_true_span_ms(&host->clock, span);

    return aw_loop_now(host->net->loop).mono_ms + ms * span / (true_ms == 0 ? 1 : true_ms);
}

static void on_step(void *ctx)
{
    struct host_net *net = (struct host_net *)ctx;

    if (net->steps_left == 0 || net->until(net->host, net->until_ctx)) {
        aw_loop_stop(net->loop);
        return;
    }
    net->steps_left--;
    aw_loop_timer_set(net->timer, host_net_after_ms(net->host, STEP_MS));
}

bool host_net_run(struct host *host, bool (*until)(const struct host *host, void *ctx), void *ctx,
                  unsigned ms)
{
    struct host_net *net = host->net;

    if (net->timer == NULL)
        net->timer = aw_loop_timer_new(net->loop, on_step, net);
    if (net->timer == NULL)
        return false;
    net->until = until;
    net->until_ctx = ctx;
    net->steps_left = ms / STEP_MS;
    aw_loop_timer_set(net->timer, host_net_after_ms(net->host, STEP_MS));
    aw_loop_run(net->loop);
    aw_loop_timer_set(net->timer, AW_TIME_NEVER);
    return until(host, ctx);
}

void host_net_notify_start(struct host *host, const char *command)
{
    notify_start(host->net->notify, command);
}

void host_net_answered(struct host *host, const struct host_who *who)
{
    char id[HOST_ID_MAX] = "";

    if (who != NULL)
        host_id(id, who);
    if (host->net != NULL)
        notify_answered(host->net->notify, id);
}

struct notify *host_net_notify(struct host *host)
{
    return host->net->notify;
}
