/* SPDX-License-Identifier: ISC */
/*
 * A real relay that is killed, or whose calls into the system fail, at call number n: whatever it
 * has acknowledged is delivered afterwards, and it ends with one line or goes on.
 * Usage: relay BIN PRELOAD [--kill | --fail | --sweep STEPS] [--seed N] [--cycles N] [--seconds N]
 * Each cycle: start (some of them with the fault set from the beginning), read and take what
 * the cycles before have left, set the fault, deposit; then the end, by the fault or by us.
 * --sweep draws nothing: calls number 1, 2, ... of a start, then of one deposit, until there is no
 * such call, are killed, torn, and fail in each way, once and for ever. From a call n it goes on
 * with n + 1 + n / STEPS.
 */
#include "test.h"

#include "base/assert.h"
#include "common/base64.h"
#include "program.h"
#include "support/folder.h"
#include "support/relay_rig.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SEED      5
#define MAILBOXES 16
#define CELLS     48 /* of one cycle: 3 for each mailbox, far below what one keeps */
#define CELL_MAX  (1u << 24)
#define ANSWER_MS 400
#define LIMIT_MS  15000

const char *const tool_name = "faults_relay";

/* What may happen to calls of a kind. Where epoll_ctl or a pipe of its own fails, libuv ends the
 * process by abort(). */
static const struct ways {
    unsigned calls;
    int errors[5];
    bool may_abort;
} all_ways[] = {
    {FAULT_READ, {EIO, EINTR}, false},
    {FAULT_WRITE, {EIO, ENOSPC, EDQUOT, EINTR}, false},
    {FAULT_SYNC, {EIO, ENOSPC, EINTR}, false},
    {FAULT_OPEN, {EMFILE, ENFILE, EACCES, ENOMEM, EINTR}, false},
    {FAULT_CLOSE, {EIO, EINTR}, false},
    {FAULT_NAME, {EIO, ENOSPC, EROFS}, false},
    {FAULT_ACCEPT, {EMFILE, ENFILE, ENOMEM, ECONNABORTED, EINTR}, false},
    {FAULT_SEND, {ENOBUFS, ENOMEM, EPIPE, EINTR}, false},
    {FAULT_RECV, {ENOMEM, ECONNRESET, EINTR}, false},
    {FAULT_EPOLL, {ENOMEM, ENOSPC}, true},
    {FAULT_SOCKET, {EMFILE, ENOMEM, EADDRINUSE}, false},
    {FAULT_MALLOC, {ENOMEM}, false},
    {FAULT_MAP, {ENOMEM}, false},
    {FAULT_NEW_FD, {EMFILE, ENFILE}, true},
    {FAULT_THREAD, {EAGAIN}, false},
    {FAULT_RANDOM, {EINTR}, false},
    {FAULT_WAIT, {EINTR}, false},
};

static struct {
    const char *bin, *preload;
    bool fails, is_met;
    unsigned steps; /* of a sweep; 0: none */
    uint64_t seed, cycles_max, seconds;
    char home[300];
    struct program program;
    struct aw_loop *loop;
    uint8_t token[AW_RELAY_KEY_LEN];
    struct t_rng rng;
    const struct ways *ways;
    unsigned calls;
    bool forever;
    int what;
    unsigned at;
    uint8_t *acked, *seen;
    uint64_t checked, next; /* cells below `checked` are all accounted for */
    uint64_t cycles, killed, refused, went_on, hits, acked_count, malloc_hits, lost;
} run = {.seed = 1, .cycles_max = 60};

static struct rig_client client;

static bool has(const uint8_t *map, uint64_t n)
{
    return (map[n / 8] & 1u << n % 8) != 0;
}

/* One command of the relay's operator; its first word of output. */
static void relay_command(char *out, size_t cap, const char *words)
{
    char command[1000];
    FILE *pipe;

    (void)snprintf(command, sizeof command, "'%s/allswell-relay' --home '%s' %s 2>/dev/null",
                   run.bin, run.home, words);
    pipe = popen(command, "r"); /* NOLINT(cert-env33-c): words of ours */
    T_REQUIRE(pipe != NULL && fgets(out, (int)cap, pipe) != NULL);
    out[strcspn(out, "\n")] = '\0';
    T_REQUIRE(pclose(pipe) == 0);
}

static bool start(void)
{
    char program[600];
    const char *const argv[] = {program,    "--home",      run.home, "run",
                                "--listen", "127.0.0.1:0", NULL};

    (void)snprintf(program, sizeof program, "%s/allswell-relay", run.bin);
    return program_start(&run.program, run.preload, argv);
}

static void connect_client(void)
{
    const char *line = run.program.line, *slash = strrchr(line, '/'), *colon = strrchr(line, ':');
    uint8_t key[AW_RELAY_KEY_LEN];

    T_REQUIRE(slash != NULL && colon != NULL &&
              base64_decode(key, sizeof key, slash + 1, strlen(slash + 1)));
    rig_client_open(&client, run.loop, (uint16_t)strtoul(colon + 1, NULL, 10), key);
    client.seed = SEED;
    client.mailbox_count = MAILBOXES;
    client.acked = run.acked;
    client.seen = run.seen;
    client.seen_len = CELL_MAX;
    client.ends_with_link = true;
}

static uint64_t missing(void)
{
    uint64_t count = 0;

    for (uint64_t n = run.checked; n < run.next; n++)
        count += has(run.acked, n) && !has(run.seen, n);
    return count;
}

/* Reads and takes all that waits, until nothing acknowledged is missing. False: the link ended. */
static bool read_all(bool creates)
{
    uint64_t waited_ms = 0;

    connect_client();
    client.takes = true;
    for (uint64_t i = 0; i < MAILBOXES; i++)
        rig_client_read(&client, SEED, i, creates ? run.token : NULL);
    client.expect_cleared = creates ? 2 * MAILBOXES : MAILBOXES;
    (void)rig_run(run.loop, LIMIT_MS);
    client.expect_cleared = 0;
    while (client.downs == 0 && missing() > 0 && waited_ms < LIMIT_MS) {
        (void)rig_run(run.loop, 5);
        waited_ms += 5;
    }
    if (client.downs == 0 && missing() == 0) {
        run.checked = run.next;
        (void)rig_run(run.loop, 10); /* the takes leave */
    }
    rig_client_close(&client);
    return client.downs == 0 || missing() == 0;
}

static void deposit(uint64_t count, uint64_t limit_ms)
{
    connect_client();
    for (uint64_t i = 0; i < count; i++)
        T_TRUE(rig_client_deposit(&client, run.next++));
    client.expect = count;
    aw_dial_kick(client.dial);
    (void)rig_run(run.loop, limit_ms);
    run.acked_count += client.ok;
}

/* Of the calls that matter, and not the third of them that are malloc. */
#define CALLS_KILLED (FAULT_ALL & ~(unsigned)FAULT_MALLOC & ~(unsigned)FAULT_READ)

static void choose_fault(bool from_start)
{
    static const unsigned reach[] = {1, 3, 10, 40};

    run.ways = &all_ways[t_rng_below(&run.rng, AW_COUNT(all_ways))];
    run.calls = run.ways->calls;
    run.at = 1 + (unsigned)t_rng_below(&run.rng, reach[t_rng_below(&run.rng, 4)]);
    if (run.ways->calls == FAULT_MALLOC)
        run.at *= 1 + (unsigned)t_rng_below(&run.rng, 20);
    if (!run.fails) {
        run.what = t_rng_below(&run.rng, 2) == 0 ? FAULT_KILL : FAULT_TEAR;
        run.forever = false;
        run.calls = CALLS_KILLED;
        run.at = 1 + (unsigned)t_rng_below(&run.rng, from_start ? 120 : 90);
        return;
    }
    do
        run.what = run.ways->errors[t_rng_below(&run.rng, AW_COUNT(run.ways->errors))];
    while (run.what == 0);
    run.forever = run.what != EINTR && t_rng_below(&run.rng, 2) == 0;
}

static void arm(void)
{
    program_arm(&run.program, run.calls, run.at, run.forever, run.what);
}

static bool is_hit(void)
{
    return atomic_load(&run.program.page->hits) > 0;
}

static void complain(const char *what)
{
    printf("    cycle %" PRIu64 " of seed %" PRIu64 ": kinds %#x, call %u%s, %s: %s\n", run.cycles,
           run.seed, run.calls, run.at, run.forever ? " and all after it" : "",
           run.what > 0 ? strerror(run.what) : "killed", what);
    program_report(&run.program);
    t_fail(__FILE__, __LINE__, what);
}

/* After its end: killed by the fault, or refused with a line. */
static void judge_end(void)
{
    int status = run.program.status;
    bool aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;

    if (!run.fails && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        run.killed++;
    else if (run.fails && program_refused(&run.program, "allswell-relay"))
        run.refused++;
    else if (run.fails && aborted && run.ways->may_abort)
        run.killed++;
    else
        complain("it did not end well");
}

/* It still runs: with the fault gone it serves again, and ends when it is told to. */
static void judge_running(void)
{
    bool serves = false;

    /* A link that it could not accept or serve may end now; and a disk that failed may be tried
     * again after a second only. */
    for (int i = 0; i < 5 && !serves && program_runs(&run.program); i++) {
        deposit(1, LIMIT_MS);
        serves = client.ok == 1;
        (void)rig_run(run.loop, serves ? 1 : 300);
        rig_client_close(&client);
    }
    if (!program_runs(&run.program)) {
        judge_end();
        return;
    }
    run.went_on++;
    if (!serves)
        complain("it does not serve again");
    if (t_rng_below(&run.rng, 4) != 0) { /* draining takes its time */
        program_end(&run.program, SIGKILL, LIMIT_MS);
        return;
    }
    program_end(&run.program, SIGTERM, LIMIT_MS);
    if (!WIFEXITED(run.program.status) || WEXITSTATUS(run.program.status) != 0)
        complain("SIGTERM did not end it");
}

static void end_cycle(void)
{
    if (is_hit())
        run.hits++;
    if (is_hit() && run.fails && run.calls == FAULT_MALLOC)
        run.malloc_hits++;
    if (!run.fails && is_hit())
        program_end(&run.program, 0, LIMIT_MS); /* the link may have ended a moment earlier */
    program_arm(&run.program, 0, 0, false, 0);
    if (!program_runs(&run.program))
        judge_end();
    else if (run.fails)
        judge_running();
    else
        program_end(&run.program, SIGKILL, LIMIT_MS);
}

static void play(bool from_start, uint64_t cells)
{
    bool has_started;

    program_arm(&run.program, 0, 0, false, 0);
    if (from_start)
        arm();
    has_started = start();
    run.is_met = is_hit();
    if (!has_started) {
        if (!from_start)
            complain("it did not start");
        else
            end_cycle();
        return;
    }
    if (from_start && run.fails) /* it started all the same: it must serve when the fault is gone */
        end_cycle();
    else if (read_all(false) || from_start) {
        /* Killed while it was read: its link may end a moment before it does. The next cycle reads
         * what is missing. */
        bool is_met = client.downs > 0 && is_hit();

        if (missing() > 0 && !is_met && program_runs(&run.program)) {
            run.lost += missing();
            complain("something acknowledged is missing");
        }
        if (!from_start)
            arm();
        deposit(cells, ANSWER_MS);
        rig_client_close(&client);
        run.is_met = run.is_met || (!from_start && is_hit());
        end_cycle();
    } else {
        complain("the relay broke the link");
    }
}

static void cycle(void)
{
    bool from_start = t_rng_below(&run.rng, run.fails ? 2 : 4) == 0;

    choose_fault(from_start);
    play(from_start, CELLS);
}

/* Until a start, or a deposit, makes no such call. */
static void sweep_fault(unsigned calls, int what, bool forever)
{
    for (int from_start = 1; from_start >= 0 && t_state.fail_count == 0; from_start--) {
        run.calls = calls;
        run.what = what;
        run.forever = forever;
        run.at = 1;
        do {
            play(from_start, 1);
            run.cycles++;
            run.at += 1 + run.at / run.steps;
        } while (run.is_met && t_state.fail_count == 0);
    }
}

static void sweep(void)
{
    sweep_fault(CALLS_KILLED, FAULT_KILL, false);
    sweep_fault(FAULT_WRITE, FAULT_TEAR, false);
    run.fails = true;
    for (size_t i = 0; i < AW_COUNT(all_ways); i++) {
        run.ways = &all_ways[i];
        sweep_fault(run.ways->calls, run.ways->errors[0], false);
        if (run.ways->errors[0] != EINTR)
            sweep_fault(run.ways->calls, run.ways->errors[0], true);
    }
}

static void prepare(void)
{
    char token[200];

    run.loop = rig_loop();
    run.rng = t_rng(run.seed);
    (void)snprintf(run.home, sizeof run.home, "%.255s", folder_path(folder_new(), "relay"));
    program_init(&run.program, folder_new());
    run.acked = calloc(1, CELL_MAX / 8);
    run.seen = calloc(1, CELL_MAX / 8);
    T_REQUIRE(run.acked != NULL && run.seen != NULL);
    T_REQUIRE(start());
    relay_command(token, sizeof token, "token new faults");
    T_REQUIRE(base64_decode(run.token, sizeof run.token, token, strlen(token)));
    T_TRUE(read_all(true));
    T_EQ(client.created, MAILBOXES);
    program_end(&run.program, SIGTERM, LIMIT_MS);
}

/* Without any fault, everything must be there. */
static void finish(void)
{
    program_arm(&run.program, 0, 0, false, 0);
    T_REQUIRE(start());
    T_TRUE(read_all(false));
    run.lost += missing();
    T_EQ(missing(), 0);
    program_end(&run.program, SIGTERM, LIMIT_MS);
    free(run.acked);
    free(run.seen);
    aw_loop_close(run.loop);
}

static void read_options(int argc, char **argv)
{
    static const struct option known[] = {{"kill", 0, NULL, 'k'},   {"fail", 0, NULL, 'f'},
                                          {"sweep", 1, NULL, 'w'},  {"seed", 1, NULL, 's'},
                                          {"cycles", 1, NULL, 'n'}, {"seconds", 1, NULL, 't'},
                                          {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'k' || option == 'f')
            run.fails = option == 'f';
        else if (option == 's')
            run.seed = strtoull(optarg, NULL, 10);
        else if (option == 'w')
            run.steps = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 'n')
            run.cycles_max = strtoull(optarg, NULL, 10);
        else if (option == 't')
            run.seconds = strtoull(optarg, NULL, 10);
        else
            exit(2);
    }
    if (argc - optind != 2)
        exit(2);
    run.bin = argv[optind];
    run.preload = argv[optind + 1];
}

int main(int argc, char **argv)
{
    time_t end;

    read_options(argc, argv);
    if (access("/dev/shm", W_OK) == 0)
        (void)setenv("TMPDIR", "/dev/shm", 0);
    prepare();
    end = time(NULL) + (time_t)run.seconds;
    if (run.steps > 0)
        sweep();
    for (; run.steps == 0 && t_state.fail_count == 0 &&
           (run.seconds > 0 ? time(NULL) < end : run.cycles < run.cycles_max);
         run.cycles++)
        cycle();
    if (t_state.fail_count == 0)
        finish();
    printf("%" PRIu64 " cycles, %" PRIu64 " killed, %" PRIu64 " refused, %" PRIu64
           " went on, %" PRIu64 " faults met, %" PRIu64 " of malloc, %" PRIu64
           " cells acknowledged, %" PRIu64 " lost\n",
           run.cycles, run.killed, run.refused, run.went_on, run.hits, run.malloc_hits,
           run.acked_count, run.lost);
    return t_state.fail_count == 0 ? 0 : 1;
}
