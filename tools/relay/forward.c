/* SPDX-License-Identifier: ISC */
#include "reach.h"

#include <miniupnpc/miniupnpc.h>
#include <miniupnpc/upnpcommands.h>
#include <miniupnpc/upnperrors.h>
#include <stdlib.h>
#include <string.h>

/* Port forwarding by UPnP, and the choice between it and NAT-PMP. */

#define DISCOVER_MS 1000 /* for each of four kinds of router, until one answers */

/* The next two outside are tried when somebody else has the first. */
#define OUTSIDE_TRIES 3

struct igd {
    struct UPNPUrls urls;
    struct IGDdatas data;
    char lan[REACH_ADDRESS_MAX]; /* this machine, as the router sees it */
};

/* The library grew two parameters in 18. */
#if MINIUPNPC_API_VERSION >= 18
static int valid_igd(struct UPNPDev *list, struct igd *igd)
{
    char wan[REACH_ADDRESS_MAX];

    return UPNP_GetValidIGD(list, &igd->urls, &igd->data, igd->lan, sizeof igd->lan, wan,
                            sizeof wan);
}
#else
static int valid_igd(struct UPNPDev *list, struct igd *igd)
{
    return UPNP_GetValidIGD(list, &igd->urls, &igd->data, igd->lan, sizeof igd->lan);
}
#endif

/* Whether the router forwards this port to us; 0 when nobody has it, -1 when somebody else does. */
static int who_has(const struct igd *igd, uint16_t outside, uint16_t port, uint32_t *lease_s)
{
    char text[6], client[16] = "", inside[6] = "", about[80] = "", enabled[4] = "", lease[16] = "";

    (void)snprintf(text, sizeof text, "%u", outside);
    if (UPNP_GetSpecificPortMappingEntry(igd->urls.controlURL, igd->data.first.servicetype, text,
                                         "TCP", NULL, client, inside, about, enabled, lease) != 0)
        return 0;
    *lease_s = (uint32_t)strtoul(lease, NULL, 10);
    return strcmp(client, igd->lan) == 0 && strtoul(inside, NULL, 10) == port ? 1 : -1;
}

/* Who looks at the router's pages may be the one whom it is hidden from: the entry says nothing
 * about what it is for. */
static bool add(const struct igd *igd, uint16_t outside, uint16_t port)
{
    char out[6], in[6], about[16];

    (void)snprintf(out, sizeof out, "%u", outside);
    (void)snprintf(in, sizeof in, "%u", port);
    (void)snprintf(about, sizeof about, "TCP %u", port);
    return UPNP_AddPortMapping(igd->urls.controlURL, igd->data.first.servicetype, out, in, igd->lan,
                               about, "TCP", NULL, "0") == 0;
}

static void map(const struct igd *igd, struct reach_router *router, uint16_t port, bool forward)
{
    for (unsigned i = 0; i < OUTSIDE_TRIES && port + i <= 65535; i++) {
        uint16_t outside = (uint16_t)(port + i);
        int who = who_has(igd, outside, port, &router->lease_s);

        /* Added again, an entry that ends is kept for longer. */
        if ((who == 0 || (who == 1 && router->lease_s != 0)) && forward && add(igd, outside, port))
            who = who_has(igd, outside, port, &router->lease_s) > 0 ? 1 : 0;
        if (who == 1) {
            router->is_forwarded = true;
            router->external_port = outside;
            return;
        }
    }
    router->lease_s = 0;
    router->was_refused = forward;
}

bool forward_upnp(struct reach_router *router, uint16_t port, bool forward)
{
    int error = 0, found = 0;
    struct UPNPDev *list = upnpDiscover(DISCOVER_MS, NULL, NULL, 0, 0, 2, &error);
    struct igd igd;
    char external[40] = "";

    memset(&igd, 0, sizeof igd);
    if (list != NULL)
        found = valid_igd(list, &igd);
    if (found == 1 || found == 2) {
        router->protocol = "UPnP";
        if (UPNP_GetExternalIPAddress(igd.urls.controlURL, igd.data.first.servicetype, external) ==
                0 &&
            reach_kind(external) != REACH_INVALID)
            (void)snprintf(router->external, sizeof router->external, "%s", external);
        map(&igd, router, port, forward);
    }
    if (found != 0)
        FreeUPNPUrls(&igd.urls);
    freeUPNPDevlist(list);
    return router->protocol != NULL;
}

void reach_ask_router(struct reach *reach, uint16_t port, bool forward)
{
    if (reach->v4[0] == '\0' || reach_kind(reach->v4) == REACH_PUBLIC)
        return; /* there is no translation to be asked for */
    if (!forward_upnp(&reach->router, port, forward))
        (void)forward_natpmp(&reach->router, port, forward);
}
