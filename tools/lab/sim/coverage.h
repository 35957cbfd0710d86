/* SPDX-License-Identifier: ISC */
#ifndef LAB_SIM_COVERAGE_H
#define LAB_SIM_COVERAGE_H

#include "lab/sim/sim.h"

/* Names of the rows and columns of the ladder's table (spec/07-contact.md §5). */
const char *sim_ladder_state_name(size_t state);
const char *sim_ladder_input_name(size_t input);

#endif /* LAB_SIM_COVERAGE_H */
