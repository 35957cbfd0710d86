/* SPDX-License-Identifier: ISC */
#include "lab/sim/coverage.h"

#include <stdlib.h>

/* What a reader wants to know after some thousand lives. */

static int compare(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static double years_of(uint64_t ms)
{
    return (double)ms / (double)SIM_YEAR;
}

static void print_times(const struct sim_stats *s, FILE *out)
{
    uint32_t *wait_s, *share; /* share: of the bound, per mille */
    size_t n = s->sample_count;

    if (n == 0)
        return;
    wait_s = malloc(n * sizeof *wait_s);
    share = malloc(n * sizeof *share);
    if (wait_s != NULL && share != NULL) {
        for (size_t i = 0; i < n; i++) {
            wait_s[i] = s->wait_s[i];
            share[i] =
                (uint32_t)(s->bound_s[i] == 0 ? 0 : s->wait_s[i] * UINT64_C(1000) / s->bound_s[i]);
        }
        qsort(wait_s, n, sizeof *wait_s, compare);
        qsort(share, n, sizeof *share, compare);
        (void)fprintf(out,
                      "detection time          p50 %u min, p99 %u min, max %u min\n"
                      "  of its bound          p50 %u %%, p99 %u %%, max %u %%\n",
                      wait_s[n / 2] / 60, wait_s[n * 99 / 100] / 60, wait_s[n - 1] / 60,
                      share[n / 2] / 10, share[n * 99 / 100] / 10, share[n - 1] / 10);
    }
    free(wait_s);
    free(share);
}

static void print_alarms(const struct sim_stats *s, FILE *out)
{
    double years = years_of(s->life_ms);

    (void)fprintf(out, "rings without an incident, a person-year\n");
    for (unsigned i = 0; i < SIM_CAUSE_COUNT; i++)
        (void)fprintf(out, "  %-22s%8.3f\n", sim_cause_name((enum sim_cause)i),
                      years > 0 ? (double)s->alarms_false[i] / years : 0);
}

static void print_faults(const struct sim_stats *s, FILE *out)
{
    (void)fprintf(out, "faults                  lives with it   how often\n");
    for (unsigned i = 0; i < SIM_FAULT_COUNT; i++)
        (void)fprintf(out, "  %-22s%8llu  %12llu\n", sim_fault_name((enum sim_fault)i),
                      (unsigned long long)s->fault_seeds[i],
                      (unsigned long long)s->fault_counts[i]);
}

void sim_report(const struct sim_stats *s, double seconds, FILE *out)
{
    double years = years_of(s->life_ms);

    (void)fprintf(out,
                  "lives                   %llu\nperson-years            %.1f (%.1f a second)\n",
                  (unsigned long long)s->seeds, years, seconds > 0 ? years / seconds : 0);
    for (unsigned i = 1; i <= SIM_CONTACT_MAX; i++) {
        if (s->years_by_contacts_ms[i] > 0)
            (void)fprintf(out, "  with %2u contact%s      %.2f\n", i, i == 1 ? " " : "s",
                          years_of(s->years_by_contacts_ms[i]));
    }
    (void)fprintf(out, "incidents               %llu, %llu missed\n",
                  (unsigned long long)s->incidents, (unsigned long long)s->missed);
    for (unsigned i = 0; i < SIM_INCIDENT_KINDS; i++)
        (void)fprintf(out, "  %-30s%llu\n", sim_incident_name((enum sim_incident_kind)i),
                      (unsigned long long)s->by_kind[i]);
    (void)fprintf(out, "alarms that were due    %llu\n", (unsigned long long)s->alarms_due);
    print_times(s, out);
    print_alarms(s, out);
    (void)fprintf(out,
                  "check-ins               %llu\ncells                   %llu\n"
                  "cells refused           %llu, %llu of them forged\n"
                  "releases                %llu\nepochs                  %llu\n"
                  "re-established          %llu, in quarantine %llu\n"
                  "processes that died     %llu, restored from a backup %llu\n"
                  "power cuts of disks     %llu\n"
                  "contacts removed        %llu\n"
                  "cards written           %llu, opened %llu\n",
                  (unsigned long long)s->checkins, (unsigned long long)s->cells,
                  (unsigned long long)s->refused, (unsigned long long)s->forged,
                  (unsigned long long)s->releases, (unsigned long long)s->epochs,
                  (unsigned long long)s->resumed, (unsigned long long)s->quarantined,
                  (unsigned long long)s->crashes, (unsigned long long)s->restores,
                  (unsigned long long)s->power_cuts, (unsigned long long)s->removals,
                  (unsigned long long)s->cards, (unsigned long long)s->cards_opened);
    print_faults(s, out);
    (void)fprintf(out, "invariants              checked\n");
    for (unsigned i = 0; i < SIM_INVARIANT_COUNT; i++)
        (void)fprintf(out, "  %-4s%-70s%llu\n", sim_invariant_name((enum sim_invariant)i),
                      sim_invariant_text((enum sim_invariant)i), (unsigned long long)s->checks[i]);
    sim_cells_report(out);
}

/* ---- For tools/proof.sh ---- */

static void figure(FILE *out, const char *name, const char *crypto, double value, double goal,
                   const char *kind)
{
    (void)fprintf(out, "%s, %s crypto\t%.*f\t", name, crypto, value < 10 ? 2 : 0, value);
    if (goal > 0)
        (void)fprintf(out, "%.0f\t%s\t%s\n", goal, value >= goal ? "met" : "short", kind);
    else
        (void)fprintf(out, "-\tinfo\t%s\n", kind);
}

static void zero(FILE *out, const char *name, const char *crypto, uint64_t value)
{
    (void)fprintf(out, "%s, %s crypto\t%llu\t0\t%s\tsum\n", name, crypto, (unsigned long long)value,
                  value == 0 ? "met" : "short");
}

static double latest_share(const struct sim_stats *s)
{
    double most = 0;

    for (uint32_t i = 0; i < s->sample_count; i++) {
        double share = s->bound_s[i] == 0 ? 0 : 100.0 * s->wait_s[i] / s->bound_s[i];

        most = share > most ? share : most;
    }
    return most;
}

void sim_figures(const struct sim_stats *s, const char *crypto, uint64_t failed, FILE *out)
{
    uint64_t rings = 0;

    for (unsigned i = SIM_CAUSE_LATE + 1; i < SIM_CAUSE_COUNT; i++)
        rings += s->alarms_false[i];
    figure(out, "person-years", crypto, years_of(s->life_ms), 0, "sum");
    figure(out, "lives", crypto, (double)s->seeds, 0, "sum");
    figure(out, "true incidents", crypto, (double)s->incidents, 0, "sum");
    figure(out, "alarms that were due", crypto, (double)s->alarms_due, 0, "sum");
    zero(out, "alarms missed or later than their bound", crypto, s->missed);
    zero(out, "lives in which an invariant broke", crypto, failed);
    figure(out, "latest alarm, % of its bound", crypto, latest_share(s), 0, "max");
    figure(out, "false rings for a fault or an attack", crypto, (double)rings, 0, "sum");
    zero(out, "false rings without a cause", crypto, s->alarms_false[SIM_CAUSE_OTHER]);
    figure(out, "quorum releases", crypto, (double)s->releases, 0, "sum");
    if (s->power_cuts > 0)
        figure(out, "power cuts of stores of SQLite", crypto, (double)s->power_cuts, 0, "sum");
    figure(out, "epochs healed", crypto, (double)s->epochs, 0, "sum");
    figure(out, "lives lived twice, same trace", crypto, (double)s->checks[SIM_I10_SAME], 0, "sum");
}
