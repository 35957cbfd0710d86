/* SPDX-License-Identifier: ISC */
#include "net/agent.h"

#include "base/bytes.h"
#include "store/alloc.h"

#include <stdlib.h>
#include <string.h>

/* The relays of an agent, and what is known of each whatever links lead to it. */

bool aw_agent_split_address(const char *address, char host[AW_DIAL_HOST_MAX + 1], uint16_t *port)
{
    const char *colon = strrchr(address, ':');
    const char *from = address;
    size_t len;
    unsigned long number;
    char *end;

    if (colon == NULL || colon[1] < '0' || colon[1] > '9')
        return false;
    number = strtoul(colon + 1, &end, 10);
    len = (size_t)(colon - address);
    if (len >= 2 && address[0] == '[' && colon[-1] == ']') {
        from++;
        len -= 2;
    }
    if (*end != '\0' || number == 0 || number > UINT16_MAX || len == 0 || len > AW_DIAL_HOST_MAX)
        return false;
    memcpy(host, from, len);
    host[len] = '\0';
    *port = (uint16_t)number;
    return true;
}

static void relay_free(struct agent_relay *relay)
{
    aw_wipe(relay, sizeof *relay);
    aw_free(relay);
}

/* Whoever names one relay after another must not keep this home from those that matter: one without
 * a token, over whose links nothing is read or on its way, makes room. */
static bool make_room(struct aw_agent *a)
{
    for (size_t i = 0; i < a->relay_count; i++) {
        if (!a->relays[i]->has_token && aw_agent_links_drop(a->relays[i])) {
            relay_free(a->relays[i]);
            a->relays[i] = a->relays[--a->relay_count];
            return true;
        }
    }
    return false;
}

struct agent_relay *aw_agent_relay_get(struct aw_agent *a, const struct aw_endpoint *endpoint)
{
    char host[AW_DIAL_HOST_MAX + 1];
    struct agent_relay *relay;
    uint16_t port;

    for (size_t i = 0; i < a->relay_count; i++) {
        relay = a->relays[i];
        if (memcmp(relay->endpoint.relay_key, endpoint->relay_key, AW_RELAY_KEY_LEN) == 0 &&
            strcmp(relay->endpoint.address, endpoint->address) == 0)
            return relay;
    }
    if (!aw_agent_split_address(endpoint->address, host, &port) ||
        (a->relay_count == AW_AGENT_RELAY_MAX && !make_room(a)))
        return NULL;
    relay = aw_alloc(sizeof *relay);
    if (relay == NULL)
        return NULL;
    relay->agent = a;
    relay->endpoint = *endpoint;
    a->relays[a->relay_count++] = relay;
    return relay;
}

/* Without a proxy one link serves all: it is made before it is needed, and shows whether the relay
 * is there. */
static bool go_ahead(struct agent_relay *relay)
{
    return relay->agent->proxy.host[0] != '\0' ||
           aw_agent_link_get(relay, AW_AGENT_SUBJECT, 0) != NULL;
}

enum aw_status aw_agent_relay_add(struct aw_agent *agent, const struct aw_endpoint *relay,
                                  const uint8_t token[AW_RELAY_KEY_LEN])
{
    char host[AW_DIAL_HOST_MAX + 1];
    struct agent_relay *r;
    uint16_t port;

    if (!aw_agent_split_address(relay->address, host, &port))
        return AW_E_FORMAT;
    r = aw_agent_relay_get(agent, relay);
    if (r == NULL)
        return AW_E_LIMIT;
    memcpy(r->token, token, AW_RELAY_KEY_LEN);
    r->has_token = true;
    return go_ahead(r) ? AW_OK : AW_E_LIMIT;
}

static void end_links(struct aw_agent *a)
{
    while (a->link_count > 0)
        aw_agent_link_end(a, a->link_count - 1);
}

static void begin_anew(struct aw_agent *a)
{
    for (size_t i = 0; i < a->relay_count; i++) {
        if (a->relays[i]->has_token)
            (void)go_ahead(a->relays[i]); /* without memory: when it is needed */
    }
    a->needs_sync = a->needs_pump = true;
}

enum aw_status aw_agent_proxy(struct aw_agent *agent, const struct aw_proxy *proxy)
{
    if (!aw_proxy_check(proxy))
        return AW_E_FORMAT;
    end_links(agent);
    agent->proxy = *proxy;
    begin_anew(agent);
    return AW_OK;
}

static size_t find_moved(const struct aw_agent *a, const struct aw_endpoint *endpoint)
{
    size_t i = 0;

    while (i < a->moved_count &&
           memcmp(a->moved[i].relay_key, endpoint->relay_key, AW_RELAY_KEY_LEN) != 0)
        i++;
    return i;
}

const char *aw_agent_address(const struct aw_agent *a, const struct aw_endpoint *endpoint)
{
    size_t i = find_moved(a, endpoint);

    return i < a->moved_count ? a->moved[i].address : endpoint->address;
}

enum aw_status aw_agent_relay_moved(struct aw_agent *agent, const struct aw_endpoint *now)
{
    char host[AW_DIAL_HOST_MAX + 1];
    size_t i = find_moved(agent, now);
    uint16_t port;

    if (!aw_agent_split_address(now->address, host, &port))
        return AW_E_FORMAT;
    if (i == AW_AGENT_RELAY_MAX)
        return AW_E_LIMIT;
    end_links(agent);
    agent->moved[i] = *now;
    if (i == agent->moved_count)
        agent->moved_count++;
    begin_anew(agent);
    return AW_OK;
}

/* The worst of them speaks for the relay: it is up when each channel is. */
static void add_link(struct aw_agent_relay *out, const struct agent_link *l)
{
    struct aw_client_health health;

    aw_client_health(&l->client, &health);
    for (uint32_t i = 0; i < l->mailbox_cap; i++)
        out->mailbox_count += l->mailboxes[i].state == AGENT_MAILBOX_READ;
    out->send_count += l->send_count;
    if (aw_dial_is_up(l->dial)) {
        out->up_count++;
    } else {
        out->is_up = false;
        if (out->why == AW_DIAL_OK)
            out->why = aw_dial_why(l->dial);
    }
    if (out->link_count++ > 0) {
        health.outstanding += out->health.outstanding;
        health.is_connected = health.is_connected && out->health.is_connected;
        if (health.answered.mono_ms > out->health.answered.mono_ms) {
            health.answered = out->health.answered;
            health.asked = out->health.asked;
            health.as_of = out->health.as_of;
        }
    }
    out->health = health;
}

enum aw_status aw_agent_relay_at(const struct aw_agent *agent, size_t idx,
                                 struct aw_agent_relay *out)
{
    const struct agent_relay *r;

    if (idx >= agent->relay_count)
        return AW_E_NOT_FOUND;
    r = agent->relays[idx];
    *out = (struct aw_agent_relay){.relay = r->endpoint,
                                   .answer = r->answer,
                                   .is_up = r->link_count > 0,
                                   .has_token = r->has_token};
    for (size_t i = 0; i < agent->link_count; i++) {
        if (agent->links[i]->relay == r)
            add_link(out, agent->links[i]);
    }
    return AW_OK;
}

void aw_agent_relays_free(struct aw_agent *a)
{
    end_links(a);
    while (a->relay_count > 0)
        relay_free(a->relays[--a->relay_count]);
}
