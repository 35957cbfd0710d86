/* SPDX-License-Identifier: ISC */
/*
 * Goal: strangers who flood a relay keep nobody from being heard.
 * Method: a real relay; a process that sends first frames which open nothing, as many a second as
 * it is told; one that holds connections and sends a byte now and then. Meanwhile a beat goes from
 * an honest link to another one, and an honest client comes anew.
 * Usage: flood BIN PRELOAD [--seconds N] [--rate N] [--slow N]
 */
#include "test.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "common/base64.h"
#include "program.h"
#include "support/folder.h"
#include "support/relay_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SEED    7
#define BEAT_MS 50
/* Beats are more than one mailbox takes: a relay limits what each is sent (08 RE-13). */
#define MAILBOXES 16
#define NEW_EACH  10 /* beats between two newcomers */
#define LIMIT_MS  15000
#define SLICE_MS  100
#define WARM_MS   60000
#define BUSY      128 /* connections of the flood that wait for their end */
#define SLOW_MAX  10000
#define FIRST_LEN 50 /* of the shortest first frame */
#define BEATS_MAX 100000

const char *const tool_name = "faults_flood";

/* What the two processes count, in memory of all three. */
struct tally {
    atomic_uint_fast64_t bogus, slow, evicted;
    atomic_bool stop;
};

static struct {
    const char *bin, *preload;
    uint64_t seconds, rate, slow;
    char home[300];
    struct program program;
    struct aw_loop *loop;
    uint16_t port;
    uint8_t key[AW_RELAY_KEY_LEN], token[AW_RELAY_KEY_LEN];
    struct tally *tally;
    pid_t attackers[2];
    uint32_t waits_ms[BEATS_MAX], new_waits_ms[BEATS_MAX / NEW_EACH + 1];
    uint64_t beats, newcomers, lost;
} run = {.seconds = 3, .rate = 10000, .slow = 5000};

static struct rig_client sender, reader, newcomer;

static uint64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* A connection under way. From another address each time: one would run out of ports. */
static int begin_connection(uint64_t number)
{
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(run.port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    from.sin_addr.s_addr = htonl(UINT32_C(0x7f000002) + (uint32_t)(number % 4000));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 &&
        (bind(fd, (struct sockaddr *)&from, sizeof from) != 0 ||
         (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS))) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

static void flood_step(struct pollfd *fds, struct t_rng *rng, uint64_t begun_ms, uint64_t *begun)
{
    uint8_t frame[FIRST_LEN];

    for (size_t i = 0; i < BUSY; i++) {
        if (fds[i].fd < 0 && *begun * 1000 < run.rate * (now_ms() - begun_ms)) {
            fds[i] = (struct pollfd){.fd = begin_connection((*begun)++), .events = POLLOUT};
            continue;
        }
        if (fds[i].fd < 0 || fds[i].revents == 0)
            continue;
        if (fds[i].events == POLLOUT && (fds[i].revents & (POLLERR | POLLHUP)) == 0) {
            t_rng_bytes(rng, frame, sizeof frame);
            aw_put_u16(frame, FIRST_LEN - 2);
            if (send(fds[i].fd, frame, sizeof frame, MSG_NOSIGNAL) == FIRST_LEN)
                fds[i].events = POLLIN;
            continue;
        }
        if (fds[i].events == POLLIN)
            atomic_fetch_add(&run.tally->bogus, 1);
        (void)close(fds[i].fd);
        fds[i].fd = -1;
    }
}

static void flood(void)
{
    struct pollfd fds[BUSY];
    struct t_rng rng = t_rng(1);
    uint64_t begun_ms = now_ms(), begun = 0;

    for (size_t i = 0; i < BUSY; i++)
        fds[i].fd = -1;
    while (!atomic_load(&run.tally->stop)) {
        flood_step(fds, &rng, begun_ms, &begun);
        (void)poll(fds, BUSY, 1);
    }
}

/* Holds as many connections as the relay lets it; each says a byte of a long first frame in turn.
 */
static void hold(void)
{
    static struct pollfd fds[SLOW_MAX];
    static const uint8_t bytes[] = {0x0f, 0xff, 1};
    uint64_t number = 0, turn = 0;

    for (size_t i = 0; i < run.slow; i++)
        fds[i].fd = -1;
    while (!atomic_load(&run.tally->stop)) {
        uint64_t held = 0;

        for (size_t i = 0; i < run.slow; i++) {
            if (fds[i].fd >= 0 && (fds[i].revents & (POLLHUP | POLLERR | POLLRDHUP)) != 0) {
                (void)close(fds[i].fd);
                fds[i].fd = -1;
                atomic_fetch_add(&run.tally->evicted, 1);
            }
            if (fds[i].fd < 0)
                fds[i] = (struct pollfd){.fd = begin_connection(number++), .events = POLLRDHUP};
            else if (i % 50 == turn % 50)
                (void)send(fds[i].fd, &bytes[turn / 50 % 3], 1, MSG_NOSIGNAL);
            held += fds[i].fd >= 0;
        }
        turn++;
        if (held > atomic_load(&run.tally->slow))
            atomic_store(&run.tally->slow, held);
        (void)poll(fds, run.slow, 0);
        (void)poll(NULL, 0, 20);
    }
}

static void attack(void)
{
    void (*const ways[])(void) = {flood, hold};

    for (size_t i = 0; i < AW_COUNT(ways); i++) {
        run.attackers[i] = fork();
        T_REQUIRE(run.attackers[i] >= 0);
        if (run.attackers[i] == 0) {
            ways[i]();
            _exit(0);
        }
    }
}

static void end_attack(void)
{
    atomic_store(&run.tally->stop, true);
    for (size_t i = 0; i < AW_COUNT(run.attackers); i++) {
        int status = 1;

        T_EQ(waitpid(run.attackers[i], &status, 0), run.attackers[i]);
        T_EQ(status, 0);
    }
}

/* What is resident of the relay, in KiB. */
static uint64_t resident_kib(void)
{
    char path[64], line[200];
    uint64_t kib = 0;
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)run.program.pid);
    f = fopen(path, "re");
    T_REQUIRE(f != NULL);
    while (fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtoull(line + 6, NULL, 10);
    }
    (void)fclose(f);
    return kib;
}

static void open_client(struct rig_client *c)
{
    rig_client_open(c, run.loop, run.port, run.key);
    c->seed = SEED;
    c->mailbox_count = MAILBOXES;
}

/* Runs the loop until a beat is read, for LIMIT_MS of the time in which this machine ran: one that
 * stood still for a minute says nothing of the relay. */
static bool wait_for_beat(uint32_t *wait_ms)
{
    bool is_read = false;

    *wait_ms = 0;
    while (!is_read && *wait_ms < LIMIT_MS) {
        uint64_t begin_ms = now_ms();

        (void)rig_run(run.loop, SLICE_MS);
        is_read = reader.delivered >= reader.expect;
        *wait_ms += (uint32_t)aw_time_min(now_ms() - begin_ms, 5 * SLICE_MS);
    }
    return is_read;
}

/* A beat goes out; how long until it is read. False: it is not. */
static bool beat(struct rig_client *c, uint32_t *wait_ms)
{
    reader.expect = reader.delivered + 1;
    T_TRUE(rig_client_deposit(c, run.beats));
    aw_dial_kick(c->dial);
    return wait_for_beat(wait_ms);
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* The one below which so many percent of them are. */
static uint32_t percentile(uint32_t *values, uint64_t count, uint64_t percent)
{
    qsort(values, count, sizeof *values, by_size);
    return values[count == 0 ? 0 : count - 1 - count * (100 - percent) / 100];
}

/* Returns what was resident meanwhile, in the median of the beats: more comes and goes with
 * strangers who are being sent away. */
static uint64_t beats_for(uint64_t ms)
{
    static uint32_t kib[BEATS_MAX];
    uint64_t end_ms = now_ms() + ms;
    size_t samples = 0;

    while (now_ms() < end_ms && run.beats < BEATS_MAX) {
        run.lost += !beat(&sender, &run.waits_ms[run.beats]);
        if (run.beats++ % NEW_EACH == 0) {
            open_client(&newcomer);
            run.lost += !beat(&newcomer, &run.new_waits_ms[run.newcomers++]);
            rig_client_close(&newcomer);
        }
        reader.expect = 0;
        (void)rig_run(run.loop, BEAT_MS);
        kib[samples++] = (uint32_t)resident_kib();
    }
    return percentile(kib, samples, 50);
}

static void prepare(void)
{
    char program[600], command[1000], token[200] = "";
    const char *const argv[] = {program,    "--home",      run.home, "run",
                                "--listen", "127.0.0.1:0", NULL};
    const char *slash, *colon;
    FILE *pipe;

    (void)snprintf(program, sizeof program, "%s/allswell-relay", run.bin);
    (void)snprintf(run.home, sizeof run.home, "%.255s", folder_path(folder_new(), "relay"));
    program_init(&run.program, folder_new());
    T_REQUIRE(program_start(&run.program, run.preload, argv));
    (void)snprintf(command, sizeof command, "'%s' --home '%s' token new flood 2>/dev/null", program,
                   run.home);
    pipe = popen(command, "r"); /* NOLINT(cert-env33-c): words of ours */
    T_REQUIRE(pipe != NULL && fgets(token, sizeof token, pipe) != NULL);
    T_REQUIRE(pclose(pipe) == 0);
    slash = strrchr(run.program.line, '/');
    colon = strrchr(run.program.line, ':');
    T_REQUIRE(slash != NULL && colon != NULL &&
              base64_decode(run.key, sizeof run.key, slash + 1, strlen(slash + 1)) &&
              base64_decode(run.token, sizeof run.token, token, strcspn(token, "\n")));
    run.port = (uint16_t)strtoul(colon + 1, NULL, 10);
    run.tally =
        mmap(NULL, sizeof *run.tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    T_REQUIRE(run.tally != MAP_FAILED);

    run.loop = rig_loop();
    open_client(&sender);
    open_client(&reader);
    reader.takes = true;
    for (size_t i = 0; i < MAILBOXES; i++)
        rig_client_read(&reader, SEED, i, run.token);
    reader.expect_cleared = 2 * MAILBOXES;
    T_REQUIRE(rig_run(run.loop, LIMIT_MS));
    reader.expect_cleared = 0;
}

static bool may_hold(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max < run.slow + BUSY + 64)
        return false;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static void read_options(int argc, char **argv)
{
    static const struct option known[] = {
        {"seconds", 1, NULL, 't'}, {"rate", 1, NULL, 'r'}, {"slow", 1, NULL, 's'}, {0}};
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 't')
            run.seconds = strtoull(optarg, NULL, 10);
        else if (option == 'r')
            run.rate = strtoull(optarg, NULL, 10);
        else if (option == 's')
            run.slow = strtoull(optarg, NULL, 10);
        else
            exit(2);
    }
    if (argc - optind != 2 || run.slow > SLOW_MAX || run.seconds == 0)
        exit(2);
    run.bin = argv[optind];
    run.preload = argv[optind + 1];
}

int main(int argc, char **argv)
{
    uint64_t first_kib, second_kib, begun_ms, took_ms;
    uint32_t wait_ms, new_wait_ms;

    read_options(argc, argv);
    if (!may_hold()) {
        printf("skipped: %" PRIu64 " descriptors cannot be had here\n", run.slow + BUSY + 64);
        return 77;
    }
    prepare();
    attack();
    begun_ms = now_ms();
    do /* until strangers are as many as they may be */
        (void)beats_for(1000);
    while (atomic_load(&run.tally->evicted) == 0 && now_ms() < begun_ms + WARM_MS);
    first_kib = beats_for(run.seconds * 500);
    second_kib = beats_for(run.seconds * 500);
    took_ms = now_ms() - begun_ms;
    end_attack();

    wait_ms = percentile(run.waits_ms, run.beats, 99);
    new_wait_ms = percentile(run.new_waits_ms, run.newcomers, 99);
    T_EQ(run.lost, 0);
    T_EQ(sender.downs, 0); /* who was there stays */
    T_EQ(reader.downs, 0);
    T_TRUE(run.beats >= 10);
    T_TRUE(atomic_load(&run.tally->bogus) > 0 && atomic_load(&run.tally->evicted) > 0);
    T_TRUE(second_kib <= first_kib + first_kib / 10 + 1024);
    rig_client_close(&sender);
    rig_client_close(&reader);
    aw_loop_close(run.loop);
    program_end(&run.program, SIGTERM, LIMIT_MS);
    T_TRUE(WIFEXITED(run.program.status) && WEXITSTATUS(run.program.status) == 0);
    printf("%" PRIu64 " bogus handshakes a second, %" PRIu64 " slow connections, %" PRIu64
           " beats, %" PRIu64 " lost, %" PRIu32 " ms at p99, %" PRIu32
           " ms at p99 for who comes anew, %" PRIu64 " KiB resident, then %" PRIu64 " KiB\n",
           atomic_load(&run.tally->bogus) * 1000 / took_ms, atomic_load(&run.tally->slow),
           run.beats + run.newcomers, run.lost, wait_ms, new_wait_ms, first_kib, second_kib);
    return t_state.fail_count == 0 ? 0 : 1;
}
