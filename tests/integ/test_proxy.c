/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "net/agent.h"
#include "store/alloc.h"
#include "support/folder.h"
#include "support/relay_rig.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* A proxy that says what it is told to: one answer for each thing that the client says, each sent a
 * byte at a time; after the last it hangs up. */
struct fake {
    int fd;
    uint16_t port;
    const char *answers[4]; /* of lens[] bytes */
    size_t lens[4], count;
    pthread_t thread;
};

static void *fake_talk(void *ctx)
{
    const struct fake *f = ctx;
    int fd = accept(f->fd, NULL, NULL);
    char heard[1024];

    for (size_t i = 0; fd >= 0 && i < f->count; i++) {
        if (recv(fd, heard, sizeof heard, 0) <= 0)
            break;
        for (size_t at = 0; at < f->lens[i]; at++) {
            if (send(fd, f->answers[i] + at, 1, MSG_NOSIGNAL) != 1)
                break;
        }
    }
    if (fd >= 0)
        (void)close(fd);
    return NULL;
}

static int listen_at(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    T_REQUIRE(fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
              listen(fd, 4) == 0 && getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static struct rig_client client;

/* What ends the first attempt; with `host` at port 9, through the proxy at `port` unless that is 0.
 */
static enum aw_dial_fault fault_of(struct aw_loop *loop, const char *host, uint16_t port)
{
    static const uint8_t key[AW_RELAY_KEY_LEN] = {9};
    struct aw_proxy proxy = {.host = "127.0.0.1", .port = port};
    enum aw_dial_fault why;

    if (port == 0)
        proxy.host[0] = '\0';
    rig_client_open_at(&client, loop, host, 9, key, &proxy);
    client.ends_with_link = true;
    T_EQ(aw_dial_why(client.dial), AW_DIAL_OK);
    T_TRUE(rig_run(loop, 5000));
    T_TRUE(!aw_dial_is_up(client.dial));
    why = aw_dial_why(client.dial);
    rig_client_close(&client);
    return why;
}

#define SAYS(bytes) bytes, sizeof(bytes) - 1
#define THROUGH     SAYS("\5\0\0\1\0\0\0\0\0\0")

/* Goal: whatever a proxy says, the link is not made, and what is told of it names the cause.
 * Method: proxies that hang up, refuse, or are none; and one that leads to no relay. */
static void test_faults(void)
{
    static const struct {
        const char *greeting;
        size_t greeting_len;
        const char *second; /* to the user name, or to the request */
        size_t second_len;
        const char *third;
        size_t third_len;
        enum aw_dial_fault why;
    } cases[] = {
        {NULL, 0, NULL, 0, NULL, 0, AW_DIAL_PROXY_ENDED},
        {SAYS("\5"), NULL, 0, NULL, 0, AW_DIAL_PROXY_ENDED},
        {SAYS("HTTP/1.0 400 Bad Request"), NULL, 0, NULL, 0, AW_DIAL_PROXY_STRANGE},
        {SAYS("\4\0"), NULL, 0, NULL, 0, AW_DIAL_PROXY_STRANGE},
        {SAYS("\5\1"), NULL, 0, NULL, 0, AW_DIAL_PROXY_STRANGE},
        {SAYS("\5\377"), NULL, 0, NULL, 0, AW_DIAL_PROXY_AUTH},
        {SAYS("\5\2"), SAYS("\1\1"), NULL, 0, AW_DIAL_PROXY_AUTH},
        {SAYS("\5\2"), SAYS("\5\0"), NULL, 0, AW_DIAL_PROXY_STRANGE},
        {SAYS("\5\2"), SAYS("\1\0"), SAYS("\5\5\0\1"), AW_DIAL_PROXY_REFUSED},
        {SAYS("\5\2"), SAYS("\1\0"), SAYS("\5\360\0\1"), AW_DIAL_PROXY_ONION},
        {SAYS("\5\0"), SAYS("\5\1"), NULL, 0, AW_DIAL_PROXY_FAILED},
        {SAYS("\5\0"), SAYS("\5\0\0\1\0\0"), NULL, 0, AW_DIAL_PROXY_ENDED},
        {SAYS("\5\0"), SAYS("\5\0\0\2\0\0"), NULL, 0, AW_DIAL_PROXY_STRANGE},
        {SAYS("\5\0"), THROUGH, NULL, 0, AW_DIAL_KEY},
        {SAYS("\5\2"), SAYS("\1\0"), THROUGH, AW_DIAL_KEY},
    };
    struct aw_loop *loop = rig_loop();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fake f = {.answers = {cases[i].greeting, cases[i].second, cases[i].third, ""},
                         .lens = {cases[i].greeting_len, cases[i].second_len, cases[i].third_len}};

        while (f.count < 3 && f.lens[f.count] > 0)
            f.count++;
        f.count += cases[i].why == AW_DIAL_KEY; /* the relay's part: nothing */
        f.fd = listen_at(&f.port);
        T_REQUIRE(pthread_create(&f.thread, NULL, fake_talk, &f) == 0);
        T_EQ(fault_of(loop, "relay.example", f.port), cases[i].why);
        T_EQ(pthread_join(f.thread, NULL), 0);
        (void)close(f.fd);
    }
    aw_loop_close(loop);
}

/* spec/08-relay.md §10: "Without a proxy such a relay cannot be reached." */
static void test_no_proxy(void)
{
    struct aw_loop *loop = rig_loop();
    uint16_t port;

    (void)close(listen_at(&port)); /* nobody is there now */
    T_EQ(fault_of(loop, "a.onion", 0), AW_DIAL_ONION);
    T_EQ(fault_of(loop, "A.ONION.", 0), AW_DIAL_ONION);
    T_EQ(fault_of(loop, "a.onion", port), AW_DIAL_PROXY_DOWN);
    aw_loop_close(loop);
}

static void test_check(void)
{
    static const struct {
        struct aw_proxy proxy;
        bool is_one;
    } cases[] = {{{"127.0.0.1", 9050}, true}, {{"::1", 1}, true},        {{"", 0}, true},
                 {{"127.0.0.1", 0}, false},   {{"localhost", 1}, false}, {{"1.2.3", 1}, false},
                 {{"[::1]", 1}, false}};
    const struct aw_agent_config config = {0};
    struct aw_loop *loop = rig_loop();
    struct aw_agent *agent;

    T_EQ(aw_agent_open(&agent, loop, &config), AW_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        T_EQ(aw_proxy_check(&cases[i].proxy), cases[i].is_one);
        T_EQ(aw_agent_proxy(agent, &cases[i].proxy), cases[i].is_one ? AW_OK : AW_E_FORMAT);
    }
    aw_agent_close(agent);
    aw_loop_close(loop);
}

static struct agent_relay *relay_no(struct aw_agent *agent, uint8_t no)
{
    struct aw_endpoint e = {.relay_key = {no}, .address = "127.0.0.1:1"};

    return aw_agent_relay_get(agent, &e);
}

/* Goal: with a proxy each channel has a link of its own to each relay, and no other; where there
 * are 256 of them, one that nobody uses makes room, and only then the next channels share one.
 * Method: three hundred channels, the way to each asked for twice; then without the proxy. */
static void test_links(void)
{
    const struct aw_proxy proxy = {"127.0.0.1", 1}, none = {"", 0};
    const uint8_t token[AW_RELAY_KEY_LEN] = {1};
    uint64_t live_before = aw_alloc_live_count();
    const struct aw_agent_config config = {0};
    struct aw_loop *loop = rig_loop();
    struct agent_link *first, *shared;
    struct aw_agent_relay told;
    struct agent_relay *relay;
    struct aw_agent *agent;

    T_EQ(aw_agent_open(&agent, loop, &config), AW_OK);
    T_EQ(aw_agent_proxy(agent, &proxy), AW_OK);
    relay = relay_no(agent, 0);
    T_EQ(aw_agent_relay_add(agent, &relay->endpoint, token), AW_OK);
    T_EQ(agent->link_count, 0);
    first = aw_agent_link_get(relay, 1, 0);
    for (uint32_t i = 0; i < AGENT_LINK_MAX; i++) {
        struct agent_link *l = aw_agent_link_get(relay, 1 + i / 16, (uint8_t)(i % 16));

        T_REQUIRE(l != NULL && !l->is_shared && (i == 0) == (l == first));
        T_TRUE(aw_agent_link_get(relay, 1 + i / 16, (uint8_t)(i % 16)) == l);
        T_EQ(agent->link_count, i + 1);
        l->mailboxes[0].state = AGENT_MAILBOX_READ;
    }
    shared = aw_agent_link_get(relay, 99, 0);
    T_REQUIRE(shared != NULL && shared->is_shared);
    T_TRUE(aw_agent_link_get(relay, 99, 1) == shared);
    T_TRUE(aw_agent_link_get(relay_no(agent, 1), 99, 1) != shared);
    T_EQ(agent->link_count, AGENT_LINK_MAX + 2);
    T_EQ(aw_agent_relay_at(agent, 0, &told), AW_OK);
    T_EQ(told.link_count, AGENT_LINK_MAX + 1);
    T_EQ(told.mailbox_count, AGENT_LINK_MAX);
    T_TRUE(!told.is_up);
    first->mailboxes[0].state = AGENT_MAILBOX_FREE;
    T_TRUE(!aw_agent_link_get(relay, 99, 1)->is_shared);
    T_EQ(agent->own_count, AGENT_LINK_MAX);
    T_EQ(aw_agent_proxy(agent, &none), AW_OK);
    T_EQ(agent->link_count, 1); /* to the relay with a token */
    T_TRUE(aw_agent_link_get(relay, 1, 0) == aw_agent_link_get(relay, 7, 7));
    T_EQ(agent->own_count, 0);
    aw_agent_close(agent);
    aw_loop_close(loop);
    T_EQ(aw_alloc_live_count(), live_before);
}

/* Goal: contacts who name one relay after another do not use up the room for those that matter.
 * Method: one with a token, one on which somebody reads, and more than the limit without either, to
 * each of which there is a link; with a proxy, and without. */
static void relays_make_room(const struct aw_proxy *proxy)
{
    const uint8_t token[AW_RELAY_KEY_LEN] = {1};
    uint64_t live_before = aw_alloc_live_count();
    const struct aw_agent_config config = {0};
    struct aw_loop *loop = rig_loop();
    struct agent_relay *mine, *read;
    struct agent_link *link;
    struct aw_agent *agent;

    T_EQ(aw_agent_open(&agent, loop, &config), AW_OK);
    T_EQ(aw_agent_proxy(agent, proxy), AW_OK);
    mine = relay_no(agent, 0);
    T_EQ(aw_agent_relay_add(agent, &mine->endpoint, token), AW_OK);
    read = relay_no(agent, 1);
    link = aw_agent_link_get(read, 1, 0);
    T_REQUIRE(link != NULL);
    link->mailboxes[0].state = AGENT_MAILBOX_READ;
    for (unsigned no = 2; no < 3 * AW_AGENT_RELAY_MAX; no++) {
        struct agent_relay *relay = relay_no(agent, (uint8_t)no);

        T_REQUIRE(relay != NULL);
        T_TRUE(aw_agent_link_get(relay, 1, (uint8_t)(no % 16)) != NULL);
    }
    T_EQ(agent->relay_count, AW_AGENT_RELAY_MAX);
    T_TRUE(relay_no(agent, 0) == mine && mine->has_token);
    T_TRUE(relay_no(agent, 1) == read && aw_agent_link_get(read, 1, 0) == link);
    aw_agent_close(agent);
    aw_loop_close(loop);
    T_EQ(aw_alloc_live_count(), live_before);
}

static void test_relays_make_room(void)
{
    const struct aw_proxy proxy = {"127.0.0.1", 1}, none = {"", 0};

    relays_make_room(&proxy);
    relays_make_room(&none);
}

int main(void)
{
    T_RUN(test_faults);
    T_RUN(test_no_proxy);
    T_RUN(test_check);
    T_RUN(test_links);
    T_RUN(test_relays_make_room);
    return t_end();
}
