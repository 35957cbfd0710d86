/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "support/faulty_vfs.h"
#include "support/folder.h"
#include "support/relay_rig.h"

#include <sqlite3.h>

/* What the relay server does with its host: a full disk, wake commands, a used port, a store of
 * another version. */

#define SEED 9

static struct rig_client sender;

static void open_sender(struct relay_rig *rig)
{
    rig_client_open(&sender, rig->loop, rig->port, rig->key);
    sender.seed = SEED;
    sender.mailbox_count = 1;
    rig_client_read(&sender, SEED, 0, rig->token);
    sender.expect_cleared = 2;
    T_TRUE(rig_run(rig->loop, 5000));
    sender.expect_cleared = 0;
}

/* Deposits cells from `first` on and waits for all answers. */
static void deposit(struct relay_rig *rig, uint64_t first, uint64_t count)
{
    uint64_t answered = sender.ok + sender.not_ok;

    for (uint64_t n = first; n < first + count; n++)
        T_TRUE(rig_client_deposit(&sender, n));
    aw_dial_kick(sender.dial);
    for (int i = 0; i < 200 && sender.ok + sender.not_ok < answered + count; i++)
        (void)rig_run(rig->loop, 10);
    T_EQ(sender.ok + sender.not_ok, answered + count);
}

static struct aw_relay_counters counters_of(struct relay_rig *rig)
{
    struct aw_relay_counters c;

    aw_relay_counters(aw_server_relay(rig->server), &c);
    return c;
}

/* Goal: on a full disk, and when a flush fails, deposits are refused as `store` and not lost or
 * half kept, the relay says that it is degraded, delivers what it has, and recovers by itself.
 * spec/10-storage.md §3: "A commit that fails MUST leave the open store as it was before."
 * Method: a file system that fails for a while. */
static void test_disk_full(void)
{
    static const int results[] = {SQLITE_FULL, SQLITE_IOERR_FSYNC};
    static const enum faulty_op ops[] = {FAULTY_WRITE, FAULTY_SYNC};

    faulty_vfs_install();
    for (int i = 0; i < 2; i++) {
        struct aw_loop *loop = rig_loop();
        struct relay_rig rig;

        rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), NULL);
        open_sender(&rig);
        deposit(&rig, 0, 5);
        T_EQ(sender.ok, 5);
        T_EQ(sender.delivered, 5);
        faulty_vfs_fail_at(ops[i], 1, true, results[i]);
        deposit(&rig, 5, 5);
        T_EQ(sender.not_ok, 5);
        T_EQ(sender.answer, AW_RELAY_STORE);
        T_TRUE(counters_of(&rig).is_degraded);
        T_EQ(counters_of(&rig).cells, 5);
        faulty_vfs_fail_at(ops[i], 0, false, 0);
        (void)rig_run(loop, AW_RELAY_RETRY_MS + 100);
        deposit(&rig, 5, 5);
        T_EQ(sender.ok, 10);
        T_EQ(sender.delivered, 10);
        T_TRUE(!counters_of(&rig).is_degraded);
        rig_client_close(&sender);
        rig_close(&rig);
        aw_loop_close(loop);
    }
}

static const char *wake_path;
static const char *wake_argv[] = {"sh", "-c", "{ echo \"$ALLSWELL_LABEL\"; env; } >> \"$0\"", NULL,
                                  NULL};
static struct aw_server_wake wake = {"wake", wake_argv};

static void with_wake(struct aw_server_config *config)
{
    wake_argv[3] = wake_path;
    config->wakes = &wake;
    config->wake_count = 1;
}

/* Goal: a cell for an absent reader runs the command of its token, once for many cells, and the
 * command learns the operator's label and nothing else.
 * Method: a command that writes its environment down. */
static void test_wake(void)
{
    struct aw_loop *loop = rig_loop();
    struct aw_server_counters counters;
    struct relay_rig rig;
    char *text;

    wake_path = folder_path(folder_new(), "woken");
    rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), with_wake);
    open_sender(&rig);
    rig_client_close(&sender); /* the reader goes */
    (void)rig_run(loop, 50);
    rig_client_open(&sender, loop, rig.port, rig.key);
    sender.seed = SEED;
    sender.mailbox_count = 1;
    (void)rig_run(loop, 50);
    deposit(&rig, 0, 20);
    T_EQ(sender.ok, 20);
    (void)rig_run(loop, 300);
    aw_server_counters(rig.server, &counters);
    T_EQ(counters.wakes_run, 1);
    text = t_read_path(wake_path, NULL);
    T_TRUE(strncmp(text, "rig\n", 4) == 0);
    T_TRUE(strstr(text + 4, "\nrig\n") == NULL);
    /* PATH, HOME, LANG, TZ and the label; the shell adds PWD, _ and the like */
    T_TRUE(strstr(text, "TMPDIR") == NULL && strstr(text, "CELL") == NULL);
    free(text);
    rig_client_close(&sender);
    rig_close(&rig);
    aw_loop_close(loop);
}

/* Goal: a token that names a command which the server does not have wakes nobody, and that counts
 * as a failure. Method: the same without commands. */
static void test_wake_without_command(void)
{
    struct aw_loop *loop = rig_loop();
    struct aw_server_counters counters;
    struct relay_rig rig;

    rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), NULL);
    open_sender(&rig);
    rig_client_close(&sender);
    (void)rig_run(loop, 50);
    rig_client_open(&sender, loop, rig.port, rig.key);
    sender.seed = SEED;
    sender.mailbox_count = 1;
    (void)rig_run(loop, 50);
    deposit(&rig, 0, 1);
    T_EQ(sender.ok, 1);
    aw_server_counters(rig.server, &counters);
    T_EQ(counters.wakes_run, 0);
    T_EQ(counters.wakes_failed, 1);
    rig_client_close(&sender);
    rig_close(&rig);
    aw_loop_close(loop);
}

/* Goal: a port that is in use, and a host that is no address, give one line with the remedy; and
 * nothing is left behind. Method: two servers on one port. */
static void test_bad_address(void)
{
    char message[AW_SERVER_MESSAGE_CAP];
    struct aw_loop *loop = rig_loop();
    struct aw_server_config config = {.host = "127.0.0.1"};
    struct aw_server *second;
    struct relay_rig rig;

    rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), NULL);
    config.store = rig.store; /* no reader: commits on this thread; only its key is read */
    config.port = rig.port;
    T_EQ(aw_server_open(&second, loop, &config, message), AW_E_NETWORK);
    T_TRUE(strstr(message, "127.0.0.1 port") == message);
    T_TRUE(strstr(message, "choose another port") != NULL);
    T_TRUE(strchr(message, '\n') == NULL);
    config.host = "localhost";
    T_EQ(aw_server_open(&second, loop, &config, message), AW_E_RANGE);
    T_TRUE(strstr(message, "numeric") != NULL);
    rig_close(&rig);
    aw_loop_close(loop);
}

static void inline_commits(struct aw_server_config *config)
{
    config->reader = (struct aw_store){0};
}

/* Goal: without a reader connection the server commits on its own thread, with the same result.
 * Method: deposits and deliveries over such a server. */
static void test_without_thread(void)
{
    struct aw_loop *loop = rig_loop();
    struct relay_rig rig;

    rig_open(&rig, loop, folder_path(folder_new(), "relay.db"), inline_commits);
    open_sender(&rig);
    deposit(&rig, 0, 60);
    T_EQ(sender.ok, 60);
    T_EQ(sender.delivered, 60);
    rig_client_close(&sender);
    rig_close(&rig);
    aw_loop_close(loop);
}

int main(void)
{
    T_RUN(test_wake);
    T_RUN(test_wake_without_command);
    T_RUN(test_bad_address);
    T_RUN(test_without_thread);
    T_RUN(test_disk_full);
    return t_end();
}
