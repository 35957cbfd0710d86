/* SPDX-License-Identifier: ISC */
#ifndef LAB_SIM_CHEN_H
#define LAB_SIM_CHEN_H

#include "lab/sim/sim.h"

/*
 * Quality of service of the beats, measured and by the formulas of Chen, Toueg and Aguilera ("On
 * the quality of service of failure detectors", IEEE Transactions on Computers 51(5), 2002): how
 * often a contact is rung although nothing is wrong, and how soon when her phone falls silent, over
 * loss and grace. Their eta is beat_s, their delta beat_grace_s + grace_s.
 */

#define CHEN_LOSSES 7
#define CHEN_GRACES 4
#define CHEN_POINTS (CHEN_LOSSES * CHEN_GRACES)

/* What the figures are measured or computed for. */
struct chen_link {
    double loss;    /* of a cell, 0 to 1 */
    double delay_s; /* mean of an exponential one */
    double beat_s, grace_s;
};

struct chen_forecast {
    double mistakes_s; /* mean time between two mistakes */
    double mistake_s;  /* how long one lasts */
    double p50_s, p99_s, bound_s;
};

struct chen_point {
    struct chen_link link;
    unsigned grace_no;
    double years;
    uint32_t alarms; /* false ones */
    double alarm_s;  /* how long one lasted */
    uint32_t trials;
    uint32_t p50_s, p99_s, max_s;
    struct chen_forecast forecast;
};

/* What the formulas say. */
void chen_forecast(const struct chen_link *link, struct chen_forecast *out);

/* The false alarms a year between which the true rate lies, for this count, at z deviations. */
void chen_interval(const struct chen_point *p, double z, double *low, double *high);

/*
 * What differs, or NULL: there are more false alarms than the formula says, by more than chance
 * (99.9 %) and a tenth, or less than half as many; a detection is later than the bound; the median
 * of detection is off by more than 3 beats over the root of the number of trials.
 */
const char *chen_differs(const struct chen_point *p);

/* picture.c */
void chen_picture(const struct chen_point points[CHEN_POINTS], FILE *out);
void chen_table(const struct chen_point points[CHEN_POINTS], FILE *out);

/*
 * Measures every point from options->seed on, for options->life_ms of calm each (0: 800 days), and
 * writes PATH, which ends in .svg, and the figures beside it as .tsv. Returns an exit code.
 */
int sim_chen(const struct sim_options *options, const char *path);

#endif /* LAB_SIM_CHEN_H */
