/* SPDX-License-Identifier: ISC */
#include "lab/sim/chen.h"
#include "lab/lab.h"

#include "base/assert.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BEAT_S  3600
#define DELAY_S 90
/* Grace is so many beats and this, half of it as beat_grace_s. */
#define SLACK_S 300
#define CALM_MS (800 * SIM_DAY)
/* A silence is known so long after grace was used up, by the next but two turns to ask relays: 07
 * §5.1. The mean is what the formulas get, the most what the bound gets. */
#define PROOF_MEAN_S 18.5
#define PROOF_MAX_S  34

static const uint32_t losses_pm[CHEN_LOSSES] = {10, 20, 50, 100, 150, 200, 300};

/* ---- The formulas ---- */

/* Whether a message takes longer than this. */
static double later_than(const struct chen_link *l, double s)
{
    return s <= 0 ? 1 : exp(-s / l->delay_s);
}

/* Their u(x): no message that would do has arrived x after a freshness point. */
static double unheard(const struct chen_link *l, double delta_s, double x_s)
{
    unsigned k = (unsigned)ceil(delta_s / l->beat_s);
    double u = 1;

    for (unsigned j = 0; j <= k; j++)
        u *= l->loss + (1 - l->loss) * later_than(l, delta_s + x_s - j * l->beat_s);
    return u;
}

/* Simpson's rule over [from, to]. */
static double integral(const struct chen_link *l, double delta_s, double from_s, double to_s)
{
    const unsigned parts = 512;
    double step_s = (to_s - from_s) / parts, sum = 0;

    for (unsigned i = 0; i <= parts; i++) {
        double weight = i == 0 || i == parts ? 1 : i % 2 == 1 ? 4 : 2;

        sum += weight * unheard(l, delta_s, from_s + i * step_s);
    }
    return sum * step_s / 3;
}

/*
 * The quantile of the detection time. They give its bound only; the rest follows from the same
 * model: she falls silent at any time between two beats, V before which the last one that was not
 * lost was sent, and is found bound - V later.
 */
static double detection_s(const struct chen_link *l, double bound_s, double quantile)
{
    double left = 1 - quantile, lost = 1, v = 0, s;

    while (left > lost * (1 - l->loss)) {
        left -= lost * (1 - l->loss);
        lost *= l->loss;
        v += 1;
    }
    v += left / (lost * (1 - l->loss));
    s = bound_s - v * l->beat_s;
    return s > 0 ? s : 0;
}

void chen_forecast(const struct chen_link *l, struct chen_forecast *out)
{
    double delta_s = l->grace_s + PROOF_MEAN_S;
    double heard = (1 - l->loss) * (1 - later_than(l, delta_s + l->beat_s));
    double p_s = heard * unheard(l, delta_s, 0);
    /* In u(x) a message more counts from where delta + x is a multiple of beat_s: a kink. */
    double kink_s = ceil(delta_s / l->beat_s) * l->beat_s - delta_s;

    out->mistakes_s = l->beat_s / p_s;
    out->mistake_s =
        (integral(l, delta_s, 0, kink_s) + integral(l, delta_s, kink_s, l->beat_s)) / p_s;
    out->p50_s = detection_s(l, l->beat_s + delta_s, 0.50);
    out->p99_s = detection_s(l, l->beat_s + delta_s, 0.99);
    out->bound_s = l->beat_s + l->grace_s + PROOF_MAX_S;
}

/* Byar's approximation of the exact interval of a Poisson count. */
void chen_interval(const struct chen_point *p, double z, double *low, double *high)
{
    double n = p->alarms, more = n + 1;

    *low = n == 0 ? 0 : n * pow(1 - 1 / (9 * n) - z / (3 * sqrt(n)), 3) / p->years;
    *high = more * pow(1 - 1 / (9 * more) + z / (3 * sqrt(more)), 3) / p->years;
}

const char *chen_differs(const struct chen_point *p)
{
    double low, high, rate = SIM_YEAR / 1000.0 / p->forecast.mistakes_s;
    double most_s = 3 * p->link.beat_s / sqrt(p->trials);

    chen_interval(p, 3.29, &low, &high); /* 99.9 % */
    if (rate < 0.9 * low)
        return "more false alarms";
    /* Fewer are expected: after four calls without a reply she asks whether the session stands, and
     * what that sends is heard, too (spec/05-channel.md CH-37). */
    if (rate > 2 * high)
        return "fewer false alarms";
    if (p->max_s > p->forecast.bound_s)
        return "later detection";
    if (fabs(p->p50_s - p->forecast.p50_s) > most_s)
        return "another median of detection";
    return NULL;
}

/* ---- Measuring ---- */

struct measure {
    struct chen_point *point;
    struct aw_plan plan;
    struct sim_rng rng;
    bool is_on, is_alarmed;
    uint64_t since_ms; /* of the alarm */
    uint64_t alarmed_ms;
};

static void on_event(struct sim *w, struct sim_host *h, const struct aw_event *event, void *ctx)
{
    struct measure *m = ctx;

    if (!m->is_on || h->is_hers)
        return;
    if (event->kind == AW_EVENT_BACK && m->is_alarmed) {
        m->is_alarmed = false;
        m->alarmed_ms += w->now_ms - m->since_ms;
    }
    if ((event->kind != AW_EVENT_RING && event->kind != AW_EVENT_UNSURE) || m->is_alarmed)
        return;
    m->is_alarmed = true;
    m->since_ms = w->now_ms;
    m->point->alarms++;
}

static void prepare(struct sim *w, void *ctx)
{
    const struct measure *m = ctx;
    struct sim_scene *s = &w->scene;

    s->contacts = s->relays = 1;
    s->operators = 0;
    s->plan = m->plan;
    s->latency_ms = s->commit_ms = 0;
    s->probe_ms = SIM_DAY;
    s->clock_error_s = 2;
    w->humans[1] = (struct sim_human){.is_circle = true};
    w->is_held = true; /* whether an alarm is a false one is known here */
}

static void make_plan(struct measure *m)
{
    const struct chen_link *l = &m->point->link;
    struct aw_plan *p = &m->plan;

    aw_plan_default(p, 1);
    p->schedule[0].every_s = AW_SPAN_MAX_S; /* it is the beats that are measured */
    p->beat_s = (uint32_t)l->beat_s;
    p->grace_s = SLACK_S / 2;
    p->beat_grace_s = (uint32_t)l->grace_s - p->grace_s;
    (void)snprintf(p->roster[0].name, sizeof p->roster[0].name, "contact 1");
    if (aw_plan_check(p, NULL) != AW_PLAN_GOOD)
        AW_UNREACHABLE();
}

static void check_in(struct sim *w)
{
    if (!sim_people_checkin(w, w->safe_key, "checks in"))
        AW_UNREACHABLE(); /* nobody lets her phone or its disk fail */
}

/* Nothing is wrong but the path; she checks in when she has to. */
static void live_calmly(struct measure *m, struct sim *w, uint64_t calm_ms)
{
    m->is_on = true;
    for (uint64_t day = 0; day < calm_ms / SIM_DAY && !w->is_failed; day++) {
        if (day % 10 == 9)
            check_in(w);
        sim_settle(w, SIM_DAY);
    }
    m->point->years = (double)calm_ms / (double)SIM_YEAR;
    m->point->alarm_s = m->point->alarms == 0 ? 0 : (double)m->alarmed_ms / 1000 / m->point->alarms;
}

/* Her phone falls silent at any time; how long until he is rung for good? */
static uint32_t fall_silent(struct measure *m, struct sim *w)
{
    const struct chen_link *l = &m->point->link;
    uint64_t beat_ms = (uint64_t)l->beat_s * SIM_SECOND, at_ms;

    check_in(w); /* and long enough ago when it happens */
    sim_settle(w, (uint64_t)l->grace_s * SIM_SECOND + sim_between(&m->rng, 4, 5) * beat_ms +
                      sim_below(&m->rng, beat_ms));
    at_ms = w->now_ms;
    sim_host_stop(w, &w->hosts[0]);
    sim_settle(w, (uint64_t)(l->grace_s + l->beat_s) * SIM_SECOND + 10 * SIM_MINUTE);
    if (!m->is_alarmed)
        sim_fail(w, SIM_I1_SILENCE, "contact 1 has not heard that her phone fell silent");
    if (!sim_host_start(w, &w->hosts[0]))
        AW_UNREACHABLE();
    return m->since_ms <= at_ms ? 0 : (uint32_t)((m->since_ms - at_ms + 999) / 1000);
}

static int compare(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static void detect(struct measure *m, struct sim *w, uint32_t trials)
{
    uint32_t *wait_s = calloc(trials, sizeof *wait_s);
    struct chen_point *p = m->point;
    uint32_t alarms = p->alarms;

    AW_ASSERT(wait_s != NULL);
    for (p->trials = 0; p->trials < trials && !w->is_failed; p->trials++)
        wait_s[p->trials] = fall_silent(m, w);
    qsort(wait_s, trials, sizeof *wait_s, compare);
    p->p50_s = wait_s[trials / 2];
    p->p99_s = wait_s[trials * 99 / 100];
    p->max_s = wait_s[trials - 1];
    p->alarms = alarms;
    free(wait_s);
}

/* Returns false when an invariant broke. */
static bool measure(struct chen_point *p, const struct sim_options *given)
{
    struct measure m = {.point = p};
    struct sim_options options = {.seed = given->seed,
                                  .faults_off = UINT32_MAX,
                                  .contacts = 1,
                                  .is_verbose = given->is_verbose,
                                  .prepare = prepare,
                                  .on_event = on_event,
                                  .ctx = &m};
    struct sim_stats *stats = calloc(1, sizeof *stats);
    struct sim *w = malloc(sizeof *w);
    uint64_t calm_ms = given->life_ms == 0 ? CALM_MS : given->life_ms;
    bool is_fine;

    AW_ASSERT(stats != NULL && w != NULL);
    make_plan(&m);
    m.rng.state = given->seed;
    sim_open(w, &options, stats);
    w->relays[0].is_hostile = true; /* that is, it loses and delays cells */
    w->relays[0].drop_pm = (uint32_t)(p->link.loss * 1000 + 0.5);
    w->relays[0].hold_pm = 1000;
    w->relays[0].hold_ms = (uint64_t)p->link.delay_s * SIM_SECOND;
    live_calmly(&m, w, calm_ms);
    detect(&m, w, (uint32_t)(calm_ms / SIM_DAY / 2));
    is_fine = !w->is_failed;
    if (!is_fine) {
        (void)printf("FAILED seed %llu: %s: %s\n", (unsigned long long)options.seed,
                     sim_invariant_name(w->failed), w->failure);
        sim_print_timeline(w, stdout, 60);
    }
    sim_close(w);
    free(w);
    free(stats);
    return is_fine;
}

static bool measure_all(struct chen_point points[CHEN_POINTS], const struct sim_options *given)
{
    struct sim_options options = *given;

    for (unsigned i = 0; i < CHEN_POINTS; i++) {
        struct chen_point *p = &points[i];
        unsigned grace_no = i / CHEN_LOSSES;

        *p = (struct chen_point){.grace_no = grace_no,
                                 .link = {.loss = losses_pm[i % CHEN_LOSSES] / 1000.0,
                                          .delay_s = DELAY_S,
                                          .beat_s = BEAT_S,
                                          .grace_s = grace_no * BEAT_S + SLACK_S}};
        chen_forecast(&p->link, &p->forecast);
        options.seed = given->seed + i;
        if (!measure(p, &options))
            return false;
    }
    return true;
}

/* ---- The command ---- */

static bool write_file(const char *path, const struct chen_point points[CHEN_POINTS],
                       void (*write)(const struct chen_point points[CHEN_POINTS], FILE *out))
{
    FILE *out = fopen(path, "w");
    bool is_written;

    if (out != NULL)
        write(points, out);
    is_written = out != NULL && ferror(out) == 0;
    if ((out != NULL && fclose(out) != 0) || !is_written) {
        (void)fprintf(stderr, "allswell-lab: %s: %s\n", path, strerror(errno));
        return false;
    }
    return true;
}

int sim_chen(const struct sim_options *options, const char *path)
{
    static struct chen_point points[CHEN_POINTS];
    size_t len = strlen(path);
    unsigned differ = 0;
    char table[4096];

    if (len < 5 || len >= sizeof table || strcmp(path + len - 4, ".svg") != 0 ||
        (options->life_ms != 0 && options->life_ms < 2 * SIM_DAY)) {
        (void)fprintf(stderr, "allswell-lab: --picture wants a name that ends in .svg, and two "
                              "days at least\n");
        return LAB_USAGE;
    }
    (void)snprintf(table, sizeof table, "%.*s.tsv", (int)(len - 4), path);
    if (!measure_all(points, options))
        return LAB_REFUSED;
    if (!write_file(path, points, chen_picture) || !write_file(table, points, chen_table))
        return LAB_FAILED;
    for (unsigned i = 0; i < CHEN_POINTS; i++) {
        const char *what = chen_differs(&points[i]);

        if (what == NULL)
            continue;
        differ++;
        (void)printf("loss %.0f %%, grace %.0f s: %s than computed\n", points[i].link.loss * 100,
                     points[i].link.grace_s, what);
    }
    (void)printf("%d points, %u not as computed\n", CHEN_POINTS, differ);
    return differ == 0 ? LAB_OK : LAB_REFUSED;
}
