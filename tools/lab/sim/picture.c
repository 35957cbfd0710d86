/* SPDX-License-Identifier: ISC */
#include "lab/sim/chen.h"

#include <math.h>

/* chen.c's figures as a picture: points that were measured beside the lines of the formulas. */

#define WIDTH         400.0
#define HEIGHT        330.0
#define TOP           64.0

#define LOSS_MAX      0.32
#define RATE_LOG_LOW  (-3.0) /* false alarms a year, powers of ten */
#define RATE_LOG_HIGH 4.0
#define HOURS_MAX     4.5

static const double left_x[2] = {76, 596};
/* Told apart by those who see fewer colours, too. */
static const char *const colour[CHEN_GRACES] = {"#0072b2", "#d55e00", "#007a5a", "#a3407f"};

static double x_of(unsigned panel, double loss)
{
    return left_x[panel] + WIDTH * loss / LOSS_MAX;
}

static double y_of(double share)
{
    return TOP + HEIGHT * (1 - (share < 0 ? 0 : share > 1 ? 1 : share));
}

static double y_rate(double rate)
{
    return y_of(rate <= 0 ? 0 : (log10(rate) - RATE_LOG_LOW) / (RATE_LOG_HIGH - RATE_LOG_LOW));
}

static double y_time(double s)
{
    return y_of(s / 3600 / HOURS_MAX);
}

static void text(FILE *out, double x, double y, const char *anchor, const char *words)
{
    (void)fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor,
                  words);
}

static void line(FILE *out, double x1, double y1, double x2, double y2, const char *class)
{
    (void)fprintf(out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                  class, x1, y1, x2, y2);
}

static void axis_x(FILE *out, unsigned panel, const char *title)
{
    char label[16];

    for (unsigned i = 0; i <= 30; i += 5) {
        double x = x_of(panel, i / 100.0);

        line(out, x, TOP + HEIGHT, x, TOP + HEIGHT + 5, "axis");
        (void)snprintf(label, sizeof label, "%u", i);
        text(out, x, TOP + HEIGHT + 20, "middle", label);
    }
    text(out, left_x[panel] + WIDTH / 2, TOP + HEIGHT + 40, "middle", "cells lost, %");
    (void)fprintf(out, "<text class=\"title\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", left_x[panel],
                  TOP - 20, title);
    (void)fprintf(out,
                  "<rect class=\"frame\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                  left_x[panel], TOP, WIDTH, HEIGHT);
}

static void tick_y(FILE *out, unsigned panel, double y, const char *label)
{
    line(out, left_x[panel], y, left_x[panel] + WIDTH, y, "grid");
    text(out, left_x[panel] - 8, y + 4, "end", label);
}

static void title_y(FILE *out, unsigned panel, const char *words)
{
    double x = left_x[panel] - 52, y = TOP + HEIGHT / 2;

    (void)fprintf(out,
                  "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" "
                  "transform=\"rotate(-90 %.1f %.1f)\">%s</text>\n",
                  x, y, x, y, words);
}

static void axes(FILE *out)
{
    static const char *const rates[] = {"0.001", "0.01", "0.1",   "1",
                                        "10",    "100",  "1,000", "10,000"};
    char label[16];

    for (unsigned i = 0; i < sizeof rates / sizeof rates[0]; i++)
        tick_y(out, 0, y_rate(pow(10, RATE_LOG_LOW + i)), rates[i]);
    for (unsigned i = 0; i <= 4; i++) {
        (void)snprintf(label, sizeof label, "%u", i);
        tick_y(out, 1, y_time(3600.0 * i), label);
    }
    axis_x(out, 0, "False alarms");
    axis_x(out, 1, "From her phone's silence to the ring");
    title_y(out, 0, "false alarms a person-year");
    title_y(out, 1, "hours");
}

/* ---- Lines of the formulas ---- */

enum curve { CURVE_RATE, CURVE_P50, CURVE_BOUND };

static void curve(FILE *out, const struct chen_point *like, enum curve which)
{
    bool is_first = true;

    (void)fprintf(out, "<polyline class=\"%s\" stroke=\"%s\" points=\"",
                  which == CURVE_BOUND ? "bound" : "formula", colour[like->grace_no]);
    for (unsigned i = 1; i <= 64; i++) {
        struct chen_link link = like->link;
        struct chen_forecast f;
        double y;

        link.loss = LOSS_MAX * i / 64;
        chen_forecast(&link, &f);
        y = which == CURVE_RATE  ? y_rate(SIM_YEAR / 1000.0 / f.mistakes_s)
            : which == CURVE_P50 ? y_time(f.p50_s)
                                 : y_time(f.bound_s);
        if (y >= TOP + HEIGHT)
            continue;
        (void)fprintf(out, "%s%.1f,%.1f", is_first ? "" : " ", x_of(which != CURVE_RATE, link.loss),
                      y);
        is_first = false;
    }
    (void)fprintf(out, "\"/>\n");
}

/* ---- Points that were measured ---- */

static void rate_point(FILE *out, const struct chen_point *p)
{
    /* Side by side, as those that none was seen of are all at one height. */
    double x = x_of(0, p->link.loss) + 4.0 * p->grace_no - 6, low, high, y;

    chen_interval(p, 1.96, &low, &high);
    y = y_rate(high);
    if (p->alarms == 0) { /* none: an arrow down from the most that it may be */
        (void)fprintf(out,
                      "<path class=\"range\" stroke=\"%s\" d=\"M%.1f %.1fh8m-4 0v14m-3 -5l3 "
                      "5l3 -5\"/>\n",
                      colour[p->grace_no], x - 4, y);
        return;
    }
    (void)fprintf(out, "<path class=\"range\" stroke=\"%s\" d=\"M%.1f %.1fV%.1f\"/>\n",
                  colour[p->grace_no], x, y, y_rate(low));
    (void)fprintf(out, "<circle fill=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>\n",
                  colour[p->grace_no], x, y_rate(p->alarms / p->years));
}

static void time_point(FILE *out, const struct chen_point *p)
{
    double x = x_of(1, p->link.loss), p50 = y_time(p->p50_s), p99 = y_time(p->p99_s),
           most = y_time(p->max_s);

    (void)fprintf(out,
                  "<path class=\"range\" stroke=\"%s\" d=\"M%.1f %.1fV%.1fm-4 0h8M%.1f "
                  "%.1fh4\"/>\n",
                  colour[p->grace_no], x, p50, most, x - 2, p99);
    (void)fprintf(out, "<circle fill=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>\n",
                  colour[p->grace_no], x, p50);
}

/* ---- Legend ---- */

static void legend_graces(FILE *out, const struct chen_point points[CHEN_POINTS], double y)
{
    char label[64];

    text(out, left_x[0], y, "start", "Grace:");
    for (unsigned i = 0; i < CHEN_GRACES; i++) {
        unsigned minutes = (unsigned)(points[i * CHEN_LOSSES].link.grace_s / 60);
        double x = left_x[0] + 60 + 120 * i;

        (void)fprintf(out, "<circle fill=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>\n", colour[i], x,
                      y - 4);
        if (minutes < 60)
            (void)snprintf(label, sizeof label, "%u min", minutes);
        else
            (void)snprintf(label, sizeof label, "%u h %u min", minutes / 60, minutes % 60);
        text(out, x + 12, y, "start", label);
    }
}

static void legend(FILE *out, const struct chen_point points[CHEN_POINTS])
{
    const struct chen_link *l = &points[0].link;
    double y = TOP + HEIGHT + 72, x = left_x[0];
    char label[256];

    legend_graces(out, points, y);
    y += 28;
    line(out, x, y - 4, x + 26, y - 4, "formula key");
    text(out, x + 34, y, "start", "formula");
    (void)fprintf(out, "<path class=\"range key\" d=\"M%.1f %.1fv16\"/>\n", x + 110, y - 12);
    (void)fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>\n", x + 110, y - 4);
    text(out, x + 122, y, "start", "measured, 95 % interval");
    (void)fprintf(out, "<path class=\"range key\" d=\"M%.1f %.1fh8m-4 0v14m-3 -5l3 5l3 -5\"/>\n",
                  x + 292, y - 12);
    text(out, x + 308, y, "start", "none seen: at most");
    x = left_x[1];
    line(out, x, y - 32, x + 26, y - 32, "formula key");
    text(out, x + 34, y - 28, "start", "formula, median");
    line(out, x + 180, y - 32, x + 206, y - 32, "bound key");
    text(out, x + 214, y - 28, "start", "bound");
    (void)fprintf(out, "<path class=\"range key\" d=\"M%.1f %.1fv-15m-4 0h8m-6 3h4\"/>\n", x + 13,
                  y);
    (void)fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>\n", x + 13, y - 1);
    text(out, x + 34, y, "start", "measured: median, p99, longest");
    (void)snprintf(label, sizeof label,
                   "The real engines of one subject, one contact and one relay on virtual time. A "
                   "beat each %.0f min; delay exponential, mean %.0f s.",
                   l->beat_s / 60, l->delay_s);
    text(out, left_x[0], y + 32, "start", label);
    (void)snprintf(label, sizeof label,
                   "Each point: %.1f person-years of calm and %u silences. Formulas: Chen, Toueg, "
                   "Aguilera, IEEE ToC 51(5), 2002.",
                   points[0].years, points[0].trials);
    text(out, left_x[0], y + 52, "start", label);
}

void chen_picture(const struct chen_point points[CHEN_POINTS], FILE *out)
{
    (void)fprintf(
        out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1030 572\" width=\"1030\" "
             "height=\"572\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#1a1a1a\">\n"
             "<title>False alarms and detection time over loss and grace, measured and computed"
             "</title>\n"
             "<style>.axis{stroke:#1a1a1a}.grid{stroke:#d9d9d9}.frame{fill:none;stroke:#1a1a1a}"
             ".title{font-size:15px;font-weight:bold}.formula,.bound{fill:none;stroke-width:1.5}"
             ".bound{stroke-dasharray:3 4}.range{fill:none;stroke-width:1.5}.key{stroke:#1a1a1a}"
             "</style>\n"
             "<rect width=\"1030\" height=\"572\" fill=\"#ffffff\"/>\n");
    axes(out);
    for (unsigned i = 0; i < CHEN_GRACES; i++) {
        const struct chen_point *like = &points[i * CHEN_LOSSES];

        curve(out, like, CURVE_RATE);
        curve(out, like, CURVE_P50);
        curve(out, like, CURVE_BOUND);
    }
    for (unsigned i = 0; i < CHEN_POINTS; i++) {
        rate_point(out, &points[i]);
        time_point(out, &points[i]);
    }
    legend(out, points);
    (void)fprintf(out, "</svg>\n");
}

void chen_table(const struct chen_point points[CHEN_POINTS], FILE *out)
{
    (void)fprintf(out, "loss_percent\tgrace_s\tbeat_s\tdelay_mean_s\tyears\talarms\t"
                       "alarms_a_year\tlow95\thigh95\tformula_a_year\talarm_s\tformula_alarm_s\t"
                       "silences\tp50_s\tformula_p50_s\tp99_s\tformula_p99_s\tmax_s\tbound_s\t"
                       "as_computed\n");
    for (unsigned i = 0; i < CHEN_POINTS; i++) {
        const struct chen_point *p = &points[i];
        const struct chen_forecast *f = &p->forecast;
        const char *differs = chen_differs(p);
        double low, high;

        chen_interval(p, 1.96, &low, &high);
        (void)fprintf(out, "%.0f\t%.0f\t%.0f\t%.0f\t%.2f\t%u\t%.3f\t%.3f\t%.3f\t%.4g\t",
                      p->link.loss * 100, p->link.grace_s, p->link.beat_s, p->link.delay_s,
                      p->years, p->alarms, p->alarms / p->years, low, high,
                      SIM_YEAR / 1000.0 / f->mistakes_s);
        (void)fprintf(out, "%.0f\t%.0f\t%u\t%u\t%.0f\t%u\t%.0f\t%u\t%.0f\t%s\n", p->alarm_s,
                      f->mistake_s, p->trials, p->p50_s, f->p50_s, p->p99_s, f->p99_s, p->max_s,
                      f->bound_s, differs == NULL ? "yes" : differs);
    }
}
