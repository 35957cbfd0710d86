/* SPDX-License-Identifier: ISC */
#include "lab/sim/shrink.h"

struct shrinking {
    struct sim_options *best;
    sim_breaks_fn *breaks;
    void *ctx;
};

static bool take(const struct shrinking *s, const struct sim_options *smaller)
{
    if (!s->breaks(s->ctx, smaller))
        return false;
    *s->best = *smaller;
    return true;
}

/* By so many quarters, for as long as it breaks. */
static void fewer_days(const struct shrinking *s, uint64_t quarters)
{
    struct sim_options smaller;
    uint64_t days;

    do {
        smaller = *s->best;
        days = smaller.life_ms / SIM_DAY;
        smaller.life_ms = days * (4 - quarters) / 4 * SIM_DAY;
    } while (smaller.life_ms != 0 && take(s, &smaller));
}

static void fewer_contacts(const struct shrinking *s)
{
    struct sim_options smaller = *s->best;

    for (smaller.contacts = 1; smaller.contacts < s->best->contacts; smaller.contacts++) {
        if (take(s, &smaller))
            return;
    }
}

static void fewer_faults(const struct shrinking *s)
{
    for (unsigned i = 0; i < SIM_FAULT_COUNT; i++) {
        struct sim_options smaller = *s->best;

        smaller.faults_on &= ~(UINT32_C(1) << i);
        if (smaller.faults_on != s->best->faults_on)
            (void)take(s, &smaller);
    }
}

/* Days first: each later try then costs less. */
void sim_shrink(struct sim_options *options, sim_breaks_fn *breaks, void *ctx)
{
    const struct shrinking s = {options, breaks, ctx};
    struct sim_options before;

    do {
        before = *options;
        fewer_days(&s, 2);
        fewer_days(&s, 1);
        fewer_contacts(&s);
        fewer_faults(&s);
    } while (before.life_ms != options->life_ms || before.contacts != options->contacts ||
             before.faults_on != options->faults_on);
}
