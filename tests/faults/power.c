/* SPDX-License-Identifier: ISC */
/*
 * Power cuts on a real store: what a commit has promised is there afterwards, whole, and what it
 * has not is there whole or not at all.
 * Usage: power [--control normal|lies] [--faults 0|1|2] [--seed N] [--cuts N] [--seconds N]
 * Each seed is a chain of lives of one database: it is opened, written to, cut at each of its
 * operations, and goes on with one of the results. Some lives have a flush or a write that
 * fails; some of these processes are killed then and start again without a power cut.
 * The controls break the promise on purpose, and must be found out: exit code 1 if not.
 */
#include "disk.h"

#include "base/assert.h"
#include "store/sqlite.h"
#include "support/faulty_vfs.h"
#include "support/folder.h"

#include <getopt.h>
#include <time.h>
#include <unistd.h>

#define SPACE     120
#define KEY_COUNT 48
#define OPS_MAX   64
#define LEN_MAX   20000
#define LIVES     6
#define EMPTY     UINT64_C(0x9e3779b97f4a7c15)

enum control { CONTROL_NONE = 0, CONTROL_NORMAL, CONTROL_LIES };

/* What the database holds. A version of 0 is no record. */
struct model {
    uint32_t version[KEY_COUNT], len[KEY_COUNT];
    uint64_t hash;
};

struct life {
    const char *path;
    unsigned flags;
    struct aw_store store;
    struct model model;
    /* With one of the commits that failed since the last that did not: the disk may have kept it
     * whole (spec/10-storage.md §3), unless the next one has overwritten it. */
    uint64_t failed[DISK_MAYBE - 1];
    size_t failed_count;
    unsigned commits, refused;
};

static struct {
    enum control control;
    int faults; /* 0: none, 1: on the open store, 2: with restarts, too */
    uint64_t seed, cuts_max, seconds;
    uint64_t cuts, lost, damaged, commits, refused, flush_faults, seeds;
} power = {.faults = 2, .seed = 1, .cuts_max = 2000};

static uint32_t next_version = 1;

static uint64_t mix(uint64_t a, uint64_t b)
{
    struct t_rng rng = t_rng(a * UINT64_C(0x2545f4914f6cdd1d) ^ b);

    return t_rng_next(&rng);
}

static uint64_t record_hash(uint64_t key, uint32_t version, uint32_t len)
{
    return mix(mix(key + 1, version), len);
}

/* A record's bytes follow from its key, version and length. */
static void fill(uint8_t *out, uint64_t key, uint32_t version, uint32_t len)
{
    struct t_rng rng = t_rng(mix(key, version));
    uint64_t word = 0;

    for (uint32_t i = 0; i < len; i++) {
        if (i % 8 == 0)
            word = t_rng_next(&rng);
        out[i] = (uint8_t)(word >> 8 * (i % 8));
    }
    memcpy(out, &version, sizeof version);
}

static void set(struct model *m, uint64_t key, uint32_t version, uint32_t len)
{
    if (m->version[key] != 0)
        m->hash -= record_hash(key, m->version[key], m->len[key]);
    m->version[key] = version;
    m->len[key] = len;
    if (version != 0)
        m->hash += record_hash(key, version, len);
}

static enum aw_status see(void *ctx, uint64_t key, struct aw_bytes value)
{
    static uint8_t want[LEN_MAX];
    struct model *m = ctx;
    uint32_t version;

    if (key >= KEY_COUNT || value.len < sizeof version || value.len > sizeof want)
        return AW_E_DAMAGED;
    memcpy(&version, value.ptr, sizeof version);
    fill(want, key, version, (uint32_t)value.len);
    if (memcmp(want, value.ptr, value.len) != 0)
        return AW_E_DAMAGED;
    set(m, key, version, (uint32_t)value.len);
    return AW_OK;
}

static enum aw_status look(struct aw_store *s, struct model *out)
{
    *out = (struct model){.hash = EMPTY};
    return s->vtable->scan(s->self, SPACE, see, out);
}

static uint32_t draw_len(struct t_rng *rng)
{
    switch (t_rng_below(rng, 24)) {
    case 0:
        return 16000;
    case 1:
    case 2:
        return (uint32_t)(4 + t_rng_below(rng, 4000));
    default:
        return (uint32_t)(4 + t_rng_below(rng, 600));
    }
}

static void promise(const struct life *life, uint64_t next)
{
    struct disk_promise p = {.kept = life->model.hash, .maybe = {next}};

    for (size_t i = 0; i < life->failed_count; i++)
        p.maybe[1 + i] = life->failed[i];
    disk_promise(p);
}

static bool is_failed(const struct life *life, uint64_t hash)
{
    for (size_t i = 0; i < life->failed_count; i++) {
        if (life->failed[i] == hash)
            return true;
    }
    return false;
}

/* One commit of some kind: a record or many, new, replaced, deleted, or nothing. */
static void commit(struct life *life, struct t_rng *rng, bool is_big)
{
    static const uint8_t counts[] = {1, 1, 1, 2, 5, 20, OPS_MAX, 0};
    static uint8_t bytes[OPS_MAX][LEN_MAX];
    struct aw_store_op ops[OPS_MAX];
    size_t count = is_big ? OPS_MAX : counts[t_rng_below(rng, AW_COUNT(counts))];
    bool deletes = !is_big && t_rng_below(rng, 4) == 0;
    struct model next = life->model;
    enum aw_status st;

    for (size_t i = 0; i < count; i++) {
        uint64_t key = t_rng_below(rng, KEY_COUNT);
        uint32_t len = is_big ? 16000 : draw_len(rng);

        ops[i] = (struct aw_store_op){.space = SPACE, .key = key};
        if (deletes && t_rng_below(rng, 2) == 0) {
            set(&next, key, 0, 0);
            continue;
        }
        fill(bytes[i], key, next_version, len);
        ops[i].value = (struct aw_bytes){bytes[i], len};
        set(&next, key, next_version++, len);
    }
    promise(life, next.hash);
    st = life->store.vtable->commit(life->store.self, ops, count);
    if (st == AW_OK) {
        /* One that changes nothing writes nothing, and leaves what failed before where it is. */
        if (next.hash != life->model.hash)
            life->failed_count = 0;
        life->model = next;
        life->commits++;
        promise(life, 0);
    } else {
        T_EQ(st, AW_E_STORE);
        life->failed[life->failed_count++] = next.hash;
        life->refused++;
    }
}

static bool open_life(struct life *life)
{
    char message[AW_SQLITE_MESSAGE_CAP];
    enum aw_status st = aw_store_sqlite_open(&life->store, life->path, life->flags, message);

    if (st != AW_OK)
        printf("    %s\n", message);
    if (st == AW_OK && power.control == CONTROL_NORMAL) {
        struct aw_sqlite *s = life->store.self;

        T_EQ(sqlite3_exec(s->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL), SQLITE_OK);
    }
    return st == AW_OK;
}

/* Killed, and started again: what the system shows is there, what it could not flush is not, and
 * it does not say so any more. */
static void restart(struct life *life, const char *path)
{
    struct aw_store old = life->store;
    struct model found;

    disk_move(path);
    life->path = path;
    T_REQUIRE(open_life(life));
    T_EQ(look(&life->store, &found), AW_OK);
    T_TRUE(found.hash == life->model.hash || is_failed(life, found.hash));
    life->model = found;
    old.vtable->close(old.self);
}

static void fail_something(struct t_rng *rng)
{
    static const int results[] = {SQLITE_IOERR_FSYNC, SQLITE_FULL, SQLITE_IOERR_READ};
    static const enum faulty_op ops[] = {FAULTY_SYNC, FAULTY_WRITE, FAULTY_READ};
    size_t which = t_rng_below(rng, 4) % AW_COUNT(ops); /* most of all, flushes */

    power.flush_faults += which == 0;
    faulty_vfs_fail_at(ops[which], 1 + (unsigned)t_rng_below(rng, 3), false, results[which]);
}

static void fail_nothing(void)
{
    for (int op = 0; op < FAULTY_OP_COUNT; op++)
        faulty_vfs_fail_at((enum faulty_op)op, 0, false, 0);
}

/* Opens, writes, closes; all of it is recorded. */
static void live(struct life *life, struct t_rng *rng, const char *spare)
{
    bool is_big = (life->flags & AW_SQLITE_BACKGROUND) != 0 && t_rng_below(rng, 16) == 0;
    bool has_faults = power.faults > 0 && t_rng_below(rng, 2) == 0;
    unsigned count = 3 + (unsigned)t_rng_below(rng, 10);
    struct model found;

    T_REQUIRE(open_life(life));
    T_EQ(look(&life->store, &found), AW_OK);
    T_TRUE(found.hash == life->model.hash);
    for (unsigned i = 0; i < count; i++) {
        if (life->failed_count + 1 == DISK_MAYBE)
            fail_nothing();
        else if (has_faults && t_rng_below(rng, 2) == 0)
            fail_something(rng);
        commit(life, rng, is_big);
        if (power.faults > 1 && life->failed_count > 0 && life->path != spare &&
            t_rng_below(rng, 2) == 0) {
            fail_nothing();
            restart(life, spare);
        }
        if (t_rng_below(rng, 8) == 0)
            T_TRUE(aw_store_sqlite_checkpoint(&life->store) == AW_OK || has_faults);
    }
    fail_nothing();
    life->store.vtable->close(life->store.self);
}

/* What is found where the power failed. */
static bool judge(const char *path, unsigned flags, struct disk_promise said, struct model *out)
{
    char message[AW_SQLITE_MESSAGE_CAP];
    struct aw_store s;
    enum aw_status st = aw_store_sqlite_open(&s, path, flags & ~AW_SQLITE_BACKGROUND, message);

    if (st == AW_OK) {
        st = look(&s, out);
        s.vtable->close(s.self);
    }
    for (size_t i = 0; i < DISK_MAYBE && st == AW_OK; i++) {
        if (out->hash == said.kept || out->hash == said.maybe[i])
            return true;
    }
    if (st == AW_OK)
        power.lost++;
    else
        power.damaged++;
    if (power.control == CONTROL_NONE)
        printf("    %s %s\n", aw_status_name(st), st == AW_OK ? "but not as promised" : message);
    return false;
}

/* Cuts at each operation, or at some of very many; gives one of the results for the next life. */
static bool cut_all(const struct life *life, size_t count, const char *cut_path,
                    const char *next_path, struct model *next, struct t_rng *rng)
{
    bool is_large = count > 1000;
    size_t step = 1 + count / (is_large ? 100 : 1000),
           chosen = t_rng_below(rng, count / step + 1) * step;
    bool is_there = false;

    disk_rewind();
    for (size_t n = 0; n <= count; n += step) {
        const char *path = n == chosen ? next_path : cut_path;
        struct disk_promise promise = disk_cut(n, path, rng);
        struct model found;
        bool ok = judge(path, life->flags, promise, &found);

        power.cuts++;
        T_TRUE(ok || power.control != CONTROL_NONE);
        if (!ok && power.control == CONTROL_NONE) {
            printf("    seed %" PRIu64 ", flags %u, operation %zu of %zu\n", power.seed,
                   life->flags, n, count);
            return false;
        }
        if (n == chosen && ok) {
            *next = found;
            is_there = true;
        } else {
            disk_remove(path);
        }
    }
    return is_there;
}

/* The life of a seed's database, until a control has broken it or LIVES are over. */
static void run_seed(const char *folder)
{
    static const unsigned flags[] = {0, AW_SQLITE_SECURE, AW_SQLITE_BACKGROUND};
    struct t_rng rng = t_rng(power.seed);
    char paths[4][4096];
    struct model model = {.hash = EMPTY};
    bool goes_on = true;

    for (int i = 0; i < 4; i++)
        (void)snprintf(paths[i], sizeof paths[i], "%s/%d.db", folder, i);
    for (int n = 0; n < LIVES && goes_on && t_state.fail_count == 0; n++) {
        struct life life = {.path = paths[n % 2], .model = model};
        size_t count;

        life.flags =
            AW_SQLITE_CREATE | flags[power.control == CONTROL_NONE ? t_rng_below(&rng, 3) : 0];
        disk_promise((struct disk_promise){.kept = model.hash});
        disk_record(life.path, power.control == CONTROL_LIES ? DISK_LIES : DISK_HONEST);
        live(&life, &rng, paths[2]);
        count = disk_stop();
        disk_remove(paths[n % 2]);
        disk_remove(paths[2]);
        goes_on = cut_all(&life, count, paths[3], paths[(n + 1) % 2], &model, &rng);
        disk_free();
        power.commits += life.commits;
        power.refused += life.refused;
    }
    disk_remove(paths[0]);
    disk_remove(paths[1]);
}

static void read_options(int argc, char **argv)
{
    static const struct option known[] = {{"control", 1, NULL, 'c'}, {"seed", 1, NULL, 's'},
                                          {"faults", 1, NULL, 'f'},  {"cuts", 1, NULL, 'n'},
                                          {"seconds", 1, NULL, 't'}, {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'c')
            power.control = strcmp(optarg, "lies") == 0 ? CONTROL_LIES : CONTROL_NORMAL;
        else if (option == 'f')
            power.faults = atoi(optarg);
        else if (option == 's')
            power.seed = strtoull(optarg, NULL, 10);
        else if (option == 'n')
            power.cuts_max = strtoull(optarg, NULL, 10);
        else if (option == 't')
            power.seconds = strtoull(optarg, NULL, 10);
        else
            exit(2);
    }
}

int main(int argc, char **argv)
{
    const char *folder;
    time_t end;

    read_options(argc, argv);
    if (power.control != CONTROL_NONE)
        power.faults = 0;
    if (access("/dev/shm", W_OK) == 0)
        (void)setenv("TMPDIR", "/dev/shm", 0);
    folder = folder_new();
    end = time(NULL) + (time_t)power.seconds;
    faulty_vfs_install();
    while (t_state.fail_count == 0 &&
           (power.seconds > 0 ? time(NULL) < end : power.cuts < power.cuts_max)) {
        run_seed(folder);
        power.seed++;
        power.seeds++;
    }
    printf("%" PRIu64 " power cuts, %" PRIu64 " lost, %" PRIu64 " damaged; %" PRIu64
           " seeds, %" PRIu64 " commits, %" PRIu64 " refused, %" PRIu64 " flushes failed\n",
           power.cuts, power.lost, power.damaged, power.seeds, power.commits, power.refused,
           power.flush_faults);
    if (power.control != CONTROL_NONE)
        return power.lost + power.damaged > 0 ? 0 : 1;
    return t_state.fail_count == 0 ? 0 : 1;
}
