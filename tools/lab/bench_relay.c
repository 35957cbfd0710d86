/* SPDX-License-Identifier: ISC */
#include "bench.h"
#include "bench_load.h"
#include "lab.h"
#include "lab/call.h"
#include "lab/number.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ROUNDS_MAX      9
#define FDATASYNC_COUNT 400
#define FAN_COUNT       10000
#define FAN_WINDOW      12
#define READER_EACH     4

enum { PEER_OURS = 0, PEER_TLS, PEER_MQTT, PEER_REDIS, PEER_REDIS_SEC, PEER_COUNT };

/* Medians over the rounds of one peer. */
struct figures {
    bool is_there, is_wanted, has_readers;
    double enqueue[ROUNDS_MAX], p50[ROUNDS_MAX], p99[ROUNDS_MAX], cpu[ROUNDS_MAX];
    double single_p50[ROUNDS_MAX], drain[ROUNDS_MAX], drain_cpu[ROUNDS_MAX];
    unsigned rounds;
    double readers[ROUNDS_MAX], fan[ROUNDS_MAX]; /* per second */
    double idle_len;
};

static int by_size(const void *a, const void *b)
{
    double x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static double median(const double *values, unsigned count)
{
    double sorted[ROUNDS_MAX] = {0};

    if (count == 0)
        return 0;
    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, by_size);
    return sorted[count / 2];
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

void bench_remove(const char *dir)
{
    (void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static double fdatasync_p50_us(const char *dir)
{
    static double times[FDATASYNC_COUNT];
    uint8_t bytes[BENCH_MESSAGE_LEN] = {1};
    char path[300];
    int fd, i;

    (void)snprintf(path, sizeof path, "%.255s/raw", dir);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd < 0)
        return 0;
    for (i = 0; i < FDATASYNC_COUNT; i++) {
        uint64_t start = bench_now_ns();

        if (write(fd, bytes, sizeof bytes) != (ssize_t)sizeof bytes || fdatasync(fd) != 0)
            break;
        times[i] = (double)(bench_now_ns() - start) / 1000;
    }
    (void)close(fd);
    qsort(times, (size_t)i, sizeof *times, by_size);
    return i == FDATASYNC_COUNT ? times[i / 2] : 0;
}

static void measure(struct bench_peer *p, struct figures *f, uint64_t count)
{
    struct bench_result full, single, drain;
    unsigned r = f->rounds;

    if (!f->is_there || r == ROUNDS_MAX)
        return;
    single = bench_enqueue(p, 1, 1, count / 60);
    full = bench_enqueue(p, 4, BENCH_WINDOW_MAX, count);
    drain = bench_drain(p, count + count / 60);
    if (!full.is_ok || !single.is_ok || !drain.is_ok) {
        (void)fprintf(stderr, "allswell-lab: %s stopped answering\n", p->name);
        f->is_there = false;
        return;
    }
    if (f->has_readers) {
        f->readers[r] = bench_readers(p, BENCH_BOXES, READER_EACH);
        f->fan[r] = bench_fan_out(p, FAN_COUNT, FAN_WINDOW);
    }
    f->enqueue[r] = full.per_s / 1000;
    f->p50[r] = full.p50_us;
    f->p99[r] = full.p99_us;
    f->cpu[r] = full.cpu_us;
    f->single_p50[r] = single.p50_us;
    f->drain[r] = drain.per_s / 1000;
    f->drain_cpu[r] = drain.cpu_us;
    f->rounds++;
}

static void print_table(const struct bench_peer *peers, const struct figures *f)
{
    unsigned i;

    printf("%-28s %-8s %-9s %11s %9s %9s %11s %10s %9s %9s\n", "", "durable", "encrypted",
           "4x64 k/s", "p50 us", "p99 us", "1x1 p50 us", "drain k/s", "cpu us", "idle B");
    for (i = 0; i < PEER_COUNT; i++) {
        unsigned n = f[i].rounds;

        if (!f[i].is_there || n == 0) {
            if (f[i].is_wanted)
                printf("%-28s not installed, or it failed\n", peers[i].name);
            continue;
        }
        printf("%-28s %-8s %-9s %11.1f %9.0f %9.0f %11.0f %10.1f %9.1f ", peers[i].name,
               peers[i].durable, peers[i].encrypted, median(f[i].enqueue, n), median(f[i].p50, n),
               median(f[i].p99, n), median(f[i].single_p50, n), median(f[i].drain, n),
               median(f[i].cpu, n) + median(f[i].drain_cpu, n));
        if (f[i].idle_len > 0)
            printf("%9.0f\n", f[i].idle_len);
        else
            printf("%9s\n", "-");
    }
}

static void print_ratio(const char *what, double ours, double theirs, const char *target)
{
    if (theirs > 0)
        printf("  %-58s %6.2f   (target %s)\n", what, ours / theirs, target);
}

static void print_ratios(const struct figures *f, double raw_us)
{
    const struct figures *o = &f[PEER_OURS], *t = &f[PEER_TLS], *r = &f[PEER_REDIS];
    unsigned n = o->rounds;

    if (n == 0)
        return;
    printf("\nRatios of this run\n");
    print_ratio("enqueue / mosquitto TLS (not durable)", median(o->enqueue, n),
                median(t->enqueue, t->rounds), "at least 1.2");
    print_ratio("enqueue / Redis always (not encrypted)", median(o->enqueue, n),
                median(r->enqueue, r->rounds), "at least 0.8");
    print_ratio("ack p99 / mosquitto TLS", median(o->p99, n), median(t->p99, t->rounds), "below 1");
    print_ratio("1x1 p50 / raw fdatasync", median(o->single_p50, n), raw_us, "at most 2");
    print_ratio("drain / mosquitto TLS", median(o->drain, n), median(t->drain, t->rounds),
                "at least 1.5");
    print_ratio("CPU per message, in and out / mosquitto TLS",
                median(o->cpu, n) + median(o->drain_cpu, n),
                median(t->cpu, t->rounds) + median(t->drain_cpu, t->rounds), "at most 0.5");
    printf("  readers that reconnect and drain %d messages, per second: %.0f, mosquitto TLS %.0f\n"
           "  deliveries to %d contacts online, thousands per second: %.1f, mosquitto TLS %.1f\n",
           READER_EACH, median(o->readers, n), median(t->readers, t->rounds), BENCH_FAN,
           median(o->fan, n) / 1000, median(t->fan, t->rounds) / 1000);
    print_ratio("1,000 readers reconnect and drain / mosquitto TLS", median(o->readers, n),
                median(t->readers, t->rounds), "at least 3");
    print_ratio("fan-out to 5 online, durable first / mosquitto TLS", median(o->fan, n),
                median(t->fan, t->rounds), "at least 1.5");
    print_ratio("memory per idle link / mosquitto TLS", o->idle_len, t->idle_len, "at most 0.07");
    printf("  raw fdatasync of 512 B appended, p50: %.0f us\n", raw_us);
}

/* The tool itself, beside this one, with an empty home: what it has resident before any load. */
static double resident_at_start(const char *dir)
{
    char tool[300], home[300], log[300], listen[32];
    const char *const argv[] = {tool, "--home", home, "run", "--listen", listen, NULL};
    struct bench_peer p = {.port = bench_free_port()};
    ssize_t len = readlink("/proc/self/exe", tool, sizeof tool - 1);
    char *name;
    double rss_len = 0;
    int fd;

    tool[len > 0 ? len : 0] = '\0';
    name = strrchr(tool, '/');
    if (name == NULL || (size_t)(name - tool) + sizeof "/allswell-relay" > sizeof tool)
        return 0;
    memcpy(name, "/allswell-relay", sizeof "/allswell-relay");
    (void)snprintf(home, sizeof home, "%.255s/home", dir);
    (void)snprintf(log, sizeof log, "%.255s/home.log", dir);
    (void)snprintf(listen, sizeof listen, "127.0.0.1:%u", (unsigned)p.port);
    p.pid = bench_spawn(argv, log);
    fd = bench_connect(p.port, 100);
    if (fd >= 0) {
        rss_len = bench_rss_len(p.pid);
        (void)close(fd);
    }
    bench_stop(&p);
    return rss_len;
}

static void print_machine(unsigned rounds, uint64_t count, const char *dir)
{
    struct utsname name = {0};

    (void)uname(&name);
    printf("%s %s, %ld processors shared by server and client, loopback, files in %.100s\n"
           "%u rounds in turns, medians; %llu messages of %d bytes each\n\n",
           name.sysname, name.release, sysconf(_SC_NPROCESSORS_ONLN), dir, rounds,
           (unsigned long long)count, BENCH_MESSAGE_LEN);
}

static void run(const char *base, unsigned rounds, uint64_t count, unsigned links, bool all)
{
    struct bench_peer peers[PEER_COUNT] = {bench_allswell(), bench_mosquitto(true),
                                           bench_mosquitto(false), bench_redis(true),
                                           bench_redis(false)};
    struct figures f[PEER_COUNT] = {0};
    double raw[ROUNDS_MAX];
    unsigned i, round;

    print_machine(rounds, count, base);
    (void)fflush(stdout); /* before the first fork */
    for (i = 0; i < PEER_COUNT; i++) {
        if (!all && (i == PEER_MQTT || i == PEER_REDIS_SEC))
            continue;
        f[i].is_wanted = true;
        (void)snprintf(peers[i].dir, sizeof peers[i].dir, "%.200s/%u", base, i);
        f[i].is_there = mkdir(peers[i].dir, 0700) == 0 && peers[i].start(&peers[i]) &&
                        peers[i].prepare(&peers[i]);
        if (f[i].is_there && (i == PEER_OURS || i == PEER_TLS)) {
            f[i].idle_len = bench_idle(&peers[i], links);
            f[i].is_there = bench_readers_prepare(&peers[i], BENCH_BOXES);
            f[i].has_readers = true;
        }
    }
    for (round = 0; round < rounds; round++) {
        raw[round] = fdatasync_p50_us(base);
        for (i = 0; i < PEER_COUNT; i++)
            measure(&peers[i], &f[i], count);
    }
    for (i = 0; i < PEER_COUNT; i++)
        bench_stop(&peers[i]);
    print_table(peers, f);
    printf("\nallswell-relay resident at start: %.1f MB, shared libraries included (target 4)\n",
           resident_at_start(base) / 1e6);
    print_ratios(f, median(raw, rounds));
}

static int help(void)
{
    (void)fputs("Usage: allswell-lab bench relay [--rounds N] [--count N] [--links N] [--all]\n"
                "                                [--dir FOLDER]\n"
                "\n"
                "Starts a relay and, where installed, mosquitto with TLS and Redis with\n"
                "appendfsync=always on loopback, and puts the same load on each in turns.\n"
                "\n"
                "  --rounds N    1 to 9, medians are shown [3]\n"
                "  --count N     messages of a round, 600 to 60000 [48000]\n"
                "  --links N     idle links for the memory figure, 1 to 1000 [500]\n"
                "  --all         also mosquitto without TLS and Redis everysec\n"
                "  --dir FOLDER  where the files go, for a disk of your choice [/var/tmp]\n",
                stdout);
    return LAB_OK;
}

int aw_bench_relay(int argc, char **argv)
{
    static const struct option options[] = {{"rounds", required_argument, NULL, 'r'},
                                            {"count", required_argument, NULL, 'c'},
                                            {"links", required_argument, NULL, 'l'},
                                            {"all", no_argument, NULL, 'a'},
                                            {"dir", required_argument, NULL, 'd'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    static const char program[] = "allswell-lab bench relay";
    const struct rlimit files = {8192, 8192};
    uint64_t rounds = 3, count = 48000, links = 500;
    const char *dir = "/var/tmp";
    char base[256];
    bool all = false;
    bool ok = true;
    int option;

    while (ok && (option = lab_option(program, argc, argv, ":", options)) != -1) {
        if (option == 'r')
            ok = lab_number("--rounds", optarg, 1, ROUNDS_MAX, &rounds);
        else if (option == 'c')
            ok = lab_number("--count", optarg, 600, 60000, &count);
        else if (option == 'l')
            ok = lab_number("--links", optarg, 1, BENCH_CONN_MAX, &links);
        else if (option == 'a')
            all = true;
        else if (option == 'd')
            dir = optarg;
        else
            return option == 'h' ? help() : LAB_USAGE;
    }
    if (!ok || !lab_no_words(program, argc, argv))
        return LAB_USAGE;
    if (dir[0] == '\0')
        return lab_wrong(program, dir, "is no folder");
    (void)setrlimit(RLIMIT_NOFILE, &files);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)snprintf(base, sizeof base, "%.200s/allswell-bench-XXXXXX", dir);
    if (mkdtemp(base) == NULL) {
        (void)fprintf(stderr, "allswell-lab: %s: %s; choose another folder with --dir\n", dir,
                      strerror(errno));
        return LAB_FAILED;
    }
    run(base, (unsigned)rounds, count, (unsigned)links, all);
    bench_remove(base);
    return LAB_OK;
}
