/* SPDX-License-Identifier: ISC */
#include "test.h"

#include "support/faulty_vfs.h"
#include "support/folder.h"

#include <allswell/store_sqlite.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SPACE 120

static struct aw_store open_at(const char *path, unsigned flags)
{
    char message[AW_SQLITE_MESSAGE_CAP];
    struct aw_store s;
    enum aw_status st = aw_store_sqlite_open(&s, path, flags, message);

    if (st != AW_OK)
        printf("    %s\n", message);
    T_REQUIRE(st == AW_OK);
    return s;
}

struct tally {
    uint64_t count, sum;
};

static enum aw_status add(void *ctx, uint64_t key, struct aw_bytes value)
{
    struct tally *t = ctx;

    t->count++;
    t->sum += key;
    T_EQ(value.len, 600);
    T_EQ(value.ptr[599], key & 0xff);
    return AW_OK;
}

static struct tally tally(struct aw_store *s)
{
    struct tally t = {0};

    T_EQ(s->vtable->scan(s->self, SPACE, add, &t), AW_OK);
    return t;
}

/* Two records for each number, so that half a commit would be seen. */
static enum aw_status commit_pair(struct aw_store *s, uint64_t n)
{
    uint8_t a[600] = {0}, b[600] = {0};
    const struct aw_store_op ops[2] = {{SPACE, 2 * n, {a, sizeof a}},
                                       {SPACE, 2 * n + 1, {b, sizeof b}}};

    a[599] = (uint8_t)(2 * n);
    b[599] = (uint8_t)(2 * n + 1);
    return s->vtable->commit(s->self, ops, 2);
}

/* Goal: a disk that is full, or fails to write or to flush, costs the commit and nothing else: the
 * open store is as before, and the next commit works.
 * Method: fail the nth operation for every n that a few commits need, once and lasting. */
static void sweep(enum faulty_op op, int result, unsigned flags)
{
    struct aw_store s = open_at(folder_path(folder_new(), "x.db"), AW_SQLITE_CREATE | flags);
    uint64_t pairs = 0;
    unsigned n, failed = 0;

    for (n = 1; n <= 12; n++) {
        bool forever = n % 2 == 0;
        enum aw_status st;

        faulty_vfs_fail_at(op, n, forever, result);
        for (int i = 0; i < 4; i++) {
            st = commit_pair(&s, pairs);
            if (st == AW_OK)
                pairs++;
            else
                failed++;
            T_TRUE(st == AW_OK || st == AW_E_STORE);
            T_EQ(tally(&s).count, 2 * pairs);
        }
        faulty_vfs_fail_at(op, 0, false, 0);
        st = commit_pair(&s, pairs);
        T_EQ(st, AW_OK);
        pairs++;
        T_EQ(tally(&s).count, 2 * pairs);
        T_EQ(tally(&s).sum, pairs * (2 * pairs - 1));
    }
    T_TRUE(failed > 0 || op == FAULTY_TRUNCATE);
    s.vtable->close(s.self);
}

static void test_disk_full(void)
{
    sweep(FAULTY_WRITE, SQLITE_FULL, 0);
    sweep(FAULTY_WRITE, SQLITE_FULL, AW_SQLITE_SECURE);
    sweep(FAULTY_WRITE, SQLITE_FULL, AW_SQLITE_BACKGROUND);
}

static void test_write_error(void)
{
    sweep(FAULTY_WRITE, SQLITE_IOERR_WRITE, 0);
    sweep(FAULTY_WRITE, SQLITE_IOERR_WRITE, AW_SQLITE_SECURE);
}

static void test_flush_error(void)
{
    sweep(FAULTY_SYNC, SQLITE_IOERR_FSYNC, 0);
    sweep(FAULTY_SYNC, SQLITE_IOERR_FSYNC, AW_SQLITE_BACKGROUND);
}

static void test_truncate_error(void)
{
    sweep(FAULTY_TRUNCATE, SQLITE_IOERR_TRUNCATE, AW_SQLITE_SECURE);
}

/* Goal: every commit flushes the log before it returns: this, and not a killed process, shows
 * durability in a power cut. spec/10-storage.md §1: "A store MUST apply a list of changes
 * completely or not at all, and MUST NOT report success before all of it is on disk."
 * Method: count the flushes below SQLite. */
static void test_commit_flushes(void)
{
    struct aw_store s = open_at(folder_path(folder_new(), "x.db"), AW_SQLITE_CREATE);

    for (uint64_t i = 0; i < 20; i++) {
        unsigned before = faulty_vfs_count(FAULTY_SYNC);

        T_EQ(commit_pair(&s, i), AW_OK);
        T_TRUE(faulty_vfs_count(FAULTY_SYNC) > before);
    }
    s.vtable->close(s.self);
}

/* Never returns: commits pair after pair and reports each one that is durable. */
static void child_commit(const char *path, uint64_t from, int out_fd)
{
    struct aw_store s = open_at(path, AW_SQLITE_CREATE | AW_SQLITE_BACKGROUND);

    for (uint64_t n = from;; n++) {
        if (commit_pair(&s, n) != AW_OK || write(out_fd, &n, sizeof n) != (ssize_t)sizeof n)
            _exit(1);
    }
}

/* Kills a writing child after a while and gives the number of pairs that it acknowledged. */
static uint64_t kill_round(const char *path, uint64_t from, uint64_t after)
{
    uint64_t acked = from, n;
    int fds[2], status;
    pid_t child;

    T_REQUIRE(pipe(fds) == 0);
    child = fork();
    T_REQUIRE(child >= 0);
    if (child == 0) {
        (void)close(fds[0]);
        child_commit(path, from, fds[1]);
    }
    (void)close(fds[1]);
    while (read(fds[0], &n, sizeof n) == (ssize_t)sizeof n) {
        acked = n + 1;
        if (acked >= from + after)
            (void)kill(child, SIGKILL);
    }
    (void)close(fds[0]);
    T_EQ(waitpid(child, &status, 0), child);
    T_TRUE(WIFSIGNALED(status));
    return acked;
}

/* Rounds on a new file. */
static unsigned kill_file(const char *path, struct t_rng *rng)
{
    uint64_t pairs = 0;
    unsigned rounds = 0;

    for (unsigned round = 0; round < 40; round += t_step(5)) {
        uint64_t acked = kill_round(path, pairs, 1 + t_rng_below(rng, 40));
        struct aw_store s = open_at(path, 0);
        struct tally t = tally(&s);

        T_EQ(t.count % 2, 0);
        T_TRUE(t.count >= 2 * acked);
        pairs = t.count / 2;
        T_EQ(t.sum, pairs * (2 * pairs - 1));
        s.vtable->close(s.self);
        rounds++;
    }
    (void)unlink(path);
    return rounds;
}

static uint64_t from_env(const char *name, uint64_t fallback)
{
    const char *text = getenv(name);

    return text == NULL ? fallback : strtoull(text, NULL, 10);
}

/* Goal: kill -9 at any moment loses nothing that was acknowledged and leaves no half commit.
 * Method: 40 rounds on one file, killed after a random number of acknowledgements. The proof says
 * for how long it is to go on with others: KILL_SECONDS, KILL_SEED. */
static void test_kill(void)
{
    const char *path = folder_path(folder_new(), "x.db");
    time_t end = time(NULL) + (time_t)from_env("KILL_SECONDS", 0);
    struct t_rng rng = t_rng(from_env("KILL_SEED", 20));
    unsigned cycles = 0;

    do
        cycles += kill_file(path, &rng);
    while (time(NULL) < end && t_state.fail_count == 0);
    printf("%u kill -9 cycles of a store\n", cycles);
}

int main(void)
{
    T_RUN(test_kill); /* forks: first, while there is one thread */
    faulty_vfs_install();
    T_RUN(test_disk_full);
    T_RUN(test_write_error);
    T_RUN(test_flush_error);
    T_RUN(test_truncate_error);
    T_RUN(test_commit_flushes);
    return t_end();
}
