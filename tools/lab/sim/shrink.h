/* SPDX-License-Identifier: ISC */
#ifndef AW_LAB_SIM_SHRINK_H
#define AW_LAB_SIM_SHRINK_H

/*
 * From a life in which something broke to a smaller one in which the same breaks: what is left of
 * it can be read. Each class of faults, the number of contacts and the days are drawn from streams
 * of their own, so that one can be taken away and the rest stays as it was.
 */

#include "lab/sim/sim.h"

/* Whether the same breaks in that life. False, too, when there is no time for another one. */
typedef bool sim_breaks_fn(void *ctx, const struct sim_options *options);

/* `options` names contacts, days and faults; each smaller life that breaks replaces it. */
void sim_shrink(struct sim_options *options, sim_breaks_fn *breaks, void *ctx);

#endif /* AW_LAB_SIM_SHRINK_H */
