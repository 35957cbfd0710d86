/* SPDX-License-Identifier: ISC */
#include "lab/call.h"
#include "lab/lab.h"
#include "lab/number.h"
#include "lab/sim/chen.h"
#include "lab/sim/coverage.h"
#include "lab/sim/shrink.h"

#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAYS_MAX     1e6
#define YEARS_MAX    1e6
#define SECONDS_MAX  1e9
#define SEED_MAX     UINT64_C(9000000000000000)
#define SHRINK_S     20
#define SHRINK_MAX_S 86400

static const char usage[] =
    "Usage: allswell-lab simulate [--seed N] [--seeds COUNT] [--years Y] [--seconds S]\n"
    "         [--contacts N] [--days D] [--faults LIST] [--sqlite] [--canary N] [--twice]\n"
    "         [--report] [--figures NAME] [--cells FILE] [--shrink S] [--verbose]\n"
    "       allswell-lab simulate --picture FILE.svg [--seed N] [--days D]\n"
    "\n"
    "Lives of whole circles on virtual time, with the real engines: one for each seed.\n"
    "\n"
    "  -s, --seed N      first seed [1]\n"
    "  -n, --seeds N     this many lives [1, or as many as --years and --seconds ask for]\n"
    "  -y, --years Y     until so many person-years were lived\n"
    "  -t, --seconds S   until so many seconds have passed\n"
    "  -c, --contacts N  that many contacts [drawn]\n"
    "  -d, --days D      days of a life with faults [drawn]\n"
    "  -f, --faults LIST drawn, all, none, or names with a comma between; -name takes one away\n"
    "  -q, --sqlite      stores are SQLite's, on disks that lose in a power cut what was not\n"
    "                    flushed, or some of it\n"
    "  -k, --canary N    a flaw on purpose, that of invariant N or one above them: it must be "
    "found\n"
    "  -2, --twice       live each life twice and compare the traces\n"
    "  -r, --report      figures of all lives\n"
    "  -F, --figures NAME  the same for tools/proof.sh; NAME is real or stub; failures on stderr\n"
    "  -C, --cells FILE  writes how often each cell of the state tables was visited\n"
    "  -S, --shrink S    where one breaks, look S seconds for a smaller one [20]\n"
    "  -p, --picture FILE  in place of lives: false alarms and detection time over loss and "
    "grace,\n"
    "                    beside the formulas; FILE.svg and FILE.tsv, --days for each point [800]\n"
    "  -v, --verbose     each line of the timeline as it happens, on stderr\n"
    "\n"
    "A life in which an invariant breaks is printed with its last lines and the command that\n"
    "repeats it, then the smallest that was found. Exit codes: 0 none broke, 1 one did, or a "
    "figure is not as computed, 2 wrong\n"
    "call, 4 the environment failed.\n";

struct job {
    struct sim_options options;
    uint64_t seeds;
    double years, seconds, shrink_s;
    bool is_twice, is_report, has_seeds;
    const char *program; /* this one, or the one on stub crypto: their lives differ */
    const char *figures, *picture, *cells;
};

/* How a life ended, and what was drawn for it. */
struct ending {
    bool is_broken;
    enum sim_invariant failed;
    struct sim_options options;
};

/* ---- An engine that asserts: its last lines, too ---- */

static struct sim *living;
static sigjmp_buf after_death;

static const char *print_names(uint32_t set, const char *before, const char *sign, FILE *out)
{
    for (unsigned i = 0; i < SIM_FAULT_COUNT; i++) {
        if ((set >> i & 1) == 0)
            continue;
        (void)fprintf(out, "%s%s%s", before, sign, sim_fault_name((enum sim_fault)i));
        before = ",";
    }
    return before;
}

/* As read_faults() reads them. */
static void print_faults(const struct sim_options *options, FILE *out)
{
    bool is_drawn = (options->faults_off | options->faults_on) != UINT32_MAX;

    if (options->faults_on == UINT32_MAX)
        (void)fprintf(out, " --faults all");
    else if (!is_drawn && options->faults_on == 0)
        (void)fprintf(out, " --faults none");
    else
        (void)print_names(options->faults_on,
                          print_names(is_drawn ? options->faults_off : 0, " --faults ", "-", out),
                          "", out);
}

/* The command that lives this life again. */
static void print_repeat(const struct sim_options *options, const struct job *job, FILE *out)
{
    (void)fprintf(out, "  repeat: %s --seed %llu --verbose", job->program,
                  (unsigned long long)options->seed);
    print_faults(options, out);
    if (options->contacts != 0)
        (void)fprintf(out, " --contacts %u", (unsigned)options->contacts);
    if (options->life_ms != 0)
        (void)fprintf(out, " --days %llu", (unsigned long long)(options->life_ms / SIM_DAY));
    if (options->is_on_disk)
        (void)fprintf(out, " --sqlite");
    if (job->is_twice)
        (void)fprintf(out, " --twice");
    if (options->canary != 0)
        (void)fprintf(out, " --canary %u\n  on purpose: %s", options->canary,
                      sim_canary_text(options->canary - 1));
    (void)fprintf(out, "\n");
    (void)fflush(out);
}

static void print_failure(const struct sim *w, const struct job *job)
{
    FILE *out = job->figures != NULL ? stderr : stdout;

    (void)fprintf(out, "FAILED seed %llu: %s, %s: %s\n", (unsigned long long)w->options.seed,
                  sim_invariant_name(w->failed), sim_invariant_text(w->failed), w->failure);
    sim_print_timeline(w, out, 60);
    print_repeat(&w->options, job, out);
}

/* Assertions are raised by the process itself, so it may go on elsewhere; what lived is leaked. */
static void on_abort(int signal_no)
{
    (void)signal_no;
    if (living == NULL)
        _Exit(LAB_REFUSED);
    siglongjmp(after_death, 1);
}

/* ---- Options ---- */

static bool read_faults(const char *list, struct sim_options *options)
{
    char text[256];
    char *at, *rest = NULL;

    options->faults_on = options->faults_off = 0;
    if (strcmp(list, "drawn") == 0)
        return true;
    if (strcmp(list, "all") == 0) {
        options->faults_on = UINT32_MAX;
        return true;
    }
    if (list[0] != '-')
        options->faults_off = UINT32_MAX;
    if (strcmp(list, "none") == 0)
        return true;
    if (snprintf(text, sizeof text, "%s", list) >= (int)sizeof text)
        return false;
    for (at = strtok_r(text, ",", &rest); at != NULL; at = strtok_r(NULL, ",", &rest)) {
        const char *name = at[0] == '-' ? at + 1 : at;
        unsigned i = 0;

        while (i < SIM_FAULT_COUNT && strcmp(sim_fault_name((enum sim_fault)i), name) != 0)
            i++;
        if (i == SIM_FAULT_COUNT)
            return false;
        if (at[0] == '-') {
            options->faults_off |= UINT32_C(1) << i;
        } else {
            options->faults_on |= UINT32_C(1) << i;
            options->faults_off &= ~(UINT32_C(1) << i);
        }
    }
    return true;
}

static bool is_wrong(const char *option, const char *text, const char *why)
{
    (void)fprintf(stderr, "allswell-lab: %s '%.60s' is %s\n", option, text, why);
    return false;
}

static bool read_lives(const char *text, struct job *job)
{
    job->has_seeds = true;
    return lab_number("--seeds", text, 1, SEED_MAX, &job->seeds);
}

static bool read_days(const char *text, struct job *job)
{
    double days;

    if (!lab_amount("--days", text, DAYS_MAX, &days))
        return false;
    job->options.life_ms = (uint64_t)(days * (double)SIM_DAY);
    return true;
}

/* What is wrong is told in one line. */
static bool read_option(int c, const char *text, void *into)
{
    struct job *job = into;
    uint64_t value;

    switch (c) {
    case 's':
        return lab_number("--seed", text, 0, SEED_MAX, &job->options.seed);
    case 'n':
        return read_lives(text, job);
    case 'y':
        return lab_amount("--years", text, YEARS_MAX, &job->years);
    case 't':
        return lab_amount("--seconds", text, SECONDS_MAX, &job->seconds);
    case 'S':
        if (!lab_number("--shrink", text, 0, SHRINK_MAX_S, &value))
            return false;
        job->shrink_s = (double)value;
        return true;
    case 'c':
        if (!lab_number("--contacts", text, 0, SIM_CONTACT_MAX, &value))
            return false;
        job->options.contacts = (uint32_t)value;
        return true;
    case 'd':
        return read_days(text, job);
    case 'k':
        if (!lab_number("--canary", text, 0, SIM_FLAW_COUNT, &value))
            return false;
        job->options.canary = (unsigned)value;
        return true;
    case 'f':
        return (text[0] != '\0' && read_faults(text, &job->options)) ||
               is_wrong("--faults", text, "no list of faults: drawn, all, none, or their names");
    case 'F':
        job->figures = text;
        return strcmp(text, "real") == 0 || strcmp(text, "stub") == 0 ||
               is_wrong("--figures", text, "neither real nor stub: correct it");
    case 'p':
        job->picture = text;
        return true;
    case 'C':
        job->cells = text;
        return text[0] != '\0' || is_wrong("--cells", text, "no file: give its path");
    case 'q':
        job->options.is_on_disk = true;
        return true;
    case '2':
        job->is_twice = true;
        return true;
    case 'r':
        job->is_report = true;
        return true;
    case 'v':
        job->options.is_verbose = true;
        return true;
    default:
        return false;
    }
}

/* ---- Lives ---- */

static double seconds_now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct ending ending_of(const struct sim *w)
{
    struct ending ending = {w->is_failed, w->failed, w->options};

    ending.options.contacts = w->scene.contacts;
    ending.options.life_ms = w->scene.life_ms;
    ending.options.faults_on = 0;
    ending.options.faults_off = UINT32_MAX;
    for (unsigned i = 0; i < SIM_FAULT_COUNT; i++)
        ending.options.faults_on |= (uint32_t)(w->scene.strength[i] > 0) << i;
    return ending;
}

/* One life; where it breaks it is printed if `is_told`. */
static struct ending live(const struct job *job, const struct sim_options *options, bool is_told,
                          struct sim_stats *stats, uint8_t hash[32])
{
    struct sim *w = malloc(sizeof *w);
    struct ending ending;

    if (w == NULL)
        exit(LAB_FAILED);
    living = w;
    if (sigsetjmp(after_death, 1) != 0) {
        sim_fail(living, SIM_I11_DEFINED, "an assertion failed: see above");
        if (is_told)
            print_failure(living, job);
        stats->seeds++;
        ending = ending_of(living);
        living = NULL;
        return ending;
    }
    sim_open(w, options, stats);
    if (!w->is_failed)
        sim_run(w);
    if (w->is_failed && is_told)
        print_failure(w, job);
    ending = ending_of(w);
    memcpy(hash, w->hash, 32);
    living = NULL;
    sim_close(w);
    free(w);
    return ending;
}

/* ---- A smaller life ---- */

struct search {
    const struct job *job;
    struct sim_stats *stats; /* of no life that counts */
    enum sim_invariant failed;
    double until_s;
    unsigned lives;
};

static bool breaks(void *ctx, const struct sim_options *options)
{
    struct search *s = ctx;
    uint8_t hash[32];
    struct ending ending;

    if (seconds_now() >= s->until_s)
        return false;
    s->lives++;
    ending = live(s->job, options, false, s->stats, hash);
    return ending.is_broken && ending.failed == s->failed;
}

static void show_smallest(const struct job *job, const struct ending *ending)
{
    struct search s = {job, calloc(1, sizeof *s.stats), ending->failed,
                       seconds_now() + job->shrink_s, 0};
    struct sim_options smallest = ending->options;
    FILE *out = job->figures != NULL ? stderr : stdout;
    uint8_t hash[32];

    if (s.stats == NULL)
        exit(LAB_FAILED);
    smallest.is_verbose = false;
    sim_counts_visits = false;
    sim_shrink(&smallest, breaks, &s);
    if (s.lives != 0) {
        (void)fprintf(out, "The smallest of %u lives in which it breaks, too:\n", s.lives);
        (void)live(job, &smallest, true, s.stats, hash);
    }
    sim_counts_visits = true;
    free(s.stats);
}

static bool live_twice(const struct job *job, const struct sim_options *options,
                       struct sim_stats *stats)
{
    struct sim_stats *other = calloc(1, sizeof *other);
    uint8_t first[32], second[32];
    struct ending ending;
    bool ok;

    if (other == NULL)
        exit(LAB_FAILED);
    ending = live(job, options, true, stats, first);
    ok = !ending.is_broken;
    if (!ok && job->shrink_s > 0)
        show_smallest(job, &ending);
    if (ok && job->is_twice) {
        (void)live(job, options, true, other, second);
        stats->checks[SIM_I10_SAME]++;
        ok = memcmp(first, second, sizeof first) == 0;
        if (!ok) {
            FILE *out = job->figures != NULL ? stderr : stdout;

            (void)fprintf(out, "FAILED seed %llu: I10, same seed, same trace: two traces differ\n",
                          (unsigned long long)options->seed);
            print_repeat(options, job, out);
        }
    }
    free(other);
    return ok;
}

static int run(struct job *job)
{
    struct sim_stats *stats = calloc(1, sizeof *stats);
    double begin = seconds_now();
    uint64_t failed = 0;

    if (stats == NULL)
        return LAB_FAILED;
    sim_counts_visits = true;
    if (!job->has_seeds)
        job->seeds = job->years > 0 || job->seconds > 0 ? UINT64_MAX : 1;
    for (uint64_t i = 0; i < job->seeds; i++) {
        struct sim_options options = job->options;

        if (job->years > 0 && (double)stats->life_ms >= job->years * (double)SIM_YEAR)
            break;
        if (job->seconds > 0 && seconds_now() - begin >= job->seconds)
            break;
        options.seed += i;
        failed += !live_twice(job, &options, stats);
    }
    if (job->is_report)
        sim_report(stats, seconds_now() - begin, stdout);
    if (job->figures != NULL)
        sim_figures(stats, job->figures, failed, stdout);
    else
        (void)printf("%llu lives, %llu failed\n", (unsigned long long)stats->seeds,
                     (unsigned long long)failed);
    free(stats);
    if (job->cells != NULL && !sim_cells_write(job->cells)) {
        (void)fprintf(stderr, "allswell-lab: cannot write %s\n", job->cells);
        return LAB_FAILED;
    }
    return failed == 0 && !sim_cells_are_wrong(job->figures != NULL ? stderr : stdout)
               ? LAB_OK
               : LAB_REFUSED;
}

int lab_simulate(int argc, char **argv)
{
    static const struct option options[] = {
        {"seed", required_argument, NULL, 's'},     {"seeds", required_argument, NULL, 'n'},
        {"years", required_argument, NULL, 'y'},    {"seconds", required_argument, NULL, 't'},
        {"contacts", required_argument, NULL, 'c'}, {"days", required_argument, NULL, 'd'},
        {"faults", required_argument, NULL, 'f'},   {"sqlite", no_argument, NULL, 'q'},
        {"canary", required_argument, NULL, 'k'},   {"figures", required_argument, NULL, 'F'},
        {"twice", no_argument, NULL, '2'},          {"report", no_argument, NULL, 'r'},
        {"verbose", no_argument, NULL, 'v'},        {"picture", required_argument, NULL, 'p'},
        {"cells", required_argument, NULL, 'C'},    {"shrink", required_argument, NULL, 'S'},
        {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0}};
    struct job job = {.options = {.seed = 1}, .shrink_s = SHRINK_S, .program = argv[0]};
    struct lab_call call = {argv[0], usage, ":s:n:y:t:c:d:f:k:F:p:C:S:2qrvh", options};
    int code;

    if (strcmp(argv[0], "simulate") == 0)
        job.program = call.program = "allswell-lab simulate";
    if (!lab_options(&call, argc, argv, read_option, &job, &code))
        return code;
    /* A relay's engine has memory for a fair: what it does not touch shall cost nothing. */
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
    (void)signal(SIGABRT, on_abort);
    if (sodium_init() < 0)
        return LAB_FAILED;
    return job.picture != NULL ? sim_chen(&job.options, job.picture) : run(&job);
}
