/* SPDX-License-Identifier: ISC */
#include "relay/reach.h"
#include "test.h"

#include <string.h>

/* What addresses and routers say about the way from outside. */

const char *const tool_name = "test";

/* Goal: no address that others cannot reach counts as public, and the edges of the blocks are
 * where RFC 6890 puts them.
 * Method: the first and last address of blocks, and their neighbours. */
static void test_kind(void)
{
    static const struct {
        const char *address;
        enum reach_kind kind;
    } rows[] = {
        {"127.0.0.1", REACH_LOOPBACK},
        {"127.255.255.255", REACH_LOOPBACK},
        {"126.255.255.255", REACH_PUBLIC},
        {"128.0.0.0", REACH_PUBLIC},
        {"0.0.0.0", REACH_LINK},
        {"9.255.255.255", REACH_PUBLIC},
        {"10.0.0.0", REACH_PRIVATE},
        {"10.255.255.255", REACH_PRIVATE},
        {"11.0.0.0", REACH_PUBLIC},
        {"100.63.255.255", REACH_PUBLIC},
        {"100.64.0.0", REACH_SHARED},
        {"100.127.255.255", REACH_SHARED},
        {"100.128.0.0", REACH_PUBLIC},
        {"169.254.0.1", REACH_LINK},
        {"172.15.255.255", REACH_PUBLIC},
        {"172.16.0.0", REACH_PRIVATE},
        {"172.31.255.255", REACH_PRIVATE},
        {"172.32.0.0", REACH_PUBLIC},
        {"192.0.2.1", REACH_LINK},
        {"192.167.255.255", REACH_PUBLIC},
        {"192.168.0.0", REACH_PRIVATE},
        {"192.168.255.255", REACH_PRIVATE},
        {"192.169.0.0", REACH_PUBLIC},
        {"203.0.113.9", REACH_LINK},
        {"223.255.255.255", REACH_PUBLIC},
        {"224.0.0.1", REACH_LINK},
        {"255.255.255.255", REACH_LINK},
        {"::1", REACH_LOOPBACK},
        {"::", REACH_LINK},
        {"fe80::1", REACH_LINK},
        {"fc00::1", REACH_PRIVATE},
        {"fdff::1", REACH_PRIVATE},
        {"ff02::1", REACH_LINK},
        {"2001:db8::1", REACH_LINK},
        {"2001:db7:ffff::1", REACH_PUBLIC},
        {"2000::1", REACH_PUBLIC},
        {"3fff:ffff::1", REACH_PUBLIC},
        {"4000::1", REACH_LINK},
        {"::ffff:10.0.0.1", REACH_PRIVATE},
        {"::ffff:8.8.8.8", REACH_PUBLIC},
        {"", REACH_INVALID},
        {"8.8.8", REACH_INVALID},
        {"8.8.8.8.8", REACH_INVALID},
        {"relay.example", REACH_INVALID},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        T_EQ(reach_kind(rows[i].address), rows[i].kind);
}

#define ROUTER(address, forwarded)                                                                 \
    {                                                                                              \
        .protocol = "UPnP", .external = address, .is_forwarded = forwarded, .external_port = 7441  \
    }

static const struct {
    struct reach known;
    const char *host;
    enum reach_verdict verdict;
    const char *suggested;
    unsigned port;
    const char *says;
} situations[] = {
    {{.v4 = "192.168.1.2"}, "127.0.0.1", REACH_ONLY_HERE, "127.0.0.1", 7440, "this machine only"},
    {{.v4 = "192.168.1.2"}, "::1", REACH_ONLY_HERE, "[::1]", 7440, "this machine only"},
    {{.v4 = "8.8.4.4"}, "0.0.0.0", REACH_DIRECT, "8.8.4.4", 7440, "must let TCP port 7440 in"},
    {{.v4 = "10.0.0.2"}, "8.8.4.4", REACH_DIRECT, "8.8.4.4", 7440, "must let TCP port 7440 in"},
    {{.v4 = "10.0.0.2", .router = ROUTER("8.8.8.8", true)},
     "0.0.0.0",
     REACH_FORWARDED,
     "8.8.8.8",
     7441,
     "forwards port 7441 to here"},
    {{.v4 = "10.0.0.2", .router = ROUTER("8.8.8.8", false)},
     "0.0.0.0",
     REACH_TO_FORWARD,
     "10.0.0.2",
     7440,
     "forward TCP port 7440 to 10.0.0.2"},
    {{.v4 = "10.0.0.2", .router = ROUTER("100.64.0.9", true)},
     "0.0.0.0",
     REACH_PROVIDER,
     "10.0.0.2",
     7440,
     "No forwarding here helps"},
    {{.v4 = "10.0.0.2", .router = ROUTER("192.168.0.9", false)},
     "0.0.0.0",
     REACH_PROVIDER,
     "10.0.0.2",
     7440,
     "Ask the provider"},
    {{.v4 = "10.0.0.2", .router = ROUTER("", false)},
     "0.0.0.0",
     REACH_UNKNOWN,
     "10.0.0.2",
     7440,
     "Not known"},
    {{.v4 = "10.0.0.2"}, "0.0.0.0", REACH_UNKNOWN, "10.0.0.2", 7440, "Not known"},
    {{.v4 = ""}, "0.0.0.0", REACH_UNKNOWN, "127.0.0.1", 7440, "to this machine in its pages"},
    {{.v4 = "10.0.0.2", .v6 = "2a01::2"},
     "::",
     REACH_UNKNOWN,
     "[2a01::2]",
     7440,
     "the public address 2a01::2"},
    {{.v4 = "10.0.0.2", .v6 = "2a01::2"}, "0.0.0.0", REACH_UNKNOWN, "10.0.0.2", 7440, "Not known"},
    {{.v4 = "8.8.4.4", .v6 = "2a01::2"},
     "2a01::2",
     REACH_UNKNOWN,
     "[2a01::2]",
     7440,
     "the public address 2a01::2"},
};

/* Goal: each situation has its verdict, the address that is handed out is the best that is known,
 * and the words name what to do and never claim more than is known.
 * Method: rows of what is known; phrases that must be in the text. */
static void test_judge(void)
{
    for (size_t i = 0; i < sizeof situations / sizeof situations[0]; i++) {
        char suggested[REACH_ADDRESS_MAX + 2], said[4096] = "";
        uint16_t port = 7440;
        FILE *to = fmemopen(said, sizeof said - 1, "w");

        T_TRUE(to != NULL);
        T_EQ(reach_judge(&situations[i].known, situations[i].host), situations[i].verdict);
        reach_suggest(&situations[i].known, situations[i].host, suggested, &port);
        T_TRUE(strcmp(suggested, situations[i].suggested) == 0);
        T_EQ(port, situations[i].port);
        reach_print(to, &situations[i].known, situations[i].host, 7440, NULL, "THE-LINE");
        (void)fclose(to);
        T_TRUE(strstr(said, situations[i].says) != NULL);
        T_TRUE(strstr(said, "None of this is proof") != NULL);
        T_TRUE(strstr(said, "allswell-relay check THE-LINE") != NULL);
        T_TRUE((strstr(said, "HiddenServicePort") == NULL) ==
               (situations[i].verdict == REACH_DIRECT || situations[i].verdict == REACH_FORWARDED));
    }
}

/* Goal: what a name leads to and who answers is said as it is, with what to do about it, and never
 * as a proof.
 * Method: rows of what was found; phrases that must and must not be in the text. */
static void test_named(void)
{
    static const struct {
        struct reach known;
        struct reach_named named;
        const char *says, *says_not;
    } rows[] = {
        {{.v4 = "10.0.0.2", .router = ROUTER("8.8.8.8", true)},
         {.host = "r.example", .is_name = true},
         "is not known here. Have it lead to 8.8.8.8,",
         "Dialled"},
        {{.v4 = "10.0.0.2"},
         {.host = "r.example", .is_name = true},
         "Have it lead to the router's address",
         "Dialled"},
        {{.v4 = "10.0.0.2", .v6 = "2a01::2"},
         {.host = "r.example", .is_name = true},
         "Have it lead to 2a01::2,",
         "Dialled"},
        {{.v4 = "8.8.4.4"},
         {.host = "r.example", .is_name = true, .leads = "9.9.9.9"},
         "leads to 9.9.9.9, and not to 8.8.4.4: correct",
         "leads here"},
        {{.v4 = "10.0.0.2", .router = ROUTER("100.64.0.9", true)},
         {.host = "r.example", .is_name = true, .leads = "9.9.9.9"},
         "leads to 9.9.9.9: is that the router's",
         "100.64.0.9: correct"},
        {{.v4 = "8.8.4.4"},
         {.host = "r.example", .is_name = true, .leads = "8.8.4.4", .leads_here = true},
         "leads here: to 8.8.4.4",
         "correct"},
        {{.v4 = "8.8.4.4"},
         {.host = "8.8.4.4", .leads = "8.8.4.4", .leads_here = true, .answer = REACH_RELAY},
         "has proved its key",
         "The name"},
        {{.v4 = "8.8.4.4"},
         {.host = "8.8.4.4", .leads = "8.8.4.4", .leads_here = true, .answer = REACH_NOBODY},
         "this says little",
         "has proved"},
        {{.v4 = "8.8.4.4"},
         {.host = "8.8.4.4", .leads = "8.8.4.4", .leads_here = true, .answer = REACH_OTHER},
         "is not this relay: is the port forwarded",
         "has proved"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char said[4096] = "";
        FILE *to = fmemopen(said, sizeof said - 1, "w");

        T_TRUE(to != NULL);
        reach_print(to, &rows[i].known, "0.0.0.0", 7440, &rows[i].named, "THE-LINE");
        (void)fclose(to);
        for (char *end = said; (end = strchr(end, '\n')) != NULL;)
            *end = ' ';
        T_TRUE(strstr(said, rows[i].says) != NULL);
        T_TRUE(strstr(said, rows[i].says_not) == NULL);
        T_TRUE(strstr(said, "None of this is proof") != NULL);
    }
    T_TRUE(reach_answer_name(REACH_UNTRIED) == NULL);
    T_STR_EQ(reach_answer_name(REACH_OTHER), "other");
}

int main(void)
{
    T_RUN(test_named);
    T_RUN(test_kind);
    T_RUN(test_judge);
    return t_end();
}
