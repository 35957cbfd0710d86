/* SPDX-License-Identifier: ISC */
#include "common/apart.h"
#include "reach.h"
#include "relay_tool.h"

#include <allswell/dial.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

/* What becomes of the address that is handed out when somebody uses it: where its name leads, and
 * who answers there. Names and answers are what strangers say, and are read by a process apart. */

#define CONNECT_MS 3000

struct asking {
    const struct reach *reach;
    const char *line;
    bool is_running;
};

static bool is_here(const struct reach *reach, const char *address)
{
    return strcmp(address, reach->v4) == 0 || strcmp(address, reach->v6) == 0 ||
           strcmp(address, reach->router.external) == 0 || reach_kind(address) == REACH_LOOPBACK;
}

/* The first address, or the first that is ours; false when there is none. */
static bool look_up(const struct reach *reach, const char *host, char leads[REACH_ADDRESS_MAX])
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;

    leads[0] = '\0';
    if (getaddrinfo(host, NULL, &hints, &list) != 0)
        return false;
    for (const struct addrinfo *i = list; i != NULL; i = i->ai_next) {
        char text[REACH_ADDRESS_MAX];

        if (getnameinfo(i->ai_addr, i->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) ==
                0 &&
            (leads[0] == '\0' || (!is_here(reach, leads) && is_here(reach, text))))
            memcpy(leads, text, sizeof text);
    }
    freeaddrinfo(list);
    return leads[0] != '\0';
}

static bool ask(void *ctx, json_t **reply, struct tool_fail *fail)
{
    const struct asking *asking = (const struct asking *)ctx;
    char host[AW_ADDRESS_LEN_MAX + 1], leads[REACH_ADDRESS_MAX];
    enum reach_answer answer = REACH_UNTRIED;
    struct aw_endpoint endpoint;
    struct tool_fail why;

    if (!service_step_down(fail) || !address_parse(&endpoint, asking->line, fail))
        return false;
    (void)check_split(host, endpoint.address);
    if (look_up(asking->reach, host, leads) && asking->is_running)
        answer = check_relay(&endpoint, CONNECT_MS, &why) ? REACH_RELAY
                 : why.code == TOOL_REFUSED               ? REACH_OTHER
                                                          : REACH_NOBODY;
    *reply = json_pack("{s:s, s:i}", "leads", leads, "answer", (int)answer);
    return *reply != NULL;
}

bool named_ask(struct reach_named *named, const struct reach *reach, const char *line,
               bool is_running)
{
    struct asking asking = {.reach = reach, .line = line, .is_running = is_running};
    struct aw_endpoint endpoint;
    struct tool_fail fail;
    json_t *said = NULL;

    memset(named, 0, sizeof *named);
    if (!address_parse(&endpoint, line, &fail))
        return false;
    (void)check_split(named->host, endpoint.address);
    named->is_name = reach_kind(named->host) == REACH_INVALID;
    if (aw_host_is_onion(named->host) || reach_kind(named->host) == REACH_LOOPBACK ||
        !apart_run(ask, &asking, &said, &fail))
        return false;
    (void)snprintf(named->leads, sizeof named->leads, "%s", reply_string(said, "leads"));
    named->leads_here = named->leads[0] != '\0' && is_here(reach, named->leads);
    named->answer = (enum reach_answer)reply_number(said, "answer");
    json_decref(said);
    return true;
}
