/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "store/alloc.h"
#include "support/folder.h"
#include "support/relay_rig.h"

#include <allswell/agent.h>
#include <allswell/control.h>
#include <allswell/hook.h>

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What net/ refuses, each with its status; and what it does without memory: nothing by halves. */

static void put_address(struct aw_endpoint *e, const char *address)
{
    memset(e, 0, sizeof *e);
    (void)snprintf(e->address, sizeof e->address, "%s", address);
}

/* Goal: an address that is none is told from too many of them, and costs nothing; a relay that is
 * named twice is one.
 * Method: what is no "host:port"; names and both kinds of numbers; one more than the limit. */
static void test_relay_addresses(void)
{
    static const char *const bad[] = {
        "relay",    "relay:", "relay:x",  "relay:0",    ":443", "relay:65536",
        "relay:1x", "[]:443", "relay:-1", "relay: 443", "",     "relay:99999999999999999999"};
    static const char *const good[] = {"relay:443", "[::1]:443", "127.0.0.1:65535", "a.onion:1"};
    uint64_t live_before = aw_alloc_live_count();
    const uint8_t token[AW_RELAY_KEY_LEN] = {1};
    const struct aw_agent_config config = {0};
    struct aw_loop *loop = rig_loop();
    struct aw_agent_relay relay;
    struct aw_endpoint e;
    struct aw_agent *agent;

    T_EQ(aw_agent_open(&agent, loop, &config), AW_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        put_address(&e, bad[i]);
        T_EQ(aw_agent_relay_add(agent, &e, token), AW_E_FORMAT);
    }
    T_EQ(aw_agent_relay_at(agent, 0, &relay), AW_E_NOT_FOUND);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        put_address(&e, good[i]);
        T_EQ(aw_agent_relay_add(agent, &e, token), AW_OK);
        T_EQ(aw_agent_relay_add(agent, &e, token), AW_OK);
        T_EQ(aw_agent_relay_at(agent, i, &relay), AW_OK);
        T_STR_EQ(relay.relay.address, good[i]);
        T_EQ(aw_agent_relay_at(agent, i + 1, &relay), AW_E_NOT_FOUND);
    }
    for (size_t i = sizeof good / sizeof good[0]; i <= AW_AGENT_RELAY_MAX; i++) {
        put_address(&e, "relay:1");
        e.relay_key[0] = (uint8_t)i; /* another relay behind the same address */
        T_EQ(aw_agent_relay_add(agent, &e, token), i < AW_AGENT_RELAY_MAX ? AW_OK : AW_E_LIMIT);
    }
    aw_agent_close(agent);
    aw_loop_close(loop);
    T_EQ(aw_alloc_live_count(), live_before);
}

struct parts {
    struct aw_loop *loop;
    struct aw_agent *agent;
    struct aw_control *control;
    struct aw_server *server;
    const char *path;
    struct aw_store store;
};

static void on_line(void *ctx, struct aw_control_client *client, const char *line)
{
    (void)ctx;
    (void)line;
    aw_control_answer(client, "heard");
}

static void on_hook(void *ctx, const struct aw_hook_result *result)
{
    (void)result;
    aw_loop_stop(ctx);
}

/* Opens and starts what there is, in order, up to the first that is refused; its status. */
static enum aw_status open_parts(struct parts *p)
{
    static const char *const argv[] = {"true", "an argument", NULL};
    static const char *const env[] = {"ALLSWELL_EVENT=x", NULL};
    const struct aw_agent_config agent = {.store = p->store};
    const struct aw_server_config server = {
        .host = "127.0.0.1", .store = p->store, .relay = {.link_count = 4, .mailbox_count = 8}};
    const uint8_t token[AW_RELAY_KEY_LEN] = {1};
    char message[AW_SERVER_MESSAGE_CAP];
    struct aw_endpoint e;
    enum aw_status st = aw_control_open(&p->control, p->loop, p->path, on_line, NULL);

    put_address(&e, "127.0.0.1:1");
    if (st == AW_OK)
        st = aw_agent_open(&p->agent, p->loop, &agent);
    if (st == AW_OK)
        st = aw_agent_relay_add(p->agent, &e, token);
    if (st == AW_OK) {
        st = aw_server_open(&p->server, p->loop, &server, message);
        T_TRUE(st == AW_OK || (message[0] != '\0' && strchr(message, '\n') == NULL));
    }
    return st == AW_OK ? aw_hook_run(p->loop, argv, env, 5000, on_hook, p->loop) : st;
}

static void close_parts(struct parts *p)
{
    aw_server_close(p->server);
    aw_agent_close(p->agent);
    aw_control_close(p->control);
    (void)rig_run(p->loop, 5); /* handles close in the loop */
}

/* Goal: whatever request for memory is refused at the start, it is a status, nothing is left of
 * what was begun, and the next attempt succeeds. Method: the nth request fails, once and for ever,
 * for each n until none does. */
static void test_start_without_memory(void)
{
    struct parts p = {0}, all = {0};
    char message[AW_SQLITE_MESSAGE_CAP];
    unsigned refused = 0;
    uint64_t live_before;
    enum aw_status st;

    all.path = folder_path(folder_new(), "agent.sock");
    T_REQUIRE(aw_store_sqlite_open(&all.store, folder_path(folder_new(), "store.db"),
                                   AW_SQLITE_CREATE, message) == AW_OK);
    all.loop = rig_loop();
    p = all;
    T_EQ(open_parts(&p), AW_OK);
    aw_loop_run(p.loop); /* until the hook has ended */
    close_parts(&p);
    live_before = aw_alloc_live_count();
    for (int forever = 0; forever < 2; forever++) {
        uint64_t n = 0;

        do {
            p = all;
            aw_alloc_fail_at(++n, forever);
            st = open_parts(&p);
            aw_alloc_fail_at(0, false);
            if (st != AW_OK)
                T_TRUE(st == AW_E_NETWORK || st == AW_E_LIMIT || st == AW_E_STATE ||
                       st == AW_E_STORE);
            refused += st != AW_OK;
            if (st == AW_OK)
                aw_loop_run(p.loop);
            close_parts(&p);
            T_EQ(aw_alloc_live_count(), live_before);
        } while (n < 300 && (st != AW_OK || n < 60));
        T_TRUE(n < 300);
    }
    T_TRUE(refused > 30);
    aw_loop_close(all.loop);
    all.store.vtable->close(all.store.self);
}

static struct {
    struct aw_loop *loop;
    const char *path;
    struct aw_control_client *owed; /* who is not answered until the test does it */
    unsigned lines;
} room;

static void on_room_line(void *ctx, struct aw_control_client *client, const char *line)
{
    char text[10];

    (void)ctx;
    (void)snprintf(text, sizeof text, "%s", line); /* the line is wiped with the answer */
    room.lines++;
    if (strcmp(line, "later") == 0)
        room.owed = client;
    else
        aw_control_answer(client, text);
}

static int call_room(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    memcpy(address.sun_path, room.path, strlen(room.path) + 1);
    T_REQUIRE(fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

/* What was answered, up to 9 bytes: "" nothing yet, "-" the end. */
static const char *heard(int fd)
{
    static char text[10];
    ssize_t got;

    (void)rig_run(room.loop, 20);
    got = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);
    text[got > 0 ? got : 0] = '\0';
    return got == 0 ? "-" : text;
}

static void say(int fd, const void *bytes, size_t len)
{
    T_EQ(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* Goal: a client of the control socket that does not keep to one line, one answer is dropped, and
 * costs the others nothing.
 * Method: two lines at once, a zero inside, a line without end, one byte too many, nothing said; a
 * line in pieces and an answer that comes late; one caller more than may be there at once. */
static void test_control_callers(void)
{
    static char long_line[AW_CONTROL_LINE_MAX + 1], long_path[AW_CONTROL_PATH_MAX + 2];
    uint64_t live_before = aw_alloc_live_count();
    int fds[AW_CONTROL_CLIENT_MAX + 1];
    struct aw_control *control, *second;
    int fd, other;

    room.loop = rig_loop();
    room.path = folder_path(folder_new(), "agent.sock");
    memset(long_line, 'x', sizeof long_line);
    memset(long_path, 'x', sizeof long_path - 1);
    T_EQ(aw_control_open(&second, room.loop, long_path, on_room_line, NULL), AW_E_RANGE);
    T_EQ(aw_control_open(&second, room.loop, "/no/such/folder/agent.sock", on_room_line, NULL),
         AW_E_NETWORK);
    T_EQ(aw_control_open(&control, room.loop, room.path, on_room_line, NULL), AW_OK);

    fd = call_room();
    say(fd, "one\ntwo\n", 8);
    T_STR_EQ(heard(fd), "-");
    (void)close(fd);
    fd = call_room();
    say(fd, "a\0b\n", 4);
    T_STR_EQ(heard(fd), "-");
    (void)close(fd);
    fd = call_room();
    say(fd, long_line, sizeof long_line); /* no end in sight */
    T_STR_EQ(heard(fd), "-");
    (void)close(fd);
    T_EQ(room.lines, 0);

    fd = call_room();
    say(fd, "la", 2);
    T_STR_EQ(heard(fd), "");
    say(fd, "ter\n", 4);
    T_STR_EQ(heard(fd), "");
    T_EQ(room.lines, 1);
    other = call_room(); /* is served meanwhile, twice */
    say(other, "hello\n", 6);
    T_STR_EQ(heard(other), "hello\n");
    say(other, "again\n", 6);
    T_STR_EQ(heard(other), "again\n");
    (void)close(other);
    aw_control_answer(room.owed, "now");
    T_STR_EQ(heard(fd), "now\n");
    say(fd, "later\n", 6);
    T_STR_EQ(heard(fd), "");
    (void)close(fd); /* does not wait for it */
    aw_control_answer(room.owed, "too late");

    for (size_t i = 0; i <= AW_CONTROL_CLIENT_MAX; i++)
        fds[i] = call_room();
    (void)rig_run(room.loop, 30);
    T_STR_EQ(heard(fds[AW_CONTROL_CLIENT_MAX]), "-");
    for (size_t i = 0; i < AW_CONTROL_CLIENT_MAX; i++) {
        say(fds[i], "x\n", 2);
        T_STR_EQ(heard(fds[i]), "x\n");
    }
    aw_control_close(control); /* with all of them there */
    T_STR_EQ(heard(fds[0]), "-");
    for (size_t i = 0; i <= AW_CONTROL_CLIENT_MAX; i++)
        (void)close(fds[i]);
    aw_control_close(NULL);
    aw_loop_close(room.loop);
    T_EQ(aw_alloc_live_count(), live_before);
}

/* Another program's side of the control socket, that answers as it likes. */
static struct {
    int listener;
    const char *says; /* NULL: closes */
    size_t says_len;
    bool hangs;
} stranger;

static void *be_stranger(void *arg)
{
    char line[64], last = 0;
    int fd = accept(stranger.listener, NULL, NULL);

    (void)arg;
    /* To its end: a socket that is closed with bytes unread takes back what was answered. */
    while (last != '\n' && recv(fd, &last, 1, 0) == 1)
        continue;
    if (stranger.says != NULL)
        (void)send(fd, stranger.says, stranger.says_len, MSG_NOSIGNAL);
    if (stranger.hangs)
        (void)recv(fd, line, sizeof line, 0); /* until the caller has given up */
    (void)close(fd);
    return NULL;
}

static enum aw_status ask_stranger(const char *path, const char *says, size_t len, bool hangs)
{
    static char answer[AW_CONTROL_LINE_MAX + 1];
    enum aw_status st;
    pthread_t thread;

    stranger.says = says;
    stranger.says_len = len;
    stranger.hangs = hangs;
    T_REQUIRE(pthread_create(&thread, NULL, be_stranger, NULL) == 0);
    st = aw_control_ask(path, "hello", answer, hangs ? 100 : 5000);
    T_EQ(pthread_join(thread, NULL), 0);
    return st;
}

/* Goal: who asks is not held up, nor harmed, by what answers: he gets a status.
 * Method: a listener that closes, breaks off, says too much, says nothing; a path too long. */
static void test_control_answers(void)
{
    static char much[AW_CONTROL_LINE_MAX + 2], path_max[AW_CONTROL_PATH_MAX + 2],
        answer[AW_CONTROL_LINE_MAX + 1];
    const char *path = folder_path(folder_new(), "agent.sock");
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memset(much, 'y', sizeof much);
    memset(path_max, 'x', sizeof path_max - 1);
    T_EQ(aw_control_ask(path_max, "hello", answer, 100), AW_E_RANGE);
    T_EQ(aw_control_ask("/dev/null", "hello", answer, 100), AW_E_NOT_FOUND);
    memcpy(address.sun_path, path, strlen(path) + 1);
    stranger.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    T_REQUIRE(stranger.listener >= 0 &&
              bind(stranger.listener, (const struct sockaddr *)&address, sizeof address) == 0 &&
              listen(stranger.listener, 4) == 0);
    T_EQ(ask_stranger(path, "fine\n", 5, false), AW_OK);
    T_EQ(ask_stranger(path, NULL, 0, false), AW_E_NETWORK);
    T_EQ(ask_stranger(path, "half", 4, false), AW_E_NETWORK);
    T_EQ(ask_stranger(path, much, sizeof much, false), AW_E_RANGE);
    T_EQ(ask_stranger(path, NULL, 0, true), AW_E_NETWORK);
    (void)close(stranger.listener);
    T_EQ(aw_control_ask(path, "hello", answer, 100), AW_E_NOT_FOUND); /* it has ended */
}

int main(void)
{
    T_RUN(test_relay_addresses);
    T_RUN(test_start_without_memory);
    T_RUN(test_control_callers);
    T_RUN(test_control_answers);
    return t_end();
}
